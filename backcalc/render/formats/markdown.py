"""Reports as Markdown tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backcalc.render.document import Grid, Texts
from backcalc.render.writer import PLAIN


def render_markdown(report: Iterable[Grid]) -> Iterator[str]:
    """The lines of `report`: a pipe table a grid, numbers to the right."""
    for i, grid in enumerate(_with_notes(PLAIN.written(grid)) for grid in report):
        if i:
            yield ""
        if grid.title:
            yield _escaped(grid.title)
        if grid.title and grid.header:
            yield ""
        if grid.header:
            yield _row(map(_escaped, grid.header))
            yield _row("---:" if i in grid.numbers else "---" for i in range(len(grid.header)))
        yield from (_row(_cells(row, grid)) for row in grid.rows)


def _with_notes(grid: Texts) -> Texts:
    """`grid` with its notes as a column of their own."""
    if not grid.notes:  # A pipe table has no place between its rows.
        return grid
    rows = [(*row, " ".join(grid.notes.get(i, ()))) for i, row in enumerate(grid.rows)]
    return grid._replace(header=(*grid.header, "note"), rows=rows)


def _cells(row: Sequence[str], grid: Texts) -> list[str]:
    """Formulas as code, so that `*` in them stays what it is."""
    return [f"`{cell}`" if i == grid.yields else _escaped(cell) for i, cell in enumerate(row)]


def _escaped(text: str) -> str:
    # Names come from students: no tag and no link of theirs may reach the page.
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("](", r"]\(").replace("`", r"\`")
    return text.replace("_", r"\_").replace("*", r"\*")


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
