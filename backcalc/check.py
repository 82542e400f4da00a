"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from backcalc.answers import read_stated
from backcalc.digits import is_right
from backcalc.errors import Diagnostic, ParseError, Source, UsageError, quoted, shorten
from backcalc.evaluate import require_known
from backcalc.run import Run, derivatives
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean
from backcalc.values import is_known

Verdict = Literal["right", "rounding", "follows", "wrong", "missing"]
Kind = Literal[
    "sign", "missing-term", "missing-factor", "rule", "value", "product", "degrees", "other-node", "transpose"
]


@dataclass(frozen=True)
class Diagnosis:
    """What went wrong in an answer: the kind of mistake, the node where it was made, and a sentence for its author."""

    kind: Kind
    where: str
    text: str


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict."""

    name: str
    given: str
    expected: Any
    verdict: Verdict
    diagnosis: Diagnosis | None = None


def stated_answers(source: Source, comments: Iterable[Comment]) -> list[Answer]:
    """The answers that the `#=` comments of a file state. Raises ParseError for every one that is none."""
    answers, errors = read_stated(source, comments)
    if errors:
        raise ParseError(source, errors)
    return answers


def check(run: Run, source: Source, answers: Iterable[Answer]) -> list[Marked]:
    """Each answer marked by the digits written. Raises BackcalcError for answers about nodes that are not there."""
    marked, errors = Key(run).mark(source, answers)
    if errors:
        raise UsageError(source, errors)
    return marked


class Key:
    """What a run says of answers; what it takes to mark one is found once, for any number of sheets of answers."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self._adjoints: dict[str, list[Any]] = {}

    def mark(self, source: Source, answers: Iterable[Answer]) -> tuple[list[Marked], list[Diagnostic]]:
        """The marks of one sheet of answers, and what keeps each of the others from being marked.

        Raises EvaluateError where an answer is about what inputs that are not given decide.
        """
        answers = list(answers)
        errors = [error for answer in answers for error in _refusals(self.run, answer)]
        refused = {error.span for error in errors}
        found = [(answer, self.expected(answer)) for answer in answers if answer.span not in refused]
        unknown = [answer for answer, value in found if value is None or not is_known(value)]
        if unknown:
            require_known(self.run.linear.evaluation)
        errors += map(_unknown, unknown)
        return [_marked(answer, value, source) for answer, value in found if answer not in unknown], errors

    def expected(self, answer: Answer) -> Any:
        """The true value; None or a formula where it is not known."""
        index = self.run.graph.index
        if answer.wrt is None:
            return self.run.values[index[answer.of]]
        return self.derivatives(answer.of)[index[answer.wrt]]

    def derivatives(self, output: str) -> list[Any]:
        """∂output/∂node for every node."""
        if output not in self._adjoints:
            is_loss = self.run.is_outside and output == self.run.output
            self._adjoints[output] = (
                self.run.adjoints if is_loss else derivatives(self.run.linear, self.run.graph.index[output])
            )
        return self._adjoints[output]


def _marked(answer: Answer, expected: Any, source: Source) -> Marked:
    given = source.text[slice(*answer.value_span)].strip()
    verdict: Verdict = "right" if is_right(answer.value, expected, source) else "wrong"
    return Marked(_name(answer), given, expected, verdict)


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
