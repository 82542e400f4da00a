"""What stands in a formula, made into what the graph has: nodes, derivatives, and the file's own functions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backcalc.calculus.primes import differentiated
from backcalc.calculus.result import AnyRun
from backcalc.calculus.run import Run
from backcalc.graph.functions import DERIVATIVES, Functions
from backcalc.graph.resolve import resolve
from backcalc.graph.whole_numbers import Environment, LoopError
from backcalc.language.expr import FOR, TEMPLATE, Call, Expr, Name, fold, names, postorder, with_args
from backcalc.language.parser import parse
from backcalc.language.statements import Answer, Function
from backcalc.marking.formulas.judge import FormulaAnswer
from backcalc.marking.formulas.meant import TRANSPOSE, hints_for, transposes
from backcalc.marking.formulas.reading import is_formula, symbol
from backcalc.marking.written import choice_in, read_value
from backcalc.rules.primitives import lookup
from backcalc.rules.row import CONSTANTS
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten


def is_formula_of(run: AnyRun, value: Expr) -> bool:
    """Whether an answer is a formula: numbers alone are none, but `e` is a node where the graph has one."""
    return is_formula(value) or any(name in run.graph.index for name in names(value))


def resolved(run: Run, answer: Answer, source: Source) -> tuple[FormulaAnswer, list[Diagnostic]]:
    """An answer as a formula, and what of it the graph does not have."""
    index = run.graph.index
    expr = answer.value
    read = [found for name in names(expr) if (found := symbol(name))]
    # `dz/dy` is a quotient where both are nodes.
    if any(it.is_plain and f"d{it.of}" in index and f"d{it.wrt}" in index for it in read):
        expr = read_value(source, answer.value_span)
    try:
        expr = _written_out(run, expr)
    except LoopError as error:
        return FormulaAnswer(answer, expr), [
            error.diagnostic._replace(span=_within(error.diagnostic.span, answer.value_span))
        ]
    # Before functions are expanded, for `W (a + b)` reads as a call of what is none.
    expr = fold(expr, lambda leaf: leaf, lambda call, args: _product(run, call, args))
    errors = [*_unknown(run, expr, answer.value_span), *_derived(expr, answer.value_span)]
    if not errors and (choice := choice_in(expr)):  # One fault an answer: names that are not known come first.
        errors = [choice]
    if not errors:  # The file's functions are put in, so that only the table's are left.
        expr = Functions(_functions(run, expr), errors, differentiated).expand(expr)
    at = answer.value_span  # A name that was rewritten has no place of its own.
    return FormulaAnswer(answer, expr), [e._replace(span=_within(e.span, at)) for e in errors]


def _written_out(run: Run, expr: Expr) -> Expr:
    """A formula with its comprehensions and names with braces written out. Raises LoopError."""
    if not any(isinstance(part, Call) and part.fn in (FOR, TEMPLATE) for part in postorder(expr)):
        return expr
    # The file's whole constants bound its loops, so they bound an answer's too.
    nodes = zip(run.graph.nodes, run.values, strict=True)
    constants = {node.name: _whole(value) for node, value in nodes if node.kind == "constant"}
    return resolve(expr, Environment(constants=constants))


def _whole(value: Any) -> int | None:
    return int(value) if isinstance(value, float) and value.is_integer() else None


def _within(span: Span | None, of: Span) -> Span:
    return span if span is not None and of.start <= span.start < span.end <= of.end else of


def _product(run: Run, call: Call, args: tuple[Expr, ...]) -> Expr:
    """A call; of a node, as `W (a + b)` looks like one, a product."""
    if call.is_named and call.fn in run.graph.index and len(args) == 1:
        return Call("@", (Name(call.fn, call.span), args[0]), call.span)
    return with_args(call, args)


def _functions(run: Run, expr: Expr) -> list[Function]:
    """The functions that the file defines, where a formula calls one that the table does not have."""
    called = (part.fn for part in postorder(expr) if isinstance(part, Call))
    if all(lookup(fn) is not None for fn in called):  # Parsed only for these: most formulas call what the table has.
        return []
    return [it for it in parse(run.graph.source).statements if isinstance(it, Function)]


def _unknown(run: Run, expr: Expr, at: Span) -> Iterator[Diagnostic]:
    """An error for each name that the graph does not have."""
    powers = list(transposes(run, expr))
    yield from powers[:1]  # They are alike.
    for name, where in names(expr).items():
        if powers and name == TRANSPOSE:
            continue
        derivative = symbol(name)
        wanted = (name,) if derivative is None else (derivative.of or run.output, derivative.wrt)
        for node in wanted:
            if node in run.graph.index or (derivative is None and node in CONSTANTS) or _is_loss(run, node):
                continue
            message = f"the graph has no node `{shorten(node)}`"
            hints = hints_for(run, node, derivative)
            yield Diagnostic(Code.UNKNOWN_NODE, message, _within(where.span, at), hints=hints)
            break  # One of a symbol: the second is often misspelt for the same reason.


def _is_loss(run: Run, name: str) -> bool:
    return run.is_outside and name == run.output


def _derived(expr: Expr, at: Span) -> Iterator[Diagnostic]:
    """An error where a formula leaves the work to the language: `grad(J, w)` is what is asked."""
    for part in postorder(expr):
        if isinstance(part, Call) and part.fn in DERIVATIVES:
            message = f"`{part.fn}(…)` is what is asked for; an answer says what it is"
            yield Diagnostic(Code.NOT_AN_ANSWER, message, _within(part.span, at))
