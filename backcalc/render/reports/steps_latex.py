"""A derivation as a LaTeX document, for amsmath: an answer key that compiles as it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from backcalc.analysis.explain import Step
from backcalc.analysis.longhand import CHAIN, HADAMARD, DerivativeName
from backcalc.language.expr import VECTOR, Call, Expr, Name, Number, fold, size
from backcalc.language.unparse import ATOM, POSTFIX, PRODUCT, SUM, UNARY
from backcalc.render.formats.latex import (
    LAST_LATIN,
    NEEDS,
    Latex,
    array_latex,
    call_latex,
    grouped,
    leaf_latex,
    name_latex,
    shown_vector,
    words_latex,
)
from backcalc.render.hand import SIDE_BY_SIDE, Hand
from backcalc.render.reports.steps import derivation
from backcalc.render.values import LONGEST, TOO_LONG, ends
from backcalc.rules.values import is_known
from backcalc.text.numerals import MINUS, UNKNOWN

_FORMS = {
    "title": r"\section*{%s}",
    "step": r"\hangindent=2em$\displaystyle %s$\par",
    "partial": r"\hspace*{2em}\hangindent=4em$\displaystyle %s$\par",
}


def render_steps_latex(steps: Iterable[Step], output: str, digits: int) -> Iterator[str]:
    """The lines of a whole document; mathematics in the text, which TeX breaks at `=` and `+` where it is long."""
    # All of them before the first is printed: what fonts they need is told on top.
    lines = list(steps_latex(steps, output, digits))
    if any(char > LAST_LATIN for line in lines for char in line):
        yield NEEDS
    yield from document_beginning("1ex")
    yield from lines
    yield r"\end{document}"


def document_beginning(parskip: str, *more: str) -> Iterator[str]:
    """The lines before the first of a document with this much room between paragraphs."""
    yield r"\documentclass{article}"
    yield r"\usepackage{amsmath,amssymb}"
    yield r"\usepackage[margin=25mm]{geometry}"
    yield rf"\setlength{{\parindent}}{{0pt}}\setlength{{\parskip}}{{{parskip}}}"
    yield from more
    yield r"\begin{document}\raggedright"  # Justified, a line of mathematics would be torn apart.


def steps_latex(steps: Iterable[Step], output: str, digits: int) -> Iterator[str]:
    """The lines of a derivation without the document around them."""
    found = derivation(steps, output, LatexHand(digits))
    return (_FORMS.get(line.kind, "%s") % line.text for line in found)


class LatexHand(Hand):
    """Formulas as one writes them by hand, in LaTeX."""

    def symbol(self, name: Name) -> str:
        """A node's name, or a derivative as a fraction."""
        if isinstance(name, DerivativeName):
            return rf"\frac{{\partial {name_latex(name.of)}}}{{\partial {name_latex(name.wrt)}}}"
        return name_latex(name.id)

    def words(self, text: str, *names: str) -> str:
        """A remark or a heading, the names in it as mathematics."""
        return rf"\text{{{text.format(*(f'${name_latex(name)}$' for name in names))}}}"

    def formula(self, expr: Expr) -> str:
        """`expr` as mathematics."""
        return fold(expr, self._leaf, _call)[0]

    def value(self, value: Any) -> str:
        """A number, an array or a formula; a question mark where nothing says what it is."""
        if value is None:
            return rf"\text{{{UNKNOWN}}}"
        if not is_known(value):
            return self.formula(value) if size(value, LONGEST) <= LONGEST else rf"\text{{{words_latex(TOO_LONG)}}}"
        return array_latex(value, lambda number: self._leaf(Number(number)))[0]

    def _leaf(self, leaf: Number | Name) -> Latex:
        if isinstance(leaf, Name):
            return (self.symbol(leaf), UNARY) if isinstance(leaf, DerivativeName) else leaf_latex(leaf, self.digits)
        # By way of `number`, which notes whether anything was rounded.
        text = leaf.text or self.number(leaf.value).replace(MINUS, "-")
        found, own = leaf_latex(Number(leaf.value, text), self.digits)
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
    elif len(args) > 1 and call.fn in _SIGNS and args[1][0].startswith("-"):
        args = (args[0], (grouped(args[1], ATOM + 1), ATOM))
    if call.fn == HADAMARD:
        return rf"{grouped(args[0], PRODUCT)} \odot {grouped(args[1], UNARY)}", PRODUCT
    found, own = call_latex(call, args)
    return found, PRODUCT if call.fn in SIDE_BY_SIDE else own


_SIGNS = ("+", "-", "*", HADAMARD)


def _chain(call: Call, left: Latex, right: Latex) -> Latex:
    """A product along an edge; of numbers each in parentheses."""
    if all(isinstance(arg, Number) for arg in call.args):
        return rf"({left[0]})({right[0]})", PRODUCT
    is_product = isinstance(call.args[1], Call) and call.args[1].fn == "*"
    return rf"{grouped(left, PRODUCT)} \cdot {grouped(right, PRODUCT if is_product else UNARY)}", PRODUCT
