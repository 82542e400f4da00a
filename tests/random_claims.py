"""Random claims whose supremum is known: bounds a little above it are to be proved, a little below refuted.

Usage: python tests/random_claims.py [COUNT] [SECONDS]

A supremum is that of a fine grid, from whose best points a pattern search goes on: NumPy's functions alone, nothing of
backcalc. At a bound of ±1e-4 its error, some 1e-12, does not matter.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

import numpy as np

from backcalc.analysis.claims import GraphClaim, claims_of
from backcalc.analysis.verify import verified
from backcalc.calculus.load import load
from backcalc.text.source import Source

GAPS = (1e-2, -1e-2, 1e-4, -1e-4)
END = 2.0  # Of the ranges, on both sides.
FUNCTIONS = {
    "sin": np.sin,
    "cos": np.cos,
    "exp": np.exp,
    "tanh": np.tanh,
    "atan": np.arctan,
    "sqrt": np.sqrt,
    "abs": np.abs,
    "max": np.maximum,
    "log": np.log,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "relu": lambda x: np.maximum(x, 0.0),
}
# Of one variable and of two; A to D are numbers with two decimals.
SHAPES = (
    "A*x^2 + B*x + C*sin(3*x)",
    "tanh(A*x + B)*x + C",
    "A*exp(-x^2) + B*x",
    "A*x^3 + B*x^2 + C*x + D",
    "sigmoid(A*x + B)*(1 - sigmoid(A*x + B))*x",
    "softplus(A*x) - B*x^2",
    "A*abs(x - B) + C*cos(2*x)",
    "relu(A*x + B) - x^2/2",
    "(A*x + B)/(1 + x^2)",
    "A*x^2 + B*x*y - y^2 + C*x",
    "sin(A*x + y) + B*cos(x - y)",
    "exp(-(x - A/2)^2 - (y - B/2)^2) + C*x/4",
    "tanh(A*x)*tanh(B*y) + C*x*y/4",
    "sigmoid(A*x + B*y)*(C - y)",
    "max(A*x, B*y) - (x^2 + y^2)/3",
    "sqrt(1 + x^2 + y^2)*A/2 - B*x*y/2",
    "log(2 + sin(A*x) + y^2) + B*x",
    "atan(A*x + B*y) - C*(x^2 + y^2)/4",
)


@dataclass(frozen=True)
class Bounded:
    """A formula, and the largest value that it takes."""

    formula: str
    supremum: float

    def claim(self, gap: float) -> GraphClaim:
        """That it stays below its supremum and `gap`."""
        inputs = "".join(f"input {name} in [-{END:g}, {END:g}]\n" for name in "xy" if name in variables(self.formula))
        (found,) = claims_of(load(Source("claim", f"{inputs}claim {self.formula} <= {self.supremum + gap!r}")))
        return found


def variables(formula: str) -> str:
    """The variables of a formula; no function has one in its name but as a letter among others."""
    names = "".join(letter if letter.isalnum() else " " for letter in formula).split()
    return "".join(name for name in "xy" if name in names)


def drawn(seed: int) -> Iterator[Bounded]:
    """Formulas without end, the same for the same seed."""
    random = Random(seed)
    while True:
        for shape in random.sample(SHAPES, len(SHAPES)):
            formula = shape
            for letter in "ABCD":
                formula = formula.replace(letter, f"({random.uniform(-2, 2):.2f})")
            yield Bounded(formula, _supremum(formula))


def _supremum(formula: str) -> float:
    names, text = variables(formula), formula.replace("^", "**")

    def value(*at: Any) -> Any:
        return eval(text, {**FUNCTIONS, "__builtins__": {}}, dict(zip(names, at, strict=True)))

    side = np.linspace(-END, END, 200_001 if len(names) == 1 else 801)
    grid = np.meshgrid(*[side] * len(names))
    values = np.asarray(value(*grid)).ravel()
    best = np.argsort(values)[-20:]
    return max(_climbed(value, [axis.ravel()[i] for axis in grid], float(side[1] - side[0])) for i in best)


def _climbed(value: Callable[..., Any], at: list[float], step: float) -> float:
    """The value at the top of a pattern search: along axes and diagonals, half the step where none leads up."""
    found = float(value(*at))
    ways = [way for way in np.ndindex(*[3] * len(at)) if any(i != 1 for i in way)]
    while step > 1e-13:
        near = [[min(max(x + step * (i - 1), -END), END) for x, i in zip(at, way, strict=True)] for way in ways]
        top, place = max((float(value(*each)), i) for i, each in enumerate(near))
        if top > found:
            found, at = top, near[place]
        else:
            step /= 2
    return found


def main(count: int = 200, seconds: float = 20.0) -> int:
    """Print how many were decided, and how many wrongly; 1 where one was not, or wrongly."""
    tally = {gap: [0, 0, 0.0] for gap in GAPS}
    for bounded, _ in zip(drawn(0), range(count), strict=False):
        for gap in GAPS:
            begun = time.perf_counter()
            verdict = verified(bounded.claim(gap), {}, 20_000, 0, seconds).verdict
            took = time.perf_counter() - begun
            found = tally[gap]
            found[0] += verdict in ("proved", "refuted")
            found[1] += verdict == ("refuted" if gap > 0 else "proved")
            found[2] = max(found[2], took)
            if verdict not in ("proved", "refuted"):
                print(f"{verdict}: {bounded.formula} <= {bounded.supremum:.12g} {gap:+g}", file=sys.stderr)
    print(f"{'margin':>8} {'claims':>7} {'decided':>8} {'wrong':>6} {'slowest s':>10}")
    for gap, (decided, wrong, slowest) in tally.items():
        print(f"{gap:>+8g} {count:>7} {decided:>8} {wrong:>6} {slowest:>10.2f}")
    return int(any(found[0] < count or found[1] for found in tally.values()))


if __name__ == "__main__":
    sys.exit(main(*(kind(word) for kind, word in zip((int, float), sys.argv[1:], strict=False))))
