"""Which numbers of a run are not finite."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backcalc.graph.model import Node
from backcalc.rules.values import is_finite, is_known
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten


def not_finite(
    nodes: Sequence[Node],
    output: str,
    values: Sequence[Any],
    tangents: Mapping[str, Sequence[Any]],
    adjoints: Sequence[Any],
) -> Iterator[Diagnostic]:
    """The numbers of a run that are not finite, those first that others may come from: values, then derivatives.

    In forward mode there are no `adjoints`.
    """
    for node, value in zip(nodes, values, strict=True):
        if _is_lost(value):
            yield Diagnostic(Code.NOT_FINITE, f"the value of `{shorten(node.name)}` is not finite", node.span)
    for name, tangent in tangents.items():
        for node, value in zip(nodes, tangent, strict=True):
            if _is_lost(value):
                message = f"the slope of `{shorten(node.name)}` by `{shorten(name)}` is not finite"
                yield Diagnostic(Code.NOT_FINITE, message, node.span)
    for node, value in zip(reversed(nodes), reversed(adjoints), strict=False):
        if _is_lost(value):
            users = [user for user in nodes if node.name in user.args]
            slope = f"the slope of `{shorten(users[0].name)}` by it" if users else "the derivative"
            what = f"∂{shorten(output)}/∂{shorten(node.name)}"
            message = f"{what} is not finite: {slope} is not, or 0 times one that is not"
            yield Diagnostic(Code.NOT_FINITE, message, (users or [node])[0].span)


def _is_lost(value: Any) -> bool:
    return value is not None and is_known(value) and not is_finite(value)
