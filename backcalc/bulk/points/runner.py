"""A traced program run on arrays: its steps in order, what each gives in a register until its last use."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from backcalc.bulk.points.trace import CONDITIONS, COUNT, WITH_OUT, Trace, Traced, TracedOperand, array_function
from backcalc.rules import ndarray
from backcalc.rules.functions.arrays import Array

NUMBERS, FEWEST_POINTS, MOST_POINTS = 1 << 17, 1 << 13, 1 << 15  # At a time: a megabyte, where that is enough.
ROW_NUMBERS, FEWEST_ROWS = 3 << 16, 1 << 10  # Where there are vectors, which are read twice, but from end to end.


class Runner:
    """A program that ends with `results`, and with `totals` over all points, to be run at any number of points.

    What a step gives is kept in a register until its last use. The registers are the same memory at each run: what is
    in the cache is used again, and the system is not asked for more.
    """

    def __init__(self, trace: Trace, results: Sequence[TracedOperand], totals: Sequence[TracedOperand] = ()) -> None:
        steps = trace.steps([*results, *totals])
        # What each run begins with: nothing at the places of the steps, and behind these the constants.
        self._begin: list[Any] = [None] * (1 + max((step.place for step in steps), default=0))
        self._results, self._totals = list(map(self._place, results)), list(map(self._place, totals))
        self._inputs = [(step.place, step.args[0]) for step in steps if step.fn == "input"]
        steps = [step for step in steps if step.fn != "input"]
        args = [list(map(self._place, step.args)) for step in steps]
        done = self._last_uses(args)
        self._types: list[type] = [float] * len(results)  # The first registers are the results'.
        targets = self._registers(steps, done)
        # What a step has made without a register is let go after its last use.
        made = {step.place for step, target in zip(steps, targets, strict=True) if target is None}
        self._steps = [
            (array_function(step.fn), _taken(at), step.place, target, [arg for arg in past if arg in made])
            for step, at, past, target in zip(steps, args, done, targets, strict=True)
        ]
        self._memory: list[Array] = []  # Made at the first run, which tells how many points there are.

    def run(self, data: Mapping[str, Any], into: Sequence[Array], count: int | None = None) -> list[Any]:
        """Write the results into `into`: an array each, of as many numbers as there are points; the totals.

        `count` is how many points there are, where no result tells. What all points have in common is a number.
        """
        count = len(into[0]) if count is None else count
        values, registers = self._begin.copy(), [*into, *self._rest(count)]
        for place, name in self._inputs:
            values[place] = count if name == COUNT else data[name]
        with ndarray.quiet():
            for fn, take, place, target, free in self._steps:
                operands = take(values)
                values[place] = fn(*operands) if target is None else fn(*operands, out=registers[target])
                for arg in free:  # Its memory, still in the cache, serves a step that follows.
                    values[arg] = None
        for result, wanted in zip(self._results, into, strict=True):
            if values[result] is not wanted:  # It is a constant, an input, a result given before, or a step's own.
                wanted[...] = values[result]
        return [values[total] for total in self._totals]

    def most_points(self, width: int = 0) -> int:
        """At how many points to run at a time, so that what is made of them stays in the cache from step to step.

        `width` is how many numbers more each point has in vectors.
        """
        numbers, fewest = (ROW_NUMBERS, FEWEST_ROWS) if width else (NUMBERS, FEWEST_POINTS)
        return min(MOST_POINTS, max(fewest, numbers // max(1, len(self._types) + width)))

    def _rest(self, count: int) -> list[Array]:
        """The registers that are no results, for so many points."""
        if not self._memory or len(self._memory[0]) < count:  # A last part that is shorter uses the same memory.
            self._memory = [np.empty(count, kind) for kind in self._types[len(self._results) :]]
        return [register[:count] for register in self._memory]

    def _place(self, operand: TracedOperand) -> int:
        """Where an operand is found while the program runs."""
        if isinstance(operand, Traced):
            return operand.place
        # As an array of no axes: what a float is among arrays NumPy would look up at each step.
        self._begin.append(np.array(operand, np.float64))
        return len(self._begin) - 1

    def _registers(self, steps: Sequence[Traced], done: Sequence[Sequence[int]]) -> list[int | None]:
        """The register that each step writes into; None where it makes an array, or one number for all points."""
        own = {result: register for register, result in enumerate(self._results)}
        free: dict[type, list[int]] = {bool: [], float: []}
        held: dict[int, int] = {}
        targets: list[int | None] = []
        for step, past in zip(steps, done, strict=True):
            # Freed before the step has its own: element by element, it may write where it reads.
            for register in (held.pop(arg) for arg in past if arg in held):
                free[self._types[register]].append(register)
            kind, place = bool if step.fn in CONDITIONS else float, step.place
            # Of most functions that are no ufuncs `out` is not to be had; of a truth that is a result it has no type.
            has_out = step.fn in WITH_OUT or isinstance(array_function(step.fn), np.ufunc)
            if not (step.varies and has_out) or (place in own and kind is bool):
                targets.append(None)
                continue
            if place not in own:
                if not free[kind]:
                    free[kind].append(len(self._types))
                    self._types.append(kind)
                held[place] = free[kind].pop()
            targets.append(own[place] if place in own else held[place])
        return targets

    def _last_uses(self, args: Sequence[Sequence[int]]) -> list[list[int]]:
        """For each step, of these arguments, the places that no later one needs."""
        kept, found = {*self._results, *self._totals}, []
        for each in reversed(args):
            done = set(each) - kept  # Seen from behind, the first to read it is the last.
            kept |= done
            found.append(list(done))
        return found[::-1]


def _taken(places: Sequence[int]) -> Callable[[list[Any]], Sequence[Any]]:
    """What takes the values at these places from all."""
    first, *others = places
    # Of one place alone the getter would give its value, not a sequence of it.
    return itemgetter(first, *others) if others else itemgetter(slice(first, first + 1))
