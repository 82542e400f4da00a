"""Local partials: what each operation does to a cotangent, at a point. Both forms of input are now the same thing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import isfinite
from typing import TypeAlias

from backcalc import progress
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.pullbacks import Cotangent, LocalPartial, Pullback, Pullbacks, gates, nothing
from backcalc.calculus.warnings import Remarks
from backcalc.graph.shapes import KnownShapes, Shape
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.gates import LocalEdge, value_of
from backcalc.rules.lower import expression, names_in
from backcalc.rules.row import FLAT, Primitive
from backcalc.rules.values import (
    Value,
    all_known,
    is_formula,
    is_known,
    is_lost,
    is_nothing,
    quietly,
    shape_of,
)
from backcalc.text.errors import Diagnostic

Contributing: TypeAlias = "tuple[int, LocalPartial]"
"""An operation's argument, and its local partial."""


class OperationEdges:
    """The edges of every operation of a tape, and what was noticed on the way.

    An argument on which the value does not depend at all (the branch of an `if` that is not taken) has no edge. With
    `textbook`, partials are worked out as a hand does: by the textbook's form, from the result that is there.
    """

    def __init__(self, evaluation: Evaluation, *, textbook: bool = False) -> None:
        self.evaluation, self.tape, self.textbook = evaluation, evaluation.tape, textbook
        self._unchosen: list[int] = []  # Slots with an edge that a choice left closed.
        self.slot_edges: list[Sequence[Contributing]] = [()] * len(self.tape.rows)  # Inputs and literals keep none.
        self.remarks = Remarks(evaluation, self.slot_edges.__getitem__)
        self._terms, self._shapes = evaluation.terms, evaluation.shapes
        self.known_shapes = KnownShapes(evaluation.known_shapes.names)  # Who names adjoints adds theirs.
        self._pullbacks = Pullbacks(evaluation, self.known_shapes)
        with quietly(evaluation.has_arrays):
            for node in progress.through("local partials", range(len(self.tape.slot))):
                self._linearize(node)
        self._close()  # Last, for one infinite slope anywhere decides.
        self.remarks.settle()

    @property
    def warnings(self) -> list[Diagnostic]:
        """What was noticed on the way."""
        return self.remarks.warnings

    def shape(self, name: str) -> Shape:
        """The shape of the node `name`."""
        return self._shapes[self.tape.slot[self.tape.graph.index[name]]]

    def slope(self, slot: int, k: int) -> Value:
        """The local partial of an operation by elements for its k-th argument, a formula where values are missing."""
        row, operands = self.evaluation.rows[slot], self._operands(slot)
        assert row is not None
        if all_known(operands):
            found: Value = self.edge_to(slot, row, k).slope(*operands)
            return found
        return self._slope(slot, row, k, operands)

    def edge_to(self, slot: int, row: Primitive, k: int) -> LocalEdge:
        """The edge to the k-th argument of an operation by elements, where the values of all are known."""
        bound = row.array if self._shapes[slot] else row.scalar
        # A given value is what counts, whatever its formula would give: then the form is to be chosen.
        given = self.remarks.is_given(slot)
        if self.textbook and not given:
            return bound.guarded(bound.form(bound.row.partials[k]), k)  # With the domain's nan, as every form.
        # Of x^2 it need not be asked at every element whether the exponent is 0; a number's power is soon asked.
        args = self.tape.args[slot] if self._shapes[slot] else ()
        return bound.edge(k, given=given, literals=tuple([self.tape.literals[arg] for arg in args]))

    def full(self, value: Value, shape: Shape) -> Value:
        """`value`, which may be one number or formula for all elements of an array, in the array's shape."""
        return self._pullbacks.full(value, shape)

    def _linearize(self, node: int) -> None:
        """The edges of a node's operations, from its own slot to those of its arguments."""
        last = self.tape.slot[node]
        if node in self.tape.partials:
            self.slot_edges[last] = [
                (self.tape.slot[tail], self._pullbacks.of_edge(slot, last)) for tail, slot in self._incoming(node)
            ]
            return
        # What lies behind a branch that is not taken is not reached, or is reached by nothing, and must not warn.
        reached = {last: True}
        for slot in range(last, self.tape.begin[node] - 1, -1):
            row = self.evaluation.rows[slot]
            if row is not None and slot in reached:
                self.slot_edges[slot] = list(self._slopes(node if reached[slot] else None, slot, row))
                for arg, partial in self.slot_edges[slot]:
                    flows = reached[slot] and not (row.selects and not callable(partial) and is_nothing(partial))
                    reached[arg] = reached.get(arg, False) or flows

    def _incoming(self, node: int) -> list[tuple[int, int]]:
        """The (tail, slot of the partial) pairs of a node with edges; nothing is differentiated by a constant."""
        return [pair for pair in self.tape.partials[node] if not self.tape.constant[self.tape.slot[pair[0]]]]

    def _close(self) -> None:
        """Let nothing flow along edges that `max` and `relu` do not choose, where a slope behind may be infinite."""
        # Else a partial of 0 does the same, and the paths along it are there to be seen.
        if self.evaluation.has_arrays:
            for slot in self._unchosen:
                edges = self.slot_edges[slot]
                are_closed = [not callable(partial) and is_nothing(partial) for _, partial in edges]
                self.slot_edges[slot] = [
                    (arg, nothing if is_closed else partial)
                    for (arg, partial), is_closed in zip(edges, are_closed, strict=True)
                ]
            return
        partials = (partial for edges in self.slot_edges for _, partial in edges)
        if self._unchosen and any(is_lost(partial) for partial in partials if not callable(partial)):
            for slot in self._unchosen:
                self.slot_edges[slot] = [e for e in self.slot_edges[slot] if callable(e[1]) or not is_nothing(e[1])]

    def _slopes(self, node: int | None, slot: int, row: Primitive) -> Iterator[Contributing]:
        """The (argument, local partial) pairs of one operation; literals have none. With a node, it may be warned."""
        args = self.tape.args[slot]
        operands = self._operands(slot)
        known = self.evaluation.is_known or all_known(operands)
        is_plain = known and not (self.evaluation.has_arrays and any(self._shapes[each] for each in (slot, *args)))
        for k, arg in enumerate(args):
            if self.tape.constant[arg]:
                continue  # Nobody differentiates by it.
            if not row.partials:  # An operation on arrays as wholes.
                yield arg, self._of_array(slot, row, k, operands, known)
                continue
            if known:
                edge = self.edge_to(slot, row, k)
                partial, gated, shown = edge.slope(*operands), edge.gated, edge.shown
            elif row.partials[k] == FLAT:  # 0 at any value, which no formula shows.
                continue
            else:
                partial, gated, shown = self._slope(slot, row, k, operands), bool(row.selects), True
            if gated and is_nothing(partial) and not shown:
                continue  # A branch that is not taken has no edge.
            if gated and not self._shapes[slot] and is_nothing(partial):
                self._unchosen.append(slot)
            if is_plain and node is not None and not isfinite(partial):
                self.remarks.notice_slope(node, slot, k, partial)
            yield arg, self._pullbacks.by_element(partial, slot, arg, gated) if self._shapes[slot] else partial

    def _of_array(self, slot: int, row: Primitive, k: int, operands: list[Value], known: bool) -> Pullback:
        """The pullback of an operation on arrays as wholes."""
        if row.symbol == INDEX:
            return self._pullbacks.placing(slot, self.tape.args[slot][k])
        if row.symbol in (VECTOR, "concat"):
            return self._pullbacks.taking(slot, k)
        return self._pullback(slot, row, k, operands, known)

    def _slope(self, slot: int, row: Primitive, k: int, operands: list[Value]) -> Value:
        """An elementwise local partial, from the first form whose names are known, else as the textbook's formula."""
        from backcalc.calculus.guards import derived_partials  # Of numbers alone no slope is a formula.
        from backcalc.calculus.substitute import scope_of, spelt_partial, substituted

        scope = scope_of(row, operands)
        columns = (row.stable, row.partials, row.from_output)
        # What loses no digits comes first, but where a hand's own way is to be shown.
        if self.textbook:
            columns = (row.partials, row.from_output, row.stable)
        for column in columns[::-1] if self.remarks.is_given(slot) else columns:
            if column and all(is_known(scope[name]) for name in names_in(column[k]) if name in scope):
                bound = row.array if any(map(shape_of, operands)) else row.scalar
                return spelt_partial(bound.form(column[k])(*operands), column[k], scope)
        # Of a given node the slope comes from its value where it can: step(h), not step(W @ v).
        by_value = self.remarks.is_given(slot) and row.from_output
        texts = by_value or self._written(row, row.partials)
        texts = derived_partials(self.evaluation, slot, row) if row.plain and texts is row.derived else texts
        return substituted(expression(texts[k]), scope)

    def _written(self, row: Primitive, textbook: tuple[str, ...]) -> tuple[str, ...]:
        """The texts of a row that a formula is made of: the textbook's, but where numbers are to follow from it."""
        return (self.evaluation.formulas and not self.textbook and row.derived) or textbook

    def _pullback(self, slot: int, row: Primitive, k: int, operands: list[Value], known: bool) -> Pullback:
        """A row's pullback, in numbers where all that it speaks of is known, as it is where all operands are."""
        from backcalc.calculus.substitute import MOST_OTHERS, scope_of, substituted  # Scalars have no pullbacks.

        # All that does not depend on the cotangent is worked out once, for a pullback may serve many sweeps.
        shape, apply, passed = self._shapes[slot], row.array.pullbacks[k], row.array.passed(k)
        of = self._shapes[self.tape.args[slot][0]]  # What its texts count as `n`, and name `others` of.
        count = row.extent(of)
        scope = scope_of(row, operands)
        known = known or all(is_known(scope[n]) for n in names_in((row.stable or row.pullbacks)[k]) if n in scope)

        def pullback(ct: Cotangent) -> Cotangent:
            """What the argument gets of the value's cotangent: a value where all is known, else a formula."""
            if known and not is_formula(ct):
                found: Cotangent = gates().through(
                    ct,
                    lambda value: apply(*operands, self.full(value, shape), count),
                    lambda gate: passed(operands, self.full(gate, shape), count),
                    selects=row.chooses,
                )
                return found
            # A number that is the cotangent of each row need not be a vector first.
            ct = value_of(ct) if row.is_along else self.full(value_of(ct), shape)
            # The form that has no 0/0 writes out a product for each element, which grows as the square of their number.
            text = row.pullbacks[k] if count > MOST_OTHERS else self._written(row, row.pullbacks)[k]
            return substituted(expression(text), {**scope, "ct": ct, "n": count}, of, self.known_shapes)

        return pullback

    def _operands(self, slot: int) -> list[Value]:
        """What a form of a partial speaks of: the arguments and the result."""
        return [*(self._terms[arg] for arg in self.tape.args[slot]), self._terms[slot]]
