"""Statements to a graph: kinds, arguments, outputs, constants, and every mistake told before a number is known."""

from __future__ import annotations

import pytest
from graphs import refusals

import backcalc
from backcalc.calculus.load import load
from backcalc.graph.one_name import mistakable
from backcalc.text.errors import MAX_ERRORS
from backcalc.text.source import Source

# ---- Kinds and arguments ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("y = w*x + b", "w:input x:input b:input y:expression"),
        ("input x; y = 2*x", "x:input y:expression"),
        ("c = 3; y = c*x", "c:constant x:input y:expression"),
        ("c = 2*pi; y = c + sin(1)", "c:constant y:expression"),
        ("y = pi*x", "x:input y:expression"),
        ("u -> v : 3", "u:input v:edges"),
        ("u -> v : 3; v = 0.7", "u:input v:edges"),
        ("u -> v : v*(1 - v); v = 0.7", "u:input v:edges"),
        ("u -> v : w; v -> o : 1", "u:input v:edges w:input o:edges"),
        ("z = 2*x; z -> y : z", "x:input z:expression y:edges"),
        ("u -> o : 3; o = 0.1; L = -log(o)", "u:input o:edges L:expression"),
        ("1 -> 2 : 0.5; 2 -> 3 : 1", "1:input 2:edges 3:edges"),
        ("x; ", None),
        ("y = sin(x); sin = 3", "x:input y:expression sin:constant"),  # A node may have a function's name.
        ("sin -> y : 2", "sin:input y:edges"),
        ("input sin; y = sin(sin)", "sin:input y:expression"),
    ],
)
def test_kinds(text, kinds):
    if kinds is None:
        assert [code for code, _ in refusals(text)] == ["syntax"]
    else:
        assert " ".join(f"{node.name}:{node.kind}" for node in backcalc.parse(text).nodes) == kinds


@pytest.mark.parametrize(
    ("text", "node", "args"),
    [
        ("y = b*a + sin(b)", "y", "b a"),
        ("y = 3", "y", ""),
        ("y = pi*x", "y", "x"),
        ("pi = 3; y = pi*x", "y", "pi x"),
        ("b -> y : 1; a -> y : c; b -> y : 2", "y", "b a"),  # A partial's nodes are not what the head depends on.
        ("def f(x) = x*k; y = f(a)", "y", "a k"),
    ],
)
def test_args(text, node, args):
    with_warnings = backcalc.parse(text).objects
    assert with_warnings.node(node).args == tuple(args.split())


@pytest.mark.parametrize(
    ("text", "sinks", "inputs"),
    [
        ("y = x; z = 2*y", "z", "x"),
        ("y = x; z = x", "y z", "x"),
        ("c = 3; y = x", "y", "x"),  # A constant that nothing uses is no output,
        ("c = 3; input x", "c x", "x"),  # unless there is nothing else.
        ("z = 3*x; x -> y : z", "y", "x"),  # Nor is a node that serves the partials of another,
        ("x -> y : L; L = y^2; y = 2", "L", "x"),  # unless it is the end all the same.
        ("x -> p : q; x -> q : p; p = 1; q = 2", "p q", "x"),
        ("x -> y : y*2; y = 0.5", "y", "x"),
    ],
)
def test_sinks_and_inputs(text, sinks, inputs):
    graph = backcalc.parse(text).objects
    assert (graph.sinks, graph.inputs) == (tuple(sinks.split()), tuple(inputs.split()))


def test_lines_are_those_of_the_definitions():
    text = "# a comment\ny = 2*x\n\n\nx -> z : 1\nz = 4; input x; w = y + z"
    graph = backcalc.parse(text).objects
    lines = {node.name: graph.line(node) for node in graph.nodes}
    assert lines == {"y": 2, "z": 6, "x": 6, "w": 6}


# ---- Constants that a file or a point overrides ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "value", "gradient"),
    [
        ("y = 2*pi", {}, 6.283185307179586, {}),
        ("y = tau/pi + e*0", {}, 2, {}),
        ("y = exp(-inf)", {}, 0, {}),
        ("pi = 3; y = 2*pi", {}, 6, {}),
        ("y = 2*pi; pi = 3", {}, 6, {}),
        ("input e = 5; y = e^2", {}, 25, {"e": 10}),
        ("e = 2*x; y = e + 1", {"x": 3}, 7, {"x": 2}),
        ("e -> y : 3; e = 2; y = 0; z = y + e", {}, 2, {}),
        ("y = e^2", {"e": 3}, 9, {"e": 6}),
        ("y = e*pi*x", {"e": 3, "pi": 2, "x": 5}, 30, {"e": 10, "pi": 15, "x": 6}),
        ("y = tau*x", {"tau": "pi", "x": 1}, 3.141592653589793, {"tau": 1, "x": 3.141592653589793}),
        ("def f(x) = e*x; y = f(2)", {"e": 5}, 10, {"e": 2}),
        ("x -> y : e; y = 1; z = 2*y", {"e": 3}, 2, {"e": 0, "x": 6}),
        ("def f(e) = e + 1; y = f(1)", {}, 2, {}),
        ("for e in 1..2 { y{e} = e }; z = y1 + y2 + e*0", {}, 3, {}),
    ],
)
def test_constants(text, at, value, gradient):
    result = backcalc.parse(text).run(at)
    assert result.value == pytest.approx(value, rel=1e-15)
    assert result.gradient == pytest.approx(gradient, rel=1e-15)


def test_a_constant_given_makes_expressions_of_constants():
    nodes = backcalc.parse("y = 2*e; z = 3*y").run({"e": 3}).nodes
    assert [(node.name, node.kind) for node in nodes.values()] == [
        ("e", "input"),
        ("y", "expression"),
        ("z", "expression"),
    ]


# ---- Edges given twice -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines", "gradient"),
    [
        ("u -> v : 3\nu -> v : 4", [(2, 1)], 7),
        ("u v 3\n\nu,v,-3\n∂v/∂u = 5", [(3, 1), (4, 1)], 5),
        ("u -> v : 3\nu -> w : 1\nv -> w : 2", [], 7),
    ],
)
def test_an_edge_given_twice_adds_up(text, lines, gradient):
    result = backcalc.parse(text).run()
    source = result.run.graph.source
    found = [[source.line_number(place.start) for place in (w.span, w.notes[0].span)] for w in result.warnings]
    assert [tuple(pair) for pair in found] == lines
    assert {warning.code for warning in result.warnings} <= {"duplicate-edge"}
    assert result.gradient == {"u": gradient}


# ---- Mistakes --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", [("empty", "")]),
        ("\n  # nothing\n", [("empty", "")]),
        ("def f(x) = x", [("empty", "")]),
        ("for k in 3..2 { y = 1 }", [("empty", "")]),
        ("y = 1; y = 2", [("duplicate-node", "y")]),
        ("y = 1; input y", [("duplicate-node", "y")]),
        ("input y; input y = 3", [("duplicate-node", "y")]),
        ("y = 1; y = 2; y = 3", [("duplicate-node", "y"), ("duplicate-node", "y")]),
        ("u -> v : 1; v = 2*x", [("formula-with-edges", "v = 2*x")]),
        ("v = 2*x; u -> v : 1", [("formula-with-edges", "v = 2*x")]),
        ("u -> v : 1; v = u", [("formula-with-edges", "v = u")]),
        ("u -> v : 1; input v", [("input-with-edges", "u -> v : 1")]),
        ("y = x; output z", [("unknown-node", "z")]),
        ("y = x; z = x; output y; output z", [("second-output", "output z")]),
        ("input x = y; z = x", [("not-constant", "y")]),
        ("input x in [-a, 1]; z = x", [("not-constant", "a")]),
        ("input x = e; e = 3; z = x*e", [("not-constant", "e")]),
        # As many as there are, in the order of the text.
        (
            "output q; y = sni(x); y = 3; a = b; b = a",
            [("unknown-node", "q"), ("unknown-function", "sni"), ("duplicate-node", "y"), ("cycle", "a")],
        ),
        # What follows from a mistake is not told beside it.
        ("for k in 1..n { y{k} = k }; output y3", [("not-loop-variable", "n")]),
    ],
)
def test_refused(text, found):
    assert refusals(text) == found


def test_the_same_output_twice_is_no_mistake():
    assert backcalc.parse("y = x; z = x; output y; output y").run({"x": 1}).output == "y"


@pytest.mark.parametrize(
    ("text", "notes"),
    [
        ("y = 1\nx = 2\ny = 3", [(1, "y")]),
        ("u -> v : 1\nv = 2*x", [(1, "u -> v : 1")]),
        ("input v\nu -> v : 1", [(1, "input v")]),
        ("y = x; z = x\noutput y\noutput z", [(2, "output y")]),
    ],
)
def test_the_other_place_is_shown(text, notes):
    with pytest.raises(backcalc.BuildError) as caught:
        backcalc.parse(text)
    source, (error,) = caught.value.source, caught.value.diagnostics
    assert [(source.line_number(note.span.start), source.text[slice(*note.span)]) for note in error.notes] == notes


@pytest.mark.parametrize("extra", [0, 1, 30])
def test_errors_are_told_up_to_a_limit(extra):
    with pytest.raises(backcalc.BuildError) as caught:
        backcalc.parse("\n".join(f"y{i} = foo(x)" for i in range(MAX_ERRORS + extra)))
    assert str(caught.value).count("unknown function `foo`") == 1
    assert f"and {MAX_ERRORS - 1} more like it, in lines 2, 3, 4, 5, 6, 7, 8, 9, …" in str(caught.value)
    assert ("… and more" in str(caught.value)) is (extra > 0)


# ---- Names in doubt --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["nan -> v : 3", "NA v 2", "None = 3; y = None", "input nan; y = nan", "T = 2; y = x^T", "y = x^T; input T"]
)
def test_a_name_in_doubt_is_a_node_where_the_file_says_so(text):
    assert backcalc.parse(text).nodes


@pytest.mark.parametrize("filler", [0, 6000], ids=["small", "large"])
@pytest.mark.parametrize("text", ["u,v,nan", "u,v,NA", "y = 2*None", "y = x^T"])
def test_what_is_no_number_is_refused_in_texts_of_any_size(text, filler):
    lines = "".join(f"n{i},n{i + 1},0.5\n" for i in range(filler))
    with pytest.raises(backcalc.BuildError):
        backcalc.parse(f"{lines}{text}\n").run()


@pytest.mark.parametrize("partial", ["0.5", "a", "h"])
def test_no_line_is_taken_from_the_text_for_each_of_its_edges(partial, monkeypatch):
    taken, line_text = [], Source.line_text
    monkeypatch.setattr(Source, "line_text", lambda *args: taken.append(args) or line_text(*args))
    text = "; ".join(f"u{i} -> u{i + 1} : {partial}" for i in range(100))
    assert not list(mistakable(load(Source("g.bg", text)), ()))
    assert len(taken) <= 1  # Of a million edges on one line the lines would be a million times as long as the text.
