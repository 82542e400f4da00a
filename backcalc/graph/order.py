"""Topological order of anything with needs, with its cycles as data; iterative, so depth is no limit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

MAX_CYCLES = 20


def topological(items: Iterable[str], needs: Callable[[str], Sequence[str]]) -> tuple[list[str], list[list[str]]]:
    """`items` with what they need before them, and the cycles met: each a list in which an item needs the next one.

    A depth-first search in the order of `items`; up to MAX_CYCLES cycles are told.
    """
    done: list[str] = []
    cycles: list[list[str]] = []
    state: dict[str, bool] = {}  # False while an item is on the path, True once it is done.
    for root in items:
        if root not in state:
            _visit(root, needs, state, done, cycles)
    return done, cycles


def _visit(
    root: str,
    needs: Callable[[str], Sequence[str]],
    state: dict[str, bool],
    done: list[str],
    cycles: list[list[str]],
) -> None:
    state[root] = False
    # The path is the stack of the search, with what is left to look at of each item: a chain may be a million long.
    path: list[tuple[str, Iterator[str]]] = [(root, iter(needs(root)))]
    while path:
        item, rest = path[-1]
        for need in rest:
            if need not in state:
                state[need] = False
                path.append((need, iter(needs(need))))
                break
            # On the path still: from there to here, and back, is a cycle.
            if not state[need] and len(cycles) < MAX_CYCLES:
                names = [name for name, _ in path]
                cycles.append(names[names.index(need) :])
        else:  # All that it needs is done.
            path.pop()
            state[item] = True
            done.append(item)


def levels(order: Iterable[str], needs: Callable[[str], Sequence[str]]) -> dict[str, int]:
    """The length of the longest chain of needs below each item of a topological `order`."""
    level: dict[str, int] = {}
    for item in order:
        # Needs stand before an item in a topological order, so their levels are known.
        level[item] = 1 + max((level[need] for need in needs(item)), default=-1)
    return level
