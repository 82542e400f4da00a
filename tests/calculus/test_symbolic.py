"""Exercises 1 and 8, as one reads them: what is unknown stays a formula, in the table and in JSON."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from graphs import allowance, programs
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.calculus.derive import derive
from backcalc.calculus.load import load
from backcalc.calculus.run import run as run_objects
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.values import is_known, literal
from backcalc.text.source import Source

law = settings(max_examples=60)

SAMPLES = Path(__file__).parents[2] / "samples"
BACKCALC = [sys.executable, "-c", "from backcalc.cli import main; main()"]


def run(name, *args):
    return subprocess.run(
        [*BACKCALC, "run", name, *args], cwd=SAMPLES, capture_output=True, text=True, check=False, encoding="utf-8"
    )


def nodes(name, *args):
    found = json.loads(run(name, *args, "--format", "json").stdout)
    return found, {node["name"]: node for node in found["nodes"]}


NEURON = {
    "w": "(y - z)*y*(1 - y)*x",
    "x": "(y - z)*y*(1 - y)*w",
    "b": "(y - z)*y*(1 - y)",
    "v": "(y - z)*y*(1 - y)",
    "y": "y - z",
    "z": "z - y",
}


def test_the_neurons_gradient_in_its_own_names():
    found, by_name = nodes("neuron.bg")
    assert {name: by_name[name]["symbolic"] for name in NEURON} == NEURON
    assert all(by_name[name]["value"] is None and by_name[name]["adjoint"] is None for name in NEURON)
    assert found["gradient"] == dict.fromkeys(("w", "x", "b", "z"))
    assert by_name["J"]["adjoint"] == 1


@pytest.mark.parametrize("name", list(NEURON))
def test_the_table_has_the_formula(name):
    assert any(
        line.split(maxsplit=1)[0] == name and line.endswith(NEURON[name])
        for line in run("neuron.bg").stdout.splitlines()
    )


def test_some_inputs_become_numbers():
    _, by_name = nodes("neuron.bg", "--at", "w=0.5,x=2,b=-1")
    assert (by_name["y"]["value"], by_name["v"]["value"]) == (0.5, 0)
    assert by_name["w"]["symbolic"] == "0.5*(0.5 - z)"


def test_with_all_given_nothing_is_a_formula():
    found, by_name = nodes("neuron.bg", "--at", "w=0.5,x=2,b=-1,z=1")
    assert found["gradient"] == {"w": -0.25, "x": -0.0625, "b": -0.125, "z": 0.5}
    assert all(node["symbolic"] is None for node in by_name.values())


# ---- Forward mode ----------------------------------------------------------------------------------------------------

TANGENTS = {"w": 1, "x": 0, "b": 0, "v": "x", "y": "y*(1 - y)*x", "z": 0, "J": "(y - z)*y*(1 - y)*x"}


def test_the_neurons_tangents_are_formulas_too():
    found, by_name = nodes("neuron.bg", "--mode", "forward", "--wrt", "w")
    assert {name: by_name[name]["symbolic"] or by_name[name]["tangent"] for name in TANGENTS} == TANGENTS
    assert found["gradient"] == {"w": None}


def test_several_tangents_have_a_formula_each():
    _, by_name = nodes("neuron.bg", "--mode", "forward", "--wrt", "w,b")
    assert by_name["v"]["tangent"] == {"w": None, "b": 1}
    assert by_name["v"]["symbolic"] == {"w": "x", "b": None}
    assert by_name["z"]["symbolic"] is None


@pytest.mark.parametrize(
    ("format_", "wanted"),
    [
        ("table", "y*(1 - y)*x"),
        ("markdown", r"y\*(1 - y)\*x |"),
        ("latex", r"$y \cdot \left(1 - y\right) \cdot x$"),
        ("csv", "y,,\n"),
    ],
)
def test_every_format_has_the_tangents_formula(format_, wanted):
    assert wanted in run("neuron.bg", "--mode", "forward", "--wrt", "w", "--format", format_).stdout


def test_how_tangents_add_up_while_unknown():
    lines = run("neuron.bg", "--mode", "forward", "--wrt", "w", "--partials").stdout.splitlines()
    assert "∂v/∂w    w                       ?  1            x" in lines


@law
@given(programs(kinds=("formula",)), st.data())
def test_tangents_with_the_numbers_put_in_are_the_numbers(drawn, data):
    names = sorted(drawn.point)
    known = {name: drawn.point[name] for name in data.draw(st.sets(st.sampled_from(names)))}
    graph, wrt = backcalc.parse(drawn.text), data.draw(st.sampled_from(names))
    partly = graph.run(known, of=drawn.names[-1], mode="forward", wrt=[wrt]).run
    full = drawn.run(mode="forward", wrt=[wrt])
    lines = [f"formula{i} = {unparse(literal(tangent))}" for i, tangent in enumerate(partly.tangents[wrt])]
    again = backcalc.parse("\n".join([drawn.text, *lines])).run(drawn.point, of=drawn.names[-1]).run
    for i, (name, tangent) in enumerate(zip(drawn.names, full.tangents[wrt], strict=True)):
        found = again.values[again.graph.index[f"formula{i}"]]
        assert found == pytest.approx(tangent, rel=1e-7, abs=1e-9 + allowance(full, name, wrt)), lines[i]


@pytest.mark.parametrize(
    ("text", "wrt", "tangent"),
    [
        ("z = w*v\nx -> y : z", "x", "z"),  # The partial on an edge is not known.
        ("x -> y : 3\ny = 2\nL = y*q", "x", "3*q"),
        ("input x[2]\nL = sum(x^2)", "x", "2*x"),
        ("input x[2]\nL = w*[1, 2]\nq = sum(x*L)", "w", "sum(x*[1, 2])"),
        ("y = [a, b*a]", "a", "[1, b]"),
    ],
)
def test_tangents_of_vectors_and_edges(text, wrt, tangent):
    graph = backcalc.parse(text)
    found = graph.run(of=graph.sinks[-1], mode="forward", wrt=[wrt]).run.gradient[wrt]
    assert unparse(literal(found)) == tangent


def test_what_no_formula_is_shows_as_unknown():
    graph = backcalc.parse("input W[2,2]\nY = W @ W\nL = sum(Y)")
    found = graph.run(mode="forward").run
    assert found.tangents["W"][1] is None
    assert not is_known(found.tangents["W"][2])
    assert "?" in str(graph.run(mode="forward"))


V, W_ADJOINT = [2, 3, 5, 1], {"W1": [-2, 0, 4], "W2": [0.16, 0.75, -0.42]}


def test_vector_nodes():
    found, by_name = nodes("vectors.bg")
    exact = repr(0.2 * (1 - 0.2))  # JSON rounds nothing.
    assert by_name["v"]["symbolic"] == f"W1.T @ [-2, 0, 4] + W2.T @ [{exact}, 0.75, -0.42]"
    assert found["output"] == "L"
    assert found["gradient"]["v"] is None
    for name, above in W_ADJOINT.items():
        assert by_name[name]["shape"] == [3, 4]
        assert by_name[name]["value"] is None
        assert np.allclose(by_name[name]["adjoint"], np.outer(above, V), rtol=1e-14)
    assert by_name["v"]["shape"] == [4]
    assert any("h1[1]" in warning and "range" in warning for warning in found["warnings"])


def test_the_table_of_vector_nodes():
    done = run("vectors.bg")
    assert done.returncode == 0
    wanted = "W1.T @ [-2, 0, 4] + W2.T @ [0.16, 0.75, -0.42]"
    assert sum(line.endswith(wanted) for line in done.stdout.splitlines()) == 2  # The node's, and the gradient's.
    assert "3×4" in done.stdout
    assert "warning: `h1[1]` is given as -1" in done.stderr


def test_vector_nodes_with_weights_give_numbers():
    w1, w2 = np.arange(12.0).reshape(3, 4), np.ones((3, 4)) / 2
    at = f"W1={w1.tolist()},W2={w2.tolist()}"
    found, by_name = nodes("vectors.bg", "--at", at)
    expected = w1.T @ W_ADJOINT["W1"] + w2.T @ W_ADJOINT["W2"]
    assert np.allclose(found["gradient"]["v"], expected, rtol=1e-13)
    assert by_name["v"]["symbolic"] is None


@pytest.mark.parametrize("known", [{}, {"u": 1}], ids=["what feeds it unknown", "and known otherwise"])
@pytest.mark.parametrize(
    ("formula", "given", "slope"),
    [
        *[("sigmoid(u)", 0.2, 0.16), ("tanh(u)", 0.5, 0.75), ("exp(u)", 3, 3), ("log(u)", 0, 1), ("asin(u)", 0, 1)],
        *[("relu(u)", 0, 0), ("leaky_relu(u)", -2, 0.01), ("elu(u)", -0.5, 0.5), ("softplus(u)", 0, 0)],
    ],
)
def test_a_given_value_decides_its_own_slope(formula, given, slope, known):
    text = f"h = {formula}\ngiven h = {given}\nL = 10*h"
    assert backcalc.parse(text).run(known).gradient["u"] == pytest.approx(10 * slope, rel=1e-12)
    # So it does in what is derived: it is part of the file, and its slope is no longer that of the formula.
    graph = load(Source("graph", f"{text}\ng = grad(L, u)\noutput L"))
    derivative = "\n".join(map(unparse_statement, derive(graph, ["L"], ["u"]).statements))
    for found in (run_objects(graph, known), backcalc.parse(derivative).run(known, of="L").run):
        nodes = [name for name in found.graph.index if name in ("g", "dL_du")]
        slopes = [found.values[found.graph.index[name]] for name in nodes]
        assert slopes == pytest.approx([10 * slope] * len(nodes), rel=1e-12)
