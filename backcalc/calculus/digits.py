"""Which numbers are right: what the digits of an answer claim, held against the truth. The rule stands here alone.

A number claims all that rounds to it, half a unit in its last digit. In an expression each decimal claims half a unit;
whole numbers, fractions of them, powers of ten, constants and the values of inputs are exact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, localcontext
from math import inf, isfinite
from typing import TYPE_CHECKING, Any

from backcalc.calculus.constant import applied, constant
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Name, Number, fold, postorder
from backcalc.rules.row import CONSTANTS
from backcalc.rules.values import Numeric, is_array, shape_of
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.rules.functions.arrays import Array

# A calculation in float64 is not better than this, relative to its result: 2^-44, some 250 units in the last place.
PRECISION = 2.0**-44

FURTHEST = 0.05
"""An answer that rounds right but is further off than this, of the truth, has too few digits to be trusted."""

NO_DIGITS = 1e-9
"""Of the absolute sum of its terms, what a true zero may have left over from cancellation."""

MOST_OF_EXPRESSION = 0.01
"""Of its result, what the decimals of an expression claim at most: its digits are those of what went in."""

NEGLIGIBLE = 0.001
"""Of the largest element of an array, what a bare 0 may stand for."""

# Digits to spare, and any exponent that an answer may write.
_ANY_SIZE = Context(prec=50, Emin=MIN_EMIN, Emax=MAX_EMAX)


@dataclass(frozen=True)
class Tolerance:
    """How near a right answer is: within what its digits claim, and `furthest` of the truth.

    `relative` replaces this by: off by at most so much of the truth. `significant` by: at least so many significant
    digits written, and right to half a unit in that of the truth.
    """

    relative: float | None = None
    significant: int | None = None
    furthest: float = FURTHEST

    @property
    def is_by_digits(self) -> bool:
        """Whether what an answer may be off by is what its digits claim."""
        return self.relative is None and self.significant is None

    def slacks(self, expected: Any) -> Any:
        """What the elements of an array that no digits are written of may be off by."""
        if self.significant is None:
            return ((self.relative or 0.0) + PRECISION) * abs(expected)
        from backcalc.rules.ndarray import half_units

        return half_units(expected, self.significant) + PRECISION * abs(expected)


AS_WRITTEN = Tolerance()
ROUNDED = Tolerance(furthest=inf)
"""All that rounds to the digits written, however few they are."""


@dataclass(frozen=True)
class Known:
    """What is known beside the truth: the values of inputs, which are `exact` as written, and the `scale` of a sum."""

    exact: frozenset[float] = frozenset()
    scale: float = 0.0
    largest: float = 0.0
    """The absolute size of the largest element, of what is an element of an array; else 0."""
    decimals: int = 0
    """Of an element, those that its neighbours have."""
    bounds: tuple[Decimal, Decimal] | None = None
    """Between which the truth lies, where it is known better than by a float64."""


NOTHING = Known()


def is_right(
    given: Expr, expected: Numeric, source: Source, tolerance: Tolerance = AS_WRITTEN, known: Known = NOTHING
) -> bool:
    """Whether `given` is `expected` to the digits written, arrays by element."""
    return next(wrong_places(given, expected, source, tolerance, known), None) is None


def is_coarse(given: Expr, expected: Numeric, source: Source, known: Known = NOTHING) -> bool:
    """Whether an answer is wrong only for its few digits: it rounds right, and is far off all the same."""
    return not is_right(given, expected, source, AS_WRITTEN, known) and is_right(
        given, expected, source, ROUNDED, known
    )


def wrong_places(
    given: Expr, expected: Numeric, source: Source, tolerance: Tolerance = AS_WRITTEN, known: Known = NOTHING
) -> Iterator[tuple[int, ...]]:
    """The index of each element of `given` that is not right; () where a number is not, or the shape."""
    if not is_array(expected):
        if not _is_right(given, float(expected), source, tolerance, known):
            yield ()
        return
    # Digits claim something of each element only where the array is written out.
    if isinstance(given, Call) and given.fn == VECTOR and len(given.args) == len(expected):
        # Found once, of the whole: the rows of a matrix are held against its largest element, too.
        if not known.largest:
            finite = [abs(x) for x in map(float, expected.ravel()) if isfinite(x)]
            known = Known(known.exact, known.scale, max(finite, default=0.0), decimals_of(given))
        for i, (arg, element) in enumerate(zip(given.args, expected, strict=True)):
            yield from ((i, *rest) for rest in wrong_places(arg, element, source, tolerance, known))
    else:
        yield from _unequal_places(constant(given, source), expected, tolerance)


def _unequal_places(value: Numeric, expected: Array, tolerance: Tolerance) -> Iterator[tuple[int, ...]]:
    """The places where `value`, that of an expression, is not `expected`, as far as float64 goes."""
    if not is_array(value) or value.shape != expected.shape:
        yield ()
        return
    from backcalc.rules.ndarray import far_places

    yield from far_places(value, expected, tolerance.slacks)


def _is_right(given: Expr, expected: float, source: Source, tolerance: Tolerance, known: Known) -> bool:
    value = constant(given, source)
    if is_array(value):
        return False
    if not (isfinite(value) and isfinite(expected)):
        return repr(value) == repr(expected)  # nan is right where the truth is nan, and inf by its sign.
    if abs(expected) <= NO_DIGITS * known.scale or expected == 0:
        # Cancellation leaves something of a true zero, which no digits can claim.
        return bool(abs(value) <= NO_DIGITS * max(known.scale, abs(expected)))
    # In decimals: half a unit of 0.01 is no binary number, and an answer at the very edge is right.
    with localcontext(_ANY_SIZE):
        # Exactly what each is: a decimal as it is written, a float in full.
        truth, stated = Decimal(expected), _exact(given, value)
        # An expression has been worked out in float64, whatever is known of the truth.
        if known.bounds and _literal(given) is not None:
            off = max(abs(stated - bound) for bound in known.bounds)
        else:
            # The truth is a float here too, and no better than one.
            off = abs(stated - truth) - Decimal(PRECISION) * abs(truth)
        return bool(off <= _slack(given, truth, source, tolerance, known))


def _slack(given: Expr, truth: Decimal, source: Source, tolerance: Tolerance, known: Known) -> Decimal:
    """What an answer may be off by; less than nothing where it cannot be right."""
    if tolerance.relative is not None:
        return Decimal(tolerance.relative) * abs(truth)
    if tolerance.significant is not None:
        written = significant_digits(given)
        # Half of 10^(exponent − significant + 1) is 5·10^(exponent − significant).
        half = Decimal((0, (5,), truth.adjusted() - tolerance.significant))
        return half if written is None or written >= tolerance.significant else Decimal(-1)
    most = Decimal(inf) if tolerance.furthest == inf else Decimal(tolerance.furthest) * abs(truth)
    # Beside a large element a small one may be short of digits: in [12.3, 0.1] the second may stand for 0.14.
    if known.largest and tolerance.furthest < inf:
        most = Decimal(tolerance.furthest) * Decimal(known.largest)
    # An element without a digit is no short one, however short the others are.
    if significant_digits(given) == 0 and (tolerance.furthest < inf or known.largest):
        return _slack_of_zero(given, known, most)
    return min(half_claimed(given, source, known.exact), most)


def _slack_of_zero(given: Expr, known: Known, most: Decimal) -> Decimal:
    """What an answer without a significant digit may be off by: beside larger elements it may be a small one."""
    if not known.largest:
        return Decimal(-1)
    # A bare 0 beside decimals, [0.12, 0], says "negligible" rather than a digit.
    if "." not in (_literal(given) or "") and known.decimals:
        return Decimal(NEGLIGIBLE) * Decimal(known.largest)
    # `0.0` beside 0.123 has fewer digits than there was room for.
    if decimals_of(given) < known.decimals:
        return Decimal(-1)
    return min(Decimal(_unit(given)) / 2, most) if known.decimals else Decimal(NEGLIGIBLE) * Decimal(known.largest)


def _exact(given: Expr, value: float) -> Decimal:
    """The value of an answer: of a number as written, else as float64 has it."""
    literal = _literal(given)
    # The literal has no sign; the value has, a zero's too.
    return Decimal(value) if literal is None else Decimal(literal).copy_sign(Decimal(value))


# ---- What is written -------------------------------------------------------------------------------------------------


def half_claimed(given: Expr, source: Source, exact: frozenset[float] = frozenset()) -> Decimal:
    """Half of the interval that a number, or an expression over numbers, claims."""
    if _literal(given) is not None:
        return Decimal(_unit(given)) / 2
    value = constant(given, source)
    if is_array(value) or not isfinite(value):
        return Decimal(0)  # What is not finite has no digits.
    # To first order, what the rounding of each decimal makes of the result adds up.
    moved = 0.0
    # By identity: in 0.1*0.1 each of the two is rounded by itself.
    for part in {id(p): p for p in postorder(given) if isinstance(p, Number)}.values():
        if "." in part.text and part.value not in exact and isfinite(part.value):
            shifted = _shifted(given, part, float(unit_in_last_place(part.text)) / 2)
            # What leaves the domain when it is moved, as in asin(1.0), tells no slope.
            moved += abs(shifted - value) if isfinite(shifted) else 0.0
    return Decimal(min(moved, MOST_OF_EXPRESSION * abs(value)))


def _shifted(given: Expr, moved: Number, by: float) -> float:
    """The value of an expression of numbers with one number in it moved."""

    def _leaf(part: Number | Name) -> float:
        if isinstance(part, Number):
            return part.value + by * (part is moved)
        return CONSTANTS[part.id]

    found = fold(given, _leaf, applied)
    return inf if shape_of(found) else float(found)


def significant_digits(given: Expr) -> int | None:
    """How many are written: of an expression in its shortest decimal, of 0.00 none; None where nothing is decimal."""
    literal = _literal(given)
    if literal is not None:
        return _significant(literal)
    counts = [_significant(p.text) for p in postorder(given) if isinstance(p, Number) and "." in p.text]
    # An expression is no better known than the coarsest of its decimals; a term of 0.0 takes no digit from a sum.
    return min(filter(None, counts), default=None)


def _significant(literal: str) -> int:
    digits = literal.lower().partition("e")[0].replace(".", "").lstrip("0")
    return len(digits)


def decimals_of(given: Expr) -> int:
    """The most decimals that a number in it is written with."""
    plain = given.args[0] if isinstance(given, Call) and given.fn == NEGATE else given
    parts = [plain] if isinstance(plain, Number) else [p for p in postorder(plain) if isinstance(p, Number)]
    texts = [part.text for part in parts]
    return max((len(text.lower().partition("e")[0].partition(".")[2]) for text in texts), default=0)


def has_same_sign(a: float, b: float) -> bool:
    """Whether two numbers are both above 0, or both below."""
    return a > 0 < b or a < 0 > b  # Not by their product, which of tiny ones is 0.


def reach(given: Expr, value: float, source: Source, exact: frozenset[float] = frozenset()) -> float:
    """How far a number may be from `value` that `given` is still right for, and a little more."""
    # A little more, for this only sorts out what is far off: `is_right` decides on the rest.
    return 1.02 * float(half_claimed(given, source, exact)) + 2 * PRECISION * abs(value)


def last_units(given: Expr) -> list[float]:
    """The worth of a step of the last digit of a number, or of each in a vector or matrix; 0 where it has no digits."""
    stack, found = [given], []
    while stack:
        expr = stack.pop()
        if isinstance(expr, Call) and expr.fn == VECTOR:
            stack.extend(reversed(expr.args))  # The first element comes off first.
        else:
            found.append(0.0 if _literal(expr) is None else float(_unit(expr)))
    return found


def unit_in_last_place(literal: str) -> Decimal:
    """The worth of one step of the last digit written: 0.01 for `0.30`, 1 for `100`, 1e-4 for `1.5e-3`."""
    exponent = Decimal(literal).as_tuple().exponent
    assert isinstance(exponent, int)  # Literals are finite.
    return Decimal((0, (1,), exponent))


def _unit(expr: Expr) -> Decimal:
    literal = _literal(expr)
    return Decimal(0) if literal is None else unit_in_last_place(literal)


def _literal(expr: Expr) -> str | None:
    """The digits of a number with or without a minus, `8.91*10^-2` as `8.91e-2`; None for other expressions.

    None for exponents beyond Decimal's, too.
    """
    while isinstance(expr, Call) and expr.fn == NEGATE:
        expr = expr.args[0]
    text = expr.text if isinstance(expr, Number) else _scientific(expr)
    try:
        return text if text is not None and Decimal(text).is_finite() else None
    except InvalidOperation:
        return None


def _scientific(expr: Expr) -> str | None:
    """`8.91*10^-2` as `8.91e-2`; None for what is not a number times a power of ten."""
    if not (isinstance(expr, Call) and expr.fn in ("*", "/")):
        return None
    digits, power = expr.args
    while isinstance(digits, Call) and digits.fn == NEGATE:
        digits = digits.args[0]
    exponent = _power_of_ten(power)
    # `8.9e1*10^-2` has two exponents, which one text cannot have.
    if not isinstance(digits, Number) or "e" in digits.text.lower() or exponent is None:
        return None
    return f"{digits.text}e{exponent if expr.fn == '*' else -exponent}"


def _power_of_ten(expr: Expr) -> int | None:
    if not (isinstance(expr, Call) and expr.fn == "^"):
        return None
    base, exponent = expr.args
    sign = 1
    while isinstance(exponent, Call) and exponent.fn == NEGATE:
        exponent, sign = exponent.args[0], -sign
    is_ten = isinstance(base, Number) and base.value == 10
    return sign * int(exponent.text) if is_ten and isinstance(exponent, Number) and exponent.text.isdigit() else None
