"""Of which nodes formulas take derivatives: where such a node has no value, its derivative does not exist."""

from __future__ import annotations

from backcalc.graph.functions import DERIVATIVES
from backcalc.graph.model import Dag
from backcalc.language.expr import Call, Name, postorder


def differentiated_nodes(graph: Dag, output: str) -> list[str]:
    """The nodes of which formulas that `output` depends on take derivatives, where derivatives are nodes by now."""
    written = graph.unresolved
    if written is None or output not in written.index:
        return []
    # In the graph as it was written, for a derivative's formula need not speak of what it is the derivative of.
    needed = written.upstream([output])
    formulas = (node.expr for node in written.nodes if node.name in needed and node.expr is not None)
    calls = (part for formula in formulas for part in postorder(formula) if isinstance(part, Call))
    targets = dict.fromkeys(call.args[0] for call in calls if call.fn in DERIVATIVES)
    # A formula that stands in a derivative has become a node.
    made = {node.expr: node.name for node in graph.nodes if node.name not in written.index}
    found = (target.id if isinstance(target, Name) else made.get(target, "") for target in targets)
    return [name for name in found if name in graph.index]
