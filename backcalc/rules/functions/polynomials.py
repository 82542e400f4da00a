"""Quotients of polynomials with fractions as coefficients, in the inputs and in exponentials of them.

A number of `exact` that keeps its inputs as letters: two formulas that are one quotient are equal for all values of the
inputs for which both exist. exp(a + c) is exp(a)·exp(c), each with a letter of its own.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from backcalc.rules.functions.objects import Lost

MOST_TERMS = 5000  # Of a polynomial: a proof that takes longer is no help.
Letter = tuple[str, ...]
Monomial = tuple[tuple[Letter, int], ...]
"""Letters with their powers, in the order of the letters; () is 1."""
Polynomial = dict[Monomial, Fraction]

ONE: Polynomial = {(): Fraction(1)}


class PolynomialTooLongError(Exception):
    """A polynomial has more terms than anybody would wait for."""


def _sum(x: Polynomial, y: Polynomial) -> Polynomial:
    found = dict(x)
    for monomial, factor in y.items():
        total = found.get(monomial, Fraction(0)) + factor
        if total:
            # No term with 0: is_zero asks whether there are terms.
            found[monomial] = total
        else:
            found.pop(monomial, None)
    return found


def _product(x: Polynomial, y: Polynomial) -> Polynomial:
    if len(x) * len(y) > 4 * MOST_TERMS:  # Before the work; like terms may yet come together.
        raise PolynomialTooLongError
    found: Polynomial = {}
    for first, a in x.items():
        for second, b in y.items():
            monomial = _joined(first, second)
            found[monomial] = found.get(monomial, Fraction(0)) + a * b
    if len(found) > MOST_TERMS:
        raise PolynomialTooLongError
    return {monomial: factor for monomial, factor in found.items() if factor}


def _joined(x: Monomial, y: Monomial) -> Monomial:
    powers = dict(x)
    # exp(a)·exp(-a) is 1: what has the power 0 goes.
    for letter, power in y:
        powers[letter] = powers.get(letter, 0) + power
    # In order, so that equal monomials are equal keys.
    return tuple(sorted((letter, power) for letter, power in powers.items() if power))


class Quotient:
    """One polynomial by another."""

    __slots__ = ("above", "below")

    def __init__(self, above: Polynomial, below: Polynomial = ONE) -> None:
        # Not in lowest terms: that takes a greatest common divisor of polynomials, and equality none.
        self.above, self.below = above, below

    def __add__(self, other: Any) -> Any:
        if isinstance(other, Lost | np.ndarray):
            return other if isinstance(other, Lost) else NotImplemented  # An array adds element by element.
        other = lifted(other)
        # The usual case, and the one in which the degree does not grow.
        if self.below == other.below:
            return Quotient(_sum(self.above, other.above), self.below)
        above = _sum(_product(self.above, other.below), _product(other.above, self.below))
        return Quotient(above, _product(self.below, other.below))

    __radd__ = __add__

    def __neg__(self) -> Quotient:
        return Quotient({monomial: -factor for monomial, factor in self.above.items()}, self.below)

    def __sub__(self, other: Any) -> Any:
        return self + -other

    def __rsub__(self, other: Any) -> Any:
        return -self + other

    def __mul__(self, other: Any) -> Any:
        if isinstance(other, Lost | np.ndarray):
            return other if isinstance(other, Lost) else NotImplemented
        other = lifted(other)
        return Quotient(_product(self.above, other.above), _product(self.below, other.below))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        if isinstance(other, Lost | np.ndarray):
            return other if isinstance(other, Lost) else NotImplemented
        other = lifted(other)
        # Of polynomials that have cancelled to 0 there is no quotient, whatever the letters are.
        return self * Quotient(other.below, other.above) if other.above else Lost("a division by 0")

    def __rtruediv__(self, other: Any) -> Any:
        return lifted(other) / self

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction):
            other = lifted(other)
        if not isinstance(other, Quotient):
            return NotImplemented
        # Across, for neither is in lowest terms.
        return _product(self.above, other.below) == _product(other.above, self.below)

    # Equal quotients may have other terms, so that no hash would be theirs.
    __hash__ = None  # type: ignore[assignment]

    def apply(self, name: str) -> Any:
        """A function of it: the exponential, and those that are made of it."""
        if name == "exp":
            return self._power_of_e()
        if name in ("sigmoid", "tanh"):
            # tanh x = (1 − e⁻²ˣ)/(1 + e⁻²ˣ).
            power = (-(self + self) if name == "tanh" else -self).apply("exp")
            if isinstance(power, Lost):
                return power
            return (1 - power) / (1 + power) if name == "tanh" else 1 / (1 + power)
        if name in ("sinh", "cosh"):
            up, down = self.apply("exp"), (-self).apply("exp")
            return (up + down if name == "cosh" else up - down) * Fraction(1, 2)
        return Lost(f"`{name}`")

    def _power_of_e(self) -> Any:
        """Exp of a polynomial with whole coefficients: a product of the exponentials of its terms."""
        # exp(x/2) squared is exp(x), which a letter of its own would not know.
        if self.below != ONE or any(factor.denominator != 1 for factor in self.above.values()):
            return Lost("`exp`")
        letters = [(("exp", repr(monomial)), int(factor)) for monomial, factor in self.above.items()]
        # exp(−x) below the bar, for powers are whole and positive.
        up = tuple(sorted((letter, power) for letter, power in letters if power > 0))
        down = tuple(sorted((letter, -power) for letter, power in letters if power < 0))
        return Quotient({up: Fraction(1)}, {down: Fraction(1)})


def lifted(x: Any) -> Quotient:
    """A fraction as a quotient."""
    return x if isinstance(x, Quotient) else Quotient({(): Fraction(x)} if x else {})


def letter(name: str, place: tuple[int, ...] = ()) -> Quotient:
    """An input, or an element of one."""
    return Quotient({(((name, *map(str, place)), 1),): Fraction(1)})


def is_zero(x: Any) -> bool:
    """Whether an exact number is 0 for all values of its letters."""
    return x == 0 if isinstance(x, Fraction) else isinstance(x, Quotient) and not x.above


__all__ = ["MOST_TERMS", "PolynomialTooLongError", "Quotient", "is_zero", "letter", "lifted"]
