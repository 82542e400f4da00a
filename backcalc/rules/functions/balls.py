"""The functions of the language on balls: an interval with a centre, that holds the number for certain.

A number is a fraction as long as it is known to be one, else a ball of python-flint, which rounds outwards at the
precision set by `ball.precision`. What has no value everywhere in its ball, and a comparison that the balls do not
decide, is `Lost`. F. Johansson, "Arb: efficient arbitrary-precision midpoint-radius interval arithmetic", 2017.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from fractions import Fraction
from math import e, pi, tau
from typing import Any

from flint import arb

from backcalc.rules.functions import arrays, exact, objects
from backcalc.rules.functions.ball import Ball, whole
from backcalc.rules.functions.object_windows import arranged, flatten, like, pooled, with_zero
from backcalc.rules.functions.objects import (
    Lost,
    dot,
    each,
    from_top,
    matmul,
    outer,
    prod,
    sum,  # noqa: A004  the language's own name
    transpose,
)

__all__ = [
    "arranged",
    "dot",
    "flatten",
    "from_top",
    "like",
    "matmul",
    "outer",
    "prod",
    "sum",
    "transpose",
]  # The rest is here.

_UNDECIDED = "numbers are compared that may be equal"
_UNSETTLED = "a condition may be 0, too near to it to tell"
_KINK = "it is at a kink, or too near to one to tell"
# Worked out anew at each precision: a ball of few bits would stay one.
_NAMED = {pi: arb.pi, e: lambda: arb(1).exp(), tau: lambda: 2 * arb.pi()}


def number(x: float) -> Any:
    """A number of the table's texts, or a constant of the language: π is π, and no float."""
    if x in _NAMED:
        # Not the float next to π: its digits from the 17th on are others.
        return Ball(_NAMED[x])
    return _of_exact(exact.number(x))


def decimal(text: str) -> Any:
    """A number as it is written."""
    return _of_exact(exact.decimal(text))


def _of_exact(x: Any) -> Any:
    return whole(x) if isinstance(x, Fraction) else x


array = objects.arrayed(number)  # Not by their binary value: 0.1 in a file means one tenth.


# ---- Functions of numbers --------------------------------------------------------------------------------------------


def _function(name: str, of_balls: Callable[..., Any]) -> Callable[..., Any]:
    """A function: of fractions by what it is there, where that is one, else of balls."""
    of_fractions = getattr(exact, name, None)

    def function(*args: Ball) -> Any:
        """The value, exact where it can be."""
        if of_fractions is not None and all(arg.exact is not None for arg in args):
            # A value that is rational stays so: sqrt(4) is 2, however little exp(…) beside it is known.
            found = of_fractions(*(arg.exact for arg in args))
            if not isinstance(found, Lost):
                return whole(found)
        value = of_balls(*(arg.ball for arg in args))
        # Infinite or nan: the ball reaches out of the domain.
        return Ball(value) if value.is_finite() else Lost(f"`{name}` has no certain value here")

    return each(function)


def _method(name: str) -> Callable[..., Any]:
    return _function(name, getattr(arb, name))


sin, cos, tan, asin, acos, atan = map(_method, ("sin", "cos", "tan", "asin", "acos", "atan"))
sinh, cosh, tanh, asinh, acosh, atanh = map(_method, ("sinh", "cosh", "tanh", "asinh", "acosh", "atanh"))
exp, expm1, log, log1p, erf, erfc, sqrt = map(_method, ("exp", "expm1", "log", "log1p", "erf", "erfc", "sqrt"))
log2 = _function("log2", lambda x: x.log() / arb(2).log())
log10 = _function("log10", lambda x: x.log() / arb(10).log())
# Balls have exponents of any size, so that here nothing overflows.
sigmoid = _function("sigmoid", lambda x: 1 / (1 + (-x).exp()))
softplus = _function("softplus", lambda x: x.exp().log1p())
log_sigmoid = _function("log_sigmoid", lambda x: -(-x).exp().log1p())
atan2 = _function("atan2", arb.atan2)
abs = _function("abs", arb.__abs__)  # noqa: A001  the language's own name


def _real_root(x: Any) -> Any:
    # Of what may be of either sign, the roots of both ends.
    if x >= 0 or x <= 0:
        return x.root(3) if x >= 0 else -((-x).root(3))
    low, high = -((-x.lower()).root(3)), x.upper().root(3)
    return low.union(high)


cbrt, power = _function("cbrt", _real_root), _function("power", arb.__pow__)


def _step(name: str, of_balls: Callable[[Any], Any]) -> Callable[..., Any]:
    """A function that jumps, which has a value only where the whole ball lies on one side."""
    function = _function(name, of_balls)

    def _settled(x: Ball) -> Any:
        found = function(x)
        if isinstance(found, Lost) or found.exact is not None:
            return found
        whole = found.ball.unique_fmpz()
        return Lost(_KINK) if whole is None else Ball(None, Fraction(int(whole)))

    return each(_settled)


floor, ceil = _step("floor", lambda x: x.floor()), _step("ceil", lambda x: x.ceil())
round = _step("round", lambda x: (x + arb(0.5)).floor())  # noqa: A001  A tie is a fraction, of which `exact` knows.
sign = _step("sign", lambda x: x.sgn())


@each
def divide(x: Ball, y: Ball) -> Any:
    """The quotient."""
    # None of a ball, and 0 where there is no quotient: both go on below.
    if x.exact is not None and y.exact:
        return whole(x.exact / y.exact)
    found = x.ball / y.ball
    return Ball(found) if found.is_finite() else Lost("something is divided by what may be 0")


# ---- Comparisons and choice ------------------------------------------------------------------------------------------


def _order(x: Ball, y: Ball) -> int | None:
    """−1, 0 or 1 as x is less than y, equal or more; None where the balls do not decide."""
    if x.exact is not None and y.exact is not None:
        return (x.exact > y.exact) - (x.exact < y.exact)
    if x is y:  # As the largest of several is to that one: whatever number it is, it is one and the same.
        return 0
    a, b = x.ball, y.ball
    # Where both balls have a number in common, Arb says neither.
    return -1 if a < b else 1 if a > b else None


def _compared(*orders: int) -> Callable[..., Any]:
    """A comparison, as 1 where the order is one of these, else 0."""

    def function(x: Ball, y: Ball) -> Any:
        """1 or 0; Lost where the balls overlap."""
        order = _order(x, y)
        return Lost(_UNDECIDED) if order is None else Ball(None, Fraction(int(order in orders)))

    return each(function)


less, less_equal, greater, greater_equal = _compared(-1), _compared(-1, 0), _compared(1), _compared(1, 0)
equal, not_equal = _compared(0), _compared(-1, 1)


def _holds(x: Ball) -> bool | Lost:
    if x.exact is not None:
        return x.exact != 0
    # A ball is never 0 for certain.
    return Lost(_UNSETTLED) if x.ball.contains(0) else True


def _connective(fn: Callable[..., bool]) -> Callable[..., Any]:
    return objects.connective(_holds, fn, lambda found: Ball(None, Fraction(int(found))))


where = objects.choosing(_holds)
both, either, negation = _connective(operator.and_), _connective(operator.or_), _connective(operator.not_)


@each
def max(x: Ball, y: Ball) -> Any:  # noqa: A001  the language's own name
    """The larger; where that is not decided, a ball that holds both."""
    order = _order(x, y)
    return Ball(x.ball.max(y.ball)) if order is None else x if order >= 0 else y


@each
def min(x: Ball, y: Ball) -> Any:  # noqa: A001  the language's own name
    """The smaller; where that is not decided, a ball that holds both."""
    order = _order(x, y)
    return Ball(x.ball.min(y.ball)) if order is None else x if order <= 0 else y


# ---- Vectors and matrices --------------------------------------------------------------------------------------------

# What follows from these, for arrays.
mean, others, largest, smallest, norm, diag, identity, det, cofactors, inv, size = objects.of_arrays(
    number, divide, sqrt, max, min
)


def logsumexp(x: Any) -> Any:
    """Log Σ exp(x), shifted by the largest element."""
    top = largest(x)
    return top + log(sum(exp(x - top)))


def softmax(x: Any) -> Any:
    """exp(x) / Σ exp(x)."""
    powers = exp(x - largest(x))
    return divide(powers, sum(powers))


def log_softmax(x: Any) -> Any:
    """X − logsumexp(x)."""
    return x - logsumexp(x)


def complement(x: Any) -> Any:
    """1 − softmax(x)."""
    return number(1.0) - softmax(x)


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Any]:
    """The function `name` along an axis of a matrix, which stays in the value where it keeps it."""
    return objects.along(globals().get(name), name, axis, keepdims, number)


# NumPy puts an int around an image and into empty places.
_over = with_zero(number(0.0))
correlate, pool_sum, unpool = _over(arrays.correlate), _over(arrays.pool_sum), _over(arrays.unpool)
correlate_x, correlate_w, pool_max = _over(arrays.correlate_x), _over(arrays.correlate_w), pooled(max)
