"""Mistakes in simulated work on arrays: what is told of them, and of those who make none."""

from __future__ import annotations

from collections import Counter
from functools import cache

import numpy as np
import pytest
from array_simulation import MISTAKES, NETS

import backcalc
from backcalc.calculus.linearize import Linearization
from backcalc.marking.diagnosis.mistakes import MISTAKES as MISTAKES_TOLD
from backcalc.marking.diagnosis.mistakes import PLACES, QUADRATIC
from backcalc.marking.grade import CREDIT
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source


@cache
def key(text):
    return Key(backcalc.parse(text).run({}).run)


def marks(text, answers):
    """The marks of a sheet, by what is asked: `dW1` is ∂L/∂W1."""
    lines = [f"{_asked(name)} = {np.asarray(value).tolist()}" for name, value in answers.items()]
    source = Source("sheet", "\n".join(lines))
    found, errors = read_answers(source)
    marked, refused = key(text).mark(source, found)
    assert (errors, refused) == ([], [])
    return dict(zip(answers, marked, strict=True))


def _asked(name):
    return f"dL/d{name[1:]}" if name.startswith("d") else name


@pytest.mark.parametrize(("digits", "least", "most"), [(4, 0.97, 0.0), (3, 0.97, 0.01), (2, 0.94, 0.02)])
def test_a_mistake_is_named_from_the_sheets_own_arrays(digits, least, most, figures):
    counts = Counter()
    for net in NETS:
        right = net.sheet(digits)
        for mistake in MISTAKES:
            sheet = net.sheet(digits, mistake.name)
            if np.array_equal(sheet[mistake.spoils], right[mistake.spoils]):
                continue
            marked = marks(net.text, sheet)
            told = marked[mistake.spoils].diagnosis
            counts["named" if told and told.kind in mistake.kinds else "misled" if told else "silent"] += 1
            # What comes of it follows.
            counts["spoilt"] += sum(mark.verdict not in CREDIT for mark in marked.values()) - 1
    total = counts["named"] + counts["misled"] + counts["silent"]
    figures.append(
        f"one mistake in work on arrays to {digits} digits: {counts['named'] / total:.1%} named, "
        f"{counts['misled'] / total:.1%} misled, of {total}"
    )
    assert counts["named"] >= least * total
    assert counts["misled"] <= most * total
    assert counts["spoilt"] <= 0.01 * total * len(right)


def test_who_makes_no_mistake_loses_nothing():
    found = Counter(
        mark.verdict for net in NETS for digits in (4, 3, 2) for mark in marks(net.text, net.sheet(digits)).values()
    )
    assert found["follows"] == found["repeats"] == 0
    assert found["wrong"] <= 0.005 * sum(found.values())


TWO = "input x = [1, 2]\ninput W = [[1, 2], [3, 4]]\nu = W @ x\nv = 2*u\no = u + v\nL = sum(o*o)\noutput L\n"


def test_no_node_is_blamed_that_the_sheet_has_right():
    # o = [15, 33]; ∂L/∂o = [30, 66] = ∂L/∂u by o, ∂L/∂v = [30, 66]; ∂L/∂u = [30, 66] + 2·[30, 66] = [90, 198].
    answers = {"dv": [30, 66], "du": [-30, -66]}  # The term by v was subtracted.
    told = marks(TWO, answers)["du"].diagnosis
    assert (told.kind, "v" in told.text) == ("sign", True)
    assert "∂L/∂v" not in told.text
    alone = marks(TWO, {"du": [-30, -66]})["du"].diagnosis
    assert alone.kind == "sign"


def test_a_rule_that_is_wrong_at_two_nodes_is_told_once():
    text = "input x = [0.3, -0.7]\nz1 = 1.5*x\nh1 = tanh(z1)\nz2 = 2*h1\nh2 = tanh(z2)\nL = sum(h2*h2)\noutput L\n"
    x = np.array([0.3, -0.7])
    h1 = np.tanh(1.5 * x)
    h2 = np.tanh(2 * h1)
    dh2 = 2 * h2
    dz2 = dh2 * (1 + h2**2)
    dh1 = 2 * dz2
    dz1 = dh1 * (1 + h1**2)
    answers = {"h1": h1, "h2": h2, "dh2": dh2, "dz2": dz2, "dh1": dh1, "dz1": dz1, "dx": 1.5 * dz1}
    marked = marks(text, {name: np.round(value, 4) for name, value in answers.items()})
    assert [marked[name].verdict for name in ("dz2", "dh1", "dz1", "dx")] == ["wrong", "follows", "repeats", "follows"]
    assert "∂L/∂z2" in marked["dz1"].note or "dL/dz2" in marked["dz1"].note


FACTORS = "x1 = [1, 2]\nx2 = [3, 5]\nw = [.37, .71]\nv = [.23, .55]\np1 = w*x1\np2 = v*x2\nL = sum(p1) + sum(p2*p1)\n"
FORMS = (
    "input x = [1, 2]\ninput y = [3, -1]\ninput A = [[1, 2], [3, 4]]\ninput B = [[2, 7], [1, 3]]\n"
    "p = x @ A @ x\nq = y @ B @ y\nL = p + q\n"
)

AGAIN = [  # A mistake made twice, and the verdict on the second: only what one has learnt wrongly is told once.
    (
        FACTORS,
        {"p1": [0.37, 1.42], "dp1": [1.69, 3.75], "dw": [5.07, 18.75], "dp2": [0.37, 1.42], "dv": [0.37, 2.84]},
        "in place of the factor",
        ["dv", "dw"],
        "wrong",
    ),
    (FORMS, {"dp": 1, "dq": 1, "dy": [-2, 0], "dx": [10, 22]}, "2 A x it is only where", ["dy", "dx"], "repeats"),
]


@pytest.mark.parametrize(("text", "answers", "told", "twice", "verdict"), AGAIN)
def test_a_rule_is_told_once_and_a_slip_each_time(text, answers, told, twice, verdict):
    marked = marks(text, answers)
    assert [marked[name].verdict for name in twice] == ["wrong", verdict]
    assert all(told in (marked[name].note or marked[name].diagnosis.text) for name in twice)


@pytest.mark.parametrize("row", MISTAKES_TOLD, ids=lambda row: f"{row.where}: {row.change or row.value}")
def test_only_rules_of_functions_are_misconceptions(row):
    is_rule = row.where not in PLACES or row.where == QUADRATIC or bool(row.at_once)
    assert bool(row.misconception) == is_rule


def test_elements_are_steps_too():
    answers = {"dv": [30, 66], "du[0]": -30}
    told = marks(TWO, answers)["du[0]"].diagnosis
    assert told.kind == "sign"
    assert "∂L/∂v" not in told.text


def test_a_deep_graph_is_not_swept_for_each_mistake(monkeypatch):
    """Of 400 steps each of some 10,000 mistakes took a sweep, all of which were kept: minutes, and gigabytes."""
    deep = (
        "W = [[0.9, -0.2], [0.5, 0.8]]\nh0 = [0.1, 0.2]\nfor k in 1..400 { h{k} = tanh(W @ h{k-1}) }\nL = sum(h400)\n"
    )
    found = backcalc.parse(deep).run().run
    sweeps, sweep = [], Linearization.sweep

    def _counted(self, seeds, first=0, settle=None):
        sweeps.append(max(seeds, default=0) - first)
        return sweep(self, seeds, first, settle)

    monkeypatch.setattr(Linearization, "sweep", _counted)
    true = found.adjoints[found.graph.index["h399"]]
    source = Source("", f"dL/dh399 = [{-true[0]:.6g}, {-true[1]:.6g}]")
    (mark,), _ = Key(found).mark(source, read_answers(source)[0])
    assert mark.diagnosis.text == "the sign of ∂L/∂h399 is wrong"
    assert sum(sweeps) < 300_000
