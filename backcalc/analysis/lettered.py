"""What a proof needs to know of derivatives: their numbers as letters, and what they are the derivatives of.

Formulas are worked out by floats, in which 0.1·0.1 is not 0.01, and lose what cancels: the derivative of √x² is 1, and
there is none at −1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import isfinite

from backcalc.calculus import primes
from backcalc.calculus.exact import exact_constant
from backcalc.calculus.grad import resolve
from backcalc.graph.build import build, with_inputs
from backcalc.graph.functions import DERIVATIVES, PRIME
from backcalc.graph.model import Dag, Node
from backcalc.language.expr import INDEX, Call, Expr, Name, Number, fold, is_operation, names, postorder, with_args
from backcalc.language.parser import parse
from backcalc.language.unparse import unparse
from backcalc.rules.exactly import exactly
from backcalc.rules.primitives import CONSTANTS
from backcalc.rules.written import written

_SIGNS = ("+", "-", "*", "/", "-x")  # Of numbers that rules look at, such as −1 and 1/2.
_LARGEST, _SMALLEST = 2**20, 64  # Whole numbers and 64ths: floats have them as they are written.
_MARK = Number(0.0, "0e-999")  # Before what a function f' is the derivative of, as a term beside that.
Letters = dict[str, Node]
"""The constants that stand for numbers, by name."""


def differentiated(graph: Dag, wanted: Sequence[str]) -> list[Expr]:
    """What the nodes `wanted`, and those that they depend on, take derivatives of by `grad` or f', each once."""
    needed = graph.upstream(wanted)
    formulas = (node.expr for node in graph.nodes if node.name in needed and node.expr is not None)
    calls = (part for formula in formulas for part in postorder(formula) if isinstance(part, Call))
    found = ((call.args[0] if call.fn in DERIVATIVES else _marked(call)) for call in calls)
    return list(dict.fromkeys(each for each in found if each is not None))


def resolved(graph: Dag) -> Dag:
    """`graph` with its derivatives as nodes, whose formulas have the numbers that are written. Raises BuildError."""
    with exactly():
        return resolve(graph, is_within=False)  # Where a side has no value a proof tells itself.


def unresolved(graph: Dag) -> Dag:
    """The graph as its file has it, before derivatives were worked out; of functions f' without the loss of floats."""
    found = graph.unresolved or graph
    # As in the text, before names are made of it: ′ and ’ are read as a prime.
    if any(sign in graph.source.text for sign in (PRIME, "′", "’")):
        with exactly():
            found = build(parse(graph.source), _derivative)
    new = set(graph.inputs) - set(found.index)  # A constant may be an input here: e.
    return with_inputs(found, new) if new else found


def _derivative(formula: Expr, by: str) -> Expr:
    """The derivative of a formula by a name, its numbers as they are written."""
    letters: Letters = {}
    nodes = [name for name in names(formula) if name not in CONSTANTS]
    found = primes.differentiated(_lettered(formula, nodes, letters), by)

    def _leaf(part: Number | Name) -> Expr:
        if isinstance(part, Number):
            return part if part.text else written(part.value)  # What has come of a quotient, as one.
        return letters[part.id].expr or part if part.id in letters else part

    return Call("+", (fold(found, _leaf, with_args), Call("*", (_MARK, formula))))


def _marked(call: Call) -> Expr | None:
    """What a call marks as differentiated; None of any other."""
    # The text tells it from a 0 of the file, which could be left out as well.
    is_mark = call.fn == "*" and isinstance(call.args[0], Number) and call.args[0].text == _MARK.text
    return call.args[1] if is_mark else None


def without_marks(expr: Expr) -> Expr:
    """A formula without the marks of what functions f' are the derivatives of."""

    def _call(call: Call, args: tuple[Expr, ...]) -> Expr:
        last = call.args[-1] if call.fn == "+" else None
        return args[0] if isinstance(last, Call) and _marked(last) is not None else with_args(call, args)

    return fold(expr, lambda leaf: leaf, _call)


def unmarked(graph: Dag) -> Dag:
    """The graph with its formulas without marks."""
    nodes = (node if node.expr is None else node._replace(expr=without_marks(node.expr)) for node in graph.nodes)
    return graph._replace(nodes=tuple(nodes))


def lettered(graph: Dag) -> Dag:
    """The graph with a constant of its own for each number, and what is made of numbers, that floats may not keep."""
    letters: Letters = {}
    nodes = []
    for node in graph.nodes:
        # Numbers of edges are slopes of the file, which paths multiply.
        edges = tuple(edge._replace(partial=_lettered(edge.partial, graph.index, letters)) for edge in node.incoming)
        found = node._replace(incoming=edges)
        if node.kind == "expression" and node.expr is not None:
            expr = _lettered(node.expr, graph.index, letters)
            args = tuple(name for name in names(expr) if name in graph.index or name in letters)
            found = found._replace(expr=expr, args=args)
        nodes.append(found)
    return graph._replace(nodes=(*letters.values(), *nodes)) if letters else graph


def _lettered(expr: Expr, nodes: Sequence[str] | Mapping[str, int], letters: Letters) -> Expr:
    """A formula over `nodes` with a name for each part that is made of numbers, which are added to `letters`."""
    known = set(nodes)

    # Each part with whether it is made of numbers alone: the largest such part is what gets a letter.
    def _leaf(part: Number | Name) -> tuple[Expr, bool]:
        return part, isinstance(part, Number) or part.id not in known

    def _call(call: Call, args: tuple[tuple[Expr, bool], ...]) -> tuple[Expr, bool]:
        if call.fn == INDEX:  # Indices are no numbers to be worked with.
            return with_args(call, (args[0][0], *call.args[1:])), args[0][1]
        # The ends of a slice, and what is differentiated by, are no operands.
        if not is_operation(call) or call.fn in DERIVATIVES:
            return with_args(call, tuple(arg for arg, _ in args)), False
        if args and all(is_number for _, is_number in args) and not call.fn.startswith("def "):
            return call, True
        return with_args(call, tuple(_named(arg, letters) if is_n else arg for arg, is_n in args)), False

    found, is_number = fold(expr, _leaf, _call)
    return _named(found, letters) if is_number and isinstance(found, Call) else found


def _named(number: Expr, letters: Letters) -> Expr:
    """The letter of a number; itself where floats have it as it is written."""
    if _is_kept(number):
        return number
    # By its text: of two that are one float each has its own.
    name = f"the number {unparse(number)}"
    letters.setdefault(name, Node(name, "constant", number.span, (), number, number, is_fixed=True))
    return Name(name, number.span)


def _is_kept(number: Expr) -> bool:
    """Whether a part that is made of numbers is one that floats have, and sums and products of a few such too."""
    if isinstance(number, Number) and not isfinite(number.value):
        return True
    if any(isinstance(part, Name) or (isinstance(part, Call) and part.fn not in _SIGNS) for part in postorder(number)):
        return isinstance(number, Name) and not isfinite(CONSTANTS.get(number.id, 0.0))  # An infinity stays one.
    value = exact_constant(number)
    if not isinstance(value, Fraction):
        return False
    below = value.denominator
    return abs(value) <= _LARGEST and below <= _SMALLEST and not below & (below - 1)
