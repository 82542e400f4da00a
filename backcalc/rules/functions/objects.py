"""The functions of the language on arrays of numbers that NumPy does not know: fractions, balls, quotients.

Any numbers with Python's `+`, `-` and `*` will do. What a number system has no number for is `Lost`: it goes through
every operation, so that a branch that is not taken does no harm.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from functools import partial, reduce
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from backcalc.rules.functions.by_vector import MatrixLayout
from backcalc.text import numerals


class Lost:
    """No number of the system; `why` names the function that has none, or what else keeps it from being one."""

    def __init__(self, why: str) -> None:
        self.why = why

    def _same(self, *_: Any) -> Lost:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __truediv__ = __rtruediv__ = __neg__ = _same


def made(items: list[Any]) -> Any:
    """An array of objects: NumPy would try to look into them."""
    shape = (len(items), *np.shape(items[0]))
    found = np.empty(shape, dtype=object)
    for i, item in enumerate(items):
        found[i] = item
    return found


def nearest(value: Any) -> Any:
    """The float next to a number, or those next to an array's, infinite beyond the largest."""
    if isinstance(value, np.ndarray):
        return np.array([nearest(item) for item in value.ravel()]).reshape(value.shape)
    return numerals.nearest(value)


def each(fn: Callable[..., Any]) -> Callable[..., Any]:
    """A function of numbers, by elements of arrays; lost where an argument is."""
    return _by_elements(partial(_applied, fn))


def _by_elements(fn: Callable[..., Any]) -> Callable[..., Any]:
    def _function(*args: Any) -> Any:
        shapes = [arg.shape for arg in args if isinstance(arg, np.ndarray)]
        if not shapes:
            return fn(*args)
        # As NumPy broadcasts, but of objects: it would call no function by element.
        spread = np.broadcast_arrays(*[cell(arg) for arg in args])
        found = np.empty(spread[0].shape, dtype=object)
        for place in np.ndindex(found.shape):
            found[place] = fn(*(arg[place] for arg in spread))
        return found

    return _function


def cell(arg: Any) -> Any:
    """A number as an array without axes; an array as it is."""
    if isinstance(arg, np.ndarray):
        return arg
    found = np.empty((), dtype=object)
    found[()] = arg
    return found


def _applied(fn: Callable[..., Any], *args: Any) -> Any:
    # The first reason goes on; others may come of it.
    lost = next((arg for arg in args if isinstance(arg, Lost)), None)
    return fn(*args) if lost is None else lost


def choosing(holds: Callable[[Any], bool | Lost]) -> Callable[..., Any]:
    """`where` of a system, of which `holds` tells whether a number is not 0: `a` where c is not 0, else b."""

    def where(c: Any, a: Any, b: Any) -> Any:
        """`a` where c is not 0, else b; what is not chosen may be lost, and so is what is not decided."""
        if not any(isinstance(arg, np.ndarray) for arg in (c, a, b)):
            # No `each` here: it would lose a choice by what is lost in the other branch.
            truth = c if isinstance(c, Lost) else holds(c)
            return truth if isinstance(truth, Lost) else a if truth else b
        spread = np.broadcast_arrays(*map(cell, (c, a, b)))
        found = np.empty(spread[0].shape, dtype=object)
        for place in np.ndindex(found.shape):
            found[place] = where(*(arg[place] for arg in spread))
        return found

    return where


def connective(
    holds: Callable[[Any], bool | Lost], fn: Callable[..., bool], number: Callable[[bool], Any]
) -> Callable[..., Any]:
    """`and`, `or` or `not` of a system: certain as soon as what is not decided makes no difference."""

    def function(*args: Any) -> Any:
        """1 or 0 as numbers of the system."""
        if isinstance(args[0], Lost):  # The first is looked at in any case, the other only where it decides.
            return args[0]
        truths = [arg if isinstance(arg, Lost) else holds(arg) for arg in args]
        # Kleene's logic: what is not decided is tried both ways.
        found = {fn(*each) for each in product(*((True, False) if isinstance(t, Lost) else (t,) for t in truths))}
        if len(found) == 1:
            return number(found.pop())
        return next(truth for truth in truths if isinstance(truth, Lost))

    return _by_elements(function)


def sum(x: Any) -> Any:  # noqa: A001  the language's own name
    """The sum of all elements."""
    return reduce(operator.add, x.ravel())


def prod(x: Any) -> Any:
    """The product of all elements."""
    return reduce(operator.mul, x.ravel())


def dot(x: Any, y: Any) -> Any:
    """The sum of the products of elements."""
    return sum(x * y)


def outer(x: Any, y: Any) -> Any:
    """X yᵀ."""
    # Element by element: what is lost, times an array, would be itself.
    return made([made([item * other for other in y]) for item in x])


def matmul(x: Any, y: Any) -> Any:
    """The matrix product."""
    left = x if x.ndim > 1 else x[None]
    right = y if y.ndim > 1 else y[:, None]
    found = made([made([sum(row * column) for column in right.T]) for row in left])
    # As NumPy: a vector is a row on the left and a column on the right.
    if x.ndim == 1 and y.ndim == 1:
        return found[0, 0]
    return found[0] if x.ndim == 1 else found[:, 0] if y.ndim == 1 else found


def from_top(ct: Any, out: Any) -> Any:  # noqa: ARG001  Against rounding, of which there is none here.
    """The cotangent itself."""
    return ct


def reduced(fn: Callable[[Any, Any], Any], x: Any) -> Any:
    """A function of two numbers, over all elements."""
    return reduce(fn, x.ravel())


def others(x: Any, one: Any) -> Any:
    """For each element the product of all others."""
    flat = list(x.ravel())
    # By products alone; `one` is the product of no others.
    return made([prod(made([*flat[:i], *flat[i + 1 :], one])) for i in range(len(flat))]).reshape(x.shape)


def det(x: Any, divide: Callable[[Any, Any], Any], one: Any) -> Any:
    """The determinant, by elimination with the first pivot of each column that can be divided by."""
    rows, found = [list(row) for row in x], one
    for k in range(len(rows)):
        # Anew for each column: only what can be divided by for certain is a pivot.
        column = [(i, divide(one, row[k])) for i, row in enumerate(rows[k:], k)]
        i, inverse = next((pair for pair in column if not isinstance(pair[1], Lost)), column[0])
        if isinstance(inverse, Lost):  # Nothing to divide by: 0, where all of the column is for certain.
            return rows[k][k] if all(row[k] == 0 for row in rows[k:]) else inverse
        rows[k], rows[i] = rows[i], rows[k]
        # An exchange of rows turns the sign.
        found = found * rows[k][k] * (one if i == k else -one)
        for row in rows[k + 1 :]:
            factor = row[k] * inverse
            row[k:] = [item - factor * above for item, above in zip(row[k:], rows[k][k:], strict=True)]
    return found


def cofactors(x: Any, divide: Callable[[Any, Any], Any], one: Any) -> Any:
    """The matrix of cofactors: ∂det(x)/∂x, also where x has no inverse."""
    found = np.empty(x.shape, object)
    for i, j in np.ndindex(*x.shape):
        # n² determinants, but with no division by the matrix's own, which may be 0.
        minor = det(np.delete(np.delete(x, i, 0), j, 1), divide, one)
        found[i, j] = minor if (i + j) % 2 == 0 else -minor
    return found


def along(
    fn: Callable[..., Any] | None, name: str, axis: int, keepdims: int, number: Callable[[float], Any]
) -> Callable[..., Any]:
    """The function `name` along an axis of a matrix, where `fn` is it of a vector."""
    layout = MatrixLayout(list, made, np.transpose, lambda x: x[:, None], lambda x, axis: number(float(x.shape[axis])))
    return layout.along_axis(fn, name, axis, keepdims)


transpose = np.transpose


class ArrayFunctions(NamedTuple):
    """Functions of vectors and matrices that follow from a system's own of numbers."""

    mean: Callable[[Any], Any]
    others: Callable[[Any], Any]
    largest: Callable[[Any], Any]
    smallest: Callable[[Any], Any]
    norm: Callable[[Any], Any]
    diag: Callable[[Any], Any]
    identity: Callable[[Any], Any]
    det: Callable[[Any], Any]
    cofactors: Callable[[Any], Any]
    inv: Callable[[Any], Any]
    size: Callable[[Any], Any]


def of_arrays(
    number: Callable[[float], Any],
    divide: Callable[[Any, Any], Any],
    sqrt: Callable[[Any], Any],
    larger: Callable[[Any, Any], Any],
    smaller: Callable[[Any, Any], Any],
) -> ArrayFunctions:
    """The functions of arrays of a system that has these of numbers; `number` makes one of its own of a float."""
    one, array = number(1.0), arrayed(number)

    def _size(x: Any) -> Any:
        return number(float(x.size))

    return ArrayFunctions(
        mean=lambda x: divide(sum(x), _size(x)),
        others=lambda x: others(x, one),
        largest=lambda x: reduced(larger, x),
        smallest=lambda x: reduced(smaller, x),
        norm=lambda x: sqrt(sum(x * x)),
        diag=lambda x: diag(x, number(0.0)),
        identity=lambda x: array(np.eye(len(x))),
        det=lambda x: det(x, divide, one),
        cofactors=lambda x: cofactors(x, divide, one),
        inv=lambda x: divide(cofactors(x, divide, one).T, det(x, divide, one)),
        size=_size,
    )


def arrayed(number: Callable[[float], Any]) -> Callable[[Any], Any]:
    """What makes arrays of a system of nested lists and arrays of floats; `number` makes one number."""

    def array(values: Any) -> Any:
        """Numbers, or nested lists and arrays of floats, as those of the system; what is one already stays."""
        if np.ndim(values) == 0:
            return number(float(values)) if isinstance(values, float | int | np.floating) else values
        return made([array(value) for value in values])

    return array


def diag(x: Any, zero: Any) -> Any:
    """The diagonal of a matrix, or the matrix with a vector on its diagonal and `zero` beside it."""
    if np.ndim(x) == 2:
        return np.diag(x)
    found = np.full((len(x), len(x)), zero, object)  # NumPy would put an int there, which is no number of a system.
    np.fill_diagonal(found, x)
    return found
