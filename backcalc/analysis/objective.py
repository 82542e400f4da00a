"""What is minimised: the graph traced once, as a function of the parameters, and how these change in symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np

from backcalc.analysis.taylor import require_inputs
from backcalc.bulk.points.run import PointRunner
from backcalc.bulk.points.single import single, stepping
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.missing import require_known, require_values
from backcalc.calculus.point import Point, settle
from backcalc.calculus.question import choose_wrt
from backcalc.calculus.run import run
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Expr
from backcalc.rules.functions.arrays import Array
from backcalc.rules.values import is_known, literal, shape_of
from backcalc.text.errors import BackcalcError, Code, Diagnostic, UsageError
from backcalc.text.source import Source

Parameters = dict[str, Any]  # A float each, or an array.


class Objective:
    """The mean of the output over the rows of `data`, or its value where there are none, as a function of parameters.

    Raises BackcalcError where values are missing, or names do not fit.
    """

    def __init__(
        self, graph: Dag, at: Point, of: str | None, wrt: Sequence[str], data: Mapping[str, Array] | None
    ) -> None:
        graph, point = settle(graph, at)
        require_inputs(graph, choose_wrt(graph, wrt))
        self.data = dict(data or {})
        # With data the rest of the inputs is what is to be found, where nobody says which.
        self.wrt = tuple(dict.fromkeys(wrt)) or tuple(name for name in graph.inputs if name not in self.data)
        if not self.wrt:
            message = "every input is a column of the data: none is left to vary"
            raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.NO_INPUTS, message)])
        _require_apart(self.wrt, self.data)
        first = {name: _item(found) for name, found in self.data.items()}  # A row serves to learn the shapes by.
        begun = Evaluation(tape_of(graph), point | first)
        require_known(begun)
        require_values(begun, self.wrt)
        # A `given` may say what an input is, as `--at` does.
        values = dict(zip(graph.index, begun.values, strict=True)) | dict(point)
        self.start: Parameters = {name: np.array(values[name], np.float64) for name in self.wrt}
        self.count = len(next(iter(self.data.values()))) if self.data else 1
        # The points of the start: a runner is made for shapes, and any rows of these then.
        self._runner = PointRunner(graph, self._points(self.start, slice(None)), point, of, self.wrt)
        self.graph, self.output, self._point = self._runner.graph, self._runner.output, point
        require_values(begun, [self.output])
        # One point of numbers is run on floats, where an array of one would take ten times as long.
        evaluation = Evaluation(tape_of(self.graph), point | first)
        self._single: Evaluation | None = None
        if not self.data and not evaluation.has_arrays and not evaluation.tape.has_arrays:
            self._single = evaluation
            self.start = {name: float(value) for name, value in self.start.items()}

    @property
    def noticed(self) -> tuple[Diagnostic, ...]:
        """What is to be said of the graph."""
        return self._runner.noticed

    def __call__(self, parameters: Parameters, rows: Any = slice(None)) -> tuple[float, Parameters]:
        """The mean over `rows` of the data and its gradient."""
        if self._single is not None:
            # Adam's root and SciPy's arrays give NumPy's numbers, whose comparisons are not those of floats.
            value, *slopes = self._of_floats(*map(float, parameters.values()))
            return value, dict(zip(parameters, slopes, strict=True))
        if self.count > 1:
            return self._runner.mean({name: each[rows] for name, each in self.data.items()}, parameters)
        found = self._runner.run(self._points(parameters, rows))  # A mean of one would take as long as all the rest.
        return float(found.value[0]), {name: each[0] for name, each in found.gradient.items()}

    @cached_property
    def _of_floats(self) -> Callable[..., tuple[float, ...]]:
        assert self._single is not None
        return single(self._single, self.output, self.wrt)

    def stepping(self, rate: float) -> Callable[..., tuple[float, float, tuple[float, ...]]] | None:
        """The value at parameters, the gradient's norm, and these `rate` times it further on; None but of one point."""
        return None if self._single is None else stepping(self._single, self.output, self.wrt, rate)

    def culprit(self, parameters: Parameters) -> str:
        """The first node, in the order of the graph, whose value at `parameters` is not finite."""
        with np.errstate(all="ignore"):
            values = self._runner.run(self._points(parameters, slice(None))).value
        row = int(np.argmin(np.isfinite(values)))  # 0 where all are finite: then the gradient is what went.
        point = self._point | {name: _item(found[row : row + 1]) for name, found in self.data.items()}
        point |= {name: value if np.ndim(value) else float(value) for name, value in parameters.items()}
        # As objects once: by arrays no node but the output has its values kept.
        values_ = Evaluation(tape_of(self.graph), point).values
        names = (
            node.name
            for node, value in zip(self.graph.nodes, values_, strict=True)
            if value is not None and is_known(value) and not np.isfinite(value).all()
        )
        return next(names, self.output)

    def _points(self, parameters: Parameters, rows: Any) -> dict[str, Array]:
        """Data and parameters as points: what is the same at all of them is not copied for each."""
        found = {name: each[rows] for name, each in self.data.items()}
        count = len(next(iter(found.values()))) if found else 1
        # A view: of a million rows a parameter takes the room of one.
        return found | {name: np.broadcast_to(value, (count, *np.shape(value))) for name, value in parameters.items()}


def update_rules(objective: Objective) -> dict[str, Expr]:
    """∂output/∂parameter as a formula in the names of the nodes, for each parameter; none where it cannot be told."""
    # Without their values all stay names, as in an update that one writes down.
    shapes = {name: shape_of(value) for name, value in objective.start.items()}
    shapes |= {name: found.shape[1:] for name, found in objective.data.items()}
    nodes = [
        node._replace(default=None, shape=shapes.get(node.name, node.shape)) if node.kind == "input" else node
        for node in objective.graph.nodes
    ]
    try:
        bare = run(objective.graph._replace(nodes=tuple(nodes)), {}, objective.output, objective.wrt)
    except BackcalcError:  # A shape that only a default told.
        return {}
    return {name: literal(slope) for name, slope in bare.gradient.items() if slope is not None}


def _item(found: Array) -> Any:
    return found[0] if found.ndim > 1 else float(found[0])


def _require_apart(wrt: Sequence[str], data: Mapping[str, Array]) -> None:
    both = [name for name in wrt if name in data]
    if both:
        message = f"`{both[0]}` is a column of the data, and cannot be descended by"
        raise UsageError(Source("--wrt", ""), [Diagnostic(Code.NOT_AN_INPUT, message, hints=("name others by --wrt",))])
