"""Numbers as text: rounded for people, exact for programs."""

from __future__ import annotations

from math import isfinite

from backcalc.unparse import number_text

UNKNOWN = "?"
DIGITS = 6
MAX_DIGITS = 17  # More digits than a float64 has would be noise.


def rounded(value: float | None, digits: int = DIGITS) -> str:
    """`value` to `digits` significant digits; a whole number that is exact so stays written out; `?` where unknown."""
    if value is None:
        return UNKNOWN
    text = f"{value + 0.0:.{digits}g}"  # Adding 0 turns −0 into 0.
    if "e+" in text and float(text) == value and abs(value) < 1e15:
        return f"{value:.0f}"
    return text


def exact(value: float | None) -> float | str | None:
    """`value` for JSON: a number, or the string `nan`, `inf` or `-inf`, which JSON has no number for."""
    return value if value is None or isfinite(value) else number_text(value)
