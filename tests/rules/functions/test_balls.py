"""Balls hold the number: mpmath is their witness, and they are that of the intervals, at 200 bits."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from random import Random
from typing import Any

import mpmath
import numpy as np
import pytest
from boxes import box, point
from references import value_at

from backcalc.rules.functions import intervals
from backcalc.rules.functions.interval import Interval, lifted
from backcalc.rules.functions.objects import Lost, made
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Bound, Primitive

pytest.importorskip("flint")

from flint import arb

from backcalc.rules.functions import balls
from backcalc.rules.functions.ball import Ball, precision

mp = mpmath.mp
BITS = 200
ROWS = [row for rows in PRIMITIVES.values() for row in rows if row.shape == "elementwise"]
DECIMAL = ("leaky_relu", "selu")
SLOPED = [row for row in ROWS if row.partials and not row.selects]


def ends(number: Ball) -> tuple[Fraction, Fraction]:
    """Two fractions between which a number lies."""
    if number.exact is not None:
        return number.exact, number.exact
    return tuple(
        Fraction(*map(int, (end.fmpq().p, end.fmpq().q))) for end in (number.ball.lower(), number.ball.upper())
    )  # type: ignore[return-value]


def real(x: float) -> Ball:
    return Ball(None, Fraction(x))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symbol)
def test_a_ball_holds_the_value(row):
    random, told = Random(1), 0
    for _ in range(60):
        at = [random.choice((random.gauss(0, 3), float(random.randint(-3, 3)), random.random())) for _ in row.params]
        with mp.workdps(80), precision(BITS):
            try:
                value = value_at(row, [mp.mpf(x) for x in at])
            except (ZeroDivisionError, ValueError, OverflowError):
                continue
            found = Bound(row, balls).evaluate(*map(real, at))
            if isinstance(found, Lost):  # Nothing is said where there is nothing, or an infinity.
                assert not (isinstance(value, mpmath.mpf) and mp.isfinite(value)), (row.symbol, at, found.why)
                continue
            if not mp.isfinite(value):  # Outside the domain a base function may have a value all the same.
                continue
            low, high = (mp.mpf(end.numerator) / end.denominator for end in ends(found))
            # Of the witness, whose decimals are floats.
            slack = mp.mpf(10) ** (-16 if row.symbol in DECIMAL else -70) * (1 + abs(value))
            assert low - slack <= value <= high + slack, (row.symbol, at)
            assert high - low <= mp.mpf(2) ** (20 - BITS) * (1 + abs(value))
            told += 1
    assert told > 5


def escapes(row: Primitive, over: Any, within: Any, times: int, seed: int = 0) -> list[Any]:
    """Points of random boxes where what a row's balls hold is not in what its intervals hold."""
    random, found = Random(seed), []
    for _ in range(times):
        boxes = [box(random) for _ in row.params]
        held = lifted(over(*(Interval(np.array([[a]]), np.array([[b]])) for a, b in boxes)))
        low, high = float(np.min(held.lo)), float(np.max(held.hi))
        for _ in range(6):
            at = point(random, boxes)
            number = within(*map(real, at))
            if isinstance(number, Lost):
                continue
            # By balls: the fraction of exp(1e9) has a billion digits.
            if number.ball < arb(low) or number.ball > arb(high):
                found.append((boxes, at, held.lo, held.hi))
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symbol)
def test_an_interval_holds_what_the_balls_do(row):
    with np.errstate(all="ignore"), precision(BITS):
        assert not escapes(row, Bound(row, intervals).evaluate, Bound(row, balls).evaluate, 60)


def sloped(row: Primitive, namespace: Any, k: int) -> Any:
    """The slope by an argument, at arguments, where the function exists."""
    bound = Bound(row, namespace)

    def slope(*args: Any) -> Any:
        if namespace is balls and bound.exists is not None:
            exists = bound.exists(*args)
            if isinstance(exists, Lost) or exists == 0:
                return Lost("domain")
        out = bound.evaluate(*args)
        return out if isinstance(out, Lost) else bound.slopes[k](*args, out)

    return slope


@pytest.mark.parametrize("row", SLOPED, ids=lambda row: row.symbol)
def test_an_interval_holds_the_slopes_that_the_balls_do(row):
    with np.errstate(all="ignore"), precision(BITS):
        for k in range(row.arity):
            assert not escapes(row, sloped(row, intervals, k), sloped(row, balls, k), 60)


# A witness that catches nothing would pass: these are wrong on purpose, some by a few units in the last place only.
MUTANTS = {
    "exp": lambda x: Interval(np.exp(x.lo), np.exp(x.hi)),
    "log": lambda x: Interval(np.log(x.lo), np.log(x.hi)),
    "cos": lambda x: Interval(np.minimum(np.cos(x.lo), np.cos(x.hi)), np.maximum(np.cos(x.lo), np.cos(x.hi))),
    "tanh": lambda x: Interval(np.tanh(x.lo), np.tanh(x.hi)),
    "+": lambda x, y: Interval(x.lo + y.lo, x.hi + y.hi),
    "*": lambda x, y: Interval(x.lo * y.lo, x.hi * y.hi),
    "/": lambda x, y: Interval(x.lo / y.hi, x.hi / y.lo),
    "abs": lambda x: Interval(np.minimum(abs(x.lo), abs(x.hi)), np.maximum(abs(x.lo), abs(x.hi))),
    "softplus": lambda x: Interval(np.log1p(np.exp(x.lo)), np.log1p(np.exp(x.hi))),
    "erf": lambda x: Interval(*(intervals.erf(Interval(end, end)).lo for end in (x.lo, x.hi))),
}


@pytest.mark.parametrize("symbol", MUTANTS)
def test_a_wrong_interval_is_caught_by_balls(symbol):
    row = next(row for row in ROWS if row.symbol == symbol)
    with np.errstate(all="ignore"), precision(BITS):
        assert escapes(row, MUTANTS[symbol], Bound(row, balls).evaluate, 400)


VECTORS = ("sum", "mean", "prod", "norm", "logsumexp", "largest", "smallest", "softmax", "log_softmax", "complement")


# Logits so far apart that exponentials underflow, and some whose logarithm of a sum is next to 0.
EDGES = [
    (np.array([[[0.0], [-1000.0]]]), np.array([[[0.0], [1000.0]]])),
    (np.array([[[-800.0], [0.0], [0.0]]]), np.array([[[-700.0], [0.0], [900.0]]])),
    (np.full((1, 2, 1), -0.6931471805599453), np.full((1, 2, 1), -0.6931471805599453)),
    (np.full((1, 3, 1), -1.0986122886681098), np.full((1, 3, 1), -1.0986122886681098)),
]


def vectors(random: np.random.Generator, count: int) -> Iterator[tuple[Any, Any]]:
    """The ends of boxes of vectors: of usual sizes, and every fourth of any."""
    for k in range(count):
        low = random.normal(0, 5, (1, 3, 1))
        if k % 4 == 0:
            low = np.sign(low) * 10.0 ** random.uniform(-320, 3 if k % 8 else 100, (1, 3, 1))
        width = random.choice([0, 1e-9, 0.5, 4, 1000], (1, 3, 1)) * random.random((1, 3, 1))
        yield low, low + width * (1 if k % 3 else np.abs(low))


@pytest.mark.parametrize("name", VECTORS)
def test_an_interval_of_vectors_holds_what_the_balls_do(name):
    random = np.random.default_rng(2)
    for low, high in [*vectors(random, 40), *EDGES]:
        with np.errstate(all="ignore"):
            over = getattr(intervals, name)(Interval(low, high))
        at = np.clip(low + (high - low) * random.random(low.shape), low, high)
        with precision(BITS):
            found = getattr(balls, name)(made([real(x) for x in at.ravel()]))
            numbers = found.ravel() if isinstance(found, np.ndarray) else [found]
            for number, lo, hi in zip(numbers, over.lo.ravel(), over.hi.ravel(), strict=True):
                # What has no ball, as the logarithm of what may be 0, is no witness.
                assert isinstance(number, Lost) or not (number.ball < arb(lo) or number.ball > arb(hi)), (low, high)


def test_matrices_agree_with_numpy():
    random = np.random.default_rng(3)
    for n in (1, 2, 3, 4):
        x, y = random.integers(-4, 5, (2, n, n)).astype(float)
        with precision(BITS):
            a, b = balls.array(x), balls.array(y)
            assert (balls.matmul(a, b).astype(float) == x @ y).all()
            assert np.isclose(float(balls.det(a)), np.linalg.det(x), atol=1e-9)
            if abs(np.linalg.det(x)) > 0.5:
                assert np.allclose(balls.inv(a).astype(float), np.linalg.inv(x))
    with precision(BITS):
        singular = balls.array([[1.0, 2.0], [2.0, 4.0]])
        assert balls.det(singular) == 0
        assert balls.cofactors(singular).astype(float).tolist() == [[4, -2], [-2, 1]]


def test_a_fraction_stays_one():
    with precision(BITS):
        third = balls.divide(balls.number(1.0), balls.number(3.0))
        assert third.exact == Fraction(1, 3)
        assert (third * balls.number(3.0)).exact == 1
        assert balls.sqrt(balls.number(4.0)).exact == 2
        assert (balls.number(mpmath.pi + 0) * balls.number(0.0)).exact == 0


def test_constants_are_as_precise_as_their_surroundings():
    for bits in (100, 1000):
        with precision(bits):
            assert balls.number(float(mpmath.pi)).ball.rel_accuracy_bits() > bits - 10


def test_a_decimal_has_all_its_digits():
    assert balls.decimal("0.12345678901234567890123").exact == Fraction("0.12345678901234567890123")


def test_what_is_not_decided_is_lost():
    with precision(BITS):
        nearly = balls.sin(balls.number(float(mpmath.pi)))
        assert isinstance(balls.less(nearly, balls.number(0.0)), Lost)
        assert isinstance(balls.sign(nearly), Lost)
        assert isinstance(balls.divide(balls.number(1.0), nearly), Lost)
        assert not isinstance(balls.abs(nearly), Lost)
        assert not isinstance(balls.max(nearly, balls.number(0.0)), Lost)


def test_a_condition_that_may_be_0_decides_nothing():
    with precision(BITS):
        nearly, one, two = balls.sin(balls.number(float(mpmath.pi))), balls.number(1.0), balls.number(2.0)
        assert isinstance(balls.where(nearly, one, two), Lost)
        assert isinstance(balls.negation(nearly), Lost)
        assert isinstance(balls.both(nearly, one), Lost)
        # Where it makes no difference, it need not be known.
        assert balls.both(nearly, balls.number(0.0)) == 0
        assert balls.either(one, nearly) == 1
        assert balls.where(balls.sin(one), one, two) == 1
        assert balls.where(made([nearly, one]), one, two)[1] == 1
