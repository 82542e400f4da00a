"""A DAG in layers: each edge that spans several becomes a chain of dummy vertices, one a layer that it passes."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

LayoutEdge = tuple[int, int]
ROUNDS = 8  # Of moving nodes to other layers; few graphs take more than three.
LARGEST_GROUP = 60  # Nodes that are moved together; more are hardly ever better off elsewhere, and take long to gather.


class Layered(NamedTuple):
    """A layered graph whose first `size` vertices are nodes, the others dummies.

    `layers` has the vertices of each layer in the order in which they stand, `before` and `behind` the neighbours of
    each vertex in the layer before and behind it, `chains` the vertices along each edge, `layer` that of each vertex.
    """

    size: int
    layer: list[int]
    layers: list[list[int]]
    before: list[list[int]]
    behind: list[list[int]]
    chains: list[list[int]]

    def is_dummy(self, vertex: int) -> bool:
        """Whether a vertex only stands where an edge passes a layer."""
        return vertex >= self.size


def layered(count: int, edges: Sequence[LayoutEdge]) -> Layered:
    """The layered graph of nodes 0 to `count` − 1, in topological order, and edges (tail, head)."""
    layer = levels(count, edges)
    chains: list[list[int]] = []
    for tail, head in edges:
        passed = range(layer[tail] + 1, layer[head])
        # Dummies are numbered behind the nodes.
        chains.append([tail, *range(len(layer), len(layer) + len(passed)), head])
        layer.extend(passed)
    layers: list[list[int]] = [[] for _ in range(max(layer, default=-1) + 1)]
    for vertex, each in enumerate(layer):
        layers[each].append(vertex)
    before: list[list[int]] = [[] for _ in layer]
    behind: list[list[int]] = [[] for _ in layer]
    for chain in chains:
        for one, other in itertools.pairwise(chain):
            behind[one].append(other)
            before[other].append(one)
    return Layered(count, layer, layers, before, behind, chains)


def levels(count: int, edges: Sequence[LayoutEdge]) -> list[int]:
    """The layer of each node: the longest path to it, moved on or back where that makes the edges shorter in sum."""
    tails: list[list[int]] = [[] for _ in range(count)]
    heads: list[list[int]] = [[] for _ in range(count)]
    for tail, head in edges:
        tails[head].append(tail)
        heads[tail].append(head)
    # So every edge leads on by a layer at least.
    found = [0] * count
    for node in range(count):  # Tails come first in topological order.
        found[node] = max((found[tail] + 1 for tail in tails[node]), default=0)
    for _ in range(ROUNDS):
        # Those with more users than arguments on, as every input, then the others back.
        on = [_moved(found, node, heads, tails, 1) for node in reversed(range(count))]
        back = [_moved(found, node, tails, heads, -1) for node in range(count)]
        if not any(on) and not any(back):
            break
    first = min(found, default=0)  # Nodes may have been moved back beyond the first layer.
    return [each - first for each in found]


def _moved(
    layer: list[int], node: int, ahead: Sequence[Sequence[int]], behind: Sequence[Sequence[int]], step: int
) -> bool:
    """Move a node by a layer, with all that it would run into, while that makes edges shorter; whether it did."""
    is_moved = False
    # As long as it pays: each turn is one layer.
    while ahead[node]:
        group, waiting = {node}, [node]
        while waiting:
            each = waiting.pop()
            pushed = {other for other in ahead[each] if layer[other] == layer[each] + step} - group
            # An edge to these would run level: they move too.
            group |= pushed
            waiting += pushed
            if len(group) > LARGEST_GROUP:
                return is_moved
        # Each edge that leads on becomes one shorter, each that leads in one longer.
        leading = sum(other not in group for each in group for other in ahead[each])
        if leading <= sum(other not in group for each in group for other in behind[each]):
            break
        for each in group:
            layer[each] += step
        is_moved = True
    return is_moved
