"""Adjoints of large inputs, worked out where they are asked for: of a batch nobody asks for that of its data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from functools import partial, reduce
from math import prod
from typing import Any, overload

from backcalc.calculus.linearize import Linearization
from backcalc.calculus.pullbacks import Cotangent, Pullback, total_of
from backcalc.rules.gates import value_of
from backcalc.rules.values import Value, quietly

LARGE = 10_000
"""Elements of an input from which on it is worth to wait."""


class Waiting:
    """A sum of contributions that are not worked out yet."""

    def __init__(self, parts: list[Callable[[], Cotangent]]) -> None:
        self.parts = parts

    def __add__(self, other: Cotangent | Waiting) -> Waiting:
        # Side by side: sums of sums would nest as deep as the users are many.
        return Waiting([*self.parts, *(other.parts if isinstance(other, Waiting) else [lambda: other])])

    __radd__ = __add__

    def value(self) -> Value:
        """The sum."""
        with quietly(has_arrays=True):
            found: Value = value_of(reduce(total_of, (part() for part in self.parts)))
            return found


def put_off(linear: Linearization) -> Linearization:
    """The linearization whose sweep leaves the adjoints of large inputs waiting; itself where there are none."""
    tape, shapes = linear.tape, linear.evaluation.shapes
    large = {slot for slot in tape.slot if tape.rows[slot] is None and prod(n or 0 for n in shapes[slot]) >= LARGE}
    # Formulas are put together once all terms are in, so theirs cannot wait.
    if not large or not linear.evaluation.is_known:
        return linear
    new = copy(linear)
    new.slot_edges = [
        [(arg, _later(edge) if arg in large and callable(edge) else edge) for arg, edge in edges]
        for edges in linear.slot_edges
    ]
    return new


def _later(pullback: Pullback) -> Callable[[Cotangent], Any]:
    # A sum that waits goes through the sweep as any other, for all that is done to it there is `+`.
    return lambda ct: Waiting([partial(pullback, ct)])


class Adjoints(Sequence["Value | None"]):
    """The adjoint of every node; those that wait are worked out at their first use."""

    def __init__(self, found: list[Value | None], read: Mapping[int, Callable[[], Value | None]]) -> None:
        """`read` works out the adjoints of the nodes at these places."""
        self._found, self._read = found, dict(read)

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, place: int) -> Value | None: ...
    @overload
    def __getitem__(self, place: slice) -> list[Value | None]: ...
    def __getitem__(self, place: int | slice) -> Value | list[Value | None] | None:
        if isinstance(place, slice):
            return [self[i] for i in range(*place.indices(len(self)))]
        # A negative place too; one too far raises the IndexError that ends an iteration.
        place = range(len(self))[place]
        if place in self._read:
            # Once: with its pullback goes all that this holds.
            self._found[place] = self._read.pop(place)()
        return self._found[place]


def in_time(
    adjoint: Callable[[int], Value | None], slots: Sequence[int], found: dict[int, Any]
) -> Sequence[Value | None]:
    """`adjoint` of every slot, of those that wait in `found` only when it is asked for."""
    waits = {node: at for node, at in enumerate(slots) if isinstance(found.get(at), Waiting)}

    def _worked_out(at: int) -> Value | None:
        found[at] = found[at].value()
        return adjoint(at)

    if not waits:
        return list(map(adjoint, slots))
    known = [None if node in waits else adjoint(at) for node, at in enumerate(slots)]
    return Adjoints(known, {node: partial(_worked_out, at) for node, at in waits.items()})
