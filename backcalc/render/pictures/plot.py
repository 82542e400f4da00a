"""Curves in a terminal: braille dots, two by four a character, with the ends of the axes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from backcalc.rules.functions.arrays import Array
from backcalc.text.numerals import rounded

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Of a braille character, row by row: Unicode 10, 21.1.
BLANK = 0x2800
SHARE = 0.98  # Of the values that the height must hold: one beside a pole would flatten all others.
STEEP = 4.0  # Times the slope at both ends: what a piece of a smooth curve does not rise by.


def braille(x: Array, y: Array, slope: Array, width: int, height: int) -> list[str]:
    """The curve through points, with its slope there, in `width` × `height` characters and a line for the axis.

    Across a jump or a pole nothing is joined.
    """
    low, high = _window(y)
    labels = [rounded(high, 4), rounded(low, 4)]
    margin = max(map(len, labels))
    columns, rows = max(2, width - margin - 2), max(2, height)
    cells = np.zeros((rows, columns), int)
    # Points stand evenly, in x or in its logarithm, and so they do across.
    across = np.linspace(0.0, 2 * columns - 1, len(x))
    up = (y - low) / (high - low) * (4 * rows - 1)
    for column, level in _dots(across, up, broken(x, y, slope)):
        row = 4 * rows - 1 - level
        if 0 <= row < 4 * rows:
            cells[row // 4, column // 2] |= DOTS[row % 4][column % 2]
    sides = [labels[0], *[""] * (rows - 2), labels[1]]
    lines = [
        f"{side:>{margin}} │{''.join(chr(BLANK + cell) for cell in row)}"
        for side, row in zip(sides, cells.tolist(), strict=True)
    ]
    left, right = rounded(float(x[0]), 4), rounded(float(x[-1]), 4)
    return [*lines, f"{'':{margin}} └{left}{'─' * (columns - len(left) - len(right))}{right}"]


def broken(x: Array, y: Array, slope: Array) -> list[int]:
    """The places of the points behind which the curve jumps, or has a pole."""
    rise, run = np.abs(np.diff(y)), np.abs(np.diff(x))
    steepest = np.maximum(np.abs(slope[1:]), np.abs(slope[:-1]))
    # From −∞ to +∞ with a slope below 0: a pole's two sides, however steep.
    against = np.diff(y) * slope[1:] < 0
    turned = against & (np.diff(y) * slope[:-1] < 0)
    rounding = 1e-9 * np.max(np.abs(y), where=np.isfinite(y), initial=0.0)
    jumps = (rise > STEEP * steepest * run + rounding) | turned
    return np.flatnonzero(jumps | ~np.isfinite(rise)).tolist()


def _window(y: Array) -> tuple[float, float]:
    """The least and the largest value shown."""
    known = np.sort(y[np.isfinite(y)])
    if not len(known):
        return 0.0, 1.0
    cut = int(len(known) * (1 - SHARE) / 2)
    low, high = float(known[cut]), float(known[len(known) - 1 - cut])
    # What nearly fits is shown as a whole.
    if known[-1] - known[0] <= 2 * (high - low):
        low, high = float(known[0]), float(known[-1])
    return (low, high) if high > low else (low - 1, high + 1)


def _dots(across: Array, up: Array, gaps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """The dots of a curve, column and level, joined but at the gaps."""
    apart = set(gaps)
    for i in range(len(across)):
        if not np.isfinite(up[i]):
            continue
        yield round(float(across[i])), round(float(np.clip(up[i], -9, 1e6)))
        if i + 1 < len(across) and i not in apart:
            count = 2 + int(min(1000.0, abs(up[i + 1] - up[i]) + abs(across[i + 1] - across[i])))
            columns, levels = np.linspace(across[i], across[i + 1], count), np.linspace(up[i], up[i + 1], count)
            yield from zip(np.rint(columns).astype(int).tolist(), np.rint(levels).astype(int).tolist(), strict=True)
