"""Moves that take crossings away: neighbours exchanged, a vertex sifted through its layer, a long edge laid anew."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from operator import add

from backcalc.render.pictures.layout.crossings import Order, crossed_by
from backcalc.render.pictures.layout.layered import Layered

Beside = tuple[list[int], list[int]]
"""The places of the neighbours of a vertex, in the layers before and behind it, from the first to the last."""


class Moves:
    """Moves in one order of a graph, which they change; `gained` is how many crossings they have taken away.

    `work` is how much they have looked at: pairs of edges, about. `changed` are the layers that they have changed.
    """

    def __init__(self, graph: Layered, layers: Order) -> None:
        self.graph, self.layers = graph, layers
        # Kept, for to look a vertex up in its layer would take as long as the layer.
        self.place = [0] * len(graph.layer)
        self.gained = self.work = 0
        self.changed: set[int] = set()
        for layer in layers:
            self.settle(layer)

    def settle(self, layer: Sequence[int]) -> None:
        """Take note of where the vertices of a layer stand."""
        for at, vertex in enumerate(layer):
            self.place[vertex] = at

    def near(self, layers: Iterable[int]) -> set[int]:
        """Layers with those beside them: where a move may gain something that it did not before these changed."""
        last = len(self.layers) - 1
        return {each for at in layers for each in (max(at - 1, 0), at, min(at + 1, last))}

    def exchange(self, layers: Iterable[int]) -> None:
        """Exchange neighbours of these layers, and of those that this changes, while that takes crossings away."""
        waiting = set(layers)
        while waiting:
            at = min(waiting)
            waiting.discard(at)
            if self._exchange_in(self.layers[at]):
                self.changed.add(at)
                waiting |= self.near([at])  # What moved may let its neighbours gain.

    def _exchange_in(self, layer: list[int]) -> bool:
        """Exchange the neighbours of one layer, once; whether that has taken a crossing away."""
        before, beside = self.gained, self._beside(layer)
        for i in range(len(layer) - 1):
            gain = self._gain(beside[layer[i]], beside[layer[i + 1]])
            if gain > 0:
                layer[i], layer[i + 1] = layer[i + 1], layer[i]
                self.gained += gain
        if self.gained == before:
            return False
        self.settle(layer)
        return True

    def _beside(self, layer: Sequence[int]) -> dict[int, Beside]:
        """Where the neighbours of each vertex of a layer stand; as long as the layers beside it stay, so does this."""
        place = self.place.__getitem__
        return {v: (sorted(map(place, self.graph.before[v])), sorted(map(place, self.graph.behind[v]))) for v in layer}

    def _gain(self, one: Beside, other: Beside) -> int:
        """How many crossings fewer there are where two vertices of a layer stand the other way round."""
        gain = 0
        for own, theirs in zip(one, other, strict=True):
            if not own or not theirs:
                continue
            self.work += 1
            # Most lead wholly to one side of the others.
            if own[-1] < theirs[0]:
                gain -= len(own) * len(theirs)
            elif own[0] > theirs[-1]:
                gain += len(own) * len(theirs)
            else:
                self.work += len(own) * len(theirs)
                # As they stand, two edges cross where at > v; exchanged, where at < v.
                for at in own:
                    for v in theirs:
                        gain += (at > v) - (at < v)
        return gain

    def sift(self, layers: Iterable[int]) -> None:
        """Move each vertex of these layers to the best place in its own."""
        for at in sorted(layers):
            before = self.gained
            beside = self._beside(self.layers[at])
            for vertex in list(self.layers[at]):  # A copy, for sifting changes the layer.
                self._sift(self.layers[at], vertex, beside)
            if self.gained > before:
                self.changed.add(at)

    def _sift(self, layer: list[int], vertex: int, beside: Mapping[int, Beside]) -> None:
        own, mine = self.place[vertex], beside[vertex]
        # In steps from its own place to either side: each adds the gain of one exchange.
        best, to = 0, own
        for step, others in ((1, layer[own + 1 :]), (-1, layer[:own][::-1])):
            gain = 0
            for moved, other in enumerate(others, 1):
                gain += step * self._gain(mine, beside[other])
                if gain > best:
                    best, to = gain, own + step * moved
        if best:
            layer.insert(to, layer.pop(own))
            self.settle(layer)
            self.gained += best

    def lay(self, layers: AbstractSet[int]) -> None:
        """Lay each long edge through these layers on the way that crosses the fewest others, which stay as they are."""
        for chain in self.graph.chains:
            first = self.graph.layer[chain[0]]
            # Where it crosses nothing there is nothing to gain.
            if len(chain) > 2 and not layers.isdisjoint(range(first, first + len(chain))) and self._crosses(chain):
                self._lay(chain, first)

    def _crosses(self, chain: Sequence[int]) -> bool:
        """Whether any other edge crosses one that leads along a chain."""
        place = self.place
        for one, other in pairwise(chain):
            at, to = place[one], place[other]
            layer = self.layers[self.graph.layer[one]]
            self.work += len(layer)
            # Of two edges that cross, the differences of both ends have other signs.
            if any((place[u] - at) * (place[v] - to) < 0 for u in layer for v in self.graph.behind[u]):
                return True
        return False

    def _lay(self, chain: Sequence[int], first: int) -> None:
        old = [self.place[vertex] for vertex in chain]
        # Taken out, so that costs are those of crossing the others alone.
        for i in range(1, len(chain) - 1):
            layer = self.layers[first + i]
            layer.pop(old[i])
            self.settle(layer)
        costs = [self._costs(first + i, one, other) for i, (one, other) in enumerate(pairwise(chain))]
        new, least = _cheapest(costs, old[0], old[-1])
        # As many crossings as the old way has, by the same count.
        was = sum(cost[p][q] for cost, p, q in zip(costs, old, old[1:], strict=False))
        if least < was:
            self.gained += was - least
            self.changed.update(first + i for i in range(1, len(chain) - 1) if new[i] != old[i])
        for i, vertex in enumerate(chain[1:-1], 1):
            layer = self.layers[first + i]
            layer.insert((new if least < was else old)[i], vertex)  # Back at its old place where no way is better.
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
    # By dynamic programming: the least cost to each place of a layer comes from those of the layer before.
    rows = [costs[0][start]]
    came: list[list[int]] = []
    for cost in costs[1:]:
        before, row, from_place = rows[-1], [], []
        for column in zip(*cost, strict=True):
            sums = list(map(add, before, column))
            row.append(min(sums))
            from_place.append(sums.index(row[-1]))  # The first of equals, the same each time.
        rows.append(row)
        came.append(from_place)
    # Back from the end, by where each came from.
    places = [end]
    for from_place in reversed(came):
        places.append(from_place[places[-1]])
    return [start, *reversed(places)], rows[-1][end]
