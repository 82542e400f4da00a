"""The derivatives of all nodes by all others: a reverse sweep a head."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import prod

from backcalc.calculus.linearize import Linearization
from backcalc.calculus.sweep import reverse
from backcalc.rules.values import Value, all_known
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source

Upstream = Callable[[int], set[int]]
"""The nodes from which a path leads to one."""

MOST_NUMBERS = 1_000_000  # Of all derivatives of all pairs.


def pairs(linear: Linearization, upstream: Upstream) -> Iterator[tuple[str, str, Value | None]]:
    """(head, tail, ∂head/∂tail) for every pair of nodes with a path from tail to head."""
    nodes, terms = linear.tape.graph.nodes, linear.evaluation.terms
    # All numbers: one sweep over floats a head, without arrays or formulas.
    is_plain = not any(linear.evaluation.shapes) and all_known(terms)
    if not is_plain:
        from backcalc.calculus.jacobians import derivatives  # Loads what arrays need.
    for head in range(len(nodes)):
        tails = sorted(tail for tail in upstream(head) if not nodes[tail].is_fixed)
        if not tails:  # An input may be an array of any size.
            continue
        # Over the nodes' own edges, which are found once, a sweep visits no more than what lies upstream.
        if is_plain:
            found: Mapping[int, Value | None] = reverse((head, *reversed(tails)), linear.edges.__getitem__, {head: 1.0})
        else:
            found = dict(enumerate(derivatives(linear, head)))
        for tail in tails:
            yield nodes[head].name, nodes[tail].name, found.get(tail, 0.0)


def require_few_pairs(linear: Linearization, upstream: Upstream) -> None:
    """Raise UsageError where the derivatives of all `pairs` have more than MOST_NUMBERS numbers."""
    sizes = [prod(n or 0 for n in linear.evaluation.shapes[slot]) for slot in linear.tape.slot]
    count = 0
    for head in range(len(sizes)):
        count += sizes[head] * sum(sizes[tail] for tail in upstream(head))
        # Inside the loop: a graph that has too many is refused before all heads are gone through.
        if count > MOST_NUMBERS:
            message = f"all pairs of nodes have more than {MOST_NUMBERS:,} derivatives"
            hints = ("ask for those of one node: --of NODE, or by one: --mode forward --wrt NODE",)
            name = Source(linear.tape.graph.source.name, "")
            raise UsageError(name, [Diagnostic(Code.TOO_MANY_PAIRS, message, hints=hints)])
