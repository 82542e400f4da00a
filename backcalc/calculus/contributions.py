"""How each adjoint of a run adds up: what every user of a node hands back to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from backcalc.calculus.linearize import AdjointTerm, Linearization
from backcalc.graph.model import Dag
from backcalc.graph.shapes import Shape
from backcalc.rules.gates import Gated
from backcalc.rules.values import Numeric, Value, is_known, quietly


class SweptBack(Protocol):
    """A run in reverse, as far as its terms are asked for."""

    graph: Dag
    linear: Linearization
    seeds: Mapping[int, Any]
    adjoints: Sequence[Value | None]

    @property
    def shapes(self) -> Sequence[Shape]:
        """The shapes of the nodes."""
        ...

    @property
    def jacobian_shape(self) -> Shape:
        """The shape of an output whose whole Jacobian was swept; else that of a number."""
        ...


def contributions(run: SweptBack) -> list[list[AdjointTerm]]:
    """For each node the (user, ∂user/∂node, contribution) triples of its adjoint; a seed has no user."""
    found: list[list[AdjointTerm]] = [[] for _ in run.graph.nodes]
    for node, seed in run.seeds.items():
        found[node].append((None, None, seed))
    last = max(run.seeds, default=-1)  # No contribution comes from behind the last seed.
    with quietly(run.linear.evaluation.has_arrays):
        cotangents = _cotangents(run)
        # Rising, so that the terms of an adjoint come in the order of the file.
        for head in range(last + 1):
            for tail, partial, contribution in _terms(run, head, cotangents):
                found[tail].append((head, partial, contribution))
    return found


def _cotangents(run: SweptBack) -> Mapping[int, Any]:
    """The cotangents by slot, where a gate may matter: it does to an infinite slope of an array."""
    evaluation, slot = run.linear.evaluation, run.linear.tape.slot
    if run.jacobian_shape or not evaluation.has_arrays or not evaluation.is_known:
        return {}
    return run.linear.cotangents({slot[node]: seed for node, seed in run.seeds.items()})


def _terms(
    run: SweptBack, head: int, cotangents: Mapping[int, Any]
) -> Iterator[tuple[int, Numeric | None, Value | None]]:
    """(tail, ∂head/∂tail, contribution) for each edge into the node `head`; None where unknown."""
    adjoint: Any = run.adjoints[head]
    if run.jacobian_shape:
        yield from _jacobian_terms(run, head, adjoint)
        return
    ct = cotangents.get(run.linear.tape.slot[head])
    # Of an array with the gate of the sweep: what is left out gets nothing from an infinite slope behind it.
    if isinstance(ct, Gated) and adjoint is not None and is_known(adjoint) and run.shapes[head]:
        gate = ct
        adjoint = Gated(adjoint, lambda: gate.open)
    yield from run.linear.contributions(head, adjoint)


def _jacobian_terms(
    run: SweptBack, head: int, jacobian: Value | None
) -> Iterator[tuple[int, Numeric | None, Value | None]]:
    """(tail, ∂head/∂tail, ∂output/∂head · ∂head/∂tail) for each edge into the node `head`; None where unknown."""
    from backcalc.rules.ndarray import contract

    for tail, partial in run.linear.edges[head]:
        is_known_product = partial is not None and jacobian is not None and is_known(jacobian)
        yield tail, partial, contract(jacobian, partial, len(run.shapes[tail])) if is_known_product else None
