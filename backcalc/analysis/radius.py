"""The radius of convergence of a power series, as far terms tell it.

Around its nearest singularities most functions nearly obey a differential equation P f′ + Q f = 0 with polynomials P
and Q of low degree, exactly so where they are powers there: it gives each coefficient from a few before it. P is 0 at
the singularities, whether one, a pair of complex ones, or several as far away. After M. Hunter and G. Baker, "Methods
of series analysis III: Integral approximant methods", Phys. Rev. B 19 (1979) 3808.
"""

from __future__ import annotations

from math import inf

import numpy as np

from backcalc.rules.functions.arrays import Array

MOST = 4  # Singularities at one distance: of 1/(1 + x^4) all four.
AGREE, FITS = 1e-4, 1e-5  # What two sets of far terms may differ by, and what an equation may leave of them.
NEAR, FAR = 0.3, 100.0  # Of the ratio of far terms: a singularity nearer or further than that would show in these.
ENTIRE, NOISE = 0.8, 1.5  # How it changes where there is no singularity, and where far terms are but rounding.
WINDOW = 24  # Far terms, the last ones.


def radius_of(terms: Array) -> float | None:
    """The radius; infinite where there is no singularity, None where it is unclear. All terms are finite."""
    sizes = np.abs(terms)
    # Windows of four, for in an odd function every second term is 0. Ten powers apart, hence the exponents 0.1.
    begins = [len(terms) - WINDOW, len(terms) - 14, len(terms) - 4]
    first, middle, last = (float(sizes[begin : begin + 4].max()) for begin in begins)
    # A polynomial of a high degree ends within the windows.
    if not (first and middle and last):
        return None
    early, late = (first / middle) ** 0.1, (middle / last) ** 0.1
    if early > NOISE * late:
        return None
    ratio = (early * late) ** 0.5
    with np.errstate(all="ignore"):  # Of what is beyond floats the fit is none.
        scaled = np.sign(terms) * np.exp(np.log(sizes) + np.arange(len(terms)) * np.log(ratio))
    if np.isfinite(scaled).all():
        for degree in range(1, MOST + 1):  # The least first: of a higher one an equation is not unique.
            found = _nearest(scaled, degree)
            if found is not None:
                return inf if found > FAR else found * ratio
    return inf if early / late < ENTIRE else None  # Terms that fall faster and faster.


def _nearest(terms: Array, degree: int) -> float | None:
    """How far the nearest root of P is, by the last terms and by some before them, where both agree."""
    end, count = len(terms), 2 * degree + 6  # As many terms as unknowns, and some more.
    last, before = (_root(terms, degree, stop - count, stop) for stop in (end, end - 3))
    if last is None or before is None:
        return None
    both_far = last > FAR and before > FAR
    return last if both_far or abs(last - before) <= AGREE * last else None


def _root(terms: Array, degree: int, begin: int, end: int) -> float | None:
    """The least root of P of an equation that fits the terms from `begin` on; None where none does."""
    at = np.arange(begin, end)
    # Of x^(n − 1): Σ p_j·(n − j)·c_(n − j) + Σ q_j·c_(n − j) = 0, with the p first; q_0 is in p_0's neighbour, j = 1.
    slopes = [(at - j) * terms[at - j] for j in range(degree + 1)]
    rows = np.stack([*slopes, *(terms[at - j] for j in range(1, degree + 1))], axis=1)
    by_row = np.abs(rows).max(axis=1, keepdims=True)
    rows = rows / np.where(by_row > 0, by_row, 1.0)
    sizes = np.linalg.norm(rows, axis=0)
    sizes[sizes == 0] = 1.0
    _, left, found = np.linalg.svd(rows / sizes, full_matrices=False)
    if not left[0] or left[-1] > FITS * left[0]:
        return None
    roots = np.abs(np.roots((found[-1] / sizes)[degree::-1]))
    return float(min((root for root in roots if root > NEAR), default=inf))
