"""The functions of vectors and matrices on intervals; those by elements are in `interval_elements`."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import numpy as np

from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.by_vector import MatrixLayout
from backcalc.rules.functions.interval import (
    LEAST,
    LOOSE,
    UNIT,
    Interval,
    IntervalOperand,
    boxwise,
    joined,
    lifted,
    outwards,
    within,
)
from backcalc.rules.functions.interval_elements import divide, log, sqrt, square


def _each(fn: Callable[..., Any]) -> Callable[[IntervalOperand], Interval]:
    """What only puts elements elsewhere, at both ends."""

    def _function(x: IntervalOperand) -> Interval:
        x = lifted(x)
        return Interval(fn(x.lo), fn(x.hi), x.doubt)

    return _function


transpose, diag, largest, smallest = map(_each, (stacks.transpose, stacks.diag, stacks.largest, stacks.smallest))


def sum(x: IntervalOperand) -> Interval:  # noqa: A001  the language's own name
    """The sum of all elements."""
    x = lifted(x)
    count = float(np.prod(x.lo.shape[-2:]))
    lo, hi = stacks.sum(x.lo), stacks.sum(x.hi)
    # The error of a sum of n terms is at most n units of the sum of their sizes, in whatever order NumPy adds.
    slack = [count * UNIT * stacks.sum(np.abs(end)) for end in (x.lo, x.hi)]
    return outwards(lo - slack[0], hi + slack[1], UNIT, x.doubt)


def mean(x: IntervalOperand) -> Interval:
    """The mean of all elements."""
    return divide(sum(x), float(np.prod(lifted(x).lo.shape[-2:])))


def _elements(x: Interval) -> list[Interval]:
    flat = [end.reshape(*end.shape[:-2], -1, 1, 1) for end in (x.lo, x.hi)]
    return [Interval(flat[0][..., i, :, :], flat[1][..., i, :, :], x.doubt) for i in range(flat[0].shape[-3])]


def prod(x: IntervalOperand) -> Interval:
    """The product of all elements."""
    first, *rest = _elements(lifted(x))
    for factor in rest:
        first = first * factor
    return first


def others(x: IntervalOperand) -> Interval:
    """For each element the product of all others."""
    x = lifted(x)
    parts = _elements(x)
    found = []
    # Not a quotient by the element, whose interval may have 0 in it.
    for i in range(len(parts)):
        one = lifted(np.ones((1, 1)))
        for factor in parts[:i] + parts[i + 1 :]:
            one = one * factor
        found.append(one)
    lo, hi = ([each.lo for each in found], [each.hi for each in found])
    shape = x.lo.shape
    return Interval(np.concatenate(lo, -2).reshape(shape), np.concatenate(hi, -2).reshape(shape), x.doubt)


def dot(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """The sum of the products of elements."""
    return sum(lifted(x) * y)


def norm(x: IntervalOperand) -> Interval:
    """The root of the sum of squares."""
    # Squares, so that no term is below 0.
    return sqrt(sum(square(x)))


def outer(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """X yᵀ."""
    return lifted(x) * transpose(y)


def matmul(x: IntervalOperand, y: IntervalOperand) -> Interval:
    """The matrix product, an element's terms side by side."""
    x, y = lifted(x), lifted(y)
    # A term an entry, to be rounded as such: m × n × k of them.
    left = Interval(x.lo[..., :, :, None], x.hi[..., :, :, None])
    right = Interval(y.lo[..., None, :, :], y.hi[..., None, :, :])
    terms = left * right
    count = float(terms.lo.shape[-2])
    slack = [count * UNIT * np.sum(np.abs(end), axis=-2) for end in (terms.lo, terms.hi)]
    return outwards(np.sum(terms.lo, axis=-2) - slack[0], np.sum(terms.hi, axis=-2) + slack[1], UNIT, joined(x, y))


LARGEST = 8  # Rows of a matrix whose determinant is expanded: there are 2 to that power minors.


def det(x: IntervalOperand) -> Interval:
    """The determinant, by expansion along the rows, each minor worked out once; of large ones nothing is known."""
    x = lifted(x)
    n = x.lo.shape[-1]
    if n > LARGEST:
        ends = np.full((*x.lo.shape[:-2], 1, 1), np.inf)
        # Expansion of so large a matrix takes too long; elimination would divide by intervals with 0 in them.
        return Interval(-ends, ends, x.doubt)
    # Of the last k rows, the minor of each choice of k columns.
    minors: dict[tuple[int, ...], Interval] = {(): lifted(np.ones((1, 1)))}
    for k in range(1, n + 1):
        minors = {columns: _expanded(x, n - k, columns, minors) for columns in combinations(range(n), k)}
    found = minors[tuple(range(n))]
    return Interval(found.lo, found.hi, x.doubt)


def _expanded(x: Interval, row: int, columns: tuple[int, ...], minors: dict[tuple[int, ...], Interval]) -> Interval:
    total: Any = 0.0
    for place, column in enumerate(columns):
        term = _at(x, row, column) * minors[columns[:place] + columns[place + 1 :]]
        total = (-term if place % 2 else term) + total
    return lifted(total)


def _at(x: Interval, i: int, j: int) -> Interval:
    lo, hi = (end[..., i : i + 1, j : j + 1] for end in (x.lo, x.hi))
    return Interval(lo, hi, x.doubt)


def cofactors(x: IntervalOperand) -> Interval:
    """The matrix of cofactors."""
    x = lifted(x)
    n = x.lo.shape[-1]
    found = [[_cofactor(x, i, j) for j in range(n)] for i in range(n)]
    shape = np.broadcast_shapes(x.lo.shape, found[0][0].lo.shape)
    lo, hi = np.empty(shape), np.empty(shape)
    for i, j in np.ndindex(n, n):
        lo[..., i, j], hi[..., i, j] = found[i][j].lo[..., 0, 0], found[i][j].hi[..., 0, 0]
    return Interval(lo, hi, x.doubt)


def _cofactor(x: Interval, i: int, j: int) -> Interval:
    rows, columns = ([k for k in range(x.lo.shape[-1]) if k != out] for out in (i, j))
    lo, hi = (end[..., rows, :][..., columns] for end in (x.lo, x.hi))
    minor = det(Interval(lo, hi, x.doubt))
    return -minor if (i + j) % 2 else minor


def inv(x: IntervalOperand) -> Interval:
    """The inverse: the transposed cofactors over the determinant, with a doubt where that may be 0."""
    x = lifted(x)
    size = det(x)
    found = divide(transpose(cofactors(x)), size)
    missing = boxwise((size.lo <= 0) & (size.hi >= 0))
    return Interval(found.lo, found.hi, missing if x.doubt is None else missing | x.doubt)


def ones_like(x: IntervalOperand) -> Interval:
    """Ones in its shape."""
    return lifted(np.ones_like(lifted(x).lo))


def logsumexp(x: IntervalOperand) -> Interval:
    """Log Σ exp(x), which rises in every element."""
    x = lifted(x)
    terms = x.lo.shape[-2]
    if terms == 1:
        return Interval(x.lo, x.hi, x.doubt)
    # The largest and the logarithm of the rest may cancel: the error is of their size, not of the result's.
    slack = LOOSE * terms
    found = outwards(stacks.logsumexp(x.lo) - slack, stacks.logsumexp(x.hi) + slack, LOOSE, x.doubt)
    return Interval(np.fmax(found.lo, stacks.largest(x.lo)), found.hi, x.doubt)


def softmax(x: IntervalOperand) -> Interval:
    """exp(x) / Σ exp(x): an element rises in its own logit, and falls in every other."""
    x = lifted(x)
    # Least where the own logit is least and all others are largest.
    low, high = _share(x.lo, x.hi), _share(x.hi, x.lo)
    # Never 0, though exp may underflow.
    return within(outwards(low, np.maximum(high, LEAST), _rounding(x), x.doubt), 0.0, 1.0)


def complement(x: IntervalOperand) -> Interval:
    """1 − softmax(x), which falls in an element's own logit and rises in every other."""
    x = lifted(x)
    low, high = _rest(x.hi, x.lo), _rest(x.lo, x.hi)
    # As many terms as there are others may have underflowed.
    return within(outwards(low, np.maximum(high, LEAST * x.lo.shape[-2]), _rounding(x), x.doubt), 0.0, 1.0)


def gap(x: IntervalOperand) -> Interval:
    """Logsumexp(x) − max x: the logarithm of 1 and of what the other elements are beside the largest."""
    x = lifted(x)
    others_ = float(x.lo.shape[-2] - 1)
    apart = stacks.largest(x.hi) - stacks.smallest(x.lo)
    return within(
        # All others as far below the largest as can be, or level with it.
        outwards(np.log1p(others_ * np.exp(-apart)), np.log1p(np.full_like(apart, others_)), _rounding(x), x.doubt),
        0.0,  # Above 0, but by less than any float where exp underflows.
        np.inf,
    )


def log_softmax(x: IntervalOperand) -> Interval:
    """The logarithm of softmax(x)."""
    x = lifted(x)
    return within(log(softmax(x)), -np.inf, 0.0)


def _share(own: Array, other: Array) -> Array:
    """exp(own) of each element by that and exp(other) of all others."""
    mine, rest = _parts(own, other)
    return mine / (mine + rest)


def _rest(own: Array, other: Array) -> Array:
    """exp(other) of all other elements by that and exp(own) of each."""
    mine, rest = _parts(own, other)
    return rest / (mine + rest)


def _parts(own: Array, other: Array) -> tuple[Array, Array]:
    """For each element exp(own), and the sum of exp(other) over the others, both by the same factor."""
    found = [_beside(own[..., i : i + 1, :], np.delete(other, i, axis=-2)) for i in range(own.shape[-2])]
    mine, rest = ([pair[k] for pair in found] for k in range(2))
    return np.concatenate(mine, axis=-2), np.concatenate(rest, axis=-2)


def _beside(own: Array, others: Array) -> tuple[Array, Array]:
    # By the largest of these alone, which makes one term 1. By that of all elements, own and others at both ends, all
    # terms could underflow.
    top = np.maximum(own, np.max(others, axis=-2, keepdims=True, initial=-np.inf))
    return np.exp(own - top), stacks.sum(np.exp(others - top))


def _rounding(x: Interval) -> Array:
    # The difference from the largest logit has its rounding, which the exponential makes a relative one of its size. An
    # infinite end is not rounded.
    sizes = np.abs(np.concatenate((x.lo, x.hi), axis=-2))
    size = np.max(np.where(np.isfinite(sizes), sizes, 0.0), axis=(-2, -1), keepdims=True, initial=1.0)
    return np.asarray(LOOSE * (x.lo.shape[-2] + size))


def _rows(x: Interval) -> list[Interval]:
    """The rows of matrices, each as a column."""
    ends = [stacks.transpose(end) for end in (x.lo, x.hi)]
    return [Interval(ends[0][..., i : i + 1], ends[1][..., i : i + 1], x.doubt) for i in range(x.lo.shape[-2])]


def _stacked(items: list[Interval]) -> Interval:
    """Numbers as a column, or columns as the rows of a matrix."""
    ends = [np.concatenate([stacks.transpose(getattr(item, end)) for item in items], -2) for end in ("lo", "hi")]
    return Interval(ends[0], ends[1], joined(*items))


_LAYOUT = MatrixLayout(_rows, _stacked, transpose, lifted, lambda x, axis: float(x.lo.shape[axis - 2]))


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Any]:
    """The function `name` along an axis of each matrix; a vector that comes of it is a column."""
    if name == "kept":  # A column has the axis already.
        return transpose if axis == 0 else lifted
    fn = _LAYOUT.along_axis(globals().get(name), name, axis, keepdims)
    # A float may stand among them.
    return lambda *args: fn(*map(lifted, args))


def size(x: IntervalOperand) -> float:
    """The number of elements of each matrix."""
    return float(np.prod(lifted(x).lo.shape[-2:]))


def from_top(ct: IntervalOperand, out: IntervalOperand) -> Interval:  # noqa: ARG001  What its row subtracts anyway.
    """The cotangent itself: what `softmax` takes from it changes nothing but the rounding."""
    return lifted(ct)
