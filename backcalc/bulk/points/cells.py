"""The numbers of plain CSV lines by array operations; lines with quotes or words are the plain reader's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from backcalc.bulk.arrays.words import PAD, AnyArray, Bytes, Words, numbers

_LONG = 10  # Characters of a cell and its comma, on average.
_LONGEST_LINE = 100_000  # The plain reader has a limit to what a cell may hold, and words for it.
_OF_NUMBERS = b"0123456789+-.eE,\n"
_COMMA, _NEWLINE, _SPACE, _PLUS, _MINUS = b",\n +-"


def plain_cells(lines: bytes, width: int, used: Sequence[int]) -> AnyArray | None:
    """The numbers in the columns `used` of lines that have `width` cells each, as points × columns.

    None where a line has another length, a used cell is no plain number that float64 can hold, or where there are
    quotes, whose cells may hold commas and newlines, or letters that are not ASCII. The last line ends with a newline.
    """
    # Three looks by C code, each faster than one array operation, sort out what the plain reader is for.
    if b'"' in lines or b"\0" in lines or not lines.isascii():
        return None
    if not lines:
        return np.empty((0, len(used)))
    codes = np.full(len(lines) + PAD, _NEWLINE, np.uint8)
    codes[: len(lines)] = np.frombuffer(lines, np.uint8)  # PAD behind, for words are read eight bytes at a time.
    # With every cell's end known, all numbers of a block are read at once, a digit's place at a time.
    ends = _cell_ends(codes[: len(lines)], width)
    if ends is None:
        return None
    if _are_long(lines, ends.size):
        return _by_float(lines, ends.shape, used)
    starts: AnyArray = np.concatenate(([0], ends.ravel()[:-1] + 1)).reshape(ends.shape)[:, used].ravel()
    starts += codes[starts] == _SPACE  # As in `1, 2`.
    is_negative = codes[starts] == _MINUS
    starts += is_negative | (codes[starts] == _PLUS)  # One sign; of two the second is no digit.
    lengths = ends[:, used].ravel() - starts
    if lengths.min() <= 0:
        return None
    values, are_valid = numbers(Words(Bytes(codes), starts, lengths))
    np.negative(values, out=values, where=is_negative)
    return values.reshape(-1, len(used)) if are_valid.all() else None


def _are_long(lines: bytes, count: int) -> bool:
    """Whether cells have so many digits that Python's own reader is faster, which takes one at a time."""
    return len(lines) > _LONG * count and not lines.translate(None, _OF_NUMBERS)


def _by_float(lines: bytes, shape: tuple[int, int], used: Sequence[int]) -> AnyArray | None:
    """The numbers of cells in which are only characters of numbers, by `float`; None where one is no number."""
    cells = lines.replace(b"\n", b",").split(b",")[:-1]
    try:
        values = np.fromiter(map(float, cells), np.float64, len(cells)).reshape(shape)[:, used]
    except ValueError:
        return None
    return values if np.isfinite(values).all() else None


def _cell_ends(codes: AnyArray, width: int) -> AnyArray | None:
    """Where the cells end, a row a line; None where a line has not `width` of them."""
    newlines = np.flatnonzero(codes == _NEWLINE)
    if np.diff(newlines, prepend=-1).max(initial=0) > _LONGEST_LINE:
        return None
    found = np.flatnonzero((codes == _COMMA) | (codes == _NEWLINE)) if width > 1 else newlines
    if len(found) != len(newlines) * width:
        return None
    ends: AnyArray = found.reshape(-1, width)
    return ends if (ends[:, -1] == newlines).all() else None
