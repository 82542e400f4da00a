"""What is told of a wrong Jacobian, or of a wrong row or element of one."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

LAYER = "input x = [1, 2]\ninput W = [[0.1, 0.2], [0.3, -0.1]]\nh = tanh(W @ x)\np = softmax(h)\n"
SPLIT = "input x = [2, 3]\nu = x^2\nv = 3*x\np = u*v + u\n"

LIFTED = "a = 0.5\nb = 0.3\nx = [200, 300]\nu = a*x^2\nv = b*x\np = u + v\n"

ROWS = [  # graph, answer, kind of the diagnosis and its text
    (LAYER, "dp/dh = [[-0.2420, 0.2420], [0.2420, -0.2420]]", "sign", "the sign of ∂p/∂h is wrong"),
    (LAYER, "dp/dx = [[-0.05284, 0.05284], [0.06201, -0.06201]]", "transpose", "this is the transpose"),
    (LAYER, "dp[0]/dx = [0.05284, -0.06201]", "sign", "the sign of ∂p[0]/∂x is wrong"),
    (LAYER, "dp[0]/dx[1] = -0.06201", "sign", "the sign of ∂p[0]/∂x[1] is wrong"),
    (LAYER, "dh/dx = [[0.05379, 0.1076], [0.2701, -0.09003]]", "rule",
     "at h: the derivative of tanh is 1 − tanh², not 1 − tanh"),
    (LAYER, "dp/dx = [[0.2420, -0.2420], [-0.2420, 0.2420]]", "other-node", "this is ∂p/∂h, not ∂p/∂x"),
    (SPLIT, "dp/dx = [[28, 0], [0, 60]]", "missing-term", "the path through v is missing"),
    (SPLIT, "dp/dx = [[-40, 0], [0, 87]]", "sign", "the sign of ∂p[0]/∂x is wrong"),
    (SPLIT, "dp/dx = [[17, 0], [0, 11]]", None, None),
    # A decimal that is the value of an input is exact.
    (LIFTED, "dp/dx = [[2*0.5*200 - 0.3, 0], [0, 2*0.5*300 - 0.3]]", "sign", "the sign of ∂p/∂v is wrong"),
    (LIFTED, "dp/dx = [[200.3, 0], [0, 2*0.5*300 - 0.3]]", "sign", "the sign of ∂p[1]/∂v is wrong"),
    (SPLIT, "dp/dx = [40, 87]", None, None),
]  # fmt: skip


def marked(graph, answer):
    source = Source("answers", answer)
    answers, _ = read_answers(source)
    (mark,), _ = Key(backcalc.parse(graph).run().run).mark(source, answers)
    return mark


@pytest.mark.parametrize(("graph", "answer", "kind", "text"), ROWS)
def test_what_is_told(graph, answer, kind, text):
    mark = marked(graph, answer)
    assert mark.verdict == "wrong"
    assert (mark.diagnosis and mark.diagnosis.kind, mark.diagnosis and mark.diagnosis.text) == (kind, text)


@pytest.mark.parametrize("answer", ["dp/dx = [[40, 0], [0, 87]]", "dp[1]/dx = [0, 87]", "dp/dx[0] = [40, 0]"])
def test_what_is_right(answer):
    mark = marked(SPLIT, answer)
    assert mark.verdict == "right"
