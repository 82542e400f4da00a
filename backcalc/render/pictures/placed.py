"""A scene laid out: how large its boxes are, and where the layout puts them."""

from __future__ import annotations

from backcalc.render.pictures.layout.layout import Sizes, layout
from backcalc.render.pictures.measures import LINE, LONGEST_LABEL, PAD, SMALL, box_lines, cut, text_width
from backcalc.render.pictures.picture import Box, DrawnArrow, Picture, Position
from backcalc.render.pictures.scene import Scene

MARGIN = 16.0
LANE = SMALL + 7.0  # Between two lines that come in side by side, with a label between them.
ABOVE, LEFT = LANE / 3, LANE  # What parts a label above its line, or to the left of it, from the line before.
BETWEEN = 22.0  # Boxes of a layer,
GAP = 34.0  # and of two layers, beside the room of the labels.
NEAR = 10.0  # A line that passes by comes no nearer to a box.
TIP = 14.0  # Room for an arrowhead behind a label.


def placed(scene: Scene, *, top_down: bool = False) -> Picture:
    """The picture of a scene, from left to right, or from the top down."""
    arrows = tuple(
        arrow if arrow.is_number else arrow._replace(label=cut(arrow.label, LONGEST_LABEL)) for arrow in scene.arrows
    )
    texts = [box_lines(card, scene.output) for card in scene.cards]
    boxes = [(max(text_width(line.text) for line in lines) + 2 * PAD, LINE * len(lines) + PAD) for lines in texts]
    labels = [(text_width(arrow.label, SMALL), float(SMALL)) for arrow in arrows]
    sizes = Sizes(
        boxes=[(h, w) if top_down else (w, h) for w, h in boxes],
        labels=[(h, w) if top_down else (w, h) for w, h in labels],
        lane=LANE,
        aside=LEFT if top_down else ABOVE,
        between=BETWEEN,
        near=NEAR,
        gap=GAP,
        tip=TIP,
    )
    found = layout(len(scene.cards), [(arrow.tail, arrow.head) for arrow in arrows], sizes)

    def _at(along: float, across: float) -> Position:
        return Position(across + MARGIN, along + MARGIN) if top_down else Position(along + MARGIN, across + MARGIN)

    def _box(i: int) -> Box:
        spot = found.boxes[i]
        size = (spot.extent, spot.depth) if top_down else (spot.depth, spot.extent)
        return Box(scene.cards[i], texts[i], *_at(spot.along, spot.across), *size)

    links = [
        DrawnArrow(arrow, tuple(_at(*point) for point in route.points), _at(*route.label_at))
        for arrow, route in zip(arrows, found.routes, strict=True)
    ]
    width, height = _at(found.depth, found.extent)
    boxes_placed = tuple(_box(i) for i in range(len(scene.cards)))
    return Picture(scene, boxes_placed, tuple(links), width + MARGIN, height + MARGIN, top_down)
