"""Terms of a power series that are nothing but rounding, told from those that are small beside the others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from backcalc.rules.functions.arrays import Array
from backcalc.rules.ndarray import quiet

NEGLIGIBLE = 1e-14  # Relative to the terms beside one, or to the largest so far: what rounding leaves at most.
ROUNDED = 1e-22  # And at least.
FASTER = 3.0  # No power of two, at which rounding would come out the same.
ALIKE = 1e-3  # Relative to a term: how near it comes out again where it is more than rounding.

SureTerms = NDArray[np.bool_]

TermsAt = Callable[[float], Array]
"""The terms of powers of x − x0 to the right of x0, or, at a negative speed, to the left, as rounded at this speed."""


def both_sides(terms: TermsAt, at: float) -> tuple[Array, Array, SureTerms]:
    """The terms around the point `at` to the left and to the right, without rounding, and which of these are sure."""
    with quiet():
        left, right = terms(-1.0), terms(1.0)
        sure: SureTerms = np.ones(len(right), np.bool_)
        # Nearly always no term is so small that it could be rounding.
        if _may_be_rounding(left) or _may_be_rounding(right):
            for side, speed in ((left, -FASTER), (right, FASTER)):
                sure &= np.abs(terms(speed) - side) <= ALIKE * np.abs(side)
    return _cleared(left, at, sure), _cleared(right, at, sure), sure


def sizes_of_rounding(left: Array, right: Array, sure: SureTerms) -> Array:
    """How far the terms of two sides may be apart by rounding: beside large terms more than a small one is."""
    with quiet():
        sizes = NEGLIGIBLE * np.maximum.accumulate(np.abs(right))
        return np.where(sure, np.minimum(sizes, ALIKE * np.maximum(np.abs(left), np.abs(right))), sizes)


def _beside(terms: Array) -> Array:
    """The largest of the terms next to each."""
    sizes = np.abs(terms)
    return np.asarray(np.maximum(np.append(sizes[1:], 0), np.append(0, sizes[:-1])))


def _may_be_rounding(terms: Array) -> bool:
    """Whether a term is negligible beside others."""
    largest = np.maximum(_beside(terms), np.maximum.accumulate(np.abs(terms)))
    return bool((NEGLIGIBLE * largest >= np.abs(terms))[terms != 0].any())


def _cleared(terms: Array, at: float, sure: SureTerms) -> Array:
    """`terms` with 0 for those that are nothing but rounding, beside the ones next to them."""
    # Coefficients that rise beyond all floats belong to a pole nearby, not to rounding.
    if not np.isfinite(terms).all():
        return terms
    sizes = np.abs(terms)
    # What the rounding of a point x0, or of pi in a formula, does to a term is x0 times the next one, and comes out
    # again. Beside 1e-300 a value of 1e-300 is none, nor is a slope of 1 beside 1e17.
    above = np.append(sizes[1:], 0) * (min(abs(at), 1.0) or 1.0)
    is_small = (sizes <= NEGLIGIBLE * np.minimum(above, 1.0)) | (~sure & (sizes <= NEGLIGIBLE * _beside(terms)))
    # What is far below a unit in their last place never came of them.
    return np.where(is_small & (sizes >= ROUNDED * np.maximum(above, np.append(0, sizes[:-1]))), 0.0, terms)
