"""Numbers that may be thousands: beside decimal commas `1.000` is one to a spreadsheet, and 1 to a program."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from backcalc.bulk.points.header import PointHeader
from backcalc.text.csv_records import (
    CsvBlock,
    has_decimal_comma,
    has_thousand,
    is_comment,
    may_be_thousand,
    records,
    thousand_words,
    unquoted,
)
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import shorten


class Thousands:
    """What the blocks of a file looked at so far have of both kinds of numbers."""

    def __init__(self, header: PointHeader, used: Collection[int], decoded: Callable[[CsvBlock], Source]) -> None:
        self._header, self._used, self._decoded = header, used, decoded
        self._has_commas = False
        self._first: CsvBlock | None = None  # The first with such a number, before any comma.

    def require_none(self, block: CsvBlock) -> None:
        """Raise UsageError where a column that is used has such a number in a file with decimal commas."""
        if self._header.separator != ";":  # A comma parts the cells, or none is a decimal mark.
            return
        self._has_commas = self._has_commas or has_decimal_comma(block.data)
        if self._first is None and has_thousand(block.data):
            self._first = block
        if not self._has_commas or self._first is None:
            return
        source = self._decoded(self._first)
        errors = list(self._errors(source))
        if errors:
            raise UsageError(source, errors)
        self._first = None  # Only columns of no input have them.

    def _errors(self, source: Source) -> Iterator[Diagnostic]:
        """One for each such cell."""
        for row in records(source.text, ";"):
            if is_comment(source.text[slice(*row[0])]):
                continue
            for name, span in ((self._header.names[i], row[i]) for i in self._used if i < len(row)):
                cell = unquoted(source.text[slice(*span)])
                if may_be_thousand(cell):
                    message, hint = thousand_words(cell)
                    yield Diagnostic(Code.BAD_CELL, f"column `{shorten(name)}`: {message}", span, hints=(hint,))
