"""Many points at once: one forward pass and one reverse sweep, over traced floats or over stacks of matrices.

The passes are those at one point, the sweep is that of `calculus.sweep`; what a number is here, a layout says.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from math import prod
from types import ModuleType
from typing import Any, Protocol

import numpy as np

from backcalc.bulk.points import trace
from backcalc.bulk.points.runner import Runner
from backcalc.bulk.points.stacked import Stacked
from backcalc.bulk.points.trace import Trace, TracedOperand
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.sweep import reverse
from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.gates import Gates, only, value_of
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Bound, Primitive
from backcalc.rules.values import is_known

MOST_POINTS, NUMBERS = 8192, 1 << 21  # Points with arrays in them that are run at a time, and numbers in these.


class BatchLayout(Protocol):
    """How the numbers, vectors and matrices of many points are kept."""

    namespace: ModuleType

    def constant(self, value: Any) -> Any:
        """What is the same at all points."""

    def apply(self, slot: int, row: Primitive, args: Sequence[Any]) -> Any:
        """The value of an operation."""

    def operands(self, slot: int, row: Primitive, args: Sequence[Any]) -> list[Any]:
        """The operands of an operation, of which the value may be one, as its functions take them."""

    def along(self, partial: Any, slot: int, ct: Any, head: int, tail: int) -> Any:
        """What an annotated edge with the partial in `slot` carries back from `head` to `tail`."""

    def pulled(self, slot: int, row: Primitive, k: int, operands: list[Any], ct: Any) -> Any:
        """What an operation on arrays as wholes hands to its k-th argument."""

    def summed(self, ct: Any, slot: int, arg: int) -> Any:
        """A contribution by elements of `slot`, as the argument in the slot `arg` gets it."""


def compiled(
    evaluation: Evaluation, data: Collection[str], output: str, wrt: Sequence[str], *, exact: bool = False
) -> Runner:
    """The program that gives `output` and its derivatives by `wrt`, of inputs `data` that differ from point to point.

    All else has the value that it has in `evaluation`, whose slots must all be numbers. Slopes hold where every value
    is a number; with `exact`, also where one is nan.
    """
    return Runner(*traced(evaluation, data, output, wrt, exact=exact))


def traced(
    evaluation: Evaluation,
    data: Collection[str],
    output: str,
    wrt: Sequence[str],
    *,
    exact: bool = False,
    common: Collection[str] = (),
) -> tuple[Trace, list[TracedOperand]]:
    """The steps of that program, and what it ends with: the output, then its derivatives.

    The inputs `common` are the same at all points.
    """
    steps = Trace(exact=exact, common=common)
    inputs = {name: steps.input(name) for name in data}
    # With the sweep as with the values: the same steps, traced.
    value, adjoints = Pass(evaluation, inputs, TracedLayout()).run(output, wrt)
    return steps, [value, *(0.0 if adjoint is None else adjoint for adjoint in adjoints)]


def run_stacks(
    evaluation: Evaluation, data: Mapping[str, Array], output: str, wrt: Sequence[str], into: Sequence[Array]
) -> None:
    """Write `output` and its derivatives by `wrt` at every point of `data` into arrays of points × shape.

    Of an output that is an array these are Jacobians, points × its shape × that of the node.
    `evaluation` is the graph's at one point, from which come the shapes and what is the same at all points.
    """
    count, size = len(next(iter(data.values()))), points_at_once(data)
    with quiet():
        for begin in range(0, count, size):
            part = slice(begin, begin + size)
            some = {name: points[part] for name, points in data.items()}
            _run_stack(evaluation, some, output, wrt, [target[part] for target in into])


def points_at_once(data: Mapping[str, Array]) -> int:
    """How many points with arrays in them to run at a time: fewer as these get larger."""
    # What a step makes is in the cache for the next one then, and its memory is used again.
    return max(1, min(MOST_POINTS, NUMBERS // sum(prod(points.shape[1:]) for points in data.values())))


def _run_stack(
    evaluation: Evaluation, data: Mapping[str, Array], output: str, wrt: Sequence[str], into: Sequence[Array]
) -> None:
    layout = Stacked(evaluation, len(next(iter(data.values()))))
    slot = evaluation.tape.slot
    places = {name: slot[evaluation.tape.graph.index[name]] for name in (*data, *wrt)}
    inputs = {name: layout.input(points, places[name]) for name, points in data.items()}
    last = slot[evaluation.tape.graph.index[output]]
    # A sweep an element, each from its unit; a number has one element, and no axis for it.
    for index in np.ndindex(*(n or 0 for n in evaluation.shapes[last])):
        place: Any = (slice(None), *index)
        seed = _unit(layout, last, place) if index else None
        value, adjoints = Pass(evaluation, inputs, layout).run(output, wrt, seed)
        # What is the same at all points has no batch axis until here.
        into[0][...] = layout.read(value, last)
        for name, adjoint, target in zip(wrt, adjoints, into[1:], strict=True):
            at = places[name]
            target[place] = 0.0 if adjoint is None else layout.read(layout.full(adjoint, at), at)


def _unit(layout: Stacked, slot: int, place: Any) -> Any:
    """The cotangent of one element of the output, at all points; of the others nothing is asked."""
    units = np.zeros((layout.count, *(n or 0 for n in layout.shapes[slot])))
    units[place] = 1.0
    return only(layout.input(units, slot))


class Pass:
    """A graph's passes at points where `inputs` have these values in the layout, and all else that of `evaluation`.

    An input is one of the graph, by its name, or any slot where these passes begin.
    """

    def __init__(
        self, evaluation: Evaluation, inputs: Mapping[str, Any] | Mapping[int, Any], layout: BatchLayout
    ) -> None:
        self.evaluation, self.tape, self.rows = evaluation, evaluation.tape, evaluation.rows
        self.layout, self.gates = layout, Gates(layout.namespace)
        self._inputs = {self._slot(which): value for which, value in inputs.items()}
        # What leads to these is no part of the passes.
        self._begins = {which for which in inputs if isinstance(which, int)}
        self.values: list[Any] = [None] * len(self.tape.rows)

    def run(self, output: str, wrt: Sequence[str], seed: Any = None) -> tuple[Any, list[Any]]:
        """The output's value, nan where it is not known, and its derivatives by `wrt`, None where no path leads.

        `seed` is the cotangent of the output where that is no number.
        """
        last, wanted = self._slot(output), list(map(self._slot, wrt))
        # Up to the output: what is behind it has no part in it, but the partials on edges stand behind all nodes.
        self.forward(range(len(self.tape.rows) if self.tape.partials else last + 1))
        adjoints = self.backward({last: self.layout.constant(1.0) if seed is None else seed}, wanted)
        return self.layout.constant(np.nan) if self.values[last] is None else self.values[last], adjoints

    def forward(self, slots: Iterable[int]) -> None:
        """Work out the values of these slots, in the order of the tape; what they need is among them."""
        varies = [False] * len(self.tape.rows)
        given = {self.tape.slot[node] for node in self.tape.given}
        for slot in slots:
            row, args = self.rows[slot], self.tape.args[slot]
            # A node that is given is the same at all points, whatever it is computed from.
            varies[slot] = slot in self._inputs or (slot not in given and any(varies[arg] for arg in args))
            if slot in self._inputs:
                self.values[slot] = self._inputs[slot]
            elif varies[slot] and row is not None:
                self.values[slot] = self.layout.apply(slot, row, [self.values[arg] for arg in args])
            elif is_known(self.evaluation.terms[slot]):  # Worked out once; an activation need not be known at all.
                self.values[slot] = self.layout.constant(self.evaluation.terms[slot])

    def backward(self, seeds: Mapping[int, Any], wanted: Sequence[int]) -> list[Any]:
        """The adjoints of the slots `wanted`, None where no path leads, of cotangents by slot."""
        needed = self.tape.downstream(wanted)
        # Of an operation within a node nobody asks for the adjoint, and that of many points is large.
        found = reverse(
            range(max(seeds), -1, -1) if wanted and seeds else (),
            lambda head: self._edges(head, needed),
            seeds,
            multiply=lambda pullback, ct: pullback(ct),
            accumulate=self.gates.add,
            kept=frozenset(wanted),
        )
        return [value_of(found[slot]) if slot in found else None for slot in wanted]

    def _slot(self, which: str | int) -> int:
        return which if isinstance(which, int) else self.tape.slot[self.tape.graph.index[which]]

    def _edges(self, head: int, needed: Sequence[bool]) -> Iterator[tuple[int, Callable[[Any], Any]]]:
        """The tails of a slot's edges that are needed, each with what takes a cotangent there."""
        for node, partial in self.tape.incoming.get(head, ()):
            if needed[self.tape.slot[node]]:
                yield self.tape.slot[node], self._annotated(head, partial, self.tape.slot[node])
        row = self.rows[head]
        if row is None or head in self._begins:
            return
        for k, arg in enumerate(self.tape.args[head]):
            # Towards inputs that nobody derives by, nothing is worked out.
            if needed[arg] and self.tape.literals[arg] is None:
                yield arg, self._pullback(head, row, k)

    def _annotated(self, head: int, partial: int, tail: int) -> Callable[[Any], Any]:
        return lambda ct: self.layout.along(self.values[partial], partial, ct, head, tail)

    def _pullback(self, head: int, row: Primitive, k: int) -> Callable[[Any], Any]:
        args = self.tape.args[head]
        operands = [*(self.values[arg] for arg in args), self.values[head]]
        if not row.partials:  # Without partials it is of arrays as wholes.
            return lambda ct: self.layout.pulled(head, row, k, operands, ct)

        def pullback(ct: Any) -> Any:
            """What the edge hands on of the head's cotangent."""
            literals = tuple([self.tape.literals[arg] for arg in args])
            edge = bound(row, self.layout.namespace).edge(k, given=head in self.evaluation.replaced, literals=literals)
            slope = edge.slope(*self.layout.operands(head, row, operands))
            found = self.gates.along(ct, slope, gated=edge.gated)
            return self.layout.summed(found, head, args[k])

        return pullback


@cache
def bound(row: Primitive, namespace: ModuleType) -> Bound:
    """The row in a namespace, made once."""
    return row.stacked if namespace is stacks else Bound(row, namespace)


class TracedLayout:
    """A number a point, traced; what does not differ between points is a float, a constant of the program."""

    namespace: ModuleType = trace

    def constant(self, value: float) -> TracedOperand:
        """A number that is the same at all points."""
        return value

    def apply(self, slot: int, row: Primitive, args: Sequence[TracedOperand]) -> TracedOperand:  # noqa: ARG002  As of stacks.
        """The value of an operation, traced."""
        return bound(row, trace).evaluate(*args)

    def operands(self, slot: int, row: Primitive, args: Sequence[TracedOperand]) -> list[TracedOperand]:  # noqa: ARG002
        """The operands as they are: numbers go with numbers."""
        return list(args)

    def along(self, partial: TracedOperand, slot: int, ct: Any, head: int, tail: int) -> Any:  # noqa: ARG002  As of stacks.
        """What an edge hands on."""
        return Gates(trace).along(ct, partial, gated=False)

    def pulled(self, slot: int, row: Primitive, *_: Any) -> Any:
        """None: of numbers alone no operation has a pullback."""
        raise AssertionError(slot, row.symbol)  # Of numbers alone there are none.

    def summed(self, ct: Any, *_: int) -> Any:
        """A cotangent as it is, for a number has no axes to be summed over."""
        return ct
