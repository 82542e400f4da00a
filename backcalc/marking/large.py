"""Answers to a large graph of numbers, marked by arrays where all of them are right."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from backcalc.bulk.graph.model import EXPRESSION
from backcalc.bulk.graph.run import LargeRun
from backcalc.calculus.digits import NO_DIGITS, Known, Tolerance, wrong_places
from backcalc.language.statements import Answer
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.subject import refusals
from backcalc.text.source import Source


def all_right(run: LargeRun, tolerance: Tolerance, source: Source, answers: Iterable[Answer]) -> list[Mark] | None:
    """The marks of answers that are all right; None where one is not, or is no plain one: a `Key` says more of it."""
    truth, marks = _Truth(run), []
    for answer in answers:
        attempt = truth.attempt(answer, source)
        # The first is enough: this is a yes or no.
        if attempt is None or any(True for _ in _wrong(attempt, tolerance)):
            return None
        marks.append(attempt.marked("right"))
    return marks


def _wrong(attempt: Attempt, tolerance: Tolerance) -> Iterable[tuple[int, ...]]:
    return wrong_places(attempt.answer.value, attempt.expected, attempt.source, tolerance, attempt.known)


class _Truth:
    """What is true of a large run, and what is known of a number beside that, as `marking.truth` has it."""

    def __init__(self, run: LargeRun) -> None:
        self._run = run
        stated = run.value_array[run.known & (run.graph.kinds != EXPRESSION)]
        # Sizes, not numbers: −2 is as exact as 2. The set is looked into for every answer.
        self._exact = frozenset(np.unique(np.abs(stated)).tolist())
        numbers = np.abs(np.concatenate([run.value_array[run.known], run.adjoint_array]))
        self._most = float(numbers[np.isfinite(numbers)].max(initial=0.0)) if len(numbers) else 1.0

    def attempt(self, answer: Answer, source: Source) -> Attempt | None:
        """The answer beside its true value; None where that is not known, or may be a zero."""
        # A plain one: no elements, no second derivative, no chain, no fault.
        if answer._replace(points=None) != Answer(*answer[:5]) or refusals(self._run, answer):
            return None
        node = self._run.graph.index[answer.wrt or answer.of]
        expected = self._run.values[node] if answer.wrt is None else float(self._run.derivatives(answer.of)[node])
        # A true 0 may come out as 1e-17: what it is small beside is the sum of its terms.
        scale = 0.0 if expected is None or abs(expected) >= NO_DIGITS * self._most else self._scale(answer, node)
        return (
            None if expected is None or scale is None else Attempt(answer, expected, source, Known(self._exact, scale))
        )

    def _scale(self, answer: Answer, node: int) -> float | None:
        """The absolute sum of the terms of a derivative; None where there are formulas between."""
        run = self._run
        # The terms within a formula are no edges, which these arrays alone have.
        if run.graph.has_formulas:
            return None
        # Where an activation is not known, as in most edge lists, or a value is asked for, it has no terms either.
        if answer.wrt is None or not run.known.all():
            return 0.0
        leaving = run.graph.tails == node
        return float(np.abs(run.edge_partials[leaving] * run.derivatives(answer.of)[run.graph.heads[leaving]]).sum())
