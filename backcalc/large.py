"""One run of a large graph of numbers: the work of `run`, done by arrays, where that comes to the same.

What arrays cannot say (formulas, vectors, an error, a warning at a point) is left to the plain way: then there is no
large run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from backcalc import progress
from backcalc.array import Array, is_finite
from backcalc.array_graph import CONSTANT, EDGES, EXPRESSION, INPUT, ArrayGraph
from backcalc.array_tape import ArrayTape
from backcalc.errors import Diagnostic, Source
from backcalc.evaluate import constant
from backcalc.lines import read_lines
from backcalc.operations import Flags
from backcalc.plan import Indices, Plan
from backcalc.run import Mode, choose_output, choose_wrt
from backcalc.shapes import Shape
from backcalc.template import UnfitError

LARGE = 50_000
"""Characters from which on a text is worth the arrays."""


@dataclass(frozen=True)
class LargeRun:
    """What a run found, an entry a node; `value_array` is nan where a value is not `known`.

    `wrt_places` are the nodes whose derivatives are asked for.
    """

    graph: ArrayGraph
    output: str
    wrt_places: Indices
    value_array: Array
    known: Flags
    adjoint_array: Array
    mode: Mode = "reverse"
    tangents: Mapping[str, Sequence[float]] = field(default_factory=dict)
    shapes: Sequence[Shape] = ()

    @cached_property
    def values(self) -> list[float | None]:
        """The value of every node, None where it is not known."""
        return np.where(self.known, self.value_array, np.array(None)).tolist()  # type: ignore[no-any-return]

    @cached_property
    def adjoints(self) -> list[float]:
        """∂output/∂node for every node."""
        found: list[float] = self.adjoint_array.tolist()
        return found

    @property
    def gradient(self) -> dict[str, float]:
        """∂output/∂name for each name of `wrt`."""
        names = self.graph.names
        return {names[i]: float(self.adjoint_array[i]) for i in self.wrt_places.tolist()}

    @property
    def is_finite(self) -> bool:
        """Whether the output, where it is known, and every derivative asked for are finite numbers."""
        asked = self.adjoint_array[self.wrt_places]
        output = self.graph.index[self.output]
        return is_finite(asked) and bool(not self.known[output] or is_finite(self.value_array[output]))

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What reading the graph has noticed."""
        return self.graph.warnings


def run_large(source: Source, at: Mapping[str, Any], of: str | None, wrt: Sequence[str]) -> LargeRun | None:
    """The graph in `source` run at `at`; None where the plain way is needed.

    Raises BackcalcError as `run` does, for statements that are not in the language and for options that do not fit.
    """
    lines = read_lines(source)
    progress.at("building the graph")
    try:
        return None if lines is None else _run(ArrayGraph(lines), at, of, wrt)
    except UnfitError:
        return None


def _run(graph: ArrayGraph, at: Mapping[str, Any], of: str | None, wrt: Sequence[str]) -> LargeRun:
    tape = ArrayTape(graph)
    values = _placed(graph, tape, at)
    progress.at("reverse pass")
    output = choose_output(graph, of)
    places = np.array([graph.index[name] for name in choose_wrt(graph, wrt)]) if wrt else graph.input_places
    seed = int(tape.slot[graph.index[output]])
    if tape.rows:
        values, adjoints = _both_passes(tape, values, seed)
    else:
        adjoints = Plan(tape.size, tape.tails, tape.heads, graph.levels).reverse(tape.partials, seed)
    known = ~np.isnan(values[tape.slot]) | (graph.kinds == EXPRESSION) | (graph.kinds == CONSTANT)
    return LargeRun(graph, output, places, values[tape.slot], known, adjoints[tape.slot])


def _both_passes(tape: ArrayTape, values: Array, seed: int) -> tuple[Array, Array]:
    """The values and adjoints of all slots. Raises UnfitError where something wants a remark, or is not known."""
    progress.at("forward pass")
    values = tape.operations.evaluate(values)
    local = tape.operations.linearize(values)
    if local.is_remarkable:
        raise UnfitError
    progress.at("reverse pass")
    if not len(tape.partials):
        return values, local.reverse(seed)
    partials = np.where(tape.computed < 0, tape.partials, values[tape.computed])
    ends = zip(local.edges, (tape.tails, tape.heads, partials), strict=True)
    tails, heads, slopes = (np.concatenate(pair) for pair in ends)
    return values, Plan(tape.size, tails, heads).reverse(slopes, seed)


def _placed(graph: ArrayGraph, tape: ArrayTape, at: Mapping[str, Any]) -> Array:
    """The values of all slots that are given: by `at`, by defaults, and in the text."""
    values = tape.values.copy()
    defaults = {name: each.default for name, each in graph.declared.items() if each.default is not None}
    stated = {name: constant(default, graph.source) for name, default in defaults.items()} | dict(at)
    for name, value in stated.items():
        place = graph.index.get(name)
        if place is None or graph.kinds[place] not in (INPUT, EDGES) or not isinstance(value, float):
            raise UnfitError
        if tape.rows and tape.operations.ops[tape.slot[place]] >= 0:  # A known activation is given another value.
            raise UnfitError
        values[tape.slot[place]] = value
    return values
