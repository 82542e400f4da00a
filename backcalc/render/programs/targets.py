"""What programs are written for: a library is a file here, and a line."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from backcalc.render.programs.program import ExportedProgram

TARGETS = {"numpy": "NumPy", "jax": "JAX", "torch": "PyTorch"}
"""What programs are written for: the file's name, and that of the library."""
SHARDED = ("jax", "torch")  # NumPy has neither devices nor processes to part rows among.


def lines_of(target: str, found: ExportedProgram) -> Iterator[str]:
    """The lines of a program for a target."""
    # A library's own file is loaded only where a program is written for it.
    lines: Iterator[str] = import_module(f"backcalc.render.programs.{target}").program(found)
    return lines
