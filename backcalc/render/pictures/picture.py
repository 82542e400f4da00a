"""A scene with its places: where each box stands, and how each link runs between two of them."""

from __future__ import annotations

from typing import Literal, NamedTuple

from backcalc.render.pictures.scene import Arrow, Card, Scene


class Position(NamedTuple):
    """A place, in pixels from the left upper corner."""

    x: float
    y: float  # Downwards, as in SVG.


class BoxLine(NamedTuple):
    """A line of a box: the node's `name`, which stands out, where it begins by that; and what follows."""

    name: str
    rest: str
    kind: Literal["formula", "value", "adjoint"] = "formula"  # Of the rest: an adjoint has a colour of its own.

    @property
    def text(self) -> str:
        """The line as a whole."""
        return self.name + self.rest


class Box(NamedTuple):
    """A card where it stands: `x` and `y` are its left upper corner, `lines` what is written in it."""

    card: Card
    lines: tuple[BoxLine, ...]
    x: float
    y: float
    width: float
    height: float


class DrawnArrow(NamedTuple):
    """An arrow as it runs, from the border of its tail to that of its head.

    Between each two of its `points` it is straight where both lie level (top-down: upright), else a curve that leaves
    and arrives level. `label_at` is the middle of its label, which nothing else comes near.
    """

    arrow: Arrow
    points: tuple[Position, ...]  # Those at which it passes a layer, too.
    label_at: Position


class Picture(NamedTuple):
    """A scene with its places; the boxes and links in the order of its cards and arrows."""

    scene: Scene
    boxes: tuple[Box, ...]
    links: tuple[DrawnArrow, ...]
    width: float  # With a margin at either side.
    height: float
    top_down: bool = False
