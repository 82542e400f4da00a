"""Claims proved over the box of the inputs' ranges: intervals, halved where they say too little.

Branch and bound: a box is done where the margin's interval lies above 0, or that of its mean value form does; along an
input in which the margin only rises or falls, only the end counts. After R. Moore, R. Kearfott and M. Cloud,
"Introduction to Interval Analysis", SIAM 2009, ch. 5 and 6.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from operator import attrgetter
from time import monotonic
from typing import Any

import numpy as np

from backcalc import progress
from backcalc.analysis.box_rows import Flat, Left, Slopes, flat
from backcalc.analysis.claims import CONDITION, MARGIN, GraphClaim
from backcalc.analysis.search import middle, require_ranges, shortest, simpler
from backcalc.analysis.touching import around, covered, hollows, without
from backcalc.analysis.trial import Finding, Trial, named_point
from backcalc.bulk.points.boxes import Boxes
from backcalc.bulk.points.enclosures import NoIntervalsError
from backcalc.bulk.points.holes import is_missing
from backcalc.graph.model import Dag
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import TINY, UNIT
from backcalc.rules.ndarray import quiet
from backcalc.text.errors import BackcalcError
from backcalc.text.wording import shorten

SECONDS = 30.0
BATCH = 8192  # Boxes at a time, whose intervals stay in the cache.
NARROW = 1e-13  # Of a range: what is no wider and not decided is left open.


def proved(claim: GraphClaim, at: Mapping[str, Any], seconds: float = SECONDS) -> Finding:
    """The claim over the box of its inputs' ranges, after so many seconds at most.

    Raises UsageError where an input has no range.
    """
    if claim.parts:
        # One by one: the margin of all is their `min`, which bends, and so has no touching points.
        return _all_proved(claim, at, seconds)
    begun = monotonic()  # Both searches share the time.
    third = begun + seconds / 3  # Of the time, which what only helps a search may take.
    try:
        whole = Search(claim, at, third)
    except NoIntervalsError as error:
        return Finding(claim, "open", why=f"`{shorten(str(error))}` has no intervals: try to refute it without --prove")
    # With fewer inputs there are far fewer boxes; what they prove holds all the more where these are not free.
    fewer = claim
    with suppress(progress.OverdueError), progress.until(third):
        fewer = claim.narrowed(whole.range_of)
    if fewer.graph is not claim.graph:
        found = Search(fewer, at, third).run(third, seconds / 3)  # So that one that proves nothing costs little.
        # Only a proof carries over: where fewer inputs fail, the real ones may have no such point.
        if found.verdict == "proved":
            return replace(found, claim=claim, box=whole.box)
    return whole.run(begun + seconds, seconds)


def within(claim: GraphClaim, seconds: float, find: Callable[[float], Finding]) -> Finding:
    """What `find` finds of a claim in so many seconds; `open` where that is not enough for it to begin."""
    try:
        with progress.until(monotonic() + seconds):
            return find(seconds)
    except progress.OverdueError:
        return Finding(claim, "open", why=f"not decided in {seconds:g} s, in which no box was looked at")


def _all_proved(claim: GraphClaim, at: Mapping[str, Any], seconds: float) -> Finding:
    """What is claimed of several comparisons at once: the first that is not proved, else that all are."""
    found = [within(part, seconds / len(claim.parts), partial(proved, part, at)) for part in claim.parts]
    # What is sure goes before what is open.
    short = [each for each in found if each.verdict != "proved"]
    failed = min(short, key=lambda each: each.verdict == "open", default=None)
    last = failed or found[-1]
    return replace(last, claim=claim, why=" and ".join(each.why for each in found) if failed is None else last.why)


class Search:
    """Branch and bound of one claim; before `third`, a moment of `monotonic()`, derivatives are written for it."""

    def __init__(self, claim: GraphClaim, at: Mapping[str, Any], third: float) -> None:
        self.claim, self.trial, self.third = claim, Trial(claim, at), third
        self.space = self.trial.space
        require_ranges(claim.graph, self.space)  # First of all: a range without ends has no half.
        self.low, self.high = self.space.outer
        self.points = self.trial.enclosure([MARGIN], claim.graph)
        # Of one or the other condition the margin is 0 where the one ends and the other begins.
        self.conditions = self.trial.enclosure([CONDITION], claim.graph) if claim.is_choice else None
        # Across a jump a slope says nothing.
        self.slopes = self._slopes() if self.trial.is_continuous and self.space.size else None
        self.left = Left()
        self.boxes = 0

    def run(self, end: float, seconds: float) -> Finding:
        """The verdict, before `monotonic()` comes to `end`. Stopped then it is `open`, after so many seconds in all."""
        stack = self._begin()
        with quiet():  # A box may hold 0/0 or an overflow: `doubt` tells of it.
            while stack:
                low, high = self._popped(stack)
                try:
                    found = self._step(low, high, stack)
                except progress.OverdueError:  # One batch of a large graph may take more than is left.
                    stack.append((low, high))
                    return self._late(stack, seconds)
                self.boxes += len(low)
                if found is not None:
                    return found
                if stack and monotonic() > end:
                    return self._late(stack, seconds)
        if self.left.count:
            if found := self._at_decimals():
                return found
            if not self._is_touched(end):
                return self._open("too near to 0 to tell")
        return Finding(self.claim, "proved", box=self.box, why=self._how())

    @property
    def box(self) -> dict[str, tuple[Any, Any]]:
        """The ranges of the inputs."""
        return self._named(self.space.low, self.space.high)

    def range_of(self, graph: Dag, name: str) -> tuple[float, float]:
        """Between what a node lies over the whole box; any numbers where it is no number, or may not exist."""
        point = {n: value for n, value in self.trial.at.items() if n in graph.index}  # Others lie behind the cut.
        inner = Trial(replace(self.claim, graph=graph), point)
        try:
            boxes = inner.enclosure([name], graph)
        except NoIntervalsError:
            return -np.inf, np.inf
        low, high = inner.space.outer
        found = boxes.run(inner.as_boxes(low[None], high[None]))[0]
        # A doubt would be lost behind the cut, and of an array the least and the largest are no range of one element.
        is_number = np.size(found.lo) == 1 and found.doubt is None
        return (float(np.min(found.lo)), float(np.max(found.hi))) if is_number else (-np.inf, np.inf)

    def _begin(self) -> list[tuple[Array, Array]]:
        """The whole box, or what touching points leave of it."""
        low, high = self.low[None], self.high[None]
        if self.space.size != 1:
            boxes = [(self.low, self.high)]
            for hollow in hollows(self.trial, self.third):
                boxes = without(boxes, hollow)
            return [(begin[None], end[None]) for begin, end in boxes]
        ends = [float(low[0, 0])]
        for begin, end in sorted(covered(self.trial, self.third)):
            ends += [begin, end]
        ends.append(float(high[0, 0]))
        if len(ends) == len(("low", "high")):  # Nothing is covered.
            return [(low, high)]
        # Ranges that overlap, or meet, leave nothing between them.
        parts = [(a, b) for a, b in zip(ends[::2], ends[1::2], strict=True) if a < b]
        return [(np.array([[a]]), np.array([[b]])) for a, b in parts]

    def _how(self) -> str:
        return f"{self.boxes:,} box{'' if self.boxes == 1 else 'es'} of intervals"

    def _popped(self, stack: list[tuple[Array, Array]]) -> tuple[Array, Array]:
        """The last boxes put on the stack, as many as are worked on at a time."""
        # Last in, first out: what is near to being decided is decided, and the stack stays small.
        low, high = stack.pop()
        while stack and len(low) < BATCH // 2:
            more = stack.pop()
            low, high = np.concatenate((low, more[0])), np.concatenate((high, more[1]))
        if len(low) > BATCH:
            stack.append((low[:-BATCH], high[:-BATCH]))
            low, high = low[-BATCH:], high[-BATCH:]
        return low, high

    def _step(self, low: Array, high: Array, stack: list[tuple[Array, Array]]) -> Finding | None:
        """Decide these boxes, or put their halves on the stack; what is found at a point where the claim fails."""
        margin, slopes = self._margin(low, high)
        # What refutes lies in the range itself.
        centre = np.clip(middle(low, high), self.space.low, self.space.high)
        # An interval of the centre, not a float: what refutes must be as certain as what proves.
        at_centre = flat(self.points.run(self.trial.as_boxes(centre, centre))[0], len(low))
        failing = ~at_centre.doubt & ((at_centre.hi < 0) | (self.claim.fails_at_zero & (at_centre.hi <= 0)))
        # Once more by its decimals, which are what is told: 0.1 is no float.
        if failing.any() and self.trial.fails(point := centre[int(np.argmax(failing))]):
            return self._refuted(point)
        # One of them is enough, for where there are such points there are many boxes with a doubt.
        if at_centre.doubt.any() and self._is_missing(centre[int(np.argmax(at_centre.doubt))]):
            return self._undefined(centre[int(np.argmax(at_centre.doubt))])
        lower = margin.lo
        if slopes is not None:
            # Upwards: the difference is rounded, and so may the centre be, hence both sides.
            radius = np.maximum(high - centre, centre - low) * (1 + 2 * UNIT)
            size = np.maximum(np.abs(slopes.lo), np.abs(slopes.hi))
            # Of radius 0 nothing moves, where an infinite slope would make nan: 0·inf. The factor covers the sum's
            # rounding.
            # And a product that is too small for a float is not 0.
            each = np.where((radius > 0) & (size > 0), size * radius + TINY, 0.0)
            moved = each.sum(axis=1) * (1 + 4 * UNIT * self.space.size)
            by_mean_value = at_centre.lo - moved - UNIT * np.abs(at_centre.lo)
            # Of a box beyond the range by a rounding the centre is none, and the slopes between both are not known.
            serves = slopes.known & ((low <= centre) & (centre <= high)).all(axis=1)
            # `fmax` takes the other one where one is nan.
            lower = np.where(serves, np.fmax(lower, by_mean_value), lower)
        done = ~margin.doubt & ((lower > 0) if self.claim.is_strict else (lower >= 0))
        if self.conditions is not None:
            holds = flat(self.conditions.run(self.trial.as_boxes(low, high))[0], len(low))
            done |= ~holds.doubt & (holds.lo > 0)
        keep = ~done
        kept = slopes and Slopes(slopes.lo[keep], slopes.hi[keep], slopes.known[keep])
        self._split(low[keep], high[keep], kept, stack)
        return None

    def _split(self, low: Array, high: Array, slopes: Slopes | None, stack: list[tuple[Array, Array]]) -> None:
        """Put the halves of boxes on the stack, cut where the margin may vary most."""
        if not len(low):
            return
        # A range of one point has no width to divide by.
        span = np.where(self.space.high > self.space.low, self.space.high - self.space.low, 1.0)
        # Relative to the numbers, but near 0 to the range: no float is as narrow as 1e-13 of 0.
        size = np.maximum(np.maximum(np.abs(low), np.abs(high)), span * 1e-3)
        narrow = (high - low <= NARROW * size).all(axis=1)
        self.left.add(low[narrow], high[narrow])
        low, high = low[~narrow], high[~narrow]
        weight = (high - low) / span
        if slopes is not None:
            slopes = Slopes(slopes.lo[~narrow], slopes.hi[~narrow], slopes.known[~narrow])
            low, high = self._pinned(low, high, slopes)  # Before the cut: what is pinned need never be halved.
            varies = np.maximum(np.abs(slopes.lo), np.abs(slopes.hi)) * (high - low)
            # Beside a width of 0 an infinite slope makes nan; there, and where no slope is left, the width decides.
            use = slopes.known & np.isfinite(varies).all(axis=1) & (varies > 0).any(axis=1)
            weight = np.where(use[:, None], varies, (high - low) / span)
        # What the pins made a point is looked at once more, and then left if it must be.
        point = (low == high).all(axis=1)
        if point.any():
            stack.append((low[point], high[point]))
        low, high, weight = low[~point], high[~point], weight[~point]
        if not len(low):
            return
        rows, at = np.arange(len(low)), weight.argmax(axis=1)
        cut = middle(low[rows, at], high[rows, at])
        first_high, second_low = high.copy(), low.copy()
        first_high[rows, at], second_low[rows, at] = cut, cut
        stack.append((np.concatenate((low, second_low)), np.concatenate((first_high, high))))

    def _pinned(self, low: Array, high: Array, slopes: Slopes) -> tuple[Array, Array]:
        """The boxes with those inputs at an end in which the margin only rises or falls: it is least there."""
        known = slopes.known[:, None]
        rises, falls = known & (slopes.lo >= 0), known & (slopes.hi <= 0)
        # A slope that is 0 throughout both rises and falls: either end will do, the lower one is taken.
        return np.where(falls & ~rises, high, low), np.where(rises, low, high)

    def _margin(self, low: Array, high: Array) -> tuple[Flat, Slopes | None]:
        """The margin over boxes, and its slopes with where they are known; None where there are no slopes."""
        boxes = self.trial.as_boxes(low, high)
        if self.slopes is None:
            return flat(self.points.run(boxes)[0], len(low)), None
        margin, *slopes = self.slopes.run(boxes)
        count = len(low)
        shapes = [boxes[name].lo.shape[1:] for name in self.space.shapes]
        pairs = list(zip(slopes, shapes, strict=True))
        lo, hi = (
            np.concatenate([np.broadcast_to(end(s), (count, *shape)).reshape(count, -1) for s, shape in pairs], axis=1)
            for end in (attrgetter("lo"), attrgetter("hi"))
        )
        # One doubt is enough: the mean value form needs all of them, and the margin too, for 0·log(x) has the slope 0
        # where it has no value.
        doubts = [flat(each, count).doubt for each in (margin, *slopes)]
        return flat(margin, count), Slopes(lo, hi, ~np.any(doubts, axis=0))

    def _slopes(self) -> Boxes | None:
        try:
            with progress.until(self.third):
                graph, names = self.claim.with_slopes(self.space.shapes)
                return self.trial.enclosure([MARGIN, *names], graph)
        # A derivative that cannot be written, or not in time, or a function without intervals.
        except (BackcalcError, NoIntervalsError, progress.OverdueError):
            return None

    def _refuted(self, point: Array) -> Finding:
        # For the eye: 0 and 1 in it, where the claim fails there too.
        simple = simpler(self.space, point, self.trial.fails)
        margin = float(self.trial.margins(simple[None])[0])
        named = named_point(self.trial, simple)
        return Finding(self.claim, "refuted", 0, margin, named, named, why=self._how())

    def _shortest_left(self) -> Array:
        """The point of the fewest digits in what is left: no box ends, or has its centre, at 0.3."""
        return np.array([shortest(*ends) for ends in zip(*self.left.hull, strict=True)])

    def _is_touched(self, end: float) -> bool:
        """Whether by its derivatives the margin is 0 at a point in what is left, and nowhere below 0 in that."""
        if self.space.size != 1:
            return False
        found = around(self.trial, float(self._shortest_left()[0]), end)
        low, high = self.left.hull
        return found is not None and bool(found[0] <= low and high <= found[1])

    def _at_decimals(self) -> Finding | None:
        """What is found at the numbers of the fewest digits in what is left, and at its ends, which have no middle."""
        ends = (np.clip(end, self.space.low, self.space.high) for end in self.left.hull)
        for point in (self._shortest_left(), *ends):
            if not np.all((self.space.low <= point) & (point <= self.space.high)):
                continue
            if self.trial.fails(point):
                return self._refuted(point)
            holes = self.trial.holes_exactly(point)
            if holes and is_missing(self.points, self.trial.as_point(point), holes):
                return Finding(self.claim, "undefined", at=named_point(self.trial, point), why=self._how())
        return None

    def _is_missing(self, point: Array) -> bool:
        """Whether a side surely has no value at a point."""
        return is_missing(self.points, self.trial.as_point(point))

    def _undefined(self, point: Array) -> Finding:
        named = named_point(self.trial, simpler(self.space, point, self._is_missing))
        return Finding(self.claim, "undefined", at=named, why=self._how())

    def _late(self, stack: list[tuple[Array, Array]], seconds: float) -> Finding:
        for low, high in stack:
            self.left.add(low, high)
        return self._open(f"not decided in {seconds:g} s")

    def _open(self, why: str) -> Finding:
        ends = (np.clip(end, self.space.low, self.space.high) for end in self.left.hull)
        box = self._named(*ends)
        left = "box is left" if self.left.count == 1 else "boxes are left"
        return Finding(self.claim, "open", box=box, why=f"{why}: {self.left.count:,} {left}")

    def _named(self, low: Array, high: Array) -> dict[str, tuple[Any, Any]]:
        ends = [self.space.named(end[None]) for end in (low, high)]
        return {name: (ends[0][name][0], ends[1][name][0]) for name in self.space.shapes}
