"""The values of numbers, and of rows of the table, as intervals that hold them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import inf, isfinite, nextafter
from typing import Any

import numpy as np

from backcalc.bulk.points.stacked import joined_items
from backcalc.calculus.exact import exact_constant
from backcalc.language.expr import VECTOR, Call, Expr, Name, Number, fold
from backcalc.rules.functions import intervals, stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval, joined
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.rules.row import Bound, Primitive

IntervalFunction = Callable[..., Interval]


@cache
def evaluated(row: Primitive) -> IntervalFunction:
    """The row's value over intervals, with a doubt where the function may not exist; the tightest that there is."""
    bound = _bound(row)
    value: IntervalFunction = bound.evaluate if row.symbol == "where" else _of_all(bound.evaluate)
    exists = bound.exists
    if exists is None:
        return value

    def _guarded(*args: Interval) -> Interval:
        found: Interval = value(*args)
        there: Interval = exists(*args)
        missing = ~(there.lo == 1)  # Not surely there, in part of the box or in all.
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
    exists = _bound(row).exists
    return np.zeros((1, 1, 1), bool) if exists is None else np.asarray(exists(*args).hi == 0)


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


def enclosed_constant(expr: Expr, value: Any) -> Interval:
    """An expression without nodes, whose value by floats is given: what these lose lies between the ends."""

    def _leaf(part: Number | Name) -> Interval:
        if isinstance(part, Number):
            return enclosed(part.value)
        value = CONSTANTS[part.id]
        # π, e and 2π are a little more than their floats.
        return Interval(*(np.full((1, 1), each) for each in (value, nextafter(value, inf))))

    def _call(part: Call, args: tuple[Interval, ...]) -> Interval:
        if part.fn == VECTOR:
            is_matrix = isinstance(part.args[0], Call) and part.args[0].fn == VECTOR
            return by_ends(lambda *ends: joined_items(ends, is_matrix=is_matrix), *args)
        row = lookup(part.fn, len(args), part.options)
        assert row is not None  # It has been read as a constant before.
        return evaluated(row.serving((0,) * len(args)))(*args)

    try:
        found = exact_constant(expr)
        return enclosed(found) if isinstance(found, Fraction) else fold(expr, _leaf, _call)
    # Of what has no intervals, or is written out first, the floats have to do.
    except (AssertionError, AttributeError, KeyError, TypeError):
        return enclosed(value)


def _written(x: float, way: float) -> float:
    """The float itself where its shortest decimal is exact, as of ¼, else the next one in a direction: of 0.1, of π."""
    return _neighbour(Fraction(Decimal(repr(x))), way) if isfinite(x) else x


def _neighbour(x: Fraction, way: float) -> float:
    found = float(x)  # Rounded to nearest, it may lie on either side.
    return found if Fraction(found) == x else nextafter(found, way)
