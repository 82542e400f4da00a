"""What goes over windows, on fractions: as on floats, with a fraction for each zero that NumPy puts in."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from backcalc.rules.functions import arrays


def _rational(function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: function(*args) + Fraction(0)


correlate, pool_sum, unpool = _rational(arrays.correlate), _rational(arrays.pool_sum), _rational(arrays.unpool)
correlate_x, correlate_w = _rational(arrays.correlate_x), _rational(arrays.correlate_w)
flatten, arranged, like = arrays.flatten, arrays.arranged, arrays.like
