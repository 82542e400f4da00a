"""Local partials: the graph at a point as a DAG with a number on every edge; how it was written no longer matters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite, isnan, nan

from backcalc.errors import Diagnostic, shorten
from backcalc.primitives import Primitive
from backcalc.sweep import reverse
from backcalc.tape import Tape
from backcalc.unparse import number_text

_FLAT = "0"  # The partial of what is constant between its jumps.
_LOGIC = ("and", "or", "not")


@dataclass(frozen=True)
class Linearization:
    """`edges[i]`: the (tail, ∂node/∂tail) pairs of node i, both as places in the graph; and what was noticed.

    An argument has no edge where the value does not depend on it (the branch of an `if` that is not taken) or only by
    jumps (the argument of a comparison): whatever its own slopes are, nan and inf too, they do not count.
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
        self.node = 0
        self.found: dict[int, Diagnostic] = {}  # What is noticed in a node, by slot.

    def run(self) -> Linearization:
        edges: list[tuple[tuple[int, float], ...]] = []
        warnings: list[Diagnostic] = []
        for node in range(len(self.tape.slot)):
            self.node, self.found = node, {}
            edges.append(tuple(self._edges(node)))
            self._inspect_node(node)
            warnings += [self.found[slot] for slot in sorted(self.found)]
        return Linearization(tuple(edges), tuple(warnings))

    def _edges(self, node: int) -> Iterator[tuple[int, float]]:
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
        """The (argument's slot, slope) pairs of one operation; what is made of literals has none."""
        row = self.tape.rows[slot]
        if row is None:
            return
        out, numbers = self._value(slot), self._numbers(slot)
        exists = _exists(row, numbers, out)
        for i, arg in enumerate(self.tape.args[slot]):
            if self.tape.constant[arg]:
                continue
            if not exists and not row.selects:
                yield arg, nan
            elif row.partials[i] != _FLAT:
                partial = row.slopes[i](*numbers, out)
                if partial != 0 or not row.selects:
                    self._notice_slope(slot, i, partial)
                    yield arg, partial

    def _value(self, slot: int) -> float:
        value = self.values[slot]
        return nan if value is None else value

    def _numbers(self, slot: int) -> list[float]:
        return [self._value(arg) for arg in self.tape.args[slot]]

    # What is worth a warning

    def _inspect_node(self, node: int) -> None:
        """Notice where a function ends, or its slope jumps, among the operations that the node's value comes from."""
        last = self.tape.slot[node]
        if node in self.tape.partials:  # Edges take no slopes of these, so kinks do not matter.
            for root in (last, *(slot for _, slot in self.tape.partials[node])):
                self._inspect(root, kinks=False)
        elif any(map(self._remark, range(self.tape.begin[node], last + 1))):
            self._inspect(last, kinks=True)

    def _inspect(self, root: int, *, kinks: bool) -> None:
        for slot, matters in self._live(root, kinks).items():
            remark = self._remark(slot)
            if remark is not None and (matters or remark[0] != "kink"):
                self._notice(slot, *remark)

    def _live(self, root: int, kinks: bool) -> dict[int, bool]:
        """The node's operations that the value of `root` comes from, and whether a kink there is one of that value."""
        found: dict[int, bool] = {}
        stack = [(root, kinks)]
        while stack:
            slot, matters = stack.pop()
            is_own = self.tape.rows[slot] is not None and self.node_of.get(slot, self.node) == self.node
            if is_own and (slot not in found or matters > found[slot]):
                found[slot] = matters
                stack += [(arg, matters and self._passes_kinks(slot)) for arg in self._deciding(slot)]
        return found

    def _deciding(self, slot: int) -> Iterator[int]:
        """The arguments of an operation, but for what `if`, `and` and `or` do not look at."""
        row, args, numbers = self.tape.rows[slot], self.tape.args[slot], self._numbers(slot)
        assert row is not None
        if row.selects:
            out = self._value(slot)
            slopes = zip(args, row.partials, row.slopes, strict=True)
            yield from (arg for arg, text, slope in slopes if text == _FLAT or slope(*numbers, out) != 0)
        elif row.name in ("and", "or") and bool(numbers[0]) == (row.name == "or"):
            yield args[0]
        else:
            yield from args

    def _passes_kinks(self, slot: int) -> bool:
        """Whether a kink of an argument is one of the operation: not of `abs(x) < 1`, but of `not x < 1`."""
        row = self.tape.rows[slot]
        return row is None or row.name in _LOGIC or any(text != _FLAT for text in row.partials)

    def _remark(self, slot: int) -> tuple[str, str] | None:
        """A code and words for where an operation's function ends or its slope jumps, its arguments being in order."""
        row, out = self.tape.rows[slot], self._value(slot)
        if row is None or (isfinite(out) and row.exists is None and row.bends is None):
            return None
        numbers = self._numbers(slot)
        exists, in_order = _exists(row, numbers, out), all(map(isfinite, numbers))
        if (isnan(out) and not any(map(isnan, numbers))) or (in_order and not (isfinite(out) and exists)):
            return "domain", f"is {number_text(out)}" + ("" if exists else ", outside its domain")
        is_fixed = all(self.tape.constant[arg] for arg in self.tape.args[slot])
        if row.bends is None or is_fixed or not row.bends(*numbers):
            return None
        if not self._passes_kinks(slot):
            return "kink", "is at a jump; its slope is taken as 0"
        slopes = (number_text(slope(*numbers, out)) for slope in row.slopes)
        return "kink", f"is at a kink; the subgradient used is {', '.join(slopes)}"

    def _notice_slope(self, slot: int, place: int, partial: float) -> None:
        """Warn of a slope that is not finite where all else is: of sqrt at 0, or of a negative number's power."""
        numbers = self._numbers(slot)
        if isfinite(partial) or not all(map(isfinite, (self._value(slot), *numbers))):
            return
        tail = self.node_of.get(self.tape.args[slot][place])
        if tail is None or self.tape.graph.nodes[tail].kind != "constant":
            which = f" by its {('first', 'second', 'third')[place]} argument" if len(numbers) > 1 else ""
            self._notice(slot, "slope", f"has the slope {number_text(partial)}{which}")

    def _notice(self, slot: int, code: str, what: str) -> None:
        row = self.tape.rows[slot]
        assert row is not None
        name = shorten(self.tape.graph.nodes[self.node].name)
        message = f"in `{name}`, {_operation(row, [number_text(number) for number in self._numbers(slot)])} {what}"
        self.found.setdefault(slot, Diagnostic(code, message, self.tape.spans[slot]))


def _exists(row: Primitive, numbers: list[float], out: float) -> bool:
    """Whether the function, and so a slope, exists at `numbers`."""
    return not isnan(out) and (row.exists is None or bool(row.exists(*numbers)))


def _operation(row: Primitive, operands: list[str]) -> str:
    """An operation on numbers as one writes it: `log(-1)`, `1/0`."""
    if row.name.isidentifier() or len(operands) != 2:
        return f"{row.name}({', '.join(operands)})"
    left, right = (f"({text})" if text.startswith("-") else text for text in operands)
    return f"{left}{row.name}{right}" if row.name in "*/^" else f"{left} {row.name} {right}"
