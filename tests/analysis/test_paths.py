"""Path aggregation against enumeration: how many paths, which products are the largest, what they add up to."""

from __future__ import annotations

import csv
import io
import json
import math
import sys
from collections import Counter
from fractions import Fraction
from itertools import islice, pairwise
from math import inf, nan
from pathlib import Path as File

import arrays
import mpmath
import numpy as np
import pytest
from documents import latex, markdown, plain
from graphs import allowance, path_sum, programs
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.analysis.path_ranks import Paths, Tally, product, rank, times
from backcalc.analysis.paths import Aggregation
from backcalc.calculus.point import from_mapping
from backcalc.calculus.run import run
from backcalc.cli import main
from backcalc.language.expr import Call
from backcalc.render.layout import records
from backcalc.render.reports.paths import count_text, paths_tables, render_paths_csv, render_paths_json
from backcalc.render.values import value_text
from backcalc.render.writer import PLAIN
from backcalc.text.source import Source

SAMPLES = File(backcalc.__file__).parent.parent / "samples"
law = settings(max_examples=200)


@settings(max_examples=25)
@given(arrays.outputs())
def test_of_a_vector_the_products_of_jacobians_add_up(pair):
    drawn, of = pair
    found = drawn.run(of=of)
    if not found.shape(of):
        return
    for each in Aggregation(found).sums(list(found.gradient), 50):
        if each.is_whole and each.count:
            assert each.sum is not each.adjoint
            assert each.agrees
            assert arrays.close(each.sum, found.gradient[each.source])


@pytest.mark.parametrize(
    ("text", "slopes"),
    [
        ("u = sqrt(x); v = relu(u - 1); y = sum(v)", [0, 0.25]),
        ("u = sqrt(x); v = u[1]; y = v^2", [0, 1]),
        ("u = sqrt(x); v = max(u, 1); y = [v[1], u[1]]", [[0, 0.25], [0, 0.25]]),
    ],
)
def test_along_a_path_nothing_comes_of_what_is_left_out(text, slopes):
    (found,) = Aggregation(run(backcalc.parse(f"input x = [0, 4]; {text}").objects, {})).sums(["x"], 50)
    assert found.agrees
    assert np.array_equal(found.sum, slopes)
    assert all(np.array_equal(path.factors[0], [[inf, 0], [0, 0.25]]) for path in found.paths)


# ---- The truth, by enumeration ---------------------------------------------------------------------------------------


def enumerated(partials, source, target):
    """Every path from `source` to `target`, by its nodes, in no particular order."""
    if source == target:
        return [[source]]
    heads = [head for head in range(target + 1) if source in partials[head]]
    return [[source, *rest] for head in heads for rest in enumerated(partials, head, target)]


def factors(partials, trail):
    return [partials[head][tail] for tail, head in pairwise(trail)]


def size(values):
    """How large a product is: an exact fraction; what has a nan as a factor above what has an infinity, above all."""
    if any(map(math.isnan, values)):
        return (2, 0)
    if any(map(math.isinf, values)):
        return (1, 0)
    return (0, abs(math.prod(map(Fraction, values), start=Fraction(1))))


def turns(partials, trail):
    """By what paths are put in order, the first last: at each node how large the rest is, then where it goes on."""
    rest = [factors(partials, trail[i:]) for i in range(len(trail))]
    return [(size(each), -node) for each, node in zip(rest, [*trail[1:], 0], strict=True)]


# Their products, of a few factors, are exact.
exact_numbers = st.builds(lambda m, e: m * 2.0**e, st.integers(-3, 3), st.sampled_from([0, -1, 600, -600]))
odd_numbers = st.sampled_from([0.0, -0.0, inf, -inf, nan, 5e-324, 2.0**1023])


@st.composite
def dags(draw, numbers=exact_numbers | odd_numbers):
    """The partials of a graph of up to eight nodes, by head and tail."""
    count = draw(st.integers(1, 8))
    tails = [draw(st.sets(st.integers(0, head - 1))) if head else set() for head in range(count)]
    return [{tail: draw(numbers) for tail in sorted(each)} for each in tails]


def paths_of(partials):
    return Paths(partials.__getitem__, len(partials) - 1)


@law
@given(dags())
def test_counts_are_those_of_an_enumeration(partials):
    paths, target = paths_of(partials), len(partials) - 1
    every = {source: enumerated(partials, source, target) for source in range(target + 1)}
    for source, trails in every.items():
        assert paths.count(source) == len(trails)
        assert paths.multiplications(source) == sum(max(0, len(trail) - 2) for trail in trails)
        edges = {edge for trail in trails for edge in pairwise(trail) if edge[1] != target}
        assert paths.swept([source]) == len(edges)
        assert list(paths.in_order(source)) == sorted(trails)
    edges = {edge for trails in every.values() for trail in trails for edge in pairwise(trail) if edge[1] != target}
    assert paths.swept(every) == len(edges)


@law
@given(dags())
def test_the_largest_products_come_first(partials):
    paths, target = paths_of(partials), len(partials) - 1
    for source in range(target + 1):
        trails = enumerated(partials, source, target)
        found = list(paths.largest(source))
        assert sorted(found) == sorted(trails)
        sizes = [size(factors(partials, trail)) for trail in found]
        assert sizes == sorted(sizes, reverse=True)
        # And equal ones in an order that can be told beforehand.
        assert found == sorted(trails, key=lambda trail: turns(partials, trail), reverse=True)


@law
@given(dags(st.floats(-3, 3)), st.integers(1, 5))
def test_the_first_few_are_the_largest(partials, few):
    """Of numbers whose products are rounded, the same but for rounding."""
    paths, target = paths_of(partials), len(partials) - 1
    found = [size(factors(partials, trail))[1] for trail in islice(paths.largest(0), few)]
    true = sorted((size(factors(partials, trail))[1] for trail in enumerated(partials, 0, target)), reverse=True)
    assert len(found) == min(few, len(true))
    for one, other in zip(found, true, strict=False):
        assert abs(one - other) <= other * Fraction(1, 10**14)


@given(st.lists(exact_numbers | odd_numbers, max_size=6))
def test_a_product_is_that_of_fractions(numbers):
    found = product(numbers)
    kind, exact = size(numbers)
    if kind:
        assert math.isnan(found) == (kind > 1 or 0 in numbers)
        assert math.isnan(found) or found == math.copysign(inf, math.prod(math.copysign(1, n) for n in numbers))
        return
    sign = -1 if sum(n < 0 for n in numbers) % 2 else 1
    with mpmath.workdps(60):
        true = float(mpmath.mpf(sign * exact.numerator) / exact.denominator)
    assert found == true
    assert math.copysign(1, found) == 1 or true < 0


@pytest.mark.parametrize(
    ("left", "right", "larger"),
    [
        (nan, inf, nan), (inf, 1e308, inf), (-inf, 1.0, inf), (-3.0, 2.0, -3.0), (2.0, 3.0, 3.0), (5e-324, 0.0, 5e-324),
        (0.5, 1.0, 1.0), (1.5, 2.0, 2.0), (-0.0, 1e-300, 1e-300),
    ],
)  # fmt: skip
def test_ranks_are_in_order(left, right, larger):
    assert min(rank(left), rank(right)) == rank(larger)
    assert rank(left) != rank(right)


@given(exact_numbers | odd_numbers, exact_numbers | odd_numbers, exact_numbers | odd_numbers)
def test_a_larger_factor_makes_no_smaller_product(left, right, by):
    """What the search rests on."""
    first, second = sorted([rank(left), rank(right)])
    assert times(rank(by), first) <= times(rank(by), second)


def test_what_no_float_can_hold_is_told_apart():
    """Products of 1,000 factors that are all 0, or all infinite, as float64."""
    ends = {1: {0: 0.1}, 2: {0: 0.2}, 3: {0: 0.15}}
    for slope, zero in ((1e-3, 0.0), (1e3, inf)):
        chain = {head: {head - 1: slope} for head in range(5, 1000)}
        partials = {0: {}, **ends, 4: {1: 1.0, 2: 1.0, 3: 1.0}, **chain}
        paths = Paths(partials.__getitem__, 999)
        assert [trail[1] for trail in paths.largest(0)] == [2, 3, 1]
        assert {product(factors(partials, trail)) for trail in paths.largest(0)} == {zero}


# ---- Graphs ----------------------------------------------------------------------------------------------------------


def of_objects(graph, at=None, **options):
    """The paths of a graph whose nodes are objects, as the command has it, however long the text is."""
    return Aggregation(run(graph.objects, from_mapping(at or {}, Source("at", "")), **options))


def aggregated(text, at=None, **options):
    return of_objects(backcalc.parse(text), at, **options)


def sample(name, at=None, **options):
    return of_objects(backcalc.load(SAMPLES / f"{name}.bg"), at, **options)


def told(found, source, limit=100):
    """What is told of one source: its paths as `x1 u1 L` with factors and product, and the whole."""
    (whole,) = found.sums([source], limit)
    return [(" ".join(path.nodes), list(path.factors), path.product) for path in whole.paths], whole


@law
@given(programs())
def test_the_sum_is_the_adjoint(drawn):
    found = Aggregation(drawn.run())
    for whole in found.sums(drawn.names, 0):
        assert whole.is_whole
        near = allowance(found.run, found.run.output, whole.source)
        assert whole.sum == pytest.approx(path_sum(found.run, found.run.output, whole.source), rel=0, abs=near)
        assert whole.sum == pytest.approx(whole.adjoint, rel=0, abs=near)
        assert whole.agrees


# By hand, after the exercises.
NETWORK_A = {
    "x1": (-100, [("x1 u1 v1 o L", [-2, 3, -1, -10], -60), ("x1 u2 v2 o L", [4, 1, 1, -10], -40)]),
    "x2": (
        110,
        [
            ("x2 u1 v1 o L", [3, 3, -1, -10], 90),
            ("x2 u3 v3 o L", [2, -1, 2, -10], 40),
            ("x2 u3 v2 o L", [2, 1, 1, -10], -20),
        ],
    ),
    "u3": (10, [("u3 v3 o L", [-1, 2, -10], 20), ("u3 v2 o L", [1, 1, -10], -10)]),
    "o": (-10, [("o L", [-10], -10)]),
    "L": (1, [("L", [], 1)]),
}


@pytest.mark.parametrize("source", NETWORK_A)
def test_the_edge_annotated_network(source):
    total, paths = NETWORK_A[source]
    found, whole = told(sample("network-a"), source)
    assert found == paths
    assert (whole.count, whole.sum, whole.adjoint) == (len(paths), total, total)


def test_the_multiplications_of_the_edge_annotated_network():
    # x1: 2 paths of 4 factors; x2: 3 of 4. Their edges: 4 from the x, 4 from the u, 3 into o; o -> L takes none.
    assert sample("network-a").multiplications(["x1", "x2"]) == (2 * 3 + 3 * 3, 11)
    assert sample("network-a").multiplications(["x1"]) == (2 * 3, 6)
    assert sample("network-a").multiplications(["L"]) == (0, 0)


def test_the_uniform_lattice():
    found, whole = told(sample("uniform"), "x")
    assert len(found) == whole.count == 32
    assert {(len(path.split()), tuple(parts)) for path, parts, _ in found} == {(7, (0.3,) * 6)}
    assert [value for *_, value in found] == pytest.approx([0.3**6] * 32, rel=1e-15)
    assert whole.sum == pytest.approx(0.023328, rel=1e-15)
    assert sample("uniform").multiplications(["x"]) == (32 * 5, 18)
    # Equal products come in the order of the graph.
    assert [path for path, *_ in found][:3] == ["x t1 t2 t3 t4 t5 o", "x t1 t2 t3 t4 b5 o", "x t1 t2 t3 b4 t5 o"]


def test_the_sine_cosine_lattice():
    found, whole = told(sample("lattice"), "x")
    assert whole.count == len(found) == 32
    assert whole.sum == pytest.approx(-0.0691856694576352289, rel=1e-14)
    sizes = [abs(value) for *_, value in found]
    assert sizes == sorted(sizes, reverse=True)


def test_the_largest_of_many():
    """A ladder of 1,000 layers of two: from a to a the slope is 2, else 1."""
    lines = ["x -> a0 : 1", "x -> b0 : 1", "a999 -> o : 1", "b999 -> o : 1"]
    lines += [
        f"{tail}{k} -> {head}{k + 1} : {1 + (tail == head == 'a')}"
        for k in range(999)
        for tail in "ab"
        for head in "ab"
    ]
    found, whole = told(aggregated("\n".join(lines)), "x")
    assert whole.count == 2**1000
    # All a; b at one end; then b at a layer within (998), at both ends, or at the first or last two.
    assert Counter(value for *_, value in found) == {2.0**999: 1, 2.0**998: 2, 2.0**997: 97}
    assert not any("b" in path for path in found[0][0].split()[1:-1])
    assert whole.sum is whole.adjoint
    assert aggregated("\n".join(lines)).multiplications(["x"]) == (1000 * 2**1000, 2 + 4 * 999)


def test_a_long_chain():
    found, whole = told(aggregated("\n".join(f"{i} -> {i + 1} : -1" for i in range(20_000))), "0")
    assert (whole.count, whole.sum, whole.adjoint) == (1, 1, 1)
    assert len(found[0][1]) == 20_000


def test_a_deep_search():
    """Many paths that part only behind, and before, a long chain."""
    chain = "\n".join(f"{i} -> {i + 1} : 1" for i in range(1, 5_000))
    ends = "\n".join(f"0 -> a{i} : {i}\na{i} -> 1 : 1\n5000 -> b{i} : {i}\nb{i} -> 6000 : 1" for i in range(1, 6))
    found, whole = told(aggregated(f"{chain}\n{ends}"), "0", limit=25)
    assert whole.count == 25
    assert [value for *_, value in found] == sorted((i * j for i in range(1, 6) for j in range(1, 6)), reverse=True)


STRUCTURES = {
    "parallel edges are one": ("x -> a : 2\nx -> a : 3\na -> o : 4", {}, "x", [("x a o", [5, 4], 20)], 20),
    "a node that is not reached": ("y = 2*x\nz = 3*w\noutput y", {"x": 1, "w": 1}, "w", [], 0),
    "a branch that is not taken": ("y = if x > 0 then 2*a else b", {"x": 1, "a": 1, "b": 1}, "b", [], 0),
    "a branch that is taken": ("y = if x > 0 then 2*a else b", {"x": 1, "a": 1, "b": 1}, "a", [("a y", [2], 2)], 2),
    "twice in one formula": ("y = x*x + x", {"x": 3}, "x", [("x y", [7], 7)], 7),
    "a factor of 0": ("y = 0*x\nz = y + x", {"x": 3}, "x", [("x z", [1], 1), ("x y z", [0, 1], 0)], 1),
    "from behind the output": ("a -> b : 2\nb -> c : 3\noutput b", {}, "c", [], 0),
    # ∂L/∂u = 2·∂v/∂u + 5·∂w/∂u with v = u², w = u + v at u = 3.
    "several seeds": (
        "u = 3*x\nv = u^2\nw = u + v\nadjoint v = 2\nadjoint w = 5",
        {"x": 1},
        "x",
        [("x u v w L", [3, 6, 1, 5], 90), ("x u v L", [3, 6, 2], 36), ("x u w L", [3, 1, 5], 15)],
        141,
    ),
}


@pytest.mark.parametrize(("text", "at", "source", "paths", "total"), STRUCTURES.values(), ids=STRUCTURES)
def test_structures(text, at, source, paths, total):
    found, whole = told(aggregated(text, at), source)
    assert found == paths
    assert (whole.count, whole.sum, whole.adjoint) == (len(paths), total, total)


@pytest.mark.parametrize(
    ("slopes", "total", "agrees"),
    [
        (["1/0", "-3"], inf, True),
        (["1/0", "-1/0"], nan, True),
        (["0/0", "2"], nan, True),
        (["1e308", "1e308"], inf, True),
        (["1e200", "1e-300"], 1e200, True),
    ],
)
def test_sums_that_are_not_finite(slopes, total, agrees):
    text = "\n".join(f"x -> a{i} : {slope}\na{i} -> o : 1" for i, slope in enumerate(slopes))
    _, whole = told(aggregated(text), "x")
    assert whole.sum == pytest.approx(total, nan_ok=True)
    assert whole.agrees == agrees


def test_a_sum_that_overflows_on_its_way_is_told_apart():
    """The path's product is 1e100; the sweep comes to infinity on its way."""
    text = "x -> a : 1e-300\na -> b : 1e200\nb -> o : 1e200"
    found, whole = told(aggregated(text), "x")
    assert found[0][2] == pytest.approx(1e100)
    assert (whole.adjoint, whole.agrees) == (inf, False)
    assert "≠ ∂o/∂x by backpropagation" in "\n".join(plain(paths_tables(aggregated(text), ["x"], 100)))


# ---- Unknowns and vectors --------------------------------------------------------------------------------------------


def texts(values):
    return [value_text(value) if isinstance(value, Call) else value for value in values]


def test_unknown_values_are_formulas():
    (path,), whole = told(sample("neuron"), "b")
    assert (path[0], path[1][0], texts(path[1][1:])) == ("b v y J", 1, ["y*(1 - y)", "y - z"])
    assert texts([path[2], whole.sum]) == ["(y - z)*y*(1 - y)"] * 2
    found, _ = told(aggregated("x -> a : 2\na -> o : 4\nL = -log(o)"), "x")
    assert (found[0][0], texts([found[0][2]])) == ("x a o L", ["-8/o"])


def test_many_paths_of_formulas_come_in_the_order_of_the_graph():
    text = "for k in 1..40 { t{k} = sin(t{k-1} + b{k-1}); b{k} = cos(t{k-1} + b{k-1}) }\no = t40*b40"
    found, whole = told(aggregated(text), "t0", limit=3)
    assert whole.count == 2**40
    assert not whole.is_ranked
    assert [path.split()[-3:] for path, *_ in found] == [["t39", "t40", "o"], ["t39", "b40", "o"], ["b39", "t40", "o"]]


@pytest.mark.parametrize("name", ["classifier", "attention", "batchnorm", "lstm"])
def test_of_vectors_products_are_those_of_the_jacobians(name):
    found = sample(name)
    for whole in found.sums(found.run.wrt, 0):
        total = sum(path.product for path in whole.paths)
        np.testing.assert_allclose(total, whole.adjoint, rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(whole.sum, whole.adjoint, rtol=1e-12, atol=1e-15)
        assert whole.agrees
        for path in whole.paths:
            if not any(part is None for part in path.factors):
                jacobians = list(map(np.asarray, path.factors))
                expected = jacobians[-1]
                for head, jacobian in zip(path.nodes[-2:0:-1], jacobians[-2::-1], strict=True):
                    expected = np.tensordot(expected, jacobian, np.ndim(found.run.values[found.run.graph.index[head]]))
                np.testing.assert_allclose(path.product, expected, rtol=1e-12, atol=1e-15)


def test_unknown_matrices():
    found, whole = told(sample("vectors"), "v")
    assert [(path, texts(parts[:1]), texts([value])) for path, parts, value in found] == [
        ("v h1 L", [None], ["W1.T @ [-2, 0, 4]"]),
        ("v h2 L", [None], ["W2.T @ [0.16, 0.75, -0.42]"]),
    ]
    assert found[0][1][1].tolist() == [-2, 1, 4]
    assert value_text(whole.sum) == "W1.T @ [-2, 0, 4] + W2.T @ [0.16, 0.75, -0.42]"
    assert not told(sample("network-a"), "x1", limit=1)[1].is_whole


# ---- What is shown ---------------------------------------------------------------------------------------------------


def lines(found, sources, limit=100):
    return list(plain(paths_tables(found, sources, limit)))


def test_the_table():
    assert lines(sample("network-a"), ["x1"]) == [
        "∂L/∂x1: 2 paths from x1 to L",
        "path                         factors            product",
        "x1 → u1 → v1 → o → L         (−2)·3·(−1)·(−10)      -60",
        "x1 → u2 → v2 → o → L         4·1·1·(−10)            -40",
        "sum                                                -100",
        "= ∂L/∂x1 by backpropagation                        -100",
        "",
        "method            multiplications  counted",
        "path aggregation                6  of each path one fewer than its factors",
        "backpropagation                 6  one an edge of these paths, into L none",
    ]


def test_the_table_of_formulas_and_of_nothing():
    assert lines(sample("neuron"), ["w", "z"])[2:7] == [
        "w → v → y → J                   x·(y*(1 - y))·(y - z)  (y - z)*y*(1 - y)*x",
        "sum = ∂J/∂w by backpropagation                         (y - z)*y*(1 - y)*x",
        "",
        "∂J/∂z: 1 path from z to J",
        "path                            factors  product",
    ]
    assert lines(sample("network-a"), ["L", "x2"])[0] == "∂L/∂L: 1 path from L to L"
    assert lines(sample("network-a", of="x1"), ["L"]) == [
        "∂x1/∂L: no path leads from L to x1",
        "path                             factors  product",
        "sum = ∂x1/∂L by backpropagation                 0",
    ]


TITLES = {
    1: "∂o/∂x: 32 paths from x to o, the largest in absolute value",
    3: "∂o/∂x: 32 paths from x to o, the 3 largest in absolute value",
    32: "∂o/∂x: 32 paths from x to o",
    0: "∂o/∂x: 32 paths from x to o",
}


@pytest.mark.parametrize("limit", TITLES)
def test_the_title_tells_what_is_listed(limit):
    shown = lines(sample("lattice"), ["x"], limit)
    assert shown[0] == TITLES[limit]
    assert sum(line.startswith("x → ") for line in shown) == (limit or 32)


def test_a_long_path_is_shown_by_its_ends():
    shown = lines(aggregated("\n".join(f"x{i} -> x{i + 1} : -2" for i in range(20))), ["x0"])
    assert shown[2].split("  ")[0] == "x0 → x1 → x2 → … 15 more … → x18 → x19 → x20"
    assert shown[2].split("  ")[1] == "(−2)·(−2)·(−2)·… 14 more …·(−2)·(−2)·(−2)"
    assert shown[2].split()[-1] == "1.04858e+06"


@pytest.mark.parametrize(
    ("base", "power", "digits", "text"),
    [
        (0, 1, 6, "0"),
        (999_999_999_999_999, 1, 6, "999999999999999"),
        (10, 15, 6, "1e+15"),
        (2, 1000, 6, "1.07151e+301"),
        (2, 100, None, "1267650600228229401496703205376"),
        (10, 5000, None, "1" + "0" * 5000),  # More digits than Python writes without being told to.
        (7, 5000, 3, "3.09e+4225"),
    ],
)
def test_counts_of_any_size(base, power, digits, text):
    assert count_text(base**power, digits) == text


def test_json_is_that_of_the_contract():
    found = sample("network-a")
    text = "\n".join(render_paths_json(found.sums(["x1"], 100), "L"))
    assert json.loads(text) == {
        "output": "L",
        "sources": [
            {
                "from": "x1",
                "count": 2,
                "sum": -100,
                "adjoint": -100,
                "paths": [
                    {"nodes": ["x1", "u1", "v1", "o", "L"], "factors": [-2, 3, -1, -10], "product": -60},
                    {"nodes": ["x1", "u2", "v2", "o", "L"], "factors": [4, 1, 1, -10], "product": -40},
                ],
            }
        ],
    }


def test_json_of_many_sources_of_none_and_of_what_is_no_number():
    def read(found, sources, limit=100):
        return json.loads("\n".join(render_paths_json(found.sums(sources, limit), found.run.output)))

    assert [each["count"] for each in read(sample("network-a"), ["x1", "x2", "L"])["sources"]] == [2, 3, 1]
    assert read(sample("network-a", of="x1"), ["L"])["sources"] == [
        {"from": "L", "count": 0, "sum": 0, "adjoint": 0, "paths": []}
    ]
    (neuron,) = read(sample("neuron"), ["w"])["sources"]
    assert (neuron["sum"], neuron["symbolic"]) == (None, "(y - z)*y*(1 - y)*x")
    assert neuron["paths"] == [
        {
            "nodes": ["w", "v", "y", "J"],
            "factors": [None] * 3,
            "product": None,
            "symbolic": {"factors": ["x", "y*(1 - y)", "y - z"], "product": "(y - z)*y*(1 - y)*x"},
        }
    ]
    (odd,) = read(aggregated("x -> a : 1/0\na -> o : -1"), ["x"])["sources"]
    assert (odd["sum"], odd["paths"][0]["factors"]) == ("-inf", ["inf", -1])
    (ladder,) = read(sample("uniform"), ["x"], limit=2)["sources"]
    assert (ladder["count"], len(ladder["paths"])) == (32, 2)


def test_csv():
    found = sample("network-a")
    rows = list(csv.DictReader(io.StringIO("\n".join(render_paths_csv(found.sums(["x1", "x2"], 100))))))
    assert [row["from"] for row in rows] == ["x1"] * 2 + ["x2"] * 3
    assert rows[0] == {"from": "x1", "path": "x1 u1 v1 o L", "factors": "-2 3 -1 -10", "product": "-60"}
    (row, *_) = csv.DictReader(io.StringIO("\n".join(render_paths_csv(sample("vectors").sums(["v"], 100)))))
    assert (row["factors"], row["product"]) == (" [-2.0,1.0,4.0]", "")


def test_markdown_and_latex():
    found = sample("network-a")
    assert "| x1 → u2 → v2 → o → L | 4·1·1·(−10) | -40 |" in list(markdown(paths_tables(found, ["x1"], 100)))
    neuron = list(markdown(paths_tables(sample("neuron"), ["w"], 100)))
    assert r"| w → v → y → J | x·(y\*(1 - y))·(y - z) | (y - z)\*y\*(1 - y)\*x |" in neuron
    text = list(latex(paths_tables(found, ["x1"], 100)))
    assert text[0] == r"$\partial L/\partial x_{1}$: 2 paths from x1 to L\\"
    row = r"$x_{1} \to u_{2} \to v_{2} \to o \to L$ & $4 \cdot 1 \cdot 1 \cdot \left(-10\right)$ & $-40$ \\"
    assert row in text


def test_in_a_narrow_terminal_no_number_is_torn_apart():
    (grid, *_) = paths_tables(sample("lattice"), ["x"], 1, digits=17)
    assert list(records(PLAIN.written(grid), 60)) == [
        "x → b1 → b2 → b3 → b4 → b5 → o",
        "  factors",
        "    (−0.8414709848078965)·(−0.98218827476587289)·",
        "    (−0.92078480936561935)·(−0.9664052516984224)·",
        "    (−0.94027198389963351)·0.94027198389963351",
        "  product -0.65021698554416785",
        "sum = ∂o/∂x by backpropagation",
        "  product -0.069185669457635199",
    ]


def test_tallies_are_of_paths_and_edges():
    assert Paths([{}, {0: 1.0}, {0: 1.0, 1: 1.0}].__getitem__, 2).tallies[0] == Tally(2, 3)


# ---- The command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def call(monkeypatch, capsys):
    """`backcalc paths` with its arguments, in the samples' folder: (status, stdout, stderr)."""
    monkeypatch.chdir(SAMPLES)

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["backcalc", "paths", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, *capsys.readouterr()

    return run


def test_the_command_shows_all_inputs_and_the_costs(call):
    status, out, err = call("network-a.bg")
    assert (status, err) == (0, "")
    assert [line for line in out.splitlines() if line.startswith(("∂", "=", "path agg", "backp"))] == [
        "∂L/∂x1: 2 paths from x1 to L",
        "= ∂L/∂x1 by backpropagation                        -100",
        "∂L/∂x2: 3 paths from x2 to L",
        "= ∂L/∂x2 by backpropagation                      110",
        "path aggregation               15  of each path one fewer than its factors",
        "backpropagation                11  one an edge of these paths, into L none",
    ]


SAME = [
    (["network-a.bg", "--from", "x1", "--to", "L"], ["network-a.bg", "--wrt", "x1", "--of", "L"]),
    (["network-a.bg", "--from", "x1,x2"], ["network-a.bg"]),
    (["network-a.bg", "--from", "x1", "--from", "x2,"], ["network-a.bg"]),
    (["vectors.bg", "--to", "L"], ["vectors.bg"]),
    (["network-a.bg", "--limit", "3"], ["network-a.bg", "--limit", "0"]),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_ways_to_say_the_same(one, other, call):
    assert call(*one) == call(*other)


@pytest.mark.parametrize("format_", ["table", "json", "csv", "markdown", "latex"])
def test_every_format(format_, call):
    status, out, err = call("network-a.bg", "--from", "u3", "--to", "o", "--format", format_)
    assert (status, err) == (0, "")
    assert "v2" in out or "v_{2}" in out


def test_edges_from_a_pipe(call):
    edges = "source,target,partial\nx1,u1,-2\nx1,u2,4\nu1,o,-3\nu2,o,1\n"
    status, out, _ = call("-", "--to", "o", "--format", "csv", stdin=edges)
    assert (status, out) == (0, "from,path,factors,product\nx1,x1 u1 o,-2 -3,6\nx1,x1 u2 o,4 1,4\n")


def test_csv_tells_on_stderr_what_it_leaves_out(call):
    status, out, err = call("lattice.bg", "--format", "csv", "--limit", "2")
    assert (status, out.count("\n"), err) == (0, 3, "x: the 2 largest in absolute value of 32 paths\n")


@pytest.mark.parametrize(
    ("text", "status"), [("x -> o : 1/0", 1), ("x -> o : 0/0", 1), ("x -> o : 2", 0), ("a -> b : 1/0\nx -> o : 2", 0)]
)
def test_the_exit_status_is_1_where_a_derivative_is_not_finite(text, status, call):
    assert call("-", "--from", "x", "--to", "o", stdin=text)[0] == status


def test_digits(call):
    _, out, _ = call("uniform.bg", "--limit", "1", "--digits", "2")
    assert out.splitlines()[2].split()[-1] == "0.00073"  # 0.3^6 = 0.000729, and 32 times that.
    assert out.splitlines()[3].split()[-1] == "0.023"
