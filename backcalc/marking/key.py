"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any

from backcalc.calculus.digits import AS_WRITTEN, Tolerance, significant_digits, wrong_places
from backcalc.calculus.missing import require_known
from backcalc.calculus.run import Run
from backcalc.language.expr import VECTOR, Call
from backcalc.language.statements import Answer
from backcalc.marking.array_steps import ArraySteps
from backcalc.marking.dependence import dependence, independence, is_nonzero
from backcalc.marking.diagnosis.candidates import Candidates
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.steps import Steps
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.elements import at_some_elements
from backcalc.marking.entries import Entry, entry
from backcalc.marking.follow_through import WrongAnswers
from backcalc.marking.formulas.marks import FormulaMarker
from backcalc.marking.jacobian_steps import of_jacobian
from backcalc.marking.local import StepAnswer
from backcalc.marking.mark import Attempt, Mark
from backcalc.marking.marker import Marker
from backcalc.marking.own_numbers import is_exact_work
from backcalc.marking.rounding import ReplayedRoundings
from backcalc.marking.second_steps import SecondSteps
from backcalc.marking.sheet_marks import Work, backwards, repeated
from backcalc.marking.subject import part
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source

OWN_ROUNDING = "this comes out of the rounded numbers of your own sheet"
MOST_NODES = 300  # Of a graph whose steps are tried one by one; each offers every other node's number as a candidate.


def require_point(run: Run, refused: Iterable[Diagnostic]) -> None:
    """Raises EvaluateError, naming each input without a value, where no answer was refused for anything else."""
    if all(error.code == Code.UNKNOWN_VALUE for error in refused):
        require_known(run.linear.evaluation)


class Key(Marker):
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    run: Run
    truth: Truth
    roundings: ReplayedRoundings

    def __init__(self, run: Run, tolerance: Tolerance = AS_WRITTEN, truth: Truth | None = None) -> None:
        self.run, self.truth = run, truth or Truth(run)
        super().__init__(tolerance, ReplayedRoundings(self.truth, tolerance))
        self.diagnoser = Diagnoser(run, self.truth.derivatives, self.truth.seeds)
        self._formulas = FormulaMarker(run, self.truth, tolerance, self.diagnoser)

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Mark], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked."""
        found: list[Entry | Mark] = []
        errors: list[Diagnostic] = []
        for answer in answers:
            try:
                found.append(entry(self.run, self.truth, answer, source))
            except UsageError as error:
                errors += error.diagnostics
        entries = [each for each in found if isinstance(each, Entry)]
        sheet = [each.number for each in entries if each.number is not None]
        # An answer may be infinite, or lead out of where a function exists; what that gives is for the marks to tell.
        has_arrays = self.run.linear.evaluation.has_arrays or any(shape_of(attempt.value) for attempt in sheet)
        with quietly(has_arrays):
            marks, unknowns = self._formulas.marks([pair for each in entries for pair in each.formulas])
            marks |= {id(attempt): mark for attempt, mark in zip(sheet, self._marks(sheet), strict=True)}
        every = (each if isinstance(each, Mark) else each.marked(marks) for each in found)
        return [mark for mark in every if mark is not None], errors + unknowns

    @cached_property
    def _seconds(self) -> SecondSteps:
        return SecondSteps(self.truth)

    def _second_diagnosis(self, given: Attempt) -> Diagnosis | None:
        return self._seconds.diagnosis(given)

    def following(self, wrong: list[Attempt]) -> Callable[[Attempt], str]:
        """What tells which of the other `wrong` answers one follows from; empty where it follows from none."""
        return WrongAnswers(self.truth, wrong).source_of

    def _judged(self, sheet: list[Attempt], wrong: list[Attempt]) -> dict[int, Mark]:
        """The marks of the answers that are neither right nor rounded, by identity."""
        work = self._work(sheet, wrong)
        earlier = WrongAnswers(self.truth, wrong, self.tolerance)
        missed = set(map(id, wrong))
        sound = [given for given in sheet if id(given) not in missed]
        steps = ArraySteps(self.truth, self.diagnoser, sheet, sound, is_exact=self._is_exact)
        found: dict[int, Mark] = {}
        told: dict[int, Diagnosis] = {}
        for given in backwards(wrong, self.truth):  # What comes of an answer is looked at after it.
            step = work.step(given) if work else None
            if work and step is not None and not work.stands_alone(step):
                mark = self._by_own_work(given, step, work, earlier)
            elif self._has_array_steps and given.has_digits:
                mark = self._by_array_steps(given, steps, earlier)
            elif note := self._source(given, earlier):
                mark = given.marked("follows", note=note)
            else:
                own = work.diagnosis(step) if work and step is not None and len(sheet) > 1 else None
                mark = given.wrong(self.tolerance, self.diagnosis(given, steps) or own)
            found[id(given)] = mark
            if mark.diagnosis:
                told[id(given)] = mark.diagnosis

        def _key_of(given: Attempt) -> tuple[str, str] | None:
            return work.key(given, told.get(id(given))) if work else steps.key(given)

        for given, note in repeated(backwards(wrong, self.truth), _key_of, told):
            found[id(given)] = given.marked("repeats", note=note)
        return found | self._by_chance(sheet, wrong, found)

    def _by_chance(self, sheet: list[Attempt], wrong: list[Attempt], found: Mapping[int, Mark]) -> dict[int, Mark]:
        """Of answers that follow those of one digit, where most of the sheet does not hold: any guess may do so."""
        held = len(sheet) - sum(found[id(given)].verdict == "wrong" for given in wrong)
        if 2 * held >= len(sheet):  # Where half of it holds, a guess is not the likeliest.
            return {}
        guessed = (given for given in wrong if significant_digits(given.answer.value) == 1)
        return {id(g): g.wrong(self.tolerance, None) for g in guessed if found[id(g)].verdict == "follows"}

    def _by_own_work(self, given: Attempt, step: StepAnswer, work: Work, earlier: WrongAnswers) -> Mark:
        """The mark of the result of a step, of which the sheet has numbers."""
        if step.is_honest and self._has_enough(given):
            if work.is_moved(step) and work.is_near(step, self.tolerance.relative):
                return given.marked("follows", note=f"correct work from {earlier.near(given)}")
            if self.tolerance.significant is None and work.is_rounded(step):
                return given.marked("rounding", note=OWN_ROUNDING)
        diagnosis = work.diagnosis(step)
        if diagnosis is None and work.may_follow(step) and (note := self._source(given, earlier)):
            return given.marked("follows", note=note)
        return given.wrong(self.tolerance, diagnosis or (None if given.has_digits else dependence(given)))

    def _by_array_steps(self, given: Attempt, steps: ArraySteps, earlier: WrongAnswers) -> Mark:
        """The mark of an answer to a graph with arrays, by what the sheet has."""
        is_honest = self.tolerance.is_by_digits and steps.is_honest(given)
        if is_honest and not steps.is_moved(given):
            steps.accept(given)
            return given.marked("rounding", note=OWN_ROUNDING)
        if note := self._source(given, earlier):
            return given.marked("follows", note=note)
        if is_honest:
            return given.marked("follows", note=f"correct work from {earlier.near(given)}")
        own = steps.diagnosis(given) if is_nonzero(given.expected) else None  # A true 0 has reasons of its own.
        return given.wrong(self.tolerance, own or self.diagnosis(given, steps))

    @cached_property
    def _has_array_steps(self) -> bool:
        """Whether the graph has arrays, is known, and small enough for each step to be tried."""
        linear = self.run.linear
        has_arrays = linear.evaluation.has_arrays or linear.tape.has_arrays
        return has_arrays and linear.evaluation.is_known and len(self.run.graph.nodes) <= MOST_NODES

    def _source(self, given: Attempt, earlier: WrongAnswers) -> str:
        """What an answer follows from; nothing follows that has no significant digit."""
        return earlier.source_of(given) if given.has_digits and self._has_enough(given) else ""

    def _has_enough(self, given: Attempt) -> bool:
        """Whether as many digits are written as --sig asks for: nothing follows from fewer."""
        written = significant_digits(given.answer.value)
        return not self.tolerance.significant or written is None or written >= self.tolerance.significant

    def _work(self, sheet: list[Attempt], wrong: list[Attempt]) -> Work | None:
        """What the sheet shows of its student's work; None where the graph is not one of numbers, or large."""
        if self._candidates is None:
            return None  # Large, or with arrays: `ArraySteps` has those.
        work = Work(self.truth, self._candidates, self.diagnoser, sheet, is_exact=self._is_exact)
        missed = set(map(id, wrong))
        work.judge(wrong, [given for given in sheet if id(given) not in missed])
        return work

    @cached_property
    def _candidates(self) -> Candidates | None:
        run = self.run
        # A constant has no adjoint; a value is open where only edges lead to its node.
        is_plain = all(isinstance(n, float) for n in (*run.values, *run.adjoints) if n is not None)
        # Within a formula too: sum([x, y]).
        has_arrays = run.linear.evaluation.has_arrays or run.linear.tape.has_arrays
        is_plain &= not (run.is_outside or has_arrays) and run.mode == "reverse"  # Forward mode has no adjoints.
        return Candidates(Steps(run)) if is_plain and len(run.graph.nodes) <= MOST_NODES else None

    @cached_property
    def _is_exact(self) -> bool:
        known = (v for v in (*self.run.values, *self.run.adjoints) if v is not None and is_known(v))
        return is_exact_work(tuple(number for value in known for number in flat(value)))

    def diagnosis(self, given: Attempt, steps: ArraySteps | None = None) -> Diagnosis | None:
        """The likeliest mistake; where the true derivative is 0 because nothing leads there, that.

        With the `steps` of a sheet none is told that would have spoilt what is right there.
        """
        if not given.has_digits:  # Nothing is told from a 0 but that it should not be one.
            return dependence(given)
        # Only an answer that should be 0 can be about what has no influence; to look for a path takes a while.
        unrelated = None if is_nonzero(given.expected) else self.independence(given.answer)
        shape = shape_of(given.value)
        has_sense = shape in (shape_of(given.expected), shape_of(given.expected)[::-1])  # It may be the transpose.
        if self._is_of_array(given) and not unrelated:
            return of_jacobian(self.truth, self.diagnoser, given)
        # ∂L/∂L is where the work begins: no step leads to it.
        if unrelated or given.of == given.wrt or not (has_sense and self.truth.is_plain(given)):
            return unrelated
        index = part(given.answer, len(self.run.shape(given.of)))

        def _spared(suspect: Suspect) -> bool:
            return steps is not None and steps.contradicts(given, suspect)

        def _diagnose(matches: Callable[[Any], bool]) -> Diagnosis | None:
            return self.diagnoser.diagnose(given.of, given.wrt, index, given.value, given.slack, matches, _spared)

        if found := _diagnose(given.matches):
            return found
        only = self._only_wrong(given)
        found = self.diagnosis(only, steps) if only else dependence(given)
        return found or at_some_elements(given, self.tolerance, _diagnose)

    def _is_of_array(self, given: Attempt) -> bool:
        """Whether it is a first derivative of an array, or of an element of one, by another node."""
        is_first = given.wrt is not None and given.wrt != given.of and not given.is_second
        is_small = self.run.linear.evaluation.is_known and len(self.run.graph.nodes) <= MOST_NODES
        return is_first and is_small and bool(self.run.shape(given.of))

    def _only_wrong(self, given: Attempt) -> Attempt | None:
        """The element, or row, that all is wrong in, as an answer of its own; None where more of an array is."""
        value = given.answer.value
        place = _common(list(wrong_places(value, given.expected, given.source, self.tolerance, given.known)))
        if not place:
            return None
        for i in place:
            if not (isinstance(value, Call) and value.fn == VECTOR):
                return None
            value = value.args[i]
        answer = given.answer._replace(value=value)
        if given.wrt is None:
            answer = answer._replace(of_place=(*answer.of_place, *place))
        else:
            answer = answer._replace(wrt_place=(*answer.wrt_place, *place))
        expected = self.truth.expected(answer)
        return Attempt(answer, expected, given.source, self.truth.known(answer, expected))

    def independence(self, answer: Answer) -> Diagnosis | None:
        """That a derivative is 0 because no path leads to its numerator; None where one does."""
        return independence(answer, self.run.graph.index, self.truth.leads)


def _common(places: list[tuple[int, ...]]) -> tuple[int, ...]:
    """What all these indices begin with; of a single one all of it."""
    first = places[0] if places else ()
    lengths = range(len(first), 0, -1)
    return next((first[:n] for n in lengths if all(place[:n] == first[:n] for place in places)), ())
