"""Some nodes of an array graph in the plain way: arrays tell where that is needed, and a few nodes are no work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backcalc.bulk.graph.model import KINDS, ArrayGraph
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.graph.functions import Functions
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import Tape
from backcalc.language.expr import NOWHERE, names
from backcalc.rules.functions.arrays import Array
from backcalc.text.errors import Diagnostic

MOST_TOGETHER = 4_096  # Nodes of which the plain way keeps all that it finds at a time.


def remarks(graph: ArrayGraph, values: Array, places: Iterable[int]) -> Iterator[Diagnostic]:
    """The warnings of the nodes at these places, where `values` has the value of every node."""
    for nodes in _apart(_computed(graph, place) for place in places):
        yield from _linearized(graph, values, nodes).warnings


def _computed(graph: ArrayGraph, place: int) -> Node:
    """A node with a formula, and what that depends on."""
    node = graph.nodes[place]
    assert node.formula is not None
    expr = Functions((), []).expand(node.formula)  # Calls written out, as the build of objects does it.
    return node._replace(expr=expr, args=tuple(name for name in names(expr) if name in graph.index))


def _apart(nodes: Iterable[Node]) -> Iterator[list[Node]]:
    """The nodes in their order, some at a time, of which none depends on another."""
    some, args = dict[str, Node](), set[str]()
    for node in nodes:
        # Apart, for a node that another depends on would be an operation of the graph, not given.
        if node.name in args or len(some) == MOST_TOGETHER or not some.keys().isdisjoint(node.args):
            yield list(some.values())
            some, args = {}, set()
        some[node.name] = node
        args.update(node.args)
    if some:
        yield list(some.values())


def _linearized(graph: ArrayGraph, values: Array, nodes: list[Node]) -> Linearization:
    """Nodes with formulas as the last of a graph of their own, in which all that they depend on is given."""
    # By the plain way what is to be said is said in the same words.
    at = {name: graph.index[name] for node in nodes for name in node.args}
    args = [Node(name, KINDS[graph.kinds[place]], NOWHERE) for name, place in at.items()]
    point = {name: float(values[place]) for name, place in at.items()}
    return Linearization(Evaluation(Tape(Dag(graph.source, (*args, *nodes))), point))
