"""The end of a graph from where on all is one number a point: a traced program behind the stacks that lead there.

A unit of one weight vector is a product with BLAS and then ten operations on numbers; by stacks these take most of the
time, each for a chunk of points an array of its own and a round through the sweep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from itertools import chain
from typing import Any

import numpy as np

from backcalc.bulk.points.passes import Pass, TracedLayout
from backcalc.bulk.points.runner import Runner
from backcalc.bulk.points.sums import rows_by, total
from backcalc.bulk.points.trace import Trace
from backcalc.calculus.evaluate import Evaluation


class Tail:
    """The `slots` of an evaluation as a program of those where it `begins`, for derivatives by the slots `asked`.

    The slots for which `varies` is false are the same at all points. `products` are those where it begins that are a
    vector of each point times a common one, as their slots: the program has them made, some points at a time, while
    the vectors are in the cache for the slopes by the common one.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        slots: set[int],
        begins: Sequence[int],
        products: Mapping[int, tuple[int, int]],
        asked: Sequence[int],
        varies: Sequence[bool],
    ) -> None:
        tape, last = evaluation.tape, max(slots)
        self.begins = sorted({*begins, *chain.from_iterable(products.values())} - {*products})
        self._varies = varies
        self._args, self._program = tape.args, Trace(common=[str(slot) for slot in self.begins if not varies[slot]])
        inputs = {slot: self._program.input(str(slot)) for slot in self.begins}
        made = {slot: rows_by(inputs[rows], inputs[by]) for slot, (rows, by) in products.items()}
        passes = Pass(evaluation, {**inputs, **made}, TracedLayout())
        # With what its operations need: beside the slots where it begins, constants.
        passes.forward(sorted({*slots, *(arg for slot in slots for arg in tape.args[slot])}))
        # Towards data alone nothing is worked out.
        leads = tape.downstream(asked)
        wanted = [slot for slot in begins if leads[slot]]
        adjoints = zip(wanted, passes.backward({last: 1.0}, wanted), strict=True)
        slopes = {slot: 0.0 if found is None else found for slot, found in adjoints}
        # Where the stacks go on, each point needs its own; else their sum is all that is asked for.
        self._own = [slot for slot in slopes if varies[slot] and slot not in products]
        totals = [(slot, found) for slot, found in slopes.items() if not varies[slot]]
        totals += [(by, slopes[slot] * inputs[rows]) for slot, (rows, by) in products.items() if slot in slopes]
        self._summed = [slot for slot, _ in totals]
        sums = [total(each, self._program) for each in (passes.values[last], *(found for _, found in totals))]
        self._runner = Runner(self._program, [slopes[slot] for slot in self._own], sums)
        self._wide = sum(evaluation.shapes[rows][0] or 0 for rows, _ in products.values())
        self._memory = [np.empty(0) for _ in self._own]

    @cached_property
    def before(self) -> Sequence[int]:
        """The slots that those where it begins need, themselves among them, in order."""
        found = set(self.begins)
        for slot in range(max(found), -1, -1):
            found.update(self._args[slot] if slot in found else ())
        return sorted(found)

    def run(self, values: Mapping[int, Any], count: int) -> tuple[float, dict[int, Any]]:
        """The output's sum over so many points, and its derivatives by the slots that lead to what is asked for.

        Of what differs between points a value has an entry a point, and so has the derivative by it; of what all have
        in common it is one number or vector, and the derivative the sum of those of all. It holds until the next run.
        """
        if self._memory and len(self._memory[0]) < count:  # Kept from run to run, as registers are.
            self._memory = [np.empty(count) for _ in self._own]
        into, size = [each[:count] for each in self._memory], self._runner.most_points(self._wide)
        sums: list[Any] = [0.0] * (1 + len(self._summed))
        for begin in range(0, count, size):
            part = slice(begin, min(begin + size, count))
            some = {str(slot): found[part] if self._varies[slot] else found for slot, found in values.items()}
            found = self._runner.run(some, [each[part] for each in into], part.stop - begin)
            sums = [total + each for total, each in zip(sums, found, strict=True)]
        slopes = dict(zip(self._own, into, strict=True))
        # A vector may be a factor of several products.
        for slot, each in zip(self._summed, sums[1:], strict=True):
            slopes[slot] = slopes[slot] + each if slot in slopes else each
        return sums[0], slopes


def tail_of(
    evaluation: Evaluation, is_moved: Sequence[bool], varies: Sequence[bool], asked: Sequence[int], last: int
) -> Tail | None:
    """The tail that ends with the slot `last`, by the slots `asked`; None where that is no operation on numbers alone.

    `is_moved` is whether a slot differs between points or between runs, `varies` whether between points.
    """
    tape, shapes = evaluation.tape, evaluation.shapes
    # Where values or edges stand beside the formulas, what is needed is not told by the arguments alone.
    if tape.given or tape.incoming:
        return None

    def _is_of_numbers(slot: int) -> bool:
        row = evaluation.rows[slot]
        return row is not None and bool(row.partials) and not any(map(shapes.__getitem__, (slot, *tape.args[slot])))

    # What the tail reads, and what those before it read.
    slots, begins, read, before = set[int](), list[int](), {last}, set[int]()
    # From behind: the users of a slot have all been looked at before it.
    for slot in filter(is_moved.__getitem__, range(last, -1, -1)):
        if slot in read and slot not in before and _is_of_numbers(slot):
            slots.add(slot)
            read.update(tape.args[slot])
        elif slot in read or slot in before:
            begins += [slot] if slot in read else []
            before.update(tape.args[slot])
    leads = tape.downstream(asked)

    def _factors(slot: int) -> tuple[int, int] | None:
        """Of a product of two vectors the one of each point, towards which nothing is asked, and the common one."""
        row, pair = evaluation.rows[slot], tape.args[slot]
        if slot in before or row is None or row.symbol not in ("dot", "@") or {len(shapes[arg]) for arg in pair} != {1}:
            return None
        rows, by = sorted(pair, key=lambda arg: not varies[arg])
        return (rows, by) if varies[rows] and not leads[rows] and not varies[by] else None

    products = {slot: pair for slot in begins if (pair := _factors(slot))}
    return Tail(evaluation, slots, begins, products, asked, varies) if slots else None
