"""Many points at once: the forward pass and the reverse sweep over a batch axis, an operation at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np

from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.shapes import Shape
from backcalc.language.expr import INDEX, VECTOR
from backcalc.rules.functions import stacks
from backcalc.rules.functions.arrays import Array
from backcalc.rules.functions.stacks import column
from backcalc.rules.ndarray import quiet
from backcalc.rules.row import Function, Primitive


@dataclass(frozen=True)
class Batch:
    """For each point the output's value, and the gradient: an array a name, of points × the input's shape."""

    value: Array
    gradient: dict[str, Array]


def run_batch(evaluation: Evaluation, data: Mapping[str, Array], output: str, wrt: Sequence[str]) -> Batch:
    """`output` and its derivatives at every point of `data`, whose arrays are points × the input's shape.

    `evaluation` is the graph's at one point, from which come the shapes and what is the same at all points.
    """
    with quiet():
        return _Pass(evaluation, data).run(output, wrt)


class _Pass:
    def __init__(self, evaluation: Evaluation, data: Mapping[str, Array]) -> None:
        self.evaluation, self.tape = evaluation, evaluation.tape
        self.shapes, self.rows = evaluation.shapes, evaluation.rows
        self.count = len(next(iter(data.values())))
        index = self.tape.graph.index
        self.values: list[Any] = [None] * len(self.tape.rows)
        self.varies = [False] * len(self.tape.rows)
        for name, points in data.items():
            slot = self.tape.slot[index[name]]
            self.values[slot] = points.reshape(self.count, *_matrix(self.shapes[slot]))
            self.varies[slot] = True
        # Only a choice can make 0·inf of a branch that is not taken; without one, nothing need be looked at.
        self.masks = any(row is not None and row.selects for row in self.rows)

    def run(self, output: str, wrt: Sequence[str]) -> Batch:
        """The output's value and its derivatives by `wrt` at every point."""
        index = self.tape.graph.index
        last = self.tape.slot[index[output]]
        self._forward(last)
        wanted = [self.tape.slot[index[name]] for name in wrt]
        # Only slots between an input of interest and the output take part in the sweep.
        adjoints = self._reverse(last, self.tape.downstream(wanted))
        # What is the same at all points has no batch axis until here.
        value = np.broadcast_to(self.values[last], (self.count, 1, 1))[:, 0, 0]
        gradient = {name: self._read(adjoints.get(slot), slot) for name, slot in zip(wrt, wanted, strict=True)}
        return Batch(value, gradient)

    def _forward(self, last: int) -> None:
        nodes = zip(self.tape.slot, self.tape.graph.nodes, strict=True)
        given = {slot for slot, node in nodes if node.given is not None}
        # The partials on edges stand behind all nodes.
        for slot in range(len(self.tape.rows) if self.tape.partials else last + 1):
            row, args = self.rows[slot], self.tape.args[slot]
            self.varies[slot] = self.varies[slot] or any(self.varies[arg] for arg in args)
            if not self.varies[slot] or slot in given:
                self.varies[slot] = False
                self.values[slot] = column(self.evaluation.terms[slot])
            elif row is not None:
                self.values[slot] = self._apply(slot, row, [self.values[arg] for arg in args])

    def _apply(self, slot: int, row: Primitive, args: list[Any]) -> Any:
        if row.name in (VECTOR, "concat"):
            return self._stack(slot, args)
        if row.name == INDEX:
            return _element(args[0], self.tape.indices[slot], self.shapes[self.tape.args[slot][0]])
        return row.stacked.evaluate(*args)

    def _stack(self, slot: int, args: list[Any]) -> Array:
        is_matrix = len(self.shapes[slot]) > 1
        items = [np.swapaxes(arg, -1, -2) if is_matrix else arg for arg in args]
        full = [np.broadcast_to(item, (self.count, *item.shape[-2:])) for item in items]
        return np.concatenate(full, axis=-2)

    def _reverse(self, last: int, needed: list[bool]) -> dict[int, Any]:
        adjoint: dict[int, Any] = {last: np.ones((1, 1))}
        for slot in range(last, -1, -1):
            row = self.rows[slot]
            if slot in adjoint:
                for tail, partial in self.tape.incoming.get(slot, ()):
                    self._add(adjoint, self.tape.slot[tail], self._along(partial, adjoint[slot], slot))
            if row is None or slot not in adjoint:
                continue
            # Of an operation within a node nobody asks for the adjoint, and a batch of it is large.
            ct = adjoint.pop(slot) if slot not in self.tape.slot else adjoint[slot]
            for k, arg in enumerate(self.tape.args[slot]):
                if needed[arg] and self.tape.literals[arg] is None:
                    self._add(adjoint, arg, self._contribution(slot, row, k, ct))
        return adjoint

    def _add(self, adjoint: dict[int, Any], slot: int, found: Any) -> None:
        adjoint[slot] = adjoint[slot] + found if slot in adjoint else found

    def _along(self, slot: int, ct: Any, head: int) -> Any:
        """What an edge with the partial in `slot` carries back: a matrix is head × tail, a vector a row or a column."""
        partial = self.values[slot]
        if not self.shapes[slot] or not self.shapes[head]:
            return ct * partial
        return stacks.matmul(np.swapaxes(partial, -1, -2), self._full(ct, head))

    def _contribution(self, slot: int, row: Primitive, k: int, ct: Any) -> Any:
        places = self.tape.args[slot]
        args, out, arg = [self.values[place] for place in places], self.values[slot], places[k]
        if row.name == INDEX:
            return _placed(self._full(ct, slot), self.tape.indices[slot], self.shapes[arg])
        if row.name in (VECTOR, "concat"):
            return self._taken(self._full(ct, slot), slot, k)
        if row.pullbacks:
            count = float(prod(n or 0 for n in self.shapes[places[0]]))
            return row.stacked.pullbacks[k](*args, out, self._full(ct, slot), count)
        # From here on as at one point: outside the domain there is no slope, whatever its text gives there.
        slope = self._slopes(slot, row)[k](*args, out)
        if row.stacked.exists is not None:
            slope = np.where(np.asarray(row.stacked.exists(*args)) != 0, slope, np.nan)
        found = ct * slope
        if self.masks:  # What an untaken branch gets is nothing, whatever its slope is.
            found = np.where(np.asarray(ct) == 0, 0.0, np.where(row.selects and np.asarray(slope) == 0, 0.0, found))
        if not self.shapes[arg] and self.shapes[slot]:
            found = stacks.sum(self._full(found, slot))
        return found

    def _slopes(self, slot: int, row: Primitive) -> tuple[Function, ...]:
        """The partials of a row; of a given value those that take the value itself, as a run at one point does."""
        if slot not in self.evaluation.replaced:
            return row.stacked.slopes
        return replace(row, stable=(), partials=row.from_output or row.partials).stacked.slopes

    def _full(self, value: Any, slot: int) -> Array:
        value = np.asarray(value)
        return np.broadcast_to(value, (*value.shape[:-2], *_matrix(self.shapes[slot])))

    def _taken(self, ct: Array, slot: int, k: int) -> Array:
        args = self.tape.args[slot]
        is_matrix = len(self.shapes[slot]) > 1
        sizes = [1 if is_matrix or not self.shapes[arg] else self.shapes[arg][0] or 0 for arg in args]
        start = sum(sizes[:k])
        found = ct[..., start : start + sizes[k], :]
        return np.swapaxes(found, -1, -2) if is_matrix else found

    def _read(self, value: Any, slot: int) -> Array:
        shape = [n or 0 for n in self.shapes[slot]]
        if value is None:
            return np.zeros((self.count, *shape))
        return np.broadcast_to(value, (self.count, *_matrix(self.shapes[slot]))).reshape(self.count, *shape)


def _matrix(shape: Shape) -> tuple[int, int]:
    """The rows and columns of a number, vector or matrix as a matrix."""
    rows, columns = (*shape, 1, 1)[:2] if shape else (1, 1)
    return rows or 0, columns or 0


def _element(x: Array, indices: tuple[int, ...], shape: Shape) -> Array:
    row = x[..., indices[0] : indices[0] + 1, :]
    if len(shape) == 1:
        return row
    return np.swapaxes(row, -1, -2) if len(indices) == 1 else row[..., indices[1] : indices[1] + 1]


def _placed(ct: Array, indices: tuple[int, ...], shape: Shape) -> Array:
    found = np.zeros((*ct.shape[:-2], *_matrix(shape)))
    if len(shape) > 1 and len(indices) == 1:
        found[..., indices[0], :] = ct[..., :, 0]
    else:
        found[..., indices[0], indices[1] if len(indices) > 1 else 0] = ct[..., 0, 0]
    return found
