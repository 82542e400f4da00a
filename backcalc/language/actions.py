"""The grammar's callbacks: each rule of grammars/graph.lark as the record that it stands for."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from itertools import pairwise
from math import isinf
from typing import Any

from backcalc.language.automaton import RefusedError, Token
from backcalc.language.expr import IF, INDEX, NEGATE, TEMPLATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number
from backcalc.language.lexis import canonical
from backcalc.language.statements import (
    Adjoint,
    Answer,
    Claim,
    Const,
    Definition,
    Edge,
    Function,
    Given,
    Input,
    Inputs,
    Output,
    Partial,
)
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.wording import shorten

# What is read as what: one spelling each from the grammar on, so that one row of the table serves all.
SPELLINGS = {"**": "^", "≤": "<=", "≥": ">=", "≠": "!="}
SPELLINGS |= dict.fromkeys("−–", "-") | dict.fromkeys("·⋅×∗⊙", "*") | dict.fromkeys("÷∕", "/")

_PARTED_ITEMS = ("commas part the items: [1, -2]", "a difference has a blank on both sides or none: [1 - 2]")
_PARTED_COLUMNS = ("an edge has three columns: tail, head, partial", "a difference is written (3 - 1) or 3-1")

OPERATORS = {"ADD", "SUB", "MUL", "DIV"}
"""What parts two operands."""

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

    def __init__(self) -> None:
        self._text, self._base = "", 0
        self._doubtful: list[Token] = []  # Signs such as that of `1 -2`, which parts two items if it stands in a list.

    def begin(self, text: str, base: int) -> None:
        """Get ready for a text whose first character is at `base` in the source."""
        self._text, self._base = text, base
        self._doubtful.clear()

    def _said(self, start: int, end: int) -> str:
        """The text from `start` to `end`; empty where there is none."""
        return self._text[max(0, start - self._base) : max(0, end - self._base)]

    # Expressions

    def number(self, token: Token) -> Number:
        value = float(token.text.replace("−", "-"))
        if isinf(value):
            hint = "write inf where infinity is meant"
            message = "this number is too large for a float64, whose largest is 1.797e308"
            raise RejectedError(Diagnostic(Code.NUMBER_TOO_LARGE, message, token.span, hints=(hint,)))
        return Number(value, token.text, token.span)

    def variable(self, token: Token) -> Name:
        name = canonical(token.text)
        if not name:
            plain = unicodedata.normalize("NFKC", token.text)
            message = f"`{shorten(token.text)}` is no name: written plainly it is `{shorten(plain)}`"
            hint = ("a name begins with a letter or `_`",)
            raise RejectedError(Diagnostic(Code.SYNTAX, message, token.span, hints=hint))
        return Name(name, token.span)

    def fraction(self, token: Token) -> Number:
        return Number(unicodedata.numeric(token.text), token.text, token.span)

    def derivative(self, d: Token, of: Expr, _slash: Token, _d: Token, wrt: Expr) -> Call:
        return Call("grad", (of, wrt), Span(d.span.start, wrt.span.end))

    def infinity(self, token: Token) -> Name:
        return Name(token.text, token.span)

    def binary(self, left: Expr, operator: Token, right: Expr) -> Call:
        fn = SPELLINGS.get(operator.text, operator.text)
        if fn in ("+", "-"):
            self._look_at(operator)
        return Call(fn, (left, right), Span(left.span.start, right.span.end))

    def superscript(self, base: Expr, token: Token) -> Call:
        # Normalised these signs are digits, a minus and a plus, which says nothing.
        text = unicodedata.normalize("NFKC", token.text).removeprefix("+")
        digits = Number(float(text.lstrip("−")), text.lstrip("−"), token.span)
        if isinf(digits.value):
            raise RejectedError(Diagnostic(Code.NUMBER_TOO_LARGE, "this power is too large", token.span))
        power = Call(NEGATE, (digits,), token.span) if text.startswith("−") else digits
        return Call("^", (base, power), Span(base.span.start, token.span.end))

    def root(self, sign: Token, operand: Expr) -> Call:
        return Call("sqrt", (operand,), Span(sign.span.start, operand.span.end))

    def negative(self, sign: Token, operand: Expr) -> Call:
        return Call(NEGATE, (operand,), Span(sign.span.start, operand.span.end))

    def negated(self, word: Token, operand: Expr) -> Call:
        return Call("not", (operand,), Span(word.span.start, operand.span.end))

    def positive(self, _sign: Token, operand: Expr) -> Expr:
        return operand

    def transpose(self, operand: Expr, token: Token) -> Call:
        return Call(TRANSPOSE, (operand,), Span(operand.span.start, token.span.end))

    def index(self, operand: Expr, places: tuple[Expr, ...], end: Token) -> Call:
        self._refuse_doubtful(operand.span.end, _PARTED_ITEMS)
        return Call(INDEX, (operand, *places), Span(operand.span.start, end.span.end))

    def call(self, fn: Token, _open: Token, *rest: Any) -> Call:
        args = rest[0] if len(rest) == 2 else ()
        self._settle(fn.span.start)
        return Call(self.variable(fn).id, args, Span(fn.span.start, rest[-1].span.end))

    def vector(self, start: Token, items: tuple[Expr, ...], end: Token) -> Call:
        self._refuse_doubtful(start.span.start, _PARTED_ITEMS)
        return Call(VECTOR, items, Span(start.span.start, end.span.end))

    def parenthesis(self, start: Token, inner: Expr, end: Token) -> Expr:
        span = Span(start.span.start, end.span.end)
        self._settle(span.start)
        # An error about a call looks for its name where its span begins; all else is shown with its parentheses.
        if isinstance(inner, Call) and inner.is_named:
            return inner
        return replace(inner, span=span)

    def side_by_side(self, start: Token, left: Expr, _end: Token, second: Token, right: Expr, end: Token) -> Call:
        """The product of two numbers in parentheses, (10)(-0.5), as a hand writes the chain rule; no other."""
        if not (_is_number(left) and _is_number(right)):
            raise RefusedError(second.span, OPERATORS)
        self._settle(start.span.start)
        return Call("*", (left, right), Span(start.span.start, end.span.end))

    def _look_at(self, sign: Token) -> None:
        """Take note of a sign that may be one between two operands or one of the second."""
        start, end = sign.span
        is_parted, behind = self._said(start - 1, start).isspace(), self._said(end, end + 2)
        if is_parted and behind[:1] in ("-", "−", "–"):
            if behind[1:].isspace():
                hint = ("an edge is written u -> v : 3", "a difference is written a - b, and with a negative a - (-b)")
                place = Span(start, end + 1)
                raise RejectedError(Diagnostic(Code.AMBIGUOUS, "`--` could mean two things", place, hints=hint))
        elif is_parted and not behind[:1].isspace():
            self._doubtful.append(sign)

    def _settle(self, start: int) -> None:
        """Signs from `start` on stand in parentheses, where nothing but an operation can be meant."""
        while self._doubtful and self._doubtful[-1].span.start >= start:
            self._doubtful.pop()

    def _refuse_doubtful(self, start: int, ways: tuple[str, str]) -> None:
        """Raise RejectedError where a sign from `start` on may part two items."""
        found = next((sign for sign in self._doubtful if sign.span.start >= start), None)
        if found is not None:
            message = f"a blank before `{found.text}` and none behind it: this could be one item or two"
            raise RejectedError(Diagnostic(Code.AMBIGUOUS, message, found.span, hints=ways))

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
        self._refuse_doubtful(tail.span.start, _PARTED_COLUMNS)
        return Edge(tail, head, partial, " ", Span(tail.span.start, partial.span.end))

    def comma_edge(self, tail: Expr, _first: Token, head: Expr, _second: Token, partial: Expr) -> Edge:
        return Edge(tail, head, partial, ",", Span(tail.span.start, partial.span.end))

    def quotient_edge(self, head: Expr, _slash: Token, tail: Expr, partial: Expr) -> Edge:
        ends = _differentiated(head), _differentiated(tail)
        if ends[0] is None or ends[1] is None:
            place = Span(head.span.start, tail.span.end)
            message = f"`{shorten(self._said(*place))}` is neither a derivative nor a node"
            hint = ("a local partial is written dv/du = 3 or u -> v : 3", "a node's name is one word: y = …")
            raise RejectedError(Diagnostic(Code.SYNTAX, message, place, hints=hint))
        return Edge(ends[1], ends[0], partial, "d", Span(head.span.start, partial.span.end))

    def differential_edge(self, d: Token, head: Expr, _slash: Token, _d: Token, tail: Expr, partial: Expr) -> Edge:
        return Edge(tail, head, partial, d.text, Span(d.span.start, partial.span.end))

    def closed_differential_edge(
        self, d: Token, head: Expr, _slash: Token, _d: Token, tail: Expr, partial: Expr
    ) -> Edge:
        return Edge(tail, head, partial, f"{d.text}()", Span(d.span.start, partial.span.end))

    def declared(self, target: Expr, *parts: tuple[str, Any, int]) -> Input:
        given = {kind: value for kind, value, _ in parts}
        end = parts[-1][2] if parts else target.span.end
        span = Span(target.span.start, end)
        return Input(target, given.get("shape"), given.get("default"), given.get("bounds"), span)

    def input(self, word: Token, *items: Input) -> Input | Inputs:
        span = Span(word.span.start, items[-1].span.end)
        if len(items) == 1:
            return items[0]._replace(span=span)
        for bare, other in pairwise(items):
            if other.default is not None and bare[1:-1] == (None, None, None):
                raise RejectedError(self._one_default(bare, other))
        return Inputs(items, span)

    def _one_default(self, bare: Input, other: Input) -> Diagnostic:
        """That the default behind two names could be that of both."""
        assert other.default is not None
        places = (bare.span, Span(other.span.start, other.default.span.start), other.default.span)
        first, second, value = (shorten(self._said(*place).rstrip(" \t=")) for place in places)
        message = f"`{first}, {second} = {value}` could mean two things"
        hints = (
            f"both are {value}: input {first} = {value}, {second} = {value}",
            f"only {second} is: input {second} = {value}, {first}",
        )
        return Diagnostic(Code.AMBIGUOUS, message, Span(bare.span.start, other.span.end), hints=hints)

    def const(self, word: Name, target: Expr, value: Expr) -> Const:
        return Const(target, value, Span(word.span.start, value.span.end))

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

    def function(
        self, word: Token, name: Token, params: tuple[Token, ...], body: Expr, partials: tuple[Partial, ...] = ()
    ) -> Function:
        names = tuple(self.variable(param).id for param in params)
        for i, param in enumerate(params):
            if param.text in names[:i]:
                first = Note("it stands here already", params[names.index(param.text)].span)
                message = f"the parameter `{shorten(param.text)}` stands twice"
                raise RejectedError(Diagnostic(Code.DUPLICATE_PARAMETER, message, param.span, (first,)))
        end = partials[-1].span.end if partials else body.span.end
        return Function(self.variable(name).id, names, body, Span(word.span.start, end), partials)

    def partials(self, *items: Partial) -> tuple[Partial, ...]:
        return items

    def differential_partial(self, d: Token, of: Token, _slash: Token, _d: Token, wrt: Token, value: Expr) -> Partial:
        span = Span(d.span.start, value.span.end)
        return Partial(self.variable(of).id, self.variable(wrt).id, value, d.text, span)

    def closed_partial(self, d: Token, of: Token, slash: Token, _d: Token, wrt: Token, value: Expr) -> Partial:
        return self.differential_partial(d, of, slash, _d, wrt, value)._replace(spelling=f"{d.text}()")

    def quotient_partial(self, of: Token, _slash: Token, wrt: Token, value: Expr) -> Partial:
        ends = [_differentiated(self.variable(end)) for end in (of, wrt)]
        if not all(isinstance(end, Name) for end in ends):
            place = Span(of.span.start, wrt.span.end)
            hint = ("a partial of a function is written d(q)/d(x) = 1",)
            raise RejectedError(Diagnostic(Code.SYNTAX, "this is no derivative", place, hints=hint))
        names = [end.id for end in ends if isinstance(end, Name)]
        return Partial(names[0], names[1], value, "d", Span(of.span.start, value.span.end))

    def claim(self, word: Token, condition: Expr) -> Claim:
        return Claim(condition, Span(word.span.start, condition.span.end))

    def loop_head(self, word: Token, variable: Token, first: Expr, last: Expr) -> LoopHead:
        return LoopHead(self.variable(variable).id, first, last, word.span)

    def loop_end(self) -> None:
        return None

    # Answers and points

    def element(self, node: Name, place: tuple[int, ...] = ()) -> tuple[Name, tuple[int, ...]]:
        return node, place

    def place(self, *indices: Token) -> tuple[int, ...]:
        return tuple(_whole(index) for index in indices)

    def slash_answer(self, of: Element, _slash: Token, wrt: Element, value: Expr) -> Answer:
        # To the grammar `dL/dx` is a quotient of two names, for a node may be called `dL`.
        for node, _ in (of, wrt):
            if not node.id.startswith("d") or node.id == "d":
                raise RejectedError(_no_derivative(of[0], wrt[0]))
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id[1:], x.id[1:], value, _of_both(y, value), value.span, of_place, wrt_place)

    def differential_answer(self, d: Token, of: Element, _slash: Token, _d: Token, wrt: Element, value: Expr) -> Answer:
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id, x.id, value, _of_both(d, value), value.span, of_place, wrt_place)

    def value_answer(self, element: Element, value: Expr) -> Answer:
        node, place = element
        return Answer(node.id, None, value, _of_both(node, value), value.span, place)

    def assignment(self, node: Name, value: Expr) -> tuple[Name, Expr]:
        return node, value


def _differentiated(end: Expr) -> Expr | None:
    """The node that an end of dv/du speaks of; None where it does not begin with d."""
    named = end.args[0] if isinstance(end, Call) else end
    if not isinstance(named, Name) or not named.id.startswith("d") or named.id == "d":
        return None
    node = Name(named.id[1:], Span(named.span.start + 1, named.span.end))
    return Call(end.fn, (node, *end.args[1:]), end.span) if isinstance(end, Call) else node


def _is_number(expr: Expr) -> bool:
    """Whether `expr` is a number with or without a sign."""
    return isinstance(expr.args[0] if isinstance(expr, Call) and expr.fn == NEGATE else expr, Number)


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
