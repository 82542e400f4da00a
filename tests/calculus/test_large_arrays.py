"""Arrays of a million elements: none takes a Python object an element, and no Jacobian gigabytes."""

from __future__ import annotations

import json

import numpy as np
import pytest

from backcalc.analysis import gradient_check
from backcalc.calculus.derive import derive
from backcalc.calculus.load import load
from backcalc.calculus.pairs import pairs, require_few_pairs
from backcalc.calculus.run import run
from backcalc.language.expr import VECTOR, Call, postorder
from backcalc.language.statements import Definition
from backcalc.language.unparse import unparse
from backcalc.marking.foreseen import asked
from backcalc.marking.key import Key
from backcalc.marking.rework import Rounding
from backcalc.marking.sheet import read_answers
from backcalc.render.values import exact
from backcalc.rules.values import literal
from backcalc.text.source import Source

MANY = "input W[1000,1001] = 0.1\ny = sum(W)\n"
DENSE = "input W[300,400] = 0.1\ninput x[400] = 0.2\nh = relu(W@x)\ny = sum(h^2)\n"


def graph(text):
    return load(Source("", text))


@pytest.mark.parametrize(
    ("array", "parts"),
    [
        (np.full((100, 101), 0.5), 3),
        (np.full(10_000, 0.5), 2),
        (np.eye(100), 103),
        (np.array([[1.0, -0.0], [1.0, 0.0]]), 4),
    ],
)
def test_equal_parts_of_a_literal_are_one_object(array, parts):
    found = literal(array)
    assert sum(1 for _ in postorder(found)) == parts
    assert found == Call(VECTOR, tuple(map(literal, array)))


def test_a_literal_has_each_number_in_its_place():
    array = np.array([[1.0, 2.0, np.inf], [2.0, np.nan, -1 / 3], [1.0, 2.0, np.inf]])
    text = unparse(literal(array)).replace("nan", "(inf - inf)")
    assert np.array_equal(run(graph(f"y = {text}"), {}, None).values[-1], array, equal_nan=True)


def test_a_derivative_of_a_million_equal_numbers_is_a_short_formula():
    statements = derive(graph(MANY), ["y"], ["W"]).statements
    slope = next(each for each in statements if isinstance(each, Definition) and each.target.id == "dy_dW")
    assert sum(1 for _ in postorder(slope.formula)) == 3


def test_a_local_jacobian_of_too_many_numbers_is_left_out():
    found = run(graph(DENSE), {}, None)
    assert found.partials(found.graph.index["h"]) == {"W": None, "x": None}
    assert found.partials(found.graph.index["y"])["h"].shape == (300,)


def test_of_large_arrays_fewer_elements_are_tried(monkeypatch):
    tried = []
    value = gradient_check._value
    monkeypatch.setattr(gradient_check, "_value", lambda *rest: tried.append(1) or value(*rest))
    monkeypatch.setattr(gradient_check, "MOST_NUMBERS", 1000)
    slope = gradient_check.worst_slope(graph("input v[100] = 0.1\ny = sum(v^2)\n"), {}, None)
    assert slope.error < gradient_check.ALLOWED
    assert len(tried) == 2 * 10 * 6  # Two slopes, ten elements each, six values each.


def test_what_has_too_many_elements_to_be_typed_is_not_asked():
    assert [each.name for each in asked(run(graph(MANY), {}, None))] == ["y", "dy/dy"]


@pytest.mark.parametrize("array", [np.arange(6.0).reshape(2, 3), np.array([1.0, np.inf, -np.inf, np.nan])])
def test_arrays_go_out_as_json_number_by_number(array):
    found = exact(array)
    assert found == [exact(item) if item.shape else exact(float(item)) for item in array]
    json.dumps(found, allow_nan=False)


def test_all_pairs_take_no_sweep_for_what_nothing_leads_to():
    found = run(graph("input W[100000] = 0.5\ny = sum(W)\n"), {}, None)
    require_few_pairs(found.linear, found.upstream)
    assert [(head, tail) for head, tail, _ in pairs(found.linear, found.upstream)] == [("y", "W")]


def test_nobody_rounds_thousands_of_numbers_by_hand(monkeypatch):
    monkeypatch.setattr(Rounding, "_rounded", lambda *_: pytest.fail("a number is rounded"))
    key = Key(run(graph("input W[200,200] = 0.1\ny = sum(W^2)\n"), {}, None))
    source = Source("", "y=3\n")
    (mark,), refused = key.mark(source, read_answers(source)[0])
    assert (mark.verdict, refused) == ("wrong", [])
