"""Parts of arrays: elements from the end, slices and lists of indices are NumPy's, in every way that there is."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ways import disagreement

import backcalc
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_values
from backcalc.calculus.load import load
from backcalc.graph.tape import tape_of
from backcalc.language.unparse import unparse
from backcalc.text.source import Source

VECTOR = np.array([1.0, -2.0, 3.0, 0.5])
MATRIX = np.array([[1.0, 2.0, -1.0], [0.5, -3.0, 4.0]])
POINT = {"x": VECTOR, "A": MATRIX}

# Each is NumPy's own syntax too.
PARTS = [
    "x[-1]",
    "x[-4]",
    "x[1:3]",
    "x[1:]",
    "x[:-1]",
    "x[-2:]",
    "x[:]",
    "x[2:100]",
    "x[[2, 0, 2]]",
    "x[[-1, 3]]",
    "A[-1]",
    "A[-1, -2]",
    "A[:, 0]",
    "A[:, -1]",
    "A[1:, :2]",
    "A[:, 1:]",
    "A[0, 1:]",
    "A[-1, :2]",
    "A[1:]",
    "A[:]",
    "A[[1, 0, 1]]",
    "A[[1, 0, 1], :2]",
    "A[:, [0, 2, 0]]",
    "A[1:, [-1, 0]]",
    "A[0, [2, 1, 2]]",
    "A[[1, 1], 0]",
    "A.T[1:][:, 0]",
]


def loss(part: str) -> str:
    """A number of which every element of a part has a slope of its own."""
    return f"input x[4]; input A[2,3]; p = {part}; L = sum(sin(p)*p) + 0*(sum(x) + sum(A))"


def truth(part: str) -> tuple[np.ndarray, dict[str, np.ndarray]]:
    """The part as NumPy takes it, and the gradient by adding up what came from each element."""
    places = {name: np.arange(value.size).reshape(value.shape) for name, value in POINT.items()}
    found, at = eval(part, {}, POINT), eval(part, {}, places)
    gradient = {name: np.zeros(value.size) for name, value in POINT.items()}
    for place, value in zip(np.ravel(at), np.ravel(found), strict=True):
        gradient[part[0]][place] += np.sin(value) + value * np.cos(value)
    return found, {name: value.reshape(POINT[name].shape) for name, value in gradient.items()}


@pytest.mark.parametrize("part", PARTS)
def test_a_part_is_numpys_and_so_is_its_gradient(part):
    run = backcalc.parse(loss(part)).run(POINT).run
    found, gradient = truth(part)
    assert np.array_equal(run.values[run.graph.index["p"]], found)
    for name, expected in gradient.items():
        assert run.gradient[name] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("part", PARTS)
def test_all_ways_agree_on_a_part(part):
    assert not disagreement(loss(part), POINT)


@pytest.mark.parametrize("part", PARTS)
def test_fractions_have_the_same_parts(part):
    graph = load(Source("part", loss(part)))
    evaluation = Evaluation(tape_of(graph), POINT)
    exact = exact_values(evaluation, {name: np.vectorize(Fraction)(value) for name, value in POINT.items()})
    found = exact[evaluation.tape.slot[graph.index["p"]]]
    assert np.array_equal(np.vectorize(float)(found), truth(part)[0])


@settings(max_examples=60)
@given(st.integers(1, 5), st.lists(st.integers(-5, 4), min_size=1, max_size=6))
def test_repeated_rows_of_an_embedding_add_up(rows, picked):
    picked = [index % rows - rows * (index < 0) for index in picked]
    table = np.arange(2.0 * rows).reshape(rows, 2) / 7
    run = backcalc.parse(f"input E[{rows},2]; L = sum(E[{picked}]^3)").run({"E": table}).run
    expected = np.zeros_like(table)
    np.add.at(expected, picked, 3 * table[picked] ** 2)
    assert run.gradient["E"] == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("x[4]", "`x` is a vector of 4, which has no element [4]"),
        ("x[-5]", "`x` is a vector of 4, which has no element [-5]"),
        ("x[2:2]", "the slice 2:2 of `x` is empty: it has 4 elements"),
        ("x[4:]", "the slice 4: of `x` is empty: it has 4 elements"),
        ("A[:, 3]", "`A` is a 2×3 matrix, which has no column 3"),
        ("A[[0, 2]]", "`A` is a 2×3 matrix, which has no row 2"),
        ("A[-3:-2]", "the slice -3:-2 of `A` is empty: it has 2 rows"),
        ("x[0, 1:]", "`x` is a vector of 4, which has no part [0, 1:]"),
        ("x[[0, 1.5]]", "an index is a whole number"),
        ("x[0:z]", "an index is a whole number"),
        ("A[[0, 1], [1, 2]]", "two lists of indices could mean two things"),
    ],
)
def test_what_is_not_there_is_said(formula, message):
    with pytest.raises(backcalc.BackcalcError) as refused:
        backcalc.parse(loss(formula)).run(POINT)
    assert [error.message for error in refused.value.diagnostics] == [message]


def test_loop_variables_and_constants_make_slices():
    text = "const n = 2; input x = [1, 2, 3, 4, 5]; L = y0 + y1; "
    text += "for k in 0..1 { y{k} = sum(x[k:k+n]) + x[[k, n]] @ [1, 10] }"
    run = backcalc.parse(text).run().run
    assert [run.values[run.graph.index[name]] for name in ("y0", "y1")] == [3 + 31, 5 + 32]


def test_a_long_slice_writes_its_derivative_short():
    (adjoint,) = backcalc.parse("input x[6]; L = sum(x[2:5]^2)").run().run.adjoints[:1]
    assert unparse(adjoint) == "concat([0, 0], 2*x[2:5], [0])"
