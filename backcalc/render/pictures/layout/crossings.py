"""How often the edges between two layers cross, in an order of the vertices of each."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate, pairwise
from operator import add

from backcalc.render.pictures.layout.layered import Layered

Order = list[list[int]]


def crossings(graph: Layered, layers: Sequence[Sequence[int]]) -> int:
    """How many pairs of edges cross."""
    return sum(_between(graph, one, other) for one, other in pairwise(layers))


def _between(graph: Layered, one: Sequence[int], other: Sequence[int]) -> int:
    """The inversions among the edges of two layers, counted by a tree of partial sums (P. Fenwick, 1994)."""
    place = {vertex: at for at, vertex in enumerate(other)}
    # The heads of edges from earlier vertices are in the tree; those that stand behind a later edge's cross it.
    tree = [0] * (len(other) + 1)
    count = total = 0
    for vertex in one:
        heads = [place[head] for head in graph.behind[vertex]]
        # All of one vertex are counted before any is put in: edges of one tail do not cross.
        for head in heads:
            at, smaller = head + 1, 0
            while at:
                smaller += tree[at]
                at &= at - 1  # To the sum of all before: the last one bit is taken off.
            count += total - smaller
        for head in heads:
            at = head + 1
            while at <= len(other):
                tree[at] += 1
                at += at & -at  # The next sum that this place is part of.
        total += len(heads)
    return count


def crossed_by(edges: Sequence[tuple[int, int]], rooms: int, others: int) -> list[list[int]]:
    """How many of the edges between two layers one more would cross, by the places where it begins and ends.

    `edges` are the places of their ends; entry [p][q] is that of an edge from before place p to before place q, which
    go up to `rooms` and `others`.
    """
    ends = [0] * (others + 1)
    from_place: list[list[int]] = [[] for _ in range(rooms)]
    for p, q in edges:
        ends[q + 1] += 1
        from_place[p].append(q)
    # From before all others: all edges that end before place q are crossed.
    row = list(accumulate(ends))
    found = [row]
    for heads in from_place:
        if heads:
            # An edge from place p is crossed behind it by what ends at most where it does, before it by the others.
            steps = [len(heads)] + [0] * others
            for q in heads:
                steps[q + 1] -= 2
            row = list(map(add, row, accumulate(steps)))
        found.append(row)
    return found
