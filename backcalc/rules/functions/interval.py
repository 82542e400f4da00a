"""Sets of numbers that hold every value there can be: intervals, an interval a box of points, and their arithmetic.

The ends are stacks as in `stacks`, a matrix a box, rounded outwards: by a unit in the last place after arithmetic, by
eight after a function of NumPy's, which was found to be off by three at most. What is exact stays exact. Where an
operation may have no value, `doubt` says so of the box. After R. Moore, R. Kearfott and M. Cloud, "Introduction to
Interval Analysis", SIAM 2009, ch. 2 to 5.
"""

from __future__ import annotations

from fractions import Fraction
from math import e, inf, isfinite, nextafter, pi, tau
from typing import Any

import numpy as np

from backcalc.rules.functions.arrays import Array

UNIT = 2.0**-52
LOOSE = 8 * UNIT
LARGEST = np.finfo(np.float64).max
TINY = 5e-324
LEAST = 8 * TINY  # What underflows is below that, however far a function of NumPy's is off.
_MATRIX = (-2, -1)

IntervalOperand = Any  # An Interval, or what is the same in every box: a float or an array.


class Interval:
    """All numbers from `lo` to `hi`; `doubt` is where there may be none, an array that broadcasts, or None."""

    __slots__ = ("doubt", "hi", "lo")
    __array_ufunc__ = None  # An array on the left leaves the operation to this class.

    def __init__(self, lo: Any, hi: Any, doubt: Any = None) -> None:
        self.lo, self.hi, self.doubt = np.asarray(lo, np.float64), np.asarray(hi, np.float64), doubt

    def __add__(self, other: IntervalOperand) -> Interval:
        other = lifted(other)
        return outwards(self.lo + other.lo, self.hi + other.hi, UNIT, joined(self, other))

    __radd__ = __add__

    # Nothing is rounded by a change of sign.
    def __neg__(self) -> Interval:
        return Interval(-self.hi, -self.lo, self.doubt)

    def __sub__(self, other: IntervalOperand) -> Interval:
        other = lifted(other)
        # The ends cross over: the least is the least less the most.
        return outwards(self.lo - other.hi, self.hi - other.lo, UNIT, joined(self, other))

    def __rsub__(self, other: IntervalOperand) -> Interval:
        return lifted(other) - self

    def __mul__(self, other: IntervalOperand) -> Interval:
        other = lifted(other)
        return product(self, other, joined(self, other))

    __rmul__ = __mul__


def lifted(x: IntervalOperand) -> Interval:
    """A number or array as the interval of nothing else."""
    return x if isinstance(x, Interval) else Interval(x, x)


def number(x: float) -> IntervalOperand:
    """A number of the table's texts, or a constant: what a float is only near to lies between its neighbours."""
    # By its digits: 0.5 is exact, 0.1 is not the float next to it.
    is_exact = isfinite(x) and x not in (pi, e, tau) and Fraction(repr(x)) == Fraction(x)
    return x if is_exact or not isfinite(x) else Interval(nextafter(x, -inf), nextafter(x, inf))


def joined(*parts: Interval) -> Any:
    """Where one of several has a doubt, by boxes."""
    found = None
    for part in parts:
        if part.doubt is not None:
            # Not |=: the array may be another interval's.
            found = part.doubt if found is None else found | part.doubt
    return found


def outwards(lo: Any, hi: Any, unit: Any, doubt: Any = None, exactly: Any = True) -> Interval:
    """The interval a little further on both sides; what overflowed is at least the largest number.

    `exactly` is where a 0 is one: elsewhere it has come of what is too small for a float.
    """
    # The end of what is beyond all numbers is the largest of them: an infinite one would say too much.
    lo, hi = _filled(np.minimum(lo, LARGEST), -np.inf), _filled(np.maximum(hi, -LARGEST), np.inf)
    # A unit in the last place of a subnormal number is no part of it, but TINY; an exact 0 is none of them.
    least = TINY * np.ceil(unit / UNIT)
    below, above = (end.all() or (end != 0) | np.logical_not(exactly) for end in (lo, hi))
    return Interval(lo - np.abs(lo) * unit - least * below, hi + np.abs(hi) * unit + least * above, doubt)


def _filled(end: Array, value: float) -> Array:
    """The end with this value where it is none."""
    lost = np.isnan(end)
    return np.where(lost, value, end) if lost.any() else end


def product(x: Interval, y: Interval, doubt: Any) -> Interval:
    """The product, by those of the ends."""
    # Of either sign, so all four count.
    ends = [a * b for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    if any(np.isnan(end).any() for end in ends):
        ends = _with_zeros(ends, x, y)
    lo, hi = np.minimum.reduce(np.broadcast_arrays(*ends)), np.maximum.reduce(np.broadcast_arrays(*ends))
    return rounded(lo, hi, x, y, doubt)


def rounded(lo: Array, hi: Array, x: Interval, y: Interval, doubt: Any) -> Interval:
    """The interval of the product or quotient of x and y, whose ends these are, with its own rounding."""
    if lo.all() and hi.all():
        return outwards(lo, hi, UNIT, doubt)
    # A 0 that is no factor's has come of numbers too small for a product; their sign is known all the same.
    found = outwards(lo, hi, UNIT, doubt, is_zero(x) | is_zero(y))
    up = ((x.lo >= 0) & (y.lo >= 0)) | ((x.hi <= 0) & (y.hi <= 0))
    down = ((x.lo >= 0) & (y.hi <= 0)) | ((x.hi <= 0) & (y.lo >= 0))
    return signed(found, up, down)


def signed(found: Interval, up: Any, down: Any) -> Interval:
    """What is nowhere below 0 where `up`, and nowhere above where `down`: rounding outwards must not lose a sign."""
    lo, hi = np.where(up, np.maximum(found.lo, 0.0), found.lo), np.where(down, np.minimum(found.hi, 0.0), found.hi)
    return Interval(lo, hi, found.doubt)


def is_zero(x: Interval) -> Any:
    """Where an interval holds 0 alone."""
    return (x.lo == 0) & (x.hi == 0)


def _with_zeros(ends: list[Array], x: Interval, y: Interval) -> list[Array]:
    """The products of the ends, 0 where a factor is: an infinite end stands for numbers without bound, not for one."""
    # But ∞ as a number of the text is no such number, and 0·∞ none at all.
    is_number = ~((np.isinf(x.lo) & (x.lo == x.hi)) | (np.isinf(y.lo) & (y.lo == y.hi)))
    zeros = [is_number & ((a == 0) | (b == 0)) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    return [np.where(np.isnan(end) & is_zero, 0.0, end) for end, is_zero in zip(ends, zeros, strict=True)]


def boxwise(found: Any) -> Any:
    """Whether something holds of any element, by boxes."""
    # Of a number that all boxes have in common there is one doubt.
    return np.any(found, axis=_MATRIX, keepdims=True) if np.ndim(found) > 1 else found


def within(found: Interval, low: float, high: float) -> Interval:
    """What lies in the range of a function: rounding outwards must not lead out of it."""
    return Interval(np.clip(found.lo, low, high), np.clip(found.hi, low, high), found.doubt)
