"""Which engine serves, arrays or objects: decided here for commands and library alike."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from backcalc.calculus.load import load
from backcalc.calculus.point import Point
from backcalc.calculus.result import AnyRun, Mode
from backcalc.calculus.run import run
from backcalc.graph.model import AnyGraph, Graph
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.bulk.graph.tape import ArrayTape

LARGE = 50_000
"""Characters from which on a text is worth loading NumPy to read it by arrays."""


class Text:
    """A text as the engine that serves has read it: by arrays, where it is large and of numbers, else `objects`.

    Raises BackcalcError where it is no graph.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self._tape = _by_arrays(source)
        self.graph: AnyGraph = self._tape.graph if self._tape else self.objects

    @cached_property
    def objects(self) -> Graph:
        """The graph as objects, which can do everything. Raises BackcalcError."""
        return load(self.source)

    def run(self, at: Point, of: str | None = None, wrt: Sequence[str] = (), mode: Mode = "reverse") -> AnyRun:
        """The graph run at `at`, as `calculus.run` has it, by whichever engine serves. Raises BackcalcError."""
        # Arrays have one sweep, and no formulas: where values are missing, the objects take over.
        if mode == "reverse" and self._tape is not None:
            from backcalc.bulk.graph.run import run_large

            large = run_large(self._tape, at, of, wrt)
            if large is not None:
                return large
        return run(self.objects, at, of, wrt, mode)


def _by_arrays(source: Source) -> ArrayTape | None:
    """The tape of the graph by arrays; None where the text is small, or of a kind that they do not have."""
    if len(source.text) < LARGE:
        return None
    from backcalc.bulk.graph.run import read_large  # With it NumPy is loaded.

    return read_large(source)
