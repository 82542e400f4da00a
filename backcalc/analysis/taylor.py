"""Taylor coefficients around a point, by truncated power series: from both sides, so that a kink shows as one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from math import copysign, inf, isfinite, isnan, nan
from typing import Any

import numpy as np

from backcalc.analysis.radius import radius_of
from backcalc.analysis.smoothness import is_smooth
from backcalc.analysis.term_rounding import SureTerms, both_sides, sizes_of_rounding
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.missing import require_known, require_values
from backcalc.calculus.point import Point, settle
from backcalc.calculus.question import choose_output, choose_wrt, require_scalar
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import series
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.power_series import Series, lifted, stacked, variable
from backcalc.rules.indices import Place
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Bound, Primitive
from backcalc.rules.values import shape_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source
from backcalc.text.wording import plural, quoted, shorten

FURTHER = 24  # Terms beyond those asked for: they tell the next term and the radius, and replace what a quotient loses.
MOST_INPUTS = 64  # Numbers, of a Hessian, which takes as many series as it has entries above its diagonal.
SAME = 1e-11  # Relative to the two coefficients: what rounding leaves.


@dataclass(frozen=True)
class Behaviour:
    """A node around a point: the coefficients of powers of x − x0 from the left and from the right.

    `sure` tells which of these are more than rounding, however small beside the others.
    """

    name: str
    value: float
    left: Array
    right: Array
    sure: SureTerms
    order: int

    @property
    def coefficients(self) -> list[float | None]:
        """The Taylor coefficients up to the order; None from where the two sides differ."""
        count = self.order + 1 if self.is_smooth else self._agreeing()  # From the first that differs on there is none.
        return [float(c) for c in self.right[:count]] + [None] * (self.order + 1 - count)

    @property
    def slopes(self) -> tuple[float, float]:
        """The one-sided slopes: infinite across a jump."""
        return self._slope(self.left), self._slope(self.right)

    @property
    def is_smooth(self) -> bool:
        """Whether both sides have the same coefficients up to the order."""
        return self._agreeing() > self.order

    @property
    def word(self) -> str:
        """How it behaves: constant, linear, affine, curved, kink, jump, pole or undefined."""
        value, slopes = self.value, self.slopes
        if not isfinite(value):
            # 1/x at 0 is infinite, 0/0 is not a number.
            return "pole" if abs(value) == inf else "undefined"
        # Where both sides agree, yet not with the value, it is a jump too: a hole that is filled otherwise.
        if self._agreeing() == 0 or abs(self.right[0] - value) > SAME * max(1.0, abs(value)):
            return "jump"
        if self._agreeing() < 2 or not all(map(isfinite, slopes)):
            return "kink"
        if not self.right[1:].any():
            return "constant"
        # A line near the point is one whose error is of third order: what bends at once is none.
        is_line = self.right[1] != 0 and self._agreeing() > 2 and abs(self.right[2]) <= SAME * abs(self.right[1])
        return ("affine" if abs(value) > SAME else "linear") if is_line else "curved"

    @property
    def next_term(self) -> tuple[int, float] | None:
        """The power and coefficient of the first term left out; None where none is known that is not 0."""
        rest = enumerate(self.right[self.order + 1 :], self.order + 1)
        return next(((k, float(c)) for k, c in rest if isfinite(c) and abs(c) > 0), None)

    @property
    def radius(self) -> float | None:
        """The radius of convergence as far terms tell it; None where it is unclear."""
        terms = np.abs(self.right)
        # Where a kink is, no disc around the point has one series.
        if not self.is_smooth or not np.isfinite(terms).all():
            return None
        if not terms[self.order + 1 :].any():
            return inf  # A polynomial, as far as can be seen.
        return radius_of(self.right)

    def _agreeing(self) -> int:
        """How many coefficients from the first on are the same on both sides."""
        columns = self.left, self.right, sizes_of_rounding(self.left, self.right, self.sure)
        for k, (left, right, size) in enumerate(zip(*(column.tolist() for column in columns), strict=True)):
            # Nothing agrees with what is infinite, beside which any number would be small, nor with nan.
            if not isfinite(left - right) or abs(left - right) > SAME * max(abs(left), abs(right)) + size:
                return k
        return len(self.left)

    def _slope(self, side: Array) -> float:
        if isnan(side[0]):  # The rest of what is nowhere a number may be one: 1/x of log(x) below 0.
            return nan
        gap = float(side[0]) - self.value
        if abs(gap) > SAME * max(1.0, abs(self.value)):
            # On the left the same gap is met from the other end.
            return copysign(inf, gap) * (1 if side is self.right else -1)
        return float(side[1]) + 0.0  # No −0.


@dataclass(frozen=True)
class Expansion:
    """The output of a graph around a point of one input, and how each other node that depends on it behaves there."""

    graph: Dag
    wrt: str
    at: float
    point: Point
    output: Behaviour
    nodes: Sequence[Behaviour]


@dataclass(frozen=True)
class Quadratic:
    """Value, gradient and Hessian of the output by several inputs.

    The block of two inputs has the shape of the one, then the other's. At `kinks` the two sides differ.
    """

    graph: Dag
    output: str
    point: Point
    value: float
    gradient: Mapping[str, Any]
    hessian: Mapping[str, Mapping[str, Any]]
    kinks: Sequence[str]


def taylor(graph: Dag, at: Point, order: int, of: str | None = None, wrt: Sequence[str] = ()) -> Expansion | Quadratic:
    """The output around the point `at`: coefficients by one input that is a number, else gradient and Hessian.

    Raises UsageError where an option does not fit, or where the output depends on edges, and EvaluateError for values
    that are missing.
    """
    graph, point = settle(graph, at)
    if graph.seeds:  # A loss outside is known by its slopes alone.
        hints = (f"drop the line `adjoint {shorten(graph.seeds[0][0])} = …`",)
        message = "`adjoint` statements speak of a loss outside the graph, which has no series"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, graph.seeds[0][1].span, hints=hints)])
    output, wrt = choose_output(graph, of), choose_wrt(graph, wrt)
    require_inputs(graph, wrt)
    evaluation = Evaluation(tape_of(graph), point)
    # What a point says goes before.
    require_known(evaluation)
    require_scalar(graph, evaluation, output)
    _require_formulas(evaluation, output, wrt)
    require_values(evaluation, [output, *wrt])
    # A `given` may say what an input is, as `--at` does.
    point = {name: evaluation.terms[evaluation.tape.slot[graph.index[name]]] for name in wrt} | dict(point)
    if len(wrt) == 1 and not shape_of(point[wrt[0]]):
        return _expansion(evaluation, point, output, wrt[0], order)
    return _quadratic(evaluation, point, output, wrt)


def require_inputs(graph: Dag, wrt: Iterable[str], option: str = "--wrt") -> None:
    """Raise UsageError for names, given by an option, that are no inputs, or where there are none at all."""
    source = Source(option, "")
    if not graph.inputs:
        hints = ("an input is a name that nothing defines, as x in y = x^2, or one with a number: input x = 1",)
        found = Diagnostic(Code.NO_INPUTS, "the graph has no inputs to vary", hints=hints)
        raise UsageError(Source(graph.source.name, ""), [found])
    hints = (f"the inputs are {quoted(graph.inputs)}",)
    errors = [
        Diagnostic(Code.NOT_AN_INPUT, f"`{shorten(name)}` is no input: it is computed", hints=hints)
        for name in wrt
        if name not in graph.inputs
    ]
    if errors:
        raise UsageError(source, errors)


def series_of(evaluation: Evaluation, directions: Mapping[str, Any], order: int) -> list[Any]:
    """For each slot its value where `directions` moves the inputs by t times that: a Series where it depends on t."""
    tape, index = evaluation.tape, evaluation.tape.graph.index
    found = list(evaluation.terms)
    moved = {tape.slot[index[name]]: direction for name, direction in directions.items()}
    for slot, direction in moved.items():
        found[slot] = variable(found[slot], direction, order)
    with quiet():
        for slot, row in enumerate(evaluation.rows):
            args = [found[arg] for arg in tape.args[slot]]
            if row is not None and slot not in moved and any(isinstance(arg, Series) for arg in args):
                found[slot] = _applied(row, args, tape.indices.get(slot, ()), order)
    return found


def _applied(row: Primitive, args: list[Any], indices: tuple[Place, ...], order: int) -> Series:
    if row.symbol in (VECTOR, "concat"):
        return stacked([lifted(arg, order) for arg in args], join=row.symbol == "concat")
    if row.symbol == INDEX:
        return Series(args[0].terms[(slice(None), *indices)])  # The orders are the first axis.
    return lifted(_bound(row).evaluate(*args), order)


@cache
def _bound(row: Primitive) -> Bound:
    return Bound(row, series)


def _expansion(evaluation: Evaluation, point: Point, output: str, wrt: str, order: int) -> Expansion:
    tape, graph, at = evaluation.tape, evaluation.tape.graph, float(point[wrt])

    @cache
    def _moved(speed: float) -> list[Any]:
        # A run each way: a series knows one side of a kink, the one that t > 0 leads to.
        return series_of(evaluation, {wrt: speed}, order + FURTHER)

    nodes = []
    for node, slot in zip(graph.nodes, tape.slot, strict=True):
        if isinstance(_moved(1.0)[slot], Series) and not _moved(1.0)[slot].shape and node.name != wrt:

            def _terms(speed: float, slot: int = slot) -> Array:
                terms: Array = _moved(speed)[slot].terms
                return terms / speed ** np.arange(len(terms))

            nodes.append(Behaviour(node.name, float(evaluation.terms[slot]), *both_sides(_terms, at), order))
    slot = tape.slot[graph.index[output]]
    value = float(evaluation.terms[slot])
    still = variable(value, 1.0 if output == wrt else 0.0, order + FURTHER).terms  # What does not depend on the input.
    still_one = Behaviour(output, value, still, still, np.ones(len(still), np.bool_), order)
    found = next((node for node in nodes if node.name == output), still_one)
    return Expansion(graph, wrt, at, point, found, nodes)


def _quadratic(evaluation: Evaluation, point: Point, output: str, wrt: Sequence[str]) -> Quadratic:
    places = [(name, index) for name in wrt for index in np.ndindex(*shape_of(point[name]))]
    _require_few(evaluation.tape.graph, len(places))
    slot = evaluation.tape.slot[evaluation.tape.graph.index[output]]
    directions = _Directions(evaluation, point, slot, places)
    # By the right side: where it differs from the left, `kinks` tells.
    gradient = np.array([right[1] for right, _ in directions.sides])
    # x·|z| has a kink along neither axis: only a pair of directions shows it.
    quadrants = [(1, 1)] if is_smooth(evaluation, output) else [(1, 1), (1, -1), (-1, 1), (-1, -1)]
    hessian, kinked = directions.hessian(quadrants)
    shapes = {name: shape_of(point[name]) for name in wrt}
    rows = {name: [i for i, place in enumerate(places) if place[0] == name] for name in wrt}
    blocks = {a: {b: _block(hessian[np.ix_(rows[a], rows[b])], shapes[a] + shapes[b]) for b in wrt} for a in wrt}
    slopes = {name: _block(gradient[rows[name]], shapes[name]) for name in wrt}
    kinks = tuple(dict.fromkeys(places[i][0] for i in sorted(kinked)))
    return Quadratic(evaluation.tape.graph, output, point, float(evaluation.terms[slot]), slopes, blocks, kinks)


class _Directions:
    """What moves an output to the second order, along the axes of elements of inputs and between two of these.

    `places` are the elements, each by its input and its index; `sides` the terms to the right and to the left of each.
    """

    def __init__(self, evaluation: Evaluation, point: Point, slot: int, places: Sequence[tuple[str, Any]]) -> None:
        self._evaluation, self._point, self._slot, self._places = evaluation, point, slot, places
        self.sides = [(self._along((i, 1)), self._along((i, -1))) for i in range(len(places))]

    def hessian(self, quadrants: Sequence[tuple[int, int]]) -> tuple[Array, set[int]]:
        """The second derivatives by the first of the quadrants, and the places where another, or a side, differs."""
        count = len(self.sides)
        found, kinked = np.zeros((count, count)), {i for i, sides in enumerate(self.sides) if not _is_even(*sides)}
        for i in range(count):
            found[i, i] = 2 * float(self.sides[i][0][2])
            for j in range(i):
                first, *others = (self._mixed(i, j, signs) for signs in quadrants)
                found[i, j] = found[j, i] = first
                if not all(abs(other - first) <= SAME * max(1.0, abs(first)) for other in others):
                    kinked |= {i, j}
        return found, kinked

    def _along(self, *signed: tuple[int, int]) -> Array:
        """Up to t²: value, slope and half the curvature where t moves these places, each by its sign."""
        moved: dict[str, Any] = {}
        for place, sign in signed:
            name, index = self._places[place]
            moved.setdefault(name, np.zeros(shape_of(self._point[name])))[index] += sign
        return lifted(series_of(self._evaluation, moved, 2)[self._slot], 2).terms

    def _mixed(self, i: int, j: int, signs: tuple[int, int]) -> float:
        """AᵀHb = ½(a + b)ᵀH(a + b) − ½aᵀHa − ½bᵀHb, in one quadrant of the plane of two inputs."""
        both = self._along((i, signs[0]), (j, signs[1]))
        apart = self.sides[i][signs[0] < 0], self.sides[j][signs[1] < 0]
        with quiet():
            return float((both[2] - (apart[0][2] + apart[1][2])) * signs[0] * signs[1])


def _block(values: Array, shape: tuple[int, ...]) -> Any:
    return values.reshape(shape) if shape else float(values.ravel()[0])


def _is_even(right: Array, left: Array) -> bool:
    """Whether the two sides have one slope and one curvature."""
    with quiet():
        # Backwards along t the slope turns its sign, the curvature does not.
        gaps = np.abs(right + left * (-1.0, 1.0, -1.0))[1:]
        return bool((gaps <= SAME * np.maximum(1.0, np.abs(right[1:]))).all())


def _require_few(graph: Dag, count: int) -> None:
    if count > MOST_INPUTS:
        message = f"the inputs have {plural(count, 'number')}; a Hessian has as many rows, {MOST_INPUTS} at most"
        hints = ("choose some by --wrt; one that is a number has its series",)
        raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.HESSIAN_SIZE, message, hints=hints)])


def _require_formulas(evaluation: Evaluation, output: str, wrt: Sequence[str]) -> None:
    """Raise UsageError where the output depends on the inputs by edges, or by a value that is given."""
    tape, graph = evaluation.tape, evaluation.tape.graph
    reached = tape.downstream([tape.slot[graph.index[name]] for name in wrt])
    # What comes behind the output cannot matter to it.
    last = tape.slot[graph.index[output]]
    for slot, name in zip(tape.slot, graph.index, strict=True):
        if slot > last or not reached[slot] or name in wrt:
            continue
        what = "is known by its edges alone" if slot in tape.incoming else "has a given value"
        if slot in tape.incoming or slot in evaluation.replaced:
            message = f"`{shorten(name)}` {what}, which tell its slope and no further coefficient"
            hint = "write it as a formula of its arguments"
            raise UsageError(graph.source, [Diagnostic(Code.NO_FORMULA, message, graph.node(name).span, hints=(hint,))])
