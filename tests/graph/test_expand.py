"""Every operation a node of its own: the names, one operation a node, and the same values and adjoints as before."""

from __future__ import annotations

import pytest
from graphs import allowance, programs
from hypothesis import given, settings

import backcalc
from backcalc.calculus.run import run
from backcalc.graph.expand import expand
from backcalc.language.expr import Call, postorder
from backcalc.language.unparse import unparse


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("y = a + b", "y = a + b"),
        ("y = 3", "y = 3"),
        ("y = x", "y = x"),
        ("y = sigmoid(w*x + b)", "y_1 = w*x; y_2 = y_1 + b; y = sigmoid(y_2)"),
        ("J = 1/2*(y - z)^2", "J_1 = 1/2; J_2 = y - z; J_3 = J_2^2; J = J_1*J_3"),
        ("y = sin(x)*sin(x)", "y_1 = sin(x); y_2 = sin(x); y = y_1*y_2"),  # As it is written.
        ("y = -x^2", "y_1 = x^2; y = -y_1"),
        ("y = x^-2 + -3*x", "y_1 = x^-2; y_2 = -3*x; y = y_1 + y_2"),  # A negative number is no operation.
        ("y = -2", "y = -2"),
        ("y = if x > 0 then x else -x", "y_1 = x > 0; y_2 = -x; y = if y_1 then x else y_2"),
        ("y = pi*x*x", "y_1 = pi*x; y = y_1*x"),
        ("z = 2*x; y = 2*z + 1", "z = 2*x; y_1 = 2*z; y = y_1 + 1"),
        ("def f(t) = t*t + 1; y = f(2*x)", "y_1 = 2*x; y_2 = y_1*y_1; y = y_2 + 1"),  # An argument, once.
        ("y_1 = 5*x; y = 2*y_1 + 1", "y_1 = 5*x; y_2 = 2*y_1; y = y_2 + 1"),  # Names that are taken stay.
        ("y = 2*x + 1; y_1 = 3*y", "y_2 = 2*x; y = y_2 + 1; y_1 = 3*y"),
        ("y = max(0*2, x + 1)", "y_1 = x + 1; y = max(0*2, y_1)"),  # As a node it would share the slope at a tie.
        ("y = max(1 + 2, 3)", "y_1 = 1 + 2; y = max(y_1, 3)"),
        ("y = 2*(x + 1); y' = 3*(x + 1)", "y_1 = x + 1; y = 2*y_1; y_1' = x + 1; y' = 3*y_1'"),
    ],
)
def test_formulas(text, expanded):
    nodes = [node for node in expand(backcalc.parse(text).objects).nodes if node.formula is not None]
    assert "; ".join(f"{node.name} = {unparse(node.formula)}" for node in nodes) == expanded
    assert all(node.formula == node.expr for node in nodes)
    backcalc.parse(expanded)  # It is a graph of the language again.


@pytest.mark.parametrize("text", ["u -> v : w*(1 - w) + 2", "u -> v : v*(1 - v); v = 0.5*1.4; output v"])
def test_annotated_edges_stay(text):
    graph = backcalc.parse(text).objects
    assert expand(graph).nodes == graph.nodes


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("y = sin(1 + 2)*x", "x:input y_1:constant y_2:expression y:expression"),
        ("c = 1 + 2*3; y = c*x", "c_1:constant c:expression x:input y:expression"),
    ],
)
def test_kinds(text, kinds):
    assert " ".join(f"{node.name}:{node.kind}" for node in expand(backcalc.parse(text).objects).nodes) == kinds


def test_an_operation_has_the_place_of_its_text():
    graph = expand(backcalc.parse("z = 1\ny = sin(2*x) + z").objects)
    places = {node.name: graph.source.text[slice(*node.span)] for node in graph.nodes}
    assert places == {"z": "z", "x": "x", "y_1": "2*x", "y_2": "sin(2*x)", "y": "y"}


def test_constants_can_still_be_given():
    result = run(expand(backcalc.parse("y = e^2*x + e").objects), {"e": 3.0, "x": 2.0})
    assert result.gradient == {"e": 13.0, "x": 9.0}


@settings(max_examples=100)
@given(programs())
def test_named_nodes_keep_their_values_and_adjoints(drawn):
    plain = drawn.run()
    graph = expand(plain.graph)
    result = run(graph, dict(drawn.point), of=drawn.names[-1])
    for name, place in plain.graph.index.items():
        assert result.values[graph.index[name]] == plain.values[place]
        near = allowance(result, plain.output, name)
        assert result.adjoints[graph.index[name]] == pytest.approx(plain.adjoints[place], rel=0, abs=near)


@settings(max_examples=100)
@given(programs())
def test_each_node_is_one_operation(drawn):
    graph = expand(drawn.run().graph)
    seen = set()
    for node in graph.nodes:
        if node.expr is not None and not node.incoming:
            calls = [part for part in postorder(node.expr) if isinstance(part, Call) and part.fn != "-x"]
            assert len(calls) <= 1
        assert seen.issuperset(node.args)
        seen.add(node.name)
