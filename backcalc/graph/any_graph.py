"""What every kind of graph has to show: for annotations alone, for a Protocol takes a while to make."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from backcalc.graph.model import Node, StatedValue
from backcalc.text.source import Source


# What shows a graph must not care which of the two it is: one of a million nodes has no objects to show.
class AnyGraph(Protocol):
    """What a graph of objects and one of arrays have in common."""

    @property
    def source(self) -> Source:
        """The text that it was read from."""
        ...

    @property
    def output(self) -> str | None:
        """The output that the file declares."""
        ...

    @property
    def nodes(self) -> Sequence[Node]:
        """The nodes in topological order."""
        ...

    @property
    def seeds(self) -> tuple[tuple[str, StatedValue], ...]:
        """The adjoints that the file states, of a loss outside the graph."""
        ...

    @property
    def index(self) -> Mapping[str, int]:
        """The place of each node in `nodes`, by name."""
        ...

    @property
    def inputs(self) -> tuple[str, ...]:
        """The names of the nodes with neither a formula nor incoming edges."""
        ...

    @property
    def sinks(self) -> tuple[str, ...]:
        """The names of the nodes that no other depends on."""
        ...
