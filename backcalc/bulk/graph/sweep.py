"""The two sweeps as array operations, for graphs of a million edges; `sweep` says what they compute.

An edge is a place in the arrays `tails` and `heads`. A plan depends on these alone: it serves any partials and seeds.

1. **Levels.** `peel` takes off the nodes that nothing feeds (level 0), then those that these alone feed (level 1), and
   so on. What it leaves is on a cycle or behind one.
2. **Turns.** All nodes of a level may have their turn at once, for none of them feeds another. A reverse sweep goes
   through the levels from the last to the first, a forward sweep from the first to the last. The edges are sorted once
   so that a level is a slice of them: forward by the node that they add to; in reverse by the node that they read from
   where nodes are numbered level by level, else by the one that they add to.
3. **Wide and narrow.** A level of many edges is four array operations. A level of few is not worth these: neighbours
   of this kind are a stretch, which a plain loop takes an edge at a time, and a chain in it as a running product. All
   ways add up the same numbers in the same order, so where the line is drawn between them is a matter of speed alone.

**The order of sums**, on which the last bit depends, is that of the plain sweep: in reverse the contributions of the
later users come first, forward they come in the order of the edges. Later means a larger number where the nodes are
numbered in topological order, else a higher level, then a larger number.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

import numpy as np

from backcalc.bulk.arrays.sorting import Flags, Indices, gathered, inverse, occurrences, stable_order
from backcalc.bulk.graph.order import peel
from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

FEW_EDGES = 96  # Fewer are swept faster one by one.
LONG = 64  # A chain of fewer edges is swept faster one by one.
CHUNK = 1 << 16  # What a plain loop takes at a time, as Python objects, which need ten times the memory of an array.
NEUTRAL = -0.0  # What every number may be added to without a change: 0.0 would turn a sum of -0.0 into 0.0.


class SweepPlan:
    """The order of work for sweeps over a DAG, whose edge k goes from node `tails[k]` to node `heads[k]`.

    Nodes are numbers below `count`; there may be parallel edges. The sweeps raise ValueError where there is a cycle.
    """

    def __init__(self, count: int, tails: Indices, heads: Indices, levels: Indices | None = None) -> None:
        """With `levels` where these are known already."""
        self.count = count
        # 32 bits: half the memory, and twice as many in the cache.
        self.tails, self.heads = tails.astype(np.int32, copy=False), heads.astype(np.int32, copy=False)
        self.levels = peel(count, self.tails, self.heads) if levels is None else levels

    @cached_property
    def cyclic(self) -> Indices:
        """The nodes on cycles and between cycles: what peeling leaves from both ends."""
        # Peeling from below leaves cycles and what is behind them, from above cycles and what is before them.
        left = self.levels < 0
        inner = left[self.tails] & left[self.heads]
        return np.flatnonzero(left & (peel(self.count, self.heads[inner], self.tails[inner]) < 0))

    @property
    def is_topological(self) -> bool:
        """Whether every edge goes from a smaller number to a larger one."""
        return bool((self.tails < self.heads).all())

    def reverse(self, partials: Array, seed: int | Indices, taken: Flags | None = None) -> Array:
        """The adjoint of every node, for the adjoint 1 of the node `seed`; 0 where no path leads to the seed.

        `partials` has ∂head/∂tail an edge. Edges that are not `taken` are as if they were not there. There may be
        several seeds where none of them is the tail of an edge.
        """
        return self._backward.sweep(partials, seed, taken)

    def forward(self, partials: Array, seed: int | Indices, taken: Flags | None = None) -> Array:
        """The tangent of every node, for the tangent 1 of the node `seed`; 0 where no path leads from the seed."""
        return self._onward.sweep(partials, seed, taken)

    @cached_property
    def _backward(self) -> _Schedule:
        # Later users have their turn first, as in the plain sweep, so that sums have the same last bit.
        turn = self.count - 1 - self._order
        edges = stable_order(gathered(turn, self.heads))
        depth = self.sound_levels.max(initial=0) - self.levels
        if self._goes_by_level:  # Then these edges are in the order of the levels that they read from.
            return _Schedule(turn, self.heads, self.tails, edges, gathered(depth, self.heads))
        level = gathered(depth, self.tails)
        edges = gathered(edges, stable_order(gathered(level, edges)))
        return _Schedule(turn, self.heads, self.tails, edges, level)

    @cached_property
    def _onward(self) -> _Schedule:
        # By what they add to: a node is complete before the level that reads it.
        level = gathered(self.sound_levels, self.heads)
        return _Schedule(self._order, self.tails, self.heads, stable_order(level), level)

    @cached_property
    def _order(self) -> Indices:
        """The place of each node in the topological order that sums go by."""
        if self.is_topological:
            return np.arange(self.count, dtype=np.int32)
        return inverse(stable_order(self.sound_levels))

    @property
    def _goes_by_level(self) -> bool:
        """Whether no node has a place before one of a lower level."""
        return not self.is_topological or bool((self.levels[1:] >= self.levels[:-1]).all())

    @property
    def sound_levels(self) -> Indices:
        """The levels. Raises ValueError where there is a cycle."""
        if self.levels.min(initial=0) < 0:
            raise ValueError("the graph has a cycle")
        return self.levels


class _Schedule:
    """Edges in the order in which a sweep takes them; nodes go by their turn, so that what is used together is near.

    An edge reads from its `source` and adds to its `target`. `edges` has them in an order in which all that adds to a
    node comes before what reads from it, by their `level`: of one level none reads what another adds.
    """

    def __init__(self, turn: Indices, source: Indices, target: Indices, edges: Indices, level: Indices) -> None:
        self.turn, self.edges = turn, edges
        # Each array of all edges is let go before the next is made: they are the peak of a large run's memory.
        self.source, self.target = (gathered(turn, gathered(end, edges)) for end in (source, target))
        self.stretches = list(stretches(occurrences(level, int(level.max(initial=0)) + 1), FEW_EDGES))

    def sweep(self, partials: Array, seed: int | Indices, taken: Flags | None) -> Array:
        """What arrives at each node from the seeds, which have 1; 0 where nothing does."""
        # `reached` beside `total`: a sum may be 0, and an infinite partial behind it still counts.
        total = np.full(len(self.turn), NEUTRAL)
        reached = np.zeros(len(self.turn), np.bool_)
        total[self.turn[seed]], reached[self.turn[seed]] = 1.0, True
        with quiet():
            for begin, end, is_wide in self.stretches:
                edges, source, target = self.edges[begin:end], self.source[begin:end], self.target[begin:end]
                if taken is not None:
                    keep = taken[edges]
                    edges, source, target = edges[keep], source[keep], target[keep]
                step = _at_once if is_wide else self._in_turn
                step(total, reached, source, target, gathered(partials, edges))
        return gathered(np.where(reached, total, 0.0), self.turn)

    def _in_turn(self, total: Array, reached: Flags, source: Indices, target: Indices, partials: Array) -> None:
        """Add the contributions of edges of any levels, in turn."""
        begin = 0
        for first, end in self._chains(source, target):
            _one_by_one(total, reached, source[begin:first], target[begin:first], partials[begin:first])
            _at_a_run(total, reached, source[first:end], target[first:end], partials[first:end])
            begin = end
        _one_by_one(total, reached, source[begin:], target[begin:], partials[begin:])

    def _chains(self, source: Indices, target: Indices) -> list[tuple[int, int]]:
        """Where long runs of edges begin and end of which each alone adds to what the next one reads."""
        # Only where one edge alone adds to a node is the sum there its product, and a running product right.
        is_link = source[1:] == target[:-1]
        if np.count_nonzero(is_link) >= LONG:
            is_link &= gathered(self._is_alone, target[:-1])
        breaks = np.flatnonzero(~is_link) + 1
        begins, ends = np.append(0, breaks) + 1, np.append(breaks, len(source))
        long = ends - begins >= LONG
        return list(zip(begins[long].tolist(), ends[long].tolist(), strict=True))

    @cached_property
    def _is_alone(self) -> Flags:
        """Whether one edge alone adds to each node."""
        return np.asarray(occurrences(self.target, len(self.turn)) == 1)


def _at_once(total: Array, reached: Flags, source: Indices, target: Indices, partials: Array) -> None:
    """Add the contributions of edges of one level."""
    live = np.flatnonzero(gathered(reached, source))
    if len(live) < len(source):  # An infinite partial on a way that leads nowhere must not make nan of a 0.
        source, target, partials = (gathered(each, live) for each in (source, target, partials))
    np.add.at(
        total, target, partials * gathered(total, source)
    )  # In the order of the edges; `add.reduceat` would pair them.
    reached[target] = True


def _at_a_run(total: Array, reached: Flags, source: Indices, target: Indices, partials: Array) -> None:
    """Add the contributions along a chain: a running product, from its start on or from the seed, if that is inside."""
    live = np.flatnonzero(reached[source])
    if live.size:  # Nothing reaches the chain: nothing comes of it.
        begin = int(live[0])
        factors = np.append(total[source[begin]], partials[begin:])
        total[target[begin:]] += np.multiply.accumulate(factors)[1:]
        reached[target[begin:]] = True


def _one_by_one(total: Array, reached: Flags, source: Indices, target: Indices, partials: Array) -> None:
    """Add the contributions of edges of any levels, an edge at a time."""
    # A memoryview gives and takes floats of Python, which is faster than to index an array.
    sums, seen = total.data, reached.data
    for begin, end, partial in zip(source.tolist(), target.tolist(), partials.tolist(), strict=True):
        if seen[begin]:
            sums[end] += partial * sums[begin]
            seen[end] = True


def stretches(sizes: Indices, few: int) -> Iterator[tuple[int, int, bool]]:
    """Where each large group begins and ends, and each run of groups smaller than `few`; and which of both it is.

    Runs are cut into pieces of CHUNK, for which a plain loop makes Python objects.
    """
    ends = np.cumsum(sizes)
    wide = sizes >= few
    # A wide group is a piece of its own, narrow ones go together up to the next wide one.
    cuts = np.flatnonzero(np.append(wide[1:] | wide[:-1], True))
    begin = 0
    for end, is_wide in zip(ends[cuts].tolist(), wide[cuts].tolist(), strict=True):
        piece = end - begin if is_wide else CHUNK
        yield from ((at, min(at + piece, end), is_wide) for at in range(begin, end, piece or 1))
        begin = end
