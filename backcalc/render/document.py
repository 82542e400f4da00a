"""What a report has to show: a document of blocks, tables of typed cells above all, which each format writes.

No text is made here that somebody would have to take apart again: a formula stays an expression, a derivative says of
what and by what.
"""

# Annotations are no text here: to compile that of each field takes a fifth of what a short run takes for this file.

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Generic, Literal, NamedTuple, TypeVar

from backcalc.language.expr import Expr
from backcalc.text.numerals import DIGITS

# ---- Cells -----------------------------------------------------------------------------------------------------------

CellWords = str
"""A cell of words, such as a heading; what is no name, value or formula stands as it is."""


class NodeName(NamedTuple):
    """The name of a node."""

    name: str


class Derivative(NamedTuple):
    """∂of/∂wrt; in a heading either may be the word that stands for the node of each row."""

    of: str
    wrt: str


class Norm(NamedTuple):
    """‖∇of‖."""

    of: str


class CellValue(NamedTuple):
    """A number, an array, or a formula where numbers are missing, for people; None where nothing says what it is."""

    value: Any
    digits: int = DIGITS


class Typed(NamedTuple):
    """What somebody has typed as a number, as it stands."""

    text: str


class Formula(NamedTuple):
    """An expression as the file has it, its numbers in full; `by_hand` as one writes it: `w·x − 1/2`."""

    expr: Expr
    by_hand: bool = False


class Path(NamedTuple):
    """Nodes one after another, and words in the place of those that are left out."""

    parts: Sequence[NodeName | CellWords]


class Product(NamedTuple):
    """The factors along a path, and words in the place of those that are left out."""

    factors: Sequence[CellValue | Derivative | CellWords]


class Phrase(NamedTuple):
    """Words with other cells among them."""

    parts: "Sequence[CellWords | NodeName | Derivative | Norm | CellValue | Formula | Phrase]"


# A cell that is empty would be passed over by awk, and the fields behind it counted wrong.
NONE = "-"
"""Words for a number where there is none."""

Cell = CellWords | NodeName | Derivative | Norm | CellValue | Typed | Formula | Path | Product | Phrase

# ---- Blocks ----------------------------------------------------------------------------------------------------------

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


Block = Grid | Sentence | Section | RoundingNote | Plot | CodeBlock


class Document(NamedTuple):
    """Blocks one below the other; they come one by one.

    `kind` says what is made of it: tables for a text of one's own, or a page that stands alone, or a sheet, with room
    to write on. A page may have a `title`, and `made_by`, the command that makes it again. `digits` are those of the
    equations; in Markdown they are code, or between dollars where it `has_math`.
    """

    blocks: Iterable[Block]
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
