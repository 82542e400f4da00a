"""Adjoints of large inputs: worked out when they are asked for, and then what they would have been."""

from __future__ import annotations

import numpy as np

import backcalc
from backcalc.calculus import waiting

TEXT = """input X[200,60]; input w[60]; input b
H = tanh(X @ w + b)
L = sum(H^2) + sum(relu(X)*0.5) + sum(X[0])
"""


def run_of(monkeypatch, large):
    monkeypatch.setattr(waiting, "LARGE", large)
    worked_out = []
    value = waiting.Waiting.value
    monkeypatch.setattr(waiting.Waiting, "value", lambda self: worked_out.append(1) or value(self))
    random = np.random.default_rng(1)
    at = {"X": random.normal(size=(200, 60)), "w": random.normal(size=60), "b": 0.3}
    return backcalc.parse(TEXT).run(at=at, wrt=["w", "b"]).run, worked_out


def test_what_nobody_asks_for_is_not_worked_out(monkeypatch):
    found, worked_out = run_of(monkeypatch, 10_000)
    assert set(found.gradient) == {"w", "b"}
    assert found.is_finite
    assert not worked_out
    assert found.adjoints[0].shape == (200, 60)
    assert found.adjoints[0] is found.adjoints[:1][0]
    assert worked_out == [1]


def test_what_waits_is_what_it_would_have_been(monkeypatch):
    late, worked_out = run_of(monkeypatch, 10)
    at_once, _ = run_of(monkeypatch, 10**9)
    assert len(late.adjoints) == len(at_once.adjoints) == len(late.graph.nodes)
    for one, other in zip(late.adjoints, at_once.adjoints, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-14)
    assert worked_out
    assert not isinstance(at_once.adjoints, waiting.Adjoints)
