"""The values of numbers, and of rows of the table, as intervals that hold them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import inf, isfinite, nextafter
from typing import Any

import numpy as np

from backcalc.language.statements import written_name
from backcalc.rules.functions import intervals, stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import LARGEST, TINY, Interval, joined, lifted
from backcalc.rules.row import Bound, Primitive

IntervalFunction = Callable[..., Interval]
MOST = Fraction(LARGEST)
ORDERS = {"<": (-1,), "<=": (-1, 0), "==": (0,), "!=": (-1, 1), ">=": (0, 1), ">": (1,)}
"""Which orders of two numbers a comparison holds of: less, equal, more."""
TOO_SMALL = Interval(np.full((1, 1), -TINY), np.full((1, 1), TINY))
"""What floats have as 0 and is not: 1e-30000, of either sign."""


class NoIntervalsError(Exception):
    """A function, by its name, of which the table has no intervals."""


def known(row: Primitive) -> IntervalFunction:
    """The row's value over intervals. Raises NoIntervalsError."""
    try:
        return evaluated(row)
    except (AttributeError, KeyError):  # Of the namespace of intervals, or of the rows that its text calls.
        raise NoIntervalsError(written_name(row.symbol)) from None


@cache
def evaluated(row: Primitive) -> IntervalFunction:
    """The row's value over intervals, with a doubt where the function may not exist; the tightest that there is."""
    bound = _bound(row)
    value: IntervalFunction = bound.evaluate if row.symbol == "where" else _of_all(bound.evaluate)
    if bound.exists is None and bound.is_infinite is None:
        return value

    def _guarded(*args: Interval) -> Interval:
        found: Interval = value(*args)
        missing = np.asarray(_absence(bound, *args).hi != 0)  # Not surely there, in part of the box or in all.
        if not missing.any():
            return found
        lost = missing if missing.ndim < 2 else missing.any(axis=(-2, -1), keepdims=True)
        return Interval(found.lo, found.hi, lost if found.doubt is None else found.doubt | lost)

    return _guarded


def _of_all(value: IntervalFunction) -> IntervalFunction:
    """A function that has no value where an argument has none, though the choice in its text may pass that by."""

    def _function(*args: Interval) -> Interval:
        found = value(*args)
        doubt = joined(found, *args)
        return found if doubt is found.doubt else Interval(found.lo, found.hi, doubt)

    return _function


def missing_elements(row: Primitive, *args: Interval) -> Array:
    """Where an operation surely has no value, by elements, wherever its arguments have one."""
    return np.asarray(_absence(_bound(row), *args).lo == 1)


def _absence(bound: Bound, *args: Interval) -> Interval:
    """Whether there is no value that is a real number: outside of the domain, or at a pole inside."""
    gone = lifted(np.zeros((1, 1, 1)))
    if bound.exists is not None:
        gone = intervals.negation(bound.exists(*args))
    return gone if bound.is_infinite is None else intervals.either(gone, bound.is_infinite(*args))


@cache
def _bound(row: Primitive) -> Bound:
    return Bound(row, intervals)


def surely(*parts: Interval) -> Interval:
    """1 where all of these exist."""
    ones = np.ones(np.broadcast_shapes(*(part.lo.shape for part in parts)))
    return Interval(ones, ones, joined(*parts))


def by_ends(fn: Callable[..., Array], *args: Interval) -> Interval:
    """What only puts elements elsewhere, at both ends."""
    return Interval(fn(*[arg.lo for arg in args]), fn(*[arg.hi for arg in args]), joined(*args))


def enclosed(value: Any) -> Interval:
    """A number or array of the text, each element between the floats around what is written."""
    if isinstance(value, Fraction):
        return Interval(*(np.array([[_neighbour(value, way)]]) for way in (-inf, inf)))
    column = stacks.column(value)
    ends = [np.array([[_written(float(x), way) for x in row] for row in column]) for way in (-inf, inf)]
    return Interval(*ends)


def _written(x: float, way: float) -> float:
    """The float itself where its shortest decimal is exact, as of ¼, else the next one in a direction: of 0.1, of π."""
    return _neighbour(Fraction(Decimal(repr(x))), way) if isfinite(x) else x


def _neighbour(x: Fraction, way: float) -> float:
    if abs(x) > MOST:  # Beyond all floats, which nothing but infinity is.
        return inf if way > 0 and x > 0 else -inf if way < 0 and x < 0 else float(MOST if x > 0 else -MOST)
    found = float(x)  # Rounded to nearest, it may lie on either side.
    return found if Fraction(found) == x else nextafter(found, way)
