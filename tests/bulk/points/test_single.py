"""A graph of numbers at one point as a function of floats: what the program of arrays gives there."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import title

import backcalc
from backcalc.bulk.points.passes import compiled
from backcalc.bulk.points.single import single, stepping
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.tape import tape_of
from backcalc.rules.primitives import ROWS

law = settings(max_examples=40)
VALUES = [-1.0, -0.25, 0.0, 0.3, 1.0, 2.0, 30.0]
# Where Python's operators are not those of IEEE 754, or one of two is taken.
TEXTS = [
    "y = x/z",
    "y = 1/(x - z) + z/(x - x)",
    "y = x*1e308*10 - z",
    "y = where(x < z or not (x >= 0), x^2, z^3)",
    "y = if x == z and x != 1 then x*z else x - z",
    "y = (x < z)*x + (x <= z)*z",
    "y = x^2*z^x",
    "y = max(x, z)*min(x, z) + abs(x - z) + sign(x)*step(z)",
    "y = sigmoid(x)/softplus(z)",
]
FUNCTIONS = [
    row
    for row in ROWS
    if row.shape == "elementwise" and row.symbol.isidentifier() and row.symbol not in ("and", "or", "not")
]


def functions_of(text, rate):
    """The graph by x and z as a program of arrays, and the two functions of floats; and its inputs."""
    graph = backcalc.parse(text).objects
    evaluation = Evaluation(tape_of(graph), dict.fromkeys(graph.inputs, 0.5))
    output = graph.output or graph.sinks[0]
    made = single(evaluation, output, graph.inputs), stepping(evaluation, output, graph.inputs, rate)
    return compiled(evaluation, graph.inputs, output, graph.inputs), *made, graph.inputs


def agree(text, at, rate=-0.1):
    runner, function, step, names = functions_of(text, rate)
    into = [np.empty(1) for _ in (text, *names)]
    point = [at[name] for name in names]
    with np.errstate(all="ignore"):
        runner.run({name: np.array([value]) for name, value in zip(names, point, strict=True)}, into)
    expected = [float(found[0]) for found in into]
    value, *slopes = function(*point)
    assert [value, *slopes] == pytest.approx(expected, rel=1e-12, nan_ok=True)
    stepped, norm, after = step(*point)
    assert (stepped, norm) == pytest.approx((value, math.hypot(*slopes)), rel=1e-15, nan_ok=True)
    moved = [x + rate * slope for x, slope in zip(point, slopes, strict=True)]
    assert list(after) == pytest.approx(moved, rel=1e-15, nan_ok=True)
    # A truth would be printed as one.
    assert {type(each) for each in (*function(*point), stepped, norm, *after)} == {float}


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("x", VALUES)
@pytest.mark.parametrize("z", [-2.5, 0.0, 0.3, 2.0])
def test_operators_are_those_of_arrays(text, x, z):
    agree(text, {"x": x, "z": z})


@pytest.mark.parametrize("row", FUNCTIONS, ids=title)
def test_every_function_is_that_of_arrays(row):
    for x in VALUES:
        agree(f"y = {row.symbol}({', '.join(('x', 'z', 'w')[: len(row.params)])})", {"x": x, "z": 0.3, "w": 0.5})


@law
@given(x=st.floats(-700, 700), z=st.floats(-700, 700), rate=st.floats(-10, 10))
def test_a_step_is_the_slopes_times_the_rate(x, z, rate):
    agree("J = 1/2*(sigmoid(x*z + 1) - z)^2", {"x": x, "z": z}, rate)


def test_names_need_not_be_pythons():
    agree("y = φ'*if_^2 + v0", {"φ'": 2.0, "if_": 3.0, "v0": -1.0})
