"""Graphs and expressions of any size: no recursion, and time in proportion.

Most statements here are made rather than read, since reading is what takes longest; two texts go all the way.
"""

from __future__ import annotations

import gc
import inspect
import sys
import time
from contextlib import contextmanager

import pytest
from documents import terminal
from effort import an_end

import backcalc
from backcalc.analysis.explain import explain
from backcalc.calculus.derive import derive
from backcalc.calculus.missing import require_known
from backcalc.calculus.pairs import require_few_pairs
from backcalc.calculus.run import run
from backcalc.calculus.tangents import tangents
from backcalc.graph.build import build
from backcalc.graph.expand import expand
from backcalc.language.expr import Call, Name, Number
from backcalc.language.statements import Definition, Edge, Program
from backcalc.language.unparse import unparse
from backcalc.render.reports.run import run_tables
from backcalc.render.reports.run_json import render_json
from backcalc.render.reports.steps import derivation
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source, Span

LARGE = 200_000
SMALL, TIMES = 1_000, 16
STACK = 60  # Frames that a stage may use, however deep its graph.


@pytest.fixture(autouse=True, scope="module")
def _loaded():
    """What is loaded at first use (the grammar, the rows of the table) may use the stack as it likes."""
    assert backcalc.parse("y = -sin(0.5*x + 1) + abs(x*e)").run({"x": 1}).run.is_finite


@contextmanager
def small_stack():
    """Let the block run with STACK more frames than there are."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + STACK)
    try:
        yield
    finally:
        sys.setrecursionlimit(limit)


def seconds(work, size):
    """The time that `work` takes for `size`, in seconds of the processor."""
    gc.collect()
    gc.disable()
    try:
        started = time.process_time()
        with small_stack():
            work(size)
        return time.process_time() - started
    finally:
        gc.enable()


def assert_in_proportion(work):
    """`work` takes three times TIMES as long at most for a size TIMES as large; in the square it would be TIMES²."""
    # Three attempts, for a machine that is busy with something else at times.
    assert any(seconds(work, TIMES * SMALL) < 3 * TIMES * seconds(work, SMALL) for _ in range(3))


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
    with small_stack():
        graph = build(program(edge(f"x{i}", f"x{i + 1}", -1.0) for i in range(LARGE)))
        result = run(graph, {})
        assert result.output == f"x{LARGE}"
        assert result.gradient == {"x0": 1.0}
        assert result.adjoints[-2:] == [-1.0, 1.0]
        assert tangents(result.linear, 0)[-2:] == [-1.0, 1.0]


def test_a_long_chain_of_formulas_from_its_end():
    """Each node is defined before what it needs, so that the order must be found."""
    count = LARGE // 10
    steps = [define(f"x{i + 1}", call("+", call("*", number(0.5), name(f"x{i}")), number(1.0))) for i in range(count)]
    with small_stack():
        graph = build(program(reversed(steps)))
        assert [node.name for node in graph.nodes[:3]] == ["x0", "x1", "x2"]
        result = run(graph, {"x0": 3.0}, of="x10")
        assert result.gradient == {"x0": 0.5**10}
        assert result.values[-1] == 2
        assert len(expand(graph).nodes) == 2 * count + 1


# ---- Wide, deep, dense -----------------------------------------------------------------------------------------------

# For each graph of n statements: what makes it, its output, an input, and the derivative.
MADE = {
    "edges into one node": (lambda n: [edge(f"x{i}", "y") for i in range(n)], "y", "x7", 1),
    "edges out of one node": (lambda n: [edge("x", f"y{i}") for i in range(n)], "y7", "x", 1),
    "one edge many times": (lambda n: [edge("x", "y", 1.0, i % 99) for i in range(n)], "y", "x", None),
    "one formula of many inputs": (lambda n: [define("y", summed(n))], "y", "x7", 1),
    "one formula, deep": (lambda n: [define("y", nested(n, "-x"))], "y", "x", 1),
    "kinks everywhere": (lambda n: [define(f"y{i}", call("abs", name("x")), i % 99) for i in range(n)], "y7", "x", 0),
    "constants that are given": (lambda n: [define(f"y{i}", call("cos", name("e"))) for i in range(n)], "y7", "e", 0),
}


@pytest.mark.parametrize("made", MADE)
def test_large_graphs(made):
    statements, of, wrt, slope = MADE[made]

    def work(size):
        graph = build(program(statements(size)))
        result = run(expand(graph), dict.fromkeys(graph.inputs or ["e"], 0.0), of=of, wrt=[wrt])
        assert result.gradient == {wrt: slope or size * (slope is None)}
        assert len(run_tables(result)[0].rows) >= len(graph.nodes)

    assert_in_proportion(work)


def test_the_local_partials_of_a_long_chain():
    """A sweep a node, each no longer than the node's own formula."""
    chain = {
        size: run(build(program(define(f"n{i + 1}", call("sin", name(f"n{i}"))) for i in range(size))), {"n0": 1.0})
        for size in (SMALL, TIMES * SMALL)
    }

    def work(size):
        vars(chain[size].linear).pop("edges", None)
        chain[size].linear._found_edges.clear()
        assert len(chain[size].linear.edges) == size + 1

    assert_in_proportion(work)


def test_the_gradient_of_a_long_chain_as_a_graph():
    def work(size):
        graph = build(program(define(f"n{i + 1}", call("sin", name(f"n{i}"))) for i in range(size)))
        assert len(derive(graph, [f"n{size}"], ["n0"]).statements) == 2 * size + 1

    assert_in_proportion(work)


@pytest.mark.parametrize("made", ["a chain", *MADE])
def test_the_derivation_of_a_large_graph(made):
    chain = (lambda n: [define(f"y{i + 1}", call("sin", name(f"y{i}"))) for i in range(n)], "y7", "y0", None)
    statements, of, _, _ = MADE.get(made, chain)

    def work(size):
        graph = build(program(statements(size)))
        found = run(graph, dict.fromkeys(graph.inputs or ["e"], 0.0), of=of)
        assert terminal(derivation(explain(found), of), 80).count("\n") >= len(graph.nodes)

    assert_in_proportion(work)


def test_all_pairs_of_a_wide_graph():
    """As many sweeps as nodes, each no longer than what it reaches."""

    def work(size):
        graph = build(program(define(f"y{i}", call("*", name("x"), number(2.0))) for i in range(size)))
        pairs = list(run(graph, {"x": 1.0}, of="y7").pairs())
        assert len(pairs) == size
        assert {(wrt, value) for _, wrt, value in pairs} == {("x", 2.0)}

    assert_in_proportion(work)


def test_many_warnings_as_json():
    def work(size):
        text = "\n" * 100 * size
        kinks = [define(f"y{i}", call("abs", name("x", 100 * i)), 100 * i) for i in range(size)]
        result = run(build(Program(Source("made", text), tuple(kinks), ())), {"x": 0.0}, of="y7")
        assert len(result.warnings) == size
        assert list(render_json(result))

    assert_in_proportion(work)


# ---- What is unknown -------------------------------------------------------------------------------------------------

UNKNOWN = {
    "numbers": "t{k+1} = sin(t{k})*w + t{k}/(1 + t{k}^2)",
    "vectors": "t{k+1} = tanh(W @ t{k} + w*t{k})",
}


def calls(work, size):
    """The functions of Python that `work` calls for `size`."""
    count = 0

    def see(_, event, __):
        nonlocal count
        count += event == "call"

    sys.setprofile(see)
    try:
        work(size)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("kind", UNKNOWN)
def test_a_chain_of_unknown_values(kind):
    """Each adjoint is a formula that holds those before it, but what they share is worked on once."""
    first = "input t0[3]; input W[3,3]\n" if kind == "vectors" else ""

    def work(size):
        graph = backcalc.parse(f"{first}for k in 0..{size - 1} {{ {UNKNOWN[kind]} }}\nL = sum(t{size})")
        assert len(run_tables(graph.run().run)[0].rows) > size

    work(3)  # What is made at first use is made here.
    assert calls(work, 160) < 1.5 * 8 * calls(work, 20)


def test_a_product_of_unknown_factors():
    product = name("x0")
    for i in range(1, 150):
        product = call("*", product, name(f"x{i}"))
    graph = build(program([define("y", product)]))
    with small_stack():
        found = run(graph, {}).gradient
    assert unparse(found["x1"]) == "*".join(f"x{i}" for i in (*range(149, 1, -1), 0))


# ---- Mistakes in large graphs ----------------------------------------------------------------------------------------

MISTAKEN = {
    "a cycle": (lambda n: [edge(f"x{i}", f"x{(i + 1) % n}") for i in range(n)], None),
    "cycles": (lambda n: [edge(f"x{i // 2}{'ab'[i % 2]}", f"x{i // 2}{'ba'[i % 2]}") for i in range(n)], None),
    "a path with ways back": (
        lambda n: [made for i in range(1, n // 2) for made in (edge(f"x{i - 1}", f"x{i}"), edge(f"x{i}", "x0"))],
        None,
    ),
    "one node again and again": (lambda n: [define("y", number(1.0), i % 99) for i in range(n)], None),
    "unknown functions": (lambda n: [define(f"y{i}", call(f"foo{i}", name("x")), i % 99) for i in range(n)], None),
    "missing inputs": (lambda n: [define(f"y{i}", call("sin", name(f"x{i}"))) for i in range(n)], "y7"),
    "no output": (lambda n: [define(f"y{i}", number(1.0)) for i in range(n)], None),
    "a misspelt output": (lambda n: [define(f"y{i}", number(1.0)) for i in range(n)], "yy7"),
}


@pytest.mark.parametrize("mistake", MISTAKEN)
def test_mistakes_in_large_graphs(mistake):
    statements, of = MISTAKEN[mistake]

    def work(size):
        with pytest.raises(BackcalcError) as caught:
            require_known(run(build(program(statements(size))), {}, of=of).linear.evaluation)
        assert len(str(caught.value)) < 10_000  # Told in short.

    assert_in_proportion(work)


# ---- From the text to the table --------------------------------------------------------------------------------------


def test_a_long_edge_list():
    text = "source,target,partial\n" + "".join(f"{i},{i + 1},-1\n" for i in range(20_000))
    with an_end():
        result = backcalc.parse(text).run()
    assert result.gradient == {"0": 1}
    assert result.table().count("\n") > 20_000


@pytest.mark.parametrize(
    ("before", "after", "slope"),
    [
        ("sin(", ")", None),
        ("(", ")", 1),
        ("-", "", 1),
        ("1*(", ")*1", 1),
        ("if 1 then ", " else 0", 1),
        ("not ", "", 0),
    ],
)
def test_an_expression_nested_deep(before, after, slope):
    text = f"y = {before * 10_000}x{after * 10_000}"
    with an_end():
        graph = backcalc.parse(text)
        result = graph.run({"x": 1.25})
        expanded = run(expand(graph.objects), {"x": 1.25})
    assert result.gradient == expanded.gradient
    assert slope is None or result.gradient == {"x": slope}
    assert "y" in result.table()
    assert list(render_json(result.run))
    assert str(result.nodes["y"].value)


def test_a_name_of_10000_characters():
    long = "x" * 10_000
    result = backcalc.parse(f"y = 2*{long}").run({long: 3})
    assert (result.value, result.gradient) == (6, {long: 2})
    with pytest.raises(BackcalcError) as caught:
        require_known(backcalc.parse(f"y = 2*{long}").run().run.linear.evaluation)
    assert len(str(caught.value)) < 1000


def test_all_pairs_of_more_than_a_million_are_refused_at_once():
    graph = build(program(edge(f"n{i}", f"n{i + 1}") for i in range(3_000)))
    with pytest.raises(BackcalcError, match="all pairs of nodes have more than 1,000,000 derivatives"):
        require_few_pairs(run(graph, {}).linear, run(graph, {}).upstream)
    found = run(build(program(edge(f"n{i}", f"n{i + 1}") for i in range(1_000))), {})
    require_few_pairs(found.linear, found.upstream)
