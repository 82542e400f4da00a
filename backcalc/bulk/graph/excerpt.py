"""A few nodes of a large run as objects: what a derivation is written of, which speaks of nodes by their formulas."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np

from backcalc.bulk.arrays.sorting import Indices
from backcalc.bulk.graph.model import ArrayGraph
from backcalc.bulk.graph.run import LargeRun
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.run import Run
from backcalc.graph.build import build
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.language.parser import Reading
from backcalc.language.statements import Program
from backcalc.rules.primitives import CONSTANTS, PRIMITIVES

MOST_STATEMENTS = 20_000  # That are read once more; to read many more takes as long as to read all as objects.


class Excerpt(Run):
    """A run of some nodes and their users, with what these read; what lies further off is left out.

    What the left out would say is taken from the `whole`, in which the nodes stand at `places`: their values, their
    adjoints, and which of them lead to the output.
    """

    FIELDS = (*Run.FIELDS, "whole", "places")

    def __init__(self, *found: Any, whole: LargeRun, places: tuple[int, ...], **others: Any) -> None:
        super().__init__(*found, **others)
        self.whole: Final = whole
        self.places: Final = places

    @cached_property
    def values(self) -> list[Any]:
        """The value of every node, None where it is not known."""
        # Not worked out again: what they depend on may be left out.
        return [self.whole.values[place] for place in self.places]

    @cached_property
    def leading(self) -> set[int]:
        """The nodes from which a path leads to the output."""
        return {i for i, place in enumerate(self.places) if self.whole.leading[place]}


def excerpt(whole: LargeRun, names: Sequence[str], most: int = MOST_STATEMENTS) -> Excerpt | None:
    """The nodes called `names` and their users as a run; None where names have two meanings.

    None too where that would be more than `most` statements.
    """
    graph = whole.graph
    # A name that is a node only by a line that is left out would be read as the constant or function of that name.
    if graph.names.places({*CONSTANTS, *PRIMITIVES}):
        return None
    # With their users: a step of an adjoint speaks of these.
    nodes = np.array([graph.index[name] for name in names])
    full = np.union1d(nodes, _users(graph, nodes))
    starts = graph.statement_starts(full)
    if len(starts) > most:
        return None
    part = _built(graph, starts)
    # In the order of the whole: a few statements may be in another one.
    part = Dag(part.source, tuple(sorted(part.nodes, key=lambda node: graph.index[node.name])))
    places = tuple(graph.index[node.name] for node in part.nodes)
    return _run(whole, part, places, set(full.tolist()))


def _users(graph: ArrayGraph, nodes: Indices) -> Indices:
    """The nodes that depend on one of `nodes`."""
    are_meant = np.zeros(len(graph), np.bool_)
    are_meant[nodes] = True
    tails, heads = graph.dependencies
    return np.asarray(heads[are_meant[tails]])


def _built(graph: ArrayGraph, starts: Sequence[int]) -> Dag:
    """The graph of the statements that begin at these places."""
    reading = Reading(graph.source)
    return build(Program(graph.source, tuple(graph.statement_at(start, reading) for start in starts), ()))


def _run(whole: LargeRun, part: Dag, places: tuple[int, ...], full: set[int]) -> Excerpt:
    """The run of `part`: of what is not in `full` the values are given, as of an input."""
    point = {name: value for name, value in whole.point.items() if name in part.index}
    for node, place in zip(part.nodes, places, strict=True):
        value = whole.values[place]
        if place not in full and value is not None:
            point[node.name] = value
    linear = Linearization(Evaluation(tape_of(part), point))
    seeds = {part.index[whole.output]: 1.0} if whole.output in part.index else {}
    adjoints = [whole.adjoints[place] for place in places]  # From the whole: most terms lie outside.
    return Excerpt(
        *(part, whole.output, whole.mode, whole.wrt, point, linear, seeds, adjoints, {}), whole=whole, places=places
    )
