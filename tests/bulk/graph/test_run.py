"""Graphs as arrays: the same nodes, values, adjoints and words as of graphs of objects, or no large run at all."""

from __future__ import annotations

import json
import math
import random
import re

import documents
import pytest
from graphs import programs
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.bulk.graph import warnings as array_nodes
from backcalc.bulk.graph.run import read_large, run_large
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.render.reports.run import run_tables
from backcalc.render.reports.run_csv import render_csv
from backcalc.render.reports.run_json import render_json
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

law = settings(max_examples=300)
ULPS = 64  # NumPy's functions and those of `math` differ in the last place, and sums carry that on.


def close(found, expected):
    if expected is None or math.isnan(expected):
        return found is None or math.isnan(found)
    return math.isclose(found, expected, rel_tol=ULPS * 2**-53, abs_tol=1e-12)


def by_arrays(source, at, of=None, wrt=()):
    """The run of a text by arrays; None where they leave it to the plain way."""
    graph = read_large(source)
    return None if graph is None else run_large(graph, at, of, wrt)


def both(text, at=None, of=None, wrt=()):
    """The large run of a text and the plain one, held equal; None where there is no large one."""
    source = Source("test", text)
    large = by_arrays(source, at or {}, of, wrt)
    if large is None:
        return None
    plain = run(load(source), at or {}, of, wrt)
    graph = plain.graph
    assert list(large.graph.names) == list(large.graph.index) == [node.name for node in graph.nodes]
    assert [large.graph.index[node.name] for node in graph.nodes] == list(range(len(graph.nodes)))
    assert (large.graph.inputs, large.graph.sinks) == (graph.inputs, graph.sinks)
    assert [(node.kind, node.formula) for node in large.graph.nodes] == [(n.kind, n.formula) for n in graph.nodes]
    assert [large.graph.line(node) for node in large.graph.nodes] == [graph.line(node) for node in graph.nodes]
    assert large.warnings == plain.warnings
    assert large.output == plain.output
    assert list(large.gradient) == list(plain.gradient)
    assert all(map(close, large.values, plain.values)), (large.values, plain.values)
    assert all(map(close, large.adjoints, plain.adjoints)), (large.adjoints, plain.adjoints)
    assert large.is_finite == plain.is_finite
    assert_same_json(large, plain)
    return large


NUMBER = re.compile(r"(-?\d+(?:\.\d+)?(?:e[-+]?\d+)?)")


def as_json(run):
    return "\n".join(render_json(run))


def assert_same_json(large, plain):
    """The same text but for the last digits of numbers; formulas to the letter."""
    found, expected = map(as_json, (large, plain))
    formulas, others = ([node["formula"] for node in json.loads(text)["nodes"]] for text in (found, expected))
    assert formulas == others
    words, others = (NUMBER.split(text) for text in (found, expected))
    assert words[::2] == others[::2]
    assert all(close(float(one), float(other)) for one, other in zip(words[1::2], others[1::2], strict=True))


@law
@given(programs())
def test_a_large_run_is_the_plain_one(drawn):
    both(drawn.text, drawn.point, drawn.names[-1])


@law
@given(programs())
def test_the_order_of_the_lines_does_not_matter(drawn):
    lines = drawn.text.split("\n")
    random.Random(len(drawn.text)).shuffle(lines)
    both("\n".join(lines), drawn.point, drawn.names[-1])


@st.composite
def edge_lists(draw):
    """Lines of edges with plain numbers, parallel ones too, in any order, and comments between them."""
    count = draw(st.integers(2, 12))
    partials = st.floats(-1e3, 1e3).map(repr) | st.sampled_from(["-0.0", "0", "1e22", "-3", "5e-324", ".5", "1e300"])
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    edges = draw(st.lists(st.tuples(ends, partials), min_size=1, max_size=30))
    lines = [f"σ{tail}' -> ラ{head} : {partial}" for (tail, head), partial in edges]
    lines += [f"ラ{node} -> σ{node}' : 1" for node in range(count)]
    lines += draw(st.lists(st.sampled_from(["", "# ラ", "ラ0 = 0.25", "input σ = 2"]), max_size=4, unique=True))
    return "\n".join(draw(st.permutations(lines)))


@law
@given(edge_lists(), st.integers(1, 4))
def test_json_of_edges_is_the_plain_text(text, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.render.reports.run_json.ROWS", rows)
        patch.setattr("backcalc.bulk.graph.model.PIECE", 7 * rows)
        large = both(text, of="σ1'")
        assert as_json(large) == as_json(run(load(large.graph.source), {}, "σ1'"))


# What a formula may do with its arguments: name them in another order than it reads them, twice, or for nothing.
FORMS = (
    "{u} + {n}*{v}",
    "{u}*{u}*{u} - {n}^2*{u}",
    " sin( {u} )/ ({n} +cosh({v}))  # a note {{",
    "-({u} - {v})**2;",
    "cross_entropy(sigmoid({u}), {v})",
    "mse({u}, tanh({w}))",
    "max({u}, {v})*min({n}, {w})",
    "if {u} < {n} then {v} else tanh({w} + {u})",
    "if {u} < 1e300 then {v} else {w}/(0*{u})",
    "where({u} < {v}, {w}, {n})",
    "0*{u} + floor({v})*{n}",
    "{u}",
    "({n})",
    "tanh({u}\n  + {v})",
)
SPELLED = ("1.50", ".5", "2.", "007", "1e-3", "2E-1", "0.1", "3", "pi", "(e)")


@st.composite
def repeated_forms(draw):
    """Lines of few forms, each of which reads nodes before it, numbers in any spelling."""
    forms = draw(st.lists(st.sampled_from(FORMS), min_size=1, max_size=4))
    lines = [f"input a0 = {draw(st.sampled_from(SPELLED))}", "input x' = -0.75; input n = 2"]
    for i in range(1, draw(st.integers(2, 12))):
        names = st.sampled_from(["x'", "n", "pi", *(f"a{k}" for k in range(i))])
        words = {word: draw(names) for word in "uvw"} | {"n": draw(st.sampled_from(SPELLED))}
        line = f"a{i} = {draw(st.sampled_from(forms)).format(**words)}"
        lines.append(line.replace(" ", draw(st.sampled_from((" ", "  ", " \t ")))))
    return "\n".join(lines)


@law
@given(repeated_forms(), st.integers(1, 4))
def test_formulas_and_partials_of_repeated_forms_are_the_plain_ones(text, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.bulk.graph.reader.FEWEST", 1)  # So that each form is a block.
        patch.setattr("backcalc.render.reports.run_json.ROWS", rows)
        assert both(text, of="a1") is not None


# What arrays must take on, however few of its lines the grammar sees.
TAKEN = [
    "u -> v : 3",
    "u v 3\nv w 0.5\nu w -1",
    "source,target,partial\n1,2,0.5\n2,3,4",
    "d(v)/d(u) = 3\n∂w/∂v = -2",
    "u -> v : 1/3\nv -> w : -0.5\nu -> w : 2*pi",
    "u -> o : 2\no = 0.1\nL = -log(o)",
    "u -> o : 2\no = 0.1\nL = -log(o)\no -> p : L*o",
    "input x = 0.5\ny = sin(x)*x + 2",
    "x = 3\ny = x^2",
    "y = 2\nz = y",
    "input x = 2\ny = x^x + pi*x - tau\nz = e*y",
    "e = 2\ny = e*pi + inf*0 + tau",
    "input x = 1\ny = if x > 0.5 then 2*x else 3*x",
    "input x = 1\ny = max(x, 2)*min(x, 3)",
    "input x = 2\nu = x + pi - 2\na = max(x, u)\nb = max(u, pi)\nc = max(x, x)\ny = a + b + c",
    "input x = 2\na = max(x, 2)\nb = max(x, 1)\nc = min(2, x)\ny = a + 2*b + 4*c + 8*max(a, x)",
    "input x = 1; input z = 2; y = x*z; output y",
    "input x = 1\nz = y + x\ny = 2*x",
    "input σ1 = 1\nη = 2*σ1",
    "u -> v : 3\nu -> v : 4\nv -> w : 1\nu -> v : 5",
    "u -> v : 3\nu -> v : 1/3\nu,v,4\nv -> w : 1",
    "e -> v : 3",
    "v -> sin : 3\nsin -> w : 2",
    "input x = -1\ny = log(x)",
    "input x = 0\ny = relu(x)*2 + abs(x)\nz = 1/x + y  # 1/0",
    "z = 1/y\ninput x = 0; y = sqrt(x)\nw = floor(y)\nL = z + w",
    "input x = 1\nc = 0\ny = x^c + log(c)",
    "input x = 0\ny = 2*relu(x  # goes on\n  + 0) + (\n1)\nu -> v : (1\n + 2)\nu -> v : (3\n)\nv -> w : y",
]


@pytest.mark.parametrize("text", TAKEN)
def test_arrays_take_on(text):
    assert both(text) is not None


# What they must leave to the plain way, which has formulas, vectors, errors and warnings.
LEFT = [
    "y = 2*x",
    "input v = [1, 2]\ny = sum(v)",
    "input x = 1\ny = max(x, 2, 3)",
    "def f(x) = x^2\ninput x = 1\ny = f(x)",
    "for k in 1..3 { t{k} = k }",
    "input x = 1\ny = x^2\ngiven y = 1",
    "input x = 1\ny = x^2\nadjoint y = 1",
    "input x = 1\ny = x^2\nz = grad(y, x)",
    "input x = 1\ny = 2*x\nclaim y < 3",
    "u -> v : w",
    "output nope\nu -> v : 1",
    "output pi\nu -> v : pi",
    "t{k} = 2\nu -> v : 1",
    "u -> t{k} : 1",
    "y = 2*x\ny = 3*x",
    "input x\ninput x\ny = x",
    "input y\nu -> y : 1",
    "u -> v : 1\nv = 2*u",
    "y = z\nz = y",
    "u -> v : 1\nv -> u : 1",
    "y = nosuch(x)",
    "y = sin*2",
    "y = True*x",
    "y = cos(πx)",
    "input x = 1\noutput x\noutput y\ny = x",
    "",
]


@pytest.mark.parametrize("text", LEFT)
def test_arrays_leave(text):
    assert by_arrays(Source("test", text), {}, None, ()) is None


@pytest.mark.parametrize(
    ("text", "at"), [("x = 1\ny = x", {"x": 2.0}), ("o = 0.1\nu -> o : 1", {"o": 2.0}), ("y = e", {"e": 1.0})]
)
def test_values_that_are_not_an_inputs_are_left_to_the_plain_way(text, at):
    assert by_arrays(Source("test", text), at, None, ()) is None


def test_values_of_inputs_and_known_activations():
    assert list(both("u -> o : 2\nL = -log(o)", {"o": 0.1}).values) == [None, 0.1, -math.log(0.1)]
    assert both("input x = 3\ny = x^2", {"x": 5.0}).gradient == {"x": 10}


@pytest.mark.parametrize(
    ("text", "of", "wrt"), [("u -> v : 1\nu -> w : 2", None, ()), ("u -> v : 1", "w", ()), ("u -> v : 1", None, ("w",))]
)
def test_errors_of_options_are_the_plain_ones(text, of, wrt):
    source = Source("test", text)
    with pytest.raises(BackcalcError) as plain:
        run(load(source), {}, of, wrt)
    with pytest.raises(BackcalcError) as large:
        by_arrays(source, {}, of, wrt)
    assert str(large.value) == str(plain.value)


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_printed_is_the_same(text):
    source = Source("test", text)
    large, plain = by_arrays(source, {}, None, ()), run(load(source), {})
    assert list(render_csv(large)) == list(render_csv(plain))
    # By what they show, for a cell of nan equals no other.
    assert repr(run_tables(large, limit=3)) == repr(run_tables(plain, limit=3))
    assert documents.plain(run_tables(large, limit=3)) == documents.plain(run_tables(plain, limit=3))


def test_as_many_warnings_as_nodes(monkeypatch):
    monkeypatch.setattr(array_nodes, "MOST_TOGETHER", 7)
    alone = "".join(f"w{i} = relu(x) + abs(x - x)\n" for i in range(40))
    in_turn = "".join(f"d{i + 1} = max(d{i}, x) + relu(w{i})\n" for i in range(40))
    large = both(f"input x = 0\nd0 = relu(x)\n{alone}{in_turn}", of="d40")
    assert large is not None
    assert len(large.warnings) == 1 + 2 * 40 + 2 * 40
