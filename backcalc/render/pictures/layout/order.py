"""The order of the vertices in each layer, with few crossings: medians of neighbours, then transpositions.

Sources: K. Sugiyama, S. Tagawa, M. Toda 1981; E. Gansner, E. Koutsofios, S. North, K. Vo, "A technique for drawing
directed graphs", 1993.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from backcalc.render.pictures.layout.layered import Layered

SWEEPS = 12


def ordered(graph: Layered) -> list[list[int]]:
    """The layers in the order with the fewest crossings that is found."""
    layers = _first(graph)
    best, fewest = [list(layer) for layer in layers], crossings(graph, layers)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        _by_medians(graph, layers, is_forward=sweep % 2 == 0)
        count = crossings(graph, layers)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return best


def _first(graph: Layered) -> list[list[int]]:
    """An order in which neighbours stand near each other: as a depth-first search meets them."""
    layers: list[list[int]] = [[] for _ in graph.layers]
    seen: set[int] = set()
    for start in graph.layers[0] + list(range(graph.size)):
        stack = [start]
        while stack:
            vertex = stack.pop()
            if vertex not in seen:
                seen.add(vertex)
                layers[graph.layer[vertex]].append(vertex)
                stack += reversed(graph.behind[vertex] + graph.before[vertex])
    return layers


def _by_medians(graph: Layered, layers: list[list[int]], *, is_forward: bool) -> None:
    """Sort each layer by the medians of the neighbours in the layer that has just been sorted."""
    beside = graph.before if is_forward else graph.behind
    sweep = range(1, len(layers)) if is_forward else range(len(layers) - 2, -1, -1)
    for i in sweep:
        other = layers[i - 1 if is_forward else i + 1]
        place = {vertex: float(at) for at, vertex in enumerate(other)}
        medians = {
            vertex: _median(sorted(place[each] for each in beside[vertex]), at) for at, vertex in enumerate(layers[i])
        }
        layers[i].sort(key=medians.__getitem__)


def _median(places: Sequence[float], own: float) -> float:
    if not places:
        return own
    middle = len(places) // 2
    return places[middle] if len(places) % 2 else (places[middle - 1] + places[middle]) / 2


def crossings(graph: Layered, layers: Sequence[Sequence[int]]) -> int:
    """How many pairs of edges cross."""
    return sum(_between(graph, one, other) for one, other in itertools.pairwise(layers))


def _between(graph: Layered, one: Sequence[int], other: Sequence[int]) -> int:
    """The inversions among the edges of two layers, counted by a tree of partial sums."""
    place = {vertex: at for at, vertex in enumerate(other)}
    tree = [0] * (len(other) + 1)
    count = total = 0
    for vertex in one:
        heads = sorted(place[head] for head in graph.behind[vertex])
        for head in heads:
            at, smaller = head + 1, 0
            while at:
                smaller += tree[at]
                at &= at - 1
            count += total - smaller
        for head in heads:
            at = head + 1
            while at <= len(other):
                tree[at] += 1
                at += at & -at
        total += len(heads)
    return count
