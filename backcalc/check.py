"""Answers marked: what somebody states against what the graph gives."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, localcontext
from functools import cache
from math import isfinite
from typing import Any, Literal

from backcalc.errors import Diagnostic, ParseError, Source, Span, UsageError, quoted, shorten
from backcalc.evaluate import constant, require_known
from backcalc.expr import NEGATE, VECTOR, Call, Expr, Number
from backcalc.parser import parse_answer
from backcalc.run import Run, derivatives
from backcalc.statements import Answer, Comment
from backcalc.suggest import did_you_mean
from backcalc.values import is_known, shape_of

# A calculation in float64 is not better than this, relative to its result: 2^-44, some 250 units in the last place.
PRECISION = 2.0**-44

_ANY_SIZE = Context(prec=50, Emin=MIN_EMIN, Emax=MAX_EMAX)

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


def is_right(given: Expr, expected: Any, source: Source) -> bool:
    """Whether `given` is `expected` rounded to the digits written, vectors by element; an expression must equal it."""
    if isinstance(given, Call) and given.fn == VECTOR:
        shape = shape_of(expected)
        is_same_length = bool(shape) and shape[0] == len(given.args)
        return is_same_length and all(is_right(*pair, source) for pair in zip(given.args, expected, strict=True))
    if shape_of(expected):
        return False
    expected = float(expected)
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
        if name is not None and name not in run.graph.index and not _is_loss(run, answer, name):
            hints = did_you_mean(name, run.graph.index) or (f"the nodes are {quoted(list(run.graph.index))}",)
            yield Diagnostic("unknown-node", f"the graph has no node `{shorten(name)}`", answer.span, hints=hints)
            return


def _is_loss(run: Run, answer: Answer, name: str) -> bool:
    """Whether `name` is the loss outside the graph, as what is differentiated."""
    return run.is_outside and name == run.output == answer.of and answer.wrt is not None
