"""Reports as plain text for pipes: no colour, no boxes, the first and the last field of a line for `awk`, whole lines for `grep`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backcalc.errors import display_width
from backcalc.render.layout import GAP, PADDED, aligned, pad, widths
from backcalc.render.report import Grid


def render_plain(report: Iterable[Grid]) -> Iterator[str]:
    """The lines of `report`, each as wide as what it says: a pipe has no edge to cut at."""
    for i, grid in enumerate(report):
        if i:
            yield ""
        if grid.title:
            yield grid.title
        yield from _lines(aligned(grid))


def _lines(grid: Grid) -> Iterator[str]:
    room = [width if i in grid.numbers else min(width, PADDED) for i, width in enumerate(widths(grid))]
    for row in (grid.header, *grid.rows):
        cells = (_cell(cell, room[i], row is grid.header and i in grid.numbers) for i, cell in enumerate(row))
        yield (" " * GAP).join(cells).rstrip()


def _cell(text: str, width: int, is_heading_of_numbers: bool) -> str:
    if is_heading_of_numbers:
        return " " * (width - display_width(text)) + text
    return pad(text, width)
