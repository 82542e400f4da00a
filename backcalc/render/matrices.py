"""A matrix in the cell of a table, its rows under each other; whole, it can be typed as it stands."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any, NamedTuple

from backcalc.language.expr import VECTOR, Call, size
from backcalc.language.unparse import COMMA
from backcalc.render.layout import Lined, at_point, enclosed, joined
from backcalc.render.values import ELEMENTS, LONGEST, ends, formula_text, in_digits, own_number
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import Figures, rounded

AXES = 2  # Of a matrix.
MOST_ROWS = 16  # Of an array of more axes, before only its first and last matrix are shown.
CUT = "…"  # For what a long array has between its ends.


class _Row(NamedTuple):
    """The elements of a row, and how many brackets stand before and behind them; of what is cut none."""

    before: int
    texts: Sequence[str]
    behind: int


def is_matrix(value: Any) -> bool:
    """Whether a value has rows that may stand under each other: of numbers, or written out as formulas."""
    if value is None or is_known(value):
        return len(shape_of(value)) >= AXES
    if not _is_list(value) or not all(map(_is_list, value.args)) or size(value, LONGEST) > LONGEST:
        return False
    return len({len(row.args) for row in value.args}) == 1  # Rows of several lengths are a list, no matrix.


def matrix_text(value: Any, digits: int) -> Lined:
    """The rows of a matrix, a line each, parted behind its commas; of more axes the matrices, one below the other."""
    rows = _rows(value, digits)
    whole = [row for row in rows if row.before]
    # Columns line up through all matrices of an array.
    padded = iter(list(zip(*map(_padded, zip(*(row.texts for row in whole), strict=True)), strict=True)))
    depth = rows[0].before
    # Brackets around rows stand at the first and the last of them alone, and those between are set in as far.
    lines = (
        enclosed(" " * (depth - row.before) + "[" * row.before, joined(next(padded), COMMA), "]" * row.behind)
        if row.before
        else f"{' ' * depth}{CUT}"
        for row in rows
    )
    commas = [","] * (len(rows) - 1) + [""]
    return Lined(enclosed("", line, comma) for line, comma in zip(lines, commas, strict=True))


def _rows(value: Any, digits: int) -> list[_Row]:
    """The rows of an array, in order."""
    items: Sequence[Any] = value.args if isinstance(value, Call) else value
    first = items[0]
    # A row of elements; else the array goes on inside.
    if not (_is_list(first) or shape_of(first)):
        return [_Row(1, _elements(items, digits), 1)]
    shown = _outer_ends(value, items)
    found: list[_Row] = []
    for i, item in enumerate(shown):
        inner = _rows(item, digits)
        if not i:
            inner[0] = inner[0]._replace(before=inner[0].before + 1)
        if i == len(shown) - 1:
            inner[-1] = inner[-1]._replace(behind=inner[-1].behind + 1)
        # Between the ends stands a line for all that is cut.
        if len(items) > len(shown) and i == len(shown) // 2:
            found.append(_Row(0, (), 0))
        found += inner
    return found


def _outer_ends(value: Any, items: Sequence[Any]) -> list[Any]:
    """The rows of a matrix, of many the ends; of an array of more axes with many rows the first and the last matrix."""
    is_deep = len(shape_of(value)) > AXES and prod(shape_of(value)[:-1]) > MOST_ROWS
    return [items[0], items[-1]] if is_deep and len(items) > AXES else ends(items)


def _elements(items: Sequence[Any], digits: int) -> list[str]:
    """The elements of a row as text; of a long one the ends."""
    texts = [_element(item, digits) for item in ends(items)]
    if len(items) > ELEMENTS:
        texts.insert(ELEMENTS // 2, CUT)
    return texts


def _element(item: Any, digits: int) -> str:
    if is_known(item):
        return Figures(rounded(own_number(item), digits))
    return formula_text(in_digits(item, digits))


def _padded(column: Sequence[str]) -> list[str]:
    """The elements of a column in one width: numbers with their points under each other, formulas from the left."""
    if all(isinstance(text, Figures) for text in column):
        return at_point(column)
    width = max(map(len, column))
    return [enclosed("", text, " " * (width - len(text))) for text in column]


def _is_list(value: Any) -> bool:
    return isinstance(value, Call) and value.fn == VECTOR
