"""The functions of the language on fractions: what is rational, without any rounding.

Numbers are `Fraction`s, vectors and matrices arrays of them. What has no fraction, such as a sine, is `Lost`.
Other numbers with exact `+ - * /`, such as quotients of polynomials, go through the same functions.
"""

from __future__ import annotations

import builtins
import math
import operator
import unicodedata
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from backcalc.rules.functions import arrays, objects
from backcalc.rules.functions.object_windows import arranged, flatten, like, pooled, with_zero
from backcalc.rules.functions.objects import (
    Lost,
    dot,
    each,
    from_top,
    made,
    matmul,
    outer,
    prod,
    sum,  # noqa: A004  the language's own name
    transpose,
)

__all__ = ["dot", "from_top", "matmul", "outer", "prod", "sum", "transpose"]  # The rest is here.
__all__ += ["arranged", "flatten", "like"]

ExactNumber = Any  # A Fraction, an Lost, or another exact number; or an array of them.

IRRATIONAL = (math.pi, math.e, math.tau, math.inf, -math.inf)
LONGEST = 14_000  # Bits above or below the bar: fractions may grow without end, and Python writes 4,300 digits at most.
TOO_LONG = "a number of too many digits"
DEEPEST = 1000  # Root: what a fraction has a deeper one of is 0 or 1, or too long.


def number(x: float) -> ExactNumber:
    """A number of the text as the fraction that is written there: 0.1 is 1/10."""
    if x in IRRATIONAL or math.isnan(x):
        return Lost("π" if x == math.pi else "e" if x == math.e else "τ" if x == math.tau else "what is not finite")
    # By its shortest digits: as binary 0.1 is no tenth.
    return Fraction(Decimal(repr(float(x))))


def decimal(text: str) -> ExactNumber:
    """A number as it is written, however many digits that has; ⅓ as a third."""
    if len(text) == 1 and not text.isdecimal():
        return Fraction(unicodedata.numeric(text)).limit_denominator(8)  # The language has ⅛ as its smallest.
    try:
        found = Decimal(text)
    except InvalidOperation:
        return number(float(text))
    if not found.is_finite():
        return number(float(text))
    # What floats have as 0 or as infinite would be a fraction longer than any memory; 0 itself it is not.
    is_sized = not found or builtins.abs(found.adjusted()) <= LONGEST
    return bounded(Fraction(found)) if is_sized else Lost(TOO_LONG)


array = objects.arrayed(number)


def _at(name: str, known: dict[int, int]) -> Callable[..., Any]:
    """A function that is rational at a few numbers only, and as `name` of what has functions of its own."""

    def _function(x: Any) -> Any:
        # A quotient of polynomials, which has exponentials of its own.
        own = getattr(x, "apply", None)
        if own is not None:
            return own(name)
        return Fraction(known[int(x)]) if x.denominator == 1 and int(x) in known else Lost(f"`{name}`")

    return each(_function)


sin, tan, asin, atan, sinh, tanh, asinh, atanh = (
    _at(name, {0: 0}) for name in ("sin", "tan", "asin", "atan", "sinh", "tanh", "asinh", "atanh")
)
cos, cosh, exp, acos, acosh = (
    _at(name, known)
    for name, known in (("cos", {0: 1}), ("cosh", {0: 1}), ("exp", {0: 1}), ("acos", {1: 0}), ("acosh", {1: 0}))
)
expm1, log1p, erf, log, erfc = (
    _at(name, known)
    for name, known in (("expm1", {0: 0}), ("log1p", {0: 0}), ("erf", {0: 0}), ("log", {1: 0}), ("erfc", {0: 1}))
)
log2 = _at("log2", {2**k: k for k in range(64)})
log10 = _at("log10", {10**k: k for k in range(64)})
sigmoid = each(lambda x: x.apply("sigmoid") if hasattr(x, "apply") else Fraction(1, 2) if x == 0 else Lost("`sigmoid`"))


@each
def sqrt(x: Any) -> Any:
    """The root of a fraction whose terms are squares."""
    return _root(x, 2, "`sqrt`")


@each
def cbrt(x: Any) -> Any:
    """The root of a fraction whose terms are cubes."""
    return _root(x, 3, "`cbrt`")


def _root(x: Any, n: int, name: str) -> Any:
    if not isinstance(x, Fraction) or (x < 0 and n % 2 == 0):
        return Lost(name)
    sign_, size = (-1 if x < 0 else 1), (-x if x < 0 else x)
    tops = [_whole_root(part, n) for part in (size.numerator, size.denominator)]
    return Lost(name) if None in tops else sign_ * Fraction(tops[0] or 0, tops[1] or 1)


def _whole_root(x: int, n: int) -> int | None:
    # In lowest terms a fraction has a root only where both its parts have.
    low, high = 0, 1 << (x.bit_length() // n + 1)
    while low < high:  # By halves: of whole numbers of any length.
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**n <= x else (low, middle - 1)
    return low if low**n == x else None


@each
def divide(x: Any, y: Any) -> Any:
    """The quotient."""
    # Not ZeroDivisionError: what is lost may be in a branch that is not taken.
    return Lost("a division by 0") if y == 0 else x / y


@each
def bounded(x: Any) -> Any:
    """A number, lost where it has more digits than are worked with; of an array each."""
    # A product has the digits of both its factors: forty squares in a row would take all memory.
    is_long = isinstance(x, Fraction) and (x.numerator.bit_length() > LONGEST or x.denominator.bit_length() > LONGEST)
    return Lost(TOO_LONG) if is_long else x


@each
def power(x: Any, y: Any) -> Any:
    """The power to a whole number, or to a fraction where the root is a fraction."""
    if not isinstance(y, Fraction) or (isinstance(x, Fraction) and x == 0 and y < 0):
        return Lost("a power")
    if y.denominator != 1:
        # x^(3/2) is the cube of a root that is rational. Below 0 there is no power, though of odd ones there is a root.
        has_root = isinstance(x, Fraction) and x >= 0 and y.denominator <= DEEPEST
        root = _root(x, y.denominator, "a power") if has_root else Lost("a power")
        return root if isinstance(root, Lost) else power(root, Fraction(y.numerator))
    n = int(y)
    # Known before it is worked out: 2^(10^9) would take all memory.
    bits = (x.numerator * x.denominator).bit_length() if isinstance(x, Fraction) else 1
    if builtins.abs(n) * bits > LONGEST:
        return Lost("a power of too many digits")
    if n < 0:
        return divide(Fraction(1), power(x, Fraction(-n)))
    found = Fraction(1)
    # Of quotients: a product each, whose length is looked at.
    for _ in range(n) if not isinstance(x, Fraction) else ():
        found = found * x
    return x**n if isinstance(x, Fraction) else found


def _compared(fn: Callable[[Any, Any], bool]) -> Callable[..., Any]:
    """A comparison of fractions, as 1 or 0."""

    def _function(x: Any, y: Any) -> Any:
        if not (isinstance(x, Fraction) and isinstance(y, Fraction)):
            return Lost("a comparison")
        return Fraction(int(fn(x, y)))

    return each(_function)


less, less_equal = _compared(lambda x, y: x < y), _compared(lambda x, y: x <= y)
greater, greater_equal = _compared(lambda x, y: x > y), _compared(lambda x, y: x >= y)
equal, not_equal = _compared(lambda x, y: x == y), _compared(lambda x, y: x != y)


def _holds(x: Any) -> bool | Lost:
    # A quotient of letters is 0 for some values of them, and for others not.
    return x != 0 if isinstance(x, Fraction) else Lost("a condition")


def _connective(fn: Callable[..., bool]) -> Callable[..., Any]:
    return objects.connective(_holds, fn, lambda found: Fraction(int(found)))


where = objects.choosing(_holds)
both, either, negation = _connective(operator.and_), _connective(operator.or_), _connective(operator.not_)


def _only_fractions(name: str, fn: Callable[..., Any]) -> Callable[..., Any]:
    return each(lambda *args: fn(*args) if all(isinstance(arg, Fraction) for arg in args) else Lost(f"`{name}`"))


abs = _only_fractions("abs", lambda x: -x if x < 0 else x)  # noqa: A001  the language's own name
sign = _only_fractions("sign", lambda x: Fraction((x > 0) - (x < 0)))
floor = _only_fractions("floor", lambda x: Fraction(math.floor(x)))
ceil = _only_fractions("ceil", lambda x: Fraction(math.ceil(x)))
# To even at a half, as Python and IEEE 754 round.
round = _only_fractions("round", lambda x: Fraction(x.__round__()))  # noqa: A001  the language's own name
max = _only_fractions("max", builtins.max)  # noqa: A001  the language's own name
min = _only_fractions("min", builtins.min)  # noqa: A001  the language's own name
# Only along the positive x-axis is the angle rational: 0.
atan2 = each(lambda y, x: Fraction(0) if y == 0 and isinstance(x, Fraction) and x > 0 else Lost("`atan2`"))


# What follows from these, for arrays.
mean, others, largest, smallest, norm, diag, identity, det, cofactors, inv, size = objects.of_arrays(
    number, divide, sqrt, max, min
)


def softmax(x: Any) -> Any:
    """Of equal logits, equal shares; of others that have exponentials of their own, their quotients."""
    # Equal logits cancel, whatever their exponential is.
    if all(isinstance(item, Fraction) and item == x.ravel()[0] for item in x.ravel()):
        return made([Fraction(1, x.size)] * x.size)
    powers = exp(x)
    return divide(powers, sum(powers))


def logsumexp(x: Any) -> Any:
    """The logarithm of a sum of exponentials, which is rational for one element only."""
    return x.ravel()[0] if x.size == 1 else Lost("`logsumexp`")


def log_softmax(x: Any) -> Any:
    """0 for a vector of one element."""
    return x - x if x.size == 1 else each(lambda _: Lost("`log_softmax`"))(x)


def complement(x: Any) -> Any:
    """1 − softmax(x)."""
    return Fraction(1) - softmax(x)


def along_axis(name: str, axis: int, keepdims: int = 0) -> Callable[..., Any]:
    """The function `name` along an axis of a matrix, which stays in the value where it keeps it."""
    return objects.along(globals().get(name), name, axis, keepdims, number)


_over = with_zero(Fraction(0))
correlate, pool_sum, unpool = _over(arrays.correlate), _over(arrays.pool_sum), _over(arrays.unpool)
correlate_x, correlate_w, pool_max = _over(arrays.correlate_x), _over(arrays.correlate_w), pooled(max)
