"""Adjoints of the nodes: the derivative of one output with respect to every node."""

from __future__ import annotations

from backcalc.linearize import Linearization
from backcalc.sweep import reverse


def adjoints(linear: Linearization, output: int) -> list[float]:
    """∂output/∂node for every node of the graph, 0 where no path leads to the output."""
    found = reverse(range(output, -1, -1), linear.edges.__getitem__, {output: 1.0})
    return [found.get(node, 0.0) for node in range(len(linear.edges))]
