"""Documents as HTML, for notebooks."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from backcalc.render.blocks import CodeBlock, Section
from backcalc.render.document import Display, Document, Grid, Sentence
from backcalc.render.layout import aligned
from backcalc.render.writer import Writer


def write(document: Document, _: Display) -> Iterator[str]:
    """The lines of a document in HTML."""
    return Html(document.digits).document(document)


class Html(Writer):
    """Plain text in elements; what users have typed stays text."""

    stacks_rows = True

    def document(self, document: Document) -> Iterator[str]:
        """The blocks, below a heading where there is one."""
        if document.title:
            yield f"<h1>{escape(document.title)}</h1>"  # A document of a notebook seldom has one.
        for block in document.blocks:
            # Without lines between blocks: elements are set apart by themselves.
            yield from self.block(block)
        if document.made_by:
            yield f"<!-- {document.made_by.replace('--', '- -')} -->"  # Two hyphens would end the comment.

    def table(self, grid: Grid) -> Iterator[str]:
        """A table, a note in a row of its own."""
        # Escaped cell by cell, after they are written: a name may hold a tag.
        texts = self.written(grid)
        if texts.title:
            yield f"<p>{escape(texts.title)}</p>"
        head = "".join(f"<th>{escape(name)}</th>" for name in texts.header)
        # A note goes through all columns, as it does in text.
        body = "".join(
            f"<tr>{''.join(_cell(cell, to_right=i in grid.numbers) for i, cell in enumerate(row))}</tr>"
            + "".join(_note(note, len(texts.header)) for note in texts.notes.get(place, ()))
            for place, row in enumerate(aligned(texts).rows)
        )
        yield f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"

    def sentence(self, block: Sentence) -> Iterator[str]:
        """A paragraph."""
        yield f"<p>{escape(self.cell(block.words))}</p>"

    def section(self, section: Section) -> Iterator[str]:
        """A list of equations, those that belong to another set in."""
        yield f"<h2>{escape(self.cell(section.title))}</h2>"
        yield "<ul>"
        for equation in section.equations:
            # Set in by a style of its own: a notebook has no sheet of ours.
            style = ' style="margin-left:2em"' if equation.is_inner else ""
            yield f"<li{style}><code>{escape(self.equation(equation))}</code></li>"
        yield "</ul>"

    def code(self, block: CodeBlock) -> Iterator[str]:
        """The lines in a box."""
        yield html_text("\n".join(block.lines))

    def rounding(self) -> Iterator[str]:
        """The sentence as a paragraph."""
        yield from (f"<p>{escape(text)}</p>" for text in super().rounding())


def _cell(text: str, *, to_right: bool) -> str:
    # `pre` keeps the blanks that line numbers up at the point.
    align = "right" if to_right else "left"
    # The rows of a matrix line up only where every digit is as wide as a blank.
    font = ";font-family:monospace" if "\n" in text else ""
    return f'<td style="text-align:{align};white-space:pre{font}">{escape(text)}</td>'


def _note(text: str, columns: int) -> str:
    return f'<tr><td colspan="{columns}">{escape(text)}</td></tr>'


def html_text(text: str) -> str:
    """Text as it is, each line of it one."""
    return f"<pre>{escape(text)}</pre>"
