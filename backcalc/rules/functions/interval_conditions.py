"""Conditions on intervals, from 0, false, to 1, true, and the choice by them."""

from __future__ import annotations

from typing import Any

import numpy as np

from backcalc.rules.functions.interval import (
    Interval,
    IntervalOperand,
    boxwise,
    joined,
    lifted,
)


def _condition(surely: Any, possibly: Any, *args: Interval) -> Interval:
    # [0, 0] is surely not, [1, 1] surely, [0, 1] perhaps.
    return Interval(np.asarray(surely, np.float64), np.asarray(possibly, np.float64), joined(*args))


def less(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether x < y."""
    x, y = lifted(x), lifted(y)
    return _condition(x.hi < y.lo, x.lo < y.hi, x, y)


def less_equal(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether x ≤ y."""
    x, y = lifted(x), lifted(y)
    return _condition(x.hi <= y.lo, x.lo <= y.hi, x, y)


def greater(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether x > y."""
    return less(y, x)


def greater_equal(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether x ≥ y."""
    return less_equal(y, x)


def equal(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether both are one number."""
    x, y = (first := lifted(x)), first if x is y else lifted(y)
    if x is y:  # The same quantity: whatever number it is, it is one.
        return _condition(np.ones_like(x.lo), np.ones_like(x.lo), x)
    # Two intervals that are equal may be two numbers; two points may not.
    points = (x.lo == x.hi) & (y.lo == y.hi) & (x.lo == y.lo)
    return _condition(points, (x.lo <= y.hi) & (y.lo <= x.hi), x, y)


def not_equal(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether they are two numbers."""
    return negation(equal(x, y))


def negation(x: IntervalOperand) -> Interval:
    """Whether a condition does not hold."""
    x = lifted(x)
    return _condition((x.lo == 0) & (x.hi == 0), ~((x.lo > 0) | (x.hi < 0)), x)


def both(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether two conditions hold."""
    x, y = _truth(x), _truth(y)
    return Interval(np.minimum(x.lo, y.lo), np.minimum(x.hi, y.hi), joined(x, y))


def either(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """Whether one of two conditions holds."""
    x, y = _truth(x), _truth(y)
    return Interval(np.maximum(x.lo, y.lo), np.maximum(x.hi, y.hi), joined(x, y))


def _truth(x: IntervalOperand) -> Interval:
    # Whatever is not 0 holds: made 0 or 1, so that ends can be compared.
    return negation(negation(x))


def where(c: IntervalOperand, a: IntervalOperand, b: IntervalOperand) -> Interval:
    """`a` where c holds, else b; both where it may or may not. Doubts come from what may be chosen."""
    c, a, b = _truth(c), lifted(a), lifted(b)
    # Both false: perhaps the one, perhaps the other.
    first, second = c.lo == 1, c.hi == 0
    lo = np.where(first, a.lo, np.where(second, b.lo, np.minimum(a.lo, b.lo)))
    hi = np.where(first, a.hi, np.where(second, b.hi, np.maximum(a.hi, b.hi)))
    doubt = c.doubt
    for branch, other in ((a, second), (b, first)):
        if branch.doubt is not None:
            # A branch that is surely not taken may be anything.
            chosen = branch.doubt & boxwise(~np.asarray(other))
            doubt = chosen if doubt is None else doubt | chosen
    return Interval(lo, hi, doubt)
