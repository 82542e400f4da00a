"""The local partials of an array graph by the node that they lead to: of formulas, and of annotated edges."""

from __future__ import annotations

import numpy as np

from backcalc.bulk.arrays.sorting import Flags, Indices, gathered, occurrences, stable_order
from backcalc.bulk.graph.evaluate import LocalPartials
from backcalc.bulk.graph.model import ArrayGraph
from backcalc.bulk.graph.results import LazyNumbers
from backcalc.bulk.graph.sweep import NEUTRAL, SweepPlan
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

EdgeArrays = tuple[Indices, Indices, Array]
"""Heads and tails, which are nodes, and the local partials ∂head/∂tail."""


class NodePartials:
    """For each node its tails, once each, and the local partials ∂node/∂tail.

    The arguments of a formula come in its own order, edges in the order of the file.
    """

    def __init__(self, graph: ArrayGraph, partials: Array, local: LocalPartials | None, slots: Indices) -> None:
        """`partials` has an entry an annotated edge; `local`, where there are operations, is of these.

        `slots` has the slot of each node.
        """
        edges: EdgeArrays = graph.heads, graph.tails, partials
        if graph.warnings:  # Of reading edges there is one only where they are parallel.
            edges = _added_up(edges, len(graph))
        if local is not None:
            heads, tails, slopes = map(np.concatenate, zip(edges, _of_formulas(graph, local, slots), strict=True))
            edges = heads, tails, slopes
        order = stable_order(edges[0])
        heads, self._tails, self._partials = (gathered(each, order) for each in edges)
        self._first = np.zeros(len(graph) + 1, np.int64)
        np.cumsum(occurrences(heads, len(graph)), out=self._first[1:])

    def rows(self, part: slice) -> tuple[list[int], list[int], LazyNumbers]:
        """The counts, tails and partials of `of` in Python's numbers, the partials made as they are looked at."""
        counts, tails, partials = self.of(part)
        return counts.tolist(), tails.tolist(), LazyNumbers(partials)

    def of(self, nodes: slice) -> tuple[Indices, Indices, Array]:
        """How many edges lead to each of `nodes`; and the tails and the partials of these edges, node by node."""
        first = self._first[nodes.start : nodes.stop + 1]
        edges = slice(first[0], first[-1])
        return np.diff(first), self._tails[edges], self._partials[edges]

    def behind(self, tails: Flags) -> tuple[list[int], list[int], list[float]]:
        """The edges from these `tails`, as Python's numbers: where those of each node begin, and the rest."""
        kept = tails[self._tails]  # No other is on a path from what is asked for.
        # Counted along, so that each node's begin stays where it was.
        first = np.append(0, np.cumsum(kept))[self._first]
        return first.tolist(), self._tails[kept].tolist(), self._partials[kept].tolist()


def _added_up(edges: EdgeArrays, count: int) -> EdgeArrays:
    """One edge for parallel ones, where the first of these stands, in a graph of so many nodes."""
    heads, tails, partials = edges
    # Sums in the order of the file, on which their last bit depends.
    _, firsts, which = np.unique(_keys(heads, tails, count), return_index=True, return_inverse=True)
    kept = np.sort(firsts)
    sums = np.full(len(kept), NEUTRAL)  # −0.0, so that a sum of such keeps its sign.
    with quiet():  # A sum may be too large.
        np.add.at(sums, np.searchsorted(kept, firsts)[which], partials)
    return heads[kept], tails[kept], sums


def _keys(heads: Indices, tails: Indices, count: int) -> Indices:
    """A number for each pair of nodes."""
    return np.asarray(heads.astype(np.int64) * count + tails)  # int64: of 32 bits the product would wrap round.


def _of_formulas(graph: ArrayGraph, local: LocalPartials, slots: Indices) -> EdgeArrays:
    """∂node/∂argument for each argument of each formula; 0 for one without influence."""
    heads, tails = graph.arguments
    keys, firsts = np.unique(_keys(heads, tails, len(graph)), return_index=True)
    # One sweep from all nodes at once. It ends at their arguments, for each of which it has a slot behind all others.
    ends, users, slopes = local.edges
    is_own = users <= slots[-1]  # Behind the nodes stand operations of no node: those of annotated edges' partials.
    ends, users, slopes = ends[is_own], users[is_own], slopes[is_own]
    places = np.searchsorted(slots, ends)
    leaves = np.flatnonzero(slots[places] == ends)
    # An argument twice in a formula is one pair, and its slopes add up.
    pairs = _keys(np.searchsorted(slots, users[leaves]), places[leaves], len(graph))
    ends[leaves] = local.plan.count + np.searchsorted(keys, pairs)
    # All nodes as seeds: none is the tail of another's edge any more.
    found = SweepPlan(local.plan.count + len(keys), ends, users).reverse(slopes, slots)[local.plan.count :]
    # Back into the order of the formulas: `unique` has sorted the pairs by their keys.
    order = np.argsort(firsts)
    return heads[firsts[order]], tails[firsts[order]], found[order]
