"""What goes over windows, on intervals: sums of products rounded outwards, and what only puts elements elsewhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval, IntervalOperand, lifted
from backcalc.rules.functions.windows import pair, places, under, whole


def correlate(x: IntervalOperand, w: IntervalOperand, stride: float, pad: float, axes: float) -> Interval:
    """Σ w[i]·x[s·a + i], a product at a time."""
    around = pair(pad, axes, 0)
    # Padded at both ends with exact zeros.
    x, w = _ends(lambda end: np.pad(end, [(0, 0)] * (end.ndim - 2) + [(p, p) for p in around]), x), lifted(w)
    window = w.lo.shape[-2:]
    # x has its padding by now.
    count = places(x.lo.shape[-2:], window, whole(stride), (0, 0))
    total: Any = 0.0
    for i, j in np.ndindex(*window):
        low, high = (under(end, i, j, count, whole(stride)) for end in (x.lo, x.hi))
        least, most = (end[..., i : i + 1, j : j + 1] for end in (w.lo, w.hi))
        # Of intervals NumPy knows no sum, so that rounding outwards comes with each addition.
        total = Interval(low, high, x.doubt) * Interval(least, most, w.doubt) + total
    return lifted(total)


def pool_sum(x: IntervalOperand, n: float, axes: float) -> Interval:
    """The sum of each window: the convolution with ones."""
    height, width = pair(n, axes, 1)
    return correlate(x, np.ones((height, width)), n, 0.0, axes)


def _ends(fn: Callable[[Array], Array], x: IntervalOperand) -> Interval:
    x = lifted(x)
    return Interval(fn(x.lo), fn(x.hi), x.doubt)


def pool_max(x: IntervalOperand, n: float, axes: float) -> Interval:
    """The largest element of each window."""
    return _ends(lambda end: stacks.pool_max(end, n, axes), x)


def flatten(x: IntervalOperand) -> Interval:
    """The elements, row by row, as a vector."""
    return _ends(stacks.flatten, x)


def arranged(x: IntervalOperand, m: float, n: float) -> Interval:
    """The elements, row by row, as an m×n matrix."""
    return _ends(lambda end: stacks.arranged(end, m, n), x)
