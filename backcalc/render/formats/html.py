"""A report as HTML, for notebooks."""

from __future__ import annotations

from html import escape

from backcalc.render.document import Grid
from backcalc.render.layout import aligned


def html(grid: Grid) -> str:
    title = f"<p>{escape(grid.title)}</p>" if grid.title else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in grid.header)
    rows = (
        "".join(
            f'<td style="text-align:{"right" if i in grid.numbers else "left"};white-space:pre">{escape(cell)}</td>'
            for i, cell in enumerate(row)
        )
        for row in aligned(grid).rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_text(text: str) -> str:
    """Text as it is, each line of it one."""
    return f"<pre>{escape(text)}</pre>"
