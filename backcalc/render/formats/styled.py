"""Lines for a terminal: how wide it is, and text in Rich's styles.

Of Rich only the styles are loaded. Its Console, which would do no more for lines that come fitted, takes longer to
load than a graph of an exam takes from its text to its table.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable

import click
from rich.color import ColorSystem
from rich.style import Style

USUAL = 80  # Columns, where no terminal says how many it has.

Piece = tuple[str, str]
"""A text and its style in Rich's words, such as `bold cyan`."""


def columns() -> int:
    """The width of the terminal; the variable COLUMNS goes before what it says of itself."""
    told = os.environ.get("COLUMNS", "")
    if told.isdecimal() and int(told):
        return int(told)
    # With the output in a pager, the input or the errors still have the terminal.
    for stream in (sys.__stdout__, sys.__stdin__, sys.__stderr__):
        try:
            if stream is not None and (found := os.get_terminal_size(stream.fileno()).columns):
                return found
        except (OSError, ValueError):
            pass
    return USUAL


def print_line(pieces: Iterable[Piece], *, color: bool) -> None:
    """Print a line to stdout, in colour or plain."""
    # The sixteen colours that all terminals have are the same codes on those that have more.
    colors = ColorSystem.STANDARD if color else None
    line = "".join(Style.parse(style).render(text, color_system=colors) for text, style in pieces)
    click.echo(line, sys.stdout, color=color)  # It knows the consoles of Windows.
