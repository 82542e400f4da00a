"""What a large run asks of the C library's allocator, where that is glibc's; results do not depend on it."""

from __future__ import annotations

import ctypes
import mmap
from contextlib import suppress
from typing import Any

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # Of glibc's malloc.h.
_SIZE = 1 << 28
_NONE_LIKE_IT = (OSError, AttributeError, TypeError)  # Another C library, or another system.


def use_large_pages() -> None:
    """Have the next arrays in large pages: to get memory in small ones takes a tenth of a large run's time."""
    with suppress(*_NONE_LIKE_IT):
        c: Any = ctypes.CDLL(None)
        # All threads are to have the same memory, and it is not to go back to the system at once.
        for option, value in ((_ARENA_MAX, 1), (_MMAP_THRESHOLD, 2 * _SIZE), (_TRIM_THRESHOLD, 4 * _SIZE)):
            c.mallopt(option, value)
        c.malloc.restype, c.free.argtypes = ctypes.c_size_t, [ctypes.c_size_t]
        # A block is taken only to tell the system of it, and freed: then it is where the next arrays come from.
        block = c.malloc(ctypes.c_size_t(_SIZE))
        begin = -(-block // mmap.PAGESIZE) * mmap.PAGESIZE
        c.madvise(ctypes.c_size_t(begin), ctypes.c_size_t(_SIZE - mmap.PAGESIZE), mmap.MADV_HUGEPAGE)
        c.free(block)


def give_back_freed() -> None:
    """Return to the system what is freed: glibc keeps that for itself, a tenth of what a huge run takes."""
    with suppress(*_NONE_LIKE_IT):
        ctypes.CDLL(None).malloc_trim(0)
