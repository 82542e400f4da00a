"""The grammar's callbacks: each rule of grammars/graph.lark as the record that it stands for."""

from __future__ import annotations

from dataclasses import replace
from math import isinf
from typing import Any

from backcalc.language.automaton import Token
from backcalc.language.expr import IF, INDEX, NEGATE, TEMPLATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number
from backcalc.language.statements import (
    Adjoint,
    Answer,
    Claim,
    Definition,
    Edge,
    Function,
    Given,
    Input,
    Output,
)
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.wording import shorten

MOST_DIGITS = 18  # Of an index: longer ones Python may not read, and no array is as long.

Element = tuple[Name, tuple[int, ...]]
"""A node that an answer names, and which element of it."""


class RejectedError(Exception):
    """A slice that the grammar or a callback refuses."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class LoopHead:
    def __init__(self, variable: str, first: Expr, last: Expr, span: Span) -> None:
        self.variable, self.first, self.last, self.span = variable, first, last, span


class Builder:
    """The grammar's callbacks, one a rule or alias; each returns the record of its text."""

    # Expressions

    def number(self, token: Token) -> Number:
        value = float(token.text)
        if isinf(value):
            hint = "write inf where infinity is meant"
            message = "this number is too large for a float64, whose largest is 1.797e308"
            raise RejectedError(Diagnostic(Code.NUMBER_TOO_LARGE, message, token.span, hints=(hint,)))
        return Number(value, token.text, token.span)

    def variable(self, token: Token) -> Name:
        return Name(token.text, token.span)

    def binary(self, left: Expr, operator: Token, right: Expr) -> Call:
        # One spelling each from here on, so that one row of the table serves both.
        fn = {"−": "-", "**": "^"}.get(operator.text, operator.text)
        return Call(fn, (left, right), Span(left.span.start, right.span.end))

    def negative(self, sign: Token, operand: Expr) -> Call:
        return Call(NEGATE, (operand,), Span(sign.span.start, operand.span.end))

    def negated(self, word: Token, operand: Expr) -> Call:
        return Call("not", (operand,), Span(word.span.start, operand.span.end))

    def positive(self, _sign: Token, operand: Expr) -> Expr:
        return operand

    def transpose(self, operand: Expr, token: Token) -> Call:
        return Call(TRANSPOSE, (operand,), Span(operand.span.start, token.span.end))

    def index(self, operand: Expr, places: tuple[Expr, ...], end: Token) -> Call:
        return Call(INDEX, (operand, *places), Span(operand.span.start, end.span.end))

    def call(self, fn: Token, _open: Token, *rest: Any) -> Call:
        args = rest[0] if len(rest) == 2 else ()
        return Call(fn.text, args, Span(fn.span.start, rest[-1].span.end))

    def vector(self, start: Token, items: tuple[Expr, ...], end: Token) -> Call:
        return Call(VECTOR, items, Span(start.span.start, end.span.end))

    def parenthesis(self, start: Token, inner: Expr, end: Token) -> Expr:
        span = Span(start.span.start, end.span.end)
        # An error about a call looks for its name where its span begins; all else is shown with its parentheses.
        if isinstance(inner, Call) and inner.is_named:
            return inner
        return replace(inner, span=span)

    def conditional(self, start: Token, c: Expr, _then: Token, a: Expr, _else: Token, b: Expr) -> Call:
        return Call(IF, (c, a, b), Span(start.span.start, b.span.end))

    def arguments(self, *items: Any) -> tuple[Any, ...]:
        return items

    parameters = point = arguments

    # Names

    def template(self, head: Token, _open: Token, index: Expr, close: Token, *rest: tuple[Any, ...]) -> Call:
        parts: list[Expr] = [self.variable(head), index]
        end = close.span.end
        for part, stop in rest:
            is_text = isinstance(part, Token)
            if not is_text and len(parts) % 2 == 0:
                parts.append(Name("", Span(end, end)))  # Texts and indices take turns.
            parts.append(self.variable(part) if is_text else part)
            end = stop
        return Call(TEMPLATE, tuple(parts), Span(head.span.start, end))

    def template_rest(self, *tokens: Any) -> tuple[Any, int]:
        part = tokens[0] if len(tokens) == 1 else tokens[1]
        return part, tokens[-1].span.end

    # Statements

    def definition(self, target: Expr, formula: Expr) -> Definition:
        return Definition(target, formula, Span(target.span.start, formula.span.end))

    def arrow_edge(self, tail: Expr, _arrow: Token, head: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, "->", Span(tail.span.start, partial.span.end))

    def bare_edge(self, tail: Expr, head: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, " ", Span(tail.span.start, partial.span.end))

    def comma_edge(self, tail: Expr, _first: Token, head: Expr, _second: Token, partial: Expr) -> Edge:
        return Edge(tail, head, partial, ",", Span(tail.span.start, partial.span.end))

    def differential_edge(self, d: Token, head: Expr, _d: Token, tail: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, d.text, Span(d.span.start, partial.span.end))

    def closed_differential_edge(self, d: Token, head: Expr, _d: Token, tail: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, f"{d.text}()", Span(d.span.start, partial.span.end))

    def input(self, word: Token, target: Expr, *parts: tuple[str, Any, int]) -> Input:
        given = {kind: value for kind, value, _ in parts}
        end = parts[-1][2] if parts else target.span.end
        span = Span(word.span.start, end)
        return Input(target, given.get("shape"), given.get("default"), given.get("bounds"), span)

    def shape(self, *sizes: Expr) -> tuple[str, tuple[Expr, ...], int]:
        return "shape", sizes, sizes[-1].span.end

    def default(self, value: Expr) -> tuple[str, Expr, int]:
        return "default", value, value.span.end

    def bounds(self, low: Expr, high: Expr) -> tuple[str, tuple[Expr, Expr], int]:
        return "bounds", (low, high), high.span.end

    def output(self, word: Token, target: Expr) -> Output:
        return Output(target, Span(word.span.start, target.span.end))

    def given(self, word: Token, target: Expr, value: Expr) -> Given:
        return Given(target, value, Span(word.span.start, value.span.end))

    def adjoint(self, word: Token, target: Expr, value: Expr) -> Adjoint:
        return Adjoint(target, value, Span(word.span.start, value.span.end))

    def function(self, word: Token, name: Token, params: tuple[Token, ...], body: Expr) -> Function:
        names = tuple(param.text for param in params)
        for i, param in enumerate(params):
            if param.text in names[:i]:
                first = Note("it stands here already", params[names.index(param.text)].span)
                message = f"the parameter `{shorten(param.text)}` stands twice"
                raise RejectedError(Diagnostic(Code.DUPLICATE_PARAMETER, message, param.span, (first,)))
        return Function(name.text, names, body, Span(word.span.start, body.span.end))

    def claim(self, word: Token, condition: Expr) -> Claim:
        return Claim(condition, Span(word.span.start, condition.span.end))

    def loop_head(self, word: Token, variable: Token, first: Expr, last: Expr) -> LoopHead:
        return LoopHead(variable.text, first, last, word.span)

    def loop_end(self) -> None:
        return None

    # Answers and points

    def element(self, node: Name, place: tuple[int, ...] = ()) -> tuple[Name, tuple[int, ...]]:
        return node, place

    def place(self, *indices: Token) -> tuple[int, ...]:
        return tuple(_whole(index) for index in indices)

    def slash_answer(self, of: Element, wrt: Element, value: Expr) -> Answer:
        # To the grammar `dL/dx` is a quotient of two names, for a node may be called `dL`.
        for node, _ in (of, wrt):
            if not node.id.startswith("d") or node.id == "d":
                raise RejectedError(_no_derivative(of[0], wrt[0]))
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id[1:], x.id[1:], value, _of_both(y, value), value.span, of_place, wrt_place)

    def differential_answer(self, d: Token, of: Element, _d: Token, wrt: Element, value: Expr) -> Answer:
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id, x.id, value, _of_both(d, value), value.span, of_place, wrt_place)

    def value_answer(self, element: Element, value: Expr) -> Answer:
        node, place = element
        return Answer(node.id, None, value, _of_both(node, value), value.span, place)

    def assignment(self, node: Name, value: Expr) -> tuple[Name, Expr]:
        return node, value


def _of_both(first: Token | Name, last: Expr) -> Span:
    return Span(first.span.start, last.span.end)


def _whole(index: Token) -> int:
    """The whole number of an index."""
    if len(index.text) > MOST_DIGITS:
        raise RejectedError(Diagnostic(Code.INDEX_TOO_LARGE, "no array has an element of this number", index.span))
    return int(index.text)


def _no_derivative(of: Name, wrt: Name) -> Diagnostic:
    """That `of`/`wrt` is written as no derivative is."""
    y, x = (shorten(name.id.removeprefix("d") or name.id) for name in (of, wrt))
    message = f"`{shorten(f'{of.id}/{wrt.id}')}` is neither a derivative nor a node"
    hint = f"a derivative is written d{y}/d{x}"
    return Diagnostic(Code.NOT_AN_ANSWER, message, Span(of.span.start, wrt.span.end), hints=(hint,))
