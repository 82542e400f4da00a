"""The annotated edges of an array graph by the node that they lead to."""

from __future__ import annotations

import numpy as np

from backcalc.array import Array
from backcalc.array_graph import ArrayGraph
from backcalc.plan import NEUTRAL
from backcalc.sorting import Indices, gathered, stable_order


class Incoming:
    """For each node its tails and the local partials ∂node/∂tail, in the order of the file; parallel edges added up."""

    def __init__(self, graph: ArrayGraph, partials: Array) -> None:
        """`partials` has an entry an edge."""
        order = stable_order(graph.heads)
        heads, self._tails, self._partials = (gathered(each, order) for each in (graph.heads, graph.tails, partials))
        if graph.warnings:  # Of reading edges there is one only where they are parallel.
            heads = self._add_up(heads, len(graph))
        self._first = np.zeros(len(graph) + 1, np.int64)
        np.cumsum(np.bincount(heads, minlength=len(graph)), out=self._first[1:])

    def _add_up(self, heads: Indices, count: int) -> Indices:
        """Make one edge of parallel ones, where the first of these stands; the heads that are left."""
        keys = heads.astype(np.int64) * count + self._tails
        _, firsts, which = np.unique(keys, return_index=True, return_inverse=True)
        kept = np.sort(firsts)
        sums = np.full(len(kept), NEUTRAL)
        np.add.at(sums, np.searchsorted(kept, firsts)[which], self._partials)
        self._tails, self._partials = self._tails[kept], sums
        return np.asarray(heads[kept])

    def of(self, nodes: slice) -> tuple[list[int], list[int], list[float]]:
        """How many edges lead to each of `nodes`; and the tails and the partials of these edges, node by node."""
        first = self._first[nodes.start : nodes.stop + 1]
        edges = slice(first[0], first[-1])
        return np.diff(first).tolist(), self._tails[edges].tolist(), self._partials[edges].tolist()
