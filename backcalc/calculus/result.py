"""What every kind of run has to show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from backcalc.calculus.run import Run
from backcalc.calculus.swept import Swept
from backcalc.graph.shapes import Shape
from backcalc.rules.values import Numeric, Value

if TYPE_CHECKING:
    from backcalc.calculus.columns import Columns, Partials
    from backcalc.graph.any_graph import AnyGraph


class AnyRun(Swept, Protocol):
    """What runs of graphs of objects and of arrays have in common: what a table shows."""

    @property
    def graph(self) -> AnyGraph:
        """The graph that was run."""
        ...

    @property
    def is_outside(self) -> bool:
        """Whether the derivatives are those of a loss outside the graph."""
        ...

    @property
    def wrt(self) -> tuple[str, ...]:
        """The names of the nodes whose derivatives are asked for."""
        ...

    def shape(self, name: str, /) -> Shape:
        """The shape of a node; () of a loss outside the graph."""
        ...

    @property
    def point(self) -> Mapping[str, Numeric]:
        """The value of each input that has one."""
        ...

    @property
    def along(self) -> Mapping[str, Numeric]:
        """The direction of a run in forward mode, the change of each node that moves; empty of any other."""
        ...

    @property
    def jacobian_shape(self) -> Shape:
        """The shape of an output whose derivatives are Jacobians; () of a number."""
        ...

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shape of every node; empty where all are numbers."""
        ...

    @property
    def value(self) -> Numeric | None:
        """The output's value; None where it is not known."""
        ...

    @property
    def gradient(self) -> Mapping[str, Value | None]:
        """∂output/∂name for each name of `wrt`."""
        ...

    @property
    def objects(self) -> Run:
        """The run as one of objects, which has every detail: contributions, pairs, local partials by name."""
        ...

    def columns(self, part: slice) -> Columns:
        """Some nodes, an attribute a column."""
        ...

    @property
    def incoming(self) -> Partials:
        """The local partials by the node that they lead to, which are worked out when they are asked for."""
        ...

    @property
    def is_finite(self) -> bool:
        """Whether all that was asked for, as far as it is known, is a finite number."""
        ...
