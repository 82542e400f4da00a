"""Numbers as somebody rounds them who rounds every result."""

from __future__ import annotations

from math import inf, isnan, nan

import pytest

from backcalc.marking.own_numbers import Habit

DIGITS, DECIMALS = Habit(3, "significant digits"), Habit(3, "decimals")


@pytest.mark.parametrize(
    ("habit", "value", "expected"),
    [
        (DIGITS, 0.123456, 0.123),
        (DIGITS, -98765.0, -98800.0),
        (DECIMALS, -1.23456, -1.235),
        (DIGITS._replace(is_cut=True), 0.9999, 0.999),
        (DIGITS, 0.0, 0.0),
        # Where float64 ends there is no digit to round to.
        (DIGITS, 5e-324, 5e-324),
        (DECIMALS, 1e308, 1e308),
        (DIGITS, inf, inf),
    ],
)
def test_a_rounded_number(habit, value, expected):
    assert habit(value) == pytest.approx(expected, rel=1e-12, abs=0)


def test_what_is_no_number_has_a_step_too():
    assert isnan(DIGITS(nan))
    assert DIGITS.step(inf) == DIGITS.step(nan) == 1e-3
