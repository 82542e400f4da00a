"""Numbers as text: rounded for people, exact for programs."""

from __future__ import annotations

from math import isfinite
from typing import Any

from backcalc.expr import Expr, Name, Number, fold, with_args
from backcalc.unparse import number_text, unparse
from backcalc.values import is_known, shape_of

UNKNOWN = "?"
DIGITS = 6
ELEMENTS = 8  # Of a longer array only the ends are shown in a table.
LONGEST = 400  # Names, numbers and operations of the longest formula that is shown.
TOO_LONG = "(long: see derive)"
MAX_DIGITS = 17  # More digits than a float64 has would be noise.


def rounded(value: float | None, digits: int = DIGITS) -> str:
    """`value` to `digits` significant digits; a whole number that is exact so stays written out; `?` where unknown."""
    if value is None:
        return UNKNOWN
    text = f"{value + 0.0:.{digits}g}"  # Adding 0 turns −0 into 0.
    if "e+" in text and float(text) == value and abs(value) < 1e15:
        return f"{value:.0f}"
    return text


def value_text(value: Any, digits: int = DIGITS) -> str:
    """A number, an array or a formula for people, numbers to `digits` significant digits; `?` where unknown."""
    if value is None or (is_known(value) and not shape_of(value)):
        return rounded(value, digits)
    if is_known(value):
        return _array_text(value, digits)
    if is_long(value):
        return TOO_LONG
    return unparse(in_digits(value, digits))


def is_plain(text: str) -> bool:
    """Whether a cell holds one number, or stands for one."""
    return text in (UNKNOWN, "-", "nan", "inf", "-inf") or (
        text.lstrip("-")[:1].isdigit() and not set(text) & set(" []*/()")
    )


def is_long(expr: Expr) -> bool:
    """Whether a formula, written out, is too long to be read; shared parts count as often as they are written."""
    return fold(expr, lambda _: 1, lambda _, sizes: min(1 + sum(sizes), LONGEST + 1)) > LONGEST


def in_digits(expr: Expr, digits: int) -> Expr:
    """`expr` with its numbers rounded for people."""

    def leaf(part: Number | Name) -> Expr:
        return Number(part.value, rounded(part.value, digits), part.span) if isinstance(part, Number) else part

    return fold(expr, leaf, with_args)


def exact(value: Any) -> Any:
    """`value` for JSON: a number, the strings `nan`, `inf` and `-inf`, a nested list; None where it is not known."""
    if value is None or not is_known(value):
        return None
    if shape_of(value):
        return [exact(item if shape_of(item) else float(item)) for item in value]
    return value if isfinite(value) else number_text(value)


def formula_of(value: Any) -> str | None:
    """The formula that `value` is, for programs; None where it is made of numbers, or too long to be read."""
    return None if value is None or is_known(value) or is_long(value) else unparse(value)


def _array_text(value: Any, digits: int) -> str:
    """An array as the language writes it; of a long one the first and last elements."""
    items = [_array_text(item, digits) if shape_of(item) else rounded(float(item), digits) for item in _ends(value)]
    if len(value) > ELEMENTS:
        items.insert(ELEMENTS // 2, "…")
    return f"[{', '.join(items)}]"


def _ends(value: Any) -> list[Any]:
    return list(value) if len(value) <= ELEMENTS else [*value[: ELEMENTS // 2], *value[-ELEMENTS // 2 :]]
