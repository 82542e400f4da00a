"""Curves in a terminal: braille dots, two by four a character, with the ends of the axes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from math import ulp
from operator import itemgetter

import numpy as np

from backcalc.render.blocks import Curve, Plot
from backcalc.render.layout import Styled, clip_middle
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet
from backcalc.text.numerals import rounded
from backcalc.text.wording import display_width

DOTS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))  # Of a braille character, row by row: Unicode 10, 21.1.
BLANK = 0x2800
KINK, GAP = "◇", "┊"
SHARE = 0.98  # Of the values that the height must hold: one beside a pole would flatten all others.
LARGEST = 1e308  # Of what is shown: beyond it a curve leaves the frame.
LEAST_ROOM = 1e-12  # Above and below a level curve, of its height.
FEWEST_UNITS = 4  # In the last place, between the ends of an axis.
FAR = 1e12  # Heights of the frame: further outside is all the same, and whole numbers still hold it.
LABEL = 16  # Columns of a curve's name at most.
COLOURS = ("cyan", "yellow", "green", "magenta", "blue", "red")

NOBODY = -1


class _Frame:
    """Where a value at a point is among the dots: the first column is x[0], the lowest level the least value shown."""

    def __init__(self, plot: Plot, ends: tuple[float, float], columns: int, rows: int) -> None:
        self.columns, self.rows = max(2, columns), max(2, rows)
        self._low, self._high = ends
        # Steps of the logarithm stand evenly, as the points do.
        x = np.log(plot.x) if plot.is_log else plot.x
        self.across = shares(x, float(x[0]), float(x[-1])) * (2 * self.columns - 1)

    @property
    def top(self) -> int:
        """The highest level of the frame, counted in dots from its lowest, 0."""
        return 4 * self.rows - 1

    def up(self, values: Array) -> Array:
        """The levels of values, some of them outside."""
        return shares(values, self._low, self._high) * self.top

    def cell(self, column: float, level: float) -> tuple[int, int] | None:
        """The row and the column of the character that has a dot; None outside."""
        # Rows are counted from above, levels from below.
        row = self.top - round(level)
        return (row // 4, min(round(column), 2 * self.columns - 1) // 2) if 0 <= row <= self.top else None


def braille(plot: Plot, names: Sequence[str], width: int, height: int) -> Iterator[list[Styled]]:
    """The curves of a plot in `width` × `height` characters, and a line for the axis.

    Several are told apart by their names, which stand where they end, and by colour. Across a jump or a pole nothing is
    joined, and a line of its own stands there; a kink has a sign.
    """
    low, high = window(np.concatenate([curve.values for curve in plot.curves]))
    ends = [rounded(high, 4), rounded(low, 4)]
    margin = max(map(len, ends))
    # One curve has its name in the title.
    labels = [clip_middle(name, LABEL) for name in names] if len(names) > 1 else []
    room = max(map(display_width, labels), default=-1) + 1
    frame = _Frame(plot, (low, high), width - margin - 2 - room, height)
    letters, owners = _drawn(plot.curves, frame)
    beside = dict(_beside(plot.curves, labels, frame))
    for row, side in enumerate([ends[0], *[""] * (frame.rows - 2), ends[1]]):
        curves = owners[row] if labels else [NOBODY] * frame.columns
        pieces = [("".join(run), _style(curve)) for curve, run in _runs(letters[row], curves)]
        label = [(f" {labels[beside[row]]}", _style(beside[row]))] if row in beside else []
        yield [(f"{side:>{margin}} │", ""), *pieces, *label]
    left, right = rounded(float(plot.x[0]), 4), rounded(float(plot.x[-1]), 4)
    yield [(f"{'':{margin}} └{left}{'─' * (frame.columns - len(left) - len(right))}{right}", "")]


def _runs(letters: Sequence[str], curves: Sequence[int]) -> Iterator[tuple[int, list[str]]]:
    """Letters of one curve that stand side by side, each run with its curve."""
    pairs = zip(curves, letters, strict=True)
    return ((curve, [letter for _, letter in run]) for curve, run in groupby(pairs, key=itemgetter(0)))


def _style(curve: int) -> str:
    return "" if curve == NOBODY else COLOURS[curve % len(COLOURS)]


def _drawn(curves: Sequence[Curve], frame: _Frame) -> tuple[list[list[str]], list[list[int]]]:
    """The characters, and for each the curve that was drawn there last, or NOBODY."""
    dots = np.zeros((frame.rows, frame.columns), int)
    owners = np.full((frame.rows, frame.columns), NOBODY)
    for i, curve in enumerate(curves):
        for column, level in _dots(frame.across, frame.up(curve.values), curve.gaps):
            if place := frame.cell(column, level):
                dots[place] |= DOTS[(frame.top - level) % 4][column % 2]
                # Where curves cross, the last one drawn has the colour: a character has but one.
                owners[place] = i
    letters = [[chr(BLANK + cell) for cell in row] for row in dots.tolist()]
    for curve in curves:
        for row, column, sign in _signs(curve, frame):
            letters[row][column] = sign if sign == KINK or letters[row][column] == chr(BLANK) else letters[row][column]
    return letters, owners.tolist()


def _signs(curve: Curve, frame: _Frame) -> Iterator[tuple[int, int, str]]:
    """What marks the places of a curve that are no smooth ones."""
    for i in curve.gaps:
        column = min(round((frame.across[i] + frame.across[i + 1]) / 2), 2 * frame.columns - 1) // 2
        # As high as the frame, but behind the curves, whose dots it must not hide.
        yield from ((row, column, GAP) for row in range(frame.rows))
    for i in curve.kinks:
        level = frame.up(curve.values[i : i + 1])[0]
        if np.isfinite(level) and (place := frame.cell(frame.across[i], level)):
            yield (*place, KINK)


def _beside(curves: Sequence[Curve], labels: Sequence[str], frame: _Frame) -> Iterator[tuple[int, int]]:
    """The row at whose end each curve is named: where it ends, or the next one that is free."""
    taken: set[int] = set()
    for i in range(len(labels)):
        # Where the curve ends is where the eye looks for its name.
        known = curves[i].values[np.isfinite(curves[i].values)]
        level = float(np.clip(frame.up(known[-1:])[0], 0, frame.top)) if len(known) else 0.0
        row = min(set(range(frame.rows)) - taken, key=lambda r: abs(r - (frame.top - level) / 4), default=None)
        if row is not None:
            taken.add(row)
            yield row, i


def shares(values: Array, low: float, high: float) -> Array:
    """How far along from `low` to `high` values are, ±FAR at most; nan where a value is not finite."""
    # Of halves, for the distance of two numbers may be too large for one.
    distance = high / 2 - low / 2
    with quiet():  # Of two logarithms that are one number there is no way between.
        found = (values / 2 - low / 2) / distance if distance else values * 0.0
    return np.where(np.isfinite(values), np.clip(found, -FAR, FAR), np.nan)


def window(values: Array) -> tuple[float, float]:
    """The least and the largest value shown, which are two numbers within ±LARGEST."""
    # So that a margin around them is a number, too.
    known = np.clip(np.sort(values[np.isfinite(values)]), -LARGEST, LARGEST).tolist()
    if not known:
        return 0.0, 1.0
    # Of both ends as many: a pole goes to either side.
    cut = int(len(known) * (1 - SHARE) / 2)
    low, high = known[cut], known[len(known) - 1 - cut]
    # What nearly fits is shown as a whole.
    if known[-1] - known[0] <= 2 * (high - low):
        low, high = known[0], known[-1]
    # Beside a large number one more is none; and what differs by rounding alone is one number.
    room = max(1.0, abs(low) * LEAST_ROOM)
    is_one = high - low < FEWEST_UNITS * ulp(max(abs(low), abs(high)))
    return (low - room, high + room) if is_one else (low, high)


def _dots(across: Array, up: Array, gaps: Iterable[int]) -> Iterator[tuple[int, int]]:
    """The dots of a curve, column and level, joined but at the gaps."""
    apart = set(gaps)
    for i in range(len(across)):
        if not np.isfinite(up[i]):
            continue
        yield round(float(across[i])), round(float(np.clip(up[i], -9, 1e6)))
        if i + 1 < len(across) and i not in apart and np.isfinite(up[i + 1]):
            count = 2 + int(min(1000.0, abs(up[i + 1] - up[i]) + abs(across[i + 1] - across[i])))
            columns, levels = np.linspace(across[i], across[i + 1], count), np.linspace(up[i], up[i + 1], count)
            yield from zip(np.rint(columns).astype(int).tolist(), np.rint(levels).astype(int).tolist(), strict=True)
