"""The grammar's callbacks: each rule of grammars/graph.lark as the record that it stands for."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

from backcalc.language.automaton import Token
from backcalc.language.expr import Call, Expr, Name
from backcalc.language.expression_actions import ExpressionBuilder, RejectedError
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

COLUMNS = "an edge has three columns: tail, head, partial"
_PARTED_COLUMNS = (COLUMNS, "a difference is written (3 - 1) or 3-1")


MOST_DIGITS = 18  # Of an index: longer ones Python may not read, and no array is as long.

Element = tuple[Name, tuple[int, ...]]
"""A node that an answer names, and which element of it."""


class LoopHead:
    """The head of a loop, whose body is still to come."""

    def __init__(self, variable: str, first: Expr, last: Expr, span: Span) -> None:
        self.variable, self.first, self.last, self.span = variable, first, last, span


class Builder(ExpressionBuilder):
    """The grammar's callbacks, one a rule or alias; each returns the record of its text."""

    # Statements

    def definition(self, target: Expr, formula: Expr) -> Definition:
        """`y = sigmoid(v)`."""
        return Definition(target, formula, Span(target.span.start, formula.span.end))

    def arrow_edge(self, tail: Expr, _arrow: Token, head: Expr, partial: Expr) -> Edge:
        """`u -> v : 3`."""
        return Edge(tail, head, partial, "->", Span(tail.span.start, partial.span.end))

    def bare_arrow_edge(self, tail: Expr, arrow: Token, head: Expr, partial: Expr) -> Edge:
        """`u -> v 3`. Raises RejectedError where a sign may part two columns."""
        self.refuse_doubtful(tail.span.start, _PARTED_COLUMNS)
        return self.arrow_edge(tail, arrow, head, partial)

    def bare_edge(self, tail: Expr, head: Expr, partial: Expr) -> Edge:
        """`u v 3`. Raises RejectedError where a sign may part two columns."""
        self.refuse_doubtful(tail.span.start, _PARTED_COLUMNS)
        return Edge(tail, head, partial, " ", Span(tail.span.start, partial.span.end))

    def comma_edge(self, tail: Expr, _first: Token, head: Expr, _second: Token, partial: Expr) -> Edge:
        """`u,v,3`."""
        return Edge(tail, head, partial, ",", Span(tail.span.start, partial.span.end))

    def quotient_edge(self, head: Expr, _slash: Token, tail: Expr, partial: Expr) -> Edge:
        """`dv/du = 3`. Raises RejectedError where an end does not begin with d."""
        ends = _differentiated(head), _differentiated(tail)
        if ends[0] is None or ends[1] is None:
            place = Span(head.span.start, tail.span.end)
            message = f"`{shorten(self.said(*place))}` is neither a derivative nor a node"
            hint = ("a local partial is written dv/du = 3 or u -> v : 3", "a node's name is one word: y = …")
            raise RejectedError(Diagnostic(Code.SYNTAX, message, place, hints=hint))
        return Edge(ends[1], ends[0], partial, "d", Span(head.span.start, partial.span.end))

    def differential_edge(self, d: Token, head: Expr, _slash: Token, _d: Token, tail: Expr, partial: Expr) -> Edge:
        """`∂v/∂u = 3`."""
        return Edge(tail, head, partial, d.text, Span(d.span.start, partial.span.end))

    def closed_differential_edge(
        self, d: Token, head: Expr, _slash: Token, _d: Token, tail: Expr, partial: Expr
    ) -> Edge:
        """`d(v)/d(u) = 3`."""
        return Edge(tail, head, partial, f"{d.text}()", Span(d.span.start, partial.span.end))

    def declared(self, target: Expr, *parts: tuple[str, Any, int]) -> Input:
        """One of the inputs that a line declares, with what is said of it."""
        if not parts:  # Of a million inputs on a line as good as all.
            return Input(target, None, None, None, target.span)
        given = {kind: value for kind, value, _ in parts}
        span = Span(target.span.start, parts[-1][2])
        return Input(target, given.get("shape"), given.get("default"), given.get("bounds"), span)

    def input(self, word: Token, *items: Input) -> Input | Inputs:
        """`input x = 1 in [-5, 5]`, or several. Raises RejectedError where a default may be that of two."""
        span = Span(word.span.start, items[-1].span.end)
        if len(items) == 1:
            return items[0]._replace(span=span)  # With its word, as any statement.
        for bare, other in pairwise(items):
            if other.default is not None and bare[1:-1] == (None, None, None):  # Neither shape, default nor bounds.
                raise RejectedError(self._one_default(bare, other))
        return Inputs(items, span)

    def _one_default(self, bare: Input, other: Input) -> Diagnostic:
        """That the default behind two names could be that of both."""
        assert other.default is not None
        # As it was typed, so that the hints can be copied.
        places = (bare.span, Span(other.span.start, other.default.span.start), other.default.span)
        first, second, value = (shorten(self.said(*place).rstrip(" \t=")) for place in places)
        message = f"`{first}, {second} = {value}` could mean two things"
        hints = (
            f"both are {value}: input {first} = {value}, {second} = {value}",
            f"only {second} is: input {second} = {value}, {first}",
        )
        return Diagnostic(Code.AMBIGUOUS, message, Span(bare.span.start, other.span.end), hints=hints)

    def const(self, word: Name, target: Expr, value: Expr) -> Const:
        """`const n = 5`."""
        return Const(target, value, Span(word.span.start, value.span.end))

    def shape(self, *sizes: Expr) -> tuple[str, tuple[Expr, ...], int]:
        """The sizes of `W[3, 4]`, and where they end."""
        return "shape", sizes, sizes[-1].span.end

    def default(self, value: Expr) -> tuple[str, Expr, int]:
        """The value of `x = 1`, and where it ends."""
        return "default", value, value.span.end

    def bounds(self, low: Expr, high: Expr) -> tuple[str, tuple[Expr, Expr], int]:
        """The ends of `in [-5, 5]`, and where they end."""
        return "bounds", (low, high), high.span.end

    def output(self, word: Token, target: Expr) -> Output:
        """`output J`."""
        return Output(target, Span(word.span.start, target.span.end))

    def given(self, word: Token, target: Expr, value: Expr) -> Given:
        """`given h = [2, -1, 3]`."""
        return Given(target, value, Span(word.span.start, value.span.end))

    def adjoint(self, word: Token, target: Expr, value: Expr) -> Adjoint:
        """`adjoint h = [-2, 1, 4]`."""
        return Adjoint(target, value, Span(word.span.start, value.span.end))

    def function(
        self, word: Token, name: Token, params: tuple[Token, ...], body: Expr, partials: tuple[Partial, ...] = ()
    ) -> Function:
        """`def act(x, y) = sin(x + y)`. Raises RejectedError where a parameter stands twice."""
        names = tuple(self.variable(param).id for param in params)
        for i, param in enumerate(params):
            if param.text in names[:i]:
                first = Note("it stands here already", params[names.index(param.text)].span)
                message = f"the parameter `{shorten(param.text)}` stands twice"
                raise RejectedError(Diagnostic(Code.DUPLICATE_PARAMETER, message, param.span, (first,)))
        end = partials[-1].span.end if partials else body.span.end
        return Function(self.variable(name).id, names, body, Span(word.span.start, end), partials)

    def partials(self, *items: Partial) -> tuple[Partial, ...]:
        """The partials in the braces of a function."""
        return items

    def differential_partial(self, d: Token, of: Token, _slash: Token, _d: Token, wrt: Token, value: Expr) -> Partial:
        """`∂q/∂x = 1` of a function of the file's own."""
        span = Span(d.span.start, value.span.end)
        return Partial(self.variable(of).id, self.variable(wrt).id, value, d.text, span)

    def closed_partial(self, d: Token, of: Token, slash: Token, _d: Token, wrt: Token, value: Expr) -> Partial:
        """`d(q)/d(x) = 1` of a function of the file's own."""
        return self.differential_partial(d, of, slash, _d, wrt, value)._replace(spelling=f"{d.text}()")

    def quotient_partial(self, of: Token, _slash: Token, wrt: Token, value: Expr) -> Partial:
        """`dq/dx = 1` of a function of the file's own. Raises RejectedError where an end does not begin with d."""
        ends = [_differentiated(self.variable(end)) for end in (of, wrt)]
        if not all(isinstance(end, Name) for end in ends):
            place = Span(of.span.start, wrt.span.end)
            hint = ("a partial of a function is written d(q)/d(x) = 1",)
            raise RejectedError(Diagnostic(Code.SYNTAX, "this is no derivative", place, hints=hint))
        names = [end.id for end in ends if isinstance(end, Name)]
        return Partial(names[0], names[1], value, "d", Span(of.span.start, value.span.end))

    def claim(self, word: Token, condition: Expr) -> Claim:
        """`claim y < 1/4`."""
        return Claim(condition, Span(word.span.start, condition.span.end))

    def loop_head(self, word: Token, variable: Token, first: Expr, last: Expr) -> LoopHead:
        """`for k in 2..5 {`."""
        return LoopHead(self.variable(variable).id, first, last, word.span)

    def loop_end(self) -> None:
        """`}`: none, for a loop is put together by who reads its statements."""
        return

    # Answers and points

    def element(self, node: Name, place: tuple[int, ...] = ()) -> tuple[Name, tuple[int, ...]]:
        """A node, and the place of one of its elements, () where it is the whole."""
        return node, place

    def place(self, *indices: Token) -> tuple[int, ...]:
        """The indices of `[0, 1]`."""
        return tuple(_whole(index) for index in indices)

    def slash_answer(self, of: Element, _slash: Token, wrt: Element, value: Expr) -> Answer:
        """`dL/dx = 3`. Raises RejectedError where an end does not begin with d."""
        # To the grammar `dL/dx` is a quotient of two names, for a node may be called `dL`.
        for node, _ in (of, wrt):
            if not node.id.startswith("d") or node.id == "d":
                raise RejectedError(_no_derivative(of[0], wrt[0]))
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id[1:], x.id[1:], value, _of_both(y, value), value.span, of_place, wrt_place)

    def differential_answer(self, d: Token, of: Element, _slash: Token, _d: Token, wrt: Element, value: Expr) -> Answer:
        """`∂L/∂x = 3` or `d(L)/d(x) = 3`."""
        (y, of_place), (x, wrt_place) = of, wrt
        return Answer(y.id, x.id, value, _of_both(d, value), value.span, of_place, wrt_place)

    def value_answer(self, element: Element, value: Expr) -> Answer:
        """`t = 0.84`."""
        node, place = element
        return Answer(node.id, None, value, _of_both(node, value), value.span, place)

    def assignment(self, node: Name, value: Expr) -> tuple[Name, Expr]:
        """`x = 1` of a point."""
        return node, value


def _differentiated(end: Expr) -> Expr | None:
    """The node that an end of dv/du speaks of; None where it does not begin with d."""
    named = end.args[0] if isinstance(end, Call) else end  # Of a template its first text.
    # `d` alone is a name like any other: d/du has no head.
    if not isinstance(named, Name) or not named.id.startswith("d") or named.id == "d":
        return None
    node = Name(named.id[1:], Span(named.span.start + 1, named.span.end))
    return Call(end.fn, (node, *end.args[1:]), end.span) if isinstance(end, Call) else node


def _of_both(first: Token | Name, last: Expr) -> Span:
    return Span(first.span.start, last.span.end)


def _whole(index: Token) -> int:
    """The whole number of an index."""
    if len(index.text) > MOST_DIGITS:
        raise RejectedError(Diagnostic(Code.INDEX_TOO_LARGE, "no array has an element of this number", index.span))
    return int(index.text)


def _no_derivative(of: Name, wrt: Name) -> Diagnostic:
    """That `of`/`wrt` is written as no derivative is."""
    # `DL/DA`, typed with the shift key held down: its D is no part of a name.
    letter = "D" if of.id[:1] == wrt.id[:1] == "D" else "d"
    y, x = (shorten(name.id.removeprefix(letter) or name.id) for name in (of, wrt))
    message = f"`{shorten(f'{of.id}/{wrt.id}')}` is neither a derivative nor a node"
    hint = f"a derivative is written d{y}/d{x}"
    return Diagnostic(Code.NOT_AN_ANSWER, message, Span(of.span.start, wrt.span.end), hints=(hint,))
