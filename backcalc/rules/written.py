"""Numbers as one writes them in a formula: decimals where these are short, else quotients of whole numbers."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from backcalc.language.expr import NEGATE, Call, Expr, Number
from backcalc.rules.exactly import LARGEST_BELOW, LONG, keeps_numbers, meant

if TYPE_CHECKING:
    from fractions import Fraction

LARGEST_DENOMINATOR = 100  # Of larger ones decimals are as easy to read.


def written(value: float) -> Expr:
    """A number as one writes it: a fraction where that is the same number and its decimals are many."""
    if value < 0:
        return Call(NEGATE, (written(-value),))
    value = value or 0.0  # Of the two zeros the one that one writes.
    if len(repr(value)) <= LONG or not isfinite(value):
        return Number(value)
    return fraction_of(value) or Number(value)


def fraction_of(value: float) -> Expr | None:
    """A number as a quotient of small whole numbers; None where it is none, or is whole."""
    if value < 0:
        found = fraction_of(-value)
        return found and Call(NEGATE, (found,))
    from fractions import Fraction  # Loads `decimal` too: only where numbers are long.

    fraction = Fraction(value).limit_denominator(LARGEST_BELOW if keeps_numbers() else LARGEST_DENOMINATOR)
    # A quotient by 1 says nothing that its numerator does not: 3e15.
    if fraction.denominator == 1 or float(fraction) != value:  # Near is not enough: what is printed must read back.
        return None
    return Call("/", (Number(float(fraction.numerator)), Number(float(fraction.denominator))))


def written_exactly(value: Fraction) -> Expr | None:
    """A number as one writes it; None where formulas are to keep their numbers and what one writes is another one."""
    found = written(float(value))
    return None if keeps_numbers() and number_of(found) != value else found


def number_of(expr: Expr) -> Fraction | None:
    """A number as its decimals say, a quotient of such, or one of these with a minus; None of anything else."""
    from fractions import Fraction

    sign = 1
    if isinstance(expr, Call) and expr.fn == NEGATE:
        sign, expr = -1, expr.args[0]
    # Of its decimals, not of its binary value: 0.1 is meant as 1/10, and 0.1 + 0.2 as 0.3.
    parts = expr.args if isinstance(expr, Call) and expr.fn == "/" else (expr,)
    numbers = [part.value for part in parts if isinstance(part, Number) and isfinite(part.value)]
    values = [meant(number) if keeps_numbers() else Fraction(repr(number)) for number in numbers]
    if len(values) < len(parts) or 0 in values[1:]:
        return None  # 1/0 is no fraction; it stays as it stands.
    return sign * (values[0] / values[1] if len(values) > 1 else values[0])
