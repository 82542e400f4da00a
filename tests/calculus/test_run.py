"""A run: the output chosen, the inputs of interest, both modes, and the derivative of every pair."""

from __future__ import annotations

from itertools import pairwise

import pytest
from graphs import allowance, programs, refusals
from hypothesis import given, settings

import backcalc
from backcalc.calculus.adjoints import adjoints

law = settings(max_examples=100)

# ---- Output and inputs of interest -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "of", "output"),
    [
        ("y = x", None, "y"),
        ("y = x; z = 2*y", None, "z"),
        ("y = x; z = 2*y", "y", "y"),
        ("y = x; z = 2*y", "x", "x"),
        ("y = x; z = x; output y", None, "y"),
        ("y = x; z = x; output y", "z", "z"),
        ("c = 3; y = x", None, "y"),
        ("input x", None, "x"),
        ("u -> v : 3", None, "v"),
    ],
)
def test_output(text, of, output):
    assert backcalc.parse(text).run({"x": 1} if "x" in text else {}, of=of).output == output


@pytest.mark.parametrize(
    ("text", "options", "found"),
    [
        ("y = x; z = x", {}, [("no-output", "")]),
        ("y = x", {"of": "q"}, [("unknown-node", "")]),
        ("y = x", {"wrt": ["q"]}, [("unknown-node", "")]),
        ("y = x", {"wrt": "xq"}, [("unknown-node", "")]),
        ("y = x", {"mode": "sideways"}, [("unknown-mode", "")]),
        ("y = pi*x", {"of": "pi"}, [("unknown-node", "")]),
    ],
)
def test_refused(text, options, found):
    assert refusals(text, {"x": 1}, **options) == found


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("y = x; z = x; w = x", {}, ["y, z, w", 'of="w"', "output w"]),
        ("y = x", {"of": "Y"}, ["did you mean `y`?"]),
        ("hidden = x", {"wrt": "hiden"}, ["wrt: error", "did you mean `hidden`?"]),
        ("y = x", {"of": "q"}, ["of: error", "the nodes are x, y"]),
    ],
)
def test_the_remedy_is_named(text, options, words):
    with pytest.raises(backcalc.UsageError) as caught:
        backcalc.parse(text).run({"x": 1}, **options)
    assert [word for word in words if word not in str(caught.value)] == []


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(
    ("wrt", "gradient"),
    [
        ((), {"a": 12, "b": 8, "c": 1}),
        (("b",), {"b": 8}),
        (("c", "a"), {"c": 1, "a": 12}),
        (("a", "a"), {"a": 12}),
        (("y",), {"y": 2}),  # An inner node,
        (("z",), {"z": 1}),  # the output itself,
        (("k",), {"k": 24}),  # a constant,
        (("w",), {"w": 0}),  # a node that leads nowhere.
    ],
)
def test_gradient(wrt, gradient, mode):
    graph = backcalc.parse("k = 2; y = a*b; z = k*y + c + 0*a; w = 5*a")
    result = graph.run({"a": 4, "b": 6, "c": 1}, of="z", wrt=wrt, mode=mode)
    assert result.gradient == gradient
    assert list(result.gradient) == list(gradient)


def test_forward_mode_has_a_tangent_for_each_node():
    run = backcalc.parse("y = a*b; z = sin(y) + b").run({"a": 2, "b": 0}, mode="forward").run
    assert run.adjoints == []
    assert run.tangents == {"a": [1, 0, 0, 0], "b": [0, 1, 2, 3]}
    assert run.gradient == {"a": 0, "b": 3}


def test_values_that_nothing_says_are_none():
    run = backcalc.parse("x -> u : 2; u -> o : 3; o = 0.5; y = 4*o").run().run
    assert dict(zip(run.graph.index, run.values, strict=True)) == {"x": None, "u": None, "o": 0.5, "y": 2}
    assert run.adjoints == [24, 12, 4, 1]
    assert backcalc.parse("x -> u : 2").run().value is None


def test_warnings_of_the_graph_come_first():
    run = backcalc.parse("y = relu(x)\nu -> v : 1\nu -> v : 2").run({"x": 0}, of="y").run
    assert [warning.code for warning in run.warnings] == ["duplicate-edge", "kink"]


# ---- All pairs -------------------------------------------------------------------------------------------------------


def test_pairs():
    run = backcalc.parse("y = a*b; z = 3*y + a; c = 7").run({"a": 2, "b": 5}, of="z").run
    assert list(run.pairs()) == [
        ("y", "a", 5),
        ("y", "b", 2),
        ("z", "a", 16),
        ("z", "b", 6),
        ("z", "y", 3),
    ]


def test_a_pair_whose_derivative_is_0_has_a_path_all_the_same():
    run = backcalc.parse("y = if x > 0 then a else b; z = floor(y)").run({"x": 1, "a": 2.5, "b": 3}).run
    found = {f"{of}{wrt}": value for of, wrt, value in run.pairs()}
    assert found == {"yx": 0, "ya": 1, "yb": 0, "zx": 0, "za": 0, "zb": 0, "zy": 0}


@law
@given(programs())
def test_all_pairs_are_a_reverse_sweep_a_node(drawn):
    run = drawn.run()
    names, found = list(run.graph.index), {(of, wrt): value for of, wrt, value in run.pairs()}
    for head, of in enumerate(names):
        adjoint = adjoints(run.linear, head)
        near = {wrt: allowance(run, of, wrt) for wrt in names[:head]}
        for tail, wrt in enumerate(names[:head]):
            assert found.get((of, wrt), 0) == pytest.approx(adjoint[tail], rel=0, abs=near[wrt])


@law
@given(programs())
def test_all_pairs_are_those_with_a_path(drawn):
    run = drawn.run()
    reach = {(node.name, arg) for node in run.graph.nodes for arg in node.args}
    for middle in run.graph.index:  # Warshall: paths through ever more nodes.
        heads = [head for head, tail in reach if tail == middle]
        tails = [tail for head, tail in reach if head == middle]
        reach |= {(head, tail) for head in heads for tail in tails}
    pairs = [(of, wrt) for of, wrt, _ in run.pairs()]
    assert set(pairs) == reach
    places = [(run.graph.index[of], run.graph.index[wrt]) for of, wrt in pairs]
    assert all(before < after for before, after in pairwise(places))


# ---- The readings of a linearization ---------------------------------------------------------------------------------


def linearized(text):
    return backcalc.parse(text).run().run.linear


def test_adjoints_end_at_the_output():
    linear = linearized("a -> b : 3; a -> c : 7; b -> c : 5")
    assert adjoints(linear, 2) == [22, 5, 1]
    assert adjoints(linear, 1) == [3, 1, 0]
    assert adjoints(linear, 0) == [1, 0, 0]


@pytest.mark.parametrize(
    ("text", "at", "code"),
    [
        ("input x[3]; for k in 0..3 { y{k} = x[k] }", {}, "index-out-of-range"),
        ("input x = [1, 2, 3]; a = x[0]; b = x[3]", {}, "index-out-of-range"),
        ("input x[3]; y = x + [1, 2]; z = 3*x", {}, "shape-mismatch"),
        # A point may have a fourth element, and settle what the file leaves open.
        ("input x = [1, 2, 3]; a = x[0]; b = x[3]", {"x": [1, 2, 3, 4]}, "no-output"),
        ("a = maxpool(x, 2); b = 2*x", {}, "no-output"),
    ],
)
def test_what_is_wrong_with_the_file_comes_before_the_question_of_the_output(text, at, code):
    with pytest.raises(backcalc.BackcalcError) as caught:
        backcalc.parse(text).run(at)
    assert [found.code for found in caught.value.diagnostics] == [code]
