"""Numbers as text: rounded for people, exact for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from math import isfinite
from typing import Any

from backcalc.language.expr import Expr, Name, Number, fold, size, with_args
from backcalc.language.unparse import COMMA, number_text, pieces_of, unparse
from backcalc.render.layout import Parted, enclosed, joined, parted_behind
from backcalc.rules.values import is_array, is_known, shape_of
from backcalc.text.numerals import DIGITS, is_exact, is_whole, rounded

NOISE = 1e-12  # Of its size, what float64 makes of a whole number on the way.
ELEMENTS = 8  # Of a longer array only the ends are shown in a table.
LONGEST = 400  # Names, numbers and operations of the longest formula that is shown.
TOO_LONG = "(long: see derive)"
LONGEST_EXACT = 20_000  # The same for programs, some 100,000 characters,
ALL_EXACT = 1_000_000  # and of all formulas together.
MAX_DIGITS = 17  # More digits than a float64 has would be noise.
MAX_CERTAIN = 10_000  # Digits that are certain are none; somebody is to read them all the same.


def value_text(value: Any, digits: int = DIGITS) -> str:
    """A number, an array or a formula for people, numbers to `digits` significant digits; `?` where unknown.

    An array or a formula is `Parted` behind its commas.
    """
    if value is None or (is_known(value) and not is_array(value)):
        return rounded(value, digits)
    if is_known(value):
        return _array_text(value, digits)
    if size(value, LONGEST) > LONGEST:
        return TOO_LONG
    return formula_text(in_digits(value, digits))


def formula_text(expr: Expr) -> Parted:
    """`expr` as text in the language, parted behind its commas."""
    return parted_behind(COMMA, pieces_of(expr))


def is_number(value: Any) -> bool:
    """Whether a value is one number, or stands for one that is not known."""
    return value is None or isinstance(value, Number) or (is_known(value) and not is_array(value))


def in_digits(expr: Expr, digits: int) -> Expr:
    """`expr` with its numbers rounded for people."""

    def _leaf(part: Number | Name) -> Expr:
        if isinstance(part, Name) or part.text:  # The file's own numbers stay as they are written.
            return part
        return Number(part.value, _claiming(part.value, digits), part.span)

    return fold(expr, _leaf, with_args)


def _claiming(value: float, digits: int) -> str:
    """A rounded number in a formula: `2` is exact there, so 1.999998 is `2.00000`."""
    text = rounded(value, digits)
    if "." in text or abs(value - float(text)) <= NOISE * abs(value):
        return text
    padded = f"{value:#.{digits}g}"
    # Where all digits stand before the point one more tells that there are others.
    return f"{value:.1f}" if padded.endswith(".") else padded


def exact(value: Any) -> Any:
    """`value` for JSON: a number, the strings `nan`, `inf` and `-inf`, a nested list; None where it is not known."""
    if value is None or not is_known(value):
        return None
    if is_array(value):
        from backcalc.rules.ndarray import is_finite

        if value.dtype != object and is_finite(value):  # As most are; an item at a time takes ten times as long.
            return value.tolist()
        return [exact(item if is_array(item) or is_exact(item) else float(item)) for item in value]
    if type(value) is not float and is_exact(value):
        return int(str(value)) if is_whole(value) else str(value)
    return float(value) if isfinite(value) else number_text(value)  # A sum over an array has no axes, and is no float.


def exact_formula(value: Expr) -> str | None:
    """A formula for programs, as the language writes it; None where it is too long, as shared parts make it."""
    return unparse(value) if size(value, LONGEST_EXACT) <= LONGEST_EXACT else None


class FormulaTexts:
    """Formulas for programs, which have a room for all of them together: each chain may repeat those before it."""

    def __init__(self) -> None:
        self._left = ALL_EXACT

    def of(self, values: Iterable[Any]) -> Iterator[str | None]:
        """For each of `values` the formula that it is; None where it is made of numbers, or too long."""
        for value in values:
            if value is None or is_known(value):
                yield None
                continue
            # What a table would show is there in any case, even when the others have used up the room.
            most = max(LONGEST, min(LONGEST_EXACT, self._left))
            count = size(value, most)
            self._left -= count
            yield unparse(value) if count <= most else None


def _array_text(value: Any, digits: int) -> Parted:
    """An array as the language writes it; of a long one the first and last elements."""
    items = [_array_text(item, digits) if shape_of(item) else rounded(own_number(item), digits) for item in ends(value)]
    if len(value) > ELEMENTS:
        items.insert(ELEMENTS // 2, "…")
    return enclosed("[", joined(items, COMMA), "]")


def own_number(item: Any) -> Any:
    """An element of an array as a float, or as the exact number that it is."""
    return item if is_exact(item) else float(item)


def ends(value: Any) -> list[Any]:
    """The items of an array; of a long one the first and last."""
    return list(value) if len(value) <= ELEMENTS else [*value[: ELEMENTS // 2], *value[-ELEMENTS // 2 :]]
