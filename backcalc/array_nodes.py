"""Single nodes of an array graph in the plain way: arrays tell where that is needed, and one node more is no work."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backcalc.array import Array
from backcalc.array_graph import KINDS, ArrayGraph
from backcalc.errors import Diagnostic
from backcalc.evaluate import Evaluation
from backcalc.expr import NOWHERE, names
from backcalc.functions import Functions
from backcalc.graph import Graph, Node
from backcalc.linearize import Linearization
from backcalc.tape import Tape


def remarks(graph: ArrayGraph, values: Array, places: Iterable[int]) -> Iterator[Diagnostic]:
    """The warnings of the nodes at these places, where `values` has the value of every node."""
    for place in places:
        yield from _alone(graph, values, graph.nodes[place]).warnings


def _alone(graph: ArrayGraph, values: Array, node: Node) -> Linearization:
    """One node with a formula as the last of a graph of its own, in which all that it depends on is given."""
    assert node.formula is not None
    # Few nodes have anything to say, and by the plain way it is said in the same words.
    expr = Functions((), []).expand(node.formula)
    at = {name: graph.index[name] for name in names(expr) if name in graph.index}
    args = [Node(name, KINDS[graph.kinds[place]], NOWHERE) for name, place in at.items()]
    alone = Graph(graph.source, (*args, node._replace(args=tuple(at), expr=expr)))
    point = {name: float(values[place]) for name, place in at.items()}
    return Linearization(Evaluation(Tape(alone), point))
