"""The two sweeps: reverse = forward = the sum over paths = the true derivative, on graphs of any kind."""

from __future__ import annotations

from itertools import product

import pytest
from graphs import Drawn, allowance, path_sum, programs, spread, truths
from hypothesis import given, settings

import backcalc
from backcalc.calculus.sweep import forward, reverse

law = settings(max_examples=120)
slow_law = settings(max_examples=150)

# ---- The sweeps alone ------------------------------------------------------------------------------------------------

# o = a·b, a = 3u, b = 5u + 7w, beside a node c = u that o does not use. Places: u w a b c o.
U, W, A, B, C, OUT = range(6)
EDGES = {U: (), W: (), A: ((U, 3),), B: ((U, 5), (W, 7)), C: ((U, 1),), OUT: ((A, 11), (B, 2))}


@pytest.mark.parametrize(
    ("seeds", "adjoints"),
    [
        ({OUT: 1}, {OUT: 1, A: 11, B: 2, U: 11 * 3 + 2 * 5, W: 2 * 7}),
        ({OUT: 10}, {OUT: 10, A: 110, B: 20, U: 430, W: 140}),
        ({A: 1}, {A: 1, U: 3}),
        ({A: 1, B: 1}, {A: 1, B: 1, U: 3 + 5, W: 7}),  # Several seeds add up,
        ({OUT: 1, B: 100}, {OUT: 1, A: 11, B: 102, U: 33 + 510, W: 714}),  # also along one path.
        ({U: 4}, {U: 4}),
        ({}, {}),
    ],
)
def test_reverse(seeds, adjoints):
    assert reverse(range(OUT, -1, -1), EDGES.__getitem__, seeds) == adjoints


@pytest.mark.parametrize(
    ("seeds", "tangents"),
    [
        ({U: 1}, {U: 1, A: 3, B: 5, C: 1, OUT: 43}),
        ({W: 1}, {W: 1, B: 7, OUT: 14}),
        ({U: 1, W: -1}, {U: 1, W: -1, A: 3, B: -2, C: 1, OUT: 29}),
        ({A: 2}, {A: 2, OUT: 22}),
        ({}, {}),
    ],
)
def test_forward(seeds, tangents):
    assert forward(range(6), EDGES.__getitem__, seeds) == tangents


def test_seeds_are_left_alone():
    seeds = {OUT: 1}
    reverse(range(OUT, -1, -1), EDGES.__getitem__, seeds)
    forward(range(6), EDGES.__getitem__, seeds)
    assert seeds == {OUT: 1}


def test_the_algebra_is_open():
    """Over sets of words with products on the left, the adjoint is the list of the paths: nothing assumes numbers."""
    words = {OUT: [(A, ["a"]), (B, ["b"])], A: [(U, ["p"])], B: [(U, ["q"]), (U, ["r"])], U: []}
    adjoint = reverse(
        (OUT, B, A, U),
        words.__getitem__,
        {OUT: [""]},
        multiply=lambda partial, above: [y + x for x, y in product(partial, above)],
        accumulate=lambda x, y: sorted(x + y),
    )
    assert adjoint[U] == ["ap", "bq", "br"]


# ---- Laws ------------------------------------------------------------------------------------------------------------


@law
@given(programs())
def test_reverse_is_forward_is_the_sum_over_paths(drawn):
    backward = drawn.run()
    of = backward.output
    for wrt in drawn.names:
        onward = drawn.run(mode="forward", wrt=[wrt])
        near = allowance(backward, of, wrt)
        expected = pytest.approx(path_sum(backward, of, wrt), rel=0, abs=near)
        assert backward.adjoints[backward.graph.index[wrt]] == expected
        assert onward.gradient == {wrt: expected}


@law
@given(programs())
def test_every_tangent_is_an_adjoint(drawn):
    wrt = drawn.names[0]
    run = drawn.run(mode="forward", wrt=[wrt])
    for of, tangent in zip(run.graph.index, run.tangents[wrt], strict=True):
        assert drawn.run(of=of, wrt=[wrt]).gradient[wrt] == pytest.approx(tangent, rel=0, abs=allowance(run, of, wrt))


@slow_law
@given(programs())
def test_adjoints_are_the_true_derivatives(drawn):
    run, versions = drawn.run(), truths(drawn)
    for wrt, adjoint in zip(run.graph.index, run.adjoints, strict=True):
        slopes = [truth.derivative(run.output, wrt) for truth in versions]
        near = spread(slopes) + allowance(run, run.output, wrt)
        assert adjoint == pytest.approx(float(slopes[0]), rel=0, abs=near)


@slow_law
@given(programs(kinds=("formula",)))
def test_gradients_of_formulas_are_the_true_derivatives(drawn):
    run, versions = drawn.run(), truths(drawn)
    assert list(run.gradient) == list(drawn.point)
    for wrt, slope in run.gradient.items():
        slopes = [truth.derivative(run.output, wrt) for truth in versions]
        assert slope == pytest.approx(float(slopes[0]), rel=0, abs=spread(slopes) + allowance(run, run.output, wrt))


def test_a_wrong_partial_is_caught():
    """The law above is no empty one: of two programs that differ by 1e-9, it tells which has the derivative."""
    drawn = Drawn({"x": ("input x",), "y": ("y = sin(x)*x + 1e-9*x",)}, {"x": 0.75})
    slopes = [truth.derivative("y", "x") for truth in truths(drawn)]
    wrong = backcalc.parse("y = sin(x)*x").run({"x": 0.75}).run
    assert abs(wrong.gradient["x"] - float(slopes[0])) > 100 * (spread(slopes) + allowance(wrong, "y", "x"))
