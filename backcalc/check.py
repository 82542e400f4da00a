"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, localcontext
from functools import cache
from math import isfinite
from typing import Literal

from backcalc.errors import Diagnostic, ParseError, Source, Span, UsageError, quoted, shorten
from backcalc.evaluate import constant
from backcalc.expr import NEGATE, Call, Expr, Number
from backcalc.parser import parse_answer
from backcalc.reverse import adjoints
from backcalc.run import Run
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean

# A calculation in float64 is not better than this, relative to its result: 2^-44, some 250 units in the last place.
PRECISION = 2.0**-44

_ANY_SIZE = Context(prec=50, Emin=MIN_EMIN, Emax=MAX_EMAX)

Verdict = Literal["right", "wrong"]


@dataclass(frozen=True)
class Marked:
    """An answer as `name` (`dL/dx1` or `t1`), the value given, as written, the true one, and the verdict."""

    name: str
    given: str
    expected: float
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
    def adjoint(output: int) -> list[float]:
        return adjoints(run.linear, output)

    marked = []
    for answer in answers:
        index = run.graph.index
        expected = run.values[index[answer.of]] if answer.wrt is None else adjoint(index[answer.of])[index[answer.wrt]]
        assert expected is not None  # `_refusals` has told.
        given = source.text[slice(*answer.value_span)].strip()
        verdict: Verdict = "right" if is_right(answer.value, expected, source) else "wrong"
        marked.append(Marked(_name(answer), given, expected, verdict))
    return marked


def is_right(given: Expr, expected: float, source: Source) -> bool:
    """Whether `given` is `expected` rounded to the digits written; an expression must equal it."""
    value = constant(given, source)
    if not (isfinite(value) and isfinite(expected)):
        return repr(value) == repr(expected)
    literal = _literal(given)
    with localcontext(_ANY_SIZE):
        unit = Decimal(0) if literal is None else unit_in_last_place(literal)
        slack = unit / 2 + Decimal(PRECISION) * abs(Decimal(expected))
        exact = Decimal(value) if literal is None else Decimal(literal).copy_sign(Decimal(value))
        return abs(exact - Decimal(expected)) <= slack


def unit_in_last_place(literal: str) -> Decimal:
    """The worth of one step of the last digit written: 0.01 for `0.30`, 1 for `100`, 1e-4 for `1.5e-3`."""
    exponent = Decimal(literal).as_tuple().exponent
    assert isinstance(exponent, int)  # Literals are finite.
    return Decimal((0, (1,), exponent))


def _literal(expr: Expr) -> str | None:
    """The digits of a number with or without a minus; None for other expressions, and exponents beyond Decimal's."""
    while isinstance(expr, Call) and expr.fn == NEGATE:
        expr = expr.args[0]
    try:
        return expr.text if isinstance(expr, Number) and Decimal(expr.text).is_finite() else None
    except InvalidOperation:
        return None


def _name(answer: Answer) -> str:
    return answer.of if answer.wrt is None else f"d{answer.of}/d{answer.wrt}"


def _refusals(run: Run, answer: Answer) -> Iterator[Diagnostic]:
    """What keeps `answer` from being marked."""
    for name in (answer.of, answer.wrt):
        if name is not None and name not in run.graph.index:
            hints = did_you_mean(name, run.graph.index) or (f"the nodes are {quoted(list(run.graph.index))}",)
            yield Diagnostic("unknown-node", f"the graph has no node `{shorten(name)}`", answer.span, hints=hints)
            return
    if answer.wrt is None and run.values[run.graph.index[answer.of]] is None:
        message = f"the value of `{shorten(answer.of)}` is not known: only edges lead to it"
        hint = f"give its activation: {shorten(answer.of)} = …"
        yield Diagnostic("unknown-value", message, answer.span, hints=(hint,))
