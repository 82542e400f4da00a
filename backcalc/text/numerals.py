"""Numbers, products and sums in the way a hand writes them: 30·(−2) = −60."""

from __future__ import annotations

from collections.abc import Iterable
from math import inf, nan
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from decimal import Decimal

UNKNOWN, DOT, MINUS = "?", "·", "−"
DIGITS = 6


def rounded(value: float | None, digits: int = DIGITS) -> str:
    """`value` to `digits` significant digits; a whole number that is exact so stays written out; `?` where unknown."""
    if value is None:
        return UNKNOWN
    if type(value) is not float and is_exact(value):
        return str(value)
    text = f"{value + 0.0:.{digits}g}"  # Adding 0 turns −0 into 0.
    # 1e+06 is how a computer writes a million; where digits would be cut off it stays.
    if "e+" in text and float(text) == value and abs(value) < 1e15:
        return f"{value:.0f}"
    return text


def is_exact(value: object) -> bool:
    """Whether a number says itself how it is written, and is not to be rounded: a fraction, or one that is certain."""
    return type(value).__name__ in ("Fraction", "Certain")  # To ask by its class would load the module of fractions.


class Certain:
    """A number by the digits of it that are certain, `0.333…`; it lies between `low` and `high`.

    `is_full` is whether there are as many as were asked for, or the number ends before.
    """

    __slots__ = ("high", "is_full", "low", "text")

    def __init__(self, text: str, low: Decimal, high: Decimal, *, is_full: bool = True) -> None:
        self.text, self.low, self.high, self.is_full = text, low, high, is_full

    def __str__(self) -> str:
        return self.text

    def __float__(self) -> float:
        from decimal import MAX_EMAX, MIN_EMIN, Context  # Whoever has one has loaded it.

        if not (self.low.is_finite() and self.high.is_finite()):  # No digit is certain.
            return nan
        anything = Context(prec=28, Emin=MIN_EMIN, Emax=MAX_EMAX)  # The usual one ends at 1e999999.
        return float(anything.divide(anything.add(self.low, self.high), 2))


def exact_parts(value: Any) -> tuple[str, str, str]:
    """An exact number as it is written: its minus, what stands above the bar, what below; empty where there is none."""
    if isinstance(value, Certain):  # Its text is all that it is written by.
        sign = "-" if value.text.startswith("-") else ""
        return sign, value.text[len(sign) :], ""
    below = "" if value.denominator == 1 else str(value.denominator)
    return "-" if value < 0 else "", str(abs(value.numerator)), below


def is_whole(value: Any) -> bool:
    """Whether an exact number is a whole one."""
    _, above, below = exact_parts(value)
    return above.isdecimal() and not below


def nearest(number: Any) -> float:
    """The float next to an exact number, infinite beyond the largest."""
    try:
        return float(number)
    except OverflowError:  # Of a fraction of whole numbers too large for a float.
        return inf if number > 0 else -inf


class Figures(str):
    """The text of a number that knows how many of its characters stand before the point."""

    __slots__ = ("before",)
    before: int

    def __new__(cls, text: str) -> Figures:  # noqa: PYI034  It is not derived from.
        """The text, which is a number's."""
        found = super().__new__(cls, text)
        # `nan`, `inf` and `?` end where the point is.
        found.before = next((i for i, letter in enumerate(text) if letter in ".eE"), len(text))
        return found


def by_hand(value: float | None, digits: int = DIGITS) -> str:
    """`value` to `digits` significant digits, with the minus of print."""
    return rounded(value, digits).replace("-", MINUS)


def factor(value: float | None, digits: int = DIGITS) -> str:
    """`value` as a factor: in parentheses where it is negative."""
    text = by_hand(value, digits)
    return f"({text})" if text.startswith(MINUS) else text


def product(factors: Iterable[float | None], digits: int = DIGITS) -> str:
    """A product of numbers: `30·(−2)`."""
    return DOT.join(factor(value, digits) for value in factors)


def derivative(of: str, wrt: str) -> str:
    """∂of/∂wrt."""
    return f"∂{of}/∂{wrt}"


def second_derivative(of: str, first: str, second: str, d: str = "∂") -> str:
    """∂²of/∂first∂second, or ∂²of/∂first²; `d` is what stands for a differential."""
    below = f"{d}{first}²" if first == second else f"{d}{first}{d}{second}"
    return f"{d}²{of}/{below}"
