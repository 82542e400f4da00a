"""Tangents of the nodes: the derivative of every node with respect to one input."""

from __future__ import annotations

from typing import Any

from backcalc.linearize import Linearization
from backcalc.sweep import forward
from backcalc.values import ones


def tangents(linear: Linearization, wrt: int) -> list[Any]:
    """∂node/∂wrt for every node of the graph, 0 where no path leads from `wrt`.

    With arrays the derivative has the node's shape followed by that of `wrt`.
    """
    count, shapes = len(linear.edges), [linear.evaluation.shapes[slot] for slot in linear.tape.slot]
    if not any(shapes):
        found = forward(range(wrt + 1, count), linear.edges.__getitem__, {wrt: 1.0})
        return [found.get(node, 0.0) for node in range(count)]
    from backcalc.array import contract, identity

    def chained(partial: Any, tangent: Any, /) -> Any:
        return contract(partial, tangent, len(shapes[wrt]))

    seeds: dict[int, Any] = {wrt: identity(shapes[wrt])}
    found = forward(range(wrt + 1, count), linear.edges.__getitem__, seeds, multiply=chained)
    return [found.get(node, 0.0 * ones((*shapes[node], *shapes[wrt]))) for node in range(count)]
