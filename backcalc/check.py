"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from backcalc.digits import is_right
from backcalc.errors import Diagnostic, ParseError, Source, Span, UsageError, quoted, shorten
from backcalc.evaluate import require_known
from backcalc.parser import parse_answer
from backcalc.run import Run, derivatives
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean
from backcalc.values import is_known

Verdict = Literal["right", "wrong"]


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict."""

    name: str
    given: str
    expected: Any
    verdict: Verdict


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
    answers = list(answers)
    errors = [error for answer in answers for error in _refusals(run, answer)]
    if errors:
        raise UsageError(source, errors)

    @cache
    def derivative(output: str) -> list[Any]:
        is_loss = run.is_outside and output == run.output
        return run.adjoints if is_loss else derivatives(run.linear, run.graph.index[output])

    expected = [_expected(run, answer, derivative) for answer in answers]
    unknown = [answer for answer, value in zip(answers, expected, strict=True) if value is None or not is_known(value)]
    if unknown:
        require_known(run.linear.evaluation)
        raise UsageError(source, [_unknown(answer) for answer in unknown])
    return [_marked(answer, value, source) for answer, value in zip(answers, expected, strict=True)]


def _expected(run: Run, answer: Answer, derivative: Callable[[str], list[Any]]) -> Any:
    index = run.graph.index
    return run.values[index[answer.of]] if answer.wrt is None else derivative(answer.of)[index[answer.wrt]]


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
