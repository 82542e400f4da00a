"""What pictures are written as: a kind is a file, and a line here."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from backcalc.render.pictures.scene import Scene


class PictureTarget(NamedTuple):
    """How a picture is written: the module in `render`, and what stands at the beginning of the file: whose it is.

    A text has its mark for its first line. A page steps through a whole run; other kinds show one scene.
    """

    module: str
    mark: str
    is_text: bool = True  # Bytes else, whose mark stands inside.
    is_page: bool = False


# By its mark a file is known for ours, which may be overwritten.
TARGETS = {
    ".svg": PictureTarget("pictures.svg", "<!-- Drawn by `backcalc draw`. -->"),
    ".dot": PictureTarget("pictures.dot", "// Drawn by `backcalc draw`."),
    ".mmd": PictureTarget("pictures.mermaid", "%% Drawn by `backcalc draw`."),
    ".tex": PictureTarget("pictures.tikz", "% Drawn by `backcalc draw`."),
    ".png": PictureTarget("pictures.png", "Drawn by `backcalc draw`.", is_text=False),
    # The page of `report`, whichever command writes it.
    ".html": PictureTarget("page.page", "<!-- Made by `backcalc report`. -->", is_page=True),
}
"""By the ending of the file."""


def lines_of(ending: str, found: Scene, *, top_down: bool = False) -> Iterator[str]:
    """The lines of a picture, without its mark, as the function `lines` of its module gives them."""
    # Loaded only for what is written: a page has much to load, pixels need an extra.
    lines: Iterator[str] = import_module(f"backcalc.render.{TARGETS[ending].module}").lines(found, top_down=top_down)
    return lines


def data_of(ending: str, found: Scene, *, top_down: bool = False) -> bytes:
    """A picture that is no text, with its mark, as the function `data` of its module gives it."""
    target = TARGETS[ending]
    found_data: bytes = import_module(f"backcalc.render.{target.module}").data(found, target.mark, top_down=top_down)
    return found_data
