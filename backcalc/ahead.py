"""Work done one item ahead, in a thread: what NumPy does to large arrays lets another thread go on meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
U = TypeVar("U")


def ahead(make: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
    """`make` of each item, in order; while one is in use, that of the next is made. Raises what `make` raises."""
    with ThreadPoolExecutor(1) as pool:
        ready: Future[U] | None = None
        for item in items:
            begun = pool.submit(make, item)
            if ready:
                yield ready.result()
            ready = begun
        if ready:
            yield ready.result()
