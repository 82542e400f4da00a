"""A CSV text of any length as blocks of whole records, so that no more of it is held than is worked on."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Source, Span

# A cell, in quotes where it holds separators, newlines or quotes, these twice; and what ends it. Not one character a
# turn: a quote that nobody closes would take 160 bytes for each that follows.
_CELL = r' *(?P<text>"[^"]*(?:""[^"]*)*"?[^{0}\n]*|[^{0}\n]*)(?:(?P<more>{0})|\n?)'
_BLANK_CELL = r'[ \t]*(?P<text>"[^"]*(?:""[^"]*)*"?[^ \t\n]*|[^ \t\n]*)(?:[ \t]*(?:\n|\Z)|(?P<more>[ \t]+))'
_EMPTY = b",; \t\n"  # What a line of empty cells is made of.


class CsvBlock(NamedTuple):
    """Some records as they stand in a file, the number of their first line, and whether nothing comes behind them."""

    data: bytes
    first_line: int
    is_last: bool


def records(text: str, separator: str = ",") -> Iterator[list[Span]]:
    """Where the cells of each record stand, as the `csv` module splits them; a quoted cell may span lines.

    A blank as `separator` is any run of blanks and tabs.
    """
    record: list[Span] = []
    for cell in _cell(separator).finditer(text):
        record.append(Span(*cell.span("text")))
        if cell["more"] is None:
            yield record
            record = []


def first_record(text: str, separator: str, most: int) -> list[Span]:
    """Where the cells of the first record stand, of at most so many: a line may be of millions."""
    found: list[Span] = []
    for cell in islice(_cell(separator).finditer(text), most):
        found.append(Span(*cell.span("text")))
        if cell["more"] is None:
            break
    return found


@cache
def _cell(separator: str) -> re.Pattern[str]:
    return re.compile(_BLANK_CELL if separator == " " else _CELL.format(separator))


def blocks(pieces: Iterable[bytes]) -> Iterator[CsvBlock]:
    """The text that `pieces` make up, cut behind records, with one kind of newline; at least one block.

    Empty lines go with what follows them, for at the end of a file they mean nothing.
    """
    data, line, tried = b"", 1, 0
    ready: CsvBlock | None = None  # Held until something is seen behind it.
    for piece in _with_newlines(pieces):
        data += piece
        if len(data) < 2 * tried:  # A record longer than all before: looked at again when there is twice as much.
            continue
        end = _whole(data)
        tried = 0 if end else len(data)
        if end:
            if ready:
                yield ready
            ready = CsvBlock(data[:end], line, is_last=False)
            line += data.count(b"\n", 0, end)
            data = data[end:]
    # With nothing but empty lines behind it, what is ready is the last.
    if ready and data.strip(_EMPTY):
        yield ready
        ready = None
    yield CsvBlock(ready.data + data, ready.first_line, is_last=True) if ready else CsvBlock(data, line, is_last=True)


def without_end(block: CsvBlock) -> bytes:
    """The lines of a block, each with its newline, without the empty ones that end a file."""
    if not block.is_last:
        return block.data
    data = block.data + b"\n"  # The last line may have no newline.
    filled = len(data.rstrip(_EMPTY))
    return data[: data.find(b"\n", filled) + 1] if filled else b""


def _with_newlines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces with one kind of newline, also where the halves of one stand in two of them."""
    rest = b""
    for piece in pieces:
        found = rest + piece
        # The other half of a newline may come with the next piece.
        rest = found[-1:] if found.endswith(b"\r") else b""
        found = found[: len(found) - len(rest)]
        yield found.replace(b"\r\n", b"\n").replace(b"\r", b"\n") if b"\r" in found else found
    yield b"\n" if rest else b""


def _whole(data: bytes) -> int:
    """How much of `data` is whole records with something in them."""
    # A record that ends with the data may go on in the next piece.
    end = data.rfind(b"\n") + 1
    if b'"' in data:
        end = _whole_quoted(data[:end])
    # Empty lines at the end wait: only the file's last lines may be empty without being rows.
    filled = len(data[:end].rstrip(_EMPTY))
    return data.find(b"\n", filled, end) + 1 if filled else 0


def _whole_quoted(data: bytes) -> int:
    """How much of `data`, whose cells may have newlines in quotes, is records but the last, whose quote may be open."""
    text = data.decode("utf-8", "surrogateescape")
    ends = [record[-1].end for record in records(text)]
    # Behind the last newline the expression finds one more record, which is empty.
    kept = text[: ends[-3] + 1] if len(ends) > 2 else ""
    return len(kept.encode("utf-8", "surrogateescape"))


def parted_by_bars(source: Source, span: Span, is_column: Callable[[str], bool]) -> Diagnostic | None:
    """That bars part the columns of the header at `span`, some of which are columns then; None where they do not."""
    parts = [part.strip().strip('"') for part in source.text[slice(*span)].split("|")]
    if len(parts) < 2 or not any(map(is_column, parts)):
        return None
    hint = "make commas of them, as this command does: tr '|' ','"
    return Diagnostic(Code.SEPARATOR, "the columns are parted by `|`, not by commas", span, hints=(hint,))


def separator_of(line: str) -> str:
    """The first of tab, semicolon and comma that a line has outside of quotes, else a blank: it parts the cells."""
    # A quote that is never closed takes the rest of its line.
    bare = re.sub(r'"[^"\n]*"?', "", line)
    return next((separator for separator in "\t;," if separator in bare), " ")


def is_comment(record: str) -> bool:
    """Whether a record is a comment, by what it begins with."""
    return record.startswith(("#", "%"))


def with_commas(lines: bytes, separator: str) -> bytes:
    """Lines whose cells a `separator` parts with commas in its place, decimal commas beside semicolons as points."""
    if separator == ";":
        return lines.translate(_COMMAS)
    if separator == " ":
        # Blanks at the ends of a line part nothing.
        return re.sub(rb"[ \t]+", b",", re.sub(rb"(?m)^[ \t]+|[ \t]+$", b"", lines))
    return lines.replace(separator.encode(), b",")


_COMMAS = bytes.maketrans(b",;", b".,")


def unquoted(cell: str) -> str:
    """What a cell says, without the quotes and blanks around it."""
    found = cell.strip()
    if found.startswith('"'):
        found = found[1:].removesuffix('"').replace('""', '"').strip()
    return found


def with_point(number: str) -> str:
    """A number with a decimal comma, as spreadsheets have it beside semicolons, with a point; any other as it is."""
    return number.replace(",", ".") if _DECIMAL_COMMA.fullmatch(number) else number


_DECIMAL_COMMA = re.compile(r"[-+−–]?\d*,\d+(?:[eE][-+−–]?\d+)?")

THOUSAND = r"[1-9]\d{0,2}\.\d{3}"
"""What is a thousand, or a number with three decimals."""


# A cell beside semicolons in which that stands alone, its minus that of typography, too.
_ALONE = r'(?:\A|[;\n]) *+"?(?:[-+]|\xe2\x88\x92|\xe2\x80\x93)?%s"? *+(?=[;\n]|\Z)'
_COMMA_ALONE, _THOUSAND_ALONE = ((_ALONE % each).encode() for each in (r"\d*,\d+(?:[eE][-+]?\d+)?", THOUSAND))


def has_decimal_comma(lines: bytes) -> bool:
    """Whether a cell beside semicolons is a number with a decimal comma."""
    return re.search(_COMMA_ALONE, lines) is not None  # Compiled where it is asked: most files need neither.


def has_thousand(lines: bytes) -> bool:
    """Whether a cell beside semicolons may be a thousand."""
    return re.search(_THOUSAND_ALONE, lines) is not None


def may_be_thousand(cell: str) -> bool:
    """Whether a cell is a thousand to a spreadsheet whose decimal mark is a comma."""
    return re.fullmatch(f"[-+−–]?{THOUSAND}", cell) is not None


def thousand_words(cell: str) -> tuple[str, str]:
    """What is told of such a cell beside decimal commas, and what to write."""
    message = f"`{cell}` may be a thousand: other numbers here have a comma for their decimal mark"
    return message, f"a comma serves: {cell.replace('.', ',')}; thousands stand without: {cell.replace('.', '')}"


def is_number(cell: str) -> bool:
    """Whether this is a number as a CSV file may have it, nan and inf among them."""
    try:
        float(cell)
    except ValueError:
        return False
    return "_" not in cell  # Python reads 1_000, but no CSV file means it.
