"""The package as a library: text or file to graph, graph to result."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from os import PathLike, fspath
from typing import Any

from backcalc.calculus.load import load as load_graph
from backcalc.calculus.point import from_mapping
from backcalc.calculus.result import Mode
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Graph as _Graph
from backcalc.render.formats.html import html
from backcalc.render.formats.plain import render_plain
from backcalc.render.reports.run import run_report
from backcalc.text.errors import Diagnostic, UsageError
from backcalc.text.files import clean, read
from backcalc.text.numerals import DIGITS
from backcalc.text.source import Source


@dataclass(frozen=True)
class NodeResult:
    """One node: its value, None where unknown; ∂output/∂node, None in forward mode; its tangents by input."""

    name: str
    kind: str
    value: Any
    adjoint: Any
    tangents: dict[str, Any]


@dataclass(frozen=True)
class Result:
    """What a run found; printing it shows the adjoint table."""

    run: Run

    @property
    def output(self) -> str:
        """The name of the output."""
        return self.run.output

    @property
    def value(self) -> Any:
        """The output's value; None where it is not known."""
        return self.run.value

    @property
    def gradient(self) -> dict[str, Any]:
        """∂output/∂input by the input's name."""
        return self.run.gradient

    @cached_property
    def nodes(self) -> dict[str, NodeResult]:
        """Every node by name, in topological order."""
        return {node.name: self._node(i) for i, node in enumerate(self.run.graph.nodes)}

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What was noticed: kinks, domain errors, edges given twice."""
        return self.run.warnings

    def table(self, digits: int = DIGITS) -> str:
        """The adjoint table as text, numbers to `digits` significant digits."""
        return "\n".join(render_plain(run_report(self.run, digits)))

    def _node(self, i: int) -> NodeResult:
        node = self.run.graph.nodes[i]
        # Forward mode has no adjoints, and reverse mode no tangents: neither is worked out by the way.
        adjoint = self.run.adjoints[i] if self.run.mode == "reverse" else None
        tangents = {name: tangent[i] for name, tangent in self.run.tangents.items()}
        return NodeResult(node.name, node.kind, self.run.values[i], adjoint, tangents)

    def __str__(self) -> str:
        return self.table()

    def _repr_html_(self) -> str:
        """The adjoint table for a notebook."""
        return "".join(html(grid) for grid in run_report(self.run))


@dataclass(frozen=True)
class PointsResult:
    """What a run at many points found: arrays with an entry a point, along the first axis.

    `value` has the output's values, `gradient` for each input of interest ∂output/∂input, points × its shape.
    """

    output: str
    value: Any
    gradient: dict[str, Any]


class Graph(_Graph):
    """A graph that can be run."""

    def run(
        self,
        at: Mapping[str, Any] | None = None,
        of: str | None = None,
        wrt: Sequence[str] = (),
        mode: Mode = "reverse",
    ) -> Result:
        """The result at the point `at`, whose values are numbers or texts such as `"pi/4"`.

        `of` is the output (default: the declared one, else the only sink), `wrt` the nodes of interest (default: all
        inputs), `mode` "reverse" for adjoints or "forward" for tangents. Raises BackcalcError.
        """
        if mode not in ("reverse", "forward"):
            hint = ('it is "reverse" or "forward"',)
            raise UsageError(Source("mode", ""), [Diagnostic("unknown-mode", f"there is no mode {mode!r}", hints=hint)])
        return Result(run(self, from_mapping(at or {}, Source("at", "")), of, _names(wrt), mode))

    def run_points(
        self,
        points: Mapping[str, Any],
        at: Mapping[str, Any] | None = None,
        of: str | None = None,
        wrt: Sequence[str] = (),
    ) -> PointsResult:
        """The results at many points: `points` has for inputs an array of n numbers, or of n vectors or matrices.

        `at` gives the other inputs, `of` is the output, `wrt` the nodes of interest (default: those in `points`).
        Raises BackcalcError.
        """
        from backcalc.bulk.points.run import as_points, run_arrays  # NumPy is loaded only here.

        found = run_arrays(self, as_points(points), from_mapping(at or {}, Source("at", "")), of, _names(wrt))
        return PointsResult(found.output, found.value, found.gradient)


def parse(text: str, name: str = "<text>") -> Graph:
    """The graph that `text` describes; `name` stands for it in errors. Raises BackcalcError."""
    return _runnable(clean(name, text))


def load(path: str | PathLike[str]) -> Graph:
    """The graph in the file at `path`. Raises BackcalcError."""
    return _runnable(read(fspath(path)))


def _names(wrt: Sequence[str]) -> Sequence[str]:
    """Names, also where they stand in one text: `x, w`."""
    # A text is a sequence too: "xw" would be taken for x and w.
    return [name.strip() for name in wrt.split(",")] if isinstance(wrt, str) else wrt


def _runnable(source: Source) -> Graph:
    # The class that the package works with has no `run`: that would be an import from a floor above.
    graph = load_graph(source)
    return Graph(**{field.name: getattr(graph, field.name) for field in fields(graph) if field.init})
