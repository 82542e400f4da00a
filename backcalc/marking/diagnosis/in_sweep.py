"""What each mistake would have given: one change to the sweep or to a rule, at one place, for every derivative.

A change of one term, sum or partial adds `delta` to the cotangent of one slot, and all else is linear in that: the
derivative with respect to x is off by delta · ∂slot/∂x. So the mistakes of a whole sweep take no sweep of their own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cached_property
from math import isfinite, prod
from typing import Any, NamedTuple

from backcalc.calculus.pullbacks import pull
from backcalc.calculus.run import Run
from backcalc.calculus.sweep import forward
from backcalc.marking.diagnosis.counted import rows_of
from backcalc.marking.diagnosis.look_alikes import namesakes, nodes_alike
from backcalc.marking.diagnosis.mistakes import FACTOR, PASSED, SEVERAL, SLOPE, STEP, SUM, TERM, Mistake, rows_at
from backcalc.marking.diagnosis.quadratic import wrong_forms
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.rules.lower import names_in
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Primitive
from backcalc.rules.values import all_known, is_known, key_of, ones, quietly, shape_of

# What the texts of these rows speak of.
_SUM = Primitive(SUM, ("a", "v", "product"), "", PRIMITIVES)
_TERM = Primitive(TERM, ("c", "p", "ct", "y", "a"), "", PRIMITIVES)
_STEP = Primitive(STEP, ("c", "ct"), "", PRIMITIVES)
_SEVERAL = Primitive(SEVERAL, ("a", "t"), "", PRIMITIVES)
_PASSED = Primitive(PASSED, ("c", "t"), "", PRIMITIVES)
NOTHING: Mapping[int, Any] = {}

SumTerm = tuple[int | None, Any, Any]
"""A user, or None for a seed; the local partial of the user; the contribution."""


class Change(NamedTuple):
    """One mistake at one place: what it adds to the cotangent of a slot.

    `node` is where it was made; `user` whose term is changed, or `operation` whose local partial, by its slot; `others`
    are further nodes that it is about.
    """

    mistake: Mistake
    slot: int
    delta: Any
    node: int
    user: int | None = None
    operation: int | None = None
    others: tuple[int, ...] = ()

    def suspect(self, value: Any, distance: int = 0) -> Suspect:
        """The change as what led to `value`, so many edges from the answer."""
        return Suspect(value, self.mistake, self.node, self.user, self.operation, distance, self.others)


class Changes:
    """The changes that mistakes make to the derivatives of one output, whose adjoints by node are given."""

    def __init__(self, run: Run, seeds: Mapping[int, Any], adjoints: Sequence[Any]) -> None:
        self.run, self.linear, self.adjoints, self.seeds = run, run.linear, adjoints, seeds
        self.tape = run.linear.tape
        # Terms as those of the run, but by these adjoints, which may be a sheet's own.
        self.terms: list[list[SumTerm]] = run._replace(seeds=dict(seeds), adjoints=adjoints).contributions()
        self.cotangents = self.linear.sweep({self.tape.slot[node]: seed for node, seed in seeds.items()})

    def row(self, slot: int) -> Primitive | None:
        """What was worked out at a slot; None where the edges there are stated, whatever its value is made of."""
        return None if slot in self.tape.incoming else self.linear.evaluation.rows[slot]

    @cached_property
    def changes(self) -> list[Change]:
        """Every change that makes a difference; of those that make the same, the lightest."""
        return self.changes_at(range(len(self.terms)))

    def changes_at(self, nodes: Collection[int]) -> list[Change]:
        """What the changes made at some nodes add to every derivative."""
        same: dict[Any, list[Change]] = {}
        with quietly(self.linear.evaluation.has_arrays):
            for change in self._all(nodes):
                # The outer product that stands in place of an inner one has another shape: nobody can add it up.
                if shape_of(change.delta) not in ((), self.linear.evaluation.shapes[change.slot]):
                    continue
                rivals = same.setdefault((change.slot, key_of(change.delta, 12)), [])
                # A heavier explanation of the same number never wins, and of equals each may be the one.
                if rivals and change.mistake.weight < rivals[0].mistake.weight:
                    rivals.clear()
                if not rivals or change.mistake.weight == rivals[0].mistake.weight:
                    rivals.append(change)
        return [change for rivals in same.values() for change in rivals]

    def _all(self, nodes: Collection[int]) -> Iterator[Change]:
        for node in nodes:
            adjoint = self.adjoints[node]
            # Of what is unknown nothing can be off, nor of a constant, even as the output: it has no adjoint.
            if self.terms[node] and adjoint is not None and is_known(adjoint):
                yield from filter(_matters, self._sums(node))
                yield from filter(_matters, self._terms(node))
                yield from filter(_matters, self._several(node))
                yield from filter(_matters, self._passed(node))
        # By slots: the operations within a formula hand on cotangents of their own.
        for slot, ct in self.cotangents.items():
            owner = self.tape.owner[slot]
            if owner is not None and owner in nodes and is_known(ct):
                yield from filter(_matters, self._steps(slot, owner))
                yield from filter(_matters, self._rules(slot, owner))
                yield from filter(_matters, self._slopes_elsewhere(slot, owner))
                yield from filter(_matters, self._other_factors(slot, owner))

    def _sums(self, node: int) -> Iterator[Change]:
        """The changes to a node's adjoint."""
        # Of one term alone the product is the sum, and no mistake.
        terms, adjoint = [c for _, _, c in self.terms[node]], self.adjoints[node]
        value = self.run.values[node]
        known = {"a": adjoint, "v": value}
        if len(terms) > 1 and all_known(terms):
            known["product"] = prod(terms[1:], start=terms[0])
        users = [user for user, _, _ in self.terms[node]]
        for mistake in rows_at(SUM):
            if mistake.change == "1" and not any(user in self.seeds for user in users):
                continue  # The chain begins where the output is used.
            new = changed(_SUM, mistake.change, known)
            yield Change(mistake, self.tape.slot[node], _difference(new, adjoint), node)

    def _terms(self, node: int) -> Iterator[Change]:
        """The changes to the contributions of a node's users."""
        for user, partial, term in self.terms[node]:
            if user is None or not is_known(term):
                continue
            value, ct = self.run.values[user], self.adjoints[user]
            known = {"c": term, "p": self._slope(user, node, partial), "ct": ct, "y": value, "a": self.adjoints[node]}
            is_alone = len(self.terms[node]) == 1
            for mistake in rows_at(TERM):
                # One term alone is not left out among others; and without its local partial it is the seed left out.
                is_other = mistake.kind == "missing-term" or (user in self.seeds and mistake.change == "ct")
                if is_alone and is_other:
                    continue
                new = changed(_TERM, mistake.change, known)
                yield Change(mistake, self.tape.slot[node], _difference(new, term), node, user)

    def _slope(self, user: int, node: int, partial: Any) -> Any:
        """The local partial as one writes it: of arrays that go element by element the slopes, not their Jacobian."""
        shapes = self.run.shapes
        if not shapes[user] or shapes[user] != shapes[node]:
            return partial
        terms = self.linear.contributions(user, ones(shapes[user]))
        return next((term for tail, _, term in terms if tail == node), partial)

    def _several(self, node: int) -> Iterator[Change]:
        """The first terms of a sum left out, as where a derivative is followed back through few steps only."""
        terms = [(user, c) for user, _, c in self.terms[node] if user is not None]
        if len(terms) < len(self.terms[node]) or not all_known(c for _, c in terms):
            return
        for count in range(2, len(terms)):  # One is TERM's row; all are no sum.
            missing = terms[:count]
            left_out = sum((c for _, c in missing[1:]), start=missing[0][1])
            for mistake in rows_at(SEVERAL):
                new = changed(_SEVERAL, mistake.change, {"a": self.adjoints[node], "t": left_out})
                users = tuple(user for user, _ in missing)
                delta = _difference(new, self.adjoints[node])
                yield Change(mistake, self.tape.slot[node], delta, node, others=users)

    def _passed(self, node: int) -> Iterator[Change]:
        """A user's derivative handed on before it is complete, or once more then."""
        for user, partial, term in self.terms[node]:
            # Of numbers: what a part of an array's derivative hands on would take a pullback of its own.
            if user is None or not isinstance(partial, float) or len(self.terms[user]) < 2:
                continue
            for via, _, part in self.terms[user]:
                if via is not None and isinstance(part, float):
                    for mistake in rows_at(PASSED):
                        new = changed(_PASSED, mistake.change, {"c": term, "t": partial * part})
                        yield Change(mistake, self.tape.slot[node], _difference(new, term), node, user, others=(via,))

    def _slopes_elsewhere(self, slot: int, node: int) -> Iterator[Change]:
        """The slope of a function taken at another node that is that function of something else."""
        row = self.row(slot)
        if row is None or row not in self._alike:
            return
        (arg,), terms = self.tape.args[slot], self.linear.evaluation.terms
        for _, partial in self.linear.slot_edges[slot]:
            old = pull(partial, self.cotangents[slot])
            for other in self._alike[row]:
                at = self.tape.slot[other]
                # Nobody multiplies by a slope of another shape.
                if at != slot and shape_of(terms[at]) == shape_of(terms[slot]):
                    new = self.by_rule(slot, row, 0, row.partials[0], self.cotangents[slot], at)
                    for mistake in rows_at(SLOPE):
                        yield Change(mistake, arg, _difference(new, old), node, other, slot)

    @cached_property
    def _alike(self) -> Mapping[Primitive, list[int]]:
        return nodes_alike(self.tape.slot, [self.row(slot) for slot in range(len(self.tape.rows))])

    def _other_factors(self, slot: int, node: int) -> Iterator[Change]:
        """The partial of a product with the value of a node of a like name as the factor: w6 for w7, x for x̂."""
        row, args = self.row(slot), self.tape.args[slot]
        # Of x·x both edges go to one slot, so that `index` below would not tell them apart.
        if row is None or row.symbol not in ("*", "@") or len(args) != 2 or args[0] == args[1]:
            return
        terms = self.linear.evaluation.terms
        for arg, partial in self.linear.slot_edges[slot]:
            k = args.index(arg)
            right = self.tape.node_of.get(args[1 - k])
            if right is None:  # What has no name is not mixed up.
                continue
            old = pull(partial, self.cotangents[slot])
            text = (row.pullbacks or row.partials)[k]
            for other in self.namesakes(right):
                at = self.tape.slot[other]
                if at not in args and shape_of(terms[at]) == shape_of(terms[args[1 - k]]):
                    new = self.by_rule(slot, row, k, text, self.cotangents[slot], instead={args[1 - k]: terms[at]})
                    for mistake in rows_at(FACTOR):
                        yield Change(mistake, arg, _difference(new, old), node, other, slot, (right,))

    @cached_property
    def namesakes(self) -> Callable[[int], list[int]]:
        """What gives the other nodes whose name begins as that of a node does."""
        return namesakes([node.name for node in self.run.graph.nodes])

    def _steps(self, slot: int, node: int) -> Iterator[Change]:
        """The changes to what any operation hands to its arguments."""
        ct = self.cotangents[slot]
        for arg, partial in self.linear.slot_edges[slot]:
            term = pull(partial, ct)
            if is_known(term):
                for mistake in rows_at(STEP):
                    new = changed(_STEP, mistake.change, {"c": term, "ct": ct})
                    yield Change(mistake, arg, _difference(new, term), node, operation=slot)

    def _rules(self, slot: int, node: int) -> Iterator[Change]:
        """The changes to the local partials of an operation."""
        row, args = self.row(slot), self.tape.args[slot]
        if row is None:
            return
        for mistake, x, delta in wrong_forms(self.linear, slot, self.cotangents[slot]):
            yield Change(mistake, x, delta, node, operation=slot)
        for mistake in rows_of(self.linear, slot):
            for k, text in enumerate(mistake.changes):
                # `x*x` has one slot for both its arguments: which of the edges is meant, their order tells.
                edges = [partial for arg, partial in self.linear.slot_edges[slot] if arg == args[k]]
                place = args[:k].count(args[k])
                if text and place < len(edges):
                    old = pull(edges[place], self.cotangents[slot])
                    new = self.by_rule(slot, row, k, text, self.cotangents[slot])
                    yield Change(mistake, args[k], _difference(new, old), node, operation=slot)

    def by_rule(
        self, slot: int, row: Primitive, k: int, text: str, ct: Any, at: int | None = None,
        instead: Mapping[int, Any] = NOTHING,
    ) -> Any:  # fmt: skip
        """The contribution of a slot to its k-th argument if its partial were this text; None where it has none.

        With `at` it is that of another slot, with `instead` some arguments have other values.
        """
        terms, shapes = self.linear.evaluation.terms, self.linear.evaluation.shapes
        arg, ct = self.tape.args[slot][k], self.linear.full(ct, shapes[slot])
        where = slot if at is None else at
        values = [*(instead.get(a, terms[a]) for a in self.tape.args[where]), terms[where]]
        operands = dict(zip((*row.params, "out"), values, strict=True))
        if not all(is_known(operands[name]) for name in names_in(text) if name in operands):
            return None
        has_arrays = bool(shapes[slot] or any(shapes[a] for a in self.tape.args[slot]))
        bound = row.array if has_arrays else row.scalar
        try:
            if row.pullbacks:
                return bound.pullback_form(text)(*operands.values(), ct, float(prod(shape_of(terms[arg]))))
            new = ct * bound.form(text)(*operands.values())
        except (ValueError, TypeError):  # Shapes that do not go together: nobody can have done that.
            return None
        # A number among arrays was spread over them: its terms add up.
        return float(new.sum()) if shape_of(new) and not shapes[arg] else new

    # ---- What a change comes to ----

    def effects(self, node: int, places: Collection[int] | None = None) -> Iterator[tuple[Change, Any]]:
        """Every change, or those made at some nodes, with the derivative with respect to `node` that it leads to."""
        slot, adjoint = self.tape.slot[node], self.adjoints[node]
        changes = self.changes if places is None else self.changes_at(places)
        with quietly(self.linear.evaluation.has_arrays):
            # By one forward sweep for all changes; of arrays slopes would be Jacobians, so each change is swept.
            if not self.linear.evaluation.has_arrays:
                slopes = self._slopes(slot, max((change.slot for change in changes), default=slot))
                for change in changes:
                    if slopes.get(change.slot):  # 0 or None: `node` does not lead there.
                        yield change, adjoint + change.delta * slopes[change.slot]
                return
            # Of some places each is swept no further than the node, and what it moves is not kept for other nodes.
            swept = self._moved if places is None else (self._moves(change, slot) for change in changes)
            for change, moved in zip(changes, swept, strict=True):
                if slot in moved and is_known(moved[slot]):
                    yield change, adjoint + self.linear.full(moved[slot], shape_of(adjoint))

    def _slopes(self, slot: int, last: int) -> dict[int, Any]:
        """∂slot/∂this one for every slot above it, up to the last that is asked for."""
        edges = self.linear.slot_edges
        return forward(range(slot + 1, last + 1), lambda head: _numbers(edges[head]), {slot: 1.0})

    @cached_property
    def _moved(self) -> list[dict[int, Any]]:
        return [self._moves(change) for change in self.changes]

    def _moves(self, change: Change, first: int = 0) -> dict[int, Any]:
        """By how much a change moves the cotangent of every slot, down to the first that is asked for."""
        return self.linear.sweep({change.slot: change.delta}, first)


def _numbers(edges: Any) -> Iterator[tuple[int, float]]:
    return ((arg, partial) for arg, partial in edges if isinstance(partial, float))


def changed(row: Primitive, text: str, known: Mapping[str, Any]) -> Any:
    """What stands in place of a sum, a term or an answer; None where it speaks of what is not known."""
    used = [known.get(name) for name in names_in(text)]
    if any(value is None or not is_known(value) for value in used):
        return None
    bound = row.array if any(map(shape_of, used)) else row.scalar
    try:
        # None for `out`, which these texts never name.
        return bound.form(text)(*(known.get(name) for name in row.params), None)
    except ValueError:  # Shapes that do not go together: nobody can have done that.
        return None


def _difference(new: Any, old: Any) -> Any:
    """New − old; None where either is not known, or not in that shape."""
    if new is None or not (is_known(new) and is_known(old)) or (shape_of(new) and shape_of(new) != shape_of(old)):
        return None
    return new - old


def _matters(change: Change) -> bool:
    """Whether a change is one, and finite."""
    if change.delta is None:
        return False
    if not shape_of(change.delta):
        return change.delta != 0 and isfinite(change.delta)
    from backcalc.rules.ndarray import is_finite  # NumPy only where there are arrays.

    return bool(change.delta.any()) and is_finite(change.delta)
