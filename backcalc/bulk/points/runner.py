"""A traced program run on arrays: its steps in order, what each gives in a register until its last use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeGuard

import numpy as np

from backcalc.bulk.points.trace import CONDITIONS, Trace, Traced, TracedOperand, array_function
from backcalc.rules import ndarray
from backcalc.rules.functions.arrays import Array


class Runner:
    """A program that ends with `results`, to be run at any number of points.

    What a step gives is kept in a register until its last use. The registers are the same memory at each run: what is
    in the cache is used again, and the system is not asked for more.
    """

    def __init__(self, trace: Trace, results: Sequence[TracedOperand]) -> None:
        steps = trace.steps(results)
        self._size = 1 + max((step.place for step in steps), default=0)
        self._results = [_place(result) for result in results]
        self._inputs = [(step.place, step.args[0]) for step in steps if step.fn == "input"]
        steps = [step for step in steps if step.fn != "input"]
        self._steps = [(array_function(s.fn), tuple(map(_place, s.args)), s.place) for s in steps]
        self._done = self._last_uses()
        self._types: list[type] = [float] * len(results)  # The first registers are the results'.
        self._targets = self._registers([bool if step.fn in CONDITIONS else float for step in steps])
        self._memory: list[Array] = []  # Made at the first run, which tells how many points there are.

    def run(self, data: Mapping[str, Array], into: Sequence[Array]) -> None:
        """Write the results into `into`: an array each, of as many numbers as there are points in `data`."""
        values: list[Any] = [None] * self._size
        for place, name in self._inputs:
            values[place] = data[name]
        registers = [*into, *self._rest(len(into[0]))]
        with ndarray.quiet():
            for (fn, args, place), target, done in zip(self._steps, self._targets, self._done, strict=True):
                operands = [values[arg] if type(arg) is int else arg for arg in args]
                values[place] = fn(*operands) if target is None else fn(*operands, out=registers[target])
                for arg in done:  # Its memory, still in the cache, serves a step that follows.
                    values[arg] = None
        for result, wanted in zip(self._results, into, strict=True):
            found = values[result] if _is(result) else result
            if found is not wanted:  # It is a constant, an input, a result given before, or a step's own array.
                wanted[...] = found

    def _rest(self, count: int) -> list[Array]:
        """The registers that are no results, for so many points."""
        if not self._memory or len(self._memory[0]) < count:  # A last part that is shorter uses the same memory.
            self._memory = [np.empty(count, kind) for kind in self._types[len(self._results) :]]
        return [register[:count] for register in self._memory]

    def _registers(self, types: Sequence[type]) -> list[int | None]:
        """The register that each step, whose results are of these types, writes into; None where it makes an array."""
        own = {result: register for register, result in enumerate(self._results) if _is(result)}
        free: dict[type, list[int]] = {bool: [], float: []}
        held: dict[int, int] = {}
        targets: list[int | None] = []
        for (fn, _, place), done, kind in zip(self._steps, self._done, types, strict=True):
            # Freed before the step has its own: element by element, it may write where it reads.
            for register in (held.pop(arg) for arg in done if arg in held):
                free[self._types[register]].append(register)
            # Of a function that is no ufunc, such as `where`, `out` is not to be had; of a truth that is a result it
            # has no type.
            if not isinstance(fn, np.ufunc) or (place in own and kind is bool):
                targets.append(None)
                continue
            if place not in own:
                if not free[kind]:
                    free[kind].append(len(self._types))
                    self._types.append(kind)
                held[place] = free[kind].pop()
            targets.append(own[place] if place in own else held[place])
        return targets

    def _last_uses(self) -> list[list[int]]:
        """For each step the places that no later one needs."""
        kept, found = set(filter(_is, self._results)), []
        for _, args, _ in reversed(self._steps):
            done = {arg for arg in args if _is(arg)} - kept  # Seen from behind, the first to read it is the last.
            kept |= done
            found.append(list(done))
        return found[::-1]


def _place(operand: TracedOperand) -> int | float:
    return operand.place if isinstance(operand, Traced) else float(operand)


def _is(place: Any) -> TypeGuard[int]:
    """Whether this is a place rather than a constant."""
    return type(place) is int
