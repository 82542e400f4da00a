"""Reports for a terminal, by Rich."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from backcalc.render.layout import fit, records
from backcalc.render.report import Grid

_PADDING = 2  # Rich puts a space on each side of a cell.


def print_table(report: Iterable[Grid], *, color: bool, width: int | None = None) -> None:
    """Print `report` to stdout, fitted to the terminal (or to `width` columns)."""
    console = Console(
        file=sys.stdout, force_terminal=True, no_color=not color, highlight=False, width=width, soft_wrap=True
    )
    for grid in report:
        fitted = fit(grid, console.width - _PADDING - 1, gap=_PADDING)
        if grid.title:
            console.print(Text(grid.title, style="italic"))
        if fitted is None:
            console.print(Text("\n".join(records(grid, console.width))))
        else:
            console.print(_table(fitted))


def _table(grid: Grid) -> Table:
    table = Table(box=box.SIMPLE_HEAD, header_style="bold cyan", pad_edge=True)
    for i, name in enumerate(grid.header):
        is_number = i in grid.numbers
        table.add_column(Text(name), no_wrap=True, justify="right" if is_number else "left", overflow="ignore")
    for i, row in enumerate(grid.rows):
        table.add_row(*(Text(cell) for cell in row), style="bold" if i in grid.strong else None)
    return table
