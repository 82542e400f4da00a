"""Mistakes by name: a sheet of a few answers, and what is told of its last one."""

from __future__ import annotations

from pathlib import Path

import pytest

import backcalc
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

SHARED = "input x = 1\nu = 3*x\nv = 2*u\nw = 4*u\no = v + w + u\n"
LAYERS = "x = 0.8\nz1 = 0.9*x\na1 = tanh(z1)\nz2 = -0.7*a1 + 0.1\na2 = tanh(z2)\nL = (a2 - 1)^2\n"
RECURRENT = (
    "input w = 0.7\ninput h0 = 0.5\na = w*h0\nh1 = tanh(a)\nb = w*h1\nh2 = tanh(b)\nc = w*h2\nh3 = tanh(c)\nL = h3^2\n"
)
QUADRATIC = "input x = [1, 2]\ninput A = [[1, 2], [3, 4]]\nL = x @ A @ x\n"
OTHER_QUADRATIC = "input x = [1, 2]\ninput A = [[1, 2], [3, 4]]\nL = x @ (A @ x)\n"
SUMMED = "input v = [1, 2, 5]\nm = sum(v)/3\nL = m^2\n"
AVERAGE = "input a = 1, b = 2, c = 5\nm = 1/3*(a + b + c)\nL = m^2\n"
OUTPUTS = "input z = [1, 2, 3]\np = sigmoid(z)\nL = dot(p, p)/2 + p[1] + 2*p[2]\n"
BATCH = "input x = [1, 2, 6]\nL = mean(x^3)\n"
SOFTMAX = "input a = [1, 2, 4]\ny = softmax(a)\nL = dot(y, [1, 0, 3])\n"
FACTORS = (
    "x1 = [1, 2]\nx2 = [3, 5]\nw = [0.37, 0.71]\nv = [0.23, 0.55]\np1 = w*x1\np2 = v*x2\nL = sum(p1) + sum(p2*p1)\n"
)
HATS = "y = 2.5\nŷ = 1.7\nk = 0.9\nv = 1.3\np = k*y\nq = v*ŷ\nL = p + q*p\n"
HATTED = ["p = 2.25", "q = 2.21", "dL/dp = 3.21", "dL/dk = 5.457"]
ANGLES = "input x = 40\ns = sin(x)\nc = cos(x)\nL = s*c\n"

NAMED = [
    (LAYERS, ["dL/dz1 = 1.4887"], "1 − a2² in place of 1 − a1²"),
    (SHARED, ["do/dv = 1", "do/dw = 1", "do/du = 7", "do/dx = 9"], "passed on to x before the path through w is in it"),
    (SHARED, ["do/dv = 1", "do/dw = 1", "do/du = 7", "do/dx = 27"], "passed on to x twice, the path through v with it"),
    (RECURRENT, ["dL/dc = 0.3126", "dL/dw = 0.0723"], "the paths through a and b are missing"),
    (QUADRATIC, ["dL/dx = [5, 11]"], "of the product rule only one summand is there"),
    (BATCH, ["dL/dx = [1.5, 6, 54]"], "divides by the number of elements, not by one less"),
    (BATCH, ["dL/dx = [3, 12, 108]"], "divides by the number of elements"),
    (SOFTMAX, ["y = [2.71828, 7.38906, 54.59815]"], "softmax is not normalised"),
    (QUADRATIC, ["dL/dx = [10, 22]"], "2 A x it is only where A is symmetric"),
    (OTHER_QUADRATIC, ["dL/dx = [14, 20]"], "2 Aᵀx it is only where A is symmetric"),
    (OTHER_QUADRATIC, ["dL/dx = [10, 22]"], "2 A x it is only where A is symmetric"),
    (SUMMED, ["m = 4"], "divides by the number of elements, not by one less"),
    (SUMMED, ["dL/dv = [2.66667, 2.66667, 2.66667]"], "divides by the number of elements, not by one less"),
    (AVERAGE, ["dL/dc = 2.66667"], "divides by the number of elements, not by one less"),
    (OUTPUTS, ["dL/dz = [0.73106, 0.19747, 2.95257]"], "in [0] and [2] alone: "),
    (OUTPUTS, ["dL/dp = [0.73106, 1.8808, 2.95257]", "dL/dz = [0.73106, 0.19747, 2.95257]"], "in [0] and [2] alone: "),
    (
        FACTORS,
        ["p1 = [0.37, 1.42]", "dL/dp1 = [1.69, 3.75]", "dL/dw = [5.07, 18.75]"],
        "x2 stands in place of the factor x1",
    ),
    (HATS, HATTED, "ŷ stands in place of the factor y"),
    (HATS.replace("y", "x").replace("ŷ", "x̂"), HATTED, "x̂ stands in place of the factor x"),
    (ANGLES, ["c = 0.766044"], "cos was taken in degrees"),
    (ANGLES, ["s = 0.642788"], "sin was taken in degrees"),
]


MAZUR = (Path(__file__).parents[3] / "samples/mazur.bg").read_text("utf-8")
# As the example has them: ∂E2/∂o2 = o2 − t2 = −0.2171, σ′ = 0.1755, ∂E2/∂net_o2 = −0.0381, ∂E2/∂w7 = −0.0226.
OF_E2 = [
    (["dE2/do2 = 0.2171"], "the sign of ∂E2/∂o2 is wrong"),
    (["dE2/do2 = -0.2171", "dE2/dnet_o2 = 0.0381"], "the sign of ∂E2/∂net_o2 is wrong"),
    (["dE2/do2 = -0.2171", "dE2/dnet_o2 = -0.1678"], "the derivative of σ is σ(1 − σ), not σ"),
    (["dE2/do2 = -0.2171", "dE2/dnet_o2 = -0.0493"], "the derivative of σ is σ(1 − σ), not 1 − σ"),
    (["dE2/dnet_o2 = -0.0381", "dE2/dw7 = -0.0381"], "the factor ∂net_o2/∂w7 = 0.593 is left out"),
    (["dE2/dnet_o2 = -0.0381", "dE2/dw7 = -0.0227"], ""),  # A slip of the last digit, and no copy of ∂E2/∂w8.
    (["dE2/dnet_o2 = -0.0381", "dE2/dw7 = -0.01905"], "the other factor"),
    (["dE2/dnet_o2 = -0.0381", "dE2/dh1 = -0.0190", "dE2/dnet_h1 = -0.0113"], "not σ"),
    (["dE2/dnet_h1 = -0.0045966", "dE2/dw1 = -0.0006895"], "the other factor"),
    (["dE_total/dnet_o1 = 0.1385", "dE_total/dh1 = 0.0554"], "the path through net_o2, (−0.0381)·0.5 = −0.01905"),
    (
        ["dE_total/dnet_o1 = 0.1385", "dE_total/dnet_o2 = -0.0381", "dE_total/dh1 = 0.0744"],
        "the sign of the path through net_o2",
    ),
]


@pytest.mark.parametrize(("lines", "text"), OF_E2)
def test_the_mistake_in_mazurs_network_is_named(lines, text):
    source = Source("sheet", "\n".join(lines))
    answers, errors = read_answers(source)
    marks, refused = Key(backcalc.parse(MAZUR).run({}, of=answers[-1].of).run).mark(source, answers)
    assert not errors + refused
    assert all(mark.verdict == "right" for mark in marks[:-1])
    told = getattr(marks[-1].diagnosis, "text", "")
    assert text in told if text else not told


@pytest.mark.parametrize(("graph", "lines", "text"), NAMED)
def test_the_mistake_is_named(graph, lines, text):
    source = Source("sheet", "\n".join(lines))
    answers, errors = read_answers(source)
    marks, refused = Key(backcalc.parse(graph).run({}, of="o" if graph is SHARED else "L").run).mark(source, answers)
    assert not errors + refused
    assert marks[-1].diagnosis, marks[-1]
    assert text in marks[-1].diagnosis.text
    assert "?" not in marks[-1].diagnosis.text


# Of what is derived twice; x is 0.7 and w 0.5, where no number is another's by chance.
SECONDS = [
    ("y = sin(x)*x", "d²y/dx² = 1.98064", "at ∂y/∂x: the derivative of cos is −sin, not sin"),
    ("y = sin(x)*x", "d²y/dx² = 1.17961", "this is ∂y/∂x, not d²y/dx²"),
    ("y = sin(x)*x", "d²y/dx² = -1.07873", "the sign of ∂²y/∂x² is wrong"),
    ("y = exp(-x^2)", "d²y/dx² = 1.20075", "the path through ∂y/∂x"),
    ("y = x^4", "d²y/dx² = 4.116", "the power rule takes one from the exponent"),
    ("y = x^4", "d²y/dx² = 1.96", "the power rule's factor, the exponent, is missing"),
    ("v = 3*w*x\ny = sigmoid(v)", "d²y/dw² = -0.194189", "the factor ∂v/∂w"),
    # A node of the file keeps its name, whatever that looks like.
    ("dp_dt = 3*w*x\ny = sigmoid(dp_dt)", "∂²y/∂w∂x = 0.3818937082", "the factor ∂dp_dt/∂x = 1.5 is left out"),
    ("dp_dt = 3*w*x\ny = sigmoid(dp_dt)", "∂²y/∂w∂x = 0.17278884149", "at ∂y/∂dp_dt: the factor y is left out"),
    ("h = w*x + 0.3\ny = (sigmoid(h) - 1)^2", "d²y/dw² = 1", "this is ∂²y/∂w∂(∂y/∂w), not ∂²y/∂w²"),
]


@pytest.mark.parametrize(("graph", "line", "text"), SECONDS)
def test_the_mistake_in_a_second_derivative_is_named(graph, line, text):
    source = Source("sheet", line)
    key = Key(backcalc.parse(f"input x = 0.7\ninput w = 0.5\n{graph}").run({}, of="y").run)
    (mark,), refused = key.mark(source, read_answers(source)[0])
    assert not refused
    assert mark.verdict == "wrong"
    assert text in mark.diagnosis.text


def test_nothing_is_said_of_a_second_derivative_that_fits_no_mistake():
    source = Source("sheet", "d²y/dx² = 1.3337")
    key = Key(backcalc.parse("input x = 0.7\ny = sin(x)*x").run({}).run)
    assert key.mark(source, read_answers(source)[0])[0][0].diagnosis is None


def test_two_mistakes_are_each_named_at_their_own_node():
    lines = ["dL/da2 = 2.640", "dL/dz2 = 2.370", "dL/da1 = -1.659", "dL/dz1 = -0.6355"]
    source = Source("sheet", "\n".join(lines))
    marks, _ = Key(backcalc.parse(LAYERS).run({}).run).mark(source, read_answers(source)[0])
    assert [mark.verdict for mark in marks] == ["wrong", "follows", "follows", "wrong"]
    assert "the sign of ∂L/∂a2 is wrong" in marks[0].diagnosis.text
    assert "the derivative of tanh is 1 − tanh², not 1 − tanh" in marks[3].diagnosis.text
