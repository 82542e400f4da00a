"""The shortest text of numbers, many at a time: what repr() says, character by character."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backcalc.shortest import csv_lines

law = settings(deadline=None, derandomize=True, max_examples=300)


def plain(number):
    return repr(number).removesuffix(".0")


short = st.tuples(st.integers(-(10**17), 10**17), st.integers(-4, 22)).map(lambda n: n[0] / 10.0 ** n[1])


@law
@given(st.lists(st.one_of(st.floats(), st.floats(1e-4, 1e16), short), min_size=1, max_size=20))
@example([9007199254740993.0, 9999999999999998.0, 1e16, 1e-4, 0.00009999999999999999, 99.99999999999999])
@example([0.0, -0.0, 5e-324, 1.7976931348623157e308, math.nan, math.inf, -math.inf])
def test_the_text_is_that_of_repr(numbers):
    assert csv_lines([np.array(numbers)]).split("\n") == [plain(number) for number in numbers]


RANDOM = np.random.default_rng(0)
MANY = 20_000
COLUMNS = {
    "17 digits": RANDOM.normal(size=MANY),
    "all sizes": 10 ** RANDOM.uniform(-6, 18, MANY),
    "3 decimals": np.round(RANDOM.uniform(-1000, 1000, MANY), 3),
    "15 decimals": np.round(RANDOM.uniform(0, 1, MANY), 15),
    "16 decimals": np.round(RANDOM.uniform(0, 1, MANY), 16),
    "whole": RANDOM.integers(-(10**15), 10**15, MANY).astype(float),
    "halves": RANDOM.integers(0, 2**53, MANY) / 2,
    "powers of two": 2.0 ** RANDOM.integers(-20, 60, MANY),
    "beside powers of ten": np.nextafter(10.0 ** RANDOM.integers(-4, 16, MANY), RANDOM.choice([-np.inf, np.inf], MANY)),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_many_numbers(name):
    assert csv_lines([COLUMNS[name]]).split("\n") == [plain(number) for number in COLUMNS[name].tolist()]


def test_a_row_has_a_number_a_column():
    assert csv_lines([np.array([1.0, 0.5]), np.array([-2.0, 1e-7])]) == "1,-2\n0.5,1e-07"
