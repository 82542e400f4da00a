"""`grad(y, x)` in formulas: each derivative becomes a node of the graph, by the same sweep as `derive`."""

from __future__ import annotations

from dataclasses import replace

from backcalc.derive import Sweep, defaults, free_name
from backcalc.errors import BuildError, Diagnostic, shorten
from backcalc.evaluate import Evaluation
from backcalc.expr import VECTOR, Call, Expr, Name, names, postorder, rewrite_calls
from backcalc.functions import GRAD
from backcalc.graph import Graph, Node
from backcalc.linearize import Linearization
from backcalc.shapes import shape_words
from backcalc.tape import Tape


def resolve(graph: Graph) -> Graph:
    """`graph` with every `grad(y, x)` replaced by the name of a node that is ∂y/∂x; derivatives of derivatives too.

    Raises BuildError where y is no number.
    """
    if not any(node.expr is not None and _innermost(node.expr) for node in graph.nodes):
        return graph
    nodes: list[Node] = []
    for node in graph.nodes:
        found = node
        while found.expr is not None and (call := _innermost(found.expr)) is not None:
            derivative, new = _derivative(replace(graph, nodes=tuple(nodes)), call, node)
            nodes += new
            found = found._replace(expr=rewrite_calls(found.expr, {id(call): derivative}))
        known = {other.name for other in nodes}
        if found is not node and found.expr is not None:
            found = found._replace(args=tuple(name for name in names(found.expr) if name in known))
        nodes.append(found)
    output = graph.output or (graph.sinks[0] if len(graph.sinks) == 1 else None)  # What `grad` speaks of is used.
    return replace(graph, nodes=tuple(nodes), output=output)


def _innermost(expr: Expr) -> Call | None:
    """The first `grad` whose arguments hold no other."""
    return next((part for part in postorder(expr) if isinstance(part, Call) and part.fn == GRAD), None)


def _derivative(graph: Graph, call: Call, user: Node) -> tuple[Expr, list[Node]]:
    """The expression that stands for `grad(y, x)`, and the nodes that it needs beyond those of `graph`."""
    target, wrt = call.args
    new: list[Node] = []
    if not isinstance(target, Name) or target.id not in graph.index:
        new.append(_node(f"of_{user.name}", target, user, graph))
        graph = replace(graph, nodes=(*graph.nodes, *new))
    output = new[0].name if new else target.id  # type: ignore[union-attr]
    places = wrt.args if isinstance(wrt, Call) else (wrt,)
    wanted = [place.id for place in places if isinstance(place, Name)]
    linear = Linearization(Evaluation(Tape(graph), defaults(graph), formulas=True))
    shape = linear.evaluation.shapes[linear.tape.slot[graph.index[output]]]
    if shape:
        name = shorten(output)
        hint = (f"make a number of it: grad(sum({name}), {shorten(wanted[0])})",)
        message = f"`{name}` is {shape_words(shape)}; a gradient is that of a number"
        raise BuildError(graph.source, [Diagnostic("grad-of-vector", message, call.span, hints=hint)])
    sweep = Sweep(graph, linear, output, wanted, set(graph.index))
    for definition in sweep.definitions():
        assert isinstance(definition.target, Name)
        new.append(_node(definition.target.id, definition.formula, user, replace(graph, nodes=(*graph.nodes, *new))))
    answers = tuple(Name(name, call.span) for name in sweep.answers)
    return Call(VECTOR, answers, call.span) if isinstance(wrt, Call) else answers[0], new


def _node(name: str, expr: Expr, user: Node, graph: Graph) -> Node:
    """A node that a derivative needs; in errors it stands where it is used."""
    name = free_name(name, graph.index)
    args = tuple(arg for arg in names(expr) if arg in graph.index)
    return Node(name, "expression" if args else "constant", user.span, args, expr, expr)
