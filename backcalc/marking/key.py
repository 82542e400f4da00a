"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

from backcalc.calculus.digits import AS_WRITTEN, Tolerance, significant_digits, wrong_places
from backcalc.calculus.missing import require_known
from backcalc.calculus.run import Run
from backcalc.language.expr import VECTOR, Call
from backcalc.language.statements import Answer
from backcalc.marking.array_steps import ArraySteps
from backcalc.marking.diagnosis.candidates import Candidates
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.steps import Steps
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.elements import at_some_elements
from backcalc.marking.entries import BROKEN_LINK, Entry, entry
from backcalc.marking.follow_through import WrongAnswers
from backcalc.marking.formulas.marks import FormulaMarker
from backcalc.marking.jacobian_steps import of_jacobian
from backcalc.marking.local import StepAnswer
from backcalc.marking.mark import VERDICTS, Attempt, Mark, as_written
from backcalc.marking.own_numbers import is_exact_work
from backcalc.marking.rounding import ROUNDED_ZERO, Roundings
from backcalc.marking.second_steps import SecondSteps
from backcalc.marking.sheet import MOST_KNOWN, question
from backcalc.marking.sheet_marks import Work, backwards, repeated
from backcalc.marking.subject import part
from backcalc.marking.truth import Truth
from backcalc.rules.values import flat, is_known, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

_NO_MARK = Mark("", "", None, "missing")
OWN_ROUNDING = "this comes out of the rounded numbers of your own sheet"
SECOND = "²"  # In the name of a second derivative, and of no other.
MOST_NODES = 300  # Of a graph whose steps are tried one by one; each offers every other node's number as a candidate.


def require_point(run: Run, refused: Iterable[Diagnostic]) -> None:
    """Raises EvaluateError, naming each input without a value, where no answer was refused for anything else."""
    if all(error.code == Code.UNKNOWN_VALUE for error in refused):
        require_known(run.linear.evaluation)


class Key:
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    def __init__(self, run: Run, tolerance: Tolerance = AS_WRITTEN, truth: Truth | None = None) -> None:
        self.run, self.tolerance, self.truth = run, tolerance, truth or Truth(run)
        self._is_known_right: dict[Any, bool] = {}  # By what is asked and the text of the answer.
        self.roundings = Roundings(self.truth, tolerance)
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

    def hold(self, source: Source, stated: Iterable[Answer]) -> tuple[list[Mark], list[Diagnostic]]:
        """As `mark`, of the results that a graph's file states: one that cannot be read is no answer, but an error."""
        marks, errors = self.mark(source, stated)
        return [mark for mark in marks if not mark.fault], errors + [mark.fault for mark in marks if mark.fault]

    def first_wrong(self, marked: Iterable[Mark]) -> str | None:
        """The first wrong answer on the way: a value as the graph has them, else a derivative from the output back."""
        index = self.run.graph.index

        def _place(mark: Mark) -> tuple[bool, int]:
            asked = question(mark.name)
            return asked.wrt is not None, index[asked.of] if asked.wrt is None else -index.get(asked.wrt, len(index))

        wrong = (mark for mark in marked if mark.verdict == "wrong" and SECOND not in mark.name)
        return min(wrong, key=_place, default=_NO_MARK).name or None

    def _marks(self, sheet: list[Attempt]) -> Iterator[Mark]:
        # All are looked at before any is marked: what follows from a mistake may stand above it on the sheet.
        found = {id(given): given.marked("right") for given in sheet if self._is_right(given)}
        others = [given for given in sheet if id(given) not in found]
        for given in others:
            if note := self.roundings.note(given):
                found[id(given)] = given.marked("rounding", note=note)
            elif note := self.roundings.shortfall(given):  # Right so far, but too short.
                found[id(given)] = given.wrong(self.tolerance, None, note)
        for given in others:
            if id(given) not in found and self._is_rounded_zero(given, sheet, found):
                found[id(given)] = given.marked("rounding", note=ROUNDED_ZERO.format(given.decimals))
        seconds = (given for given in others if given.is_second and id(given) not in found)
        found |= {id(given): given.wrong(self.tolerance, self._seconds.diagnosis(given)) for given in seconds}
        wrong = [given for given in others if id(given) not in found]
        if wrong:
            found |= self._judged([given for given in sheet if not given.is_second], wrong)
        for given in sheet:
            mark = found[id(given)]
            yield self._of_chain(given, mark, sheet) if given.links else mark

    @cached_property
    def _seconds(self) -> SecondSteps:
        return SecondSteps(self.truth)

    def _of_chain(self, given: Attempt, last: Mark, sheet: list[Attempt]) -> Mark:
        """The mark of a chain: that of its worst link, and which is the first that does not hold."""
        marks = [self._of_link(link, given, sheet) for link in given.links]
        marks.append(last)
        worst = max(marks, key=lambda mark: VERDICTS.index(mark.verdict))  # VERDICTS run from the best to the worst.
        text = as_written(given.source, Span(given.links[0].answer.value_span.start, given.answer.value_span.end))
        note = worst.note
        if worst.verdict == "wrong":
            first = next(mark for mark in marks if mark.verdict == "wrong")
            note = "; ".join(filter(None, [note, BROKEN_LINK.format(first.given)]))
        return replace(worst, given=text, note=note)

    def _of_link(self, link: Attempt, given: Attempt, sheet: list[Attempt]) -> Mark:
        """The mark of a link, on the sheet in place of its chain's last one."""
        if self._is_right(link):
            return link.marked("right")
        # Without chains, else this would not end.
        others = [link if other is given else replace(other, links=()) for other in sheet]
        return next(mark for other, mark in zip(others, self._marks(others), strict=True) if other is link)

    def _is_rounded_zero(self, given: Attempt, sheet: list[Attempt], found: Mapping[int, Mark]) -> bool:
        """Whether a zero with decimals is what work to that many gives, on a sheet of which most else holds."""
        if given.has_digits or not given.decimals or self.tolerance != AS_WRITTEN:
            return False
        others = [other for other in sheet if other is not given]
        held = sum(other.has_digits and id(other) in found and found[id(other)].is_fine for other in others)
        return 2 * held > len(others) and self.roundings.is_zero(given)  # On a poor sheet a 0 is a guess.

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
        return given.wrong(self.tolerance, diagnosis or (None if given.has_digits else self._dependence(given)))

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
        own = steps.diagnosis(given) if _is_nonzero(given.expected) else None  # A true 0 has reasons of its own.
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

    def _is_right(self, given: Attempt) -> bool:
        answer = given.answer
        # A class writes the same few answers again and again. The digits are those of the text, not of the value.
        text = given.source.text[slice(*answer.value_span)]
        key = (answer[:3], answer[5:9], text)
        if key not in self._is_known_right:
            places = wrong_places(answer.value, given.expected, given.source, self.tolerance, given.known)
            if len(self._is_known_right) >= MOST_KNOWN:
                self._is_known_right.clear()
            self._is_known_right[key] = next(places, None) is None
        return self._is_known_right[key]

    def diagnosis(self, given: Attempt, steps: ArraySteps | None = None) -> Diagnosis | None:
        """The likeliest mistake; where the true derivative is 0 because nothing leads there, that.

        With the `steps` of a sheet none is told that would have spoilt what is right there.
        """
        if not given.has_digits:  # Nothing is told from a 0 but that it should not be one.
            return self._dependence(given)
        # Only an answer that should be 0 can be about what has no influence; to look for a path takes a while.
        independence = None if _is_nonzero(given.expected) else self.independence(given.answer)
        shape = shape_of(given.value)
        has_sense = shape in (shape_of(given.expected), shape_of(given.expected)[::-1])  # It may be the transpose.
        if self._is_of_array(given) and not independence:
            return of_jacobian(self.truth, self.diagnoser, given)
        # ∂L/∂L is where the work begins: no step leads to it.
        if independence or given.of == given.wrt or not (has_sense and self.truth.is_plain(given)):
            return independence
        index = part(given.answer, len(self.run.shape(given.of)))

        def _spared(suspect: Suspect) -> bool:
            return steps is not None and steps.contradicts(given, suspect)

        def _diagnose(matches: Callable[[Any], bool]) -> Diagnosis | None:
            return self.diagnoser.diagnose(given.of, given.wrt, index, given.value, given.slack, matches, _spared)

        if found := _diagnose(given.matches):
            return found
        only = self._only_wrong(given)
        found = self.diagnosis(only, steps) if only else self._dependence(given)
        return found or at_some_elements(given, self.tolerance, _diagnose)

    def _is_of_array(self, given: Attempt) -> bool:
        """Whether it is a first derivative of an array, or of an element of one, by another node."""
        is_first = given.wrt is not None and given.wrt != given.of and not given.is_second
        is_small = self.run.linear.evaluation.is_known and len(self.run.graph.nodes) <= MOST_NODES
        return is_first and is_small and bool(self.run.shape(given.of))

    @staticmethod
    def _dependence(given: Attempt) -> Diagnosis | None:
        """That a derivative which is said to be 0 is not, for a path leads there."""
        if given.wrt is None or given.of == given.wrt or _is_nonzero(given.value) or not _is_nonzero(given.expected):
            return None
        y, x = shorten(given.of), shorten(given.wrt)
        text = f"a path leads from {x} to {y}, so this is not 0"
        return Diagnosis("missing-term", given.wrt, text, f"is there no path from {x} to {y}?")

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
        of, wrt, index = answer.of, answer.wrt, self.run.graph.index
        if wrt is None or of == wrt or of not in index or self.truth.leads(wrt, of):
            return None
        y, x = map(shorten, (of, wrt))
        turned = f"; it is {x} that depends on {y}" if self.truth.leads(of, wrt) else ""
        told = f"{y} does not depend on {x}, so this is 0{turned}"
        return Diagnosis("other-node", wrt, told, f"is there a path from {x} to {y}?")


def _common(places: list[tuple[int, ...]]) -> tuple[int, ...]:
    """What all these indices begin with; of a single one all of it."""
    first = places[0] if places else ()
    lengths = range(len(first), 0, -1)
    return next((first[:n] for n in lengths if all(place[:n] == first[:n] for place in places)), ())


def _is_nonzero(value: Any) -> bool:
    """Whether a number, or an element of an array, is not 0."""
    return bool((value != 0).any() if shape_of(value) else value != 0)
