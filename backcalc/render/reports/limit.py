"""Which rows of a long table are shown, and the words for those that are not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan
from typing import TYPE_CHECKING, Any, TypeVar

from backcalc.rules.values import is_array, is_known

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun

T = TypeVar("T")


def telling_nodes(run: AnyRun, limit: int) -> Sequence[int]:
    """The places of at most `limit` nodes, in their order: the output, the inputs, then the largest adjoints."""
    derivatives = [run.adjoints] if run.mode == "reverse" else run.tangents.values()
    columns = [column[:] for column in derivatives]  # Of arrays all numbers at once, not one by one.
    index = run.graph.index
    first = {index[name]: 1 for name in run.graph.inputs} | {index.get(run.output, -1): 0}

    def _place(i: int) -> tuple[int, float]:
        return first.get(i, 2), -max((size(column[i]) for column in columns), default=0.0)

    return most(range(len(run.graph.nodes)), limit, _place)


def most(rows: Sequence[T], limit: int, key: Callable[[T], Any]) -> Sequence[T]:
    """The first `limit` of `rows` by `key`, in the order in which they stand; 0 is no limit."""
    if not limit or len(rows) <= limit:
        return rows
    from heapq import nsmallest  # Most tables are short.

    # Of a million rows a heap of `limit` is all that is held, and which are kept does not change their order.
    kept = nsmallest(limit, range(len(rows)), key=lambda i: key(rows[i]))
    return [rows[i] for i in sorted(kept)]


def size(value: Any) -> float:
    """How large a derivative is; what is no number, or not known, counts as larger than all."""
    if isinstance(value, float):  # As most are; it is asked of every node of a graph.
        return inf if isnan(value) else abs(value)
    if value is None or not is_known(value):
        return inf
    if is_array(value) and value.dtype == object:  # Numbers by their digits have neither abs nor max.
        return max(map(size, value.ravel()))
    try:
        found = float(abs(value).max()) if is_array(value) else abs(float(value))
    except OverflowError:  # A fraction may be larger than any float.
        return inf
    return inf if isnan(found) else found
