"""A run on balls: each digit that it shows is held against mpmath's at higher precision."""

from __future__ import annotations

import json
import math
import re
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import mpmath
import pytest
from click.testing import CliRunner

from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.text.errors import BackcalcError
from backcalc.text.numerals import Certain
from backcalc.text.source import Source

pytest.importorskip("flint")

from flint import arb

from backcalc.analysis.certain_digits import certain
from backcalc.analysis.certified import run_certified
from backcalc.analysis.exact import ExactRun
from backcalc.rules.functions.ball import Ball

mp = mpmath.mp
SAMPLES = Path(__file__).parents[2] / "samples"


def certified(text: str, *at: str, digits: int = 30, **options: Any) -> ExactRun:
    return run_certified(load(Source("a.bg", text)), at, digits, **options)


def command(*words: str, text: str | None = None) -> str:
    return CliRunner().invoke(cli, list(words), input=text, standalone_mode=False).stdout


def is_begun_by(shown: str, truth: Any) -> bool:
    """Whether the digits shown are those that a number begins with."""
    digits, dots, power = shown.partition("…")
    assert dots, shown
    scaled = mp.mpf(truth) / mp.mpf(10) ** int((power or "e0")[1:])
    decimals = len(digits.partition(".")[2])
    cut = mp.floor(abs(scaled) * mp.mpf(10) ** decimals)
    return int(digits.lstrip("-").replace(".", "")) == int(cut) and (scaled < 0) == digits.startswith("-")


def test_the_example_of_the_readme():
    shown = command("run", str(SAMPLES / "lattice.bg"), "--at", "x=1", "--digits", "18", "--certified")
    assert shown.splitlines()[-1].split()[-1] == "-0.0691856694576352289…"


def test_the_example_of_the_docs():
    page = (SAMPLES.parent / "docs" / "numbers.md").read_text(encoding="utf-8")
    begin, words = page.index("$ backcalc run -e 'y = exp(sin(x))'"), ("--at", "x=1", "--certified", "--digits", "30")
    shown = page[page.index("\n", begin) + 1 : page.index("```", begin)]
    assert shown == command("run", "-e", "y = exp(sin(x))", *words)


# Each is a function of x, as mpmath has it.
FUNCTIONS = {
    "sin(x)": mp.sin, "exp(-x^2)": lambda x: mp.exp(-x * x), "tanh(x)": mp.tanh, "log(x)": mp.log,
    "sigmoid(x)": lambda x: 1 / (1 + mp.exp(-x)), "softplus(x)": lambda x: mp.log1p(mp.exp(x)), "erf(x)": mp.erf,
    "x^(1/3)": lambda x: x ** (mp.mpf(1) / 3), "atan(x)/pi": lambda x: mp.atan(x) / mp.pi, "1/x": lambda x: 1 / x,
    "normcdf(x)": mp.ncdf, "relu(x - 1/7)*e": lambda x: max(x - mp.mpf(1) / 7, 0) * mp.e,
    "gelu(x)": lambda x: x * mp.ncdf(x),
    "logsumexp([x, 1, 0])": lambda x: mp.log(mp.exp(x) + mp.e + 1), "norm([x, 1])": lambda x: mp.sqrt(x * x + 1),
    "softmax([x, 2])[0]": lambda x: 1 / (1 + mp.exp(2 - x)), "x^x": lambda x: x**x, "cbrt(x)": mp.cbrt,
    "acosh(1 + x)": lambda x: mp.acosh(1 + x), "sin(floor(exp(x)))": lambda x: mp.sin(mp.floor(mp.exp(x))),
    "x*sign(cos(x))": lambda x: x * mp.sign(mp.cos(x)), "round(sqrt(x))/3": lambda x: mp.nint(mp.sqrt(x)) / 3,
    "det(diag([x, exp(x)]))": lambda x: x * mp.exp(x),
}  # fmt: skip


@pytest.mark.parametrize("text", FUNCTIONS)
def test_every_digit_of_value_and_slope_is_certain(text):
    random = Random(text)
    for _ in range(4):
        x, digits = random.choice(("0.3", "2.5", "0.125", "17.25", "1e-3")), random.choice((3, 12, 30, 60))
        found = certified(f"y = {text}", f"x={x}", digits=digits)
        with mp.workdps(500):
            truth = FUNCTIONS[text](mp.mpf(x))
            slope = mp.diff(FUNCTIONS[text], mp.mpf(x), h=mp.mpf(10) ** -150)
            for shown, number in ((found.value, truth), (found.gradient["x"], slope)):
                told = str(shown)
                assert (
                    told == "0" or told.isdigit() or "±" in told or _is_short(told, number) or is_begun_by(told, number)
                )


def test_a_number_without_certain_digits_or_of_any_size_has_a_float():
    # As one that is held against an answer, or that orders a table by size.
    assert math.isnan(float(Certain("?", Decimal("-Infinity"), Decimal("Infinity"), is_full=False)))
    assert float(Certain("1e+2000000", Decimal("1e2000000"), Decimal("1e2000000"))) == math.inf
    assert float(Certain("0.5", Decimal("0.5"), Decimal("0.5"))) == 0.5


def _is_short(shown: str, number: Any) -> bool:
    return "…" not in shown and abs(mp.mpf(shown) - number) < mp.mpf(10) ** -70


@pytest.mark.parametrize("name", ["lattice", "neuron", "softmax", "rnn", "lstm", "gaussian"])
def test_samples_agree_with_floats(name):
    graph = load(Source("a.bg", (SAMPLES / f"{name}.bg").read_text(encoding="utf-8")))
    missing = [node.name for node in graph.nodes if node.kind == "input" and node.default is None]
    at = [f"{each}=0.7" for each in missing]
    found, plain = run_certified(graph, at, 25), run(graph, dict.fromkeys(missing, 0.7))
    for shown, number in zip([*found.values, *found.adjoints], [*plain.values, *plain.adjoints], strict=True):
        pairs = zip(shown.ravel(), number.ravel(), strict=True) if hasattr(number, "ravel") else [(shown, number)]
        assert all(float(a) == pytest.approx(b, rel=1e-11, abs=1e-13) for a, b in pairs)


def test_chaos_costs_precision_and_no_digit():
    """The logistic map loses a bit a step: at 30 digits no double would have one left."""
    text = "for k in 1..400 { x{k} = 4*x{k-1}*(1 - x{k-1}) }"
    found = certified(text, "x0=0.3", digits=20, of="x400")
    with mp.workdps(400):
        x, slope = mp.mpf("0.3"), mp.mpf(1)
        for _ in range(400):
            x, slope = 4 * x * (1 - x), slope * (4 - 8 * x)
        assert is_begun_by(str(found.value), x)
        assert is_begun_by(str(found.gradient["x0"]), slope)


@pytest.mark.parametrize(
    ("text", "at", "shown"),
    [
        ("y = 3*x - 0.3", "x=0.1", "0"),
        ("y = x/3", "x=1", "0.333333333333333333333333333333…"),
        ("y = 0.12345678901234567890123*x", "x=1", "0.12345678901234567890123"),
        ("y = sqrt(x)", "x=6.25", "2.5"),
        ("y = x^3", "x=1e20", "1e+60"),
        ("y = x", "x=12345", "12345"),
        ("y = -x", "x=1e-9", "-1e-09"),
        ("y = relu(3*x - 0.3) + x", "x=0.1", "0.1"),  # Its kink is met exactly.
    ],
)
def test_what_is_a_fraction_stays_one(text, at, shown):
    assert str(certified(text, at).value) == shown


def test_a_ball_around_a_short_number_says_so():
    assert re.fullmatch(r"0\.5 ± \de-\d+", str(certified("y = sin(pi/6*x)", "x=1").value))
    assert re.fullmatch(r"0 ± \de-\d+", str(certified("y = sin(pi*x)", "x=1").value))


@pytest.mark.parametrize(
    ("ball", "digits", "shown"),
    [
        ("3.14159 +/- 0.00001", 1, "3…"),
        ("3.14159 +/- 0.00001", 3, "3.14…"),
        ("3.14159 +/- 0.001", 17, "3.14…"),
        ("0.0001 +/- 0.001", 17, "0 ± 2e-03"),
        ("-1234.5 +/- 0.01", 17, "-1234…"),
        ("-1234.5 +/- 0.01", 3, "-1.23…e+03"),
        ("20 +/- 1", 5, "20 ± 2e+00"),
    ],
)
def test_a_wide_ball_shows_the_digits_that_it_has(ball, digits, shown):
    assert str(certain(Ball(arb(ball)), digits)) == shown


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("y = log(x)", "x=-1", "`y` cannot be certified: `log` has no certain value here"),
        ("y = x/(x - 1)", "x=1", "divided by what may be 0"),
        ("y = relu(sin(pi*x))", "x=1", "at a kink, or too near to one to tell"),
        ("y = if sin(pi*x) < 0 then x else 1", "x=1", "compared that may be equal"),
        ("y = sqrt(x)*x", "x=-2", "`sqrt` has no certain value"),
        ("y = x^2", "", "`x` has no value"),
    ],
)
@pytest.mark.parametrize("how", ["table", "json", "csv", "markdown", "latex"])
def test_what_cannot_be_certified_names_the_node(text, at, words, how):
    result = CliRunner().invoke(cli, ["run", "-", "--certified", "--format", how, *(["--at", at] if at else [])], text)
    assert isinstance(result.exception, BackcalcError)
    assert words in str(result.exception)
    assert not result.stdout


def test_every_format_has_the_digits():
    text, at = "y = sin(x)/3", ("--at", "x=1", "--certified", "--digits", "20")
    truth = "0.28049032826929883555…"
    for how in ("table", "csv", "markdown"):
        assert truth in command("run", "-", *at, "--format", how, text=text)
    assert r"0.28049032826929883555\ldots" in command("run", "-", *at, "--format", "latex", text=text)
    assert json.loads(command("run", "-", *at, "--format", "json", text=text))["nodes"][-1]["value"] == truth
    assert "0.28049032826929883…" in command("run", "-", "--at", "x=1", "--certified", "--format", "csv", text=text)


def test_partials_and_expanded_operations_are_certain_too():
    out = command(
        "run", "-", "--certified", "--digits", "20", "--at", "x=1", "--partials", "--expand", text="y = sin(x^2)"
    )
    assert "0.54030230586813971740…" in out
    assert "1.0806046117362794348…" in out


@pytest.mark.parametrize("option", [["--mode", "forward"], ["--all-pairs"], ["--data", "a.csv"], ["--exact"]])
def test_other_questions_are_refused(option):
    result = CliRunner().invoke(cli, ["run", "-", "--certified", *option], input="y = x^2")
    assert result.exit_code == 2
    assert "--certified" in result.output


def test_without_flint_the_remedy_is_told(monkeypatch):
    monkeypatch.setattr("backcalc.cli.options.find_spec", lambda _: None)
    result = CliRunner().invoke(cli, ["run", "-", "--certified"], input="y = x^2")
    assert result.exit_code == 2
    assert "pip install 'backcalc[certified]'" in result.output


def test_more_digits_than_a_float_has_need_balls():
    result = CliRunner().invoke(cli, ["run", "-", "--digits", "30", "--at", "x=1"], input="y = x^2")
    assert result.exit_code == 2
    assert "--certified has as many as you like" in result.output


def test_windows_and_what_is_largest_are_certified():
    text = "X = [[x, 2, 1], [3, sin(x), x^2], [exp(x), 0, x/3]]\n"
    text += "y = sum(conv(X, [[1, exp(x)], [x, 2]], stride=2, pad=1)^2) + sum(maxpool(sin(X), 2))\n"
    text += "z = y + sum(avgpool(X, 3)^2) + max([sin(x), cos(x), x/2]) + sum(flatten(X)*reshape(X, 9, 1)[:, 0])"
    found, plain = certified(text, "x=1", digits=12), run(load(Source("a.bg", text)), {"x": 1.0})
    assert all(number.is_full for number in (found.values[-1], found.adjoints[0]))
    assert float(found.values[-1]) == pytest.approx(plain.value, rel=1e-11)
    assert float(found.adjoints[0]) == pytest.approx(plain.gradient["x"], rel=1e-11)
