"""Reports for a terminal, fitted to its width, in Rich's styles."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backcalc.render.document import Grid, Texts
from backcalc.render.formats.styled import Piece, columns, print_line
from backcalc.render.layout import fit, lines, notes, records
from backcalc.render.writer import PLAIN
from backcalc.text.wording import display_width

_HEADING, _RULE, _STRONG = "bold cyan", "dim", "bold"
_TONES = {"good": "green", "fair": "yellow", "bad": "red"}


def print_table(report: Iterable[Grid], *, color: bool, width: int | None = None) -> None:
    """Print `report` to stdout, fitted to the terminal (or to `width` columns)."""
    width = width or columns()
    for i, grid in enumerate(map(PLAIN.written, report)):
        if i:
            print_line([], color=color)
        for line in _lines(grid, width):
            print_line(line, color=color)


def _lines(grid: Texts, width: int) -> Iterator[list[Piece]]:
    """`grid` as lines in their styles: a heading over a rule, or a line a cell where columns do not fit."""
    if grid.title:
        yield [(grid.title, _STRONG)]
    # A number that would have to be cut makes the table a list instead: it is never shown in part.
    fitted = fit(grid, width)
    if fitted is None:
        yield from ([(line, "")] for line in records(grid, width))
        return
    header, *rows = list(lines(fitted)) or [""]
    if header:
        yield [(header, _HEADING)]
        yield [("─" * max(display_width(line) for line in (header, *rows)), _RULE)]
    for i, row in enumerate(rows):
        style = _STRONG if i in grid.strong else ""
        sign = len(grid.rows[i][0]) if i in grid.tones else 0
        tone = f"{style} {_TONES[grid.tones[i]]}" if sign else style
        yield [(row[:sign], tone), (row[sign:], style)]
        yield from ([(note, "")] for note in notes(grid, i, width))
