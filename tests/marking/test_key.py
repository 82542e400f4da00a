"""Answers marked by the digits written: half a unit in the last place."""

from __future__ import annotations

import math
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking import check, stated_answers

import backcalc
from backcalc.calculus.digits import AS_WRITTEN, ROUNDED, Tolerance, is_right, unit_in_last_place, wrong_places
from backcalc.calculus.point import from_mapping
from backcalc.calculus.run import run
from backcalc.language.parser import parse, parse_answer
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

law = settings(max_examples=300)


def right(given_text, expected, tolerance=AS_WRITTEN):
    source = Source("answer", f"a = {given_text}")
    return is_right(parse_answer(source).value, expected, source, tolerance)


def marks(text, at=None, of=None):
    """The marked answers of a graph's `#=` lines at a point."""
    program = parse(Source("test", text))
    found = run(backcalc.parse(text).objects, from_mapping(at or {}, program.source), of)
    return check(found, program.source, stated_answers(program.source, program.comments))


# ---- The digits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "expected", "verdict"),
    [
        # Half a unit in the last place, either way.
        ("0.84", 0.8414709848, True),
        ("0.841", 0.8414709848, True),
        ("0.842", 0.8414709848, False),
        # A term of 0.0 takes no digit from a sum; alone it has none.
        ("0.35+0.0", 0.35, True),
        ("0.5*0.70 + 0.0*1.2", 0.35, True),
        ("0.37 + 0.0", 0.35, False),
        ("0.0*1.2", 0.35, False),
        ("0.8415", 0.8414709848, True),
        ("0.8414", 0.8414709848, False),  # Cut off, not rounded.
        ("0.8", 0.8414709848, True),
        ("1", 0.8414709848, False),  # Rounds right, and is 19 % off.
        ("0", 0.8414709848, False),
        ("0.3", 0.35, False),
        ("0.4", 0.35, False),
        ("0.3", 0.3500001, False),
        ("-0.07", -0.0691856694576, True),
        ("0.07", -0.0691856694576, False),
        ("-0.069", -0.0691856694576, True),
        ("-0.068", -0.0691856694576, False),
        # Trailing zeros count.
        ("0.30", 0.304, True),
        ("0.30", 0.3051, False),
        ("0.3", 0.3451, False),
        ("0.300", 0.304, False),
        ("-0.30", -0.2982, True),
        # A whole number has its unit at 1, zeros or not.
        ("100", 100.4, True),
        ("100", 100.6, False),
        ("-100", -100, True),
        ("-100", -99.4, False),
        ("100.", 100.6, False),
        ("7", 7.49, False),
        # Powers of ten shift the unit.
        ("1.5e-3", 0.00154, True),
        ("1.5e-3", 0.00156, False),
        ("1.50e-3", 0.00154, False),
        ("1e2", 140, False),
        ("1e2", 151, False),
        ("2.0E+1", 20.4, True),
        ("2.0E+1", 20.6, False),
        (".5", 0.54, False),
        # Signs, parentheses.
        ("--0.5", 0.5, True),
        ("-0.5", 0.5, False),
        ("+0.5", 0.5, True),
        ("(0.5)", 0.54, False),
        ("-(0.5)", -0.54, False),
        ("0", 0.4, False),
        ("-0", 0, True),
        ("0.0", -0.04, False),
        ("0.49", 0.4949, True),
        ("1.0", 1.049, True),
        ("1", 1.049, True),
        ("1", 1.06, False),  # Further off than 5 %.
        ("36", 36.4, True),
        # What has no significant digit claims zero; a true zero is met by nothing else.
        ("0", 0, True),
        ("0.00", 0, True),
        ("0.00", 0.004, False),
        ("0.001", 0, False),
        # A number times a power of ten claims what its digits do.
        ("8.22*10^-2", 0.082167, True),
        ("8.21*10^-2", 0.082167, False),
        ("-8.91*10^-2", -0.0891, True),
        ("9*10^-2", 0.0903, True),
        ("822/10^4", 0.08217, True),
        # In an expression each decimal claims half a unit, together 1 % of the result at most.
        ("0.5*-0.1782", -0.08915, True),
        ("0.5*-0.1782", -0.0901, False),
        ("0.33*3", 0.999, True),
        ("0.33*3", 1.001, False),
        ("2/3", 0.66667, False),
        ("-1/0.1", -10, True),
        ("-1/0.1", -10.0001, True),
        ("1/3", 1 / 3, True),
        ("1/3", 0.3333, False),
        ("0.1 + 0.2", 0.3, True),  # As exact as float64 is.
        ("2*3", 6.1, False),
        ("sqrt(2)/2", 0.7071067811865476, True),
        ("sin(pi/4)", 0.7071067811865476, True),
        ("pi", 3.14159, False),
        ("-e", -math.e, True),
        # More digits than float64 has.
        ("0.1000000000000000055511151231257827", 0.1, True),
        ("0.1", 0.1 + 1e-17, True),
        ("-0.0691856694576352289", -0.06918566945763523, True),
        ("0.333333333333333333333333", 1 / 3, True),
        ("0.333333333333", 1 / 3, True),
        ("0.333333333334", 1 / 3, False),
        ("12345678901234567890", 12345678901234567890.0, True),
        # What is not finite is right only as itself.
        ("inf", math.inf, True),
        ("-inf", -math.inf, True),
        ("-inf", math.inf, False),
        ("1/0", math.inf, True),
        ("0/0", math.nan, True),
        ("inf - inf", math.nan, True),
        ("inf", math.nan, False),
        ("1e308", math.inf, False),
        ("0", math.nan, False),
        ("inf", 5.0, False),
        ("0/0", 5.0, False),
        # Exponents of any size.
        ("1e-400", 0.3, False),
        ("1e-999999999", 0.3, False),
        ("1e-99999999999999999999999", 0.3, False),
        ("0e99999999999999999999999", 0.3, False),
        ("1.7e308", 1.7e308, True),
        ("5e-324", 5e-324, True),
    ],
)
def test_is_right(given_text, expected, verdict):
    assert right(given_text, expected) is verdict


@pytest.mark.parametrize(
    ("literal", "unit"),
    [("0.30", "0.01"), ("100", "1"), ("1.5e-3", "0.0001"), ("1e2", "100"), (".5", "0.1"), ("5.", "1"), ("007", "1")],
)
def test_unit_in_last_place(literal, unit):
    assert unit_in_last_place(literal) == Decimal(unit)


numbers = st.floats(-1e6, 1e6, allow_subnormal=False)


@law
@given(numbers, st.integers(0, 12))
def test_a_number_rounded_is_right(x, decimals):
    text = f"{x:.{decimals}f}"
    assert right(text, x, ROUNDED)
    assert right(text, x) is (x == 0 or (float(text) != 0 and abs(float(text) - x) <= 0.05 * abs(x)))


@law
@given(numbers, st.integers(0, 16))
def test_a_number_in_scientific_notation_is_right(x, digits):
    assert right(f"{x:.{digits}e}", x, ROUNDED)
    assert right(f"{x:.{digits + 1}e}", x)


@law
@given(st.floats(-1e3, 1e3, allow_subnormal=False), st.integers(0, 8), st.sampled_from((-1, 1)))
def test_a_number_one_unit_off_is_wrong(x, decimals, step):
    unit = Decimal(1).scaleb(-decimals)
    off = Decimal(f"{x:.{decimals}f}") + step * unit
    if right(f"{off:f}", x):  # Half way between two numbers, both are right.
        assert abs(off - Decimal(x)) / unit == pytest.approx(Decimal("0.5"), abs=Decimal("0.02"))
    assert not right(f"{off + step * unit:f}", x)


@law
@given(numbers)
def test_a_number_in_full_is_right_as_an_expression_too(x):
    assert right(repr(x), x)
    assert right(f"{x!r} + 0", x)


# ---- Other measures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "expected", "relative", "verdict"),
    [
        ("101", 100, 0.01, True),  # Exactly as far off as it may be.
        ("101.01", 100, 0.01, False),
        ("-99", -100, 0.01, True),
        ("99", -100, 0.01, False),
        ("202/2", 100, 0.01, True),
        ("203/2", 100, 0.01, False),
        ("0.07", 0.0691856694576, 0.001, False),  # In place of what the digits claim.
        ("0.07", 0.0691856694576, 0.02, True),
        ("0", 0.3, 0.5, False),
        ("0.0", 0.3, 0.5, False),
        ("0", 0, 0.5, True),
        ("0.1", 0, 0.5, False),
        ("inf", 5, 1, False),
        ("5", math.inf, 1, False),
    ],
)
def test_within_a_relative_error(given_text, expected, relative, verdict):
    assert right(given_text, expected, Tolerance(relative)) is verdict


@pytest.mark.parametrize(
    ("given_text", "expected", "significant", "verdict"),
    [
        ("-0.07", -0.0691856694576, 1, True),
        ("-0.07", -0.0691856694576, 2, False),  # 0.069 has two.
        ("-0.069", -0.0691856694576, 2, True),
        ("-0.06919", -0.0691856694576, 4, True),
        ("-0.06914", -0.0691856694576, 3, True),
        ("-0.0691", -0.0691856694576, 3, False),
        ("100", 100.4, 3, True),
        ("100", 100.4, 4, False),
        ("10.0", 9.996, 3, True),
        ("9.99", 9.996, 3, False),
        ("1e2", 123, 1, True),
        ("200/3", 66.7, 3, True),
        ("200/3", 66.7, 4, False),
        ("0", 0, 3, True),
        ("0.001", 0, 3, False),
        ("0", 1e-9, 3, False),
    ],
)
def test_to_significant_digits(given_text, expected, significant, verdict):
    assert right(given_text, expected, Tolerance(significant=significant)) is verdict


def places(given_text, expected, tolerance=AS_WRITTEN):
    source = Source("answer", f"a = {given_text}")
    return list(wrong_places(parse_answer(source).value, np.array(expected, dtype=float), source, tolerance))


@pytest.mark.parametrize(
    ("given_text", "expected", "tolerance", "wrong"),
    [
        ("[1, 2.5]", [1, 2.54], AS_WRITTEN, []),
        ("[1, 2.5]", [1, 2.56], AS_WRITTEN, [(1,)]),
        ("[1, 2.5]", [1.1, 2.56], Tolerance(0.05), [(0,)]),
        ("[1, 2.5]", [1.04, 2.56], Tolerance(0.05), []),
        # 5 % of the largest element; a 0 for a small one.
        ("[1, 20.5]", [1.4, 20.5], AS_WRITTEN, []),
        ("[1, 2]", [1.4, 2], AS_WRITTEN, [(0,)]),
        ("[0, 1.23]", [0.001, 1.23], AS_WRITTEN, []),
        ("[0, 1.23]", [0.004, 1.23], AS_WRITTEN, [(0,)]),
        ("[0.00, 1.23]", [0.004, 1.23], AS_WRITTEN, []),
        ("[0.0, 1.23]", [0.004, 1.23], AS_WRITTEN, [(0,)]),
        ("[0, 0]", [0.004, 1.23], AS_WRITTEN, [(0,), (1,)]),
        ("[0.00, 0.00]", [0.004, 0.003], AS_WRITTEN, [(0,), (1,)]),
        ("[1, 2.5]", [1.1, 2.56], Tolerance(significant=2), [(0,), (1,)]),
        ("2*[1, 2]", [2, 4], AS_WRITTEN, []),
        ("2*[1, 2]", [2, 4.1], AS_WRITTEN, [(1,)]),
        ("2*[1, 2]", [2, 4.1], Tolerance(0.05), []),
        ("2*[1, 0]", [2, 0], Tolerance(significant=2), []),
        ("2*[1, 2]", [2.04, 4.1], Tolerance(significant=2), [(1,)]),
        ("[[1, 2], [3, 4]]", [[1, 0], [3, 5]], AS_WRITTEN, [(0, 1), (1, 1)]),
        ("[[1, 2], 0*[3, 4]]", [[1, 2], [0, 1]], AS_WRITTEN, [(1, 1)]),
        ("1*[1, 2]", [math.inf, 2], AS_WRITTEN, [(0,)]),
        ("1*[1, 2]", [math.inf, 2], Tolerance(0.5), [(0,)]),
        ("[1, 2]/0", [math.inf, math.inf], AS_WRITTEN, []),
        ("[0, 2]/0", [math.nan, -math.inf], AS_WRITTEN, [(1,)]),
        ("[1, 2, 3]", [1, 2], AS_WRITTEN, [()]),
        ("1", [1, 1], AS_WRITTEN, [()]),
        ("[[1, 2]]", [1, 2], AS_WRITTEN, [()]),
    ],
)
def test_which_elements_are_wrong(given_text, expected, tolerance, wrong):
    assert places(given_text, expected, tolerance) == wrong


@law
@given(numbers, st.integers(1, 15))
def test_a_number_rounded_to_significant_digits_is_right_to_them(x, digits):
    assert right(f"{x:.{digits - 1}e}", x, Tolerance(significant=digits))
    assert right(f"{x:.{digits + 3}e}", x, Tolerance(significant=digits))  # More do no harm.


@law
@given(numbers.filter(bool), st.integers(1, 11), st.sampled_from((-1, 1)))
def test_a_number_a_significant_digit_off_is_wrong(x, digits, step):
    unit = Decimal(1).scaleb(Decimal(x).adjusted() - digits + 1)
    off = Decimal(x) + step * unit * Decimal("0.51")
    assert not right(f"{off:e}", x, Tolerance(significant=digits))


# ---- Answers about a graph -------------------------------------------------------------------------------------------

GRAPH = "y = a*b\nz = y + sin(a)\noutput z\n"
AT = {"a": 2, "b": 3}


@pytest.mark.parametrize(
    ("answer", "name", "expected", "verdict"),
    [
        ("y = 6", "y", 6, "right"),
        ("y = 5", "y", 6, "wrong"),
        ("a = 2", "a", 2, "right"),
        ("dz/db = 2", "dz/db", 2, "right"),
        ("dz/da = 2.58", "dz/da", 3 + math.cos(2), "right"),
        ("∂z/∂b = 2", "dz/db", 2, "right"),
        ("d(z)/d(b) = 2.0", "dz/db", 2, "right"),
        ("dy/da = 3", "dy/da", 3, "right"),  # Any numerator,
        ("dy/da = 4", "dy/da", 3, "wrong"),
        ("dz/dz = 1", "dz/dz", 1, "right"),  # itself too,
        ("dy/dz = 0", "dy/dz", 0, "right"),  # and a node that it does not depend on.
        ("db/da = 0", "db/da", 0, "right"),
        ("dz/db = 4/2", "dz/db", 2, "right"),
    ],
)
def test_marks(answer, name, expected, verdict):
    (mark,) = marks(f"{GRAPH}#= {answer}", AT)
    assert (mark.name, mark.verdict) == (name, verdict)
    assert mark.expected == pytest.approx(expected, rel=1e-15)
    assert mark.given == answer.split(" = ")[1]


def test_answers_stand_in_the_order_of_the_text():
    text = "#= y = 6\n" + GRAPH + "#= dz/db = 9 # not so\n# = no answer\n#=dy/db = 2"
    found = [(mark.name, mark.given, mark.verdict) for mark in marks(text, AT)]
    assert found == [("y", "6", "right"), ("dz/db", "9", "wrong"), ("dy/db", "2", "right")]


@pytest.mark.parametrize(
    ("text", "at", "found"),
    [
        (f"{GRAPH}#= q = 1", AT, [("unknown-node", "q = 1")]),
        (
            f"{GRAPH}#= dz/dq = 1\n#= dq/da = 1\n#= dz/da = 1",
            AT,
            [("unknown-node", "dz/dq = 1"), ("unknown-node", "dq/da = 1")],
        ),
        (f"{GRAPH}#= y = 2*q", AT, [("unknown-node", "q")]),
        (f"{GRAPH}#= y = sni(2)", AT, [("unknown-function", "sni")]),
        ("u -> v : 3\n#= v = 1", {}, [("unknown-value", "v = 1")]),
        ("u -> v : 3\n#= u = 1\n#= dv/du = 3", {}, [("unknown-value", "u = 1")]),
    ],
)
def test_refused(text, at, found):
    with pytest.raises(BackcalcError) as caught:
        marks(text, at)
    source = caught.value.source
    assert [(error.code, source.text[slice(*error.span)]) for error in caught.value.diagnostics] == found


@pytest.mark.parametrize(
    ("comments", "lines"),
    [
        ("#= y\n#= y = 6", [1]),
        ("#= y =\n#= = 6\n#= dz/da = 1", [1, 2]),
        ("#=\n#= y = 6", [1]),
        ("#= y = 6 7", [1]),
        ("#= z/a = 2", [1]),
    ],
)
def test_lines_that_are_no_answers_are_all_told(comments, lines):
    with pytest.raises(backcalc.ParseError) as caught:
        marks(f"{comments}\n{GRAPH}", AT)
    source = caught.value.source
    assert [source.line_number(error.span.start) for error in caught.value.diagnostics] == lines


def test_a_misspelt_node_is_guessed():
    with pytest.raises(BackcalcError, match="did you mean `hidden`"):
        marks("hidden = 2*x\n#= dhiden/dx = 2", {"x": 1})


@pytest.mark.parametrize(
    ("answer", "hint"),
    [
        ("dL/dx", "the output is `out`: dout/dx"),
        ("dcost/dx", "the output is `out`: dout/dx"),
        ("dzebra/dx", "the output is `out`: dout/dx"),
        ("dou/dx", "did you mean `out`"),
        ("dL/dout", "the nodes are"),
        ("out'", "a derivative is written with a slash: dout/dhidden"),
        ("doutdx", "a derivative is written with a slash: dout/dx"),
    ],
)
def test_what_is_differentiated_is_guessed_where_it_is_no_node(answer, hint):
    with pytest.raises(BackcalcError, match=hint):
        marks(f"hidden = 2*x\nout = hidden^2\n#= {answer} = 2", {"x": 1})


# ---- Elements, and derivatives that are 0 ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("answer", "first"),
    [
        ("ds/dW_11", "W[0,0]"),
        ("ds/dW₁₁", "W[0,0]"),
        ("ds/dv₁", "v[0]"),
        ("h_2", "h[0]"),
        ("ds/dv_{1}", "v[0]"),
        ("dh_1/dv", "h[0]"),
    ],
)
def test_the_index_of_print_stands_in_brackets(answer, first):
    with pytest.raises(BackcalcError) as caught:
        marks(f"{VECTORS}#= {answer} = 2", {})
    assert caught.value.diagnostics[0].hints == (f"an element is written in brackets, and the first is {first}",)


VECTORS = "input W = [[1, 2], [3, 4]]\ninput v = [5, 6]\nh = W @ v\ns = sum(h*h)\nt = 2*v[0]\noutput s\n"


@pytest.mark.parametrize(
    ("answer", "name", "expected", "verdict"),
    [
        ("h = [17, 39]", "h", [17, 39], "right"),
        ("h[1] = 39", "h[1]", 39, "right"),  # 3·5 + 4·6
        ("h[1] = 38", "h[1]", 39, "wrong"),
        ("W[1] = [3, 4]", "W[1]", [3, 4], "right"),
        ("W[1, 0] = 3", "W[1,0]", 3, "right"),
        ("ds/dh[0] = 34", "ds/dh[0]", 34, "right"),
        ("ds/dW[0,1] = 204", "ds/dW[0,1]", 204, "right"),  # 2·17·6
        ("∂h[1]/∂v = [3, 4]", "dh[1]/dv", [3, 4], "right"),
        ("∂h/∂v[1] = [2, 4]", "dh/dv[1]", [2, 4], "right"),
        ("d(h[0])/d(v[1]) = 2", "dh[0]/dv[1]", 2, "right"),
        ("dh/dv = [[1, 2], [3, 4]]", "dh/dv", [[1, 2], [3, 4]], "right"),
        ("dh[0]/dW[0] = [5, 6]", "dh[0]/dW[0]", [5, 6], "right"),
        ("dh[0]/dW[1,1] = 0", "dh[0]/dW[1,1]", 0, "right"),
    ],
)
def test_an_element_is_marked(answer, name, expected, verdict):
    (mark,) = marks(f"{VECTORS}#= {answer}")
    assert (mark.name, mark.verdict) == (name, verdict)
    assert np.array_equal(mark.expected, expected)


@pytest.mark.parametrize(
    ("answer", "places", "misshapen"),
    [
        ("h = [17, 38]", ((1,),), None),
        ("h = [1, 2]", ((0,), (1,)), None),
        ("h = [1, 2, 3]", ((),), (3,)),
        ("h = 17", ((),), ()),
        ("s = [1, 2]", ((),), (2,)),
        ("s = 1", ((),), None),
    ],
)
def test_what_is_wrong_in_an_array(answer, places, misshapen):
    (mark,) = marks(f"{VECTORS}#= {answer}")
    assert (mark.verdict, mark.places, mark.misshapen) == ("wrong", places, misshapen)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ("dt/dW = [[1, 2], [3, 4]]", "t does not depend on W, so this is 0"),
        ("dt/ds = 1", "t does not depend on s, so this is 0"),
        ("dv/dh = [[1, 2], [3, 4]]", "v does not depend on h, so this is 0; it is h that depends on v"),
        ("dh/dv = [[1, 2], [3, 0]]", None),
        ("dh[0]/dW[1,1] = 3", None),  # An element may be 0 where the whole is not.
        ("ds/ds = 2", None),
    ],
)
def test_a_derivative_by_what_has_no_path_is_told(answer, text):
    (mark,) = marks(f"{VECTORS}#= {answer}")
    assert mark.verdict == "wrong"
    assert (mark.diagnosis and mark.diagnosis.text) == text


@pytest.mark.parametrize(
    ("sheet", "verdicts"),
    [
        # sin 1 = 0.84 and cos 1 = 0.54 to two decimals, their product is 0.45, twice that 0.90; with all digits 0.909.
        ("k[0] = 0.90", ["rounding"]),
        ("k[0] = 0.91; k[1] = 0.45; h[1] = 0.540", ["right", "right", "right"]),
        ("h = [0.84, 0.64]; k[1] = 0.5376; k[0] = 0.91", ["wrong", "follows", "right"]),  # 0.84·0.64
        ("h[1] = 0.64; y = 0.5385", ["wrong", "follows"]),  # 0.84147·0.64, the other element as it is
        ("h[1] = 0.64; y = 0.5376", ["wrong", "follows"]),  # 0.84·0.64: within 0.84147·0.635 and 0.84147·0.645
        ("h[1] = 0.64; y = 0.5330", ["wrong", "wrong"]),
        ("h[0] = 0.9; h[1] = 0.6; y = 0.54", ["wrong", "wrong", "follows"]),
        ("h[0] = 0.5; dy/dh[1] = 0.5; dy/dh[0] = 0.54", ["wrong", "follows", "right"]),
        ("dy/dk = [1, 1]; dk/dx = 3", ["wrong", "wrong"]),
    ],
)
def test_elements_have_every_verdict(sheet, verdicts):
    text = "h = [sin(x), cos(x)]\ny = h[0]*h[1]\nk = [2*y, y]\nz = sum(k)\n"
    assert [mark.verdict for mark in marks_of(text, sheet, {"x": 1})] == verdicts


@pytest.mark.parametrize(
    ("answer", "verdict", "note"),
    [
        ("y = 0.45", "wrong", "this is right as far as it goes; 3 significant digits are asked"),
        ("y = 0.455", "right", ""),
        ("y = 0.47", "wrong", ""),
    ],
)
def test_too_few_digits_are_told(answer, verdict, note):
    source = Source("sheet", answer)
    key = Key(run(backcalc.parse("y = sin(x)*cos(x)").objects, {"x": 1.0}), Tolerance(significant=3))
    ((mark,), _) = key.mark(source, read_answers(source)[0])  # y = 0.45465
    assert (mark.verdict, mark.note) == (verdict, note)


def test_the_given_value_stands_on_one_line():
    (mark,) = marks_of(VECTORS, "h = [17, # the first\n   39]")
    assert mark.given == "[17, 39]"


def marks_of(text, sheet, at=None):
    source = Source("sheet", sheet)
    key = Key(run(backcalc.parse(text).objects, from_mapping(at or {}, source)))
    return key.mark(source, read_answers(source)[0])[0]


@pytest.mark.parametrize(
    ("answer", "code", "hints"),
    [
        ("h[2] = 1", "no-element", ("its last element is h[1]",)),
        ("dh[0]/dW[2,0] = 1", "no-element", ("its last element is W[1,1]",)),
        ("s[0] = 1", "no-element", ()),
        ("h[0,0] = 1", "no-element", ("its last element is h[1]",)),
        ("dq/ds = 1", "unknown-node", ("the nodes are W, v, h, s, t",)),
        ("dh/dS = 1", "unknown-node", ("did you mean `s`?",)),
    ],
)
def test_an_answer_that_cannot_be_marked_keeps_no_other_from_it(answer, code, hints):
    source = Source("sheet", f"{answer}\nt = 10")
    marked, errors = Key(run(backcalc.parse(VECTORS).objects, {})).mark(source, read_answers(source)[0])
    assert [(mark.name, mark.verdict) for mark in marked] == [("t", "right")]
    assert [(error.code, error.hints) for error in errors] == [(code, hints)]


def test_what_is_not_known_keeps_no_other_answer_from_being_marked():
    text = "input v = [1, 2]\nh = W*v\nadjoint h = [3, 4]"
    source = Source("sheet", "dL/dW = [3, 8]\ndL/dv = [3, 4]\nh = [1, 2]\ndL/dh = [3, 4]")
    marked, errors = Key(run(backcalc.parse(text).objects, {})).mark(source, read_answers(source)[0])
    assert [mark.name for mark in marked] == ["dL/dW", "dL/dh"]
    assert [(error.code, error.hints[0][:21]) for error in errors] == [("unknown-value", "give it by --at W=1, ")] * 2
