"""A ball: a real number as the fraction that it is, or as an interval with a centre that holds it for certain."""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import AbstractContextManager
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from backcalc.rules.functions.objects import Lost

LONGEST = 4_000  # Bits of a fraction: a longer one goes on as a ball.


def precision(bits: int) -> AbstractContextManager[Any]:
    """A context in which balls are rounded to so many bits."""
    found: AbstractContextManager[Any] = ctx.workprec(bits)
    return found


class Ball:
    """A real number: the fraction `exact`, else one that lies in the `ball`."""

    __slots__ = ("_ball", "exact")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, ball: Any, exact: Fraction | None = None) -> None:
        self._ball, self.exact = ball, exact  # Of a constant, what works out its ball.

    @property
    def ball(self) -> Any:
        """An interval that holds it, of the precision of the moment."""
        if self.exact is not None:
            return arb(fmpq(self.exact.numerator, self.exact.denominator))
        return self._ball() if callable(self._ball) else self._ball

    def __float__(self) -> float:
        return float(self.ball.mid())

    def __int__(self) -> int:
        if self.exact is None:
            raise TypeError("whether it is a whole number is not certain")
        return int(self.exact)

    def __neg__(self) -> Ball:
        return Ball(None, -self.exact) if self.exact is not None else Ball(-self.ball)

    def __eq__(self, other: object) -> bool:
        """Whether it is certain that both are the same fraction."""
        return self.exact is not None and self.exact == (other.exact if isinstance(other, Ball) else other)

    def __add__(self, other: Any) -> Any:
        return _combined(operator.add, self, other)

    def __sub__(self, other: Any) -> Any:
        return _combined(operator.sub, self, other)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Any:
        # Nothing times a number is nothing, however little is known of the number.
        if isinstance(other, Ball) and 0 in (self.exact, other.exact):
            return Ball(None, Fraction(0))
        return _combined(operator.mul, self, other)

    __rmul__ = __mul__


def _combined(fn: Callable[[Any, Any], Any], x: Ball, y: Any) -> Any:
    if isinstance(y, int | np.integer):  # The 0 that NumPy begins a sum with, or puts around an image.
        y = Ball(None, Fraction(int(y)))
    if not isinstance(y, Ball):  # An array takes its elements one by one.
        return y if isinstance(y, Lost) else NotImplemented
    if x.exact is not None and y.exact is not None:
        return whole(fn(x.exact, y.exact))
    return Ball(fn(x.ball, y.ball))


def whole(x: Fraction) -> Ball:
    """A fraction, as a ball where it is too long to go on with."""
    if x.numerator.bit_length() + x.denominator.bit_length() <= LONGEST:
        return Ball(None, x)
    return Ball(Ball(None, x).ball)
