"""How much is done, told without a clock: a test says nothing about the speed of the machine that it runs on."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HANGS = 60.0  # Seconds after which what takes milliseconds is taken to have no end.


def calls(work: Callable[[], object]) -> int:
    """How many functions `work` calls, those written in C among them."""
    count = 0

    def called(_frame: object, event: str, _of: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(called)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


class HasNoEndError(BaseException):
    """What did not come to an end; no `except Exception` of the code under test takes it."""


@contextmanager
def an_end() -> Iterator[None]:
    """Stop what would go on for minutes or hours, where the system has timers."""

    def ring(*_: object) -> None:
        raise HasNoEndError

    if not hasattr(signal, "setitimer"):
        yield
        return
    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, HANGS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
