"""The words of warnings: an operation at its operands as one writes it, and which elements of an array."""

from __future__ import annotations

from backcalc.language.statements import written_name
from backcalc.language.unparse import number_text
from backcalc.rules.row import Primitive
from backcalc.rules.values import Value, is_array, is_known
from backcalc.text.wording import shorten

PLACES_SHOWN = 3


def element_text(name: str, index: tuple[int, ...]) -> str:
    """A node, or an element of it: `h[1]`."""
    return shorten(name) + f"[{', '.join(map(str, index))}]" * bool(index)


def places_text(places: list[tuple[int, ...]]) -> str:
    """Which elements: ` at [0], [2]`; of many the first."""
    shown = ", ".join(f"[{', '.join(map(str, index))}]" for index in places[:PLACES_SHOWN])
    return f" at {shown}" + f" and {len(places) - PLACES_SHOWN} more" * (len(places) > PLACES_SHOWN)


def operand_text(value: Value) -> str:
    """A number; of what is no number, or not known, a sign that there is something."""
    return number_text(value) if is_known(value) and not is_array(value) else "…"


def operation_text(row: Primitive, operands: list[str]) -> str:
    """An operation on numbers as one writes it: `log(-1)`, `1/0`."""
    name = written_name(row.symbol)
    if name.isidentifier() or len(operands) != 2:
        return f"{name}({', '.join(operands)})"
    left, right = (f"({text})" if text.startswith("-") else text for text in operands)
    return f"{left}{name}{right}" if name in "*/^" else f"{left} {name} {right}"
