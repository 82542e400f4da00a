"""Work one item ahead."""

from __future__ import annotations

import pytest

from backcalc.bulk.arrays.background import ahead


@pytest.mark.parametrize("count", [0, 1, 2, 7])
def test_items_come_in_order(count):
    assert list(ahead(lambda item: item * item, range(count))) == [item * item for item in range(count)]


def test_the_next_is_begun_before_one_is_used_and_no_more():
    taken = []
    found = ahead(lambda item: item, (taken.append(item) or item for item in range(9)))
    assert next(found) == 0
    assert taken == [0, 1]
    assert next(found) == 1
    assert taken == [0, 1, 2]
    found.close()


def test_an_error_comes_with_its_item():
    found = ahead(lambda item: 1 / item, [1, 0, 1])
    assert next(found) == 1
    with pytest.raises(ZeroDivisionError):
        next(found)
