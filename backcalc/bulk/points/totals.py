"""Stacks of matrices beside parameters, which all points have in common: gradients by these, summed over the points.

What parameters alone make has no batch axis, and is worked out once. Where an edge leads there from what differs
between the points, the contributions of all points are summed at once: of `W @ x` by W, Σ ct xᵀ is one matrix product,
and the gradient of each point by itself is never made.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache, cached_property
from typing import Any

import numpy as np

from backcalc.bulk.points.passes import Pass, points_at_once
from backcalc.bulk.points.stacked import GATES, Stacked
from backcalc.bulk.points.tail import Tail, tail_of
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.tape import Tape
from backcalc.language.expr import Call
from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.gates import Gated, value_of
from backcalc.rules.lower import expression
from backcalc.rules.ndarray import is_finite, quiet
from backcalc.rules.row import Primitive

MANY = 1 << 17  # Points, of which nothing but numbers is kept: a megabyte a number.


class Totals:
    """Sums of `output` and of its derivatives by `wrt`, which are among the parameters, over points of `data`.

    `evaluation` is the graph's at one point, from which come the shapes and what is the same at all points.
    """

    def __init__(self, evaluation: Evaluation, data: Collection[str], output: str, wrt: Sequence[str]) -> None:
        self.evaluation, self.output, self.wrt, self._data = evaluation, output, wrt, data
        slot, index = evaluation.tape.slot, evaluation.tape.graph.index
        self._slots = {name: slot[index[name]] for name in (*data, *wrt, output)}
        self._asked = [self._slots[name] for name in wrt]
        self._layout = Totalled(evaluation, [self._slots[name] for name in data])

    def sums(self, data: Mapping[str, Array], parameters: Mapping[str, Any]) -> list[Any]:
        """The output's, then those of its derivatives, an array each."""
        layout, count = self._layout, len(next(iter(data.values())))
        layout.count = count  # Parts of a file have different sizes.
        inputs = {name: layout.input(points, self._slots[name]) for name, points in data.items()}
        shared = {name: layout.constant(value) for name, value in parameters.items()}
        with quiet():
            passes = Pass(self.evaluation, {**inputs, **shared}, layout)
            sums = self._by_tail(passes, self._tail) if self._tail else None
            # Of what is not finite the gates tell where it counts: they are not kept where the tail begins.
            return self._by_stacks(passes) if sums is None or not all(map(is_finite, sums)) else sums

    def points_at_once(self, data: Mapping[str, Array]) -> int:
        """How many points to sum up at a time: more where no operation has an array a point of its own to keep."""
        if self._tail is None:
            return points_at_once(data)
        rows, shapes = self.evaluation.rows, self.evaluation.shapes
        made = (slot for slot in self._tail.before if rows[slot] is not None and self._layout.varies[slot])
        # The stacks are a product of the data or two then, for which BLAS needs no cache; the tail has its own parts.
        return points_at_once(data) if any(map(shapes.__getitem__, made)) else MANY

    @cached_property
    def _tail(self) -> Tail | None:
        is_moved = self.evaluation.tape.downstream(self._slots[name] for name in (*self._data, *self.wrt))
        last, varies = self._slots[self.output], self._layout.varies
        return tail_of(self.evaluation, is_moved, varies, self._asked, last) if varies[last] else None

    def _varies(self) -> bool:
        return self._layout.varies[self._slots[self.output]]

    def _by_tail(self, passes: Pass, tail: Tail) -> list[Any]:
        """The stacks up to where all is numbers, the program from there on, and the stacks back again."""
        layout = self._layout
        passes.forward(tail.before)
        begins = {
            slot: passes.values[slot].reshape((*((layout.count,) * layout.varies[slot]), *layout.shapes[slot]))
            for slot in tail.begins
        }
        value, slopes = tail.run(begins, layout.count)
        # What does not vary has the sum of all points, as in `Totalled`.
        seeds = {
            slot: each[:, None, None] if layout.varies[slot] else layout.constant(each) for slot, each in slopes.items()
        }
        return [value, *self._all_shaped(passes.backward(seeds, self._asked))]

    def _by_stacks(self, passes: Pass) -> list[Any]:
        # An output that all points have in common is there once for each.
        seed = self._layout.constant(1.0 if self._varies() else self._layout.count)
        value, adjoints = passes.run(self.output, self.wrt, seed)
        # A rank of three has a batch axis.
        total = value.sum() if value.ndim > len(("rows", "columns")) else value.sum() * self._layout.count
        return [total, *self._all_shaped(adjoints)]

    def _all_shaped(self, adjoints: Sequence[Any]) -> list[Array]:
        return [self._shaped(*each) for each in zip(adjoints, self.wrt, strict=True)]

    def _shaped(self, adjoint: Any, name: str) -> Array:
        shape = tuple(n or 0 for n in self.evaluation.shapes[self._slots[name]])
        return np.zeros(shape) if adjoint is None else self._layout.full(adjoint, self._slots[name]).reshape(shape)


class Totalled(Stacked):
    """The layout of an evaluation's slots at points at which the slots `data` differ; `count` is how many there are.

    The cotangent of a slot that does not vary is the sum of those of all points.
    """

    def __init__(self, evaluation: Evaluation, data: Collection[int]) -> None:
        super().__init__(evaluation, 1)
        self.varies = _varying(evaluation.tape, data)

    def along(self, partial: Any, slot: int, ct: Any, head: int, tail: int) -> Any:
        """What an edge with the partial in `slot` carries back to `tail`."""
        return self._total(super().along(partial, slot, ct, head, tail), head, tail)

    def summed(self, ct: Any, slot: int, arg: int) -> Any:
        """A contribution by elements, summed over what the argument has in common, points too."""
        return self._total(super().summed(ct, slot, arg), slot, arg)

    def pulled(self, slot: int, row: Primitive, k: int, operands: list[Any], ct: Any) -> Any:
        """What an operation on arrays as wholes hands to its k-th argument."""
        arg = self.tape.args[slot][k]

        def _by_points() -> Any:
            return self._total(super(Totalled, self).pulled(slot, row, k, operands, ct), slot, arg)

        if not self._ends(slot, arg) or (total := _total_of(row, k)) is None:
            return _by_points()
        n = row.extent(self.shapes[self.tape.args[slot][0]])
        found = total(self.count, *operands, self.full(value_of(ct), slot), n)
        if not isinstance(ct, Gated) and not row.chooses:
            return found
        # A sum does not tell which point's 0·inf made it nan: then each is asked whether it is there at all.
        return Gated(found, lambda: _by_points().open) if is_finite(found) else _by_points()

    def _ends(self, head: int, tail: int) -> bool:
        """Whether the batch axis ends on the way from `head` to `tail`."""
        return self.varies[head] and not self.varies[tail]

    def _total(self, ct: Any, head: int, tail: int) -> Any:
        if not self._ends(head, tail):
            return ct
        # The gate of a sum is open where that of one point is, element by element.
        return GATES.through(ct, self._over_points, lambda gate: _is_open(self._over_points(_is_open(gate))))

    def _over_points(self, value: Any) -> Array:
        """The sum over the points of what each has, or of what all have in common."""
        value = np.asarray(value)
        if value.ndim == len(("rows", "columns")) or not value.ndim:
            return np.asarray(value * self.count)
        # A product with ones, which BLAS takes less time for than NumPy for a sum of short rows.
        return np.asarray(np.ones(len(value)) @ value.reshape(len(value), -1)).reshape(value.shape[1:])


def _is_open(gate: Any) -> Array:
    return np.asarray(stacks.not_equal(gate, 0.0))


def _varying(tape: Tape, data: Collection[int]) -> Sequence[bool]:
    """Which slots differ between points where `data` do, or have edges that do."""
    found, slots = tape.downstream(data), set(data)
    while (  # Until nothing is added: an edge that varies makes its head vary, and that may be another's partial.
        more := {head for head, pairs in tape.incoming.items() if any(found[partial] for _, partial in pairs)} - slots
    ):
        slots |= more
        found = tape.downstream(slots)
    return found


# ---- Sums of products over the points --------------------------------------------------------------------------------


def _outer(x: Array, y: Array) -> Array:
    """Σ x yᵀ of columns."""
    return np.asarray(x[..., 0].T @ y[..., 0])


def _matmul(x: Array, y: Array) -> Array:
    """Σ X Y: all columns of all X, beside each other, times all rows of all Y."""
    return np.tensordot(x, y, axes=((0, 2), (0, 1)))


def _product(x: Array, y: Array) -> Array:
    """Σ x y by elements, of numbers x or of what has y's shape."""
    if x.shape[1:] == (1, 1):
        return (x[:, 0, 0] @ y.reshape(len(y), -1)).reshape(y.shape[1:])  # A number a point: one row times a matrix.
    return np.asarray(np.einsum("nij,nij->ij", *np.broadcast_arrays(x, y)))


_PRODUCTS: Mapping[str, Callable[[Array, Array], Array]] = {"outer": _outer, "@": _matmul, "*": _product}


def _for_each(value: Any, count: int) -> Array:
    """Matrices for so many points, of which one may be there for all."""
    found = np.atleast_2d(value)
    return found if found.ndim > 2 and len(found) == count else np.broadcast_to(found, (count, *found.shape[-2:]))


@cache
def _total_of(row: Primitive, k: int) -> Callable[..., Array] | None:
    """The sum over `count` points of the pullback to argument k; None where no product stands outermost in its text.

    A function of the count, then of what the pullback takes.
    """
    if row.arity <= k:  # Of rows of any number of arguments, which put elements together.
        return None
    found = expression((row.stable or row.pullbacks)[k])
    if not isinstance(found, Call) or found.fn not in _PRODUCTS:
        return None
    params = (*row.params, "out", "ct", "n")
    factors, product = [row.stacked.lowered(arg, params) for arg in found.args], _PRODUCTS[found.fn]

    def total(count: int, *operands: Any) -> Array:
        """The sum over `count` points, as one product of matrices."""
        return product(*(_for_each(factor(*operands), count) for factor in factors))

    return total
