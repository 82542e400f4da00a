"""The functions of the language on float64 arrays, by NumPy; one name a base function, as in `scalar`."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

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
norm, diag, transpose = np.linalg.norm, np.diag, np.transpose


def power(x: Any, y: Any) -> Any:
    """X to the power y; squares and what they derive to are products, which long arrays take far less time for."""
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


def logsumexp(x: Array) -> Any:
    """Log Σ exp(x), shifted by the largest element so that nothing overflows."""
    top = np.max(x)
    return top + np.log1p(_rest(x)) if np.isfinite(top) else top


def log_softmax(x: Array) -> Array:
    """X - logsumexp(x), without what that loses where one element is far ahead."""
    return np.asarray(x - np.max(x) - np.log1p(_rest(x)))


def _rest(x: Array) -> Any:
    """Σ exp(x - top) over all elements but the top one."""
    # The top element's share is exactly 1: left out here and added as log1p, it cannot swallow the others.
    return np.sum(np.delete(np.exp(x - np.max(x)), np.argmax(x)))


def complement(x: Array) -> Array:
    """1 - softmax(x), without what that loses where one element is far ahead."""
    found = softmax(x)
    top = np.argmax(x)
    rest = np.sum(np.delete(found, top))
    found = 1 - found  # Near 1 this loses nothing but for the top element, whose complement is the others' sum.
    found[top] = rest
    return found


def from_top(ct: Array, out: Array) -> Array:
    """The cotangent less its element where `out` is largest."""
    return np.asarray(ct - ct[np.argmax(out)])


def softmax(x: Array) -> Array:
    """exp(x) / Σ exp(x), shifted by the largest element so that nothing overflows."""
    shifted = np.exp(x - np.max(x))
    return np.asarray(shifted / np.sum(shifted))


def others(x: Array) -> Array:
    """For each element the product of all others, which a quotient would lose where one is 0."""
    # Products of what stands before each element and behind it: two passes, and no division.
    flat = x.ravel()
    ahead = np.concatenate(([1.0], np.cumprod(flat[:-1])))
    behind = np.concatenate((np.cumprod(flat[:0:-1])[::-1], [1.0]))
    return np.asarray(ahead * behind).reshape(x.shape)


def quiet() -> np.errstate:
    """A context in which infinities and nan come without NumPy's own warnings."""
    return np.errstate(all="ignore")


def stack(items: list[Any], *, join: bool = False) -> Array:
    """The items as the elements or rows of an array, or with `join` one behind the other."""
    if join:
        return np.concatenate([np.atleast_1d(item) for item in items])
    return np.asarray(items, dtype=np.float64)


def filled(shape: tuple[int | None, ...], value: float = 1.0) -> Array:
    """An array of equal elements."""
    return np.full([n or 0 for n in shape], value)


def placed(value: Any, indices: tuple[int, ...], shape: tuple[int | None, ...]) -> Array:
    """`value` at `indices` of an array of zeros."""
    found = filled(shape, 0.0)
    found[indices] = value
    return found


def units(shape: tuple[int | None, ...]) -> list[Array]:
    """For each element of a shape, the array that has 1 there and 0 elsewhere."""
    count = math.prod(n or 0 for n in shape)
    return [unit.reshape([n or 0 for n in shape]) for unit in np.eye(count)]


def is_finite(value: Any) -> bool:
    """Whether every element is a finite number."""
    if isinstance(value, float):
        return math.isfinite(value)
    return bool(np.isfinite(value).all())


def are_close(found: Any, value: Any, relative: float, absolute: float) -> bool:
    """Whether all elements agree so far, nan with nan."""
    return bool(np.allclose(found, value, relative, absolute, equal_nan=True))


def identity(shape: tuple[int | None, ...]) -> Array:
    """The derivative of an array by itself."""
    return np.asarray(units(shape)).reshape([n or 0 for n in (*shape, *shape)])


def contract(partial: Any, tangent: Any, rank: int) -> Any:
    """∂head/∂tail · ∂tail/∂x, summed over the elements of the tail; x has this rank."""
    if partial is None:
        raise ValueError("a local partial is not known")
    return np.tensordot(partial, tangent, axes=np.ndim(tangent) - rank)


def as_array(value: Any) -> Array | None:
    """`value` as an array of at most two dimensions; None where it has other elements or is ragged."""
    try:
        if value is None or isinstance(value, bool | str | bytes):
            return None
        found = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.ndim <= len(("rows", "columns")) and found.size else None


def false_places(found: Any) -> list[tuple[int, ...]]:
    """The indices at which a condition is 0."""
    return [tuple(map(int, index)) for index in np.argwhere(np.asarray(found) == 0)]


def each(fn: Callable[[float], float], value: Array) -> Array:
    """`fn` of every element."""
    return np.array([fn(item) for item in value.ravel().tolist()]).reshape(value.shape)


def far_places(found: Array, expected: Array, slack: Callable[[Array], Any]) -> list[tuple[int, ...]]:
    """The indices at which `found` is further from `expected` than the slack there; what is not finite must be that."""
    with quiet():
        # inf − inf is nan, so what is not finite is compared by itself.
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        near = np.isfinite(found - expected) & (np.abs(found - expected) <= slack(expected))
    return false_places(same | near)


def covers(shape: tuple[int, ...], parts: list[tuple[Any, ...]], whole: tuple[Any, ...]) -> bool:
    """Whether each element of `whole` is in one of `parts`, which are indices into an array of this shape."""
    found = np.zeros(shape, dtype=bool)
    for part in parts:
        found[part] = True
    return bool(found[whole].all())


def replaced(x: Array, part: tuple[Any, ...], value: Any) -> Array:
    """`x` with `value` at the index `part`."""
    found = x.copy()
    found[part] = value
    return found


def half_units(x: Array, digits: int) -> Any:
    """Half a unit in the significant digit of that number, of each element."""
    return 0.5 * np.float_power(10.0, np.floor(np.log10(np.abs(x))) - digits + 1)


def masked(ct: Any, partial: Any) -> Array:
    """Ct · partial, and 0 where nothing comes in, whatever the slope there: of a branch that is not taken."""
    return np.asarray(np.where(np.asarray(ct) == 0, 0.0, ct * partial))
