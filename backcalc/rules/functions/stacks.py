"""The functions of the language on stacks of matrices, a matrix a point: the batch axis of many points at once.

A number is a 1 × 1 matrix, a vector a column; whatever is the same at all points has no batch axis. So numbers combine
with anything by NumPy's own broadcasting, and the texts of the table hold as they stand.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from backcalc.rules.functions import along, arrays, windows
from backcalc.rules.functions.arrays import Array

_MATRIX = (-2, -1)


def __getattr__(name: str) -> Any:
    """What works by elements, as it does on arrays."""
    # Only what mixes elements needs its own form here: a stack has one axis more.
    return getattr(arrays, name)


def power(x: Any, y: Any) -> Any:
    """X to the power y; a constant comes as a matrix of one."""
    # A 1 × 1 matrix is no scalar to NumPy: x^2 would take the slow way.
    return arrays.power(x, float(y[0, 0]) if np.shape(y) == (1, 1) else y)


def transpose(x: Array) -> Array:
    """Rows and columns exchanged; only ever of a matrix, for a vector's transpose is another row."""
    return np.swapaxes(x, -1, -2)


def matmul(x: Array, y: Array) -> Array:
    """The matrix product; of one matrix with many columns or rows, one product in place of many."""
    # W @ x at a thousand points: as one product BLAS works through blocks that stay in the cache.
    if x.ndim == 2 and y.ndim > 2 and y.shape[-1] == 1:
        return np.asarray((y[..., 0] @ x.T)[..., None])
    if y.ndim == 2 and x.ndim > 2 and x.shape[-1] > 1:  # X @ W: the rows of all X below each other.
        return np.asarray((x.reshape(-1, x.shape[-1]) @ y).reshape(*x.shape[:-1], y.shape[-1]))
    return np.asarray(np.matmul(x, y))


def outer(x: Array, y: Array) -> Array:
    """X yᵀ."""
    return np.asarray(x * np.swapaxes(y, -1, -2))


def sum(x: Array) -> Array:  # noqa: A001  the language's own name
    """The sum of all elements."""
    return _reduced(np.add, x)


def size(x: Array) -> int:
    """The number of elements of each matrix."""
    return int(x.shape[-2] * x.shape[-1])


def mean(x: Array) -> Array:
    """The mean of all elements."""
    return sum(x) / size(x)


def prod(x: Array) -> Array:
    """The product of all elements."""
    return np.asarray(np.prod(x, axis=_MATRIX, keepdims=True))


def largest(x: Array) -> Array:
    """The largest element."""
    return _reduced(np.maximum, x)


def smallest(x: Array) -> Array:
    """The smallest element."""
    return _reduced(np.minimum, x)


def _reduced(fn: np.ufunc, x: Array) -> Array:
    """All elements of each matrix as one."""
    is_column = x.ndim > 2 and x.shape[-1] == 1
    return along.reduce(fn, x, -2) if is_column else np.asarray(fn.reduce(x, _MATRIX, keepdims=True))


softmax, log_softmax = partial(along.softmax, axis=-2), partial(along.log_softmax, axis=-2)  # Of columns.
complement, from_top = partial(along.complement, axis=-2), partial(along.from_top, axis=-2)
logsumexp = partial(along.logsumexp, axis=-2)
norm = partial(np.linalg.norm, axis=_MATRIX, keepdims=True)


def scaled(fn: Callable[[Array], Any], axis: int | None) -> Callable[[Array], Any]:
    """`fn` along an axis of each matrix, or of all its elements, as `along.scaled` has it."""
    return along.scaled(fn, _MATRIX if axis is None else axis - 2)


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Any]:
    """The function `name` along an axis of each matrix; a vector that comes of it is a column."""
    if name == "kept":  # A column has the axis of length 1 that the rows of a matrix have lost.
        return transpose if axis == 0 else np.asarray
    inner = arrays.along_axis(name, axis - 2, keepdims=1)
    if name not in arrays.REDUCING or keepdims or axis == 1:
        return inner
    return lambda x: transpose(inner(x))


def dot(x: Array, y: Array) -> Array:
    """The sum of the products of elements; with a vector that all points have in common, one product with BLAS."""
    if x.ndim == 2 and y.ndim > 2:
        x, y = y, x
    if x.ndim > 2 and y.ndim == 2 and x.shape[-2:] == y.shape:
        return np.asarray(x.reshape(len(x), -1) @ y.reshape(-1))[:, None, None]
    return sum(x * y)


def diag(x: Array) -> Array:
    """A vector as a diagonal matrix, or the diagonal of a matrix as a vector."""
    if x.shape[-1] == 1:
        return np.where(np.eye(x.shape[-2]) == 1, x, 0.0)  # A product would have 0·inf beside the diagonal.
    return np.asarray(np.diagonal(x, axis1=-2, axis2=-1)[..., None])


def others(x: Array) -> Array:
    """For each element the product of all others."""
    return along.others(x.reshape(*x.shape[:-2], -1)).reshape(x.shape)


def det(x: Array) -> Array:
    """The determinant of each matrix."""
    return np.asarray(np.linalg.det(x)[..., None, None])


def column(value: Any) -> Array:
    """A number, vector or matrix as a matrix."""
    found = np.asarray(value, dtype=np.float64)
    return found.reshape(found.shape[0] if found.ndim else 1, -1)


_over = windows.Windows(np.atleast_2d, lambda found, _: found)
correlate, correlate_x, correlate_w = _over.correlate, _over.correlate_x, _over.correlate_w
pool_max, pool_sum, unpool = _over.pool_max, _over.pool_sum, _over.unpool


def flatten(x: Array) -> Array:
    """The elements of each matrix, row by row, as a vector."""
    return x.reshape(*x.shape[:-2], -1, 1)


def arranged(x: Array, m: Any, n: Any) -> Array:
    """The elements of each, row by row, as an m×n matrix."""
    return x.reshape(*x.shape[:-2], windows.whole(m), windows.whole(n))


def like(y: Array, x: Array) -> Array:
    """The elements of each `y` in the shape of an x."""
    return y.reshape(*y.shape[:-2], *x.shape[-2:])
