"""Where text stands: a source with its lines, and a span in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from typing import NamedTuple

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
