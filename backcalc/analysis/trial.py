"""Claims tried at many points, and led towards where they fail; a counterexample is certain before it is told.

Margins of floats only point the way: a claim means real numbers, so that what refutes it is an interval all below 0, or
an exact fraction.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np

from backcalc import progress
from backcalc.analysis.claims import CONDITION, DIFFERENCE, MARGIN, SIZE, GraphClaim, domains_in
from backcalc.analysis.search import descended, rounded_outwards, simpler, space_of
from backcalc.analysis.smoothness import has_domain, is_continuous, is_smooth
from backcalc.bulk.points.boxes import Boxes
from backcalc.bulk.points.enclosures import NoIntervalsError
from backcalc.bulk.points.run import PointRunner
from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_holes, exact_values
from backcalc.calculus.missing import require_known
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.rules.functions import exact
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.interval import Interval
from backcalc.rules.functions.objects import Lost
from backcalc.rules.functions.polynomials import PolynomialTooLongError, is_zero, letter
from backcalc.rules.functions.stacks import column
from backcalc.rules.ndarray import quiet
from backcalc.rules.values import is_known
from backcalc.text.errors import BackcalcError

ClaimVerdict = Literal["holds", "proved", "refuted", "open", "undefined"]
SAMPLES = 100_000
BATCH = 32_768
LOWEST = 64  # Points of the lowest margins, from which the search goes on.
NEAR = 64 * 2.0**-52  # Of the size of both sides: what rounding may leave of an equality.


@dataclass(frozen=True)
class Finding:
    """What was found of a claim: the smallest margin at `samples` points and where, and a point that refutes it.

    `undefined` is at how many of them a side had no value. `why` says what a verdict rests on, where that is more than
    samples; `box` is where it was proved, or what is left open.
    """

    claim: GraphClaim
    verdict: ClaimVerdict
    samples: int = 0
    margin: float | None = None
    at: Mapping[str, Any] | None = None
    counterexample: Mapping[str, Any] | None = None
    undefined: int = 0
    box: Mapping[str, tuple[Any, Any]] | None = None
    why: str = ""


class Trial:
    """A claim at points of its inputs that `at` does not fix."""

    def __init__(self, claim: GraphClaim, at: Mapping[str, Any]) -> None:
        graph = claim.graph
        self.claim, self.at = claim, {name: value for name, value in at.items() if name in graph.inputs}
        # What a file gives as a default only tells the shape: a claim is of every value.
        shapes = Evaluation(tape_of(graph), defaults(graph) | self.at, formulas=True).known_shapes.names
        self.space = space_of(graph, shapes, self.at)
        # Any point will do to learn the shapes by; ½ is inside of most domains.
        self._one = self.space.named(np.clip(np.full((1, self.space.size), 0.5), self.space.low, self.space.high))

    @cached_property
    def _values(self) -> PointRunner:
        # No sweep: samples ask for no slopes.
        return PointRunner(self.claim.graph, self._one, self.at, MARGIN, value_only=True)

    @cached_property
    def _sizes(self) -> PointRunner:
        return PointRunner(self.claim.graph, self._one, self.at, SIZE, value_only=True)

    @cached_property
    def _slopes(self) -> PointRunner:
        return PointRunner(self.claim.graph, self._one, self.at, MARGIN)

    @cached_property
    def boxes(self) -> Boxes | None:
        """The margin over boxes; None where a function has no intervals."""
        try:
            return self.enclosure([MARGIN], self.claim.graph)
        except NoIntervalsError:
            return None

    def enclosure(self, outputs: list[str], graph: Dag) -> Boxes:
        """Nodes of `graph` over boxes of the space. Raises NoIntervalsError."""
        # The claim's own graph is evaluated once; any other has nodes of its own.
        evaluation = self._shaped if graph is self.claim.graph else Evaluation(tape_of(graph), self.at | self._first)
        return Boxes(evaluation, list(self.space.shapes), outputs, domains_in(graph))

    @property
    def is_continuous(self) -> bool:
        """Whether the margin's slopes tell how it changes."""
        return is_continuous(self._shaped, MARGIN)

    @property
    def is_smooth(self) -> bool:
        """Whether the margin is what its Taylor series says."""
        return is_smooth(self._shaped, MARGIN)

    @property
    def may_be_undefined(self) -> bool:
        """Whether an operation of the margin has no value for some numbers."""
        return bool(domains_in(self.claim.graph)) or has_domain(self._shaped, MARGIN)

    def is_smooth_in(self, graph: Dag, name: str) -> bool:
        """Whether a node of another graph of the same inputs is what its Taylor series says."""
        return is_smooth(Evaluation(tape_of(graph), self.at | self._first), name)

    def margins(self, points: Array) -> Array:
        """The margin at each point; nan where a side has no value."""
        if not self.space.size:
            return self._alone(MARGIN)
        return self._values.run(self.space.named(points)).value

    def sizes(self, points: Array) -> Array:
        """The size of what is compared, at each point."""
        if not self.space.size:
            return self._alone(SIZE)
        return self._sizes.run(self.space.named(points)).value

    def _alone(self, name: str) -> Array:
        """The one value of a node where no input is left, of a run that is there already. Raises EvaluateError."""
        found = self._shaped.terms[self._slot(name)]
        if not is_known(found):  # An activation of an edge list, say, which a runner would have asked for.
            require_known(self._shaped)
        return np.array([found])

    def margins_and_slopes(self, points: Array) -> tuple[Array, Array]:
        """The margin and its derivatives."""
        found = self._slopes.run(self.space.named(points))
        return found.value, self.space.flat(found.gradient)

    def as_boxes(self, low: Array, high: Array) -> dict[str, Interval]:
        """Boxes, by the ends of their rows, as intervals of each input."""
        ends = [self.space.named(end) for end in (low, high)]
        return {name: Interval(*(_stacked(end[name]) for end in ends)) for name in self.space.shapes}

    def as_point(self, point: Array) -> dict[str, Interval]:
        """The one box that holds a point as its decimals tell it: a float may be another number."""
        low, high = rounded_outwards(point)
        return self.as_boxes(low[None], high[None])

    def fails(self, point: Array) -> bool:
        """Whether it is certain that the claim is false at a point."""
        # Without intervals rounding has to be guessed.
        if self.boxes is None:
            return self._fails_by_far(point)
        (margin,) = self.boxes.run(self.as_point(point))
        if margin.doubt is not None and bool(np.any(margin.doubt)):  # Perhaps 0/0: then nothing is certain.
            return False
        top = float(np.max(margin.hi))
        if top < 0 or float(np.min(margin.lo)) > 0:
            return top < 0
        if top == 0 and self.claim.fails_at_zero:
            return True
        return self.holds_exactly(point) is False  # At 0 rounding could say either.

    def holds_exactly(self, point: Array) -> bool | None:
        """Whether the claim holds at a point, by fractions; None where it takes more than these."""
        named = {name: exact.array(value[0]) for name, value in self.space.named(point[None]).items()}
        found = self._exact_values(named)[self._slot(CONDITION)]
        return bool(found) if isinstance(found, Fraction) else None

    def holes_exactly(self, point: Array) -> set[int]:
        """The slots of operations that have no value at a point, by fractions."""
        named = {name: exact.array(value[0]) for name, value in self.space.named(point[None]).items()}
        return exact_holes(self._shaped, self._exact_values(named))

    def _exact_values(self, named: Mapping[str, Any]) -> list[Any]:
        # What the graph itself has by its text is more than its float.
        graph = self.claim.graph
        fixed = {name: exact.array(value) for name, value in self.at.items() if graph.node(name).given is None}
        with suppress(PolynomialTooLongError):  # A power with letters may grow beyond what serves anybody.
            return exact_values(self._shaped, fixed | dict(named))
        return [Lost("what is too long")] * len(self._shaped.rows)

    def _slot(self, name: str) -> int:
        return self._shaped.tape.slot[self._shaped.tape.graph.index[name]]

    @cached_property
    def _shaped(self) -> Evaluation:
        """The claim's graph, with the shapes of the space."""
        return Evaluation(tape_of(self.claim.graph), self.at | self._first)

    @property
    def _first(self) -> dict[str, Any]:
        """A point of the space."""
        return {name: value[0] if value.ndim > 1 else float(value[0]) for name, value in self._one.items()}

    def is_identity(self) -> bool:
        """Whether both sides of an equality are one quotient of polynomials, for all values of the inputs."""
        if not self.claim.is_equality:
            return False
        named = {name: _letters(name, shape) for name, shape in self.space.shapes.items()}
        found = self._exact_values(named)[self._slot(DIFFERENCE)]
        return all(map(is_zero, np.ravel(found) if isinstance(found, np.ndarray) else [found]))

    def _fails_by_far(self, point: Array) -> bool:
        """Whether the margin is below 0 by more than rounding could bring about, where no interval can tell."""
        margin, size = float(self.margins(point[None])[0]), float(self.sizes(point[None])[0])
        # Far above rounding, which is about 1e-16 of the size an operation.
        return margin < -1e-9 * (1 + size)


def _letters(name: str, shape: tuple[int, ...]) -> Any:
    if not shape:
        return letter(name)
    found = np.empty(shape, dtype=object)
    for place in np.ndindex(shape):
        found[place] = letter(name, place)
    return found


def _stacked(points: Array) -> Array:
    count = len(points)
    return points.reshape(count, *(column(points[0]).shape if count else (1, 1)))


def tried(claim: GraphClaim, at: Mapping[str, Any], samples: int = SAMPLES, seed: int = 0) -> Finding:
    """The claim at `samples` points, then downhill from the lowest. Raises BackcalcError where it cannot be tried."""
    trial, random = Trial(claim, at), np.random.default_rng(seed)
    space, undefined = trial.space, 0
    best, lows = np.zeros((0, space.size)), np.zeros(0)
    samples = samples if space.size else 1  # One point is all there is.
    with quiet():
        for begin in progress.through("trying points", range(0, samples, BATCH)):
            points = space.draw(random, min(BATCH, samples - begin))
            margins = trial.margins(points)
            # Overflow too, of which it is not known what it would have been.
            lost = np.isnan(margins) | (margins == -np.inf)
            undefined += int(lost.sum())
            few = np.argsort(np.where(lost, np.inf, margins), kind="stable")[:LOWEST]
            best, lows = np.concatenate((best, points[few])), np.concatenate((lows, margins[few]))
        kept = np.argsort(lows, kind="stable")[:LOWEST]
        best, lows = best[kept], lows[kept]
        best, lows = best[np.isfinite(lows)], lows[np.isfinite(lows)]
        if len(best) and space.size:
            best, lows = _lower(trial, best, lows)
        # A strict claim fails at 0, which by floats may be a little above that.
        near = NEAR * trial.sizes(best) if claim.is_strict and len(best) else np.zeros(len(best))
        # The lowest first.
        for i in np.argsort(lows, kind="stable"):
            if lows[i] > near[i] or (lows[i] == 0 and not claim.is_strict):
                break
            if np.isfinite(best[i]).all() and trial.fails(best[i]):
                point = simpler(space, best[i], trial.fails)  # It fails in fewer digits too, perhaps.
                margin = float(trial.margins(point[None])[0])
                named = named_point(trial, point)
                return Finding(claim, "refuted", samples, margin, named, named, undefined)
    if not len(lows):
        return Finding(claim, "undefined", samples, None, None, None, undefined)
    at_least = int(np.argmin(lows))
    margin, named = _told(trial, best[at_least], lows[at_least]), named_point(trial, best[at_least])
    return Finding(claim, "holds", samples, margin, named, None, undefined)


def _told(trial: Trial, point: Array, margin: float) -> float:
    """The margin, 0 where it is nothing but rounding."""
    size = float(trial.sizes(point[None])[0])
    return 0.0 if margin < 0 and margin > -NEAR * size else float(margin)


def _lower(trial: Trial, best: Array, lows: Array) -> tuple[Array, Array]:
    """Lower points by the gradient of the margin, beside those there are."""
    try:
        points, values = descended(trial.space, best, trial.margins_and_slopes)
    except BackcalcError:  # No gradient: a function without a derivative, or a name for it.
        return best, lows
    found = np.isfinite(values)
    return np.concatenate((best, points[found])), np.concatenate((lows, values[found]))


def named_point(trial: Trial, point: Array) -> dict[str, Any]:
    """A point as an input's value a name, those that are fixed among them."""
    named = {
        name: value[0] if value.ndim > 1 else float(value[0]) for name, value in trial.space.named(point[None]).items()
    }
    return {name: named.get(name, trial.at.get(name)) for name in trial.claim.inputs}
