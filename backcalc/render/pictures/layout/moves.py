"""Moves that take crossings away: neighbours exchanged, a vertex sifted through its layer, a long edge laid anew."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from backcalc.render.pictures.layout.crossings import Order, crossed_by
from backcalc.render.pictures.layout.layered import Layered


class Moves:
    """Moves in one order of a graph, which they change; `gained` is how many crossings they have taken away.

    `work` is how much they have looked at: pairs of edges, about.
    """

    def __init__(self, graph: Layered, layers: Order) -> None:
        self.graph, self.layers = graph, layers
        self.place = [0] * len(graph.layer)
        self.gained = self.work = 0
        for layer in layers:
            self.settle(layer)

    def settle(self, layer: Sequence[int]) -> None:
        """Take note of where the vertices of a layer stand."""
        for at, vertex in enumerate(layer):
            self.place[vertex] = at

    def exchange(self) -> None:
        """Exchange neighbours of a layer while that takes crossings away."""
        waiting = set(range(len(self.layers)))
        while waiting:
            at = min(waiting)
            waiting.discard(at)
            if self._exchange_in(self.layers[at]):
                waiting |= {at, max(at - 1, 0), min(at + 1, len(self.layers) - 1)}

    def _exchange_in(self, layer: list[int]) -> bool:
        """Exchange the neighbours of one layer, once; whether that has taken a crossing away."""
        before = self.gained
        for i in range(len(layer) - 1):
            one, other = layer[i], layer[i + 1]
            gain = self._gain(one, other)
            if gain > 0:
                layer[i], layer[i + 1] = other, one
                self.place[one], self.place[other] = i + 1, i
                self.gained += gain
        return self.gained > before

    def _gain(self, one: int, other: int) -> int:
        """How many crossings fewer there are where two vertices of a layer stand the other way round."""
        place, gain = self.place, 0
        for beside in (self.graph.before, self.graph.behind):
            own, theirs = beside[one], beside[other]
            if not own or not theirs:
                continue
            self.work += len(own) * len(theirs)
            if len(own) == len(theirs) == 1:  # As most are, dummies above all.
                gain += (place[own[0]] > place[theirs[0]]) - (place[own[0]] < place[theirs[0]])
                continue
            places = [place[v] for v in theirs]
            for u in own:
                at = place[u]
                for v in places:
                    gain += (at > v) - (at < v)
        return gain

    def sift(self) -> None:
        """Move each vertex to the best place in its layer."""
        for layer in self.layers:
            if len(layer) > 1:
                for vertex in list(layer):
                    self._sift(layer, vertex)

    def _sift(self, layer: list[int], vertex: int) -> None:
        own = self.place[vertex]
        best, to = 0, own
        for step, others in ((1, layer[own + 1 :]), (-1, layer[:own][::-1])):
            gain = 0
            for moved, other in enumerate(others, 1):
                gain += self._gain(vertex, other) if step > 0 else self._gain(other, vertex)
                if gain > best:
                    best, to = gain, own + step * moved
        if best:
            layer.insert(to, layer.pop(own))
            self.settle(layer)
            self.gained += best

    def lay(self) -> None:
        """Lay each long edge on the way through the layers that crosses the fewest others, which stay as they are."""
        for chain in self.graph.chains:
            if len(chain) > 2:
                self._lay(chain)

    def _lay(self, chain: Sequence[int]) -> None:
        first = self.graph.layer[chain[0]]
        old = [self.place[vertex] for vertex in chain]
        for i in range(1, len(chain) - 1):
            layer = self.layers[first + i]
            layer.pop(old[i])
            self.settle(layer)
        costs = [self._costs(first + i, one, other) for i, (one, other) in enumerate(pairwise(chain))]
        new, least = _cheapest(costs, old[0], old[-1])
        was = sum(cost[p][q] for cost, p, q in zip(costs, old, old[1:], strict=False))
        self.gained += was - least if least < was else 0
        for i, vertex in enumerate(chain[1:-1], 1):
            layer = self.layers[first + i]
            layer.insert((new if least < was else old)[i], vertex)
            self.settle(layer)

    def _costs(self, at: int, one: int, other: int) -> list[list[int]]:
        """The crossings of the edge from `one` to `other`, in the layers `at` and behind, by the places of its ends."""
        layer, behind = self.layers[at], self.layers[at + 1]
        inside = {one, other}
        # Of a node no two edges cross; what has been taken out of its layer has no place in it.
        edges = [
            (self.place[u], self.place[v])
            for u in layer
            for v in self.graph.behind[u]
            if u not in inside and v not in inside
        ]
        self.work += len(edges) * (len(behind) + 1) // 4 + len(layer) * len(behind) // 4
        return crossed_by(edges, len(layer), len(behind))


def _cheapest(costs: Sequence[list[list[int]]], start: int, end: int) -> tuple[list[int], int]:
    """The places of a chain from `start` to `end` with the least cost in sum, and that cost."""
    rows = [costs[0][start]]
    came: list[list[int]] = []
    for cost in costs[1:]:
        before, row, from_place = rows[-1], [], []
        for column in zip(*cost, strict=True):
            sums = [so_far + more for so_far, more in zip(before, column, strict=True)]
            row.append(min(sums))
            from_place.append(sums.index(row[-1]))
        rows.append(row)
        came.append(from_place)
    places = [end]
    for from_place in reversed(came):
        places.append(from_place[places[-1]])
    return [start, *reversed(places)], rows[-1][end]
