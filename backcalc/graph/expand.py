"""A graph with every operation as a node of its own."""

from __future__ import annotations

from backcalc.graph.model import Dag, Node, NodeKind
from backcalc.language.expr import NEGATE, Call, Expr, Name, Number, is_operation, names, postorder, with_args
from backcalc.rules.against import HELD_AGAINST


def expand(graph: Dag) -> Dag:
    """`graph` with each inner operation of the formula of `y` as a node `y_1`, `y_2`, …, in the order of evaluation.

    A negative number such as the exponent of `x^-2` is no operation, and what `max` and `min` hold against a constant
    stays one: as a node it would share the slope.
    """
    return expand_long(graph, 0)


def expand_long(graph: Dag, most: int) -> Dag:
    """`graph` with formulas of more than `most` operations taken apart."""
    taken = set(graph.index)  # All of the file's, so that `y_1` of the file keeps its name.
    nodes: list[Node] = []
    for node in graph.nodes:
        # Edges are no operations, and those of a constant have no adjoint to show.
        if node.expr is not None and not node.incoming and not node.is_fixed and _operations_in(node.expr) > most:
            nodes += _operations(node, graph, taken)
        else:
            nodes.append(node)
    # Where nothing is long, the graph itself, of which there may be a tape already.
    return graph if len(nodes) == len(graph.nodes) else graph._replace(nodes=tuple(nodes))


def _operations_in(expr: Expr) -> int:
    return sum(isinstance(part, Call) and is_operation(part) for part in postorder(expr))


def _operations(node: Node, graph: Dag, taken: set[str]) -> list[Node]:
    """The nodes that stand for the formula of `node`, itself the last."""
    assert node.expr is not None
    found: list[Node] = []
    # By identity: a part that is shared inside a formula becomes one node.
    place: dict[int, Expr] = {}
    own: set[str] = set()
    count = 0
    constants = _constants(node.expr, graph)
    # Inner operations come before those that use them, so names for them are there.
    for part in postorder(node.expr):
        if not isinstance(part, Call) or id(part) in constants or (_is_kept(part) and part is not node.expr):
            place[id(part)] = part  # Leaves stay where they stand.
            continue
        formula = with_args(part, tuple(place[id(arg)] for arg in part.args))
        # The root comes last, and keeps the node's name.
        if part is node.expr:
            return [*found, _node(node, node.name, formula, graph, own)]
        count += 1
        # `y_1` may be a node of the file already; its number is then skipped.
        while (name := _numbered(node.name, count)) in taken:
            count += 1
        taken.add(name)
        found.append(_node(node._replace(span=part.span), name, formula, graph, own))  # Errors point at the operation.
        own.add(name)
        place[id(part)] = Name(name, part.span)
    return [node]  # A leaf alone: y = x.


def _constants(expr: Expr, graph: Dag) -> set[int]:
    """The parts, by identity, of constants that `max` and `min` hold a node against."""
    found: set[int] = set()
    for part in postorder(expr):
        if isinstance(part, Call) and part.fn in HELD_AGAINST and len(part.args) == len(("x", "y")):
            fixed = [arg for arg in part.args if not any(name in graph.index for name in names(arg))]
            # Two nodes may be taken apart, for they share the slope anyway.
            if len(fixed) == 1:
                found.update(id(each) for each in postorder(fixed[0]))
    return found


def _numbered(name: str, count: int) -> str:
    """`y_1` for y, and `y_1'` for y': primes stand at the end of a name."""
    stem = name.rstrip("'")
    return f"{stem}_{count}{name[len(stem) :]}"


def _is_kept(call: Call) -> bool:
    """Whether a call is a negative number or an index, which is no operation of its own."""
    return (call.fn == NEGATE and isinstance(call.args[0], Number)) or not is_operation(call)


def _node(node: Node, name: str, formula: Expr, graph: Dag, own: set[str]) -> Node:
    args = tuple(arg for arg in names(formula) if arg in graph.index or arg in own)
    kind: NodeKind = "expression" if args else "constant"
    return node._replace(name=name, kind=kind, args=args, formula=formula, expr=formula)
