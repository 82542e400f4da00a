"""Graphs and expressions of any size: no recursion, and time in proportion.

Most statements here are made rather than read, since reading is what takes longest; two texts go all the way.
"""

from __future__ import annotations

import inspect
import sys
import time
from contextlib import contextmanager

import pytest

import backcalc
from backcalc.build import build
from backcalc.errors import BackcalcError, Source, Span
from backcalc.expand import expand
from backcalc.expr import Call, Name, Number
from backcalc.render.json import render_json
from backcalc.render.report import run_report
from backcalc.run import run
from backcalc.statements import Definition, Edge, Program

LARGE, MANY = 200_000, 30_000
PATIENCE = 60.0  # Seconds: several times what it takes, and a small part of what growth in the square would.
STACK = 60  # Frames that a stage may use, however deep its graph.


@contextmanager
def in_proportion():
    """Let the block run on a small stack and within PATIENCE."""
    limit, started = sys.getrecursionlimit(), time.perf_counter()
    sys.setrecursionlimit(len(inspect.stack(0)) + STACK)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)
    assert time.perf_counter() - started < PATIENCE


def program(statements):
    return Program(Source("made", "\n" * 100), tuple(statements), ())


def name(text, place=0):
    return Name(text, Span(place, place + 1))


def number(value):
    return Number(value, repr(value), Span(0, 1))


def call(fn, *args):
    return Call(fn, args, Span(0, 1))


def edge(tail, head, partial=1.0, place=0):
    return Edge(name(tail), name(head), number(partial), "->", Span(place, place + 1))


def define(target, formula, place=0):
    return Definition(name(target, place), formula, Span(place, place + 1))


def nested(depth, fn="sin"):
    expr = name("x")
    for _ in range(depth):
        expr = call(fn, expr)
    return expr


def summed(count):
    expr = name("x0")
    for i in range(1, count):
        expr = call("+", expr, name(f"x{i}"))
    return expr


# ---- A graph of 200,000 nodes ----------------------------------------------------------------------------------------


def test_a_long_chain_of_edges():
    with in_proportion():
        graph = build(program(edge(f"x{i}", f"x{i + 1}", -1.0) for i in range(LARGE)))
        result = run(graph, {})
        assert result.output == f"x{LARGE}"
        assert result.gradient == {"x0": 1.0}
        assert result.adjoints[-2:] == [-1.0, 1.0]
        assert run(graph, {}, mode="forward").gradient == {"x0": 1.0}


def test_a_long_chain_of_formulas_from_its_end():
    """Each node is defined before what it needs, so that the order must be found."""
    count = LARGE // 4
    steps = [define(f"x{i + 1}", call("+", call("*", number(0.5), name(f"x{i}")), number(1.0))) for i in range(count)]
    with in_proportion():
        graph = build(program(reversed(steps)))
        assert [node.name for node in graph.nodes[:3]] == ["x0", "x1", "x2"]
        result = run(graph, {"x0": 3.0}, of="x10")
        assert result.gradient == {"x0": 0.5**10}
        assert result.values[-1] == 2
        assert len(expand(graph).nodes) == 2 * count + 1


# ---- Wide, deep, dense -----------------------------------------------------------------------------------------------

MADE = {
    "edges into one node": (lambda: [edge(f"x{i}", "y") for i in range(MANY)], "y", "x7", 1),
    "edges out of one node": (lambda: [edge("x", f"y{i}") for i in range(MANY)], "y7", "x", 1),
    "the same edge many times": (lambda: [edge("x", "y", 1.0, i % 99) for i in range(MANY)], "y", "x", MANY),
    "one formula of many inputs": (lambda: [define("y", summed(MANY))], "y", "x7", 1),
    "one formula, deep": (lambda: [define("y", nested(MANY, "-x"))], "y", "x", 1),
    "kinks everywhere": (lambda: [define(f"y{i}", call("abs", name("x")), i % 99) for i in range(MANY)], "y7", "x", 0),
}


@pytest.mark.parametrize("made", MADE)
def test_large_graphs(made):
    statements, of, wrt, slope = MADE[made]
    with in_proportion():
        graph = build(program(statements()))
        result = run(graph, dict.fromkeys(graph.inputs, 0.0), of=of, wrt=[wrt])
        assert result.gradient == {wrt: slope}
        assert run(graph, dict.fromkeys(graph.inputs, 0.0), of=of, wrt=[wrt], mode="forward").gradient == {wrt: slope}
        expanded = expand(graph)
        assert run(expanded, dict.fromkeys(graph.inputs, 0.0), of=of, wrt=[wrt]).gradient == {wrt: slope}
        assert len(run_report(result)[0].rows) == len(graph.nodes)
        assert len(render_json(result)) > MANY


def test_all_pairs_of_a_wide_graph():
    """As many sweeps as nodes, each no longer than what it reaches."""
    with in_proportion():
        graph = build(program(define(f"y{i}", call("*", name("x"), number(2.0))) for i in range(MANY)))
        pairs = list(run(graph, {"x": 1.0}, of="y7").pairs())
    assert len(pairs) == MANY
    assert {(wrt, value) for _, wrt, value in pairs} == {("x", 2.0)}


def test_a_constant_given_to_a_large_graph():
    with in_proportion():
        graph = build(program(define(f"y{i}", call("*", name("x"), name("e"))) for i in range(MANY)))
        assert run(graph, {"x": 1.0, "e": 3.0}, of="y7").gradient == {"e": 1, "x": 3}


# ---- Mistakes in large graphs ----------------------------------------------------------------------------------------

MISTAKEN = {
    "a cycle": lambda: [edge(f"x{i}", f"x{(i + 1) % MANY}") for i in range(MANY)],
    "cycles": lambda: [edge(f"x{i // 2}{'ab'[i % 2]}", f"x{i // 2}{'ba'[i % 2]}") for i in range(MANY)],
    "a path with ways back": lambda: [
        statement for i in range(1, MANY // 2) for statement in (edge(f"x{i - 1}", f"x{i}"), edge(f"x{i}", "x0"))
    ],
    "one node defined again and again": lambda: [define("y", number(1.0), i % 99) for i in range(MANY)],
    "unknown functions": lambda: [define(f"y{i}", call(f"foo{i}", name("x")), i % 99) for i in range(MANY)],
    "missing inputs": lambda: [define(f"y{i}", call("sin", name(f"x{i}"))) for i in range(MANY)],
    "no output": lambda: [define(f"y{i}", number(1.0)) for i in range(MANY)],
    "a misspelt output": lambda: [define(f"y{i}", number(1.0)) for i in range(MANY)],
}


@pytest.mark.parametrize("mistake", MISTAKEN)
def test_mistakes_in_large_graphs(mistake):
    of = {"missing inputs": "y7", "a misspelt output": "yy7"}.get(mistake)
    with in_proportion():
        statements = MISTAKEN[mistake]()
        with pytest.raises(BackcalcError) as caught:
            run(build(program(statements)), {}, of=of)
        assert len(str(caught.value)) < 10_000  # Told in short.


# ---- From the text to the table --------------------------------------------------------------------------------------


def test_a_long_edge_list():
    text = "source,target,partial\n" + "".join(f"{i},{i + 1},-1\n" for i in range(MANY))
    started = time.perf_counter()
    result = backcalc.parse(text).run()
    assert time.perf_counter() - started < PATIENCE
    assert result.gradient == {"0": 1}
    assert result.table().count("\n") > MANY


@pytest.mark.parametrize(
    ("before", "after", "slope"),
    [("sin(", ")", None), ("(", ")", 1), ("-", "", 1), ("2 + (", ")", 1), ("1*(", ")*1", 1), ("x^0*(", ")", 1)]
    + [("if 1 then ", " else 0", 1), ("not ", "", 0), ("max(-9, ", ")", 1)],
)
def test_an_expression_nested_deep(before, after, slope):
    text = f"y = {before * 10_000}x{after * 10_000}"
    started = time.perf_counter()
    result = backcalc.parse(text).run({"x": 1.25})
    expanded = run(expand(result.run.graph), {"x": 1.25})
    assert time.perf_counter() - started < PATIENCE
    assert result.gradient == expanded.gradient
    assert slope is None or result.gradient == {"x": slope}
    assert "y" in result.table()
    assert render_json(result.run)
    assert str(result.nodes["y"].value)


def test_a_name_of_10000_characters():
    long = "x" * 10_000
    result = backcalc.parse(f"y = 2*{long}").run({long: 3})
    assert (result.value, result.gradient) == (6, {long: 2})
    with pytest.raises(BackcalcError) as caught:
        backcalc.parse(f"y = 2*{long}").run()
    assert len(str(caught.value)) < 1000
