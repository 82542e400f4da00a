"""Answers to a large graph of numbers, marked by arrays; of a wrong one the step that gives it is looked at.

The steps further off, and what follows from other answers, take objects of the whole graph: a `Key` has those.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import cached_property

import numpy as np

from backcalc.bulk.graph.excerpt import Excerpt, excerpt
from backcalc.bulk.graph.model import EXPRESSION
from backcalc.bulk.graph.run import LargeRun
from backcalc.calculus.digits import AS_WRITTEN, NO_DIGITS, Known, Tolerance, wrong_places
from backcalc.language.statements import Answer
from backcalc.marking.attempts import attempt
from backcalc.marking.dependence import dependence, independence
from backcalc.marking.diagnosis.one_step import StepChanges, StepDiagnoser
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.entries import unreadable
from backcalc.marking.formulas.names import is_formula_of
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.marker import Marker
from backcalc.marking.rounding import Roundings
from backcalc.marking.subject import refusals, unknown
from backcalc.marking.truth import Truth
from backcalc.rules.values import shape_of
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source

MOST_BY_OBJECTS = 20_000  # Edges of a graph of which objects say in seconds why an answer is wrong.
MOST_TRACED = 100_000  # Edges of a graph in which it is looked for where a small number has come from.
MOST_IN_STEP = 200  # Statements of a step; each is read once more, and tried.
MOST_TOLD = 20  # Answers of which it is looked for why they are wrong; each takes some passes over all edges.
MOST_SWEPT = 8  # Outputs whose derivatives are kept, 8 bytes a node.

NOT_IN_STEP = "no one mistake in its last step gives this; in {:,} nodes none is looked for further off"
WIDE_STEP = "why is not looked for: its last step takes more than {:,} statements"
TOLD_BEFORE = "why is looked for in the first {:,} wrong answers"


def all_right(run: LargeRun, tolerance: Tolerance, source: Source, answers: Iterable[Answer]) -> list[Mark] | None:
    """The marks of answers that are all right; None where one is not, or is no plain one: a `Key` says more of it."""
    truth, marks = LargeTruth(run), []
    for answer in answers:
        given = _plain(truth, answer, source)
        # The first is enough: this is a yes or no.
        if given is None or any(True for _ in _wrong(given, tolerance)):
            return None
        marks.append(given.marked("right"))
    return marks


def _plain(truth: LargeTruth, answer: Answer, source: Source) -> Attempt | None:
    """An answer beside its true value; None where that is not known, or may be a zero."""
    # A plain one: no elements, no second derivative, no chain, no fault, and no formula, which objects hold.
    is_plain = answer._replace(points=None) == Answer(*answer[:5]) and not _has_formula(truth.run, answer)
    if not is_plain or refusals(truth.run, answer):
        return None
    expected = truth.expected(answer)
    known = None if expected is None else truth.known(answer, expected)
    return None if known is None else Attempt(answer, expected, source, known)


def _wrong(given: Attempt, tolerance: Tolerance) -> Iterable[tuple[int, ...]]:
    return wrong_places(given.answer.value, given.expected, given.source, tolerance, given.known)


def serves(run: LargeRun, answers: Iterable[Answer]) -> bool:
    """Whether a `LargeKey` is to mark answers, though it tells less of a wrong one: a graph too large for objects."""
    if len(run.graph.dependencies[0]) <= MOST_BY_OBJECTS:
        return False
    # A second derivative takes a graph of its own, and a formula is held against those of the nodes.
    return not any(answer.then is not None or _has_formula(run, answer) for answer in answers)


def _has_formula(run: LargeRun, answer: Answer) -> bool:
    return any(is_formula_of(run, value) for value in (answer.value, *(link.value for link in answer.links)))


class LargeKey(Marker):
    """What a large run says of answers that are numbers."""

    run: LargeRun
    truth: LargeTruth

    def __init__(self, run: LargeRun, tolerance: Tolerance = AS_WRITTEN) -> None:
        super().__init__(tolerance, Roundings(tolerance))
        self.run, self.truth = run, LargeTruth(run)
        self._told = 0

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Mark], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked."""
        found: list[Attempt | Mark] = []
        errors: list[Diagnostic] = []
        for answer in answers:
            expected = None if (refused := refusals(self.run, answer)) else self.truth.expected(answer)
            if expected is None:
                errors += refused or [unknown(self.run, answer)]
            elif answer.fault:
                found.append(unreadable(answer, source, answer.fault, expected))
            else:
                known = self.truth.known(answer, expected) or Known(self.truth.exact)
                found.append(attempt(answer, expected, source, known))
        sheet = [each for each in found if isinstance(each, Attempt)]
        marks = {id(given): mark for given, mark in zip(sheet, self._marks(sheet), strict=True)}
        return [each if isinstance(each, Mark) else marks[id(each)] for each in found], errors

    def following(self, _wrong: list[Attempt]) -> Callable[[Attempt], str]:
        """None follows from another: that takes work that goes on through the whole graph."""
        return lambda _given: ""

    def _second_diagnosis(self, _given: Attempt) -> None:
        return None

    def _judged(self, _sheet: list[Attempt], wrong: list[Attempt]) -> dict[int, Mark]:
        found = {}
        for given in wrong:
            told, why_not = self._looked_for(given)
            found[id(given)] = given.wrong(self.tolerance, told, "" if told else why_not)
        return found

    def diagnosis(self, given: Attempt) -> Diagnosis | None:
        """The likeliest mistake in the step that gives the answer; None where none is found, or looked for."""
        return self._looked_for(given)[0]

    def _looked_for(self, given: Attempt) -> tuple[Diagnosis | None, str]:
        """The likeliest mistake, and why none is told where none is."""
        if self._told >= MOST_TOLD:
            return None, TOLD_BEFORE.format(MOST_TOLD)
        self._told += 1
        if not given.has_digits:  # Nothing is told from a 0 but that it should not be one.
            return dependence(given), ""
        unrelated = None if given.expected else independence(given.answer, self.run.graph.index, self.truth.leads)
        # ∂L/∂L is where the work begins: no step leads to it. An array is no number.
        if unrelated or given.of == given.wrt or shape_of(given.value):
            return unrelated, ""
        step = self.truth.step(given.answer)
        if step is None:
            return dependence(given), WIDE_STEP.format(MOST_IN_STEP)
        diagnoser = StepDiagnoser(step, given.wrt or given.of)
        found = diagnoser.diagnose(given.of, given.wrt, (), given.value, given.slack, given.matches)
        return found or dependence(given), NOT_IN_STEP.format(len(self.run.graph))


class LargeTruth:
    """What is true of a large run, and what is known of a number beside that, as `marking.truth` has it."""

    def __init__(self, run: LargeRun) -> None:
        self.run = run
        stated = run.value_array[run.known & (run.graph.kinds != EXPRESSION)]
        # Sizes, not numbers: −2 is as exact as 2. The set is looked into for every answer.
        self.exact = frozenset(np.unique(np.abs(stated)).tolist())
        numbers = np.abs(np.concatenate([run.value_array[run.known], run.adjoint_array]))
        self._most = float(numbers[np.isfinite(numbers)].max(initial=0.0)) if len(numbers) else 1.0
        self._runs: dict[str, LargeRun] = {}

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What the run has noticed."""
        return self.run.warnings

    def shown(self, mark: Mark) -> Mark:
        """A mark as it is shown: by what it was marked."""
        return mark

    def of(self, output: str) -> LargeRun:
        """The run with the derivatives of another output, by a sweep of its own."""
        if output == self.run.output:
            return self.run
        if output not in self._runs:
            if len(self._runs) >= MOST_SWEPT:
                self._runs.clear()
            self._runs[output] = replace(self.run, output=output, adjoint_array=self.run.derivatives(output))
        return self._runs[output]

    def expected(self, answer: Answer) -> float | None:
        """The true value; None where it is not known."""
        if answer.wrt is None:
            return self.run.values[self.run.graph.index[answer.of]]
        return self.of(answer.of).adjoints[self.run.graph.index[answer.wrt]]

    def leads(self, tail: str, head: str) -> bool:
        """Whether a path leads from one node to another."""
        return bool(self.of(head).leading[self.run.graph.index[tail]])

    def step(self, answer: Answer) -> Excerpt | None:
        """The node that an answer is about with its users, as a run; None where these are many."""
        whole = self.run if answer.wrt is None else self.of(answer.of)
        return excerpt(whole, [answer.wrt or answer.of], MOST_IN_STEP)

    def known(self, answer: Answer, expected: float) -> Known | None:
        """What is known of an answer beside its true value; None where that may be a zero, and nobody can tell."""
        # A true 0 may come out as 1e-17: what it is small beside is the sum of its terms.
        if abs(expected) >= NO_DIGITS * self._most:
            return Known(self.exact)
        scale = self._scale(answer)
        return None if scale is None else Known(self.exact, scale)

    @cached_property
    def _traced(self) -> Truth:
        """The truth of objects, which tells where a zero that is not quite one has come from."""
        return Truth(self.run.objects)

    def _scale(self, answer: Answer) -> float | None:
        """The absolute sum of the terms of a derivative; None where many formulas lie between."""
        run = self.run
        # Where an activation is not known, as in most edge lists, its terms are not looked at by objects either.
        if not run.known.all():
            return 0.0
        if run.graph.has_formulas:  # The terms within one are no edges, which these arrays alone have.
            if len(run.graph.dependencies[0]) <= MOST_TRACED:
                return self._traced.scale(answer)
            step = self.step(answer)
            return None if step is None else _size_of_terms(step, answer)
        if answer.wrt is None:
            return 0.0
        of, leaving = self.of(answer.of), run.graph.tails == run.graph.index[answer.wrt]
        return float(np.abs(run.edge_partials[leaving] * of.adjoint_array[run.graph.heads[leaving]]).sum())


def _size_of_terms(step: Excerpt, answer: Answer) -> float:
    """The absolute sum of the terms of a derivative, or of the operands of a value, as objects have them."""
    if answer.wrt is None:
        return Truth(step).scale(answer)
    node = step.graph.index[answer.wrt]
    return sum((abs(term) for _, _, term in StepChanges(step, node).terms[node]), start=0.0)
