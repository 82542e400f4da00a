"""An array graph written out as operations: what `Tape` is for a graph of objects.

Slots come in this order: those of the nodes, a node's operations right before its own; then the numbers in the text,
the constants, and the operations that compute partials of edges.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from backcalc.bulk.arrays.sorting import Flags, Indices
from backcalc.bulk.graph.columns import Template
from backcalc.bulk.graph.evaluate import Operations
from backcalc.bulk.graph.model import ArrayGraph
from backcalc.rules.against import HELD_AGAINST, against
from backcalc.rules.functions.arrays import Array
from backcalc.rules.row import Primitive

MOST_ARGS = 3


class ArrayTape:
    """The slots of an array graph.

    slot  the slot of each node's value
    size  the number of slots
    rows  the rows of the table that its operations are
    """

    def __init__(self, graph: ArrayGraph) -> None:
        self.graph = graph
        sizes = np.ones(len(graph), np.int32)  # An input has a slot of its own, and no operation.
        for template in graph.templates:
            if not template.is_edge:
                sizes[graph.rank[template.ends[0]]] = len(template.operations)
        # A running sum is the place of each node's last slot, its own, behind its operations.
        ends = np.cumsum(sizes, dtype=np.int32)
        self.slot, self._begin = ends - 1, ends - sizes
        self.size = int(sizes.sum())
        self.rows: list[Primitive] = []
        self._row_numbers: dict[Primitive, int] = {}
        self._written: list[tuple[Indices, int, list[Indices]]] = []  # Slots, their row, and their arguments.
        self._literals: list[tuple[Indices, Array]] = []
        self._partials, self._computed = self._annotations()

    @property
    def tails(self) -> Indices:
        """The slots that annotated edges come from."""
        return self._slots_of(self.graph.tails)

    @property
    def heads(self) -> Indices:
        """The slots that annotated edges go to."""
        return self._slots_of(self.graph.heads)

    def _slots_of(self, nodes: Indices) -> Indices:
        return np.asarray(self.slot[nodes]) if self.rows else nodes  # Where nothing is computed, nodes are the slots.

    def partials(self, values: Array) -> Array:
        """The partial on each annotated edge, those that are computed from `values`, which has all slots."""
        is_computed = self._computed >= 0
        # -1 reads the last slot where nothing is computed: a number that `where` leaves out.
        return np.where(is_computed, values[self._computed], self._partials) if len(is_computed) else self._partials

    def _annotations(self) -> tuple[Array, Indices]:
        """The partial on each annotated edge, and where some are computed the slots that do so; -1 for the others."""
        partials: list[Array] = []
        computed: list[Indices] = []
        for template in self.graph.templates:
            numbers = template.partials
            slots = self._write(template) if numbers is None else np.full(len(numbers), -1, np.int32)
            if template.is_edge:
                # Zeros only keep the place: `partials` puts in what is computed.
                partials.append(np.zeros(len(slots)) if numbers is None else numbers)
                computed.append(slots)
            template.release()  # At once: held until the end, all templates would be a second copy of the file.
        in_order = self.graph.in_order(partials, np.float64)
        has_computed = any((slots >= 0).any() for slots in computed)
        return in_order, self.graph.in_order(computed, np.int32) if has_computed else np.zeros(0, np.int32)

    @cached_property
    def values(self) -> Array:
        """For each slot the number that the text has for it, else nan."""
        found = np.full(self.size, np.nan)
        for slots, numbers in self._literals:
            found[slots] = numbers
        return found

    @cached_property
    def operations(self) -> Operations:
        """What computes the slots."""
        # The narrowest types that hold them: these arrays are the largest that a program needs.
        ops, args = np.full(self.size, -1, np.int16), np.full((self.size, MOST_ARGS), -1, np.int32)
        constant = self._constant()
        for slots, row, arguments in self._written:
            ops[slots] = row
            for k, argument in enumerate(arguments):
                args[slots, k] = argument
            if self.rows[row].symbol in HELD_AGAINST:
                self._hold_against(constant, slots, self.rows[row], arguments, ops)
        return Operations(self.rows, ops, args, constant)

    def _hold_against(
        self, constant: Flags, slots: Indices, row: Primitive, arguments: list[Indices], ops: Indices
    ) -> None:
        """Put into `ops` the rows of `max` and `min` on the lines where an argument is a constant."""
        # Of one form a line may have a node where another has a number or pi, so each is looked at by itself.
        first, second = (constant[argument] for argument in arguments)
        for which, is_first in ((first & ~second, True), (second & ~first, False)):
            found = against(row, (is_first, not is_first))
            if which.any() and found is not None:
                ops[slots[which]] = self._row(found)

    def _constant(self) -> Flags:
        """Which slots are made of numbers alone; a node's own slot never is, for it has an adjoint."""
        # So that an argument which is a node is never taken for a number.
        found, is_node = np.zeros(self.size, np.bool_), np.zeros(self.size, np.bool_)
        is_node[self.slot] = True
        for slots, _ in self._literals:
            found[slots] = True
        for slots, _, arguments in self._written:  # Those of a line come in order.
            found[slots] = np.logical_and.reduce([~is_node[slots], *(found[argument] for argument in arguments)])
        return found

    def _write(self, template: Template) -> Indices:
        """The slots of the value on each line of `template`, whose operations are noted."""
        count = len(template.starts)
        leaves: dict[tuple[str, float], Indices] = {}
        leaves |= {("name", i): self._of_names(read) for i, read in enumerate(template.reads)}
        leaves |= {("number", i): self._new(numbers) for i, numbers in enumerate(template.numbers)}
        steps = len(template.operations)
        is_own = not template.is_edge  # A node's operations stand before its slot, those of a partial behind all nodes.
        begin = self._begin[self.graph.rank[template.ends[0]]] if is_own else self._new_slots(count * steps)[::steps]
        for j, operation in enumerate(template.operations):
            for what in operation.args:
                if what[0] == "literal" and what not in leaves:
                    # One slot for all lines of the form.
                    leaves[what] = np.broadcast_to(self._new(np.array([what[1]])), count)
            arguments = [leaves[what] for what in operation.args]
            self._written.append((begin + j, self._row(operation.row), arguments))
            leaves["op", j] = begin + j
        return begin + steps - 1

    def _of_names(self, ids: Indices) -> Indices:
        """The slots of names: of their nodes, or of constants such as pi."""
        # Constants have negative ranks, so they read a wrong slot first and are put right below.
        rank = self.graph.rank[ids]
        found = self.slot[
            np.maximum(rank, 0)
        ]  # A constant's place is negative, and may be so by more than there are nodes.
        for place, slot in self._constants.items():
            found[rank == place] = slot
        return found

    @cached_property
    def _constants(self) -> dict[int, int]:
        return {place: int(self._new(np.array([value]))[0]) for place, value in self.graph.constants.items()}

    def _row(self, row: Primitive) -> int:
        if row not in self._row_numbers:
            self._row_numbers[row] = len(self.rows)
            self.rows.append(row)  # A row, not its symbol: against a constant `max` is another one.
        return self._row_numbers[row]

    def _new(self, numbers: Array) -> Indices:
        """New slots that hold `numbers`."""
        slots = self._new_slots(len(numbers))
        self._literals.append((slots, numbers))
        return slots

    def _new_slots(self, count: int) -> Indices:
        self.size += count
        return np.arange(self.size - count, self.size)
