"""A graph of numbers as one program for many points: value and gradient, with nothing in it that they do not need."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from functools import cache
from math import nan
from typing import Any

from backcalc.bulk.points import trace
from backcalc.bulk.points.trace import Operand, Program, Runner
from backcalc.calculus.evaluate import Evaluation
from backcalc.rules.row import Bound, Primitive


def compiled(evaluation: Evaluation, data: Collection[str], output: str, wrt: Sequence[str]) -> Runner:
    """The program that gives `output` and its derivatives by `wrt`, of inputs `data` that differ from point to point.

    All else has the value that it has in `evaluation`, whose slots must all be numbers.
    """
    return Runner(*traced(evaluation, data, output, wrt))


def traced(
    evaluation: Evaluation, data: Collection[str], output: str, wrt: Sequence[str]
) -> tuple[Program, list[Operand]]:
    """The same written down: the program, and what it ends with, the output and then its derivatives."""
    return _Tracing(evaluation, data).run(output, wrt)


@cache
def _bound(row: Primitive) -> Bound:
    return Bound(row, trace)


class _Tracing:
    """The forward pass and the reverse sweep, done once on numbers that write down what becomes of them."""

    def __init__(self, evaluation: Evaluation, data: Collection[str]) -> None:
        self.evaluation, self.tape = evaluation, evaluation.tape
        self.rows, self.program = evaluation.rows, Program()
        self.masks = any(row is not None and row.selects for row in self.rows)
        index = self.tape.graph.index
        self.values: list[Operand] = [None] * len(self.tape.rows)
        for name in data:
            self.values[self.tape.slot[index[name]]] = self.program.input(name)

    def run(self, output: str, wrt: Sequence[str]) -> tuple[Program, list[Operand]]:
        """The program, and what it ends with: the output, then its derivatives."""
        index = self.tape.graph.index
        last, wanted = self.tape.slot[index[output]], [self.tape.slot[index[name]] for name in wrt]
        self._forward()
        adjoints = self._reverse(last, self.tape.downstream(wanted)) if wanted else {}
        return self.program, [self.values[last], *(adjoints.get(slot, 0.0) for slot in wanted)]

    def _forward(self) -> None:
        # What does not differ between points was worked out once, and is a constant of the program.
        given = {self.tape.slot[node] for node in self.tape.given}
        for slot, row in enumerate(self.rows):
            args = [self.values[arg] for arg in self.tape.args[slot]]
            if self.values[slot] is not None:
                continue
            if row is None or slot in given or not any(isinstance(arg, trace.Traced) for arg in args):
                self.values[slot] = self.evaluation.terms[slot]
            else:
                self.values[slot] = _value(row, args)

    def _reverse(self, last: int, needed: Sequence[bool]) -> dict[int, Operand]:
        """The adjoints of the slots that are needed."""
        adjoint: dict[int, Operand] = {last: 1.0}
        for head in range(last, -1, -1):
            if head not in adjoint:
                continue
            for tail, found in self._contributions(head, adjoint[head], needed):
                adjoint[tail] = adjoint[tail] + found if tail in adjoint else found
        return adjoint

    def _contributions(self, head: int, ct: Operand, needed: Sequence[bool]) -> Iterable[tuple[int, Operand]]:
        """What an adjoint gives to the tails of its slot's edges."""
        for node, partial in self.tape.incoming.get(head, ()):
            if needed[self.tape.slot[node]]:
                yield self.tape.slot[node], ct * self.values[partial]
        row, tails = self.rows[head], self.tape.args[head]
        if row is None or not any(needed[tail] for tail in tails):
            return
        args, slopes = [self.values[tail] for tail in tails], self._slopes(head, row)
        exists = _bound(row).exists
        is_there = 1.0 if exists is None else exists(*args)
        for tail, slope in zip(tails, slopes, strict=True):
            # Towards inputs that nobody derives by, nothing is written down.
            if needed[tail] and self.tape.literals[tail] is None:
                found = trace.where(is_there, slope(*args, self.values[head]), nan)
                yield tail, self._masked(row, ct, found) if self.masks else ct * found

    def _slopes(self, slot: int, row: Primitive) -> tuple[Any, ...]:
        """The partials of a row; of a given value those that take the value itself, as a run at one point does."""
        if slot not in self.evaluation.replaced:
            return _bound(row).slopes
        return Bound(replace(row, stable=(), partials=row.from_output or row.partials), trace).slopes

    def _masked(self, row: Primitive, ct: Operand, slope: Operand) -> Operand:
        """The contribution; what an untaken branch gets is nothing, whatever its slope is."""
        found = ct * slope
        if row.selects:
            found = trace.where(trace.equal(slope, 0.0), 0.0, found)
        return trace.where(trace.equal(ct, 0.0), 0.0, found)


def _value(row: Primitive, args: Sequence[Operand]) -> Operand:
    """A row's value; of sigmoid as `trace` has it."""
    return trace.sigmoid(*args) if row.name == "sigmoid" else _bound(row).evaluate(*args)
