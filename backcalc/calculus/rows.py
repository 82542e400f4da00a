"""Arrays put together from their rows, of numbers or as formulas."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod

from backcalc.graph.shapes import Shape
from backcalc.language.expr import VECTOR, Call, Expr
from backcalc.rules.values import Value, all_known, literal, reshaped

MOST_NUMBERS = 1_000_000  # Of one Jacobian.
MOST_ROWS = 1_000  # Of a local one: each takes a pullback, and nobody reads that many.
MOST_SWEEPS = 64  # Elements of an output whose Jacobian is a formula: it takes a reverse sweep an element.


def joined(rows: Sequence[Value], shape: Shape) -> Value:
    """Rows, one an element of an array of this shape, as one array; with a formula among them, as a formula."""
    return reshaped(rows, shape) if all_known(rows) else written(list(map(literal, rows)), shape)


def written(items: list[Expr], shape: Shape) -> Expr:
    """The elements of a vector or matrix as the language writes it."""
    if len(shape) == 1:
        return Call(VECTOR, tuple(items))
    length = shape[-1] or 0
    rows = (items[i : i + length] for i in range(0, len(items), length))
    return Call(VECTOR, tuple(Call(VECTOR, tuple(row)) for row in rows))


def elements(shape: Shape) -> int:
    """How many elements an array of this shape has."""
    return prod(n or 0 for n in shape)
