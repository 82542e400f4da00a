"""Grids fitted to a width: numbers whole and aligned at the point, formulas cut first, then names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from backcalc.errors import display_width
from backcalc.render.report import Grid

GAP = 2
PADDED = 60  # A column is not padded beyond this, so one long formula does not widen every row.
LEAST = 7  # A text column narrower than this says nothing.


def pad(text: str, width: int) -> str:
    """`text` with spaces up to `width` columns."""
    return text + " " * (width - display_width(text))


def clip(text: str, width: int) -> str:
    """`text` in at most `width` columns, `…` standing for what is cut off."""
    if display_width(text) <= width:
        return text
    while display_width(text) > width - 1:
        text = text[: max(0, min(len(text) - 1, width - 1))]
    return f"{text}…"


def aligned(grid: Grid) -> Grid:
    """`grid` with the numbers of each column lined up at the decimal point."""
    columns = [list(column) for column in zip(*grid.rows, strict=True)] if grid.rows else []
    for i in grid.numbers if grid.rows else ():
        columns[i] = _at_point(columns[i])
    return replace(grid, rows=list(zip(*columns, strict=True)))


def widths(grid: Grid) -> list[int]:
    """The columns that each column of `grid` takes."""
    return [max(map(display_width, column)) for column in zip(grid.header, *grid.rows, strict=True)]


def fit(grid: Grid, width: int, gap: int = GAP) -> Grid | None:
    """`grid`, aligned, in at most `width` columns: text columns give way, the yielding one first; None where they cannot."""
    grid = aligned(grid)
    order = [i for i in range(len(grid.header)) if i not in grid.numbers]
    order.sort(key=lambda i: i != grid.yields)
    for column in order:
        taken = widths(grid)
        excess = sum(taken) + gap * (len(taken) - 1) - width
        if excess <= 0:
            return grid
        least = max(LEAST, display_width(grid.header[column]))
        grid = _clipped(grid, column, max(least, taken[column] - excess))
    taken = widths(grid)
    return grid if sum(taken) + gap * (len(taken) - 1) <= width else None


def records(grid: Grid, width: int) -> Iterable[str]:
    """`grid` for a place too narrow for columns: a line a cell, so that no number breaks."""
    for row in grid.rows:
        yield clip(row[0], width)
        yield from (f"  {name} {cell.strip()}" for name, cell in zip(grid.header[1:], row[1:], strict=True))


def _clipped(grid: Grid, column: int, width: int) -> Grid:
    rows = [tuple(clip(cell, width) if i == column else cell for i, cell in enumerate(row)) for row in grid.rows]
    return replace(grid, rows=rows)


def _at_point(cells: Sequence[str]) -> list[str]:
    split = [_split(cell) for cell in cells]
    left = max(len(whole) for whole, _ in split)
    right = max(len(rest) for _, rest in split)
    return [whole.rjust(left) + rest.ljust(right) for whole, rest in split]


def _split(cell: str) -> tuple[str, str]:
    """A number as what stands before its point and the rest."""
    at = next((i for i, char in enumerate(cell) if char in ".e"), len(cell)) if cell[-1:].isdigit() else len(cell)
    return cell[:at], cell[at:]
