"""`backcalc taylor`."""

import json
import math
from fractions import Fraction

import pytest

from backcalc.analysis.taylor import Expansion, taylor
from backcalc.calculus.load import load
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import unparse
from backcalc.render.reports.taylor import fraction, polynomial
from backcalc.text.errors import EvaluateError
from backcalc.text.source import Source

AT = "w=0.5,x=2,b=-1,z=1"


@pytest.mark.parametrize(
    ("node", "words"),
    [
        ("s", ["1/2 + x/4 - x^3/48 + x^5/480", "-17*x^7/80640", "3.14", "s is affine near x = 0"]),
        ("t", ["x - x^3/3 + 2*x^5/15", "1.57", "t is linear near x = 0"]),
        ("r", ["r is not differentiable at x = 0: slope 0 from the left, 1 from the right"]),
        ("u", ["u is not differentiable at x = 0: slope 1.75814 from the left, 1.0507 from the right"]),
    ],
)
def test_exercise_5(node, words, call):
    status, out, err = call("taylor", "activations.bg", "--at", "x=0", "--of", node)
    assert (status, err) == (0, "")
    for word in [*words, "Near x = 0, linear: t; affine: s; neither: r, u, y."]:
        assert word in out


def test_json_of_one_input_and_of_several(call):
    found = json.loads(
        call("taylor", "activations.bg", "--at", "x=0", "--of", "u", "--order", "2", "--format", "json")[1]
    )
    assert found == {"output": "u", "at": {"x": 0}, "coefficients": [0, None, None], "left": 1.75814, "right": 1.0507}
    found = json.loads(call("taylor", "neuron.bg", "--at", AT, "--wrt", "w,b", "--format", "json")[1])
    assert found["value"] == 0.125
    assert found["gradient"] == pytest.approx({"w": -0.25, "b": -0.125})
    assert found["hessian"]["w"] == pytest.approx({"w": 0.25, "b": 0.125})


def test_the_hessian_of_vectors_is_that_of_derive(call):
    found = json.loads(call("taylor", "softmax.bg", "--wrt", "a", "--format", "json")[1])
    y = [0.0900305732, 0.2447284711, 0.6652409558]
    for i, row in enumerate(found["hessian"]["a"]["a"]):
        assert row == pytest.approx([y[i] * ((i == j) - y[j]) for j in range(3)], abs=1e-9)


# By the side where all inputs grow: the mixed entry, and along which inputs another side has another one.
MIXED = [
    ("y = x*abs(z)", 1.0, "not twice differentiable along x, z"),  # Along either axis alone it is 0.
    ("y = relu(x)*relu(z)", 1.0, "not twice differentiable along x, z"),
    ("y = relu(-x)*relu(-z)", 0.0, "not twice differentiable along x, z"),
    ("y = relu(x)^2 + z", 0.0, "not twice differentiable along x:"),
    ("y = sin(x)*exp(z)", 1.0, ""),
    ("y = max(x, z - 1)*z", 1.0, ""),  # Far from its kink.
]


@pytest.mark.parametrize(("text", "mixed", "words"), MIXED)
def test_a_hessian_at_a_kink(text, mixed, words, call):
    arguments = ["taylor", "-e", text, "--at", "x=0,z=0"]
    assert json.loads(call(*arguments, "--format", "json")[1])["hessian"]["x"]["z"] == pytest.approx(mixed)
    out = call(*arguments)[1]
    assert words in out
    assert bool(words) == ("differentiable" in out)


def test_csv_and_latex(call):
    out = call("taylor", "activations.bg", "--at", "x=0", "--of", "s", "--order", "1", "--format", "csv")[1]
    assert out == "k,coefficient,left,right\n0,0.5,0.5,0.5\n1,0.25,0.25,0.25\n"
    out = call("taylor", "activations.bg", "--at", "x=0", "--of", "s", "--format", "latex")[1]
    assert r"\frac{1}{2} + \frac{x}{4} - \frac{{x}^{3}}{48}" in out


@pytest.mark.parametrize(
    ("text", "status", "words"),
    [
        ("y = 1/x", 1, "y has a pole at x = 0"),
        ("y = sin(x)/x", 1, "y has no value at x = 0; its limit there is 1"),
        ("y = log(x - 1)", 1, "y has no value at x = 0"),
        ("y = grad(log(x - 1), x)", 1, "left     nan    nan  -"),
        ("y = floor(x)", 1, "y is not differentiable at x = 0: it jumps"),
        ("y = sqrt(x)", 1, "slope nan from the left, inf from the right"),
        # 0 times an infinite slope is no slope: the true one is 1, 1, −1/2, and none.
        ("y = sqrt(x)^2", 1, "series tell no slope of y at x = 0"),
        ("y = cbrt(x)^3", 1, "series tell no slope of y at x = 0"),
        ("y = cos(sqrt(x))", 1, "series tell no slope of y at x = 0"),
        ("y = sqrt(x)^1.5", 1, "series tell no slope of y at x = 0"),
        # Beyond a pole of an argument nothing is known: the first is x/(x + 1), the second jumps, the third is smooth.
        ("y = 1/(1 + 1/x)", 1, "series tell no slope of y at x = 0"),
        ("y = tanh(1/x)", 1, "y is not differentiable at x = 0: it jumps"),
        ("y = exp(-1/x^2)", 1, "series tell no slope of y at x = 0"),
        ("y = 1/log(x^2)", 1, "series tell no slope of y at x = 0"),
        ("y = sigmoid(1/x^2)", 1, "series tell no slope of y at x = 0"),
        # A pole has the sign of its side.
        ("y = 1/x", 1, "left    -inf    nan  -\nright    inf    nan  -"),
        ("y = log(abs(x))", 1, "left    -inf   -inf  -\nright   -inf    inf  -"),
        # Root and slope vanish alike.
        ("y = acos(1 - x^2)", 0, "slope -1.41421 from the left, 1.41421 from the right"),
        ("y = acosh(1 + x^2)", 0, "slope -1.41421 from the left, 1.41421 from the right"),
        # However small all of it is.
        ("y = 1e-20*abs(x)", 0, "slope -1e-20 from the left, 1e-20 from the right"),
        ("y = where(x > 0, sin(x + pi), -sin(x))", 0, "y is linear near x = 0"),  # The two differ by rounding.
        # What is small beside its slope need not be rounding; next to a pole nothing is.
        ("y = x + 1e-300", 0, "0       1e-300"),
        ("y = 1e17 + x", 0, "y is affine near x = 0"),
        ("y = 1e17*x^2 + x", 0, "x + 1e+17*x^2"),
        ("y = 1e17*x + 1", 0, "1 + 1e+17*x"),
        ("y = (x + 1e17)^2", 0, "1e+34 + 2e+17*x + x^2"),
        ("y = 1e15 + relu(x)", 0, "slope 0 from the left, 1 from the right"),
        ("y = tanh(x + 20)", 0, "1   1.69934e-17"),
        ("y = 1e16*x^2 + sin(x + pi)", 0, "-x + 1e+16*x^2"),
        ("y = (sin(x + 1)^2 + cos(x + 1)^2)*3", 0, "1   0"),
        ("y = cos(x + pi/2)", 0, "y is linear near x = 0"),
        ("y = tan(x + pi/2)", 0, "0  1.63312e+16"),
        ("y = norm([x + 1e-170, 2e-170])", 0, "left   2.23607e-170  0.447214"),
        ("y = std([x + 1e-170, 2e-170])", 0, "left   5e-171   -0.5"),
        # On the left there is no value.
        ("y = asin(1 - x)", 1, "slope nan from the left, -inf from the right"),
        ("y = acosh(1 + x)", 1, "slope nan from the left, inf from the right"),
        ("y = log(x)", 1, "left    -inf    nan  -\nright   -inf    inf  -"),
        ("y = x^2.5", 1, "slope nan from the left, 0 from the right"),
        ("y = sqrt(x)*x", 1, "slope nan from the left, 0 from the right"),
        ("y = where(x > 0, x*sqrt(x), 0)", 0, "y is once differentiable at x = 0"),
        ("y = sqrt(abs(x))*sin(x)", 0, "y is once differentiable at x = 0; the coefficients of order 2 differ"),
        ("y = 1/cosh(800 + x)", 0, "y is constant near x = 0"),  # Too large, and no pole.
        ("y = elu(x)", 0, "y is once differentiable at x = 0; the coefficients of order 2 differ"),
        ("y = x^2 + 3", 0, "3 + x^2"),
        ("y = exp(x)", 0, "inf"),
        ("y = 4 + 0*x", 0, "y is constant near x = 0"),
    ],
)
def test_what_can_be_at_a_point(text, status, words, call):
    found, out, _ = call("taylor", "--at", "x=0", stdin=text)
    assert words in out
    assert found == status


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (
            ["neuron.bg", "--at", AT, "--order", "31"],
            "31 is not in the range 0<=x<=30; type a whole number, such as --order 5",
        ),
        (["neuron.bg", "--at", AT, "--order", "two"], "'two' is not a valid integer"),
        (["neuron.bg", "--at", AT, "--wrt", "v"], "`v` is no input: it is computed"),
        (["neuron.bg", "--at", AT, "--wrt", "q"], "the graph has no node `q`"),
        (["neuron.bg", "--at", "w=1"], "the input `x` has no value"),
        (["neuron.bg", "--at", AT, "--format", "csv"], "choose it by --wrt"),
        (["network-a.bg"], "is known by its edges alone"),
        (["activations.bg", "--of", "zz"], "the graph has no node `zz`"),
        (["softmax.bg", "--at", f"a={[1] * 65}"], "choose some by --wrt"),
    ],
)
def test_what_bad_input_gets(arguments, words, call):
    status, out, err = call("taylor", *arguments)
    assert words in err
    assert (status, out) == (2, "")


@pytest.mark.parametrize(
    ("value", "text"),
    [(-1 / 48, "-1/48"), (62 / 2835, "62/2835"), (0.1 + 0.2, "3/10"), (2.0, "2"), (2**0.5, None), (0.87907, None)],
)
def test_fractions_are_recognised(value, text):
    found = fraction(value)
    assert (None if found is None else str(found)) == text


def test_a_polynomial_is_written_in_the_language():
    base = parse_expression(Source("base", "x - 1"))
    assert unparse(polynomial([0.5, -1.0, 0.0, 2 / 3], base)) == "1/2 - (x - 1) + 2*(x - 1)^3/3"
    assert unparse(polynomial([0.0, -1 / 48, -17 / 3], base)) == "-(x - 1)/48 - 17*(x - 1)^2/3"
    assert unparse(polynomial([0.0, 0.0], base)) == "0"


def test_a_subnormal_coefficient_is_no_fraction():
    assert fraction(1e-320) is None
    assert fraction(5e-324) is None
    assert fraction(0.375) == Fraction(3, 8)


def test_an_input_that_no_formula_reads_needs_a_value_too():
    with pytest.raises(EvaluateError, match="the input `u` has no value"):
        taylor(load(Source("test", "m = [1, 2]\nu -> v : 10")), {}, 2, "u", ("u",))


# By the nearest singularity, real or not.
RADII = {
    "log(cosh(x))": math.pi / 2,
    "tan(x)": math.pi / 2,
    "sigmoid(x)": math.pi,
    "softplus(x)": math.pi,
    "log(1 + x)": 1.0,
    "atan(2*x)": 0.5,
    "1/(3 - x)": 3.0,
    "log(1 + x + x^2)": 1.0,
    "1/(2 - cos(x))": math.acosh(2),
    "exp(x)": math.inf,
}


@pytest.mark.parametrize("order", [6, 7, 12])
@pytest.mark.parametrize("formula", RADII)
def test_the_radius_of_convergence_is_the_distance_of_the_nearest_singularity(formula, order):
    found = taylor(load(Source("test", f"y = {formula}\n")), {"x": 0.0}, order)
    assert isinstance(found, Expansion)
    assert found.output.radius == pytest.approx(RADII[formula], rel=1e-3)


# Where squares overflow or underflow on the way; the slopes are those of a run.
@pytest.mark.parametrize(
    ("formula", "at", "slope"),
    [
        ("3*x", "x=1e17", 3),
        ("1e160*asinh(x)", "x=1e160", 1),
        ("1e160*asinh(x)", "x=-1e160", 1),
        ("1e160*acosh(x)", "x=1e160", 1),
        ("1e200*atan2(x, w)", "x=1e200,w=1e200", 0.5),
        ("1e-300*atan2(w, x)", "x=-1e-308,w=1e-308", -5e7),
    ],
)
def test_slopes_at_very_large_and_small_numbers(formula, at, slope, call):
    found, out, _ = call("taylor", "--at", at, "--wrt", "x", "--format", "json", stdin=f"y = {formula}")
    assert found == 0
    assert [json.loads(out)[side] for side in ("left", "right")] == pytest.approx([slope] * 2, rel=1e-12)


# Around other points, where complex singularities are a pair at an angle, at which far terms swing.
RADII_AT = {
    ("1/(1 + x^2)", 0.5): math.hypot(0.5, 1),
    ("1/(1 + x^2)", 2.0): math.hypot(2, 1),
    ("1/(1 + x^2)", 10.0): math.hypot(10, 1),
    ("1/(1 + x^2)^2", 1.0): math.sqrt(2),
    ("1/(1 + x^4)", 0.2): math.hypot(math.sqrt(0.5) - 0.2, math.sqrt(0.5)),
    ("atan(x)", 1.0): math.sqrt(2),
    ("tanh(x)", 1.0): math.hypot(1, math.pi / 2),
    ("tan(x)", 0.3): math.pi / 2 - 0.3,
    ("sigmoid(x)", 1.0): math.hypot(1, math.pi),
    ("softplus(x)", 2.0): math.hypot(2, math.pi),
    ("sqrt(1 + x)", 0.0): 1.0,
    ("sqrt(1 + x^2)", 0.7): math.hypot(0.7, 1),
    ("exp(x)/(1 + x^2)", 0.3): math.hypot(0.3, 1),
    ("1/(2 + sin(x))", 0.0): math.hypot(math.pi / 2, math.acosh(2)),
    ("exp(-x^2)", 0.4): math.inf,
    ("sin(x)", 1.0): math.inf,
}


@pytest.mark.parametrize(("formula", "at"), RADII_AT)
def test_the_radius_around_any_point(formula, at):
    found = taylor(load(Source("test", f"y = {formula}\n")), {"x": at}, 6)
    assert isinstance(found, Expansion)
    assert found.output.radius == pytest.approx(RADII_AT[formula, at], rel=1e-3)


@pytest.mark.parametrize("order", [1, 6, 12])
def test_no_radius_is_told_of_terms_that_are_but_rounding(order):
    found = taylor(load(Source("test", "y = x/(exp(x) - 1)\n")), {"x": 1.0}, order)
    assert isinstance(found, Expansion)
    assert found.output.radius in (None, pytest.approx(math.hypot(1, 2 * math.pi), rel=1e-3))


def test_the_radius_is_told_in_digits_that_are_right(call):
    out = call("taylor", "-e", "y = log(cosh(x))", "--at", "x=0", "--order", "6")[1]
    assert "radius of convergence  1.57\n" in out


def test_a_range_is_led_to_sweep(call):
    status, out, err = call("taylor", "-", "--at", "x=0:1:5", stdin="y = sin(x)")
    assert (status, out) == (2, "")
    assert "a range is for `backcalc sweep`" in err
