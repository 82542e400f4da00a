"""A graph made linear at a point: sweeps over its local partials, and the local partials between nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from operator import mul
from typing import TYPE_CHECKING, Any, TypeAlias

from backcalc import progress
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.local_partials import OperationEdges
from backcalc.calculus.pullbacks import Cotangent, LocalPartial, pull, pulled, total_of
from backcalc.calculus.sweep import Settle, reverse
from backcalc.rules.gates import Gated, only, value_of
from backcalc.rules.values import (
    Numeric,
    Terms,
    Value,
    all_known,
    is_formula,
    is_known,
    multiply,
    quietly,
    reshaped,
    settled,
    shape_of,
)

if TYPE_CHECKING:
    from backcalc.calculus.textbook import Textbook

NodeEdge: TypeAlias = "tuple[int, Numeric | None]"
"""A tail, and ∂node/∂tail: a number, or an array that is a Jacobian; None for what is no number."""

AdjointTerm: TypeAlias = "tuple[int | None, Numeric | None, Value | None]"
"""A user of a node, ∂user/∂node and its contribution to the node's adjoint; a seed has no user."""


class Linearization(OperationEdges):
    """What follows of the edges of all operations: sweeps over them, and the edges between nodes."""

    def __init__(self, evaluation: Evaluation, *, textbook: bool = False) -> None:
        super().__init__(evaluation, textbook=textbook)
        self._found_edges: dict[int, list[NodeEdge]] = {}  # By node, as they are asked for.

    @cached_property
    def forms(self) -> Textbook:
        """What gives formulas their shortest form, and knows which nodes they may speak of."""
        from backcalc.calculus.textbook import Textbook  # Where all is known there are no formulas.

        return Textbook(self.evaluation, self.known_shapes)

    def _together(self, slot: int, adjoint: Value | Terms) -> Value | Terms:
        """The terms of an adjoint, in its shape where some are one row for all and others one column."""
        shape = self._shapes[slot]
        if not isinstance(adjoint, Terms) or len(shape) < 2:  # All terms of a vector are vectors, or one number.
            return adjoint
        known = self._pullbacks.known_shapes
        shapes = {shape_of(term) if is_known(term) else known.of(term) for term in adjoint} - {()}
        return Terms(self.full(term, shape) for term in adjoint) if len(shapes) > 1 and shape not in shapes else adjoint

    def sweep(
        self, seeds: Mapping[int, Cotangent], first: int = 0, settle: Settle[Value] | None = None
    ) -> dict[int, Value]:
        """The adjoint of every slot that a seed reaches, down to slot `first`."""
        found = self.cotangents(seeds, first, settle)
        # Without arrays there are no gates.
        return {slot: value_of(each) for slot, each in found.items()} if self.evaluation.has_arrays else found

    def cotangents(
        self, seeds: Mapping[int, Cotangent], first: int = 0, settle: Settle[Value] | None = None
    ) -> dict[int, Any]:
        """The adjoints of a sweep with the gates that they have, for who sweeps on from there."""
        # A slot needs only earlier ones, so falling order is a topological one, whatever the graph.
        order = range(max(seeds, default=-1), first - 1, -1)
        edges = self.slot_edges.__getitem__
        if settle is None and self.evaluation.is_known and not any(map(is_formula, seeds.values())):
            with quietly(self.evaluation.has_arrays):
                if self._is_plain:  # No gates, nothing to pull back: the commonest.
                    numbers: Mapping[int, Any] = seeds
                    return reverse(order, edges, numbers, multiply=mul)
                return reverse(order, edges, seeds, multiply=pulled, accumulate=total_of)

        # Formulas are added up only once a slot has all of its terms: a sum rewritten term by term would be simplified
        # as often as it has terms, and come in the order of the sweep.
        def _complete(slot: int, adjoint: Cotangent | Terms) -> Cotangent:
            if isinstance(adjoint, Gated):
                return Gated(settle(slot, adjoint.value), lambda: adjoint.open) if settle else adjoint
            found = self.forms.form(slot, settled(self._together(slot, adjoint)))
            return settle(slot, found) if settle else found

        with quietly(self.evaluation.has_arrays):
            swept: dict[int, Any] = reverse(order, edges, seeds, multiply=pulled, accumulate=total_of, settle=_complete)
        # Those of the arguments where a sweep ends early have their terms by now, too.
        return {
            slot: self.forms.form(slot, settled(adjoint)) if slot < first else adjoint
            for slot, adjoint in swept.items()
        }

    def by_edges(self, edge: Callable[[LocalPartial], LocalPartial]) -> Linearization:
        """The linearization with `edge` of each local partial in its place."""
        from copy import copy  # A run does without.

        new = copy(self)
        new.slot_edges = [[(arg, edge(partial)) for arg, partial in edges] for edges in self.slot_edges]
        new.__dict__.pop("_is_plain", None)  # Found of other edges.
        return new

    @cached_property
    def _is_plain(self) -> bool:
        """Whether all local partials are numbers, so that cotangents need no looking at."""
        partials = (partial for edges in self.slot_edges for _, partial in edges)
        return not self.evaluation.has_arrays and all(isinstance(partial, float) for partial in partials)

    @cached_property
    def edges(self) -> list[list[NodeEdge]]:
        """For each node its (tail, ∂node/∂tail) pairs, inner operations swept away; None for what is no number."""
        return [self.node_edges(node) for node in progress.through("local partials", range(len(self.tape.slot)))]

    def node_edges(self, node: int) -> list[NodeEdge]:
        """The local partials into one node, where those of all would be too many: of an array they are Jacobians."""
        # Kept: a table, the paths and `--partials` ask for the same edges one after the other.
        if node not in self._found_edges:
            self._found_edges[node] = list(self._node_edges(node))
        return self._found_edges[node]

    def contributions(self, head: int, adjoint: Value | None) -> Iterator[tuple[int, Numeric | None, Value]]:
        """(tail, ∂head/∂tail, contribution) for each edge into the node `head`; a partial that is no number is None."""
        if adjoint is None:  # That of a constant, to which no edge leads.
            return
        slot = self.tape.slot[head]
        if head in self.tape.partials:
            with quietly(self.evaluation.has_arrays):
                carried = [pull(partial, adjoint) for _, partial in self.slot_edges[slot]]
            yield from ((*edge, each) for edge, each in zip(self.edges[head], carried, strict=True))
            return
        # A number's contribution is its partial times the adjoint; an array's is a pullback, which is swept for.
        pulled = self._local(head, adjoint) if self._shapes[slot] or not is_known(adjoint) else {}
        for tail, partial in self.edges[head]:
            at = self.tape.slot[tail]
            if self._shapes[slot]:  # Of a condition nothing depends, and nothing is pulled back to it.
                yield tail, partial, self.full(pulled.get(at, 0.0), self._shapes[at])
                continue
            if partial is None or at in pulled:
                yield tail, partial, self._local(head, adjoint)[at]
            else:
                yield tail, partial, multiply(partial, adjoint)

    def _node_edges(self, node: int) -> Iterator[NodeEdge]:
        slot = self.tape.slot[node]
        if node in self.tape.partials:
            for tail, partial in self._incoming(node):
                yield tail, term if is_known(term := self._terms[partial]) else None
            return
        if self._shapes[slot]:
            yield from self._jacobians(node)
            return
        local = self._local(node, 1.0)  # At the cotangent 1, what reaches an argument is the partial itself.
        for name in self.tape.graph.nodes[node].args:
            at = self.tape.slot[self.tape.graph.index[name]]
            if at in local:  # Not so behind a branch that is not taken.
                full = self.full(local[at], self._shapes[at])
                yield self.tape.graph.index[name], full if is_known(full) else None

    def _local(self, node: int, seed: Cotangent) -> dict[int, Value]:
        """The cotangents of a node's arguments for the cotangent `seed` of the node."""
        slot = self.tape.slot[node]
        # A node's own operations stand side by side, so the sweep ends where they begin.
        return self.sweep({slot: seed}, self.tape.begin[node]) if self.tape.rows[slot] is not None else {}

    def _jacobians(self, node: int) -> Iterator[NodeEdge]:
        """∂node/∂tail of a node that is an array: one pullback an element of the node."""
        from backcalc.calculus.rows import MOST_NUMBERS, MOST_ROWS, elements
        from backcalc.rules.ndarray import units

        graph, slot, shape = self.tape.graph, self.tape.slot, self._shapes[self.tape.slot[node]]
        tails = [graph.index[arg] for arg in graph.nodes[node].args if not graph.node(arg).is_fixed]
        most = max((elements(self._shapes[slot[tail]]) for tail in tails), default=0)
        # A row has the elements of a tail: of a dense layer a million, in each of a thousand rows.
        if None in shape or elements(shape) > MOST_ROWS or elements(shape) * most > MOST_NUMBERS:
            yield from ((tail, None) for tail in tails)
            return
        # Row i is what the i-th element alone pulls back.
        pulled = [self._local(node, only(unit)) for unit in units(shape)]
        for tail in tails:
            rows = [self.full(row.get(slot[tail], 0.0), self._shapes[slot[tail]]) for row in pulled]
            yield tail, reshaped(rows, shape) if all_known(rows) else None
