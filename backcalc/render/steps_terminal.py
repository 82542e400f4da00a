"""A derivation for a terminal, its lines broken to fit the width."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from rich.console import Console
from rich.text import Text

from backcalc.render.steps import Kind, Line, broken

_STYLES: dict[Kind, str] = {"title": "bold cyan", "step": "", "partial": "dim", "note": "italic", "space": ""}
_RESULT = "bold"


def print_derivation(lines: Iterable[Line], *, color: bool, width: int | None = None) -> None:
    """Print the lines to stdout, fitted to the terminal (or to `width` columns), what each step is about in bold."""
    console = Console(file=sys.stdout, force_terminal=color, no_color=not color, highlight=False, width=width)
    for line in lines:
        for i, text in enumerate(broken(line, console.width)):
            if not color:
                sys.stdout.write(f"{text}\n")
                continue
            styled = Text(text, style=_STYLES[line.kind])
            if line.kind == "step" and not i:
                styled.stylize(_RESULT, 0, text.find(" = "))
            console.print(styled, soft_wrap=True)
