"""What is true of a run in exact numbers: fractions, or digits that are certain."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal
from typing import Any

from backcalc.calculus.digits import Known
from backcalc.calculus.run import Run
from backcalc.graph.model import Dag
from backcalc.language.statements import Answer
from backcalc.marking.mark import Mark
from backcalc.marking.notation import Subject
from backcalc.marking.truth import Truth
from backcalc.rules.functions.objects import nearest
from backcalc.rules.values import is_known, shape_of
from backcalc.text.errors import BackcalcError, Diagnostic
from backcalc.text.numerals import Certain

ExactRunner = Callable[[Dag, str], Run]
"""The run of a graph for an output, in exact numbers. Raises BackcalcError where there are none."""

_WAYS = (ROUND_FLOOR, ROUND_CEILING)


class ExactTruth(Truth):
    """The true values and derivatives of a run, each held against what the same run is in exact numbers."""

    def __init__(self, run: Run, exactly: ExactRunner, digits: int) -> None:
        """With so many digits of what is not a decimal."""
        super().__init__(run)
        self._exactly = exactly
        # Two more than are asked, once down and once up, so that the bounds are safe and as good as equal.
        self._contexts = [Context(prec=digits + 2, rounding=way, Emin=MIN_EMIN, Emax=MAX_EMAX) for way in _WAYS]
        self._runs: dict[str, Run] = {}
        self._exact_seconds: dict[tuple[str, str, str], Any] = {}

    def expected(self, answer: Answer) -> Any:
        """The true value as a float or an array of floats; None or a formula where it is not known."""
        found = self.in_exact_numbers(answer)
        # The float nearest to the exact number, where float64 may have lost all its digits.
        return super().expected(answer) if found is None else nearest(found)

    def known(self, answer: Answer, expected: Any) -> Known:
        """What is known of an answer beside its true value: the bounds of a number."""
        found = super().known(answer, expected)
        number = self.in_exact_numbers(answer)
        return found if number is None or shape_of(number) else replace(found, bounds=self._bounds(number))

    def shown(self, mark: Mark) -> Mark:
        """A mark that shows the exact numbers."""
        found = None if mark.about is None else self.in_exact_numbers(mark.about)
        return mark if found is None else replace(mark, expected=found)

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """Those of the exact run: that a float64 overflows on the way is not true of it."""
        try:
            return self._run(self.run.output).warnings
        except BackcalcError:  # Told of each answer; floats, then, are all that there is.
            return self.run.warnings

    def in_exact_numbers(self, answer: Answer | Subject) -> Any:
        """The true value in exact numbers; None where it is a formula, or not known."""
        plain = self.whole(answer)
        if plain is None or not is_known(plain):  # What is not known in floats is not in fractions.
            return None
        index = self.run.graph.index
        if answer.wrt is not None and answer.wrt not in index:  # A loss outside the graph by itself.
            return None
        if answer.wrt is not None and answer.then is not None:
            return self._of_place(answer, self._exact_second(answer.of, answer.wrt, answer.then))
        if answer.wrt is None:
            return self._of_place(answer, self._run(self.run.output).values[index[answer.of]])
        return self._of_place(answer, self._run(answer.of).adjoints[index[answer.wrt]])

    def _run(self, output: str) -> Run:
        if output not in self._runs:  # Each output takes a run of its own in exact numbers.
            self._runs[output] = self._exactly(self.run.graph, output)
        return self._runs[output]

    def _exact_second(self, of: str, wrt: str, then: str) -> Any:
        key = of, wrt, then
        if key not in self._exact_seconds:
            derived, gradient, _ = self.derived(of, wrt)
            found = self._exactly(derived, gradient)
            self._exact_seconds[key] = found.adjoints[derived.index[then]]
        return self._exact_seconds[key]

    def _bounds(self, number: Any) -> tuple[Decimal, Decimal]:
        """Two decimals between which an exact number lies."""
        if isinstance(number, Certain):
            return number.low, number.high
        # The quotient of two integers, rounded once.
        low, high = (context.divide(*map(Decimal, number.as_integer_ratio())) for context in self._contexts)
        return low, high
