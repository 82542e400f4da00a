"""Truncated power series in a variable t that is positive and as small as you like, and how their terms follow.

The recurrences are those of Griewank and Walther, "Evaluating Derivatives", 2nd ed., ch. 13: of u' = g·x', the
coefficients come one from the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import reduce, wraps
from typing import Any

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.arrays import Array

MOST_FACTORS = 12  # Of a power that is a product: x^2 then ends where it ends, with no rounding behind.

SeriesOperand = Any  # A Series, a float or an array.


class Series:
    """Coefficients of t⁰, t¹, …: an array of their number × the shape of the value."""

    __slots__ = ("terms",)
    __array_ufunc__ = None  # So that an array on the left leaves the operation to this class.

    def __init__(self, terms: Array) -> None:
        self.terms = terms

    @property
    def shape(self) -> tuple[int, ...]:
        """The shape of the value."""
        return self.terms.shape[1:]

    def __add__(self, other: SeriesOperand) -> Series:
        x, y = aligned(self, other)
        return Series(x + y)

    __radd__ = __add__

    def __neg__(self) -> Series:
        return Series(-self.terms)

    def __sub__(self, other: SeriesOperand) -> Series:
        return Series.__add__(self, -other)

    def __rsub__(self, other: SeriesOperand) -> Series:
        return Series.__add__(-self, other)

    def __mul__(self, other: SeriesOperand) -> Series:
        x, y = aligned(self, other)
        return Series(convolved(x, y, np.multiply))

    __rmul__ = __mul__


def variable(value: Any, direction: Any, order: int) -> Series:
    """`value` + t · `direction`, with the terms up to t^`order`."""
    value = np.asarray(value, np.float64)
    terms = np.zeros((order + 1, *value.shape))
    terms[0] = value
    terms[1:2] = direction  # A slice: with order 0 there is no such term.
    return Series(terms)


def lifted(x: SeriesOperand, order: int) -> Series:
    """`x` as a series; a number or array as one without powers of t."""
    return x if isinstance(x, Series) else variable(x, 0.0, order)


def stacked(items: list[Series], *, join: bool) -> Series:
    """A vector of numbers, a matrix of rows, or with `join` all parts in one vector."""
    if not join:
        return Series(np.stack([item.terms for item in items], axis=1))
    return Series(np.concatenate([x.terms if x.shape else x.terms[:, None] for x in items], axis=1))


def on_series(fn: Callable[..., Series]) -> Callable[..., Series]:
    """A base function whose arguments arrive as series of one order; of numbers alone it is that of arrays."""
    plain = getattr(arrays, fn.__name__)

    @wraps(fn)
    def _function(*args: SeriesOperand) -> Any:
        # All have one order: any series tells it.
        order = next((len(arg.terms) - 1 for arg in args if isinstance(arg, Series)), None)
        return plain(*args) if order is None else fn(*(lifted(arg, order) for arg in args))

    return _function


def aligned(x: SeriesOperand, y: SeriesOperand) -> tuple[Array, Array]:
    """The coefficients of both, with as many axes, so that their values combine as NumPy's do."""
    order = len((x if isinstance(x, Series) else y).terms) - 1
    a, b = lifted(x, order).terms, lifted(y, order).terms
    ndim = max(a.ndim, b.ndim)
    # The powers of t stay in front; what is put in stands between them and the value's own axes.
    first, second = (each.reshape(len(each), *(1,) * (ndim - each.ndim), *each.shape[1:]) for each in (a, b))
    return first, second


def total(terms: Iterable[Any]) -> Any:
    """The sum of numbers or arrays; 0 of none."""
    return sum(terms, 0.0)


def times(x: Any, y: Any) -> Any:
    """The product, 0 where a factor is exactly 0."""
    return np.where((x == 0) | (y == 0), 0.0, x * y)


def convolved(x: Array, y: Array, product: Callable[[Any, Any], Any]) -> Array:
    """The terms of a product: Σ x_i · y_(k − i)."""
    found = [product(x[0], y[0])]
    # What multiplies an exact 0 is left out: ∞ of a later term must not make nan of what it does not reach.
    is_there, other_is_there = ((each != 0).reshape(len(each), -1).any(axis=1) for each in (x, y))
    for k in range(1, len(x)):
        left = np.flatnonzero(is_there[: k + 1] & other_is_there[k::-1])
        # zeros_like: of no pairs there is still a term, of its shape.
        found.append(np.zeros_like(found[0]) + _summed(x[left], y[k - left], product))
    return _without_lost(np.array(found), x, y, product)


def _without_lost(found: Array, x: Array, y: Array, product: Callable[[Any, Any], Any]) -> Array:
    """The terms of a product, nan from where those that neither factor has decide: √t·√t is t, and has no t⁰."""
    if np.isfinite(x).all() and np.isfinite(y).all():  # As nearly always.
        return found
    if product is np.multiply:
        first = np.where(_is_undefined(x, y) | _is_undefined(y, x), 1, lost_from(x) + lost_from(y) - 1)
    else:  # Of matrices every element may have part in every other.
        first = np.array(min(lost_from(x).min(), len(x)) + min(lost_from(y).min(), len(y)) - 1)
    orders = np.arange(len(found)).reshape(-1, *(1,) * (found.ndim - 1))
    return np.where((orders >= first) & np.isfinite(found), np.nan, found)


def _is_undefined(x: Array, other: Array) -> Any:
    """Whether x has a value and no slope, as √t has on the side where it has no value, and the other is not 0."""
    return np.isnan(x[1:2]).any(axis=0) & (other != 0).any(axis=0)


def known_quotient(found: Array, a: Array, b: Array) -> Array:
    """`found`, the terms of a quotient a/b; nan behind the first where it has a pole, which no powers of t make."""
    found[1:, ((b[0] == 0) & (a[0] != 0)) | _is_undefined(b, a)] = np.nan
    return found


def lost_from(terms: Array) -> Array:
    """The order of the first term that is not finite, by element; as many as there are where all are.

    Of order i, it says that what is left of the function rises faster than t^(i − 1), and no more.
    """
    lost = ~np.isfinite(terms)
    return np.where(lost.any(axis=0), lost.argmax(axis=0), len(terms))


def _summed(x: Array, y: Array, product: Callable[[Any, Any], Any]) -> Any:
    """The sum of the products of two arrays' items, one after the other."""
    if product is not np.multiply:  # Of matrices each by itself: a stack of them is multiplied in another order.
        return total(product(a, b) for a, b in zip(x, y, strict=True))
    return in_turn(x * y) if len(x) else 0.0


def in_turn(terms: Array) -> Array:
    """The sum of an array's items, added up from the first to the last: NumPy's own sum depends on their number."""
    found: Array = np.add.accumulate(terms)[-1] + 0.0  # As a sum from 0 on, in which −0 is lost.
    return found


def leading(x: Series) -> Array:
    """The first coefficient that is not 0, by element, which decides the sign; 0 where there is none."""
    found = np.zeros(x.shape)
    # From the back, so that the first one that is not 0 stays.
    for term in x.terms[::-1]:
        found = np.where(term != 0, term, found)
    return found


def constant(x: Series, value: Any) -> Series:
    """`value`, with no powers of t, in the form of x."""
    return variable(np.broadcast_to(np.asarray(value, np.float64), x.shape), 0.0, len(x.terms) - 1)


def with_first(first: Any, x: Series) -> Series:
    """The series x with another first term: a value that loses no digits."""
    return Series(np.concatenate((np.asarray(first, np.float64)[None], x.terms[1:])))


def power_terms(x: Array, a: float) -> Array:
    """The terms of x^a, of a number; from where they are not powers of t, ±∞ and nan."""
    if not math.isfinite(a):  # Of no exponent, or of one without a neighbour, there is at most a value.
        return np.append(arrays.power(x[0], a), np.full(len(x) - 1, np.nan))
    if a == 0:
        return np.asarray(np.eye(1, len(x))[0], np.float64)
    if 0 < a <= MOST_FACTORS and a == int(a):
        return reduce(lambda found, factor: convolved(found, factor, np.multiply), [x] * int(a))
    # How many powers of t the base begins with.
    first = int(np.argmax(x != 0)) if x.any() else len(x)
    if not first:
        return _unit_power(x, a)
    if first < len(x) and not math.isfinite(x[first]):  # As √t rises: between the powers of t before and here.
        return np.where(np.arange(len(x)) > max(0.0, (first - 1) * a), np.nan, np.float_power(x[0], a))
    # A factor t^n in front becomes t^(n·a): a power of t only where that is whole.
    found, begin = np.zeros(len(x)), first * a
    if first == len(x) or begin < 0:
        # 0 to a negative power has a pole; its sign is that of the side.
        found[0] = np.float_power(0.0, a) * (np.sign(x[first]) if begin < 0 and first < len(x) else 1)
        found[1:] = np.nan if begin < 0 else 0.0
        return found
    unit, at = _unit_power(x[first:], a), math.ceil(begin)
    found[1 if math.isnan(unit[0]) else at :] = np.nan  # Below 0 there is no such power, and no slope.
    if at >= len(x):  # Only terms further on are not 0.
        return found
    if at != begin:
        found[at] = np.inf * np.sign(unit[0])  # t^(1/2) rises faster than any multiple of t.
    else:
        found[at : at + len(unit)] = unit[: len(x) - at]
    return found


def _unit_power(x: Array, a: float) -> Array:
    """The terms of x^a where x is not 0, by p'·x = a·x'·p."""
    found = np.empty_like(x)
    found[0] = arrays.power(x[0], a)
    for k in range(1, len(x)):
        # Without terms that are 0: 0·inf would be nan.
        found[k] = total((a * j - (k - j)) * x[j] * found[k - j] for j in range(1, k + 1) if x[j]) / (k * x[0])
    return found


def behind_a_pole(found: Series, x: Series) -> Series:
    """`found`, a function of x, with no coefficient where x has a pole: tanh(1/t) comes from elsewhere on either side.

    A pole is infinite and has no coefficients; what is too large for float64 has infinite ones, and is flat there.
    """
    is_pole = np.isinf(x.terms[0]) & np.isnan(x.terms[1:]).any(axis=0)
    if not is_pole.any():  # As nearly all have none.
        return found
    terms = found.terms.copy()
    terms[1:, np.broadcast_to(is_pole, terms.shape[1:])] = np.nan
    return Series(terms)


def counts_of(x: Series) -> Array:
    """1, 2, … for the terms of x behind the first, before the axes of its value: what a derivative by t counts."""
    return np.arange(1.0, len(x.terms)).reshape(-1, *(1,) * len(x.shape))


def integrated(first: Any, slope: Series, x: Series) -> Series:
    """The series that begins with `first` and whose derivative is `slope` · x'."""
    return risen(first, slope * derivative(x), x)


def derivative(x: Series) -> Series:
    """X' by t."""
    rise = np.zeros_like(x.terms)
    rise[:-1] = x.terms[1:] * counts_of(x)  # The coefficient k goes to k − 1, times k.
    return Series(rise)


def risen(first: Any, rise: Series, x: Series) -> Series:
    """The series that begins with `first` and whose derivative by t is `rise`, with as many terms as x."""
    # Back again: the coefficient k goes to k + 1, by k + 1.
    return with_first(first, Series(np.concatenate((rise.terms[:1], rise.terms[:-1] / counts_of(x)))))


def coupled(x: Series, first: list[Any], signs: tuple[float, ...]) -> list[Series]:
    """The series of u, v with u' = signs[0]·v·x' and v' = signs[1]·u·x', or of one alone: u' = signs[0]·u·x'."""
    found = [np.zeros_like(x.terms) for _ in first]
    for each, value in zip(found, first, strict=True):
        each[0] = value
    counts, lost = counts_of(x), lost_from(x.terms)
    for k in range(1, len(x.terms)):
        for i, factor in enumerate(signs):
            other = found[(i + 1) % len(found)]  # The other one of two; of one alone itself.
            # Σ j · x_j · u_(k − j), all j at once.
            found[i][k] = factor / k * in_turn(counts[:k] * times(x.terms[1 : k + 1], other[k - 1 :: -1]))
            # As of a product: cos √t is 1 − t/2, which no term of √t tells.
            if (lost <= k).any():
                is_lost = (k >= lost_from(other[:k]) + lost - 1) & np.isfinite(found[i][k])
                found[i][k] = np.where(is_lost, np.nan, found[i][k])
    return [Series(each) for each in found]
