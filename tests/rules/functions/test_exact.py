"""Fractions and quotients of polynomials: Python's own fractions and random points are the witness."""

from __future__ import annotations

import math
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from backcalc.rules.functions import exact, polynomials
from backcalc.rules.functions.objects import Lost
from backcalc.rules.functions.polynomials import Quotient, letter
from backcalc.rules.primitives import lookup
from backcalc.rules.row import Bound

RATIONAL = {
    "+": (Fraction(1, 3), Fraction(1, 6), Fraction(1, 2)),
    "-": (Fraction(1, 3), Fraction(1, 3), Fraction(0)),
    "*": (Fraction(2, 3), Fraction(3, 4), Fraction(1, 2)),
    "/": (Fraction(2, 3), Fraction(4, 3), Fraction(1, 2)),
    "^": (Fraction(2, 3), Fraction(-2), Fraction(9, 4)),
    "max": (Fraction(1, 3), Fraction(1, 4), Fraction(1, 3)),
    "<": (Fraction(1, 3), Fraction(1, 2), Fraction(1)),
    "mse": (Fraction(1, 3), Fraction(1), Fraction(4, 9)),
}
AT_ONE_POINT = {
    "exp": (0, 1),
    "log": (1, 0),
    "sin": (0, 0),
    "cos": (0, 1),
    "sigmoid": (0, "1/2"),
    "sqrt": ("4/9", "2/3"),
}
AT_ONE_POINT |= {"cbrt": ("-8/27", "-2/3"), "relu": ("-1/3", 0), "abs": ("-1/3", "1/3"), "floor": ("-1/3", -1)}
AT_ONE_POINT |= {"step": ("1/3", 1), "round": ("5/2", 2), "leaky_relu": (-1, "-1/100"), "log2": (8, 3), "tanh": (0, 0)}


def evaluate(symbol: str, *args: object) -> object:
    row = lookup(symbol, len(args))
    assert row is not None
    return Bound(row, exact).evaluate(*args)


@pytest.mark.parametrize("symbol", RATIONAL)
def test_what_is_rational_stays_a_fraction(symbol):
    x, y, value = RATIONAL[symbol]
    assert evaluate(symbol, x, y) == value


@pytest.mark.parametrize("symbol", AT_ONE_POINT)
def test_a_function_is_rational_where_it_is(symbol):
    x, value = map(Fraction, AT_ONE_POINT[symbol])
    assert evaluate(symbol, x) == value


@pytest.mark.parametrize("symbol", ["sin", "exp", "sqrt", "sigmoid", "erf", "gelu", "softplus"])
def test_what_has_no_fraction_names_its_function(symbol):
    found = evaluate(symbol, Fraction(3))
    assert isinstance(found, Lost)
    assert "`" in found.why


def test_a_branch_that_is_not_taken_may_be_irrational():
    assert exact.where(Fraction(1), Fraction(2), exact.sin(Fraction(1))) == 2
    assert isinstance(exact.where(Fraction(0), Fraction(2), exact.sin(Fraction(1))), Lost)


def test_a_number_of_the_text_is_what_is_written():
    assert exact.number(0.1) == Fraction(1, 10)
    assert exact.number(1e-5) == Fraction(1, 100_000)
    assert isinstance(exact.number(math.pi), Lost)


def test_arrays_of_fractions():
    x = exact.array([[1.0, 0.5], [0.25, 3.0]])
    assert exact.matmul(x, exact.array([2.0, 4.0])).tolist() == [4, Fraction(25, 2)]
    assert exact.sum(x) == Fraction(19, 4)
    assert exact.norm(exact.array([3.0, 4.0])) == 5
    assert exact.softmax(exact.array([7.0, 7.0])).tolist() == [Fraction(1, 2)] * 2


def random_formula(random: Random, depth: int) -> str:
    if not depth:
        return random.choice(("x", "y", "Fraction(2)", "Fraction(3)"))
    a, b = random_formula(random, depth - 1), random_formula(random, depth - 1)
    return random.choice((f"({a} + {b})", f"({a} - {b})", f"({a} * {b})", f"({a} / ({b} * {b} + 1))"))


@pytest.mark.parametrize("seed", range(40))
def test_a_quotient_of_polynomials_has_the_values_of_its_formula(seed):
    random = Random(seed)
    text = random_formula(random, 3)
    found = polynomials.lifted(eval(text, {"x": letter("x"), "y": letter("y"), "Fraction": Fraction}))
    for _ in range(5):
        at = {name: Fraction(random.randint(-9, 9), random.randint(1, 5)) for name in "xy"}
        assert value_at(found, at) == eval(text, {**at, "Fraction": Fraction})


def value_at(found: Quotient, at: dict[str, Fraction]) -> Fraction:
    above, below = (
        sum(
            (
                factor * math.prod((at[name[0]] ** power for name, power in monomial), start=Fraction(1))
                for monomial, factor in terms.items()
            ),
            Fraction(0),
        )
        for terms in (found.above, found.below)
    )
    return above / below


def test_exponentials_are_letters_that_multiply():
    x, c = letter("x"), letter("c")
    assert exact.exp(x + c) == exact.exp(x) * exact.exp(c)
    assert exact.sigmoid(-x) == 1 - exact.sigmoid(x)
    assert exact.tanh(x) == 2 * exact.sigmoid(x + x) - 1
    assert exact.exp(x + c) != exact.exp(x) + exact.exp(c)
    shifted = np.array([letter("a", (i,)) for i in range(3)], dtype=object)
    assert (exact.softmax(shifted + c) == exact.softmax(shifted)).all()


def test_a_polynomial_that_grows_without_end_is_given_up():
    base = sum((letter(f"x{i}") for i in range(40)), Fraction(0))
    with pytest.raises(polynomials.PolynomialTooLongError):
        exact.power(base, Fraction(12))
