"""Documents as Markdown: a pipe table a table, equations as code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from backcalc.render.blocks import CodeBlock, Equation, Section
from backcalc.render.breaks import INDENT
from backcalc.render.document import Display, Document, Grid, Sentence, Texts
from backcalc.render.hand import Hand
from backcalc.render.writer import PLAIN, Writer

NO_BREAK = "\u00a0"
_PADDING = re.compile("(?<!,) ")  # That behind a comma is one of its own.


def write(document: Document, _: Display) -> Iterator[str]:
    """The lines of a document in Markdown."""
    return (MathMarkdown if document.has_math else Markdown)(document.digits).document(document)


class Markdown(Writer):
    """Plain text in the forms of Markdown, what is written in it kept from having any."""

    stacks_rows = True

    def document(self, document: Document) -> Iterator[str]:
        """The blocks below a heading of the first order; the command that makes it again is a comment."""
        if document.title:
            yield from (f"# {document.title}", "")
        yield from self.blocks(document.blocks)
        if document.made_by:
            yield from ("", f"<!-- {document.made_by} -->")  # Unseen in print, and enough to make it again.

    def table(self, grid: Grid) -> Iterator[str]:
        """A pipe table, numbers to the right."""
        texts = _with_notes(self.written(grid))
        if texts.title:
            yield from (_escaped(texts.title), "")
        yield _row(map(_escaped, texts.header))
        # Colons say to which side a column is set.
        yield _row("---:" if i in texts.numbers else "---" for i in range(len(texts.header)))
        yield from (_row(_cells(row, texts)) for row in texts.rows)

    def sentence(self, block: Sentence) -> Iterator[str]:
        """A paragraph."""
        yield _escaped(self.cell(block.words))

    def section(self, section: Section) -> Iterator[str]:
        """A list of equations as code, so that `*` and `_` in them stay what they are."""
        yield from (f"## {self.cell(section.title)}", "")
        for equation in section.equations:
            yield f"{' ' * INDENT * equation.is_inner}- {self.equation_text(equation)}"

    def equation_text(self, equation: Equation) -> str:
        """An equation as code."""
        return f"`{self.equation(equation)}`"

    def code(self, block: CodeBlock) -> Iterator[str]:
        """A fenced block; GitHub and others draw what is Mermaid's."""
        yield from (f"```{block.language}", *block.lines, "```")


class MathMarkdown(Markdown):
    """Equations as the mathematics of LaTeX, for what sets it."""

    @cached_property
    def hand(self) -> Hand:
        """What writes equations."""
        from backcalc.render.formats.latex import LatexHand  # Most documents have none.

        return LatexHand(self.digits)

    def equation_text(self, equation: Equation) -> str:
        """An equation between dollars, what is remarked behind it."""
        # The remark as words of Markdown: names in it need no mathematics.
        return f"${self.hand.line(equation)}${_escaped(PLAIN.cell(equation.remark))}"


def _with_notes(grid: Texts) -> Texts:
    """`grid` with its notes as a column of their own."""
    if not grid.notes:  # A pipe table has no place between its rows.
        return grid
    # One column for all notes of a row: a table's rows are as wide as its header.
    rows = [(*row, " ".join(grid.notes.get(i, ()))) for i, row in enumerate(grid.rows)]
    return grid._replace(header=(*grid.header, "note"), rows=rows)


def _cells(row: Sequence[str], grid: Texts) -> list[str]:
    """Formulas as code, so that `*` in them stays what it is, and the rows of a matrix, so that its columns line up."""
    # Code of nothing would show its two ticks.
    is_code = [bool(cell) and (i == grid.yields or _is_grid(cell)) for i, cell in enumerate(row)]
    return [_code(cell) if plain else _escaped(cell) for cell, plain in zip(row, is_code, strict=True)]


def _is_grid(cell: str) -> bool:
    """Whether a cell has the rows of a matrix under each other, and nothing that would end code."""
    return "\n" in cell and "`" not in cell


def _code(cell: str) -> str:
    """Each line as code; blanks that pad a number are such as HTML keeps, and as are read back."""
    return f"`{_PADDING.sub(NO_BREAK, cell)}`".replace("\n", "`<br>`") if "\n" in cell else f"`{cell}`"


def _escaped(text: str) -> str:
    # Names come from students: no tag and no link of theirs may reach the page.
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace("](", r"]\(").replace("`", r"\`")
    return text.replace("_", r"\_").replace("*", r"\*").replace("\n", "<br>")


def _row(cells: Iterable[str]) -> str:
    # Within code too, a bar ends a cell.
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
