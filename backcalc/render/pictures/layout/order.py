"""The order of the vertices in each layer, with few crossings, from several beginnings; the same each time.

Each beginning is sorted by medians of neighbours, forwards and backwards, then by moves that take crossings away. The
best is shaken a little and moved again, as often as the size of the graph lets it.

Sources: K. Sugiyama, S. Tagawa, M. Toda 1981; E. Gansner, E. Koutsofios, S. North, K. Vo, "A technique for drawing
directed graphs", 1993 (medians, transposition); C. Matuszewski, R. Schönfeld, P. Molitor, "Using sifting for k-layer
straightline crossing minimization", 1999.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from operator import itemgetter
from random import Random

from backcalc.render.pictures.layout.crossings import Order, crossings
from backcalc.render.pictures.layout.layered import Layered
from backcalc.render.pictures.layout.moves import Moves
from backcalc.render.pictures.layout.symmetry import symmetric

SWEEPS = 8  # By medians, from each beginning; fewer where several in a row are of no use.
IDLE = 3
WORK = 500_000  # Pairs of edges that the search may look at, about: a second or so.
POLISHED = 2  # Of the beginnings.
IDLE_SHAKES = 8  # After so many in a row that are of no use the search ends.

Found = tuple[int, Order]
"""How many crossings an order has, and the order."""


def ordered(graph: Layered) -> Order:
    """The layers in the order with the fewest crossings that is found."""
    search = OrderSearch(graph)
    begun: list[Found] = []
    for layers in _beginnings(graph):
        begun.append(search.sorted(layers))
        if search.work > WORK // 4:  # The rest is for the moves.
            break
    # What crosses least when sorted is most often best when moved, too.
    best = min(map(search.polished, sorted(begun, key=_count)[:POLISHED]), key=_count)
    random, idle = Random(1), 0  # noqa: S311  A fixed seed: the same graph gives the same picture.
    while best[0] and idle < IDLE_SHAKES and search.work <= WORK:
        found = search.shaken(best, random)
        idle = 0 if found[0] < best[0] else idle + 1
        best = min(best, found, key=_count)
    return as_numbered(graph, symmetric(graph, best[1]) or best[1])


def as_numbered(graph: Layered, layers: Order) -> Order:
    """The order, or its mirror image, whose nodes stand more by their numbers: with the same crossings and symmetries.

    So far as nothing else speaks for it, a picture has the order of the file.
    """
    images = layers, [layer[::-1] for layer in layers]
    return min((_twins_sorted(graph, each) for each in images), key=lambda found: _inversions(graph, found))


def _twins_sorted(graph: Layered, layers: Order) -> Order:
    """The order with twins, nodes with the same neighbours, exchanged until they stand by their numbers."""
    found: Order = []
    for layer in layers:
        twins: dict[object, list[int]] = {}
        # A line between two boxes, though it has their neighbours, stays where it is: a mirror may want it amid them.
        kinds = [v if graph.is_dummy(v) else (frozenset(graph.before[v]), frozenset(graph.behind[v])) for v in layer]
        for vertex, kind in sorted(zip(layer, kinds, strict=True), key=itemgetter(0), reverse=True):
            twins.setdefault(kind, []).append(vertex)
        found.append([twins[kind].pop() for kind in kinds])  # At each of their places the next of them.
    return found


def _inversions(graph: Layered, layers: Order) -> int:
    """How many pairs of nodes of a layer stand against their numbers."""
    nodes = ([vertex for vertex in layer if not graph.is_dummy(vertex)] for layer in layers)
    return sum(one > other for layer in nodes for one, other in combinations(layer, 2))


def _count(found: Found) -> int:
    return found[0]


def _beginnings(graph: Layered) -> Iterator[Order]:
    """Orders in which neighbours stand near each other: as searches in depth meet them, from either end."""
    vertices = range(len(graph.layer))
    for starts in (vertices, reversed(vertices)):
        layers: Order = [[] for _ in graph.layers]
        for vertex in _met(graph, starts):
            layers[graph.layer[vertex]].append(vertex)
        yield layers
        yield [layer[::-1] for layer in layers]  # Mirrored, too: ties fall the other way.


def _met(graph: Layered, starts: Iterable[int]) -> Iterator[int]:
    """The vertices as a search in depth meets them, along the edges and against them."""
    seen: set[int] = set()
    for start in starts:
        stack = [start]
        while stack:
            vertex = stack.pop()
            if vertex not in seen:
                seen.add(vertex)
                yield vertex
                stack += reversed(graph.behind[vertex] + graph.before[vertex])


def _shaken(layers: Order, counts: Sequence[int], random: Random) -> tuple[Order, range]:
    """The order with a few vertices moved to other places in neighbouring layers, and these layers.

    `counts` has the crossings between each two of them: where there are more, a shake is likelier.
    """
    found = list(layers)  # Layers that stay are shared with the old order; only those near are copied.
    (middle,) = random.choices(range(len(found)), [one + other for one, other in pairwise([0, *counts, 0])])
    near = range(max(0, middle - 1), min(middle + 2, len(found)))
    for at in near:
        layer = found[at] = list(found[at])
        for _ in range(1 + len(layer) // 3):
            layer.insert(random.randrange(len(layer)), layer.pop(random.randrange(len(layer))))
    return found, near


class OrderSearch:
    """What improves orders of one graph; `work` is how much it has looked at."""

    def __init__(self, graph: Layered) -> None:
        self.graph = graph
        self.work = 0

    def sorted(self, layers: Order) -> Found:
        """The best order on the way of sorting by medians."""
        moves = Moves(self.graph, [list(layer) for layer in layers])
        best, idle = (crossings(self.graph, layers), layers), 0
        # Without crossings there is nothing to gain; a large graph ends when its work is used up.
        for sweep in range(SWEEPS):
            if not best[0] or idle == IDLE or self.work + moves.work > WORK:
                break
            self._by_medians(moves, is_forward=sweep % 2 == 0, is_reversed=sweep % 4 > 1)
            moves.exchange(range(len(layers)))
            count = crossings(self.graph, moves.layers)
            idle = 0 if count < best[0] else idle + 1
            if count < best[0]:
                best = (count, [list(layer) for layer in moves.layers])
        self.work += moves.work
        return best

    def _by_medians(self, moves: Moves, *, is_forward: bool, is_reversed: bool) -> None:
        """Sort each layer by the medians of the neighbours in the layer that has just been sorted."""
        beside = self.graph.before if is_forward else self.graph.behind
        place = moves.place
        # Of equals the last stands first every other time: else they would never change places.
        ties = -1 if is_reversed else 1
        for layer in moves.layers[1:] if is_forward else moves.layers[-2::-1]:
            medians = {v: (_median(sorted([place[u] for u in beside[v]]), place[v]), ties * place[v]) for v in layer}
            layer.sort(key=medians.__getitem__)
            moves.settle(layer)

    def shaken(self, found: Found, random: Random) -> Found:
        """The order after a shake in a few layers, and the moves that it gives rise to."""
        count, layers = found
        counts = [crossings(self.graph, pair) for pair in pairwise(layers)]
        new, near = _shaken(layers, counts, random)
        # Crossings are counted again only where something has moved.
        first, last = max(0, near.start - 1), near.stop + 1
        more = crossings(self.graph, new[first:last]) - sum(counts[first : last - 1])
        return self.polished((count + more, new), near)

    def polished(self, found: Found, near: Iterable[int] | None = None) -> Found:
        """The order after moves, until none of them takes a crossing away.

        Where it was so before but for the layers `near`, only what changes with these is looked at.
        """
        count, layers = found
        moves = Moves(self.graph, [list(layer) for layer in layers])
        moves.changed = set(range(len(layers)) if near is None else near)
        # Once no crossing is left, or none that can be gained, nothing is looked at again.
        while moves.changed and moves.gained < count and self.work + moves.work <= WORK:
            look, moves.changed = moves.near(moves.changed), set()
            moves.exchange(look)
            moves.sift(look)
            moves.lay(look)
        self.work += moves.work
        return count - moves.gained, moves.layers


def _median(places: Sequence[int], own: float) -> float:
    """The median of the places of neighbours; of an even number it leans to the side where they stand closer."""
    count = len(places)
    if not count:
        return own  # Without neighbours it stays where it is.
    middle = count // 2
    if count % 2:
        return places[middle]
    if count == 2:
        return (places[0] + places[1]) / 2
    # Weighted by how closely the places on either side stand (Gansner et al.).
    left, right = places[middle - 1] - places[0], places[-1] - places[middle]
    if not left + right:
        return (places[middle - 1] + places[middle]) / 2
    return (places[middle - 1] * right + places[middle] * left) / (left + right)
