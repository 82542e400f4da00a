"""Answers in parts of arrays, and such as are equal where a little beside them nothing is."""

from __future__ import annotations

import pytest

from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source


def verdicts(text, answers):
    source = Source("sheet", answers)
    marks, _ = Key(run(load(Source("graph", text)), {})).mark(source, read_answers(source)[0])
    return [mark.verdict for mark in marks]


TEXT = "input U[3,2] = 2; input v = [1, 2]; p = U[[0, 2, 2]] @ v; q = v[-1]*sum(v[:1]); L = sum(p^2) + q"


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("p = U[[0, 2, 2]] @ v", "right"),
        ("p = U[[0, 2, -1]] @ v", "right"),
        ("p = U[[0, 1, 2]] @ v", "wrong"),
        ("p = U[[0, 9, 2]] @ v", "wrong"),
        ("q = v[1]*v[0]", "right"),
        ("q = v[-2]*v[0]", "wrong"),
        ("dL/dp = 2*p", "right"),
    ],
)
def test_an_answer_may_take_parts(answer, verdict):
    assert verdicts(TEXT, answer) == [verdict]


def test_what_is_the_same_is_equal_where_a_probability_is_1():
    assert verdicts(
        "input w = 30, x = 2; const t = 1; y = sigmoid(w*x); J = cross_entropy(y, t)", "J = cross_entropy(y, t)"
    ) == ["right"]
