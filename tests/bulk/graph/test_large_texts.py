"""A large text with mistakes says what a small one says: as many errors, in the same order, in the same words."""

from __future__ import annotations

from collections import Counter

import pytest
from large_texts import disagreement, is_same, reading, said

COUNT, PARTS = 120, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_arrays_and_objects_say_the_same(part):
    ends = Counter()
    for i in range(part, COUNT, PARTS):
        end, found = disagreement("large", i)
        assert not found, found
        ends[end] += 1
    assert min(ends["run"], ends["refused"]) > COUNT / PARTS / 8


def test_a_difference_would_show():
    with reading(by_arrays=True, fewest=1):
        assert not is_same(said("y = 2*x", ("x=1",)), said("y = 3*x", ("x=1",)))
        assert not is_same(said("y = 2*", ()), said("yy = 3*", ()))
        assert is_same(said("y = 2*", ()), said("y = 2*", ()))
