"""One path followed throughout: what a derivative is taken for by who forgets that it is a sum over paths."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from backcalc.calculus.run import Run
from backcalc.marking.diagnosis.mistakes import PATH, rows_at
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Primitive

FEWEST, MOST = 3, 40
"""Paths: of two one is missing, and of many one gives any number."""
_PATH = Primitive(PATH, ("t",), "", PRIMITIVES)


def single_paths(run: Run, of: str, wrt: int) -> Iterator[Suspect]:
    """The product along each path from a node to an output, where all is made of numbers and paths are few."""
    index = run.graph.index
    if of not in index or run.linear.evaluation.has_arrays or not run.linear.evaluation.is_known:
        return
    top = index[of]
    # Counted before any is followed: n diamonds in a row have 2ⁿ of them.
    if not FEWEST <= _counted(run, top, wrt) <= MOST:
        return
    for product, nodes in _products(run, top, wrt):
        for mistake in rows_at(PATH):
            yield Suspect(_PATH.scalar.form(mistake.change)(product, None), mistake, wrt, others=nodes)


def _counted(run: Run, top: int, wrt: int) -> int:
    """How many paths lead from `wrt` to `top`."""
    counts = {top: 1}
    for node in range(top, wrt, -1):
        for tail, _ in run.linear.edges[node] if node in counts else ():
            counts[tail] = counts.get(tail, 0) + counts[node]
    return counts.get(wrt, 0)


def _products(run: Run, top: int, wrt: int) -> Iterator[tuple[float, tuple[int, ...]]]:
    """The product and the inner nodes of each path; there are few, but they may be long."""
    # From the output most ways down end elsewhere; only what `wrt` leads to is followed.
    leading = {wrt}
    for node in range(wrt + 1, top + 1):
        if any(tail in leading for tail, _ in run.linear.edges[node]):
            leading.add(node)  # In topological order: what is below has been seen.
    stack: list[tuple[int, Any, tuple[int, ...]]] = [(top, 1.0, ())]
    while stack:
        node, product, inner = stack.pop()
        if node == wrt:
            yield product, inner
            continue
        below = inner if node == top else (node, *inner)  # The ends are told by the derivative itself.
        # Depth first: what waits is no more than the branches along one path.
        stack += [(tail, product * p, below) for tail, p in run.linear.edges[node] if tail in leading]
