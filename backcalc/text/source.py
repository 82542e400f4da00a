"""Where text stands: a source with its lines, and a span in it."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import accumulate
from typing import Final, NamedTuple

LINES_STEP = 1 << 12  # Characters between two counts of lines: at most so many are searched for a line's number.


class Span(NamedTuple):
    """The half-open range of characters [start, end) of a source text."""

    start: int
    end: int


class Source:
    """A text and the name that its errors go by: a file's path, `<stdin>` or `--at`.

    Of a text that is a part of a file, `lines` are the numbers that its lines have there.
    """

    def __init__(self, name: str, text: str, lines: Sequence[int] = ()) -> None:
        self.name: Final = name
        self.text: Final = text
        self.lines: Final = lines

    # Graphs of the same text are equal, though they may have read it each by itself.
    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Source) or type(self) is not type(other):
            return NotImplemented
        return (self.name, self.text, self.lines) == (other.name, other.text, other.lines)

    def __hash__(self) -> int:
        # Without the lines, which may be a list.
        return hash((self.name, self.text))

    def line_number(self, offset: int) -> int:
        """The 1-based number of the line that holds `offset`."""
        line = 1 + self.newlines_before(offset)
        return self.lines[line - 1] if self.lines else line

    def line_start(self, offset: int) -> int:
        """The offset at which the line that holds `offset` starts."""
        return self.text.rfind("\n", 0, offset) + 1

    def newlines_before(self, offset: int) -> int:
        """How many newlines the text has before `offset`."""
        block = offset // LINES_STEP
        return self._newlines[block] + self.text.count("\n", block * LINES_STEP, offset)

    def behind_newlines(self, count: int) -> int:
        """The offset behind the first `count` newlines of the text."""
        # Fewer newlines stand before this block than are asked for, so the last of them is in it.
        block = max(0, bisect_left(self._newlines, count) - 1)
        at = block * LINES_STEP
        for _ in range(count - self._newlines[block]):
            at = self.text.find("\n", at) + 1
        return at

    def line_text(self, offset: int) -> str:
        """The line that holds `offset`, without its newline."""
        end = self.text.find("\n", offset)
        return self.text[self.line_start(offset) : end if end >= 0 else len(self.text)]

    def may_name(self, names: Iterable[str]) -> bool:
        """Whether one of these names may stand in the text: a sieve, for letters beyond ASCII may spell one too."""
        return not self.text.isascii() or any(name in self.text for name in names)

    def origin(self, span: Span) -> "tuple[Source, Span]":
        """The text that people know and the place in it, where this one was made of another; else these themselves."""
        return self, span

    @cached_property
    def _newlines(self) -> list[int]:
        """How many newlines stand before every LINES_STEP-th character; the places of all would take much memory."""
        steps = range(0, len(self.text) + 1, LINES_STEP)
        return list(accumulate((self.text.count("\n", at, at + LINES_STEP) for at in steps), initial=0))
