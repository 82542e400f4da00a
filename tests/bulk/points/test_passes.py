"""A graph of numbers as one program: what a run at each point gives, and nothing in it twice."""

from __future__ import annotations

import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import title

import backcalc
from backcalc.analysis.samples import samples
from backcalc.bulk.points import trace
from backcalc.bulk.points.passes import compiled
from backcalc.bulk.points.runner import Runner
from backcalc.bulk.points.trace import Trace
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.tape import tape_of
from backcalc.rules.primitives import ROWS

law = settings(max_examples=60)
VALUES = [-2.5, -1.0, -0.25, 0.0, 0.3, 1.0, 2.0, 30.0]


def program_of(text, *names):
    graph = backcalc.parse(text).objects
    evaluation = Evaluation(tape_of(graph), dict.fromkeys(names, 0.5))
    return compiled(evaluation, names, graph.output or graph.sinks[0], names)


def ran(runner, data, results):
    """What a runner with so many results gives at these points."""
    into = [np.empty(len(next(iter(data.values())))) for _ in range(results)]
    runner.run(data, into)
    return into


def functions(runner):
    """How often each function is called."""
    return Counter(step[0].__name__ for step in runner._steps)


def sample(name):
    return next(found.text for found in samples() if found.name == name)


def test_what_both_passes_need_is_computed_once():
    found = functions(program_of(sample("lattice"), "x"))
    assert (found["sin"], found["cos"], found["add"]) == (5, 5, 4)


def test_a_sigmoid_is_one_exponential():
    found = functions(program_of("y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2", "w", "x", "b", "z"))
    assert (found["exp"], found["divide"], found["float_power"]) == (1, 1, 0)


@pytest.mark.parametrize("power", [2, 3])
def test_of_a_power_that_is_everywhere_it_is_not_asked_where(power):
    found = functions(program_of(f"J = (w*x + b - z)^{power}", "w", "x", "b", "z"))
    assert not {"where", "less", "equal", "logical_or"} & {*found}


def test_what_nothing_needs_is_not_computed():
    assert functions(program_of("h = sin(x)\ny = x + 0*z\noutput y\n", "x", "z"))["sin"] == 0


FUNCTIONS = [
    row
    for row in ROWS
    if row.shape == "elementwise" and row.symbol.isidentifier() and row.symbol not in ("and", "or", "not")
]


@pytest.mark.parametrize("row", FUNCTIONS, ids=title)
def test_every_function_is_what_it_is_at_each_point(row):
    names = ("x", "z", "w")[: len(row.params)]
    text = f"y = {row.symbol}({', '.join(names)})"
    points = np.array(np.meshgrid(*[VALUES] * len(names))).reshape(len(names), -1)
    agrees(text, dict(zip(names, points, strict=True)))


def formulas(part):
    """Longer formulas than `part`."""
    condition = st.tuples(part, st.sampled_from(["<", ">=", "=="]), part, st.sampled_from(["and", "or"]), part)
    return st.one_of(
        st.tuples(part, st.sampled_from("+-*/"), part).map(lambda found: f"({' '.join(found)})"),
        st.tuples(st.sampled_from(["-", "abs", "sigmoid", "sin", "relu", "tanh"]), part).map(
            lambda f: f"{f[0]}({f[1]})"
        ),
        st.tuples(part, st.sampled_from(["2", "3", "-1", "1", "0.5", "0"])).map("^".join).map("({})".format),
        st.tuples(condition, part, part).map(lambda f: f"(if {' '.join(f[0])} > 1 then {f[1]} else {f[2]})"),
    )


LEAVES = st.sampled_from(["x", "z", "2", "0.5", "0"])


@law
@given(st.recursive(LEAVES, formulas, max_leaves=8))
def test_a_program_is_a_loop_over_points(formula):
    points = np.array(np.meshgrid(VALUES[:6], VALUES[2:7])).reshape(2, -1)
    agrees(f"y = {formula} + 0*x + 0*z", {"x": points[0], "z": points[1]})


def agrees(text, data):
    graph = backcalc.parse(text)
    names = tuple(data)
    evaluation = Evaluation(tape_of(graph.objects), {name: float(points[0]) for name, points in data.items()})
    runner = compiled(evaluation, names, "y", names)
    found = ran(runner, data, 1 + len(names))
    for i in range(len(data[names[0]])):
        run = graph.run({name: float(points[i]) for name, points in data.items()})
        assert np.isclose(found[0][i], run.value, rtol=1e-13, atol=1e-13, equal_nan=True), i
        if math.isfinite(run.value):  # What leads to nan has slopes that are nan or not there, depending on the way.
            expected = [run.gradient[name] for name in names]
            assert np.allclose([part[i] for part in found[1:]], expected, rtol=1e-11, atol=1e-11, equal_nan=True), i
    # Nothing of one run is left in the registers for the next, which may be at fewer points.
    fewer = ran(runner, {name: points[-3:] for name, points in data.items()}, 1 + len(names))
    assert np.allclose(fewer, [part[-3:] for part in found], rtol=1e-15, atol=0, equal_nan=True)


def test_a_constant_is_no_step():
    program = Trace()
    x = program.input("x")
    assert not isinstance(trace.power(trace.sin(0.5), 2.0), trace.Traced)
    assert trace.where(1.0, x, 2.0) is x
    negative = -x
    assert -negative is x
    assert (1.0 * x) is x
    assert trace.abs(negative) is trace.abs(x)
    assert (x + 1) * 2 is (1 + x) * 2
    assert [list(part) for part in ran(Runner(program, [3.0, x, x]), {"x": np.array([1.0, 2.0])}, 3)] == [
        [3.0, 3.0],
        [1.0, 2.0],
        [1.0, 2.0],
    ]


def test_a_zero_keeps_its_sign():
    program = Trace()
    x = program.input("x")
    found = ran(Runner(program, [trace.divide(x, -0.0), trace.divide(x, 0.0)]), {"x": np.ones(1)}, 2)
    assert [float(part[0]) for part in found] == [-math.inf, math.inf]


def test_steps_share_registers_and_results_have_their_own():
    runner = program_of(sample("lattice"), "x")
    assert len(runner._types) < len(runner._steps) / 2
    points = {"x": np.linspace(-3, 3, 7)}
    first = ran(runner, points, 2)
    kept = [part.copy() for part in first]
    ran(runner, {"x": np.zeros(7)}, 2)
    assert np.array_equal(first, kept)


def test_a_constant_is_not_taken_for_the_step_of_its_number():
    program = Trace()
    x = program.input("x")
    steps = [trace.sin(x), trace.cos(x)]
    constants = [float(step.place) for step in steps]
    results = [*constants, *steps, *constants, *steps]  # A result may be there twice, too.
    found = ran(Runner(program, results), {"x": np.array([0.5])}, len(results))
    assert [float(part[0]) for part in found] == [*constants, np.sin(0.5), np.cos(0.5)] * 2


def test_a_condition_is_a_number_where_it_is_a_result():
    found = ran(program_of("y = x < 0.5", "x"), {"x": np.array([0.0, 1.0])}, 2)
    assert [list(part) for part in found] == [[1.0, 0.0], [0.0, 0.0]]
