"""A graph in a terminal: boxes and lines of characters, as much in the boxes as there is room for."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from backcalc.render.layout import Styled
from backcalc.render.pictures.canvas import ASCII, UNICODE, Signs
from backcalc.render.pictures.cells import ADJOINT, FAINT, LIT, NAME, Cells, LayerPlan, plan_of
from backcalc.render.pictures.layout.layered import LayoutEdge, layered
from backcalc.render.pictures.layout.order import ordered
from backcalc.render.pictures.scene import Card, Scene, around
from backcalc.text.wording import shorten


class Detail(NamedTuple):
    """How much boxes and labels say: the letters of a formula, those of a formula on an edge, and the rest in short.

    `is_short` leaves ∂L/∂ out before the name of a node; `is_wrapped` gives each number a line of its own; `is_bare`
    leaves the formulas of boxes out; `is_tight` takes the line behind a label away.
    """

    formula: int
    label: int
    is_short: bool = False
    is_wrapped: bool = False
    is_bare: bool = False
    is_tight: bool = False


# Formulas give way first, then what can be told from the box itself; numbers are never cut.
DETAILS = (
    Detail(60, 34),
    Detail(34, 22),
    Detail(26, 18),
    Detail(20, 14),
    Detail(16, 12),
    Detail(12, 10),
    Detail(12, 10, is_short=True),
    Detail(0, 8),
    Detail(0, 8, is_short=True),
    Detail(0, 6, is_short=True, is_wrapped=True),
    Detail(0, 6, is_short=True, is_wrapped=True, is_tight=True),
    Detail(0, 6, is_short=True, is_wrapped=True, is_bare=True, is_tight=True),
)
LONGEST_NAME = 40  # Letters.
SHORTEST = 6  # Letters of a formula where nothing else says what a node is.


class PictureLines(NamedTuple):
    """The lines of a picture, each as pieces of one style, and the columns that it takes."""

    rows: list[list[Styled]]
    width: int


class DrawingArea:
    """What a picture is drawn for: so many columns, or where `width` is None, as many as it takes."""

    def __init__(self, width: int | None, *, is_ascii: bool = False, top_down: bool = False) -> None:
        self.width, self.top_down = width, top_down
        self.signs = ASCII if is_ascii else UNICODE

    def drawn(self, scene: Scene) -> PictureLines | None:
        """The picture with as much detail as fits; None where it does not fit with the least."""
        plan = _plan(scene)
        for detail in DETAILS:
            cells = self._cells(scene, plan, detail)
            if self.width is None or (cells.least_width <= self.width and cells.width <= self.width):
                canvas = cells.drawn(self.signs)
                # Behind lit paths the rest is dim.
                return PictureLines(list(canvas.rows(LIT, FAINT if scene.has_paths else "")), cells.width)
        return None

    def least_width(self, scene: Scene) -> int:
        """The columns that a picture takes with the least detail."""
        return self._cells(scene, _plan(scene), DETAILS[-1]).width

    def part(self, scene: Scene, node: str) -> tuple[PictureLines, int]:
        """The picture of what lies around a node, as many edges from it as fit, and how many that is.

        The node itself is drawn in any case.
        """
        alone = around(scene, node, 0)
        # Where not even the box of one node fits, it is drawn wider than the terminal.
        found = self.drawn(alone) or DrawingArea(None, is_ascii=self.signs is ASCII, top_down=self.top_down).drawn(
            alone
        )
        assert found is not None
        for radius in range(1, len(scene.cards)):
            # Of a step further the picture only grows: the first that does not fit is the last that is tried.
            wider = self.drawn(around(scene, node, radius))
            if wider is None:
                return found, radius - 1
            found = wider
        return found, len(scene.cards)

    def _cells(self, scene: Scene, plan: LayerPlan, detail: Detail) -> Cells:
        boxes = [list(_box_lines(card, scene.output, detail, self.signs)) for card in scene.cards]
        labels = [
            arrow.label if arrow.is_number else _cut(arrow.label, detail.label, self.signs) for arrow in scene.arrows
        ]
        return Cells(scene, plan, boxes, labels, top_down=self.top_down, is_tight=detail.is_tight)


def _plan(scene: Scene) -> LayerPlan:
    # Hashable, as a cache wants it.
    return _planned(len(scene.cards), tuple((arrow.tail, arrow.head) for arrow in scene.arrows))


# A picture that does not fit is tried more than once.
@lru_cache(maxsize=8)
def _planned(count: int, edges: tuple[LayoutEdge, ...]) -> LayerPlan:
    graph = layered(count, edges)
    return plan_of(graph, ordered(graph))


def _box_lines(card: Card, output: str, detail: Detail, signs: Signs) -> Iterator[list[Styled]]:
    """What stands in a box: name and formula, value, adjoint, a line each where there is room."""
    shown = shorten(card.name, LONGEST_NAME)
    name = (shown, NAME)
    room = max(detail.formula, SHORTEST)
    # A number is shown whole or not at all: a part of one would be another.
    value = card.value if card.value_is_number else "" if detail.is_bare else _cut(card.value, room, signs)
    if card.formula and not detail.is_bare and (detail.formula or not value):
        yield [name, (f" = {_cut(card.formula, room, signs)}", "")]
        if value:
            yield [(value, "")]
    elif not value:
        yield [name]  # Nothing is known of it: the name stands alone.
    elif detail.is_wrapped:
        yield [name]
        yield [(value, "")]
    else:
        yield [name, (f" = {value}", "")]
    # Of a formula a few letters are of no use beside those of its node.
    if card.adjoint and (detail.formula or card.adjoint_is_number):
        adjoint = card.adjoint if card.adjoint_is_number else _cut(card.adjoint, room, signs)
        # The name of the node stands in the box already.
        what = f"{signs.partial} " if detail.is_short else f"{signs.partial}{output}/{signs.partial}{shown} = "
        yield [(what + adjoint, ADJOINT)]


def _cut(text: str, room: int, signs: Signs) -> str:
    return text if len(text) <= room else text[: room - 1] + signs.cut
