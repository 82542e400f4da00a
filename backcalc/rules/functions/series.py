"""The functions of the language on truncated power series: a number system of its own.

The variable t is positive and as small as you like. So a comparison is decided by the first coefficient that is not 0,
and a series to the left of a point is one in −t: the two sides of a kink come out of the same rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import reduce
from operator import mul

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.power_series import (
    Series,
    aligned,
    behind_a_pole,
    constant,
    counts_of,
    coupled,
    derivative,
    in_turn,
    integrated,
    known_quotient,
    leading,
    on_series,
    power_terms,
    risen,
    times,
    with_first,
)
from backcalc.rules.functions.series_choices import (
    abs,  # noqa: A004  the language's own name
    both,
    ceil,
    either,
    equal,
    floor,
    greater,
    greater_equal,
    less,
    less_equal,
    max,  # noqa: A004  the language's own name
    min,  # noqa: A004  the language's own name
    negation,
    not_equal,
    round,  # noqa: A004  the language's own name
    sign,
    where,
)
from backcalc.rules.functions.series_matrices import (
    along,
    det,
    diag,
    dot,
    inv,
    matmul,
    mean,
    outer,
    scaled,
    size,
    sum,  # noqa: A004  the language's own name
    transpose,
)
from backcalc.rules.functions.series_windows import arranged, correlate, flatten, in_windows, pool_sum

__all__ = ["det", "diag", "dot", "inv", "matmul", "mean", "outer", "sum", "transpose"]  # The rest is defined here.
__all__ += ["arranged", "correlate", "flatten", "pool_sum", "scaled", "size"]
__all__ += ["abs", "both", "ceil", "either", "equal", "floor", "greater", "greater_equal", "less", "less_equal"]
__all__ += ["max", "min", "negation", "not_equal", "round", "sign", "where"]

# ---- Quotients and powers -------------------------------------------------------------------------------------------


@on_series
def divide(x: Series, y: Series) -> Series:
    """The quotient; a power of t that both begin with is taken out, and leaves as many last terms unknown."""
    a, b = (each.copy() for each in np.broadcast_arrays(*aligned(x, y)))
    for _ in range(len(a) - 1):
        # Both vanish and something follows: as sin(t)/t, which is 1 at 0.
        vanish = (a[0] == 0) & (b[0] == 0) & (b[1:] != 0).any(axis=0)
        if not vanish.any():
            break
        for each in (a, b):
            # Shifted to the front, and at the end nan: not known.
            each[:, vanish] = np.concatenate((each[1:, vanish], np.full((1, int(vanish.sum())), np.nan)))
    found = np.empty_like(a)
    # At a pole 0 has the sign of the side: 1/x rises on the right of 0 and falls on the left.
    found[0] = a[0] / np.where((b[0] == 0) & (b != 0).any(axis=0), np.copysign(0.0, leading(Series(b))), b[0])
    for k in range(1, len(a)):
        rest = a[k] - in_turn(times(b[1 : k + 1], found[k - 1 :: -1]))
        found[k] = np.where(rest == 0, 0.0, rest / b[0])  # 0/0 behind the first term: nothing more comes.
    return behind_a_pole(Series(known_quotient(found, a, b)), Series(b))


@on_series
def power(x: Series, y: Series) -> Series:
    """The power `x^y`."""
    a, b = np.broadcast_arrays(*aligned(x, y))
    if (b[1:] != 0).any():  # A variable exponent, for which a base of 0 or less has no neighbourhood.
        # nan where the base is 0 or less: log has no series there.
        found = exp(Series(b) * log(Series(np.where(a[:1] > 0, a, np.nan))))
        return with_first(np.float_power(a[0], b[0]), found)  # The value is there even so: 0^0 or (−2)^2.
    terms = np.empty_like(a)
    for place in np.ndindex(*a.shape[1:]):
        column = (slice(None), *place)
        terms[column] = power_terms(a[column], float(b[(0, *place)]))
    return Series(terms)


@on_series
def sqrt(x: Series) -> Series:
    """The square root."""
    return power(x, 0.5)


@on_series
def cbrt(x: Series) -> Series:
    """The real cube root."""
    negative = sign(x)
    # Of the size, for a power with a broken exponent has none below 0.
    return with_first(np.cbrt(x.terms[0]), negative * power(negative * x, 1 / 3))


# ---- Functions by their derivative ----------------------------------------------------------------------------------


def _rule(
    name: str, slope: Callable[[Series], Series], room: Callable[[Series], Series] | None = None
) -> Callable[..., Series]:
    """The base function of one argument whose slope is this series; without slope where `room` is below 0."""
    value = getattr(arrays, name)

    def _base(x: Series) -> Series:
        found = integrated(value(x.terms[0]), slope(x), x)
        # At the end of its domain, on the side without.
        return found if room is None else _inside(found, room(x))

    _base.__name__ = name
    return on_series(_base)


@on_series
def exp(x: Series) -> Series:
    """E to the power x."""
    return behind_a_pole(coupled(x, [np.exp(x.terms[0])], (1.0,))[0], x)


@on_series
def expm1(x: Series) -> Series:
    """exp(x) − 1."""
    return with_first(np.expm1(x.terms[0]), exp(x))


def _pair(first: str, second: str, sign: float) -> Iterator[Callable[..., Series]]:
    """Two functions of which each is the slope of the other, that of the second times `sign`."""
    values = [getattr(arrays, name) for name in (first, second)]
    for i, name in enumerate((first, second)):

        def _function(x: Series, i: int = i) -> Series:
            return coupled(x, [value(x.terms[0]) for value in values], (1.0, sign))[i]

        _function.__name__ = name
        yield on_series(_function)


sin, cos = _pair("sin", "cos", -1.0)
sinh, cosh = _pair("sinh", "cosh", 1.0)


@on_series
def tan(x: Series) -> Series:
    """The tangent."""
    return with_first(np.tan(x.terms[0]), divide(sin(x), cos(x)))


@on_series
def tanh(x: Series) -> Series:
    """The hyperbolic tangent, by T' = S·x' and S' = −2·T·S·x', neither of which overflows."""
    t, s = np.zeros_like(x.terms), np.zeros_like(x.terms)
    with np.errstate(over="ignore"):
        t[0], s[0] = np.tanh(x.terms[0]), (1 / np.cosh(x.terms[0])) ** 2
    products, counts = np.zeros_like(t), counts_of(x)  # The terms of T·S.
    for k in range(1, len(t)):
        products[k - 1] = in_turn(t[:k] * s[k - 1 :: -1])
        t[k] = in_turn(counts[:k] * times(x.terms[1 : k + 1], s[k - 1 :: -1])) / k
        s[k] = -2 / k * in_turn(counts[:k] * times(x.terms[1 : k + 1], products[k - 1 :: -1]))
    return behind_a_pole(Series(t), x)


def _inside(found: Series, room: Series) -> Series:
    """`found` with no coefficient where `room` falls below 0."""
    terms = found.terms.copy()
    terms[1:, np.broadcast_to(leading(room) < 0, found.shape)] = np.nan
    return Series(terms)


def _scale(*parts: Series) -> Array:
    """The power of two that makes the largest of some values one near 1: their squares are floats then."""
    largest = reduce(np.maximum, (np.abs(part.terms[0]) for part in parts))
    exponent = np.frexp(np.where(np.isfinite(largest), largest, 1.0))[1]
    return np.asarray(np.ldexp(1.0, -np.clip(exponent, -1000, 1000)))


def _over_root(name: str, under: Callable[[Series, Array], Series], sign: float = 1.0) -> Callable[..., Series]:
    """The base function whose slope is ±1 by the root of `under`, which it does not exist beyond.

    `under` is times the square of a unit that is at most 1.
    """
    value = getattr(arrays, name)

    def _base(x: Series) -> Series:
        unit = np.minimum(_scale(x), 1.0)
        # The quotient by the root once x' is in it: of acos(1 - t²) both vanish alike, and leave a slope.
        rise, room = derivative(x) * (sign * unit), under(x, unit)
        return _inside(risen(value(x.terms[0]), divide(rise, sqrt(room)), x), room)

    _base.__name__ = name
    return on_series(_base)


log = _rule("log", lambda x: divide(1.0, x), lambda x: x)
log2 = _rule("log2", lambda x: divide(1 / np.log(2), x), lambda x: x)
log10 = _rule("log10", lambda x: divide(1 / np.log(10), x), lambda x: x)
log1p = _rule("log1p", lambda x: divide(1.0, 1.0 + x), lambda x: 1.0 + x)
# As factors, so that 1 − x² loses nothing near 1.
asin = _over_root("asin", lambda x, unit: (1.0 - x) * unit * ((1.0 + x) * unit))
acos = _over_root("acos", lambda x, unit: (1.0 - x) * unit * ((1.0 + x) * unit), -1.0)
atan = _rule("atan", lambda x: divide(1.0, 1.0 + x * x))
asinh = _over_root("asinh", lambda x, unit: unit * unit + x * unit * (x * unit))
acosh = _over_root("acosh", lambda x, unit: (x - 1.0) * unit * ((x + 1.0) * unit))
atanh = _rule("atanh", lambda x: divide(1.0, (1.0 - x) * (1.0 + x)), lambda x: (1.0 - x) * (1.0 + x))
erf = _rule("erf", lambda x: 2 / np.sqrt(np.pi) * exp(-(x * x)))
erfc = _rule("erfc", lambda x: -2 / np.sqrt(np.pi) * exp(-(x * x)))


@on_series
def atan2(y: Series, x: Series) -> Series:
    """The angle of the point (x, y), on the side of t where it jumps."""
    angle = np.arctan2(y.terms[0], x.terms[0])
    below = (y.terms[0] == 0) & (x.terms[0] < 0) & (leading(y) < 0)
    unit = _scale(y, x)  # The angle is the same.
    y, x = y * unit, x * unit
    square = x * x + y * y
    # The gradient of the angle, along y and along x; the value only once.
    by_y, by_x = integrated(angle, divide(x, square), y), integrated(0 * angle, divide(-y, square), x)
    return with_first(np.where(below, -np.pi, angle), by_y + by_x)


# ---- Vectors and matrices -------------------------------------------------------------------------------------------


def _folded(name: str, fn: Callable[[Series, Series], Series]) -> Callable[..., Series]:
    """A function of all elements of an array, one after the other."""

    def _function(x: Series) -> Series:
        return reduce(fn, (Series(column) for column in x.terms.reshape(len(x.terms), -1).T))

    _function.__name__ = name
    return on_series(_function)


prod, largest, smallest = _folded("prod", mul), _folded("largest", max), _folded("smallest", min)


def pool_max(x: Series | Array, n: float, axes: float) -> Series | Array:
    """The largest element of each window."""
    return reduce(max, in_windows(x, int(n))) if isinstance(x, Series) else arrays.pool_max(x, n, axes)


@on_series
def norm(x: Series) -> Series:
    """The root of the sum of squares."""
    return sqrt(sum(x * x))


def _shifted(x: Series) -> tuple[Series, Array]:
    top = x.terms[0].max()  # A number, not a series: what is taken out must not have a slope.
    return x - top, top


@on_series
def logsumexp(x: Series) -> Series:
    """Log Σ exp(x), shifted by the largest element so that nothing overflows."""
    shifted, top = _shifted(x)
    # The value by the stable form; the powers of t need only slopes.
    return with_first(arrays.logsumexp(x.terms[0]), top + log(sum(exp(shifted))))


@on_series
def log_softmax(x: Series) -> Series:
    """X − logsumexp(x)."""
    return x - logsumexp(x)


@on_series
def softmax(x: Series) -> Series:
    """exp(x) / Σ exp(x), shifted by the largest element so that nothing overflows."""
    shifted, _ = _shifted(x)
    powers = exp(shifted)
    return divide(powers, sum(powers))


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Series]:
    """The function `name` along an axis of a matrix, which stays in the value where it keeps it."""
    return along(globals().get(name), name, axis, keepdims)


def stop_gradient(x: Series | float) -> Series | float:
    """The first term alone: to whoever derives, it stands still."""
    return constant(x, x.terms[0]) if isinstance(x, Series) else x
