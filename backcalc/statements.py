"""What a file says: one record a statement, as written, before anything is checked.

A `target` is an expression: a `Name`, or inside a loop a name template such as `t{k-1}`, a `Call` of `expr.TEMPLATE`.
"""

from __future__ import annotations

from dataclasses import dataclass

from backcalc.errors import Source, Span
from backcalc.expr import Expr


@dataclass(frozen=True, slots=True)
class Definition:
    """`y = sigmoid(v)`: a node with a formula, or the known activation of a node with incoming edges."""

    target: Expr
    formula: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Edge:
    """`u -> v : 3`: the local partial ∂head/∂tail. `spelling`: `->`, space, tab, `,`, `∂`, `∂()`, `d()`."""

    tail: Expr
    head: Expr
    partial: Expr
    spelling: str
    span: Span


@dataclass(frozen=True, slots=True)
class Header:
    """A first line such as `source,target,partial`, which names the columns of an edge list."""

    edge: Edge
    span: Span


@dataclass(frozen=True, slots=True)
class Input:
    """`input W[3,4] = 1 in [-5, 5]`: an input, with the shape, default and sampling range that are given."""

    target: Expr
    shape: tuple[Expr, ...] | None
    default: Expr | None
    bounds: tuple[Expr, Expr] | None
    span: Span


@dataclass(frozen=True, slots=True)
class Output:
    """`output J`: the node whose derivatives are asked for."""

    target: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Given:
    """`given h1 = [2, -1, 3]`: the value of an inner node is known."""

    target: Expr
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Adjoint:
    """`adjoint h1 = [-2, 1, 4]`: ∂L/∂h1 is known, the loss L lies outside this graph."""

    target: Expr
    value: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Function:
    """`def act(x, y) = sin(x + y)`: a function of the file's own."""

    name: str
    params: tuple[str, ...]
    body: Expr
    span: Span


@dataclass(frozen=True, slots=True)
class Loop:
    """`for k in 2..5 { … }`: its statements once for each whole number from `first` to `last`, both included."""

    variable: str
    first: Expr
    last: Expr
    body: tuple[Statement, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Claim:
    """`claim norm(grad(J, w)) < 1`: a property that `verify` tries to refute."""

    condition: Expr
    span: Span


Statement = Definition | Edge | Header | Input | Output | Given | Adjoint | Function | Loop | Claim


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its `#`, to the end of its line."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Program:
    """A whole file: its text, its statements and its comments, each in the order of the text."""

    source: Source
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """`dL/dx1 = -100` (`of` L, `wrt` x1) or `t1 = 0.84` (`wrt` is None): a result that somebody states."""

    of: str
    wrt: str | None
    value: Expr
    span: Span
    value_span: Span
