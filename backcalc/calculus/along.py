"""Forward mode in a direction: the change of every node when some nodes change so much, Σ ∂node/∂x · Δx.

Of arrays no Jacobian is made: an operation that is linear in an argument makes of a change what it makes of a value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite
from typing import Any, TypeAlias

from backcalc.calculus.constant import apply
from backcalc.calculus.jacobians import Engine
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.pullbacks import Cotangent
from backcalc.calculus.rows import elements
from backcalc.calculus.sweep import Edges, forward
from backcalc.calculus.tangents import by_reverse, every_tangent, require_few_sweeps
from backcalc.graph.shapes import Shape
from backcalc.language.expr import INDEX, VECTOR, Expr, Folded
from backcalc.rules.gates import Gated, only, value_of
from backcalc.rules.lower import names_in
from backcalc.rules.row import Primitive
from backcalc.rules.simplify import make
from backcalc.rules.tidy import Spelling
from backcalc.rules.values import Numeric, Value, add, is_known, literal, multiply, ones, quietly, reshaped, shape_of

LONG = 4_096
"""Elements of a node from which on a sweep for each of them takes longer than all else."""

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
        seeds: dict[int, Value] = {slot[node]: change for node, change in moved.items()}
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
        from backcalc.rules.ndarray import contract

        found: Value = contract(slope, change, 0)  # 0: a change has no axes of directions behind its own.
        return found
    if not rank:
        return multiply(slope, change)
    if of_rank:  # The rows of a Jacobian, or a formula for them.
        return make("@", slope, literal(change))
    # Of matrices there is no dot, and `*` goes by elements.
    return make("dot", slope, literal(change)) if rank == 1 else make("sum", make("*", slope, literal(change)))


class _Pushes:
    """What each operation makes of the changes of its arguments, all values being known."""

    def __init__(self, linear: Linearization) -> None:
        self.linear, self.tape = linear, linear.tape
        self.rows, self.terms, self.shapes = linear.evaluation.rows, linear.evaluation.terms, linear.evaluation.shapes

    def run(self, seeds: Mapping[int, Any]) -> dict[int, Any]:
        """The change of every slot that one of `seeds` reaches."""
        found = dict(seeds)
        with quietly(True):
            for slot in range(len(self.terms)):
                for change in self._terms(slot, found):
                    found[slot] = found[slot] + change if slot in found else change
        return found

    def _terms(self, slot: int, found: Mapping[int, Any]) -> Iterator[Any]:
        """What comes along each edge into a slot."""
        row = self.rows[slot]
        for node, partial in self.tape.incoming.get(slot, ()):
            if (tail := self.tape.slot[node]) in found:
                yield self._along_edge(partial, self.linear.full(found[tail], self.shapes[tail]))
        if row is None or self.tape.constant[slot]:
            return
        # What has no edge, the branch that is not taken, must hand nothing on.
        edges = dict.fromkeys(arg for arg, _ in self.linear.slot_edges[slot])
        for k, arg in enumerate(self.tape.args[slot]):
            if arg in edges and arg in found:
                change = self.linear.full(found[arg], self.shapes[arg])
                yield self._pushed(slot, row, k, change)

    def _along_edge(self, partial: int, change: Any) -> Any:
        """The Jacobian that stands on an edge, head × tail, times the change of the tail."""
        slope = self.terms[partial]
        return slope @ change if shape_of(slope) and shape_of(change) else slope * change

    def _pushed(self, slot: int, row: Primitive, k: int, change: Any) -> Numeric:
        """What an operation makes of the change of its k-th argument alone."""
        if row.partials:
            found: Numeric = self._by_element(slot, row, k, change)
            return found
        args = [self.terms[arg] for arg in self.tape.args[slot]]
        indices = self.tape.indices.get(slot, ())
        if row.symbol in (VECTOR, "concat"):
            # Only one item moves: the values of the others would be taken for changes.
            nothing = [0.0 * ones(shape_of(arg)) for arg in args]
            return apply(row, [*nothing[:k], change, *nothing[k + 1 :]], indices)
        if row.symbol == INDEX:
            return apply(row, [change], indices)
        # A slope that speaks neither of its argument nor of the value is that of what is linear in it.
        if not {row.params[k], "out"}.intersection(names_in(row.pullbacks[k])):
            return apply(row, [*args[:k], change, *args[k + 1 :]], indices)
        return self._by_rows(slot, k, change)

    def _by_element(self, slot: int, row: Primitive, k: int, change: Any) -> Any:
        """The slope at each element times its change; where nothing flows, nothing, whatever the change."""
        operands = [*(self.terms[arg] for arg in self.tape.args[slot]), self.terms[slot]]
        edge = self.linear.edge_to(slot, row, k)
        slope = edge.slope(*operands)
        if not edge.gated:
            return slope * change
        from backcalc.rules.ndarray import masked

        return masked(slope, change)

    def _by_rows(self, slot: int, k: int, change: Any) -> Numeric:
        """The Jacobian's rows, each what a unit cotangent pulls back, times the change: one for a number."""
        # Of arrays as wholes each argument has an edge, but for constants.
        places = [place for place, arg in enumerate(self.tape.args[slot]) if not self.tape.constant[arg]]
        pulled = self.linear.slot_edges[slot][places.index(k)][1]
        assert callable(pulled)  # Of arrays as wholes no edge is a number.
        shape = self.shapes[slot]
        if not shape:
            # The gradient, whose product with a change is one number.
            return self._product(slot, k, pulled(only(1.0)), change)
        from backcalc.rules.ndarray import units

        return reshaped([self._product(slot, k, pulled(only(unit)), change) for unit in units(shape)], shape)

    def _product(self, slot: int, k: int, row: Cotangent, change: Any) -> float:
        shape = self.shapes[self.tape.args[slot][k]]
        full: Any = self.linear.full(value_of(row), shape)
        found = float((full * change).sum()) if shape_of(change) else float(full * change)
        if isfinite(found) or not isinstance(row, Gated):
            return found
        from backcalc.rules.ndarray import masked

        # Of what the value is not made of no change counts, an infinite one neither.
        return float((full * masked(self.linear.full(row.open, shape) != 0, change)).sum())
