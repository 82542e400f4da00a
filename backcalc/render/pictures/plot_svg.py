"""Curves as an SVG picture: axes with round numbers, a legend, and signs where a curve is not smooth.

Paper, ink and letters are those of the picture of a graph, light and dark; it tells itself in words as that does.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from math import ceil, floor, log10, ulp

import numpy as np

from backcalc.bulk.arrays.sorting import Indices
from backcalc.render.blocks import Curve, Plot
from backcalc.render.pictures.measures import FONT, LINE, SMALL, text_width
from backcalc.render.pictures.plot import shares, window
from backcalc.render.pictures.svg import INK, PAPER, TEXT, Colour, opening, style
from backcalc.render.writer import PLAIN
from backcalc.rules.functions.arrays import Array
from backcalc.text.numerals import by_hand

WIDTH, HEIGHT = 720, 440
LEFT, RIGHT, TOP, BOTTOM = 72, 24, 40, 48  # Around the frame, for numbers and titles.
TICKS = 6  # On an axis, about.
KEY = 26  # Of a name of the legend: the line in its colour, and a blank.
ROOM = 0.05  # Of the height, above and below the curves.
SHAPE = f"""\
{TEXT}
.tick {{ font-size: {SMALL}px }}
.frame {{ fill: none }}
.curve {{ fill: none; stroke-width: 1.8 }}
.gap {{ stroke-width: 1 }}"""
# Colours that those who do not see all colours tell apart, on light and on dark paper: M. Okabe and K. Ito, "Color
# Universal Design", 2008; on white the two palest are darker, so that all stand out 3 : 1.
CURVES = (
    ("#0072b2", "#3f9fdc"),
    ("#d55e00", "#f08030"),
    ("#009e73", "#00b887"),
    ("#c76b9d", "#cc79a7"),
    ("#b87f00", "#e69f00"),
    ("#2f94d1", "#8fd0f5"),
)
COLOURS: tuple[Colour, ...] = (
    PAPER,
    INK,
    (".grid", "stroke", "#d8dee4", "#30363d"),
    (".frame", "stroke", "#8c959f", "#6e7681"),
    *((f".curve{i}", "stroke", light, dark) for i, (light, dark) in enumerate(CURVES)),
    # Behind the line of its curve, whose colour the rim has.
    (".kink", *PAPER[1:]),
)
MOST_TOLD = 8  # Kinks, and jumps, of a curve in words.
FEW = 4  # Points a pixel across, of which all are drawn.
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
        # No less than one unit in the last place: of axes that are no longer than a few.
        least = ulp(max(abs(self.low), abs(self.high)))
        step = _round_step(max(self.high / TICKS - self.low / TICKS, least))
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
    names = [PLAIN.cell(curve.name) for curve in plot.curves]
    places = _legend_places(names)
    above = LINE * max((row for row, _ in places), default=0)
    yield from opening((WIDTH, HEIGHT + above), PLAIN.cell(plot.title), _description(plot), style(SHAPE, COLOURS))
    yield from _legend(names, places)
    # The frame stands below the legend, however many lines that has.
    yield f'<g transform="translate(0 {above})">'
    frame = f'x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}"'
    # Near a pole a curve leaves the frame.
    yield f'<clipPath id="frame"><rect {frame}/></clipPath>'
    yield from _axes(x, y)
    yield f'<rect class="frame" {frame}/>'
    yield _text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 10, PLAIN.cell(plot.over), "middle")
    yield '<g clip-path="url(#frame)">'
    across = x.pixels(plot.x)
    for i, curve in enumerate(plot.curves):
        yield from _curve(curve, across, y.pixels(curve.values), f"curve{i % len(CURVES)}")
    yield "</g>"
    yield "</g>"
    yield "</svg>"


def _description(plot: Plot) -> str:
    """The plot in words: where each curve begins and ends, how low and high it goes, and where it is not smooth."""
    return " ".join(_told(plot, curve) for curve in plot.curves)


def _told(plot: Plot, curve: Curve) -> str:
    over = PLAIN.cell(plot.over)
    first, last = (f"{_short(curve.values[i])} at {over} = {_short(plot.x[i])}" for i in (0, -1))
    finite = curve.values[np.isfinite(curve.values)]
    told = f"{PLAIN.cell(curve.name)} goes from {first} to {last}"
    told += f", at least {_short(finite.min())} and at most {_short(finite.max())}" if finite.size else ""
    for what, places in (("a kink", curve.kinks), ("a jump or a pole", curve.gaps)):
        # A kink is at a point, what parts the curve between two.
        beside = 1 if places is curve.gaps else 0
        at = ", ".join(_short(plot.x[i] / 2 + plot.x[i + beside] / 2) for i in places[:MOST_TOLD])
        more = ", …" if len(places) > MOST_TOLD else ""
        told += f"; {what} near {over} = {at}{more}" if places else ""
    return f"{told}."


def _short(value: float) -> str:
    return by_hand(float(value), 4) if np.isfinite(value) else "no number"


def _axes(x: _Scale, y: _Scale) -> Iterator[str]:
    """Lines across the frame at round numbers, with these."""
    for number, at in zip(x.ticks(), x.pixels(x.ticks()), strict=True):
        yield f'<path d="M{at:.2f} {TOP}V{HEIGHT - BOTTOM}" class="grid"/>'
        yield _text(at, HEIGHT - BOTTOM + 16, _short(number), "middle", "tick")
    for number, at in zip(y.ticks(), y.pixels(y.ticks()), strict=True):
        yield f'<path d="M{LEFT} {at:.2f}H{WIDTH - RIGHT}" class="grid"/>'
        yield _text(LEFT - 6, at + 4, _short(number), "end", "tick")


def _curve(curve: Curve, across: Array, up: Array, colour: str) -> Iterator[str]:
    """The pieces of a curve, and its signs."""
    for start, stop in _pieces(up, curve.gaps):
        kept = start + _seen(across[start:stop], up[start:stop])
        points = " ".join(f"{a:.2f},{b:.2f}" for a, b in zip(across[kept], up[kept], strict=True))
        yield f'<polyline class="curve {colour}" points="{points}"/>'
    for i in curve.gaps:
        at = (across[i] + across[i + 1]) / 2
        yield f'<path d="M{at:.2f} {TOP}V{HEIGHT - BOTTOM}" class="gap {colour}" stroke-dasharray="3 4"/>'
    for i in curve.kinks:
        if np.isfinite(up[i]):
            yield f'<path d="M{across[i]:.2f} {up[i]:.2f}m0 -5l5 5l-5 5l-5 -5z" class="kink {colour}"/>'


def _seen(across: Array, up: Array) -> Indices:
    """The points of a piece that make the line: of many in one pixel's column the first, lowest, highest and last."""
    columns = np.floor(across).astype(np.int64)
    if len(across) <= FEW * (1 + abs(int(columns[-1] - columns[0]))):
        return np.arange(len(across))
    starts = np.flatnonzero(np.append(True, np.diff(columns) != 0))
    column = np.repeat(np.arange(len(starts)), np.diff(np.append(starts, len(across))))
    # Sorted by column and then by height, the ends of each column's run are its lowest and its highest point.
    order = np.lexsort((up, column))
    stops = np.append(starts[1:], len(across)) - 1
    found: Indices = np.unique(np.concatenate([starts, stops, order[starts], order[stops]]))
    return found


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


def _legend_places(names: Sequence[str]) -> list[tuple[int, float]]:
    """The line and the pixel at which each name of the legend begins: as many in a line as the frame is wide."""
    found, row, at = list[tuple[int, float]](), 0, float(LEFT)
    for name in names:
        wide = KEY + text_width(name)
        if at > LEFT and at + wide > WIDTH - RIGHT:
            row, at = row + 1, float(LEFT)
        found.append((row, at))
        at += wide + FONT
    return found


def _legend(names: Sequence[str], places: Sequence[tuple[int, float]]) -> Iterator[str]:
    """The names above the frame, each behind a line in its colour."""
    for i, (name, (row, at)) in enumerate(zip(names, places, strict=True)):
        y = 22 + LINE * row
        yield f'<path class="curve curve{i % len(CURVES)}" d="M{at:.0f} {y}h20"/>'
        yield _text(at + KEY, y + 4, name, "start")


def _text(x: float, y: float, text: str, anchor: str, kind: str = "") -> str:
    of_class = f'class="{kind}" ' if kind else ""
    return f'<text {of_class}x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(text)}</text>'
