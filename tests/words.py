"""Words laid out in a text as the array readers have them."""

from __future__ import annotations

import numpy as np

from backcalc.bulk.arrays.words import PAD, Bytes, Words


def laid_out(texts):
    """These words in a text, one behind the other."""
    data = " ".join(texts).encode() + bytes(PAD)
    lengths = np.array([len(text) for text in texts], np.int64)
    return Words(Bytes(np.frombuffer(data, np.uint8)), np.cumsum(lengths + 1) - lengths - 1, lengths)
