"""`backcalc verify` as it is typed."""

from __future__ import annotations

import json
import shlex

import pytest
from click.testing import CliRunner

from backcalc.cli.group import cli

BOX = "input x in [-2, 2]\n"


def verify(text: str, *options: str) -> tuple[int, str, str]:
    found = CliRunner().invoke(cli, ["verify", "-", *options], input=text, standalone_mode=False)
    return found.return_value, found.stdout, found.stderr


def test_json_is_as_the_contract_has_it():
    text = f"{BOX}y = x^2\nclaim y <= 4\n#= y = 1\n"
    status, out, _ = verify(text, "--format", "json", "--at", "x=1", "--samples", "50")
    found = json.loads(out)
    assert status == 0
    assert list(found) == ["claims", "expected", "gradient"]
    (claim,) = found["claims"]
    assert list(claim) == ["line", "claim", "verdict", "samples", "margin", "counterexample", "box"]
    assert (claim["line"], claim["claim"], claim["verdict"]) == (3, "y <= 4", "holds")
    assert found["expected"][0]["verdict"] == "right"
    assert found["gradient"]["verdict"] == "holds"
    assert list(found["gradient"]["worst"]) == ["node", "wrt", "error"]


def test_a_graph_of_edges_alone_has_no_gradient_to_check():
    status, out, _ = verify("a -> b : 3\n#= db/da = 3\n", "--format", "json")
    assert status == 0
    assert json.loads(out)["gradient"] is None


def test_a_counterexample_is_a_line_for_at_that_refutes():
    text = "input x\ninput v[2]\ny = x*sum(v)\nclaim y < 10\n"
    status, out, _ = verify(text)
    assert status == 1
    at = shlex.split(out.split("--at ")[1].split("\n")[0])[0]
    again = CliRunner().invoke(cli, ["run", "-", "--of", "y", "--at", at, "--format", "json"], input=text)
    value = next(node["value"] for node in json.loads(again.stdout)["nodes"] if node["name"] == "y")
    assert value >= 10


@pytest.mark.parametrize(
    ("text", "options", "status", "words"),
    [
        (f"{BOX}claim x^2 <= 4", ["--prove"], 0, "proved"),
        (f"{BOX}claim x^2 < 4", ["--prove"], 1, "x=2"),
        (f"{BOX}claim x^2 <= 4.1", [], 0, "holds in 100,000 samples"),
        (f"{BOX}claim floor(x) <= x", ["--prove", "--seconds", "0.2"], 0, "open"),
        (f"{BOX}claim log(x - 3) < 1", ["--samples", "10"], 1, "has no value"),
        (f"{BOX}y = x^2\n#= y = 5", ["--at", "x=2"], 1, "wrong"),
        ("claim 1/3 + 1/6 == 1/2\ny = 2", [], 0, "holds in 1 sample;"),
    ],
)
def test_the_status_says_what_was_found(text, options, status, words):
    found, out, err = verify(text, *options)
    assert found == status, (out, err)
    assert words in out


@pytest.mark.parametrize(
    ("text", "options", "words"),
    [
        ("a -> b : 3", [], "nothing to verify"),
        ("claim y < 1\nx = 2", [], "no node `y`"),
        ("y = x\nclaim y + 1", [], "is a comparison"),
        ("y = x\nclaim exp(y) > -1", ["--prove"], "input x in [-5, 5]"),
        ("input W[2]\ny = sum(W)\nclaim exp(y) > -1", ["--prove"], "input W[2] in [-5, 5]"),
        ("input W[2]\ny = sum(W)\nclaim exp(y) > -1", ["--prove"], "--at 'W=[1,1]'"),
        ("y = x\nclaim y < 1", ["--at", "z=1"], "no input `z`"),
        ("y = x\nclaim y < 1", ["--samples", "none"], "type a whole number, such as --samples 100000"),
        ("y = x\nclaim y < 1", ["--prove", "--seconds", "soon"], "type a number, such as --seconds 30"),
        ("y = x\nclaim y < 1", ["--prove", "--seconds", "0"], "--seconds"),
    ],
)
def test_what_is_wrong_says_what_to_type(text, options, words):
    result = CliRunner().invoke(cli, ["verify", "-", *options], input=text)
    assert result.exit_code != 0
    told = [hint for each in getattr(result.exception, "diagnostics", ()) for hint in each.hints]
    assert words in result.output + str(result.exception) + " ".join(told)


def test_another_seed_draws_other_points():
    text = f"{BOX}claim sin(9*x) < 2"
    at = {verify(text, "--samples", "9", "--seed", seed)[1].split("least at")[1] for seed in ("0", "1", "2")}
    assert len(at) > 1
    assert verify(text, "--samples", "9") == verify(text, "--samples", "9", "--seed", "0")
