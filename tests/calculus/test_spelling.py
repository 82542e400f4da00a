"""Functions, numbers and constants stand in every formula as the file spells them."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner

from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import unparse
from backcalc.rules.values import Spelt, add, literal, multiply, spelt
from backcalc.text.source import Source


@pytest.mark.parametrize(
    ("function", "formula", "derivative"),
    [
        ("log(x) = 3*x", "2^x + z", "2^x*ln(2)"),
        ("ln(x) = 3*x", "2^x + ln(z)", "2^x*log(2)"),
        ("sigmoid(x) = 3*x", "z*softplus(x)", "z*σ(x)"),
        ("σ(x) = 3*x", "z*softplus(x) + σ(z)", "z*sigmoid(x)"),
    ],
)
def test_a_function_of_the_files_own_is_not_taken_for_the_tables(function, formula, derivative):
    assert adjoint(f"def {function}\ny = {formula}") == derivative


def adjoint(text: str, of: str = "x") -> str:
    """∂y/∂of of a file whose inputs have no values, as a formula or number."""
    value = run(load(Source("test", text)), {}).gradient[of]
    return unparse(literal(value))


@pytest.mark.parametrize(
    ("formula", "derivative"),
    [
        ("x*z*pi", "pi*z"),
        ("π*x*z*2", "2*π*z"),
        ("z*x*0.10", "0.10*z"),
        ("1e-5*x*z", "1e-5*z"),
        ("½*x*z", "½*z"),
        ("x*z/3", "z/3"),
        ("1/3*x*z", "z/3"),
        ("x*z/sqrt(2)", "z/sqrt(2)"),
        ("sqrt(2)*x*z", "sqrt(2)*z"),
        # Nobody reads 0.0013157894736842105, nor two bars.
        ("0.5*z^2 + x*z/760", "z/760"),
        ("0.5*z^2 + x*z/760/(1 + z)", "z/(760*(1 + z))"),
        ("0.5*z^2 + x*z/8", "0.125*z"),
        ("sqrt(2*pi)*x*z", "sqrt(2*pi)*z"),
        ("z*x^e", "z*e*x^(e - 1)"),
        ("x^2.50*z", "2.50*x^1.5*z"),
        ("log2(x)*z", "z/(x*log(2))"),
        ("z*softplus(x) + σ(z)", "z*σ(x)"),
        ("z*softplus(x) + sigmoid(z)", "z*sigmoid(x)"),
        ("z*softplus(x)", "z*sigmoid(x)"),
        ("z*2^x + ln(z)", "z*2^x*ln(2)"),
        ("z*2^x + ln'(z)", "z*2^x*ln(2)"),
        ("z*softplus(x) + σ'(z)", "z*σ(x)"),
        ("z*softplus(x) + σ''(z)", "z*σ(x)"),
        ("z*2^x + log(z)", "z*2^x*log(2)"),
        # What is short in numbers is a number; so is what has met one that the file does not write.
        ("2*3*x*z", "6*z"),
        ("sqrt(4)*x*z", "2*z"),
        ("0.5*x*z + 0.5*x*z", "z"),
    ],
)
def test_a_derivative_keeps_the_file_s_spelling(formula, derivative):
    assert adjoint(f"y = {formula}") == derivative


def test_the_first_of_two_names_of_a_function_is_the_file_s():
    text = "a = ln(z)\nb = log(z)\ny = a*b*2^x"
    assert "ln(2)" in adjoint(text)
    assert "log(2)" in adjoint("b = log(z)\na = ln(z)\ny = a*b*2^x")


def test_two_spellings_of_a_number_are_both_kept():
    assert adjoint("y = 0.50*x*z + ½*t*z") == "0.50*z"
    assert adjoint("y = 0.50*x*z + ½*t*z", "t") == "½*z"


def test_a_run_at_a_point_is_of_plain_numbers():
    found = run(load(Source("test", "y = x*sqrt(2)*pi")), {"x": 2.0})
    assert not any(isinstance(term, Spelt) for term in found.linear.evaluation.terms)


FILE = "input x = 1e-5\nw = 1/3\nu = ln(x + e) + pi*x\nv = σ(w*u + sqrt(2))\nq = softplus(u)\ny = v*q*0.10\n"


@pytest.mark.parametrize("command", ["run", "explain", "derive", "fmt"])
def test_a_command_prints_the_file_s_spelling(command):
    out = CliRunner().invoke(cli, [command, "-"], input=FILE).stdout
    for word in ("ln(", "σ(", "sqrt(2)", "1/3", "0.10"):
        assert word in out, word
    assert not re.search(r"sigmoid|log\(|\b2\.718|\b3\.14|1\.414", out)


def test_paths_print_the_file_s_spelling():
    out = CliRunner().invoke(cli, ["paths", "-"], input=FILE.replace(" = 1e-5", "")).stdout
    assert "1/(x + e) + pi" in out
    assert "σ(u)" in out


# ---- Numbers that know their spelling --------------------------------------------------------------------------------


def said(text: str, value: float) -> float:
    """The number `value`, spelt so."""
    return spelt(value, parse_expression(Source("test", text)))


def test_a_spelt_number_computes_as_the_number():
    two = said("√2", 2**0.5)
    assert isinstance(two, Spelt)
    assert two == 2**0.5
    assert type(two + 1.0) is float
    assert repr(two) == repr(2**0.5)


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (multiply(1.0, said("0.10", 0.1)), "0.10"),
        (multiply(said("pi", 3.141592653589793), 2.0), "2*pi"),
        (add(said("pi", 3.141592653589793), said("pi", 3.141592653589793)), "2*pi"),
        (multiply(said("0.10", 0.1), 20.0), "2"),
    ],
)
def test_what_is_made_of_spelt_numbers_is_spelt(found, text):
    assert unparse(literal(found)) == text
