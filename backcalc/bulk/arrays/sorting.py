"""Whole numbers sorted and looked up, many millions of them, in little memory."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[Any]
"""Whole numbers of 32 or 64 bits."""

Flags = NDArray[np.bool_]

FEW_KEYS = 1 << 10  # Keys of which each has many places, so that these can be copied a key at a time.
BLOCK = 1 << 18  # Places that are sorted at a time: they fit the processor's cache.


def gathered(values: Indices, places: Indices) -> Indices:
    """The `values` at these places, which are from 0 on; a block at a time: NumPy makes 64 bits of all indices."""
    found = np.empty(len(places), values.dtype)
    for begin in range(0, len(places), BLOCK):
        block = slice(begin, begin + BLOCK)
        values.take(places[block], out=found[block], mode="clip")  # Not to look for wrong places halves the time.
    return found


def kept(values: Indices, are_kept: Flags) -> Indices:
    """Those of the `values` that are kept; where no rule says which, NumPy's own way takes five times as long."""
    return gathered(values, np.flatnonzero(are_kept))


def ranges(begins: Indices, ends: Indices) -> Indices:
    """The numbers from each begin up to its end, one range behind the other."""
    sizes = ends - begins
    behind = np.cumsum(sizes, dtype=sizes.dtype)
    # Begins less what stands ahead: then one count serves all ranges.
    found = np.repeat(begins - behind + sizes, sizes)
    found += np.arange(len(found), dtype=found.dtype)
    return found


def occurrences(keys: Indices, count: int) -> Indices:
    """How often each whole number below `count` stands in `keys`; some at a time, as above."""
    # Not fewer keys than counts: else the zeros would take longer than the keys.
    found, step = np.zeros(count, np.int64), max(BLOCK, count)
    for begin in range(0, len(keys), step):
        found += np.bincount(keys[begin : begin + step], minlength=count)
    return found


def stable_order(keys: Indices) -> Indices:
    """The places of `keys` (whole, from 0) in ascending order, of equals in their own.

    A radix sort: of 16 bits NumPy's stable sort counts in place of comparing. The high ones come first, so that each of
    the parts to be sorted by the low ones fits the processor's cache.
    """
    # In order already, as of most files that programs write.
    if (keys[1:] >= keys[:-1]).all():
        return np.arange(len(keys), dtype=np.int32)
    largest = int(keys.max())
    if largest < FEW_KEYS:
        return _counted(keys.astype(np.uint16), largest + 1)
    high, low = (keys >> 16).astype(np.uint16), keys.astype(np.uint16)
    if largest < 1 << 16:  # 16 bits: one pass.
        return np.argsort(low, kind="stable").astype(np.int32)
    count = (largest >> 16) + 1
    order = _counted(high, count)
    low = gathered(low, order)
    ends = np.cumsum(occurrences(high, count)).tolist()
    for begin, end in pairwise((0, *ends)):
        part = order[begin:end]
        # `part` is a view: what is put there is in `order`.
        part[:] = gathered(part, np.argsort(low[begin:end], kind="stable"))
    return order


def _counted(keys: NDArray[np.uint16], count: int) -> Indices:
    """The stable order of `keys`, few numbers below `count`: a block is sorted at a time, and its places put in theirs.

    NumPy sorts with indices of 64 bits and needs them twice, which of all edges at once would be the peak of memory.
    """
    order, sizes = np.empty(len(keys), np.int32), occurrences(keys, count)
    following = np.cumsum(sizes) - sizes  # Where the next place of each key goes.
    for begin in range(0, len(keys), BLOCK):
        block = keys[begin : begin + BLOCK]
        places, counts = np.argsort(block, kind="stable").astype(np.int32), np.bincount(block)
        at = 0
        for key in np.flatnonzero(counts).tolist():
            start, count = int(following[key]), int(counts[key])
            np.add(places[at : at + count], begin, out=order[start : start + count])
            at, following[key] = at + count, start + count
    return order


def inverse(order: Indices) -> Indices:
    """Where each number stands in `order`."""
    found = np.empty(len(order), np.int32)
    found[order] = np.arange(len(order), dtype=np.int32)
    return found


def repeated(keys: NDArray[np.uint64]) -> Indices:
    """The places of those `keys` that stand there more than once.

    To sort them would take longer. Equal ones share a slot in any hash table, so that few are left to be sorted: those
    that share theirs in one table after the other.
    """
    places = np.flatnonzero(_share_slots(keys, _FACTORS[0]))
    for factor in _FACTORS[1:]:
        places = places[_share_slots(keys[places], factor)]
    _, which, counts = np.unique(keys[places], return_inverse=True, return_counts=True)
    return np.asarray(places[counts[which] > 1])  # Those that only shared their slots go here.


# Odd numbers without a pattern in their bits: 2^64 divided by the golden ratio, and by the roots of 2, 3 and 5.
_FACTORS = np.array([0x9E3779B97F4A7C15, 0xB504F333F9DE6485, 0x93CD3A2C8198E269, 0x727C9716FFB764D5], np.uint64)


def _share_slots(keys: NDArray[np.uint64], factor: np.uint64) -> Flags:
    """Which keys have a slot that another has too, in a table of four to eight slots a key."""
    bits = len(keys).bit_length() + 2
    blocks = [slice(begin, begin + BLOCK) for begin in range(0, len(keys), BLOCK)]

    def slots(block: slice) -> Indices:
        """The slot of each key, by multiplicative hashing (Knuth, The Art of Computer Programming 3, 6.4)."""
        # Worked out each time: kept, they would take as much memory as the keys.
        return (keys[block] * factor >> np.uint64(64 - bits)).view(np.int64)

    for kind in (np.uint8, np.int32):
        counts: Indices = np.zeros(1 << bits, kind)
        for block in blocks:
            np.add.at(counts, slots(block), kind(1))
        if int(counts.sum()) == len(keys):  # Else there are more in a slot than a byte can count.
            break
    return np.concatenate([np.zeros(0, np.bool_), *(counts.take(slots(block)) > 1 for block in blocks)])
