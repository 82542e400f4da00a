"""Random points of a run's inputs, at which equal formulas are equal and others, nearly always, are not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import product
from math import isfinite, isinf, isnan
from random import Random
from typing import Any

from backcalc.calculus.constant import constant
from backcalc.calculus.point import Point
from backcalc.calculus.run import Run
from backcalc.calculus.run import run as run_at
from backcalc.graph.model import Node
from backcalc.language.expr import Call, Expr, Name, Number, postorder
from backcalc.marking.formulas.terms import SHAKE
from backcalc.marking.truth import Truth
from backcalc.rules.row import CONSTANTS
from backcalc.rules.values import all_known, is_array, is_known, quietly, shape_of
from backcalc.text.errors import BackcalcError

SCALES = (1.0, 2.0, 0.5, 1.0, 4.0, 10.0)
"""How large the inputs are that a file gives no range: about 1, where most functions bend, and further out."""
NEAR = 0.1
"""How far, of its size, from a number in the file a point may lie: where `if x > 3` and `clip` change."""
UNSETTLED = 3
"""The length of an array that nothing settles."""
NUDGE = 2.0**-40
"""By how much, of its size, an input is moved to see how far rounding may move what follows."""
ENOUGH = 20
"""Points at which a formula is tried, of a file without larger numbers."""
SHAKEN = 2
"""How often a run, or a formula, is worked out with some rounding at every step, to see how far that goes."""
MOST_DRAWN = 80
"""Points drawn, of which some may lie outside the domain."""
FIRST = 6
"""Points of any kind, before those on either side of the file's larger numbers."""
MOST_THRESHOLDS, LARGEST = 5, 1e6
"""Larger numbers of the file that the inputs are put on either side of, and how large they may be."""
SIGNS, SIDES = (1, -1, 0), (1, -1)
"""A number, its negative, which `x + 100` is about, or each input as it comes; a little above, or below."""


class RandomPoint:
    """A run at a random point, and the same a little beside it."""

    def __init__(self, run: Run, beside: Run) -> None:
        self.truth, self.beside = Truth(run), Truth(beside)

    @property
    def run(self) -> Run:
        """The run at the point."""
        return self.truth.run

    @cached_property
    def shaken(self) -> list[Truth]:
        """The truth with some rounding in the value of every node, several times; none where one takes no such value.

        Where σ comes to 1 but for the last bit, 1 − σ has no digit left, and no input moves it: `beside` shows nothing.
        """
        rng = Random(4)  # noqa: S311  Any rounding will do.
        run = self.run
        found = []
        for _ in range(SHAKEN):
            graph = run.graph._replace(nodes=tuple(_shaken(node, rng) for node in run.graph.nodes))
            try:
                found.append(Truth(run_at(graph, dict(run.point), None if run.is_outside else run.output)))
            except (BackcalcError, ArithmeticError, ValueError):  # Such as an index, which is whole or none.
                return []
        return found


class Points:
    """The random points of a run; with `fixed` the inputs that have values keep them, `summing` sums to 1."""

    def __init__(self, run: Run, *, fixed: bool = False, summing: str = "") -> None:
        self.run, self._summing = run, summing
        self._kept: Point = dict(run.point) if fixed else {}
        self._samples: list[RandomPoint] = []
        self._more = self._drawn()

    def __iter__(self) -> Iterator[RandomPoint]:
        """The samples, each drawn once, when it is first asked for."""
        i = 0
        while True:
            if i == len(self._samples):
                drawn = next(self._more, None)
                if drawn is None:
                    return
                self._samples.append(drawn)
            yield self._samples[i]
            i += 1

    @cached_property
    def _free(self) -> list[tuple[Node, tuple[int, ...]]]:
        """The nodes whose values are drawn, with their shapes."""
        pairs = zip(self.run.graph.nodes, self.run.shapes, strict=True)
        # Constants and stated values are part of the graph.
        inputs = ((node, shape) for node, shape in pairs if node.kind == "input" and node.name not in self._kept)
        return [(node, tuple(UNSETTLED if n is None else n for n in shape)) for node, shape in inputs]

    @cached_property
    def _marks(self) -> list[float]:
        """The numbers that stand in the formulas of the file."""
        found = {part.value for expr in self._formulas for part in postorder(expr) if isinstance(part, Number)}
        return sorted(x for x in found if isfinite(x))

    @property
    def _formulas(self) -> list[Expr]:
        """Those of the file; a constant's own number is no place where anything changes."""
        nodes = self.run.graph.nodes
        return [node.expr for node in nodes if node.expr is not None and node.kind != "constant"]

    @cached_property
    def _thresholds(self) -> list[float]:
        """The larger numbers of the file, beyond which few points lie: what changes there shows nowhere else."""
        pairs = zip(self.run.graph.nodes, self.run.values, strict=True)
        # Of constants only numbers, as the b of `relu(x - b)`: those of data are too many.
        constants = {value for node, value in pairs if node.kind == "constant" and isinstance(value, float)}
        calls = (it for expr in self._formulas for it in postorder(expr) if isinstance(it, Call) and it.fn == "^")
        exponents = {it.args[1].value for it in calls if isinstance(it.args[1], Number)}
        found = {abs(x) for x in {*self._marks, *constants} - exponents}
        return sorted(x for x in found if 1 < x < LARGEST)[-MOST_THRESHOLDS:]

    @property
    def enough(self) -> int:
        """How many points are as many as a formula is to be tried at."""
        return ENOUGH + len(SIGNS) * len(SIDES) * len(self._thresholds) * bool(self._free)

    @cached_property
    def _has_masks(self) -> bool:
        """Whether the file speaks of infinity, as the score −inf of what is masked: then a value may be infinite."""
        formulas = (node.expr for node in self.run.graph.nodes if node.expr is not None)
        return any(_is_infinite(part) for expr in formulas for part in postorder(expr))

    def _drawn(self) -> Iterator[RandomPoint]:
        rng = Random(1)  # noqa: S311  Any points will do, and the same each time.
        for count in range(MOST_DRAWN if self._free else 1):  # With nothing open each point would be the same.
            if count == FIRST:
                yield from self._on_either_side()
            point = {node.name: self._value(node, shape, rng, count) for node, shape in self._free}
            yield from self._sound(point, rng)

    def _on_either_side(self) -> Iterator[RandomPoint]:
        """Points a little above, and a little below, each of the larger numbers of the file, of either sign."""
        rng = Random(5)  # noqa: S311  Its own, so that the others are drawn as without these.
        for threshold, sign, side in product(self._thresholds, SIGNS, SIDES):

            def _number(threshold: float = threshold, sign: int = sign, side: int = side) -> float:
                # By a square, which is small more often: how wide the place is that is looked for is not known.
                return (sign or rng.choice((-1, 1))) * threshold * (1 + side * NEAR * rng.random() ** 2)

            # A range that the file gives is kept to.
            point = {
                node.name: self._value(node, shape, rng, 0) if node.bounds else self._spread(node, shape, _number)
                for node, shape in self._free
            }
            yield from self._sound(point, rng)

    def _sound(self, point: Point, rng: Random) -> Iterator[RandomPoint]:
        """The runs at a point, where they are sound."""
        # Beside it in every input at once, each one way or the other.
        beside = {name: _nudged(value, rng) for name, value in point.items()}
        try:
            runs = [self._at({**self._kept, **values}) for values in (point, beside)]
        except (BackcalcError, ArithmeticError, ValueError):  # Outside what the graph can do.
            return
        if all(_is_sound(run, may_be_infinite=self._has_masks) for run in runs):
            yield RandomPoint(*runs)

    def _at(self, point: Mapping[str, Any]) -> Run:
        run = self.run
        # The output of a loss outside is none of the graph's.
        return run_at(run.graph, dict(point), None if run.is_outside else run.output)

    def _value(self, node: Node, shape: tuple[int, ...], rng: Random, count: int) -> Any:
        """A value for an input, each element by itself."""
        low, high = self._range(node, rng, count)

        def _number() -> float:
            x = rng.uniform(low, high)
            if node.bounds is None and self._marks and rng.random() < NEAR:  # A range that the file gives is kept to.
                mark = rng.choice(self._marks)
                x = mark + rng.uniform(-NEAR, NEAR) * (abs(mark) or 1.0)  # About 0 by as much as about 1.
            return x

        own = self.run.point.get(node.name)
        is_open = node.bounds is None and node.name != self._summing
        if count % 5 == 4 and is_open and is_array(own) and own.shape == shape:
            from backcalc.rules.ndarray import made

            # As of a number: near the file's own point a unit may be on that is off elsewhere.
            by = made(shape, lambda: rng.uniform(-NEAR, NEAR))
            return own + by + by * abs(own)
        return self._spread(node, shape, _number)

    def _spread(self, node: Node, shape: tuple[int, ...], number: Callable[[], float]) -> Any:
        """A number for an input, or one for each of its elements."""
        if not shape:
            return number()
        from backcalc.rules.ndarray import made

        drawn = made(shape, number)
        if node.name != self._summing:
            return drawn
        # As targets are, which are a distribution, or one a row.
        shares = abs(drawn)
        return shares / shares.sum(axis=-1, keepdims=True)

    def _range(self, node: Node, rng: Random, count: int) -> tuple[float, float]:
        """Between what an input is drawn: in the file's range, else of any sign or, every third time, positive."""
        if node.bounds is not None:
            low, high = (float(constant(bound, self.run.graph.source)) for bound in node.bounds)
            if isfinite(low) and isfinite(high):  # An open range has no ends to draw between.
                return low, high
        # Now and then near the file's own point, where what it is about has sense.
        value = self.run.point.get(node.name)
        if count % 5 == 4 and value is not None and is_known(value) and not is_array(value) and isfinite(value):
            return value - NEAR * (1 + abs(value)), value + NEAR * (1 + abs(value))
        scale = SCALES[count % len(SCALES)] * rng.uniform(0.5, 1.0)
        # Positive now and then, not too near 0: logarithms and roots.
        return (0.05 * scale if count % 3 == 1 else -scale), scale


def _is_infinite(part: Expr) -> bool:
    return (isinstance(part, Number) and isinf(part.value)) or (
        isinstance(part, Name) and isinf(CONSTANTS.get(part.id, 0.0))
    )


def _shaken(node: Node, rng: Random) -> Node:
    if node.kind != "expression" or node.expr is None:
        return node
    factor = Number(1 + rng.uniform(-SHAKE, SHAKE), "")
    return node._replace(expr=Call("*", (node.expr, factor), node.expr.span))


def _nudged(value: Any, rng: Random) -> Any:
    return value * (1 + NUDGE * rng.choice((-1, 1)))  # 1 ± 2⁻⁴⁰ is a float exactly.


def _is_sound(run: Run, *, may_be_infinite: bool) -> bool:
    """Whether all numbers of a run are known, and all derivatives finite; values too, unless they may be infinite."""
    values, adjoints = ([x for x in column if x is not None] for column in (run.values, run.adjoints))
    if not (run.linear.evaluation.is_known and all_known([*values, *adjoints])):  # A constant has no adjoint.
        return False
    with quietly(run.linear.evaluation.has_arrays):
        are_finite = all(map(isfinite, _sizes([*adjoints] if may_be_infinite else [*values, *adjoints])))
        return are_finite and not any(map(isnan, _sizes(values)))


def _sizes(numbers: Iterable[Any]) -> Iterator[float]:
    """The largest size in each number or array; nan where one of it is."""
    return (float(abs(x).max()) if shape_of(x) else abs(x) for x in numbers)
