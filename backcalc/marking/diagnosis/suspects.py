"""What each mistake would have led to: for every derivative and every value, the wrong numbers that have a reason."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from itertools import groupby
from math import isfinite
from typing import Any, NamedTuple

from backcalc.marking.diagnosis.mistakes import Mistake
from backcalc.rules.values import is_known, key_of, shape_of


class Suspect(NamedTuple):
    """A wrong number, the mistake that leads to it and where that was made: `node` is None where all over.

    `user` is whose term was changed, `operation` the slot of what was done wrong, `distance` the edges to the answer;
    `others` are further nodes that are told of.
    """

    value: Any
    mistake: Mistake
    node: int | None
    user: int | None = None
    operation: int | None = None
    distance: int = 0
    others: tuple[int, ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        """The smallest change comes first, then that nearest to the answer."""
        return self.mistake.weight, self.distance

    def is_same(self, other: Suspect) -> bool:
        """Whether another is that mistake at that place, whatever number it leads to."""
        # All but the value and the distance, which differ from point to point.
        return (*self[1:5], self.others) == (*other[1:5], other.others)


class Lineup:
    """The suspects of one quantity: numbers by size, for a look at those in an interval, and arrays."""

    def __init__(self, suspects: Iterable[Suspect]) -> None:
        every = [suspect for suspect in suspects if is_known(suspect.value)]
        self.arrays = [suspect for suspect in every if shape_of(suspect.value)]
        # By size, once: a class is compared with the same list, an interval of a few at a time.
        numbers = (suspect for suspect in every if not shape_of(suspect.value) and isfinite(suspect.value))
        self._numbers = sorted(numbers, key=lambda suspect: suspect.value)
        self._values = [suspect.value for suspect in self._numbers]

    def between(self, low: float, high: float) -> list[Suspect]:
        """The numbers from `low` to `high`."""
        return self._numbers[bisect_left(self._values, low) : bisect_right(self._values, high)]

    def alike(self) -> Iterator[list[Suspect]]:
        """Those that lead to the same number, to nine digits, or to the same array, together; numbers by size."""
        # They are sorted, so equal ones are neighbours; arrays have no order.
        yield from (list(same) for _, same in groupby(self._numbers, key=lambda suspect: key_of(suspect.value, 9)))
        arrays: dict[object, list[Suspect]] = {}
        for suspect in self.arrays:
            arrays.setdefault(key_of(suspect.value, 9), []).append(suspect)
        yield from arrays.values()
