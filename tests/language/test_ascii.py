"""`fmt --ascii`: what has an ASCII spelling gets it, what it means stays, and names stay what they are."""

from __future__ import annotations

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from strategies import programs, typed, without_places

import backcalc
from backcalc.cli.group import cli
from backcalc.language.ascii import in_ascii
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.rules.primitives import ALIASES
from backcalc.text.source import Source

OTHERS = {other: name for other, name in ALIASES.items() if not other.isascii()}


def plain(text: str) -> str:
    """`text` formatted, in ASCII."""
    return format_program(in_ascii(parse(Source("test", text)), OTHERS))


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("y = σ(x)", "y = sigmoid(x)"),
        ("y = sigmoid(x) + ln(x)", "y = sigmoid(x) + ln(x)"),
        ("y = π*x + ∞", "y = pi*x + inf"),
        ("y = ½*x − x^½", "y = 1/2*x - x^(1/2)"),
        ("y = x/½", "y = x/(1/2)"),
        ("∂v/∂u = ⅔", "d(v)/d(u) = 2/3"),
        ("u → v : ¾", "u -> v : 3/4"),
        ("y = Aᵀ @ x² · √(t)", "y = A.T @ x^2*sqrt(t)"),
        ("def q(x) = ceil(x) { ∂q/∂x = ⅛ }", "def q(x) = ceil(x) { d(q)/d(x) = 1/8 }"),
        ("for k in 1..2 { y{k} = σ(k) }", "for k in 1..2 { y{k} = sigmoid(k) }"),
        ("input η = ¼ in [0, π]", "input η = 1/4 in [0, pi]"),
        ("input a = ⅓, b[2]", "input a = 1/3, b[2]"),
        ("y = x # σ", "y = x  # σ"),
        # What the file defines keeps its name, and so does what would meet such a name.
        ("def σ(x) = 2*x; y = σ(x)", "def σ(x) = 2*x\ny = σ(x)"),
        ("def sigmoid(x) = 2*x; y = σ(x)", "def sigmoid(x) = 2*x\ny = σ(x)"),
        ("π = 3; y = π*x", "π = 3\ny = π*x"),
        ("pi = 3; y = π*x", "pi = 3\ny = π*x"),
        ("input pi; y = π*x", "input pi\ny = π*x"),
        ("for k in 1..2 { pi = 3 }; y = π*x", "for k in 1..2 { pi = 3 }\ny = π*x"),
    ],
)
def test_in_ascii(text, page):
    assert plain(text) == f"{page}\n"


@settings(deadline=None, derandomize=True, max_examples=40)
@given(programs())
def test_it_is_said_once(text):
    once = plain(text)
    assert plain(once) == once


@settings(deadline=None, derandomize=True, max_examples=40)
@given(programs())
def test_what_is_ascii_stays(text):
    ascii_text = format_program(parse(Source("test", text))).encode("ascii", "ignore").decode()
    try:
        program = parse(Source("test", ascii_text))
    except backcalc.BackcalcError:
        return
    assert typed(without_places(in_ascii(program, OTHERS).statements)) == typed(without_places(program.statements))


def test_the_values_stay():
    text = "input x = 0.3\ny = σ(π*x) + x^½ − ⅔*x²\n"
    assert backcalc.parse(plain(text)).run({}).value == backcalc.parse(text).run({}).value


def test_the_option():
    found = CliRunner().invoke(cli, ["fmt", "--ascii", "-"], input="y = σ(x)²\n")
    assert (found.exit_code, found.stdout) == (0, "y = sigmoid(x)^2\n")
