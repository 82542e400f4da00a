"""A run on fractions: Python's fractions and the floats of a plain run are the witness."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from backcalc.analysis.exact import ExactRun, run_exactly
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.exact import exact_values
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.graph.tape import tape_of
from backcalc.rules.functions.exact import array
from backcalc.rules.functions.objects import Lost
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

SAMPLES = Path(__file__).parents[2] / "samples"


def exactly(text: str, *at: str, **options: Any) -> ExactRun:
    return run_exactly(load(Source("a.bg", text)), at, **options)


def command(text: str, *options: str) -> str:
    return CliRunner().invoke(cli, ["run", "-", "--exact", *options], input=text, standalone_mode=False).stdout


def test_a_polynomial_of_fractions():
    found = exactly("y = x^3/7 + 1/3*x*w", "x=1/3,w=2")
    assert found.value == Fraction(43, 189)
    assert found.gradient == {"x": Fraction(5, 7), "w": Fraction(1, 9)}
    assert found.partials(2) == {"x": Fraction(5, 7), "w": Fraction(1, 9)}


def test_a_decimal_is_what_is_written():
    assert exactly("y = x + 0.2", "x=0.1").value == Fraction(3, 10)
    assert exactly("input x = 0.1; y = 3*x").value == Fraction(3, 10)
    assert (
        exactly("y = ½*x + ⅓ + 1.5e−1*x", "x=1e–1").value == exactly("y = 1/2*x + 1/3 + 0.15*x", "x=0.1").value
    )  # In signs of print.
    assert exactly("y = k*x; given k = 1/3; k = z", "x=3,z=1").value == 1


# Slopes of a given value are those of a plain run: by the value where they can be, else of the arguments.
@pytest.mark.parametrize(
    ("text", "at", "slope"),
    [
        ("h = relu(x); given h = 0; y = h + x", "x=2", 1),
        ("h = leaky_relu(x); given h = -1; y = h", "x=2", Fraction(1, 100)),
        ("h = x/w; given h = 1/2; y = h", "x=2,w=3", Fraction(1, 3)),
        ("h = prod([x, w]); given h = 7; y = h^2", "x=2,w=3", 42),
    ],
)
def test_a_given_value_decides_its_own_slope(text, at, slope):
    found = exactly(text, at)
    plain = run(found.graph, {name: float(value) for name, value in found.point.items()})
    assert found.gradient["x"] == slope == pytest.approx(plain.gradient["x"])
    assert found.warnings == plain.warnings


def test_a_slope_that_follows_from_a_given_value_is_no_other():
    with pytest.raises(BackcalcError, match="∂y/∂x has no fraction, for `exp` has none here"):
        exactly("h = log(x); given h = 2; y = h", "x=3")  # 1/3 is that of the formula.


# No slope is asked for by the n of x^n, and the first of an `and` or `or` may settle it.
@pytest.mark.parametrize("option", ["--exact", "--certified"])
@pytest.mark.parametrize(
    ("text", "gradient", "warned"),
    [
        ("const n = 2; x = -3; y = x^n", {"x": -6}, 0),
        ("const n = [2, 3]; x = 2; y = sum(x^n)", {"x": 16}, 0),
        ("n = 2; x = -3; y = x^n", {"x": -6}, 1),
        ("x = 3; w = 0; y = if w == 0 or x/w > 1 then x else w", {"x": 1, "w": 0}, 0),
        ("x = 3; w = 0; y = if w != 0 and x/w > 1 then x else w", {"x": 0, "w": 1}, 0),
        ("x = [3, 4]; w = [0, 2]; y = sum(where(w == 0 or x/w > 1, x, w))", {"x": [1, 1], "w": [0, 0]}, 0),
    ],
)
def test_what_is_not_asked_for_need_be_no_number(text, gradient, warned, option):
    if option == "--certified":
        pytest.importorskip("flint")
    text = f"input {text.replace('; w', ', w')}" if text.startswith("x") else text.replace("; x", "; input x")
    ran = CliRunner().invoke(cli, ["run", "-", option, "--format", "json"], input=text, standalone_mode=False)
    found = json.loads(ran.stdout)
    assert found["gradient"] == gradient
    assert len(found["warnings"]) == warned
    assert all(node["adjoint"] is None for node in found["nodes"] if node["name"] == "n")


def test_products_by_a_dot_are_told():
    assert "goes by elements" in exactly("input w = [1, 2], x = [3, 4]; o = w·x; y = o[0]").warnings[0].message


KINKS = [
    ("x = 0\ny = relu(x)\nL = abs(x) + y", ["relu(0) is at a kink", "abs(0) is at a kink"]),
    ("x = 0.1\ny = relu(x + 0.2 - 0.3)", ["relu(0) is at a kink"]),  # In float64 it is 5.6e-17 beside it.
    ("x = 1.5\ny = relu(x - 1)*max(x, 2)", []),
    ("x = 1e17\ny = max(x, x + 1)", []),  # Apart by less than a float tells.
    ("x = 2\ny = x*step(x - 2)", ["step(0) is at a jump; its slope is taken as 0"]),
    ("v = [1, 2, 2]\ny = max(v)", ["max(…) is at a kink; equal elements share the slope evenly"]),
    ("v = [-1, 0.5, 0]\ny = sum(abs(v))", ["is at a kink at [2]; the subgradient used is 0"]),
    ("x = 0.1\ny = if x > 0 then 3*x else abs(x + 0.2 - 0.3)", []),
    ("x = 0.3\ny = if x - 0.1 > 0.2 then x else abs(x - 0.3)", ["is at a jump", "abs(0) is at a kink"]),
]


@pytest.mark.parametrize("option", ["--exact", "--certified"])
@pytest.mark.parametrize(("text", "told"), KINKS)
def test_a_kink_that_is_met_exactly_is_told(text, told, option):
    if option == "--certified":
        pytest.importorskip("flint")
    ran = CliRunner().invoke(cli, ["run", "-", option], input=text, standalone_mode=False)
    lines = [line for line in ran.stderr.splitlines() if "warning:" in line]
    assert len(lines) == len(told)
    assert all(part in line for part, line in zip(told, lines, strict=True))


# Each adjoint is the sum of its paths' products, by Python's own fractions.
@pytest.mark.parametrize("seed", range(20))
def test_an_edge_list_is_summed_over_its_paths(seed):
    random = Random(seed)
    count = random.randint(3, 8)
    edges = {
        (i, j): Fraction(random.randint(-5, 5), random.randint(1, 4))
        for j in range(1, count)
        for i in range(j)
        if j == i + 1 or random.random() < 0.4
    }
    text = "\n".join(f"n{i} -> n{j} : {partial}" for (i, j), partial in edges.items())
    totals = {count - 1: Fraction(1)}
    for i in range(count - 2, -1, -1):
        totals[i] = sum((partial * totals[j] for (a, j), partial in edges.items() if a == i), Fraction(0))
    found = exactly(text, of=f"n{count - 1}")
    assert [found.adjoints[found.graph.index[f"n{i}"]] for i in range(count)] == [totals[i] for i in range(count)]


def test_the_example_of_the_contract():
    found = run_exactly(load(Source("a.bg", (SAMPLES / "network-a.bg").read_text(encoding="utf-8"))), ())
    assert found.gradient == {"x1": -100, "x2": 110}
    assert found.value is None  # The logarithm of 1/10 is no fraction, and its slope is one.
    assert "`L` has no fraction" in found.warnings[-1].message


@pytest.mark.parametrize("name", ["linear", "uniform"])
def test_samples_agree_with_floats(name):
    graph = load(Source("a.bg", (SAMPLES / f"{name}.bg").read_text(encoding="utf-8")))
    try:
        found = run_exactly(graph, ())
    except BackcalcError:
        pytest.skip("not rational at its own point")
    plain = run(graph, {})
    for exact, value in zip([*found.values, *found.adjoints], [*plain.values, *plain.adjoints], strict=True):
        if exact is not None:
            assert np.allclose(np.asarray(exact, float), np.asarray(value, float), rtol=1e-13)
    for node in range(len(graph.nodes)):
        for arg, partial in found.partials(node).items():
            if partial is not None:
                assert np.allclose(np.asarray(partial, float), np.asarray(plain.partials(node)[arg], float))


FORMULAS = ["sum(v*w)", "prod(v)", "max(v)", "min(v)", "dot(v, w)", "mean(v^2)", "v[1]*w[0]^2", "sum(concat(v, w)^3)"]
FORMULAS += [
    "sum(W @ v)",
    "sum(outer(v, w) @ v)",
    "sum((W.T @ [1, 2])^2)",
    "sum(diag(v) @ w)",
    "sum(relu(v - w))",
    "x^0",
]
FORMULAS += [
    "(if x > 0 then x^2 else sin(x))",
    "mse(v, w)",
    "sum(abs(v))",
    "sum(v/w)",
    "x^-2",
    "norm([3*x, 4*x])",
    "x/(1 + x)",
]
FORMULAS += [
    "max(x, x^2, 3)",
    "step(x)*x",
    "floor(x) + x",
    "softmax([x, x, x])[1]*x",
    "sum([[x, 1], [2, x]] @ [x, x^2])",
]
FORMULAS += ["W[0] @ v + W[1, 2]", "leaky_relu(-x)", "sum(max(v, w))", "(x + 1)^3/7", "cbrt(8)*x", "sqrt(4)*x", "0*x"]
SETTING = "input x = 3/2; input v = [1/3, -2, 5/4]; input w = [2, 1/7, -3]; input W = [[1, 2, 1/3], [-1, 0.5, 4]]; y = "


@pytest.mark.parametrize("formula", FORMULAS)
def test_every_operation_agrees_with_floats(formula):
    graph = load(Source("a.bg", f"{SETTING}{formula}"))
    found, plain = run_exactly(graph, (), "y"), run(graph, {}, "y")
    for exact, value in zip([*found.values, *found.adjoints], [*plain.values, *plain.adjoints], strict=True):
        assert exact is not None
        assert np.allclose(np.asarray(exact, float), np.asarray(value, float), rtol=1e-13, atol=1e-15)
    node = graph.index["y"]
    for arg, partial in found.partials(node).items():
        assert np.allclose(np.asarray(partial, float), np.asarray(plain.partials(node)[arg], float))


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("y = sin(x); L = y^2", "x=1", "`y` has no fraction, for `sin`"),
        ("y = pi*x", "x=1", "π"),
        ("y = x/(x - 1)", "x=1", "a division by 0"),
        ("y = sqrt(x)", "x=2", "`sqrt`"),
        ("y = x^2", "w=1", "no input `w`"),
        ("input v = [2, 3]; u = sin(v); y = u[0]*x", "x=1", "`u` has no fraction"),
        ("input v = [2, 3]; y = norm(v)*v @ v", "", "`y` has no fraction"),
        ("input v = [2, 3]; y = sum(exp(v)/x*v)", "x=2", "`y` has no fraction"),
        ("a = log(x); b = max(a, 1e-320, 1e-200); y = grad(b, a)", "x=2", "`a` has no fraction"),
        ("y = x^2", "", "`x` has no value"),
        ("adjoint h = 2; h = x^2", "x=1", "needs an output"),
    ],
)
def test_what_is_not_rational_names_the_node(text, at, words):
    with pytest.raises(BackcalcError) as found:
        exactly(text, *filter(None, [at]))
    assert words in str(found.value)


def test_every_format_has_fractions():
    text = "input v = [1/3, 2]; y = sum(v^2)/3"
    assert "37/27" in command(text)
    assert r"\frac{37}{27}" in command(text, "--format", "latex")
    assert "37/27" in command(text, "--format", "markdown")
    assert "y,37/27,1" in command(text, "--format", "csv").splitlines()
    found = json.loads(command(text, "--format", "json"))
    assert found["gradient"]["v"] == ["2/9", "4/3"]
    assert found["nodes"][-1]["value"] == "37/27"
    assert "y^2" not in command(text, "--partials")


def test_large_fractions_lose_no_digit():
    found = exactly("y = (x + 1/3)^40", "x=1/7")
    assert found.value == Fraction(10, 21) ** 40
    assert str(Fraction(10, 21) ** 40) in command("y = (x + 1/3)^40", "--at", "x=1/7")


@pytest.mark.parametrize("how", ["table", "json", "csv", "markdown", "latex"])
def test_fractions_beyond_all_floats_are_written(how):
    out = command("y = x^3 + v\nv = x/7", "--at", "x=1e308", "--format", how, "--limit", "1")
    assert "0" * 300 in out


@pytest.mark.parametrize(
    ("text", "is_written"),
    [
        ("x0 = 3; for k in 1..9 { x{k} = x{k-1}*x{k-1} }", True),
        ("x0 = 3; for k in 1..40 { x{k} = x{k-1}*x{k-1} }", False),  # More digits than there is memory.
        ("y = 7^4600", True),
        ("y = 7^5100", False),
        ("y = 1/3^9000 + x", False),
        ("y = prod([3^4000, 3^4000, 3^4000])*x", False),
        ("u = 3^5000*x; v = 7^3000*u; y = v/7^3000/3^5000", False),
        ("a -> b : 3^5000; b -> c : 3^5000", False),
    ],
)
@pytest.mark.parametrize("how", ["table", "json", "csv", "latex"])
def test_fractions_are_written_or_refused_however_long(text, is_written, how):
    graph = load(Source("a.bg", text))
    at = ["--at", "x=1"] if "x" in graph.inputs else []
    result = CliRunner().invoke(cli, ["run", "-", "--exact", "--format", how, *at], input=text)
    assert isinstance(result.exception, BackcalcError | None)
    said = f"{result.output}{result.exception}"  # A value alone that is lost is warned of, not refused.
    assert ("of too many digits has none" not in said) is is_written


@pytest.mark.parametrize("option", [["--mode", "forward"], ["--all-pairs"], ["--data", "a.csv"]])
def test_other_questions_are_refused(option):
    result = CliRunner().invoke(cli, ["run", "-", "--exact", *option], input="y = x^2")
    assert result.exit_code == 2
    assert "--exact" in result.output


@pytest.mark.parametrize(
    "text",
    [
        "input p = [1, 2]; y = p*2",
        "input p = [1, 2]; W = [[1, 2], [3, 4]]; y = W @ p",
        "input p = [1, 2]; input x = 3; y = outer(p, p)*x + x",
        "input p = [1, 2]; q = [3, 4]; y = q",
        "input p = [1, 2]; input x = 3; h = p*x; y = [h[1], x^2, 4]",
    ],
)
def test_an_output_that_is_an_array_has_its_jacobian(text):
    graph = load(Source("a.bg", text))
    plain, exactly = run(graph, {}, "y"), run_exactly(graph, [], "y")
    for expected, found in zip(plain.adjoints, exactly.adjoints, strict=True):
        assert np.array_equal(np.asarray(found, float), expected)
    totals = [sum(np.asarray(term, float) for _, _, term in terms) for terms in exactly.contributions()]
    for (node, expected), total in zip(enumerate(plain.adjoints), totals, strict=True):
        if exactly.contributions()[node]:
            assert np.array_equal(total, expected)


@pytest.mark.parametrize("option", ["--exact", "--certified"])
@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("input W[100,200] = 0.1; input x[200] = 0; y = W @ x", "20,300 of them, and as many in each of the 100 "),
        ("input x[400,300] = 0.1; y = sum(x)", "120,001 of them; at most 100,000"),
    ],
)
def test_more_numbers_than_one_by_one_is_quick_at_are_refused(text, count, option):
    result = CliRunner().invoke(cli, ["run", "-", option, "--wrt", "x"], input=text)
    assert count in str(result.exception)


def test_a_row_that_is_not_known_has_no_place_beside_others():
    graph = load(Source("a.bg", "input x[2]; x -> v : [[1, 2], [3, 4]]; A = [x, v]; d = diag(A)"))
    tape = tape_of(graph)
    found = exact_values(Evaluation(tape, {"x": np.array([1.0, 2.0])}), {"x": array([1, 2])})
    assert all(isinstance(found[tape.slot[graph.index[name]]], Lost) for name in ("v", "A", "d"))
