"""What a file says: one record a statement, as written, before anything is checked.

A `target` is an expression: a `Name`, or inside a loop a name template such as `t{k-1}`, a `Call` of `expr.TEMPLATE`.
"""

# Annotations are no text here: to compile that of each field takes a fourth of what a short run takes for this file.

from typing import NamedTuple, Self

from backcalc.language.expr import Expr
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span


class Definition(NamedTuple):
    """`y = sigmoid(v)`: a node with a formula, or the known activation of a node with incoming edges."""

    target: Expr
    formula: Expr
    span: Span


class Edge(NamedTuple):
    """`u -> v : 3`: the local partial ∂head/∂tail. `spelling`: `->`, space, tab, `,`, `∂`, `∂()`, `d()`."""

    tail: Expr
    head: Expr
    partial: Expr
    spelling: str  # As it was written, which a file printed again keeps.
    span: Span


class Header(NamedTuple):
    """A first line such as `source,target,partial`, which names the columns of an edge list."""

    edge: Edge  # Read as one: only its words tell it from an edge.
    span: Span


class Input(NamedTuple):
    """`input W[3,4] = 1 in [-5, 5]`: an input, with the shape, default and sampling range that are given."""

    target: Expr
    shape: tuple[Expr, ...] | None  # As written: whether these are lengths is for the build to say.
    default: Expr | None
    bounds: tuple[Expr, Expr] | None  # To sample from.
    span: Span


class Inputs(NamedTuple):
    """`input a = 1, b[3], c`: several inputs, declared on one line."""

    items: tuple[Input, ...]
    span: Span


class Const(NamedTuple):
    """`const n = 5`: a number or an array that nobody differentiates by."""

    target: Expr
    value: Expr
    span: Span


class Output(NamedTuple):
    """`output J`: the node whose derivatives are asked for."""

    target: Expr
    span: Span


class Given(NamedTuple):
    """`given h1 = [2, -1, 3]`: the value of an inner node is known."""

    target: Expr
    value: Expr  # Of numbers alone, to which the build sees.
    span: Span


class Adjoint(NamedTuple):
    """`adjoint h1 = [-2, 1, 4]`: ∂L/∂h1 is known, the loss L lies outside this graph."""

    target: Expr
    value: Expr
    span: Span


class Partial(NamedTuple):
    """`d(q)/d(x) = 1` behind the formula of a function: its partial by one of its parameters."""

    of: str  # As written: that it is the function's own is for the build to say.
    wrt: str
    formula: Expr
    spelling: str
    span: Span


class Function(NamedTuple):
    """`def act(x, y) = sin(x + y)`: a function of the file's own, with the partials that it states, if any."""

    name: str
    params: tuple[str, ...]
    body: Expr
    span: Span
    partials: tuple[Partial, ...] = ()  # Without any it is expanded where it is called.


class OwnSymbol(str):
    """What calls of a function with partials of its own go by: its `definition`, told from others by its text.

    So the same definition is the same symbol in whichever graph or process it stands, and two files may give one name
    two meanings.
    """

    __slots__ = ("definition",)
    definition: Function

    def __new__(cls, text: str, definition: Function) -> Self:
        """The symbol of a definition whose text is this."""
        symbol = super().__new__(cls, text)
        symbol.definition = definition
        return symbol

    def __reduce__(self) -> "tuple[type[OwnSymbol], tuple[str, Function]]":
        return OwnSymbol, (str(self), self.definition)


def written_name(symbol: str) -> str:
    """The name of a function as one writes it where it is called."""
    return symbol.definition.name if isinstance(symbol, OwnSymbol) else symbol


class Loop(NamedTuple):
    """`for k in 2..5 { … }`: its statements once for each whole number from `first` to `last`, both included."""

    variable: str
    first: Expr
    last: Expr
    body: tuple["Statement", ...]  # A text, for the name comes into being below.
    span: Span


class Claim(NamedTuple):
    """`claim norm(grad(J, w)) < 1`: a property that `verify` tries to refute."""

    condition: Expr
    span: Span


Statement = Definition | Edge | Header | Input | Inputs | Const | Output | Given | Adjoint | Function | Loop | Claim


class Comment(NamedTuple):
    """A comment with its `#`, to the end of its line."""

    text: str
    span: Span

    @property
    def states_result(self) -> bool:
        """Whether it is a `#=` line, which states a result of the file."""
        return self.text.startswith("#=")


class Program(NamedTuple):
    """A whole file: its text, its statements and comments, each in the order of the text, and what was noticed."""

    source: Source
    statements: tuple[Statement, ...]
    comments: tuple[Comment, ...]
    warnings: tuple[Diagnostic, ...] = ()  # Of a file in another format, as it was translated.


class Link(NamedTuple):
    """A part of an answer that is a chain, `0.5*0.68 = 0.34`: its value, and where it stands."""

    value: Expr
    span: Span
    fault: Diagnostic | None = None  # Why its value could not be read.


class Answer(NamedTuple):
    """`dL/dx1 = -100` (`of` L, `wrt` x1) or `t1 = 0.84` (`wrt` is None): a result that somebody states.

    The places say of which element of each it speaks: (0, 1) of `W[0,1]`, none where it is the whole.
    """

    of: str
    wrt: str | None
    value: Expr
    span: Span
    value_span: Span  # What a report shows as given.
    of_place: tuple[int, ...] = ()
    wrt_place: tuple[int, ...] = ()
    then: str | None = None
    """What a second derivative is by besides; empty where the graph is to tell it from `wrt`."""
    then_place: tuple[int, ...] = ()
    links: tuple[Link, ...] = ()
    """All links of a chain, of which `value` is the last; none of what is no chain."""
    points: float | None = None
    """What it is worth, where it says so."""
    fault: Diagnostic | None = None
    """Why its value could not be read."""
