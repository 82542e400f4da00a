"""What a command has to show, before any format: titled grids of text, of which some columns hold numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from backcalc.errors import shorten
from backcalc.graph import Node
from backcalc.render.numbers import DIGITS, rounded
from backcalc.run import Run
from backcalc.unparse import unparse


@dataclass(frozen=True)
class Grid:
    """A table, or a title alone: `numbers` says which columns hold numbers, which no format may cut.

    `yields` is the column that gives way first where there is little room, `strong` are the rows that stand out.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int]
    yields: int | None = None
    title: str = ""
    strong: frozenset[int] = field(default_factory=frozenset)


def run_report(run: Run, digits: int = DIGITS, *, partials: bool = False, pairs: bool = False) -> list[Grid]:
    """The adjoint (or tangent) table, the local partials or pairs where asked for, and the gradient, set apart."""
    grids = [_nodes(run, digits)]
    if partials:
        grids.append(_contributions(run, digits) if run.mode == "reverse" else _pushes(run, digits))
    if pairs:
        grids.append(_pairs(run, digits))
    if run.gradient:
        grids.append(_gradient(run, digits))
    return grids


def derivative(of: str, wrt: str) -> str:
    """∂of/∂wrt."""
    return f"∂{of}/∂{wrt}"


def formula_text(node: Node) -> str:
    """What the formula column says of `node`."""
    if node.kind == "input":
        return "input"
    return "edges" if node.formula is None else unparse(node.formula)


def _nodes(run: Run, digits: int) -> Grid:
    if run.mode == "reverse":
        header, columns = [derivative(shorten(run.output), "node")], [run.adjoints]
    else:
        header, columns = [derivative("node", shorten(name)) for name in run.tangents], list(run.tangents.values())
    rows = [
        (
            node.name,
            formula_text(node),
            rounded(run.values[i], digits),
            *_cells(columns, i, digits),
        )
        for i, node in enumerate(run.graph.nodes)
    ]
    output = frozenset([run.graph.index[run.output]])
    numbers = frozenset(range(2, 3 + len(columns)))
    return Grid(("node", "formula", "value", *header), rows, numbers, yields=1, strong=output)


def _cells(columns: Iterable[Sequence[float | None]], row: int, digits: int) -> list[str]:
    return [rounded(column[row], digits) for column in columns]


def _gradient(run: Run, digits: int) -> Grid:
    output = shorten(run.output)
    rows = [(derivative(output, name), rounded(value, digits)) for name, value in run.gradient.items()]
    return Grid(("gradient", "value"), rows, frozenset([1]))


def _contributions(run: Run, digits: int) -> Grid:
    """How each adjoint adds up: a row a user of the node, then the sum."""
    nodes, adjoint = run.graph.nodes, run.adjoints
    users: list[list[tuple[int, float]]] = [[] for _ in nodes]
    for head, edges in enumerate(run.linear.edges):
        for tail, partial in edges:
            users[tail].append((head, partial))
    rows: list[tuple[str, ...]] = []
    output = run.graph.index[run.output]
    for tail, node in enumerate(nodes):
        if tail == output:
            rows.append((node.name, "seed", "-", "-", rounded(1.0, digits)))
        for head, partial in users[tail] if tail < output else ():
            numbers = (partial, adjoint[head], partial * adjoint[head])
            rows.append((node.name, nodes[head].name, *(rounded(number, digits) for number in numbers)))
        rows.append((node.name, "sum", "-", "-", rounded(adjoint[tail], digits)))
    header = ("node", "user", "∂user/∂node", derivative(shorten(run.output), "user"), "contribution")
    title = "How each adjoint adds up: ∂user/∂node times the user's adjoint"
    return Grid(header, rows, frozenset([2, 3, 4]), title=title)


def _pushes(run: Run, digits: int) -> Grid:
    """How each tangent adds up: a row an argument of the node, then the sum."""
    rows: list[tuple[str, ...]] = []
    for wrt, tangent in run.tangents.items():
        for head, node in enumerate(run.graph.nodes):
            label = derivative(node.name, wrt)
            if node.name == wrt:
                rows.append((label, "seed", "-", "-", rounded(1.0, digits)))
            for tail, partial in run.linear.edges[head] if node.name != wrt else ():
                numbers = (partial, tangent[tail], partial * tangent[tail])
                rows.append((label, run.graph.nodes[tail].name, *(rounded(number, digits) for number in numbers)))
            rows.append((label, "sum", "-", "-", rounded(tangent[head], digits)))
    header = ("tangent", "argument", "∂node/∂argument", "its tangent", "contribution")
    title = "How each tangent adds up: ∂node/∂argument times the argument's tangent"
    return Grid(header, rows, frozenset([2, 3, 4]), title=title)


def _pairs(run: Run, digits: int) -> Grid:
    rows = [(derivative(of, wrt), rounded(value, digits)) for of, wrt, value in run.pairs()]
    title = "Every pair of nodes with a path between them"
    return Grid(("derivative", "value"), rows, frozenset([1]), title=title)
