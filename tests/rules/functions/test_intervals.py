"""Intervals hold what they are to hold: mpmath is the witness, at points drawn from random boxes."""

from __future__ import annotations

import math
from random import Random

import mpmath
import numpy as np
import pytest
from boxes import box, point
from references import value_at

from backcalc.rules.functions import floats, intervals, stacks
from backcalc.rules.functions.interval import Interval, lifted
from backcalc.rules.primitives import PRIMITIVES
from backcalc.rules.row import Bound, Primitive

mp = mpmath.mp
ROWS = [row for rows in PRIMITIVES.values() for row in rows if row.shape == "elementwise"]


def within(found: Interval, value: object) -> bool:
    low, high = float(np.min(found.lo)), float(np.max(found.hi))
    return low <= value <= high  # type: ignore[operator]


def escapes(row: Primitive, evaluate: object, count: int, seed: int = 0) -> list[tuple[object, ...]]:
    """The points of random boxes whose true value the interval of the box does not hold."""
    random, found = Random(seed), []
    for _ in range(count):
        boxes = [box(random) for _ in row.params]
        over = evaluate(*(Interval(np.array([[a]]), np.array([[b]])) for a, b in boxes))  # type: ignore[operator]
        for _ in range(6):
            at = point(random, boxes)
            with mp.workdps(60):
                try:
                    value = value_at(row, [mp.mpf(x) for x in at])
                except (ZeroDivisionError, ValueError, OverflowError):
                    continue
                if isinstance(value, mpmath.mpf) and mp.isfinite(value) and not within(over, value):
                    found.append((boxes, at, value, over.lo, over.hi))
    return found


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.symbol)
def test_an_interval_holds_every_value(row):
    with np.errstate(all="ignore"):
        assert not escapes(row, Bound(row, intervals).evaluate, 150)


# A checker that catches nothing would pass: these are wrong on purpose.
MUTANTS = {
    "exp": lambda x: Interval(np.exp(x.lo), np.exp(x.hi)),
    "sin": lambda x: Interval(np.minimum(np.sin(x.lo), np.sin(x.hi)), np.maximum(np.sin(x.lo), np.sin(x.hi))),
    "cosh": lambda x: Interval(np.cosh(x.lo), np.cosh(x.hi)),
    "tan": lambda x: Interval(np.tan(x.lo), np.tan(x.hi)),
    "*": lambda x, y: Interval(x.lo * y.lo, x.hi * y.hi),
    "/": lambda x, y: Interval(x.lo / y.hi, x.hi / y.lo),
    "-": lambda x, y: Interval(x.lo - y.lo, x.hi - y.hi),
    "relu": lambda x: Interval(x.lo, x.hi),
    "sigmoid": lambda x: Interval(*(1 / (1 + np.exp(-end)) for end in (x.lo, x.hi))),
}


@pytest.mark.parametrize("symbol", MUTANTS)
def test_a_wrong_interval_is_caught(symbol):
    row = next(row for row in ROWS if row.symbol == symbol)
    with np.errstate(all="ignore"):
        assert escapes(row, MUTANTS[symbol], 400)


VECTORS = ("sum", "mean", "prod", "norm", "logsumexp", "largest", "smallest", "softmax", "log_softmax", "complement")


@pytest.mark.parametrize("name", VECTORS)
def test_an_interval_of_vectors_holds_every_value(name):
    random = np.random.default_rng(0)
    fn, plain = getattr(intervals, name), getattr(stacks, name)
    for _ in range(60):
        low = random.normal(0, 5, (7, 4, 1))
        high = low + random.choice([0, 1e-9, 0.5, 4], (7, 4, 1)) * random.random((7, 4, 1))
        over = fn(Interval(low, high))
        for _ in range(4):
            value = plain(low + (high - low) * random.random((7, 4, 1)))
            slack = 1e-13 * (1 + np.abs(value))  # Of the floats that are compared, not of the intervals.
            assert (over.lo - slack <= value).all()
            assert (value <= over.hi + slack).all()


def test_the_products_of_matrices_hold_every_value():
    random = np.random.default_rng(1)
    low, other = random.normal(0, 3, (5, 2, 3)), random.normal(0, 3, (5, 3, 2))
    a, b = Interval(low, low + 0.5), Interval(other, other + 0.25)
    column = Interval(low[..., :1], low[..., :1] + 0.5)
    for name, left, right in (("matmul", a, b), ("outer", column, column), ("dot", column, column)):
        over = getattr(intervals, name)(left, right)
        for part in (0.0, 0.3, 1.0):
            value = getattr(stacks, name)(left.lo + part * (left.hi - left.lo), right.lo + part * (right.hi - right.lo))
            assert (over.lo <= value + 1e-12).all()
            assert (value - 1e-12 <= over.hi).all()


def test_what_is_known_of_a_shape_is_used():
    every = Interval(np.array([[-5.0]]), np.array([[5.0]]))
    assert float(intervals.bump(every).hi[0, 0]) == 0.25
    assert float(intervals.square(every).lo[0, 0]) == 0
    assert float(intervals.sigmoid(lifted(np.zeros((1, 1)))).lo[0, 0]) == 0.5
    logits = Interval(np.full((1, 3, 1), -20.0), np.full((1, 3, 1), 20.0))
    assert (intervals.softmax(logits).lo > 0).all()
    assert (intervals.complement(logits).lo > 0).all()
    assert (intervals.gap(logits).lo > 0).all()


def test_where_takes_the_doubts_of_what_may_be_chosen_alone():
    sure, doubtful = (
        lifted(np.ones((2, 1, 1))),
        Interval(np.ones((2, 1, 1)), np.ones((2, 1, 1)), np.full((2, 1, 1), True)),
    )
    chosen = intervals.where(np.array([[[1.0]], [[0.0]]]), sure, doubtful)
    assert chosen.doubt.ravel().tolist() == [False, True]


def test_floats_agree_where_boxes_are_points():
    for row in ROWS:
        if len(row.params) == 1 and row.symbol not in ("not", "round"):
            alone = Interval(np.array([[0.375]]), np.array([[0.375]]))
            with np.errstate(all="ignore"):
                found = Bound(row, intervals).evaluate(alone)
            value = Bound(row, floats).evaluate(0.375)
            assert math.isnan(value) or found.lo[0, 0] <= value <= found.hi[0, 0], row.symbol


@pytest.mark.parametrize("name", ["det", "inv", "cofactors"])
@pytest.mark.parametrize("size", [1, 2, 3, 4])
def test_an_interval_of_matrices_holds_every_value(name, size):
    random = np.random.default_rng(size)
    fn, plain = getattr(intervals, name), getattr(stacks, name)
    for _ in range(20):
        low = random.normal(size=(size, size)) + 3 * np.eye(size)
        high = low + random.choice([0.0, 1e-9, 0.1]) * random.uniform(size=(size, size))
        at = low + random.uniform(size=(5, size, size)) * (high - low)
        with np.errstate(all="ignore"):
            found, values = fn(Interval(low, high)), plain(at)
        slack = 1e-13 * np.max(np.abs(values))  # Of NumPy's own rounding.
        assert np.all((found.lo - slack <= values) & (values <= found.hi + slack))
        if np.all(low == high):
            np.testing.assert_allclose(found.hi - found.lo, 0, atol=1e-11 * np.max(np.abs(values)))


def test_of_a_large_determinant_nothing_is_known():
    found = intervals.det(lifted(np.eye(9)))
    assert (found.lo, found.hi) == (-np.inf, np.inf)
