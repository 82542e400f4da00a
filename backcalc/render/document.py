"""What a report has to show: a document of blocks, tables of typed cells above all, which each format writes.

No text is made here that somebody would have to take apart again: a formula stays an expression, a derivative says of
what and by what.
"""

# Annotations are no text here: to compile that of each field takes a fifth of what a short run takes for this file.

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Generic, Literal, NamedTuple, TypeAlias, TypeVar

from backcalc.render.cells import Cell, CellWords
from backcalc.text.numerals import DIGITS

if TYPE_CHECKING:
    from backcalc.render.blocks import CodeBlock, Plot, RoundingNote, Section

Tone = Literal["good", "fair", "bad"]
C_co = TypeVar("C_co", covariant=True)


class Table(NamedTuple, Generic[C_co]):
    """A table: `numbers` says which columns hold numbers, which no format may cut.

    `yields` is the column that gives way first where there is little room, `strong` are the rows that stand out,
    `whole` the columns of vectors and formulas, which no format may cut either. `notes` are sentences below rows, and
    `tones` tell what the first cell of a row means.
    """

    header: Sequence[C_co]
    rows: Sequence[Sequence[C_co]]
    numbers: frozenset[int]  # Of which no digit may be lost.
    yields: int | None = None
    title: C_co | CellWords = ""
    strong: frozenset[int] = frozenset()
    whole: frozenset[int] = frozenset()
    notes: Mapping[int, Sequence[C_co | CellWords]] = MappingProxyType({})
    tones: Mapping[int, Tone] = MappingProxyType({})


Grid = Table[Cell]
"""A table as a report has it,"""
Texts = Table[str]
"""and as a format has written it."""


class Sentence(NamedTuple):
    """A line of its own."""

    words: Cell


# As text, for most documents have but the first two, and the others need not be loaded then.
Block: TypeAlias = "Grid | Sentence | Section | RoundingNote | Plot | CodeBlock"


class Document(NamedTuple):
    """Blocks one below the other; they come one by one.

    `kind` says what is made of it: tables for a text of one's own, or a page that stands alone, or a sheet, with room
    to write on. A page may have a `title`, and `made_by`, the command that makes it again. `digits` are those of the
    equations; in Markdown they are code, or between dollars where it `has_math`.
    """

    blocks: Iterable["Block"]
    digits: int = DIGITS
    kind: Literal["tables", "page", "sheet"] = "tables"
    title: str = ""
    made_by: str = ""
    has_math: bool = False


class Display(NamedTuple):
    """What is written on: a terminal of so many columns and lines, or where `columns` is None, what has no edge."""

    columns: int | None = None
    lines: int = 24  # A usual terminal's.
    color: bool = False


# ---- Long tables -----------------------------------------------------------------------------------------------------

LIMIT = 200  # Rows: a few screens; beyond that one greps rather than reads.


def cut(grid: Grid, count: int) -> list[Grid | Sentence]:
    """`grid`, and where it has not all of `count` rows, a line that says so."""
    words = left_out(count, len(grid.rows))
    return [grid, Sentence(words)] if words else [grid]


def left_out(count: int, shown: int) -> str:
    """The line that says how many of `count` rows are not `shown`; empty where all are."""
    if shown == count:
        return ""
    return f"… {count - shown:,} of {count:,} rows are left out; --limit 0 shows all."
