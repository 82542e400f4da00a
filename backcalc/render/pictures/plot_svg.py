"""Curves as an SVG picture: axes with round numbers, a legend, and signs where a curve is not smooth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10

import numpy as np

from backcalc.render.document import Curve, Plot
from backcalc.render.pictures.plot import shares, window
from backcalc.render.writer import PLAIN
from backcalc.rules.functions.arrays import Array
from backcalc.text.numerals import by_hand

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 40, 48  # Around the frame, for numbers and titles.
TICKS = 6  # On an axis, about.
ROOM = 0.05  # Of the height, above and below the curves.
# Colours that those who do not see all colours tell apart: M. Okabe and K. Ito, "Color Universal Design", 2008.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
LEAST = 5e-324  # The least positive number: of axes that are shorter than six of it.
ROUND = (1, 2, 5, 10)  # Steps between ticks, times a power of ten.


class _Scale:
    """Where numbers of an axis are in the picture: `low` at the pixel `start`, `high` at `end`."""

    def __init__(self, ends: tuple[float, float], pixels: tuple[float, float], *, is_log: bool = False) -> None:
        self.is_log = is_log
        self.low, self.high = map(log10, ends) if is_log else ends
        self._start, self._end = pixels

    def pixels(self, numbers: Array) -> Array:
        """The pixels of numbers."""
        along = shares(np.log10(numbers) if self.is_log else numbers, self.low, self.high)
        found: Array = self._start + along * (self._end - self._start)
        return found

    def ticks(self) -> Array:
        """Round numbers along the axis; of a logarithm powers of ten."""
        step = _round_step(max(self.high / TICKS - self.low / TICKS, LEAST))
        # Between powers of ten there is no round number of a logarithm.
        step = max(1.0, step) if self.is_log else step
        # A tick at the very end is lost to rounding but for a little room.
        first, last = ceil(self.low / step - 1e-9), floor(self.high / step + 1e-9)
        places = np.arange(first, last + 1, dtype=np.float64) * step
        found: Array = 10.0**places if self.is_log else places
        return found


def _round_step(step: float) -> float:
    """The least round number that is no less than `step`."""
    # The step lies between this power and the next one.
    power = max(10.0 ** floor(log10(step)), LEAST)
    return power * next(each for each in ROUND if each * power >= step * (1 - 1e-9))


def plot_svg(plot: Plot) -> Iterator[str]:
    """The lines of the picture. Across a jump or a pole nothing is joined, and a dashed line stands there."""
    low, high = window(np.concatenate([curve.values for curve in plot.curves]))
    # So that a level curve at the edge is told from the frame.
    room = ROOM * high - ROOM * low
    x = _Scale((float(min(plot.x[[0, -1]])), float(max(plot.x[[0, -1]]))), (LEFT, WIDTH - RIGHT), is_log=plot.is_log)
    y = _Scale((low - room, high + room), (HEIGHT - BOTTOM, TOP))
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" '
    yield f'font-size="12" role="img"><title>{escape(PLAIN.cell(plot.title))}</title>'
    yield f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>'
    frame = f'x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
    # Near a pole a curve leaves the frame.
    yield f'<clipPath id="frame"><rect {frame}/></clipPath>'
    yield from _axes(x, y)
    yield f'<rect {frame} fill="none" stroke="#888"/>'
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, PLAIN.cell(plot.over), "middle")
    yield '<g clip-path="url(#frame)" fill="none" stroke-width="1.8">'
    across = x.pixels(plot.x)
    for i, curve in enumerate(plot.curves):
        yield from _curve(curve, across, y.pixels(curve.values), COLOURS[i % len(COLOURS)])
    yield "</g>"
    yield from _legend([PLAIN.cell(curve.name) for curve in plot.curves])
    yield "</svg>"


def _axes(x: _Scale, y: _Scale) -> Iterator[str]:
    """Lines across the frame at round numbers, with these."""
    for number, at in zip(x.ticks(), x.pixels(x.ticks()), strict=True):
        yield f'<path d="M{at:.2f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield _text(at, HEIGHT - BOTTOM + 16, by_hand(float(number), 4), "middle")
    for number, at in zip(y.ticks(), y.pixels(y.ticks()), strict=True):
        yield f'<path d="M{LEFT} {at:.2f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield _text(LEFT - 6, at + 4, by_hand(float(number), 4), "end")


def _curve(curve: Curve, across: Array, up: Array, colour: str) -> Iterator[str]:
    """The pieces of a curve, and its signs."""
    for start, stop in _pieces(up, curve.gaps):
        points = " ".join(f"{a:.2f},{b:.2f}" for a, b in zip(across[start:stop], up[start:stop], strict=True))
        yield f'<polyline points="{points}" stroke="{colour}"/>'
    for i in curve.gaps:
        at = (across[i] + across[i + 1]) / 2
        yield f'<path d="M{at:.2f} {TOP}V{HEIGHT - BOTTOM}" stroke="{colour}" stroke-dasharray="3 4" stroke-width="1"/>'
    for i in curve.kinks:
        if np.isfinite(up[i]):
            yield f'<path d="M{across[i]:.2f} {up[i]:.2f}m0 -5l5 5l-5 5l-5 -5z" stroke="{colour}" fill="white"/>'


def _pieces(up: Array, gaps: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Where the joined pieces of a curve begin and end; what is not finite parts them too."""
    # A jump parts the curve behind its point; a number that is not finite is no point at all.
    ends = sorted({*(i + 1 for i in gaps), *np.flatnonzero(~np.isfinite(up)).tolist(), len(up)})
    start = 0
    for end in ends:
        if end > start:
            yield start, end
        # A number that is not finite belongs to no piece.
        start = end if end == len(up) or np.isfinite(up[end]) else end + 1


def _legend(names: Sequence[str]) -> Iterator[str]:
    """The names above the frame, each behind a line in its colour."""
    at = float(LEFT)
    for i, name in enumerate(names):
        yield f'<path d="M{at:.0f} 22h20" stroke="{COLOURS[i % len(COLOURS)]}" stroke-width="2"/>'
        yield _text(at + 26, 26, name, "start")
        # SVG does not say how wide a text is: about so much a letter.
        at += 46 + 8 * len(name)


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(text)}</text>'
