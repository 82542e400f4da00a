"""The steps of a graph of numbers one by one: each value from its arguments, each derivative from those of the users.

A step is a function of the numbers that somebody has for its neighbours, with one thing wrong or nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from math import nan
from typing import NamedTuple

from backcalc.calculus.run import Run
from backcalc.rules.row import Primitive

WrongSlopes = Mapping[tuple[int, int], str]
"""The texts that stand in place of some local partials, by slot and argument: `-` turns the sign, `@7` is the slope of
the same function at node 7, `=7` the value of that node."""

TURNED, AT, VALUE_OF = "-", "@", "="
NO_WRONG: WrongSlopes = {}
MOST_KNOWN = 200_000  # Numbers that are kept of steps: some 50 MB.


class Contribution(NamedTuple):
    """One user's part in a derivative: ∂user/∂node, the user's own derivative and value; no user for a seed."""

    user: int | None
    partial: float
    ct: float
    value: float


class Steps:
    """The steps of a run in which everything is a number."""

    def __init__(self, run: Run) -> None:
        self.run, self.tape = run, run.linear.tape
        self.rows = run.linear.evaluation.rows
        self._inner: dict[int, tuple[int, ...]] = {}
        self._known: dict[tuple[float, ...], tuple[float, object]] = {}

    @cached_property
    def _args(self) -> list[list[int]]:
        """The nodes that each node's formula is made of."""
        index = self.run.graph.index
        return [[index[arg] for arg in node.args] for node in self.run.graph.nodes]

    @cached_property
    def users(self) -> list[list[int]]:
        """The users of each node, in the order of the graph."""
        found: list[list[int]] = [[] for _ in self.run.graph.nodes]
        for i, node in enumerate(self.run.graph.nodes):
            for arg in dict.fromkeys(node.args):  # A node that is used twice by one formula has one user there.
                found[self.run.graph.index[arg]].append(i)
        return found

    @cached_property
    def is_worked_out(self) -> list[bool]:
        """Whether the value of each node is what a formula gives: nobody has worked out what is stated."""
        evaluation, slots = self.run.linear.evaluation, self.tape.slot
        return [
            self.rows[slot] is not None and slot not in evaluation.replaced and bool(self.run.graph.nodes[i].args)
            for i, slot in enumerate(slots)
        ]

    def inner(self, root: int) -> tuple[int, ...]:
        """The slots between the nodes that an operation is made of and its own, in the order of the tape."""
        if root not in self._inner:
            found, stack = {root}, [root]
            while stack:
                for arg in self.tape.args[stack.pop()]:
                    # Leaves, given or constant, are no operations.
                    if arg not in found and arg not in self.tape.node_of and self.tape.args[arg]:
                        found.add(arg)
                        stack.append(arg)
            self._inner[root] = tuple(sorted(found))
        return self._inner[root]

    def value(self, node: int, values: Sequence[float], rows: Mapping[int, Primitive] | None = None) -> float:
        """The value of a node from those of its arguments, some operations served by other rows."""
        # A class writes the same few numbers again and again, so most steps have been gone through.
        key = (node, -1, id(rows), *map(values.__getitem__, self._args[node]))
        if key not in self._known:
            slot = self.tape.slot[node]
            self._keep(key, self._worked(slot, values, rows or {})[slot], rows)
        return self._known[key][0]

    def partial(self, user: int, node: int, values: Sequence[float], wrong: WrongSlopes = NO_WRONG) -> float:
        """∂user/∂node at these values, some local partials replaced; of stated edges their sum."""
        if user in self.tape.partials:
            # An edge given twice counts twice.
            edges = [slot for tail, slot in self.tape.partials[user] if tail == node]
            return sum((self._stated(slot, values) for slot in edges), start=0.0)
        key = (user, node, id(wrong), values[user], *map(values.__getitem__, self._args[user]))
        if key not in self._known:
            self._keep(key, self._slope_to(user, node, values, wrong), wrong)
        return self._known[key][0]

    def _keep(self, key: tuple[float, ...], number: float, what: object) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[key] = number, what  # With what was wrong, whose identity is in the key.

    def _slope_to(self, user: int, node: int, values: Sequence[float], wrong: WrongSlopes) -> float:
        root, target = self.tape.slot[user], self.tape.slot[node]
        terms = self._worked(root, values, {})
        terms[root] = values[user]  # Who writes y(1 − y) takes the y that stands on the sheet.
        cotangents = {root: 1.0}
        for slot in reversed(self.inner(root)):
            ct = cotangents.get(slot, 0.0)
            for k, arg in enumerate(self.tape.args[slot]):
                if not self.tape.constant[arg]:
                    part = ct * self._slope(slot, k, terms, wrong.get((slot, k), ""), values)
                    cotangents[arg] = cotangents[arg] + part if arg in cotangents else part
        return cotangents.get(target, 0.0)

    def terms(
        self, of: int, node: int, values: Sequence[float], adjoints: Sequence[float], wrong: WrongSlopes = NO_WRONG
    ) -> list[Contribution]:
        """The terms of ∂of/∂node, in the order of the users."""
        if node == of:
            return [Contribution(None, 1.0, 1.0, 1.0)]
        return [
            Contribution(user, self.partial(user, node, values, wrong), adjoints[user], values[user])
            for user in self.users[node]
            if user <= of  # Later nodes do not lead to `of`.
        ]

    def _stated(self, slot: int, values: Sequence[float]) -> float:
        """The local partial that a file states on an edge, at these values."""
        if slot in self.tape.node_of:
            return values[self.tape.node_of[slot]]
        literal = self.tape.literals[slot]
        return literal if literal is not None else self._worked(slot, values, {})[slot]

    def _worked(self, root: int, values: Sequence[float], rows: Mapping[int, Primitive]) -> dict[int, float]:
        """The value of each slot that an operation is made of."""
        terms: dict[int, float] = {}
        for slot in self.inner(root):
            row = rows.get(slot) or self.rows[slot]
            for arg in self.tape.args[slot]:
                if arg not in terms:
                    terms[arg] = self._leaf(arg, values)
            args = [terms[arg] for arg in self.tape.args[slot]]
            terms[slot] = row.scalar.evaluate(*args) if row is not None else nan
        return terms

    def _leaf(self, slot: int, values: Sequence[float]) -> float:
        if slot in self.tape.node_of:
            return values[self.tape.node_of[slot]]
        literal = self.tape.literals[slot]
        return nan if literal is None else literal

    def _slope(self, slot: int, k: int, terms: Mapping[int, float], wrong: str, values: Sequence[float]) -> float:
        """A local partial as the textbook has it, or by the text that stands in its place."""
        row = self.rows[slot]
        assert row is not None  # A slot with arguments has one.
        if wrong[:1] == VALUE_OF:
            return values[int(wrong[1:])]
        at = slot
        if wrong[:1] == AT:
            node = int(wrong[1:])
            at, terms = self.tape.slot[node], self._worked(self.tape.slot[node], values, {})
            terms[at] = values[node]  # Here too the y of the sheet.
        operands = [*(terms[arg] for arg in self.tape.args[at]), terms[at]]
        if wrong and wrong != TURNED and wrong[0] != AT:
            return row.scalar.form(wrong)(*operands)  # type: ignore[no-any-return]
        slope = row.scalar.form(row.partials[k])(*operands)
        return -slope if wrong == TURNED else slope  # type: ignore[no-any-return]
