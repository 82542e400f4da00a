"""Where each vertex stands across its layer, so that long lines are straight and boxes amid their neighbours.

U. Brandes and B. Köpf, "Fast and simple horizontal coordinate assignment", 2002, with ports: a line leaves a box not
only at its middle.
The blocks are set by longest paths over their order, which stands in for the paper's classes and their shifts.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

Segment = tuple[int, int]


class Spacing(NamedTuple):
    """What coordinates keep to: the least distance of two neighbours of a layer, and how two layers line up.

    `ahead` has, for each segment (tail, head), how far the middle of its head is from that of its tail where they are
    aligned.
    """

    apart: Callable[[int, int], float]
    ahead: Mapping[Segment, float]


class Neighbours(NamedTuple):
    """The layers in order, with the neighbours of each vertex in the layers before and behind it, in their order."""

    layers: list[list[int]]
    before: list[list[int]]
    behind: list[list[int]]
    is_dummy: Callable[[int], bool]


def coordinates(graph: Neighbours, spacing: Spacing) -> list[float]:
    """The middle of each vertex, across."""
    if not graph.layers:
        return []
    conflicts = _conflicts(graph)
    # Four layouts, each as near to one corner as can be; a vertex stands between them.
    found = [
        _one_way(graph, spacing, conflicts, is_upward=is_upward, is_mirrored=is_mirrored)
        for is_upward in (False, True)
        for is_mirrored in (False, True)
    ]
    # All four are moved to where the narrowest one is: those to the left by their left ends, the others by their right.
    least = min(found, key=lambda each: max(each) - min(each))
    for i, each in enumerate(found):
        move = max(least) - max(each) if i % 2 else min(least) - min(each)
        found[i] = [place + move for place in each]
    # The mean of the middle two: the outer ones are those that a corner has drawn away.
    middles = [sorted(places) for places in zip(*found, strict=True)]
    return [(places[1] + places[2]) / 2 for places in middles]


def _conflicts(graph: Neighbours) -> set[Segment]:
    """The segments that cross one between two dummies, which is to be straight."""
    found: set[Segment] = set()
    for one, other in zip(graph.layers, graph.layers[1:], strict=False):
        place = {vertex: at for at, vertex in enumerate(one)}
        # From one inner segment to the next: what leaves the strip between both crosses one of them.
        low, done = 0, 0
        for at, vertex in enumerate(other):
            inner = next((u for u in graph.before[vertex] if graph.is_dummy(vertex) and graph.is_dummy(u)), None)
            if inner is None and at < len(other) - 1:  # Up to the next inner segment, or the end of the layer.
                continue
            high = len(one) - 1 if inner is None else place[inner]
            for each in other[done : at + 1]:
                crossing = (u for u in graph.before[each] if not low <= place[u] <= high)
                # An inner segment itself never gives way: two of them that cross are the order's matter.
                found.update((u, each) for u in crossing if not (graph.is_dummy(u) and graph.is_dummy(each)))
            low, done = high, at + 1
    return found


def _one_way(
    graph: Neighbours, spacing: Spacing, conflicts: set[Segment], *, is_upward: bool, is_mirrored: bool
) -> list[float]:
    """One of the four: aligned with the layer before or behind, and as far to the left or right as can be."""
    # One routine serves the four ways: mirrored, left is right and signs change.
    layers = [layer[::-1] if is_mirrored else layer for layer in graph.layers]
    beside = [each[::-1] if is_mirrored else each for each in (graph.behind if is_upward else graph.before)]
    sign = -1.0 if is_mirrored else 1.0

    def offset(fixed: int, vertex: int) -> float:
        """How far the middle of `vertex` is from that of `fixed` where the line between them is straight."""
        return -sign * spacing.ahead[vertex, fixed] if is_upward else sign * spacing.ahead[fixed, vertex]

    way = layers[::-1] if is_upward else layers
    root, shift = _aligned(way, beside, lambda u, v: ((v, u) if is_upward else (u, v)) in conflicts, offset)

    def _apart(u: int, v: int) -> float:
        return spacing.apart(v, u) if is_mirrored else spacing.apart(u, v)

    place = _compact(layers, root, shift, _apart)
    return [sign * (place[root[v]] + shift[v]) for v in range(len(root))]


def _aligned(
    layers: Sequence[Sequence[int]],
    beside: Sequence[Sequence[int]],
    is_conflict: Callable[[int, int], bool],
    offset: Callable[[int, int], float],
) -> tuple[list[int], list[float]]:
    """The root of each vertex's block, and how far it is from it: each is aligned with a median neighbour."""
    root, shift = list(range(len(beside))), [0.0] * len(beside)
    for fixed, layer in itertools.pairwise(layers):
        place = {vertex: at for at, vertex in enumerate(fixed)}
        last = -1  # No two blocks cross.
        for vertex in layer:
            near = beside[vertex]
            # Of an even number of neighbours the two medians are tried, left and right.
            for middle in dict.fromkeys(((len(near) - 1) // 2, len(near) // 2)) if near else ():
                other = near[middle]
                if place[other] > last and not is_conflict(other, vertex):
                    # Blocks grow along the sweep: a root is settled before what is aligned with it.
                    root[vertex], shift[vertex] = root[other], shift[other] + offset(other, vertex)
                    last = place[other]
                    break
    return root, shift


def _compact(
    layers: Sequence[Sequence[int]], root: Sequence[int], shift: Sequence[float], apart: Callable[[int, int], float]
) -> dict[int, float]:
    """The place of each block, as far to the left as its neighbours let it, then to the right where there is room."""
    behind: dict[int, dict[int, float]] = {block: {} for block in root}
    waiting = dict.fromkeys(behind, 0)
    # An edge a pair of neighbours: a block must stay so far from the one beside it.
    for layer in layers:
        for u, v in itertools.pairwise(layer):
            one, other = root[u], root[v]
            if other not in behind[one]:
                waiting[other] += 1
            behind[one][other] = max(behind[one].get(other, -1e9), apart(u, v) + shift[u] - shift[v])
    place = dict.fromkeys(behind, 0.0)
    # Kahn's order of the blocks: each is placed once all to its left are.
    order = [block for block in behind if not waiting[block]]
    for block in order:
        for other, least in behind[block].items():
            place[other] = max(place[other], place[block] + least)
            waiting[other] -= 1
            if not waiting[other]:
                order.append(other)
    # Only what something stands to the right of: a last block would go on without end.
    for block in reversed(order):
        if behind[block]:
            place[block] = max(place[block], min(place[other] - least for other, least in behind[block].items()))
    return place
