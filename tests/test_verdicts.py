"""Verdicts and diagnoses, as a teacher gives them: rows of answers whose making is known."""

from __future__ import annotations

import math

import pytest

import backcalc
from backcalc.answers import read_answers
from backcalc.catalog import samples
from backcalc.check import Key
from backcalc.errors import Source

TEXTS = {sample.name: sample.text for sample in samples()}
NEURON = {"w": 0.5, "x": 2.0, "b": -1.0, "z": 1.0}


def marks(graph, *answers, at=None):
    key = Key(backcalc.parse(TEXTS.get(graph, graph)).run(at or {}).run)
    source = Source("answers", "\n".join(answers))
    found, errors = read_answers(source)
    assert not errors
    marked, errors = key.mark(source, found)
    assert not errors
    return marked


# Worked by hand with every result rounded to two decimals, as the exercise states it.
@pytest.mark.parametrize("answer", ["b5 = 0.33", "do/dt5 = 0.33", "do/dt3 = 0.55", "do/dt2 = -0.30"])
def test_rounding_on_the_way(answer):
    (mark,) = marks("lattice", answer)
    assert mark.verdict == "rounding"
    assert mark.note == "this comes out when every intermediate result is rounded to 2 decimals"


def test_a_rounded_result_that_is_right_is_right():
    assert marks("lattice", "do/dx = -0.07")[0].verdict == "right"


def by_digits(value, digits):
    return float(f"{value:.{digits - 1}e}")


@pytest.mark.parametrize(("digits", "x"), [(2, 5.9), (3, 5.3), (4, 5.9)])
def test_rounding_to_significant_digits(digits, x):
    h = by_digits(math.exp(x), digits)
    h = by_digits(h * h, digits)
    assert by_digits(math.exp(2 * x), digits) != h
    (mark,) = marks(f"input x = {x}\nu = exp(x)\ny = u*u", f"y = {h:.{digits - 1}e}")
    assert (mark.verdict, mark.note.rpartition("to ")[2]) == ("rounding", f"{digits} significant digits")


# Exercise 6, with a mistake made on the way.
@pytest.mark.parametrize(
    ("answer", "kind", "where", "text"),
    [
        (
            "dL/dx1 = -60",
            "missing-term",
            "u2",
            "you have 30·(−2) = −60; the path through u2, (−10)·4 = −40, is missing",
        ),
        (
            "dL/dx1 = -40",
            "missing-term",
            "u1",
            "you have (−10)·4 = −40; the path through u1, 30·(−2) = −60, is missing",
        ),
        ("dL/dx1 = 100", "sign", "x1", "the sign of ∂L/∂x1 is wrong"),
        ("dL/dx1 = 2400", "product", "x1", "the terms of ∂L/∂x1 are multiplied; they are to be added"),
        ("dL/dx1 = 10", "missing-factor", "o", "∂L/∂o is taken as 1; it is −10"),
        ("dL/dx2 = 70", "sign", "u3", "the sign of ∂L/∂u3 is wrong"),
        ("dL/do = -0.1", "rule", "L", "the derivative of log x is 1/x, not x"),
        ("dL/do = 10", "sign", "o", "the sign of ∂L/∂o is wrong"),
        ("L = 1", "rule", "L", "log is the natural logarithm, not that to base 10"),
        ("L = -2.3026", "sign", "L", "the sign of L is wrong"),
    ],
)
def test_the_network(answer, kind, where, text):
    (mark,) = marks("network-a", answer)
    assert mark.verdict == "wrong"
    assert (mark.diagnosis.kind, mark.diagnosis.where) == (kind, where)
    assert text in mark.diagnosis.text


# Exercise 1: ∂J/∂w = (y − z)·y(1 − y)·x = −0.5·0.25·2.
@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ("dJ/dw = 0.25", "sign", "the sign of ∂J/∂w is wrong"),
        ("dJ/dw = -0.125", "missing-factor", "the factor ∂v/∂w = 2 is left out"),
        ("dJ/dw = -0.5", "rule", "the derivative of σ is σ(1 − σ), not σ"),
        ("dJ/dx = -0.058751", "rule", "σ is taken of the output once more"),  # −0.5·s(1 − s)·0.5, s = σ(0.5) = 0.622459
        ("J = 0.25", "missing-factor", "the factor 0.5 is left out"),
        ("dJ/dz = -0.5", "sign", "the sign of ∂J/∂z is wrong"),
    ],
)
def test_the_neuron(answer, kind, text):
    (mark,) = marks("neuron", answer, at=NEURON)
    assert (mark.verdict, mark.diagnosis.kind) == ("wrong", kind)
    assert text in mark.diagnosis.text


def test_degrees_are_told_in_values_and_slopes():
    in_degrees = math.sin(math.radians(1))
    (mark,) = marks("lattice", f"t1 = {in_degrees:.5f}")
    assert (mark.diagnosis.kind, mark.diagnosis.text) == (
        "degrees",
        "sin was taken in degrees; the argument is in radians",
    )
    (mark,) = marks("input x = 1\ny = 3*sin(x)", f"dy/dx = {3 * math.cos(math.radians(1)):.6f}")
    assert mark.diagnosis.kind == "degrees"


# ---- On from one's own numbers ---------------------------------------------------------------------------------------


def verdicts(marked):
    return [mark.verdict for mark in marked]


def test_a_wrong_step_is_marked_once():
    """With ∂L/∂u3 = −10 in place of 10: ∂L/∂x2 = 30·3 + (−10)·2 = 70."""
    marked = marks("network-a", "dL/dx1 = -100", "dL/du3 = -10", "dL/dx2 = 70")
    assert verdicts(marked) == ["right", "wrong", "follows"]
    assert marked[2].note == "correct work from your dL/du3 = -10"


def test_the_order_of_the_answers_does_not_matter():
    assert verdicts(marks("network-a", "dL/dx2 = 70", "dL/du3 = -10")) == ["follows", "wrong"]


def test_what_follows_may_be_followed():
    """∂L/∂o = 10: all the signs turn."""
    marked = marks("network-a", "dL/do = 10", "dL/dv1 = -10", "dL/du1 = -30", "dL/dv2 = 10")
    assert verdicts(marked) == ["wrong", "follows", "follows", "follows"]


def test_values_lead_to_values_and_to_slopes():
    """y = 0.6: J = ½·0.4² = 0.08, ∂J/∂w = −0.4·0.6·0.4·2 = −0.192."""
    marked = marks("neuron", "y = 0.6", "J = 0.08", "dJ/dw = -0.192", at=NEURON)
    assert verdicts(marked) == ["wrong", "follows", "follows"]
    assert marked[2].note == "correct work from your y = 0.6"


def test_rounded_work_follows_too():
    """t1 = 0.5 taken on with b1 = 0.54: t2 = sin(1.04) = 0.86."""
    assert verdicts(marks("lattice", "t1 = 0.5", f"t2 = {math.sin(1.04):.2f}")) == ["wrong", "follows"]


def test_vectors_follow_and_are_diagnosed():
    graph = "W = [[1, 2], [3, 4]]\nx = [1, -1]\nh = W @ x\nL = sum(h^2)"
    # h = [−1, −1], ∂L/∂h = 2h = [−2, −2]; ∂L/∂x = Wᵀ[−2, −2] = [−8, −12], without the transpose [−6, −14].
    (mark,) = marks(graph, "dL/dx = [-6, -14]")
    assert (mark.verdict, mark.diagnosis.kind) == ("wrong", "transpose")
    marked = marks(graph, "dL/dh = [2, -2]", "dL/dx = [-4, -4]")  # Wᵀ[2, −2] = [2 − 6, 4 − 8].
    assert verdicts(marked) == ["wrong", "follows"]
    assert verdicts(marks(graph, "dL/dh[0] = 2", "dL/dx[1] = -4")) == ["wrong", "follows"]
    (mark,) = marks(graph, "dL/dh[0] = 2")
    assert mark.diagnosis.kind == "sign"


def test_nothing_is_claimed_when_nothing_fits():
    (mark,) = marks("network-a", "dL/dx1 = -73.9")
    assert (mark.verdict, mark.diagnosis) == ("wrong", None)


def test_two_mistakes_as_small_are_both_named():
    """Two paths with the same product: either may be missing."""
    (mark,) = marks("input x = 3\nu = 2*x\nv = 2*x\ny = u + v", "dy/dx = 2")
    assert mark.diagnosis.text.startswith("either ")
    assert " or " in mark.diagnosis.text
