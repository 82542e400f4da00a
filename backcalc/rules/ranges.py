"""Between which real numbers an operation's values lie, whatever its arguments are: that σ(x) is positive, say."""

from __future__ import annotations

from math import inf
from typing import NamedTuple

from backcalc.language.expr import INDEX, NEGATE, VECTOR, Call, Expr, Name, Number, fold
from backcalc.rules.row import Primitive


class Range(NamedTuple):
    """The numbers from `low` to `high`; an end that is `open` is not among them."""

    low: float = -inf
    high: float = inf
    is_open_below: bool = True
    is_open_above: bool = True

    @property
    def has_zero(self) -> bool:
        """Whether 0 lies in it."""
        return not (_is_above(self, ZERO) or _is_above(ZERO, self))


ANY = Range()
ZERO = Range(0.0, 0.0, is_open_below=False, is_open_above=False)
_POSITIVE = Range(0.0)
_NOT_NEGATIVE = Range(0.0, is_open_below=False)
_SHARE = Range(0.0, 1.0)

# Of real numbers: that a float of σ(−800) is 0 is rounding, and no end of a function that takes it.
_OWN = {
    **dict.fromkeys(("exp", "softplus", "normpdf"), _POSITIVE),
    **dict.fromkeys(("abs", "sqrt", "relu", "norm", "var", "std"), _NOT_NEGATIVE),
    **dict.fromkeys(("sigmoid", "softmax", "normcdf"), _SHARE),
    **dict.fromkeys(("tanh", "erf"), Range(-1.0, 1.0)),
    **dict.fromkeys(("sin", "cos"), Range(-1.0, 1.0, is_open_below=False, is_open_above=False)),
    "erfc": Range(0.0, 2.0),
    "cosh": Range(1.0, is_open_below=False),
}


def number(value: float) -> Range:
    """The range of a number."""
    return Range(value, value, is_open_below=False, is_open_above=False)


def range_of(row: Primitive, args: list[Range], *, is_square: bool = False) -> Range:
    """The range of an operation on arguments of these ranges; `is_square` is of a product of a thing by itself."""
    fn = row.symbol
    if fn == "+":
        return _sum(args[0], args[1])
    if fn == "-":
        return _sum(args[0], _negative(args[1]))
    if fn == NEGATE:
        return _negative(args[0])
    if fn == "*":
        return _square(args[0]) if is_square else _product(args[0], args[1])
    if fn == "/":
        return ANY if args[1].has_zero else _product(args[0], _reciprocal(args[1]))
    if fn == "^":
        return _power(args[0], args[1])
    if fn in ("=", INDEX, "mean", "transpose", "reshape", "flatten"):
        return args[0]  # Elements of it, or between these.
    if fn in (VECTOR, "concat", "where", "max", "min"):
        return _hull(args[1:] if fn == "where" else args)
    if fn in ("sum", "prod") and args[0].low >= 0:
        return Range(0.0, inf, args[0].is_open_below)
    if fn in ("abs", "sqrt", "norm") and not args[0].has_zero:
        return _POSITIVE
    return _OWN.get(fn, ANY)


def is_sure(condition: Expr, known: dict[str, Range]) -> bool:
    """Whether a condition of the table holds for all arguments of these ranges."""

    def _leaf(part: Number | Name) -> Range | bool:
        return number(part.value) if isinstance(part, Number) else known.get(part.id, ANY)

    def _call(part: Call, args: tuple[Range | bool, ...]) -> Range | bool:
        if part.fn in ("and", "or"):
            return (all if part.fn == "and" else any)(arg is True for arg in args)
        found = [arg for arg in args if isinstance(arg, Range)]
        if len(found) < len(args):
            return False
        if part.fn == "abs":
            low, high = found[0].low, found[0].high
            return _hull([found[0], _negative(found[0])]) if low < 0 < high else found[0] if low >= 0 else ANY
        return part.args[0] == part.args[1] if part.fn == "==" else _compared(part.fn, found)

    return fold(condition, _leaf, _call) is True


def _compared(sign: str, args: list[Range]) -> Range | bool:
    if sign not in ("<", "<=", ">", ">=", "!="):
        return ANY  # A function, of which nothing is known here.
    one, other = args if sign in (">", ">=", "!=") else args[::-1]
    if sign == "!=":
        return _is_above(one, other) or _is_above(other, one)
    return one.low >= other.high if sign in (">=", "<=") else _is_above(one, other)


def _is_above(one: Range, other: Range) -> bool:
    """Whether all of one range is greater than all of another."""
    return one.low > other.high or (one.low == other.high and (one.is_open_below or other.is_open_above))


def _negative(of: Range) -> Range:
    return Range(-of.high, -of.low, of.is_open_above, of.is_open_below)


def _sum(one: Range, other: Range) -> Range:
    return Range(
        one.low + other.low,
        one.high + other.high,
        one.is_open_below or other.is_open_below,
        one.is_open_above or other.is_open_above,
    )


def _product(one: Range, other: Range) -> Range:
    ends = [_times(a, b) for a in _ends(one) for b in _ends(other)]
    # Of equal ends one that is reached counts, which comes first.
    (low, is_open_below), (high, is_open_above) = min(ends), max(ends, key=lambda end: (end[0], not end[1]))
    return Range(low, high, is_open_below, is_open_above)


def _ends(of: Range) -> tuple[tuple[float, bool], tuple[float, bool]]:
    return (of.low, of.is_open_below), (of.high, of.is_open_above)


def _times(one: tuple[float, bool], other: tuple[float, bool]) -> tuple[float, bool]:
    """The product of two ends, and whether it is open; of 0 and ∞ the limit is 0 for every finite number."""
    value = one[0] * other[0] if one[0] and other[0] else 0.0
    return value, (one[1] or other[1]) and (0.0, False) not in (one, other)


def _square(of: Range) -> Range:
    return _NOT_NEGATIVE if of.has_zero else _POSITIVE


def _reciprocal(of: Range) -> Range:
    """1 by a range without 0."""
    low, high = (1 / of.high if of.high else -inf), (1 / of.low if of.low else inf)
    return Range(low, high, of.is_open_above, of.is_open_below)


def _power(base: Range, exponent: Range) -> Range:
    if _is_above(base, ZERO):
        return _POSITIVE
    is_even = exponent.low == exponent.high and exponent.low % 2 == 0
    return _square(base) if is_even else _NOT_NEGATIVE if base.low >= 0 else ANY


def _hull(args: list[Range]) -> Range:
    low, is_open_below = min((arg.low, arg.is_open_below) for arg in args)
    high, is_closed_above = max((arg.high, not arg.is_open_above) for arg in args)
    return Range(low, high, is_open_below, not is_closed_above)
