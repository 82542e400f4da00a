"""Numbers as a hand writes them."""

from __future__ import annotations

import pytest

from backcalc.text.numerals import by_hand, factor, product


@pytest.mark.parametrize(
    ("value", "plain", "within"),
    [(2.0, "2", "2"), (-2.0, "−2", "(−2)"), (-0.0, "0", "0"), (1e-7, "1e−07", "1e−07"), (None, "?", "?")],
)
def test_a_number(value, plain, within):
    assert (by_hand(value), factor(value)) == (plain, within)


def test_a_product():
    assert product([30.0, -2.0]) == "30·(−2)"
    assert product([-10.0, 4.0, -1 / 3], 3) == "(−10)·4·(−0.333)"
