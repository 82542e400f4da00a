"""What arrays do of a large text, the objects do too: the same derivations, paths and marks."""

from __future__ import annotations

import math

import pytest
from documents import plain
from graphs import programs
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.explain import explain
from backcalc.analysis.paths import Aggregation
from backcalc.analysis.run import Text
from backcalc.bulk.graph.excerpt import Excerpt
from backcalc.bulk.graph.run import LargeRun
from backcalc.calculus.digits import AS_WRITTEN
from backcalc.language.unparse import number_text
from backcalc.marking.key import Key
from backcalc.marking.large import all_right
from backcalc.marking.sheet import read_answers
from backcalc.render.reports.paths import paths_tables, render_paths_json
from backcalc.render.reports.steps import derivation
from backcalc.text.source import Source

law = settings(max_examples=100)
DIGITS = 6  # That are shown: NumPy and `math` differ in the last place.


@pytest.fixture(autouse=True, scope="module")
def _large():
    """A text of any size is worth reading by arrays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.analysis.run.LARGE", 0)
        yield


@st.composite
def edge_lists(draw):
    """Lines of edges with plain numbers, parallel ones too, in any order, and some known activations."""
    count = draw(st.integers(2, 9))
    partials = st.floats(-10, 10).map(repr) | st.sampled_from(["-0.0", "0", "1e22", "-3", "5e-324", ".5", "1/3"])
    ends = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(lambda pair: pair[0] < pair[1])
    edges = draw(st.lists(st.tuples(ends, partials), min_size=1, max_size=25))
    edges += [((count - 2, count - 1), "0.5")]
    lines = [f"n{tail} -> n{head} : {partial}" for (tail, head), partial in edges]
    lines += draw(st.lists(st.sampled_from(["", "# n", "n1 = 0.25", "input n0 = 2"]), max_size=4, unique=True))
    return "\n".join(draw(st.permutations(lines))), f"n{count - 1}"


def text_of(text):
    return Text(Source("test", text))


def steps(run, nodes):
    """The derivation as it is printed."""
    return plain(derivation(explain(run, nodes), run.output), digits=DIGITS)


def assert_same_steps(text, at, of, nodes):
    """That the arrays serve, and what they show is what the objects show."""
    source = text_of(text)
    found, derived = source.derived(at, of, (), nodes)
    assert isinstance(derived, Excerpt)
    plain = source.run_objects(at, of)
    assert steps(derived, nodes) == steps(plain, nodes)
    assert found.warnings == plain.warnings


@law
@given(edge_lists(), st.data())
def test_a_derivation_of_edges(drawn, data):
    text, of = drawn
    names = list(text_of(text).graph.index)
    assert_same_steps(text, {}, of, data.draw(st.lists(st.sampled_from(names), min_size=1, max_size=3)))


@law
@given(programs(), st.data())
def test_a_derivation_of_formulas(drawn, data):
    nodes = data.draw(st.lists(st.sampled_from(drawn.names), min_size=1, max_size=3))
    source = text_of(drawn.text)
    found = source.run(drawn.point, drawn.names[-1])
    if isinstance(found, LargeRun):
        assert_same_steps(drawn.text, drawn.point, drawn.names[-1], nodes)


def told(aggregation, sources):
    """All that is said of paths."""
    shown = list(plain(paths_tables(aggregation, sources, 7, DIGITS)))
    return shown, list(render_paths_json(aggregation.sums(sources, 7), aggregation.run.output))


@law
@given(edge_lists(), st.data())
def test_paths_of_edges(drawn, data):
    text, of = drawn
    source = text_of(text)
    names = list(source.graph.index)
    wrt = data.draw(st.lists(st.sampled_from(names), max_size=3, unique=True))
    found = source.aggregated({}, of, wrt)
    assert isinstance(found.run, LargeRun)
    plain = Aggregation(source.run_objects({}, of, wrt))
    assert found.run.wrt == plain.run.wrt
    assert told(found, found.run.wrt) == told(plain, plain.run.wrt)


def test_paths_behind_an_operation_are_those_of_objects():
    """Along a branch that is not taken there is no path, of which arrays keep the slope 0."""
    source = text_of("input x = 1\ninput a = 1\ninput b = 2\ny = if x > 0 then 2*a else b")
    found = source.aggregated({}, None, ["a", "b"])
    assert [each.count for each in found.sums(["a", "b"], 0)] == [1, 0]


@st.composite
def sheets(draw, names):
    """Answers to a graph, most of them with digits of the truth."""
    asked = draw(st.lists(st.sampled_from([None, *names]), min_size=1, max_size=4, unique=True))
    return [(name, draw(st.sampled_from(["true", "true", "true", "rounded", "sign", "off", "0"]))) for name in asked]


def answer(found, name, how):
    """A line of a sheet about the derivative by `name`, or the output's value."""
    place = found.graph.index[name or found.output]
    value = found.values[place] if name is None else found.adjoints[place]
    value = 1.0 if value is None or not math.isfinite(value) else value
    written = {"rounded": f"{value:.4g}", "sign": number_text(-value), "off": number_text(value * 1.5 + 1), "0": "0"}
    subject = found.output if name is None else f"d{found.output}/d{name}"
    return f"{subject} = {written.get(how, number_text(value))}"


def assert_same_marks(text, at, of, data):
    source = text_of(text)
    found = source.run(at, of)
    if not isinstance(found, LargeRun):
        return
    sheet = data.draw(sheets(list(found.graph.index)))
    lines = Source("sheet", "\n".join(answer(found, *each) for each in sheet))
    answers, errors = read_answers(lines)
    assert not errors
    marks = all_right(found, AS_WRITTEN, lines, answers)
    plain, refused = Key(source.run_objects(at, of)).mark(lines, answers)
    are_right = not refused and all(mark.verdict == "right" for mark in plain)
    if marks is not None:
        assert are_right
        assert [(m.name, m.given, m.verdict) for m in marks] == [(m.name, m.given, m.verdict) for m in plain]
        assert [m.expected for m in marks] == pytest.approx([m.expected for m in plain], rel=1e-12)
    elif not found.graph.has_formulas:  # Of an edge list arrays know all that there is to know of what is right.
        assert not are_right


@law
@given(edge_lists(), st.data())
def test_marks_of_edges(drawn, data):
    assert_same_marks(drawn[0], {}, drawn[1], data)


@law
@given(programs(), st.data())
def test_marks_of_formulas(drawn, data):
    assert_same_marks(drawn.text, drawn.point, drawn.names[-1], data)


NAMED = ["e", "sin", "pi"]


@pytest.mark.parametrize("name", NAMED)
def test_a_node_called_like_a_constant_is_left_to_the_objects(name):
    """Out of the lines that define it, it would be taken for the constant."""
    text = f"a -> {name} : 2\n{name} -> b : 3\nb -> c : 4\nc -> d : {name}"
    source = text_of(f"{text}\n{name} = 0.5")
    found, derived = source.derived({}, "d", (), ["d"])
    assert found is derived
    assert steps(derived, ["d"]) == steps(source.run_objects({}, "d"), ["d"])
