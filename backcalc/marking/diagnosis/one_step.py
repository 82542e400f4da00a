"""Why an answer to a large graph is wrong: the mistakes of its last step, of which the steps further off are left out.

The run is an excerpt: the node asked for with its users, whose adjoints are those of the whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backcalc.calculus.run import Run
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.in_sweep import Changes, SumTerm
from backcalc.marking.diagnosis.mistakes import ANSWER, VALUE
from backcalc.marking.diagnosis.suspects import Suspect


class StepChanges(Changes):
    """The changes in the one step to ∂output/∂node: in the sum there, and in the operations of the node's users."""

    def __init__(self, run: Run, node: int) -> None:
        self.run, self.linear, self.tape = run, run.linear, run.linear.tape
        self.adjoints, self.seeds, self.node = run.adjoints, run.seeds, node
        name = run.graph.nodes[node].name
        self.users = [i for i, user in enumerate(run.graph.nodes) if name in user.args]
        self.terms = [[] for _ in run.graph.nodes]
        self.terms[node] = list(self._sum())
        self.cotangents = {}
        for user in self.users:
            self.cotangents |= self._within(user)

    def _sum(self) -> Iterator[SumTerm]:
        """The terms of the adjoint, as a whole run has them."""
        if self.node in self.seeds:
            yield None, None, self.seeds[self.node]
        for user in self.users:
            if self._is_handed_on(user):
                terms = self.linear.contributions(user, self.adjoints[user])
                yield from ((user, partial, term) for tail, partial, term in terms if tail == self.node)

    def _is_handed_on(self, user: int) -> bool:
        """Whether something comes back through a user: behind the output nothing does."""
        return user in self.run.leading

    def _within(self, user: int) -> dict[int, Any]:
        """The cotangents of the operations of one user's formula."""
        if not self._is_handed_on(user):
            return {}
        # A sweep of its own: the adjoint that is given is complete, and takes nothing from another user's sweep.
        swept = self.linear.sweep({self.tape.slot[user]: self.adjoints[user]})
        return {slot: ct for slot, ct in swept.items() if self.tape.owner[slot] == user}

    def _slopes(self, slot: int, last: int) -> dict[int, Any]:
        """∂slot/∂this one, of the slots above it of which the excerpt has all ways that lead there."""
        found = super()._slopes(slot, last)
        # To a later node there may be ways through what was left out.
        open_ended = {self.tape.slot[i] for i in range(self.node + 1, len(self.run.graph.nodes))}
        for head in range(slot + 1, last + 1):
            if not open_ended.isdisjoint(self.tape.args[head]):
                open_ended.add(head)
        return {at: slope for at, slope in found.items() if at not in open_ended}


class StepDiagnoser(Diagnoser):
    """The suspects of one value or derivative, as far as they are made in the step that gives it."""

    def __init__(self, run: Run, node: str) -> None:
        super().__init__(run, lambda _of: run.adjoints, lambda _of: run.seeds)
        self._node = run.graph.index[node]

    def changes(self, of: str) -> StepChanges:
        """What mistakes in the step change."""
        if of not in self._changes:
            self._changes[of] = StepChanges(self.run, self._node)
        found = self._changes[of]
        assert isinstance(found, StepChanges)
        return found

    def _of_derivative(self, of: str, wrt: int) -> Iterator[Suspect]:
        changes = self.changes(of)
        for change, value in changes.effects(wrt, {wrt, *changes.users}):
            yield change.suspect(value, int(change.node != wrt))
        # Another node's number is no suspect: of so many nodes one has it by chance.
        yield from self._written_instead(ANSWER, wrt, {"t": self.run.adjoints[wrt]}, {})

    def _of_value(self, node: int) -> Iterator[Suspect]:
        slot = self.run.linear.tape.slot[node]
        for done in self._redone:
            if done.slot is not None and self.run.linear.tape.owner[done.slot] == node:
                yield self._by_value(done.linear.evaluation.terms[slot], done, {node: 0})
        known = {"t": self.run.values[node], "a": self.run.adjoints[node]}
        yield from self._written_instead(VALUE, node, known, {})
