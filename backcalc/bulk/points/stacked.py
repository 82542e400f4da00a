"""Stacks of matrices, a matrix a point, as the numbers of a pass: what is no function of the table's texts.

A number is a 1 × 1 matrix, a vector a column; what is the same at all points has no batch axis.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np

from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.shapes import Shape
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.gates import Gated, Gates, value_of
from backcalc.rules.indices import Place
from backcalc.rules.ndarray import added
from backcalc.rules.row import Primitive

GATES = Gates(stacks)


class Stacked:
    """The layout of an evaluation's slots at `count` points."""

    namespace: ModuleType = stacks

    def __init__(self, evaluation: Evaluation, count: int) -> None:
        self.tape, self.shapes, self.count = evaluation.tape, evaluation.shapes, count

    def input(self, points: Array, slot: int) -> Array:
        """Points × shape as a stack."""
        return points.reshape(self.count, *matrix(self.shapes[slot]))

    def constant(self, value: Any) -> Array:
        """A number, vector or matrix that is the same at all points."""
        return stacks.column(value)

    def apply(self, slot: int, row: Primitive, args: Sequence[Any]) -> Any:
        """The value of an operation."""
        if row.symbol in (VECTOR, "concat"):
            return self._joined(slot, args)
        if row.symbol == INDEX:
            return element(args[0], self.tape.indices[slot], self.shapes[self.tape.args[slot][0]])
        return row.stacked.evaluate(*self.operands(slot, row, args))

    def operands(self, slot: int, row: Primitive, args: Sequence[Any]) -> list[Any]:
        """The operands of an operation: of one by elements on matrices, vectors as the rows that they go with."""
        # Vectors and numbers need no turn: a column goes with a column.
        if row.shape != "elementwise" or len(self.shapes[slot]) < len(("rows", "columns")):
            return list(args)
        shapes = [self.shapes[arg] for arg in self.tape.args[slot]]
        turned = [stacks.transpose(x) if len(of) == 1 else x for x, of in zip(args, shapes, strict=False)]
        return [*turned, *args[len(shapes) :]]  # The value comes last, where it is asked for.

    def along(self, partial: Any, slot: int, ct: Any, head: int, tail: int) -> Any:  # noqa: ARG002  As of totals.
        """What an edge with the partial in `slot` carries back: a matrix is head × tail, a vector a row or a column."""
        if not self.shapes[slot] or not self.shapes[head]:  # A number on either end scales, whatever the other is.
            return GATES.along(ct, partial, gated=False)
        transposed = np.swapaxes(partial, -1, -2)  # Turned, for the cotangent goes from head to tail.
        return GATES.through(ct, lambda value: stacks.matmul(transposed, self.full(value, head)), any_open)

    def pulled(self, slot: int, row: Primitive, k: int, operands: list[Any], ct: Any) -> Any:
        """What an operation on arrays as wholes hands to its k-th argument."""
        arg = self.tape.args[slot][k]
        if row.symbol == INDEX:
            # The other elements are not among what this reads: nothing comes to them.
            def placed(part: Any) -> Array:
                """The cotangent of one element in the place that it was taken from, 0 elsewhere."""
                return _placed(self.full(part, slot), self.tape.indices[slot], self.shapes[arg])

            return Gated(placed(value_of(ct)), lambda: placed(ct.open if isinstance(ct, Gated) else 1.0))
        if row.symbol in (VECTOR, "concat"):
            return GATES.through(ct, *[lambda part: self._taken(self.full(part, slot), slot, k)] * 2)
        count = row.extent(self.shapes[self.tape.args[slot][0]])
        return GATES.through(
            ct,
            lambda value: row.stacked.pullbacks[k](*operands, self.full(value, slot), count),
            lambda gate: row.stacked.passed(k)(operands, self.full(gate, slot), count),
            selects=row.chooses,
        )

    def summed(self, ct: Any, slot: int, arg: int) -> Any:
        """A contribution by elements; what several of them have in common gets their sum."""
        of, shape = self.shapes[arg], self.shapes[slot]
        if of == shape:
            return ct
        if not of:  # A number that went with all elements gets the sum of all.
            return GATES.through(ct, lambda value: stacks.sum(self.full(value, slot)), any_open)

        def _total(value: Any) -> Any:
            return _summed(self.full(value, slot), of)

        # Open where any element that it went with is.
        return GATES.through(ct, _total, lambda gate: stacks.not_equal(_total(stacks.not_equal(gate, 0.0)), 0.0))

    def read(self, value: Any, slot: int) -> Array:
        """A stack as points × shape."""
        shape = [n or 0 for n in self.shapes[slot]]
        # What is the same at all points becomes as many copies here, as views.
        return np.broadcast_to(value, (self.count, *matrix(self.shapes[slot]))).reshape(self.count, *shape)

    def _joined(self, slot: int, args: Sequence[Any]) -> Array:
        return joined_items(args, is_matrix=len(self.shapes[slot]) > 1)

    def _taken(self, ct: Array, slot: int, k: int) -> Array:
        args = self.tape.args[slot]
        is_matrix = len(self.shapes[slot]) > 1
        # A number that stands among vectors is one of the elements.
        sizes = [1 if is_matrix or not self.shapes[arg] else self.shapes[arg][0] or 0 for arg in args]
        start = sum(sizes[:k])
        found = ct[..., start : start + sizes[k], :]
        return np.swapaxes(found, -1, -2) if is_matrix else found

    def full(self, value: Any, slot: int) -> Array:
        """A value that may be one number for all elements of an array, in the array's shape."""
        value, shape = np.asarray(value), matrix(self.shapes[slot])
        return value if value.shape[-2:] == shape else np.broadcast_to(value, (*value.shape[:-2], *shape))


def joined_items(items: Sequence[Array], *, is_matrix: bool) -> Array:
    """Stacks as the elements of one of vectors, or as the rows of one of matrices."""
    turned = [np.swapaxes(item, -1, -2) if is_matrix else item for item in items]
    lead = np.broadcast_shapes(*(item.shape[:-2] for item in turned))  # Of what all points have in common, none.
    full = [np.broadcast_to(item, (*lead, *item.shape[-2:])) for item in turned]
    return np.concatenate(full, axis=-2)


def matrix(shape: Shape) -> tuple[int, int]:
    """The rows and columns of a number, vector or matrix as a matrix."""
    rows, columns = (*shape, 1, 1)[:2] if shape else (1, 1)
    return rows or 0, columns or 0


def _summed(value: Array, of: Shape) -> Array:
    """The sum of matrices over the rows that a vector has gone with, or over the axes of the length 1 in `of`."""
    if len(of) == 1:
        # As a row it went with all rows; as a vector it is a column again.
        return stacks.transpose(value.sum(-2, keepdims=True))
    axes = tuple(axis - len(of) for axis, length in enumerate(of) if length == 1)
    return np.asarray(value.sum(axes, keepdims=True))


def any_open(gate: Any) -> Any:
    """Whether a gate is open anywhere, at each point."""
    return stacks.not_equal(stacks.sum(np.atleast_2d(gate)), 0.0)


def element(x: Array, indices: tuple[Place, ...], shape: Shape) -> Array:
    """The part at `indices` of the vectors or matrices, of this shape, in a stack."""
    rows, columns = _axes(indices, shape)
    found = x[..., rows, :][..., columns]  # A single index keeps its axis here, so that columns are still columns.
    # A row that is taken is a vector, and so a column.
    return np.swapaxes(found, -1, -2) if _is_row(indices, shape) else found


def _placed(ct: Array, indices: tuple[Place, ...], shape: Shape) -> Array:
    """A stack of zeros with `ct` at `indices`; what comes to one place twice adds up."""
    rows, columns = _axes(indices, shape)
    turned = np.swapaxes(ct, -1, -2) if _is_row(indices, shape) else ct
    lead, (height, width) = ct.shape[:-2], matrix(shape)
    # One axis after the other: two lists at once would name pairs, not rows and columns.
    wide = added(np.zeros((*lead, turned.shape[-2], width)), (..., columns), turned)
    return added(np.zeros((*lead, height, width)), (..., rows, slice(None)), wide)


def _axes(indices: tuple[Place, ...], shape: Shape) -> tuple[Any, Any]:
    """What is taken of the rows and of the columns; a single one keeps its axis."""
    pairs = zip(indices, shape, strict=False)
    found = [_one(place, n or 0) if isinstance(place, int) else place for place, n in pairs]
    rows, columns, *_ = (*found, slice(None), slice(None))
    return rows, columns


def _one(index: int, length: int) -> slice:
    at = index % length  # Negative ones from the end: -1 as a slice would be empty.
    return slice(at, at + 1)


def _is_row(indices: tuple[Place, ...], shape: Shape) -> bool:
    """Whether what is taken is a row of a matrix, which as a vector is a column."""
    return len(shape) > 1 and isinstance(indices[0], int) and not (len(indices) > 1 and isinstance(indices[1], int))
