"""What is asked for and has no value is told, in points and in iterations too."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.load import load
from backcalc.calculus.missing import require_values
from backcalc.graph.tape import tape_of
from backcalc.text.source import Source


@pytest.mark.parametrize(
    ("name", "words"), [("u", "the input `u` has no value"), ("v", "the activation of `v` is not")]
)
def test_a_node_without_a_value(name, words):
    evaluation = Evaluation(tape_of(load(Source("test", "u -> v : 3"))), {})
    with pytest.raises(backcalc.BackcalcError, match=words):
        require_values(evaluation, [name])


def test_points_of_a_graph_whose_output_only_edges_lead_to():
    found = backcalc.parse("u -> v : 3").run_points({"u": [1.0, 2.0]})
    assert found.value is None
    assert list(found.gradient["u"]) == [3.0, 3.0]
