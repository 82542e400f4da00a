"""The truth about the table of primitives, from mpmath: values at any precision, slopes that owe nothing to the table's
own partials, and the points to look at.

A value is the row's text with mpmath's functions in place of `scalar`'s. A slope is a difference quotient of that value
over a step so small (1e-40 of the argument) that neither curvature nor a kink nearby shows in 16 digits.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from random import Random
from typing import Any

import mpmath

from backcalc.language.expr import Options
from backcalc.rules.functions import floats as scalar
from backcalc.rules.lower import lower
from backcalc.rules.primitives import PRIMITIVES, Primitive, expression

mp = mpmath.mp
Real = Any  # mpmath's mpf, whose package has no types.
Point = Sequence[Real]

DIGITS = 50
STEP, FINER = mp.mpf("1e-40"), mp.mpf("1e-20")  # Of the argument; of the step.

# Base functions that mpmath lacks, names otherwise, or makes complex where the language stays real.
BASE: Mapping[str, Callable[..., Real]] = {
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "negation": operator.not_,
    "both": lambda x, y: bool(x) and bool(y),
    "either": lambda x, y: bool(x) or bool(y),
    "where": lambda c, a, b: a if c else b,
    "max": max,
    "min": min,
    "abs": abs,
    "round": mp.nint,
    "divide": lambda x, y: mp.mpf(x) / y if y else mp.sign(x) * mp.inf,
    "log2": lambda x: mp.log(x, 2),
    "cbrt": lambda x: mp.sign(x) * mp.cbrt(abs(x)),
    "erfc": lambda x: mp.erfc(x) if abs(x) < 1e50 else 1 - mp.sign(x),  # mpmath overflows.
}
with mp.workdps(2000):
    CONSTANTS: Mapping[str, Real] = {"pi": +mp.pi, "e": +mp.e, "tau": 2 * mp.pi, "inf": mp.inf}


def resolve(name: str, options: Options) -> Callable[..., Real]:
    """The base function `name` of mpmath, or the row's own value where it is defined by others."""
    assert not options  # Which are of arrays.
    if name in BASE:
        return BASE[name]
    if hasattr(scalar, name) or name == "power":
        return getattr(mp, name)  # type: ignore[no-any-return]
    row = PRIMITIVES[name][0]
    return precise(row.value, row.params)


@cache
def precise(text: str, params: tuple[str, ...]) -> Callable[..., Real]:
    """A text of the table as a function of `params`, at the precision in force when it is called."""
    return lower(expression(text), params, resolve, CONSTANTS)


def value_at(row: Primitive, point: Point) -> Real:
    """The row's value at the precision in force; nan outside its domain."""
    if row.domain and not precise(row.domain, row.params)(*point):
        return mp.nan
    return mp.mpf(precise(row.value, row.params)(*point))


def true_value(row: Primitive, point: Point) -> Real:
    """The row's value to `DIGITS` digits and more."""
    with mp.workdps(2 * DIGITS):
        return value_at(row, [mp.convert(x) for x in point])


def true_slope(row: Primitive, index: int, point: Point) -> Real:
    """The slope of the row's value along parameter `index` to `DIGITS` digits and more: infinite where the quotient
    grows without bound, one-sided at the end of the domain, nan where there is no neighbour in it."""
    point = [mp.convert(x) for x in point]
    step = STEP * _scale(index, point)
    slope, one_sided = _quotient(row, index, point, step)
    if one_sided or point[index] == 0:
        finer, _ = _quotient(row, index, point, step * FINER)
        return _limit(slope, finer)
    return slope


def true_condition(row: Primitive, point: Point) -> Real:
    """By how much the value's relative error exceeds the arguments': the sum of |x ∂f/∂x / f|."""
    value = true_value(row, point)
    return sum(abs(x * true_slope(row, i, point) / value) for i, x in enumerate(point))


def slope_condition(row: Primitive, index: int, point: Point) -> Real:
    """The same for the slope along `index`, as a function of the arguments."""
    slope = true_slope(row, index, point)
    with mp.workdps(8 * DIGITS):
        runs = [FINER * _scale(i, point) for i in range(len(point))]
        rises = [_change(lambda at: true_slope(row, index, at), i, point, run) for i, run in enumerate(runs)]
        return sum(abs(x * rise / (2 * run * slope)) for x, rise, run in zip(point, rises, runs, strict=True))


def one_sided(row: Primitive, index: int, point: Point) -> tuple[Real, Real]:
    """The slopes just to the left and just to the right of `point` along parameter `index`."""
    with mp.workdps(8 * DIGITS):
        step = FINER * _scale(index, point)
        left, right = (true_slope(row, index, _moved(point, index, by)) for by in (-step, step))
        return left, right


def _quotient(row: Primitive, index: int, point: Point, step: Real) -> tuple[Real, bool]:
    """The difference quotient over ±`step`, digits added until `DIGITS` are left; and whether one side is missing."""
    for digits in (110, 400, 1300):
        with mp.workdps(digits):
            sides = [_moved(point, index, by) for by in (-step, step)]
            values = [value_at(row, side) for side in sides]
            missing = [i for i in (0, 1) if mp.isnan(values[i])]
            for i in missing:
                sides[i], values[i] = point, value_at(row, point)
            rise, run = values[1] - values[0], sides[1][index] - sides[0][index]
            slope = rise / run if run else mp.nan
            if run and abs(rise) > max(map(abs, values)) * mp.mpf(10) ** (DIGITS - digits):
                break
    return slope, bool(missing)


def _limit(slope: Real, finer: Real) -> Real:
    """Where quotients go that move even so near: to infinity where they grow (sqrt at 0), else to 0 (x^1.5 at 0)."""
    if finer == slope or abs(finer - slope) <= FINER * abs(slope) or mp.isnan(slope):
        return finer
    return mp.sign(finer) * mp.inf if abs(finer) > abs(slope) else mp.mpf(0)


def _change(fn: Callable[[Point], Real], index: int, point: Point, step: Real) -> Real:
    return fn(_moved(point, index, step)) - fn(_moved(point, index, -step))


def _moved(point: Point, index: int, by: Real) -> Point:
    return [x + by if i == index else x for i, x in enumerate(point)]


def _scale(index: int, point: Point) -> Real:
    """A length along argument `index` over which little changes: not beyond its size (at 0: the others', which atan2 is
    measured by), and less than 1 where an argument is large, as in sin(1e155) or x^1e155."""
    sizes = [abs(x) for x in ([point[index]] if point[index] else point) if x]
    return min(mp.mpf(1), *sizes, 1) / max(mp.mpf(1), *map(abs, point))


# ---- Comparison -----------------------------------------------------------------------------------------------------

ULPS, CONDITIONED = 4, 4e-16  # What is allowed: units in the last place, or this times the condition number.
UNDERFLOW = 1e-320  # And of what a subnormal intermediate result loses, times an argument or a logarithm.


@dataclass(frozen=True)
class Finding:
    """How far a row's number is from the truth: in units in the last place, and as a share of what is allowed."""

    name: str
    what: str
    point: Point
    ulps: float
    ratio: float


def distance(got: float, truth: Real, point: Point, condition: Callable[[], Real]) -> tuple[float, float]:
    """The error of `got` in units in the last place, and as a share of what is allowed; inf for a wrong inf or nan."""
    expected = float(truth)
    if not math.isfinite(expected) or not math.isfinite(got):
        apart = 0.0 if got == expected or (math.isnan(got) and math.isnan(expected)) else math.inf
        return apart, apart
    error, unit = abs(mp.mpf(got) - truth), math.ulp(expected)
    bound = max(ULPS * unit, UNDERFLOW * max(1, *map(abs, point)))
    if truth and error > ULPS / 2 * unit:  # A condition number takes second differences: only where it may matter.
        bound = max(bound, CONDITIONED * condition() * abs(truth))
    return float(error / unit), float(error / bound)


def examine(row: Primitive, truth: Primitive, count: int) -> Iterator[Finding]:
    """The value and slopes of `row` as numbers against `truth`'s value, at its hard points and `count` random ones."""
    yield from examine_at(row, truth, candidates(truth, count))


def examine_at(row: Primitive, truth: Primitive, points: Sequence[tuple[float, ...]]) -> Iterator[Finding]:
    """The same at these points, where the function exists."""
    for point in points:
        if inside(truth, point):
            out = row.evaluate(*point)
            exact, condition = true_value(truth, point), partial(true_condition, truth, point)
            yield Finding(row.symbol, "value", point, *distance(out, exact, point, condition))
            if not at_kink(truth, point) and mp.isfinite(exact):  # A difference of infinities tells no slope.
                yield from _slopes(row, truth, point, out)


def _slopes(row: Primitive, truth: Primitive, point: Point, out: float) -> Iterator[Finding]:
    for i, slope in enumerate(row.slopes):
        exact, condition = true_slope(truth, i, point), partial(slope_condition, truth, i, point)
        yield Finding(row.symbol, f"∂{row.params[i]}", point, *distance(slope(*point, out), exact, point, condition))


# ---- Points ----------------------------------------------------------------------------------------------------------

NEAR = (1e-8, 1e-15)
PLAIN = (
    0.0,
    1e-300,
    1e-15,
    1e-8,
    0.25,
    0.5,
    0.75,
    1.0,
    1.5,
    2.0,
    3.0,
    5.5,
    19.0,
    37.0,
    700.0,
    709.0,
    720.0,
    745.5,
    1e4,
    1e20,
    1e100,
    1e155,
)
POLES = tuple(k * math.pi / 2 for k in (1, 2, 3, 4, 101, 6365))  # Of the circular functions, as near as float64 comes.
HARD = tuple(
    sign * x
    for sign in (1.0, -1.0)
    for x in (*PLAIN, *POLES, *(p * (1 + by) for p in (1, *POLES) for near in NEAR for by in (near, -near)))
    if x or sign > 0  # No −0, which mpmath has not.
)


def inside(row: Primitive, point: Sequence[float]) -> bool:
    """Whether the row's function exists at `point`."""
    return row.exists is None or bool(row.exists(*point))


def at_kink(row: Primitive, point: Sequence[float]) -> bool:
    """Whether the row's slope jumps at `point`."""
    return row.bends is not None and bool(row.bends(*point))


def candidates(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """Random points and hard ones, with equal and nearly equal arguments; in the domain or not, the same every time."""
    random, arity = Random(row.symbol), len(row.params)
    pairs = [(x,) * arity for x in HARD] if arity == 1 else list(_mixed(random, arity, count))
    kinks = [point for point in pairs if at_kink(row, point)]
    return pairs + [near for kink in kinks for near in _neighbours(kink)] + list(_random(random, arity, count))


def moderate(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """`count` random points of size up to 4, in the domain and off the kinks; what selects, does so by 0 or not."""
    random = Random(row.symbol)
    drawn = [[random.uniform(-4, 4) for _ in row.params] for _ in range(100 * count)]
    if row.selects in row.params:
        drawn = [[i % 2, *point[1:]] for i, point in enumerate(drawn)]
    return [tuple(p) for p in drawn if inside(row, p) and not at_kink(row, p)][:count]


def _random(random: Random, arity: int, count: int) -> Iterator[tuple[float, ...]]:
    """Half of any size from 1e-8 to 1e4, half of moderate size."""
    for _ in range(count):
        yield tuple(random.choice((-1, 1)) * 10 ** random.uniform(-8, 4) for _ in range(arity))
        yield tuple(random.uniform(-4, 4) for _ in range(arity))


def of_any_size(row: Primitive, count: int) -> list[tuple[float, ...]]:
    """Points whose numbers have exponents from the least subnormal number to the largest number there is."""
    random, arity = Random(f"{row.symbol} of any size"), len(row.params)
    drawn = (
        tuple(random.choice((-1, 1)) * 2 ** random.uniform(-1074, 1023) for _ in range(arity)) for _ in range(count)
    )
    return [point for point in drawn if all(point)]


def _mixed(random: Random, arity: int, count: int) -> Iterator[tuple[float, ...]]:
    """Hard values in every pairing of the plainest, then at random, then each with itself."""
    yield from product((0.0, 1.0, -1.0, 1e-300, 1e4, -2.5), repeat=arity)
    yield from (tuple(random.choice(HARD) for _ in range(arity)) for _ in range(count))
    yield from ((x,) * arity for x in HARD)


def _neighbours(point: tuple[float, ...]) -> Iterator[tuple[float, ...]]:
    for i, x in enumerate(point):
        for near in NEAR:
            for by in (-near, near):
                yield (*point[:i], x + by * max(abs(x), 1), *point[i + 1 :])
