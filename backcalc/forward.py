"""Tangents of the nodes: the derivative of every node with respect to one input."""

from __future__ import annotations

from backcalc.linearize import Linearization
from backcalc.sweep import forward


def tangents(linear: Linearization, wrt: int) -> list[float]:
    """∂node/∂wrt for every node of the graph, 0 where no path leads from `wrt`."""
    count = len(linear.edges)
    found = forward(range(wrt + 1, count), linear.edges.__getitem__, {wrt: 1.0})
    return [found.get(node, 0.0) for node in range(count)]
