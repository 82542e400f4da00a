"""A scene on a grid of characters: what cells its boxes, lines and labels take."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from functools import cached_property
from math import floor
from typing import NamedTuple

from backcalc.render.layout import Styled
from backcalc.render.pictures.canvas import Canvas, Signs
from backcalc.render.pictures.layout.channel import Routed, Wire, routed
from backcalc.render.pictures.layout.coordinates import Neighbours, Spacing, coordinates
from backcalc.render.pictures.layout.layered import Layered
from backcalc.render.pictures.scene import Scene
from backcalc.text.wording import display_width

PAD = 4  # Cells of a box beside its text: the rims, and a blank at each.
ARROW, TIGHT = 5, 4  # Cells beside a label that a level line has: `─ 0.5 ─▶`, and with less room `─ 0.5 ▶`.
BARE = 3  # Cells before a layer into which no label leads.

RIM, NAME, ADJOINT, LABEL, LIT, FAINT = "", "bold", "magenta", "cyan", "bold green", "dim"
StyledLine = Sequence[Styled]


class LayerPlan(NamedTuple):
    """A layered graph with its order, and the neighbours of each vertex in it: what no size of a box changes."""

    graph: Layered
    layers: list[list[int]]
    before: list[list[int]]
    behind: list[list[int]]


def plan_of(graph: Layered, layers: list[list[int]]) -> LayerPlan:
    """The plan of a graph and its order."""
    place = {vertex: at for layer in layers for at, vertex in enumerate(layer)}
    before = [sorted(each, key=place.__getitem__) for each in graph.before]
    behind = [sorted(each, key=place.__getitem__) for each in graph.behind]
    return LayerPlan(graph, layers, before, behind)


class Cells:
    """A scene with these lines of text in its boxes, and these labels, as cells."""

    def __init__(
        self,
        scene: Scene,
        plan: LayerPlan,
        boxes: Sequence[Sequence[StyledLine]],
        labels: Sequence[str],
        *,
        top_down: bool,
        is_tight: bool = False,
    ) -> None:
        self._beside = TIGHT if is_tight else ARROW
        self.scene, self.plan, self.boxes, self.labels, self.top_down = scene, plan, boxes, labels, top_down
        graph = plan.graph
        # A label stands on the last segment of its chain, before the head.
        self._label = {(chain[-2], chain[-1]): i for i, chain in enumerate(graph.chains)}
        self._arrow = {pair: i for i, chain in enumerate(graph.chains) for pair in itertools.pairwise(chain)}
        widths = [max(sum(display_width(text) for text, _ in line) for line in lines) + PAD for lines in boxes]
        heights = [len(lines) + 2 for lines in boxes]
        # From left to right what is deep is wide; from the top down it is high.
        self._depth, extent = (heights, widths) if top_down else (widths, heights)
        self._ports = [self._ports_of(vertex, extent) for vertex in range(len(graph.layer))]
        self._extent = [max(extent[v], self._span(v)) if v < graph.size else 1 for v in range(len(graph.layer))]
        # Every box of a layer is as deep as the deepest, so that all lines leave at one place.
        self.depths = [max((self._depth[v] for v in layer if v < graph.size), default=0) for layer in plan.layers]

    # ---- Across ------------------------------------------------------------------------------------------------------

    def _ports_of(self, vertex: int, extent: Sequence[int]) -> list[int]:
        """The cells at which lines come in, from the first."""
        tails = self.plan.before[vertex]
        if self.plan.graph.is_dummy(vertex) or not tails:
            # A dummy is one cell wide.
            return [0] * len(tails)
        if not self.top_down:
            # With a row between two where there is room, as it looks better.
            step = 2 if extent[vertex] - 2 >= 2 * len(tails) - 1 else 1
            return [step * i for i in range(len(tails))]
        # From the top down labels stand side by side over their lines, each as wide as its own.
        widths = [max(1, display_width(self.labels[self._label[tail, vertex]])) for tail in tails]
        found = [widths[0] // 2]
        for one, other in itertools.pairwise(widths):
            found.append(found[-1] - one // 2 + one + 2 + other // 2)
        return found

    def _span(self, vertex: int) -> int:
        """How far a box extends at least, for its lines."""
        ports, tails = self._ports[vertex], self.plan.before[vertex]
        if not ports:
            return 0
        if not self.top_down:  # The rows of its lines, and both rims.
            return ports[-1] + 3
        first, last = (display_width(self.labels[self._label[tail, vertex]]) for tail in (tails[0], tails[-1]))
        # The lines stand amid the box, so the wider label of both ends says how far it goes to either side.
        return ports[-1] - ports[0] + 1 + 2 * max(first // 2, last - last // 2)

    def _port(self, vertex: int, i: int) -> int:
        """The cell of a vertex at which its i-th line comes in."""
        ports = self._ports[vertex]
        if self.plan.graph.is_dummy(vertex):
            return 0
        # The ports stand amid the box.
        return (self._extent[vertex] - (ports[-1] - ports[0] + 1)) // 2 + ports[i] - ports[0]

    def _out(self, vertex: int) -> int:
        """The cell of a vertex at which its lines leave."""
        return self._extent[vertex] // 2

    def _apart(self, one: int, other: int) -> float:
        are_lines = self.plan.graph.is_dummy(one) and self.plan.graph.is_dummy(other)
        # Lines that run level may lie side by side; a label over an upright one needs a column.
        room = 2 if self.top_down else 0 if are_lines else 1
        return (self._extent[one] + self._extent[other]) / 2 + room

    def _ahead(self, tail: int, head: int, i: int) -> float:
        """How far the middle of a head is from that of its tail where they are aligned: where the line is straight."""
        leaves = self._out(tail) - self._extent[tail] / 2
        arrives = self._port(head, i) - self._extent[head] / 2
        # From the top down a line far from the middle of a box would put box after box further aside.
        is_aside = self.top_down and max(tail, head) < self.plan.graph.size and abs(leaves - arrives) > 2
        return 0.0 if is_aside else leaves - arrives

    @cached_property
    def _places(self) -> tuple[list[int], list[Routed]]:
        """The first cell of each vertex, across, and the tracks of the lines before each layer but the first."""
        plan = self.plan
        ahead = {(u, v): self._ahead(u, v, i) for v, tails in enumerate(plan.before) for i, u in enumerate(tails)}
        neighbours = Neighbours(plan.layers, plan.before, plan.behind, plan.graph.is_dummy)
        middles = coordinates(neighbours, Spacing(self._apart, ahead))
        firsts = [middle - extent / 2 for middle, extent in zip(middles, self._extent, strict=True)]
        least = min(firsts, default=0.0)
        # Halves are rounded to the same side, so that what is apart by whole cells stays so.
        places = [floor(first - least + 0.5) for first in firsts]
        return places, [self._routed(places, at) for at in range(1, len(plan.layers))]

    def _routed(self, places: list[int], at: int) -> Routed:
        """The tracks of the lines into a layer, some of which is moved where two lines are in each other's way."""
        while True:
            wires = [
                Wire(places[u] + self._out(u), tuple(self._end(places, u, v) for v in self.plan.behind[u]))
                for u in self.plan.layers[at - 1]
            ]
            # Upright tracks side by side need a column between, level ones do not.
            found = routed(wires, 1 if self.top_down else 2)
            if found.stuck is None:
                return found
            # All from that place on is moved by one, in its order: nothing changes sides.
            layer = self.plan.layers[at]
            ends = [max((self._end(places, u, v) for u in self.plan.before[v]), default=-1) for v in layer]
            first = next(i for i, end in enumerate(ends) if end >= found.stuck)
            for vertex in layer[first:]:
                places[vertex] += 1

    def _end(self, places: Sequence[int], tail: int, head: int) -> int:
        return places[head] + self._port(head, self.plan.before[head].index(tail))

    # ---- Along -------------------------------------------------------------------------------------------------------

    @cached_property
    def zones(self) -> list[int]:
        """The cells before each layer that labels and arrowheads take."""
        widths = [-1] * len(self.plan.layers)
        for (_, head), i in self._label.items():
            layer = self.plan.graph.layer[head]
            widths[layer] = max(widths[layer], display_width(self.labels[i]))
        if self.top_down:
            return [1 + (width > 0) for width in widths]
        return [width + self._beside if width > 0 else BARE for width in widths]

    @cached_property
    def _starts(self) -> list[int]:
        """The first cell of each layer, along."""
        found = [0]
        for at, route in enumerate(self._places[1], 1):
            # One cell more, for lines leave the box before the first track.
            found.append(found[-1] + self.depths[at - 1] + 1 + route.width + self.zones[at])
        return found

    @property
    def least_width(self) -> int:
        """The columns that the picture takes at least, known before anything is placed."""
        if self.top_down:
            return max((sum(self._extent[v] for v in layer) for layer in self.plan.layers), default=0)
        # To place takes the time: most details are refused by this sum.
        return sum(self.depths) + sum(self.zones[1:])

    @property
    def width(self) -> int:
        """The columns that the picture takes."""
        if self.top_down:
            return max((first + extent for first, extent in zip(self._places[0], self._extent, strict=True)), default=0)
        return self._starts[-1] + self.depths[-1]

    # ---- Drawing -----------------------------------------------------------------------------------------------------

    def drawn(self, signs: Signs) -> Canvas:
        """The picture, its boxes before the lines that run between them."""
        canvas = Canvas(signs)
        for vertex in range(self.plan.graph.size):
            self._draw_box(canvas, vertex)
        for at, route in enumerate(self._places[1], 1):
            for u, tracks in zip(self.plan.layers[at - 1], route.tracks, strict=True):
                for v in self.plan.behind[u]:
                    self._draw_line(canvas, u, v, tracks, at)
        return canvas

    def _cell(self, across: int, along: int) -> tuple[int, int]:
        return (along, across) if self.top_down else (across, along)

    def _draw_box(self, canvas: Canvas, vertex: int) -> None:
        card = self.scene.cards[vertex]
        layer = self.plan.graph.layer[vertex]
        row, column = self._cell(self._places[0][vertex], self._starts[layer])
        size = self._extent[vertex], self.depths[layer]
        height, width = reversed(size) if self.top_down else size
        canvas.box(row, column, height, width, self._style(RIM, is_lit=card.is_lit or card.is_active))
        top = row + (height - len(self.boxes[vertex])) // 2  # Amid the box, which may be deeper than its lines.
        for i, line in enumerate(self.boxes[vertex]):
            at = column + 2
            for text, style in line:
                canvas.write(top + i, at, text, self._style(style, is_lit=card.is_lit, is_text=True))
                at += display_width(text)
        if self.plan.behind[vertex]:
            across, along = self._places[0][vertex] + self._out(vertex), self._starts[layer] + self.depths[layer] - 1
            canvas.write(*self._cell(across, along), canvas.signs.leaves[self.top_down])

    def _draw_line(self, canvas: Canvas, tail: int, head: int, tracks: dict[int, int], at: int) -> None:
        """Draw the line between two vertices of neighbouring layers; through a dummy to the end of its layer."""
        places, graph = self._places[0], self.plan.graph
        arrow = self.scene.arrows[self._arrow[tail, head]]
        start, end = places[tail] + self._out(tail), self._end(places, tail, head)
        along, stop = self._starts[at - 1] + self.depths[at - 1], self._starts[at]
        # A line straight ahead has no track.
        track = along + 1 + tracks[end] if end in tracks else along
        corners = [(start, along), (start, track), (end, track), (end, stop - 1)]
        for one, other in itertools.pairwise(corners):
            if one != other:
                canvas.line(tail, self._cell(*one), self._cell(*other), is_lit=arrow.is_lit)
        if graph.is_dummy(head):
            last = self._cell(end, stop + self.depths[at] - 1)
            # On through the layer, as deep as its boxes are.
            canvas.line(head, self._cell(end, stop), last, is_lit=arrow.is_lit)
            return
        style = self._style("", is_lit=arrow.is_lit)
        canvas.write(*self._cell(end, stop - 1), canvas.signs.arrives[self.top_down], style)
        label, style = self.labels[self._label[tail, head]], self._style(LABEL, is_lit=arrow.is_lit)
        width = display_width(label)
        if label and self.top_down:
            canvas.write(stop - 2, end - width // 2, label, style)
        elif label:
            # A blank at either end parts the label from its line, or from the tip where the line ends there.
            first = stop - self._beside - width + 1
            canvas.write(end, first, " ")
            canvas.write(end, first + 1, label, style)
            canvas.write(end, first + 1 + width, " ")

    def _style(self, usual: str, *, is_lit: bool, is_text: bool = False) -> str:
        if is_lit:
            return usual if is_text else LIT
        return FAINT if self.scene.has_paths else usual
