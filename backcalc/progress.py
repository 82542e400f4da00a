"""Where the work stands, for whoever watches: the stage, and how much of it is done. Telling costs next to nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

T = TypeVar("T")

STEP = 4096  # Items between two words about them: a few hundredths of a second.


@dataclass(slots=True)
class Stage:
    """A stage of the work by its name, and the share of it that is done; None where that is not known."""

    name: str = ""
    done: float | None = None


NOW = Stage()
"""The stage of this process's work."""


def at(name: str, done: float | None = None) -> None:
    """Say which stage the work is in."""
    NOW.name, NOW.done = name, done


def through(name: str, items: Sequence[T], step: int = STEP) -> Iterator[T]:
    """`items` one by one, telling at each `step` of them how many the stage called `name` has done."""
    return chain.from_iterable(_slices(name, items, step))  # No step of Python's own an item.


def _slices(name: str, items: Sequence[T], step: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), step):
        at(name, start / len(items))
        yield items[start : start + step]
