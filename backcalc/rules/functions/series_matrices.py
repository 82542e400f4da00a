"""Linear functions of vectors and matrices on truncated power series, inverses and determinants."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.power_series import Series, convolved, on_series, total, with_first


@on_series
def transpose(x: Series) -> Series:
    """Rows and columns exchanged."""
    return Series(np.swapaxes(x.terms, -1, -2) if len(x.shape) > 1 else x.terms)


@on_series
def diag(x: Series) -> Series:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
    return Series(np.array([np.diag(term) for term in x.terms]))


def _bilinear(name: str) -> Callable[..., Series]:
    product = getattr(arrays, name)

    def combined(x: Series, y: Series) -> Series:
        return Series(convolved(x.terms, y.terms, product))

    combined.__name__ = name
    return on_series(combined)


matmul, dot, outer = _bilinear("matmul"), _bilinear("dot"), _bilinear("outer")


@on_series
def sum(x: Series) -> Series:  # noqa: A001  the language's own name
    """The sum of all elements."""
    return Series(x.terms.reshape(len(x.terms), -1).sum(axis=1))


@on_series
def mean(x: Series) -> Series:
    """The mean of all elements."""
    return Series(x.terms.reshape(len(x.terms), -1).mean(axis=1))


@on_series
def inv(x: Series) -> Series:
    """The inverse of a matrix, whose product with it has no term but the first."""
    terms = [arrays.inv(x.terms[0])]
    for k in range(1, len(x.terms)):
        terms.append(-terms[0] @ total(x.terms[j] @ terms[k - j] for j in range(1, k + 1)))
    return Series(np.array(terms))


@on_series
def det(x: Series) -> Series:
    """The determinant, by the method of Faddeev and LeVerrier, which divides by whole numbers alone."""
    unit, order = np.eye(x.shape[-1]), x.shape[-1]
    part, last = Series(0.0 * x.terms), Series(np.eye(1, len(x.terms))[0])
    for k in range(1, order + 1):
        part = matmul(x, part) + last * unit
        last = sum(diag(matmul(x, part))) * (-1.0 / k)
    return with_first(np.linalg.det(x.terms[0]), last * float((-1) ** order))
