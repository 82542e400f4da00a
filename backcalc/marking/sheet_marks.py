"""The marks of one sheet, each answer's verdict by the work that the sheet shows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property

from backcalc.calculus.digits import FURTHEST, significant_digits
from backcalc.marking.diagnosis.candidates import Candidate, Candidates, SheetNumbers
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis, OwnTerms
from backcalc.marking.local import WAYS, LocalDiagnosis, StepAnswer
from backcalc.marking.mark import Attempt
from backcalc.marking.own_numbers import OwnNumbers
from backcalc.marking.subject import subject_of
from backcalc.marking.truth import Truth

RULE_AGAIN = "the same mistake as in {name}, which is counted there: {text}"


class Work:
    """What one sheet shows of its student's work: which answers follow, and why the others are wrong."""

    def __init__(
        self, truth: Truth, candidates: Candidates, diagnoser: Diagnoser, sheet: Sequence[Attempt], *, is_exact: bool
    ) -> None:
        self._truth, self._candidates, self._diagnoser = truth, candidates, diagnoser
        self._is_exact = is_exact
        self._own = OwnNumbers(truth, candidates.steps, sheet, is_exact=is_exact)
        self._local = LocalDiagnosis(candidates, self._own, self._true)
        self._steps = {id(step.attempt): step for step in self._local.steps}  # By identity: two answers may be equal.
        self._causes: dict[int, list[Candidate]] = {}

    def _true(self, of: str) -> SheetNumbers:
        return self._candidates.true(of, self._truth.derivatives)

    def judge(self, wrong: Iterable[Attempt], right: Sequence[Attempt]) -> None:
        """Weigh the answers that are not right; `right` are the others."""
        self._right = right
        # Of right answers nothing is to be explained.
        steps = [step for step in map(self.step, wrong) if step is not None]
        for step in steps:
            self._local.weigh(step)
        suspected = [step for step in steps if not step.is_honest]
        # Once more: what is named at one node is the likelier at another.
        alone = {id(step): step.causes(()) for step in suspected}
        for step in suspected:
            others = {
                # Of two causes neither is named for sure, so neither speaks for another.
                key for each, causes in alone.items() if each != id(step) and len(causes) == 1
                for it in causes if (key := it.key)
            }  # fmt: skip
            self._causes[id(step)] = step.causes(others)

    def step(self, attempt: Attempt) -> StepAnswer | None:
        """The step whose result an answer is; None of what is no number, or is stated."""
        return self._steps.get(id(attempt))

    def stands_alone(self, step: StepAnswer) -> bool:
        """Whether the sheet has no number that the step is made of."""
        run = self._candidates.run
        args = run.graph.nodes[step.node].args
        if step.is_value and not any(self._candidates.steps.is_worked_out[run.graph.index[arg]] for arg in args):
            # All that it is made of is given: its step is whole, and the rest of the sheet tells how it is worked.
            return len(self._own.attempts) < 2
        neighbours: set[tuple[str, str | None]] = {(arg, None) for arg in args}
        if not step.is_value:
            users = [run.graph.nodes[user].name for user in self._candidates.steps.users[step.node]]
            of = run.graph.nodes[step.of].name
            neighbours = {(of, user) for user in users} | {(user, None) for user in users}
            neighbours.add((run.graph.nodes[step.node].name, None))
        return not any((a.of, a.wrt) in neighbours for a in self._own.attempts)

    @cached_property
    def _sound(self) -> LocalDiagnosis:
        """The steps of the sheet without its wrong answers, what these stood for filled in."""
        own = OwnNumbers(self._truth, self._candidates.steps, self._right, is_exact=self._is_exact)
        own.habit = self._own.habit  # Rounded as the whole sheet is, not as the right ones alone.
        return LocalDiagnosis(self._candidates, own, self._true)

    def is_rounded(self, step: StepAnswer) -> bool:
        """Whether correct work leads to a result from the right answers of the sheet, rounded as they are."""
        return self._sound.likelihood(step, None) > 0

    def is_moved(self, step: StepAnswer) -> bool:
        """Whether other wrong answers, not rounding alone, led to this one."""
        with_right = self._sound.result(step, None, WAYS[1])
        own_result = self._local.result(step, None, WAYS[1])
        # Within half a unit, rounding tells the two apart no more.
        return abs(with_right - own_result) > step.attempt.half

    def may_follow(self, step: StepAnswer) -> bool:
        """Whether it is worth to go through all the work again to see if an answer follows."""
        return self._local.may_follow(step)

    def is_near(self, step: StepAnswer, relative: float | None) -> bool:
        """Whether correct work from the sheet's own numbers gives this one as nearly as an answer must be right."""
        own = self._local.result(step, None, WAYS[1])
        if relative is not None:
            return bool(abs(step.attempt.value - own) <= relative * abs(own))
        # Of few digits the interval is so wide that any guess would follow from others.
        return abs(step.attempt.value - own) <= FURTHEST * abs(own) or (
            any(step.hits[1:]) and (significant_digits(step.attempt.answer.value) or 0) > 1
        )  # A way of rounding that gives the very digits; one digit is given by any.

    def causes(self, step: StepAnswer) -> list[Candidate]:
        """The mistakes that are told of a step."""
        return self._causes.get(id(step), [])

    def key(self, attempt: Attempt, told: Diagnosis | None) -> tuple[str, str] | None:
        """The misconception that is told of an answer, without its place."""
        step = self.step(attempt)
        if step is None or told is None:
            return None
        causes = self.causes(step)
        if len(causes) != 1 or self._told(step, causes).text != told.text:  # Told of a step further on, then.
            return None
        return causes[0].key

    def diagnosis(self, step: StepAnswer) -> Diagnosis | None:
        """What went wrong in a step; None where nothing is likely enough."""
        causes = self.causes(step)
        return self._told(step, causes) if causes else None

    def _told(self, step: StepAnswer, causes: Sequence[Candidate]) -> Diagnosis:
        attempt, run = step.attempt, self._candidates.run
        suspects = [self._suspect(step, it) for it in causes]
        of = run.graph.nodes[step.of].name
        own = self._own.of(of).numbers
        terms = [] if step.is_value else self._candidates.steps.terms(step.of, step.node, own.values, own.adjoints)
        told = [(t.user, t.partial, t.partial * t.ct) for t in terms]
        return self._diagnoser.local(suspects, attempt.of, attempt.wrt, OwnTerms(told, own.adjoints))

    @staticmethod
    def _suspect(step: StepAnswer, it: Candidate) -> Suspect:
        # `Telling` names `user`: the node that was copied or mixed up, where there is one.
        user = it.other if it.other is not None else it.user
        # A wrong partial is made at the user, in whose formula it stands.
        node = it.user if it.wrong and it.user is not None else step.node
        is_of_user = bool(it.wrong) and it.other is None
        return Suspect(0.0, it.mistake, node, None if is_of_user else user, it.operation, others=it.others)


def backwards(attempts: Iterable[Attempt], truth: Truth) -> list[Attempt]:
    """Answers in the order of the work: values as the graph has them, then derivatives from the output back."""
    index = truth.run.graph.index

    def _place(attempt: Attempt) -> tuple[bool, int]:
        if attempt.wrt is None:
            return False, index[attempt.of]
        return True, -index.get(attempt.wrt, len(index))  # A loss outside stands above all nodes.

    return sorted(attempts, key=_place)


def repeated(
    attempts: Iterable[Attempt], key_of: Callable[[Attempt], tuple[str, str] | None], told: dict[int, Diagnosis]
) -> Iterator[tuple[Attempt, str]]:
    """Each answer whose wrong rule has been told of an earlier one, with the note that says so."""
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for attempt in attempts:
        key = key_of(attempt)
        if key is None or id(attempt) not in told:
            continue
        if key in seen:
            name, text = seen[key]
            yield attempt, RULE_AGAIN.format(name=name, text=text)
        else:
            seen[key] = subject_of(attempt.answer), told[id(attempt)].text
