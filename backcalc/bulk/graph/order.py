"""The levels of the nodes of a DAG of any depth and width, by array operations where these serve."""

from __future__ import annotations

from itertools import repeat

import numpy as np

from backcalc.bulk.arrays.sorting import Indices, gathered, kept, occurrences, ranges, stable_order

FEW_NODES = 24  # Fewer are peeled faster one by one.
STRIDE = 64  # Of so many nodes on chains one is a milestone.
FEW_WALKERS = 16  # Fewer are slower than plain steps.


def peel(count: int, tails: Indices, heads: Indices) -> Indices:
    """The level of each node: 0, or one more than the highest of its tails; -1 on a cycle and behind one."""
    return _Peeling(count, tails, heads).levels()


class _Peeling:
    """The nodes not yet peeled, and for each how many of the edges into it come from such nodes."""

    def __init__(self, count: int, tails: Indices, heads: Indices) -> None:
        self.level = np.full(count, -1, np.int32)
        self.heads = gathered(heads, stable_order(tails))  # The users of node i are heads[first[i] : first[i + 1]].
        self.first = np.zeros(count + 1, np.int32)
        np.cumsum(occurrences(tails, count), out=self.first[1:])
        self.waiting = occurrences(heads, count).astype(np.int32)
        self._chains: _Chains | None = None  # Made when there is a first one to follow.

    def levels(self) -> Indices:
        """The level of each node; -1 for what is on a cycle or behind one."""
        front, depth = np.flatnonzero(self.waiting == 0), 0
        while front.size:
            step = self._peel_one_by_one if front.size < FEW_NODES else self._peel_at_once
            front, depth = step(front, depth)
        if self._chains is not None:
            self._chains.fill(self.level)
        return self.level

    def _peel_at_once(self, front: Indices, depth: int) -> tuple[Indices, int]:
        # A user is ready when the last edge into it is taken off; one may be so by several of this front.
        self.level[front] = depth
        fed = gathered(self.heads, ranges(gathered(self.first, front), gathered(self.first, front + 1)))
        np.subtract.at(self.waiting, fed, np.int32(1))  # Of another type it is 30 times slower.
        return self._each_once(kept(fed, gathered(self.waiting, fed) == 0)), depth + 1

    def _each_once(self, ready: Indices) -> Indices:
        """The nodes of `ready` without repetition: each where its last mark stays. Nobody waits for them any more."""
        marks = np.arange(len(ready), dtype=np.int32)
        self.waiting[ready] = marks
        return kept(ready, gathered(self.waiting, ready) == marks)

    def _peel_one_by_one(self, front: Indices, depth: int) -> tuple[Indices, int]:
        """The front behind the narrow levels from `front` on, and its depth; nodes are peeled in a plain loop."""
        # Memoryviews, for a front of a few nodes is not worth the calls of NumPy.
        level, waiting = self.level.data, self.waiting.data
        first, heads = self.first.data, self.heads.data
        nodes = front.tolist()
        while 0 < len(nodes) < FEW_NODES:
            if len(nodes) == 1:
                nodes[0], depth = self._follow(nodes[0], depth)
            following = []
            for node in nodes:
                level[node] = depth
                for head in heads[first[node] : first[node + 1]]:
                    waiting[head] -= 1
                    if not waiting[head]:
                        following.append(head)
            nodes, depth = following, depth + 1
        return np.asarray(nodes, np.intp), depth

    def _follow(self, node: int, depth: int) -> tuple[int, int]:
        """The end of the chain that begins with `node`, the only one of its level; and the end's level."""
        self._chains = self._chains or _Chains(self._links())
        level, link, leaps = self.level.data, self._chains.link.data, self._chains.leaps
        following, steps = leaps.get(node) or (link[node], 1)
        while following >= 0:
            level[node] = depth
            node, depth = following, depth + steps
            following, steps = leaps.get(node) or (link[node], 1)
        return node, depth

    def _links(self) -> Indices:
        """For each node not yet peeled its only user, where that waits for no other node; else -1."""
        link = np.full(len(self.level), -1, np.int32)
        only = np.flatnonzero((np.diff(self.first) == 1) & (self.level < 0))
        users = self.heads[self.first[only]]
        is_link = self.waiting[users] == 1
        link[only[is_link]] = users[is_link]
        return link


class _Chains:
    """Chains by their links, with milestones on them, from which walkers go at the same time, each up to the next one.

    link   for each node the one behind it on its chain, -1 at an end
    leaps  for each milestone the next one or the chain's end, and how many steps that is away
    """

    def __init__(self, link: Indices) -> None:
        self.link, self.leaps = link, dict[int, tuple[int, int]]()
        # For each node that a walker passed the milestone it came from, and how many steps that is away.
        self._origin, self._steps = np.full(len(link), -1, np.int32), np.zeros(len(link), np.int32)
        origin = np.flatnonzero(link >= 0)[::STRIDE]
        is_stop = link < 0
        is_stop[origin] = True
        at, steps = origin, 0
        while origin.size > FEW_WALKERS:  # The way of the last ones, which may be long, is left to plain steps.
            at, steps = link[at], steps + 1
            stops = is_stop[at]
            ends = zip(at[stops].tolist(), repeat(steps), strict=False)
            self.leaps.update(zip(origin[stops].tolist(), ends, strict=True))
            origin, at = origin[~stops], at[~stops]
            self._origin[at], self._steps[at] = origin, steps

    def fill(self, level: Indices) -> None:
        """Set the levels of the nodes between milestones, from those of the milestones that have one."""
        passed = np.flatnonzero(self._origin >= 0)
        begin = level[self._origin[passed]]
        level[passed] = np.where(begin < 0, -1, begin + self._steps[passed])
