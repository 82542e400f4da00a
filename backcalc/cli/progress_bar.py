"""A progress bar on stderr, for work that takes longer than one waits without wondering."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from backcalc import progress

if TYPE_CHECKING:
    from threading import Event, Thread

PATIENCE = 2.0  # Seconds of work before the bar appears,
REFRESH = 0.1  # and between two looks at where the work stands.
NAME_WIDTH, BAR_WIDTH = 20, 40


class Stage:
    """A stage of the work by its name, and the share of it that is done; None where that is not known."""

    def __init__(self, name: str = "", done: float | None = None) -> None:
        self.name, self.done = name, done

    def tell(self, name: str, done: float | None) -> None:
        """Be at this stage: what an observer of the progress does."""
        self.name, self.done = name, done


_watchers: list[tuple[Thread, Event]] = []  # The one that is at work, and what tells it that the work is finished.


@contextmanager
def watched() -> Iterator[None]:
    """Show a bar while the block takes longer than PATIENCE, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    from threading import Event, Thread  # A pipe has no bar.

    stage, finished = Stage(), Event()
    token = progress.watched_by(stage.tell)
    _watchers.append((Thread(target=_watch, args=(sys.stderr, stage, finished), daemon=True), finished))
    _watchers[0][0].start()
    try:
        yield
    finally:
        _end()
        progress.unwatched(token)


def make_way(stream: TextIO) -> None:
    """Take the bar away for good, as `stream` is about to be written to.

    Only a file is written beside the bar: a terminal may be the same one, and behind a pipe may be a pager that has
    the screen to itself.
    """
    if _watchers and not _is_file(stream):
        _end()


def bar_line(stage: Stage, seconds: float, columns: int) -> str:
    """The bar as one line: the stage's name, the share of it that is done where that is known, the time so far."""
    time = f"{seconds:4.0f} s"
    if stage.done is None:
        return f"{stage.name:{NAME_WIDTH}} {time}"[: columns - 1]
    share = f"{stage.done:6.0%} "
    width = min(BAR_WIDTH, columns - 1 - NAME_WIDTH - len(share) - len(time) - len(" []"))
    if width < 1:
        return f"{stage.name} {stage.done:.0%}"[: columns - 1]
    return f"{stage.name:{NAME_WIDTH}} [{'#' * round(stage.done * width):{width}}]{share}{time}"


def _end() -> None:
    """Have the watcher wipe its bar off; it is gone when this returns."""
    while _watchers:
        watcher, finished = _watchers.pop()
        finished.set()
        watcher.join()  # So that nothing of the bar is drawn after what is printed next.


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # A stream of no file at all.
        return False


def _watch(stderr: TextIO, stage: Stage, finished: Event) -> None:
    """Draw the bar again and again until the work is finished, then wipe it off."""
    begun, drawn = 0.0, 0
    with suppress(OSError):  # The terminal is gone.
        while not finished.wait(REFRESH):
            begun = begun or (monotonic() if stage.name else 0.0)  # Who types a graph is not waiting for it.
            if begun and monotonic() - begun >= PATIENCE:
                line = bar_line(stage, monotonic() - begun, os.get_terminal_size(stderr.fileno()).columns)
                _write(stderr, f"\r{line:{drawn}}")  # Over what stands there; no terminal is too dumb for that.
                drawn = len(line)
        if drawn:
            _write(stderr, f"\r{' ' * drawn}\r")


def _write(stderr: TextIO, text: str) -> None:
    stderr.write(text)
    stderr.flush()
