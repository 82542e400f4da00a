"""REWRITES at random points, a row at a time; and what simplify and tidy make of random formulas."""

from __future__ import annotations

import math
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.language.expr import Call, Expr, Name, Number, fold, names, postorder
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import unparse
from backcalc.rules import simplify as module
from backcalc.rules.rewrites import REWRITES
from backcalc.rules.simplify import make, simplify
from backcalc.rules.tidy import tidy
from backcalc.text.source import Source

law = settings(max_examples=200)

# What the operations of the rewrites mean, written down here again.
MEANING = {
    **{name: getattr(np, name) for name in ("exp", "sin", "cos", "tan", "sinh", "cosh", "tanh")},
    "+": lambda x, y: x + y,
    "-": lambda x, y: x - y,
    "*": lambda x, y: x * y,
    "/": np.true_divide,
    "-x": lambda x: -x,
    "^": np.float_power,
    "@": np.matmul,
    ".T": np.transpose,
    "transpose": np.transpose,
    "sum": np.sum,
    "mean": np.mean,
    "dot": lambda x, y: np.sum(x * y),  # Of vectors, the only ones that have one.
    "outer": np.outer,
    "diag": lambda x: np.diag(np.atleast_1d(x)),
    "sin": np.sin,
    "exp": np.exp,
    "abs": np.abs,
    "==": np.equal,
    "where": lambda c, x, y: np.where(c != 0, x, y),
    "relu": lambda x: np.maximum(x, 0),
    "max": np.maximum,
    "step": lambda x: np.where(x > 0, 1.0, 0.0),
    "softmax": lambda x: np.exp(x) / np.sum(np.exp(x)),
}
TRIALS = 20


def parse(text) -> Expr:
    return parse_expression(Source("row", text))


def value(expr, scope):
    def leaf(part):
        return part.value if isinstance(part, Number) else scope[part.id]

    with np.errstate(all="ignore"):
        return fold(expr, leaf, lambda call, args: MEANING[call.fn](*args))


def same(left, right, scope):
    """Whether both sides are equal, where both exist; a side that is one number stands for all elements."""
    found, expected = np.broadcast_arrays(value(left, scope), value(right, scope))
    both = np.isfinite(found) & np.isfinite(expected)
    found, expected = found[both], expected[both]
    return bool(np.all(np.abs(found - expected) <= 1e-9 * (1 + np.abs(expected)))), found.size > 0


def holds(left, right, shape):
    """Whether a row is right at random points of a shape; numbers m and n are small and whole, or not."""
    random, rows, met = Random(f"{left} {right} {shape}"), (parse(left), parse(right)), False
    for _ in range(TRIALS):
        scope = {
            name: random.choice((-2.0, -1.0, 0.0, 0.5, 1.0, 2.0, 3.0))
            if name in ("m", "n")
            else np.array([random.uniform(-2, 2) for _ in range(math.prod(shape))]).reshape(shape)
            for name in names(rows[0])
        }
        equal, exists = same(*rows, scope)
        met |= exists
        if not equal:
            return False
    return met


def _is_for_vectors(left):
    return any(isinstance(part, Call) and part.fn == "@" for part in postorder(parse(left)))


SHAPES = ((), (3,), (2, 2))


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize(("left", "right"), REWRITES)
def test_both_sides_of_a_row_are_equal(left, right, shape):
    if not (_is_for_vectors(left) and shape == ()):
        assert holds(left, right, shape)


@pytest.mark.parametrize(
    ("left", "right"),
    [("x - y", "y - x"), ("x/y/z", "x/(y/z)"), ("x^m*x", "x^m"), ("x*0", "1"), ("-x @ y", "x @ y"), ("x/y*y", "y")],
)
def test_a_wrong_row_would_be_caught(left, right):
    assert not holds(left, right, (2, 2))


@pytest.mark.parametrize(("left", "right"), REWRITES)
def test_a_row_speaks_of_nothing_new(left, right):
    assert names(parse(right)).keys() <= names(parse(left)).keys()


# ---- What comes out --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 0", "x"),
        ("1*x*1", "x"),
        ("0*sin(x)", "0"),
        ("x - -y", "x + y"),
        ("--x", "x"),
        ("-(x - y)", "y - x"),
        ("x*2*y", "2*x*y"),
        ("2*(x*y)", "2*x*y"),
        ("2*(x*(3*y))", "6*x*y"),
        ("x*-1", "-x"),
        ("x + x", "2*x"),
        ("2*x + 3*x", "5*x"),
        ("3*x - 2*x", "x"),
        ("x - x", "0"),
        ("a + x - x", "a"),
        ("x + a + x", "2*x + a"),
        ("x + a - x", "a"),
        ("-x + a + x", "a"),
        ("a + 2*x + b - 3*x + c", "a - x + b + c"),
        ("a - x*y + b + x*y", "a + b"),
        ("a + b + c - a - b - c", "0"),
        ("a - 3*x - b - x", "a - 4*x - b"),
        ("-x - b - x", "-2*x - b"),
        ("-2*x - b - x", "-3*x - b"),
        ("a/3 + b + a/3", "2/3*a + b"),
        ("1/3*a + b + 1/3*a", "2/3*a + b"),
        ("cos(x) + sin(x) - sin(x) + cos(x)", "2*cos(x)"),
        ("a - x - x", "a - 2*x"),
        ("a - x + x", "a"),
        ("a - 2*x + 3*x", "a + x"),
        ("sum(-2*x)/4", "-0.5*sum(x)"),
        ("(2*x).T", "2*x.T"),
        ("diag(x).T @ y", "diag(x) @ y"),
        ("x*x", "x^2"),
        ("x*x*x", "x^3"),
        ("y*x*x", "y*x^2"),
        ("x^2*x^3", "x^5"),
        ("log(10)*y*log(10)", "y*log(10)^2"),
        ("x*log(10)^2*y*log(10)", "x*y*log(10)^3"),
        ("log(2)*y*log(10)", "log(2)*y*log(10)"),
        ("x/y/z", "x/(y*z)"),
        ("x/(y/z)", "x*z/y"),
        ("1/x*y", "y/x"),
        ("(a + b)*(c - d)", "(a + b)*(c - d)"),
        ("x*(y + z)", "x*(y + z)"),
        ("(y - z)*(y*(1 - y))", "(y - z)*y*(1 - y)"),
        ("-(1/x)", "-1/x"),
        ("2*3 + x", "6 + x"),
        ("x*y/y", "x"),
        ("sin(x + 0)", "sin(x)"),
        ("if c then x + 0 else 1*y", "if c then x else y"),
        ("W.T @ -v", "-(W.T @ v)"),
    ],
)
def test_a_formula_is_printed_as_one_writes_it(text, expected):
    assert unparse(tidy(simplify(parse(text)))) == expected


_leaves = st.sampled_from("xyz").map(Name) | st.sampled_from((0.0, 1.0, 2.0, 0.5, 3.0)).map(Number)


def _grown(inner):
    binary = st.builds(lambda fn, x, y: Call(fn, (x, y)), st.sampled_from("+-*/"), inner, inner)
    powers = st.builds(lambda x, n: Call("^", (x, Number(float(n)))), inner, st.integers(0, 3))
    return binary | powers | st.builds(lambda fn, x: Call(fn, (x,)), st.sampled_from(("-x", "sin", "abs")), inner)


formulas = st.recursive(_leaves, _grown, max_leaves=14)
POINT = {"x": 0.7310585786, "y": -1.3591409142, "z": 2.2360679775}


def condition(expr):
    """The largest size that any part of a formula has: what rounding is relative to."""
    with np.errstate(all="ignore"):
        sizes = [abs(value(part, POINT)) for part in postorder(expr)]
    return max((size for size in sizes if math.isfinite(size)), default=1.0), all(map(math.isfinite, sizes))


@law
@given(formulas)
def test_simplify_and_tidy_keep_the_value(expr):
    size, is_finite = condition(expr)
    if not is_finite or size > 1e6:
        return
    for found in (simplify(expr), tidy(expr), tidy(simplify(expr))):
        assert abs(value(found, POINT) - value(expr, POINT)) <= 1e-7 * (1 + size), unparse(found)


@law
@given(formulas)
def test_a_row_is_never_applied_without_end(expr):
    steps = []
    made = module._rewritten

    def counted(call):
        steps.append(call)
        return made(call)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "_rewritten", counted)
        patch.setattr(module, "MOST_STEPS", 100_000)
        found = simplify(expr)
    size = sum(1 for _ in postorder(expr))
    assert len(steps) <= 30 * size**2
    assert sum(1 for _ in postorder(found)) <= 2 * size


@law
@given(formulas)
def test_simple_stays_as_it_is(expr):
    once = simplify(expr)
    assert simplify(once) == once, f"{unparse(expr)}: {unparse(once)}, then {unparse(simplify(once))}"


@law
@given(formulas)
def test_what_is_tidy_reads_as_itself(expr):
    found = tidy(simplify(expr))
    reread = parse(unparse(found))
    assert unparse(reread) == unparse(found)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-1 - 1", "-2"),
        ("x^(-1 - 1)", "x^-2"),
        ("x^(-0.1 - 1)", "x^-1.1"),
        ("where(-2 == 0, x, y)", "y"),
        ("where(-0.1 < 0, x, y)", "x"),
        ("-1 + 1", "0"),
        ("2/3", "2/3"),
        ("2/3*x", "2/3*x"),
        ("x/3/7", "x/21"),
        ("0.1*x", "0.1*x"),
        ("sum([1, 1])", "2"),
        ("sum([1, -3])*x", "-2*x"),
        ("mean([1, 2])", "1.5"),
        ("prod([2, 3, 4])", "24"),
        ("norm([3, 4])", "5"),
        ("norm([1, 1])", "norm([1, 1])"),
        ("mean([1, 1, 2])", "mean([1, 1, 2])"),
        ("max([1, 3])", "3"),
        ("dot([1, 2], [3, 4])", "11"),
        ("dot([1, 2], [3])", "dot([1, 2], [3])"),
        ("sum([x, 1])", "sum([x, 1])"),
        ("sum([1])", "1"),
    ],
)
def test_numbers_are_put_together_where_they_stay_short(text, expected):
    assert unparse(tidy(simplify(parse(text)))) == expected


def test_a_fraction_that_is_written_out_is_one():
    third = Call("/", (Number(1.0), Number(3.0)))
    assert unparse(tidy(make("^", Name("x"), make("-", third, Number(1.0))))) == "x^(-2/3)"
    assert make("==", third, Number(0.0)) == Number(0.0)


def test_numbers_are_computed_only_by_elements():
    assert make("+", Number(1.0), Number(2.0)) == Number(3.0)
    assert unparse(make("-", Number(1.0), Number(2.0))) == "-1"
    assert unparse(make("sum", Number(1.0))) == "sum(1)"
