"""Numbers as the shortest text that reads back as they are, many at a time: the digits of repr(), by array operations.

A number x from 1e-4 to 1e16 times the power of ten that gives it 17 digits before the point is the exact sum of two
floats, for that power is a float and a product's rounding error is one (Dekker 1971). So the 17 digits are known, and
how far off the nearest numbers of 16 and 15 digits are; the first of these within half a unit in the last place of x stands
for x. What is too near to call, and all other numbers, are left to repr().
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backcalc.words import Array

_DIGITS = 17
_LEAST, _MOST = 1e-4, 1e16  # Where repr() writes no exponent.
_POWERS = np.array([10.0**k for k in range(23)])  # Exact up to 10^22.
_SPLIT = 134_217_729.0  # 2^27 + 1 cuts a float into two halves of 26 bits.
_UNSURE = 1e-6
_ZERO, _POINT, _MINUS = b"0.-"
_LEADING = 5  # Characters of `0.000`.
_WIDTH = (
    1 + _LEADING + _DIGITS + 2
)  # A sign, the digits with a point, and what ends the cell: 24 and it is repr's longest.
_NOWHERE = 100
_FULL, _MYRIAD = np.uint64(10**8), np.uint64(10**4)


def csv_lines(columns: Sequence[Array]) -> str:
    """Rows of numbers, separated by commas; a whole number has no point. No newline at the end."""
    cells = np.empty((len(columns[0]), len(columns), _WIDTH), np.uint8)
    for i, column in enumerate(columns):
        cells[:, i] = _cells(np.ascontiguousarray(column, np.float64)).T
        cells[:, i, -1] = ord("," if i < len(columns) - 1 else "\n")
    return cells.tobytes().translate(None, b"\0").decode("ascii")[:-1]


def _cells(x: Array) -> Array:
    """The texts of numbers, a character a row, a number a column; 0 is no character."""
    size = np.abs(x)
    is_plain = (size >= _LEAST) & (size < _MOST)
    size = np.where(is_plain, size, 1.5)
    digits, before, is_sure = _decimal(size)
    cells = np.zeros((_WIDTH, len(x)), np.uint8)
    cells[0] = np.where(x < 0, _MINUS, 0)
    _write(cells[1:], digits, before)
    others = np.flatnonzero(~(is_plain & is_sure))
    if len(others):
        texts = [repr(number).removesuffix(".0").encode() for number in x[others].tolist()]
        cells[:, others] = np.array(texts, f"S{_WIDTH}").view(np.uint8).reshape(-1, _WIDTH).T
    return cells


def _decimal(x: Array) -> tuple[Array, Array, Array]:
    """The digits of numbers as an integer of 17, how many stand before the point, and whether this is sure."""
    before = np.floor(np.log10(x)).astype(np.int64) + 1
    before += x >= _power(before)
    before -= x < _power(before - 1)
    power = _POWERS[_DIGITS - before]
    high, low = _product(x, power)
    whole = np.rint(low)
    rest, digits = low - whole, high.astype(np.int64) + whole.astype(np.int64)
    half_unit = np.spacing(x) / 2 * power
    found, is_sure = digits, np.abs(np.abs(rest) - 0.5) > _UNSURE
    for unit in (10, 100):
        last = digits % unit
        off = last + rest  # From the next such number below.
        rounded = digits - last + np.where(off > unit / 2, unit, 0)
        off = np.minimum(off, unit - off)
        found = np.where(np.abs(off) < half_unit, rounded, found)
        is_sure &= (np.abs(np.abs(off) - half_unit) > _UNSURE) & (np.abs(off - unit / 2) > _UNSURE)
    # Next to a power of two the units differ above and below.
    is_sure &= (np.frexp(x)[0] != 0.5) & (found < 10**_DIGITS)
    return found, before, is_sure


def _power(exponent: Array) -> Array:
    """10 to a power that may be negative, to the nearest float."""
    return np.asarray(np.where(exponent < 0, 1 / _POWERS[np.abs(exponent)], _POWERS[np.abs(exponent)]))


def _product(x: Array, y: Array) -> tuple[Array, Array]:
    """The nearest float to a product, and what is missing."""
    found = x * y
    (a, b), (c, d) = _halves(x), _halves(y)
    return found, ((a * c - found) + a * d + b * c) + b * d


def _halves(x: Array) -> tuple[Array, Array]:
    high = _SPLIT * x
    high = high - (high - x)
    return high, x - high


def _write(cells: Array, digits: Array, before: Array) -> None:
    """Write the digits with zeros and a point where they belong, and without those zeros that mean nothing.

    All is done on bytes, with masks of 255 and 0, which takes a tenth of what choosing would.
    """
    shown, kept = _characters(digits)
    before = before.astype(np.int8)
    place = np.where(before > 0, before, np.int8(_NOWHERE))  # Where the point is among the digits.
    for i, code in enumerate(b"0.000"):  # As many as a number below 1 has ahead of its digits.
        cells[i] = _mask(before <= min(0, 1 - i)) & np.uint8(code)
    here = point = behind = np.zeros_like(shown[0])
    for j in range(_DIGITS + 1):
        behind = here & point if j else behind
        here = shown[j] if j < _DIGITS else np.zeros_like(behind)
        point = kept[j] if j < _DIGITS else np.zeros_like(behind)
        left, at = _mask(np.less(j, place)), _mask(np.equal(j, place))
        cells[_LEADING + j] = (
            (here & (point | _mask(np.less(j, before))) & left)
            | (point & at & np.uint8(_POINT))
            | (behind & ~(left | at))
        )


def _mask(condition: Array) -> Array:
    """255 for true and 0 for false."""
    return -condition.view(np.uint8)


def _characters(digits: Array) -> tuple[list[Array], list[Array]]:
    """The 17 digits as characters, and a mask for each of those that have not only 0 from there on."""
    number = digits.astype(np.uint64)
    head, tail = number // _FULL, _eight(number % _FULL)
    first, middle = head // _FULL, _eight(head % _FULL)
    kept_tail = _smeared(tail)
    kept_middle = _smeared(middle | ((tail != 0).astype(np.uint64) << np.uint64(56)))
    columns = [first.astype(np.uint8)]
    kept = [np.full(len(digits), 255, np.uint8)]
    for word, mask in ((middle, kept_middle), (tail, kept_tail)):
        columns += list(word.view(np.uint8).reshape(-1, 8).T)
        kept += [_mask(place) for place in mask.view(np.uint8).reshape(-1, 8).T != 0]
    return [column + np.uint8(_ZERO) for column in columns], kept


def _eight(number: Array) -> Array:
    """The eight digits of integers as the bytes of one, the first lowest: halves, then pairs, then digits."""
    found = _parted(number, number // _MYRIAD, 10_000, 32)
    # Quotients by 100 of up to four digits, and by 10 of up to two, in each part of the integer.
    found = _parted(found, (found * np.uint64(10_486) >> np.uint64(20)) & np.uint64(0x0000007F_0000007F), 100, 16)
    return _parted(found, (found * np.uint64(103) >> np.uint64(10)) & np.uint64(0x000F000F_000F000F), 10, 8)


def _parted(number: Array, high: Array, base: int, width: int) -> Array:
    """The quotients by `base` with the remainders that many bits above."""
    return np.asarray(high | ((number - high * np.uint64(base)) << np.uint64(width)))


def _smeared(word: Array) -> Array:
    """Bytes that are not 0 where this one or a higher one is not."""
    for shift in (8, 16, 32):
        word = word | (word >> np.uint64(shift))
    return word
