"""One behaviour: every way of asking for a gradient answers the same, where results are not finite too."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest
from rows import title
from ways import answers, close, disagreement, question

from backcalc.language.expr import Call, Name
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import ROWS

COUNT, PARTS = 400, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_all_ways_agree(part):
    for i in range(part, COUNT, PARTS):
        text, at = question(Random(f"agreement {i}"))
        found = disagreement(text, at)
        assert not found, f"{i}: {found} at {at}\n{text}"


FAR_OUT = [  # What once had two answers.
    ("input p[2]\ny = sum(diag(p))", {"p": [np.inf, 1.0]}),
    ("input p[2]\ny = norm(p)", {"p": [1e-200, 0.0]}),
    ("a = max(x, 10, 1e308)\ny = a*a", {"x": 1.0}),
    ("a = max(x, 1e-320, -1e308)\ny = log(min(a, 7))", {"x": -2.5}),
    ("input p[2]\nn = sqrt(p)\ny = sum(n*n)", {"p": [0.0, 4.0]}),
    ("n = log(x)\ny = n + sin(z)", {"x": -1.0, "z": 0.5}),
    ("y = if x == 0 then 0 else x*log(x)", {"x": 0.0}),  # In the formula, too, nothing comes of what is not taken.
    # At a kink, against a constant and between nodes.
    ("y = max(0, x) + 2*min(x + 1, 1) + 4*max(2*3 - 6, x)", {"x": 0.0}),
    ("input p[3]\ny = sum(max(0, p)*[1, 2, 4]) + sum(min(p, 1))", {"p": [0.0, 1.0, -1.0]}),
    # The file's spelling of an array, where a derivative is that array.
    ("input p[2]\na = sum(p*onehot(1, 2))\ny = sum(grad(a, p)*p)", {"p": [1.0, 3.0]}),
    ("input W[2,2]\na = trace(W) + sum(W @ eye(2))\ny = sum(grad(a, W)*W)", {"W": [[1.0, 2.0], [3.0, 4.0]]}),
    ("y = max(x, z) + 2*max(pi, w) + max(1, 2)", {"x": 1.0, "z": 1.0, "w": 3.141592653589793}),
]


@pytest.mark.parametrize(("text", "at"), FAR_OUT)
def test_what_had_two_answers_has_one(text, at):
    assert not disagreement(text, at)
    assert len(list(answers(text, at))) == 6


BY_ELEMENTS = [
    row for row in ROWS if row.shape == "elementwise" and row.symbol != "=" and not row.symbol.startswith("@")
]
LOST = "log(x)", "1/(x + 1)", "x + 1e308*10"
"""What is nan at −1, or infinite, though x is a number: a result further on may yet be one."""


@pytest.mark.parametrize("row", BY_ELEMENTS, ids=title)
@pytest.mark.parametrize("lost", LOST)
def test_functions_of_what_is_not_finite_have_one_answer(row, lost):
    for k in range(row.arity):
        args = [Name("n") if place == k else Name("c") for place in range(row.arity)]
        formula = unparse(Call(row.symbol, tuple(args)))
        for end in ("f", "f*x", "if f > 0 then f else x"):
            text = f"n = {lost}\nc = 0*x + 0.5\nf = {formula}\ny = {end}"
            assert not disagreement(text, {"x": -1.0}), text


LOGIC = (
    "n < 0 or n >= 0",
    "n > 0 or n == 0",
    "not n",
    "n and 1",
    "n == n",
    "n != n or n < 0",
    "not (n <= 0) and not (n > 0)",
)


@pytest.mark.parametrize("condition", LOGIC)
@pytest.mark.parametrize("lost", LOST)
def test_conditions_of_what_is_not_finite_have_one_answer(condition, lost):
    for end in (condition, f"if {condition} then 2*x else 3*x", f"({condition})*x"):
        text = f"n = {lost}\ny = 1*({end})" if end == condition else f"n = {lost}\ny = {end}"
        assert not disagreement(text, {"x": -1.0}), text


def test_outside_its_domain_a_function_of_arrays_has_no_slope():
    found = dict(answers("input q[2]\ny = cross_entropy(q, [0.5, 0.5])", {"q": [-0.5, 1.5]}))
    for way in ("reverse", "forward", "points"):
        value, gradient = found[way]
        assert np.isnan(value)
        assert np.allclose(gradient["q"], [np.nan, -1 / 3], equal_nan=True), way


def test_a_difference_would_show():
    assert not close(1.0, 1.0 + 1e-6, 1e-9)
    assert not close(np.array([1.0, np.nan]), np.array([1.0, 0.0]), 1e-9)
    assert not close(np.inf, -np.inf, 1e-9)
    assert close(np.array([1.0, np.nan]), np.array([1.0, np.nan]), 1e-9)
