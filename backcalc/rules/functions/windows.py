"""What goes over an image window by window: convolution and pooling, of matrices, or of each in a stack of them.

All work on the last two axes; a vector is a column, whose windows are columns too. A loop over the elements of the
window, which are few, leaves each step to NumPy over all places at once; a view of all windows would have to be copied.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np

from backcalc.rules.functions.along import Array

Pair = tuple[int, int]
"""Of rows and of columns."""


def pair(number: Any, axes: Any, other: int) -> Pair:
    """A number of rows and of columns; of a vector, which is a column, the latter is `other`."""
    # A column is one wide, so of its windows only the rows count.
    return whole(number), whole(number) if whole(axes) > 1 else other


def whole(number: Any) -> int:
    """A whole number of the text, which may come as a float, a fraction or a matrix of one."""
    return int(np.ravel(number)[0])


def places(shape: Pair, window: Pair, stride: int, pad: Pair) -> Pair:
    """In how many places a window fits."""
    rows, columns = ((n + 2 * p - k) // stride + 1 for n, k, p in zip(shape, window, pad, strict=True))
    return rows, columns


def correlate(x: Array, w: Array, stride: int, pad: Pair) -> Array:
    """Σ w[i, j]·x[s·a + i, s·b + j], as networks convolve: the window is not flipped; zeros around where padded."""
    count = places(x.shape[-2:], w.shape[-2:], stride, pad)
    x = _padded(x, pad)
    found: Array | None = None
    for i, j in np.ndindex(*w.shape[-2:]):
        # A step a window element, over all places at once.
        term = np.asarray(under(x, i, j, count, stride) * w[..., i : i + 1, j : j + 1])
        if found is None:
            found = term
        else:
            found += term  # In place: an image a step would be copied.
    assert found is not None  # A window has an element.
    return found


def correlate_x(x: Array, w: Array, ct: Array, stride: int, pad: Pair) -> Array:
    """The cotangent of the image: what each place of the window hands back, added up."""
    (m, n), (rows, columns) = x.shape[-2:], pad
    lead = np.broadcast_shapes(ct.shape[:-2], w.shape[:-2])
    found = np.zeros((*lead, m + 2 * rows, n + 2 * columns), np.result_type(ct, w))
    for i, j in np.ndindex(*w.shape[-2:]):
        part = under(found, i, j, ct.shape[-2:], stride)  # A view into `found`: parallel windows overlap, and add up.
        part += ct * w[..., i : i + 1, j : j + 1]
    return found[..., rows : rows + m, columns : columns + n]  # What falls on the padding reaches no input.


def correlate_w(x: Array, w: Array, ct: Array, stride: int, pad: Pair) -> Array:
    """The cotangent of the window: of each of its elements the sum over all that it was multiplied by."""
    x = _padded(x, pad)
    lead = np.broadcast_shapes(ct.shape[:-2], x.shape[:-2])
    found = np.empty((*lead, *w.shape[-2:]), np.result_type(ct, x))
    for i, j in np.ndindex(*w.shape[-2:]):
        found[..., i, j] = _dot(under(x, i, j, ct.shape[-2:], stride), ct)
    return found


def pool_max(x: Array, window: Pair) -> Array:
    """The largest element of each window; what is left at the end of an axis is in none."""
    # Of rows, height, columns and width a window's own are the second and the last.
    return np.asarray(np.max(_windows(x, window), axis=(-3, -1)))


def pool_sum(x: Array, window: Pair) -> Array:
    """The sum of each window."""
    return np.asarray(np.sum(_windows(x, window), axis=(-3, -1)))


def unpool(y: Array, shape: Pair, window: Pair) -> Array:
    """Each element of `y` in all of its window in an image of this shape; 0 in what is in no window."""
    found = np.repeat(np.repeat(y, window[0], axis=-2), window[1], axis=-1)
    # What is in no window has no part in any value.
    rest = [(0, n - k) for n, k in zip(shape, found.shape[-2:], strict=True)]
    return np.pad(found, [(0, 0)] * (y.ndim - 2) + rest) if rest != [(0, 0), (0, 0)] else found


def places_in(shape: tuple[int, ...], n: int) -> list[tuple[slice, ...]]:
    """For each place in a window of n by n its index in an array of this shape, of all windows at once."""
    # The first of all windows, the second of all, and so on: of these a maximum goes by elements.
    return list(product(*[[slice(i, length // n * n, n) for i in range(n)] for length in shape]))


def _windows(x: Array, window: Pair) -> Array:
    (m, n), (height, width) = x.shape[-2:], window
    rows, columns = m // height, n // width
    # A rest shorter than a window is cut off.
    return x[..., : rows * height, : columns * width].reshape(*x.shape[:-2], rows, height, columns, width)


def _padded(x: Array, pad: Pair) -> Array:
    return np.pad(x, [(0, 0)] * (x.ndim - 2) + [(p, p) for p in pad]) if any(pad) else x


def under(x: Array, i: int, j: int, count: Pair, stride: int) -> Array:
    """What stands under the element i, j of the window in each of its places."""
    (rows, columns), s = count, stride
    return x[..., i : i + s * (rows - 1) + 1 : s, j : j + s * (columns - 1) + 1 : s]


def _dot(x: Array, y: Array) -> Array:
    """The sum of the products of elements, of each pair of matrices."""
    if x.dtype == object:  # einsum has no objects.
        return np.asarray(np.sum(x * y, axis=(-2, -1)))
    return np.asarray(np.einsum("...ij,...ij->...", x, y))


class Windows:
    """Convolution and pooling, a row's numbers behind their arguments; `axes` is the rank of the image."""

    def __init__(self, column: Callable[[Any], Array], back: Callable[[Array, Any], Any]) -> None:
        """With `column` a vector is taken for a column, and `back` makes of a column what such vectors are."""
        self._column, self._back = column, back

    def correlate(self, x: Any, w: Any, stride: Any, pad: Any, axes: Any) -> Any:
        """Σ w[i]·x[s·a + i]."""
        found = correlate(self._column(x), self._column(w), whole(stride), pair(pad, axes, 0))
        return self._back(found, axes)

    def correlate_x(self, x: Any, w: Any, ct: Any, stride: Any, pad: Any, axes: Any) -> Any:
        """The cotangent of the image."""
        x, w, ct = map(self._column, (x, w, ct))
        return self._back(correlate_x(x, w, ct, whole(stride), pair(pad, axes, 0)), axes)

    def correlate_w(self, x: Any, w: Any, ct: Any, stride: Any, pad: Any, axes: Any) -> Any:
        """The cotangent of the window."""
        x, w, ct = map(self._column, (x, w, ct))
        return self._back(correlate_w(x, w, ct, whole(stride), pair(pad, axes, 0)), axes)

    def pool_max(self, x: Any, n: Any, axes: Any) -> Any:
        """The largest element of each window."""
        return self._back(pool_max(self._column(x), pair(n, axes, 1)), axes)

    def pool_sum(self, x: Any, n: Any, axes: Any) -> Any:
        """The sum of each window."""
        return self._back(pool_sum(self._column(x), pair(n, axes, 1)), axes)

    def unpool(self, y: Any, x: Any, n: Any, axes: Any) -> Any:
        """Each element of `y` in all of its window in an array of the shape of x."""
        found = unpool(self._column(y), self._column(x).shape[-2:], pair(n, axes, 1))
        return self._back(found, axes)
