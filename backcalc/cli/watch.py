"""A progress bar on stderr, for work that takes longer than one waits without wondering."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from backcalc.progress import NOW

PATIENCE = 2.0  # Seconds before the bar appears.
REFRESH = 0.1

_finished = Event()


@contextmanager
def watched() -> Iterator[None]:
    """Show a bar while the block takes longer than PATIENCE, where stderr is a terminal."""
    if not sys.stderr.isatty():
        yield
        return
    _finished.clear()
    watcher = Thread(target=_watch, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        _finished.set()
        watcher.join()


def make_way() -> None:
    """Take the bar off a terminal on which results are about to be printed."""
    if sys.stdout.isatty():
        _finished.set()


def _watch() -> None:
    if _finished.wait(PATIENCE):
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(NOW.name, total=None)
        while not _finished.wait(REFRESH):
            bar.update(task, description=NOW.name, total=None if NOW.done is None else 1.0, completed=NOW.done or 0.0)
