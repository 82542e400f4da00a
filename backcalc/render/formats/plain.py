"""Reports as plain text for pipes: no colour, no boxes, a line a row for `grep`, its first and last field for `awk`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backcalc.render.document import Grid
from backcalc.render.layout import PADDED, aligned, lines, notes
from backcalc.render.writer import PLAIN


def render_plain(report: Iterable[Grid]) -> Iterator[str]:
    """The lines of `report`, each as wide as what it says: a pipe has no edge to cut at."""
    for i, grid in enumerate(map(PLAIN.written, report)):
        if i:
            yield ""
        if grid.title:
            yield grid.title
        for row, line in enumerate(lines(aligned(grid), PADDED), -1):  # The first is the header.
            yield line
            yield from notes(grid, row)
