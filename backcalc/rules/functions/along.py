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


def logsumexp(x: Array, axis: int) -> Array:
    """Log Σ exp(x), shifted by the largest element so that nothing overflows."""
    top = np.max(x, axis, keepdims=True)
    return np.asarray(np.where(np.isfinite(top), top + np.log1p(_rest(x, top, axis)), top))


def reduced_logsumexp(x: Array, axis: int, *, keepdims: bool = False) -> Array:
    """Log Σ exp x along an axis, which is gone unless it is kept."""
    found = logsumexp(x, axis)
    return found if keepdims else found.squeeze(axis)


def log_softmax(x: Array, axis: int) -> Array:
    """X - logsumexp(x), without what that loses where one element is far ahead."""
    top = np.max(x, axis, keepdims=True)
    return np.asarray(x - top - np.log1p(_rest(x, top, axis)))


def softmax(x: Array, axis: int) -> Array:
    """exp(x) / Σ exp(x), shifted by the largest element so that nothing overflows."""
    # The largest exponent is 0 then, so nothing overflows, and what underflows would not count.
    shifted = np.exp(x - np.max(x, axis, keepdims=True))
    return np.asarray(shifted / np.sum(shifted, axis, keepdims=True))


def complement(x: Array, axis: int) -> Array:
    """1 - softmax(x), without what that loses where one element is far ahead."""
    found = softmax(x, axis)
    place = _place_of_top(x, axis)
    rest = np.sum(_without(found, place, axis), axis, keepdims=True)
    found = 1 - found  # Near 1 this loses nothing but for the top element, whose complement is the others' sum.
    np.put_along_axis(found, place, rest, axis)
    return found


def from_top(ct: Array, out: Array, axis: int) -> Array:
    """The cotangent less its element where `out` is largest."""
    ct, out = np.broadcast_arrays(ct, out)  # Of the two only one may differ from point to point.
    return np.asarray(ct - np.take_along_axis(ct, _place_of_top(out, axis), axis))


def _rest(x: Array, top: Array, axis: int) -> Any:
    """Σ exp(x - top) over all elements but the top one."""
    # The top element's share is exactly 1: left out here and added as log1p, it cannot swallow the others.
    return np.sum(_without(np.exp(x - top), _place_of_top(x, axis), axis), axis, keepdims=True)


def _place_of_top(x: Array, axis: int) -> Any:
    """Where the largest element is, the first of these."""
    return np.argmax(x, axis, keepdims=True)


def _without(x: Array, place: Any, axis: int) -> Array:
    """The array with 0 in one place along the axis."""
    found = x.copy()
    np.put_along_axis(found, place, 0.0, axis)
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
