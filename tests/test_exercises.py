"""The textbook's exercises, to every digit given: the numbers were computed independently at 30 digits."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from marking import check, stated_answers

import backcalc
from backcalc.analysis.samples import samples
from backcalc.calculus.digits import is_right
from backcalc.calculus.point import read_point
from backcalc.language.parser import parse, parse_answer
from backcalc.text.source import Source

SAMPLES = Path(backcalc.__file__).parent.parent / "samples"
EPSILON = Decimal(2) ** -52

NEURON = {"w": 0.5, "x": 2, "b": -1, "z": 1}


def agrees(value, digits):
    """Whether `value`, rounded to as many decimals as `digits` has, is `digits`; or nearest to it of all float64."""
    stated = Decimal(digits.replace("−", "-"))
    rounded = Decimal(value).quantize(Decimal((0, (1,), stated.as_tuple().exponent)))
    return rounded == stated or abs(Decimal(value) - stated) <= 2 * EPSILON * abs(stated)


def run(name, at=None, of=None):
    return backcalc.load(SAMPLES / f"{name}.bg").run(at, of=of)


# ---- 1. Sigmoid neuron -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "value", "adjoint"),
    [
        ("w", "0.5", "-0.25"),
        ("b", "-1", "-0.125"),
        ("x", "2", "-0.0625"),
        ("z", "1", "0.5"),
        ("v", "0", "-0.125"),
        ("y", "0.5", "-0.5"),
        ("J", "0.125", "1"),
    ],
)
def test_neuron(node, value, adjoint):
    found = run("neuron", NEURON).nodes[node]
    assert (Decimal(found.value), Decimal(found.adjoint)) == (Decimal(value), Decimal(adjoint))  # All exact.


# ---- 2. Sine-cosine lattice ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "t", "b", "by_t", "by_b"),
    [
        (1, "0.8414709848", "0.5403023059", "0.2297239862", "0.2297239862"),
        (2, "0.9821882748", "0.1878994223", "−0.2892197033", "−0.2892197033"),
        (3, "0.9207848094", "0.3900709357", "0.5449635249", "0.5449635249"),
        (4, "0.9664052517", "0.2570231303", "−0.7682228074", "−0.7682228074"),
        (5, "0.9402719839", "0.3404241418", "0.3404241418", "0.9402719839"),
    ],
)
def test_lattice(k, t, b, by_t, by_b):
    nodes = run("lattice", {"x": 1}).nodes
    assert agrees(nodes[f"t{k}"].value, t)
    assert agrees(nodes[f"b{k}"].value, b)
    assert agrees(nodes[f"t{k}"].adjoint, by_t)
    assert agrees(nodes[f"b{k}"].adjoint, by_b)


def test_lattice_ends():
    result = run("lattice", {"x": 1})
    assert agrees(result.value, "0.3200912831")
    assert agrees(result.gradient["x"], "−0.0691856694576352289")
    assert list(result.nodes) == ["x", *(f"{name}{k}" for k in range(1, 6) for name in "tb"), "o"]


# ---- 6. Edge-annotated network ---------------------------------------------------------------------------------------

BY_L = {"x1": -100, "x2": 110, "u1": 30, "u2": -10, "u3": 10, "v1": 10, "v2": -10, "v3": -20, "o": -10, "L": 1}
BARE = """
v1 o -1
v2 o 1
v3 o 2
u1 v1 3
u2 v2 1
u3 v2 1
u3 v3 -1
x1 u1 -2
x1 u2 4
x2 u1 3
x2 u3 2
"""


@pytest.mark.parametrize(("node", "adjoint"), BY_L.items())
def test_network_a(node, adjoint):
    assert run("network-a").nodes[node].adjoint == pytest.approx(adjoint, rel=1e-15)


def test_network_a_ends():
    result = run("network-a")
    assert agrees(result.value, "2.302585093")
    assert result.nodes["o"].value == 0.1
    assert all(result.nodes[name].value is None for name in ("x1", "u2", "v3"))


@pytest.mark.parametrize("separator", [" ", "\t", ","])
def test_network_a_as_a_bare_list(separator):
    nodes = backcalc.parse(BARE.replace(" ", separator)).run(of="o").nodes
    assert nodes["o"].adjoint == 1
    for name in nodes.keys() - {"o"}:
        assert nodes[name].adjoint == pytest.approx(-0.1 * BY_L[name], rel=1e-15)


# ---- 7. A second one, and the uniform lattice ------------------------------------------------------------------------


@pytest.mark.parametrize(("node", "adjoint"), [("q1", 10), ("q2", -10), ("p1", 30), ("p2", -30), ("o", -10), ("L", 1)])
def test_network_b(node, adjoint):
    assert run("network-b").nodes[node].adjoint == pytest.approx(adjoint, rel=1e-15)


def test_uniform():
    assert agrees(run("uniform").gradient["x"], "0.023328")
    assert run("uniform").gradient["x"] == pytest.approx(32 * 0.3**6, rel=1e-15)


# ---- What the samples state ------------------------------------------------------------------------------------------


def marked(sample):
    """The sample's own answers, marked at the point in the .json file of its name."""
    program = parse(Source(f"{sample.name}.bg", sample.text))
    point = read_point([f"@{SAMPLES / sample.name}.json"]) if sample.point else {}
    found = backcalc.parse(sample.text).run(point).run
    return check(found, program.source, stated_answers(program.source, program.comments))


@pytest.mark.parametrize("sample", samples(), ids=[sample.name for sample in samples()])
def test_every_sample_states_results_and_all_are_right(sample):
    answers = marked(sample)
    assert answers
    assert [answer for answer in answers if answer.verdict != "right"] == []


@pytest.mark.parametrize("sample", samples(), ids=[sample.name for sample in samples()])
def test_a_sample_says_what_it_is(sample):
    assert sample.text.startswith("# ")
    assert len(sample.title) > 20


@pytest.mark.parametrize("name", ["neuron", "lattice", "network-a", "network-b", "uniform"])
def test_a_slip_in_any_answer_of_a_sample_is_wrong(name):
    (sample,) = [sample for sample in samples() if sample.name == name]
    for answer in marked(sample):
        slip = f"a = {Decimal(answer.given) + Decimal('1.01')}"
        assert not is_right(parse_answer(Source("slip", slip)).value, answer.expected, Source("slip", slip))
