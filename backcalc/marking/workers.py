"""A class marked by several processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from threading import Thread, active_count

from backcalc import progress
from backcalc.marking.grade import Graded, Grader
from backcalc.marking.submissions import Submission

AT_ONCE = 32
"""Submissions that a process marks before it sends what it found: some hundredths of a second."""


STAGE = "marking"


_work: list[tuple[Grader, Sequence[Submission]]] = []  # What a worker works on: it had it at its beginning.


class WorkerLostError(Exception):
    """The system has ended a worker, as it does where it has no memory left."""


def _nobody_told() -> None:
    pass


def grade(
    grader: Grader, handed_in: Sequence[Submission], jobs: int = 1, lost: Callable[[], None] = _nobody_told
) -> list[Graded]:
    """The marks of each submission, in the order in which they are handed in, by at most `jobs` processes.

    `lost` is called where the system has ended one of them; what was left is then marked in this process.
    """
    jobs = min(jobs, -(-len(handed_in) // AT_ONCE))  # More processes than parts would have nothing to do.
    if jobs < 2:
        return [grader.grade(each) for each in progress.through(STAGE, handed_in, AT_ONCE)]
    found: list[Graded] = []
    try:
        for part in _by_processes(grader, handed_in, jobs):
            found += part  # In order: parts come back as they were handed out.
            progress.at(STAGE, len(found) / len(handed_in))
    except WorkerLostError:
        # The parts that have come back stand; the others are marked again, here, where nothing else takes memory.
        lost()
        rest = progress.through(STAGE, handed_in[len(found) :], AT_ONCE)
        found += [grader.grade(each) for each in rest]
    return found


def start_method() -> str:
    """How a worker is started: forked, with all that it needs in memory, where that is safe, else from nothing."""
    # A fork beside a thread, such as that of a progress bar, may copy a lock that nobody will ever open.
    is_alone = active_count() == 1
    return "fork" if is_alone and "fork" in multiprocessing.get_all_start_methods() else "spawn"


def _by_processes(grader: Grader, handed_in: Sequence[Submission], jobs: int) -> Iterator[list[Graded]]:
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool

    progress.at(STAGE, 0.0)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()  # Else a worker would write it once more.
    context = multiprocessing.get_context(start_method())
    with ProcessPoolExecutor(jobs, context, initializer=_begin, initargs=(grader, handed_in)) as pool:
        try:  # A worker may be gone before all parts are handed out.
            with _deaf():
                parts = pool.map(_grade_part, range(0, len(handed_in), AT_ONCE))
            yield from parts
        except BrokenProcessPool:
            raise WorkerLostError from None


@contextmanager
def _deaf() -> Iterator[None]:
    """Let Ctrl-C wait, for who is started meanwhile for good: it is the parent's to hear, with which a worker ends."""
    if sys.platform == "win32":  # There a worker shuts its own ears, a moment later.
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin(grader: Grader, handed_in: Sequence[Submission]) -> None:
    """Make this process a worker."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.stdout = sys.stderr = None  # A lock of theirs may have been held at the fork.
    _work[:] = [(grader, handed_in)]
    Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)  # Nobody is there to be told.


def _grade_part(start: int) -> list[Graded]:
    grader, handed_in = _work[0]
    return [grader.grade(each) for each in handed_in[start : start + AT_ONCE]]
