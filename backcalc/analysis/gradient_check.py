"""Local partials and the gradient held against central differences, node by node: a wrong one is named.

Differences are of the values alone, at three steps, so that their error falls as the sixth power of the step
(Richardson 1911); they know nothing of the partials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial as bound
from math import isfinite
from typing import Any, NamedTuple

import numpy as np

from backcalc.analysis.search import space_of
from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.point import Point, settle
from backcalc.calculus.run import Run, run
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Call, postorder
from backcalc.language.statements import OwnSymbol
from backcalc.rules.ndarray import quiet
from backcalc.rules.primitives import ALIASES
from backcalc.rules.values import is_known
from backcalc.text.errors import BackcalcError

STEP = 2e-3  # Of a number's size: where the error of the differences and that of rounding are about the same.
ALLOWED = 1e-6  # Relative; what is wrong by a rule is off by far more.
MOST = 500  # Elements that are tried one by one, of each node,
MOST_NUMBERS = 10_000_000  # and fewer where a try, of all elements at each, would be of more numbers.
ROUNDS = 3  # Points that are drawn, where not all inputs have a value.


class Slope(NamedTuple):
    """A partial, or with a `node` that is the output a derivative of it, and how far differences are off."""

    node: str
    wrt: str
    error: float


def worst_slope(graph: Dag, at: Point, of: str | None, seed: int = 0) -> Slope | None:
    """The slope that differs most from its differences; None for a graph with no formulas to differ from."""
    worst: Slope | None = None
    for point in _points(graph, at, seed):
        for slope in _slopes(graph, point, of):
            if worst is None or slope.error > worst.error:
                worst = slope
    return worst


def _points(graph: Dag, at: Point, seed: int) -> Iterator[Point]:
    """The point that is given; where inputs have no value, some that are drawn from their ranges."""
    settled, known = settle(graph, at)
    missing = [name for name in settled.inputs if name not in known]
    if not missing:
        yield at  # As it was given: `run` settles it itself.
        return
    # As formulas, for shapes alone: there is no value yet to run with.
    shapes = Evaluation(tape_of(settled), defaults(settled) | known, formulas=True).known_shapes.names
    space, random = space_of(settled, shapes, known), np.random.default_rng(seed)
    drawn = space.named(random.uniform(*_near(space.low, space.high), (ROUNDS, space.size)))
    for i in range(ROUNDS):
        yield at | {name: value[i] if value.ndim > 1 else float(value[i]) for name, value in drawn.items()}


def _near(low: Any, high: Any) -> tuple[Any, Any]:
    """The part of a range in which numbers are of the size of 1, where it has no ends, or they are too far apart."""
    with quiet():  # The width of the range of all floats is none.
        is_wide = np.isfinite(low) & np.isfinite(high) & ~np.isfinite(high - low)
    low, high = np.where(is_wide, low / 2, low), np.where(is_wide, high / 2, high)
    low = np.where(np.isfinite(low), low, np.where(np.isfinite(high), high - 2, -2.0))
    return low, np.where(np.isfinite(high), high, low + 4)


def _slopes(graph: Dag, point: Point, of: str | None) -> Iterator[Slope]:
    try:
        found = run(graph, point, of)
    except BackcalcError:  # With several sinks there is no one output; each node has its partials all the same.
        found = run(graph, point, next(node.name for node in reversed(graph.nodes)), mode="forward")
    # At a kink two one-sided slopes are right, and the differences are neither.
    bent = {d.span for d in found.warnings}
    with quiet():
        for i, node in enumerate(found.graph.nodes):
            values = {arg: found.values[found.graph.index[arg]] for arg in node.args}
            is_plain = node.kind == "expression" and node.given is None and node.args and not _states_partials(node)
            if not is_plain or node.span in bent or not all(value is not None for value in values.values()):
                continue
            alone = _alone(found.graph, node)
            for arg, partial in found.partials(i).items():
                error = _error(bound(_value, alone, node.name), values, arg, partial)
                if error is not None:
                    yield Slope(node.name, arg, error)
        if found.mode == "reverse" and not found.is_outside and not bent:
            yield from _gradient(found)


def _gradient(found: Run) -> Iterator[Slope]:
    """The derivatives of the output by the inputs."""
    # What edges state is nobody's formula, and an input has nothing to differ from.
    nodes = found.graph.nodes
    if found.value is None or found.output in found.graph.inputs:
        return
    if any(node.incoming or _states_partials(node) for node in nodes):
        return
    point = dict(found.point)
    for name, slope in found.gradient.items():
        if name in point and is_known(slope):
            error = _error(bound(_value, found.graph, found.output), point, name, slope)
            if error is not None:
                yield Slope(found.output, name, error)


def _states_partials(node: Node) -> bool:
    """Whether a formula calls a function whose partials are meant to differ from its slopes: stated ones, or none."""
    parts = postorder(node.expr) if node.expr is not None else ()
    called = (ALIASES.get(part.fn, part.fn) for part in parts if isinstance(part, Call))
    return any(isinstance(fn, OwnSymbol) or fn == "stop_gradient" for fn in called)


def _alone(graph: Dag, node: Node) -> Dag:
    """The graph of one node, whose arguments are inputs."""
    inputs = tuple(Node(arg, "input", node.span) for arg in node.args)
    return graph._replace(nodes=(*inputs, node), output=node.name, seeds=(), claims=(), warnings=())


def _value(graph: Dag, name: str, at: Mapping[str, Any]) -> Any:
    return Evaluation(tape_of(graph), at).values[graph.index[name]]


def _error(fn: Callable[[Mapping[str, Any]], Any], at: Mapping[str, Any], wrt: str, partial: Any) -> float | None:
    """How far off differences are from a partial, as a part of its largest element; None where there are none."""
    value = np.asarray(at[wrt], np.float64)
    if partial is None or not is_known(partial) or not np.isfinite(value).all():
        return None
    partial = np.asarray(partial, np.float64)
    # To columns, an element of the argument each; rows stay as the node has them.
    partial = partial.reshape(*partial.shape[: partial.ndim - value.ndim], value.size)
    # Relative for large partials, absolute for small ones, where differences have no digits.
    size = max(1.0, float(np.max(np.abs(partial), initial=0.0)))
    worst = 0.0
    tries = max(1, min(MOST, MOST_NUMBERS // max(1, sum(np.size(each) for each in at.values()))))
    # Evenly spaced, so that all of a large array is touched.
    for i in range(0, value.size, -(-value.size // tries) or 1):
        # A step by the size of a number is too long where its exponential is taken, one of its own too short elsewhere.
        steps = dict.fromkeys((STEP * max(1.0, abs(float(value.flat[i]))), STEP))
        found = (_difference(fn, at, wrt, value, i, step) for step in steps)
        gaps = [float(np.max(np.abs(numeric - partial[..., i]), initial=0.0)) for numeric in found]
        # Too long, a step may leave the domain: what is not finite says nothing, and the better of both counts.
        gap = min(filter(isfinite, gaps), default=0.0)
        worst = max(worst, gap / size)
    return worst


def _difference(
    fn: Callable[[Mapping[str, Any]], Any], at: Mapping[str, Any], wrt: str, value: Any, i: int, step: float
) -> Any:
    def _slope(h: float) -> Any:
        ends = []
        for sign in (1, -1):
            moved = value.copy()
            moved.flat[i] += sign * h
            ends.append(np.asarray(fn({**at, wrt: moved if moved.ndim else float(moved)}), np.float64))
        return (ends[0] - ends[1]) / (2 * h)

    wide, middle, narrow = _slope(step), _slope(step / 2), _slope(step / 4)
    # Richardson's extrapolation, twice: it takes the errors of orders h² and h⁴ from central differences.
    first, second = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
    return (16 * second - first) / 15
