"""What goes over windows, on arrays of objects: as on floats, with a number of the system for each 0 of NumPy's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, reduce
from typing import Any

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.windows import places_in, whole

flatten, arranged, like = arrays.flatten, arrays.arranged, arrays.like


def with_zero(zero: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """What makes of a function over windows that of a system whose 0 this is."""
    # Where nothing was added NumPy's own 0 has stayed, which is no number of the system.
    settled = np.frompyfunc(lambda item: zero if isinstance(item, int | np.integer) else item, 1, 1)
    return partial(_settled, settled)


def _settled(settled: Callable[[Any], Any], function: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *args: settled(function(*args))


def pooled(larger: Callable[[Any, Any], Any]) -> Callable[..., Any]:
    """The largest element of each window, by the system's larger one of two."""

    def _pool_max(x: Any, n: Any, axes: Any) -> Any:  # noqa: ARG001  The shape tells them.
        return reduce(larger, (x[place] for place in places_in(x.shape, whole(n))))

    return _pool_max
