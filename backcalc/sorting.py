"""Whole numbers sorted and looked up, many millions of them, in little memory."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

Indices = NDArray[Any]
"""Whole numbers of 32 or 64 bits."""

FEW_KEYS = 1 << 10  # Keys of which each has many places, so that these can be copied a key at a time.
BLOCK = 1 << 20  # Places that are sorted at a time.


def gathered(values: Indices, places: Indices) -> Indices:
    """The `values` at these places, a block at a time: NumPy makes 64 bits of all indices that it is given."""
    found = np.empty(len(places), values.dtype)
    for begin in range(0, len(places), BLOCK):
        found[begin : begin + BLOCK] = values[places[begin : begin + BLOCK]]
    return found


def stable_order(keys: Indices) -> Indices:
    """The places of `keys` (whole, from 0) in ascending order, of equals in their own.

    A radix sort: of 16 bits NumPy's stable sort counts in place of comparing. The high ones come first, so that each of
    the parts to be sorted by the low ones fits the processor's cache.
    """
    if (keys[1:] >= keys[:-1]).all():
        return np.arange(len(keys), dtype=np.int32)
    if int(keys.max()) < FEW_KEYS:
        return _counted(keys.astype(np.uint16))
    high, low = (keys >> 16).astype(np.uint16), keys.astype(np.uint16)
    if not high.any():
        return np.argsort(low, kind="stable").astype(np.int32)
    order = _counted(high)
    low = gathered(low, order)
    ends = np.cumsum(np.bincount(high)).tolist()
    for begin, end in pairwise((0, *ends)):
        part = order[begin:end]
        part[:] = part.take(np.argsort(low[begin:end], kind="stable"))
    return order


def _counted(keys: NDArray[np.uint16]) -> Indices:
    """The same for keys of which there are few: sorted a block at a time, each key's places put where they belong.

    NumPy sorts with indices of 64 bits and needs them twice, which of all edges at once would be the peak of memory.
    """
    order, sizes = np.empty(len(keys), np.int32), np.bincount(keys)
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
