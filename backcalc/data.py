"""A graph run at every point of a CSV file, through a batch axis rather than a loop over points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from backcalc import progress
from backcalc.array import Array
from backcalc.batch import Batch, run_batch
from backcalc.errors import Diagnostic, EvaluateError, Source, UsageError, shorten
from backcalc.evaluate import Evaluation, require_known
from backcalc.graph import Graph
from backcalc.point import Point, settle
from backcalc.points import Points, read_points
from backcalc.run import choose_output, require_node, require_scalar
from backcalc.tape import tape_of

CHUNK = 4096  # Points at a time, so that what is worked on stays in the cache.


@dataclass(frozen=True)
class DataRun:
    """The output's value at each point, and the gradient: an array a name, of points × the input's shape."""

    graph: Graph
    output: str
    value: Array
    gradient: dict[str, Array]
    warnings: tuple[Diagnostic, ...]

    @property
    def is_finite(self) -> bool:
        """Whether every value and every derivative is a finite number."""
        return all(
            isfinite(np.sum(found)) or bool(np.isfinite(found).all()) for found in (self.value, *self.gradient.values())
        )

    def columns(self) -> Iterator[tuple[str, Array]]:
        """A name and the numbers of each element of the gradient: `x`, `v[0]`, `W[0,1]`."""
        for name, found in self.gradient.items():
            for index in np.ndindex(*found.shape[1:]):
                at = f"[{','.join(map(str, index))}]" if index else ""
                yield name + at, found[(slice(None), *index)]


def run_data(graph: Graph, source: Source, at: Point, of: str | None = None, wrt: Sequence[str] = ()) -> DataRun:
    """`graph` run at every point of the CSV text `source`; `at` gives the inputs that have no column.

    `wrt` are the inputs whose derivatives are wanted, those with columns where it is empty. Raises BackcalcError.
    """
    points = read_points(source, graph)
    first: dict[str, Any] = {
        name: found[0] if found.ndim > 1 else float(found[0]) for name, found in points.values.items()
    }
    graph, point = settle(graph, at | first)
    if graph.seeds:
        hint = f"drop --data, or the line `adjoint {shorten(graph.seeds[0][0])} = …`"
        message = "`adjoint` statements speak of one point, --data of many"
        raise UsageError(graph.source, [Diagnostic("two-outputs", message, graph.seeds[0][1].span, hints=(hint,))])
    output = choose_output(graph, of)
    for name in wrt:
        require_node(graph, name, "--wrt")
    evaluation = Evaluation(tape_of(graph), point)
    _require_columns(evaluation, source, points)
    require_scalar(graph, evaluation, output)
    names = tuple(wrt) or tuple(points.values)
    count = len(next(iter(points.values.values())))
    batches = [
        run_batch(evaluation, {name: found[i : i + CHUNK] for name, found in points.values.items()}, output, names)
        for i in progress.through("running the points", range(0, count, CHUNK), 1)
    ]
    return DataRun(graph, output, *_joined(batches, names), tuple(points.warnings))


def _require_columns(evaluation: Evaluation, source: Source, points: Points) -> None:
    """Raise EvaluateError for values that are missing, with what the file has in their place."""
    try:
        require_known(evaluation)
    except EvaluateError as error:
        *rest, last = error.diagnostics
        passed = [f"{shorten(source.name)}: {found.message}; {found.hints[0]}" for found in points.warnings[:1]]
        hints = passed or [f"or by a column in {shorten(source.name)}"]
        raise EvaluateError(error.source, [*rest, last._replace(hints=(*last.hints, *hints))]) from None


def _joined(batches: Sequence[Batch], names: Sequence[str]) -> tuple[Array, dict[str, Array]]:
    gradient = {name: np.concatenate([batch.gradient[name] for batch in batches]) for name in names}
    return np.concatenate([batch.value for batch in batches]), gradient
