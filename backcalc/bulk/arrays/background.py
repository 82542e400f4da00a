"""Work done in a thread: what NumPy does to large arrays lets another thread go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def meanwhile(make: Callable[[], U]) -> Callable[[], U]:
    """A call that waits for what `make` gives, on which a thread has begun. It raises what `make` raises."""
    # concurrent.futures does the same, and takes longer to load than most graphs take to be read.
    done: SimpleQueue[U | Exception] = SimpleQueue()
    # A daemon: where an error ends the process, nobody waits for it.
    Thread(target=_work, args=(make, done), daemon=True).start()
    return partial(_taken, done)


def ahead(make: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
    """`make` of each item, in order; while one is in use, that of the next is made. Raises what `make` raises."""
    ready: Callable[[], U] | None = None
    for item in items:
        begun = meanwhile(partial(make, item))  # Begun before the last one is handed out: two are in memory at a time.
        if ready:
            yield ready()
        ready = begun
    if ready:
        yield ready()


def _work(make: Callable[[], U], done: SimpleQueue[U | Exception]) -> None:
    try:
        done.put(make())
    except Exception as error:  # noqa: BLE001  Whoever waits is to have it.
        done.put(error)


def _taken(done: SimpleQueue[U | Exception]) -> U:
    found = done.get()
    if isinstance(found, Exception):
        raise found
    return found
