"""Local partials and the gradient held against central differences, node by node: a wrong one is named.

Differences are of the values alone, at three steps, so that their error falls as the sixth power of the step
(Richardson 1911); they know nothing of the partials.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial as bound
from math import frexp, isfinite
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
from backcalc.text.errors import BackcalcError, Code

STEP = 2.0**-9  # Of a number's size: where the error of the differences and that of rounding are about the same.
SHORTER = 2.0**-6, 10  # By that, and so many times: for a kink, a pole or a fast wave is nearer than that.
ROUNDING = 32 * 2.0**-52  # Of a value by the step: what the differences lose, with a few roundings of the function.
STEADY = 1e-4  # Of a slope: where it goes on changing by more, a step is too long, and may be right by chance.
ALLOWED = 1e-6  # Relative; what is wrong by a rule is off by far more.
MOST = 500  # Elements that are tried one by one, of each node,
MOST_NUMBERS = 10_000_000  # and fewer where a try, of all elements at each, would be of more numbers.
ROUNDS = 3  # Points that are drawn, where not all inputs have a value,
TRIES = 30  # and so many at most until as many have slopes to be compared.


class Slope(NamedTuple):
    """A local partial, or else a derivative of the output, and how far differences are off."""

    node: str
    wrt: str
    error: float
    is_local: bool = True

    @property
    def rank(self) -> tuple[bool, float]:
        """The larger, the worse: a local partial that is wrong makes all derivatives through it wrong, and is why."""
        return self.is_local and self.error > ALLOWED, self.error


def worst_slope(graph: Dag, at: Point, of: str | None, seed: int = 0) -> Slope | None:
    """The slope that differs most from its differences; None for a graph with no formulas to differ from."""
    found: list[Slope] = []
    if not any(map(_is_plain, graph.nodes)):  # As of a list of edges, which no point makes comparable.
        return None
    compared = 0
    for point in _points(graph, at, seed):
        slopes = list(_slopes(graph, point, of))
        found += slopes
        compared += bool(slopes)
        if compared == ROUNDS:
            break
    return max(found, key=lambda slope: slope.rank, default=None)


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
    drawn = space.named(random.uniform(*_near(space.low, space.high), (TRIES, space.size)))
    for i in range(TRIES):
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
    except BackcalcError:
        if of is not None:  # What is asked for is not there.
            raise
        # With several sinks there is no one output; each node has its partials all the same.
        found = run(graph, point, next(node.name for node in reversed(graph.nodes)), mode="forward")
    # At a kink two one-sided slopes are right, and the differences are neither.
    remarks = found.linear.remarks.found.items() if found.warnings else ()
    bent = {i for i, noticed in remarks if any(each.code == Code.KINK for each in noticed.values())}
    with quiet():
        for i, node in enumerate(found.graph.nodes):
            values = {arg: found.values[found.graph.index[arg]] for arg in node.args}
            if not _is_plain(node) or i in bent or not all(value is not None for value in values.values()):
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
    # A value that is given stays where its arguments move, and its formula has slopes all the same.
    if any(node.incoming or _states_partials(node) or (node.given and node.expr) for node in nodes):
        return
    point = dict(found.point)
    for name, slope in found.gradient.items():
        if name in point and is_known(slope):
            error = _error(bound(_value, found.graph, found.output), point, name, slope)
            if error is not None:
                yield Slope(found.output, name, error, is_local=False)


def _is_plain(node: Node) -> bool:
    """Whether the partials of a node are those of its formula, to be compared with what that does."""
    return node.kind == "expression" and node.given is None and bool(node.args) and not _states_partials(node)


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
    size = max(1.0, _largest(partial))
    tries = max(1, min(MOST, MOST_NUMBERS // max(1, sum(np.size(each) for each in at.values()))))
    # Evenly spaced, so that all of a large array is touched.
    places = range(0, value.size, -(-value.size // tries) or 1)
    gaps = [_gap(_Moved(fn, at, wrt, value, i), partial[..., i], size) for i in places]
    return max((gap / size for gap in gaps if gap is not None), default=None)


def _gap(moved: _Moved, partial: Any, size: float) -> float | None:
    """How far the best of the differences are from a partial; None where none says anything."""
    best: float | None = None
    for step in _steps(moved.number):
        numeric, spread, lost = moved.difference(step)
        gap = _largest(numeric - partial)
        # Of the slope that there is, too: a partial that is stated as 0 is not to be the measure.
        whole = max(size, _largest(numeric))
        # Too long, a step may leave the domain, or go beyond a kink; too short, what is left is rounding.
        if not isfinite(gap) or not (spread <= STEADY * whole and lost <= ALLOWED * whole):
            continue
        best = gap if best is None else min(best, gap)
        if best <= ALLOWED * size:  # Shorter ones are for what a longer one has gone beyond.
            break
    return best


def _largest(numbers: Any) -> float:
    return float(np.max(np.abs(numbers), initial=0.0))


def _steps(number: float) -> Iterator[float]:
    """Steps from a number, the longest first: powers of two, so that they are not rounded beside it."""
    # A step by the size of a number is too long where its exponential is taken, one of its own too short elsewhere.
    if abs(number) > 1:
        yield STEP * 2.0 ** (frexp(number)[1] - 1)
    factor, times = SHORTER
    yield from (STEP * factor**k for k in range(times))


class _Moved(NamedTuple):
    """A function, at a point, of the i-th element of one of its arguments."""

    fn: Callable[[Mapping[str, Any]], Any]
    at: Mapping[str, Any]
    wrt: str
    value: Any
    i: int

    @property
    def number(self) -> float:
        """The element."""
        return float(self.value.flat[self.i])

    def difference(self, step: float) -> tuple[Any, float, float]:
        """The slope by central differences, what the last extrapolation changed, and what rounding may have made."""
        (wide, _), (middle, _), (narrow, size) = (self._slope(h) for h in (step, step / 2, step / 4))
        # Richardson's extrapolation, twice: it takes the errors of orders h² and h⁴ from central differences.
        first, second = (4 * middle - wide) / 3, (4 * narrow - middle) / 3
        found = (16 * second - first) / 15
        return found, _largest(found - second), ROUNDING * size / step

    def _slope(self, h: float) -> tuple[Any, float]:
        """A central difference, and the size of the values that it is of."""
        if (self.number + h) - self.number != h:  # Lost beside so large a number.
            return np.nan, np.nan
        high, low = self._value(h), self._value(-h)
        return (high - low) / (2 * h), _largest(high)

    def _value(self, by: float) -> Any:
        moved = self.value.copy()
        moved.flat[self.i] += by
        found = self.fn({**self.at, self.wrt: moved if moved.ndim else float(moved)})
        return np.asarray(found, np.float64)
