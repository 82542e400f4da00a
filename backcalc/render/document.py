"""What a report is made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Literal, NamedTuple

ARROW = " → "  # Between the nodes of a path.


Tone = Literal["good", "fair", "bad"]


class Grid(NamedTuple):
    """A table, or a title alone: `numbers` says which columns hold numbers, which no format may cut.

    `yields` is the column that gives way first where there is little room, `strong` are the rows that stand out,
    `whole` the columns of vectors and formulas, which no format may cut either. `notes` are sentences below rows, and
    `tones` tell what the first cell of a row means.
    """

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: frozenset[int]
    yields: int | None = None
    title: str = ""
    strong: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    notes: Mapping[int, Sequence[str]] = MappingProxyType({})
    tones: Mapping[int, Tone] = MappingProxyType({})


def cut(grid: Grid, count: int) -> list[Grid]:
    """`grid`, and where it has not all of `count` rows, a line that says so."""
    words = left_out(count, len(grid.rows))
    return [grid, Grid((), (), frozenset(), title=words)] if words else [grid]


LIMIT = 200  # Rows: a few screens; beyond that one greps rather than reads.


def left_out(count: int, shown: int) -> str:
    """The line that says how many of `count` rows are not `shown`; empty where all are."""
    if shown == count:
        return ""
    return f"… {count - shown:,} of {count:,} rows are left out; --limit 0 shows all."
