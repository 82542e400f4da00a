"""The numbers that one sheet has, how its student rounds, and what is filled in where the sheet is silent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor, isfinite, log10, nan
from typing import Literal, NamedTuple

from backcalc.calculus.digits import decimals_of, has_same_sign, significant_digits
from backcalc.marking.diagnosis.candidates import SheetNumbers
from backcalc.marking.diagnosis.steps import Steps
from backcalc.marking.mark import Attempt
from backcalc.marking.truth import Truth

FUZZ = 1e-9  # Of a unit: halves are no binary numbers.
FEW_DIGITS = 4
"""Where every true number has no more digits than this, the work is exact, and its numbers claim no interval."""


class Habit(NamedTuple):
    """How somebody rounds every result: to so many decimals or significant digits, to the nearest or cut off."""

    digits: int
    unit: Literal["decimals", "significant digits"]
    is_cut: bool = False

    def step(self, value: float) -> float:
        """The worth of the last digit that is kept of a number."""
        if self.unit == "decimals" or value == 0 or not isfinite(value):
            return 10.0**-self.digits
        # 1000 may have a logarithm a little below 3.
        return 10.0 ** (floor(log10(abs(value)) + FUZZ) + 1 - self.digits)

    def __call__(self, value: float) -> float:
        """A number as it is written down."""
        if not isfinite(value) or value == 0:
            return value
        step = self.step(value)
        # At either end of float64's range there is no such digit: the step is 0, or there are too many of them.
        if not step or not isfinite(abs(value) / step):
            return value
        # A half goes up by the fuzz, as by hand.
        kept = floor(abs(value) / step + (FUZZ if self.is_cut else 0.5 + FUZZ)) * step
        return kept if value > 0 else -kept


@dataclass(frozen=True, eq=False)
class Own:
    """The numbers of a sheet with half the interval that each claims, by node; exact ones claim nothing."""

    numbers: SheetNumbers
    value_halves: Sequence[float]
    adjoint_halves: Sequence[float]


class OwnNumbers:
    """What a sheet has for every node of a run in which all is a number."""

    def __init__(self, truth: Truth, steps: Steps, sheet: Iterable[Attempt], *, is_exact: bool) -> None:
        self._truth, self._steps, self.is_exact = truth, steps, is_exact
        self._index = truth.run.graph.index
        # `has_digits`: a 0 tells nothing of rounding.
        self.attempts = [a for a in sheet if a.is_whole and isinstance(a.value, float) and a.has_digits]
        self.habit = habit_of(self.attempts)
        self._values = {self._index[a.of]: a for a in self.attempts if a.wrt is None and isfinite(a.value)}
        self._adjoints: dict[str, dict[int, Attempt]] = {}
        for a in self.attempts:
            if a.wrt in self._index and isfinite(a.value):
                self._adjoints.setdefault(a.of, {})[self._index[a.wrt]] = a
        self._filled: tuple[list[float], list[float]] | None = None
        self._own: dict[str, Own] = {}

    def of(self, output: str) -> Own:
        """The sheet's numbers for the values and the derivatives of an output."""
        if output not in self._own:
            values, halves = self._of_values()
            self._own[output] = self._of_adjoints(output, values, halves)
        return self._own[output]

    def _of_values(self) -> tuple[list[float], list[float]]:
        if self._filled is None:
            run, steps = self._truth.run, self._steps
            values = [nan if v is None else float(v) for v in run.values]
            halves = [0.0] * len(values)  # What is given claims no interval.
            # In the order of the graph: each from those before it.
            for i, is_worked_out in enumerate(steps.is_worked_out):
                if i in self._values:
                    values[i], halves[i] = self._values[i].value, self._half(self._values[i])
                elif is_worked_out:
                    values[i], halves[i] = self._fill(steps.value(i, values))
            self._filled = values, halves
        return self._filled

    def _of_adjoints(self, output: str, values: list[float], halves: list[float]) -> Own:
        last, steps = self._index[output], self._steps
        adjoints, adjoint_halves = [0.0] * len(values), [0.0] * len(values)
        written = self._adjoints.get(output, {})
        for i in range(last, -1, -1):  # Back from the output: each from the adjoints of its users.
            if i in written:
                adjoints[i], adjoint_halves[i] = written[i].value, self._half(written[i])
            elif i == last:
                adjoints[i] = 1.0
            elif any(user <= last for user in steps.users[i]):  # Others have no influence: 0.
                terms = steps.terms(last, i, values, adjoints)
                adjoints[i], adjoint_halves[i] = self._fill(sum(t.partial * t.ct for t in terms))
        return Own(SheetNumbers(values, adjoints), halves, adjoint_halves)

    def _fill(self, value: float) -> tuple[float, float]:
        """A number that the sheet does not have, as its student would have rounded it."""
        if self.is_exact or self.habit is None or not isfinite(value):
            return value, 0.0
        return self.habit(value), self.habit.step(value) / 2

    def _half(self, attempt: Attempt) -> float:
        return 0.0 if self.is_exact else attempt.half


def habit_of(attempts: Sequence[Attempt]) -> Habit | None:
    """How the numbers of a sheet are rounded, as most of their digits tell; None of a sheet without decimals."""
    texts = [a for a in attempts if "." in a.text]
    if not texts:
        return None
    decimals = Counter(decimals_of(a.answer.value) for a in texts)
    significant = Counter(significant_digits(a.answer.value) or 0 for a in texts)
    (places, fits), (digits, fit_too) = decimals.most_common(1)[0], significant.most_common(1)[0]
    # Zeros at the end are often left out, so the most that stands there often is meant.
    unit: Literal["decimals", "significant digits"] = "decimals" if fits > fit_too else "significant digits"
    habit = Habit(places if unit == "decimals" else max(digits, 1), unit)
    return habit._replace(is_cut=_is_cut(texts))


def _is_cut(attempts: Sequence[Attempt]) -> bool:
    """Whether the right answers are cut off rather than rounded."""
    cut = rounded = 0
    # Cut off, a number is never larger than the truth; rounded, never off by more than half a unit.
    for a in attempts:
        off, unit = abs(a.value) - abs(a.expected), a.half * 2
        if unit and has_same_sign(a.value, a.expected) and abs(off) < unit:
            rounded += abs(off) <= unit / 2 * (1 + FUZZ)
            cut += off <= FUZZ * unit
    return cut > rounded


@lru_cache(maxsize=100)  # A class asks it of the same numbers.
def is_exact_work(numbers: tuple[float, ...]) -> bool:
    """Whether all these numbers are short decimals, as those of an exercise for mental arithmetic."""
    return all(float(f"{x:.{FEW_DIGITS}g}") == x for x in numbers)
