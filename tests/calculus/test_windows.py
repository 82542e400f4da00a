"""Convolution, pooling and rearranging: the sums that define them, in every way that there is to run a graph."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from ways import disagreement

import backcalc
from backcalc.analysis.exact import run_exactly
from backcalc.analysis.taylor import series_of
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.load import load
from backcalc.cli.group import cli
from backcalc.graph.tape import tape_of
from backcalc.language.unparse import unparse
from backcalc.text.source import Source

DRAW = np.random.default_rng(19)
POINT = {
    "X": DRAW.uniform(-2, 2, (4, 5)),
    "x": DRAW.uniform(-2, 2, 7),
    "W": DRAW.uniform(-2, 2, (2, 2)),
    "V": DRAW.uniform(-2, 2, (1, 3)),
    "w": DRAW.uniform(-2, 2, 3),
}
INPUTS = "input X[4,5]; input x[7]; input W[2,2]; input V[1,3]; input w[3]; "


def correlated(x, w, stride=1, pad=0):
    """Σ w[i]·x[stride·a + i], by loops over places and elements."""
    x = np.pad(x, pad)
    places = [range((n - k) // stride + 1) for n, k in zip(x.shape, w.shape, strict=True)]
    found = np.zeros([len(place) for place in places])
    for place in np.ndindex(*found.shape):
        for i in np.ndindex(*w.shape):
            found[place] += w[i] * x[tuple(stride * a + b for a, b in zip(place, i, strict=True))]
    return found


def pooled(x, n, of):
    found = np.zeros([length // n for length in x.shape])
    for place in np.ndindex(*found.shape):
        found[place] = of(x[tuple(slice(n * a, n * a + n) for a in place)])
    return found


X, x, W, V, w = POINT.values()
TRUE = {
    "conv(X, W)": correlated(X, W),
    "conv(X, V)": correlated(X, V),
    "conv(X, W, 2)": correlated(X, W, 2),
    "conv(X, W, stride=2, pad=1)": correlated(X, W, 2, 1),
    "conv(X, V, pad=2)": correlated(X, V, 1, 2),
    "conv(X, W, pad=3)": correlated(X, W, 1, 3),
    "conv(X, V, 3, 1)": correlated(X, V, 3, 1),
    "conv(X, X, pad=1)": correlated(X, X, 1, 1),
    "conv(x, w)": correlated(x, w),
    "conv(x, w, 2)": correlated(x, w, 2),
    "conv(x, w, pad=1, stride=3)": correlated(x, w, 3, 1),
    "conv(x, w, pad=4)": correlated(x, w, 1, 4),
    "maxpool(X, 2)": pooled(X, 2, np.max),
    "maxpool(X, 4)": pooled(X, 4, np.max),
    "maxpool(X, n=1)": X,
    "maxpool(x, 3)": pooled(x, 3, np.max),
    "avgpool(X, 2)": pooled(X, 2, np.mean),
    "avgpool(x, 2)": pooled(x, 2, np.mean),
    "flatten(X)": np.array(list(X.flat)),
    "flatten(x)": x,
    "reshape(X, 2, 10)": np.array([list(X.flat)[:10], list(X.flat)[10:]]),
    "reshape(x, 1, 7)": np.array([x]),
    "reshape(flatten(X), m=4, n=5)": X,
}


def loss(formula: str) -> str:
    """A number of which every element of a value has a slope of its own."""
    return f"{INPUTS}p = {formula}; L = sum(sin(p)*p) + 0*(sum(X) + sum(x) + sum(W) + sum(V) + sum(w))"


@pytest.mark.parametrize("formula", TRUE)
def test_a_value_is_the_sum_that_defines_it(formula):
    run = backcalc.parse(loss(formula)).run(POINT).run
    assert run.values[run.graph.index["p"]] == pytest.approx(TRUE[formula], rel=1e-13)


@pytest.mark.parametrize("formula", TRUE)
def test_the_gradient_is_what_central_differences_give(formula):
    graph = backcalc.parse(loss(formula))
    found = graph.run(POINT).gradient
    for name, value in POINT.items():
        expected = np.zeros_like(value)
        for place in np.ndindex(*value.shape):
            ends = []
            for step in (1e-6, -1e-6):
                moved = value.copy()
                moved[place] += step
                ends.append(float(graph.run({**POINT, name: moved}).value))
            expected[place] = (ends[0] - ends[1]) / 2e-6
        assert found[name] == pytest.approx(expected, rel=1e-6, abs=1e-7), name


@pytest.mark.parametrize("formula", TRUE)
def test_all_ways_agree(formula):
    assert not disagreement(loss(formula), POINT)


@settings(max_examples=40)
@given(st.integers(1, 4), st.integers(1, 3), st.integers(0, 4), st.integers(1, 5), st.integers(1, 5))
def test_all_ways_agree_on_any_convolution(stride, rows, pad, m, n):
    columns = 1 + (rows + m) % 3
    if rows > m + 2 * pad or columns > n + 2 * pad:
        return
    point = {"X": DRAW.uniform(-1, 1, (m, n)), "K": DRAW.uniform(-1, 1, (rows, columns))}
    text = f"input X[{m},{n}]; input K[{rows},{columns}]; L = sum(conv(X, K, {stride}, {pad})^2)"
    assert not disagreement(text, point)


def test_equal_elements_of_a_window_share_evenly():
    run = backcalc.parse("input X = [[1, 3, 0], [3, 2, 9]]; y = maxpool(X, 2); L = 6*y[0, 0]").run()
    assert run.gradient["X"].tolist() == [[0, 3, 0], [3, 0, 0]]
    assert [warning.code for warning in run.run.warnings] == ["kink"]
    zero = backcalc.parse("input X = [[1, 3, 0], [2, 2, 0]]; L = sum(maxpool(X, 2))").run()
    assert not zero.run.warnings  # What is in no window is no rival.


def test_fractions_stay_fractions():
    text = "input X = [[1/3, 2], [3, 4]]; input K = [[1, 1/7]]; L = sum(conv(X, K, pad=1)) + sum(avgpool(X, 2))"
    graph = load(Source("fractions", text))
    found = run_exactly(graph, ())
    assert found.gradient["K"].tolist() == [[Fraction(28, 3), Fraction(28, 3)]]
    assert set(found.gradient["X"].ravel()) == {Fraction(8, 7) + Fraction(1, 4)}


@pytest.mark.parametrize(
    ("formula", "flat"),
    [
        ("conv(v, [1, x])", "[v[0] + x*v[1], v[1] + x*v[2], v[2] + x*v[3]]"),
        ("maxpool(v, 2)", "[max(v[0], v[1]), max(v[2], v[3])]"),
        ("avgpool(reshape(v, 2, 2), 2)[0]", "[(v[0] + v[1] + v[2] + v[3])/4]"),
        ("flatten(conv([v, v], [[x], [x]]))", "[2*x*v[0], 2*x*v[1], 2*x*v[2], 2*x*v[3]]"),
        ("v[[0, -1, 0]][1:]", "[v[3], v[0]]"),
    ],
)
def test_series_are_those_of_what_it_stands_for(formula, flat):
    series = [taylor(f"input x = 1; v = [x, x^2, sin(x), 2*x]; L = sum(({each})^2)") for each in (formula, flat)]
    assert series[0] == pytest.approx(series[1], rel=1e-12)


def taylor(text):
    """The coefficients of the last node."""
    graph = load(Source("series", text))
    return series_of(Evaluation(tape_of(graph), {"x": 1.0}), {"x": 1.0}, 4)[-1].terms


def test_numbers_are_written_as_they_are_called():
    graph = load(Source("written", "input X[4,4]; input K[2,2]; y = sum(reshape(avgpool(conv(X, K, 1, 1), 2), 1, 4))"))
    assert unparse(graph.node("y").expr) == "sum(reshape(avgpool(conv(X, K, pad=1), 2), 1, 4))"


@pytest.mark.parametrize(
    ("formula", "bound"),
    [
        ("sum(conv([x, y, 1, x], [1, -1]))", 1e-9),  # x − x: what a box loses shrinks with it.
        ("maxpool([x, y, 1, 3], 2)[1]", 3),
        ("maxpool([[x, y], [y, x]], 2)[0, 0]", 1),
        ("avgpool([[x, 1], [y, 0]], 2)[0, 0]", 0.75),
        ("conv([[x, y], [1, 1]], [[2]], pad=1)[1, 1] + flatten([[x, y]])[1]", 3),
        ("reshape([x, y, 1, x], 2, 2)[1, 1]", 1),
    ],
)
def test_intervals_hold_all_values(formula, bound):
    text = f"input x in [0, 1]; input y in [0, 1]; claim z <= {bound} + 1e-6; claim z < {bound} - 0.01; z = {formula}"
    options = ["verify", "-", "--prove", "--format", "json"]
    found = CliRunner().invoke(cli, options, input=text, standalone_mode=False)
    assert [claim["verdict"] for claim in json.loads(found.stdout)["claims"]] == ["proved", "refuted"]
