"""Tools for arrays that are no functions of the language."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backcalc.language.expr import Expr
from backcalc.rules.functions.arrays import Array
from backcalc.rules.indices import Place


def quiet() -> np.errstate:
    """A context in which infinities and nan come without NumPy's own warnings."""
    return np.errstate(all="ignore")


class SpeltArray(np.ndarray):
    """An array that knows how a formula names it, as `Spelt` numbers do; what is computed from it does not."""

    expr: Expr | None = None


def spelt_array(value: Array, expr: Expr) -> SpeltArray:
    """`value` with the formula that it is the value of."""
    found = value.view(SpeltArray)
    found.expr = expr
    return found


def where(condition: Array, chosen: Any, other: Any, out: Array | None = None) -> Array:
    """As NumPy's `where`, of truths and numbers, in the same time whatever the truths are; into `out`, if it is given.

    NumPy's takes a branch for each element, and that is guessed wrong half of the time where signs are as they come.
    """
    if not np.ndim(condition):
        found = np.asarray(np.where(condition, chosen, other))
        if out is None:
            return found
        out[...] = found
        return out
    shape = np.broadcast_shapes(*map(np.shape, (condition, chosen, other)))
    out = np.empty(shape) if out is None else out
    if np.may_share_memory(out, other):  # Which is needed to the end.
        condition, chosen, other = np.logical_not(condition), other, chosen
    # By bits: the other's, and where the condition holds those in which both differ turned.
    bits, chosens, others = (np.asarray(each, np.float64).view(np.int64) for each in (out, chosen, other))
    np.bitwise_xor(chosens, others, out=bits)
    np.multiply(bits, condition, out=bits)
    np.bitwise_xor(bits, others, out=bits)
    return out


def number(truths: Array, out: Array | None = None) -> Array:
    """Truths as 1.0 or 0.0; into `out`, if it is given."""
    if out is None:
        return np.asarray(truths, np.float64)
    np.copyto(out, truths)
    return out


def stack(items: Sequence[Any], *, join: bool = False) -> Array:
    """The items as the elements or rows of an array, or with `join` one behind the other."""
    # Numbers among vectors count as vectors of one.
    if join:
        return np.concatenate([np.atleast_1d(item) for item in items])
    return np.asarray(items, dtype=np.float64)


def filled(shape: tuple[int | None, ...], value: float = 1.0) -> Array:
    """An array of equal elements."""
    # A length that nothing settles is None, and no array has it: of nodes all are settled.
    sizes = [n or 0 for n in shape]
    # Memory of zeros is not touched before somebody writes there.
    return np.full(sizes, value) if value else np.zeros(sizes)


def placed(value: Any, indices: tuple[Place, ...], shape: tuple[int | None, ...]) -> Array:
    """`value` at `indices` of an array of zeros; what comes to one place twice adds up."""
    return added(filled(shape, 0.0), indices, value)


def added(array: Array, indices: tuple[Any, ...], value: Any) -> Array:
    """`array` itself, with `value` added at `indices`."""
    # `+=` would add only the last of two values for one place, and `add.at` takes far longer where there is none.
    if any(isinstance(place, tuple) for place in indices):
        np.add.at(array, indices, value)
    else:
        array[indices] += value
    return array


def units(shape: tuple[int | None, ...]) -> list[Array]:
    """For each element of a shape, the array that has 1 there and 0 elsewhere."""
    count = math.prod(n or 0 for n in shape)
    return [unit.reshape([n or 0 for n in shape]) for unit in np.eye(count)]


def is_finite(value: Any) -> bool:
    """Whether every element is a finite number."""
    # Ten times as fast as NumPy on one number, and nearly all are.
    if isinstance(value, float):
        return math.isfinite(value)
    if getattr(value, "dtype", None) == np.dtype(object):  # Fractions and certain numbers, which are finite by kind.
        return all(map(math.isfinite, (each for each in value.flat if isinstance(each, float))))
    return bool(np.isfinite(value).all())


def is_nan(value: Any) -> bool:
    """Whether no element is a number."""
    return bool(np.isnan(value).all())


def are_close(found: Any, value: Any, relative: float, absolute: float) -> bool:
    """Whether all elements agree so far, nan with nan."""
    with np.errstate(over="ignore"):  # A difference beyond float64 is no small one.
        return bool(np.allclose(found, value, relative, absolute, equal_nan=True))


def identity(shape: tuple[int | None, ...]) -> Array:
    """The derivative of an array by itself."""
    return np.asarray(units(shape)).reshape([n or 0 for n in (*shape, *shape)])


def contract(partial: Any, tangent: Any, rank: int) -> Any:
    """∂head/∂tail · ∂tail/∂x, summed over the elements of the tail; x has this rank."""
    if partial is None:
        raise ValueError("a local partial is not known")
    with quiet():  # What is not finite is told of by the run itself.
        return np.tensordot(partial, tangent, axes=np.ndim(tangent) - rank)


def as_array(value: Any) -> Array | None:
    """`value` as an array of at most two dimensions; None where it has other elements or is ragged."""
    try:
        # NumPy would read numbers out of these; to a user they are none.
        if value is None or isinstance(value, bool | str | bytes):
            return None
        found = np.asarray(value, dtype=np.float64)
        # Of None among numbers, which JSON has as null, NumPy makes nan; an array of floats is not read for that.
        if (
            found is not value
            and np.isnan(found).any()
            and any(item is None for item in np.asarray(value, dtype=object).flat)
        ):
            return None
    except (TypeError, ValueError, OverflowError):
        return None
    return found if found.ndim <= len(("rows", "columns")) and found.size else None


def false_places(found: Any) -> list[tuple[int, ...]]:
    """The indices at which a condition is 0."""
    return [tuple(map(int, index)) for index in np.argwhere(np.asarray(found) == 0)]


def true_places(found: Any) -> list[tuple[int, ...]]:
    """The indices at which a condition is not 0."""
    return [tuple(map(int, index)) for index in np.argwhere(np.asarray(found) != 0)]


def not_finite(value: Any) -> Array:
    """1 where an element is nan or infinite, else 0."""
    return np.asarray(~np.isfinite(value), np.float64)


def each(fn: Callable[[float], float], value: Array) -> Array:
    """`fn` of every element."""
    return np.array([fn(item) for item in value.ravel().tolist()]).reshape(value.shape)


def far_places(found: Array, expected: Array, slack: Callable[[Array], Any]) -> list[tuple[int, ...]]:
    """The indices at which `found` is further from `expected` than the slack there; what is not finite must be that."""
    with quiet():
        # inf − inf is nan, so what is not finite is compared by itself.
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        near = np.isfinite(found - expected) & (np.abs(found - expected) <= slack(expected))
    return false_places(same | near)


def covers(shape: tuple[int, ...], parts: list[tuple[Any, ...]], whole: tuple[Any, ...]) -> bool:
    """Whether each element of `whole` is in one of `parts`, which are indices into an array of this shape."""
    # By marking elements, whatever way indices name them: slices, lists and negative ones alike.
    found = np.zeros(shape, dtype=bool)
    for part in parts:
        found[part] = True
    return bool(found[whole].all())


def replaced(x: Array, part: tuple[Any, ...], value: Any) -> Array:
    """`x` with `value` at the index `part`."""
    # A copy: what a run found is shared by all that look at it.
    found = x.copy()
    found[part] = value
    return found


def half_units(x: Array, digits: int) -> Any:
    """Half a unit in the significant digit of that number, of each element."""
    return 0.5 * np.float_power(10.0, np.floor(np.log10(np.abs(x))) - digits + 1)


def masked(ct: Any, partial: Any) -> Array:
    """Ct · partial, and 0 where nothing comes in, whatever the slope there: of a branch that is not taken."""
    return np.asarray(np.where(np.asarray(ct) == 0, 0.0, ct * partial))


def chosen(value: Any, asked: Any, shape: tuple[int, ...]) -> Array:
    """The elements of `value`, filled up to this shape, at which `asked` is not 0."""
    if not shape:
        return np.asarray(value)
    return np.asarray(np.broadcast_to(value, shape)[np.broadcast_to(asked, shape) != 0])


def made(shape: tuple[int, ...], number: Callable[[], float]) -> Array:
    """An array of this shape, its elements what `number` gives one after the other."""
    return np.array([number() for _ in range(math.prod(shape))]).reshape(shape)


def shaken(value: Any, by: float, number: Callable[[float, float], float]) -> Array:
    """`value` with each element off by up to `by` of its size; `number(low, high)` draws by how much."""
    moved = np.array([number(-by, by) for _ in range(value.size)])
    return np.asarray(value * (1 + moved.reshape(value.shape)))


def spread(x: Any, shape: tuple[int, ...]) -> Array:
    """A number, row or column as an array of this shape."""
    return np.broadcast_to(x, shape)


def summed(x: Any, of: Sequence[int | None]) -> Any:
    """The sum of an array over what elements of an argument of the shape `of` have in common in it: all, or rows."""
    if not of:
        return x.sum()
    if len(of) < x.ndim:  # A vector has gone with each row.
        return x.sum(0)
    axes = tuple(axis for axis, (whole, kept) in enumerate(zip(x.shape, of, strict=True)) if whole != kept)
    return x.sum(axes, keepdims=True)


def as_key(value: Array, digits: int) -> bytes:
    """What arrays have in common whose elements agree to so many digits: a key of a dictionary."""
    # By NumPy's own steps, for a matrix may have a million elements; frexp takes the size of each away.
    fraction, exponent = np.frexp(value)
    return np.ldexp(np.round(fraction, digits), exponent).tobytes()
