"""A picture in the window of a terminal: all of it, or what fits."""

from __future__ import annotations

import os
import sys

import click

from backcalc.cli.options import Shown
from backcalc.cli.output import columns, goes_to_terminal, has_color, tell
from backcalc.render.document import Display
from backcalc.render.formats import terminal as styled
from backcalc.render.pictures.scene import Scene
from backcalc.render.pictures.terminal import DrawingArea
from backcalc.text.wording import shorten


def show(found: Scene, shown: Shown, middle: str, *, is_ascii: bool, top_down: bool) -> None:
    """Print a picture; where the window is too narrow, say so, and print what of it fits around the node `middle`."""
    is_terminal = goes_to_terminal(shown.color)
    # What goes into a pipe has no edge, unless somebody says how wide it may be.
    width = columns() if is_terminal or os.environ.get("COLUMNS") else None
    # In ASCII where the encoding has no lines: a box of escapes would be no picture.
    terminal = DrawingArea(
        width, is_ascii=is_ascii or not _takes_lines(sys.stdout.encoding or "utf-8"), top_down=top_down
    )
    drawn = terminal.drawn(found)
    if drawn is None:
        names = [card.name for card in found.cards]
        node = middle if middle in names else names[-1]  # Values alone have no output to stand amid.
        drawn, reached = terminal.part(found, node)
        # On stderr: in a pipe it is no part of the picture.
        tell(_too_wide(found, terminal, node, reached), end="\n\n")
    color = is_terminal and has_color(shown.color)
    writer = styled.Terminal(display=Display(width, color=color))
    for row in drawn.rows:
        click.echo(writer.line(*row), sys.stdout, color=color)


def _too_wide(found: Scene, terminal: DrawingArea, node: str, reached: int) -> str:
    """That only a part is drawn, and what shows the whole."""
    # Drawn to be sure: how wide it would be, only the other way round tells.
    turned = DrawingArea(terminal.width, top_down=not terminal.top_down)
    option = "without --top-down" if terminal.top_down else "with --top-down"
    hint = f"; {option} it fits" if turned.drawn(found) else ""
    return (
        f"note: the picture is {terminal.least_width(found)} columns wide, the window {terminal.width}{hint}. "
        f"Drawn is what fits: --node {shorten(node)} --radius {reached}"
    )


def _takes_lines(encoding: str | None) -> bool:
    """Whether an encoding has the characters of lines."""
    try:
        "─╭▶∂…".encode(encoding or "utf-8")  # A text in memory has none, and takes all.
    except (UnicodeEncodeError, LookupError):
        return False
    return True
