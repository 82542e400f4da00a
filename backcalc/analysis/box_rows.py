"""What a proof looks at of its boxes, a row a box: the margin between two numbers, and its slopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval


@dataclass
class Flat:
    """Intervals of numbers, one a box, each with whether there is a doubt that it has a value."""

    lo: Array
    hi: Array
    doubt: Any


class Slopes(NamedTuple):
    """The margin's slopes, a row a box: between what they lie, and whether they are there."""

    lo: Array
    hi: Array
    known: Any


@dataclass
class Left:
    """What could not be decided: how many boxes, and their hull."""

    count: int = 0
    # The hull may hold much that is decided: it says where to look, not that all of it is open.
    low: Array | None = None
    high: Array | None = None

    @property
    def hull(self) -> tuple[Array, Array]:
        """The ends of the least box that holds all of these; there is one where anything was added."""
        assert self.low is not None
        assert self.high is not None
        return self.low, self.high

    def add(self, low: Array, high: Array) -> None:
        """Count boxes, given by their ends, and widen the hull to hold them."""
        if not len(low):
            return
        self.count += len(low)
        lows = low if self.low is None else np.concatenate((low, self.low[None]))
        highs = high if self.high is None else np.concatenate((high, self.high[None]))
        self.low, self.high = lows.min(axis=0), highs.max(axis=0)


def flat(found: Interval, count: int) -> Flat:
    """An interval of numbers, one a box, as rows."""
    lo, hi = (np.broadcast_to(end, (count, *np.shape(end)[-2:])).reshape(count, -1) for end in (found.lo, found.hi))
    doubt = np.zeros(count, bool) if found.doubt is None else np.broadcast_to(found.doubt, (count, 1, 1)).reshape(count)
    return Flat(lo.min(axis=1), hi.max(axis=1), doubt)  # Of an array its least and largest element.
