"""Laws of vector programs: reverse = forward = central differences, and formulas of what is unknown say the same."""

from __future__ import annotations

import numpy as np
import pytest
from arrays import close, programs
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.language.unparse import unparse
from backcalc.rules.values import is_known, literal

law = settings(max_examples=60)


@law
@given(programs())
def test_values_are_numpys(drawn):
    run = drawn.run()
    for name, expected in drawn.values().items():
        assert close(run.values[run.graph.index[name]], expected), name


@law
@given(programs())
def test_the_gradient_is_what_central_differences_give(drawn):
    found = drawn.run().gradient
    assert set(found) == set(drawn.point)
    for name, gradient in found.items():
        expected, coarse = drawn.differences(name), drawn.differences(name, 2e-5)
        # A wrong derivative would be off by far more than two steps differ.
        assert close(gradient, expected, 1e-6 * (1 + np.max(np.abs(expected))) + 10 * np.abs(coarse - expected)), name


@law
@given(programs())
def test_forward_is_reverse(drawn):
    reverse, forward = drawn.run().gradient, drawn.run(mode="forward").gradient
    for name, gradient in reverse.items():
        assert close(forward[name], gradient), name


@law
@given(programs(), st.data())
def test_a_formula_of_what_is_unknown_is_the_adjoint(drawn, data):
    graph = backcalc.parse(drawn.text)
    given_names = data.draw(st.sets(st.sampled_from(sorted(drawn.point)))) if drawn.point else set()
    partly = graph.run(drawn.at(given_names)).run
    full = drawn.run()
    extra, expected = [], []
    for i, adjoint in enumerate(partly.adjoints):
        if is_known(adjoint):
            assert close(adjoint, full.adjoints[i]), partly.graph.nodes[i].name
            continue
        extra.append(f"formula{i} = {unparse(literal(adjoint))}")
        expected.append((f"formula{i}", full.adjoints[i]))
    again = backcalc.parse("\n".join([drawn.text, *extra])).run(drawn.at(), of=drawn.output).run
    for name, adjoint in expected:
        assert close(again.values[again.graph.index[name]], adjoint), (name, extra)


@law
@given(programs(), st.data())
def test_a_formula_of_what_is_unknown_is_the_tangent(drawn, data):
    graph = backcalc.parse(drawn.text)
    given_names = data.draw(st.sets(st.sampled_from(sorted(drawn.point)))) if drawn.point else set()
    partly, full = graph.run(drawn.at(given_names), mode="forward").run, drawn.run(mode="forward")
    extra, expected = [], []
    for wrt, tangents in partly.tangents.items():
        for i, (tangent, truth) in enumerate(zip(tangents, full.tangents[wrt], strict=True)):
            if tangent is None:
                assert truth.ndim > 2, (wrt, i)
            elif is_known(tangent):
                assert close(tangent, truth), (wrt, i)
            else:
                extra.append(f"formula{len(extra)} = {unparse(literal(tangent))}")
                expected.append(truth)
    again = backcalc.parse("\n".join([drawn.text, *extra])).run(drawn.at(), of=drawn.output).run
    for k, truth in enumerate(expected):
        assert close(again.values[again.graph.index[f"formula{k}"]], truth), extra[k]


# ---- What regressed once ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "gradient"),
    [
        ("y = sum(x) + mean(x) + prod(x) + max(x)", {"x": -3.0}, {"x": 4.0}),
        ("y = norm(x)", {"x": -3.0}, {"x": -1.0}),
        ("input W[2,2]\ny = sum(2*W[1])", {"W": [[1, 2], [3, 4]]}, {"W": [[0.0, 0.0], [2.0, 2.0]]}),
        ("input W[2,2]\ny = sum(W[0]^2)", {"W": [[1, 2], [3, 4]]}, {"W": [[2.0, 4.0], [0.0, 0.0]]}),
        ("input x[2]\na = x - x\ny = sum(a)", {"x": [1, 2]}, {"x": [0.0, 0.0]}),
        ("input x[1]\na = [sum(x)]\ny = sum(a)", {"x": [2]}, {"x": [1.0]}),
    ],
)
def test_rows_in_both_modes(text, at, gradient):
    graph = backcalc.parse(text)
    for mode in ("reverse", "forward"):
        found = graph.run(at, mode=mode).run.gradient
        assert {name: np.asarray(value).tolist() for name, value in found.items()} == gradient


def test_a_cotangent_of_a_row_is_placed_where_it_came_from():
    found = backcalc.parse("input W[2,2]\ny = sum(W[1]^2)").run().run
    assert unparse(found.gradient["W"]) == "2*outer([0, 1], W[1])"


CANCELLED = [  # What a rewrite makes one number is an array all the same, wherever the formula goes on with it.
    "y = sum(W @ (x - x) + W @ x)",
    "y = sum(outer(x/x, x))",
    "y = dot(c*x/x, x)",
    "y = sum(W @ (0*x) + W @ (x^0))",
    "y = norm(concat(x - x, x))",
    "y = logsumexp(c*x/x) + sum(cross_entropy(softmax(x), x/x)*x)",
    "y = sum(-(W @ (2*x))) + mean(-3*x) + dot(-x, 2*x) + sum(W @ diag(-x)) + sum((2*W).T)",
]


@pytest.mark.parametrize("text", CANCELLED)
def test_a_formula_keeps_its_shape(text):
    text = f"input x[3]\ninput W[2,3]\n{text}"
    point = {"c": 3.0, "x": np.array([1.0, 2.0, -4.0]), "W": np.array([[1.0, -2.0, 3.0], [0.5, 5.0, 6.0]])}
    graph = backcalc.parse(text)
    at = {name: point[name] for name in graph.run().gradient}
    partly, full = graph.run().run, graph.run(at).run
    lines = [f"formula_{name} = {unparse(literal(value))}" for name, value in partly.gradient.items()]
    again = backcalc.parse("\n".join([text, *lines])).run(at, of="y").run
    for name, expected in full.gradient.items():
        found = again.values[again.graph.index[f"formula_{name}"]]
        assert np.allclose(found, expected, rtol=1e-12, atol=1e-12), lines
        assert np.shape(found) == np.shape(expected)
