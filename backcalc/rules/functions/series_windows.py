"""What goes over windows, on truncated power series: products of coefficients, or each coefficient by itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.power_series import Series, SeriesOperand, convolved, lifted
from backcalc.rules.functions.windows import places_in


def correlate(x: SeriesOperand, w: SeriesOperand, *numbers: Any) -> Any:
    """Σ w[i]·x[s·a + i]: linear in either."""
    # Numbers alone go the way of arrays.
    order = next((len(each.terms) - 1 for each in (x, w) if isinstance(each, Series)), None)
    if order is None:
        return arrays.correlate(x, w, *numbers)
    left, right = lifted(x, order).terms, lifted(w, order).terms
    return Series(convolved(left, right, lambda a, b: arrays.correlate(a, b, *numbers)))


def _by_term(function: Callable[..., Array]) -> Callable[..., Any]:
    def _applied(x: SeriesOperand, *numbers: Any) -> Any:
        if not isinstance(x, Series):
            return function(x, *numbers)
        # Linear in one argument: coefficient by coefficient.
        return Series(np.array([function(term, *numbers) for term in x.terms]))

    return _applied


flatten, arranged, pool_sum = _by_term(arrays.flatten), _by_term(arrays.arranged), _by_term(arrays.pool_sum)


def in_windows(x: Series, n: int) -> list[Series]:
    """For each place in a window what stands there, of all windows at once."""
    return [Series(x.terms[(slice(None), *place)]) for place in places_in(x.shape, n)]
