"""The paths to one node: how many there are, and which have the largest products, found without going through all.

There may be 2^1000 of them. What is said of all comes of the reverse sweep over another algebra than that of numbers;
the paths themselves come one by one, each in a time that grows with its length alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from heapq import heapify, heappop, heappush
from itertools import count, repeat
from math import copysign, frexp, inf, isinf, isnan, ldexp
from typing import Any, NamedTuple

from backcalc.calculus.sweep import reverse

TailPartials = Mapping[int, Any]
"""The tails of a node, each with its local partial."""

Rank = tuple[int, int, float]
"""How large a product is in absolute value, the largest first: its kind, and of a finite one minus exponent, mantissa.

A product of a thousand factors may be smaller or larger than any float64, but not than what an exponent apart can say.
"""

NOT_A_NUMBER, INFINITE, FINITE, ZERO = range(4)
ONE: Rank = (FINITE, -1, -0.5)  # As `frexp` has it: 0.5·2^1.

RankedStep = tuple[Rank, int, int]
"""A path from a node: how large its product is, the node behind its first edge, and which of its paths that goes on."""


class Tally(NamedTuple):
    """How many paths there are, and how many edges they have together, one of two paths counted twice."""

    paths: int
    edges: int


EDGE = Tally(1, 1)


class Paths:
    """The paths to the node `target`, of the graph that `partials` gives, a node at a time, in topological order.

    partials  those of every node from which a path leads to the target
    tallies   of the paths from each of these nodes
    """

    def __init__(self, partials: Callable[[int], TailPartials], target: int) -> None:
        self.target = target
        self.partials: dict[int, TailPartials] = {}

        def edges(head: int) -> Iterator[tuple[int, Tally]]:
            """The tails of a node, each by one path of one edge."""
            found = self.partials[head] = partials(head)
            return zip(found, repeat(EDGE), strict=False)

        self.tallies = reverse(self._order, edges, {target: Tally(1, 0)}, multiply=_joined, accumulate=_together)
        self._found: dict[int, list[RankedStep]] = {}  # For each node its largest paths so far, in turn,
        self._next: dict[int, list[RankedStep]] = {}  # and those of which the next one is the first, as a heap.
        self._exhausted = {target}  # No path of the target goes on.

    def count(self, source: int) -> int:
        """How many paths lead from `source` to the target."""
        return self.tallies.get(source, Tally(0, 0)).paths

    def multiplications(self, source: int) -> int:
        """How many it takes to work out the product of every path by itself: one fewer than it has factors."""
        tally = self.tallies.get(source, Tally(0, 0))
        return max(0, tally.edges - tally.paths)

    def swept(self, sources: Iterable[int]) -> int:
        """How many the reverse sweep takes for all of `sources`: one an edge on their paths, into the target none."""
        # Into the target each partial is multiplied by 1, which nobody counts.
        reached, found = set(sources), 0
        # From the sources up: a head is reached before it is a tail.
        for head in sorted(self.partials.keys() - {self.target}):
            below = sum(tail in reached for tail in self.partials[head])
            found += below
            if below:
                reached.add(head)
        return found

    def in_order(self, source: int) -> Iterator[list[int]]:
        """The paths from `source`, each by its nodes, in the order of the graph."""
        if source == self.target:
            yield [source]
            return
        # Depth first, by a stack of iterators: a path may be longer than Python recurses.
        # A trail ends where its iterator does: both are as long.
        trail, rest = [source], [iter(self._users.get(source, ()))]
        while rest:
            head = next(rest[-1], None)
            if head is None:
                rest.pop()
                trail.pop()
            elif head == self.target:
                yield [*trail, head]
            else:
                trail.append(head)
                rest.append(iter(self._users[head]))

    def largest(self, source: int) -> Iterator[list[int]]:
        """The paths from `source` where all partials are numbers, the largest product in absolute value first.

        What has a factor that is not finite counts as larger; of equal ones that along earlier nodes comes first.
        """
        if source not in self.tallies:
            return
        # Each path but the first is found when it is asked for, from what was kept of those before it.
        yield self._trail(source, 0)
        for place in count(1):
            if source not in self._exhausted:
                self._find_next(source)
            if place == len(self._known(source)):
                return
            yield self._trail(source, place)

    @property
    def _order(self) -> range:
        return range(self.target, -1, -1)

    @cached_property
    def _users(self) -> dict[int, list[int]]:
        """For each node the heads of its edges, in the order of the graph."""
        found: dict[int, list[int]] = {}
        for head in sorted(self.partials):
            for tail in self.partials[head]:
                found.setdefault(tail, []).append(head)
        return found

    @cached_property
    def _largest(self) -> dict[int, tuple[Rank, int]]:
        """For each node the rank of its largest path, and the node behind its first edge: a sweep that keeps the best.

        A product is taken from the target on, as the sweep of adjoints takes it, and to round is monotone: so the
        largest path of a node goes on with the largest of the next, whatever rounding does.
        """

        def edges(head: int) -> Iterator[tuple[int, tuple[Rank, int]]]:
            """The tails of a node, each with the rank of its partial and the node that it leads to."""
            return ((tail, (rank(partial), head)) for tail, partial in self.partials[head].items())

        def behind(edge: tuple[Rank, int], found: tuple[Rank, int]) -> tuple[Rank, int]:
            """A path that begins with `edge` and goes on as `found` does."""
            return times(edge[0], found[0]), edge[1]

        # Over (min, ×) in place of (+, ×), which is a semiring too: the sweep asks for no more of its numbers.
        return reverse(self._order, edges, {self.target: (ONE, self.target)}, multiply=behind, accumulate=min)

    def _known(self, node: int) -> list[RankedStep]:
        """The largest paths from `node` that have been found, at least one."""
        if node not in self._found:
            self._found[node] = [(*self._largest[node], 0)]
        return self._found[node]

    def _trail(self, node: int, place: int) -> list[int]:
        """The nodes of one of the paths that have been found."""
        trail = [node]
        # A path is kept as its first edge and the place of its rest among the paths of the next node: so long paths
        # share their ends, and a node's list takes the same room for each, however long they are.
        while node != self.target:
            _, node, place = self._known(node)[place]
            trail.append(node)
        return trail

    def _find_next(self, source: int) -> None:
        """Find one more path from `source`, if there is one.

        A node's next path is one of those that wait, or goes on with the path that comes after the one by which its
        last one went on; that must be found first, so this goes down to where it is known and comes back.
        """
        trail = [source]  # Down along the last paths found, to where the next one is known.
        while True:
            _, head, place = self._known(trail[-1])[-1]
            if head in self._exhausted or place + 1 < len(self._known(head)):
                break
            trail.append(head)
        # From the target's side back: what a node goes on with must be there before it does.
        for node in reversed(trail):
            self._extend(node)

    def _extend(self, node: int) -> None:
        _, head, place = self._known(node)[-1]
        # Of each user only its best path waits: the others come after it, and take its place one by one.
        if node not in self._next:
            self._next[node] = [self._step(node, user, 0) for user in self._users[node] if user != head]
            heapify(self._next[node])
        if place + 1 < len(self._known(head)):
            heappush(self._next[node], self._step(node, head, place + 1))
        if self._next[node]:
            self._found[node].append(heappop(self._next[node]))
        else:
            self._exhausted.add(node)

    def _step(self, node: int, head: int, place: int) -> RankedStep:
        return times(rank(self.partials[head][node]), self._known(head)[place][0]), head, place


def rank(partial: float) -> Rank:
    """How large a factor is."""
    if isnan(partial):
        return NOT_A_NUMBER, 0, 0.0
    if isinf(partial):
        return INFINITE, 0, 0.0
    # Ranks are compared as tuples, the smallest first; of a larger factor minus the exponent is smaller.
    mantissa, exponent = frexp(abs(partial))
    return (FINITE, -exponent, -mantissa) if partial else (ZERO, 0, 0.0)


def times(left: Rank, right: Rank) -> Rank:
    """How large a product is. With a larger factor it is not smaller: 0·inf counts as infinite."""
    if left[0] == right[0] == FINITE:
        mantissa, exponent = frexp(left[2] * right[2])
        return FINITE, left[1] + right[1] - exponent, -mantissa
    # What is not finite makes the product so, whatever the other is; else one of them is 0, and so is the product.
    kinds = left[0], right[0]
    return (min if min(kinds) < FINITE else max)(kinds), 0, 0.0


def product(factors: Iterable[float]) -> float:
    """The product of numbers, taken in this order; no part of it is too large or too small, unless the whole is."""
    mantissa, exponent = 1.0, 0
    for factor in factors:
        # Mantissas are in [½, 1), so their product is in [¼, 1): nothing is lost at either end of float64's range.
        mantissa, shift = frexp(mantissa * frexp(factor)[0])
        exponent += shift + frexp(factor)[1]
    try:
        return ldexp(mantissa, exponent) + 0.0  # Adding 0 turns −0 into 0.
    except OverflowError:
        return copysign(inf, mantissa)


def _joined(_edge: Tally, rest: Tally) -> Tally:
    """The paths that begin with an edge and go on with `rest`: each of so many has an edge more."""
    return Tally(rest.paths, rest.edges + rest.paths)


def _together(left: Tally, right: Tally) -> Tally:
    return Tally(left.paths + right.paths, left.edges + right.edges)
