"""What pictures are written as: a kind is a file here, and a line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from backcalc.render.pictures.scene import Scene


class Target(NamedTuple):
    """The module in `pictures` that writes a picture, and the first line of the file, which says whose it is."""

    module: str
    mark: str


TARGETS = {
    ".svg": Target("svg", "<!-- Drawn by `backcalc draw`. -->"),
}
"""By the ending of the file."""


def lines_of(ending: str, found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of a picture, without its mark, as the function `lines` of its module gives them."""
    module = import_module(f"backcalc.render.pictures.{TARGETS[ending].module}")
    lines: Iterator[str] = module.lines(found, top_down=top_down)
    return lines
