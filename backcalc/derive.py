"""The gradient as a graph in the same language: the reverse sweep on formulas, each adjoint a node of its own."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Any

from backcalc.errors import Diagnostic, Source, UsageError, shorten
from backcalc.evaluate import Evaluation, constant
from backcalc.expand import expand_long
from backcalc.expr import NOWHERE, Expr, Name, Number, names
from backcalc.graph import Graph, Node
from backcalc.linearize import Linearization
from backcalc.shapes import Shape, shape_words
from backcalc.simplify import tidy
from backcalc.statements import Definition, Edge, Input, Output, Statement
from backcalc.tape import tape_of
from backcalc.values import is_known, literal

PRIME = "'"
LONGEST_FORMULA = 8  # Operations; longer formulas are taken apart, so that no part of an adjoint is written twice.


def derive(graph: Graph, outputs: Sequence[str], wrt: Sequence[str]) -> list[Statement]:
    """The statements of `graph`, then those of each ∂output/∂name; their number grows with the size of the graph.

    The nodes are called d<output>_d<name>, with as many `_` more as keep the name free. Raises UsageError where an
    output is no number.
    """
    graph = expand_long(graph, LONGEST_FORMULA)
    linear = Linearization(Evaluation(tape_of(graph), defaults(graph), formulas=True))
    taken = set(graph.index)
    found: list[Definition] = []
    answers: list[str] = []
    for output in outputs:
        sweep = Sweep(graph, linear, output, wrt, taken)
        found += sweep.definitions()
        answers += sweep.answers
    shown = Output(Name(answers[0] if len(answers) == 1 else outputs[0]), NOWHERE)
    return [*_originals(graph, linear), *found, shown]


def gradient_nodes(graph: Graph, output: str) -> list[str]:
    """The nodes that already are derivatives of `output` with respect to inputs, as `derive` names them."""
    return [name for wrt in graph.inputs if (name := derivative_name(output, wrt)) in graph.index]


def derivative_name(of: str, wrt: str) -> str:
    """`dJ_dw`; primes only ever end a name."""
    return f"d{of.rstrip(PRIME)}_d{wrt}" + PRIME * of.count(PRIME)


def free_name(name: str, taken: Container[str]) -> str:
    """`name`, with as many `_` more as keep it free."""
    stem, primes = name.rstrip(PRIME), PRIME * name.count(PRIME)
    while stem + primes in taken:
        stem += "_"
    return stem + primes


class Sweep:
    """One reverse sweep that names each node's adjoint where it is more than a name or a number."""

    def __init__(self, graph: Graph, linear: Linearization, output: str, wrt: Sequence[str], taken: set[str]) -> None:
        self.graph, self.linear, self.output, self.wrt, self.taken = graph, linear, output, wrt, taken
        self.node_at = {slot: node.name for slot, node in zip(linear.tape.slot, graph.nodes, strict=True)}
        self.answers: list[str] = []
        self._found: dict[str, Expr] = {}
        self._adjoint: dict[str, str] = {}
        slot = linear.tape.slot[graph.index[output]]
        if linear.evaluation.shapes[slot]:
            message = (
                f"`{shorten(output)}` is {shape_words(linear.evaluation.shapes[slot])}; a gradient is that of a number"
            )
            hint = f"make a number of it: s = sum({shorten(output)})"
            raise UsageError(Source(graph.source.name, ""), [Diagnostic("output-no-number", message, hints=(hint,))])
        self._swept = linear.sweep({slot: 1.0}, settle=self._settle)

    def definitions(self) -> Iterator[Definition]:
        """The definitions that the derivatives asked for need, in the order of the sweep."""
        for name in self.wrt:
            self._answer(name)
        needed = set(self.answers)
        for name in reversed(self._found):
            if name in needed:
                needed.update(names(self._found[name]))
        yield from (Definition(Name(name), expr, NOWHERE) for name, expr in self._found.items() if name in needed)

    def _answer(self, wrt: str) -> None:
        """A node for ∂output/∂wrt, which may be a number or the name of another."""
        if wrt not in self._adjoint:
            slot = self.linear.tape.slot[self.graph.index[wrt]]
            shape = self.linear.evaluation.shapes[slot]
            value = self._swept.get(slot, 0.0)
            self._define(wrt, tidy(literal(self.linear.full(value, shape))))
        self.answers.append(self._adjoint[wrt])

    def _settle(self, slot: int, value: Any) -> Any:
        """The name of a node's adjoint, once it is complete; other operations, names and numbers stay as they are."""
        name = self.node_at.get(slot)
        if name is None or is_known(value) or isinstance(value, Name | Number):
            return value
        return self._define(name, tidy(literal(self.linear.full(value, self.linear.evaluation.shapes[slot]))))

    def _define(self, node: str, expr: Expr) -> Name:
        name = free_name(derivative_name(self.output, node), self.taken)
        self.taken.add(name)
        self._found[name], self._adjoint[node] = expr, name
        self.linear.named_shapes[name] = self.linear.named_shapes.get(node, ())
        return Name(name)


def _originals(graph: Graph, linear: Linearization) -> Iterator[Statement]:
    """The nodes of `graph` as statements, functions and loops written out, shapes declared where they are inferred."""
    used = {arg for node in graph.nodes for arg in node.args}
    for node, slot in zip(graph.nodes, linear.tape.slot, strict=True):
        shape = linear.evaluation.shapes[slot]
        is_told = node.default is not None or node.bounds is not None or node.name not in used
        if node.kind == "input" and (is_told or shape):
            yield _declaration(node, shape)
        for edge in node.incoming:
            yield Edge(Name(edge.tail), Name(node.name), edge.partial, "->", NOWHERE)
        if node.expr is not None:
            yield Definition(Name(node.name), node.expr, NOWHERE)


def _declaration(node: Node, shape: Shape) -> Input:
    sizes: Iterable[int] = [n for n in shape if n is not None]
    declared = tuple(Number(float(n)) for n in sizes) if shape and node.default is None else None
    return Input(Name(node.name), declared, node.default, node.bounds, NOWHERE)


def defaults(graph: Graph) -> dict[str, Any]:
    """The values that the file gives its inputs, whose shapes they tell."""
    return {node.name: constant(node.default, graph.source) for node in graph.nodes if node.default is not None}
