"""The functions of the language on float64 arrays, by NumPy; one name a base function, as in `scalar`."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backcalc.rules.functions import along, windows
from backcalc.rules.functions.along import Array

__all__ = ["Array"]

sin, cos, tan = np.sin, np.cos, np.tan
asin, acos, atan, atan2 = np.arcsin, np.arccos, np.arctan, np.arctan2
sinh, cosh, tanh = np.sinh, np.cosh, np.tanh
asinh, acosh, atanh = np.arcsinh, np.arccosh, np.arctanh
exp, expm1, log, log2, log10, log1p = np.exp, np.expm1, np.log, np.log2, np.log10, np.log1p
sqrt, cbrt, abs, sign = np.sqrt, np.cbrt, np.abs, np.sign  # noqa: A001  the language's own names
floor, ceil, round = np.floor, np.ceil, np.rint  # noqa: A001  the language's own names
max, min = np.maximum, np.minimum  # noqa: A001  the language's own names
divide, matmul, dot = np.true_divide, np.matmul, np.dot
sum, mean, prod, largest, smallest = np.sum, np.mean, np.prod, np.max, np.min  # noqa: A001  the language's own names
diag, transpose, ones_like = np.diag, np.transpose, np.ones_like


def power(x: Any, y: Any) -> Any:
    """X to the power y; squares and what they derive to are products, which long arrays take far less time for."""
    # Most powers are squares, and what squares derive to.
    if np.ndim(y) == 0 and y in (1, 2):
        return np.multiply(x, x if y == 2 else 1.0)
    return np.float_power(x, y)


_BUFFER = 256  # Elements, in place of 8192.


def outer(x: Array, y: Array) -> Array:
    """X yᵀ."""
    # NumPy copies both into buffers, as many rows as fit, before it multiplies (its issue 13307), and that takes longer
    # than the product itself. Into a small buffer long rows do not fit; short ones, where it pays, still do.
    before = np.setbufsize(_BUFFER)
    try:
        return np.asarray(np.multiply.outer(x, y))
    finally:
        np.setbufsize(before)


def _by_element(fn: Callable[[float], float]) -> Callable[[Any], Array]:
    """A function that NumPy does not have, an element at a time."""
    ufunc = np.frompyfunc(fn, 1, 1)
    return lambda x: np.asarray(ufunc(x), dtype=np.float64)


erf, erfc = _by_element(math.erf), _by_element(math.erfc)


def _as_float(fn: Callable[..., Any]) -> Callable[..., Array]:
    """A comparison or connective, with 1 for true and 0 for false."""
    return lambda *args: np.asarray(fn(*args), dtype=np.float64)


less, less_equal = _as_float(np.less), _as_float(np.less_equal)
greater, greater_equal = _as_float(np.greater), _as_float(np.greater_equal)
equal, not_equal = _as_float(np.equal), _as_float(np.not_equal)
both, either, negation = _as_float(np.logical_and), _as_float(np.logical_or), _as_float(np.logical_not)


def where(c: Any, a: Any, b: Any) -> Array:
    """`a` where c is not 0, else b."""
    return np.asarray(np.where(np.asarray(c) != 0, a, b))


def step(x: Any) -> Array:
    """1 where x is above 0, else 0, and nan of nan: by one comparison, where its text would take two slow passes."""
    found = np.asarray(np.greater(x, 0), dtype=np.float64)
    return found if _sums_up(x) else np.asarray(np.where(np.isnan(x), x, found))


def logsumexp(x: Array) -> Any:
    """Log Σ exp(x) of a vector."""
    return along.logsumexp(x, -1)[..., 0]


softmax, log_softmax = partial(along.softmax, axis=-1), partial(along.log_softmax, axis=-1)
complement, from_top = partial(along.complement, axis=-1), partial(along.from_top, axis=-1)
norm, scaled = np.linalg.norm, along.scaled
size = np.size
inv, det, cofactors, identity = along.inv, np.linalg.det, along.cofactors, along.identity


def others(x: Array) -> Array:
    """For each element the product of all others."""
    return along.others(x.ravel()).reshape(x.shape)


REDUCING: dict[str, Callable[..., Any]] = {
    "sum": np.sum, "mean": np.mean, "prod": np.prod, "largest": np.max, "smallest": np.min, "norm": np.linalg.norm,
    "logsumexp": along.reduced_logsumexp,
}  # fmt: skip
_KEEPING: dict[str, Callable[..., Any]] = {
    "softmax": along.softmax, "log_softmax": along.log_softmax, "complement": along.complement,
    "from_top": along.from_top, "others": along.others_along, "kept": along.kept, "size": np.size,
}  # fmt: skip


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Any]:
    """The function `name` along an axis of a matrix, which stays in the value where it keeps it."""
    if name in REDUCING:
        return partial(REDUCING[name], axis=axis, keepdims=bool(keepdims))
    return partial(_KEEPING[name], axis=axis)


def guarded(slope: Callable[..., Any], exists: Callable[..., Any] | None) -> Callable[..., Any]:
    """A local partial, of arguments and values, that is nan where the function has no value or does not exist."""

    def _guarded_slope(*operands: Any) -> Any:
        *args, out = operands
        found = slope(*operands)
        if _sums_up(out):  # Where its value is finite, a function exists.
            return found
        there = ~np.isnan(out)
        return np.where(there if exists is None else there & (np.asarray(exists(*args)) != 0), found, np.nan)

    return _guarded_slope


def cleared(value: Any, gate: Callable[[], Any]) -> Any:
    """A cotangent with 0 where its gate is closed."""
    # It is 0 there already but for 0·inf = nan.
    return value if _sums_up(value) else where(gate(), value, 0.0)


def _sums_up(x: Any) -> bool:
    """Whether the sum is finite: the faster test for elements that are, and nearly always enough."""
    with np.errstate(all="ignore"):
        return math.isfinite(np.add.reduce(x, axis=None))


def _as_column(x: Array) -> Array:
    return x[:, None] if x.ndim == 1 else x


def _as_it_was(found: Array, axes: Any) -> Array:
    return found[:, 0] if windows.whole(axes) == 1 else found


_over = windows.Windows(_as_column, _as_it_was)
correlate, correlate_x, correlate_w = _over.correlate, _over.correlate_x, _over.correlate_w
pool_max, pool_sum, unpool = _over.pool_max, _over.pool_sum, _over.unpool


def flatten(x: Array) -> Array:
    """The elements, row by row, as a vector."""
    return x.reshape(-1)


def arranged(x: Array, m: Any, n: Any) -> Array:
    """The elements, row by row, as an m×n matrix."""
    return x.reshape(windows.whole(m), windows.whole(n))


def like(y: Array, x: Array) -> Array:
    """The elements of `y` in the shape of x."""
    return np.reshape(y, x.shape)
