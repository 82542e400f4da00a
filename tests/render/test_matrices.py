"""Matrices in tables: rows under each other, which say what the one line said, and fit where that did not."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays

import backcalc
from backcalc.analysis.samples import samples
from backcalc.calculus.constant import constant
from backcalc.language.parser import parse_expression
from backcalc.render import FORMATS
from backcalc.render.document import Display
from backcalc.render.matrices import is_matrix, matrix_text
from backcalc.render.reports.run import RunReport
from backcalc.render.values import value_text
from backcalc.text.source import Source

SHORT = array_shapes(min_dims=2, max_dims=3, min_side=1, max_side=4)
PLAIN = st.floats(-1e6, 1e6, allow_nan=False).map(lambda value: round(value, 3) + 0.0)


@settings(max_examples=100)
@given(arrays(np.float64, SHORT, elements=PLAIN))
def test_the_rows_are_the_array_in_the_language(array):
    text = matrix_text(array, 17)
    assert len(text.split("\n")) == np.prod(array.shape[:-1])
    assert "".join(text.split()) == "".join(value_text(array, 17).split())
    if array.ndim == 2:  # The language has no array of more axes.
        source = Source("text", text)
        assert np.array_equal(constant(parse_expression(source), source), array)


ROWS = [
    ([[1.0, -0.5], [10.25, 2.0]], ["[[ 1   , -0.5],", " [10.25,  2  ]]"]),
    ([[1.0], [2.0]], ["[[1],", " [2]]"]),
    ([[[1.0, 2.0]], [[3.0, 4.0]]], ["[[[1, 2]],", " [[3, 4]]]"]),
    ([[[1.0], [2.0]], [[3.0], [4.0]]], ["[[[1],", "  [2]],", " [[3],", "  [4]]]"]),
    (np.arange(18.0).reshape(9, 2), ["[[ 0,  1],", " [ 2,  3],", " [ 4,  5],", " [ 6,  7],", "  …,",
                                     " [10, 11],", " [12, 13],", " [14, 15],", " [16, 17]]"]),
    (np.zeros((20, 1, 1)), ["[[[0]],", "   …,", " [[0]]]"]),
    (np.zeros((1, 9)), ["[[0, 0, 0, 0, …, 0, 0, 0, 0]]"]),
]  # fmt: skip


@pytest.mark.parametrize(("value", "expected"), ROWS)
def test_rows(value, expected):
    assert matrix_text(np.asarray(value), 6).split("\n") == expected


def test_a_matrix_of_formulas_has_its_rows_too():
    found = parse_expression(Source("text", "[[2*x, y], [1, sin(x)]]"))
    assert is_matrix(found)
    assert matrix_text(found, 6) == "[[2*x, y     ],\n [1  , sin(x)]]"


@pytest.mark.parametrize("text", ["[1, 2]", "x", "diag(x) @ W", "[x, [1, 2]]"])
def test_what_is_no_matrix_has_one_line(text):
    assert not is_matrix(parse_expression(Source("text", text)))


def shown(text, name, columns=None, **options):
    report = RunReport(backcalc.parse(text).run(**options).run)
    return list(FORMATS[name].lines(report, Display(columns)))


ATTENTION = next(sample.text for sample in samples() if sample.name == "attention")


def test_attention_is_a_table_on_a_usual_terminal():
    lines = shown(ATTENTION, "table", 80)
    assert lines[0].split() == ["node", "shape", "formula", "value", "∂L/∂node"]
    assert max(map(len, lines)) <= 80
    assert [line for line in lines if line.startswith("S ")] == [
        "S     2×2     Q @ K.T/sqrt…  [[0.282843, -0.459619],  [[0.0315241, -0.0315241],"
    ]
    assert " " * 30 + "[1.21092 ,  1.20031 ]]   [0.208183 , -0.208183 ]]" in [line.rstrip() for line in lines]


TWO = "input A = [[1, 2], [3, 4]]\ny = sum(A)"


def test_columns_line_up_in_a_notebook():
    """In letters of unlike widths they would not, whatever blanks there are."""
    cells = [cell for line in shown(ATTENTION, "notebook") for cell in re.findall("<td[^>]*>[^<]*", line)]
    assert any("\n" in cell for cell in cells)
    assert all(("monospace" in cell) == ("\n" in cell) for cell in cells)


def test_columns_line_up_in_markdown_and_are_read_back():
    cells = [cell for line in shown(ATTENTION, "markdown") for cell in line.split(" | ") if "<br>" in cell]
    assert len(cells) >= 20
    for cell in cells:
        # Code, with no two ordinary blanks side by side, which HTML would make one.
        rows = [row.strip("|` ") for row in cell.split("<br>")]
        assert all(row.startswith("`") and row.endswith("`") for row in cell.strip("| ").split("<br>"))
        assert "  " not in cell
        assert len({row.index(",") for row in rows}) == 1
        assert backcalc.parse(f"y = {' '.join(rows)}").run().value.shape == (2, 2)


@pytest.mark.parametrize(
    ("name", "columns", "words"),
    [
        ("table", None, "[[1, 2], [3, 4]]"),  # A pipe has a line a row of the table, for grep and awk.
        ("table", 80, "[[1, 2],  [[1, 1],"),
        ("table", 20, "    [[1, 2],"),  # Too narrow for columns.
        ("markdown", None, "| `[[1, 2],`<br>`\u00a0[3, 4]]` |"),
        ("notebook", None, "[[1, 2],\n [3, 4]]"),
        ("latex", None, r"\left[\begin{array}{rr}1 & 2 \\ 3 & 4\end{array}\right]"),
    ],
)
def test_formats(name, columns, words):
    assert words in "\n".join(shown(TWO, name, columns))
