"""Where the work stands: its stages tell whoever watches, by name and share done. Telling costs next to nothing.

Nobody watches unless the owner of the process says so (`watched_by`): the passes that tell know of no watcher, keep
nothing, and a thread or library call of somebody else's is not heard.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar, Token
from itertools import chain
from time import monotonic
from typing import TypeVar

T = TypeVar("T")

Observer = Callable[[str, float | None], None]
"""Is told the name of a stage, and the share of it that is done; None where that is not known."""

STEP = 4096  # Items between two words about them: a few hundredths of a second.


def _nobody(_name: str, _done: float | None) -> None:
    pass


# Of a context, not of the module: another thread's work is not told.
_observer: ContextVar[Observer] = ContextVar("observer", default=_nobody)


def watched_by(observer: Observer) -> Token[Observer]:
    """Have `observer` told from here on what this thread works on; the token ends that by `unwatched`."""
    return _observer.set(observer)


def unwatched(token: Token[Observer]) -> None:
    """Have told again whoever was told before."""
    _observer.reset(token)


def at(name: str, done: float | None = None) -> None:
    """Say which stage the work is in."""
    _observer.get()(name, done)


def through(name: str, items: Sequence[T], step: int = STEP) -> Iterator[T]:
    """`items` one by one, telling at each `step` of them how many the stage called `name` has done."""
    return chain.from_iterable(_slices(name, items, step))  # No step of Python's own an item.


def _slices(name: str, items: Sequence[T], step: int) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), step):
        at(name, start / len(items))  # Before the work on them: a stage of one slice is told, too.
        yield items[start : start + step]


class OverdueError(Exception):
    """The time that some work was given has run out."""


@contextmanager
def until(end: float) -> Iterator[None]:
    """A context in which work that tells of itself stops, by OverdueError, once `monotonic()` has come to `end`."""
    before = _observer.get()

    def _told(name: str, done: float | None) -> None:
        if monotonic() > end:
            raise OverdueError
        before(name, done)

    token = _observer.set(_told)
    try:
        yield
    finally:
        _observer.reset(token)
