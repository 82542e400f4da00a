"""What newcomers type first: each slip leads to what was meant."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from backcalc.cli.group import cli


@pytest.mark.parametrize(
    ("command", "hint"),
    [
        ("run 'y = x^2'", "a graph in place of a file stands behind -e: -e 'y = x^2'"),
        ("run 'u -> v : 3'", "a graph in place of a file stands behind -e: -e 'u -> v : 3'"),
        ("run -e y = x^2", "a line stands in quotes: -e 'y = x^2'"),
        ("run neuron.bg x=1", "values stand behind --at, without blanks: --at x=1"),
        ("run neuron.bg --at x = 1", "values stand behind --at, without blanks: --at x=1"),
        ("run neuron.bg -at x=1", "with two dashes: --at"),
        ("run neuron.bg --x=1", "the value of an input stands behind --at: --at x=1"),
        ("run neuron.bg --wrt x w", "several names are parted by commas: --wrt x,w"),
        ("run neuron.bg lattice.bg", "one graph at a time"),
        ("run neuron.bg dJ/dw", "single derivatives are asked for by --get dJ/dw"),
        ("check neuron.bg dJ/dw", "what it is, `run --get` tells"),
        ("run neuron.bg --at x=1,5", "the decimal mark is a point: x=1.5"),
        ("run vectors.bg --at v=2,3,5,1", "a vector stands in brackets: x=[2,3,…]"),
        ("verify -e 'input a[3]' -e 'claim softmax(a + c) == softmax(a)'", "declare it: input c"),
        ("run neuron.bg --at x=1rad", "angles are in radians, and stand without a unit: x=1, or x=30*pi/180"),
        ("run neuron.bg --at 'x=30 deg'", "angles are in radians, and stand without a unit: x=1, or x=30*pi/180"),
        ("run neuron.bg --of dJ/dw", "a derivative is asked for by backcalc run --get dJ/dw"),
        ("run neuron.bg --at x==1", "the values of inputs are written x=1,w=pi/4"),
        ("run neuron.bg --at 'x=1;w=2'", "the values of inputs are written x=1,w=pi/4"),
        ("""run neuron.bg --at '{"x": 1}'""", "values in JSON stand in a file: --at @point.json"),
        ("run neuron.bg --get dJ/dw,dJ/db", "what is asked is spelt do/dx, o, do/dW[0,1] or d²o/dx²"),
        ("descend neuron.bg --lr 0.1", "No such option '--lr'; here it is --rate"),
        ("descend neuron.bg --learning-rate=0.1", "here it is --rate"),
        ("descend neuron.bg --epochs 5", "here it is --steps"),
        ("descend neuron.bg --maximize", "here it is --maximise"),
        ("descend neuron.bg --batch-size 5", "here it is --batch"),
        ("descend neuron.bg --optimizer adam", "here it is --method"),
        ("taylor neuron.bg --degree 5", "here it is --order"),
        ("export neuron.bg --framework jax", "here it is --to"),
        ("export neuron.bg --to jax -o neuron.py", "goes into a file by the shell: > file"),
        (
            "descend neuron.bg -o loss.png",
            "-o writes the curve to a name that ends in .svg, else the graph: loss.png is a picture",
        ),
        ("grade . neuron.bg", ". is a folder; the key stands first: grade key.bg ."),
        ("fmt -check neuron.bg", "with two dashes: --check"),
        ("run neuron.bg --json", "No such option '--json'; here it is --format json"),
        ("run neuron.bg --no-color", "No such option '--no-color'; here it is --color never"),
        ("run --file neuron.bg", "No such option '--file'; here it is GRAPH, without an option"),
        ("draw neuron.bg --format dot", "No such option '--format'; here it is -o, and the ending of its file"),
        ("run neuron.bg --at x 1", "values stand behind --at, without blanks: --at x=1"),
        ("run neuron.bg --wrt ''", "Invalid value for '--wrt': no node is named"),
        ("explain neuron.bg --node ,", "Invalid value for '--node': no node is named"),
        ("run - --at @-", "the graph and --at cannot both come from stdin"),
        ("run neuron.bg --data - --at @-", "--at and --data cannot both come from stdin"),
        ("check neuron.bg --answers - --at @-", "--at and --answers cannot both come from stdin"),
        ("grade neuron.bg - --at @-", "--at and a submission cannot both come from stdin"),
        ("run neuron", "there is a sample of this name: backcalc samples neuron > neuron.bg"),
    ],
)
def test_a_slip_leads_to_what_was_meant(call, command, hint):
    status, out, err = call(*shlex.split(command))
    assert (status, out) == (2, "")
    assert hint in err


@pytest.mark.parametrize("command", ["run neuron.bg extra", "explain neuron.bg x", "run --qqq", "quiz more"])
def test_what_nobody_knows_is_told_as_it_is(call, command):
    status, out, err = call(*shlex.split(command))
    assert (status, out) == (2, "")
    assert ";" not in err.splitlines()[-1]


def test_a_name_given_twice_is_a_slip_but_to_correct_a_file(call, tmp_path):
    """Nobody but the user knows which value is meant; what is typed behind a file corrects it."""
    for options in (["--at", "x=1,w=2,x=3"], ["--at", "x=1", "--at", "x=1"]):
        status, out, err = call("run", "neuron.bg", *options, "--get", "x")
        assert (status, out) == (2, "")
        assert "`x` is given twice" in err
    path = tmp_path / "point.json"
    path.write_text('{"x": 1,\n "w": {"x": 2},\n "x": 2}')
    status, out, err = call("run", "neuron.bg", "--at", f"@{path}")
    assert (status, out) == (2, "")
    assert f"{path}:" in err
    assert "`x` is given twice" in err
    path.write_text('{"x": 1}')
    assert call("run", "neuron.bg", "--at", f"@{path}", "--at", "x=2", "--get", "x") == (0, "2\n", "")


@pytest.mark.parametrize(
    ("command", "shown"),
    [
        (["run", "-e", "y' = x'; z' = x'"], """--of "z'" """),
        (["explain", "-e", "z = x'^2", "--digits", "2", "--wrt", "z/x'"], """run --get "z/x'" """),
        (["taylor", "-e", "z = x'^2"], """--at "x'=1", """),
        (["verify", "-e", "input W[2] in [0, 1]; claim sum(W) < 1"], "--at 'W=[0,1]'"),
        (["verify", "-e", "input x' in [0, 1]; claim x' < 1"], """--at "x'=1" """),
        (["a b.bg"], "backcalc run 'a b.bg'"),
        (["fmt", "--check", "a b.bg"], "`backcalc fmt --write 'a b.bg'` does it"),
        (["fmt", "--check", "e f.bg"], "`backcalc fmt 'e f.bg' > graph.bg` makes"),
    ],
    ids=" ".join,
)
def test_what_is_shown_to_be_typed_stands_in_quotes_where_a_shell_needs_them(
    call, tmp_path, monkeypatch, command, shown
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.bg").write_text("y=x\n")
    (tmp_path / "e f.bg").write_text("source;target;weight\na;b;3\n")
    _, out, err = call(*command)
    assert shown.strip() in out + err


def test_the_name_of_a_file_steers_no_terminal(call, tmp_path):
    path = tmp_path / "a\x1b[31m.bg"
    path.write_text("y=x\n")
    status, _, err = call("fmt", "--check", str(path))
    assert (status, "\x1b" in err) == (1, False)


def test_the_name_of_a_file_is_no_tag_in_markdown(call, tmp_path):
    paths = [str(tmp_path / f"<b>{name}</b>.bg".replace("/", ":")) for name in "ac"]
    for path in paths:
        Path(path).write_text("y = 2\n#= y = 2\n")
    out = call("check", *paths, "--format", "markdown")[1]
    assert "<b>" not in out
    assert "&lt;b>a" in out


@pytest.mark.parametrize(
    "command",
    [
        ["check", "--exact", "y=2", "dy/dx=4"],
        ["report", "-o", "page.html"],
        ["draw", "-o", "page.html"],
        ["run", "--along", "@-"],
    ],
    ids=" ".join,
)
def test_a_point_from_a_pipe_is_there_whenever_it_is_asked_for(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    args = [command[0], "-e", "y = x^2*c", "--at", "@-", *command[1:]]
    found = CliRunner().invoke(cli, args, input='{"x": 1, "c": 2}', standalone_mode=False)
    assert (found.exception, found.stderr) == (None, "")


def test_each_of_several_files_has_the_point_from_a_pipe(tmp_path):
    for name in "ab":
        (tmp_path / f"{name}.bg").write_text("y = x^2\n#= y = 4\n")
    args = ["check", *(str(tmp_path / f"{name}.bg") for name in "ab"), "--at", "@-"]
    assert CliRunner().invoke(cli, args, input='{"x": 2}').stdout.count("1 of 1 right") == 2
