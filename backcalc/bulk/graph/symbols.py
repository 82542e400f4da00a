"""The names of a large text numbered, many at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TypeAlias, overload

import numpy as np

from backcalc.bulk.arrays.sorting import gathered
from backcalc.bulk.arrays.words import WIDTH, AnyArray, Words, as_bytes, rows_of, whole_numbers

_PlaceFunction: TypeAlias = "Callable[[AnyArray], AnyArray]"
_FIRST, _ZERO = np.uint64(0xFF), np.uint64(ord("0"))  # The byte of an integer that stands first in the text.


def random_odd() -> int:
    """An odd integer of 64 bits that nobody knows beforehand."""
    # Odd: only so is a product with it one to one modulo 2⁶⁴.
    return int.from_bytes(os.urandom(8), "little") | 1


class CollisionError(Exception):
    """Two long names that their hashes do not tell apart."""


class NameTable:
    """Names numbered from 0 on in any order, each with its first eight bytes and a place at which it stands.

    What programs write are names of one `prefix` with a number behind: of these the number tells where the id is. All
    other names are looked up by a hash.
    """

    def __init__(self, prefix: str = "") -> None:
        self._serial, self._short, self._long = _Serials(prefix.encode()), _HashTable(), _HashTable()
        self._heads: list[AnyArray] = [np.empty(0, np.uint64)]
        self._places: list[tuple[AnyArray, AnyArray]] = [(np.empty(0, np.int32), np.empty(0, np.int16))]
        self.count = 0
        self._has_others = False

    def ids(self, words: Words, place: _PlaceFunction) -> AnyArray:
        """The numbers of these names; `place` tells what to remember of where one starts. Raises CollisionError."""
        if words.longest <= WIDTH:
            return self._ids_of_short(words, place)
        # A name of up to eight bytes is one integer, which tells it for certain; of a longer one two hashes do.
        is_short = words.lengths <= WIDTH
        ids = np.empty(len(words), np.int32)
        ids[is_short] = self._ids_of_short(words[is_short], place)
        ids[~is_short] = self._ids_of_long(words[~is_short], place)
        return ids

    def ids_of_serials(self, words: Words, place: _PlaceFunction) -> AnyArray | None:
        """The numbers of names that all are the prefix and a number; None where some are not, or have not been."""
        if self._has_others or words.longest > WIDTH:  # Once there are others, this question costs more than it saves.
            return None
        values, are_serial = self._serial.values(words)
        self._has_others = not are_serial.all()
        return None if self._has_others else self._added(words, place, *self._serial.numbered(values, self.count))

    def _ids_of_short(self, words: Words, place: _PlaceFunction) -> AnyArray:
        values, are_serial = self._serial.values(words)
        ids = np.empty(len(words), np.int32)
        numbered = self._serial.numbered(values[are_serial], self.count)
        ids[are_serial] = self._added(words[are_serial], place, *numbered)
        ids[~are_serial] = self._ids_of_others(words[~are_serial], place)
        return ids

    def _ids_of_others(self, words: Words, place: _PlaceFunction) -> AnyArray:
        # The name itself as the key: nothing is left to verify.
        return self._added(words, place, *self._short.numbered(words.heads, words.heads, self.count))

    def _ids_of_long(self, words: Words, place: _PlaceFunction) -> AnyArray:
        keys, checks = (words.hashed(factor) for factor in _FACTORS)
        return self._added(words, place, *self._long.numbered(keys, checks, self.count))

    def _added(self, words: Words, place: _PlaceFunction, ids: AnyArray, firsts: AnyArray) -> AnyArray:
        """The `ids`, those of the names at `firsts` being new."""
        new = words[firsts]
        self._heads.append(new.heads)
        # 16 bits, for a word is at most LONGEST.
        self._places.append((place(new.starts), new.lengths.astype(np.int16)))
        self.count += len(firsts)
        return ids

    @property
    def heads(self) -> AnyArray:
        """The first eight bytes of each name as one integer."""
        return np.concatenate(self._heads)

    def places(self) -> tuple[AnyArray, AnyArray]:
        """Where each name stands for one time, and its length."""
        starts, lengths = zip(*self._places, strict=True)
        return np.concatenate(starts), np.concatenate(lengths)


class _Serials:
    """Names made of a prefix and a number, written as one writes it: the id of each number in an array."""

    _LIMIT = 1 << 22  # Larger numbers are not worth the room.

    def __init__(self, prefix: bytes) -> None:
        self._width = len(prefix) if len(prefix) < WIDTH else 0
        self._prefix = np.uint64(int.from_bytes(prefix[: self._width], "little"))
        self._ids = np.empty(0, np.int32)

    def values(self, words: Words) -> tuple[AnyArray, AnyArray]:
        """The number of each word, and whether it is such a name."""
        shift = np.uint64(8 * self._width)
        digits = words.heads >> shift
        values, are_numbers = whole_numbers(digits, words.lengths - self._width)
        has_prefix = words.heads == digits << shift | self._prefix
        is_plain = (digits & _FIRST != _ZERO) | (words.lengths == self._width + 1)  # n07 is another name than n7.
        return values, are_numbers & has_prefix & is_plain & (values < self._LIMIT)

    def numbered(self, values: AnyArray, fresh: int) -> tuple[AnyArray, AnyArray]:
        """The id of each, new ones numbered from `fresh` on, and where in `values` those stand, in that order."""
        # Grown by powers of two, so that all growing together costs as much as the last time.
        self._reserve(int(values.max(initial=0)))
        ids = gathered(self._ids, values)
        unknown = np.flatnonzero(ids < 0)
        wanted = values[unknown]
        self._ids[wanted] = unknown  # Of equal ones the last has it.
        new = unknown[self._ids[wanted] == unknown]
        self._ids[values[new]] = np.arange(fresh, fresh + len(new), dtype=np.int32)
        ids[unknown] = self._ids[wanted]
        return ids, new

    def _reserve(self, value: int) -> None:
        if value >= len(self._ids):
            grown = np.full(1 << value.bit_length(), -1, np.int32)
            grown[: len(self._ids)] = self._ids
            self._ids = grown


# Of this process, so that no text can be made to have names that collide.
_FACTORS = [np.uint64(random_odd()) for _ in range(2)]


class _HashTable:
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
            self._reserve(len(keys[part]))  # Before the keys, as if all were new.
            slots, new = self._slots(keys[part])
            self._ids[slots[new]] = np.arange(fresh, fresh + len(new), dtype=np.int32)
            if checks is not keys:  # Two hashes are compared, where a key is the name itself there is no other.
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
        slots, _ = self._slots(keys)  # Keys only: with their slots comes all else.
        self._ids[slots], self._checks[slots] = ids, checks

    def _slots(self, keys: AnyArray) -> tuple[AnyArray, AnyArray]:
        """The slot of each key, free ones taken for those that have none, and which keys these are, each once."""
        slots = ((keys ^ (keys >> np.uint64(32))) * _FACTORS[0] >> np.uint64(64 - self._bits)).astype(np.int64)
        pending, taken = np.flatnonzero(self._keys[slots] != keys), [np.empty(0, np.int64)]
        while len(pending):
            # Each round every key goes one slot on, until it meets its own or wins a free one.
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


_ROWS = 1 << 16  # Names that are made at a time.


class Names(Sequence[str]):
    """The names of many nodes, made as they are looked at: a string of each takes more memory than all else."""

    def __init__(self, text: str, columns: Sequence[AnyArray], others: Sequence[str] = ()) -> None:
        """The columns are the first eight bytes of each, where in `text` it starts, and its length.

        Those of `others` start at -1, -2, …, and have lengths of more than eight.
        """
        self._text, self._others = text, others
        self._heads, self._starts, self._lengths = columns

    def __len__(self) -> int:
        return len(self._heads)

    @overload
    def __getitem__(self, place: int, /) -> str: ...
    @overload
    def __getitem__(self, place: slice, /) -> list[str]: ...
    def __getitem__(self, place: int | slice, /) -> str | list[str]:
        return self.at(place) if isinstance(place, slice) else self._stands(self._starts[place], self._lengths[place])

    def __iter__(self) -> Iterator[str]:
        for begin in range(0, len(self), _ROWS):
            yield from self.at(slice(begin, begin + _ROWS))

    def at(self, places: slice | AnyArray) -> list[str]:
        """The names at these places."""
        starts, lengths = self._starts[places], self._lengths[places]
        names = rows_of([as_bytes(self._heads[places]), b"\n"]).split("\n")[:-1]
        # Of a longer one that is the beginning, which may end inside of a letter.
        for i in np.flatnonzero(lengths > WIDTH).tolist():
            names[i] = self._stands(starts[i], lengths[i])
        return names

    def columns(self, part: slice) -> AnyArray:
        """The names of a part as bytes, a row each, zeros behind it."""
        if (self._lengths[part] <= WIDTH).all():
            return as_bytes(self._heads[part])
        return as_bytes(np.array([name.encode() for name in self.at(part)]))

    def places(self, asked: Collection[str]) -> dict[str, int]:
        """Where those of the names `asked` for stand that there are."""
        heads = np.array(sorted({head(name) for name in asked}), np.uint64)
        # Without the last: what is above them all still has one to be compared with.
        alike = np.flatnonzero(heads[np.searchsorted(heads[:-1], self._heads)] == self._heads)
        return {name: i for name, i in zip(self.at(alike), alike.tolist(), strict=True) if name in asked}

    def chosen(self, places: AnyArray) -> Names:
        """The names at these places, and no others, in this order."""
        columns = [gathered(column, places) for column in (self._heads, self._starts, self._lengths)]
        return Names(self._text, columns, self._others)

    def followed_by(self, others: Sequence[str]) -> Names:
        """The names with others behind them that stand nowhere."""
        heads = np.array([head(name) for name in others], np.uint64)
        # ~0 is −1: so a place below 0 says which of the others it is.
        starts, lengths = ~np.arange(len(others), dtype=np.int32), np.full(len(others), WIDTH + 1, np.int16)
        pairs = ((self._heads, heads), (self._starts, starts), (self._lengths, lengths))
        return Names(self._text, [np.concatenate(pair) for pair in pairs], others)

    def _stands(self, start: int, length: int) -> str:
        return self._text[start : start + length] if start >= 0 else self._others[~start]


def head(name: str) -> int:
    """The first eight bytes of a name as one integer."""
    return int.from_bytes(name.encode()[:WIDTH], "little")
