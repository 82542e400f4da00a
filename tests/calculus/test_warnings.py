"""A value that is given against what its formula gives; the other remarks have samples in samples/warnings."""

from __future__ import annotations

import pytest

import backcalc

GIVEN = [  # program, point, the message's two numbers or None
    ("y = x^2\ngiven y = 3", {"x": 2}, ("3", "4")),
    ("y = x^2\ngiven y = 4", {"x": 2}, None),
    # sin(1) = 0.84147…: 0.84 rounds it, 0.85 does not
    ("y = sin(x)\ngiven y = 0.84", {"x": 1}, None),
    ("y = sin(x)\ngiven y = 0.85", {"x": 1}, ("0.85", "0.8414709848")),
    ("y = -x\ngiven y = -2.9", {"x": 2.94}, None),
    # From a rounded value too: 0.84² = 0.7056, sin(1)² = 0.70807…
    ("h = sin(x)\ngiven h = 0.84\ny = h^2\ngiven y = 0.708", {"x": 1}, None),
    ("h = sin(x)\ngiven h = 0.84\ny = h^2\ngiven y = 0.7056", {"x": 1}, None),
    ("h = sin(x)\ngiven h = 0.84\ny = h^2\ngiven y = 0.77", {"x": 1}, ("0.77", "0.7056")),
    # Where only that value is known which is given
    ("given h = 2\ny = h^2\ngiven y = 5\nh = w*x", {}, ("5", "4")),
    ("y = x^2\ngiven y = 3", {}, None),
    ("y = log(x)\ngiven y = 3", {"x": -1}, None),  # A domain is another matter,
    ("y = relu(x)\ngiven y = -1", {"x": 3}, None),  # and so is a range.
    # Vectors by element
    ("h = 2*x\ngiven h = [2, 4.1]\ny = sum(h)", {"x": [1, 2]}, ("`h[1]`", "4.1", "4")),
    ("h = 2*x\ngiven h = [2, 4]\ny = sum(h)", {"x": [1.02, 2]}, None),
    ("h = 2*x\ngiven h = 2*[1, 2]\ny = sum(h)", {"x": [1, 2]}, None),
    ("h = 2*x\ngiven h = 2*[1, 3]\ny = sum(h)", {"x": [1, 2]}, ("`h[1]`", "6", "4")),
    ("h = outer(x, x)\ngiven h = [[1, 2], [2, 5]]\ny = sum(h)", {"x": [1, 2]}, ("`h[1, 1]`", "5", "4")),
    ("h = x[1]\ngiven h = 3\ny = 2*h", {"x": [1, 2]}, ("3", "2")),
]


@pytest.mark.parametrize(("text", "at", "numbers"), GIVEN)
def test_a_given_value_that_its_formula_contradicts(text, at, numbers):
    found = [each for each in backcalc.parse(text).run(at=at).run.warnings if each.code == "contradiction"]
    assert bool(found) == (numbers is not None)
    if numbers:
        *_, given, formula = numbers
        assert numbers[0] in found[0].message
        assert found[0].message.endswith(f" is given as {given}, its formula gives {formula}")
