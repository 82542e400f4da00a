"""Verdicts and diagnoses, as a teacher gives them: rows of answers whose making is known."""

from __future__ import annotations

import math

import pytest

import backcalc
from backcalc.analysis.samples import samples
from backcalc.calculus.digits import Tolerance
from backcalc.calculus.point import from_mapping, read_point
from backcalc.calculus.run import run
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

TEXTS = {sample.name: sample.text for sample in samples()}
NEURON = {"w": 0.5, "x": 2.0, "b": -1.0, "z": 1.0}


def marks(graph, *answers, at=None):
    text = TEXTS.get(graph, graph)
    key = Key(run(backcalc.parse(text).objects, from_mapping(at or {}, Source("graph", text))))
    source = Source("answers", "\n".join(answers))
    found, errors = read_answers(source)
    assert not errors
    marked, errors = key.mark(source, found)
    assert not errors
    return marked


# Worked by hand with every result rounded to two decimals, as the exercise states it.
@pytest.mark.parametrize("answer", ["b5 = 0.33", "do/dt5 = 0.33", "do/dt3 = 0.55", "do/dt2 = -0.30"])
def test_rounding_on_the_way(answer):
    (mark,) = marks("lattice", answer)
    assert mark.verdict == "rounding"
    assert mark.note == "this comes out when every intermediate result is rounded to 2 decimals"


def test_a_rounded_result_that_is_right_is_right():
    assert marks("lattice", "do/dx = -0.07")[0].verdict == "right"


def by_digits(value, digits):
    return float(f"{value:.{digits - 1}e}")


@pytest.mark.parametrize(("digits", "x"), [(2, 5.9), (3, 5.3), (4, 5.9)])
def test_rounding_to_significant_digits(digits, x):
    h = by_digits(math.exp(x), digits)
    h = by_digits(h * h, digits)
    assert by_digits(math.exp(2 * x), digits) != h
    (mark,) = marks(f"input x = {x}\nu = exp(x)\ny = u*u", f"y = {h:.{digits - 1}e}")
    assert (mark.verdict, mark.note.rpartition("to ")[2]) == ("rounding", f"{digits} significant digits")


# Exercise 6, with a mistake made on the way.
@pytest.mark.parametrize(
    ("answer", "kind", "where", "text"),
    [
        (
            "dL/dx1 = -60",
            "missing-term",
            "u2",
            "you have 30·(−2) = −60; the path through u2, (−10)·4 = −40, is missing",
        ),
        (
            "dL/dx1 = -40",
            "missing-term",
            "u1",
            "you have (−10)·4 = −40; the path through u1, 30·(−2) = −60, is missing",
        ),
        ("dL/dx1 = 100", "sign", "x1", "the sign of ∂L/∂x1 is wrong"),
        ("dL/dx1 = 2400", "product", "x1", "the terms of ∂L/∂x1 are multiplied; they are to be added"),
        ("dL/dx1 = 10", "missing-factor", "o", "∂L/∂o is taken as 1; it is −10"),
        ("dL/dx2 = 70", "sign", "u3", "the sign of ∂L/∂u3 is wrong"),
        ("dL/do = -0.1", "rule", "L", "the derivative of log x is 1/x, not x"),
        ("dL/do = 10", "sign", "o", "the sign of ∂L/∂o is wrong"),
        ("L = 1", "rule", "L", "log is the natural logarithm, not that to base 10"),
        ("L = -2.3026", "sign", "L", "the sign of L is wrong"),
    ],
)
def test_the_network(answer, kind, where, text):
    (mark,) = marks("network-a", answer)
    assert mark.verdict == "wrong"
    assert (mark.diagnosis.kind, mark.diagnosis.where) == (kind, where)
    assert text in mark.diagnosis.text


# Exercise 1: ∂J/∂w = (y − z)·y(1 − y)·x = −0.5·0.25·2.
@pytest.mark.parametrize(
    ("answer", "kind", "text"),
    [
        ("dJ/dw = 0.25", "sign", "the sign of ∂J/∂w is wrong"),
        ("dJ/dw = -0.125", "missing-factor", "the factor ∂v/∂w = 2 is left out"),
        ("dJ/dw = -0.5", "rule", "the derivative of σ is σ(1 − σ), not σ"),
        ("dJ/dx = -0.058751", "rule", "σ is taken of the output once more"),  # −0.5·s(1 − s)·0.5, s = σ(0.5) = 0.622459
        ("J = 0.25", "missing-factor", "the factor 0.5 is left out"),
        ("dJ/dz = -0.5", "sign", "the sign of ∂J/∂z is wrong"),
    ],
)
def test_the_neuron(answer, kind, text):
    (mark,) = marks("neuron", answer, at=NEURON)
    assert (mark.verdict, mark.diagnosis.kind) == ("wrong", kind)
    assert text in mark.diagnosis.text


# Exercise 2; by hand, with the derivative of cos taken as sin at every layer: ∂o/∂t4 = b5·b5 + t5·t5 = 1, and so on.
def lattice_with_sin_for_the_derivative_of_cos():
    t, b = [math.sin(1)], [math.cos(1)]
    for _ in range(4):
        t, b = [*t, math.sin(t[-1] + b[-1])], [*b, math.cos(t[-1] + b[-1])]
    upper, lower = b[4], t[4]
    for k in (3, 2, 1, 0):
        v = t[k] + b[k]
        upper = lower = upper * math.cos(v) + lower * math.sin(v)
    return upper * math.cos(1) + lower * math.sin(1)


def test_a_rule_that_is_wrong_throughout():
    (mark,) = marks("lattice", f"do/dx = {lattice_with_sin_for_the_derivative_of_cos():.4f}")
    assert (mark.diagnosis.kind, mark.diagnosis.text) == ("sign", "the derivative of cos is −sin, not sin")


def test_a_factor_that_is_left_out_throughout():
    """y = tanh(tanh(x)): both derivatives of tanh left out, with the 3 kept."""
    (mark,) = marks("x = 1\nu = tanh(x)\nv = 3*tanh(u)\ny = v + u^2", "dy/dx = 4.5232")  # 3 + 2·tanh 1
    assert mark.diagnosis.text == "the derivative of tanh is left out of the chain"


# What is left out of a value; sin(0.841471) = 0.745624, 0.5·2 = 1.
@pytest.mark.parametrize(
    ("graph", "answer", "text", "at"),
    [
        ("lattice", "t2 = 0.745624", "the summand b1 is left out", {"x": 1.0}),
        ("neuron", "v = 1", "the summand b is left out", NEURON | {"b": -0.6}),
        ("x = 3\ny = x*2 + 7", "y = 6", "the summand 7 is left out", None),
        ("x = 3\nw = 2\ny = x*x + x*w", "y = 9", "a summand is left out", None),
        ("x = 4\nw = 2\ny = 3*sqrt(x)*w", "y = 24", "the root is left out", None),
        ("x = [1, 2, 6]\ny = mean(x)", "y = 9", "the mean divides by the number of elements", None),
        ("x = [0, 0]\nt = [0, 1]\nL = softmax_cross_entropy(x, t)", "L = 0.30103", "not that to base 10", None),
    ],
)
def test_what_is_left_out_of_a_value(graph, answer, text, at):
    (mark,) = marks(graph, answer, at=at)
    assert text in mark.diagnosis.text


# ∂L/∂a = softmax(a) − t = [0.5, −0.5]; h1 = [2, −1, 3] is given, so ReLU's gate is [1, 0, 1], and wrong [0, 1, 0].
@pytest.mark.parametrize(
    ("graph", "answer", "text"),
    [
        (
            "a = [0, 0]\nt = [0, 1]\nL = softmax_cross_entropy(a, t)",
            "dL/da = [0.5, 0.5]",
            "the target t is not taken off",
        ),
        ("vectors", "dL/dW1 = [[0,0,0,0], [2,3,5,1], [0,0,0,0]]", "ReLU's gate is the wrong way round"),
    ],
)
def test_rules_of_vectors(graph, answer, text):
    (mark,) = marks(graph, answer)
    assert text in mark.diagnosis.text


MATRIX = "W = [[1, 2], [3, 4]]\nx = [1, -2]\nh = W @ x\ns = 2*h\nL = sum(s*h)"
"""h = [−3, −5], ∂L/∂h = 4h = [−12, −20]; ∂L/∂W = [−12, −20] xᵀ = [[−12, 24], [−20, 40]]."""


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("dL/dW[0,1] = -24", "the sign of ∂L/∂W[0,1] is wrong"),
        ("dL/dW = [[-12, 24], [20, 40]]", "the sign of ∂L/∂W[1,0] is wrong"),
        ("dL/dW = [[-12, 24], [20, -40]]", "the sign of ∂L/∂W[1] is wrong"),
        ("dL/dW[0] = [12, -24]", "the sign of ∂L/∂W[0] is wrong"),
        ("h[1] = 5", "the sign of h[1] is wrong"),
    ],
)
def test_elements(answer, text):
    (mark,) = marks(MATRIX, answer)
    assert mark.diagnosis.text == text


LIFTED = "a = 0.5\nc = 0.3\nx = [200, 100, 300]\ny = a*x + c\nL = sum(y)"


@pytest.mark.parametrize(
    ("answer", "where"),
    [("y = [0.5*200 - 0.3, 50.3, 150.3]", ""), ("y = [0.5*200 - 0.3, 0.5*100 - 0.3, 150.3]", "in [0] and [1] alone: ")],
)
def test_a_decimal_that_is_an_input_is_exact_in_an_element_too(answer, where):
    (mark,) = marks(LIFTED, answer)
    assert mark.diagnosis.text == f"{where}a sum was taken as a difference"


@pytest.mark.parametrize("factor", [0.3, 0.7, 0.5, 0.25])
def test_a_number_that_is_a_place_off_may_have_slipped(factor):
    """So it is for 0.3, whose tenfold is no float of 3 exactly, as for 0.5."""
    *_, mark = marks(f"x = 2\nu = 10*x\nL = {factor}*u", "u = 20", f"dL/du = {factor}", f"dL/dx = {factor}")
    assert (mark.verdict, mark.diagnosis) == ("wrong", None)


def test_a_wrong_element_that_nothing_explains():
    """Other nodes' arrays, and the transpose, may have no such element."""
    (mark,) = marks("W = [[1, 2, 3], [4, 5, 6]]\nx = [1, -1, 2]\nL = sum((W @ x)^2)", "dL/dW[1,2] = 713.7")
    assert (mark.verdict, mark.diagnosis) == ("wrong", None)


def test_a_zero_is_not_taken_for_what_is_independent():
    (mark,) = marks("network-a", "du1/dx1 = 0")  # As ∂u1/∂u2 is.
    assert mark.diagnosis.text == "a path leads from x1 to u1, so this is not 0"


def test_the_seed_left_out_is_told_once():
    (mark,) = marks("network-a", "dL/dx1 = 10")
    assert mark.diagnosis.text == "∂L/∂o is taken as 1; it is −10"
    (mark,) = marks("neuron", "dJ/dy = -0.80262", at=NEURON | {"b": -0.6})  # 2·(σ(0.4) − 1)
    assert mark.diagnosis.text == "at J: the factor 0.5 is left out"


def test_a_loss_outside_the_graph_by_itself():
    assert verdicts(marks("vectors", "dL/dL = 1", "dL/dL = 2", "dL/dh1 = [2, 1, 4]")) == ["right", "wrong", "wrong"]


def test_in_a_large_graph_mistakes_are_looked_for_near_the_answer():
    """Factors 2 and ½ in turn, at last a sum of two: ∂y/∂x0 = 1·(3 + 5)."""
    chain = "\n".join(f"x{k + 1} = {2 if k % 2 else 0.5}*x{k}" for k in range(6000))
    graph = f"input x0 = 1\nu = 3*x0\nv = 5*x0\n{chain.replace('*x0', '*(u + v)')}"
    marked = marks(graph, "dx6000/dx0 = 3", "dx6000/dx5999 = 0.5", "x6000 = -8", "dx6000/dx0 = 7.9")
    assert verdicts(marked) == ["wrong"] * 4
    assert "the path through v" in marked[0].diagnosis.text
    assert marked[2].diagnosis.kind == "sign"


def test_degrees_are_told_in_values_and_slopes():
    in_degrees = math.sin(math.radians(1))
    (mark,) = marks("lattice", f"t1 = {in_degrees:.5f}")
    assert (mark.diagnosis.kind, mark.diagnosis.text) == (
        "degrees",
        "sin was taken in degrees; the argument is in radians",
    )
    (mark,) = marks("input x = 1\ny = 3*sin(x)", f"dy/dx = {3 * math.cos(math.radians(1)):.6f}")
    assert mark.diagnosis.kind == "degrees"


# ---- On from one's own numbers ---------------------------------------------------------------------------------------


def verdicts(marked):
    return [mark.verdict for mark in marked]


def test_a_wrong_step_is_marked_once():
    """With ∂L/∂u3 = −10 in place of 10: ∂L/∂x2 = 30·3 + (−10)·2 = 70."""
    marked = marks("network-a", "dL/dx1 = -100", "dL/du3 = -10", "dL/dx2 = 70")
    assert verdicts(marked) == ["right", "wrong", "follows"]
    assert marked[2].note == "correct work from your dL/du3 = -10"


def test_the_order_of_the_answers_does_not_matter():
    assert verdicts(marks("network-a", "dL/dx2 = 70", "dL/du3 = -10")) == ["follows", "wrong"]


def test_what_follows_may_be_followed():
    """∂L/∂o = 10: all the signs turn."""
    marked = marks("network-a", "dL/do = 10", "dL/dv1 = -10", "dL/du1 = -30", "dL/dv2 = 10")
    assert verdicts(marked) == ["wrong", "follows", "follows", "follows"]


def test_values_lead_to_values_and_to_slopes():
    """y = 0.6: J = ½·0.4² = 0.08, ∂J/∂w = −0.4·0.6·0.4·2 = −0.192."""
    marked = marks("neuron", "y = 0.6", "J = 0.08", "dJ/dw = -0.192", at=NEURON)
    assert verdicts(marked) == ["wrong", "follows", "follows"]
    assert marked[2].note == "correct work from your y = 0.6"


def test_rounded_work_follows_too():
    """t1 = 0.5 taken on with b1 = 0.54: t2 = sin(1.04) = 0.86."""
    assert verdicts(marks("lattice", "t1 = 0.5", f"t2 = {math.sin(1.04):.2f}")) == ["wrong", "follows"]


def test_digits_that_were_not_written_follow_too():
    """u = 1.23456 is wrong, and written 1.235; v = 100u = 123.456, not 123.5, w = v + 10u = 135.80."""
    graph = "x = 2\nu = sin(x)\nv = 100*u\nw = v + 10*u"
    marked = marks(graph, "u = 1.235", "v = 123.456", "w = 135.80")
    assert verdicts(marked) == ["wrong", "follows", "follows"]
    assert verdicts(marks(graph, "u = 1.235", "v = 123.56")) == ["wrong", "wrong"]  # Beyond 123.45 to 123.55.
    assert verdicts(marks(graph, "u = 1.235", "v = 130")) == ["wrong", "wrong"]


def test_vectors_that_are_rounded_where_they_are_written_follow():
    """h = [1/3, −2/3] is wrong, W h = [1/3 − 4/3, 3/3 − 8/3] = [−1, −1.6667]; as written it gives [−1.01, −1.69]."""
    graph = "W = [[1, 2], [3, 4]]\nx = [1, -2]\nh = 1*x\ny = W @ h\nL = sum(y)"
    assert verdicts(marks(graph, "h = [0.33, -0.67]", "y = [-1, -1.667]")) == ["wrong", "follows"]
    assert verdicts(marks(graph, "h = [0.33, -0.67]", "y = [-1, -1.75]")) == ["wrong", "wrong"]  # 0.035 at most.


def test_vectors_follow_and_are_diagnosed():
    graph = "W = [[1, 2], [3, 4]]\nx = [1, -1]\nh = W @ x\nL = sum(h^2)"
    # h = [−1, −1], ∂L/∂h = 2h = [−2, −2]; ∂L/∂x = Wᵀ[−2, −2] = [−8, −12], without the transpose [−6, −14].
    (mark,) = marks(graph, "dL/dx = [-6, -14]")
    assert (mark.verdict, mark.diagnosis.kind) == ("wrong", "transpose")
    marked = marks(graph, "dL/dh = [2, -2]", "dL/dx = [-4, -4]")  # Wᵀ[2, −2] = [2 − 6, 4 − 8].
    assert verdicts(marked) == ["wrong", "follows"]
    assert verdicts(marks(graph, "dL/dh[0] = 2", "dL/dx[1] = -4")) == ["wrong", "follows"]
    (mark,) = marks(graph, "dL/dh[0] = 2")
    assert mark.diagnosis.kind == "sign"


def test_nothing_is_claimed_when_nothing_fits():
    (mark,) = marks("network-a", "dL/dx1 = -73.9")
    assert (mark.verdict, mark.diagnosis) == ("wrong", None)


def test_two_mistakes_as_small_are_both_named():
    """Two paths with the same product: either may be missing."""
    (mark,) = marks("input x = 3\nu = 2*x\nv = 2*x\ny = u + v", "dy/dx = 2")
    assert mark.diagnosis.text.startswith("either ")
    assert " or " in mark.diagnosis.text


def test_too_few_digits_do_not_follow_either():
    """With --sig 3, u = 1.23 is wrong, and v = 100u has two digits."""
    text = "x = 2\nu = sin(x)\nv = 100*u"
    key = Key(run(backcalc.parse(text).objects, from_mapping({}, Source("graph", text))), Tolerance(significant=3))
    for second, verdict in (("v = 1.2*10^2", "wrong"), ("v = 123", "follows"), ("v = 9*10^1", "wrong")):
        source = Source("answers", f"u = 1.23\n{second}")
        assert verdicts(key.mark(source, read_answers(source)[0])[0]) == ["wrong", verdict]


ZEROS = "input a = 0.02; input b = 3; input c = 5\ny = a*b\nz = a^2\nu = b*c\nL = u + z\noutput L\n"  # z = 0.0004


@pytest.mark.parametrize(
    ("sheet", "verdict"),
    [
        ("y = 0.06; u = 15; L = 15; z = 0.00", "rounding"),
        ("y = 0.06; u = 15; L = 15; z = 0", "wrong"),  # No decimals: a zero.
        ("y = 0.06; u = 15; L = 15; z = 1 - 1", "wrong"),  # A zero that is worked out is one all the same.
        ("y = 0.06; u = 15; L = 15; z = 0.5 - 0.5", "wrong"),
        ("y = 0.06; u = 15; L = 15; z = 0.0000", "wrong"),  # To so many decimals it is 0.0004.
        ("y = 0.05; u = 14; L = 15; z = 0.00", "wrong"),  # Most else does not hold.
        ("y = 0.00; u = 0.00; L = 0.00; z = 0.00", "wrong"),
        ("z = 0.00", "wrong"),  # Nothing shows how this sheet works.
    ],
)
def test_a_zero_with_decimals_may_be_a_rounded_result(sheet, verdict):
    graph, source = backcalc.parse(ZEROS), Source("sheet", sheet)
    key = Key(run(graph.objects, {}))
    assert verdicts(key.mark(source, read_answers(source)[0])[0])[-1] == verdict


SMALL = "input x = [1, 2, 3]; input c = 5\ny = 0.001*sum(x^2)\nu = c^2\nL = y + u\n"  # ∂L/∂x = [0.002, 0.004, 0.006]


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("[0, 0, 0]", "wrong"),  # Work to two decimals gives 0 for 0.001, and a zero shows no work.
        ("[[0], [0], [0]]", "wrong"),
        ("[0.00, 0.00, 0.00]", "rounding"),
        ("[0.0, 0.0, 0.0]", "rounding"),
        ("[0.000, 0.000, 0.000]", "wrong"),
        ("[0.00, 0.00, 0.01]", "rounding"),
        ("[0.002, 0.004, 0.006]", "right"),
    ],
)
def test_an_array_of_zeros_is_a_zero(answer, verdict):
    for others, found in (("y = 0.014; u = 25; L = 25.014; ", verdict), ("y = 1; u = 2; L = 3; ", "wrong")):
        source = Source("sheet", f"{others}dL/dx = {answer}")
        mark = Key(run(backcalc.parse(SMALL).objects, {})).mark(source, read_answers(source)[0])[0][-1]
        # On a poor sheet a zero is a guess; what has digits is not.
        assert mark.verdict == (verdict if any(digit in answer for digit in "1246") else found)


@pytest.mark.parametrize(
    ("sheet", "tolerance", "verdict"),
    [
        ("y = 0.07; u = 21", Tolerance(0.01), "wrong"),
        ("u = 20; L = 20.4", Tolerance(), "follows"),
        ("u = 20; L = 20.6", Tolerance(), "wrong"),
        ("u = 20; L = 20.4", Tolerance(0.1), "follows"),
        ("u = 20; L = 20.4", Tolerance(0.001), "wrong"),
        ("u = 20; L = 20.0", Tolerance(significant=3), "follows"),
        ("u = 20; L = 20", Tolerance(significant=3), "wrong"),
    ],
)
def test_what_follows_does_so_by_the_measure_that_is_asked(sheet, tolerance, verdict):
    graph, source = backcalc.parse(ZEROS), Source("sheet", sheet)
    key = Key(run(graph.objects, {}), tolerance)
    assert verdicts(key.mark(source, read_answers(source)[0])[0])[-1] == verdict


@pytest.mark.parametrize("answer", ["y = 1000", "y = 1.2345678", "dy/dx = 1.00", "y = -12.3"])
def test_nothing_is_near_what_is_no_number(answer):
    (mark,) = marks("y = x^200/x^199", answer, at={"x": 1000.0})
    assert math.isnan(mark.expected)
    assert (mark.verdict, mark.diagnosis) == ("wrong", None)
    assert mark.note in ("y has no value at this point", "y has no derivative by x at this point")


def test_the_logarithm_to_base_ten_is_told_once():
    value, slope, after = marks("network-a", "L = 1", "dL/do = -4.34", "dL/dv1 = 4.34")
    assert value.diagnosis.text == "log is the natural logarithm, not that to base 10"
    assert slope.verdict == "repeats"
    assert after.verdict == "follows"


NET = "input x = [2, 3], W = [[1, -2], [1, 3]], c = [3, -1]\nu = relu(W @ x)\no = dot(c, u)\nL = o^2\n"


def test_arrays_of_whole_numbers_claim_no_interval():
    """Of a sheet of few digits they would, and nearly any mistake would fit."""
    right = ["u = [0, 11]", "o = -11", "L = 121", "dL/do = -22", "dL/du = [-66, 22]"]
    (*_, slipped) = marks(NET, *right, "dL/dW = [[0, 0], [45, 66]]")
    assert (slipped.verdict, slipped.diagnosis) == ("wrong", None)
    (*_, gate) = marks(NET, *right, "dL/dW = [[-132, -198], [44, 66]]")
    assert "gate is ignored" in gate.diagnosis.text


def test_one_digit_of_each_element_tells_no_mistake():
    h1, h2, v = marks("rnn", "h1 = [0.462, -0.604]", "h2 = [0.2, 0.3]", "dL/dv = (1, 2)")
    assert h1.verdict == "right"
    assert (h2.verdict, h2.diagnosis, v.verdict, v.diagnosis) == ("wrong", None, "wrong", None)


def test_zeros_beside_what_is_right_are_no_rounding():
    (mark,) = marks("input x = [1, -2]\np = softmax(x)", "dp/dx = [[0.04518, 0], [0, 0.04518]]")
    assert (mark.verdict, mark.note) == ("wrong", "")
    assert mark.diagnosis is not None
    assert "softmax has a full Jacobian" in mark.diagnosis.text


def test_what_follows_is_told_of_the_value_in_its_own_step():
    text = "input x = [1, 2]\nu = 3*x\no = sum(u)\nL = log(o)\n"
    *_, slope = marks(text, "u = [3, 7]", "o = 11.0", "dL/do = 0.0909")
    assert (slope.verdict, slope.note) == ("follows", "correct work from your o = 11.0")


SMALL_NUMBERS = [
    # The product of two such numbers is 0, and has no sign.
    ("y = 1.2346e-200*x", "x=1", "dy/dx = 1.236e-200", "rounding"),
    ("y = 1.2346e-200*x", "x=1", "dy/dx = -1.236e-200", "wrong"),
    # No number is a zero for being small beside what it is made of.
    ("y = 1/x", "x=1e5", "y = 9e-5", "wrong"),
    ("y = x*z", "x=1e10,z=1e-10", "y = 7", "wrong"),
    ("y = x*z", "x=0,z=1e10", "y = 7", "wrong"),
    ("y = exp(x)", "x=-25", "y = 1e-8", "wrong"),
    ("y = exp(x)", "x=-25", "dy/dx = 0", "wrong"),
    ("y = x^2", "x=1e-6", "y = 1e-10", "wrong"),
    ("y = sin(x)", "x=1e9", "y = -0.1", "wrong"),
    ("y = 1/(a + b - c)", "a=0.1,b=0.2,c=0.3", "y = 3", "wrong"),
    ("y = relu(d); d = a + b - c", "a=0.1,b=0.2,c=0.3", "dy/dd = 0", "wrong"),
    # What rounding alone has left of a zero is one.
    ("y = a + b - c", "a=0.1,b=0.2,c=0.3", "y = 0", "right"),
    ("y = a + b - c", "a=0.1,b=0.2,c=0.3", "y = 1e-17", "right"),
    ("y = a + b - c", "a=0.1,b=0.2,c=0.3", "y = 1e-3", "wrong"),
    ("y = 5*d^2; d = a + b - c", "a=0.1,b=0.2,c=0.3", "y = 0", "right"),
    ("y = sin(d); d = a + b - c", "a=0.1,b=0.2,c=0.3", "y = 0", "right"),
    ("L = (y - t)^2; y = a + b", "a=0.1,b=0.2,t=0.3", "dL/da = 0", "right"),
    ("L = (y - t)^2; y = a + b", "a=0.1,b=0.2,t=0.3", "dL/da = 1e-3", "wrong"),
    ("y = sin(x)", "x=pi", "y = 0", "right"),
    ("y = sin(x)", "x=pi/2", "dy/dx = 0", "right"),
    ("y = 3*sin(2*x)*z", "x=pi/4,z=1e3", "dy/dx = 0", "right"),
]


@pytest.mark.parametrize(("graph", "at", "answer", "verdict"), SMALL_NUMBERS)
def test_a_small_number_is_a_zero_only_where_something_cancels(graph, at, answer, verdict):
    source = Source("answers", answer)
    key = Key(run(backcalc.parse(graph).objects, read_point([at])))
    assert verdicts(key.mark(source, read_answers(source)[0])[0]) == [verdict]


@pytest.mark.parametrize(
    ("answer", "note"),
    [
        ("dy/dz = 0.9999", "the last digit is off by one"),  # 1.0000 cut off is 1.0000.
        ("dy/dz = 1.001", "the last digit is off by one"),
        ("dy/dx = 2.34567", "the last digit is cut off, not rounded"),
    ],
)
def test_a_last_digit_is_cut_off_or_off_by_one(answer, note):
    (mark,) = marks("y = 2.3456789*x + z", answer, at={"x": 1.0, "z": 2.0})
    assert (mark.verdict, mark.note) == ("rounding", note)
