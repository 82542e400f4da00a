"""Mistakes made wherever they can be: whoever takes −cos for the derivative of sin does so each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from backcalc.calculus.local_partials import Contributing
from backcalc.calculus.pullbacks import Pullback, pull
from backcalc.calculus.sweep import reverse
from backcalc.language.expr import NEGATE
from backcalc.marking.diagnosis.in_sweep import Changes
from backcalc.marking.diagnosis.mistakes import EACH, MISTAKES, Mistake
from backcalc.rules.row import Primitive
from backcalc.rules.values import accumulate, is_known, quietly, shape_of

WrongEdges = Mapping[int, Sequence[Contributing]]
"""Those of some slots, their local partials wrong."""


class Throughout(NamedTuple):
    """A mistake made at several slots, the first of them, and the cotangents of all slots that it leads to."""

    mistake: Mistake
    operation: int
    cotangents: dict[int, Any]


def throughout(changes: Changes) -> list[Throughout]:
    """The sweep done again with each wrong rule at every place that it applies to, where there are several."""
    evaluation = changes.linear.evaluation
    if not evaluation.is_known:
        return []
    places: dict[Primitive, list[int]] = {}
    for slot in sorted(changes.cotangents):
        row = changes.row(slot)
        if row is not None and changes.tape.owner[slot] is not None:
            places.setdefault(row, []).append(slot)
    with quietly(evaluation.has_arrays):
        # What went wrong once only, `Changes` has.
        return [each for slots in places.values() if len(slots) > 1 for each in _everywhere(changes, slots)]


def _everywhere(changes: Changes, slots: list[int]) -> Iterator[Throughout]:
    """Each mistake in the local partials of a primitive, made at all these slots, its places."""
    row = changes.linear.evaluation.rows[slots[0]]
    assert row is not None
    for mistake in (mistake for mistake in MISTAKES if _may_be_made(mistake, row)):
        edges = {slot: _wrong_edges(changes, slot, mistake) for slot in slots}
        found = _swept(changes, edges)
        if all(map(is_known, found.values())):
            yield Throughout(mistake, slots[0], found)


def _may_be_made(mistake: Mistake, row: Primitive) -> bool:
    """Whether a mistake is one that is made with a primitive again and again."""
    if mistake.where == EACH:
        # Of a sum or a mean `ct` alone has another shape.
        return len(row.params) == 1 and row.symbol != NEGATE and row.shape == "elementwise"
    # Nobody leaves out a summand each time.
    return mistake.is_made_with(row) and not (mistake.value or mistake.of_count) and mistake.kind != "missing-term"


def _wrong_edges(changes: Changes, slot: int, mistake: Mistake) -> list[Contributing]:
    """The edges of a slot with the local partials that a mistake makes of them."""
    texts = dict(enumerate(mistake.changes))
    # One iterator for all edges: of x·x, two edges to one slot, the second finds the second argument.
    found, ks = [], iter(range(len(changes.tape.args[slot])))
    for arg, partial in changes.linear.slot_edges[slot]:
        # The edges stand in the order of the arguments; those that are constants have none.
        k = next(k for k in ks if changes.tape.args[slot][k] == arg)
        found.append((arg, _wrong(changes, slot, k, texts[k], partial) if texts.get(k) else partial))
    return found


def _wrong(changes: Changes, slot: int, k: int, text: str, partial: Any) -> Pullback:
    """What a slot hands to its k-th argument by a wrong text; what the text cannot be applied to stays as it is."""
    row = changes.linear.evaluation.rows[slot]
    assert row is not None

    shape = changes.linear.evaluation.shapes[changes.tape.args[slot][k]]

    def _pullback(ct: Any) -> Any:
        found = ct if text == "ct" else changes.by_rule(slot, row, k, text, ct)
        return pull(partial, ct) if found is None or shape_of(found) not in ((), shape) else found

    return _pullback


def _swept(changes: Changes, wrong: WrongEdges) -> dict[int, Any]:
    """The cotangent of every slot, by edges that are wrong at some."""
    right, slot = changes.linear.slot_edges, changes.tape.slot
    seeds = {slot[node]: seed for node, seed in changes.seeds.items()}
    # The tape is in topological order: nothing above the highest seed gets a cotangent.
    order = range(max(seeds), -1, -1)
    return reverse(order, lambda head: wrong.get(head, right[head]), seeds, multiply=pull, accumulate=accumulate)
