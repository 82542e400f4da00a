"""Topological order: of anything with needs, and of a graph's nodes; cycles as data and as told."""

from __future__ import annotations

import pytest
from graphs import programs, refusals
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.graph.order import MAX_CYCLES, levels, topological
from backcalc.text.errors import BuildError

law = settings(max_examples=100)

# ---- Anything with needs ---------------------------------------------------------------------------------------------


@st.composite
def dags(draw):
    """Needs of up to twelve items, each needing only later letters, in a random order of the items."""
    letters = "abcdefghijkl"[: draw(st.integers(1, 12))]
    needs = {
        item: draw(st.lists(st.sampled_from(letters[i + 1 :]), max_size=4)) if i + 1 < len(letters) else []
        for i, item in enumerate(letters)
    }
    return draw(st.permutations(list(letters))), needs


@law
@given(dags())
def test_needs_come_first(dag):
    items, needs = dag
    order, cycles = topological(items, needs.__getitem__)
    assert cycles == []
    assert sorted(order) == sorted(items)
    assert all(order.index(need) < order.index(item) for item in items for need in needs[item])


@law
@given(dags())
def test_a_level_is_the_longest_chain(dag):
    items, needs = dag
    level = levels(topological(items, needs.__getitem__)[0], needs.__getitem__)

    def longest(item):
        return max((1 + longest(need) for need in needs[item]), default=0)

    assert level == {item: longest(item) for item in items}


@pytest.mark.parametrize(
    ("needs", "cycles"),
    [
        ({"a": "a"}, ["a"]),
        ({"a": "b", "b": "a"}, ["ab"]),
        ({"a": "b", "b": "c", "c": "a"}, ["abc"]),
        ({"a": "b", "b": "c", "c": "b"}, ["bc"]),  # What leads into a cycle is no part of it.
        ({"a": "bc", "b": "a", "c": "a"}, ["ab", "ac"]),
        ({"a": "b", "b": "a", "p": "q", "q": "p", "s": "s"}, ["ab", "pq", "s"]),
        ({"a": "b", "b": "", "c": "ab"}, []),
    ],
)
def test_cycles(needs, cycles):
    order, found = topological(needs, lambda item: list(needs[item]))
    assert ["".join(cycle) for cycle in found] == cycles
    assert sorted(order) == sorted(needs)


def test_cycles_are_told_up_to_a_limit():
    needs = {f"{i}": [f"{i}"] for i in range(3 * MAX_CYCLES)}
    assert len(topological(needs, needs.__getitem__)[1]) == MAX_CYCLES


@pytest.mark.parametrize("closed", [False, True])
def test_depth_is_no_limit(closed):
    count = 200_000
    needs = {str(i): [str(i + 1)] for i in range(count)} | {str(count): ["0"] * closed}
    order, cycles = topological(needs, needs.__getitem__)
    assert order == [str(i) for i in range(count, -1, -1)]
    assert [len(cycle) for cycle in cycles] == [count + 1] * closed


# ---- A graph's nodes -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "order"),
    [
        # The file's own order where it is topological; an implicit input right before its first use.
        ("y = a + b; z = y*c", "a b y c z"),
        ("input c; input a; y = a*c", "c a y"),
        ("y = 2*x; z = 3*x; w = y*z", "x y z w"),
        ("a -> b : 1; c -> d : 2; a -> d : 3", "a b c d"),
        ("x1 -> u1 : 1; x2 -> u2 : 1; u1 -> v : 1; u2 -> v : 1", "x1 u1 x2 u2 v"),
        ("k = 3; y = k*x; c = 4; z = c*y", "k x y c z"),
        # Else by level, within a level by the file.
        ("z = y; y = x", "x y z"),
        ("a -> d : 1; b -> d : 1; c -> d : 1", "a b c d"),
        ("a -> c : 1; b -> c : 2; c -> d : 3", "a b c d"),
        ("q = p; p = 2*x; r = 3*x; input x", "x p r q"),
        ("J = (y - t)^2; y = sigmoid(v); v = w*x", "t w x v y J"),
        ("c -> d : 1; b -> c : 1; a -> b : 1", "a b c d"),
        ("z = e*x; e = 5", "x e z"),
    ],
)
def test_order_of_nodes(text, order):
    assert [node.name for node in backcalc.parse(text).nodes] == order.split()


def test_an_edge_list_by_levels():
    text = "x u1 1\nx u2 1\nu1 o 1\nu2 o 1\nz u2 5\n"
    assert [node.name for node in backcalc.parse(text).nodes] == ["x", "z", "u1", "u2", "o"]


@law
@given(programs(), st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(drawn, random):
    lines = drawn.text.split("\n")
    random.shuffle(lines)
    shuffled, run = backcalc.parse("\n".join(lines)).run(drawn.point, of=drawn.names[-1]).run, drawn.run()
    seen = set()
    for node in shuffled.graph.nodes:
        assert seen.issuperset(node.args)
        seen.add(node.name)
    for name, adjoint in zip(run.graph.index, run.adjoints, strict=True):
        place = shuffled.graph.index[name]
        assert shuffled.values[place] == run.values[run.graph.index[name]]
        assert shuffled.adjoints[place] == pytest.approx(adjoint, rel=1e-9, abs=1e-9)  # Sums in another order.


# ---- Cycles told -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "arrows", "lines"),
    [
        ("x -> x : 1", ["x → x"], [[1]]),
        ("s = s + 1", ["s → s"], [[1]]),
        ("a = b\nb = a", ["a → b → a"], [[2, 1]]),
        ("a -> b : 1\nb -> c : 2\nc -> a : 3", ["a → b → c → a"], [[1, 2, 3]]),
        ("a = 2*c\nb = a\n\nc = sin(b)", ["a → b → c → a"], [[2, 4, 1]]),
        ("a = b\nb -> c : 1\nb = 1\na -> b : 2", ["a → b → a"], [[4, 1]]),
        ("a = b\nb = a\ns = s\np -> q : 1\nq -> p : 1", ["a → b → a", "s → s", "p → q → p"], [[2, 1], [3], [4, 5]]),
        ("def f(x) = x + y\ny = f(2)", ["y → y"], [[2]]),
    ],
)
def test_cycles_are_told(text, arrows, lines):
    with pytest.raises(BuildError) as caught:
        backcalc.parse(text)
    found = caught.value.diagnostics
    source = caught.value.source
    assert [error.code for error in found] == ["cycle"] * len(arrows)
    for error, arrow, places in zip(found, arrows, lines, strict=True):
        assert arrow in error.message
        assert [source.line_number(note.span.start) for note in error.notes] == places
        assert [note.message for note in error.notes] == [
            " → ".join(pair) for pair in zip(arrow.split(" → "), arrow.split(" → ")[1:], strict=False)
        ]


def test_a_cycle_is_told_beside_other_errors():
    assert refusals("a = b\nb = a\ny = sni(x)") == [("cycle", "a"), ("unknown-function", "sni")]


def test_a_long_cycle_is_told_in_short():
    ring = "\n".join(f"x{i} -> x{(i + 1) % 500} : 1" for i in range(500))
    with pytest.raises(BuildError) as caught:
        backcalc.parse(ring)
    (found,) = caught.value.diagnostics
    assert "x0 → x1 → x2" in found.message
    assert "500 nodes" in found.message
    assert len(found.message) < 120
    assert len(found.notes) < 10
