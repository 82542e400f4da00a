"""Forward mode in a direction: the change of every node when some nodes change so much, Σ ∂node/∂x · Δx.

Of arrays no Jacobian is made: an operation that is linear in an argument makes of a change what it makes of a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import reduce
from math import isfinite
from operator import mul
from typing import Any, TypeAlias

from backcalc.calculus.constant import apply
from backcalc.calculus.jacobians import Engine
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.pullbacks import Cotangent, any_open, gates
from backcalc.calculus.rows import elements
from backcalc.calculus.sweep import Edges, forward
from backcalc.calculus.tangents import by_reverse, every_tangent, require_few_sweeps
from backcalc.graph.shapes import Shape
from backcalc.language.expr import INDEX, VECTOR, Expr, Folded
from backcalc.rules.gates import Gated, only, value_of
from backcalc.rules.lower import names_in
from backcalc.rules.row import Primitive
from backcalc.rules.shapes import APART
from backcalc.rules.simplify import make
from backcalc.rules.tidy import Spelling
from backcalc.rules.values import (
    Numeric,
    Value,
    add,
    is_known,
    is_nothing,
    literal,
    multiply,
    ones,
    quietly,
    reshaped,
    shape_of,
)

LONG = 4_096
"""Elements of a node from which on a sweep for each of them takes longer than all else."""

_TAKING = (VECTOR, INDEX, "concat")  # What puts elements elsewhere.

Displacements: TypeAlias = "Mapping[int, Numeric]"
"""The change of each node that moves by itself, by its place in the graph."""


def by_input(linear: Linearization, wrt: int, engine: Engine | None, inputs: int) -> list[Value | None]:
    """∂node/∂wrt for every node, as `every_tangent` has it; by a number, of long nodes, the change along it."""
    evaluation = linear.evaluation
    longest = max((elements(evaluation.shapes[slot]) for slot in linear.tape.slot), default=0)
    # By a number there is one direction. A sweep for each element would take the square of their number of steps.
    if longest >= LONG and evaluation.is_known and not evaluation.shapes[linear.tape.slot[wrt]]:
        return changes(linear, {wrt: 1.0})
    return every_tangent(linear, wrt, engine, inputs)


def changes(linear: Linearization, moved: Displacements) -> list[Value | None]:
    """The change of every node for those of `moved`: a number, an array of its shape, or a formula.

    None for what no formula here can be. Raises UsageError where formulas take too many sweeps.
    """
    slot, evaluation = linear.tape.slot, linear.evaluation
    # Of arrays only pullbacks have formulas, so each node takes reverse sweeps.
    if not evaluation.is_known and evaluation.has_arrays:
        require_few_sweeps(linear, len(moved), "along")
        return [_by_formulas(linear, node, moved) for node in range(len(slot))]
    if evaluation.has_arrays:
        found = _Pushes(linear).run({slot[node]: change for node, change in moved.items()})
    else:
        # A change of 0 is none: what does not move hands nothing on, whatever the slope there.
        seeds: dict[int, Value] = {slot[node]: change for node, change in moved.items() if change}
        # A slot needs only earlier ones, so rising order is a topological one.
        order = range(len(evaluation.terms))
        edges: Edges[Any] = linear.slot_edges.__getitem__  # Numbers and formulas: pullbacks are of arrays.
        found = forward(order, edges, seeds, multiply=multiply, accumulate=add)
    tidied: Folded[Expr] = Folded()
    return [_read(linear, found.get(at, 0.0), evaluation.shapes[at], tidied) for at in slot]


def _read(linear: Linearization, value: Value, shape: Shape, tidied: Folded[Expr]) -> Value:
    """A change as it is shown, in the shape of its node."""
    if not is_known(value):
        return linear.evaluation.written(value, tidied, _spelling(linear))
    full = linear.full(value, shape)
    return full if shape_of(full) or not is_known(full) else float(full)


def _spelling(linear: Linearization) -> Spelling:
    """How the file writes functions; numbers are decimals, as directions are."""
    return Spelling(linear.evaluation.spelling.names)


def _by_formulas(linear: Linearization, node: int, moved: Displacements) -> Value | None:
    """The change of a node where values are missing: its derivative times each change."""
    shape = linear.evaluation.shapes[linear.tape.slot[node]]
    # Zeros of its shape to begin with: what nothing moves is no formula.
    total: Value = 0.0 * ones(shape)
    for wrt, change in moved.items():
        if is_nothing(change):
            continue
        slope = by_reverse(linear, node, wrt)
        if slope is None:
            return None
        total = add(total, _applied(slope, change, len(shape_of(change)), len(shape)))
    return total if is_known(total) else linear.evaluation.written(total, None, _spelling(linear))


def _applied(slope: Value, change: Numeric, rank: int, of_rank: int) -> Value:
    """∂node/∂x · Δx, summed over the elements of x, which has this rank; the node has `of_rank`."""
    if is_known(slope):
        if not rank:
            return slope * change
        from backcalc.rules.ndarray import masked

        # The axes of x are the last ones; of its elements that do not move none counts.
        found: Value = masked(change, slope).sum(tuple(range(-rank, 0)))
        return found
    if not rank:
        return multiply(slope, change)
    if of_rank:  # The rows of a Jacobian, or a formula for them.
        return make("@", slope, literal(change))
    # Of matrices there is no dot, and `*` goes by elements.
    return make("dot", slope, literal(change)) if rank == 1 else make("sum", make("*", slope, literal(change)))


class _Pushes:
    """What each operation makes of the changes of its arguments, all values being known.

    A change has a gate, as cotangents have: of an element that does not move nothing comes, whatever the slope there.
    """

    def __init__(self, linear: Linearization) -> None:
        self.linear, self.tape = linear, linear.tape
        self.rows, self.terms, self.shapes = linear.evaluation.rows, linear.evaluation.terms, linear.evaluation.shapes

    def run(self, seeds: Mapping[int, Any]) -> dict[int, Any]:
        """The change of every slot that one of `seeds` reaches."""
        found: dict[int, Any] = {slot: only(change) for slot, change in seeds.items()}
        with quietly(True):
            for slot in range(len(self.terms)):
                for change in self._terms(slot, found):
                    found[slot] = gates().add(found[slot], change) if slot in found else change
        return {slot: value_of(change) for slot, change in found.items()}

    def _terms(self, slot: int, found: Mapping[int, Any]) -> Iterator[Any]:
        """What comes along each edge into a slot."""
        row = self.rows[slot]
        for node, partial in self.tape.incoming.get(slot, ()):
            if (tail := self.tape.slot[node]) in found:
                yield self._along_edge(partial, tail, found[tail])
        if row is None or self.tape.constant[slot]:
            return
        # What has no edge, the branch that is not taken, must hand nothing on.
        edges = dict.fromkeys(arg for arg, _ in self.linear.slot_edges[slot])
        for k, arg in enumerate(self.tape.args[slot]):
            if arg in edges and arg in found:
                yield self._pushed(slot, row, k, found[arg])

    def _full(self, value: Any, slot: int) -> Any:
        return self.linear.full(value, self.shapes[slot])

    def _along_edge(self, partial: int, tail: int, change: Any) -> Any:
        """The Jacobian that stands on an edge, head × tail, times the change of the tail."""
        slope = self.terms[partial]
        if not shape_of(slope) or not self.shapes[tail]:
            return gates().along(change, slope, gated=False)
        return gates().through(change, lambda value: slope @ self._full(value, tail), any_open)

    def _pushed(self, slot: int, row: Primitive, k: int, change: Any) -> Any:
        """What an operation makes of the change of its k-th argument alone."""
        args = self.tape.args[slot]
        if row.partials:
            edge = self.linear.edge_to(slot, row, k)
            slope = edge.slope(*(self.terms[arg] for arg in args), self.terms[slot])
            return gates().along(change, slope, gated=edge.gated)
        # A slope that speaks neither of its argument nor of the value is that of what is linear in it.
        if row.symbol not in _TAKING and {row.params[k], "out"}.intersection(names_in(row.pullbacks[k])):
            return self._by_rows(slot, k, change)

        def _made(value: Any, fill: Callable[[Any], Any]) -> Any:
            others = [fill(self.terms[arg]) for arg in args]
            moved = [*others[:k], self._full(value, args[k]), *others[k + 1 :]]
            return apply(row, moved, self.tape.indices.get(slot, ()))

        if row.symbol in _TAKING:
            # Only one item moves: the values of the others would be taken for changes.
            return gates().through(change, *[lambda value: _made(value, lambda term: 0.0 * ones(shape_of(term)))] * 2)
        is_apart = row.shape in APART or len(args) == 1
        # Without the values of the others, which may be 0 or infinite: of these only the places count.
        return gates().through(
            change,
            lambda value: _made(value, lambda term: term),
            lambda gate: _made(1.0 * (gate != 0), lambda term: ones(shape_of(term))) if is_apart else any_open(gate),
        )

    def _by_rows(self, slot: int, k: int, change: Any) -> Any:
        """The Jacobian's rows, each what a unit cotangent pulls back, times the change: one for a number."""
        from backcalc.rules.ndarray import masked, units

        shape, arg = self.shapes[slot], self.tape.args[slot][k]
        # Of arrays as wholes each argument has an edge, but for constants.
        places = [place for place, each in enumerate(self.tape.args[slot]) if not self.tape.constant[each]]
        pulled = self.linear.slot_edges[slot][places.index(k)][1]
        assert callable(pulled)  # Of arrays as wholes no edge is a number.
        moved = self._full(value_of(change), arg)

        def _open(row: Cotangent) -> Any:
            """Which elements of the argument count in a row: those that it is made of, and that move."""
            parts = [1.0 * (self._full(each.open, arg) != 0) for each in (row, change) if isinstance(each, Gated)]
            return reduce(mul, parts, 1.0)

        def _product(row: Cotangent) -> float:
            terms = self._full(value_of(row), arg) * moved
            found = float(terms.sum() if shape_of(terms) else terms)
            return found if isfinite(found) else float(masked(_open(row), terms).sum())

        def _of_each(fn: Callable[[Cotangent], float]) -> Numeric:
            # One row at a time; of a number the gradient, whose product with a change is one number.
            found = [fn(pulled(only(unit))) for unit in (units(shape) if shape else [1.0])]
            return reshaped(found, shape) if shape else found[0]

        return gates().gated(_of_each(_product), lambda: _of_each(lambda row: any_open(_open(row))))
