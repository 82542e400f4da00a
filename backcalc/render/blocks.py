"""Blocks of a document that few reports have: derivations, plots, and code.

They are apart from `document`, for to make their types takes a hundredth of a short run, which shows tables alone.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from backcalc.render.cells import Cell, CellValue, Formula


# Sides are written by the hand of a format, which alone knows whether two of them look the same.
class Equation(NamedTuple):
    """`side = side = …`, written by hand; `is_inner` where it belongs to the equation above it."""

    sides: Sequence[Formula | CellValue]
    remark: Cell = ""  # Such as ` (given)`.
    is_inner: bool = False


class Section(NamedTuple):
    """Equations below a heading; they come one by one, for a derivation may be longer than memory should hold."""

    title: Cell
    equations: Iterable[Equation]


class RoundingNote(NamedTuple):
    """The sentence that numbers are rounded, which stands only where one of those before it is."""


class Curve(NamedTuple):
    """A function along the x of a plot: its value at each point, and the slope there, arrays of one length.

    `gaps` are the points behind which it jumps or has a pole, `kinks` those at which, or behind which, it has a kink.
    """

    name: Cell
    values: Any
    gaps: Sequence[int] = ()
    kinks: Sequence[int] = ()


class Plot(NamedTuple):
    """Curves over one axis, for where there is room to draw; `x` is an array that rises evenly, or in its logarithm."""

    title: Cell
    over: Cell
    x: Any
    curves: Sequence[Curve]
    is_log: bool = False


class CodeBlock(NamedTuple):
    """Lines in a language of their own, such as a picture in Mermaid's."""

    language: str
    lines: Sequence[str]
