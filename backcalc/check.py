"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from backcalc.diagnose import Diagnoser, Diagnosis
from backcalc.digits import is_right, reach
from backcalc.errors import Diagnostic, ParseError, Source, Span, UsageError, quoted, shorten
from backcalc.evaluate import constant, require_known
from backcalc.parser import parse_answer
from backcalc.rework import ROUNDINGS, OwnWork, Rounding
from backcalc.run import Run, derivatives
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean
from backcalc.values import is_known, shape_of

Verdict = Literal["right", "rounding", "follows", "wrong", "missing"]


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict.

    A wrong one has a diagnosis where one is found; `note` tells how a number came about that is not quite wrong.
    """

    name: str
    given: str
    expected: Any
    verdict: Verdict
    diagnosis: Diagnosis | None = None
    note: str = ""


def stated_answers(source: Source, comments: Iterable[Comment]) -> list[Answer]:
    """The answers that the `#=` comments of a file state. Raises ParseError for every one that is none."""
    answers: list[Answer] = []
    errors: list[Diagnostic] = []
    for comment in comments:
        if comment.text.startswith("#="):
            try:
                answers.append(parse_answer(source, Span(comment.span.start + 2, comment.span.end)))
            except ParseError as error:
                errors += error.diagnostics
    if errors:
        raise ParseError(source, errors)
    return answers


def check(run: Run, source: Source, answers: Iterable[Answer]) -> list[Marked]:
    """Each answer marked by the digits written. Raises BackcalcError for answers about nodes that are not there."""
    marked, errors = Key(run).mark(source, answers)
    if errors:
        raise UsageError(source, errors)
    return marked


@dataclass(frozen=True, eq=False)
class Given:
    """An answer with the true value of what it is about."""

    answer: Answer
    expected: Any
    source: Source

    @property
    def of(self) -> str:
        """The numerator, or the node whose value it is."""
        return self.answer.of

    @property
    def wrt(self) -> str | None:
        """The denominator; None for a value."""
        return self.answer.wrt

    @cached_property
    def value(self) -> Any:
        """What was given, as a number or an array."""
        return constant(self.answer.value, self.source)

    def matches(self, value: Any) -> bool:
        """Whether what was given is `value`, to the digits written."""
        return value is not None and is_known(value) and is_right(self.answer.value, value, self.source)

    def marked(self, verdict: Verdict, diagnosis: Diagnosis | None = None, note: str = "") -> Marked:
        """The answer with its verdict."""
        given = self.source.text[slice(*self.answer.value_span)].strip()
        return Marked(_name(self.answer), given, self.expected, verdict, diagnosis, note)


class Key:
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._adjoints: dict[str, list[Any]] = {}
        self._rounded: dict[Rounding, OwnWork] = {}
        self._diagnoser = Diagnoser(run, self.derivatives, self.seeds)

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Marked], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked.

        Raises EvaluateError where an answer is about what inputs that are not given decide.
        """
        answers = list(answers)
        errors = [error for answer in answers for error in _refusals(self.run, answer)]
        refused = {error.span for error in errors}
        found = [Given(answer, self.expected(answer), source) for answer in answers if answer.span not in refused]
        unknown = [given.answer for given in found if given.expected is None or not is_known(given.expected)]
        if unknown:
            require_known(self.run.linear.evaluation)
        errors += map(_unknown, unknown)
        return list(self._marks([given for given in found if given.answer not in unknown])), errors

    def _marks(self, sheet: list[Given]) -> Iterator[Marked]:
        is_right = [given.matches(given.expected) for given in sheet]
        notes = [None if right else self._rounding(given) for given, right in zip(sheet, is_right, strict=True)]
        wrong = [given for given, right, note in zip(sheet, is_right, notes, strict=True) if not right and not note]
        own = Sheet(self, wrong)
        for given, right, note in zip(sheet, is_right, notes, strict=True):
            if right:
                yield given.marked("right")
            elif note:
                yield given.marked("rounding", note=note)
            elif note := own.source_of(given):
                yield given.marked("follows", note=note)
            else:
                yield given.marked("wrong", self._diagnosis(given))

    def _rounding(self, given: Given) -> str | None:
        """The rounding on the way that leads to what was given; None where none does."""
        if not self.is_plain(given):
            return None
        for rounding in _by_decimals(given):
            if rounding not in self._rounded:
                self._rounded[rounding] = OwnWork(self.run.linear, rounding=rounding)
            if given.matches(self.reworked(self._rounded[rounding], given)):
                return f"this comes out when every intermediate result is rounded to {rounding}"
        return None

    def _diagnosis(self, given: Given) -> Diagnosis | None:
        """The likeliest mistake; where the true derivative is 0 because nothing leads there, that."""
        if not self.is_plain(given) or shape_of(given.value) != shape_of(given.expected):
            return None
        slack = 0.0 if shape_of(given.value) else reach(given.answer.value, given.value)
        return self._diagnoser.diagnose(given.of, given.wrt, given.value, slack, given.matches)

    def is_plain(self, given: Given) -> bool:
        """Whether one sweep gives what was asked for: a value, or a derivative of a number."""
        index = self.run.graph.index
        return given.wrt is None or given.of not in index or not self.run.shapes[index[given.of]]

    def reworked(self, work: OwnWork, given: Given) -> Any:
        """What is asked for, as it comes out of somebody's own work; None where it has no formula."""
        index = self.run.graph.index
        if given.wrt is None:
            return work.value(index[given.of])
        return work.adjoints(given.of, self.seeds(given.of)).get(index[given.wrt], 0.0)

    def expected(self, answer: Answer) -> Any:
        """The true value; None or a formula where it is not known."""
        index = self.run.graph.index
        if answer.wrt is None:
            return self.run.values[index[answer.of]]
        return self.derivatives(answer.of)[index[answer.wrt]]

    def derivatives(self, output: str) -> list[Any]:
        """∂output/∂node for every node."""
        if output not in self._adjoints:
            is_loss = output not in self.run.graph.index or self._is_run(output)
            self._adjoints[output] = (
                self.run.adjoints if is_loss else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]

    def seeds(self, output: str) -> dict[int, Any]:
        """The adjoints that a sweep for ∂output/∂node begins with."""
        return self.run.seeds if self._is_run(output) else {self.run.graph.index[output]: 1.0}

    def _is_run(self, output: str) -> bool:
        """Whether the derivatives of `output` are those of the run."""
        return output == self.run.output and self.run.mode == "reverse"


def _by_decimals(given: Given) -> list[Rounding]:
    """The roundings that are tried, those to as many decimals as were written first."""
    text = given.marked("wrong").given
    decimals = len(text.partition(".")[2].rstrip("] "))
    return sorted(ROUNDINGS, key=lambda r: r.unit != "decimals" or r.digits != decimals)


class Sheet:
    """The wrong answers of one sheet, and what correct work makes of them."""

    def __init__(self, key: Key, wrong: list[Given]) -> None:
        self._key = key
        self._wrong = [given for given in wrong if shape_of(given.value) == shape_of(given.expected)]
        self._works: dict[Rounding | None, OwnWork] = {}

    def source_of(self, given: Given) -> str:
        """What a wrong answer follows from: the sentence that tells it, empty where it does not follow."""
        if len(self._wrong) < 2 or not self._key.is_plain(given):
            return ""
        for rounding in (None, *_by_decimals(given)):
            expected = self._key.reworked(self._work(rounding), given)
            if given.matches(expected):
                return f"correct work from {self._earlier(given)}"
        return ""

    def _work(self, rounding: Rounding | None) -> OwnWork:
        if rounding not in self._works:
            index = self._key.run.graph.index
            values = {index[given.of]: given.value for given in self._wrong if given.wrt is None}
            derivatives: dict[str, dict[int, Any]] = {}
            for given in self._wrong:
                if given.wrt is not None:
                    derivatives.setdefault(given.of, {})[index[given.wrt]] = given.value
            self._works[rounding] = OwnWork(self._key.run.linear, values, derivatives, rounding)
        return self._works[rounding]

    def _earlier(self, given: Given) -> str:
        """The wrong answers next to this one that it was made from."""
        graph = self._key.run.graph
        values = [other for other in self._wrong if other.wrt is None and other is not given]
        if given.wrt is None:
            near = [other for other in values if other.of in graph.node(given.of).args]
        else:
            derivatives = [other for other in self._wrong if other.of == given.of and other.wrt is not None]
            near = [other for other in derivatives if given.wrt in graph.node(other.wrt or "").args] or values
        written = [f"{_name(other.answer)} = {other.marked('wrong').given}" for other in near[:3]]
        return f"your {' and '.join(written)}" if written else "your earlier answers"


def _unknown(answer: Answer) -> Diagnostic:
    what = f"the value of `{shorten(answer.of)}`" if answer.wrt is None else f"`{shorten(_name(answer))}`"
    hint = (f"give its activation: {shorten(answer.of)} = …",) if answer.wrt is None else ()
    return Diagnostic("unknown-value", f"{what} is not known", answer.span, hints=hint)


def _name(answer: Answer) -> str:
    return answer.of if answer.wrt is None else f"d{answer.of}/d{answer.wrt}"


def _refusals(run: Run, answer: Answer) -> Iterator[Diagnostic]:
    """What keeps `answer` from being marked."""
    for name in (answer.of, answer.wrt):
        if name is not None and name not in run.graph.index and not _is_loss(run, answer, name):
            hints = did_you_mean(name, run.graph.index) or (f"the nodes are {quoted(list(run.graph.index))}",)
            yield Diagnostic("unknown-node", f"the graph has no node `{shorten(name)}`", answer.span, hints=hints)
            return


def _is_loss(run: Run, answer: Answer, name: str) -> bool:
    """Whether `name` is the loss outside the graph, as what is differentiated."""
    return run.is_outside and name == run.output == answer.of and answer.wrt is not None
