"""Which numbers of a run are not finite."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from backcalc.rules.values import is_finite, is_known
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.calculus.run import Run


def not_finite(run: Run) -> Iterator[Diagnostic]:
    """The numbers that are not finite, those first that others may come from: values, then derivatives."""
    nodes = run.graph.nodes
    for node, value in zip(nodes, run.values, strict=True):
        if _is_lost(value):
            yield Diagnostic(Code.NOT_FINITE, f"the value of `{shorten(node.name)}` is not finite", node.span)
    for name, tangent in run.tangents.items():
        for node, value in zip(nodes, tangent, strict=True):
            if _is_lost(value):
                message = f"the slope of `{shorten(node.name)}` by `{shorten(name)}` is not finite"
                yield Diagnostic(Code.NOT_FINITE, message, node.span)
    swept = run.adjoints if run.mode == "reverse" else [None] * len(nodes)
    for node, value in zip(reversed(nodes), reversed(swept), strict=True):
        if _is_lost(value):
            users = [user for user in nodes if node.name in user.args]
            slope = f"the slope of `{shorten(users[0].name)}` by it" if users else "the derivative"
            what = f"∂{shorten(run.output)}/∂{shorten(node.name)}"
            message = f"{what} is not finite: {slope} is not, or 0 times one that is not"
            yield Diagnostic(Code.NOT_FINITE, message, (users or [node])[0].span)


def _is_lost(value: Any) -> bool:
    return value is not None and is_known(value) and not is_finite(value)
