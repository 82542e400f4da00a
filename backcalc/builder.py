"""The grammar's callbacks: each rule of grammars/graph.lark as the record that it stands for."""

from __future__ import annotations

from dataclasses import replace
from math import isinf
from typing import Any

from lark import Token, Transformer, v_args

from backcalc.errors import Diagnostic, Note, Span, shorten
from backcalc.expr import IF, INDEX, NEGATE, TEMPLATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number
from backcalc.statements import (
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


class RejectedError(Exception):
    """A slice that the grammar or a callback refuses."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class LoopHead:
    def __init__(self, variable: str, first: Expr, last: Expr, span: Span) -> None:
        self.variable, self.first, self.last, self.span = variable, first, last, span


@v_args(inline=True)
class Builder(Transformer[Token, Any]):
    """The grammar's callbacks, one a rule or alias; each returns the record of its text."""

    base = 0  # Where the slice that is read begins in the source.

    def _span(self, token: Token) -> Span:
        return Span(self.base + (token.start_pos or 0), self.base + (token.end_pos or 0))

    # Expressions

    def number(self, token: Token) -> Number:
        value = float(token)
        if isinf(value):
            hint = "write inf where infinity is meant"
            message = "this number is too large for a float64, whose largest is 1.797e308"
            raise RejectedError(Diagnostic("number-too-large", message, self._span(token), hints=(hint,)))
        return Number(value, str(token), self._span(token))

    def variable(self, token: Token) -> Name:
        return Name(str(token), self._span(token))

    def binary(self, left: Expr, operator: Token, right: Expr) -> Call:
        fn = {"−": "-", "**": "^"}.get(operator, str(operator))
        return Call(fn, (left, right), Span(left.span.start, right.span.end))

    def negative(self, sign: Token, operand: Expr) -> Call:
        return Call(NEGATE, (operand,), Span(self._span(sign).start, operand.span.end))

    def negated(self, word: Token, operand: Expr) -> Call:
        return Call("not", (operand,), Span(self._span(word).start, operand.span.end))

    def positive(self, _sign: Token, operand: Expr) -> Expr:
        return operand

    def transpose(self, operand: Expr, token: Token) -> Call:
        return Call(TRANSPOSE, (operand,), Span(operand.span.start, self._span(token).end))

    def index(self, operand: Expr, places: tuple[Expr, ...], end: Token) -> Call:
        return Call(INDEX, (operand, *places), Span(operand.span.start, self._span(end).end))

    def call(self, fn: Token, _open: Token, *rest: Any) -> Call:
        args = rest[0] if len(rest) == 2 else ()
        return Call(str(fn), args, Span(self._span(fn).start, self._span(rest[-1]).end))

    def vector(self, start: Token, items: tuple[Expr, ...], end: Token) -> Call:
        return Call(VECTOR, items, Span(self._span(start).start, self._span(end).end))

    def parenthesis(self, start: Token, inner: Expr, end: Token) -> Expr:
        span = Span(self._span(start).start, self._span(end).end)
        if isinstance(inner, Call) and inner.is_named:
            return inner
        return replace(inner, span=span)

    def conditional(self, start: Token, c: Expr, _then: Token, a: Expr, _else: Token, b: Expr) -> Call:
        return Call(IF, (c, a, b), Span(self._span(start).start, b.span.end))

    def arguments(self, *items: Any) -> tuple[Any, ...]:
        return items

    parameters = point = arguments

    # Names

    def template(self, head: Token, _open: Token, index: Expr, close: Token, *rest: tuple[Any, ...]) -> Call:
        parts: list[Expr] = [self.variable(head), index]
        end = self._span(close).end
        for part, stop in rest:
            is_text = isinstance(part, Token)
            if not is_text and len(parts) % 2 == 0:
                parts.append(Name("", Span(end, end)))  # Texts and indices take turns.
            parts.append(self.variable(part) if is_text else part)
            end = stop
        return Call(TEMPLATE, tuple(parts), Span(self._span(head).start, end))

    def template_rest(self, *tokens: Any) -> tuple[Any, int]:
        part = tokens[0] if len(tokens) == 1 else tokens[1]
        return part, self._span(tokens[-1]).end

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
        return Edge(tail, head, partial, str(d), Span(self._span(d).start, partial.span.end))

    def closed_differential_edge(self, d: Token, head: Expr, _d: Token, tail: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, f"{d}()", Span(self._span(d).start, partial.span.end))

    def input(self, word: Token, target: Expr, *parts: tuple[str, Any, int]) -> Input:
        given = {kind: value for kind, value, _ in parts}
        end = parts[-1][2] if parts else target.span.end
        span = Span(self._span(word).start, end)
        return Input(target, given.get("shape"), given.get("default"), given.get("bounds"), span)

    def shape(self, *sizes: Expr) -> tuple[str, tuple[Expr, ...], int]:
        return "shape", sizes, sizes[-1].span.end

    def default(self, value: Expr) -> tuple[str, Expr, int]:
        return "default", value, value.span.end

    def bounds(self, low: Expr, high: Expr) -> tuple[str, tuple[Expr, Expr], int]:
        return "bounds", (low, high), high.span.end

    def output(self, word: Token, target: Expr) -> Output:
        return Output(target, Span(self._span(word).start, target.span.end))

    def given(self, word: Token, target: Expr, value: Expr) -> Given:
        return Given(target, value, Span(self._span(word).start, value.span.end))

    def adjoint(self, word: Token, target: Expr, value: Expr) -> Adjoint:
        return Adjoint(target, value, Span(self._span(word).start, value.span.end))

    def function(self, word: Token, name: Token, params: tuple[Token, ...], body: Expr) -> Function:
        for i, param in enumerate(params):
            if param in params[:i]:
                first = Note("it stands here already", self._span(params[params.index(param)]))
                message = f"the parameter `{shorten(param)}` stands twice"
                raise RejectedError(Diagnostic("duplicate-parameter", message, self._span(param), (first,)))
        return Function(str(name), tuple(map(str, params)), body, Span(self._span(word).start, body.span.end))

    def claim(self, word: Token, condition: Expr) -> Claim:
        return Claim(condition, Span(self._span(word).start, condition.span.end))

    def loop_head(self, word: Token, variable: Token, first: Expr, last: Expr) -> LoopHead:
        return LoopHead(str(variable), first, last, self._span(word))

    def loop_end(self) -> None:
        return None

    # Answers and points

    def slash_answer(self, of: Token, wrt: Token, value: Expr) -> Answer:
        if not all(token[0] == "d" and len(token) > 1 for token in (of, wrt)):
            y, x = (shorten(token.removeprefix("d") or token) for token in (of, wrt))
            message = f"`{shorten(f'{of}/{wrt}')}` is neither a derivative nor a node"
            span = Span(self._span(of).start, self._span(wrt).end)
            hint = f"a derivative is written d{y}/d{x}"
            raise RejectedError(Diagnostic("not-an-answer", message, span, hints=(hint,)))
        return Answer(str(of[1:]), str(wrt[1:]), value, Span(self._span(of).start, value.span.end), value.span)

    def differential_answer(self, d: Token, of: Name, _d: Token, wrt: Name, value: Expr) -> Answer:
        return Answer(of.id, wrt.id, value, Span(self._span(d).start, value.span.end), value.span)

    def value_answer(self, node: Name, value: Expr) -> Answer:
        return Answer(node.id, None, value, Span(node.span.start, value.span.end), value.span)

    def assignment(self, node: Name, value: Expr) -> tuple[Name, Expr]:
        return node, value
