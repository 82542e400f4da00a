"""Loops and name templates: what they stand for, what is refused, and how soon."""

from __future__ import annotations

import pytest
from effort import an_end
from graphs import refusals

import backcalc
from backcalc.graph import loops, resolve
from backcalc.graph.build import build
from backcalc.graph.loops import MAX_STATEMENTS
from backcalc.language.parser import parse
from backcalc.text.source import Source


def shape(text):
    """The graph of `text` as far as loops could change it."""
    graph = build(parse(Source("test", text)))
    nodes = [
        (n.name, n.kind, n.args, n.expr, [(e.tail, e.partial) for e in n.incoming], n.default) for n in graph.nodes
    ]
    return nodes, graph.output


@pytest.mark.parametrize(
    ("loop", "flat"),
    [
        ("for k in 1..3 { x{k} = k }", "x1 = 1; x2 = 2; x3 = 3"),
        ("for k in 2..2 { x{k} = 1/k }", "x2 = 1/2"),
        ("y = x; for k in 3..2 { y = 7 }", "y = x"),
        ("y = x; for k in 3..-10 { y = 7 }", "y = x"),
        ("x0 = z; for k in 1..3 { x{k} = sin(x{k-1}) }", "x0 = z; x1 = sin(x0); x2 = sin(x1); x3 = sin(x2)"),
        ("for k in 1..2 { x{k} = k^2 + k*x - k }", "x1 = 1^2 + 1*x - 1; x2 = 2^2 + 2*x - 2"),
        ("for k in -2..-1 { x{-k} = 1 }", "x2 = 1; x1 = 1"),
        ("for k in 0..1 { x{k}' = a{k}_b{k+1} }", "x0' = a0_b1; x1' = a1_b2"),
        ("for k in 1..2 { a{k} -> b{k} : k*x }", "a1 -> b1 : 1*x; a2 -> b2 : 2*x"),
        ("for k in 1..2 { a{k} b{k} 0.5 }", "a1 b1 0.5; a2 b2 0.5"),
        ("for k in 1..2 { d(b{k})/d(a) = k }", "d(b1)/d(a) = 1; d(b2)/d(a) = 2"),
        ("for k in 1..2 { input x{k} = k }", "input x1 = 1; input x2 = 2"),
        ("for k in 1..2 { y{k} = x }; for k in 2..2 { output y{k} }", "y1 = x; y2 = x; output y2"),
        ("for k in 1..2 { y{k} = 1; z{k} = 2 }", "y1 = 1; z1 = 2; y2 = 1; z2 = 2"),
        ("for e in 1..1 { y = e*x }", "y = 1*x"),
        ("k = 5; for k in 1..1 { y = k*x }; z = k*y", "k = 5; y = 1*x; z = k*y"),
        # Nested, with bounds that depend on the loops around.
        ("for i in 1..2 { for j in 1..2 { x{i}{j} = i - j } }", "x11 = 1 - 1; x12 = 1 - 2; x21 = 2 - 1; x22 = 2 - 2"),
        ("for i in 1..3 { for j in 1..i-1 { x{i}_{j} = 1 } }", "x2_1 = 1; x3_1 = 1; x3_2 = 1"),
        ("for i in 2..3 { for j in i..i^2-5 { x{i}_{j} = j } }", "x3_3 = 3; x3_4 = 4"),
        (
            "for i in 1..2 { y{i} = 0; for j in i..2 { for k in j..j { z{i}{j}{k} = i*j*k } } }",
            "y1 = 0; z111 = 1*1*1; z122 = 1*2*2; y2 = 0; z222 = 2*2*2",
        ),
        # Whole-number arithmetic.
        ("for k in 2..2 { x{2*k+1} = 1; x{k^3-1} = 2; x{(k+4)/3} = 3 }", "x5 = 1; x7 = 2; x2 = 3"),
        ("for k in 10^3-1..10^3 { x{k} = 1 }", "x999 = 1; x1000 = 1"),
        ("for k in 2..2 { x{-k^2+5} = 1 }", "x1 = 1"),  # -k^2 is -(k^2), as everywhere.
        # Comprehensions.
        ("y = sum(x{k} for k in 1..3)", "y = x1 + x2 + x3"),
        ("y = prod(x{k}^k for k in 1..2)", "y = x1^1*x2^2"),
        ("y = mean(x{k} for k in 1..2)", "y = (x1 + x2)/2"),
        ("y = max(x{k} for k in 1..2) - min(x{k} for k in 1..1)", "y = max(x1, x2) - x1"),
        ("y = max(x{k} for k in 1..3)", "y = max(x1, x2, x3)"),
        ("y = sum(x for k in 1..0) + prod(x for k in 1..0)", "y = 0 + 1"),
        ("v = [x{k}^2 for k in 1..3]", "v = [x1^2, x2^2, x3^2]"),
        ("A = [[i*10 + j for j in 1..i + 1] for i in 1..1]", "A = [[1*10 + 1, 1*10 + 2]]"),
        ("input x[4]; y = sum(x[[2*k - 1 for k in 1..2]])", "input x[4]; y = sum(x[[1, 3]])"),
        (
            "input x[4]; input w[3]; for i in 0..1 { y{i} = sum(w[j]*x[i+j] for j in 0..2) }",
            "input x[4]; input w[3]; y0 = w[0]*x[0] + w[1]*x[1] + w[2]*x[2]; y1 = w[0]*x[1] + w[1]*x[2] + w[2]*x[3]",
        ),
        ("const n = 2; y = sum(x{k} for k in 1..n)", "const n = 2; y = x1 + x2"),
        ("for i in 2..2 { y{i} = sum(x{i}{k} for k in 1..i) }", "y2 = x21 + x22"),
        ("def f(u) = sum(k*u for k in 1..2); y = f(x)", "def f(u) = 1*u + 2*u; y = f(x)"),
        ("a -> b : sum(k for k in 1..3)", "a -> b : 1 + 2 + 3"),
        ("given h = [k/2 for k in 1..2]; h = f{1}*[1, 1]", "given h = [1/2, 2/2]; h = f1*[1, 1]"),
        ("for k in 1..1 { x{9007199254740993} = 1 }", "x9007199254740993 = 1"),  # Not a float64.
        ("y = x{3}", "y = x3"),
    ],
)
def test_a_loop_is_its_statements(loop, flat):
    assert shape(loop) == shape(flat)


def test_the_lattice_is_a_loop():
    text = "x -> t1 : 0.3; x -> b1 : 0.3\nfor k in 2..5 {\n  t{k-1} -> t{k} : 0.3\n  b{k-1} -> t{k} : 0.3\n"
    graph = backcalc.parse(
        f"{text}  t{{k-1}} -> b{{k}} : 0.3\n  b{{k-1}} -> b{{k}} : 0.3\n}}\nt5 -> o : 0.3; b5 -> o : 0.3"
    )
    assert graph.run().gradient == {"x": pytest.approx(32 * 0.3**6, rel=1e-15)}


@pytest.mark.parametrize(
    ("text", "code", "under"),
    [
        ("y = x{k}", "not-loop-variable", "k"),
        ("for i in 1..2 { y{i} = x{j} }", "not-loop-variable", "j"),
        ("for i in 1..n { y{i} = 1 }", "not-loop-variable", "n"),
        ("for i in 1..j { for j in 1..2 { y{i} = 1 } }", "not-loop-variable", "j"),
        ("for i in 1..2 { y{i/2} = 1 }", "not-whole", "i/2"),
        ("for i in 1..2.5 { y{i} = 1 }", "not-whole", "2.5"),
        ("for i in 0..1 { y{1/i} = 1 }", "not-whole", "1/i"),
        ("for i in 1..1 { y{2^(-i)} = 1 }", "not-whole", "2^(-i)"),
        ("for i in -1..1 { y{i} = 1 }", "negative-index", "y{i}"),
        ("for i in 1..2 { y{i} = x{i-2} }", "negative-index", "x{i-2}"),
        ("for i in 1..2 { for i in 1..2 { y{i} = 1 } }", "loop-variable", "for i in 1..2 { y{i} = 1 }"),
        ("for i in 1..2 { def f(x) = x }", "def-in-loop", "def f(x) = x"),
        # The variable is a number, and so no node.
        ("for i in 1..2 { i = 3 }", "loop-variable", "i"),
        ("for i in 1..2 { input i }", "loop-variable", "i"),
        ("for i in 1..2 { output i }", "loop-variable", "i"),
        ("for i in 1..2 { i -> y : 2 }", "loop-variable", "i"),
        ("for i in 1..2 { x -> i : 2 }", "loop-variable", "i"),
        # Two iterations that define one node.
        ("for i in 1..2 { y = i }", "duplicate-node", "y"),
        ("for i in 1..2 { y{i*0} = i }", "duplicate-node", "y{i*0}"),
    ],
)
def test_refused(text, code, under):
    assert refusals(text) == [(code, under)]


def test_a_loop_is_told_once_and_the_rest_is_read_on():
    text = "for k in 1..9 { x{k/2} = 1; x{j} = 2 }; y = sni(x); for k in 1..9 { z{k-5} = 1 }"
    assert refusals(text) == [("not-whole", "k/2"), ("unknown-function", "sni"), ("negative-index", "z{k-5}")]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("for k in 1..10^12 { x{k} = 1 }", "loop-too-long"),
        ("for k in -10^18..10^18 { x{k} = 1 }", "loop-too-long"),
        ("for k in 1..99999999999999999999999 { x{k} = 1 }", "loop-too-long"),
        ("for k in 1..10^10^10 { x{k} = 1 }", "integer-too-large"),
        ("for k in 1..9^9^9^9 { x{k} = 1 }", "integer-too-large"),
        ("for k in (-10)^99999999..1 { x{k} = 1 }", "integer-too-large"),
        ("for k in 1..2 { x{10^10^10*k} = 1 }", "integer-too-large"),
        (f"for k in 1..{MAX_STATEMENTS + 1} {{ x{{k}} = 1 }}", "loop-too-long"),
        # A product over the limit, known only when the loops are put together.
        ("for i in 1..1001 { for j in 1..1000 { x{i}_{j} = 1 } }", "loop-too-long"),
        ("for i in 1..1000 { for j in 1..1000 { x{i}_{j} = 1; y{i}_{j} = 2 } }", "loop-too-long"),
        ("for i in 1..2000 { for j in 1..i { x{i}_{j} = 1 } }", "loop-too-long"),
        ("for i in 1..200 { for j in 1..200 { for k in 1..200 { x{i}_{j}_{k} = 1 } } }", "loop-too-long"),
        ("for i in 1..600000 { a{i} = 1 }; for i in 1..600000 { b{i} = 1 }", "loop-too-long"),
        # Loops around nothing are no way around it.
        ("for i in 1..999999 { for j in 1..999999 { } }", "loop-too-long"),
    ],
)
def test_too_much_is_refused_at_once(text, code):
    program = parse(Source("test", text))
    with an_end(), pytest.raises(backcalc.BuildError) as caught:
        build(program)
    assert [error.code for error in caught.value.diagnostics] == [code]


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("for k in 1..100 { x{k} = 1 }", True),
        ("for k in 1..101 { x{k} = 1 }", False),
        ("for k in 1..50 { x{k} = 1; y{k} = 1 }", True),
        ("for k in 1..50 { x{k} = 1; y{k} = 1; z{k} = 1 }", False),
        ("for i in 1..10 { for j in 1..9 { x{i}_{j} = 1 } }", True),  # Ten loops, ninety definitions.
        ("for i in 1..10 { for j in 1..10 { x{i}_{j} = 1 } }", False),
        ("y = x; for i in 1..99 { for j in 3..2 { x{i} = 1 } }", True),
        ("for i in 1..99 { for j in 1..99 { for k in 3..2 { x = 1 } } }", False),
        ("for i in 1..60 { a{i} = 1 }; for i in 1..40 { b{i} = 1 }", True),
        ("for i in 1..60 { a{i} = 1 }; for i in 1..41 { b{i} = 1 }", False),
    ],
)
def test_the_limit(text, fits, monkeypatch):
    monkeypatch.setattr(loops, "MAX_STATEMENTS", 100)
    found = [code for code, _ in refusals(text)]
    assert ("loop-too-long" in found) is not fits


def test_large_powers_of_one_are_small():
    assert shape("for k in 1^10^18..(-1)^(10^18) { x{k} = 0^10^18 }")[0][0][0] == "x1"


@pytest.mark.parametrize(
    "formula",
    ["sum(x[k] for k in 1..10^12)", "[x for k in 1..10^12]", "sum(sum(x for i in 1..10^6) for j in 1..10^6)"],
)
def test_a_comprehension_is_counted_before_it_is_written_out(formula, monkeypatch):
    written = []
    monkeypatch.setattr(resolve, "resolve", lambda expr, _: written.append(expr) or expr)
    assert [code for code, _ in refusals(f"y = {formula}")] == ["loop-too-long"]
    assert len(written) <= 1  # The statement alone; nothing of what it repeats.


def test_comprehensions_in_each_other_have_a_limit():
    deep = "x"
    for k in range(resolve.DEEPEST + 1):
        deep = f"sum({deep} for k{k} in 1..1)"
    assert [code for code, _ in refusals(f"y = {deep}")] == ["loop-too-long"]
    assert not refusals(f"y = {deep.removeprefix('sum(').rpartition(' for')[0]}", at={"x": 1.0})


def test_a_recurrent_nets_loss_is_one_sum():
    text = "h0 = 0; for k in 1..3 { h{k} = tanh(w*h{k-1} + x{k}) }; L = sum((h{k} - t{k})^2 for k in 1..3)"
    flat = "h0 = 0; for k in 1..3 { h{k} = tanh(w*h{k-1} + x{k}) }; L = (h1 - t1)^2 + (h2 - t2)^2 + (h3 - t3)^2"
    assert shape(text) == shape(flat)
