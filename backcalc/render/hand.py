"""Formulas and equations as one writes them by hand: `w·x + b`, `0.5·2 + (−1)`, `(−10)(1)`, `Wᵀ @ (∂L/∂h ⊙ h)`.

What is written here is in the language, so that it may be typed again.

As in `unparse`, a formula is written piece by piece from a stack, so that a deep or long one takes no longer than its
size says. The pieces are kept: they know where a line may be broken.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import isclose, isfinite
from typing import Any

from backcalc.analysis.longhand import CHAIN, HADAMARD, DerivativeName
from backcalc.language.expr import NEGATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number, size
from backcalc.language.lexis import reserved
from backcalc.language.unparse import ATOM, CONDITIONAL, POSTFIX, PRODUCT, SUM, TIGHTNESS, UNARY, Piece, form
from backcalc.render.blocks import Equation
from backcalc.render.breaks import Composer, Gap, Pieces, whole
from backcalc.render.cells import CellValue, Formula
from backcalc.render.layout import Parted
from backcalc.render.values import ELEMENTS, LONGEST, TOO_LONG, ends
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import DIGITS, DOT, MINUS, UNKNOWN, by_hand, rounded

TRANSPOSED = "ᵀ"
NOISE = 1e-12  # What float64 makes of 0.16 by the way is not worth a word about rounding.
_COMMAS = (",", "…,")  # The second behind what is left out of a long list.
_OPENING = "([,=<>"  # After these, and after a word of the language, a minus needs no parentheses.


class Hand:
    """A writer of formulas and values to so many significant digits; it knows whether it has rounded a number."""

    def __init__(self, digits: int = DIGITS) -> None:
        self.digits = digits
        self.has_rounded = False

    def line(self, found: Equation, remark: str = "") -> str:
        """An equation on one line."""
        return whole(self.equation(found, remark))

    def equation(self, found: Equation, remark: str = "") -> Pieces:
        """`symbol = formula = numbers = value`, the same text never twice in a row, and the remark behind it."""
        composer = Composer()
        before = ""
        for i, side in enumerate(map(self.side, found.sides)):
            text = whole(side)
            # A formula of numbers alone is its own substitution, and `1 = 1` tells nothing.
            if text != before or not i:
                composer.pieces += [Gap.SIDE, "=", Gap.WORD, *side] if i else side
            before = text
        composer.add(remark)
        return composer.pieces

    def side(self, cell: Formula | CellValue) -> Pieces:
        """A side of an equation."""
        return self.pieces(cell.expr) if isinstance(cell, Formula) else self.value_pieces(cell.value)

    def formula(self, expr: Expr) -> str:
        """`expr` as text on one line, which may be parted behind a dot or a comma."""
        return Parted(_parts(self.pieces(expr)))

    def pieces(self, expr: Expr) -> Pieces:
        """`expr`, piece by piece."""
        composer = Composer()
        stack: list[Piece] = [(expr, CONDITIONAL)]
        while stack:
            piece = stack.pop()
            if isinstance(piece, str):
                composer.add(piece)
                continue
            # Two signs in a row need parentheses whatever binds how: 3·(−2), a + (−1).
            own, pieces = self._written(piece[0])
            is_inner = own < piece[1] or (pieces[0] == MINUS and not _opens(composer.pieces))
            stack.extend(reversed(["(", *pieces, ")"] if is_inner else pieces))
        return composer.pieces

    def value_pieces(self, value: Any) -> Pieces:
        """A number, an array or a formula; `?` where nothing says what it is."""
        composer = Composer()
        if value is None:
            composer.add(UNKNOWN)
        elif is_known(value):
            self._add_known(value, composer)
        elif size(value, LONGEST) <= LONGEST:
            return self.pieces(value)
        else:
            composer.add(TOO_LONG)
        return composer.pieces

    def _add_known(self, value: Any, composer: Composer) -> None:
        """A number, or an array, of which a long one is cut in its midst."""
        if not shape_of(value):
            composer.add(self.number(float(value)))
            return
        composer.add("[")
        for i, item in enumerate(ends(value)):
            if i:
                composer.add(", ")
            # Where the ends of a long array meet.
            if i == ELEMENTS // 2 and len(value) > ELEMENTS:
                composer.add("…")
                composer.add(", ")
            self._add_known(item, composer)
        composer.add("]")

    def number(self, value: float) -> str:
        """A number rounded to the digits of this hand, which notes whether that has changed it."""
        # One is enough for the line that says so at the end.
        if not self.has_rounded and isfinite(value):
            self.has_rounded = not isclose(float(rounded(value, self.digits)), value, rel_tol=NOISE)
        return by_hand(value, self.digits)

    def _written(self, part: Expr) -> tuple[int, list[Piece]]:
        """How tightly a part binds, and its pieces."""
        if isinstance(part, Call):
            return _call(part)
        # A text that the file has written stays as it is: 0.10 has its zero.
        text = part.id if isinstance(part, Name) else part.text or self.number(part.value)
        if text.startswith(MINUS):
            return UNARY, [MINUS, text[1:]]
        return UNARY if _is_derivative(part) else ATOM, [text]  # ∂L/∂v is a quotient to the eye.


def _parts(pieces: Pieces) -> Iterator[str]:
    """The text of pieces up to each dot, and to the gap behind each comma."""
    part, before = "", ""
    for piece in pieces:
        part += whole([piece])
        if piece == DOT or (isinstance(piece, Gap) and before in _COMMAS):
            yield part
            part = ""
        before = "" if isinstance(piece, Gap) else piece
    yield part


def _opens(pieces: Pieces) -> bool:
    """Whether what comes next stands at the beginning, or after what opens something."""
    last = next((piece for piece in reversed(pieces) if isinstance(piece, str)), "")
    return not last or last[-1] in _OPENING or last in reserved()


def _call(call: Call) -> tuple[int, list[Piece]]:
    """How tightly a call binds, and its pieces: products and transposes as one writes them, others as in `unparse`."""
    own = TIGHTNESS.get(call.fn, ATOM)
    if call.fn in _WRITTEN:
        return _WRITTEN[call.fn](*call.args)
    if call.fn == VECTOR:
        return ATOM, ["[", *_listed(call.args), "]"]
    return own, form(call, own)


def _plus_or_minus(sign: str) -> Callable[[Expr, Expr], tuple[int, list[Piece]]]:
    return lambda left, right: (SUM, [(left, SUM), f" {sign} ", (right, PRODUCT)])  # a − (b + c) keeps its parentheses.


def _product(sign: str) -> Callable[[Expr, Expr], tuple[int, list[Piece]]]:
    # The right factor binds more tightly: a/(b·c).
    return lambda left, right: (PRODUCT, [(left, _need(left, sign)), sign, (right, _need(right, sign, UNARY))])


def _need(factor: Expr, sign: str, need: int = PRODUCT) -> int:
    """How tightly a factor must bind: a matrix product, or a quotient's derivative, is set apart."""
    # W @ x·y could be W @ (x·y); ∂L/∂v/2 could be ∂L/∂(v/2).
    is_apart = factor.fn == "@" if isinstance(factor, Call) else sign == "/" and _is_derivative(factor)
    return POSTFIX if is_apart else need


def _matrix_product(left: Expr, right: Expr) -> tuple[int, list[Piece]]:
    """Two factors, products by elements among them set apart."""
    is_product = isinstance(left, Call) and left.fn == "@"
    return PRODUCT, [(left, PRODUCT if is_product else POSTFIX), " @ ", (right, POSTFIX)]


def _chain(*factors: Expr) -> tuple[int, list[Piece]]:
    """A product along an edge: derivatives with room between them, numbers in parentheses, formulas as ever."""
    # Numbers as on paper: (−10)(1).
    if all(isinstance(factor, Number) for factor in factors):
        return PRODUCT, [piece for factor in factors for piece in ("(", (factor, CONDITIONAL), ")")]
    first, last = factors
    # A blank at either side of ·, for ∂L/∂h·x could be ∂L/∂(h·x).
    sign = f" {CHAIN} " if any(map(_is_derivative, factors)) else CHAIN
    is_product = isinstance(last, Call) and last.fn == "*"
    return PRODUCT, [(first, _need(first, sign)), sign, (last, PRODUCT if is_product else _need(last, sign, UNARY))]


_WRITTEN: dict[str, Callable[..., tuple[int, list[Piece]]]] = {
    "+": _plus_or_minus("+"),
    "-": _plus_or_minus(MINUS),
    NEGATE: lambda arg: (UNARY, [MINUS, (arg, UNARY)]),
    "*": _product(DOT),
    "/": _product("/"),
    HADAMARD: _product(f" {HADAMARD} "),
    CHAIN: _chain,
    "@": _matrix_product,
    TRANSPOSE: lambda arg: (POSTFIX, [(arg, POSTFIX), TRANSPOSED]),
}


def _is_derivative(expr: Expr) -> bool:
    return isinstance(expr, DerivativeName)


def _listed(items: Sequence[Expr]) -> Iterator[Piece]:
    """The items of an array; of a long one the ends."""
    for i, item in enumerate(ends(items)):
        if i:
            yield ", "
        if i == ELEMENTS // 2 and len(items) > ELEMENTS:
            yield "…, "
        yield item, CONDITIONAL
