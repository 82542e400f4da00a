"""Reports for a terminal, fitted to its width; Rich knows which colours it has."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator

from rich.console import Console
from rich.text import Text

from backcalc.errors import display_width
from backcalc.render.layout import fit, lines, notes, records
from backcalc.render.report import Grid

_HEADING, _RULE, _STRONG = "bold cyan", "dim", "bold"
_TONES = {"good": "green", "fair": "yellow", "bad": "red"}


def print_table(report: Iterable[Grid], *, color: bool, width: int | None = None) -> None:
    """Print `report` to stdout, fitted to the terminal (or to `width` columns)."""
    console = Console(file=sys.stdout, force_terminal=color, no_color=not color, highlight=False, width=width)
    for i, grid in enumerate(report):
        for line in _lines(grid, console.width, after_another=i > 0):
            if color:
                console.print(line, soft_wrap=True)
            else:
                sys.stdout.write(f"{line.plain}\n")


def _lines(grid: Grid, width: int, *, after_another: bool) -> Iterator[Text]:
    """`grid` as lines with their styles: a heading over a rule, or a line a cell where columns do not fit."""
    if after_another:
        yield Text()
    if grid.title:
        yield Text(grid.title, style=_STRONG)
    # A number that would have to be cut makes the table a list instead: it is never shown in part.
    fitted = fit(grid, width)
    if fitted is None:
        yield from map(Text, records(grid, width))
        return
    header, *rows = list(lines(fitted)) or [""]
    if header:
        yield Text(header, style=_HEADING)
        yield Text("─" * max(display_width(line) for line in (header, *rows)), style=_RULE)
    for i, row in enumerate(rows):
        line = Text(row, style=_STRONG if i in grid.strong else "")
        if i in grid.tones:
            line.stylize(_TONES[grid.tones[i]], 0, len(grid.rows[i][0]))
        yield line
        yield from map(Text, notes(grid, i, width))
