"""What arrays and stacks of matrices say alike of vectors, along an axis: the softmax family, and roots of squares.

Results keep the axis, with the length 1 where they are a number a vector.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Axis = int | tuple[int, ...] | None

_SMALL, _LARGE = 1e-140, 1e150  # Between these, squares that are lost would not count.
_SHORT, _MANY = 8, 64  # Elements of a vector, and numbers in all, from where on a loop over the elements pays.


def reduce(fn: np.ufunc, x: Array, axis: int) -> Array:
    """The elements along an axis, which is kept, as one: the sum of `np.add`, the largest of `np.maximum`."""
    length = x.shape[axis]
    if not 2 <= length < _SHORT or x.size < _MANY:
        return np.asarray(fn.reduce(x, axis, keepdims=True))
    # NumPy calls its loop for each short vector by itself; here it goes over the first elements of all, the second …
    first, second, *others = np.moveaxis(x, axis, 0)
    found = fn(first, second)
    for each in others:  # In the order of NumPy's own loop over few, so that sums are the same to the last bit.
        fn(found, each, out=found)
    return np.expand_dims(found, axis)


def logsumexp(x: Array, axis: int) -> Array:
    """Log Σ exp(x), shifted by the largest element so that nothing overflows."""
    top = reduce(np.maximum, x, axis)
    return np.asarray(np.where(np.isfinite(top), top + np.log1p(_rest(x, top, axis)), top))


def reduced_logsumexp(x: Array, axis: int, *, keepdims: bool = False) -> Array:
    """Log Σ exp x along an axis, which is gone unless it is kept."""
    found = logsumexp(x, axis)
    return found if keepdims else found.squeeze(axis)


def log_softmax(x: Array, axis: int) -> Array:
    """X - logsumexp(x), without what that loses where one element is far ahead."""
    top = reduce(np.maximum, x, axis)
    return np.asarray(x - top - np.log1p(_rest(x, top, axis)))


def softmax(x: Array, axis: int) -> Array:
    """exp(x) / Σ exp(x), shifted by the largest element so that nothing overflows."""
    # The largest exponent is 0 then, so nothing overflows, and what underflows would not count.
    shifted = np.exp(x - reduce(np.maximum, x, axis))
    return np.asarray(shifted / reduce(np.add, shifted, axis))


def complement(x: Array, axis: int) -> Array:
    """1 - softmax(x), without what that loses where one element is far ahead."""
    found = softmax(x, axis)
    is_top = _where_top(x, reduce(np.maximum, x, axis), axis)
    rest = reduce(np.add, np.where(is_top, 0.0, found), axis)
    # Near 1 this loses nothing but for the top element, whose complement is the others' sum.
    return np.where(is_top, rest, 1 - found)


def from_top(ct: Array, out: Array, axis: int) -> Array:
    """The cotangent less its element where `out` is largest."""
    ct, out = np.broadcast_arrays(ct, out)  # Of the two only one may differ from point to point.
    return np.asarray(ct - np.take_along_axis(ct, _place_of_top(out, axis), axis))


def _rest(x: Array, top: Array, axis: int) -> Any:
    """Σ exp(x - top) over all elements but the top one."""
    # The top element's share is exactly 1: left out here and added as log1p, it cannot swallow the others.
    return reduce(np.add, np.where(_where_top(x, top, axis), 0.0, np.exp(x - top)), axis)


def _place_of_top(x: Array, axis: int) -> Any:
    """Where the largest element is, the first of these."""
    return np.argmax(x, axis, keepdims=True)


def _where_top(x: Array, top: Array, axis: int) -> Any:
    """Whether an element is the largest of its vector, the first of these."""
    found = x == top
    # Finite tops, which make as many as there are vectors, are one a vector; two that are equal are rare.
    if np.count_nonzero(found) == top.size and np.isfinite(np.add.reduce(top, None)):
        return found
    found = np.zeros_like(found)
    np.put_along_axis(found, _place_of_top(x, axis), values=True, axis=axis)
    return found


def scaled(fn: Callable[[Array], Any], axis: Axis) -> Callable[[Array], Any]:
    """`fn` along an axis, which neither overflows nor underflows before its value does.

    `fn` is a root of squares, which of twice the elements is twice as large.
    """
    return partial(_scaled, fn, axis)


def _scaled(fn: Callable[[Array], Any], axis: Axis, x: Array) -> Any:
    # The plain way first: numbers whose squares are lost are rare, and to scale takes two more passes.
    found = fn(x)
    is_sure = (found > _SMALL) & (found < _LARGE)
    if np.all(is_sure):
        return found
    top = np.max(np.abs(x), axis=axis, keepdims=True)
    # Of zeros, infinities and nan the plain value is right as it stands.
    scale = np.where((top > 0) & (top < np.inf), top, 1.0)
    again = fn(x / scale)
    return np.where(is_sure, found, again * np.reshape(scale, np.shape(again)))


def others(x: Array) -> Array:
    """For each element the product of all others along the last axis, which a quotient would lose where one is 0."""
    # Products of what stands before each element and behind it: two passes, and no division.
    edge = np.ones_like(x[..., :1])
    ahead = np.concatenate((edge, np.cumprod(x[..., :-1], axis=-1)), axis=-1)
    behind = np.concatenate((np.cumprod(x[..., :0:-1], axis=-1)[..., ::-1], edge), axis=-1)
    return np.asarray(ahead * behind)


def others_along(x: Array, axis: int) -> Array:
    """For each element the product of all others along an axis."""
    return np.moveaxis(others(np.moveaxis(x, axis, -1)), -1, axis)


def kept(x: Array, axis: int) -> Array:
    """A vector along an axis of a matrix as it goes with the elements: with the rows as it stands, else as a column."""
    return x[:, None] if axis else x


def identity(x: Array) -> Array:
    """The identity of the order of a square matrix, or of each in a stack of them."""
    return np.eye(x.shape[-1])


def inv(x: Array) -> Array:
    """The inverse of each matrix; nan where there is none."""
    try:
        return np.asarray(np.linalg.inv(x), np.float64)
    except np.linalg.LinAlgError:
        if x.ndim == 2:
            return np.full_like(x, np.nan)
        return np.array([inv(each) for each in x])  # One of many points without an inverse is no reason for all.


def cofactors(x: Array) -> Array:
    """The derivative of det(x): det(x)·inv(x).T, which holds where there is no inverse, too."""
    if not np.isfinite(x).all():
        return np.full_like(x, np.nan) if x.ndim == 2 else np.array([cofactors(each) for each in x])
    # Of U Σ V the cofactors are those of Σ, which is diagonal, between U and V, whose own determinants are ±1.
    u, singular, v = np.linalg.svd(x)
    sign = np.linalg.det(u) * np.linalg.det(v)
    return np.asarray(sign[..., None, None] * ((u * others(singular)[..., None, :]) @ v))
