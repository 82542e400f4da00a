"""The end of a graph from where on all is one number a point: a traced program behind the stacks that lead there.

A unit of one weight vector is a product with BLAS and then ten operations on numbers; by stacks these take most of the
time, each for a chunk of points an array of its own and a round through the sweep.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np

from backcalc.bulk.points.passes import MOST_POINTS, Pass, TracedLayout
from backcalc.bulk.points.runner import Runner
from backcalc.bulk.points.trace import Trace
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.functions.arrays import Array


class Tail:
    """The `slots` of an evaluation as a program of those where it `begins`, for derivatives by the slots `asked`."""

    def __init__(self, evaluation: Evaluation, slots: set[int], begins: Sequence[int], asked: Sequence[int]) -> None:
        tape, last = evaluation.tape, max(slots)
        self.begins, self._args = begins, tape.args
        trace = Trace()
        passes = Pass(evaluation, {slot: trace.input(str(slot)) for slot in begins}, TracedLayout())
        # With what its operations need: beside the slots where it begins, constants.
        passes.forward(sorted({*slots, *(arg for slot in slots for arg in tape.args[slot])}))
        # Towards data alone nothing is worked out.
        leads = tape.downstream(asked)
        self._wanted = [slot for slot in begins if leads[slot]]
        self._memory = [np.empty(0)]
        adjoints = passes.backward({last: 1.0}, self._wanted)
        self._runner = Runner(trace, [passes.values[last], *(0.0 if each is None else each for each in adjoints)])

    @cached_property
    def before(self) -> Sequence[int]:
        """The slots that those where it begins need, themselves among them, in order."""
        found = set(self.begins)
        for slot in range(max(found), -1, -1):
            found.update(self._args[slot] if slot in found else ())
        return sorted(found)

    def run(self, values: Mapping[int, Array], count: int) -> tuple[Array, dict[int, Array]]:
        """The output at so many points, and its derivatives by the slots that lead to what is asked for.

        A value has an entry a point, or one for all. What is returned holds until the next run.
        """
        if len(self._memory[0]) < count:  # Kept from run to run, as registers are.
            self._memory = [np.empty(count) for _ in (None, *self._wanted)]
        into = [each[:count] for each in self._memory]
        for begin in range(0, count, MOST_POINTS):  # As many as stay in the cache from step to step.
            part = slice(begin, begin + MOST_POINTS)
            some = {str(slot): value[part] if len(value) == count else value for slot, value in values.items()}
            self._runner.run(some, [each[part] for each in into])
        return into[0], dict(zip(self._wanted, into[1:], strict=True))


def tail_of(evaluation: Evaluation, is_moved: Sequence[bool], asked: Sequence[int], last: int) -> Tail | None:
    """The tail that ends with the slot `last`, by the slots `asked`; None where that is no operation on numbers alone.

    `is_moved` is whether a slot differs between points or between runs.
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
    return Tail(evaluation, slots, begins, asked) if slots else None
