"""Points at which a claim may fail: drawn from the ranges of its inputs, corners among them, then led downhill."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import inf, isfinite, isinf, nextafter, prod
from typing import Any

import numpy as np

from backcalc.bulk.points.boxes import enclosed_constant
from backcalc.bulk.points.enclosures import enclosed
from backcalc.calculus.constant import constant
from backcalc.calculus.exact import exact_constant
from backcalc.calculus.missing import some_ones
from backcalc.graph.model import Dag
from backcalc.graph.shapes import Shape
from backcalc.language.expr import Expr
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import LARGEST
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import point_option, quoted, shorten

# Where functions bend, have poles, cancel or overflow.
CORNERS = (0.0, 1.0, -1.0, 1e-8, -1e-8, 1e4, -1e4)
UNKNOWN_LENGTH = 3  # Of a vector whose length nothing settles.
# Longer after a success, shorter after a failure, as of a search along a line.
STEPS, GROW, SHRINK = 60, 1.6, 0.4


@dataclass(frozen=True)
class Space:
    """The box of the inputs that vary, all their numbers in a row: what each is of, and its range.

    A point is a row of as many numbers; points are the rows of a matrix.
    """

    # In the order of the numbers; of a number ().
    shapes: Mapping[str, tuple[int, ...]]
    low: Array
    high: Array
    # The ends of a box that holds all of this one: of 0.1 and ⅓ the floats lie beside what is written.
    outer: tuple[Array, Array]

    @property
    def size(self) -> int:
        """How many numbers a point has."""
        return len(self.low)

    @property
    def is_bounded(self) -> bool:
        """Whether every number has a range."""
        return bool(np.isfinite(self.low).all() and np.isfinite(self.high).all())

    def named(self, points: Array) -> dict[str, Array]:
        """Points as an array an input, of points × its shape."""
        found, begin = {}, 0
        for name, shape in self.shapes.items():
            end = begin + prod(shape)
            found[name] = points[:, begin:end].reshape(len(points), *shape)
            begin = end
        return found

    def flat(self, found: Mapping[str, Array]) -> Array:
        """Arrays of points × shape, a name each, as points."""
        parts = [np.reshape(found[name], (len(found[name]), -1)) for name in self.shapes]
        return np.concatenate(parts, axis=1) if parts else np.zeros((1, 0))  # No input: one point, of no numbers.

    def draw(self, random: np.random.Generator, count: int) -> Array:
        """Points of which an eighth are corners, and an eighth has numbers that are equal or opposite."""
        points = self._spread(random, count)
        # Half of the numbers of a corner; the rest stays drawn, for few claims fail at corners alone.
        corner = random.random((count, self.size)) < 0.5
        corner[count // 8 :] = False
        # Clipped, so that a corner outside of a range becomes the end next to it.
        chosen = np.clip(random.choice(CORNERS, (count, self.size)), self.low, self.high)
        ends = random.random((count, self.size)) < 0.3
        ends &= np.isfinite(self.low) & np.isfinite(self.high)  # An end that is infinite is no number to try.
        chosen = np.where(ends, np.where(random.random((count, self.size)) < 0.5, self.low, self.high), chosen)
        points = np.where(corner, chosen, points)
        if self.size > 1:
            # In place, by a slice that is a view. What fails where x = y, or x = −y, no draw would ever meet.
            self._pair(random, points[count // 8 : count // 4])
        return points

    def _pair(self, random: np.random.Generator, points: Array) -> None:
        """Make two numbers of each point equal, or one the other's opposite."""
        rows = np.arange(len(points))
        first = random.integers(0, self.size, len(points))
        # Another one than the first, without drawing again.
        second = (first + random.integers(1, self.size, len(points))) % self.size
        signs = random.choice((1.0, 1.0, -1.0), len(points))
        points[rows, second] = np.clip(signs * points[rows, first], self.low[second], self.high[second])

    def _spread(self, random: np.random.Generator, count: int) -> Array:
        """Uniform in a range; without one of sizes near 1, near 10, and of any."""
        shape = count, self.size
        size = random.choice((1.0, 10.0, 0.0), shape, p=(0.5, 0.25, 0.25))
        free = random.standard_normal(shape)
        # The sizes that are of any are spread evenly over powers of ten.
        free *= np.where(size > 0, size, 10.0 ** random.uniform(-6, 6, shape))
        # Both are worked out for all, and infinite ends make nan in what is not chosen.
        with np.errstate(all="ignore"):
            uniform = self.low + (self.high - self.low) * random.random(shape)
            # A range with one end only: from there on.
            half = np.where(np.isfinite(self.low), self.low + np.abs(free), self.high - np.abs(free))
        found = np.where(np.isfinite(self.low) & np.isfinite(self.high), uniform, half)
        return np.where(np.isinf(self.low) & np.isinf(self.high), free, found)


def rounded_outwards(numbers: Array) -> tuple[Array, Array]:
    """Numbers below and above what is written: the floats themselves where these are exact, else their neighbours."""
    if not numbers.size:  # Of no inputs.
        return numbers, numbers
    found = enclosed(numbers)
    return found.lo.reshape(numbers.shape), found.hi.reshape(numbers.shape)


def middle(low: Array, high: Array) -> Array:
    """A number between both ends of each range, which may be infinite, or further apart than a float tells."""
    half = low + 0.5 * (high - low)
    if np.isfinite(half).all():
        return half
    low, high = np.maximum(low, -LARGEST), np.minimum(high, LARGEST)
    return np.where(np.isfinite(half), half, 0.5 * low + 0.5 * high)


def space_of(graph: Dag, shapes: Mapping[str, Shape], at: Mapping[str, Any]) -> Space:
    """The box of the inputs of `graph` that `at` does not fix, by the ranges of the file."""
    found: dict[str, tuple[int, ...]] = {}
    low: list[float] = []
    high: list[float] = []
    below: list[float] = []
    above: list[float] = []
    for name in graph.inputs:
        if name in at:
            continue
        # To try a claim any length serves, as long as it is settled.
        shape = tuple(UNKNOWN_LENGTH if n is None else n for n in shapes.get(name, ()))
        bounds = graph.node(name).bounds
        found[name] = shape
        # Not by floats alone: of 1e16 + 1 - 1e16 these make 0, and a proof up to there would not hold up to 1.
        first, last = (-inf, -inf), (inf, inf)
        if bounds is not None:
            first, last = (_end(each, graph, way) for each, way in zip(bounds, (-inf, inf), strict=True))
        if first[0] > last[0]:
            raise _turned(graph, name)
        if first[1] == inf or last[1] == -inf:  # As of [exp(1000), exp(1001)]: no float lies in it.
            raise _beyond(graph, name)
        if first[1] > last[1]:  # Of one number, between two floats.
            first = first[0], last[1]
        for ends, number in zip((below, low, high, above), (*first, *last[::-1]), strict=True):
            ends.extend([number] * prod(shape))
    return Space(found, np.array(low), np.array(high), (np.array(below), np.array(above)))


def require_ranges(graph: Dag, space: Space) -> None:
    """Raise UsageError for inputs without a range: a proof is of a box."""
    free = [name for name in space.shapes if graph.node(name).bounds is None]
    if free:
        message = (
            f"a proof is of a box, and {quoted(free)} has no range"
            if len(free) == 1
            else f"a proof is of a box, and {quoted(free)} have no ranges"
        )
        first, shape = shorten(free[0]), space.shapes[free[0]]
        declared = f"{first}[{','.join(map(str, shape))}]" if shape else first
        value = point_option([(first, some_ones(shape, ","))])
        hints = (f"give one in the file: input {declared} in [-5, 5]", f"or a value: {value}")
        raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.NO_RANGE, message, hints=hints)])


def _turned(graph: Dag, name: str) -> UsageError:
    """What is told of a range whose ends are the wrong way round."""
    message = f"the range of `{shorten(name)}` ends below where it begins"
    found = Diagnostic(Code.NO_RANGE, message, graph.node(name).span, hints=("its least number comes first: [-5, 5]",))
    return UsageError(graph.source, [found])


def _beyond(graph: Dag, name: str) -> UsageError:
    """What is told of a range that lies beyond all floats."""
    message = f"in the range of `{shorten(name)}` is no number that can be tried"
    found = Diagnostic(Code.NO_RANGE, message, graph.node(name).span, hints=(f"the largest is {LARGEST:.3g}",))
    return UsageError(graph.source, [found])


def _end(expr: Expr, graph: Dag, way: float) -> tuple[float, float]:
    """Beside what is written as the end of a range in a direction: a number beyond it, and one within the range."""
    number = float(constant(expr, graph.source))
    if not isfinite(number):
        return number, number
    around = enclosed_constant(expr, graph)
    below, above = float(around.lo.min()), float(around.hi.max())
    written = exact_constant(expr)
    if isinstance(written, Fraction) and Fraction(repr(float(written))) == written:
        number = float(written)
    # A step inside: a point is told by its decimals, and one at the very end would be taken for the end.
    elif isfinite(inner := below if way > 0 else above):
        number = nextafter(inner, -way)
    return (above if way > 0 else below), number


def descended(
    space: Space, starts: Array, margin: Callable[[Array], tuple[Array, Array]], steps: int = STEPS
) -> tuple[Array, Array]:
    """The points that gradient steps lead to from `starts`, each as long as it gets lower, and the margins there."""
    points = starts.copy()
    values, slopes = margin(points)
    # Without a range a step is of the size of the number itself.
    width = np.where(np.isfinite(space.high - space.low), space.high - space.low, np.maximum(1.0, np.abs(points)))
    reach = np.full((len(points), 1), 0.1)
    for _ in range(steps):
        # By the width of each range, so that a step means the same for a range of 10⁻³ as for one of 10³.
        # Along an infinite slope there is no going: other numbers may still lead down.
        direction = np.nan_to_num(slopes * width, nan=0.0, posinf=0.0, neginf=0.0)
        norm = np.linalg.norm(direction, axis=1, keepdims=True)
        moved = points - reach * width * direction / np.where(norm > 0, norm, 1.0)
        moved = np.clip(moved, space.low, space.high)
        found, their = margin(moved)
        better = found < values
        points[better], values[better], slopes[better] = moved[better], found[better], their[better]
        reach = np.where(better[:, None], reach * GROW, reach * SHRINK)
        if (reach < 1e-12).all():  # Of the width of a range: no step is left.
            break
    return points, values


def simpler(space: Space, point: Array, fails: Callable[[Array], bool]) -> Array:
    """A point at which `fails` still holds, with 0, 1 and numbers of few digits where that can be."""
    found = point.copy()
    for _ in range(2):  # Twice: what fails only beside an awkward number may become simple once that is.
        for i in range(space.size) if space.size <= 64 else ():  # Each try is a run of the claim.
            for value in _simple(found[i]):
                if value == found[i]:
                    break  # What comes after is no simpler than what is there.
                if not space.low[i] <= value <= space.high[i]:
                    continue
                tried = found.copy()
                tried[i] = value
                if fails(tried):
                    found = tried
                    break
    return found


def shortest(low: float, high: float) -> float:
    """The number of the fewest digits between two."""
    centre = float(middle(np.array(low), np.array(high)))
    numbers = (float(f"{centre:.{digits}g}") for digits in range(1, 17))
    return next((number for number in (0.0, *numbers) if low <= number <= high), centre)


def _simple(x: float) -> list[float]:
    """Simpler numbers, the simplest first, and `x` itself at the end."""
    rounded = [float(f"{x:.{digits}g}") for digits in range(1, 7)]
    whole = [] if isinf(x) or abs(x) > 1e6 else [float(round(x))]  # From there on a float's digits are not for reading.
    return [0.0, 1.0, -1.0, *whole, *rounded, x]
