"""Draws that come out the same for a seed on every machine and in every version of Python."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random, SystemRandom
from typing import TypeVar

T = TypeVar("T")

SEEDS = 1_000_000  # One that is drawn has six digits at most, to be typed again.


class Chance:
    """A sequence of draws. Python promises the results of `random()` alone to stay."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)  # noqa: S311  An exercise is no secret.

    def happens(self, probability: float) -> bool:
        """Whether something of this probability happens."""
        return self._random.random() < probability

    def whole(self, least: int, most: int) -> int:
        """A whole number from `least` to `most`, both included."""
        return least + int(self._random.random() * (most - least + 1))

    def nonzero(self, most: int) -> int:
        """A whole number other than 0, of either sign, `most` at most in size."""
        size = self.whole(1, most)
        return size if self.happens(0.5) else -size

    def one_of(self, items: Sequence[T]) -> T:
        """One of `items`."""
        return items[self.whole(0, len(items) - 1)]

    def some_of(self, items: Sequence[T], count: int) -> list[T]:
        """`count` of `items`, in an order that is drawn too."""
        # Not `sample` or `shuffle`: what these make of their draws is not promised to stay.
        left = list(items)
        return [left.pop(self.whole(0, len(left) - 1)) for _ in range(count)]


def drawn_seed() -> int:
    """A seed that nothing determines."""
    return int(SystemRandom().random() * SEEDS)
