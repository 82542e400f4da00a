"""Where a curve that is known at some points is not smooth: its kinks, jumps and poles, told from what is only steep.

Between two points a smooth curve changes the less the nearer they are; at a kink the slope, and at a jump the value,
changes as much however near. So each suspicious interval is halved, on the side where more of the change is, until no
number is left between its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

STEEP = 4.0  # Times the slope at both ends: what a piece of a smooth curve does not rise by.
SHARP = 2.0  # Times the change of the slope beside it: what is looked at more closely.
MOST = 64  # Intervals that are looked at; a curve of more kinks is noise at this step.
HALVINGS = 60  # From any interval down to neighbouring float64 numbers.
KEPT = 0.4  # Of a change that a halving loses, half may be at the point itself: |x| has the slope 0 at 0.
GROWN = 1e3  # Times the values at both ends: what only a pole reaches.

Curve = Callable[[Array], tuple[Array, Array]]
"""The values and the slopes at points."""


class Singularity(NamedTuple):
    """A kink, a jump or a pole `at` a number, between the points `place` and `place` + 1."""

    kind: Literal["kink", "jump", "pole"]
    place: int
    at: float


def marks(x: Array, y: Array, slope: Array, curve: Curve) -> tuple[Singularity, ...]:
    """The marks of `curve`, of which `x`, `y` and `slope` are known, in the order of x."""
    with quiet():
        gaps = np.array(broken(x, y, slope)[:MOST], int)
        bends = np.array([i for i in sharp(slope) if i not in set(gaps.tolist())][:MOST], int)
        found = [*_gaps(x, y, gaps, curve), *_kinks(x, slope, bends, curve)] if len(gaps) + len(bends) else []
    # A kink at a point shows on both sides of it.
    by_number = {(mark.kind, mark.at): mark for mark in reversed(found)}
    return tuple(sorted(by_number.values(), key=lambda mark: mark.place))


def broken(x: Array, y: Array, slope: Array) -> list[int]:
    """The places of the points behind which the curve seems to jump, or to have a pole."""
    rise, run = np.abs(np.diff(y)), np.abs(np.diff(x))
    steepest = np.maximum(np.abs(slope[1:]), np.abs(slope[:-1]))
    # From −∞ to +∞ with a slope below 0: a pole's two sides, however steep.
    against = np.diff(y) * slope[1:] < 0
    turned = against & (np.diff(y) * slope[:-1] < 0)
    rounding = 1e-9 * np.max(np.abs(y), where=np.isfinite(y), initial=0.0)
    jumps = (rise > STEEP * steepest * run + rounding) | turned
    return np.flatnonzero(jumps | ~np.isfinite(rise)).tolist()


def sharp(slope: Array) -> list[int]:
    """The places of the points behind which the slope changes more than beside, the sharpest first."""
    change = np.abs(np.diff(slope))
    # Of the two neighbours the calmer one: a kink at a point changes the slope on both sides of it.
    beside = np.fmin(np.append(np.nan, change[:-1]), np.append(change[1:], np.nan))
    noise = 1e-9 * np.max(np.abs(slope), where=np.isfinite(slope), initial=0.0)
    found = np.flatnonzero((change > SHARP * np.nan_to_num(beside) + noise) & np.isfinite(change))
    places: list[int] = found[np.argsort(-change[found], kind="stable")].tolist()
    return places


def _kinks(x: Array, slope: Array, places: Array, curve: Curve) -> list[Singularity]:
    """Those of the intervals in which the slope changes as much however near one looks."""
    ends = x[places], x[places + 1]
    left, right, (low, high) = _halved(ends, (slope[places], slope[places + 1]), lambda points: curve(points)[1])
    kept = np.abs(high - low) >= KEPT * np.abs(slope[places + 1] - slope[places])
    return _marked("kink", places[kept], left[kept], right[kept])


def _gaps(x: Array, y: Array, places: Array, curve: Curve) -> list[Singularity]:
    """The jumps and poles among the intervals; where the curve is only steep, or ends, there is neither."""
    ends = x[places], x[places + 1]
    before = y[places], y[places + 1]
    left, right, (low, high) = _halved(ends, before, lambda points: curve(points)[0])
    size = np.maximum(np.abs(before[0]), np.abs(before[1]))
    reached = np.maximum(np.abs(low), np.abs(high))
    is_pole = np.isinf(reached) | (np.isfinite(size) & (reached > GROWN * size))
    is_jump = ~is_pole & (np.abs(high - low) >= KEPT * np.abs(before[1] - before[0]))
    found = _marked("pole", places[is_pole], left[is_pole], right[is_pole])
    return found + _marked("jump", places[is_jump], left[is_jump], right[is_jump])


def _halved(
    ends: tuple[Array, Array], found: tuple[Array, Array], of: Callable[[Array], Array]
) -> tuple[Array, Array, tuple[Array, Array]]:
    """Each interval halved down to the place of its greatest change: its ends, and what `of` is there."""
    (left, right), (low, high) = ends, found
    for _ in range(HALVINGS if len(left) else 0):
        middle = left + (right - left) / 2
        is_between = (middle != left) & (middle != right)
        if not is_between.any():
            break
        value = of(middle)
        # What is not finite outweighs all: a pole that is hit.
        changes = [np.nan_to_num(np.abs(each), nan=np.inf) for each in (value - low, high - value)]
        is_left = changes[0] >= changes[1]
        left, right = np.where(is_left, left, middle), np.where(is_left, middle, right)
        low, high = np.where(is_left, low, value), np.where(is_left, value, high)
    return left, right, (low, high)


def _marked(kind: Literal["kink", "jump", "pole"], places: Array, left: Array, right: Array) -> list[Singularity]:
    """A mark an interval, at the end of it that has the shorter number: x = 1 rather than 0.9999999999999999."""
    ends = zip(places.tolist(), left.tolist(), right.tolist(), strict=True)
    return [Singularity(kind, place, min(pair, key=lambda number: len(repr(number)))) for place, *pair in ends]
