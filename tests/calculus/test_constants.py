"""Constants: a value, no adjoint, no row in the gradient; a whole one bounds loops and stands in names."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import backcalc
from backcalc.calculus.derive import derive
from backcalc.cli.group import cli
from backcalc.language.unparse import unparse, unparse_statement

TEXT = "const n = 3\nconst h = 1/n\nconst X = [[1, 2], [3, 4]]\ny = x^n*h + X[0, 1]*x\n"


def out(*arguments: str) -> str:
    """What a command prints of TEXT."""
    return CliRunner().invoke(cli, [arguments[0], "-", *arguments[1:]], input=TEXT).stdout


def test_a_constant_has_a_value_and_no_adjoint():
    run = backcalc.parse(TEXT).run({"x": 2.0}).run
    values = dict(zip(run.graph.index, run.values, strict=True))
    adjoints = dict(zip(run.graph.index, run.adjoints, strict=True))
    assert (values["n"], values["h"], values["y"]) == (3, 1 / 3, pytest.approx(8 / 3 + 4))
    assert (adjoints["n"], adjoints["h"], adjoints["X"]) == (None, None, None)
    assert run.gradient == {"x": pytest.approx(6)}
    assert {node.name: node.kind for node in run.graph.nodes} == {
        "n": "constant",
        "h": "constant",
        "X": "constant",
        "x": "input",
        "y": "expression",
    }


def test_json_has_no_adjoint_of_a_constant():
    found = json.loads(out("run", "--at", "x=2", "--format", "json"))
    assert {node["name"]: node["adjoint"] for node in found["nodes"] if node["kind"] == "constant"} == {
        "n": None,
        "h": None,
        "X": None,
    }
    assert list(found["gradient"]) == ["x"]


@pytest.mark.parametrize("options", [["run", "--all-pairs"], ["run", "--partials"], ["explain"], ["paths"]])
def test_no_derivative_by_a_constant_is_shown(options):
    printed = out(*options, "--at", "x=2")
    assert not any(f"/∂{name}" in printed for name in ("n ", "h ", "X "))
    assert "∂y/∂x" in printed


def test_the_gradient_as_a_graph_keeps_constants():
    graph = backcalc.parse(TEXT).objects
    text = "\n".join(map(unparse_statement, derive(graph, ["y"], ["x"])))
    assert "const n = 3" in text
    assert backcalc.parse(text).run({"x": 2.0}, of="dy_dx").value == pytest.approx(6)


@pytest.mark.parametrize(
    ("text", "nodes"),
    [
        ("const n = 3; for k in 1..n { y{k} = x }", ["n", "x", "y1", "y2", "y3"]),
        ("const n = 3; const m = 2*n - 4; for k in m..n { y{k} = x }", ["n", "m", "x", "y2", "y3"]),
        ("for k in 1..n { y{k} = x }; const n = 1", ["n", "x", "y1"]),
        ("const n = 3; y{n} = x; z{n-1} = y{n}", ["n", "x", "y3", "z2"]),
        ("const k = 5; for k in 1..1 { y{k} = x*k }", ["k", "x", "y1"]),  # The loop's own k is meant inside it.
    ],
)
def test_a_whole_constant_bounds_loops_and_stands_in_names(text, nodes):
    assert sorted(backcalc.parse(text).objects.index) == sorted(nodes)


def test_an_edge_from_a_constant_hands_nothing_back():
    run = backcalc.parse("const n = 3\nn -> v : 2\nx -> v : n\n").run({"x": 1.0}).run
    assert run.gradient == {"x": 3.0}
    assert run.adjoints[run.graph.index["n"]] is None


def test_a_number_fills_a_declared_shape():
    run = backcalc.parse("input W[2,3] = 0.5, b[2] = 1\nJ = sum(W) + sum(b)").run({})
    assert run.value == 5.0
    assert run.gradient["W"].shape == (2, 3)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("const n = 2; input x = [1, 2, 4]; y = x[n-1] + x[n]", 6),
        ("const n = 2; input x = [1, 2, 4]; y = x[2*n - 4]", 1),
        ("const n = 1; input X = [[1, 2], [3, 4]]; y = X[n, n - 1]", 3),
        ("input x = [1, 2, 4]; for k in 1..2 { y{k} = x[k-1]*x[k] }; y = y1 + y2", 10),
        ("const n = 1; def last(v) = v[n+1]; input x = [1, 2, 4]; y = last(x)", 4),
    ],
)
def test_an_index_is_made_of_constants_and_loop_variables(text, value):
    assert backcalc.parse(text).run({}, of="y").value == value


def test_an_index_in_a_loop_is_shown_as_its_number():
    graph = backcalc.parse("input x = [1, 2]; for k in 1..1 { y{k} = x[k-1] + x[k] }").objects
    assert unparse(graph.node("y1").formula) == "x[0] + x[1]"
