"""Forward mode where it has little or much to say: no inputs, vectors by vectors, edges between vectors."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import backcalc
from backcalc.analysis import run as analysis
from backcalc.calculus import along
from backcalc.render.reports.run import run_tables
from backcalc.render.reports.run_csv import render_csv
from backcalc.render.reports.run_json import render_json

NO_INPUTS = "h = [1, 2]\ns = sum(h)\nr = 3*s"


def forward(text, at=None, **options):
    return backcalc.parse(text).run(at or {}, mode="forward", **options).run


def as_csv(found):
    return "\n".join(render_csv(found)).split("\n")


def test_a_graph_without_inputs_has_no_tangents():
    found = forward(NO_INPUTS)
    assert found.gradient == {}
    assert as_csv(found) == ["node,value", "h[0],1", "h[1],2", "s,3", "r,9"]
    nodes = json.loads("\n".join(render_json(found)))["nodes"]
    assert [(node["name"], node["tangent"], node["symbolic"]) for node in nodes] == [(n, {}, None) for n in "hsr"]


@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_a_table_of_no_tangents_is_cut_like_any(limit):
    rows = next(iter(run_tables(forward(NO_INPUTS), limit=limit))).rows
    assert len(rows) == (limit or 3)


def test_csv_has_a_row_an_element_and_a_column_a_direction():
    text = "input x = [1, 2, 3]; input w = 2\ny = x^2*w\nL = sum(y)"
    header, *rows = csv.reader(as_csv(forward(text, of="L")))
    assert header == ["node", "value", "tangent x[0]", "tangent x[1]", "tangent x[2]", "tangent w"]
    cells = {name: [float(cell) for cell in row] for name, *row in rows}
    x, w, h = np.array([1.0, 2.0, 3.0]), 2.0, 1e-6
    for name, at in {"y[0]": 0, "y[1]": 1, "y[2]": 2, "L": slice(None)}.items():

        def value(x, w, at=at):
            return np.sum((x**2 * w)[at])

        moves = [(h * unit, 0.0) for unit in np.eye(3)] + [(0.0, h)]
        slopes = [(value(x + dx, w + dw) - value(x - dx, w - dw)) / (2 * h) for dx, dw in moves]
        assert cells[name] == pytest.approx([value(x, w), *slopes], abs=1e-6)


def test_csv_of_a_matrix_by_a_matrix_has_every_pair_of_elements():
    _, *rows = csv.reader(as_csv(forward("input W = [[1, 2], [3, 4]]\nM = W @ W")))
    w = np.array([[1.0, 2.0], [3.0, 4.0]])
    eye = np.eye(2)
    expected = np.einsum("ik,jl->ijkl", eye, w.T) + np.einsum("ik,jl->ijkl", w, eye)
    found = {name: [float(cell) for cell in row[1:]] for name, *row in rows}
    for i, j in np.ndindex(2, 2):
        assert found[f"M[{i},{j}]"] == list(expected[i, j].ravel())


@pytest.mark.parametrize(
    ("text", "at", "expected"),
    [
        ("u -> v : 3", {"v": [1, 2]}, [[3, 0], [0, 3]]),
        ("u -> v : 3\nv -> w : 2", {"v": [1, 2]}, [[6, 0], [0, 6]]),
        ("u -> v : [[1, 2], [3, 4]]", {"v": [1, 2]}, [[1, 2], [3, 4]]),
        ("u -> v : 3\ns = sum(v)", {"v": [1, 2]}, [3, 3]),
    ],
)
def test_edges_between_vectors(text, at, expected):
    found = forward(text, at, wrt=["u"]).gradient["u"]
    assert np.array_equal(found, expected)


@pytest.mark.parametrize(
    ("text", "along", "lost"),
    [
        ("input W[2,3], x[3]\np = tanh(W @ x)\ny = sum(p)", {"W": np.ones((2, 3))}, "∂node/∂W of p has 3 axes"),
        ("input A[2,2]\nB = A @ A", {"A": np.ones((2, 2))}, "∂node/∂A of B has 4 axes"),
        ("input W[2,3], x[3]\np = tanh(W @ x)\ny = sum(p)", {"x": np.ones(3)}, None),
    ],
)
def test_a_change_without_a_formula_says_why(text, along, lost):
    found = backcalc.parse(text).run(along=along).run
    told = [warning.message for warning in found.warnings]
    assert [message.partition(",")[0] for message in told] == ([lost] if lost else [])
    assert all(message.endswith("`?` stands for the change") for message in told)


@pytest.mark.parametrize(
    "text",
    [
        "input t = 2; y = x*t; z = sum(sin(y)*x)",
        "input t = 2; y = max(x*t, 1); z = norm(y)/t",
        "input t = 0; y = sqrt(t)*x; z = sum(y)",
        "input t = -1; y = x + log(t); z = y[3]",
    ],
)
def test_by_a_number_long_nodes_take_one_sweep(text, monkeypatch):
    swept, jacobians = [], analysis.jacobians
    monkeypatch.setattr(analysis, "jacobians", lambda *args: swept.append(args) or jacobians(*args))
    long, short = (f"input x[{n}] = 1.5; {text}" for n in (along.LONG, along.LONG - 1))
    found = [forward(long, wrt=["t"])]
    assert not swept
    found.append(forward(short, wrt=["t"]))
    assert swept
    for one, other in zip(*(run.tangents["t"][:-1] for run in found), strict=True):
        np.testing.assert_allclose(np.ravel(one)[:5], np.ravel(other)[:5], rtol=1e-13)
    assert np.isfinite(found[0].tangents["t"][-1]) == np.isfinite(found[1].tangents["t"][-1])
    assert found[0].is_finite == found[1].is_finite
