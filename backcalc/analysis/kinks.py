"""Where a curve that is known at some points is not smooth: its kinks, jumps and poles, told from what is only steep.

Between two points a smooth curve changes the less the nearer they are; at a kink the slope, and at a jump the value,
changes as much however near. So each interval is halved, on the side where more of the change is: some times, and where
a change is left, until no number is between its ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, NamedTuple

import numpy as np

from backcalc.bulk.arrays.sorting import Flags, Indices
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

STEEP = 4.0  # Times the slope at both ends: what a piece of a smooth curve does not rise by.
SHARP = 2.0  # Times the change of the slope beside it: what is looked at first, where there are many points.
MOST = 1024  # Intervals that are looked at.
FEW, HALVINGS = 20, 60  # Down to where a smooth curve has hardly changed; and to neighbouring float64 numbers.
NOISE = 1e-9  # Of the largest number: a change that is none.
FADED = 1e-3  # Of a change: what is left of one that fades.
KEPT = 0.4  # Of a change that a halving loses, half may be at the point itself: |x| has the slope 0 at 0.
EXACT = 1e-14  # Of an interval: what rounding leaves of the place.
GROWN = 1e3  # Times the values at both ends: what only a pole reaches.

CurveFunction = Callable[[Array], tuple[Array, Array]]
"""The values and the slopes at points."""


SingularityKind = Literal["kink", "jump", "pole"]


class Singularity(NamedTuple):
    """A kink, a jump or a pole `at` a number, between the points `place` and `place` + 1."""

    kind: SingularityKind
    place: int
    at: float


def marks(x: Array, y: Array, slope: Array, curve: CurveFunction) -> tuple[Singularity, ...]:
    """The marks of `curve`, of which `x`, `y` and `slope` are known, in the order of x."""
    known = np.array([y, slope])
    with quiet():
        gaps = _gaps(x, known, _first(broken(x, y, slope), len(x) - 1), curve)
        # At a jump the slope is not asked for: it may change too, and is told already.
        taken = {mark.place for mark in gaps}
        # A point right at a kink may have no slope, as sqrt(abs(x)) at 0: its neighbours are what is looked between.
        at = np.flatnonzero(np.isfinite(slope) | ~np.isfinite(y))
        places = [i for i in sharp(slope[at]) if taken.isdisjoint(range(at[i], at[i + 1]))]
        kinks = _kinks(x[at], known[:, at], np.array(places, np.int64), curve)
        found = gaps + [mark._replace(place=int(at[mark.place])) for mark in kinks]
    # A kink at a point shows on both sides of it.
    by_number = {(mark.kind, mark.at): mark for mark in reversed(found)}
    return tuple(sorted(by_number.values(), key=lambda mark: mark.place))


def _first(places: list[int], count: int) -> Indices:
    """All of so many places, but at most MOST: those of `places` first."""
    told = {*places}
    return np.array([*places, *(i for i in range(count) if i not in told)][:MOST], np.int64)


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


class _Halved(NamedTuple):
    """Intervals that a change is left in, with values and slopes at both ends; `kept`: no halving makes it less."""

    places: Indices
    left: Array
    right: Array
    low: Array
    high: Array
    kept: Flags


Measure = Callable[[Array, Array, Array, Array], Array]
"""How much changes from `left` to `right`, where values and slopes are `low` and `high`."""


def _bend(_left: Array, _right: Array, low: Array, high: Array) -> Array:
    """The change of the slope."""
    found: Array = np.abs(high[1] - low[1])
    return found


def _leap(left: Array, right: Array, low: Array, high: Array) -> Array:
    """The change of the value beyond what the slopes make of it, by the trapezoidal rule."""
    # Where one slope is infinite, as that of a square root at 0, the other one stands for both.
    slopes = np.where(np.isfinite(low[1]), low[1], high[1]), np.where(np.isfinite(high[1]), high[1], low[1])
    expected = np.nan_to_num((right - left) * (slopes[0] + slopes[1]) / 2, nan=0.0, posinf=0.0, neginf=0.0)
    found: Array = np.abs(high[0] - low[0] - expected)
    return found


def _kinks(x: Array, known: Array, places: Indices, curve: CurveFunction) -> list[Singularity]:
    """Those of the intervals in which the slope changes as much however near one looks, or without bound."""
    found = _looked_at(x, known, places, curve, _bend, NOISE * _largest(known[1]))
    # 1/x² falls on both sides of its pole, so that nothing between the points looks like a jump.
    reached, before = _larger(found.low, found.high), _expected(x, known, found.places)
    is_pole = found.kept & (reached > GROWN * before)
    # Where the slope is infinite on both sides, as that of a cube root, there is no kink.
    is_bent = (np.sign(found.low[1]) != np.sign(found.high[1])) | np.isfinite(found.high[1] - found.low[1])
    return _marked("pole", x, found, is_pole, curve) + _marked("kink", x, found, found.kept & ~is_pole & is_bent, curve)


def _gaps(x: Array, known: Array, places: Indices, curve: CurveFunction) -> list[Singularity]:
    """The jumps and poles among the intervals; where the curve is only steep, or ends, there is neither."""
    found = _looked_at(x, known, places, curve, _leap, NOISE * _largest(known[0]))
    reached, before = _larger(found.low, found.high), _expected(x, known, found.places)
    # 1/0 is hit where the halving meets the pole itself; else the values grow without end.
    is_pole = np.isinf(reached) | (np.isfinite(before) & (reached > GROWN * before))
    # Where one side is no number the curve ends: that is no jump.
    is_jump = found.kept & ~is_pole & np.isfinite(found.high[0] - found.low[0])
    return _marked("pole", x, found, is_pole, curve) + _marked("jump", x, found, is_jump, curve)


def _larger(low: Array, high: Array) -> Array:
    """The larger size of the values at both ends."""
    found: Array = np.maximum(np.abs(low[0]), np.abs(high[0]))
    return found


def _expected(x: Array, known: Array, places: Indices) -> Array:
    """How large values may be in an interval of which only the ends are known: as there, or as the slopes make them."""
    low, high = known[:, places], known[:, places + 1]
    # A sawtooth may be 0 at both ends, and is no pole for what it has between them.
    steepest = np.maximum(np.abs(low[1]), np.abs(high[1]))
    found: Array = np.maximum(_larger(low, high), steepest * np.abs(x[places + 1] - x[places]))
    return found


def _largest(numbers: Array) -> float:
    return float(np.max(np.abs(numbers), where=np.isfinite(numbers), initial=0.0))


def _looked_at(
    x: Array, known: Array, places: Indices, curve: CurveFunction, measure: Measure, floor: float
) -> _Halved:
    """The intervals in which, after some halvings, a change is left above `floor`; these halved to the end."""
    begun = x[places], x[places + 1], known[:, places], known[:, places + 1]
    near = _halved(*begun, curve, measure, FEW)
    change = measure(*near)
    # A smooth curve has hardly changed here: in most intervals nothing is left to look at.
    is_left = ~((change <= np.maximum(floor, FADED * measure(*begun))) & np.isfinite(change))
    left, right, low, high = (each[..., is_left] for each in near)
    left, right, low, high = _halved(left, right, low, high, curve, measure, HALVINGS)
    kept = ~(measure(left, right, low, high) < KEPT * change[is_left])
    return _Halved(places[is_left], left, right, low, high, kept)


def _halved(
    left: Array, right: Array, low: Array, high: Array, curve: CurveFunction, measure: Measure, times: int
) -> tuple[Array, Array, Array, Array]:
    """Each interval halved to the place of its greatest change: its ends, and values and slopes there."""
    for _ in range(times if len(left) else 0):
        # Neither (left + right) / 2 nor (right - left) / 2, which may overflow.
        middle = left + (right / 2 - left / 2)
        if not ((middle != left) & (middle != right)).any():
            break
        value = np.array(curve(middle))
        halves = measure(left, middle, low, value), measure(middle, right, value, high)
        # What is not finite outweighs all: a pole that is hit.
        is_left = np.nan_to_num(halves[0], nan=np.inf) >= np.nan_to_num(halves[1], nan=np.inf)
        left, right = np.where(is_left, left, middle), np.where(is_left, middle, right)
        low, high = np.where(is_left, low, value), np.where(is_left, value, high)
    return left, right, low, high


def _marked(kind: SingularityKind, x: Array, found: _Halved, chosen: Flags, curve: CurveFunction) -> list[Singularity]:
    """A mark an interval that is chosen, at the simplest number that is left in it."""
    places = found.places[chosen]
    # Beside a pole of which both sides fall alike, rounding decides on which of these the halving ends.
    slack = EXACT * np.abs(x[places + 1] - x[places])
    ends = zip(found.left[chosen].tolist(), found.right[chosen].tolist(), slack.tolist(), strict=True)
    at = [_simplest(min(pair), max(pair), around_0) for *pair, around_0 in ends]
    # A logarithm grows so slowly that only at its pole itself it is infinite.
    is_infinite = np.isinf(curve(np.array(at))[0]) if at else np.zeros(0, bool)
    for i in np.flatnonzero(is_infinite).tolist():
        low, high = places[i], places[i] + 1
        while low and np.isinf(curve(x[[low]])[0]):  # It may have begun before.
            low -= 1
        while high < len(x) - 1 and np.isinf(curve(x[[high]])[0]):
            high += 1
        at[i] = _of_stretch(at[i], x[low], x[high], curve)
    return [
        Singularity("pole" if infinite else kind, place, number)
        for place, number, infinite in zip(places.tolist(), at, is_infinite, strict=True)
    ]


def _of_stretch(at: float, low: float, high: float, curve: CurveFunction) -> float:
    """The pole among numbers whose values are beyond float64, as those of exp(-1/x) from −0.0014 to 0 are."""
    within, ends = np.array([at, at]), np.array([low, high])
    while True:
        middle = within + (ends / 2 - within / 2)
        if not ((middle != within) & (middle != ends)).any():
            # Which of them it is no value tells; it is the end of the stretch, or in the midst of it.
            return _simplest(float(ends.min()), float(ends.max()), 0.0)
        is_infinite = np.isinf(curve(middle)[0])
        within, ends = np.where(is_infinite, middle, within), np.where(is_infinite, ends, middle)


def _simplest(low: float, high: float, around_0: float) -> float:
    """The number from `low` to `high` that is written in the fewest digits: 1 rather than 0.9999999999999999."""
    if low - around_0 <= 0 <= high + around_0:
        return 0.0  # Around 0 there are numbers of any size: halving ends before it gets there.
    middle = low / 2 + high / 2
    rounded = (float(f"{middle:.{digits}g}") for digits in range(1, 17))
    return next((number for number in rounded if low <= number <= high), min(low, high, key=lambda x: len(repr(x))))
