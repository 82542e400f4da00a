"""`max` and `min` of a node against a constant: the rows of two nodes, with the subgradient 0 where both are equal.

Between equal nodes nothing prefers one, so they share; a constant takes no share, and `max(0, x)` is what `relu(x)` is.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from backcalc.rules.row import FLAT, Primitive

# By the symbol: how a hand writes the slope by a node `x` against a constant `y`, and the form without inf − inf.
_SLOPES = {
    "max": ("step({x} - {y})", "where({x} > {y}, 1, 0)"),
    "min": ("step({y} - {x})", "where({x} < {y}, 1, 0)"),
}

HELD_AGAINST = tuple(_SLOPES)
"""The symbols of the rows that a constant argument makes others."""


def against(row: Primitive | None, constant: Sequence[bool]) -> Primitive | None:
    """`row` as it is where `constant` tells which of its arguments are made of numbers alone: of most rows itself."""
    is_one = row is not None and row.symbol in _SLOPES and len(constant) == len(("x", "y")) and sum(constant) == 1
    # The constant's place tells which side has the slope.
    return _against(row, constant[0]) if is_one and row is not None else row


@cache  # One row for each, for what is compiled of a row is kept with it.
def _against(row: Primitive, is_first: bool) -> Primitive:
    constant, node = row.params if is_first else row.params[::-1]

    def _column(text: str) -> tuple[str, ...]:
        slope = text.format(x=node, y=constant)
        return (FLAT, slope) if is_first else (slope, FLAT)

    partials, stable = map(_column, _SLOPES[row.symbol])
    return row._replace(partials=partials, stable=stable)
