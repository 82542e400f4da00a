"""Linear functions of vectors and matrices on truncated power series, inverses and determinants."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from backcalc.rules.functions import arrays
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.by_vector import MatrixLayout
from backcalc.rules.functions.power_series import (
    Series,
    SeriesOperand,
    convolved,
    coupled,
    derivative,
    lifted,
    on_series,
    risen,
    stacked,
    total,
    with_first,
)


@on_series
def transpose(x: Series) -> Series:
    """Rows and columns exchanged."""
    return Series(np.swapaxes(x.terms, -1, -2) if len(x.shape) > 1 else x.terms)


@on_series
def diag(x: Series) -> Series:
    """A vector as a diagonal matrix, or the diagonal of a matrix."""
    # Linear: what holds of the value holds of each coefficient.
    return Series(np.array([np.diag(term) for term in x.terms]))


def _bilinear(name: str) -> Callable[..., Series]:
    product = getattr(arrays, name)

    def _combined(x: Series, y: Series) -> Series:
        # Bilinear, so Leibniz' rule is all: Σ xᵢ yₖ₋ᵢ.
        return Series(convolved(x.terms, y.terms, product))

    _combined.__name__ = name
    return on_series(_combined)


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
    # Of X·Y = 1 each later term is 0, which gives one after the other.
    terms = [arrays.inv(x.terms[0])]
    for k in range(1, len(x.terms)):
        terms.append(-terms[0] @ total(x.terms[j] @ terms[k - j] for j in range(1, k + 1)))
    return Series(np.array(terms))


@on_series
def det(x: Series) -> Series:
    """The determinant: of many rows by Jacobi's formula, det' = det · tr(X⁻¹·X'), where there is an inverse.

    Else by the method of Faddeev and LeVerrier, which divides by whole numbers alone: what is a polynomial ends as one.
    """
    # The value by LU, which loses fewer digits.
    value = np.linalg.det(x.terms[0])
    x, exponents = _balanced(x)
    if x.shape[-1] > MANY and _is_regular(x):
        rise = sum(diag(matmul(inv(x), derivative(x))))
        return coupled(risen(0.0, rise, rise), [value], (1.0,))[0]
    unit, order = np.eye(x.shape[-1]), x.shape[-1]
    # M₀ = 0 and c = 1, where both are polynomials in t.
    part, last = Series(0.0 * x.terms), Series(np.eye(1, len(x.terms))[0])
    for k in range(1, order + 1):
        part = matmul(x, part) + last * unit
        last = sum(diag(matmul(x, part))) * (-1.0 / k)
    return with_first(value, Series(np.ldexp(last.terms * (-1) ** order, exponents)))


MANY, MOST_CONDITION = 12, 1e8
"""Rows up to which Faddeev's method loses no digits, and how near to none an inverse may be: it loses as many."""


def _balanced(x: Series) -> tuple[Series, int]:
    """X with rows and columns near 1, for sums then lose little, and the power of two that its determinant lacks."""
    terms, exponents = x.terms, 0
    for axis in (1, 0):
        sizes = np.abs(terms[:2]).max(axis=(0, axis + 1), keepdims=True)  # The slopes too, for a value may be 0.
        found = np.frexp(np.where(np.isfinite(sizes), sizes, 0.0))[1]
        terms, exponents = np.ldexp(terms, -found), exponents + int(found.sum())
    return Series(terms), exponents


def _is_regular(x: Series) -> bool:
    """Whether the value of a matrix has an inverse that is worth its digits."""
    return bool(np.isfinite(x.terms[0]).all()) and float(np.linalg.cond(x.terms[0])) < MOST_CONDITION


def size(x: Series | Array) -> float:
    """The number of elements."""
    return float(np.prod(x.shape))  # A number, of which t knows nothing.


def scaled(fn: Callable[..., Series], axis: int | None) -> Callable[..., Series | Array]:
    """`fn`, a root of squares, of elements near 1: neither it nor its slopes overflow or underflow on the way."""
    plain = arrays.scaled(fn, axis)

    def _function(x: Series | Array) -> Series | Array:
        if not isinstance(x, Series):
            return np.asarray(plain(x))
        # By a power of two, so that no digit changes.
        exponent = np.frexp(np.max(np.abs(x.terms[0])))[1]
        return Series(np.ldexp(fn(Series(np.ldexp(x.terms, -exponent))).terms, exponent))

    return _function


_LAYOUT = MatrixLayout(
    rows=lambda x: [Series(x.terms[:, i]) for i in range(x.shape[0])],
    stacked=lambda items: stacked(items, join=False),
    transpose=transpose,
    column=lambda x: Series(x.terms[..., None]),
    length=lambda x, axis: float(x.shape[axis]),
)


def along(fn: Callable[..., Series] | None, name: str, axis: int, keepdims: int) -> Callable[..., Series]:
    """The function `name` along an axis of a matrix, `fn` of a vector; of numbers alone it is that of arrays."""
    plain, found = arrays.along_axis(name, axis, keepdims), _LAYOUT.along_axis(fn, name, axis, keepdims)

    def _function(*args: SeriesOperand) -> Any:
        order = next((len(arg.terms) - 1 for arg in args if isinstance(arg, Series)), None)
        return plain(*args) if order is None else found(*(lifted(arg, order) for arg in args))

    return _function
