"""What the digits of a written number claim, it stands for all that round to them, and other measures of right."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import MAX_EMAX, MIN_EMIN, Context, Decimal, InvalidOperation, localcontext
from math import isfinite
from typing import Any

from backcalc.calculus.constant import constant
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Number
from backcalc.rules.values import shape_of
from backcalc.text.source import Source

# A calculation in float64 is not better than this, relative to its result: 2^-44, some 250 units in the last place.
PRECISION = 2.0**-44

_ANY_SIZE = Context(prec=50, Emin=MIN_EMIN, Emax=MAX_EMAX)


@dataclass(frozen=True)
class Tolerance:
    """How near a right answer is: half a unit in the last place written, where that is more `relative` to the truth.

    With `significant`, in place of both, half a unit in that significant digit of the truth.
    """

    relative: float = 0.0
    significant: int | None = None

    def slack(self, expected: Decimal, unit: Decimal) -> Decimal:
        """What an answer whose last digit is worth `unit` may be off by."""
        if self.significant is None:
            return max(unit / 2, Decimal(self.relative) * abs(expected))
        # Half of 10^(exponent − significant + 1) is 5·10^(exponent − significant); 0 has no significant digits.
        return Decimal((0, (5,), expected.adjusted() - self.significant)) if expected else Decimal(0)

    def slacks(self, expected: Any) -> Any:
        """What the elements of an array that no digits are written of may be off by."""
        if self.significant is None:
            return (self.relative + PRECISION) * abs(expected)
        from backcalc.rules.ndarray import half_units

        return half_units(expected, self.significant) + PRECISION * abs(expected)


AS_WRITTEN = Tolerance()


def is_right(given: Expr, expected: Any, source: Source, tolerance: Tolerance = AS_WRITTEN) -> bool:
    """Whether `given` is `expected` rounded to the digits written, vectors by element; an expression must equal it."""
    return next(wrong_places(given, expected, source, tolerance), None) is None


def wrong_places(
    given: Expr, expected: Any, source: Source, tolerance: Tolerance = AS_WRITTEN
) -> Iterator[tuple[int, ...]]:
    """The index of each element of `given` that is not right; () where a number is not, or the shape."""
    shape = shape_of(expected)
    if shape and isinstance(given, Call) and given.fn == VECTOR and len(given.args) == shape[0]:
        for i, (arg, element) in enumerate(zip(given.args, expected, strict=True)):
            yield from ((i, *rest) for rest in wrong_places(arg, element, source, tolerance))
    elif shape:
        yield from _unequal_places(constant(given, source), expected, tolerance)
    elif not _is_right(given, float(expected), source, tolerance):
        yield ()


def _unequal_places(value: Any, expected: Any, tolerance: Tolerance) -> Iterator[tuple[int, ...]]:
    """The places where `value`, that of an expression, is not `expected`, as far as float64 goes."""
    if shape_of(value) != shape_of(expected):
        yield ()
        return
    from backcalc.rules.ndarray import far_places

    yield from far_places(value, expected, tolerance.slacks)


def _is_right(given: Expr, expected: float, source: Source, tolerance: Tolerance) -> bool:
    value = constant(given, source)
    if shape_of(value):
        return False
    if not (isfinite(value) and isfinite(expected)):
        return repr(value) == repr(expected)  # nan is right where the truth is nan, and inf by its sign.
    literal = _literal(given)
    # In decimals: half a unit of 0.01 is no binary number, and an answer at the very edge is right.
    with localcontext(_ANY_SIZE):
        unit, truth = Decimal(0) if literal is None else unit_in_last_place(literal), Decimal(expected)
        slack = tolerance.slack(truth, unit) + Decimal(PRECISION) * abs(truth)
        exact = Decimal(value) if literal is None else Decimal(literal).copy_sign(Decimal(value))
        return abs(exact - truth) <= slack


def reach(given: Expr, value: float) -> float:
    """How far a number may be from `value` that `given` is still right for, and a little more."""
    literal = _literal(given)
    unit = float(unit_in_last_place(literal)) if literal is not None else 0.0
    return 0.51 * unit + 2 * PRECISION * abs(value)


def last_units(given: Expr) -> list[float]:
    """The worth of a step of the last digit of a number, or of each in a vector or matrix; 0 where it has no digits."""
    stack, found = [given], []
    while stack:
        expr = stack.pop()
        if isinstance(expr, Call) and expr.fn == VECTOR:
            stack.extend(reversed(expr.args))
        else:
            literal = _literal(expr)
            found.append(0.0 if literal is None else float(unit_in_last_place(literal)))
    return found


def unit_in_last_place(literal: str) -> Decimal:
    """The worth of one step of the last digit written: 0.01 for `0.30`, 1 for `100`, 1e-4 for `1.5e-3`."""
    exponent = Decimal(literal).as_tuple().exponent
    assert isinstance(exponent, int)  # Literals are finite.
    return Decimal((0, (1,), exponent))


def _literal(expr: Expr) -> str | None:
    """The digits of a number with or without a minus; None for other expressions, and exponents beyond Decimal's."""
    while isinstance(expr, Call) and expr.fn == NEGATE:
        expr = expr.args[0]
    try:
        return expr.text if isinstance(expr, Number) and Decimal(expr.text).is_finite() else None
    except InvalidOperation:
        return None
