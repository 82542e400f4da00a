"""The functions by elements on intervals; those of vectors and matrices are in `interval_vectors`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.interval import (
    LEAST,
    LOOSE,
    UNIT,
    Interval,
    IntervalOperand,
    boxwise,
    is_zero,
    joined,
    lifted,
    outwards,
    product,
    rounded,
    signed,
    within,
)

# ---- Functions that rise or fall ---------------------------------------------------------------------------------


def rising(fn: Callable[..., Any], exact: dict[float, float] | None = None) -> Callable[..., Interval]:
    """A function of NumPy's that rises everywhere, as one of intervals; `exact` has what it gives without rounding."""

    def _function(x: IntervalOperand) -> Interval:
        x = lifted(x)
        found = outwards(fn(x.lo), fn(x.hi), LOOSE, x.doubt)
        for at, value in (exact or {}).items():
            found = Interval(np.where(x.lo == at, value, found.lo), np.where(x.hi == at, value, found.hi), x.doubt)
        return found

    return _function


def falling(fn: Callable[..., Any]) -> Callable[..., Interval]:
    """A function of NumPy's that falls everywhere, as one of intervals."""

    def _function(x: IntervalOperand) -> Interval:
        x = lifted(x)
        return outwards(fn(x.hi), fn(x.lo), LOOSE, x.doubt)

    return _function


def _bounded(fn: Callable[..., Interval], low: float, high: float) -> Callable[..., Interval]:
    # A range says more than rounding: tanh is at most 1, and not 1 + 8 units.
    return lambda *args: within(fn(*args), low, high)


def _positive(fn: Callable[..., Interval], high: float = np.inf) -> Callable[..., Interval]:
    """A function that is never 0, however small the float that it gives."""

    def _function(x: IntervalOperand) -> Interval:
        found = fn(x)
        # exp(-800) is 0 as a float, but no zero: with 0 for its upper end exp(x) > 0 would be refuted.
        return within(Interval(found.lo, np.maximum(found.hi, LEAST), found.doubt), 0.0, high)

    return _function


def _logistic(x: Any) -> Any:
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small / (1 + small), 1 / (1 + small))


def _softplus(x: Any) -> Any:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def _from(fn: Callable[..., Any], low: float) -> Callable[[IntervalOperand], Interval]:
    """`fn`, which rises, where it exists; below that its value at `low`, with a doubt."""
    # nan would say nothing of the rest of the box. The doubt is here too, for texts of the table call it by itself.
    inner = rising(lambda x: fn(np.maximum(x, low)))

    def _function(x: IntervalOperand) -> Interval:
        x = lifted(x)
        found, below = inner(x), x.lo < low
        return Interval(found.lo, found.hi, joined(x, Interval(0, 0, boxwise(below)))) if np.any(below) else found

    return _function


exp = _positive(rising(np.exp, {0.0: 1.0}))
expm1 = _bounded(rising(np.expm1), -1.0, np.inf)
log, log2, log10 = (_from(fn, 0.0) for fn in (np.log, np.log2, np.log10))
log1p, sqrt, cbrt = _from(np.log1p, -1.0), _from(np.sqrt, 0.0), rising(np.cbrt)
asin = rising(lambda x: np.arcsin(np.clip(x, -1, 1)))
acos = falling(lambda x: np.arccos(np.clip(x, -1, 1)))
atan, sinh, asinh = rising(np.arctan), rising(np.sinh), rising(np.arcsinh)
tanh, erf = _bounded(rising(np.tanh), -1.0, 1.0), _bounded(rising(arrays.erf), -1.0, 1.0)
erfc = _positive(falling(arrays.erfc), 2.0)
acosh, atanh = _from(np.arccosh, 1.0), rising(lambda x: np.arctanh(np.clip(x, -1, 1)))
sigmoid = _positive(rising(_logistic, {0.0: 0.5}), 1.0)
softplus = _positive(rising(_softplus))


def _stepping(fn: Callable[..., Any]) -> Callable[[IntervalOperand], Interval]:
    """A function that rises by steps, whose values are exact."""

    def _function(x: IntervalOperand) -> Interval:
        x = lifted(x)
        return Interval(fn(x.lo), fn(x.hi), x.doubt)

    return _function


sign, floor, ceil, round = map(_stepping, (np.sign, np.floor, np.ceil, np.rint))  # noqa: A001  the language's names
step = _stepping(lambda x: np.where(x > 0, 1.0, 0.0))
relu = _stepping(lambda x: np.maximum(x, 0.0))


# ---- Functions that turn ------------------------------------------------------------------------------------------


def abs(x: IntervalOperand) -> Interval:  # noqa: A001  the language's own name
    """The absolute value."""
    x = lifted(x)
    return Interval(
        # Where 0 is inside, the least is there and at no end.
        np.where((x.lo <= 0) & (x.hi >= 0), 0.0, np.minimum(np.abs(x.lo), np.abs(x.hi))),
        np.maximum(np.abs(x.lo), np.abs(x.hi)),
        x.doubt,
    )


def cosh(x: IntervalOperand) -> Interval:
    """The hyperbolic cosine, which falls and rises."""
    # Of the size alone, it rises.
    x = abs(x)
    return within(outwards(np.cosh(x.lo), np.cosh(x.hi), LOOSE, x.doubt), 1.0, np.inf)


def sin(x: IntervalOperand) -> Interval:
    """The sine: its ends', or a crest or trough between them."""
    return _wave(np.sin, lifted(x), 0.5 * np.pi)


def cos(x: IntervalOperand) -> Interval:
    """The cosine: its ends', or a crest or trough between them."""
    return _wave(np.cos, lifted(x), 0.0)


def _wave(fn: Callable[[Any], Any], x: Interval, crest: float) -> Interval:
    a, b = fn(x.lo), fn(x.hi)
    found = outwards(np.minimum(a, b), np.maximum(a, b), LOOSE, x.doubt)
    # Turns counted from a crest; a little slack on both sides, for the place of a crest is rounded.
    turns = [(end - crest) / (2 * np.pi) for end in (x.lo, x.hi)]
    slack = 4 * UNIT * (1 + np.maximum(np.abs(turns[0]), np.abs(turns[1])))
    tops = np.floor(turns[1] + slack) >= np.ceil(turns[0] - slack)
    troughs = np.floor(turns[1] + slack - 0.5) >= np.ceil(turns[0] - slack - 0.5)
    # Of an infinite end nothing is known of where the crests are.
    lost = ~(np.isfinite(turns[0]) & np.isfinite(turns[1]))
    lo = np.where(troughs | lost, -1.0, found.lo)
    hi = np.where(tops | lost, 1.0, found.hi)
    return within(Interval(lo, hi, x.doubt), -1.0, 1.0)


def tan(x: IntervalOperand) -> Interval:
    """The tangent; of an interval with a pole in it, every number."""
    x = lifted(x)
    turns = [(end - 0.5 * np.pi) / np.pi for end in (x.lo, x.hi)]
    slack = 4 * UNIT * (1 + np.maximum(np.abs(turns[0]), np.abs(turns[1])))
    # `not <`, so that nan counts as a pole.
    pole = ~(np.floor(turns[1] + slack) < np.ceil(turns[0] - slack))
    found = outwards(np.tan(x.lo), np.tan(x.hi), LOOSE)
    lost = boxwise(pole) if x.doubt is None else x.doubt | boxwise(pole)
    return Interval(np.where(pole, -np.inf, found.lo), np.where(pole, np.inf, found.hi), lost)


def atan2(y: IntervalOperand, x: IntervalOperand) -> Interval:
    """The angle: of the corners, and every one where the box meets the cut along x < 0."""
    y, x = lifted(y), lifted(x)
    angles = np.broadcast_arrays(*(np.arctan2(b, a) for b in (y.lo, y.hi) for a in (x.lo, x.hi)))
    # On the cut the angle jumps by 2π; 4 is beyond π, rounding included.
    cut = (x.lo <= 0) & (y.lo <= 0) & (y.hi >= 0)
    found = outwards(np.minimum.reduce(angles), np.maximum.reduce(angles), LOOSE, None, is_zero(y))
    found = signed(found, y.lo >= 0, y.hi <= 0)  # y/x may underflow.
    return Interval(np.where(cut, -4.0, found.lo), np.where(cut, 4.0, found.hi), joined(x, y))


def square(x: IntervalOperand) -> Interval:
    """The square, which is not below 0."""
    # x·x as two factors would take them for independent: [-1, 1] would have products below 0.
    x = abs(x)
    return within(product(x, x, x.doubt), 0.0, np.inf)


def bump(x: IntervalOperand) -> Interval:
    """x·(1 − x), which is ¼ − (x − ½)², and so at most ¼."""
    x = lifted(x)
    # Two forms, each sharp where the other is not: their intersection holds the value.
    loose = x * (1.0 - x)
    tight = 0.25 - square(x - 0.5)
    return Interval(np.maximum(loose.lo, tight.lo), np.minimum(np.minimum(loose.hi, tight.hi), 0.25), x.doubt)


def divide(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """The quotient; every number, or all on one side, where the divisor has 0 in it."""
    x, y = lifted(x), lifted(y)
    across = (y.lo < 0) & (y.hi > 0)
    with np.errstate(all="ignore"):
        # 1/0 at an end is a limit from the side on which the divisor lies.
        low = np.where(y.hi == 0, -np.inf, 1 / y.hi)
        high = np.where(y.lo == 0, np.inf, 1 / y.lo)
    point = (y.lo == 0) & (y.hi == 0)
    inverse = outwards(low, high, UNIT)
    every = across | point
    inverse = Interval(np.where(every, -np.inf, inverse.lo), np.where(every, np.inf, inverse.hi), joined(x, y))
    # Where both ends are numbers the quotient's own rounding is nearer than that of a product with an inverse.
    plain = ~every & (y.lo != 0) & (y.hi != 0)
    quotients = [a / np.where(plain, b, 1.0) for a in (x.lo, x.hi) for b in (y.lo, y.hi)]
    ends = np.broadcast_arrays(*quotients)
    near = rounded(np.minimum.reduce(ends), np.maximum.reduce(ends), x, y, None)
    far = product(x, inverse, None)
    # A doubt here too, for texts of the table divide by themselves: var(v, ddof=1) of one element.
    missing = (y.lo <= 0) & (y.hi >= 0)
    doubt = joined(inverse, Interval(0, 0, boxwise(missing))) if np.any(missing) else inverse.doubt
    return Interval(np.where(plain, near.lo, far.lo), np.where(plain, near.hi, far.hi), doubt)


def power(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """The power: of whole exponents by the turning point at 0, of others by that it rises or falls on x ≥ 0."""
    x, y = lifted(x), lifted(y)
    # A constant exponent, as nearly all are, is the same in all boxes.
    exponent = float(y.lo.flat[0]) if y.lo.size else np.nan
    if np.isfinite(exponent) and (y.lo == exponent).all() and (y.hi == exponent).all():
        return _power(x, exponent, joined(x, y))
    # x^y rises in x only for y > 0, so the general way is by the logarithm, of the size where x is below 0.
    found = exp(y * log(abs(x)))
    return Interval(np.where(x.lo < 0, -found.hi, found.lo), found.hi, joined(x, y))


def _power(x: Interval, n: float, doubt: Any) -> Interval:
    if n == 0:
        return Interval(np.ones_like(x.lo), np.ones_like(x.hi), doubt)
    if n == 1:
        return Interval(x.lo, x.hi, doubt)
    if n < 0 or n == 2:
        # 1/x² has its own pole: the quotient knows what to do at 0.
        found = square(x) if n == 2 else divide(1.0, _power(x, -n, None))
        return Interval(found.lo, found.hi, doubt)
    # An even power is one of the size, which rises; an odd one rises everywhere.
    base = abs(x) if n % 2 == 0 else x
    # Of a root only what is not below 0 has a value.
    if n != np.floor(n):
        base = Interval(np.maximum(base.lo, 0.0), np.maximum(base.hi, 0.0))
    found = outwards(np.float_power(base.lo, n), np.float_power(base.hi, n), LOOSE, doubt, exactly=False)
    # Only 0 has the power 0, which is exact; what underflows has the sign of its base.
    return signed(found, base.lo >= 0, base.hi <= 0)


def max(x: IntervalOperand, y: IntervalOperand) -> Interval:  # noqa: A001  the language's own name
    """The larger."""
    x, y = lifted(x), lifted(y)
    return Interval(np.maximum(x.lo, y.lo), np.maximum(x.hi, y.hi), joined(x, y))


def min(x: IntervalOperand, y: IntervalOperand) -> Interval:  # noqa: A001  the language's own name
    """The lesser."""
    x, y = lifted(x), lifted(y)
    return Interval(np.minimum(x.lo, y.lo), np.minimum(x.hi, y.hi), joined(x, y))
