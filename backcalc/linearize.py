"""Local partials: the graph at a point as a DAG with a number on every edge, whose form the graph was written in no longer matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, isnan, nan

from backcalc.errors import Diagnostic, shorten
from backcalc.primitives import Primitive
from backcalc.sweep import reverse
from backcalc.tape import Tape
from backcalc.unparse import number_text


@dataclass(frozen=True)
class Linearization:
    """`edges[i]`: the (tail, ∂node/∂tail) pairs of node i, both as places in the graph; with what was noticed on the way.

    An argument on which the value does not depend at all (the branch of an `if` that is not taken) has no edge.
    """

    edges: tuple[tuple[tuple[int, float], ...], ...]
    warnings: tuple[Diagnostic, ...]


def linearize(tape: Tape, values: list[float | None]) -> Linearization:
    """The local partials of every node of the tape's graph, from the values of its slots."""
    return _Linearizer(tape, values).run()


class _Linearizer:
    """Each node's operations swept back with seed 1, from its own slot to the slots of its arguments."""

    def __init__(self, tape: Tape, values: list[float | None]) -> None:
        self.tape, self.values = tape, values
        self.node_of = {slot: i for i, slot in enumerate(tape.slot)}
        self.warnings: list[Diagnostic] = []
        self.node = 0

    def run(self) -> Linearization:
        edges = tuple(tuple(self._edges(i)) for i in range(len(self.tape.slot)))
        return Linearization(edges, tuple(self.warnings))

    def _edges(self, node: int) -> Iterator[tuple[int, float]]:
        self.node = node
        if node in self.tape.partials:
            for tail, slot in self.tape.partials[node]:
                yield tail, self._value(slot)
            return
        last = self.tape.slot[node]
        operations = range(last, self.tape.begin[node] - 1, -1)
        local = reverse(operations, self._slopes, {last: 1.0}) if self.tape.rows[last] is not None else {}
        for slot, partial in local.items():
            if slot in self.node_of and slot != last:
                yield self.node_of[slot], partial

    def _slopes(self, slot: int) -> Iterator[tuple[int, float]]:
        """The (argument's slot, slope) pairs of one operation; literals have none."""
        row = self.tape.rows[slot]
        if row is None:
            return
        args, out = self.tape.args[slot], self._value(slot)
        numbers = [self._value(arg) for arg in args]
        exists = not isnan(out) and (row.exists is None or bool(row.exists(*numbers)))
        self._notice(slot, row, numbers, out, exists)
        for arg, slope in zip(args, row.slopes, strict=True):
            if self.tape.literals[arg] is None:
                partial = slope(*numbers, out) if exists or row.selects else nan
                if partial != 0 or not row.selects:
                    yield arg, partial

    def _value(self, slot: int) -> float:
        value = self.values[slot]
        return nan if value is None else value

    def _notice(self, slot: int, row: Primitive, numbers: list[float], out: float, exists: bool) -> None:
        """Warn where the function ends or its slope jumps, unless its arguments were out of order already."""
        ends = (isnan(out) and not any(map(isnan, numbers))) or (not isfinite(out) and all(map(isfinite, numbers)))
        if ends or (not exists and all(map(isfinite, numbers))):
            self._warn(slot, "domain", f"is {number_text(out)}" + ("" if exists else ", outside its domain"))
        elif (
            row.bends is not None
            and row.bends(*numbers)
            and any(self.tape.literals[a] is None for a in self.tape.args[slot])
        ):
            slopes = (number_text(slope(*numbers, out)) for slope in row.slopes)
            self._warn(slot, "kink", f"is at a kink; the subgradient used is {', '.join(slopes)}")

    def _warn(self, slot: int, code: str, what: str) -> None:
        row = self.tape.rows[slot]
        assert row is not None
        operands = [number_text(self._value(arg)) for arg in self.tape.args[slot]]
        name = shorten(self.tape.graph.nodes[self.node].name)
        message = f"in `{name}`, {_operation(row, operands)} {what}"
        self.warnings.append(Diagnostic(code, message, self.tape.spans[slot]))


def _operation(row: Primitive, operands: list[str]) -> str:
    """An operation on numbers as one writes it: `log(-1)`, `1/0`."""
    if row.name.isidentifier() or len(operands) != 2:
        return f"{row.name}({', '.join(operands)})"
    left, right = (f"({text})" if text.startswith("-") else text for text in operands)
    return f"{left}{row.name}{right}" if row.name in "*/^" else f"{left} {row.name} {right}"
