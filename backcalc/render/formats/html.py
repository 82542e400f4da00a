"""A report as HTML, for notebooks."""

from __future__ import annotations

from html import escape

from backcalc.render.document import Grid
from backcalc.render.layout import aligned
from backcalc.render.writer import PLAIN


def html(grid: Grid) -> str:
    """`grid` as a table; what users have typed stays text."""
    texts = PLAIN.written(grid)
    title = f"<p>{escape(texts.title)}</p>" if texts.title else ""
    head = "".join(f"<th>{escape(name)}</th>" for name in texts.header)
    rows = (
        "".join(
            f'<td style="text-align:{"right" if i in grid.numbers else "left"};white-space:pre">{escape(cell)}</td>'
            for i, cell in enumerate(row)
        )
        for row in aligned(texts).rows
    )
    body = "".join(f"<tr>{row}</tr>" for row in rows)
    return f"{title}<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def html_text(text: str) -> str:
    """Text as it is, each line of it one."""
    return f"<pre>{escape(text)}</pre>"
