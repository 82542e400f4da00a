"""Sums of terms, a term being a number times powers of factors; exact, and written again."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import reduce
from itertools import chain
from math import gcd, isfinite, lcm
from typing import NamedTuple, TypeAlias

from backcalc.language.expr import Call, Expr, Number
from backcalc.rules.exactly import keeps_numbers, meant
from backcalc.rules.open_powers import Exact, Powers, is_open_power, joined, raised_in, together
from backcalc.rules.simplify import make
from backcalc.rules.written import written_exactly


class Term(NamedTuple):
    """A number times powers."""

    number: Exact
    powers: Powers


Sum: TypeAlias = "dict[frozenset[tuple[Expr, Exact]], Term]"  # A key without order: x*y and y*x are one term.
"""Terms by their factors."""

HALF = Fraction(1, 2)
LONGEST_DECIMAL = 6  # Signs.
LARGEST_BELOW = 1_000_000  # A denominator; beyond it a number is its decimals.


def exact(value: Exact) -> Exact:
    """A number, a whole one as an int."""
    return value.numerator if value.denominator == 1 else value


def term_of(number: Exact, powers: Powers) -> Sum:
    """A sum of one term; of none where the number is 0."""
    return {frozenset(powers.items()): Term(number, powers)} if number else {}


def scaled(total: Sum, by: int) -> Sum:
    """A sum times a number."""
    return {key: Term(term.number * by, term.powers) for key, term in total.items()}


def common_number(total: Sum) -> Exact:
    """The number that divides all terms, with the sign that leaves one of them positive."""
    numbers = [term.number for term in total.values()]
    sign = -1 if all(number < 0 for number in numbers) else 1
    # 1 - 0.3*x is not (10 - 3*x)/10 to who reads it.
    if any(number.denominator != 1 for number in numbers) and len({abs(number) for number in numbers}) > 1:
        return sign
    return exact(sign * Fraction(gcd(*(n.numerator for n in numbers)), lcm(*(n.denominator for n in numbers))))


def common_powers(total: Sum) -> Powers:
    """The powers that all terms have, and those that a denominator of all of them needs."""
    terms = [term.powers for term in total.values()]
    bases: Iterable[Expr] = dict.fromkeys(chain.from_iterable(terms))
    # A term without a base has it to the power of 0: so the least may be below that, and is the denominator.
    least = {base: min(powers.get(base, 0) for powers in terms) for base in bases}
    # c^(1 - g) is read as c/c^g, but nobody has c^g for a denominator of other terms.
    partly: set[Expr] = {
        base for base in bases if is_open_power(base) and len({powers.get(base, 0) for powers in terms}) > 1
    }
    kept = {base for base in partly if any(base not in powers for powers in terms)}
    # Of x^n/x + x^m neither side is taken without the other.
    kept |= {base for base in together(terms) if base in partly or any(p in partly for p, _ in raised_in(base, bases))}
    return {base: exponent for base, exponent in least.items() if exponent and base not in kept}


def written_term(number: Exact, powers: Powers, *, decimal: bool) -> Expr:
    """A positive number times powers, over one bar. Raises OverflowError where one of its numbers is no float."""
    powers = joined(powers, _written)
    above = [_written_power(base, exponent) for base, exponent in powers.items() if exponent > 0]
    # Names before sums: p*(1 - p).
    under = sorted((pair for pair in powers.items() if pair[1] < 0), key=lambda pair: isinstance(pair[0], Call))
    below = [_written_power(base, -exponent) for base, exponent in under]
    numbers: tuple[Exact | float, int] = (number.numerator, number.denominator)
    near = float(number)
    if decimal and near and len(repr(near)) <= LONGEST_DECIMAL:  # 1e-400 is not 0.
        numbers = (number, 1) if number != numbers[0] else numbers
    if number.denominator > LARGEST_BELOW and near and isfinite(near):
        numbers = (near, 1)  # Nobody reads 123456789012345*x/10^17.
    if keeps_numbers() and meant(float(numbers[0])) / numbers[1] != number:
        raise OverflowError
    if numbers[0] != 1:
        above = [Number(float(numbers[0])), *above]
    if numbers[1] != 1:
        below = [Number(float(numbers[1])), *below]
    numerator = reduce(_product, above) if above else Number(1.0)
    return make("/", numerator, reduce(_product, below)) if below else numerator


def _written_power(base: Expr, exponent: Exact) -> Expr:
    if exponent == HALF:  # The only root that the language has a name for, beside cbrt.
        return Call("sqrt", (base,))
    return base if exponent == 1 else make("^", base, _written(exponent))


def _written(number: Exact) -> Expr:
    found = written_exactly(Fraction(number))
    if found is None:
        raise OverflowError
    return found


def _product(left: Expr, right: Expr) -> Expr:
    return make("*", left, right)
