"""Random claims, proved or refuted with a small budget, and each verdict attacked by numbers of many digits.

Usage: python tests/attacked_claims.py [SECONDS] [SEED]

A quarter are of files, as `attacked_arrays` draws them, half as `attacked_identities` does. Of the others formulas are
drawn of all functions of numbers, and ranges with ends at kinks, jumps and poles, tiny ones and huge ones. A bound is
put at, or next to, the least value that a few points show, so that rounding decides. What is proved is tried at points
of the box, the touched one among them, by mpmath at 50 digits; what is refuted at its own point. Nothing here uses
backcalc but for the verdict.
"""

from __future__ import annotations

import math
import random as random_
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import mpmath
import numpy as np

from backcalc.analysis.claims import claims_of
from backcalc.analysis.trial import Finding
from backcalc.analysis.verify import verified
from backcalc.calculus.load import load
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

DIGITS = 50
ERROR = mpmath.mpf(10) ** -35  # Of mpmath itself, relative to the size of both sides: below that nothing is said.
LARGEST = 5000  # Of an exponent: beyond, mpmath takes long.
ENDS: tuple[str, ...] = (
    "0",
    "1",
    "-1",
    "1/2",
    "0.1",
    "-0.1",
    "0.3",
    "2",
    "-2",
    "3",
    "1e-8",
    "-1e-8",
    "1e-160",
    "-1e-160",
    "1e-300",
    "30",
)
ENDS += (
    "-30",
    "700",
    "-745",
    "1e8",
    "1e16",
    "pi",
    "-pi/2",
    "1e150",
    "1.5",
    "2.5",
    "-0.5",
    "1 - 0.9",
    "1/3",
    "6.283185307",
)
CONSTANTS = ("0.1", "0.3", "1/3", "2", "-1", "0.7", "1e-3", "3", "0", "1", "1/2", "1e5", "pi", "0.30000000000000004")
POWERS = (
    "2",
    "3",
    "4",
    "-1",
    "-2",
    "1/2",
    "0.3",
    "0",
    "1",
    "5",
    "-3",
    "1.5",
    "-1/2",
    "1/3",
    "2/3",
    "-1/3",
    "0.7",
    "7/3",
)


class UndefinedError(Exception):
    """A formula has no value at a point."""


def _inside(fn: Callable[..., Any], test: Callable[..., bool]) -> Callable[..., Any]:
    def _function(*args: Any) -> Any:
        if not test(*args):
            raise UndefinedError
        return fn(*args)

    return _function


def _power(x: Any, y: Any) -> Any:
    if y == 0:
        return mpmath.mpf(1)  # 0^0 as well.
    if (x == 0 and y < 0) or (x < 0 and y != mpmath.floor(y)):
        raise UndefinedError
    if not x:
        return mpmath.mpf(0)
    if abs(y) > LARGEST or abs(y * mpmath.log(abs(x))) > LARGEST:
        raise OverflowError
    return x**y


def _round(x: Any) -> Any:
    low = mpmath.floor(x)
    apart = x - low
    up = apart > mpmath.mpf(1) / 2 or (apart == mpmath.mpf(1) / 2 and int(low) % 2)
    return low + 1 if up else low


def _cbrt(x: Any) -> Any:
    return mpmath.sign(x) * mpmath.cbrt(abs(x))


def _sized(x: Any) -> Any:
    if abs(x) > LARGEST:  # The digits of an exponential would fill any memory.
        raise OverflowError
    return x


def _of_sized(fn: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda x: fn(_sized(x))


_exp = _of_sized(mpmath.exp)


def _sigmoid(x: Any) -> Any:
    return 1 / (1 + _exp(-x))


def _entropy(p: Any, t: Any) -> Any:
    if not 0 <= p <= 1:
        raise UndefinedError
    if (p == 0 and t != 0) or (p == 1 and t != 1):
        raise UndefinedError  # Infinite, as the language has it: no real number.
    first = mpmath.mpf(0) if t == 0 and p == 0 else t * mpmath.log(p)
    return -first - (mpmath.mpf(0) if t == 1 and p == 1 else (1 - t) * mpmath.log1p(-p))


ONE: dict[str, Callable[..., Any]] = {
    "exp": _exp, "expm1": _of_sized(mpmath.expm1), "sin": mpmath.sin, "cos": mpmath.cos, "tan": mpmath.tan,
    "atan": mpmath.atan, "sinh": _of_sized(mpmath.sinh), "cosh": _of_sized(mpmath.cosh),
    "tanh": _of_sized(mpmath.tanh), "asinh": mpmath.asinh,
    "abs": abs, "sign": mpmath.sign, "floor": mpmath.floor, "ceil": mpmath.ceil, "round": _round, "cbrt": _cbrt,
    "erf": _of_sized(mpmath.erf), "erfc": _of_sized(mpmath.erfc), "sigmoid": _sigmoid,
    "step": lambda x: mpmath.mpf(x > 0),
    "softplus": lambda x: mpmath.log1p(_exp(-abs(x))) + max(x, mpmath.mpf(0)),
    "log_sigmoid": lambda x: min(x, mpmath.mpf(0)) - mpmath.log1p(_exp(-abs(x))),
    "relu": lambda x: max(x, mpmath.mpf(0)), "elu": lambda x: x if x > 0 else mpmath.expm1(_sized(x)),
    "gelu": lambda x: x * mpmath.erfc(-_sized(x) / mpmath.sqrt(2)) / 2, "silu": lambda x: x * _sigmoid(x),
    "normcdf": lambda x: mpmath.erfc(-_sized(x) / mpmath.sqrt(2)) / 2,
    "normpdf": lambda x: _exp(-(x**2) / 2) / mpmath.sqrt(2 * mpmath.pi),
    "log": _inside(mpmath.log, lambda x: x > 0), "log2": _inside(lambda x: mpmath.log(x, 2), lambda x: x > 0),
    "log10": _inside(mpmath.log10, lambda x: x > 0), "log1p": _inside(mpmath.log1p, lambda x: x > -1),
    "sqrt": _inside(mpmath.sqrt, lambda x: x >= 0), "asin": _inside(mpmath.asin, lambda x: abs(x) <= 1),
    "acos": _inside(mpmath.acos, lambda x: abs(x) <= 1), "acosh": _inside(mpmath.acosh, lambda x: x >= 1),
    "atanh": _inside(mpmath.atanh, lambda x: abs(x) < 1),
}  # fmt: skip
TWO: dict[str, Callable[..., Any]] = {
    "max": max, "min": min, "atan2": _inside(mpmath.atan2, lambda y, x: y != 0 or x != 0),
    "elu": lambda x, a: x if x > 0 else a * mpmath.expm1(_sized(x)), "leaky_relu": lambda x, a: x if x > 0 else a * x,
    "cross_entropy": _entropy, "mse": lambda x, y: (x - y) ** 2,
}  # fmt: skip
OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda x, y: x + y, "-": lambda x, y: x - y, "*": lambda x, y: x * y,
    "/": _inside(lambda x, y: x / y, lambda _, y: y != 0), "^": _power,
}  # fmt: skip
HOLDS: dict[str, Callable[[Any], bool]] = {
    "<": lambda m: m > 0, "<=": lambda m: m >= 0, ">": lambda m: m < 0, ">=": lambda m: m <= 0,
    "==": lambda m: m == 0, "!=": lambda m: m != 0,
}  # fmt: skip
Point = dict[str, Any]
"""Numbers, and of arrays the list of their elements, by name."""
NUMBERS_ALONE: Mapping[str, int] = {}


@dataclass(frozen=True)
class Formula:
    """A text of the language, and what it says of a point of mpmath's numbers."""

    text: str
    at: Callable[[Point], Any]


@dataclass(frozen=True)
class Attacked:
    """A claim, and the margin of it at a point: right side less left side, with the size of both."""

    text: str
    inputs: dict[str, tuple[str, str]]
    sides: tuple[Formula, Formula]
    relation: str
    sizes: dict[str, int] = field(default_factory=dict)  # How many numbers an array has.

    def margin(self, point: Point) -> tuple[Any, Any]:
        """The right side less the left, and their size, of the element that fails, if any. Raises UndefinedError."""
        left, right = (side.at(point) for side in self.sides)
        pairs = [(real(a), real(right)) for a in (left if isinstance(left, list) else [left])]
        a, b = next((pair for pair in pairs if not HOLDS[self.relation](pair[1] - pair[0])), pairs[0])
        return b - a, 1e-300 + abs(a) + abs(b)


def real(x: Any) -> Any:
    if not mpmath.isfinite(x) or isinstance(x, mpmath.mpc):
        raise UndefinedError
    return mpmath.mpf(x)


def exact(text: str) -> Any:
    """A constant of the draws, with all its digits."""
    found = mpmath.mpf(0)
    for sign, part in _summands(text):
        above, _, below = part.partition("/")
        found += sign * _factor(above) / (_factor(below) if below else 1)
    return found


def _summands(text: str) -> Iterator[tuple[int, str]]:
    for k, part in enumerate(text.split(" - ")):
        yield (-1 if k else 1) * (-1 if part.startswith("-") else 1), part.lstrip("-")


def _factor(text: str) -> Any:
    if text == "pi":
        return +mpmath.pi
    written = Fraction(text)
    return mpmath.mpf(written.numerator) / written.denominator


def drawn(random: random_.Random, names: str, depth: int) -> Formula:
    """A random formula of these variables."""
    if depth == 0 or random.random() < 0.1:
        if random.random() < 0.7:
            name = random.choice(names)
            return Formula(name, lambda point: point[name])
        text = random.choice(CONSTANTS)
        return Formula(f"({text})", lambda _: exact(text))
    kind = random.random()
    first = drawn(random, names, depth - 1)
    if kind < 0.4:
        name = random.choice(sorted(ONE))
        return Formula(f"{name}({first.text})", lambda point: ONE[name](first.at(point)))
    if kind < 0.5:
        power = random.choice(POWERS)
        return Formula(f"({first.text})^({power})", lambda point: _power(first.at(point), exact(power)))
    second = drawn(random, names, depth - 1)
    if kind < 0.58:
        third, relation = drawn(random, names, depth - 1), random.choice(("<", "<=", ">", ">="))
        text = f"(if {first.text} {relation} 0 then {second.text} else {third.text})"
        return Formula(text, lambda point: (second if HOLDS[relation](-first.at(point)) else third).at(point))
    table = TWO if kind < 0.72 else OPERATORS
    name = random.choice(sorted(table))
    text = f"{name}({first.text}, {second.text})" if table is TWO else f"({first.text} {name} {second.text})"
    return Formula(text, lambda point: table[name](first.at(point), second.at(point)))


def points(
    random: random_.Random, inputs: dict[str, tuple[str, str]], count: int, sizes: Mapping[str, int] = NUMBERS_ALONE
) -> Iterator[Point]:
    """Points of a box: corners, kinks, the middle, and numbers of any size between the ends."""
    ranges = {name: (exact(a), exact(b)) for name, (a, b) in inputs.items()}

    def _value(name: str, ends: tuple[Any, Any]) -> Any:
        if name not in sizes:
            return _between(random, *ends)
        return [_between(random, *ends) for _ in range(sizes[name])]

    for _ in range(count):
        yield {name: _value(name, ends) for name, ends in ranges.items()}


def _between(random: random_.Random, low: Any, high: Any) -> Any:
    kind = random.random()
    if kind < 0.25:
        return random.choice((low, high))
    if kind < 0.5:
        near = exact(random.choice((*ENDS, *CONSTANTS)))
        tiny = random.choice((0, 1, -1)) * mpmath.mpf(10) ** random.uniform(-40, -1)
        return min(max(near + tiny * max(abs(near), random.choice((0, 1))), low), high)
    if kind < 0.6:
        return min(max(random.choice((1, -1)) * mpmath.mpf(10) ** random.uniform(-310, 10), low), high)
    return min(max(low + (high - low) * random.random(), low), high)


def attacked(random: random_.Random) -> Attacked | None:
    """A random claim, whose bound is near to the least or the largest value that a few points show; or none."""
    names = random.choice(("x", "x", "xy"))
    inputs = {}
    for name in names:
        low, high = sorted(random.sample(ENDS, 2), key=exact)
        inputs[name] = (low, high)
    left = drawn(random, names, random.choice((1, 2, 2, 3)))
    values = []
    for point in points(random, inputs, 60):
        try:
            values.append(real(left.at(point)))
        except (UndefinedError, OverflowError, ZeroDivisionError, ValueError):
            continue
    declared = "; ".join(f"input {name} in [{low}, {high}]" for name, (low, high) in inputs.items())
    return bounded(random, Attacked(declared, inputs, (left, left), ""), values, lambda: drawn(random, names, 1))


def bounded(
    random: random_.Random, claim: Attacked, values: list[Any], other: Callable[[], Formula] | None = None
) -> Attacked | None:
    """A claim of the left side of one, whose text has the lines before it: a bound near its values, or another side."""
    values = [value for value in values if mpmath.isfinite(value)]
    if not values or max(map(abs, values)) > 1e300:
        return None
    left, _ = claim.sides
    relation = random.choice(("<", "<=", ">", ">=", "<=", ">=", "!=", "=="))
    if random.random() < 0.25 and other is not None:
        right = other()
    else:
        bound = float(max(values) if relation in ("<", "<=") else min(values))
        bound = random.choice((bound, bound, float(f"{bound:.3g}"), math.nextafter(bound, math.inf), bound + 1e-9))
        text = repr(bound)
        if not math.isfinite(bound):
            return None
        right = Formula(f"({text})", lambda _: exact_float(text))
    whole = f"{claim.text}; claim {left.text} {relation} {right.text}"  # The bound goes on speaking of its own text.
    return replace(claim, text=whole, sides=(left, right), relation=relation)


def exact_float(text: str) -> Any:
    """A float as its shortest decimals say."""
    return (-1 if text.startswith("-") else 1) * _factor(text.lstrip("-"))


def wrong(claim: Attacked, found: Finding, random: random_.Random, count: int = 150) -> str:
    """Why a verdict is wrong; empty where nothing says so."""
    with mpmath.mp.workdps(DIGITS):
        if found.verdict == "proved":
            return next(
                filter(
                    None,
                    (_broken(claim, point, found) for point in points(random, claim.inputs, count, claim.sizes)),
                ),
                "",
            )
        if found.verdict == "refuted":
            point = {name: _told(value) for name, value in (found.counterexample or {}).items()}
            for name, (low, high) in claim.inputs.items():
                size = claim.sizes.get(name)
                point.setdefault(name, [exact(low)] * size if size else exact(low))
                below, above = exact(low) - ERROR * abs(exact(low)), exact(high) + ERROR * abs(exact(high))
                if not all(below <= item <= above for item in (point[name] if size else [point[name]])):
                    return f"refuted outside of its range, at {name} = {point[name]}"
            return _kept(claim, point)
    return ""


def _told(value: Any) -> Any:
    """A number or an array of a counterexample, by its decimals."""
    items = [exact_float(repr(float(item))) for item in np.ravel(value)]
    return items if np.ndim(value) else items[0]


def _broken(claim: Attacked, point: Point, found: Finding) -> str:
    """How a point breaks a claim that is proved; empty where it does not."""
    told = ", ".join(f"{name} = {_shown(value)}" for name, value in point.items())
    try:
        margin, size = claim.margin(point)
    except (UndefinedError, ZeroDivisionError):
        return "" if "wherever" in found.why else f"proved where a side has no value, at {told}"
    except (OverflowError, ValueError):
        return ""
    if abs(margin) <= ERROR * size or HOLDS[claim.relation](margin):
        return ""
    return f"proved, and false by {mpmath.nstr(margin, 5)} at {told}"


def _shown(value: Any) -> str:
    return str([_shown(item) for item in value]) if isinstance(value, list) else mpmath.nstr(value, 25)


def _kept(claim: Attacked, point: Point) -> str:
    """How a point that is said to refute a claim does not; empty where it does."""
    try:
        margin, size = claim.margin(point)
    except (UndefinedError, ZeroDivisionError):
        return f"refuted where a side has no value, at {point}"
    except (OverflowError, ValueError):
        return ""
    if abs(margin) <= ERROR * size or not HOLDS[claim.relation](margin):
        return ""
    return f"refuted, and true by {mpmath.nstr(margin, 5)} at {point}"


def verdicts(
    seed: int, seconds: float = 0.4, draw: Callable[[random_.Random], Attacked | None] = attacked
) -> Iterator[tuple[Attacked, Finding, str]]:
    """Claims without end, each with its verdict and why that is wrong, empty where it is not."""
    random = random_.Random(seed)
    while True:
        with mpmath.mp.workdps(DIGITS):
            claim = draw(random)
        if claim is None:
            continue
        try:
            (asked,) = claims_of(load(Source("attacked", claim.text)))
            # Few samples, so that proofs have their say.
            found = verified(asked, {}, random.choice((1, 200)), seed, seconds)
        except BackcalcError:
            continue
        yield claim, found, wrong(claim, found, random)


def main(seconds: float = 60.0, seed: int = 0) -> int:
    """Print each wrong verdict, and how many there were of each kind; 1 where one was wrong."""
    from attacked_arrays import attacked_file  # They have what is here for their own.
    from attacked_identities import attacked_kind

    def _draw(random: random_.Random) -> Attacked | None:
        return random.choice((attacked, attacked_file, attacked_kind, attacked_kind))(random)

    return told(verdicts(seed, draw=_draw), seconds)


def told(verdicts: Iterable[tuple[Any, Any, str]], seconds: float) -> int:
    """Print what is wrong among verdicts, each with what it is of and why it is wrong; 1 where one was."""
    tally: Counter[str] = Counter()
    failed, end = 0, time.monotonic() + seconds
    for drawn, found, why in verdicts:
        tally[found.verdict] += 1
        if why:
            failed += 1
            print(f"WRONG: {drawn.text}\n    {why}", flush=True)
        if time.monotonic() > end:
            break
    print(dict(tally), f"{failed} wrong")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((float, int), sys.argv[1:], strict=False))))
