"""The layout of a DAG: layers in the direction of its edges (`along`), and places in each layer (`across`).

Lines cross only between two layers; in the band of a layer, and where labels stand before it, each runs level in a lane
of its own. So no line ever runs through a box, along another, or over a label.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from backcalc.render.pictures.layout.coordinates import Neighbours, Spacing, coordinates
from backcalc.render.pictures.layout.layered import Layered, LayoutEdge, layered
from backcalc.render.pictures.layout.order import ordered

Size = tuple[float, float]
"""How deep something is along, and how far it extends across."""
STEEP = 0.22  # Of the way that a line goes across between two layers, the room along that it has for that at least,
SPREAD = 0.8  # Of the side of a box, the part from which lines leave.
STEEPEST = 130.0  # but never more than that.


class Sizes(NamedTuple):
    """How large boxes and labels are, and what is kept between them.

    A label stands before its line, as seen across: above it, or to the left. `lane` parts two lines with their labels,
    `aside` a label and the line before it, `between` two boxes, `near` a box and a line that passes by, `gap` two
    layers, `tip` is the room of an arrowhead.
    """

    boxes: Sequence[Size]
    labels: Sequence[Size]
    lane: float
    aside: float
    between: float
    near: float
    gap: float
    tip: float


class Spot(NamedTuple):
    """Where a box is: its first corner, and its size."""

    along: float
    across: float
    depth: float
    extent: float


class Route(NamedTuple):
    """The points of a line, (along, across), and the middle of its label."""

    points: list[tuple[float, float]]
    label_at: tuple[float, float]


class Layout(NamedTuple):
    """Where everything is, and how large it is as a whole."""

    boxes: list[Spot]
    routes: list[Route]
    depth: float
    extent: float


def layout(count: int, edges: Sequence[LayoutEdge], sizes: Sizes) -> Layout:
    """The layout of nodes 0 to `count` − 1, in topological order, and edges (tail, head), each pair once."""
    return _LayoutState(*_ordered(count, tuple(edges)), sizes).layout()


# A page has pictures of one graph in several sizes and directions; where lines cross does not depend on these.
@lru_cache(maxsize=1)
def _ordered(count: int, edges: tuple[LayoutEdge, ...]) -> tuple[Layered, list[list[int]]]:
    """The layers of a graph, and the order in each of them."""
    graph = layered(count, edges)
    return graph, ordered(graph)


class _LayoutState:
    """What the layout of one graph is made of."""

    def __init__(self, graph: Layered, layers: list[list[int]], sizes: Sizes) -> None:
        self.graph, self.layers, self.sizes = graph, layers, sizes
        place = {vertex: at for layer in layers for at, vertex in enumerate(layer)}
        # Ports in the order of their neighbours, so that lines do not cross at a box.
        self.before = [sorted(each, key=place.__getitem__) for each in graph.before]
        self.behind = [sorted(each, key=place.__getitem__) for each in graph.behind]
        self.label = {(chain[-2], chain[-1]): sizes.labels[i] for i, chain in enumerate(graph.chains)}
        self.extent = [self._extent(vertex) for vertex in range(len(graph.layer))]
        self.leaves: dict[LayoutEdge, float] = {}
        self.arrives: dict[LayoutEdge, float] = {}
        for vertex in range(len(graph.layer)):
            self._ports(vertex)
        spacing = Spacing(self._apart, {segment: self._ahead(segment) for segment in self.leaves})
        self.middle = coordinates(Neighbours(layers, self.before, self.behind, graph.is_dummy), spacing)

    def layout(self) -> Layout:
        """The layout, its least coordinates 0."""
        if not self.graph.size:  # Nothing has no least coordinate.
            return Layout([], [], 0.0, 0.0)
        first = min(self._start(vertex) for vertex in range(len(self.middle)))
        self.middle = [each - first for each in self.middle]
        depths = [
            max((self.sizes.boxes[v][0] for v in layer if not self.graph.is_dummy(v)), default=0.0)
            for layer in self.layers
        ]
        zones, starts = self._zones(), [0.0]
        for i in range(1, len(depths)):
            starts.append(starts[-1] + depths[i - 1] + self._gap(i) + zones[i])
        boxes = [
            Spot(starts[layer], self._start(v), depths[layer], self.extent[v])
            for v, layer in enumerate(self.graph.layer[: self.graph.size])
        ]
        routes = [self._route(chain, starts, depths, zones) for chain in self.graph.chains]
        extent = max(self.middle[v] + self.extent[v] / 2 for v in range(len(self.middle)))
        return Layout(boxes, routes, starts[-1] + depths[-1], extent)

    # ---- Across ------------------------------------------------------------------------------------------------------

    def _lane(self, segment: LayoutEdge) -> float:
        """The room of a line that comes in, with its label."""
        return max(self.sizes.lane, self.label[segment][1] + self.sizes.aside)

    def _extent(self, vertex: int) -> float:
        """How far a vertex extends: a box at least as far as the lines that come in."""
        if self.graph.is_dummy(vertex):
            return 0.0
        lanes = [self._lane((tail, vertex)) for tail in self.before[vertex]]
        # A single line meets the middle of the box, its label before it; of several the first label must fit too.
        arriving = sum(lanes[1:]) + 2 * lanes[0] if lanes else 0.0
        # They have no labels: the distance `near` is enough.
        leaving = len(self.behind[vertex]) * self.sizes.near / SPREAD
        return max(self.sizes.boxes[vertex][1], arriving, leaving)

    def _ports(self, vertex: int) -> None:
        """Where the lines of a vertex touch it: in the order of where they lead, so that none cross there."""
        if self.graph.is_dummy(vertex):
            self.arrives |= {(tail, vertex): 0.0 for tail in self.before[vertex]}
            self.leaves |= {(vertex, head): 0.0 for head in self.behind[vertex]}
            return
        lanes = [self._lane((tail, vertex)) for tail in self.before[vertex]]
        # As far from the middle to either side, so that what is symmetric looks so.
        at = -sum(lanes[1:]) / 2
        for i, tail in enumerate(self.before[vertex]):
            at += lanes[i] if i else 0.0
            self.arrives[tail, vertex] = at
        heads = self.behind[vertex]
        # Never wider than the lanes of lines that come in.
        step = min(self.sizes.lane, SPREAD * self.extent[vertex] / max(len(heads), 1))
        for i, head in enumerate(heads):
            self.leaves[vertex, head] = (i - (len(heads) - 1) / 2) * step

    def _ahead(self, segment: LayoutEdge) -> float:
        """How far the middle of a head is from that of its tail where they are aligned."""
        step = self.leaves[segment] - self.arrives[segment]
        # A straight line that led far from the middle of a box would put box after box further aside.
        is_aside = not any(map(self.graph.is_dummy, segment)) and abs(step) > self.sizes.lane
        return 0.0 if is_aside else step

    def _apart(self, one: int, other: int) -> float:
        """The least distance of the middles of two neighbours."""
        dummies = self.graph.is_dummy(one) + self.graph.is_dummy(other)
        room = (self.sizes.between, self.sizes.near, self.sizes.near)[dummies]  # By how many of the two are dummies.
        return (self.extent[one] + self.extent[other]) / 2 + room

    def _start(self, vertex: int) -> float:
        return self.middle[vertex] - self.extent[vertex] / 2

    # ---- Along -------------------------------------------------------------------------------------------------------

    def _zones(self) -> list[float]:
        """The room before each layer for labels and arrowheads."""
        found = [0.0] * len(self.layers)
        for (_, head), (depth, _) in self.label.items():
            layer = self.graph.layer[head]
            # The widest label of a layer gives all their room, so that lines run level there.
            found[layer] = max(found[layer], depth + self.sizes.tip + self.sizes.near)
        return found

    def _gap(self, i: int) -> float:
        """The room for lines between a layer and the one before: the more, the further they go across."""
        steepest = max(
            (
                abs(self.middle[u] + self.leaves[u, v] - self.middle[v] - self.arrives[u, v])
                for v in self.layers[i]
                for u in self.before[v]
            ),
            default=0.0,
        )
        # A line far across needs room along, else it runs along the boxes.
        return max(self.sizes.gap, min(STEEPEST, STEEP * steepest))

    def _route(
        self, chain: Sequence[int], starts: Sequence[float], depths: Sequence[float], zones: Sequence[float]
    ) -> Route:
        """The line through a chain of vertices: level in their layers, and where its label stands."""
        first, last = chain[0], chain[-1]
        layer = self.graph.layer
        points = [(starts[layer[first]] + depths[layer[first]], self.middle[first] + self.leaves[first, chain[1]])]
        for vertex in chain[1:-1]:
            start = starts[layer[vertex]]
            # Level through the zone of labels and the layer, so that the line crosses none of them.
            points += [
                (at, self.middle[vertex]) for at in (start - zones[layer[vertex]], start + depths[layer[vertex]])
            ]
        end, across = starts[layer[last]], self.middle[last] + self.arrives[chain[-2], last]
        points += [(end - zones[layer[last]], across), (end, across)]
        depth, extent = self.label[chain[-2], last]
        return Route(points, (end - self.sizes.tip - depth / 2, across - extent / 2 - self.sizes.lane / 8))
