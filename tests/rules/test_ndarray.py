"""Tools for arrays against NumPy's own."""

import numpy as np
import pytest

from backcalc.rules import ndarray

NUMBERS = np.array([1.5, -2.0, 0.0, -0.0, np.inf, -np.inf, np.nan, 5e-324])
TRUTHS = np.array([True, False] * 4)


@pytest.mark.parametrize("condition", [TRUTHS, ~TRUTHS, TRUTHS | True, np.True_, False], ids=str)
@pytest.mark.parametrize("chosen", [NUMBERS, np.array(3.0), 0.5, np.broadcast_to(-1.0, 8)], ids=str)
@pytest.mark.parametrize("other", [NUMBERS[::-1], np.array(-0.0), np.nan, np.float64(2.0)], ids=str)
def test_a_choice_is_numpys_to_the_last_bit(condition, chosen, other):
    found, expected = ndarray.where(condition, chosen, other), np.where(condition, chosen, other)
    assert (found.dtype, found.shape) == (expected.dtype, expected.shape)
    assert found.tobytes() == expected.tobytes()


@pytest.mark.parametrize("into", ["a new one", "chosen", "other"])
@pytest.mark.parametrize("condition", [TRUTHS, ~TRUTHS, np.True_], ids=str)
def test_a_choice_is_written_where_it_is_read(condition, into):
    chosen, other = NUMBERS.copy(), NUMBERS[::-1].copy()
    expected = np.where(condition, chosen, other)
    out = {"a new one": np.empty(8), "chosen": chosen, "other": other}[into]
    assert ndarray.where(condition, chosen, other, out=out) is out
    assert out.tobytes() == expected.tobytes()
