"""What is wrong with a long text of another program: one error a cause, which says how many there are."""

from __future__ import annotations

import re

from backcalc.language.lexis import NODE
from backcalc.text.errors import Code, Diagnostic, ParseError, counted
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

_NODE = re.compile(NODE)


class Faults:
    """The faults of a text, in the order in which each cause was met first."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._found: dict[str, tuple[Diagnostic, int]] = {}

    def note(self, cause: str, found: Diagnostic) -> None:
        """Note a fault; of a cause the first is told, and how many there are."""
        # A list of a million rows may have a million faults of one kind.
        first, count = self._found.get(cause, (found, 0))
        self._found[cause] = (first, count + 1)

    def finish(self) -> None:
        """Raise ParseError where there are any."""
        if self._found:
            raise ParseError(self._source, [counted(*found) for found in self._found.values()])


def is_name(text: str) -> bool:
    """Whether a node may have this name in an edge."""
    return _NODE.fullmatch(text) is not None


def no_name(text: str, place: Span) -> Diagnostic:
    """That a node cannot be called `text`, with the nearest name that it can have."""
    near = re.sub(r"\W+", "_", text).strip("_")  # What is no part of a word becomes _: `layer 1` is layer_1.
    hint = "a name has letters, digits and _, and begins with a letter" + (
        f": {shorten(near)}" if is_name(near) else ""
    )
    return Diagnostic(Code.BAD_CELL, f"`{shorten(text)}` is no name of a node", place, hints=(hint,))
