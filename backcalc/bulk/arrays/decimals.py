"""Many numbers as Python writes them: those of few digits by array operations, several times as fast as `repr`."""

from __future__ import annotations

import numpy as np

from backcalc.bulk.arrays.words import AnyArray, as_bytes
from backcalc.language.unparse import number_texts
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

_WHOLE, _PLACES = 7, 8  # Digits before and behind the point: 15, which any float64 keeps.
_SCALE = 10.0**_PLACES
_LEAST = 1e-4  # Smaller numbers are written with an exponent.
_ZERO, _POINT, _MINUS, _NEWLINE = b"0.-\n"


def texts(numbers: Array) -> list[str]:
    """`repr` of each of the numbers, which are a row."""
    with quiet():
        scaled = np.rint(numbers * _SCALE)
        # A quotient of two whole numbers is the float64 nearest to it, so this is the number that has these digits.
        is_short = (np.abs(scaled) < _SCALE * 10**_WHOLE) & (scaled / _SCALE == numbers) & (np.abs(numbers) >= _LEAST)
    short = _written(scaled[is_short].astype(np.int64))
    if is_short.all():
        return short
    found = np.empty(len(numbers), object)
    found[is_short], found[~is_short] = short, list(map(repr, numbers[~is_short].tolist()))
    return found.tolist()


def cells(numbers: Array, known: AnyArray | None = None) -> AnyArray:
    """The numbers, which are a row, as CSV has them, in bytes: `number_text` of each, nothing where not `known`."""
    is_written, is_zero = _split(numbers, known)
    some = np.array(number_texts(numbers[is_written].tolist()), bytes)
    found = np.zeros(len(numbers), some.dtype)
    found[is_written], found[is_zero] = some, b"0"  # As `number_text` has it; JSON has 0.0.
    return as_bytes(found)


def members(numbers: Array, known: AnyArray | None = None) -> list[str]:
    """The numbers, which are a row, as JSON has them: strings where they are not finite, null where not `known`."""
    is_written, is_zero = _split(numbers, known)
    if is_written.all():
        return _quoted_where_odd(numbers)
    found = np.full(len(numbers), "null", object)
    found[is_written], found[is_zero] = _quoted_where_odd(numbers[is_written]), "0.0"
    return found.tolist()


def _split(numbers: Array, known: AnyArray | None) -> tuple[AnyArray, AnyArray]:
    """Which of the numbers that are known want work, and which are 0: of large graphs most adjoints are."""
    is_other = numbers.view(np.int64) != 0  # -0.0 has a bit that is set.
    return (is_other, ~is_other) if known is None else (is_other & known, ~is_other & known)


def _quoted_where_odd(numbers: Array) -> list[str]:
    found = texts(numbers)
    for i in np.flatnonzero(~np.isfinite(numbers)).tolist():
        found[i] = f'"{found[i]}"'
    return found


def _written(scaled: AnyArray) -> list[str]:
    """Whole numbers, `_SCALE` times too large, with a point; no zero stands at an end but next to the point."""
    lines = np.zeros((_WHOLE + _PLACES + 3, len(scaled)), np.uint8)  # A column a number; what is left 0 goes away.
    lines[0] = (scaled < 0) * np.uint8(_MINUS)
    lines[_WHOLE + 1], lines[-1] = _POINT, _NEWLINE
    whole, fraction = (part.astype(np.int32) for part in np.divmod(np.abs(scaled), int(_SCALE)))
    is_written = np.zeros(len(scaled), np.bool_)
    # From the right: what stands behind the last digit that is not 0 stays 0, and goes.
    for place in range(_PLACES, 0, -1):
        fraction, digit = np.divmod(fraction, 10)
        is_written |= (digit != 0) | (place == 1)
        lines[_WHOLE + 1 + place] = (digit + _ZERO) * is_written
    # And from the right before the point, up to the first digit; one 0 at least.
    for place in range(_WHOLE, 0, -1):
        lines[place] = (whole % 10 + _ZERO) * ((whole != 0) | (place == _WHOLE))
        whole //= 10
    return lines.T.tobytes().translate(None, b"\0").decode().split("\n")[:-1]
