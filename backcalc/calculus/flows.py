"""Where a node's cotangent goes among its operations: what nothing flows to has no kink or slope worth a warning."""

from __future__ import annotations

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.pullbacks import Cotangent, LocalPartial, pulled, total_of
from backcalc.calculus.sweep import Edges, reverse
from backcalc.rules.gates import Gated
from backcalc.rules.values import Numeric, ones, quietly


def flows(evaluation: Evaluation, edges: Edges[LocalPartial], node: int) -> dict[int, Numeric]:
    """For each of a node's operations, by slot, not 0 where a cotangent is there: of each element, or of all.

    An operation that no edge leads to, such as the condition of an `if`, has no entry.
    """
    tape = evaluation.tape
    last, first = tape.slot[node], tape.begin[node]
    shape = evaluation.shapes[last]
    if None in shape:  # Nothing can be pulled back from an array of unknown length: all of it may count.
        return {}
    # The gates of one sweep tell it, as they do for the adjoints: of `max([a, b])` those of the greater alone are open.
    seeds: dict[int, Cotangent] = {last: ones(shape)}
    with quietly(has_arrays=True):
        found = reverse(range(last, first - 1, -1), edges, seeds, multiply=pulled, accumulate=total_of)
        return {
            slot: ct.open if isinstance(ct, Gated) else 1.0
            for slot, ct in found.items()
            if slot >= first
        }  # fmt: skip
