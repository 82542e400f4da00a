"""Functions of the file's own, expanded where they are used; calls checked; what is not there yet."""

from __future__ import annotations

import pytest
from effort import an_end
from graphs import programs, refusals
from hypothesis import given, settings

import backcalc
from backcalc.graph import functions


@pytest.mark.parametrize(
    ("text", "expanded"),
    [
        ("def sq(x) = x^2; y = sq(a)", "y = a^2"),
        ("def sq(x) = x^2; y = sq(sq(a + 1))", "y = ((a + 1)^2)^2"),
        ("def act(x, y) = sin(x + y); z = act(a, b)*act(b, 2)", "z = sin(a + b)*sin(b + 2)"),
        ("def swap(x, y) = x - y; z = swap(b, swap(a, b))", "z = b - (a - b)"),
        ("y = twice(a); def twice(x) = 2*x", "y = 2*a"),  # Defined after its use.
        ("def f(x) = g(x) + 1; def g(x) = 3*x; y = f(a)", "y = 3*a + 1"),
        ("def one(x) = 1; y = one(a) + b", "y = 1 + b"),
        ("def same(x) = x; y = same(same(a))", "y = a"),
        ("def f(x) = w*x + b; y = f(a)", "y = w*a + b"),  # Speaks of nodes.
        ("def f(pi) = pi + 1; y = f(a)", "y = a + 1"),
        ("def f(x) = x*pi; pi = 3; y = f(a)", "pi = 3; y = a*pi"),
        ("def f(x) = if x > 0 then x else -x; y = f(a)", "y = if a > 0 then a else -a"),
        ("def f(x) = 2*x; u -> v : f(3)", "u -> v : 2*3"),
        ("def f(x) = 2*x; input a = f(3); y = a", "input a = 2*3; y = a"),
        ("def f(x) = 2*x; for k in 1..2 { y{k} = f(k) }", "y1 = 2*1; y2 = 2*2"),
        ("def f(x) = 2*x; f = 7; y = f(f)", "f = 7; y = 2*f"),  # A node of the same name.
        ("def f(x) = x + x; x = 4; y = f(a)", "x = 4; y = a + a"),
        # The file's own wins over the table's.
        ("def sin(x) = 2*x; y = sin(a)", "y = 2*a"),
        ("def σ(x) = 2*x; y = σ(a) + sigmoid(a)", "y = 2*a + sigmoid(a)"),
        ("def softmax(x) = 2*x; y = softmax(a)", "y = 2*a"),
        ("def grad(x) = 2*x; y = grad(a)", "y = 2*a"),
        # A parameter has its meaning in its own function only: it captures no node of the same name.
        ("k = 10; def f(x) = x + k; def g(k) = f(k); y = g(a)", "k = 10; y = a + k"),
        ("def f(x) = x*y; def g(y) = f(y + 1); z = g(a)", "z = (a + 1)*y"),
        ("def f(x) = g(x); def g(x) = h(x); def h(y) = x - y; z = f(a)", "z = x - a"),
    ],
)
def test_expanded(text, expanded):
    graph, flat = backcalc.parse(text).objects, backcalc.parse(expanded).objects
    assert {node.name: node.expr for node in graph.nodes} == {node.name: node.expr for node in flat.nodes}
    assert {node.name: node.args for node in graph.nodes} == {node.name: node.args for node in flat.nodes}
    edges = [[edge.partial for node in some.nodes for edge in node.incoming] for some in (graph, flat)]
    assert edges[0] == edges[1]
    defaults = [[node.default for node in some.nodes] for some in (graph, flat)]
    assert defaults[0] == defaults[1]


def test_a_formula_stays_as_written():
    node = backcalc.parse("def sq(x) = x^2; y = sq(a)").objects.node("y")
    assert node.formula != node.expr


@settings(max_examples=60)
@given(programs(kinds=("formula",)))
def test_a_formula_may_move_into_a_function(drawn):
    """`y = …` and `def f(…) = …; y = f(…)` are the same program."""
    lines = []
    for name, (line,) in drawn.lines.items():
        formula = line.partition(" = ")[2]
        params = ", ".join(drawn.point)
        lines += (
            [f"def f{len(lines)}({params}) = {formula}", f"{name} = f{len(lines)}({params})"] if formula else [line]
        )
    moved = backcalc.parse("\n".join(lines)).run(drawn.point, of=drawn.names[-1]).run
    run = drawn.run()
    assert dict(zip(moved.graph.index, moved.values, strict=True)) == dict(
        zip(run.graph.index, run.values, strict=True)
    )
    assert moved.gradient == run.gradient


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("y = sin()", [("arity", "sin()")]),
        ("y = sin(x, 2)", [("arity", "sin(x, 2)")]),
        ("y = atan2(x)", [("arity", "atan2(x)")]),
        ("def f(x, y) = x + y; z = f(1)", [("arity", "f(1)")]),
        ("def f(x, y) = x + y; z = f(1, 2, 3) + f()", [("arity", "f(1, 2, 3)"), ("arity", "f()")]),
        ("def f(x) = sin(x, x); y = f(1) + f(2)", [("arity", "sin(x, x)")]),  # Told once, where it stands.
        ("y = sni(x)", [("unknown-function", "sni")]),
        ("y = a*foo(x + 1)", [("unknown-function", "foo")]),
        ("u -> v : sni(2)", [("unknown-function", "sni")]),
        ("input x = sni(2)", [("unknown-function", "sni")]),
        ("def f(x) = sni(x); y = 1", [("unknown-function", "sni")]),
        ("def f(x) = x; def f(x) = 2*x; y = 1", [("duplicate-function", "def f(x) = 2*x")]),
        ("y = sin + 1", [("function-as-node", "sin")]),
        ("def f(x) = x; y = 2*f", [("function-as-node", "f")]),
        # Functions that call themselves, directly or not.
        ("def f(x) = f(x - 1); y = f(3)", [("recursive-function", "def f(x) = f(x - 1)")]),
        ("def f(x) = f(x - 1); y = 1", [("recursive-function", "def f(x) = f(x - 1)")]),
        ("def f(x) = 2*g(x); def g(x) = f(x)", [("recursive-function", "def f(x) = 2*g(x)")]),
        (
            "def a(x) = b(x); def b(x) = c(x); def c(x) = b(x); def d(x) = d(x); y = a(1)",
            [("recursive-function", "def b(x) = c(x)"), ("recursive-function", "def d(x) = d(x)")],
        ),
    ],
)
def test_refused(text, found):
    assert refusals(text) == found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("y = sni(x)", "`sin`"),
        ("y = SIN(x)", "`sin`"),
        ("def double(x) = 2*x; y = duoble(x)", "`double`"),
        ("y = sigmod(x)", "`sigmoid`"),
        ("def f(x, y) = x; z = f(1)", "f(x, y)"),
        ("y = a(x + 1)", "a*(x + 1)"),
        ("def f(x) = f(x); y = 1", "for k in"),
        ("y = sin + x", "sin(x)"),
    ],
)
def test_the_remedy_is_named(text, words):
    with pytest.raises(backcalc.BuildError) as caught:
        backcalc.parse(text)
    assert words in " ".join(caught.value.diagnostics[0].hints)


def test_the_chain_of_a_recursion_is_told():
    with pytest.raises(backcalc.BuildError, match="f → g → h → f"):
        backcalc.parse("def f(x) = g(x); def g(x) = h(x); def h(x) = f(x); y = 1")


# ---- Growth ----------------------------------------------------------------------------------------------------------


def doubling(count):
    """Functions that each call the one before twice: 2^count additions."""
    steps = "\n".join(f"def f{i}(x) = f{i - 1}(f{i - 1}(x))" for i in range(1, count + 1))
    return f"def f0(x) = x + x\n{steps}\ny = f{count}(a)"


@pytest.mark.parametrize("count", [18, 40, 400])
def test_doubling_is_refused_at_once(count):
    with an_end():
        found = refusals(doubling(count))
    assert [code for code, _ in found] == ["too-many-operations"]


def test_doubling_within_the_limit():
    assert backcalc.parse(doubling(9)).run({"a": 1}).gradient == {"a": 2.0**512}


def test_many_uses_are_refused_at_the_limit_of_the_graph(monkeypatch):
    monkeypatch.setattr(functions, "MAX_OPERATIONS", 100)
    text = "def f(x) = x + x + x; " + "; ".join(f"y{i} = f(a)" for i in range(60))
    assert refusals(text) == [("too-many-operations", "f(a)")]
    assert refusals(text.replace("x + x + x", "x")) == [("no-output", "")]


def test_a_long_chain_of_calls():
    steps = "\n".join(f"def f{i}(x) = f{i - 1}(x) + 1" for i in range(1, 501))
    assert backcalc.parse(f"def f0(x) = 2*x\n{steps}\ny = f500(a)").run({"a": 3}).value == 506


def test_a_deep_argument():
    text = "def f(x) = x*x; y = " + "f(" * 300 + "a" + ")" * 300
    assert backcalc.parse(text).run({"a": 1}).value == 1
