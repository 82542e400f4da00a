"""Slopes that are not finite, behind branches that are taken or not: every way of running says the same."""

from __future__ import annotations

import math

import numpy as np
import pytest

import backcalc

NAN, INF = math.nan, math.inf
X = [0.0, 4.0]
# A formula of a vector's element x, what it does for a sum over the vector [0, 4], and the slope at both elements.
ROWS = [
    ("sqrt(x)^2", [NAN, 1]),  # A cotangent of 0 that is there.
    ("sqrt(x)*sqrt(x)", [NAN, 1]),
    ("where(x > 0, sqrt(x), x)", [1, 0.25]),
    ("where(x > 0, log(x), 2*x)", [2, 0.25]),
    ("max(sqrt(x), 1)", [0, 0.25]),
    ("min(sqrt(x) - 1, 5*x)", [INF, 0.25]),
    ("relu(sqrt(x) - 1)", [0, 0.25]),
    ("3*relu(log(x) - 1)", [0, 0.75]),
    ("relu(-1/x)", [0, 0]),
    ("if x > 1 then sqrt(x) else max(-sqrt(x), -1)", [-INF, 0.25]),
    ("log(x - 2) + sin(x)", [NAN, 0.5 + math.cos(4)]),
]


@pytest.mark.parametrize(("formula", "slopes"), ROWS, ids=[formula for formula, _ in ROWS])
def test_slopes_behind_branches(formula, slopes):
    numbers = backcalc.parse(f"y = {formula}")
    found = [numbers.run({"x": x}).gradient["x"] for x in X]
    assert found == pytest.approx(slopes, nan_ok=True)
    forward = [numbers.run({"x": x}, mode="forward").gradient["x"] for x in X]
    assert forward == pytest.approx(slopes, nan_ok=True)
    vector = backcalc.parse(f"input x[2]\nn = {formula}\nL = sum(n)")
    assert list(vector.run({"x": X}).gradient["x"]) == pytest.approx(slopes, nan_ok=True)
    assert list(vector.run({"x": X}, mode="forward").gradient["x"]) == pytest.approx(slopes, nan_ok=True)


@pytest.mark.parametrize(("formula", "slopes"), ROWS, ids=[formula for formula, _ in ROWS])
def test_points_have_the_slopes_of_runs(formula, slopes):
    numbers = backcalc.parse(f"y = {formula}").run_points({"x": X})
    assert list(numbers.gradient["x"]) == pytest.approx(slopes, nan_ok=True)
    vectors = backcalc.parse(f"input x[2]\ny = sum({formula})").run_points({"x": np.array([X, X])})
    # Of two points, each a vector of both elements.
    assert vectors.gradient["x"].tolist() == [pytest.approx(slopes, nan_ok=True)] * 2


# Formulas of the vector [0, 4], which choose among its elements' roots.
CHOICES = [
    ("max(sqrt(x))", [0, 0.25]),
    ("min(sqrt(x))", [INF, 0]),
    ("max(sqrt(x[0]), sqrt(x[1]), 1)", [0, 0.25]),
    ("max(sqrt(x[0]), sqrt(x[1]), 9)", [0, 0]),
    ("sum(maxpool(sqrt(x), 2))", [0, 0.25]),
    ("sum(max(reshape(sqrt(x), 1, 2), axis=1))", [0, 0.25]),
    ("max(sqrt(x))^2", [0, 1]),
    # What is left out altogether is no 0 times an infinite slope.
    ("trace([[sqrt(x[1]), sqrt(x[0])], [1, 2]])", [0, 0.25]),
    ("2*sum(diag([[sqrt(x[1]), sqrt(x[0])], [1, 2]]))", [0, 0.5]),
    ("sum(avgpool(sqrt(x[[1, 1, 0]]), 2))", [0, 0.25]),
    ("sum(conv(sqrt(x[[1, 0, 0]]), [3], stride=3)^2)", [0, 9]),
    ("max([max(sqrt(x)), 1])", [0, 0.25]),
    ("max(avgpool([1*x[0], sqrt(x[0]), x[1], x[1]], 2))", [0, 1]),
    ("max(conv([sqrt(x[0]), x[1], 1], [1, 1]))", [0, 1]),
]


@pytest.mark.parametrize(("formula", "slopes"), CHOICES, ids=[formula for formula, _ in CHOICES])
def test_what_a_reduction_does_not_choose_gets_nothing(formula, slopes):
    graph = backcalc.parse(f"input x[2]\ny = {formula}")
    assert list(graph.run({"x": X}).gradient["x"]) == slopes
    assert list(graph.run({"x": X}, mode="forward").gradient["x"]) == slopes
    assert graph.run_points({"x": np.array([X, X])}).gradient["x"].tolist() == [slopes] * 2
    runs = [graph.run({"x": X}, along={"x": unit}) for unit in ([1, 0], [0, 1])]
    assert [run.nodes["y"].tangents["along"] for run in runs] == slopes


def test_an_element_that_is_not_read_gets_nothing():
    graph = backcalc.parse("input x[2]\nn = sqrt(x)\ny = n[1]^2")
    assert list(graph.run({"x": X}).gradient["x"]) == [0, 1]
    assert graph.run_points({"x": np.array([X])}).gradient["x"].tolist() == [[0, 1]]


@pytest.mark.parametrize("size", [1e-200, 1e-162, 1.0, 1e155, 1e200])
def test_a_norm_is_scaled(size):
    found = backcalc.parse("input x[2]\ny = norm(x)").run({"x": [3 * size, 4 * size]})
    assert found.value == pytest.approx(5 * size, rel=1e-15, abs=0)
    assert list(found.gradient["x"]) == pytest.approx([0.6, 0.8], rel=1e-15)
