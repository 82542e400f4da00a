"""Functions that state partials of their own, and f' of functions that do not: values and slopes by other ways."""

from __future__ import annotations

import pickle
from math import cos, exp, isclose

import pytest
from graphs import refusals
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.calculus.derive import derive
from backcalc.language.unparse import unparse_statement

STRAIGHT = "def q(x) = round(x) { d(q)/d(x) = 1 }\n"


def gradient(text: str, **at: float) -> dict[str, float]:
    """The gradient of the text's output at a point."""
    return backcalc.parse(text).run(at).gradient


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        (STRAIGHT + "y = 3*q(x)", {"x": 1.7}, {"x": 3}),
        (STRAIGHT + "y = q(x)^2", {"x": 1.7}, {"x": 4}),
        ("def q(x, y) = round(x)*y { d(q)/d(y) = x; ∂q/∂x = y }\nz = q(a, b)", {"a": 1.7, "b": 5}, {"a": 5, "b": 1.7}),
        ("def s(x) = step(x) {\n ds/dx = s2(x)\n}\ndef s2(x) = exp(-x^2)\ny = s(x)", {"x": 0.3}, {"x": exp(-0.09)}),
        ("def sin(x) = x { dsin/dx = 7 }\ny = sin(x)", {"x": 2}, {"x": 7}),
        ("def q(x) = x { d(q)/d(x) = 2 }\ndef r(x) = q(x)^2\ny = r(x)", {"x": 3}, {"x": 12}),
        ("def q(x) = x { d(q)/d(x) = x^2 }\ny = q'(x)", {"x": 3}, {"x": 6}),
        ("def q(x) = x { d(q)/d(x) = x^3 }\ny = q''(x)", {"x": 3}, {"x": 18}),
        ("def q(x) = x { d(q)/d(x) = x^2 }\ny = grad(v, x)\nv = q(x)", {"x": 3}, {"x": 6}),
    ],
)
def test_its_own_partials_count(text, at, found):
    assert gradient(text, **at) == pytest.approx(found)


def test_its_value_is_that_of_its_formula():
    assert backcalc.parse(STRAIGHT + "y = q(x)").run({"x": 1.7}).value == 2.0


def test_it_serves_vectors_element_by_element():
    run = backcalc.parse(STRAIGHT + "input v[3]\ny = sum(q(v)*[1, 2, 3])").run({"v": [0.2, 1.7, 2.9]})
    assert run.value == 13.0
    assert list(run.gradient["v"]) == [1, 2, 3]


def test_two_files_may_give_one_name_two_meanings():
    first = backcalc.parse("def q(x) = x { d(q)/d(x) = 1 }\ny = q(x)")
    second = backcalc.parse("def q(x) = 2*x { d(q)/d(x) = 5 }\ny = q(x)")
    assert (first.run({"x": 1.0}).gradient, second.run({"x": 1.0}).gradient) == ({"x": 1.0}, {"x": 5.0})
    assert (first.run({"x": 1.0}).value, second.run({"x": 1.0}).value) == (1.0, 2.0)


def test_a_graph_with_one_is_pickled():
    graph = pickle.loads(pickle.dumps(backcalc.parse(STRAIGHT + "y = 3*q(x)")))
    assert graph.run({"x": 1.7}).gradient == {"x": 3.0}


def test_the_gradient_as_a_graph_has_its_definition():
    graph = backcalc.parse(STRAIGHT + "y = sin(q(x))").objects
    text = "\n".join(map(unparse_statement, derive(graph, ["y"], ["x"]).statements))
    assert text.startswith("def q(x) = round(x) { d(q)/d(x) = 1 }\n")
    assert isclose(backcalc.parse(text).run({"x": 1.7}, of="dy_dx").value, cos(2))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("def q(x, y) = x { d(q)/d(x) = 1 }\nz = q(1, 2)", "def q(x, y) = x { d(q)/d(x) = 1 }"),
        ("def q(x) = x { d(q)/d(x) = 1; d(q)/d(y) = 1 }\nz = q(1)", "d(q)/d(y) = 1"),
        ("def q(x) = x { d(q)/d(x) = 1; ∂q/∂x = 2 }\nz = q(1)", "∂q/∂x = 2"),
        ("def q(x) = x { d(r)/d(x) = 1 }\nz = q(1)", "d(r)/d(x) = 1"),
        ("def q(x) = x*w { d(q)/d(x) = 1 }\nz = q(1)", "w"),
        ("def q(x) = sum(x) { d(q)/d(x) = 1 }\nz = q(1)", "sum(x)"),
    ],
)
def test_wrong_partials_are_refused(text, found):
    assert ("own-partials", found) in refusals(text)


# ---- f'(x) -----------------------------------------------------------------------------------------------------------

SMOOTH = ("sin", "exp", "tanh", "sigmoid", "σ", "softplus", "atan", "erf", "silu", "gelu", "asinh", "sinh", "cosh")


@settings(max_examples=60)
@given(st.sampled_from(SMOOTH), st.floats(-2, 2))
def test_a_prime_is_the_central_difference(name, x):
    graph = backcalc.parse(f"y = {name}'(x)\nz = {name}''(x)\nv = {name}(x)\ns = y + z + v")
    step = 1e-4
    before, here, after = (graph.run({"x": x + offset}, of="v").value for offset in (-step, 0.0, step))
    found = [graph.run({"x": x}, of=name).value for name in ("y", "z")]
    assert isclose(found[0], (after - before) / (2 * step), rel_tol=1e-5, abs_tol=1e-5)
    assert isclose(found[1], (after - 2 * here + before) / step**2, rel_tol=1e-4, abs_tol=1e-4)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("def f(x) = x^3; y = f'(2)", 12),
        ("def f(x) = x^3; y = f''(2)", 12),
        ("def f(x) = w*x^2; w = 5; y = f'(3)", 30),
        ("def f(x) = 7; y = f'(3)", 0),
        ("def f(x) = x^2; def g(x) = f'(x)*x; y = g(3)", 18),
        ("def f(x) = x^2; def f'(x) = 100; y = f'(3)", 100),  # Unless the file defines that name.
        ("y = relu'(3) + relu'(-3)", 1),
        ("def f(x) = x^2; y = f'(f'(1))", 4),
        ("def f(x) = g'(x); def g(x) = x^4; y = f''(1)", 24),
        ("f' = 3; y = f'*2", 6),  # A name like another where it is no function.
    ],
)
def test_a_prime(text, value):
    run = backcalc.parse(text).run({}, of="y")
    assert isclose(run.value, value)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("y = sum'(3)", [("arity", "sum'")]),
        ("y = atan2'(3)", [("arity", "atan2'")]),
        ("y = sin'(3, 4)", [("arity", "sin'(3, 4)")]),
        ("y = nope'(3)", [("unknown-function", "nope'")]),
        ("def f(x) = f'(x); y = f(1)", [("recursive-function", "def f(x) = f'(x)")]),
    ],
)
def test_a_prime_is_refused(text, found):
    assert refusals(text) == found
