"""A progress bar on stderr, for work that takes longer than one waits without wondering."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from threading import Event, Thread
from time import monotonic
from typing import TextIO

from backcalc import progress

PATIENCE = 2.0  # Seconds of work before the bar appears,
REFRESH = 0.1  # and between two looks at where the work stands.
NAME_WIDTH, BAR_WIDTH = 20, 40


@dataclass(slots=True)
class Stage:
    """A stage of the work by its name, and the share of it that is done; None where that is not known."""

    name: str = ""
    done: float | None = None

    def tell(self, name: str, done: float | None) -> None:
        """Be at this stage: what an observer of the progress does."""
        self.name, self.done = name, done


_finished = Event()
_watchers: list[Thread] = []  # The one that is at work.


@contextmanager
def watched() -> Iterator[None]:
    """Show a bar while the block takes longer than PATIENCE, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    stage = Stage()
    token = progress.watched_by(stage.tell)
    _finished.clear()
    _watchers.append(Thread(target=_watch, args=(sys.stderr, stage), daemon=True))
    _watchers[0].start()
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
    _finished.set()  # Waited for, so that nothing of the bar is drawn after what is printed next.
    while _watchers:
        _watchers.pop().join()


def _is_file(stream: TextIO) -> bool:
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except (OSError, ValueError):  # A stream of no file at all.
        return False


def _watch(stderr: TextIO, stage: Stage) -> None:
    """Draw the bar again and again until the work is finished, then wipe it off."""
    begun, drawn = 0.0, 0
    with suppress(OSError):  # The terminal is gone.
        while not _finished.wait(REFRESH):
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
