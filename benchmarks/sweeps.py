"""Large graphs through the array form of the sweeps; prints medians, and ratios to other ways to the same adjoints.

The others: the plain sweep over dicts; SciPy's triangular solver and networkx's topological order with a loop, where
these are installed. All begin with the arrays of edges and end with the adjoint of every node.

Usage: python benchmarks/sweeps.py [EDGES [RUNS]]
"""

from __future__ import annotations

import gc
import resource
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from statistics import median
from typing import Any

import numpy as np

from backcalc.bulk.graph.evaluate import Operations
from backcalc.bulk.graph.sweep import Indices, SweepPlan
from backcalc.calculus.sweep import reverse
from backcalc.rules.primitives import PRIMITIVES

RANDOM = np.random.default_rng(0)
Edges = tuple[int, Indices, Indices]
"""The number of nodes, and the tails and heads of the edges."""

# ---- Graphs ----------------------------------------------------------------------------------------------------------


def wide(count: int) -> Edges:
    """Four edges a node between any two; some thirty levels."""
    nodes = count // 4
    tails, heads = np.sort(RANDOM.integers(0, nodes, (2, count)), axis=0)
    apart = tails < heads
    return nodes, tails[apart], heads[apart]


def chain(count: int) -> Edges:
    """One node a level."""
    return count + 1, np.arange(count), np.arange(1, count + 1)


def narrow(count: int) -> Edges:
    """Three nodes a level, each with four edges from the level before."""
    levels = np.repeat(np.arange(1, count // 12), 12)
    tails = 3 * (levels - 1) + RANDOM.integers(0, 3, len(levels))
    return 3 * (count // 12), tails, 3 * levels + np.tile(np.arange(12) // 4, count // 12 - 1)


def shuffled(edges: Edges) -> Edges:
    """The same graph with its nodes numbered anyhow, its edges in any order."""
    count, tails, heads = edges
    names, order = RANDOM.permutation(count).astype(np.int32), RANDOM.permutation(len(tails))
    return count, names[tails][order], names[heads][order]


@dataclass(frozen=True)
class Case:
    """A graph with partials, a node of the highest level as its seed, and its levels, which only SciPy is given."""

    edges: Edges
    partials: Any
    seed: int
    levels: Indices


def case(edges: Edges) -> Case:
    levels = SweepPlan(*edges).levels
    fed_by = np.bincount(edges[2], minlength=edges[0])
    partials = RANDOM.choice([-1.0, 1.0], len(edges[2])) / np.sqrt(
        fed_by[edges[2]]
    )  # So adjoints neither grow nor end.
    return Case(edges, partials, int(levels.argmax()), levels)


# ---- Ways to the adjoints --------------------------------------------------------------------------------------------


def by_plan(case: Case) -> Any:
    return SweepPlan(*case.edges).reverse(case.partials, case.seed)


def by_dicts(case: Case) -> Any:
    count, tails, heads = case.edges
    incoming: dict[int, list[tuple[int, float]]] = {}
    users: dict[int, list[int]] = {}
    for tail, head, partial in zip(tails.tolist(), heads.tolist(), case.partials.tolist(), strict=True):
        incoming.setdefault(head, []).append((tail, partial))
        users.setdefault(tail, []).append(head)
    waiting = {head: len(pairs) for head, pairs in incoming.items()}
    order = [node for node in range(count) if node not in waiting]
    for node in order:
        for head in users.get(node, ()):
            waiting[head] -= 1
            if not waiting[head]:
                order.append(head)
    found = reverse(reversed(order), lambda head: incoming.get(head, ()), {case.seed: 1.0})
    return [found.get(node, 0.0) for node in range(count)]


def by_scipy(case: Case) -> Any:
    """(1 - Pᵀ) adjoints = seed; the solver needs the nodes in topological order, which it is given here for nothing."""
    from scipy.sparse import coo_array, identity
    from scipy.sparse.linalg import spsolve_triangular

    count, tails, heads = case.edges
    place = np.empty(count, np.intp)
    place[np.argsort(case.levels, kind="stable")] = np.arange(count)
    matrix = identity(count) - coo_array((case.partials, (place[tails], place[heads])), (count, count))
    right = np.zeros(count)
    right[place[case.seed]] = 1
    return spsolve_triangular(matrix.tocsr(), right, lower=False, unit_diagonal=True)[place]


def by_networkx(case: Case) -> Any:
    import networkx as nx

    count, tails, heads = case.edges
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(count))
    graph.add_weighted_edges_from(zip(tails.tolist(), heads.tolist(), case.partials.tolist(), strict=True))
    found = dict.fromkeys(range(count), 0.0) | {case.seed: 1.0}
    for head in reversed(list(nx.topological_sort(graph))):
        for tail, _, partial in graph.in_edges(head, data="weight"):
            found[tail] += partial * found[head]
    return [found[node] for node in range(count)]


OTHERS = {"dicts": (by_dicts, None), "SciPy": (by_scipy, "scipy"), "networkx": (by_networkx, "networkx")}

# ---- Programs --------------------------------------------------------------------------------------------------------

INPUTS = 8


def sines(count: int, reach: int) -> Callable[[], Any]:
    """Statements `n = sin(a + b)`, where a and b are among the `reach` nodes before; values, partials, adjoints."""
    nodes = INPUTS + np.arange(count)
    sums = INPUTS + 2 * np.arange(count)
    ops, args = np.full(INPUTS + 2 * count, -1, np.int32), np.full((INPUTS + 2 * count, 3), -1, np.int32)
    ops[sums], ops[sums + 1] = 0, 1
    for k in range(2):
        chosen = RANDOM.integers(np.maximum(0, nodes - reach), nodes)
        args[sums, k] = np.where(chosen < INPUTS, chosen, 2 * chosen - INPUTS + 1)
    args[sums + 1, 0] = sums
    given, rows = RANDOM.uniform(-1, 1, len(ops)), (PRIMITIVES["+"][0], PRIMITIVES["sin"][0])

    def work() -> Any:
        program = Operations(rows, ops, args, np.zeros(len(ops), bool))
        return program.linearize(program.evaluate(given)).reverse(len(ops) - 1)

    return work


# ---- The table -------------------------------------------------------------------------------------------------------


def milliseconds(work: Callable[[], Any], runs: int) -> float:
    """The median time of `work`."""
    times = []
    for _ in range(runs):
        gc.collect()
        begin = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - begin))
    return median(times)


def compare(name: str, edges: Edges, others: Sequence[Callable[[Case], Any]], runs: int) -> None:
    """Print the line of a graph; the others run once, being slow."""
    at = case(edges)
    ours = milliseconds(lambda: by_plan(at), runs)
    ratios = "".join(f"{milliseconds(lambda way=way: way(at), 1) / ours:12.1f}" for way in others)
    print(f"{len(edges[1]):10} {name:16}{ours:10.0f}{ratios}", flush=True)


def main() -> None:
    """Print a line a case."""
    size = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
    runs = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    others = {name: way for name, (way, package) in OTHERS.items() if package is None or find_spec(package)}
    print(f"{'edges':>10} {'graph':14}{'backcalc ms':>12}" + "".join(f"{f'{name} ×':>12}" for name in others))
    for make in (wide, chain, narrow):
        compare(make.__name__, make(size), list(others.values()), runs)
        compare(make.__name__ + " shuffled", shuffled(make(size)), list(others.values()), runs)
    print("".join(f"{name} is not installed\n" for name in OTHERS if name not in others), end="")
    print(f"\n{'statements':>10} {'n = sin(a + b)':14}{'backcalc ms':>12}")
    for name, reach in (("wide", size), ("three back", 3), ("chain", 1)):
        print(f"{size // 10:10} {name:16}{milliseconds(sines(size // 10, reach), runs):10.0f}")
    print(f"\n{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most, the others included")


main()
