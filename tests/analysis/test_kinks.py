"""Where curves are not smooth: what is found is what they were made with, and what is only steep is nothing."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.kinks import marks

X = np.linspace(-2.0, 2.0, 41)


def found(curve, x=X):
    """The kind and the place of each mark of a curve, a function to values and slopes."""
    with np.errstate(all="ignore"):
        return [(mark.kind, mark.at) for mark in marks(x, *curve(x), curve)]


SAWTOOTH = [("jump", round(-1.95 + k / 10, 2)) for k in range(40)]
CURVES = {
    "smooth": (lambda x: (np.sin(3 * x), 3 * np.cos(3 * x)), []),
    "steep": (lambda x: (np.tanh(1e4 * x), 1e4 / np.cosh(np.clip(1e4 * x, -300, 300)) ** 2), []),
    "nearly a kink": (lambda x: (np.sqrt(x * x + 1e-8), x / np.sqrt(x * x + 1e-8)), []),
    "relu": (lambda x: (np.maximum(x, 0), (x > 0) * 1.0), [("kink", 0.0)]),
    "abs at a point": (lambda x: (np.abs(x), np.sign(x)), [("kink", 0.0)]),
    "abs between points": (lambda x: (np.abs(x - 0.025), np.sign(x - 0.025)), [("kink", 0.025)]),
    "two kinks": (lambda x: (np.clip(x, -1, 0.5), ((x > -1) & (x < 0.5)) * 1.0), [("kink", -1.0), ("kink", 0.5)]),
    "a jump": (lambda x: (np.floor(x / 3), 0 * x), [("jump", 0.0)]),
    "a jump of a curve": (lambda x: (np.sin(x) + (x >= 0.33), np.cos(x)), [("jump", 0.33)]),
    "a sawtooth of 0 at points": (lambda x: (10 * x - np.floor(10 * x + 0.5), 0 * x + 10), SAWTOOTH),
    "a pole": (lambda x: (1 / (x - 0.025), -1 / (x - 0.025) ** 2), [("pole", 0.025)]),
    "a pole at a point": (lambda x: (1 / x, -1 / x**2), [("pole", 0.0)]),
    "an even pole": (lambda x: (1 / (x - 0.02) ** 2, -2 / (x - 0.02) ** 3), [("pole", 0.02)]),
    "a logarithm's pole": (lambda x: (np.log(np.abs(x - 0.025)), 1 / (x - 0.025)), [("pole", 0.025)]),
    "a root that begins at a point": (lambda x: (np.sqrt(x), 0.5 / np.sqrt(x)), []),
    "a root that ends": (lambda x: (np.arcsin(x), 1 / np.sqrt(1 - x * x)), []),
    "a root and a jump": (
        lambda x: (np.sqrt(np.abs(x)) + (x > 0), 0.5 * np.sign(x) / np.sqrt(np.abs(x))),
        [("jump", 0.0)],
    ),
    "a root to both sides": (
        lambda x: (np.sqrt(np.abs(x - 0.025)), 0.5 * np.sign(x - 0.025) / np.sqrt(np.abs(x - 0.025))),
        [("kink", 0.025)],
    ),
    "a root to both sides of a point": (
        lambda x: (np.sqrt(np.abs(x)), np.where(x == 0, np.nan, 0.5 * np.sign(x) / np.sqrt(np.abs(x)))),
        [("kink", 0.0)],
    ),
    "a pole to one side, beyond float64": (lambda x: (np.exp(-1 / x), np.exp(-1 / x) / x**2), [("pole", 0.0)]),
    "a pole to the other side": (
        lambda x: (np.exp(1 / (x - 0.3)), -np.exp(1 / (x - 0.3)) / (x - 0.3) ** 2),
        [("pole", 0.3)],
    ),
    "a pole to both sides, beyond float64": (
        lambda x: (np.exp(1 / (x - 0.5) ** 2), -2 * np.exp(1 / (x - 0.5) ** 2) / (x - 0.5) ** 3),
        [("pole", 0.5)],
    ),
    "where it begins": (lambda x: (np.log(x - 0.3), np.where(x > 0.3, 1 / (x - 0.3), np.nan)), []),
    "level": (lambda x: (0 * x + 3, 0 * x), []),
}


@pytest.mark.parametrize(("curve", "expected"), CURVES.values(), ids=CURVES)
def test_marks(curve, expected):
    told = found(curve)
    assert [kind for kind, _ in told] == [kind for kind, _ in expected]
    assert [at for _, at in told] == pytest.approx([at for _, at in expected], abs=1e-12)


@pytest.mark.parametrize("name", ["relu", "abs at a point", "a jump", "a pole at a point", "even"])
@pytest.mark.parametrize("count", [20, 33, 50])
def test_what_is_at_0_is_told_at_0(name, count):
    """However the points lie around it: halving comes as near as 1e-25."""
    curve = CURVES[name][0] if name in CURVES else lambda x: (1 / x**2, -2 / x**3)
    assert [at for _, at in found(curve, np.linspace(-1.0, 1.0, count))] == [0.0]
    assert [at for _, at in found(curve, np.linspace(-0.7, 2.0, count))] == [0.0]


numbers = st.floats(-1.9, 1.9).filter(lambda number: np.abs(X - number).min() > 1e-3)


@settings(max_examples=100)
@given(st.lists(numbers, min_size=1, max_size=3, unique=True), st.lists(st.sampled_from([-2, -1, 1, 3]), min_size=3))
def test_the_kinks_of_broken_lines_are_all_found(places, changes):
    places = sorted(place for i, place in enumerate(places) if all(abs(place - p) > 0.25 for p in places[:i]))
    pairs = list(zip(places, changes, strict=False))

    def curve(x):
        return (
            sum(change * np.maximum(x - place, 0) for place, change in pairs) + np.cos(x),
            sum(change * (x > place) for place, change in pairs) - np.sin(x),
        )

    told = found(curve)
    assert {kind for kind, _ in told} == {"kink"}
    assert [at for _, at in told] == pytest.approx(places, abs=1e-9)


@settings(max_examples=100)
@given(st.lists(numbers, min_size=1, max_size=3, unique=True), st.floats(-3, 3))
def test_the_jumps_of_curves_are_all_found_however_coarse_the_step(places, slope):
    x = np.linspace(-2.0, 2.0, 9)
    places = sorted(place for i, place in enumerate(places) if all(abs(place - p) > 0.6 for p in places[:i]))

    def curve(points):
        return sum((points >= place) * 1.0 for place in places) + slope * points, 0 * points + slope

    told = found(curve, x)
    assert {kind for kind, _ in told} == {"jump"}
    assert [at for _, at in told] == pytest.approx(places, abs=1e-12)
