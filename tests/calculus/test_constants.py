"""Constants: a value, no adjoint, no row in the gradient; a whole one bounds loops and stands in names."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

import backcalc
from backcalc.calculus.derive import derive
from backcalc.cli.group import cli
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.values import literal

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
    text = "\n".join(map(unparse_statement, derive(graph, ["y"], ["x"]).statements))
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


def gradient(text: str, by: str = "x") -> str:
    """The derivative by `by` of a graph whose inputs have no values, as `run` writes it."""
    return unparse(literal(backcalc.parse(text).run({}).gradient[by]))


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("const k = 2; y = k*x^2", "2*k*x"),
        ("const k = 1; y = k*x^2", "2*k*x"),
        ("const g = 9.81; y = 5*x - g*x^2/2", "5 - g*x"),
        ("const n = 3; y = x^n", "n*x^(n - 1)"),
        ("const b = 2; y = b^x", "y*log(b)"),
        ("const e = 2; y = e*x^2", "2*e*x"),  # No Euler's number, whose double would be a number.
        ("const k = 2; const m = k; y = m*x^2", "2*m*x"),
        ("const k = 2; w = 3*k; v = w + 1; y = v*x^2", "2*v*x"),
        ("const t = 1; y = sigmoid(x); L = -(t*log(y) + (1 - t)*log(1 - y))", "y - t"),
        ("const t = 0; y = sigmoid(x); L = -(t*log(y) + (1 - t)*log(1 - y))", "y - t"),
        ("const k = 2; input x[3]; y = k*sum(x^2)", "2*k*x"),
        ("const k = 2; const t = [1, 0]; input x[2]; y = k*sum((x - t)^2)", "2*k*(x - t)"),
        ("const t = [0, 1]; input x[2]; y = -sum(t*log(x) + (1 - t)*log(1 - x))", "(x - t)/(x*(1 - x))"),
        ("const t = [0, 1]; input x[2]; y = sum((1 - t)*x^3)", "3*(1 - t)*x^2"),
        ("const k = 3; input x[2], A[2,2]; y = sum(k*(A @ x))", "k*(A.T @ [1, 1])"),
        ("const k = 3; input x[2], A[2,2]; y = sum(k*(A @ x^2))", "2*k*(A.T @ [1, 1])*x"),
        # What is known not to be 0 may stand below the bar; what may be 0 must not come there.
        ("const k = 2; const L = 3; y = L/(1 + exp(-k*x))", "k*y*(1 - y/L)"),
        ("const k = 2; input L; y = L/(1 + exp(-k*x))", "k*y*exp(-k*x)/(1 + exp(-k*x))"),
        ("const k = 2; y = k*x^2/k", "2*x"),
        # A given input's number is one, beside a constant too.
        ("const k = 2; input a = 3; y = a*x^2 + k*x^2", "6*x + 2*k*x"),
    ],
)
def test_a_constant_stays_in_formulas_by_its_name(text, formula):
    assert gradient(text) == formula


@pytest.mark.parametrize(
    ("text", "formula"),
    [
        ("const k = 0; y = k*x^2 + x^3", "3*x^2"),
        ("const k = 0; y = x^3 - k*x^2", "3*x^2"),
        ("const k = 1; y = (k - 1)*x^2 + x^3", "3*x^2"),
        ("const k = 0; y = sin(k*x) + x^3", "3*x^2"),
        ("const k = 0; input x[2]; y = k*sum(x^2)", "[0, 0]"),
        ("const k = 0; input x[2], A[2,2]; y = sum(k*(A @ x^2)) + sum(x^3)", "3*x^2"),
        ("const k = 0; y = x^2*exp(k)/2 + k*x^3", "exp(k)*x"),
    ],
)
def test_what_a_constant_of_0_is_a_factor_of_vanishes(text, formula):
    assert gradient(text) == formula


@pytest.mark.parametrize(
    ("options", "formula"),
    [
        ({"mode": "forward", "wrt": ["x"]}, "3*x^2"),
        ({"along": {"x": 2.0}}, "6*x^2"),
    ],
)
def test_tangents_lose_what_a_constant_of_0_is_a_factor_of(options, formula):
    run = backcalc.parse("const k = 0; y = k*x^2 + x^3").run({}, **options).run
    assert unparse(literal(run.tangents[next(iter(run.tangents))][-1])) == formula


def test_a_derivative_that_is_a_number_is_one():
    assert backcalc.parse("const k = 2.5; y = k*x").run({}).gradient["x"] == 2.5
    assert json.loads(out("run", "--format", "json"))["nodes"][-1]["symbolic"] is None
    printed = CliRunner().invoke(cli, ["run", "-"], input="const k = 2.5\ny = k*x\n").stdout
    assert "2.5" in printed.splitlines()[-1]


@pytest.mark.parametrize("k", ["0.5", "2", "1", "0"])
def test_a_formula_with_constants_has_the_value_of_the_derivative(k):
    text = f"const k = {k}\nw = 2*k + 1\nu = k*x^2 + w*x\ny = log(1 + u^2)*x^w/(2 + k*x)"
    formula = gradient(text)
    asked = backcalc.parse(f"{text}\nz = {formula}")
    for x in (0.3, 1.7):
        assert asked.run({"x": x}, of="z").value == pytest.approx(backcalc.parse(text).run({"x": x}).gradient["x"])


def test_check_and_derive_speak_of_constants_by_name():
    text = "const k = 2.5\ny = k*x^2\n"
    invoke = CliRunner().invoke
    for answer in ("2*k*x", "5*x"):
        assert "1 of 1 right" in invoke(cli, ["check", "-", f"dy/dx = {answer}"], input=text).stdout
    assert "2*k*x" in invoke(cli, ["check", "-", "dy/dx = 3*x"], input=text).stdout
    assert "dy_dx = 2*k*x" in invoke(cli, ["derive", "-"], input="const k = 0\ny = k*x^2\n").stdout


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("const k = 2.5\ny = k*x^2\n", "∂y/∂x = 2·k·x = 2·2.5·x = 5·x"),
        ("const n = 3\ny = x^n\n", "∂y/∂x = n·x^(n − 1) = 3·x^(3 − 1) = 3·x^2"),
    ],
)
def test_explain_puts_the_numbers_of_constants_in_and_goes_on(text, line):
    assert line in CliRunner().invoke(cli, ["explain", "-"], input=text).stdout
