"""What a large run asks of the C library's allocator, where that is glibc's; results do not depend on it."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from typing import Any

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1  # Of glibc's malloc.h.
_LARGEST, _MOST = 1 << 30, (1 << 31) - 1
WORTH = 1 << 22  # Bytes of a text from which on there is something to gain.
_NONE_LIKE_IT = (OSError, AttributeError, TypeError)  # Another C library, or another system.


@cache
def keep_freed() -> None:
    """Have what one array had for the next ones: to get it from the system again takes a twentieth of the time."""
    # Large pages would save more, but where memory has lain idle, as between two runs in a virtual machine,
    # the first use of each takes longer than they save.
    import ctypes  # Here, for few runs need it.

    with suppress(*_NONE_LIKE_IT):
        c: Any = ctypes.CDLL(None)
        if c.mallopt(_MMAP_THRESHOLD, _LARGEST):  # Else it is an older glibc, which gives large arrays back at once.
            c.mallopt(_ARENA_MAX, 1)  # All threads are to have the same memory, …
            c.mallopt(_TRIM_THRESHOLD, _MOST)  # … and it is not to go back to the system.


def give_back_freed() -> None:
    """Return to the system what is freed: glibc keeps that for itself, a tenth of what a huge run takes."""
    import ctypes

    with suppress(*_NONE_LIKE_IT):
        ctypes.CDLL(None).malloc_trim(0)
