"""`grad(y, x)` inside formulas, nested to any order, against derivatives that one knows."""

from __future__ import annotations

import math
from contextlib import nullcontext

import numpy as np
import pytest
from arrays import close, outputs
from graphs import refusals
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.calculus import grad
from backcalc.language.unparse import unparse


def value(text, at, node):
    run = backcalc.parse(text).run(at, of=node).run
    return run.values[run.graph.index[node]]


X = 0.7
KNOWN = [  # y, and its first, second and third derivative at X
    ("x^5", 5 * X**4, 20 * X**3, 60 * X**2),
    ("sin(x)", math.cos(X), -math.sin(X), -math.cos(X)),
    ("exp(2*x)", 2 * math.exp(2 * X), 4 * math.exp(2 * X), 8 * math.exp(2 * X)),
    ("log(x)", 1 / X, -1 / X**2, 2 / X**3),
    ("1/x", -1 / X**2, 2 / X**3, -6 / X**4),
    ("sqrt(x)", X**-0.5 / 2, -(X**-1.5) / 4, 3 * X**-2.5 / 8),
    ("x*sin(x)", math.sin(X) + X * math.cos(X), 2 * math.cos(X) - X * math.sin(X), -3 * math.sin(X) - X * math.cos(X)),
    ("tanh(x)", 1 - (t := math.tanh(X)) ** 2, -2 * t * (1 - t * t), (6 * t * t - 2) * (1 - t * t)),
    ("3*x", 3, 0, 0),
    ("if x > 0 then x^3 else 0", 3 * X**2, 6 * X, 6),
]


@pytest.mark.parametrize(("formula", "first", "second", "third"), KNOWN)
def test_grad_nests(formula, first, second, third):
    text = f"y = {formula}\na = grad(y, x)\nb = grad(grad(y, x), x)\nc = grad(grad(grad(y, x), x), x)"
    found = [value(text, {"x": X}, node) for node in "abc"]
    assert found == pytest.approx([first, second, third], rel=1e-12, abs=1e-12)


@pytest.mark.parametrize(("formula", "first", "second", "third"), KNOWN)
def test_grad_of_a_node_that_is_a_derivative(formula, first, second, third):
    text = f"y = {formula}\ng = grad(y, x)\nh = grad(g, x)\nz = 2*grad(h, x) + g"
    assert value(text, {"x": X}, "z") == pytest.approx(2 * third + first, rel=1e-12)
    assert value(text, {"x": X}, "h") == pytest.approx(second, rel=1e-12, abs=1e-12)


def test_grad_is_differentiated_by_run():
    run = backcalc.parse("y = x^4\ng = grad(y, x)^2").run({"x": 2.0}).run
    assert run.gradient["x"] == 2 * (4 * 8) * (12 * 4)


ROWS = [  # program, point, node, value
    ("y = x^2*z\ng = grad(y, [x, z])\ns = dot(g, [1, 10])", {"x": 3.0, "z": 2.0}, "s", 12 + 90),
    ("y = x^2*z\ns = norm(grad(y, [x, z]))", {"x": 3.0, "z": 2.0}, "s", 15),
    ("y = x*z\ns = grad(grad(y, x), z)", {"x": 3.0, "z": 2.0}, "s", 1),
    ("y = x^3\ns = grad(sin(y), x)", {"x": 1.0}, "s", 3 * math.cos(1)),
    ("u = x^2\ny = u^3\ns = grad(y, u)", {"x": 2.0}, "s", 48),
    ("y = x^2\ns = grad(y, q) + 1", {"x": 2.0, "q": 1.0}, "s", 1),
    ("input v[3]\ny = sum(v^3)\ng = grad(y, v)\ns = sum(g)", {"v": [1.0, 2, 3]}, "s", 42),
    ("input v[3]\ny = sum(v^3)\ns = sum(grad(sum(grad(y, v)), v))", {"v": [1.0, 2, 3]}, "s", 36),
    ("input W[2,2]\ny = sum(W @ W)\ns = sum(grad(y, W))", {"W": [[1.0, 2], [3, 4]]}, "s", 40),
    ("def f(t) = t^3\ns = grad(f(x), x)", {"x": 2.0}, "s", 12),
    ("def slope(y0, t) = grad(y0, t)\ny = x^3\ns = slope(y, x)", {"x": 2.0}, "s", 12),
    ("input w[2]\ny = b*sum(w^2)\ns = norm(grad(y, [w, b]))", {"w": [1.0, 2], "b": 3.0}, "s", math.sqrt(36 + 144 + 25)),
    ("input w[2]\ny = b*sum(w^2)\ns = grad(y, [b, w])[2]", {"w": [1.0, 2], "b": 3.0}, "s", 12),
    ("input v[2]\ninput w[2]\ny = dot(v, w)\ns = grad(y, [v, w])[3]", {"v": [1.0, 2], "w": [3.0, 4]}, "s", 2),
    ("input w[2]\ny = sum(w^2)\ns = grad(y, [w])[1]", {"w": [1.0, 2]}, "s", 4),
    ("y = x^2\ns = grad(y, x) + dy_dx\ndy_dx = 5", {"x": 3.0}, "s", 11),
    ("y = x^2\na = grad(y, x)\nz = 3*x\ns = a + grad(y, z)", {"x": 3.0}, "s", 6),  # z comes after y's sweep.
    ("y = x^2\nJ_of = 1\ns = grad(y + 1, x) + J_of", {"x": 2.0}, "s", 5),
]


@pytest.mark.parametrize(("text", "at", "node", "expected"), ROWS)
def test_grad_of_and_by(text, at, node, expected):
    assert value(text, at, node) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "added"),
    [
        ("y = sin(x^2)\ns = grad(y, x) + grad(y, x)", ["dy_dx"]),
        ("h = x^2\ny = sin(h)\na = grad(y, x)\ns = a*grad(y, x)", ["dy_dh", "dy_dx"]),
        ("h = x*z\ny = sin(h)\na = grad(y, x)\ns = a*grad(y, z)", ["dy_dh", "dy_dx", "dy_dz"]),
        ("h = x*z\ny = sin(h)\na = grad(y, x)\ns = norm(grad(y, [x, z]))", ["dy_dh", "dy_dx", "dy_dz"]),
        ("y = x^2\na = grad(y + 1, x)\ns = a*grad(y + 1, x)", ["of_a", "dof_a_dx"]),
        ("y = x^3\na = grad(grad(y, x), x)\ns = grad(grad(y, x), x)", ["dy_dx", "ddy_dx_dx"]),
    ],
)
def test_a_derivative_that_stands_twice_is_one_node(text, added):
    written = [line.split(" = ")[0] for line in text.splitlines()]
    names = [node.name for node in backcalc.parse(text).run(of="s").run.graph.nodes]
    assert [name for name in names if name not in (*written, "x", "z")] == added


REFUSED = [  # program, what the caret stands under
    ("input v[2]\ny = 2*v\ng = grad(y, v)", "grad(y, v)"),
    ("y = x^2\ng = grad(y, 2*x)", "2*x"),
    ("y = x^2\ng = grad(y)", None),
    ("y = x^2\ng = grad(y, x, x)", None),
    ("y = x^2\ng = grad(y, 3)", "3"),
    ("y = grad(y, x)", None),
    ("input W[2,2]\ny = sum(W)*b\ng = grad(y, [b, W])", "[b, W]"),
    ("input W[2,2]\ny = sum(W)*b\nclaim norm(grad(y, [b, W])) > 0", "[b, W]"),
    ("y = x^2\ng = grad(y, g)", None),
]


@pytest.mark.parametrize(("text", "place"), REFUSED)
def test_what_grad_refuses(text, place):
    found = refusals(text)
    assert found
    assert place is None or found[0][1] == place


def test_the_remedy_for_a_vector_is_its_sum():
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse("input v[2]\ny = 2*v\ng = grad(y, v)").run()
    assert any("grad(sum(y), v)" in hint for hint in caught.value.diagnostics[0].hints)


CLAIMS = [  # program, whether its claim can stand
    ("J = x^2\nclaim J >= 0", True),
    ("J = x^2\nclaim norm(grad(J, [x])) <= 2*abs(x)", True),
    ("J = x^2\nclaim J >= q_undefined_anywhere(x)", False),
    ("J = x^2\nclaim J >= k", False),
]


@pytest.mark.parametrize(("text", "stands"), CLAIMS)
def test_the_names_and_shapes_of_claims_are_checked(text, stands):
    with nullcontext() if stands else pytest.raises(backcalc.BackcalcError):
        backcalc.parse(text)


@pytest.mark.parametrize(
    ("text", "wrt", "expected"),
    [
        ("y = x^2\nu -> v : grad(y, x)\noutput v", "u", 6),
        ("u -> v : grad(y, x)\ny = x^2\noutput v", "u", 6),  # What a partial speaks of may stand behind it.
        ("u -> v : p\np = grad(y, x)\ny = x^2\noutput v", "u", 6),
        ("u -> v : 2*grad(x, x)\noutput v", "u", 2),
        ("u -> v : 2*grad(grad(x^3, x), x)\noutput v", "u", 36),
        ("y = sin(2*grad(x, x))*x\noutput y", "x", 0.9092974268256817),
        ("u -> v : grad(x^2, x)\ng = grad(v, u)\noutput g", "x", 2),
    ],
)
def test_in_the_partial_of_an_edge(text, wrt, expected):
    assert backcalc.parse(text).run({"x": 3.0}).gradient[wrt] == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("text", ["u -> v : grad(v, u)", "p = grad(v, u)\nu -> v : p", "u -> v : grad(2*v, u)"])
def test_a_partial_cannot_depend_on_itself(text):
    with pytest.raises(backcalc.BuildError) as error:
        backcalc.parse(text)
    assert error.value.diagnostics[0].code == "grad-of-itself"


def nested(depth):
    return "y0 = sin(x)*exp(x^2)*tanh(x)/(1+x^2)\n" + "".join(f"y{i + 1} = grad(y{i}, x)\n" for i in range(depth))


def test_derivatives_that_grow_too_large_are_refused_with_their_size(monkeypatch):
    monkeypatch.setattr(grad, "MOST_OPERATIONS", 2_000)
    with pytest.raises(
        backcalc.BackcalcError, match=r"have become 3,\d{3} operations; of more than 2,000 no"
    ) as caught:
        backcalc.parse(nested(5)).run({"x": 1})
    assert caught.value.source.line_number(caught.value.diagnostics[0].span.start) == 6
    # A file that is large by itself is not.
    text = nested(2) + "".join(f"z{i} = sin({f'z{i - 1}' if i else 'x'})\n" for i in range(2_000)) + "g = grad(z9, x)\n"
    assert backcalc.parse(text).run({"x": 1}, of="g").run.is_finite


# ---- Jacobians and Hessians ------------------------------------------------------------------------------------------

MATRICES = [  # program, point, what J is
    ("input x[2]; input W[2,2]\nJ = jacobian(W @ x, x)", {"x": [1, 2], "W": [[1, 2], [3, 4]]}, [[1, 2], [3, 4]]),
    ("input x[2]\ny = x^2\nJ = jacobian(y, x)", {"x": [1, 2]}, [[2, 0], [0, 4]]),
    ("input x[2]\ny = sum(x^2)\nJ = jacobian(y, x)", {"x": [1, 2]}, [[2, 4]]),
    ("y = [x, x^2]\nJ = jacobian(y, x)", {"x": 3}, [[1], [6]]),
    ("y = x^2\nJ = jacobian(y, x)", {"x": 3}, [[6]]),
    ("input x[2]\ny = z*x\nJ = jacobian(y, [x, z])", {"x": [1, 2], "z": 3}, [[3, 0, 1], [0, 3, 2]]),
    ("y = [a*b, a]\nJ = jacobian(y, [a, b])", {"a": 2, "b": 3}, [[3, 2], [1, 0]]),
    ("y = x^3\nJ = hessian(y, x)", {"x": 2}, [[12]]),
    ("input x[2]\ny = x[0]^2*x[1]\nJ = hessian(y, x)", {"x": [2, 3]}, [[6, 4], [4, 0]]),
    ("y = x^2*z^3\nJ = hessian(y, [x, z])", {"x": 2, "z": 1}, [[2, 12], [12, 24]]),
    ("input x[2]\ny = sum(x^2)*z\nJ = hessian(y, [x, z])", {"x": [1, 2], "z": 3}, [[6, 0, 2], [0, 6, 4], [2, 4, 0]]),
    ("input x[2]\ny = 3*x\nJ = jacobian(y, z)", {"x": [1, 2], "z": 5}, [[0], [0]]),
    ("input x[2]\ny = max(x, 0)\nJ = jacobian(y, x)", {"x": [-1, 2]}, [[0, 0], [0, 1]]),
    ("input x[2]\nJ = jacobian(where(x > 0, sqrt(x), 0), x)", {"x": [0, 4]}, [[0, 0], [0, 0.25]]),
]


@pytest.mark.parametrize(("text", "at", "expected"), MATRICES)
def test_jacobians_and_hessians_are_matrices(text, at, expected):
    assert np.array_equal(value(text, at, "J"), expected)


def test_a_jacobian_is_a_product_of_matrices_whatever_its_size():
    text = "input W[200,200]; input x[200]\nh = tanh(W @ x)\ny = h*x\nJ = jacobian(y, x)\ns = sum(J^2)"
    graph = backcalc.parse(text)
    formulas = {node.name: unparse(node.expr) for node in graph.nodes if node.name.startswith("d")}
    assert formulas == {"dy_dx": "diag(x*(1 - h^2)) @ W + diag(h)"}


@settings(max_examples=25)
@given(outputs(), st.data())
def test_a_jacobian_in_a_formula_is_that_of_a_run(pair, data):
    drawn, of = pair
    vectors = sorted(name for name, point in drawn.point.items() if point.ndim < 2)
    run = drawn.run(of=of)
    if not vectors or len(run.shape(of)) > 1:
        return
    wrt = data.draw(st.sampled_from(vectors))
    text = f"{drawn.text}\nJacobian = jacobian({of}, {wrt})\nNumber = sum(Jacobian)"
    again = backcalc.parse(text).run(drawn.at(), of="Number").run
    size = (*run.shape(of), *(() if run.shape(of) else (1,)))[0], max(drawn.point[wrt].size, 1)
    assert close(again.values[again.graph.index["Jacobian"]], np.reshape(run.gradient[wrt], size))
    # It is differentiated like any formula.
    steps = {step: shifted(text, drawn, wrt, step) for step in (1e-5, -1e-5)}
    along = (steps[1e-5] - steps[-1e-5]) / 2e-5
    assert abs(np.sum(again.gradient[wrt]) - along) <= 1e-4 * (1 + abs(along))


def shifted(text, drawn, wrt, step):
    """The last number of a program where all of `wrt` is a step further."""
    at = drawn.at() | {wrt: (drawn.point[wrt] + step).tolist()}
    return backcalc.parse(text).run(at, of="Number").value
