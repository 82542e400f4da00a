"""What a report shows in one place: names, derivatives, values, formulas, and what is made of several of these."""

# Annotations are no text here: to compile that of each field takes a fifth of what a short run takes for this file.

from collections.abc import Sequence
from typing import Any, NamedTuple

from backcalc.language.expr import Expr
from backcalc.text.numerals import DIGITS

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
