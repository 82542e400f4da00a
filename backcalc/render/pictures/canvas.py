"""A grid of characters on which boxes, lines and texts are drawn; lines that meet know whether they join or cross."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from backcalc.render.layout import Styled
from backcalc.text.wording import display_width

UP, DOWN, LEFT, RIGHT = 1, 2, 4, 8


class Signs(NamedTuple):
    """The characters of a drawing: `lines` by the directions that a cell leads to, those of a box, and the others."""

    lines: dict[int, str]
    crossing: str
    box: tuple[str, ...]  # The corners from the left upper one, as one reads; then a level and an upright rim.
    leaves: tuple[str, str]  # Where a line leaves a box to the right, and below.
    arrives: tuple[str, str]
    partial: str
    cut: str


# A cell's directions added up are the key of its sign.
_LINES = (UP | DOWN, LEFT | RIGHT, DOWN | RIGHT, DOWN | LEFT, UP | RIGHT, UP | LEFT)
_JOINTS = (UP | DOWN | RIGHT, UP | DOWN | LEFT, LEFT | RIGHT | DOWN, LEFT | RIGHT | UP)
UNICODE = Signs(
    dict(zip(_LINES + _JOINTS, "│─╭╮╰╯├┤┬┴", strict=True)), "┼", tuple("┌┐└┘─│"), ("├", "┬"), ("▶", "▼"), "∂", "…"
)
# Where an upright line and a level one cross, the level one is broken; where lines join there is a star.
ASCII = Signs(
    dict(zip(_LINES + _JOINTS, "|-..''****", strict=True)), "|", tuple("++++-|"), ("+", "+"), (">", "v"), "d", "~"
)


class Canvas:
    """Cells by (row, column), each a character and its style; an empty one is a blank."""

    def __init__(self, signs: Signs) -> None:
        self.signs = signs
        self._letters: dict[tuple[int, int], Styled] = {}
        # The directions that the lines of a cell lead to, by the wire that they are of.
        self._lines: dict[tuple[int, int], dict[int, int]] = {}
        self._lit: set[tuple[int, int]] = set()

    def write(self, row: int, column: int, text: str, style: str = "") -> None:
        """Write a text from a cell on; a wide character takes two cells, a mark none."""
        for letter in text:
            width = display_width(letter)
            if not width:
                # A combining mark joins the letter before it, which may be a wide one's second cell.
                above = self._letters.get((row, column - 1), (" ", style))
                self._letters[row, column - 1] = (above[0] + letter, above[1])
                continue
            self._letters[row, column] = (letter, style)
            if width == 2:
                self._letters[row, column + 1] = ("", style)  # The second cell: empty, so that the row keeps its width.
            column += width

    def box(self, row: int, column: int, height: int, width: int, style: str = "") -> None:
        """Draw the rim of a box."""
        one, two, three, four, level, upright = self.signs.box
        self.write(row, column, one + level * (width - 2) + two, style)
        self.write(row + height - 1, column, three + level * (width - 2) + four, style)
        for each in range(row + 1, row + height - 1):
            self.write(each, column, upright, style)
            self.write(each, column + width - 1, upright, style)

    def line(self, wire: int, start: tuple[int, int], end: tuple[int, int], *, is_lit: bool = False) -> None:
        """Draw a level or upright line of a wire, both ends with it; lines of the same wire join."""
        (row, column), (last_row, last_column) = start, end
        down, right = (last_row > row) - (last_row < row), (last_column > column) - (last_column < column)
        ahead, back = _DIRECTIONS[down, right], _DIRECTIONS[-down, -right]
        # A cell within leads both ways, either end only inwards: so corners and joints come of themselves.
        for i in range(max(abs(last_row - row), abs(last_column - column)) + 1):
            cell = (row + i * down, column + i * right)
            leads = (back if i else 0) | (ahead if cell != end else 0)
            wires = self._lines.setdefault(cell, {})
            wires[wire] = wires.get(wire, 0) | leads
            if is_lit:
                self._lit.add(cell)

    def rows(self, lit: str, faint: str) -> Iterator[list[Styled]]:
        """The lines of the picture, each as pieces of one style."""
        for cell, wires in self._lines.items():
            if cell not in self._letters:  # A box and its texts hide lines that run into them.
                self._letters[cell] = (self._sign(list(wires.values())), lit if cell in self._lit else faint)
        height = 1 + max((row for row, _ in self._letters), default=-1)
        by_row: list[dict[int, Styled]] = [{} for _ in range(height)]
        for (row, column), letter in self._letters.items():
            by_row[row][column] = letter
        for letters in by_row:
            cells = [letters.get(column, (" ", "")) for column in range(max(letters, default=-1) + 1)]
            yield [("".join(letter for letter, _ in run), style) for style, run in groupby(cells, key=itemgetter(1))]

    def _sign(self, wires: list[int]) -> str:
        if len(wires) > 1:
            return self.signs.crossing
        # What only begins or ends here goes on into a box or a text.
        only = wires[0]
        return self.signs.lines.get(only) or self.signs.lines[UP | DOWN if only & (UP | DOWN) else LEFT | RIGHT]


_DIRECTIONS = {(1, 0): DOWN, (-1, 0): UP, (0, 1): RIGHT, (0, -1): LEFT, (0, 0): 0}
