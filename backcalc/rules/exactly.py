"""Whether formulas keep the numbers that are written in them, in place of what floats make of these.

A reader of formulas is served by floats: 0.1·0.1 comes out as 0.010000000000000002. A proof is of what is written.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from math import isfinite
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fractions import Fraction

    from backcalc.rules.row import Primitive

LARGEST_BELOW = 10_000  # The denominator of a quotient that a float stands for: that of a mean may have as many.
LONG = 8  # Signs of a decimal beyond which a fraction is easier to read.
LARGEST_WHOLE = 2.0**53  # Up to there floats have every whole number, so that these are worked out without loss.

# Of a context, not of the module: what another thread simplifies is not its concern.
_exactly: ContextVar[bool] = ContextVar("exactly", default=False)


@contextmanager
def exactly() -> Iterator[None]:
    """A context in which numbers of formulas are taken together only where floats lose nothing of what is written."""
    token = _exactly.set(True)
    try:
        yield
    finally:
        _exactly.reset(token)


def keeps_numbers() -> bool:
    """Whether formulas are to keep their numbers."""
    return _exactly.get()


def loses(row: Primitive, operands: list[Any], value: Any) -> bool:
    """Whether an operation on numbers or arrays, by floats `value`, has another value; False outside of `exactly`."""
    if not _exactly.get() or _is_whole(row, operands, value):
        return False
    from fractions import Fraction

    from backcalc.rules.functions import exact  # Loads NumPy.
    from backcalc.rules.row import Bound

    def _read(numbers: Any) -> Any:
        if not isinstance(numbers, float):  # An array.
            return exact.array([_read(each) for each in numbers])
        return meant(float(numbers)) if isfinite(numbers) else exact.number(float(numbers))

    try:
        found = Bound(row, exact).evaluate(*map(_read, operands))
    except (AttributeError, KeyError, TypeError):  # A function that has no fractions.
        return True
    parts = zip(_flat(found), _flat(_read(value)), strict=True)
    return not all(isinstance(part, Fraction) and part == near for part, near in parts)


def meant(value: float) -> Fraction:
    """What a finite float of a formula stands for: a quotient of small whole numbers, or what its decimals say."""
    from fractions import Fraction

    near = Fraction(value).limit_denominator(LARGEST_BELOW)
    # Long decimals that are such a quotient have come of it, as those of 2/3: what the file has so is no number here.
    is_quotient = len(repr(abs(value))) > LONG and float(near) == value
    return near if is_quotient else Fraction(repr(value))


def _is_whole(row: Primitive, operands: list[Any], value: Any) -> bool:
    """Whether floats surely lose nothing: of whole numbers, as nearly all are that formulas take together."""
    numbers = (*operands, value) if row.symbol in ("+", "-", "*") else ()
    return bool(numbers) and all(
        isinstance(number, float) and isfinite(number) and number.is_integer() and abs(number) < LARGEST_WHOLE
        for number in numbers
    )


def _flat(value: Any) -> list[Any]:
    return list(value.ravel()) if hasattr(value, "ravel") else [value]
