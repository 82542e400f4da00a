"""Laws of vector programs: reverse = forward = central differences, and formulas of what is unknown say the same."""

from __future__ import annotations

import numpy as np
import pytest
from arrays import programs
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.unparse import unparse
from backcalc.values import is_known, literal

law = settings(deadline=None, derandomize=True, max_examples=60)


def close(found, expected, slack=0.0):
    return np.shape(found) == np.shape(expected) and np.all(
        np.abs(np.subtract(found, expected)) <= slack + 1e-9 * (1 + np.max(np.abs(expected)))
    )


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


@pytest.mark.parametrize("point", [{}, {"x": [1, 2]}])
def test_a_law_would_catch_a_wrong_formula(point):
    run = backcalc.parse("input x[2]\nL = sum(x^2)").run(point).run
    assert not close(run.values[0] if point else [0.0, 0.0], [2.0, 4.0])
