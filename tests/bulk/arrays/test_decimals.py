"""Numbers written by arrays are the text that Python writes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.bulk.arrays.decimals import cells, members, texts
from backcalc.language.unparse import number_text
from backcalc.render.formats.json import dump
from backcalc.render.values import exact

ODD = [
    0.0,
    -0.0,
    1e-4,
    0.00011,
    0.0001,
    1e15,
    1e16,
    9999999.99999999,
    9999999.0,
    10000000.0,
    1e-8,
    float("nan"),
    -1e300,
]
few_digits = st.builds(lambda digits, places: digits / 10**places, st.integers(-(10**15), 10**15), st.integers(0, 20))


@settings(max_examples=300)
@given(st.lists(few_digits | st.floats() | st.sampled_from(ODD)))
def test_they_are_what_repr_gives(numbers):
    assert texts(np.array(numbers, float)) == [repr(number) for number in numbers]


def plain(cells):
    return [row.tobytes().rstrip(b"\0").decode() for row in cells]


@settings(max_examples=300)
@given(st.lists(st.tuples(few_digits | st.floats() | st.sampled_from(ODD), st.booleans())))
def test_columns_are_what_they_are_one_by_one(rows):
    numbers, known = np.array([number for number, _ in rows], float), np.array([flag for _, flag in rows], bool)
    assert plain(cells(numbers)) == [number_text(number) for number in numbers]
    assert plain(cells(numbers, known)) == [number_text(number) if flag else "" for number, flag in rows]
    assert members(numbers) == [dump(exact(number)) for number in numbers.tolist()]
    assert members(numbers, known) == [dump(exact(number)) if flag else "null" for number, flag in rows]
