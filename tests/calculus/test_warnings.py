"""A value that is given against what its formula gives; the other remarks have samples in samples/warnings."""

from __future__ import annotations

from pathlib import Path

import pytest

import backcalc
from backcalc.rules.primitives import ROWS

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


ARRAYS = [  # program of a vector x, x, what is told: nothing of elements that no branch that is taken asks for
    ("y = sum(where(x > 0, sqrt(x), x))", [-1, -4], []),
    ("y = sum(where(x > 0, sqrt(x), x))", [-1, 4], []),
    ("y = sum(where(x < 9, sqrt(x), x))", [-1, 4], ["sqrt(…) is not finite at [0]"]),
    ("y = sum(where(x > 1, x, where(x < -1, 2, log(x))))", [2, -2, 0, 0.5], ["log(…) is not finite at [2]"]),
    ("y = sum(if x > 0 then 1/x else sqrt(-x))", [-1, 4], []),
    ("y = where(x[0] > 0, norm(log(x)), 1)", [-1, 1], []),
    ("y = where(x[0] < 0, norm(log(x)), 1)", [-1, 1], ["log(…) is not finite at [0]"]),
    ("y = sum(min(1/x, 2))", [0, 1], []),
    ("y = sum(max(1/x, 2))", [0, 1], ["1/… is not finite at [0]"]),
    ("y = sum(relu(log(x)))", [0, 2], []),
    ("y = sum(sin(log(x)))", [-1, 2], ["log(…) is not finite at [0]"]),
    ("y = sum(abs(x))", [0, 1, 0], ["abs(…) is at a kink at [0], [2]; the subgradient used is 0"]),
    ("y = sum(abs(x))", [0] * 5, ["abs(…) is at a kink at [0], [1], [2] and 2 more; the subgradient used is 0"]),
    ("y = sum(where(x > 1, abs(x), x))", [0, 2], []),
    ("y = sum(max(x, 2 - x))", [1, 3], ["max(…, …) is at a kink at [0]; the subgradient used is 0.5, 0.5"]),
    ("y = sum(max(0, x))", [0, 3, 0], ["max(0, …) is at a kink at [0], [2]; the subgradient used is 0"]),
    ("y = sum(where(x > 1, x, 0))", [1, 3], ["… > 1 is at a jump at [0]; its slope is taken as 0"]),
    ("y = prod(x)^2 + logsumexp(x/0)", [1, -1], ["…/0 is not finite at [0], [1]"]),
    ("y = norm(x)", [1e200, 1e200], []),
    ("y = sum(x)", [1e308, 1e308], ["sum(…) is inf"]),
]


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize(("text", "x", "told"), ARRAYS)
def test_of_an_array_only_what_is_asked_for_is_told(text, x, told, mode):
    graph = backcalc.parse(f"input x[{len(x)}]\n{text}")
    run = graph.run(at={"x": x}, mode=mode, wrt=["x"]).run
    assert [each.message for each in run.warnings if each.code in ("domain", "kink")] == [f"in `y`, {t}" for t in told]


REDUCTIONS = [  # a reduction at a kink, what is told, and the slope that it is told of
    ("max(x)", [1, 3, 3], "equal elements share the slope evenly", [0, 0.5, 0.5]),
    ("min(x)", [1, 1, 1], "equal elements share the slope evenly", [1 / 3] * 3),
    ("norm(x)", [0, 0, 0], "the subgradient used is 0", [0, 0, 0]),
    ("std(x)", [2, 2, 2], "the subgradient used is 0", [0, 0, 0]),
]


@pytest.mark.parametrize(("formula", "x", "told", "slope"), REDUCTIONS)
def test_a_kink_of_a_reduction_tells_its_subgradient(formula, x, told, slope):
    found = backcalc.parse(f"input x[3]\ny = {formula}").run(at={"x": x})
    assert [each.message for each in found.warnings] == [f"in `y`, {formula[:-2]}…) is at a kink; {told}"]
    assert found.gradient["x"].tolist() == pytest.approx(slope)


def test_every_reduction_with_a_kink_is_told_of():
    reductions = {row.symbol for row in ROWS if row.pullbacks and row.kinks}
    # Of maxpool, which has a value a window, tests of windows tell.
    assert reductions == {formula[:-3] for formula, *_ in REDUCTIONS} | {"maxpool"}


def test_no_message_sends_to_a_page_that_is_not_installed():
    texts = "".join(path.read_text(encoding="utf-8") for path in Path(backcalc.__file__).parent.rglob("*.py"))
    assert "see the README" not in texts


GATHERED = [  # what is made of F and y, F steep or bent at x = 0, and whether anything flows to F there, at y = 4
    ("max(F, 1)", False),
    ("max(F, y, 1)", False),
    ("max(1, y, F)", False),
    ("max(F, y - 4)", True),  # Of equals each has its share.
    ("min(F + 2, y, 1)", False),
    ("min(F, y, 1)", True),
    ("max([F, y, 1])", False),
    ("max([F, y - 9])", True),
    ("sum(max([[F, 1], [2, y]], axis=1))", False),
    ("sum(max([[F, -1], [2, y]], axis=1))", True),
    ("sum(maxpool([F, y, F, 1], 2))", False),
    ("sum(maxpool([F, y, F, -1], 2))", True),
    ("relu([F - 1, y])[1]", False),
    ("sum(relu([F - 1, y]))", False),
    ("sum(relu([F + 1, y]))", True),
    ("sum(where([0, 1], [F, 2], [y, 3]))", False),
    ("sum(where([1, 0], [F, 2], [y, 3]))", True),
    ("sum(clip([F, y], 1, 2))", False),
    ("[F, y][1]", False),
    ("[F, y][0]", True),
    ("norm([F, y][1:])", False),
    ("max(concat([F], [y]))", False),
    ("max(2*[F, y])", False),
    ("max(max([F, y]), 5)", False),
    ("outer([F, y], [1, 1])[1, 1]", False),
    ("max([if F < 1 then 1 else F, y])", False),
]


@pytest.mark.parametrize(("steep", "code"), [("sqrt(x)", "slope"), ("abs(x)", "kink")])
@pytest.mark.parametrize(("formula", "does_flow"), GATHERED)
@pytest.mark.parametrize("ask", [{}, {"mode": "forward", "wrt": ["x"]}, {"along": {"x": 1}}], ids="".join)
def test_what_a_vector_of_numbers_does_not_pass_on_is_not_warned_of(formula, does_flow, steep, code, ask):
    found = backcalc.parse(f"L = {formula.replace('F', steep)} + 0*y").run(at={"x": 0, "y": 4}, **ask)
    inner = steep.replace("x", "0")
    assert any(w.code == code and inner in w.message for w in found.run.warnings) == does_flow
    assert found.run.is_finite or does_flow
