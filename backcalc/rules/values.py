"""What a slot or an adjoint may be: a float, an array, or where it is not known, a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager, nullcontext
from math import isfinite
from typing import TYPE_CHECKING, Any, TypeAlias

from backcalc import progress
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Name, Number, Options
from backcalc.rules.exactly import LONG, keeps_numbers, loses
from backcalc.rules.primitives import lookup
from backcalc.rules.terms import Shape
from backcalc.rules.written import written
from backcalc.text.numerals import exact_parts, is_exact, nearest

if TYPE_CHECKING:
    from typing_extensions import TypeIs

    from backcalc.rules.functions.arrays import Array  # Of numbers alone NumPy is never loaded.

MOST_WRITTEN = 16
"""Elements of an array that may stand written out in a formula, beside the name of a constant."""

Numeric: TypeAlias = "float | Array"
Value: TypeAlias = "Numeric | Expr"

_FORMULAS = (Number, Name, Call)  # A tuple, for a union would be put together at each question.


def is_known(value: Value | None) -> TypeIs[Numeric]:
    """Whether `value` is made of numbers."""
    # Asked of every slot; to ask what is a formula spares NumPy, which may not be loaded.
    return value is not None and not isinstance(value, _FORMULAS)


def is_formula(value: object) -> TypeIs[Expr]:
    """Whether `value` is a formula, among whatever else a sweep may hand on."""
    return isinstance(value, _FORMULAS)


def is_array(value: object) -> TypeIs[Array]:
    """Whether `value` is a vector or a matrix of numbers."""
    return bool(shape_of(value))


def shape_of(value: object) -> tuple[int, ...]:
    """The shape of a number or an array."""
    return getattr(value, "shape", ())  # A float has none, and NumPy need not be loaded to know that.


class Spelt(float):
    """A number that knows how the file writes it, `pi` or `sqrt(2)`, for the formulas that it comes to stand in.

    `is_named` is whether a constant of the file's own is in that spelling, so that it is kept however short the number.
    """

    __slots__ = ("expr", "is_named")
    expr: Expr
    is_named: bool


def spelt(value: float, expr: Expr, *, is_named: bool = False) -> float:
    """`value` with `expr`, which it is the value of, for its spelling; without, where the number is as short."""
    is_plain = isinstance(expr, Number) and not expr.text
    # `2*3` is 6 to whoever reads on; `sqrt(2)` is not 1.4142135623730951, nor is 2*k of a `const k`.
    # nan and infinities have no spelling that means them.
    if is_plain or not isfinite(value) or (isinstance(expr, Call) and not is_named and len(repr(value)) <= LONG):
        return value
    found = Spelt(value)
    found.expr, found.is_named = expr, is_named
    return found


def speaks_of_constant(*values: object) -> bool:
    """Whether a constant of the file's own is in the spelling of one of `values`."""
    return any(isinstance(value, Spelt) and value.is_named for value in values)


def spelling_of(value: object) -> Expr | None:
    """How the file writes a number or an array, where it knows."""
    return getattr(value, "expr", None)


def named(value: Numeric, name: Expr) -> Numeric:
    """A constant, number or array, that stands in formulas by its name."""
    if not is_array(value):
        return spelt(value, name, is_named=True)
    from backcalc.rules.ndarray import spelt_array

    return spelt_array(value, name)


def literal(value: Value) -> Expr:
    """A number, an array or a formula, as an expression."""
    if not is_known(value):
        return value
    if (expr := spelling_of(value)) is not None:
        return expr
    if is_array(value):
        return _of_array(value, {})
    # Before float(): a fraction or certain digits would lose what they are for.
    return _of_exact(value) if is_exact(value) else written(float(value))


def _of_array(array: Array, known: dict[float, Expr]) -> Call:
    """An array written out; equal numbers, and equal rows, are one object, for most arrays of a million have few."""
    if len(array.shape) > 1:
        rows: dict[tuple[int, ...], Expr] = {}
        parts = [_of_array(row, known) for row in array]
        # Equal numbers are one object by now, so that ids tell equal rows.
        return Call(VECTOR, tuple(rows.setdefault(tuple(map(id, row.args)), row) for row in parts))
    if array.dtype == object:
        return Call(VECTOR, tuple(literal(item) for item in array))
    # −0.0 and 0.0 are one key, and are written alike.
    return Call(VECTOR, tuple(known.get(x) or known.setdefault(x, written(float(x))) for x in array.tolist()))


def _of_exact(value: Numeric) -> Expr:
    """A fraction, or a number by its digits, as it is written."""
    sign, above, below = exact_parts(value)
    found: Expr = Number(abs(nearest(value)), above)  # Not by value: the float next to 1/3 is no third.
    if below:
        found = Call("/", (Number(nearest(int(above)), above), Number(nearest(int(below)), below)))
    return Call(NEGATE, (found,)) if sign else found


def formula_of(fn: str, *operands: Value, options: Options = ()) -> Expr:
    """`fn` of numbers, arrays and formulas, as a formula that is simplified."""
    from backcalc.rules.simplify import make  # Of numbers alone there is no formula, and nothing to simplify.

    return make(fn, *map(literal, operands), options=options)


def ones(shape: tuple[int | None, ...]) -> Numeric:
    """The number 1, or an array of ones."""
    if not shape:
        return 1.0
    from backcalc.rules.ndarray import filled

    return filled(shape)


def quietly(has_arrays: bool) -> AbstractContextManager[Any]:
    """A context in which arrays give infinities and nan without NumPy's own warnings; for numbers, nothing at all."""
    # For numbers not even NumPy's context is entered: it would load NumPy.
    if not has_arrays:
        return nullcontext()
    from backcalc.rules.ndarray import quiet

    return quiet()


def key_of(value: Numeric, digits: int) -> object:
    """What numbers have in common, or arrays, that agree to so many digits: a key of a dictionary."""
    if not is_array(value):
        return f"{value:.{digits}g}"
    from backcalc.rules.ndarray import as_key

    return as_key(value, digits)


class Terms(list[Value]):
    """The contributions to an adjoint that is a formula, to be added up once all are in."""


def accumulate(total: Value | Terms, contribution: Value) -> Value | Terms:
    """The sum of numbers; where one is a formula, both as terms."""
    # Terms wait until all are there: a sum of n formulas put together at once is simplified once a term.
    if not isinstance(total, Terms) and is_known(total) and is_known(contribution):
        return add(total, contribution)
    terms = total if isinstance(total, Terms) else Terms([total])
    terms.append(contribution)
    return terms


def settled(adjoint: Value | Terms) -> Value:
    """An adjoint with its contributions added up, the latest first, so that a sweep keeps the order of the file."""
    if not isinstance(adjoint, Terms):
        return adjoint
    progress.at("formulas")  # A formula may take long, and whoever watches may have no more time for it.
    # A sweep goes from the output back, so the first terms are those of the last users.
    terms = reversed(adjoint)
    found = next(terms)
    for term in terms:
        found = add(found, term)
    return found


def add(left: Value, right: Value) -> Value:
    """Left + right, a formula where one of them is."""
    if is_known(left) and is_known(right):
        with quietly(bool(shape_of(left) or shape_of(right))):
            found = left + right
        if not _is_lossy("+", left, right, found):
            return _spelt_again("+", found, left, right)
    return formula_of("+", left, right)


def multiply(left: Value, right: Value) -> Value:
    """Left · right by elements, a formula where one of them is; in a formula `left` comes first."""
    if is_known(left) and is_known(right):
        with quietly(bool(shape_of(left) or shape_of(right))):
            found = left * right
        if not _is_lossy("*", left, right, found):
            return _spelt_again("*", found, left, right)
    if isinstance(right, Spelt):  # 2*pi*x, as one writes it.
        left, right = right, left
    return formula_of("*", left, right)


def _is_lossy(fn: str, left: Numeric, right: Numeric, found: Numeric) -> bool:
    """Whether a formula is to stand for what floats make of two numbers or arrays."""
    if not keeps_numbers():
        return False
    row = lookup(fn, 2)
    return row is not None and loses(row, [left, right], found)


def _spelt_again(fn: str, found: Numeric, left: Numeric, right: Numeric) -> Numeric:
    """`found`, which is `fn` of two numbers or arrays, spelt where one of them is: 2*pi."""
    if spelling_of(left) is None and spelling_of(right) is None:
        return found
    if is_array(found):  # Of arrays only a multiple has a name: a sum of two would be as long as both.
        return _scaled_again(fn, found, left, right)
    is_named = speaks_of_constant(left, right)
    if fn == "*" and 1.0 in (left, right) and not is_named:  # The seed of a sweep: what is spelt `0.10` stays so.
        return right if left == 1.0 else left
    return spelt(found, formula_of(fn, left, right), is_named=is_named)


def _scaled_again(fn: str, found: Array, left: Numeric, right: Numeric) -> Numeric:
    """An array that is a number times one that a formula names, or a constant times a small one, spelt so: -t."""
    number, array = (left, right) if is_array(right) else (right, left)
    is_said = spelling_of(array) is not None or (speaks_of_constant(number) and found.size <= MOST_WRITTEN)
    if fn != "*" or is_array(number) or not is_said:
        return found
    from backcalc.rules.ndarray import spelt_array

    return spelt_array(found, formula_of(fn, number, array))


def is_finite(value: Numeric) -> bool:
    """Whether a number, or every element of an array, is finite."""
    if not is_array(value):
        return isfinite(value)
    from backcalc.rules.ndarray import is_finite as all_finite

    return all_finite(value)


def is_nothing(partial: Value) -> bool:
    """Whether a number, or every element of an array, is 0."""
    # Of an array only where all of it is 0.
    return is_known(partial) and not (partial.any() if is_array(partial) else partial)


def is_lost(value: Value | None) -> bool:
    """Whether a value is known and nan or infinite, or an element of it is."""
    if isinstance(value, float):  # As most are, of which a graph may have millions.
        return not isfinite(value)
    return is_known(value) and not is_finite(value)


def all_known(values: Iterable[Value | None]) -> bool:
    """Whether every one of `values` is made of numbers."""
    return all(map(is_known, values))


def flat(value: Numeric) -> list[float]:
    """The elements of an array, or a number, as a list."""
    return [float(item) for item in value.ravel()] if is_array(value) else [value]


def reshaped(rows: Sequence[Value], shape: Shape) -> Array:
    """Rows, one an element of an array of this shape, as one array."""
    from backcalc.rules.ndarray import stack

    found = stack(rows)  # A length that is not settled belongs to no known array.
    return found.reshape([n or 0 for n in shape] + list(found.shape[1:]))
