"""The functions of the language on floats, with the results of IEEE 754 where Python's `math` raises.

One name a base function, as `lower` asks for it; what the table of primitives defines by these (sigmoid, gelu, …) is
not here.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from math import acosh as _acosh
from math import atan, atan2, copysign, erf, erfc, inf, isnan, nan, tanh
from math import fabs as abs  # noqa: A004  the language's own name for it

__all__ = ["abs", "atan", "atan2", "erf", "erfc", "tanh"]  # Those that never raise; the rest is defined here.

Unary = Callable[[float], float]


def _total(fn: Unary, poles: dict[float, float] | None = None, overflow: Unary = lambda _: inf) -> Unary:
    """`fn` on all floats: `poles` where it is infinite, `overflow(x)` where float64 ends, nan outside its domain."""

    def total(x: float) -> float:
        """The value, whatever the float."""
        try:
            return fn(x)
        except OverflowError:
            return overflow(x)
        except ValueError:
            return poles.get(x, nan) if poles else nan

    return total


def _signed_infinity(x: float) -> float:
    return copysign(inf, x)


sin, cos, tan = _total(math.sin), _total(math.cos), _total(math.tan)
asin, acos, acosh = _total(math.asin), _total(math.acos), _total(_acosh)
# asinh is defined everywhere, and grows so slowly that it never overflows.
asinh, atanh = math.asinh, _total(math.atanh, {1.0: inf, -1.0: -inf})
exp, expm1, cosh = _total(math.exp), _total(math.expm1), _total(math.cosh)
sinh = _total(math.sinh, overflow=_signed_infinity)
log, log2, log10 = _total(math.log, {0.0: -inf}), _total(math.log2, {0.0: -inf}), _total(math.log10, {0.0: -inf})
log1p, sqrt = _total(math.log1p, {-1.0: -inf}), _total(math.sqrt)


def _kept(fn: Callable[[float], int]) -> Unary:
    """`fn`, which rounds to an int, with infinities and nan left as they are, and the sign of a zero too."""
    return lambda x: copysign(fn(x), x) if math.isfinite(x) else x


floor, ceil, round = _kept(math.floor), _kept(math.ceil), _kept(round)  # noqa: A001  the language's own names


def cbrt(x: float) -> float:
    """The real cube root."""
    root = math.cbrt(x)
    if x == 0 or not math.isfinite(x):
        return root
    # C libraries are some units in the last place off: one step of Newton, its residual exact in whole numbers.
    (p, q), (n, d) = root.as_integer_ratio(), x.as_integer_ratio()
    return root - (p**3 * d - n * q**3) / (q**3 * d) / (3 * root * root)


def sign(x: float) -> float:
    """−1, 0 or 1; nan for nan."""
    return x if isnan(x) else float((x > 0) - (x < 0))


def max(x: float, y: float) -> float:  # noqa: A001  the language's own name
    """The larger; nan where either is."""
    return x if x >= y or isnan(x) else y  # x >= nan does not hold, so that a nan in y comes out too.


def min(x: float, y: float) -> float:  # noqa: A001  the language's own name
    """The smaller; nan where either is."""
    return x if x <= y or isnan(x) else y


def divide(x: float, y: float) -> float:
    """The quotient, with the infinity or nan of IEEE 754 where y is 0."""
    try:
        return x / y
    except ZeroDivisionError:
        return nan if x == 0 or isnan(x) else copysign(inf, x) * copysign(1.0, y)


def power(x: float, y: float) -> float:
    """The power `x^y`: nan for a negative x and a y that is not whole."""
    try:  # As IEEE 754-2008 has pow: an odd whole power keeps the sign, of an overflow and of a pole too.
        return math.pow(x, y)
    except OverflowError:
        return -inf if x < 0 and y % 2 == 1 else inf
    except ValueError:
        if x != 0:
            return nan
        return copysign(inf, x) if y % 2 == 1 else inf


def where(c: float, a: float, b: float) -> float:
    """Where c is not 0, a; else b."""
    return a if c else b


def less(x: float, y: float) -> float:
    """1 where x < y, else 0."""
    return float(x < y)


def less_equal(x: float, y: float) -> float:
    """1 where x <= y, else 0."""
    return float(x <= y)


def greater(x: float, y: float) -> float:
    """1 where x > y, else 0."""
    return float(x > y)


def greater_equal(x: float, y: float) -> float:
    """1 where x >= y, else 0."""
    return float(x >= y)


def equal(x: float, y: float) -> float:
    """1 where x == y, else 0."""
    return float(x == y)


def not_equal(x: float, y: float) -> float:
    """1 where x != y, else 0."""
    return float(x != y)


def both(x: float, y: float) -> float:
    """1 where neither is 0, else 0."""
    return float(bool(x) and bool(y))


def either(x: float, y: float) -> float:
    """1 where one is not 0, else 0."""
    return float(bool(x) or bool(y))


def negation(x: float) -> float:
    """1 where x is 0, else 0."""
    return float(not x)


def guarded(slope: Callable[..., float], exists: Callable[..., float] | None) -> Callable[..., float]:
    """A local partial, of arguments and value, that is nan where the function has no value or does not exist."""

    def _guarded_slope(*operands: float) -> float:
        *args, out = operands
        return slope(*operands) if out == out and (exists is None or exists(*args)) else nan  # noqa: PLR0124  Not nan.

    return _guarded_slope
