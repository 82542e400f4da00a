"""Formulas as one writes them: factors in a row, signs in front, numbers spelt as the file spells its own."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Container, Mapping
from functools import reduce
from math import isfinite
from types import MappingProxyType
from typing import NamedTuple

from backcalc.language.expr import (
    NEGATE,
    VECTOR,
    Call,
    Expr,
    Folded,
    Name,
    Number,
    fold,
    with_args,
)
from backcalc.rules.exactly import LONG
from backcalc.rules.written import fraction_of, written

LARGEST_COUNT = 1_000_000  # Elements whose mean is still a quotient by their number.


class Spelling(NamedTuple):
    """How a file writes what formulas are made of.

    names         what it calls functions that have several names, by the name that the table has
    fractions     the values of its quotients of whole numbers
    has_decimals  whether a number of it, or of a point, is a decimal: then others that come of it are, too
    arrays        the calls that it has in place of written arrays, such as onehot(1, 3), by the array
    """

    names: Mapping[str, str] = MappingProxyType({})
    fractions: Container[float] = ()
    has_decimals: bool = True
    arrays: Mapping[Expr, Expr] = MappingProxyType({})

    def number(self, value: float) -> Expr:
        """A number that the file has not: 1/2 where it says so, or speaks of no decimals."""
        # 0.25 in a file of decimals stays one.
        is_decimal = self.has_decimals and abs(value) not in self.fractions
        if value.is_integer() or not isfinite(value) or (is_decimal and len(repr(value)) <= LONG):
            return written(value)
        # 1/n, however large n is: the mean of n elements.
        if 1 / LARGEST_COUNT <= value < 1 and value == 1 / round(1 / value):
            return Call("/", (Number(1.0), Number(float(round(1 / value)))))
        return fraction_of(value) or written(value)


PLAIN = Spelling()


def tidy(expr: Expr, done: Folded[Expr] | None = None, spelling: Spelling = PLAIN) -> Expr:
    """`expr` as one writes it: 2*x*y, not 2*(x*y), -1/x, not -(1/x), and 2/3, not its decimals; `done` as in `fold`."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        if part.fn == VECTOR and part in spelling.arrays:
            return spelling.arrays[part]
        if part.fn == VECTOR and all(map(_is_number, part.args)):
            return _decimals(part)
        if part.fn == "*" and isinstance(args[1], Call) and args[1].fn == "*":
            factors = [args[1].args[1]]  # From the right, along a product that leans to the left.
            left = args[1].args[0]  # A loop, for a product may be as long as a file.
            while isinstance(left, Call) and left.fn == "*":
                factors.append(left.args[1])
                left = left.args[0]
            product = Call("*", (args[0], left))
            for factor in reversed(factors):
                product = Call("*", (product, factor))
            # With the number as it was: what `_over` looks for is whether the file has spelt it.
            return _over(product, part.args[0], spelling)
        if part.fn == NEGATE and isinstance(args[0], Call) and args[0].fn in ("*", "/"):
            return _negated(args[0])
        if part.fn == "/" and args[0] is not part.args[0] and _is_over_number(args[0]):
            above, below = args[0].args  # type: ignore[union-attr]
            return Call("/", (above, _with_first(below, args[1])))  # One bar: p/(760*(C + T)).
        name = spelling.names.get(part.fn)
        found = with_args(part, args) if name is None else Call(name, args, options=part.options)
        return _over(found, part.args[0], spelling) if part.fn == "*" else found

    def _leaf(part: Number | Name) -> Expr:
        return part if isinstance(part, Name) or part.text else spelling.number(part.value)

    return fold(expr, _leaf, _call, done)


def _is_number(part: Expr) -> bool:
    return isinstance(part.args[0] if isinstance(part, Call) and part.fn == NEGATE else part, Number)


def _decimals(array: Call) -> Expr:
    """A written array of numbers, which stay decimals: nobody reads [1/4, 1/2] for the ease of it."""
    return fold(array, lambda leaf: leaf if isinstance(leaf, Name) or leaf.text else written(leaf.value), with_args)


def _over(product: Call, number: Expr, spelling: Spelling) -> Expr:
    """A product with 1/n that the file does not have as a quotient by n: (p - t)/4."""
    first = product.args[0]
    # The number stands at the far left, of a product that leans to the left.
    while isinstance(first, Call) and first.fn == "*":
        first = first.args[0]
    if not isinstance(first, Call) or first.fn != "/" or first.args[0] != Number(1.0):
        # 0.25*(p - t) where the file says 0.25.
        return product
    if not isinstance(number, Number) or number.text or number.value in spelling.fractions:
        return product
    return Call("/", (_without_first(product), first.args[1]))


def _is_over_number(expr: Expr) -> bool:
    """Whether a formula is a quotient by a whole number."""
    return isinstance(expr, Call) and expr.fn == "/" and isinstance(expr.args[1], Number)


def _with_first(number: Expr, product: Expr) -> Expr:
    """A product that leans to the left with one factor more before its first."""
    factors: list[Expr] = []
    while isinstance(product, Call) and product.fn == "*":
        factors.append(product.args[1])
        product = product.args[0]
    return reduce(lambda found, factor: Call("*", (found, factor)), [product, *reversed(factors)], number)


def _without_first(product: Expr) -> Expr:
    """A product that leans to the left without its first factor."""
    factors: list[Expr] = []
    while isinstance(product, Call) and product.fn == "*":
        factors.append(product.args[1])
        product = product.args[0]
    found = factors.pop()
    for factor in reversed(factors):
        found = Call("*", (found, factor))
    return found


def _negated(term: Expr) -> Expr:
    """A product or quotient with a minus before its first factor."""
    rest: list[Call] = []
    while isinstance(term, Call) and term.fn in ("*", "/"):
        rest.append(term)
        term = term.args[0]
    found: Expr = Call(NEGATE, (term,))
    for call in reversed(rest):
        found = Call(call.fn, (found, call.args[1]))
    return found
