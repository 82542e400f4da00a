"""The rows of the table of primitives by titles: the symbol, and ranks behind it where others have it too."""

from __future__ import annotations

from backcalc.rules.primitives import PRIMITIVES, ROWS, Primitive


def title(row: Primitive) -> str:
    """`sin`, `max 1`, `@ 22`: what tells a row from all others."""
    if row is PRIMITIVES[row.symbol][0] and row.symbol != "@":
        return row.symbol
    # Rows that take any ranks are told apart by how many arguments they take.
    return f"{row.symbol} {''.join(map(str, row.ranks[0])) if row.ranks else ', '.join(row.params)}"


TABLE = {title(row): row for row in ROWS}
