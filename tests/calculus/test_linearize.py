"""Local partials; and what is warned of: where a function ends, where its slope jumps or is not finite."""

from __future__ import annotations

import math

import pytest
from graphs import remarks

import backcalc

inf, nan = math.inf, math.nan


def run(text, at, of=None):
    return backcalc.parse(text).run(at, of=of).run


def partials(found):
    """(head, tail, ∂head/∂tail) for each edge of a run."""
    names = list(found.graph.index)
    return [(names[i], names[tail], partial) for i, edges in enumerate(found.linear.edges) for tail, partial in edges]


@pytest.mark.parametrize(
    ("text", "at", "edges"),
    [
        ("y = 3*x", {"x": 2}, [("y", "x", 3)]),
        ("y = x", {"x": 2}, [("y", "x", 1)]),
        ("y = x*x + x", {"x": 5}, [("y", "x", 11)]),  # One edge an argument, however often it stands.
        ("y = a*b; z = a*y", {"a": 2, "b": 3}, [("y", "a", 3), ("y", "b", 2), ("z", "a", 6), ("z", "y", 2)]),
        ("y = x - x", {"x": 5}, [("y", "x", 0)]),
        ("c = 4; y = c*x", {"x": 5}, [("y", "c", 5), ("y", "x", 4)]),
        ("c = 2*3; y = sin(c - 6)", {}, [("y", "c", 1)]),
        ("y = 2^x/4", {"x": 2}, [("y", "x", math.log(2))]),
        # Annotated edges: as they stand, the same edge twice being two.
        ("u -> v : 3; u -> v : 4", {}, [("v", "u", 3), ("v", "u", 4)]),
        ("x -> y : y*(1 - y); y = 0.7", {}, [("y", "x", 0.7 * (1 - 0.7))]),
        ("x -> y : 1/3; x -> y : -w", {"w": 2}, [("y", "x", 1 / 3), ("y", "x", -2)]),
        ("x -> y : L; L = y^2; y = 3", {}, [("y", "x", 9), ("L", "y", 6)]),  # A node downstream may serve too.
        # No edge from what the value does not depend on, nor from what it only jumps with.
        ("y = if x > 0 then a else b", {"x": 1, "a": 2, "b": 3}, [("y", "a", 1)]),
        ("y = if x > 0 then a else b", {"x": -1, "a": 2, "b": 3}, [("y", "b", 1)]),
        ("y = where(c, a*c, b)", {"c": 2, "a": 2, "b": 3}, [("y", "c", 2), ("y", "a", 2)]),
        ("y = (a < b)*a", {"a": 1, "b": 2}, [("y", "a", 1)]),
        ("y = floor(a)*a", {"a": 2.5}, [("y", "a", 2)]),
    ],
)
def test_edges(text, at, edges):
    found = sorted(partials(run(text, at, of="y" if "y" in text else "v")))
    assert [edge[:2] for edge in found] == [edge[:2] for edge in sorted(edges)]
    assert [edge[2] for edge in found] == pytest.approx([edge[2] for edge in sorted(edges)], rel=1e-15)


# ---- Kinks -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "x", "slope", "under"),
    [
        ("relu(x)", 0, 0, ["relu(x)"]),
        ("abs(x)", 0, 0, ["abs(x)"]),
        ("max(x, 3)", 3, 0, ["max(x, 3)"]),
        ("min(3, x)", 3, 0, ["min(3, x)"]),
        ("max(x, x)", 7, 1, ["max(x, x)"]),
        ("leaky_relu(x)", 0, 0.01, ["leaky_relu(x)"]),
        ("relu(x) + abs(x)*max(0, x)", 0, 0, ["relu(x)", "abs(x)", "max(0, x)"]),
        ("sign(x)*2", 0, 0, ["sign(x)"]),
        ("step(x)", 0, 0, ["step(x)"]),
        ("floor(x) + x", 2, 1, ["floor(x)"]),
        ("round(x)", 2.5, 0, ["round(x)"]),
        ("3*(x > 1)", 1, 0, ["(x > 1)"]),
        ("if x > 1 then x else 2*x", 1, 2, ["x > 1"]),
        ("if x >= 1 then x else 2*x", 1, 1, ["x >= 1"]),
        ("if not x < 1 and x < 5 then x else 2*x", 1, 1, ["x < 1"]),
        ("abs(abs(x) - 1)", 1, 0, ["abs(abs(x) - 1)"]),
        ("atan2(x, -1)", 0, -1, ["atan2(x, -1)"]),
        # No kink of the value, whatever stands inside.
        ("relu(x)", 1e-300, 1, []),
        ("relu(x)", -1e-300, 0, []),
        ("elu(x)", 0, 1, []),
        ("if abs(x) < 1 then x^2 else 2*abs(x) - 1", 0, 0, []),
        ("if x < 5 then x else relu(x)", 0, 1, []),
        ("if x > 5 or x < 0 then abs(x - 1) else x", 1, 1, []),
        ("if x < 1 or abs(x) > 3 then x else 2*x", 0, 1, []),
        ("sign(abs(x) - 1)*x", 0, -1, []),
        ("if x == 0 then 1 else sin(x)/x", 0, 0, []),
        ("relu(1 - 1)*x", 3, 0, []),
        ("abs(0) + x", 3, 1, []),
    ],
)
def test_kinks(formula, x, slope, under):
    found = run(f"y = {formula}", {"x": x})
    assert found.gradient == {"x": pytest.approx(slope, rel=1e-15)}
    assert [(code, text) for code, _, text in remarks(found)] == [("kink", text) for text in under]
    assert found.is_finite


@pytest.mark.parametrize(
    ("formula", "x", "words"),
    [
        ("relu(x)", 0, "in `y`, relu(0) is at a kink; the subgradient used is 0"),
        ("max(x, 3)", 3, "in `y`, max(3, 3) is at a kink; the subgradient used is 0"),
        ("abs(x - 2)", 2, "in `y`, abs(0) is at a kink; the subgradient used is 0"),
        ("floor(x)", -2, "in `y`, floor(-2) is at a jump; its slope is taken as 0"),
        ("if x > 1 then 1 else 2", 1, "in `y`, 1 > 1 is at a jump; its slope is taken as 0"),
    ],
)
def test_kinks_are_told(formula, x, words):
    assert [message for _, message, _ in remarks(run(f"y = {formula}", {"x": x}))] == [words]


def test_a_kink_is_told_for_each_node_with_its_line():
    found = run("h = relu(x)\n\ng = abs(h) + 1\ny = g*max(h, x)", {"x": 0})
    lines = [found.graph.source.line_number(warning.span.start) for warning in found.warnings]
    assert [message.split(",")[0] for _, message, _ in remarks(found)] == ["in `h`", "in `g`", "in `y`"]
    assert lines == [1, 3, 4]


# ---- Where functions end ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("formula", "x", "value", "slope", "operation"),
    [
        ("log(x)", -1, nan, nan, "log(-1) is nan"),
        ("log(x)", 0, -inf, nan, "log(0) is -inf"),
        ("1/x", 0, inf, nan, "1/0 is inf"),
        ("x/(x - x)", 3, inf, nan, "3/0 is inf"),
        ("sqrt(x)", -4, nan, nan, "sqrt(-4) is nan"),
        ("x^0.5", -4, nan, nan, "(-4)^0.5 is nan"),
        ("x^-1", 0, inf, nan, "0^(-1) is inf"),
        ("asin(x)", 1.5, nan, nan, "asin(1.5) is nan"),
        ("acosh(x)", 0.5, nan, nan, "acosh(0.5) is nan"),
        ("atanh(x)", 1, inf, nan, "atanh(1) is inf"),
        ("log1p(x)", -1, -inf, nan, "log1p(-1) is -inf"),
        ("atan2(x, 0)", 0, 0, nan, "atan2(0, 0) is 0, outside its domain"),
        ("exp(x)", 1000, inf, inf, "exp(1000) is inf"),
        ("x*x", 1e200, inf, 2e200, "1e+200*1e+200 is inf"),
        ("inf - x*inf", 1, nan, nan, "inf - inf is nan"),
        ("2*log(x) + 1", -1, nan, nan, "log(-1) is nan"),  # Told where it begins, and only there.
        ("log(log(x))", -1, nan, nan, "log(-1) is nan"),
        ("1/0 + x", 1, inf, 1, "1/0 is inf"),
        ("if log(x) > 0 then 1 else x", -1, -1, 1, "log(-1) is nan"),
        ("sign(log(x))", -1, nan, nan, "log(-1) is nan"),
    ],
)
def test_domains(formula, x, value, slope, operation):
    found = run(f"y = {formula}", {"x": x})
    assert found.value == pytest.approx(value, nan_ok=True)
    assert found.gradient == {"x": pytest.approx(slope, nan_ok=True)}
    ((code, message, _),) = remarks(found)
    assert code == "domain"
    assert message.startswith(f"in `y`, {operation}")
    assert found.is_finite is (math.isfinite(value) and math.isfinite(slope))


@pytest.mark.parametrize(
    ("formula", "x", "slope", "message"),
    [
        ("sqrt(x)", 0, inf, "sqrt(0) has the slope inf"),
        ("cbrt(x)", 0, inf, "cbrt(0) has the slope inf"),
        ("asin(x)", 1, inf, "asin(1) has the slope inf"),
        ("acos(x)", -1, -inf, "acos(-1) has the slope -inf"),
        ("acosh(x)", 1, inf, "acosh(1) has the slope inf"),
        ("x^0.5", 0, inf, "0^0.5 has the slope inf by its first argument"),
        ("(-2)^x", 3, nan, "(-2)^3 has the slope nan by its second argument"),
    ],
)
def test_slopes_that_are_not_finite(formula, x, slope, message):
    found = run(f"y = {formula}", {"x": x})
    assert found.gradient == {"x": pytest.approx(slope, nan_ok=True)}
    assert [(code, text) for code, text, _ in remarks(found)] == [("slope", f"in `y`, {message}")]
    assert not found.is_finite


@pytest.mark.parametrize(
    ("text", "at", "gradient"),
    [
        ("y = x^2", {"x": -3}, {"x": -6}),
        ("y = x^-2", {"x": -2}, {"x": 0.25}),
        ("const n = 2; y = x^n", {"x": -3}, {"x": -6}),  # Of n = 2 the slope is shown, and told: test_not_finite.
        ("y = x*0^2", {"x": 3}, {"x": 0}),
        # What is not looked at neither warns nor spoils the gradient.
        ("y = if x > 0 then log(x) else 2*x", {"x": -1}, {"x": 2}),
        ("y = if x > 0 then 1/x else 0", {"x": 0.5}, {"x": -4}),
        ("y = if x > 0 then sqrt(x) else 3*x", {"x": -4}, {"x": 3}),
        ("y = if x == 1 then 2*x else log(x)/(x - 1)", {"x": 1}, {"x": 2}),
        ("y = where(x < 1, x^2, sqrt(x - 1))", {"x": 0.5}, {"x": 1}),
        ("y = if x > 0 and log(x) < 9 then x else -x", {"x": -1}, {"x": -1}),
        ("y = if x <= 0 or log(x) < 9 then 5*x else -x", {"x": -1}, {"x": 5}),
        ("y = if 1 then if 1 then x else 1/0 else 0/0", {"x": 1}, {"x": 1}),
        ("y = if 0 then exp(1000) else exp(x)", {"x": 0}, {"x": 1}),
        ("y = x*(sqrt(abs(x)) >= 0)*step(cbrt(x) + 1)", {"x": 0.0}, {"x": 1}),
        ("z = if x > 0 then log(x) else x^3; y = 2*z", {"x": -2}, {"x": 24}),
    ],
)
def test_no_warning(text, at, gradient):
    found = run(text, at, of="y")
    assert [remark for remark in remarks(found) if remark[0] != "kink"] == []
    assert found.gradient == gradient
    assert found.is_finite


def test_an_untaken_branch_that_is_a_node_does_not_spoil_the_gradient():
    found = run("g = log(x)\nh = sqrt(x)\ny = if x > 0 then g + h else 2*x", {"x": -1})
    assert (found.value, found.gradient) == (-2, {"x": 2})
    assert [message[:16] for _, message, _ in remarks(found)] == ["in `g`, log(-1) ", "in `h`, sqrt(-1)"]
    assert found.is_finite


# ---- Annotated edges -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "code", "under"),
    [
        ("x -> y : log(-1)", "domain", "log(-1)"),
        ("x -> y : 1/w; w = 0; output y", "domain", "1/w"),
        ("x -> y : 1; y = exp(1000)", "domain", "exp(1000)"),
        ("x -> y : sqrt(y); y = -1", "domain", "sqrt(y)"),
        ("x -> y : if 1 then 2 else 1/0", None, None),
        ("x -> y : relu(w); w = 0; output y", None, None),  # Its value is used, its slope is not.
        ("x -> y : sqrt(w); w = 0; output y", None, None),
    ],
)
def test_warnings_of_edges(text, code, under):
    found = run(text, {})
    assert [(c, u) for c, _, u in remarks(found)] == ([(code, under)] if code else [])


# ---- What makes a result finite --------------------------------------------------------------------------------------


def test_an_activation_set_anew_is_not_warned_of():
    assert remarks(run("x -> y : 1; y = 1/0", {"y": 7})) == []


@pytest.mark.parametrize(
    ("text", "at", "of", "wrt", "finite"),
    [
        ("y = x", {"x": 1}, "y", (), True),
        ("y = x", {"x": inf}, "y", (), False),
        ("y = log(x); z = 2*x", {"x": -1}, "z", (), True),  # Another node's trouble.
        ("y = log(x); z = 2*x", {"x": -1}, "y", (), False),
        ("y = sqrt(a) + b", {"a": 0, "b": 1}, "y", (), False),
        ("y = sqrt(a) + b", {"a": 0, "b": 1}, "y", ("b",), True),  # Not asked for.
        ("u -> v : 3", {}, "v", (), True),  # No value is not a bad one.
        ("u -> v : 1/0", {}, "v", (), False),
        ("y = 1/0", {}, "y", (), False),
    ],
)
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_is_finite(text, at, of, wrt, finite, mode):
    assert backcalc.parse(text).run(at, of=of, wrt=wrt, mode=mode).run.is_finite is finite


def test_the_terms_of_an_adjoint_leave_out_what_the_sweep_does():
    found = backcalc.parse("input x = [0, 4]\nu = sqrt(x)\nv = relu(u - 1)\ny = sum(v)").run().run
    (term,) = found.contributions()[found.graph.index["x"]]
    assert term[2].tolist() == found.gradient["x"].tolist() == [0, 0.25]
