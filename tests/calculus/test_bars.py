"""No factor comes below the bar of a printed derivative by which the function does not divide, for it may be 0."""

from __future__ import annotations

import math
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.calculus.derive import derive
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.values import literal

law = settings(max_examples=40)

INPUTS = ("x", "y", "z")
POINTS = (0.0, 1.0, -1.0, 2.0, 0.5, -0.5)
CONSTANTS = ("0", "1", "-1", "2", "3", "-2", "1/2", "-1/2", "0.3", "1.5")
EXPONENTS = ("n", "k", "2", "n + 1", "1 - n", "2*n", "-n", "n/2", "k*n")
FORMS = ("{a}*{b}", "{a}/{b}", "{a} + {b}", "{a} - {b}", "{a}^({by})", "{v}^({by})*{b}", "({v}/{w})^({by})")
FORMS += ("1/(1 + {v}^({by}))", "{v}^({by})/({w}^n + {v}^({by}))", "1/(1 + ({v}/{w})^({by}))", "exp(-{a})", "sqrt({a})")


@st.composite
def formulas(draw, levels=3):
    """Products, quotients and powers, in brackets."""
    if levels == 0 or draw(st.integers(0, 4)) == 0:
        return draw(st.sampled_from([*INPUTS, "x", "n", "k", "2"]))
    parts = {"a": draw(formulas(levels - 1)), "b": draw(formulas(levels - 1))}
    letters = {each: draw(st.sampled_from(INPUTS)) for each in "vw"}
    return f"({draw(st.sampled_from(FORMS)).format(**parts, **letters, by=draw(st.sampled_from(EXPONENTS)))})"


def value(run, name):
    return run.values[run.graph.index[name]]


def printed(text, of="Q"):
    """The derivatives as `run` writes them, by input; those that are nan everywhere left out."""
    gradient = backcalc.parse(text).run({}, of=of).run.gradient
    written = {name: unparse(literal(found)) for name, found in gradient.items()}
    return {name: formula for name, formula in written.items() if "nan" not in formula}


def derived(text, by):
    return "\n".join(map(unparse_statement, derive(backcalc.parse(text).objects, ["Q"], by).statements))


def assert_equal_at(text, at, forms, graphs):
    """Where the gradient has a value, formulas and the derived graph have that value."""
    plain, asked, again = graphs
    for name, slope in plain.run(at, of="Q").run.gradient.items():
        if math.isfinite(slope) and name in forms:
            near = pytest.approx(slope, rel=1e-6, abs=1e-9)
            assert value(asked.run(at, of="Q").run, f"slope_{name}") == near, (text, forms[name], at)
            assert value(again.run(at, of="Q").run, f"dQ_d{name}") == near, (text, name, at)


@law
@given(formulas(), formulas(), st.sampled_from(CONSTANTS), st.sampled_from(CONSTANTS), st.data())
def test_a_printed_derivative_has_a_value_where_the_gradient_has(inner, outer, n, k, data):
    text = f"const n = {n}\nconst k = {k}\nu = {inner}\nQ = u*{outer}"
    forms = printed(text)
    lines = [f"slope_{name} = {formula}" for name, formula in forms.items()]
    again = backcalc.parse(derived(text, list(forms))) if forms else None
    graphs = backcalc.parse(text), backcalc.parse("\n".join([text, *lines])), again
    for _ in range(4 if forms else 0):
        at = {name: data.draw(st.sampled_from(POINTS)) for name in graphs[0].objects.inputs}
        assert_equal_at(text, at, forms, graphs)


ROWS = [
    ("Q = A*x^n", "A*n*x^(n - 1)"),
    ("Q = A*x^n/B", "A*n*x^(n - 1)/B"),
    ("Q = x^n*x*A", None),
    ("Q = A*(x/c)^n", "A*n*(x/c)^(n - 1)/c"),
    ("Q = 1/(1 + (x/c)^(2*n))", None),
    ("Q = A*x^n/(k^n + x^n)", "n*(A - Q)*x^(n - 1)/(k^n + x^n)"),
    ("u = x^n*y; Q = u*(2 - x)", None),
    ("Q = a*x^(n + 1)/b + x^n/b", None),
]


@pytest.mark.parametrize(("text", "form"), ROWS)
@pytest.mark.parametrize("n", ["1", "2", "3"])
def test_of_a_constant_power_nothing_divides_by_its_base(text, form, n):
    whole = f"const n = {n}; {text}".replace("; ", "\n")
    found = printed(whole)["x"]
    assert form is None or found == form
    plain = backcalc.parse(whole)
    asked, again = backcalc.parse(f"{whole}\nslope_x = {found}"), backcalc.parse(derived(whole, ["x"]))
    others = [name for name in plain.objects.inputs if name != "x"]
    for x, other in product((0.0, 1.0, 2.0), (1.0, 2.0)):
        assert_equal_at(whole, {"x": x} | dict.fromkeys(others, other), {"x": found}, (plain, asked, again))


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("const a = 0.3; Q = A*x^a*L^(1 - a)", "a*Q/x"),  # Below 1 an exponent has x below the bar.
        ("const a = -2; Q = A*x^a", "a*Q/x"),
        ("Q = A*x^a", "a*Q/x"),
        ("const n = 2; Q = log(x^n)", "n/x"),
        ("const n = 2; Q = A/x^n", "-Q*n/x"),
    ],
)
def test_what_is_below_the_bar_already_may_be_named(text, form):
    assert printed(text.replace("; ", "\n"))["x"] == form


def test_a_common_factor_leaves_no_bar_behind():
    """x^n*(a/x + b) has no value at 0, where n*x^(n - 1) has one."""
    for text in ("Q = (a*x^(n + 1) + b*x^n)*c/d", "Q = (x^n + a*x^(1 - n))/d", "Q = x^n*x^m/d"):
        whole = f"const n = 2\nconst m = 0.5\n{text}"
        assert "/x" not in printed(whole)["x"], whole
