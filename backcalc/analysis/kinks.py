"""Where a curve that is known at some points is not smooth: its kinks, jumps and poles, told from what is only steep.

Between two points a smooth curve changes the less the nearer they are; at a kink the slope, and at a jump the value,
changes as much however near. So each interval is halved, on the side where more of the change is: some times, and where
a change is left, until no number is between its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

STEEP = 4.0  # Times the slope at both ends: what a piece of a smooth curve does not rise by.
SHARP = 2.0  # Times the change of the slope beside it: what is looked at first, where there are many points.
MOST = 1024  # Intervals that are looked at.
FEW, HALVINGS = 20, 60  # Down to where a smooth curve has hardly changed; and to neighbouring float64 numbers.
NOISE = 1e-9  # Of a slope: a change that is none.
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
        bends = np.array([i for i in sharp(slope) if i not in set(gaps.tolist())], int)
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
    """The places behind which the slope changes, at most MOST: the first those where it changes more than beside."""
    change = np.abs(np.diff(slope))
    noise = NOISE * np.max(np.abs(slope), where=np.isfinite(slope), initial=0.0)
    # Of the two neighbours the calmer one: a kink at a point changes the slope on both sides of it.
    beside = np.nan_to_num(np.fmin(np.append(np.nan, change[:-1]), np.append(change[1:], np.nan)))
    found = np.flatnonzero((change > noise) & np.isfinite(change))
    order = np.argsort(-(change / (SHARP * beside + noise))[found], kind="stable")
    places: list[int] = found[order[:MOST]].tolist()
    return places


def _kinks(x: Array, slope: Array, places: Array, curve: Curve) -> list[Singularity]:
    """Those of the intervals in which the slope changes as much however near one looks, or without bound."""

    def slopes(points: Array) -> Array:
        return curve(points)[1]

    near = _halved((x[places], x[places + 1]), (slope[places], slope[places + 1]), slopes, FEW)
    change = np.abs(near[2][1] - near[2][0])
    # Here a smooth curve has hardly changed: in most intervals nothing is left to look at.
    is_left = ~(change < NOISE * _larger(*near[2]))
    places, change = places[is_left], change[is_left]
    low, high = near[2][0][is_left], near[2][1][is_left]
    left, right, (low, high) = _halved((near[0][is_left], near[1][is_left]), (low, high), slopes)
    kept = ~(np.abs(high - low) < KEPT * change)
    # 1/x² falls on both sides of its pole, so that nothing between the points looks like a jump.
    reached = _larger(curve(left)[0], curve(right)[0]) if len(left) else left
    is_pole = kept & (reached > GROWN * _larger(curve(x[places])[0], curve(x[places + 1])[0])) if len(left) else kept
    kept &= ~is_pole & ((np.sign(low) != np.sign(high)) | np.isfinite(high - low))
    found = _marked("pole", places[is_pole], left[is_pole], right[is_pole])
    return found + _marked("kink", places[kept], left[kept], right[kept])


def _larger(one: Array, other: Array) -> Array:
    """The larger of two sizes."""
    found: Array = np.maximum(np.abs(one), np.abs(other))
    return found


def _gaps(x: Array, y: Array, places: Array, curve: Curve) -> list[Singularity]:
    """The jumps and poles among the intervals; where the curve is only steep, or ends, there is neither."""
    ends = x[places], x[places + 1]
    before = y[places], y[places + 1]
    left, right, (low, high) = _halved(ends, before, lambda points: curve(points)[0])
    size, reached = _larger(*before), _larger(low, high)
    is_pole = np.isinf(reached) | (np.isfinite(size) & (reached > GROWN * size))
    is_jump = ~is_pole & (np.abs(high - low) >= KEPT * np.abs(before[1] - before[0]))
    found = _marked("pole", places[is_pole], left[is_pole], right[is_pole])
    return found + _marked("jump", places[is_jump], left[is_jump], right[is_jump])


def _halved(
    ends: tuple[Array, Array], found: tuple[Array, Array], of: Callable[[Array], Array], times: int = HALVINGS
) -> tuple[Array, Array, tuple[Array, Array]]:
    """Each interval halved down to the place of its greatest change: its ends, and what `of` is there."""
    (left, right), (low, high) = ends, found
    for _ in range(times if len(left) else 0):
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
