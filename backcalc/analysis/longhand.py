"""Formulas as a derivation by hand has them: products of two kinds, sums term by term, values in the place of names."""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any, Final

from backcalc.graph.shapes import MOST_AXES, Shape
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Name, Number, fold, size, with_args
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import DOT, derivative

CHAIN, HADAMARD = DOT, "⊙"
"""Products as one writes them by hand: along an edge, and by the elements of arrays. `plain` makes both `*`."""

MOST_ELEMENTS = 64  # Of an array whose numbers are put into a formula; a larger one keeps its name there,
MOST_COLUMNS = 8  # and so does one with longer rows.
LONGEST = 400  # Names, numbers and operations of the longest formula that is put in for an adjoint.


class DerivativeName(Name):
    """∂of/∂wrt as it stands in a formula: a name like another, that knows what it is the derivative of."""

    __slots__ = ("of", "wrt")

    def __init__(self, of: str, wrt: str) -> None:
        super().__init__(derivative(of, wrt))
        self.of: Final = of
        self.wrt: Final = wrt

    def __reduce__(self) -> tuple[type[Name], tuple[object, ...]]:
        return DerivativeName, (self.of, self.wrt)


def plain(expr: Expr) -> Expr:
    """`expr` in the language alone: both kinds of product as `*`."""

    def call(part: Call, args: tuple[Expr, ...]) -> Expr:
        """A product of either kind as the language's; other calls as they are."""
        return Call("*", args) if part.fn in (CHAIN, HADAMARD) else with_args(part, args)

    return fold(expr, lambda leaf: leaf, call)


def summed(terms: Iterable[Expr]) -> Expr:
    """The terms added up from the left, without parentheses around those that are sums themselves."""
    # A negative term becomes a subtraction: a + −b is what nobody writes.
    parts = [part for term in terms for part in _signed(term)]
    if not parts:
        return Number(0.0)
    # The first term has its sign in front, all others between it and the one before.
    sign, total = parts[0]
    total = total if sign > 0 else Call(NEGATE, (total,))
    for sign, part in parts[1:]:
        total = Call("+" if sign > 0 else "-", (total, part))
    return total


def is_zero(term: Expr) -> bool:
    """Whether a term is the number 0."""
    return isinstance(term, Number) and not term.value


def _signed(term: Expr) -> list[tuple[int, Expr]]:
    """What `term` is the sum of, each part with its sign."""
    parts: list[tuple[int, Expr]] = []
    # Sums lean to the left, so going down there meets every term; a sum on the right keeps its parentheses.
    while isinstance(term, Call) and term.fn in ("+", "-"):
        parts.append((1 if term.fn == "+" else -1, term.args[1]))
        term = term.args[0]
    is_negative = isinstance(term, Call) and term.fn == NEGATE
    parts.append((-1, term.args[0]) if is_negative else (1, term))  # type: ignore[union-attr]
    return parts[::-1]


def is_nan(value: Any) -> bool:
    """Whether a number or an element is nan."""
    different = value != value  # noqa: PLR0124  As nan is.
    return bool(different.any() if shape_of(value) else different)


def shown(value: Any, name: Name) -> Expr:
    """A value as it stands in a formula; by its name where it is not known, or too large for that."""
    if value is None:
        return name
    if is_known(value):
        return exact_literal(value) if is_small(shape_of(value)) else name
    return value if size(value, LONGEST) <= LONGEST else name


def is_small(shape: Shape) -> bool:
    """Whether an array of this shape may be written out in a formula."""
    sizes = [n for n in shape if n is not None]
    return len(sizes) == len(shape) and prod(sizes) <= MOST_ELEMENTS and max(sizes, default=0) <= MOST_COLUMNS


def exact_literal(value: Any) -> Expr:
    """A number or an array as it is, without the fractions that are easier to read where nobody has seen the number."""
    if not shape_of(value):
        return Number(float(value))
    return Call(VECTOR, tuple(map(exact_literal, value)))


def told(value: Any) -> Expr | None:
    """A formula, or a small array of numbers as one; None for what is too large to tell more than its value does."""
    if is_known(value):
        return exact_literal(value) if is_small(shape_of(value)) else None
    return value if size(value, LONGEST) <= LONGEST else None


def matrix_product(of: int, head: int, tail: int) -> str:
    """The product of ∂output/∂head and ∂head/∂tail for these ranks; "" where one of them has more than two axes."""
    if max(of + head, head + tail, of + tail) > MOST_AXES:
        return ""
    return "@" if head else "outer" if tail else CHAIN
