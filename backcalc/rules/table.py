"""How a row of the table of primitives is written, and the table itself, which the rows find their functions in."""

from __future__ import annotations

from typing import Any

from backcalc.rules.row import Primitive, RowTable

# Mutable: rows with options and functions of files are added when they are met.
PRIMITIVES = RowTable()
"""The rows by their symbols, filled below; each row finds the functions that its texts call here."""


def row(symbol: str, params: str, value: str = "", partials: str = "", **columns: Any) -> Primitive:
    """A row of the table; the texts of several arguments are parted by `;`."""
    if columns.get("derived") == "stable":
        columns["derived"] = columns["stable"]
    # A column a parameter each; `partials`, the fifth, has its own place.
    texts = ("stable", "derived", "plain", "from_output", "pullbacks")
    split: dict[str, Any] = {key: _split(columns.pop(key, "")) for key in texts}
    columns["options"] = tuple(_option(text) for text in columns.pop("options", "").split())
    names = tuple(params.split())
    value = value or f"{symbol}({', '.join(names)})"
    return Primitive(symbol, names, value, PRIMITIVES, _split(partials), **split, **columns)


def _option(text: str) -> tuple[str, int | None]:
    """`ddof=0` as a name and its default; `axis` has none."""
    name, _, default = text.partition("=")
    return name, int(default) if default else None


def _split(text: str) -> tuple[str, ...]:
    # No text is no column, rather than one of an empty text.
    return tuple(part.strip() for part in text.split(";")) if text else ()
