"""What can go wrong, as data, and the one place that renders it with a caret.

BackcalcError                bad input; exit status 2; carries a `Source` and its `Diagnostic`s
├── ReadError                a file that cannot be read or is not UTF-8      (stage "read")
├── ParseError               text that the grammar does not know             (stage "parse")
├── BuildError               statements that do not make a graph             (stage "build")
├── EvaluateError            a graph that has no value at the point given    (stage "evaluate")
└── UsageError               options that do not fit the graph               (stage "usage")
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import Any, ClassVar, NamedTuple

INTERRUPTED = 130
"""The exit status after Ctrl-C."""

MAX_ERRORS = 20  # More would scroll the first, which often explains the others, off the screen.
NAME_SHOWN = 60  # Characters of a name, and
LINE_SHOWN = 76  # of a line, which with its number still fits a terminal of 80 columns.
LINES_STEP = 1 << 12  # Characters between two counts of lines: at most so many are searched for a line's number.


class Span(NamedTuple):
    """The half-open range of characters [start, end) of a source text."""

    start: int
    end: int


@dataclass(frozen=True)
class Source:
    """A text and the name that its errors go by: a file's path, `<stdin>` or `--at`.

    Of a text that is a part of a file, `lines` are the numbers that its lines have there.
    """

    name: str
    text: str
    lines: Sequence[int] = ()

    def line_number(self, offset: int) -> int:
        """The 1-based number of the line that holds `offset`."""
        block = offset // LINES_STEP
        line = 1 + self._newlines[block] + self.text.count("\n", block * LINES_STEP, offset)
        return self.lines[line - 1] if self.lines else line

    def line_start(self, offset: int) -> int:
        """The offset at which the line that holds `offset` starts."""
        return self.text.rfind("\n", 0, offset) + 1

    def line_text(self, offset: int) -> str:
        """The line that holds `offset`, without its newline."""
        end = self.text.find("\n", offset)
        return self.text[self.line_start(offset) : end if end >= 0 else len(self.text)]

    @cached_property
    def _newlines(self) -> list[int]:
        """How many newlines stand before every LINES_STEP-th character; the places of all would take much memory."""
        steps = range(0, len(self.text) + 1, LINES_STEP)
        return list(accumulate((self.text.count("\n", at, at + LINES_STEP) for at in steps), initial=0))


class Note(NamedTuple):
    """A second place that an error speaks of, with the words that stand under its caret."""

    message: str
    span: Span


class Diagnostic(NamedTuple):
    """One error or warning: a stable code, a sentence, where it is, further places, and remedies."""

    code: str
    message: str
    span: Span | None = None
    notes: tuple[Note, ...] = ()
    hints: tuple[str, ...] = ()


class BackcalcError(Exception):
    """Bad input: one or more diagnostics about one source. `str()` is the message that users see."""

    stage: ClassVar[str] = ""
    exit_code: ClassVar[int] = 2

    def __init__(self, source: Source, diagnostics: Sequence[Diagnostic]) -> None:
        super().__init__(source, tuple(diagnostics))  # Both, so that a copy sent from another process is whole.
        self.source = source
        self.diagnostics = tuple(diagnostics)

    def __str__(self) -> str:
        blocks = [render(self.source, d) for d in self.diagnostics[:MAX_ERRORS]]
        if len(self.diagnostics) > MAX_ERRORS:
            blocks.append(f"… and more; these are the first {MAX_ERRORS} errors")
        return "\n\n".join(blocks)


class ReadError(BackcalcError):
    """The input cannot be read as text."""

    stage = "read"


class ParseError(BackcalcError):
    """The text is not in the language; `read` is what could be read of it, a Program where it is a whole file's."""

    stage = "parse"
    read: Any = None


class BuildError(BackcalcError):
    """The statements do not make a graph."""

    stage = "build"


class EvaluateError(BackcalcError):
    """The graph has no value at the point given."""

    stage = "evaluate"


class UsageError(BackcalcError):
    """The options or arguments do not fit the graph."""

    stage = "usage"


def excerpt(found: Sequence[tuple[Source, Diagnostic]]) -> tuple[Source, list[Diagnostic]]:
    """Diagnostics about parts of one file as ones about one text, which has the lines that they speak of."""
    text, lines, moved = "", [], []
    for source, diagnostic in found:
        assert diagnostic.span is not None
        start, end = diagnostic.span
        begin, newline = source.line_start(start), source.text.find("\n", end)
        part = source.text[begin : newline if newline >= 0 else None] + "\n"
        lines += [source.line_number(start) + i for i in range(part.count("\n"))]
        by = len(text) - begin  # How far what is said of this part moves in the text made of all parts.
        moved.append(diagnostic._replace(span=Span(start + by, end + by)))
        text += part
    return Source(found[0][0].name, text, tuple(lines)), moved


def render(source: Source, diagnostic: Diagnostic, severity: str = "error") -> str:
    """The text that a user reads: place and cause, the line with a caret under it, notes, hints."""
    lines = [f"{_place(source, diagnostic.span)}: {severity}: {visible(diagnostic.message)}"]
    if diagnostic.span is not None:
        lines += _excerpt(source, diagnostic.span)
    for note in diagnostic.notes:
        lines.append(f"{_place(source, note.span)}: note: {visible(note.message)}")
        lines += _excerpt(source, note.span)
    lines += [f"  hint: {visible(hint)}" for hint in diagnostic.hints]
    return "\n".join(lines)


def shorten(name: str, width: int = NAME_SHOWN) -> str:
    """`name` on one line of at most `width` characters, its middle left out where it is longer."""
    name = visible(name)
    if len(name) <= width:
        return name
    return f"{name[: width // 2]}…{name[len(name) - (width - width // 2 - 1) :]}"


def visible(text: str) -> str:
    """`text` with every control character replaced, so that no input steers the terminal."""
    return "".join(" " if c == "\t" else c if c.isprintable() else "�" for c in text)


def quoted(names: Sequence[str], most: int = 8) -> str:
    """`names` as a list for a sentence, cut after `most`."""
    shown = ", ".join(shorten(name) for name in names[:most])
    return shown if len(names) <= most else f"{shown}, …"


def plural(count: int, noun: str) -> str:
    """`count` and `noun` in the number that fits: `1 argument`, `2 arguments`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def display_width(text: str) -> int:
    """The number of terminal columns that `text` takes: two a wide character, none a combining mark."""
    if text.isascii():
        return len(text)
    return sum(_char_width(char) for char in text)


def _char_width(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def _place(source: Source, span: Span | None) -> str:
    name = visible(source.name)
    if span is None:
        return name
    column = span.start - source.line_start(span.start) + 1
    return f"{name}:{source.line_number(span.start)}:{column}"


def _excerpt(source: Source, span: Span) -> Iterator[str]:
    """The line of `span`, cut to a window where it is long, and the caret line under it."""
    start = source.line_start(span.start)
    line, column = source.line_text(span.start), span.start - start
    # At least one caret: what is missing is told of a place without width. A span over lines is shown on its first.
    length = max(1, min(span.end - span.start, len(line) - column))
    first = max(0, column - LINE_SHOWN // 2) if len(line) > LINE_SHOWN else 0
    shown = line[first : first + LINE_SHOWN]
    left, right = "…" if first else "", "…" if first + LINE_SHOWN < len(line) else ""
    number = f"{source.line_number(span.start)}"
    yield f"  {number} | {left}{visible(shown)}{right}"
    before = display_width(left + visible(line[first:column]))
    carets = max(1, display_width(visible(line[column : min(column + length, first + LINE_SHOWN)])))
    yield f"  {' ' * len(number)} | {' ' * before}{'^' * carets}"
