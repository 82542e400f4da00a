"""`fmt --ascii` and `fmt --unicode`: each is the way back from the other, and names stay what they are."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from strategies import programs, typed, without_places

import backcalc
from backcalc.cli.group import cli
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.language.spelling import in_ascii, in_signs
from backcalc.rules.primitives import ALIASES
from backcalc.text.source import Source

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.bg"))
OTHERS = {other: name for other, name in ALIASES.items() if not other.isascii()}


def plain(text: str) -> str:
    """`text` formatted, in ASCII."""
    return format_program(in_ascii(parse(Source("test", text)), OTHERS))


def printed(text: str) -> str:
    """`text` formatted, with the signs of print."""
    return format_program(in_signs(parse(Source("test", text)), OTHERS))


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
        ("for pi in 1..2 { t{pi} = π*pi }", "for pi in 1..2 { t{pi} = π*pi }"),
        ("y = sum(π*pi for pi in 1..3)", "y = sum(π*pi for pi in 1..3)"),
        # A node that is called as a function is, is no function.
        ("z = (x - μ)/σ; y = σ(z)", "z = (x - μ)/σ\ny = sigmoid(z)"),
        ("y = 1e−5*x", "y = 1e-5*x"),
    ],
)
def test_in_ascii(text, page):
    assert plain(text) == f"{page}\n"


@pytest.mark.parametrize(
    ("text", "page"),
    [
        ("y = sigmoid(x) + ln(x)", "y = σ(x) + ln(x)"),
        ("y = pi*x + inf", "y = π*x + ∞"),
        ("y = 1/2*x - x^(1/2)", "y = ½*x - x^½"),
        ("y = x*1/2 + 1.0/2 + 2/4", "y = x*1/2 + 1.0/2 + 2/4"),  # Only what `--ascii` writes for a fraction is one.
        ("y = x/(1/2)", "y = x/½"),
        ("d(v)/d(u) = 2/3", "∂v/∂u = ⅔"),
        ("dv/du = 2/3", "dv/du = ⅔"),
        ("u -> v : 3/4", "u -> v : ¾"),
        ("u v 1/4", "u v ¼"),
        ("def q(x) = ceil(x) { d(q)/d(x) = 1/8 }", "def q(x) = ceil(x) { ∂q/∂x = ⅛ }"),
        ("for k in 1..2 { d(y{k})/d(x) = sigmoid(k) }", "for k in 1..2 { ∂(y{k})/∂(x) = σ(k) }"),
        ("input x = 1/4 in [0, pi]", "input x = ¼ in [0, π]"),
        ("y = normcdf(x) + normpdf(x)  # sigmoid", "y = Φ(x) + φ(x)  # sigmoid"),
        ("sigmoid = 2; y = sigmoid*x", "sigmoid = 2\ny = sigmoid*x"),
        ("def sigmoid(x) = 2*x; y = sigmoid(x)", "def sigmoid(x) = 2*x\ny = sigmoid(x)"),
        ("z = (x - μ)/σ; y = sigmoid(z)", "z = (x - μ)/σ\ny = σ(z)"),
        ("for pi in 1..2 { t{pi} = pi }", "for pi in 1..2 { t{pi} = pi }"),
    ],
)
def test_in_signs(text, page):
    assert printed(text) == f"{page}\n"


@settings(max_examples=40)
@given(programs())
def test_each_is_the_way_back_from_the_other(text):
    there, back = plain(text), printed(text)
    assert plain(back) == there
    assert printed(there) == back
    assert (plain(there), printed(back)) == (there, back)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_goes_there_and_back(path):
    text = path.read_text("utf-8")
    assert plain(printed(text)) == plain(text)
    assert printed(plain(text)) == printed(text)


@settings(max_examples=40)
@given(programs())
def test_it_is_said_once(text):
    once = plain(text)
    assert plain(once) == once


@settings(max_examples=40)
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
    value = backcalc.parse(text).run({}).value
    assert backcalc.parse(plain(text)).run({}).value == backcalc.parse(printed(plain(text))).run({}).value == value


@pytest.mark.parametrize(
    ("option", "text", "page"),
    [
        (["--ascii"], "y = σ(x)²\n", "y = sigmoid(x)^2\n"),
        (["--unicode"], "y = sigmoid(x)^2\n", "y = σ(x)^2\n"),
        # What the author wrote stays, unless it is asked for otherwise.
        ([], "y = sigmoid(x)^2\n", "y = sigmoid(x)^2\n"),
        ([], "y = σ(x)²\n", "y = σ(x)^2\n"),
    ],
)
def test_the_option(option, text, page):
    found = CliRunner().invoke(cli, ["fmt", *option, "-"], input=text)
    assert (found.exit_code, found.stdout) == (0, page)


def test_one_of_the_two():
    found = CliRunner().invoke(cli, ["fmt", "--ascii", "--unicode", "-"], input="y = x\n")
    assert (found.exit_code, found.output.count("not both")) == (2, 1)
