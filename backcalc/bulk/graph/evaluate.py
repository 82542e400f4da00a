"""A program of a million operations on numbers as arrays: values by level, local partials by primitive, then a plan.

It says the same as `evaluate` and `linearize` do a slot at a time, but for the last digits: NumPy's functions and those
of `math` may differ by a few units in the last place. What is worth a warning is only told to be there; who meets that
goes the plain way, which has the words for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import NamedTuple

import numpy as np

from backcalc.bulk.arrays.sorting import Flags, Indices, stable_order
from backcalc.bulk.graph.sweep import SweepPlan, stretches
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Primitive

FEW_SLOTS = 16  # Fewer of one level and primitive are computed faster one by one.


class LocalPartials(NamedTuple):
    """What the edges of a program's `plan` are at a point.

    partials       ∂head/∂tail an edge
    taken          which edges there are at all: none leads to a constant, or to a branch that `if` does not take
    remarkable     the slots of which the plain way might have a warning to give; it may also have none
    """

    plan: SweepPlan
    partials: Array
    taken: Flags
    remarkable: Indices

    @property
    def edges(self) -> tuple[Indices, Indices, Array]:
        """The tails, heads and local partials of the edges that there are."""
        return self.plan.tails[self.taken], self.plan.heads[self.taken], self.partials[self.taken]

    def reverse(self, seed: int) -> Array:
        """∂seed/∂slot for every slot."""
        return self.plan.reverse(self.partials, seed, self.taken)

    def forward(self, seed: int) -> Array:
        """∂slot/∂seed for every slot."""
        return self.plan.forward(self.partials, seed, self.taken)


class Operations:
    """Slots that hold a given number, or `rows[ops[i]]` of the slots `args[i]`, in any order.

    `ops` is -1 for a slot that is given. `args` has three columns, with -1 behind the last argument. `constant` tells
    which slots are made of literals alone, as `Tape.constant` does. All rows are elementwise. What needs the order of
    the slots raises ValueError where `plan` has a cycle.
    """

    def __init__(self, rows: Sequence[Primitive], ops: Indices, args: Indices, constant: Flags) -> None:
        self.rows, self.ops, self.args, self.constant = rows, ops, args, constant

    @cached_property
    def plan(self) -> SweepPlan:
        """The sweeps over the program: an edge from each argument to its operation, in the order of `args`."""
        is_arg = self.args >= 0
        heads = np.repeat(np.arange(len(self.ops), dtype=np.int32), np.count_nonzero(is_arg, axis=1))
        # A mask reads the table row by row, so the edges of a slot stand side by side: `_first_edge` counts on that.
        return SweepPlan(len(self.ops), self.args[is_arg], heads)

    def evaluate(self, given: Array) -> Array:
        """The value of every slot; of `given` only the slots without an operation are read."""
        values = np.array(given, np.float64)  # A copy, for slots of operations are written to.
        with quiet():
            for begin, end, is_wide in self._stretches:
                step = self._evaluate_at_once if is_wide else self._evaluate_one_by_one
                step(self._slots[begin:end], values)
        return values

    def linearize(self, values: Array) -> LocalPartials:
        """The local partials at the values of all slots."""
        # Nobody asks for the slope at a constant.
        partials, taken = np.empty(len(self.plan.tails)), ~self.constant[self.plan.tails]
        chosen = np.ones(len(taken), np.bool_)
        with quiet():
            found = [slots[self._linearize(slots, values, partials, taken, chosen)] for slots in self._by_row]
        # As at one point: where all slopes are finite, an edge of 0 does the same, and is there to be seen.
        if not chosen.all() and not np.isfinite(partials[taken]).all():
            taken &= chosen
        # Warnings are found by testing all at once; which they are only the plain way can say.
        found.append(self.plan.heads[taken & ~np.isfinite(partials)])
        found.append(self._slots[~np.isfinite(values[self._slots])])
        return LocalPartials(self.plan, partials, taken, np.unique(np.concatenate(found)))

    def _linearize(self, slots: Indices, values: Array, partials: Array, taken: Flags, chosen: Flags) -> Flags:
        """Write the partials of the slots of one row; which of these are at a kink or outside its domain."""
        row, args, out = self._row(slots), self._operands(slots, values), values.take(slots)
        exists = ~np.isnan(out)
        if row.array.exists is not None:
            exists &= np.asarray(row.array.exists(*args)) != 0
        for k in range(len(row.params)):
            edges, edge = self._first_edge.take(slots) + k, row.array.edge(k)
            partials[edges] = edge.slope(*args, out)
            if edge.gated:
                # One that is shown goes only where a slope is infinite, in `linearize`.
                (chosen if edge.shown else taken)[edges] &= partials.take(edges) != 0
        return np.asarray(~exists | self._are_at_kinks(row, slots, args))

    def _are_at_kinks(self, row: Primitive, slots: Indices, args: list[Array]) -> Flags:
        if row.array.bends is None:
            return np.zeros(len(slots), np.bool_)
        # At a constant a kink is no matter of the point: no slope is asked for there.
        varies = ~self.constant[self.args[slots, : len(args)]].all(axis=1)
        return np.asarray(varies & (np.asarray(row.array.bends(*args)) != 0))

    def _row(self, slots: Indices) -> Primitive:
        """The row that serves `slots`, which have the same."""
        return self.rows[int(self.ops[slots[0]])]

    def _operands(self, slots: Indices, values: Array) -> list[Array]:
        return [values.take(self.args[slots, k]) for k in range(len(self._row(slots).params))]

    def _evaluate_at_once(self, slots: Indices, values: Array) -> None:
        values[slots] = self._row(slots).array.evaluate(*self._operands(slots, values))

    def _evaluate_one_by_one(self, slots: Indices, values: Array) -> None:
        # A memoryview gives and takes Python's floats, which is faster than to index an array.
        cells, functions = values.data, [row.scalar.evaluate for row in self.rows]
        first, second, third = self.args[slots].T.tolist()
        for slot, op, x, y, z in zip(slots.tolist(), self.ops[slots].tolist(), first, second, third, strict=True):
            if y < 0:
                cells[slot] = functions[op](cells[x])
            elif z < 0:
                cells[slot] = functions[op](cells[x], cells[y])
            else:
                cells[slot] = functions[op](cells[x], cells[y], cells[z])

    @cached_property
    def _slots(self) -> Indices:
        """The slots of operations by level, in a level by primitive."""
        # A stable sort by level keeps the order by row inside each level.
        slots = np.concatenate(self._by_row) if self._by_row else np.zeros(0, np.intp)
        return np.asarray(slots[stable_order(self.plan.sound_levels[slots])])

    @cached_property
    def _stretches(self) -> list[tuple[int, int, bool]]:
        # A stretch is of one level and one primitive, so one call of its function serves it.
        level, op = self.plan.levels[self._slots], self.ops[self._slots]
        begins = np.flatnonzero((level[1:] != level[:-1]) | (op[1:] != op[:-1])) + 1
        return list(stretches(np.diff(begins, prepend=0, append=len(op)), FEW_SLOTS))

    @cached_property
    def _by_row(self) -> list[Indices]:
        """The slots of each row, in their own order, in which neighbours share what they read."""
        slots = np.flatnonzero(self.ops >= 0)
        slots = slots[stable_order(self.ops[slots])]
        parts = np.split(slots, np.flatnonzero(np.diff(self.ops[slots])) + 1)
        return [part for part in parts if part.size]

    @cached_property
    def _first_edge(self) -> Indices:
        """The edge of each slot's first argument."""
        sizes = np.count_nonzero(self.args >= 0, axis=1)
        return np.asarray(np.cumsum(sizes) - sizes)
