"""Answers marked by exact numbers: a digit that a float64 does not have counts too."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner

from backcalc.cli.group import cli

CUBE = "input x = 1/3; y = x^3/7 + x"


def check(text: str, *words: str) -> dict[str, object]:
    result = CliRunner().invoke(cli, ["check", "-", *words, "--format", "json"], input=text)
    return json.loads(result.stdout)


def mark(text: str, *words: str) -> dict[str, object]:
    return check(text, *words)["answers"][0]  # type: ignore[index,no-any-return]


@pytest.mark.parametrize(
    ("answer", "expected", "verdict"),
    [
        ("y = 64/189", "64/189", "right"),
        ("y = 0.338624338624338624338624338624", "64/189", "right"),
        ("y = 0.338624338624338624338624338625", "64/189", "rounding"),  # A float64 could not tell.
        ("dy/dx = 22/21", "22/21", "right"),
        ("dy/dx = 1.05", "22/21", "right"),
        ("dy/dx = 1.07", "22/21", "wrong"),
        ("d²y/dx² = 2/7", "2/7", "right"),
    ],
)
def test_fractions_are_the_truth(answer, expected, verdict):
    found = mark(CUBE, "--exact", answer)
    assert (found["expected"], found["verdict"]) == (expected, verdict)


def test_a_plain_key_stays_as_it_is():
    assert mark(CUBE, "y = 64/189")["expected"] == float(Fraction(64, 189))


def test_arrays_and_elements_are_exact():
    text = "input v = [1/3, 2]; y = sum(v^2)/3"
    assert mark(text, "--exact", "dy/dv = [2/9, 4/3]")["expected"] == ["2/9", "4/3"]
    assert mark(text, "--exact", "dy/dv[1] = 4/3")["expected"] == "4/3"
    out = CliRunner().invoke(cli, ["check", "-", "--exact", "dy/dv = [0.1, 2]"], input=text).stdout
    assert "[0] is 2/9" in out


def test_the_key_of_the_file_is_held_too():
    found = check("input x = 3; y = x^2/7\n#= y = 9/7\n#= dy/dx = 6/7", "--exact")
    assert [each["expected"] for each in found["answers"]] == ["9/7", "6/7"]  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    "answer", ["y = 0.841470984807896506652502321630299", "dy/dx = 0.540302305868139717400936607443"]
)
def test_certain_digits_are_the_truth(answer):
    pytest.importorskip("flint")
    assert mark("y = sin(x)", "--at", "x=1", "--certified", answer)["verdict"] == "right"
    spoilt = answer[:-1] + str((int(answer[-1]) + 5) % 10)
    assert mark("y = sin(x)", "--at", "x=1", "--certified", spoilt)["verdict"] == "rounding"


def test_what_has_no_fraction_is_told():
    result = CliRunner().invoke(cli, ["check", "-", "--exact", "--at", "x=1", "y = 0.84"], input="y = sin(x)")
    assert "`y` has no fraction" in str(result.exception)


@pytest.mark.parametrize("how", ["exact", "certified"])
def test_a_quiz_has_its_key_in_the_same_numbers(how):
    if how == "certified":
        pytest.importorskip("flint")
    for kind in ("edges", "expressions", "vectors", "sigmoid"):
        words = ["quiz", "--kind", kind, "--seed", "5"]
        plain = CliRunner().invoke(cli, words, standalone_mode=False).stdout
        found = CliRunner().invoke(cli, [*words, f"--{how}"], standalone_mode=False).stdout
        assert f"--seed 5 --{how}" in found
        checked = CliRunner().invoke(cli, ["check", "-"], input=found, standalone_mode=False)
        assert checked.return_value == 0
        if how == "certified":  # All numbers of an exercise are short decimals.
            assert plain.splitlines()[1:] == found.splitlines()[1:]


@pytest.mark.parametrize("option", ["--exact", "--certified"])
def test_a_loss_outside_the_graph_is_refused_at_its_place(option):
    text = "input x = 1\na = x^2\nadjoint a = -1\n"
    if option == "--certified":
        pytest.importorskip("flint")
    result = CliRunner().invoke(cli, ["check", "-", option, "a = 1"], input=text)
    (found,) = result.exception.diagnostics  # type: ignore[union-attr]
    assert text[found.span.start : found.span.end] == "a"
    assert found.message.startswith(f"{option} needs an output in the graph")
    assert result.exception.source.text == text  # type: ignore[union-attr]


@pytest.mark.parametrize("option", ["--exact", "--certified"])
def test_what_floats_lose_on_the_way_is_not_warned_of(option):
    if option == "--certified":
        pytest.importorskip("flint")
    text = "input x = 1000\nb = x^200\ny = b/x^199 + abs(x - 1000)\n"
    said = CliRunner().invoke(cli, ["check", "-", "y = 1000"], input=text, standalone_mode=False).stderr
    assert "1000^200 is inf" in said
    found = CliRunner().invoke(cli, ["check", "-", option, "y = 1000"], input=text, standalone_mode=False)
    assert "inf" not in found.stderr
    assert "is at a kink" in found.stderr
    assert found.return_value == 0
