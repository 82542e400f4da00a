"""Functions that other languages have: each name leads to what this one calls it, and what the hint says works."""

from __future__ import annotations

import re

import pytest
from graphs import refusals

import backcalc
from backcalc.language.elsewhere import ELSEWHERE, hint_for
from backcalc.rules.primitives import ALIASES, PRIMITIVES
from backcalc.text.errors import BackcalcError

rows = pytest.mark.parametrize("row", ELSEWHERE, ids=[row.names.split()[0] for row in ELSEWHERE])


@rows
def test_a_name_leads_to_the_hint(row):
    for name in row.names.split():
        with pytest.raises(BackcalcError) as caught:
            backcalc.parse(f"y = {name}(x)")
        assert [diagnostic.hints for diagnostic in caught.value.diagnostics] == [(row.hint,)]


@rows
def test_what_the_hint_says_works(row):
    inputs = "input x = 0.4; input y = 0.7; input lo = 0; input hi = 1; input a = 0.2; b = a^2"
    assert backcalc.parse(f"{inputs}; z = {row.formula}; s = sum(z)").run({}, of="s").value is not None


@rows
def test_the_formula_is_what_the_hint_shows(row):
    """Every function in the formula stands in the hint, or is a common one."""
    used = set(re.findall(r"[^\W\d]\w*(?=\()", row.formula))
    shown = set(re.findall(r"[^\W\d]\w*", row.hint))
    assert used <= shown | {"concat", "sum", "prod"}


def test_no_name_stands_twice_or_is_one_of_ours():
    names = [name for row in ELSEWHERE for name in row.names.split()]
    assert len(names) == len(set(names)) > 150
    assert not {name for name in names if name in PRIMITIVES or name in ALIASES}


@pytest.mark.parametrize("name", ["LeakyReLU", "leaky_Relu", "ArcTan2", "mean_squared_error", "BCEWithLogitsLoss"])
def test_capitals_and_underlines_do_not_count(name):
    assert hint_for(name)


def test_a_function_s_argument_in_brackets():
    (error,) = _errors("input x = 1\ny = Sin[x]")
    assert error.hints == ("an argument stands in parentheses: sin(x)",)
    assert refusals("v = [1, 2]; y = v[1.5]") == [("bad-index", "1.5")]


def _errors(text):
    with pytest.raises(BackcalcError) as caught:
        backcalc.parse(text)
    return caught.value.diagnostics
