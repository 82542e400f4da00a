"""Texts of cells that know their parts: a line ends behind a part, and the lines of a matrix stay one block."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backcalc.language.expr import Number
from backcalc.language.parser import parse_expression
from backcalc.render.cells import CellValue, Derivative, Formula, Phrase, Product, Typed
from backcalc.render.document import Grid
from backcalc.render.formats.terminal import Terminal
from backcalc.render.layout import aligned, enclosed, joined, lines, parts_of, records
from backcalc.render.writer import PLAIN
from backcalc.text.source import Source
from backcalc.text.wording import display_width


def formula(text: str) -> Formula:
    return Formula(parse_expression(Source("text", text)))


# What each kind of cell may be broken into.
PARTED = [
    (CellValue(np.array([1.0, -0.5])), ["[1, ", "-0.5]"]),
    (CellValue(np.array([[1.0, 2.0], [3.0, 4.0]])), ["[[1, ", "2], ", "[3, ", "4]]"]),
    (CellValue(formula("max(x, sum(A, axis=1))").expr), ["max(x, ", "sum(A, ", "axis=1))"]),
    (formula("[a*b, 2]"), ["[a*b, ", "2]"]),
    (formula("[a*b, 2]")._replace(by_hand=True), ["[a·", "b, ", "2]"]),
    (Product((CellValue(2.0), CellValue(-3.5), Derivative("L", "x"))), ["2·", "(−3.5)·", "∂L/∂x"]),
    (Product((CellValue(np.array([1.0, 2.0])), CellValue(formula("x + y").expr))), ["[1, ", "2]·", "(x + y)"]),
    (Product((CellValue(formula("f(x, y) + y").expr), CellValue(0.5))), ["(f(x, ", "y) + y)·", "0.5"]),
    (Product(()), ["-"]),
    (Typed("[1, 2·3]"), ["[1, ", "2·", "3]"]),
    (Phrase(("near ", CellValue(0.5), ", so")), ["near ", "0.5", ", so"]),
    (CellValue(0.5), ["0.5"]),
    (CellValue(None), ["?"]),
]


@pytest.mark.parametrize(("cell", "parts"), PARTED)
def test_each_kind_of_cell_knows_its_parts(cell, parts):
    assert list(parts_of(PLAIN.cell(cell))) == parts


def test_a_name_is_no_part_whatever_stands_in_it():
    """What somebody has called a node is theirs: the layout does not look into it."""
    name = Derivative("L", "a·b, c")
    assert parts_of(PLAIN.cell(name)) == ("∂L/∂a·b, c",)
    assert parts_of(PLAIN.cell(Product((name, CellValue(2.0))))) == ("∂L/∂a·b, c·", "2")


texts_ = st.lists(st.text("ab·, ", min_size=1, max_size=9), min_size=1, max_size=6)


@given(texts_, st.integers(8, 30))
def test_a_line_ends_behind_a_part(texts, width):
    cell = enclosed("(", joined([text.strip() or "x" for text in texts], "; "), ")")
    grid = Grid(("node", "v" * 30), [("n", cell)], frozenset([1]))
    folded = [line.removeprefix("    ").strip() for line in list(records(grid, width))[2:]]
    # Each line is some parts in a row, and ends before the first that has no room.
    parts = [part.strip() for part in cell.parts]
    assert " ".join(folded) == " ".join(parts)
    ends = np.cumsum([len(part) + 1 for part in parts]).tolist()
    assert set(np.cumsum([len(line) + 1 for line in folded]).tolist()) <= set(ends)
    assert all(display_width(line) <= width - 4 or line in parts for line in folded)


def test_a_matrix_among_numbers_takes_the_room_of_its_lines():
    """Its lines stay below each other, before the point, and the column is as wide as they are."""
    matrix = np.array([[0.0, 0.5], [-2.25, 10.0]])
    grid = Grid(("what", "value"), [("a", CellValue(matrix)), ("b", CellValue(1.125))], frozenset([1]))
    assert list(lines(aligned(Terminal().written(grid)))) == [
        f"what{'value':>21}",
        "a     [[ 0   ,  0.5],",
        "       [-2.25, 10  ]]",
        f"b{'1.125':>24}",
    ]


def test_the_lines_of_a_matrix_are_folded_each_for_itself():
    matrix = CellValue(formula("[[max(x, y), 1], [2, 3]]").expr)
    grid = Grid(("what", "value"), [("a", matrix)], frozenset(), whole=frozenset([1]))
    assert list(records(Terminal().written(grid), 14)) == [
        "a",
        "  value",
        "    [[max(x,",
        "    y), 1],",
        "     [2        ,",  # As wide as the formula above it.
        "    3]]",
    ]


def test_a_number_of_the_language_is_one_part():
    assert parts_of(PLAIN.cell(CellValue(Number(0.5)))) == ("0.5",)
