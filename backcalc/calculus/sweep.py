"""The two sweeps over a DAG with a local partial on every edge. This is all the calculus there is."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from operator import add, mul
from typing import TypeVar

V = TypeVar("V")
P = TypeVar("P")

Edges = Callable[[int], Iterable[tuple[int, P]]]
"""From a node to its (tail, ∂node/∂tail) pairs."""

Settle = Callable[[int, V], V]
"""What stands for the value or the adjoint of a slot once it is worked out."""


def reverse(
    order: Iterable[int],
    edges: Edges[P],
    seeds: Mapping[int, V],
    *,
    multiply: Callable[[P, V], V] = mul,
    accumulate: Callable[[V, V], V] = add,
    settle: Settle[V] = lambda _, adjoint: adjoint,
    kept: Container[int] | None = None,
) -> dict[int, V]:
    """The adjoint of every node that a seed reaches, `order` having each node before its tails.

    The adjoint of a node is its seed plus the contributions of its users: local partial × adjoint of the head. `settle`
    may put another form in its place once all contributions are in, such as a name for it. `kept` are the
    nodes whose adjoints are asked for, where those of all would take too much memory.
    """
    adjoint = dict(seeds)
    # Sparse on purpose: what no seed reaches has no entry, and costs nothing.
    for head in order:
        if head not in adjoint:
            continue
        # All users of `head` come before it, so its adjoint is complete here: the invariant of the whole.
        ct = adjoint[head] = settle(head, adjoint[head])
        if kept is not None and head not in kept:
            del adjoint[head]  # Its edges still read it, as `ct`.
        for tail, partial in edges(head):
            contribution = multiply(partial, ct)
            adjoint[tail] = accumulate(adjoint[tail], contribution) if tail in adjoint else contribution
    return adjoint


def forward(
    order: Iterable[int],
    edges: Edges[P],
    seeds: Mapping[int, V],
    *,
    multiply: Callable[[P, V], V] = mul,
    accumulate: Callable[[V, V], V] = add,
) -> dict[int, V]:
    """The tangent of every node that a seed reaches, `order` having each node after its tails."""
    # The mirror of the reverse sweep: edges are the same, followed from their tails.
    tangent = dict(seeds)
    for head in order:
        for tail, partial in edges(head):
            if tail in tangent:
                contribution = multiply(partial, tangent[tail])
                tangent[head] = accumulate(tangent[head], contribution) if head in tangent else contribution
    return tangent
