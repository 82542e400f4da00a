"""The array form of the sweeps: the same bits as the plain one, on graphs of any kind, however the work is divided."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from unittest.mock import patch

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backcalc.bulk.arrays import sorting
from backcalc.bulk.arrays.sorting import inverse, ranges, repeated, stable_order
from backcalc.bulk.graph import order as peeling
from backcalc.bulk.graph import sweep as plan
from backcalc.bulk.graph.order import peel
from backcalc.bulk.graph.sweep import SweepPlan, stretches
from backcalc.calculus import sweep
from backcalc.graph import order

law = settings(max_examples=300)

# ---- Graphs ----------------------------------------------------------------------------------------------------------

# What rounds, overflows, underflows, has a sign at zero, or is no number.
PARTIALS = (1.0, -1.0, 0.1, 0.7, -3.0, 1e16, 1e-300, 1e308, 0.0, -0.0, np.inf, -np.inf, np.nan)
# The limits below which work is done one by one, and how much of it at a time: all of it, none, and between.
MANY = 10**9
LIMITS = st.sampled_from(
    (
        (0, 0, 8),
        (MANY, MANY, 3),
        (MANY, MANY, MANY),
        (3, 4, 8),
        (2, MANY, 8),
        (MANY, 2, 8),
        (MANY, MANY, MANY, 1),
        (3, 4, 8, 2),
        (MANY, MANY, MANY, 1, 1, 0),
        (3, 4, 8, 2, 2, 0),
        (3, MANY, 8, 2, 3, 1),
    )
)


@dataclass(frozen=True)
class Dag:
    count: int
    tails: np.ndarray
    heads: np.ndarray
    partials: np.ndarray
    seed: int

    def plan(self):
        return SweepPlan(self.count, self.tails, self.heads)

    def incoming(self):
        """For each node its (tail, partial) pairs in the order of the edges, as the plain sweep reads them."""
        found = [[] for _ in range(self.count)]
        for tail, head, partial in zip(self.tails.tolist(), self.heads.tolist(), self.partials.tolist(), strict=True):
            found[head].append((tail, partial))
        return found

    def levels(self):
        """The levels, by the order of names that `build` goes by."""
        names = [str(node) for node in range(self.count)]
        needs = {name: [str(tail) for tail, _ in pairs] for name, pairs in zip(names, self.incoming(), strict=True)}
        done, _ = order.topological(names, needs.__getitem__)
        level = order.levels(done, needs.__getitem__)
        return [level[name] for name in names]

    def order(self):
        """The nodes' own order where it is a topological one, else by level."""
        if (self.tails < self.heads).all():
            return list(range(self.count))
        level = self.levels()
        return sorted(range(self.count), key=level.__getitem__)

    def plain(self, mode):
        """The plain sweep's result."""
        nodes = self.order()
        if mode == "reverse":
            found = sweep.reverse(nodes[::-1], self.incoming().__getitem__, {self.seed: 1.0})
        else:
            found = sweep.forward(nodes, self.incoming().__getitem__, {self.seed: 1.0})
        return np.array([found.get(node, 0.0) for node in range(self.count)])


@st.composite
def dags(draw):
    """Wide and narrow graphs and chains, with parallel edges, many sinks, parts that nothing joins; numbered anyhow."""
    count = draw(st.integers(1, 30))
    reach = draw(st.sampled_from((1, 3, 30)))  # How far an edge may go: 1 makes chains, 30 what is wide.
    gaps = draw(st.lists(st.tuples(st.integers(0, count - 1), st.integers(1, reach)), max_size=90))
    pairs = [(tail, tail + gap) for tail, gap in gaps if tail + gap < count]
    pairs += draw(st.sampled_from(([], list(pairwise(range(count))))))  # A chain through all.
    names = draw(st.one_of(st.just(range(count)), st.permutations(range(count))))
    partials = draw(st.lists(st.sampled_from(PARTIALS), min_size=len(pairs), max_size=len(pairs)))
    tails, heads = (np.array([names[pair[end]] for pair in pairs], np.int64) for end in (0, 1))
    return Dag(count, tails, heads, np.array(partials, float), draw(st.integers(0, count - 1)))


@contextmanager
def limits(few_edges, few_nodes, chunk, long=plan.LONG, stride=peeling.STRIDE, few_walkers=peeling.FEW_WALKERS):
    with ExitStack() as stack:
        for name, value in (("FEW_EDGES", few_edges), ("CHUNK", chunk), ("LONG", long)):
            stack.enter_context(patch.object(plan, name, value))
        for name, value in (("FEW_NODES", few_nodes), ("STRIDE", stride), ("FEW_WALKERS", few_walkers)):
            stack.enter_context(patch.object(peeling, name, value))
        yield


def assert_same_bits(found, expected):
    """Equal to the last bit, signs of zeros too; one nan is as good as another."""
    both_nan = np.isnan(found) & np.isnan(expected)
    same = found.view(np.int64) == expected.view(np.int64)
    assert (same | both_nan).all(), (found, expected)


# ---- Laws ------------------------------------------------------------------------------------------------------------


@law
@given(dags(), LIMITS)
def test_a_sweep_has_the_bits_of_the_plain_one(dag, limit):
    with limits(*limit):
        found = dag.plan()
        assert_same_bits(found.reverse(dag.partials, dag.seed), dag.plain("reverse"))
        assert_same_bits(found.forward(dag.partials, dag.seed), dag.plain("forward"))


@law
@given(dags(), LIMITS)
def test_levels(dag, limit):
    with limits(*limit):
        assert dag.plan().levels.tolist() == dag.levels()
        assert not dag.plan().cyclic.size


@law
@given(dags(), LIMITS, st.randoms(use_true_random=False))
def test_edges_that_are_not_taken_are_not_there(dag, limit, random):
    taken = np.array([random.random() < 0.7 for _ in dag.tails], bool)
    seed = dag.count - 1 if (dag.tails < dag.heads).all() else dag.seed
    fewer = Dag(dag.count, dag.tails[taken], dag.heads[taken], dag.partials[taken], seed)
    with limits(*limit):
        if fewer.order() == dag.order():  # Else the order of sums may be another.
            assert_same_bits(dag.plan().reverse(dag.partials, seed, taken), fewer.plain("reverse"))
            assert_same_bits(dag.plan().forward(dag.partials, seed, taken), fewer.plain("forward"))


@law
@given(st.integers(1, 8), st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), max_size=14), LIMITS)
@example(3, [(0, 1), (1, 1), (1, 2)], (0, 0, 8))
def test_cyclic_nodes_are_those_on_cycles_and_between(count, pairs, limit):
    edges = np.array([(tail % count, head % count) for tail, head in pairs], np.int32).reshape(-1, 2)
    way = np.zeros((count, count), bool)
    way[edges[:, 0], edges[:, 1]] = True
    for via in range(count):  # Warshall: whether a path of one edge or more leads from each node to each other.
        way |= way[:, [via]] & way[[via], :]
    on_cycle = np.diag(way)
    behind, before = on_cycle | way[on_cycle].any(axis=0), on_cycle | way[:, on_cycle].any(axis=1)
    with limits(*limit):
        found = SweepPlan(count, edges[:, 0], edges[:, 1])
        assert found.cyclic.tolist() == np.flatnonzero(behind & before).tolist()
        assert (found.levels < 0).tolist() == behind.tolist()


@law
@given(st.lists(st.integers(0, 2**20)))
@example([70000, 3, 70000, 2**31 - 1, 3])
def test_stable_order(keys):
    found = stable_order(np.array(keys, np.int32))
    assert found.tolist() == sorted(range(len(keys)), key=keys.__getitem__)
    assert found[inverse(found)].tolist() == list(range(len(keys)))


@law
@given(st.lists(st.integers(0, 9), min_size=1), st.integers(1, 12))
def test_stretches(sizes, chunk):
    """They cover all, in order; a large group is one, and no piece of small ones is larger than a chunk."""
    with limits(0, 0, chunk):
        found = list(stretches(np.array(sizes), 5))
    assert [at for begin, end, _ in found for at in range(begin, end)] == list(range(sum(sizes)))
    assert [end - begin for begin, end, is_wide in found if is_wide] == [size for size in sizes if size >= 5]
    assert all(0 < end - begin <= chunk for begin, end, is_wide in found if not is_wide)


# ---- Cases -----------------------------------------------------------------------------------------------------------


def plan_of(count, *edges):
    tails, heads, partials = zip(*edges, strict=True)
    return SweepPlan(count, np.array(tails), np.array(heads)), np.array(partials, float)


def test_an_exercise():
    """o = a·b of `test_sweep`: a = 3u, b = 5u + 7w, c = u, ∂o/∂a = 11, ∂o/∂b = 2."""
    found, partials = plan_of(6, (0, 2, 3), (0, 3, 5), (1, 3, 7), (0, 4, 1), (2, 5, 11), (3, 5, 2))
    assert found.levels.tolist() == [0, 0, 1, 1, 1, 2]
    assert found.is_topological
    assert found.reverse(partials, 5).tolist() == [43, 14, 11, 2, 0, 1]
    assert found.reverse(partials, 2).tolist() == [3, 0, 1, 0, 0, 0]
    assert found.forward(partials, 0).tolist() == [1, 0, 3, 5, 1, 43]
    assert found.forward(partials, 5).tolist() == [0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("limit", [(0, 0, 8), (10**9, 10**9, 8)])
@pytest.mark.parametrize(
    ("contributions", "total"),
    [
        ((1e16, 1.0, -1e16), 0.0),  # 1e16 + 1 is 1e16.
        ((1e16, -1e16, 1.0), 1.0),
        ((1.0, 1e16, -1e16), 0.0),
    ],
)
def test_parallel_edges_add_up_in_their_order(contributions, total, limit):
    with limits(*limit):
        found, partials = plan_of(2, *((0, 1, partial) for partial in contributions))
        assert found.reverse(partials, 1)[0] == total
        assert found.forward(partials, 0)[1] == total


@pytest.mark.parametrize("limit", [(0, 0, 8), (10**9, 10**9, 8)])
@pytest.mark.parametrize("partial", [np.inf, np.nan, -np.inf])
def test_a_way_that_leads_nowhere_does_no_harm(partial, limit):
    with limits(*limit):
        found, partials = plan_of(4, (0, 1, 2), (0, 2, partial), (3, 1, partial))
        assert found.reverse(partials, 1)[:3].tolist() == [2, 1, 0]
        assert found.forward(partials, 0)[[0, 1, 3]].tolist() == [1, 2, 0]


def test_a_sum_of_negative_zeros_is_one():
    found, partials = plan_of(2, (0, 1, -0.0), (0, 1, -0.0))
    assert np.signbit(found.reverse(partials, 1)[0])
    assert not np.signbit(found.reverse(partials, 0)).any()  # Where no path leads, it is 0.


def test_a_cycle_has_no_sweep():
    found, partials = plan_of(4, (0, 1, 1), (1, 2, 1), (2, 1, 1), (2, 3, 1))
    assert (found.cyclic.tolist(), found.levels.tolist()) == ([1, 2], [0, -1, -1, -1])
    for run in (found.reverse, found.forward):
        with pytest.raises(ValueError, match="the graph has a cycle"):
            run(partials, 0)


def test_no_edges():
    found = SweepPlan(3, np.zeros(0, np.int32), np.zeros(0, np.int32))
    assert found.reverse(np.zeros(0), 1).tolist() == found.forward(np.zeros(0), 1).tolist() == [0, 1, 0]


def test_ranges():
    assert ranges(np.array([5, 2, 9]), np.array([8, 2, 10])).tolist() == [5, 6, 7, 9]


# ---- Size ------------------------------------------------------------------------------------------------------------

LARGE = 200_000
RANDOM = np.random.default_rng(0)


def shuffled(count, tails, heads):
    """A graph with its nodes numbered anyhow and its edges in any order; and the number of its last node."""
    names, edges = RANDOM.permutation(count), RANDOM.permutation(len(tails))
    return names[tails][edges], names[heads][edges], int(names[count - 1])


def test_a_long_chain():
    tails, heads, last = shuffled(LARGE + 1, np.arange(LARGE), np.arange(1, LARGE + 1))
    adjoint = SweepPlan(LARGE + 1, tails, heads).reverse(np.full(LARGE, -1.0), last)
    assert np.unique(adjoint).tolist() == [-1.0, 1.0]
    assert adjoint.sum() == 1  # They take turns, and the last is 1.


def test_a_ladder():
    """Two nodes a level, each fed by both of the level before with ½: half of the adjoint 1 is at each."""
    levels = np.arange(1, LARGE // 4)
    tails, heads = (
        np.concatenate([2 * (levels - back) + k for k in by]) for back, by in ((1, (0, 1, 0, 1)), (0, (0, 0, 1, 1)))
    )
    count = 2 * len(levels) + 2
    tails, heads, last = shuffled(count, tails, heads)
    found = SweepPlan(count, tails, heads)
    assert int(found.levels.max()) == len(levels)
    assert np.unique(found.reverse(np.full(len(tails), 0.5), last), return_counts=True)[1].tolist() == [1, count - 2, 1]


@pytest.mark.parametrize("reach", [40, LARGE])
def test_a_large_random_graph(reach):
    """Both narrow and wide levels, at the limits that are in force."""
    count = LARGE // 4
    heads = RANDOM.integers(1, count, LARGE)
    tails = np.maximum(0, heads - RANDOM.integers(1, reach, LARGE) % heads.clip(1) - 1)
    tails, heads, last = shuffled(count, tails, heads)
    dag = Dag(count, tails, heads, RANDOM.normal(size=LARGE), last)
    assert_same_bits(dag.plan().reverse(dag.partials, last), dag.plain("reverse"))


@pytest.mark.parametrize("stride", [1, 7, 64, 5000])
def test_peeling_tells_a_cycle_behind_a_chain(stride):
    ring = np.arange(1000)
    with limits(MANY, MANY, MANY, stride=stride, few_walkers=0):
        level = peel(2000, np.r_[ring, 999, 1000 + ring], np.r_[ring + 1, 1000, 1000 + (ring + 1) % 1000])
    assert level[:1000].tolist() == ring.tolist()
    assert (level[1000:] < 0).all()


@pytest.mark.parametrize("stride", [1, 2, 7, 64])
@pytest.mark.parametrize("size", [1, 2, 3, 50])
def test_peeling_beside_chains(size, stride):
    """Two chains from one node, which meet, and a third behind them that another node feeds too, midway."""
    steps = np.arange(size)
    names = RANDOM.permutation(3 * size + 3)
    start, meeting, other = 3 * size, 3 * size + 1, 3 * size + 2
    ways = [np.r_[start, steps, meeting], np.r_[start, size + steps, meeting], np.r_[meeting, 2 * size + steps]]
    tails, heads = (np.concatenate([way[part] for way in ways]) for part in (slice(-1), slice(1, None)))
    tails, heads = names[np.r_[tails, other]], names[np.r_[heads, 2 * size + size // 2]]
    with limits(MANY, MANY, MANY, stride=stride, few_walkers=0):
        level = peel(3 * size + 3, tails, heads)[names]
    assert level.tolist() == [*(steps + 1), *(steps + 1), *(size + 2 + steps), 0, size + 1, 0]


@given(st.lists(st.integers(0, 3000), max_size=60), st.sampled_from([1, 7, 1 << 20]), st.sampled_from([1, 70_000]))
def test_a_stable_order_is_pythons(keys, block, factor):
    with patch.object(sorting, "BLOCK", block):
        found = stable_order(np.array(keys, np.int32) * factor)
    assert found.tolist() == sorted(range(len(keys)), key=lambda i: keys[i])


@given(st.lists(st.one_of(st.integers(0, 9), st.integers(0, 2**64 - 1))), st.sampled_from([1, 7, 1 << 20]))
@example([], 1)
@example([5], 1)
@example([*range(3000), 7, *range(2999, 3010), 7], 64)
@example([3] * 257 + [5], 1 << 20)  # One more than a byte can count.
def test_what_stands_more_than_once(keys, block):
    with patch.object(sorting, "BLOCK", block):
        found = repeated(np.array(keys, np.uint64))
    assert found.tolist() == [place for place, key in enumerate(keys) if keys.count(key) > 1]
