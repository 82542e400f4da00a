"""What a large run asks of the C library's allocator, where that is glibc's; results do not depend on it."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # Of glibc's malloc.h.
_SIZE, _MOST = 1 << 29, (1 << 31) - 1
WORTH = range(1 << 22, 1 << 26)  # Bytes of a text: of a larger one the parts of large pages that stay unused count.
_NONE_LIKE_IT = (OSError, AttributeError, TypeError)  # Another C library, or another system.


@cache
def use_large_pages() -> None:
    """Have the next texts and arrays in large pages: to get memory in small ones takes a fifth of the time."""
    import ctypes  # Here, for few runs need it.
    import mmap

    with suppress(*_NONE_LIKE_IT):
        c: Any = ctypes.CDLL(None)
        if not c.mallopt(_MMAP_THRESHOLD, 2 * _SIZE):  # An older glibc, which would give it back at once.
            return
        # All threads are to have the same memory, and it is not to go back to the system.
        c.mallopt(_ARENA_MAX, 1)
        c.mallopt(_TRIM_THRESHOLD, _MOST)
        c.malloc.restype, c.free.argtypes = ctypes.c_size_t, [ctypes.c_size_t]
        # A block is taken only to tell the system of it, and freed: then it is where the next arrays come from.
        block = c.malloc(ctypes.c_size_t(_SIZE))
        begin = -(-block // mmap.PAGESIZE) * mmap.PAGESIZE
        c.madvise(ctypes.c_size_t(begin), ctypes.c_size_t(_SIZE - mmap.PAGESIZE), mmap.MADV_HUGEPAGE)
        c.free(block)


def give_back_freed() -> None:
    """Return to the system what is freed: glibc keeps that for itself, a tenth of what a huge run takes."""
    import ctypes

    with suppress(*_NONE_LIKE_IT):
        ctypes.CDLL(None).malloc_trim(0)
