"""The words of a large text by array operations; a word is where it starts among the bytes, and its length.

Eight bytes at any place are one integer, so a name of up to eight letters is compared, and a number of up to eight
characters worked out, as one integer. What is longer takes more steps, and means the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from backcalc.bulk.arrays.automaton import number_automaton
from backcalc.bulk.arrays.sorting import gathered

AnyArray = NDArray[Any]
"""Of bytes, whole numbers or truths, where `array.Array` has floats."""

LONGEST = 256  # A longer word is left to the ordinary reader.
WIDTH = 8  # Bytes in an integer.
PAD = LONGEST + WIDTH  # Bytes behind a text, so that a word's last integer may reach over its end.


def _each(byte: int) -> np.uint64:
    """An integer of eight bytes that are all `byte`."""
    return np.uint64(byte * 0x0101010101010101)


_LENGTHS = range(WIDTH + 1)
_MASKS = np.array([(1 << 8 * n) - 1 for n in _LENGTHS], np.uint64)  # By length: the bytes that count.
_TENS = np.array([10.0**n for n in _LENGTHS])  # Exact, so that a quotient by one is the nearest float64.
_ONE, _THREE, _SEVEN, _SIXTY_THREE = map(np.uint64, (1, 3, 7, 63))
_LOW7, _DOTS, _ZEROS, _SIXES, _HIGH4, _LOW4 = map(_each, (0x7F, 0x2E, 0x30, 0x06, 0xF0, 0x0F))
# Of neighbours a and b, as bytes, times 10·256 + 1, the byte of b becomes 10·a + b; and so on for wider ones.
_JOINTS = np.array(
    [(10 << 8 | 1, 8, 0x00FF00FF00FF00FF), (100 << 16 | 1, 16, 0x0000FFFF0000FFFF), (10_000 << 32 | 1, 32, 0xFFFFFFFF)],
    np.uint64,
)


class Bytes:
    """A text in bytes, `codes`, with PAD more behind it."""

    def __init__(self, codes: AnyArray) -> None:
        self.codes = codes
        self._eighths: AnyArray = np.ndarray(len(codes) // WIDTH, "<u8", codes.data)

    def integers(self, places: AnyArray) -> AnyArray:
        """The eight bytes from each of these places on, as one integer."""
        # Parts of two of the integers that follow each other: these NumPy takes in half the time it needs for others.
        at, shift = places >> 3, (places.view(np.uint64) & _SEVEN) << _THREE
        found = gathered(self._eighths, at) >> shift
        found |= gathered(self._eighths, at + 1) << _ONE << (_SIXTY_THREE - shift)  # All out where nothing is needed.
        return np.asarray(found)


class Words:
    """Words of a text, each a start and a length of up to LONGEST; indexed like an array."""

    starts: AnyArray
    lengths: AnyArray

    def __init__(self, text: Bytes, starts: AnyArray, lengths: AnyArray) -> None:
        self.text, self.starts, self.lengths = text, starts, lengths

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, which: AnyArray) -> Words:
        return _SomeWords(self, np.flatnonzero(which) if which.dtype == np.bool_ else which)

    def texts(self) -> list[bytes]:
        """The words as they stand."""
        places = zip(self.starts.tolist(), self.lengths.tolist(), strict=True)
        return [self.text.codes[start : start + length].tobytes() for start, length in places]

    @cached_property
    def longest(self) -> int:
        """The length of the longest one, or more."""
        return int(self.lengths.max(initial=0))

    @cached_property
    def heads(self) -> AnyArray:
        """The first eight bytes of each as an integer, those behind the word's end being 0."""
        return self._integers(0)

    def _integers(self, part: int) -> AnyArray:
        """The eight bytes of each word from 8·part on as an integer, those behind the word's end being 0."""
        return np.asarray(self.text.integers(self.starts + WIDTH * part) & self._mask(part))

    def _mask(self, part: int) -> AnyArray:
        """The bytes of the integer from 8·part on that belong to the words."""
        left = self.lengths - WIDTH * part if part else self.lengths
        if self.longest > WIDTH:
            left = np.clip(left, 0, WIDTH)
        return gathered(_MASKS, left)

    def _parts(self) -> Iterator[tuple[int, AnyArray]]:
        """The numbers of the integers that the longest word has, with these."""
        for part in range((self.longest + WIDTH - 1) // WIDTH):
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
            found = np.where(self.lengths > WIDTH * part, mixed ^ (mixed >> np.uint64(29)), found)
        return found | _ONE


class _SomeWords(Words):
    """Some of the words, what is known of them gathered when it is asked for."""

    def __init__(self, words: Words, which: AnyArray) -> None:
        self._words, self._which = words, which
        self.text = words.text

    def __len__(self) -> int:
        return len(self._which)

    @cached_property
    def starts(self) -> AnyArray:  # type: ignore[override]
        """Where each begins."""
        return gathered(self._words.starts, self._which)

    @cached_property
    def lengths(self) -> AnyArray:  # type: ignore[override]
        """The length of each."""
        return gathered(self._words.lengths, self._which)

    @cached_property
    def longest(self) -> int:
        """The length of the longest one, or more."""
        return self._words.longest if self._words.longest <= WIDTH else int(self.lengths.max(initial=0))

    @cached_property
    def heads(self) -> AnyArray:
        """The first eight bytes of each as an integer."""
        return gathered(self._words.heads, self._which)


# ---- Rows of bytes ---------------------------------------------------------------------------------------------------


def as_bytes(words: AnyArray) -> AnyArray:
    """Integers, or NumPy's strings of bytes, as a row of bytes each, with zeros behind what is shorter."""
    # A big-endian machine would have the last byte first.
    return words.astype(words.dtype.newbyteorder("<"), copy=False).view(np.uint8).reshape(-1, words.itemsize)


def rows_of(columns: Sequence[AnyArray | bytes]) -> str:
    """A text in whose every row stands what each column has there: bytes and zeros behind, or in all rows the same."""
    widths = [len(column) if isinstance(column, bytes) else column.shape[1] for column in columns]
    count = max(len(column) for column in columns if not isinstance(column, bytes))
    rows, at = np.empty((count, sum(widths)), np.uint8), 0
    for column, width in zip(columns, widths, strict=True):
        rows[:, at : at + width] = np.frombuffer(column, np.uint8) if isinstance(column, bytes) else column
        at += width
    # No text has zeros, so that all of them go at once.
    return rows.tobytes().translate(None, b"\0").decode(errors="replace")


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
    values, are_digits = whole_numbers(digits, count)
    are_valid = are_digits & ((dots & (dots - _ONE)) == 0) & (lengths <= WIDTH)
    return values / gathered(_TENS, np.where(are_valid, fraction, 0)), are_valid


def whole_numbers(digits: AnyArray, count: AnyArray) -> tuple[AnyArray, AnyArray]:
    """The whole number that the first `count` bytes of each integer are, and whether they are digits, and any."""
    # The last digit moves to the last byte, zeros before the first.
    missing = np.clip(WIDTH - count, 0, WIDTH).astype(np.uint64) << np.uint64(3)
    aligned = (digits << missing) | (_ZEROS & ~(~np.uint64(0) << missing))
    return _whole(aligned).view(np.int64), _are_digits(aligned) & (count > 0)


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
    found = digits & _LOW4
    for factor, shift, mask in _JOINTS:
        found *= factor
        found >>= shift
        found &= mask
    return found


_number = cache(number_automaton)  # Most texts have no such number.


def _long_numbers(codes: AnyArray, starts: AnyArray, lengths: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Numbers of any form, a column of characters at a time."""
    width = int(lengths.max())
    columns = np.zeros((len(starts), width), np.uint8)
    states = np.zeros(len(starts), np.uint8)
    number = _number()
    for i in range(width):
        code = codes[starts + i]
        states = np.where(i < lengths, number.steps[states, number.classes[code]], states)
        columns[:, i] = np.where(i < lengths, code, 0)
    are_valid = number.ends[states]
    columns[~are_valid] = 0
    columns[~are_valid, 0] = ord("0")
    with np.errstate(over="ignore"):
        # By NumPy's own reader, which rounds as float() does.
        values = columns.view(f"S{width}").ravel().astype(np.float64)
    return values, are_valid & np.isfinite(values)
