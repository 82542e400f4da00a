"""The digits of a number that are certain, of a fraction or of a ball."""

from __future__ import annotations

from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction
from itertools import takewhile

from backcalc.rules.functions.ball import Ball
from backcalc.text.numerals import UNKNOWN, Certain

MORE = 15  # Digits by which a number is looked at more closely than it is shown.
SMALLEST = -5  # From 10 to this power on numbers are written without an exponent.
GOES_ON = "…"


def certain(number: Ball, digits: int) -> Certain:
    """`digits` digits of a number, as far as they are certain, and `…` where it goes on: cut off, not rounded.

    Where the digits of both ends of a ball differ, as of 0.4999… and 0.5000…, they are `0.5 ± 1e-40`.
    """
    if number.exact is not None:
        return _of_fraction(number.exact, digits)
    # The number is (middle ± radius)·10^exponent, all three integers.
    middle, radius, exponent = map(int, number.ball.mid_rad_10exp(digits + MORE))
    if abs(exponent) > MAX_EMAX // 2:  # Beyond all decimals: nothing is certain.
        return Certain(UNKNOWN, Decimal("-Infinity"), Decimal("Infinity"), is_full=False)
    context = _context(digits + 2 * MORE, ROUND_HALF_EVEN)
    low, high = (context.scaleb(Decimal(end), exponent) for end in (middle - radius, middle + radius))
    if low <= 0 <= high:  # Even the sign is open, so there is no first digit.
        return Certain(f"0 ± {_bound(max(low.copy_negate(), high))}", low, high, is_full=False)
    shared = _shared(low, high, digits)
    if len(shared) == digits:
        return Certain(_written(low, shared, GOES_ON), low, high)
    # The ends of a small ball may have no digit in common all the same.
    nearest = _nearest(low, high, digits)
    is_small = _off(nearest, low, high) <= nearest.copy_abs().scaleb(-digits, context)
    if shared and not is_small:
        return Certain(_written(low, shared, GOES_ON), low, high, is_full=False)
    nearest = nearest if is_small else _nearest(low, high, 1)
    text = _written(nearest, "".join(map(str, nearest.as_tuple().digits)), "")
    return Certain(f"{text} ± {_bound(_off(nearest, low, high))}", low, high, is_full=False)


def _of_fraction(x: Fraction, digits: int) -> Certain:
    """The first digits of a fraction, which are all certain."""
    # For answers to be marked by, and for its float: the fraction lies between both.
    low, high = (_context(digits + MORE, way).divide(*map(Decimal, x.as_integer_ratio())) for way in _OUTWARDS)
    context = _context(digits, ROUND_DOWN)  # Decimals otherwise round to 28 digits.
    shown = context.divide(*map(Decimal, x.as_integer_ratio())).normalize(context)
    found = "".join(map(str, shown.as_tuple().digits))
    ends = Fraction(shown) == x
    text = _written(shown, found if ends else found.ljust(digits, "0"), "" if ends else GOES_ON)
    return Certain(text, low, high)


_OUTWARDS = (ROUND_FLOOR, ROUND_CEILING)


def _context(digits: int, rounding: str) -> Context:
    return Context(prec=digits, rounding=rounding, Emin=MIN_EMIN, Emax=MAX_EMAX)


def _nearest(low: Decimal, high: Decimal, digits: int) -> Decimal:
    """The middle of both, to so many digits."""
    context = _context(digits, ROUND_HALF_EVEN)
    # More digits for the sum, or the last one would be rounded twice.
    return context.divide(_context(digits + 3 * MORE, ROUND_HALF_EVEN).add(low, high), Decimal(2)).normalize(context)


def _off(nearest: Decimal, low: Decimal, high: Decimal) -> Decimal:
    return max(abs(high - nearest), abs(low - nearest))


def _bound(off: Decimal) -> str:
    """What a number is off by at most, in one digit."""
    found = _context(1, ROUND_CEILING).plus(off)
    return f"{found.as_tuple().digits[0]}e{found.adjusted():+03d}"


def _shared(low: Decimal, high: Decimal, digits: int) -> str:
    """The first digits, `digits` at most, that all numbers from low to high begin with; they have one sign."""
    if low.adjusted() != high.adjusted():
        return ""  # Not 9.99 and 10.0: in front they share nothing.
    ends = ("".join(map(str, end.as_tuple().digits)).ljust(digits, "0")[:digits] for end in (low, high))
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(*ends, strict=True)))


def _written(number: Decimal, shown: str, dots: str) -> str:
    """The digits `shown` of a number, with its sign, and its point or its exponent; behind them the dots."""
    sign, power = "-" * (number < 0), number.adjusted() if number else 0
    if SMALLEST <= power < 0:
        return f"{sign}0.{'0' * (-power - 1)}{shown}{dots}"
    # Zeros are filled in only where a number ends: before `…` they would be taken for digits.
    if 0 <= power < max(len(shown), 15 if not dots else 0):
        before, behind = shown[: power + 1].ljust(power + 1, "0"), shown[power + 1 :]
        return sign + before + "." * bool(behind) + behind + dots
    point = "." if len(shown) > 1 or dots else ""
    return f"{sign}{shown[0]}{point}{shown[1:]}{dots}e{power:+03d}"
