"""Programs as arrays say what `evaluate` and `linearize` say a slot at a time, and overlook nothing remarkable."""

from __future__ import annotations

from contextlib import contextmanager
from unittest.mock import patch

import numpy as np
import pytest
from graphs import allowance, programs, spread, truths
from hypothesis import given, settings
from hypothesis import strategies as st
from rows import TABLE

import backcalc
from backcalc.bulk.graph import evaluate as operations
from backcalc.bulk.graph.evaluate import Operations

law = settings(max_examples=60)
ALWAYS = pytest.mark.parametrize("few", [0, 10**9], ids=["arrays", "one by one"])  # Either way for all operations.
ULPS = 2.0**-48  # What NumPy's functions and those of `math` may differ by, a few of them in a row.


class Written:
    """The tape of a graph as operations on arrays, its slots in a random order; and what was given."""

    def __init__(self, run, random):
        tape = run.linear.tape
        rows = [row for row in tape.rows if row is not None]
        self.rows = list(dict.fromkeys(rows))
        self.place = list(range(len(tape.rows)))
        random.shuffle(self.place)
        count = len(self.place)
        ops, args, constant = np.full(count, -1), np.full((count, 3), -1, np.int32), np.zeros(count, bool)
        self.given = np.full(count, np.nan)
        for slot, place in enumerate(self.place):
            row, constant[place] = tape.rows[slot], tape.constant[slot]
            if row is None:
                self.given[place] = run.linear.evaluation.terms[slot]
            else:
                ops[place] = self.rows.index(row)
                args[place, : len(row.params)] = [self.place[arg] for arg in tape.args[slot]]
        self.operations = Operations(self.rows, ops, args, constant)
        self.nodes = [self.place[slot] for slot in tape.slot]
        self.seed = self.place[tape.slot[run.graph.index[run.output]]]


@contextmanager
def computed(run, few, random):
    """The operations of a run, with their values and local partials."""
    with patch.object(operations, "FEW_SLOTS", few):
        written = Written(run, random)
        values = written.operations.evaluate(written.given)
        yield written, values, written.operations.linearize(values)


randoms = st.randoms(use_true_random=False)


@ALWAYS
@law
@given(programs(kinds=("formula",)), randoms)
def test_a_program_has_the_values_and_derivatives_of_the_plain_way(few, drawn, random):
    run, versions = drawn.run(), truths(drawn)
    with computed(run, few, random) as (written, values, partials):
        adjoints = partials.reverse(written.seed)[written.nodes]
        for node, value, adjoint in zip(run.graph.index, values[written.nodes], adjoints, strict=True):
            points = [truth.values({})[node] for truth in versions]
            slopes = [truth.derivative(run.output, node) for truth in versions]
            assert value == pytest.approx(float(points[0]), rel=ULPS, abs=spread(points))
            near = spread(slopes) + allowance(run, run.output, node)
            assert adjoint == pytest.approx(float(slopes[0]), rel=0, abs=near)
        tangents = partials.forward(written.nodes[0])
        assert tangents[written.seed] == pytest.approx(
            adjoints[0], rel=0, abs=allowance(run, run.output, drawn.names[0])
        )


@law
@given(programs(kinds=("formula",)), randoms)
def test_one_by_one_the_values_are_the_same_bits(drawn, random):
    run = drawn.run()
    with computed(run, 10**9, random) as (written, values, _):
        assert values[written.nodes].tolist() == run.values


# ---- Kinks, domains, branches ----------------------------------------------------------------------------------------

# A formula of u and v, each in turn at points where something happens, and at points where nothing does.
EDGY = (
    *(
        "relu(u)",
        "abs(u)",
        "leaky_relu(u)",
        "elu(u)",
        "selu(u)",
        "sign(u)",
        "step(u)",
        "floor(u)",
        "ceil(u)",
        "round(u)",
    ),
    *("max(u, v)", "min(u, v)", "u < v", "u <= v", "u > v", "u >= v", "u == v", "u != v", "u and v", "u or v", "not u"),
    *("log(u)", "log2(u)", "log10(u)", "log1p(u)", "sqrt(u)", "cbrt(u)", "asin(u)", "acos(u)", "acosh(u)", "atanh(u)"),
    *("u/v", "u^v", "u^2", "2^u", "atan2(u, v)", "exp(u)", "sinh(u)", "u*v", "cross_entropy(u, v)", "mse(u, v)"),
    *("if u > v then log(u) else v", "if u then 1/u else v", "where(u < 0, sqrt(-u), sqrt(u))", "if 1 then u else 1/v"),
    *(
        "abs(2) + u",
        "relu(0)*u",
        "log(0) + u",
        "if u < 1 then abs(u) else 3",
        "abs(u) < 1",
        "floor(log(u))",
        "u*0*exp(v)",
    ),
)
POINTS = (0.0, 1.0, -1.0, 0.5, 2.0, 1000.0)


@ALWAYS
@pytest.mark.parametrize("formula", EDGY)
def test_edges_of_functions(formula, few):
    graph = backcalc.parse(f"input u; input v; y = {formula}; z = 3*y + u")
    for u in POINTS:
        for v in POINTS:
            run = graph.run({"u": u, "v": v}, of="z").run
            with computed(run, few, np.random.default_rng(0)) as (written, values, partials):
                kwargs = {"rtol": 64 * ULPS, "atol": 0, "equal_nan": True}
                np.testing.assert_allclose(values[written.nodes], run.values, **kwargs)
                np.testing.assert_allclose(partials.reverse(written.seed)[written.nodes], run.adjoints, **kwargs)
                assert bool(partials.remarkable.size) >= bool(run.warnings)


@pytest.mark.parametrize(
    ("text", "at", "is_remarkable"),
    [
        ("y = relu(x)", {"x": 0}, True),  # A kink,
        ("y = relu(x)", {"x": 1}, False),
        ("y = relu(0)*x", {"x": 1}, False),  # but not one of a number.
        ("y = log(x)", {"x": -1}, True),
        ("y = log(x)", {"x": 2}, False),
        ("y = sqrt(x)", {"x": 0}, True),  # The slope alone is infinite.
        ("y = exp(x)", {"x": 1000}, True),
        ("y = if x > 0 then x else 2*x", {"x": 1}, False),
        ("y = 2*x", {"x": 1}, False),
    ],
)
@ALWAYS
def test_what_is_remarkable(text, at, is_remarkable, few):
    run = backcalc.parse(text).run(at).run
    with computed(run, few, np.random.default_rng(0)) as (_, _, partials):
        assert bool(partials.remarkable.size) == is_remarkable
        assert bool(run.warnings) == is_remarkable


# ---- Edges -----------------------------------------------------------------------------------------------------------


def test_there_is_no_edge_to_a_constant_or_a_branch_that_is_not_taken():
    rows = [TABLE["*"], TABLE["where"], TABLE["floor"]]
    # Slots: x = 3, the literal 2, 2*x, where(x, 2*x, x), floor(x).
    args = np.array([[-1] * 3, [-1] * 3, [1, 0, -1], [0, 2, 0], [0, -1, -1]], np.int32)
    program = Operations(rows, np.array([-1, -1, 0, 1, 2]), args, np.array([False, True, False, False, False]))
    values = program.evaluate(np.array([3.0, 2.0, 0, 0, 0]))
    assert values.tolist() == [3, 2, 6, 6, 3]
    found = program.linearize(values)
    assert [part.tolist() for part in found.edges] == [[0, 2], [2, 3], [2, 1]]
    assert found.reverse(3).tolist() == [2, 0, 1, 1, 0]


def test_no_operations():
    program = Operations([], np.full(2, -1), np.full((2, 3), -1, np.int32), np.zeros(2, bool))
    assert program.evaluate(np.array([3.0, 4.0])).tolist() == [3, 4]
    found = program.linearize(np.array([3.0, 4.0]))
    assert (found.reverse(1).tolist(), found.remarkable.size) == ([0, 1], 0)


def test_a_cycle_has_no_values():
    args = np.array([[1, -1, -1], [0, -1, -1]], np.int32)
    program = Operations([TABLE["sin"]], np.zeros(2, np.int32), args, np.zeros(2, bool))
    assert program.plan.cyclic.tolist() == [0, 1]
    with pytest.raises(ValueError, match="the graph has a cycle"):
        program.evaluate(np.zeros(2))


# ---- Size ------------------------------------------------------------------------------------------------------------

LARGE = 100_000


@pytest.mark.parametrize("width", [1, 3, 1000])
def test_a_large_program(width):
    """Columns of x ← x/2 + 1, which go to 2 whatever they begin with, while the derivative halves each time."""
    steps = -(-LARGE // width)
    first = width + 2 + np.arange(LARGE)
    count = 2 + width + 2 * LARGE
    ops, args = np.full(count, -1), np.full((count, 3), -1, np.int32)
    halves, sums = first, first + LARGE
    ops[halves], ops[sums] = 0, 1
    begins = 2 + np.arange(width)
    args[halves, 0] = np.concatenate([begins, sums[:-width]])
    args[halves, 1], args[sums, 0], args[sums, 1] = 0, halves, 1
    constant = np.arange(count) < 2
    program = Operations([TABLE["*"], TABLE["+"]], ops, args, constant)
    values = program.evaluate(np.concatenate([[0.5, 1.0], np.linspace(-5, 5, width), np.zeros(2 * LARGE)]))
    assert (values[sums[-width:]] == 2).all()
    assert int(program.plan.levels.max()) == 2 * steps
    found = program.linearize(values)
    at = int(sums[9 * width])  # After ten steps in the first column.
    assert found.reverse(at)[begins].tolist() == [0.5**10] + [0.0] * (width - 1)
    assert found.forward(int(begins[0]))[at] == 0.5**10
    assert not found.remarkable.size
