"""The names and numbers of a large text by array operations; a word is where it starts among the bytes, and its length.

Eight bytes at any place are one integer, so a name of up to eight letters is compared, and a number of up to eight
characters worked out, as one integer. What is longer takes more steps, and means the same.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

AnyArray = NDArray[Any]
"""Of bytes, whole numbers or truths, where `array.Array` has floats."""

LONGEST = 256  # A longer word is left to the ordinary reader.
_WIDTH = 8  # Bytes in an integer.
PAD = LONGEST + _WIDTH  # Bytes behind a text, so that a word's last integer may reach over its end.


def _each(byte: int) -> np.uint64:
    """An integer of eight bytes that are all `byte`."""
    return np.uint64(byte * 0x0101010101010101)


_LENGTHS = range(_WIDTH + 1)
_MASKS = np.array([(1 << 8 * n) - 1 for n in _LENGTHS], np.uint64)  # By length: the bytes that count.
_TENS = np.array([10.0**n for n in _LENGTHS])  # Exact, so that a quotient by one is the nearest float64.
_ONE, _SEVEN, _TEN = np.uint64(1), np.uint64(7), np.uint64(10)
_LOW7, _DOTS, _ZEROS, _SIXES, _HIGH4 = _each(0x7F), _each(0x2E), _each(0x30), _each(0x06), _each(0xF0)


class Bytes:
    """A text in bytes, `codes`, with PAD more behind it, and `integers`: eight bytes from each place on as one."""

    def __init__(self, codes: AnyArray) -> None:
        self.codes = codes
        self.integers: AnyArray = np.ndarray(len(codes) - _WIDTH + 1, "<u8", codes.data, strides=(1,))


class Words:
    """Words of a text, each a start and a length of up to LONGEST; indexed like an array."""

    def __init__(self, text: Bytes, starts: AnyArray, lengths: AnyArray) -> None:
        self.text, self.starts, self.lengths = text, starts, lengths
        self._longest = int(lengths.max(initial=0))

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, which: AnyArray) -> Words:
        return Words(self.text, self.starts[which], self.lengths[which])

    @cached_property
    def heads(self) -> AnyArray:
        """The first eight bytes of each as an integer, those behind the word's end being 0."""
        return self._integers(0)

    def _integers(self, part: int) -> AnyArray:
        """The same of the bytes from 8·part on."""
        return np.asarray(self.text.integers[self.starts + _WIDTH * part] & self._mask(part))

    def _mask(self, part: int) -> AnyArray:
        """The bytes of the integer from 8·part on that belong to the words."""
        left = self.lengths - _WIDTH * part if part else self.lengths
        if self._longest > _WIDTH:
            left = np.clip(left, 0, _WIDTH)
        return np.asarray(_MASKS[left])

    def _parts(self) -> Iterator[tuple[int, AnyArray]]:
        """The numbers of the integers that the longest word has, with these."""
        for part in range((self._longest + _WIDTH - 1) // _WIDTH):
            yield part, self._integers(part) if part else self.heads

    @property
    def have_dots(self) -> AnyArray:
        """Whether each has a point in it."""
        found = np.zeros(len(self), bool)
        for _, integers in self._parts():
            found |= _marks(integers, _DOTS) != 0
        return found

    @property
    def are_digits(self) -> AnyArray:
        """Whether each has nothing but digits."""
        found = np.ones(len(self), bool)
        for part, integers in self._parts():
            found &= _are_digits(integers | (_ZEROS & ~self._mask(part)))
        return found

    def hashed(self, factor: np.uint64) -> AnyArray:
        """A hash of each, never 0."""
        found = np.zeros(len(self), np.uint64)
        for part, integers in self._parts():
            mixed = (found ^ integers) * factor
            found = np.where(self.lengths > _WIDTH * part, mixed ^ (mixed >> np.uint64(29)), found)
        return found | _ONE


# ---- Names -----------------------------------------------------------------------------------------------------------


class CollisionError(Exception):
    """Two long names that their hashes do not tell apart."""


class NameTable:
    """Names numbered from 0 on in any order, each with its first eight bytes and a place at which it stands."""

    def __init__(self) -> None:
        self._short, self._long = _Table(), _Table()
        self._heads: list[AnyArray] = [np.empty(0, np.uint64)]
        self._places: list[tuple[AnyArray, AnyArray]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        self.count = 0

    def ids(self, words: Words, places: AnyArray) -> AnyArray:
        """The numbers of these names, whose `places` in the whole are to be remembered. Raises CollisionError."""
        is_long = words.lengths > _WIDTH
        if not is_long.any():
            return self._numbered(self._short, words.heads, words.heads, words, places)
        ids = np.empty(len(words), np.int32)
        ids[~is_long] = self.ids(words[~is_long], places[~is_long])
        words, places = words[is_long], places[is_long]
        keys, checks = (words.hashed(factor) for factor in _FACTORS)
        ids[is_long] = self._numbered(self._long, keys, checks, words, places)
        return ids

    @property
    def heads(self) -> AnyArray:
        """The first eight bytes of each name as one integer."""
        return np.concatenate(self._heads)

    def places(self) -> tuple[AnyArray, AnyArray]:
        """Where each name stands for one time, and its length."""
        starts, lengths = zip(*self._places, strict=True)
        return np.concatenate(starts), np.concatenate(lengths)

    def _numbered(self, table: _Table, keys: AnyArray, checks: AnyArray, words: Words, places: AnyArray) -> AnyArray:
        ids, firsts = table.numbered(keys, checks, self.count)
        self._heads.append(words.heads[firsts])
        self._places.append((places[firsts], words.lengths[firsts]))
        self.count += len(firsts)
        return ids


# Of this process, so that no text can be made to have names that collide.
_FACTORS = [np.uint64(secrets.randbits(64) | 1) for _ in range(2)]


class _Table:
    """A hash table of integers other than 0, each with a number, open addressing, read and filled many at a time."""

    _STEP = 1 << 16  # Keys at a time, so that the table is no larger than the keys that differ ask for.

    def __init__(self) -> None:
        self._bits = 0
        self._count = 0
        self._keys, self._ids, self._checks = (np.zeros(1, dtype) for dtype in (np.uint64, np.int32, np.uint64))

    def numbered(self, keys: AnyArray, checks: AnyArray, fresh: int) -> tuple[AnyArray, AnyArray]:
        """The number of each key, new ones numbered from `fresh` on, and where in `keys` those stand, in that order.

        Raises CollisionError where equal keys differ in their `checks`.
        """
        ids, firsts = np.empty(len(keys), np.int32), [np.empty(0, np.int64)]
        for at in range(0, len(keys), self._STEP):
            part = slice(at, at + self._STEP)
            self._reserve(len(keys[part]))
            slots, new = self._slots(keys[part])
            self._ids[slots[new]] = np.arange(fresh, fresh + len(new), dtype=np.int32)
            if checks is not keys:
                self._verify(slots, new, checks[part])
            ids[part] = self._ids[slots]
            firsts.append(new + at)
            fresh += len(new)
            self._count += len(new)
        return ids, np.concatenate(firsts)

    def _verify(self, slots: AnyArray, new: AnyArray, checks: AnyArray) -> None:
        self._checks[slots[new]] = checks[new]
        if (self._checks[slots] != checks).any():
            raise CollisionError

    def _reserve(self, more: int) -> None:
        """Have at least three slots for two keys."""
        bits = (3 * (self._count + more) // 2).bit_length()
        if bits <= self._bits:
            return
        used = self._keys != 0
        keys, ids, checks = self._keys[used], self._ids[used], self._checks[used]
        self._bits = bits
        self._keys, self._ids, self._checks = (np.zeros(1 << bits, dtype) for dtype in (np.uint64, np.int32, np.uint64))
        slots, _ = self._slots(keys)
        self._ids[slots], self._checks[slots] = ids, checks

    def _slots(self, keys: AnyArray) -> tuple[AnyArray, AnyArray]:
        """The slot of each key, free ones taken for those that have none, and which keys these are, each once."""
        slots = ((keys ^ (keys >> np.uint64(32))) * _FACTORS[0] >> np.uint64(64 - self._bits)).astype(np.int64)
        pending, taken = np.flatnonzero(self._keys[slots] != keys), [np.empty(0, np.int64)]
        while len(pending):
            wanted, here = keys[pending], slots[pending]
            free = self._keys[here] == 0
            if free.any():
                claimed, theirs = here[free], pending[free]
                self._ids[claimed] = theirs  # Of several that claim a slot one has it then, …
                won = self._ids[claimed] == theirs
                self._keys[claimed[won]] = wanted[free][won]  # … and equal keys find it filled with theirs.
                taken.append(theirs[won])
            pending = pending[self._keys[here] != wanted]
            slots[pending] = (slots[pending] + 1) & ((1 << self._bits) - 1)
        return slots, np.concatenate(taken)


def head(name: str) -> int:
    """The first eight bytes of a name as one integer."""
    return int.from_bytes(name.encode()[:_WIDTH], "little")


# ---- Numbers ---------------------------------------------------------------------------------------------------------


def numbers(words: Words) -> tuple[AnyArray, AnyArray]:
    """What float() gives for each word, and whether it is a number of the language that is not too large."""
    values, are_valid = _short_numbers(words.heads, words.lengths)
    others = np.flatnonzero(~are_valid & (words.lengths <= LONGEST))
    if len(others):
        left = words[others]
        values[others], are_valid[others] = _long_numbers(words.text.codes, left.starts, left.lengths)
    return values, are_valid


def _short_numbers(words: AnyArray, lengths: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Numbers of up to eight characters, digits with or without a point; False for all else."""
    dots = _marks(words, _DOTS)
    # The digits behind the point move next to those before it: dots >> 7 is 1 at the byte of the point.
    before = (dots >> _SEVEN) - _ONE  # All bytes where there is no point.
    digits = (words & before) | ((words >> np.uint64(8)) & ~before)
    count = lengths - (dots != 0)
    fraction = np.where(dots != 0, lengths - 1 - _bytes_below(dots), 0)
    # The last digit moves to the last byte, zeros before the first.
    missing = np.clip(_WIDTH - count, 0, _WIDTH).astype(np.uint64) * np.uint64(8)
    aligned = (digits << missing) | (_ZEROS & ~(~np.uint64(0) << missing))
    are_valid = _are_digits(aligned) & ((dots & (dots - _ONE)) == 0) & (count > 0) & (lengths <= _WIDTH)
    return _whole(aligned) / _TENS[np.where(are_valid, fraction, 0)], are_valid


def _marks(words: AnyArray, wanted: np.uint64) -> AnyArray:
    """0x80 in each byte that is the one wanted, 0 in the others."""
    other = words ^ wanted
    return np.asarray(~(((other & _LOW7) + _LOW7) | other | _LOW7))


def _bytes_below(mark: AnyArray) -> AnyArray:
    """How many bytes stand below the one that is 0x80: the top byte when that many are shifted out."""
    return np.asarray(((mark >> _SEVEN) * np.uint64(0x0001020304050607)) >> np.uint64(56)).astype(np.int64)


def _are_digits(words: AnyArray) -> AnyArray:
    return np.asarray(((words & _HIGH4) == _ZEROS) & (((words + _SIXES) & _HIGH4) == _ZEROS))


def _whole(digits: AnyArray) -> AnyArray:
    """The integer that eight digits are: neighbours join to numbers of two digits, then of four, then of eight."""
    found = digits - _ZEROS
    found = (found * _TEN + (found >> np.uint64(8))) & np.uint64(0x00FF00FF00FF00FF)
    found = (found * np.uint64(100) + (found >> np.uint64(16))) & np.uint64(0x0000FFFF0000FFFF)
    return (found * np.uint64(10_000) + (found >> np.uint64(32))) & np.uint64(0xFFFFFFFF)


# NUMBER of the grammar as a table: what follows a state (a row) by a digit, a point, an e, a sign, anything else.
_STEPS = np.array(
    [
        [1, 3, 7, 7, 7],  # 0: the start
        [1, 2, 4, 7, 7],  # 1: digits
        [2, 7, 4, 7, 7],  # 2: digits with a point before, in or behind them
        [2, 7, 7, 7, 7],  # 3: a point and nothing before
        [6, 7, 7, 5, 7],  # 4: an e
        [6, 7, 7, 7, 7],  # 5: its sign
        [6, 7, 7, 7, 7],  # 6: its digits
        [7, 7, 7, 7, 7],  # 7: no number
    ],
    np.uint8,
)
_ENDS = np.array([False, True, True, False, False, False, True, False])
_CLASSES = np.full(256, 4, np.uint8)
_CLASSES[list(b"0123456789")] = 0
_CLASSES[list(b".eE+-")] = [1, 2, 2, 3, 3]


def _long_numbers(codes: AnyArray, starts: AnyArray, lengths: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Numbers of any form, a column of characters at a time."""
    width = int(lengths.max())
    columns = np.zeros((len(starts), width), np.uint8)
    states = np.zeros(len(starts), np.uint8)
    for i in range(width):
        code = codes[starts + i]
        states = np.where(i < lengths, _STEPS[states, _CLASSES[code]], states)
        columns[:, i] = np.where(i < lengths, code, 0)
    are_valid = _ENDS[states]
    columns[~are_valid] = 0
    columns[~are_valid, 0] = ord("0")
    with np.errstate(over="ignore"):
        values = columns.view(f"S{width}").ravel().astype(np.float64)
    return values, are_valid & np.isfinite(values)
