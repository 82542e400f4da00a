"""Values: the true ones, IEEE 754's where there is none, and what is told where an input has none."""

from __future__ import annotations

import math

import pytest
from graphs import known, programs, refusals, spread, truths
from hypothesis import given, settings

import backcalc
from backcalc.calculus.constant import constant
from backcalc.language.parser import parse_expression
from backcalc.text.source import Source

inf, nan = math.inf, math.nan


@settings(max_examples=150)
@given(programs())
def test_values_are_true(drawn):
    run, versions = drawn.run(), [truth.base for truth in truths(drawn)]
    for name, value in zip(run.graph.index, run.values, strict=True):
        if value is not None:
            numbers = [values[name] for values in versions]
            assert value == pytest.approx(float(numbers[0]), rel=2e-15, abs=spread(numbers))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        # Precedence and associativity, told by numbers.
        ("1 - 2 - 3", -4),
        ("2/4/2", 0.25),
        ("2^3^2", 512),
        ("2**-1", 0.5),
        ("-2^2", -4),
        ("(-2)^2", 4),
        ("2^-2^2", 2**-4),
        ("-3*-2", 6),
        ("1 + 2*3 < 8 and not 1 > 2", 1),
        ("0 or 0 and 1", 0),
        ("1 or 1 and 0", 1),
        ("not 0 == 1", 1),
        ("if 1 < 2 then 3 else 4 + 5", 3),
        ("1 + if 0 then 3 else 4 + 5", 10),
        ("2 == 2", 1),
        ("2 != 2", 0),
        ("1.5e-3*1e3", 1.5),
        (".5 + 2.", 2.5),
        # What IEEE 754 gives.
        ("1/0", inf),
        ("-1/0", -inf),
        ("0/0", nan),
        ("log(0)", -inf),
        ("log(-1)", nan),
        ("sqrt(-1)", nan),
        ("exp(1000)", inf),
        ("-exp(1000)", -inf),
        ("exp(1000) - exp(1000)", nan),
        ("inf*0", nan),
        ("(-8)^(1/3)", nan),
        ("0^-1", inf),
        ("0^0", 1),
        ("10^400", inf),
        ("asin(2)", nan),
        ("tan(pi/2)", 1.633123935319537e16),
        ("atanh(1)", inf),
        ("1e-300*1e-300", 0),
        ("sin(inf)", nan),
        ("max(0/0, 1)", nan),
        ("if 0/0 > 1 then 1 else 2", 2),
        # Saturated, not overflowed.
        ("sigmoid(-1e4) + sigmoid(1e4)", 1),
        ("softplus(1e4)", 1e4),
        ("tanh(-1e4)", -1),
    ],
)
def test_numbers(text, value):
    source = Source("test", text)
    assert constant(parse_expression(source), source) == pytest.approx(value, rel=1e-15, nan_ok=True)
    assert backcalc.parse(f"y = {text}").run().value == pytest.approx(value, rel=1e-15, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x", [("not-constant", "x")]),
        ("2*x + y/x", [("not-constant", "x"), ("not-constant", "y")]),
        ("sni(2)", [("unknown-function", "sni")]),
        ("sin(1, 2)", [("arity", "sin(1, 2)")]),
        ("grad(1, 2)", [("grad-of-formula", "2")]),
        ("[1, 2] + [1, 2, 3]", [("shape-mismatch", "[1, 2] + [1, 2, 3]")]),
    ],
)
def test_what_is_no_constant(text, found):
    source = Source("test", text)
    with pytest.raises(backcalc.EvaluateError) as caught:
        constant(parse_expression(source), source)
    assert [(error.code, text[slice(*error.span)]) for error in caught.value.diagnostics] == found


# ---- What has no value -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "missing"),
    [
        ("y = a + b", {}, "a b"),
        ("y = a + b", {"a": 1}, "b"),
        ("y = a; z = y + c*a", {"c": 1}, "a"),
        ("y = x", {}, "x"),
        ("y = if 1 then 2 else x", {}, "x"),
        ("u -> v : w", {}, "w"),
        ("u -> v : v*(1 - v)", {}, "v"),  # An activation.
        ("u -> o : 3; L = -log(o)", {}, "o"),
        ("u -> o : 3; o = 0.1; L = -log(o)", {}, ""),
        ("u -> v : 3; v -> w : u", {}, "u"),
        ("u -> v : 3", {}, ""),
        ("input x = 3; y = x", {}, ""),
        ("input x; y = 3", {}, ""),  # Nothing needs it.
        ("def f(t) = t + k; y = f(2)", {}, "k"),
    ],
)
def test_missing(text, at, missing):
    found = refusals(text, at, of=backcalc.parse(text).sinks[-1])
    assert found == [("missing-value", name) for name in missing.split()]


@pytest.mark.parametrize(
    ("text", "name", "lines"),
    [
        ("y = 2*x", "x", [1]),
        ("input x\ny = 2*x", "x", [2]),
        ("y = x\nz = y*x\nw = sin(x + x)", "x", [1, 2, 3]),  # A line, once.
        ("y = x + x", "x", [1]),
        ("y = x\n\nz = y*x\nw = sin(x)\nv = x\nu = x", "x", [1, 3, 4]),  # Three are shown.
        ("u -> v : w\ny = 3*w", "w", [1, 2]),
        ("def f(t) = t*k\ny = f(1)\nz = f(2) + k", "k", [1, 3]),
    ],
)
def test_every_place_of_a_missing_input(text, name, lines):
    with pytest.raises(backcalc.EvaluateError) as caught:
        known(text, of=name)
    source, (error,) = caught.value.source, caught.value.diagnostics
    assert f"`{name}`" in error.message
    assert [source.line_number(span.start) for span in (error.span, *(note.span for note in error.notes))] == lines


def test_places_that_are_not_shown_are_counted():
    text = "\n".join(f"y{i} = x" for i in range(9))
    with pytest.raises(backcalc.EvaluateError, match="in 6 more places"):
        known(text, of="y0")


@pytest.mark.parametrize(
    ("text", "option", "statement"),
    [
        ("y = x", "--at x=1", "input x = 1"),
        ("y = a*b + c", "--at a=1,b=1,c=1", "input a = 1"),
        ("u -> v : v", "--at v=1", "v = 1"),
    ],
)
def test_the_remedy_works(text, option, statement):
    """What the hint says to type, typed, is taken."""
    with pytest.raises(backcalc.EvaluateError) as caught:
        known(text)
    hint = caught.value.diagnostics[-1].hints[-1]
    assert option in hint
    assert f"`{statement}`" in hint
    given_names = dict(pair.split("=") for pair in option.removeprefix("--at ").split(","))
    assert backcalc.parse(text).run(given_names).run.is_finite
    assert len(refusals(f"{text}\n{statement}")) == len(given_names) - 1


def test_a_misspelt_node_is_guessed():
    with pytest.raises(backcalc.EvaluateError, match="did you mean `hidden`"):
        known("hidden = 2*x; y = hiden + 1", {"x": 1}, of="y")


def test_many_missing_inputs_are_told_in_short():
    text = "\n".join(f"y{i} = x{i}" for i in range(3000))
    with pytest.raises(backcalc.EvaluateError) as caught:
        known(text, of="y1")
    assert len(str(caught.value)) < 4000
    assert "@point.json" in str(caught.value)


@pytest.mark.parametrize("text", ["y = x.T", "y = transpose(x)", "y = x.T.T"])
@pytest.mark.parametrize("mode", ["reverse", "forward"])
def test_the_transpose_of_a_number_is_the_number(text, mode):
    found = backcalc.parse(text).run({"x": 2.5}, mode=mode).run
    assert (found.value, found.gradient) == (2.5, {"x": 1.0})
    assert list(backcalc.parse(text).run_points({"x": [2.5, 3.5]}).value) == [2.5, 3.5]
