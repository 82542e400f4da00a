"""What the order of two power series decides: comparisons, choices, steps, each on the side of t."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.power_series import Series, aligned, constant, leading, on_series


def _comparison(name: str) -> Callable[..., Series]:
    # By the first coefficient of the difference that is not 0: equal means equal for all small t.
    def _compare(x: Series, y: Series) -> Series:
        difference = x - y
        return constant(difference, getattr(arrays, name)(leading(difference), 0.0))

    _compare.__name__ = name
    return on_series(_compare)


less, less_equal = _comparison("less"), _comparison("less_equal")
greater, greater_equal = _comparison("greater"), _comparison("greater_equal")
equal, not_equal = _comparison("equal"), _comparison("not_equal")


@on_series
def negation(x: Series) -> Series:
    """1 where x is 0, else 0."""
    return constant(x, leading(x) == 0)


@on_series
def both(x: Series, y: Series) -> Series:
    """1 where neither is 0, else 0."""
    return negation(negation(x) + negation(y))


@on_series
def either(x: Series, y: Series) -> Series:
    """1 where one is not 0, else 0."""
    return negation(negation(x) * negation(y))


@on_series
def where(c: Series, a: Series, b: Series) -> Series:
    """`a` where c is not 0, else `b`; the branch that is not taken has no part in it."""
    x, y = aligned(a, b)
    chosen, x = aligned(Series(leading(c)[None]), Series(x))
    _, y = aligned(Series(chosen), Series(y))  # A vector of conditions may choose between numbers.
    return Series(np.where(chosen != 0, x, y))


@on_series
def sign(x: Series) -> Series:
    """−1, 0 or 1."""
    # Constant on the side of t: where it jumps, the other side has its own series.
    return constant(x, np.sign(leading(x)))


@on_series
def abs(x: Series) -> Series:  # noqa: A001  the language's own name
    """The absolute value."""
    return where(less(x, 0.0), -x, x)


@on_series
def max(x: Series, y: Series) -> Series:  # noqa: A001  the language's own name
    """The larger."""
    return where(less(x, y), y, x)


@on_series
def min(x: Series, y: Series) -> Series:  # noqa: A001  the language's own name
    """The smaller."""
    return where(greater(x, y), y, x)


@on_series
def floor(x: Series) -> Series:
    """The whole number below, on the side of t."""
    whole = np.floor(x.terms[0])
    rest = Series(np.concatenate(([x.terms[0] - whole], x.terms[1:])))
    return constant(x, whole - (leading(rest) < 0))  # Exactly at a whole number it depends on whether the rest falls.


@on_series
def ceil(x: Series) -> Series:
    """The whole number above, on the side of t."""
    return -floor(-x)


@on_series
def round(x: Series) -> Series:  # noqa: A001  the language's own name
    """The nearest whole number; at a half, that of the side of t."""
    tied = np.abs(x.terms[0] - np.trunc(x.terms[0])) == 0.5  # Only at a half does the side matter.
    rest = Series(np.concatenate(([np.zeros(x.shape)], x.terms[1:])))
    nearest = np.where(tied, x.terms[0] + np.sign(leading(rest)) / 2, x.terms[0])
    return constant(x, np.rint(nearest))
