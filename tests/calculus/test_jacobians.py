"""Outputs of any shape: Jacobians in both modes, over stacks, as formulas, and along a direction."""

from __future__ import annotations

import numpy as np
import pytest
from arrays import close, outputs, programs
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.bulk.points.jacobian import jacobians
from backcalc.calculus import jacobians as limits
from backcalc.calculus.linearize import Linearization
from backcalc.calculus.run import ALONG
from backcalc.cli.group import cli
from backcalc.language.unparse import unparse
from backcalc.rules.values import is_known, literal

law = settings(max_examples=25)
NETWORK = "input W = [[1, 2, 3], [4, 5, 6]]\ninput x = [0.1, 0.2, -0.3]\ninput b = [0.5, -0.5]\nh = tanh(W @ x + b)\n"


@law
@given(outputs())
def test_a_jacobian_by_reverse_is_that_by_forward_and_by_differences(pair):
    drawn, of = pair
    reverse, forward = drawn.run(of=of).gradient, drawn.run(of=of, mode="forward").gradient
    for name, jacobian in reverse.items():
        expected, coarse = drawn.differences(name, of=of), drawn.differences(name, 2e-5, of=of)
        assert close(jacobian, expected, 1e-6 * (1 + np.max(np.abs(expected))) + 10 * np.abs(coarse - expected)), name
        assert close(forward[name], jacobian), name


@law
@given(outputs())
def test_one_sweep_over_a_stack_is_a_sweep_an_element(pair):
    drawn, of = pair
    run = drawn.run(of=of)
    found = jacobians(run.linear.evaluation, of, list(run.graph.index))
    for name, jacobian in zip(run.graph.index, found, strict=True):
        assert close(jacobian, run.adjoints[run.graph.index[name]]), name


@law
@given(outputs(), st.data())
def test_a_jacobian_of_what_is_unknown_is_a_matrix_of_formulas(pair, data):
    drawn, of = pair
    given_names = data.draw(st.sets(st.sampled_from(sorted(drawn.point)))) if drawn.point else set()
    partly, full = backcalc.parse(drawn.text).run(drawn.at(given_names), of=of).run, drawn.run(of=of)
    extra, expected = [], []
    for i, (adjoint, truth) in enumerate(zip(partly.adjoints, full.adjoints, strict=True)):
        if adjoint is None:
            assert truth is None or truth.ndim > 2, i
        elif is_known(adjoint):
            assert close(adjoint, truth), partly.graph.nodes[i].name
        else:
            extra.append(f"formula{len(extra)} = {unparse(literal(adjoint))}")
            expected.append(truth)
    again = backcalc.parse("\n".join([drawn.text, *extra])).run(drawn.at(), of=drawn.output).run
    for k, truth in enumerate(expected):
        assert close(again.values[again.graph.index[f"formula{k}"]], truth), extra[k]


@law
@given(programs(), st.data())
def test_a_change_along_a_direction_is_the_jacobians_times_it(drawn, data):
    steps = st.sampled_from((0.0, 1.0, -0.5, 0.25))
    moved = data.draw(st.sets(st.sampled_from(sorted(drawn.point)), min_size=1)) if drawn.point else set()
    if not moved:
        return
    along = {name: np.array(drawn.point[name], dtype=float) for name in sorted(moved)}
    for value in along.values():
        for place in np.ndindex(*value.shape):
            value[place] = data.draw(steps)
    along = {name: value.tolist() for name, value in along.items()}
    run = drawn.run(along=along)
    full = drawn.run(mode="forward", wrt=sorted(along))
    known = data.draw(st.sets(st.sampled_from(sorted(drawn.point))))
    partly = backcalc.parse(drawn.text).run(drawn.at(known), along=along).run
    extra, expected = [], []
    for i, node in enumerate(run.graph.nodes):
        slopes = {name: full.tangents[name][i] for name in along}
        truth = sum(np.tensordot(slope, along[name], np.ndim(along[name])) for name, slope in slopes.items())
        assert close(run.tangents[ALONG][i], truth), node.name
        change = partly.tangents[ALONG][i]
        if change is not None and is_known(change):
            assert close(change, truth), node.name
        elif change is not None:
            extra.append(f"formula{len(extra)} = {unparse(literal(change))}")
            expected.append(truth)
    again = backcalc.parse("\n".join([drawn.text, *extra])).run(drawn.at(), of=drawn.output).run
    for k, truth in enumerate(expected):
        assert close(again.values[again.graph.index[f"formula{k}"]], truth), extra[k]


# ---- Rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "gradient"),
    [
        ("input x = [1, 2]\ny = 3*x", {"x": [[3, 0], [0, 3]]}),
        ("input x = 2\ny = [x, x^2]", {"x": [1, 4]}),
        ("input x = [1, 2]\ny = outer(x, x)", {"x": [[[2, 0], [2, 1]], [[2, 1], [0, 4]]]}),
        ("input x = [1, 2]\ny = [x[1], x[0]]\nconst k = 3", {"x": [[0, 1], [1, 0]]}),
        ("input x = [1, 2]; input z = [5]\ny = 2*x\noutput y", {"x": [[2, 0], [0, 2]], "z": [[0], [0]]}),
        ("input u = [1, 1]\nu -> v : [[1, 2], [3, 4]]\nv = [1, 1]", {"u": [[1, 2], [3, 4]]}),
        ("input x = [0, 4]\ny = where(x > 1, sqrt(x), x)", {"x": [[1, 0], [0, 0.25]]}),
    ],
)
def test_rows(text, gradient):
    of = {"of": "y"} if "y =" in text else {}
    found = backcalc.parse(text).run(**of).gradient
    assert {name: np.asarray(value).tolist() for name, value in found.items()} == gradient


FORMULAS = [  # Of what is unknown, as a person would write it.
    ("input W[2,3]; input x[3]\nh = tanh(W @ x)", "x", "diag(1 - h^2) @ W"),
    ("input W[3,2]; input x[3]\ny = x @ W", "x", "W.T"),
    ("input x[3]\np = softmax(x)", "x", "diag(p) - outer(p, p)"),
    ("p = [x*y, x + y, x^2]", "x", "[y, 1, 2*x]"),
    ("input x[3]\ny = s*x", "s", "x"),
    ("input x[2]\ny = x*(x @ x)", "x", "2*outer(x, x) + x @ x*[[1, 0], [0, 1]]"),
    ("input x[4]\ny = sin(x[1:3])", "x", "diag(cos(x[1:3])) @ [[0, 1, 0, 0], [0, 0, 1, 0]]"),
    ("input W[200,200]; input x[200]\nh = tanh(W @ x)", "x", "diag(1 - h^2) @ W"),
    ("input u[2]\nu -> v : [[1, 2], [3, 4]]\ny = 2*v", "u", "[[2, 4], [6, 8]]"),
]


@pytest.mark.parametrize(("text", "wrt", "formula"), FORMULAS)
def test_formulas(text, wrt, formula):
    found = backcalc.parse(text).run(wrt=[wrt]).gradient[wrt]
    assert unparse(literal(found)) == formula


def test_an_output_is_by_itself_the_identity():
    found = backcalc.parse(NETWORK).run()
    assert np.array_equal(found.nodes["h"].adjoint, np.eye(2))
    assert found.gradient["W"].shape == (2, 2, 3)


def test_a_wide_output_takes_one_sweep_over_a_stack(monkeypatch):
    sweeps = []
    monkeypatch.setattr(limits, "adjoints", lambda *_: sweeps.append(1))
    x, w = np.linspace(-1, 1, 200), np.linspace(-0.1, 0.1, 200 * 200).reshape(200, 200)
    graph = backcalc.parse("input x[200]\ninput W[200,200]\ny = tanh(W @ x)")
    found = graph.run({"x": x, "W": w}, wrt=["x"])
    assert not sweeps
    assert np.allclose(found.gradient["x"], (1 - np.tanh(w @ x) ** 2)[:, None] * w)
    # That by W, which nobody has asked for, has eight million numbers.
    assert found.nodes["W"].adjoint is None
    assert [warning.code for warning in found.warnings] == ["jacobian-left-out"]


def test_of_a_jacobian_that_is_too_large_one_row_is_to_be_had():
    graph = backcalc.parse("input x[200] = 1\ninput W[200,200] = 1\ny = W @ x")
    with pytest.raises(backcalc.UsageError, match="8,000,000 numbers") as caught:
        graph.run()
    assert [hint.partition(":")[0] for hint in caught.value.diagnostics[0].hints] == [
        "along one direction d of `y` it is the gradient of a number",
        "leave it out",
        "one row of it",
    ]


def test_what_each_user_hands_on_adds_up_to_the_jacobian():
    run = backcalc.parse(NETWORK + "p = softmax(h + x[0])").run().run
    for node, terms in zip(run.graph.nodes, run.contributions(), strict=True):
        total = sum(contribution for _, _, contribution in terms)
        assert close(total, run.adjoints[run.graph.index[node.name]]), node.name


# ---- Forward mode without an output ----------------------------------------------------------------------------------


def test_forward_mode_needs_no_output():
    run = backcalc.parse("y = sin(x)*z\nu = x^2").run({"x": 0.0, "z": 2.0}, wrt=["x"], mode="forward").run
    assert (run.output, run.value, run.gradient) == ("", None, {})
    assert run.tangents == {"x": [1.0, 0.0, 2.0, 0.0]}
    with pytest.raises(backcalc.UsageError, match="the output is not clear"):
        backcalc.parse("y = sin(x)*z\nu = x^2").run({"x": 0.0, "z": 2.0})


@pytest.mark.parametrize(
    ("along", "message"),
    [
        ({}, "names no node that changes"),
        ({"x": [1, 2]}, "the change of `x` is a vector of 2, the node a number"),
        ({"q": 1}, "no node `q`"),
        ({"c": 1}, "`c` is a constant"),
    ],
)
def test_a_direction_that_is_none(along, message):
    with pytest.raises(backcalc.UsageError, match=message):
        backcalc.parse("const c = 2\ny = c*x").run({"x": 1.0}, along=along)


def test_a_direction_is_none_of_a_loss_outside():
    with pytest.raises(backcalc.UsageError, match="loss outside the graph, along of a node in it"):
        backcalc.parse("adjoint y = 2\ny = x^2").run({"x": 1.0}, along={"x": 1.0})


def test_tangents_of_wide_nodes_take_no_jacobian_by_others(monkeypatch):
    asked = []
    monkeypatch.setattr(Linearization, "node_edges", lambda _, node: asked.append(node))
    graph = backcalc.parse("input x[40] = 0.5; input W[40,40] = 0.01\nh = tanh(W @ x)\ny = sum(h*x)")
    forward = graph.run(mode="forward", wrt=["x"]).run
    assert not asked
    reverse = graph.run().run
    assert np.allclose(forward.tangents["x"][-1], reverse.gradient["x"])
    assert np.allclose(forward.tangents["x"][2], graph.run(of="h", wrt=["x"]).gradient["x"])
    assert not forward.tangents["x"][1].any()


@pytest.mark.parametrize(
    ("text", "direction", "change"),
    [
        ("input x = [-1, 4]; y = where(x > 0, sqrt(x), 0)", {"x": [1, 1]}, [0, 1 / 4]),
        ("input x = [-1, 0, 4]; y = sum(sqrt(relu(x)))", {"x": [1, 1, 1]}, 1 / 4),
        ("input x = [-1, 4]; y = sum(sqrt(relu(x[[1, 0]]).T + [0, 0]))", {"x": [1, 1]}, 1 / 4),
        ("input x = [[-1, 4]]; y = norm(sqrt(relu(x)).T)", {"x": [[1, 1]]}, 1 / 4),
        ("input x = [-1, 4]; y = sum(sqrt(concat(relu(x), 1)) @ [[1], [1], [1]])", {"x": [1, 1]}, 1 / 4),
        ("input a = -1, b = 4; y = max(sqrt([relu(a), b]))", {"a": 1, "b": 1}, 1 / 4),
        # What does not move hands nothing on, whatever the slope there.
        ("input x = [0, 8]; y = sum(cbrt(x))", {"x": [0, 1]}, 1 / 12),
        ("input x = [0, 8], w = 1; y = sum(cbrt(x))*w", {"x": [0, 0], "w": 1}, 2),
        ("input x = 0, w = 1; y = cbrt(x) + w", {"x": 0, "w": 1}, 1),
        ("input x = [1, 0]; y = cross_entropy(x, [1, 0]) + cross_entropy([1, 0], x)", {"x": [1, 0]}, -1),
        ("input x[2], w = 2; h = cbrt([0, 1]*w); y = sum(h) + x[0]*0", {"x": [0, 0], "w": 0}, 0),
    ],
)
def test_a_change_is_nothing_where_nothing_moves(text, direction, change):
    run = backcalc.parse(text).run(along=direction).run
    assert np.allclose(run.tangents[ALONG][-1], change, rtol=1e-14, atol=0)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "∂p/∂node by W has 3 axes"),
        (["--get", "dp/dW"], "∂p/∂node by W has 3 axes"),
        (["--mode", "forward", "--wrt", "W"], "∂node/∂W of q, p has more than 2 axes"),
        (["--get", "dp[0]/dW"], ""),
        (["--get", "dp/dx"], ""),
        (["--mode", "forward", "--wrt", "x"], ""),
        (["--at", "W=[[1, 2], [3, 4]],x=[1, 2]"], ""),
    ],
)
def test_why_there_is_no_formula_is_told_once(arguments, words):
    found = CliRunner().invoke(cli, ["run", "-", *arguments], input="input W[2,2], x[2]\nq = W @ x\np = tanh(q)\n")
    assert found.exit_code == 0
    assert found.stderr.count("warning") == bool(words)
    assert words in found.stderr
    assert ("?" in found.stdout) >= bool(words)
