"""Edges along which only a part may flow, and cotangents of arrays and many points of which only a part came.

Of numbers, a branch that is not taken has no edge. In an array, and among points, it has one wherever another element
or point takes it: so a cotangent may say of each element whether it is there at all. Where it is not, nothing flows,
whatever slope lies behind; a cotangent that is there and 0 makes nan of an infinite slope.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import ModuleType
from typing import Any, NamedTuple

from backcalc.rules.lower import RowFunction


class LocalEdge(NamedTuple):
    """What leads from an operation to one of its arguments.

    slope  the local partial as a function of the arguments and `out`: nan where the operation has no value
    gated  whether there is no edge at all where the slope is 0: nothing flows to an argument that was not chosen, and
           an edge of 0 would still hand on 0·inf = nan from what lies behind it
    shown  whether it is an edge all the same to those who look at it, with the partial 0: of `max` and `relu`
    """

    slope: RowFunction
    gated: bool
    shown: bool


class Gated:
    """A cotangent that is there only where `open` is not 0; elsewhere its `value` is 0.

    Where it is open is worked out when it is asked for: nearly all slopes are finite, and then 0 serves as nothing.
    """

    def __init__(self, value: Any, gate: Callable[[], Any]) -> None:
        self.value, self._gate = value, gate

    @cached_property
    def open(self) -> Any:
        """For each element, or for all, not 0 where the cotangent is there."""
        return self._gate()


# What no branch leads to: closed everywhere, so that it adds nothing to whatever it meets.
NOTHING = Gated(0.0, lambda: 0.0)


def only(unit: Any) -> Gated:
    """The cotangent of the elements that are not 0 alone: of the others nothing is asked."""
    return Gated(unit, lambda: unit)


def value_of(ct: Any) -> Any:
    """A cotangent as a number or array, with 0 where there is none."""
    return ct.value if isinstance(ct, Gated) else ct


class Gates:
    """Sums and products of cotangents in a namespace of functions."""

    def __init__(self, namespace: ModuleType) -> None:
        self.namespace = namespace

    def gated(self, value: Any, gate: Callable[[], Any]) -> Gated:
        """A cotangent that is there where the gate is open."""
        # Cleared at once: of a value that is 0 where the gate is closed nothing more need be asked.
        return Gated(self.namespace.cleared(value, gate), gate)

    def add(self, left: Any, right: Any) -> Any:
        """The sum, which is there where one of both is."""
        # One that has no gate is there everywhere, and so is the sum.
        total = value_of(left) + value_of(right)
        if isinstance(left, Gated) and isinstance(right, Gated):
            return Gated(total, lambda: self.namespace.either(left.open, right.open))
        return total

    def along(self, ct: Any, slope: Any, *, gated: bool) -> Any:
        """The contribution along an edge with this slope, by elements; a `gated` edge is none where that is 0."""
        # One number for all elements: nothing is chosen anywhere.
        if gated and type(slope) is float and not slope:
            return NOTHING
        is_one = type(slope) is float and slope == 1  # Of a sum: then nothing need be multiplied.
        found = value_of(ct) if is_one else value_of(ct) * slope
        if not gated:
            return self.gated(found, lambda: ct.open) if isinstance(ct, Gated) else found
        # Lazily: the gate is looked at only where a slope is infinite.
        return self.gated(found, lambda: self._chosen(ct, slope))

    def _chosen(self, ct: Any, slope: Any) -> Any:
        """Where a gated edge is, of what is there of the cotangent."""
        chosen = self.namespace.not_equal(slope, 0.0)
        return self.namespace.both(ct.open, chosen) if isinstance(ct, Gated) else chosen

    def through(
        self, ct: Any, pullback: Callable[[Any], Any], passed: Callable[[Any], Any], *, selects: bool = False
    ) -> Any:
        """What a pullback makes of a cotangent; `passed` tells of a gate which elements of the result it opens.

        One that `selects` opens those that it chose alone, of a cotangent that is there everywhere too.
        """
        # A pullback is linear, so of 0 it makes 0: a gate can only matter where its own factors are infinite.
        found = pullback(value_of(ct))
        if isinstance(ct, Gated):
            return self.gated(found, lambda: passed(ct.open))
        return self.gated(found, lambda: passed(1.0)) if selects else found
