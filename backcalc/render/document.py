"""What a report is made of: tables of typed cells. How a cell of each kind is written is for each format to say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from backcalc.language.expr import Expr
from backcalc.text.numerals import DIGITS

Words = str
"""A cell of words, such as a heading; what is no name, value or formula stands as it is."""


class Name(NamedTuple):
    """The name of a node."""

    name: str


class Derivative(NamedTuple):
    """∂of/∂wrt; in a heading either may be the word that stands for the node of each row."""

    of: str
    wrt: str


class Value(NamedTuple):
    """A number, an array, or a formula where numbers are missing, for people; None where nothing says what it is."""

    value: Any
    digits: int = DIGITS


class Formula(NamedTuple):
    """An expression as the file has it, its numbers in full."""

    expr: Expr


class Path(NamedTuple):
    """Nodes one after another, and words in the place of those that are left out."""

    parts: Sequence[Name | Words]


class Product(NamedTuple):
    """The factors along a path, and words in the place of those that are left out."""

    factors: Sequence[Value | Derivative | Words]


class Phrase(NamedTuple):
    """Words with other cells among them."""

    parts: Sequence[Name | Derivative | Value | Words]


NONE = "-"
"""Words for a number where there is none."""

Cell = Words | Name | Derivative | Value | Formula | Path | Product | Phrase

Tone = Literal["good", "fair", "bad"]
C_co = TypeVar("C_co", covariant=True)


class Table(NamedTuple, Generic[C_co]):
    """A table, or a title alone: `numbers` says which columns hold numbers, which no format may cut.

    `yields` is the column that gives way first where there is little room, `strong` are the rows that stand out,
    `whole` the columns of vectors and formulas, which no format may cut either. `notes` are sentences below rows, and
    `tones` tell what the first cell of a row means.
    """

    header: Sequence[C_co]
    rows: Sequence[Sequence[C_co]]
    numbers: frozenset[int]
    yields: int | None = None
    title: C_co | Words = ""
    strong: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    notes: Mapping[int, Sequence[str]] = MappingProxyType({})
    tones: Mapping[int, Tone] = MappingProxyType({})


Grid = Table[Cell]
"""A table as a report has it,"""
Texts = Table[str]
"""and as a format has written it."""


def cut(grid: Grid, count: int) -> list[Grid]:
    """`grid`, and where it has not all of `count` rows, a line that says so."""
    words = left_out(count, len(grid.rows))
    return [grid, Grid((), (), frozenset(), title=words)] if words else [grid]


LIMIT = 200  # Rows: a few screens; beyond that one greps rather than reads.


def left_out(count: int, shown: int) -> str:
    """The line that says how many of `count` rows are not `shown`; empty where all are."""
    if shown == count:
        return ""
    return f"… {count - shown:,} of {count:,} rows are left out; --limit 0 shows all."
