"""Work done one item ahead, in a thread: what NumPy does to large arrays lets another thread go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from queue import SimpleQueue
from threading import Thread
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def ahead(make: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
    """`make` of each item, in order; while one is in use, that of the next is made. Raises what `make` raises."""
    # concurrent.futures does the same, and takes longer to load than most graphs take to be read.
    todo: SimpleQueue[tuple[T] | None] = SimpleQueue()
    done: SimpleQueue[U | Exception] = SimpleQueue()
    Thread(target=_work, args=(make, todo, done), daemon=True).start()
    try:
        is_first = True
        for item in items:
            todo.put((item,))
            if not is_first:
                yield _taken(done)
            is_first = False
        if not is_first:
            yield _taken(done)
    finally:
        todo.put(None)


def _work(make: Callable[[T], U], todo: SimpleQueue[tuple[T] | None], done: SimpleQueue[U | Exception]) -> None:
    while item := todo.get():
        try:
            done.put(make(*item))
        except Exception as error:  # noqa: BLE001  Whoever waits for the item is to have it.
            done.put(error)


def _taken(done: SimpleQueue[U | Exception]) -> U:
    found = done.get()
    if isinstance(found, Exception):
        raise found
    return found
