"""A derivation for a terminal, its lines broken to fit the width."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.render.formats.styled import columns, print_line
from backcalc.render.reports.steps import Kind, Line, broken

_STYLES: dict[Kind, str] = {"title": "bold cyan", "step": "", "partial": "dim", "note": "italic", "space": ""}
_RESULT = "bold"


def print_derivation(lines: Iterable[Line], *, color: bool, width: int | None = None) -> None:
    """Print the lines to stdout, fitted to the terminal (or to `width` columns), what each step is about in bold."""
    width = width or columns()
    for line in lines:
        for i, text in enumerate(broken(line, width)):
            about, equals, rest = text.partition(" = ") if line.kind == "step" and not i else ("", "", text)
            print_line([(about, _RESULT), (equals + rest, _STYLES[line.kind])], color=color)
