"""How a document is written where a format does not say otherwise: as plain text, for pipes and for other programs.

A format is a class of its own, derived from this one, with a method for each kind of block or cell that it writes in
another way; so what is new in a document is in every format at once.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from backcalc.language.expr import Call
from backcalc.render.cells import (
    NONE,
    Cell,
    CellValue,
    CellWords,
    Derivative,
    Formula,
    NodeName,
    Norm,
    Path,
    Phrase,
    Product,
    Typed,
)
from backcalc.render.document import Block, Display, Document, Grid, Sentence, Table, Texts
from backcalc.render.layout import PADDED, Lined, Parted, aligned, enclosed, joined, lines, notes
from backcalc.render.values import TOO_LONG, formula_text, is_number, value_text
from backcalc.rules.values import is_array, is_known
from backcalc.text.numerals import DIGITS, DOT, Figures, by_hand, derivative, factor
from backcalc.text.wording import plural, visible

if TYPE_CHECKING:
    from backcalc.render.blocks import CodeBlock, Equation, Plot, RoundingNote, Section
    from backcalc.render.hand import Hand

_NUMBER = r"[-−–]?\d*(?:\.\d*)?(?:[eE][-+−–]?\d+)?"
ARROW = " → "  # Between the nodes of a path.


class Writer:
    """Plain text: no colour, no boxes, a line a row for `grep`, its first and last field for `awk`."""

    stacks_rows = False
    """Whether the rows of a matrix stand under each other in a table."""

    def __init__(self, digits: int = DIGITS, display: Display = Display()) -> None:  # noqa: B008  It is immutable.
        self.digits, self.display = digits, display

    @cached_property
    def hand(self) -> Hand:
        """What writes equations; it notes whether it has rounded a number."""
        from backcalc.render.hand import Hand  # Most documents are tables.

        return Hand(self.digits)

    # ---- Documents -----------------------------------------------------------------------------------------------

    def document(self, document: Document) -> Iterator[str]:
        """The lines of a document: a title, and the blocks."""
        if document.title:
            yield from (document.title, "")
        yield from self.blocks(document.blocks)
        # Last, for it is of use only to who wants the page once more.
        if document.made_by:
            yield from ("", document.made_by)

    def blocks(self, blocks: Iterable[Block]) -> Iterator[str]:
        """The lines of blocks, with what parts two of them."""
        before: Block | None = None
        for block in blocks:
            for i, line in enumerate(self.block(block)):
                # A block that has nothing to say has no line, and is not set apart from the others either.
                if not i and before is not None:
                    yield from self.between(before, block)
                yield line
                before = block

    def between(self, before: Block, block: Block) -> Sequence[str]:  # noqa: ARG002  A format may tell kinds apart.
        """The lines between two blocks."""
        return ("",)

    def block(self, block: Block) -> Iterator[str]:
        """The lines of a block of any kind."""
        match block:
            case Table():
                return self.table(block)
            case Sentence():
                return self.sentence(block)
            case _:
                return self._rare(block)

    def _rare(self, block: Section | RoundingNote | Plot | CodeBlock) -> Iterator[str]:
        """The lines of a block of a kind that few documents have, and that only these load."""
        from backcalc.render.blocks import CodeBlock, Plot, RoundingNote, Section

        match block:
            case Section():
                return self.section(block)
            case RoundingNote():
                return self.rounding()
            case Plot():
                return self.plot(block)
            case CodeBlock():
                return self.code(block)

    def table(self, grid: Grid) -> Iterator[str]:
        """A table, each line as wide as what it says: a pipe has no edge to cut at."""
        # All cells first: how wide a column is, its longest cell says.
        texts = self.written(grid)
        if texts.title:
            yield texts.title
        # Numbered from the first row on, as notes are.
        for row, line in enumerate(lines(aligned(texts), PADDED), -1):  # The first is the header.
            yield line
            yield from notes(texts, row)

    def sentence(self, block: Sentence) -> Iterator[str]:
        """A line of its own."""
        yield self.cell(block.words)

    def section(self, section: Section) -> Iterator[str]:
        """The equations below their heading; those that belong to another are set in."""
        from backcalc.render.breaks import INDENT

        yield self.cell(section.title)
        for equation in section.equations:
            yield " " * INDENT * equation.is_inner + self.equation(equation)

    def rounding(self) -> Iterator[str]:
        """Whether an equation has rounded a number."""
        if self.hand.has_rounded:  # Only a hand knows, once all equations are written.
            yield rounding_text(self.hand.digits)

    def plot(self, _: Plot) -> Iterator[str]:
        """Nothing: the numbers stand in a table, and a plot is for who looks at it."""
        # Nothing, and an iterator all the same.
        yield from ()

    def code(self, block: CodeBlock) -> Iterator[str]:
        """The lines as they are."""
        yield from block.lines

    def equation(self, equation: Equation) -> str:
        """An equation on one line."""
        return self.hand.line(equation, self.cell(equation.remark))

    def written(self, grid: Grid) -> Texts:
        """`grid` with every cell as text."""
        return Texts(
            tuple(map(self.cell, grid.header)),
            [tuple(map(self.of_table, row)) for row in grid.rows],
            grid.numbers,
            grid.yields,
            self.cell(grid.title),
            grid.strong,
            grid.whole,
            {row: tuple(map(self.cell, found)) for row, found in grid.notes.items()},
            grid.tones,
        )

    def of_table(self, cell: Cell) -> str:
        """A cell of a table, where a matrix has room for a line a row."""
        if self.stacks_rows and isinstance(cell, CellValue) and not is_number(cell.value):
            from backcalc.render.matrices import is_matrix, matrix_text

            if is_matrix(cell.value):
                # Shown line by line: a line break is what may steer here.
                return Lined(map(self.shown, matrix_text(cell.value, cell.digits).parts))
        return self.cell(cell)

    # ---- Cells ---------------------------------------------------------------------------------------------------

    def cell(self, cell: Cell) -> str:
        """A cell of any kind as text."""
        match cell:
            case str():
                return self.words(cell)
            case CellValue():
                return self.value(cell)
            case Typed():
                return self.typed(cell)
            case NodeName():
                return self.name(cell.name)
            case Derivative():
                return self.derivative(cell)
            case Norm():
                return self.norm(cell)
            case Formula():
                return self.formula(cell)
            case Path():
                return self.path(cell)
            case Product():
                return self.product(cell)
            case Phrase():
                return self.phrase(cell)

    def shown(self, text: str) -> str:
        """`text` with nothing in it that would steer a terminal, or turn the direction of what follows."""
        if text.isprintable():
            return text
        return Parted(map(visible, text.parts)) if isinstance(text, Parted) else visible(text)

    def words(self, text: CellWords) -> str:
        """Words, with nothing in them that would steer a terminal."""
        return self.shown(text)

    def name(self, name: str) -> str:
        """The name of a node."""
        return self.shown(name)

    def derivative(self, cell: Derivative) -> str:
        """∂of/∂wrt."""
        return self.shown(derivative(cell.of, cell.wrt))

    def norm(self, cell: Norm) -> str:
        """‖∇of‖."""
        return self.shown(f"‖∇{cell.of}‖")

    def value(self, cell: CellValue) -> str:
        """A number, an array or a formula; `?` where it is not known."""
        text = value_text(cell.value, cell.digits)
        # A number has nothing in it that would steer a terminal.
        # Figures: a text that knows where its point is, so that a column can line up.
        return Figures(text) if is_number(cell.value) else self.shown(text)

    def typed(self, cell: Typed) -> str:
        """What somebody has typed; a number lines up with others, and all else may go on behind a comma or a dot."""
        # Who typed 1e3 wants it below 1000.5, not at the edge.
        return Figures(cell.text) if re.fullmatch(_NUMBER, cell.text) else self.shown(Parted(_typed_parts(cell.text)))

    def formula(self, cell: Formula) -> str:
        """An expression in the language, or as one writes it by hand."""
        return self.shown(self.hand.formula(cell.expr) if cell.by_hand else formula_text(cell.expr))

    def path(self, cell: Path) -> str:
        """Nodes with arrows between them."""
        return ARROW.join(map(self.cell, cell.parts))

    def product(self, cell: Product) -> str:
        """Factors as a hand writes them, in parentheses where a sign or an operation asks for them; parted at its dots.

        A path of one node has no factors.
        """
        # A factor alone is no product, and a negative one needs no parentheses then.
        alone = len(cell.factors) == 1
        return joined([self.factor(part, alone=alone) for part in cell.factors], DOT) if cell.factors else NONE

    def factor(self, cell: CellValue | Derivative | CellWords, *, alone: bool) -> str:
        """One factor; `alone` it needs no parentheses."""
        if not isinstance(cell, CellValue):
            return self.cell(cell)
        value = cell.value
        if value is None or (is_known(value) and not is_array(value)):
            return (by_hand if alone else factor)(value, cell.digits)
        text = self.value(cell)
        # Named as a function is, f(x), it is a factor without parentheses; a text that is too long has its own.
        is_open = isinstance(value, Call) and not (alone or value.is_named or text == TOO_LONG)
        return enclosed("(", text, ")") if is_open else text

    def phrase(self, cell: Phrase) -> str:
        """Words with other cells among them, which may go on behind each."""
        return Parted(map(self.cell, cell.parts))


def _typed_parts(text: str) -> list[str]:
    """The parts of a product or an array as somebody has written it down."""
    return re.split(f"(?<={DOT})|(?<=, )", text)


def rounding_text(digits: int) -> str:
    """The sentence that numbers are rounded."""
    return f"Numbers are rounded to {plural(digits, 'significant digit')} for display only."


PLAIN = Writer()
