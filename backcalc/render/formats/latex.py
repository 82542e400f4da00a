"""Documents as LaTeX, for amsmath: a `tabular` a table, each formula in mathematics."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from backcalc.analysis.longhand import CHAIN, HADAMARD, DerivativeName
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Name, Number, fold, size
from backcalc.language.unparse import ATOM, POSTFIX, PRODUCT, SUM, UNARY
from backcalc.render.blocks import CodeBlock, Equation, Section
from backcalc.render.breaks import Pieces
from backcalc.render.cells import Cell, CellValue, CellWords, Derivative, Formula, NodeName, Norm, Path, Product, Typed
from backcalc.render.document import Block, Display, Document, Grid, Sentence, Table
from backcalc.render.hand import Hand
from backcalc.render.mathematics import (
    LAST_LATIN,
    NEEDS,
    Latex,
    array_latex,
    call_latex,
    grouped,
    latex,
    leaf_latex,
    name_latex,
    shown_vector,
    value_latex,
    words_latex,
)
from backcalc.render.values import LONGEST, MAX_DIGITS, TOO_LONG, ends, value_text
from backcalc.render.writer import Writer
from backcalc.rules.values import is_known
from backcalc.text.numerals import MINUS, UNKNOWN

# Room between paragraphs sets the tables of a sheet apart, room between rows is where a student writes.
_ROOM = {"page": ("1ex", ()), "sheet": ("2ex", (r"\renewcommand{\arraystretch}{1.25}",))}

SIDE_BY_SIDE = ("@", "outer", "dot")  # Products without a sign between their factors.


def write(document: Document, _: Display) -> Iterator[str]:
    """The lines of a document; first a comment, where it takes XeLaTeX."""
    found = list(LatexWriter(document.digits).document(document))  # All: what fonts it takes is told on top.
    if any(char > LAST_LATIN for line in found for char in line):
        yield NEEDS
    yield from found


class LatexWriter(Writer):
    """Mathematics, but for words."""

    _is_page = False

    @cached_property
    def hand(self) -> Hand:
        """What writes equations."""
        return LatexHand(self.digits)

    # ---- Documents -----------------------------------------------------------------------------------------------

    def document(self, document: Document) -> Iterator[str]:
        """Tables to be put into a text, or a page that compiles as it is."""
        if document.kind == "tables":
            yield from self.blocks(document.blocks)  # Without a preamble, for a text that has its own.
            return
        if document.made_by:
            yield f"% {document.made_by}"
        yield from _preamble(*_ROOM[document.kind])
        if document.title:
            yield rf"\section*{{{document.title}}}"
        # From here on: what a text of one's own takes in has its paragraphs from that text.
        self._is_page = True
        yield from self.blocks(document.blocks)
        yield r"\end{document}"

    def between(self, before: Block, block: Block) -> Sequence[str]:
        """On a page paragraphs have room between them; tables stand close."""
        are_tables = isinstance(before, Table) and isinstance(block, Table)
        return ("",) if self._is_page and not are_tables else (r"\medskip", "")

    def table(self, grid: Grid) -> Iterator[str]:
        """A `tabular` with rules of plain LaTeX; a note goes through all columns."""
        texts = self.written(grid)
        if texts.title:
            yield texts.title + r"\\"
        # The plain columns of LaTeX: those that line up points would want a package.
        columns = "".join("r" if c in texts.numbers else "l" for c in range(len(texts.header)))
        yield rf"\begin{{tabular}}{{{columns}}}"
        yield from (r"\hline", _row(texts.header), r"\hline")
        for i, row in enumerate(texts.rows):
            yield _row(row)
            for note in texts.notes.get(i, ()):
                yield rf"\multicolumn{{{len(columns)}}}{{l}}{{\quad {note}}} \\"
        yield from (r"\hline", r"\end{tabular}")

    def sentence(self, block: Sentence) -> Iterator[str]:
        """A line of its own among tables, or a paragraph."""
        yield self.cell(block.words) + r"\\" * (not self._is_page)

    def section(self, section: Section) -> Iterator[str]:
        """Mathematics in the text, which TeX breaks at `=` and `+` where it is long."""
        # `\text`, for the title is words and mathematics mixed.
        yield rf"\section*{{\text{{{self.cell(section.title)}}}}}"
        for equation in section.equations:
            indent = r"\hspace*{2em}\hangindent=4em" if equation.is_inner else r"\hangindent=2em"
            yield rf"{indent}$\displaystyle {self.equation(equation)}$\par"

    def code(self, block: CodeBlock) -> Iterator[str]:
        """The lines as they are typed."""
        yield from (r"\begin{verbatim}", *block.lines, r"\end{verbatim}")

    # ---- Cells ---------------------------------------------------------------------------------------------------

    def words(self, text: CellWords) -> str:
        """Words, outside mathematics."""
        return words_latex(self.shown(text))

    def cell(self, cell: Cell) -> str:
        """A cell of any kind, in dollars what is mathematics."""
        found = self.inner(cell)
        return super().cell(cell) if found is None else f"${found}$"

    def inner(self, cell: Cell) -> str | None:
        """A cell as mathematics; None for words."""
        match cell:
            case NodeName(name):
                return name_latex(name)
            case Derivative(of, wrt):
                return rf"\partial {name_latex(of)}/\partial {name_latex(wrt)}"
            case Norm(of):
                return rf"\lVert \nabla {name_latex(of)} \rVert"
            case CellValue(value, digits):
                found = value_latex(value, digits)
                return None if found is None else found[0]
            case Formula(expr, by_hand):
                return self.hand.formula(expr) if by_hand else latex(expr, MAX_DIGITS)
            case Path(parts):
                return r" \to ".join(map(self._part, parts))
            case Product(factors) if factors:
                return r" \cdot ".join(self.factor(part, alone=len(factors) == 1) for part in factors)
            case _:
                return None

    def typed(self, cell: Typed) -> str:
        """Words: what a student types need not be mathematics."""
        return self.words(cell.text)

    def value(self, cell: CellValue) -> str:
        """Words for a value that is not known, or too long."""
        return words_latex(value_text(cell.value))

    def factor(self, cell: CellValue | Derivative | CellWords, *, alone: bool) -> str:
        """One factor, in mathematics."""
        found = value_latex(cell.value, cell.digits) if isinstance(cell, CellValue) else None
        if found is None:
            return self._part(cell)
        # As on paper: a quotient or a power that is a factor keeps its parentheses, a function's call needs none.
        is_open = isinstance(cell.value, Call) and not cell.value.is_named if isinstance(cell, CellValue) else False
        return rf"\left({found[0]}\right)" if not alone and (is_open or found[1] < PRODUCT) else found[0]

    def _part(self, cell: Cell) -> str:
        """A cell within mathematics."""
        found = self.inner(cell)
        return rf"\text{{{super().cell(cell)}}}" if found is None else found


def _preamble(parskip: str, more: Iterable[str]) -> Iterator[str]:
    """The lines before the first of a page with so much room between paragraphs."""
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath,amssymb}"
    yield r"\usepackage[margin=25mm]{geometry}"
    yield rf"\setlength{{\parindent}}{{0pt}}\setlength{{\parskip}}{{{parskip}}}"
    yield from more
    yield r"\begin{document}\raggedright"  # Justified, a line of mathematics would be torn apart.


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


# ---- Equations -------------------------------------------------------------------------------------------------------


class LatexHand(Hand):
    """Formulas as one writes them by hand, in LaTeX."""

    def equation(self, found: Equation, remark: str = "") -> Pieces:
        """An equation in mathematics, the same side never twice in a row; the remark behind it is text."""
        # Only what stands behind the equation is text; names in it are mathematics again.
        pieces = super().equation(found)
        return [*pieces, rf"\text{{{remark}}}"] if remark else pieces

    def pieces(self, expr: Expr) -> Pieces:
        """`expr` as mathematics, in one piece: TeX knows where to break it."""
        return [fold(expr, self._leaf, _call)[0]]

    def value_pieces(self, value: Any) -> Pieces:
        """A number, an array or a formula; a question mark where nothing says what it is."""
        if value is None:
            return [rf"\text{{{UNKNOWN}}}"]
        if not is_known(value):
            is_short = size(value, LONGEST) <= LONGEST
            return self.pieces(value) if is_short else [rf"\text{{{words_latex(TOO_LONG)}}}"]
        return [array_latex(value, lambda number: self._leaf(Number(number)))[0]]

    def _leaf(self, leaf: Number | Name) -> Latex:
        """A number in the digits of this hand, a name, or a derivative as a fraction."""
        if isinstance(leaf, DerivativeName):
            return rf"\frac{{\partial {name_latex(leaf.of)}}}{{\partial {name_latex(leaf.wrt)}}}", UNARY
        if isinstance(leaf, Name):
            return leaf_latex(leaf, self.digits)
        # By way of `number`, which notes whether anything was rounded.
        text = leaf.text or self.number(leaf.value).replace(MINUS, "-")
        found, own = leaf_latex(Number(leaf.value, text), self.digits)
        # A minus binds as a sum does: it needs parentheses as a factor.
        return found, SUM if found.startswith("-") else own


def _call(call: Call, args: tuple[Latex, ...]) -> Latex:
    """A call as LaTeX; products as one writes them."""
    if call.fn == CHAIN:
        return _chain(call, *args)
    if call.fn == VECTOR:
        return shown_vector(ends(args), len(args))
    if call.fn in SIDE_BY_SIDE:  # No sign parts them, so parentheses must.
        args = tuple((grouped(arg, POSTFIX), ATOM) for arg in args)
    # a + −b and a · −b are set in parentheses; a fraction or an exponent keeps its minus apart by itself.
    elif len(args) > 1 and call.fn in _SIGNS and _begins_with_minus(call.args[1]):
        args = (args[0], (grouped(args[1], ATOM + 1), ATOM))
    if call.fn == HADAMARD:
        return rf"{grouped(args[0], PRODUCT)} \odot {grouped(args[1], UNARY)}", PRODUCT
    found, own = call_latex(call, args)
    return found, PRODUCT if call.fn in SIDE_BY_SIDE else own


_SIGNS = ("+", "-", "*", HADAMARD)


def _begins_with_minus(expr: Expr) -> bool:
    """Whether a negation, a negative number, or a sum that begins with one is written."""
    while isinstance(expr, Call) and expr.fn in ("+", "-"):
        expr = expr.args[0]
    return expr.fn == NEGATE if isinstance(expr, Call) else isinstance(expr, Number) and expr.value < 0


def _chain(call: Call, left: Latex, right: Latex) -> Latex:
    """A product along an edge; of numbers each in parentheses."""
    if all(isinstance(arg, Number) for arg in call.args):
        return rf"({left[0]})({right[0]})", PRODUCT
    is_product = isinstance(call.args[1], Call) and call.args[1].fn == "*"
    return rf"{grouped(left, PRODUCT)} \cdot {grouped(right, PRODUCT if is_product else UNARY)}", PRODUCT
