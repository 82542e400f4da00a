"""Answers marked by the digits written: half a unit in the last place."""

from __future__ import annotations

import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.check import check, stated_answers
from backcalc.digits import is_right, unit_in_last_place
from backcalc.errors import BackcalcError, Source
from backcalc.parser import parse, parse_answer
from backcalc.point import from_mapping
from backcalc.run import run

law = settings(deadline=None, derandomize=True, max_examples=300)


def right(given_text, expected):
    source = Source("answer", f"a = {given_text}")
    return is_right(parse_answer(source).value, expected, source)


def marks(text, at=None, of=None):
    """The marked answers of a graph's `#=` lines at a point."""
    program = parse(Source("test", text))
    found = run(backcalc.parse(text), from_mapping(at or {}, program.source), of)
    return check(found, program.source, stated_answers(program.source, program.comments))


# ---- The digits ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_text", "expected", "verdict"),
    [
        # Half a unit in the last place, either way.
        ("0.84", 0.8414709848, True),
        ("0.841", 0.8414709848, True),
        ("0.842", 0.8414709848, False),
        ("0.8415", 0.8414709848, True),
        ("0.8414", 0.8414709848, False),  # Cut off, not rounded.
        ("0.8", 0.8414709848, True),
        ("1", 0.8414709848, True),
        ("0", 0.8414709848, False),
        ("0.3", 0.35, True),
        ("0.4", 0.35, True),
        ("0.3", 0.3500001, False),
        ("-0.07", -0.0691856694576, True),
        ("0.07", -0.0691856694576, False),
        ("-0.069", -0.0691856694576, True),
        ("-0.068", -0.0691856694576, False),
        # Trailing zeros count.
        ("0.30", 0.304, True),
        ("0.30", 0.3051, False),
        ("0.3", 0.3451, True),
        ("0.300", 0.304, False),
        ("-0.30", -0.2982, True),
        # A whole number has its unit at 1, zeros or not.
        ("100", 100.4, True),
        ("100", 100.6, False),
        ("-100", -100, True),
        ("-100", -99.4, False),
        ("100.", 100.6, False),
        ("7", 7.49, True),
        # Powers of ten shift the unit.
        ("1.5e-3", 0.00154, True),
        ("1.5e-3", 0.00156, False),
        ("1.50e-3", 0.00154, False),
        ("1e2", 140, True),
        ("1e2", 151, False),
        ("2.0E+1", 20.4, True),
        ("2.0E+1", 20.6, False),
        (".5", 0.54, True),
        # Signs, parentheses.
        ("--0.5", 0.5, True),
        ("-0.5", 0.5, False),
        ("+0.5", 0.5, True),
        ("(0.5)", 0.54, True),
        ("-(0.5)", -0.54, True),
        ("0", 0.4, True),
        ("-0", 0, True),
        ("0.0", -0.04, True),
        # An expression must be exact.
        ("-1/0.1", -10, True),
        ("-1/0.1", -10.0001, False),
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
    assert right(f"{x:.{decimals}f}", x)


@law
@given(numbers, st.integers(0, 16))
def test_a_number_in_scientific_notation_is_right(x, digits):
    assert right(f"{x:.{digits}e}", x)


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
        (f"{GRAPH}#= y = 2*a", AT, [("not-constant", "a")]),
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
