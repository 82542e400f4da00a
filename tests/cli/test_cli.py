"""The command line as its users meet it: options, streams, exit statuses, pipes, terminals and completion."""

from __future__ import annotations

import fcntl
import io
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import sys
import termios
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.cli import COMMANDS, main
from backcalc.cli.streams import _spell

SAMPLES = Path(__file__).parents[2] / "samples"
BACKCALC = [sys.executable, "-m", "backcalc"]
NEURON_AT = "w=0.5,x=2,b=-1,z=1"
ANSI = re.compile(r"\x1b\[[\d;]*[A-Za-z]")


class Terminal(io.TextIOWrapper):
    """A stdin that somebody types at."""

    def isatty(self):
        return True


@pytest.fixture
def call(monkeypatch, capsys):
    """`backcalc` with its arguments, in this process and the samples' folder: (status, stdout, stderr)."""
    monkeypatch.chdir(SAMPLES)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments, stdin="", kind=io.TextIOWrapper):
        monkeypatch.setattr(sys, "argv", ["backcalc", *arguments])
        monkeypatch.setattr(sys, "stdin", kind(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, *capsys.readouterr()

    return run


def found(call, *arguments, stdin=""):
    """The JSON of a run that goes well."""
    status, out, err = call("run", *arguments, "--format", "json", stdin=stdin)
    assert (status, err) == (0, "")
    return json.loads(out)


# GRAPH: a file, `-`, or a pipe


def test_the_graph_is_a_file_or_a_pipe(call):
    text = (SAMPLES / "lattice.bg").read_text(encoding="utf-8")
    from_file = call("run", "lattice.bg")
    assert from_file[0] == 0
    assert call("run", "-", stdin=text) == from_file
    assert call("run", stdin=text) == from_file
    assert call("run", str(SAMPLES / "lattice.bg")) == from_file


def test_no_graph_and_no_pipe_is_a_usage_error(call):
    status, out, err = call("run", kind=Terminal)
    assert (status, out) == (2, "")
    assert "no graph: name a file, or pipe one in" in err


def test_an_error_in_a_pipe_speaks_of_stdin(call):
    assert call("run", stdin="y = 2x")[2].startswith("<stdin>:1:6: error: unexpected `x`")


# Network a of the exercises without its output's activation: every spelling of its edges gives ∂o/∂x = (10, -11).
TRIPLES = [
    ("v1", "o", -1), ("v2", "o", 1), ("v3", "o", 2), ("u1", "v1", 3), ("u2", "v2", 1), ("u3", "v2", 1),
    ("u3", "v3", -1), ("x1", "u1", -2), ("x1", "u2", 4), ("x2", "u1", 3), ("x2", "u3", 2),
]  # fmt: skip
SPELLINGS = {
    "arrow": "{u} -> {v} : {p}",
    "arrow without spaces": "{u}->{v}:{p}",
    "bare": "{u} {v} {p}",
    "columns": "{u}     {v}     {p}",
    "commas": "{u},{v},{p}",
    "commas and spaces": "{u}, {v}, {p}",
    "tabs": "{u}\t{v}\t{p}",
    "d()": "d({v})/d({u}) = {p}",
    "∂": "∂{v}/∂{u} = {p}",
    "∂()": "∂({v})/∂({u}) = {p}",
}
HEADERS = {
    "commas": ["source,target,partial", "from,to,weight", "Source,Target,Weight", "tail,head,derivative"],
    "tabs": ["source\ttarget\tpartial"],
    "bare": ["source target partial"],
}
LISTS = {
    **{name: ("", form, "\n") for name, form in SPELLINGS.items()},
    **{f"{name} under {head!r}": (f"{head}\n", SPELLINGS[name], "\n") for name in HEADERS for head in HEADERS[name]},
    "semicolons": ("", SPELLINGS["arrow"], "; "),
    "Windows newlines": ("", SPELLINGS["commas"], "\r\n"),
    "comments and blank lines": ("# edges\n\n", SPELLINGS["bare"] + "  # an edge", "\n\n"),
    "byte order mark": ("\ufeffsource,target,partial\n", SPELLINGS["commas"], "\n"),
}


@pytest.mark.parametrize(("head", "form", "between"), LISTS.values(), ids=LISTS)
def test_every_spelling_of_an_edge_list_through_a_pipe(head, form, between, call):
    text = head + between.join(form.format(u=u, v=v, p=p) for u, v, p in TRIPLES)
    assert found(call, "-", "--of", "o", stdin=text)["gradient"] == {"x1": 10.0, "x2": -11.0}
    assert found(call, stdin=text)["output"] == "o"


def test_nodes_of_an_edge_list_may_be_whole_numbers(call):
    names = {name: str(i) for i, name in enumerate(dict.fromkeys(name for u, v, _ in TRIPLES for name in (u, v)))}
    text = "\n".join(f"{names[u]} {names[v]} {p}" for u, v, p in TRIPLES)
    gradient = found(call, "--of", names["o"], stdin=text)["gradient"]
    assert gradient == {names["x1"]: 10.0, names["x2"]: -11.0}


def test_edges_and_expressions_in_one_file(call):
    text = "d(v1)/d(u) = w\nu v2 2\nv1 = 0.5\nv2 = 3\nw = 4\nJ = v1*v2\n"
    assert found(call, stdin=text)["gradient"] == {"u": 4 * 3 + 2 * 0.5}


# Options of `run`

AT = [
    (["--at", NEURON_AT], -0.25),
    (["--at", "w=0.5", "--at", "x=2,b=-1", "--at", "z=1"], -0.25),
    (["--at", "w=1/2, x=sqrt(4), b=-cos(0), z=pi/pi"], -0.25),
    (["--at", "@neuron.json"], -0.25),
    (["--at", "@neuron.json", "--at", "z=0.5"], 0.0),
    (["--at", "z=0.5", "--at", "@neuron.json"], -0.25),
]


@pytest.mark.parametrize(("options", "slope"), AT)
def test_at(options, slope, call):
    assert found(call, "neuron.bg", *options)["gradient"]["w"] == slope


def test_at_gives_a_meaning_to_the_name_of_a_constant(call):
    assert found(call, "--at", "e=3", stdin="y = e^2")["gradient"] == {"e": 6.0}
    assert found(call, stdin="y = e^2")["gradient"] == {}


def test_at_overrides_a_default(call):
    assert found(call, "lattice.bg")["at"] == {"x": 1.0}
    assert found(call, "lattice.bg", "--at", "x=0")["at"] == {"x": 0.0}


def test_of_and_wrt(call):
    run = found(call, "neuron.bg", "--at", NEURON_AT, "--of", "y", "--wrt", "b, w", "--wrt", "v")
    assert (run["output"], run["gradient"]) == ("y", {"b": 0.25, "w": 0.5, "v": 0.25})
    assert list(run["gradient"]) == ["b", "w", "v"]


def test_forward_mode_by_one_and_by_several(call):
    status, out, err = call("run", "network-b.bg", "--mode", "forward", "--wrt", "p1")
    assert (status, err) == (0, "")
    assert [line.split()[-1] for line in out.split("\n\n")[0].splitlines()] == [
        "∂node/∂p1",
        "1",
        "0",
        "3",
        "0",
        "-3",
        "30",
    ]
    both = call("run", "network-b.bg", "--mode", "forward", "--wrt", "p1,p2")[1].split("\n\n")
    assert [line.split()[-2:] for line in both[0].splitlines()[-2:]] == [["-3", "3"], ["30", "-30"]]
    assert both[1].split() == ["gradient", "value", "∂L/∂p1", "30", "∂L/∂p2", "-30"]


def test_forward_mode_by_every_input_is_the_reverse_gradient(call):
    reverse = found(call, "network-a.bg")["gradient"]
    assert reverse == {"x1": -100.0, "x2": 110.0}
    assert found(call, "network-a.bg", "--mode", "forward")["gradient"] == reverse


def test_partials(call):
    out = call("run", "network-b.bg", "--partials")[1]
    assert re.search(r"^p2 +q1 +-2 +10 +-20$", out, flags=re.MULTILINE)
    assert re.search(r"^p2 +q2 +1 +-10 +-10$", out, flags=re.MULTILINE)
    assert re.search(r"^p2 +sum +- +- +-30$", out, flags=re.MULTILINE)
    assert "q2,p2,1" in call("run", "network-b.bg", "--partials", "--format", "csv")[1].splitlines()


def test_expand_shows_every_operation(call):
    run = found(call, "neuron.bg", "--at", NEURON_AT, "--expand")
    formulas = {node["name"]: node["formula"] for node in run["nodes"]}
    assert formulas["v_1"] == "w*x"
    assert formulas["v"] == "v_1 + b"
    assert run["gradient"] == found(call, "neuron.bg", "--at", NEURON_AT)["gradient"]
    assert all(len(node["partials"]) <= 2 for node in run["nodes"])


def test_all_pairs(call):
    out = call("run", "network-b.bg", "--all-pairs")[1]
    assert re.search(r"^∂o/∂p2 +3$", out, flags=re.MULTILINE)
    rows = call("run", "network-b.bg", "--all-pairs", "--format", "csv")[1].splitlines()
    assert rows[0] == "of,wrt,value"
    # L by all five below it, o by four, q1 by two, q2 by one.
    assert len(rows) - 1 == 5 + 4 + 2 + 1
    pairs = found(call, "network-b.bg", "--all-pairs")["pairs"]
    assert [f"{pair['of']},{pair['wrt']}" for pair in pairs] == [row.rpartition(",")[0] for row in rows[1:]]


@pytest.mark.parametrize("digits", [1, 3, 6, 17])
def test_digits(digits, call):
    out = call("run", "--digits", str(digits), stdin="y = 1/3 + 0*x\ninput x = 1\n")[1]
    value = out.splitlines()[2].split()[-2]
    assert value == f"{1 / 3:.{digits}g}"
    exact = call("run", "--digits", str(digits), "--format", "csv", stdin="y = 1/3 + 0*x\ninput x = 1\n")[1]
    assert exact == "node,value,adjoint\nx,1,0\ny,0.3333333333333333,1\n"


def test_markdown(call):
    out = call("run", "network-b.bg", "--format", "markdown")[1]
    assert out.startswith(
        "| node | formula | value | ∂L/∂node |\n| --- | --- | ---: | ---: |\n| p1 | `input` | ? | 30 |\n"
    )


def test_json_of_an_exercise(call):
    run = found(call, "network-a.bg")
    adjoints = {node["name"]: node["adjoint"] for node in run["nodes"]}
    assert adjoints == {
        "x1": -100.0, "x2": 110.0, "u1": 30.0, "u2": -10.0, "u3": 10.0,
        "v1": 10.0, "v2": -10.0, "v3": -20.0, "o": -10.0, "L": 1.0,
    }  # fmt: skip
    value = next(node["value"] for node in run["nodes"] if node["name"] == "L")
    assert value == pytest.approx(2.302585092994046, rel=1e-15)


# Exit statuses

STATUSES = [
    (0, ["run", "lattice.bg"], ""),
    (0, ["check", "lattice.bg"], ""),
    (0, ["samples"], ""),
    (0, ["--version"], ""),
    (0, ["run"], "y = abs(x)\ninput x = 0\n"),
    (1, ["run"], "y = log(x)\ninput x = -1\n"),
    (1, ["run"], "y = sqrt(x)\ninput x = 0\n"),
    (1, ["run"], "y = exp(x)\ninput x = 1000\n"),
    (0, ["run", "--of", "z"], "y = log(x)\nz = 2*x\ninput x = -1\n"),
    (1, ["check"], "y = 2*3\n#= y = 7\n"),
    (0, ["check"], "y = 2*3\n#= y = 6\n"),
    (0, ["fmt", "--check"], "y = 2*3\n"),
    (1, ["fmt", "--check"], "y=2 * 3\n"),
    (2, ["run"], "y = 2x\n"),
    (2, ["run"], ""),
    (2, ["run", "nowhere.bg"], ""),
    (2, ["run", "."], ""),
    (2, ["run", "/dev/null"], ""),
    (2, ["run", ""], ""),
    (2, ["run", "x" * 5000], ""),
    (2, ["run", "/" * 5000], ""),
    (2, ["run", "lattice.bg/x"], ""),
    (2, ["x" * 5000], ""),
    (2, ["run", "lattice.bg", "--at", "@" + "x" * 5000], ""),
    (2, ["run", "lattice.bg", "--digits", "0"], ""),
    (2, ["run", "lattice.bg", "--digits", "18"], ""),
    (2, ["run", "lattice.bg", "--format", "html"], ""),
    (2, ["run", "lattice.bg", "--at"], ""),
    (2, ["run", "lattice.bg", "--at", ""], ""),
    (2, ["run", "lattice.bg", "--at", "@"], ""),
    (2, ["run", "lattice.bg", "--of", ""], ""),
    (2, ["run", "lattice.bg", "another.bg"], ""),
    (2, ["run", "lattice.bg", "--format", "csv", "--partials", "--all-pairs"], ""),
    (2, ["check", "/dev/null"], ""),
    (2, ["fmt", "--write"], "y = 2*3\n"),
    (2, ["fmt", "--write", "--check", "lattice.bg"], ""),
    (2, ["samples", "nothing-like-it"], ""),
    (2, [], ""),
    (2, ["--nonsense"], ""),
]


@pytest.mark.parametrize(("status", "arguments", "stdin"), STATUSES)
def test_exit_status_and_streams(status, arguments, stdin, call):
    code, out, err = call(*arguments, stdin=stdin)
    assert code == status
    assert "Traceback" not in err
    assert "bug" not in err
    if status == 2:
        assert out == ""
        assert err
    if status == 0 and "abs" not in stdin and "log" not in stdin:
        assert err == ""


def test_a_bug_is_told_in_one_line_and_shown_on_demand(call, monkeypatch):
    def fail(_path):
        raise ZeroDivisionError("oh no")

    monkeypatch.setattr("backcalc.cli.input.read", fail)
    status, out, err = call("run", "lattice.bg")
    assert (status, out) == (2, "")
    assert err == ("error: backcalc failed (ZeroDivisionError: oh no). This is a bug; BACKCALC_DEBUG=1 shows where.\n")
    monkeypatch.setenv("BACKCALC_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["backcalc", "run", "lattice.bg"])
    with pytest.raises(ZeroDivisionError):
        main()


@pytest.mark.parametrize(
    ("error", "status", "message"),
    [
        (KeyboardInterrupt(), 130, "\ninterrupted\n"),
        (MemoryError(), 2, "error: this needs more memory than there is\n"),
        (BrokenPipeError(), 0, ""),
        (OSError(28, "No space left on device"), 2, "error: cannot write the result: no space left on device\n"),
        (OSError(13, "Permission denied", "a.svg"), 2, "error: cannot write the result to a.svg: permission denied\n"),
    ],
)
def test_what_may_interrupt_a_run(error, status, message, call, monkeypatch):
    def fail(_path):
        raise error

    monkeypatch.setattr("backcalc.cli.input.read", fail)
    assert call("run", "lattice.bg") == (status, "", message)


# The derivation


def test_the_derivation_goes_line_by_line_through_a_pipe(call):
    status, out, err = call("explain", "network-a.bg", "--node", "u3")
    assert (status, err) == (0, "")
    assert out.splitlines()[1:] == ["∂L/∂u3 = ∂L/∂v2 · ∂v2/∂u3 + ∂L/∂v3 · ∂v3/∂u3 = (−10)(1) + (−20)(−1) = 10"]


def test_digits_of_a_derivation_are_for_display(call):
    _, out, _ = call("explain", "lattice.bg", "--digits", "2", "--node", "o,b4")
    assert "o = t5·b5 = 0.94·0.34 = 0.32\n" in out
    assert out.endswith("\n\nNumbers are rounded to 2 significant digits for display only.\n")
    found = json.loads(call("explain", "lattice.bg", "--digits", "2", "--node", "o", "--format", "json")[1])
    assert found["steps"][0]["value"] == pytest.approx(0.3200912831, rel=1e-9)


def test_the_derivation_with_respect_to_an_input(call):
    _, out, _ = call("explain", "neuron.bg", "--at", NEURON_AT, "--wrt", "b")
    assert re.findall(r"^∂J/∂(\w) ", out, flags=re.MULTILINE) == ["J", "y", "v", "b"]


@pytest.mark.parametrize(
    ("options", "status", "words"),
    [
        (["--node", "u33"], 2, "--node: error: the graph has no node `u33`\n  hint: did you mean `u3`?"),
        (["--wrt", "x3"], 2, "--wrt: error: the graph has no node `x3`"),
        (["--of", "L2"], 2, "the graph has no node `L2`"),
        (["--node", "u3", "--wrt", "x1"], 2, "--node says which steps are shown, and so does --wrt: drop one of them"),
        (["--nod", "u3"], 2, "--node"),
        (["--format", "csv"], 2, "csv"),
    ],
)
def test_a_derivation_refused(options, status, words, call):
    found = call("explain", "network-a.bg", *options)
    assert found[:2] == (status, "")
    assert words in found[2]


def test_a_derivation_that_is_not_finite_has_status_1(call):
    status, out, err = call("explain", "-", "--at", "x=-1", stdin="y = log(x)")
    assert status == 1
    assert "∂y/∂x = 1/x = nan (no slope here)" in out
    assert "warning: in `y`, log(-1) is nan" in err


@pytest.mark.parametrize(
    ("format_", "first"),
    [
        ("table", "Forward pass: values"),
        ("markdown", "## Forward pass: values"),
        ("latex", r"\documentclass{article}"),
        ("json", "{"),
    ],
)
def test_formats_of_a_derivation(format_, first, call):
    status, out, err = call("explain", "lattice.bg", "--format", format_)
    assert (status, err) == (0, "")
    assert out.splitlines()[0] == first


# Help, version, and what is not there

EXAMPLE = re.compile(r"^ +(?:cat \S+ \| )?backcalc (\w+)", re.MULTILINE)


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_of_every_command_has_an_example(name, option, call):
    status, out, err = call(name, option)
    assert (status, err) == (0, "")
    assert f"Usage: backcalc {name} [OPTIONS]" in out
    assert name in EXAMPLE.findall(out.partition("Examples:")[2])


def test_help_lists_every_command_and_loads_none(call):
    status, out, _ = call("--help")
    assert status == 0
    for name, line in COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(line)}$", out, flags=re.MULTILINE)
    assert "An example: backcalc run lattice.bg --at x=1" in out


def test_the_summary_of_a_command_is_that_of_its_help(call):
    for name, line in COMMANDS.items():
        usage, _, more = call(name, "--help")[1].partition("\n\n")
        assert usage.startswith(f"Usage: backcalc {name} ")
        assert " ".join(more.split("\n\n")[0].split()) == line


def test_version(call):
    assert call("--version") == (0, f"backcalc {backcalc.__version__}\n", "")


def test_every_command_of_the_contract_is_there():
    assert set(COMMANDS) == {
        "run", "check", "explain", "paths", "derive", "draw", "report", "descend", "sweep", "taylor", "verify", "grade",
        "quiz", "export", "fmt", "samples",
    }  # fmt: skip


SLIPS = [
    (["rnu", "lattice.bg"], "no command `rnu`; did you mean `run`?"),
    (["smaples"], "no command `smaples`; did you mean `samples`?"),
    (["lattice.bg"], "no command `lattice.bg`; to run the graph: backcalc run lattice.bg"),
    (["gradient"], "no command `gradient`. `backcalc --help` lists them."),
    (["run", "lattice.bg", "--wtr", "x"], "--wrt"),
    (["run", "lattice.bg", "--formt", "json"], "--format"),
    (["--versoin"], "--version"),
]


@pytest.mark.parametrize(("arguments", "message"), SLIPS)
def test_did_you_mean(arguments, message, call):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert message in err


# Any argument at all

odd_text = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)
likely = st.sampled_from([
    "run", "check", "paths", "fmt", "samples", "lattice.bg", "neuron.bg", "nowhere", ".", "..", "/", "/dev/null", "-",
    "--", "-x", "--at", "--of", "--wrt", "--from", "--to", "--limit", "--format", "--digits", "--help", "--all-pairs",
    "--mode", "--color", "forward",
    "json", "always", "x", "x=1", "x=[1]", "x=1/0", "x=1e999", "x,", "σ", "=", ",", "@", "@.", "@neuron.json", "*",
    "~", "", " ", "a\nb", "\x1b[31m", "\ud7ff", "\udcff",
])  # fmt: skip


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(likely | odd_text, max_size=6))
def test_no_arguments_lead_to_a_traceback(call, arguments):
    status, _out, err = call(*arguments)
    assert status in (0, 1, 2)
    assert "Traceback" not in err
    assert "backcalc failed" not in err
    assert "\x1b" not in err


@settings(max_examples=80, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(st.sampled_from("abxσ12.5e+-*/^()[]{}=<>,;:#\n \t'∂d") | st.characters(exclude_categories=["Cs"])))
def test_no_file_leads_to_a_traceback(call, text):
    status, out, err = call("run", stdin=text)
    assert status in (0, 1, 2)
    assert "Traceback" not in err
    assert "backcalc failed" not in err
    assert (out == "") == (status == 2)


# Commands other than `run`


def test_samples_lists_and_prints(call):
    status, out, err = call("samples")
    assert (status, err) == (0, "")
    names = [line.split()[0] for line in out.splitlines()]
    assert names == ["sample", *sorted(path.stem for path in SAMPLES.glob("*.bg"))]
    text = (SAMPLES / "lattice.bg").read_text(encoding="utf-8")
    assert call("samples", "lattice") == call("samples", "lattice.bg") == (0, text, "")


def test_a_missing_file_that_is_a_sample_has_a_hint(call, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    for name in ("lattice.bg", "lattice"):
        err = call("run", name)[2]
        assert "there is a sample of this name: backcalc samples lattice > lattice.bg" in err


def test_check_marks_by_the_digits_written(call):
    status, out, err = call("check", stdin="y = 1/3 + 0*x\ninput x = 1\n#= y = 0.33\n#= dy/dx = 0\n#= y = 0.336\n")
    assert (status, err) == (1, "")
    assert out == (
        "   answer  given  expected  verdict\n"
        "✓  y       0.33   0.333333  right\n"
        "✓  dy/dx   0      0         right\n"
        "✗  y       0.336  0.333333  wrong\n"
        "\n"
        "first wrong, going backwards: y\n"
        "\n"
        "2 of 3 right\n"
    )


def test_check_as_json(call):
    status, out, _ = call("check", "network-b.bg", "--format", "json")
    marks = json.loads(out)
    assert (status, marks["right"], marks["total"]) == (0, 4, 4)
    assert marks["answers"][0] == {
        "answer": "dL/dq1", "given": "10", "expected": 10.0, "verdict": "right", "note": None,
        "diagnosis": None,
    }  # fmt: skip


@pytest.mark.parametrize("name", sorted(path.name for path in SAMPLES.glob("*.bg")))
def test_every_sample_is_right(name, call):
    point = Path(SAMPLES / name).with_suffix(".json")
    at = ["--at", f"@{point.name}"] if point.exists() else []
    status, out, err = call("check", name, *at)
    assert status == 0
    assert not err or "which is not in the range" in err
    assert not re.search("^✗", out, flags=re.MULTILINE)


def test_fmt_writes_only_on_demand(call, tmp_path):
    path = tmp_path / "y.bg"
    path.write_text("y=2 *x # twice\n", encoding="utf-8")
    assert call("fmt", str(path)) == (0, "y = 2*x  # twice\n", "")
    status, out, err = call("fmt", "--check", str(path))
    assert (status, out, err) == (1, "", f"{path}: not formatted; `backcalc fmt --write {path}` does it\n")
    assert path.read_text(encoding="utf-8") == "y=2 *x # twice\n"
    assert call("fmt", "--write", str(path)) == (0, "", "")
    assert path.read_text(encoding="utf-8") == "y = 2*x  # twice\n"
    assert call("fmt", "--check", str(path)) == (0, "", "")


# Streams: real processes


def process(*arguments, env=None, **options):
    return finished([*BACKCALC, *arguments], {"NO_COLOR": "", **(env or {})}, **options)


ONES = "ones() { head -c 100000000 /dev/zero | tr '\\0' 1; }"  # A line of 100 MB.


def shell(script, **environment):
    """A bash script in the samples' folder with `backcalc` as a function: (stdout, stderr)."""
    command = " ".join(f"'{part}'" for part in BACKCALC)
    done = finished(["bash", "-c", f'backcalc() {{ {command} "$@"; }}\n{ONES}\n{script}'], environment)
    return done.stdout.decode("utf-8"), done.stderr.decode("utf-8")


def finished(command, environment, **options):
    return subprocess.run(
        command, cwd=SAMPLES, env={**os.environ, **environment}, capture_output=True, timeout=60, check=False, **options
    )


@pytest.fixture(scope="module")
def big(tmp_path_factory):
    """A graph whose table is larger than a pipe holds."""
    path = tmp_path_factory.mktemp("big") / "big.bg"
    path.write_text("x0 = 1\n" + "".join(f"x{i} = sin(x{i - 1})\n" for i in range(1, 2500)), encoding="utf-8")
    return path


@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", ["run --format table", "run --format json", "fmt"])
def test_a_closed_pipe_ends_quietly(big, command, unbuffered):
    script = f"backcalc {command} '{big}' | head -1 > /dev/null; echo ${{PIPESTATUS[0]}}"
    assert shell(script, PYTHONUNBUFFERED=unbuffered) == ("0\n", "")


LOST = "error: cannot write the result: bad file descriptor\n"
NO_TEXT = "error: the file is not text\n  hint: save it as plain text, in UTF-8\n"
LONG = "<stdin>: error: a line is longer than 32 MiB\n"
ENDLESS = "<stdin>: error: this is more than is read: 512 MiB\n"
STREAMS = [
    ("backcalc --help | true; echo ${PIPESTATUS[0]}", "0\n", ""),
    ("backcalc run lattice.bg | true; echo ${PIPESTATUS[0]}", "0\n", ""),
    ("backcalc run nowhere.bg 2>&1 | true; echo ${PIPESTATUS[0]}", "2\n", ""),
    (
        "backcalc run lattice.bg > /dev/full; echo $?",
        "2\n",
        "error: cannot write the result: no space left on device\n",
    ),
    ("{ backcalc run lattice.bg >&-; } ; echo $?", "2\n", LOST),
    (
        "{ backcalc run lattice.bg --format json >&-; } ; echo $?",
        "2\n",
        LOST,
    ),
    ("{ backcalc --version >&-; } ; echo $?", "2\n", LOST),
    ("{ echo 'y = 2*3' | backcalc fmt --check >&-; } ; echo $?", "0\n", ""),
    (
        "echo 'y = log(-1)' | backcalc run 2>/dev/full | tail -n 1; echo ${PIPESTATUS[1]}",
        "y     log(-1)    nan         1\n1\n",
        "",
    ),
    ("backcalc run nofile 2>/dev/full; echo $?", "2\n", ""),
    ("backcalc nonsense 2>/dev/full; echo $?", "2\n", ""),
    ("backcalc run lattice.bg > /dev/full 2>/dev/full; echo $?", "2\n", ""),
    ("yes | backcalc run -; echo ${PIPESTATUS[1]}", "2\n", ENDLESS),
    (
        "backcalc run /dev/zero; echo $?",
        "2\n",
        f"/dev/zero: {NO_TEXT}",
    ),
    (
        "ones | backcalc run; echo $?",
        "2\n",
        LONG,
    ),
    (
        "ones | backcalc run lattice.bg --data -; echo $?",
        "2\n",
        LONG,
    ),
    (
        "f=$(mktemp); truncate -s 5G $f; backcalc run - < $f; echo $?; rm $f",
        "2\n",
        f"<stdin>: {NO_TEXT}",
    ),
    ("backcalc run nowhere.bg 2>&-; echo $?", "2\n", ""),
    ("backcalc run lattice.bg 2>&- | wc -l", "16\n", ""),
    ("backcalc run <&- 2> /dev/null; echo $?", "2\n", ""),
    ("echo 'y = 2*3' | backcalc run | tail -n 1", "y     2*3          6         1\n", ""),
    ("backcalc run lattice.bg | awk '!NF {exit} {print $1, $NF}' | tail -n 2", "b5 0.940272\no 1\n", ""),
]


@pytest.mark.parametrize(("script", "out", "err"), STREAMS, ids=[row[0] for row in STREAMS])
def test_streams_as_shells_make_them(script, out, err):
    if "/dev/full" in script and not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    found_out, found_err = shell(script)
    assert (found_out, found_err) == (out, err)


def test_ctrl_c_ends_with_130_and_no_traceback():
    running = subprocess.Popen(
        [*BACKCALC, "run"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    running.stdin.write(b"# more than a pipe holds, so that it is being read when this line has gone in\n" * 4000)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=30)
    assert (running.returncode, out, err) == (130, b"", b"\ninterrupted\n")


ASCII = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}


def test_a_stream_without_the_letters_spells_them():
    done = process("run", "network-b.bg", env=ASCII)
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"node  formula    value  dL/dnode\n")
    marks = process("check", "network-b.bg", env=ASCII)
    assert (marks.returncode, marks.stdout.splitlines()[1].split()[0]) == (0, b"+")
    error = process("run", env=ASCII, input="η = 2β".encode())
    assert error.returncode == 2
    assert error.stderr.startswith(rb"<stdin>:1:6: error: unexpected `\u03b2`")


def test_json_stays_json_on_a_stream_without_the_letters():
    text = "η = β + 𝛼\n"  # The last lies beyond the first 65,536 characters.
    done = process("run", "--at", "β=1,𝛼=2", "--format", "json", env=ASCII, input=text.encode())
    plain = process(
        "run", "--at", "β=1,𝛼=2", "--format", "json", input=text.encode(), env={"PYTHONIOENCODING": "utf-8"}
    )
    assert done.returncode == plain.returncode
    if done.returncode == 0:
        assert json.loads(done.stdout.decode("ascii")) == json.loads(plain.stdout.decode("utf-8"))


@pytest.mark.parametrize(("text", "spelt"), [("∂", "d"), ("→", "->"), ("é", "\\u00e9"), ("𝛼", "\\ud835\\udefc")])
def test_what_an_encoding_lacks_is_spelt(text, spelt):
    assert _spell(UnicodeEncodeError("ascii", f"x{text}y", 1, 1 + len(text), "")) == (spelt, 1 + len(text))


def loaded_by(*arguments):
    """The modules that a command needs, beyond those that Python itself has loaded before."""
    code = "import os, sys; before = {*sys.modules}; os._exit = sys.exit; from backcalc.__main__ import main\n"
    code += "try: main()\nfinally: print(*{*sys.modules} - before, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=SAMPLES, capture_output=True, text=True, check=True
    )
    return set(done.stderr.split())


# What backcalc itself prints, and how a terminal without it has it: `×` of shapes, `⊙` and `ᵀ` of derivations.
SPELLINGS = {"∂": "d", "→": "->", "·": "*", "−": "-", "×": "*", "⊙": "*", "ᵀ": ".T", "…": "...", "≠": "!="}
VECTORS = ["vectors.bg", "network-a.bg"]


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
@pytest.mark.parametrize("command", ["run", "explain", "paths", "derive"])
@pytest.mark.parametrize("sample", VECTORS)
def test_what_an_encoding_lacks_is_spelled(sample, command, encoding):
    of = ["--of", "o"] if (sample, command) == ("vectors.bg", "derive") else []
    plain, spelled = (process(command, sample, *of, env={"PYTHONIOENCODING": name}) for name in ("utf-8", encoding))
    assert plain.returncode == spelled.returncode
    expected = plain.stdout.decode()
    for char, word in SPELLINGS.items():
        if not can_encode(char, encoding):
            expected = expected.replace(char, word)
    assert spelled.stdout.decode(encoding) == expected
    assert b"\\u" not in spelled.stdout + spelled.stderr


def can_encode(char, encoding):
    try:
        return bool(char.encode(encoding))
    except UnicodeEncodeError:
        return False


def test_a_plot_in_ascii_is_drawn_with_stars():
    env = {"PYTHONIOENCODING": "ascii", "COLUMNS": "60", "NO_COLOR": "1", "FORCE_COLOR": ""}
    done = process("sweep", "activations.bg", "--of", "r", "--at", "x=-1:1:21", "--color", "always", env=env)
    assert b"\\u" not in done.stdout
    assert b"*" in done.stdout
    assert b"o**" in done.stdout  # The kink, and the slope behind it.


# What takes a while to load, and what only other runs need.
HEAVY = {
    *("rich", "numpy", "lark", "pathlib", "tempfile", "importlib.resources", "logging"),
    *("fractions", "decimal", "numbers", "pickle", "hashlib", "html"),
    *("backcalc.api", "backcalc.rules.functions.arrays", "backcalc.bulk.points.passes", "backcalc.analysis.samples"),
    *("backcalc.marking.key", "backcalc.bulk.points.run", "backcalc.analysis.explain", "backcalc.language.format"),
    *("backcalc.bulk.points.reader", "backcalc.rules.functions.stacks", "backcalc.language.hints"),
    *("backcalc.graph.inference", "backcalc.cli.slips"),
    *("backcalc.rules.simplify", "backcalc.rules.rewrites", "backcalc.rules.tidy"),
    *("backcalc.calculus.substitute", "backcalc.calculus.guards"),
    *("backcalc.render.formats.terminal", "backcalc.render.formats.latex", "backcalc.language.foreign.lists"),
    *(f"backcalc.cli.commands.{name}" for name in COMMANDS if name != "run"),
}


def test_what_is_not_to_be_loaded_is_there():
    assert all(find_spec(name) for name in HEAVY if name.startswith("backcalc"))


@pytest.mark.parametrize(
    "options", [[], ["--format", "json"], ["--format", "csv"], ["--format", "markdown"], ["--partials"]]
)
def test_a_piped_run_of_numbers_loads_nothing_heavy(options):
    assert not HEAVY & loaded_by("run", "lattice.bg", *options)


def test_a_table_has_no_methods_generated():
    assert not {"dataclasses", "copy", "json", "heapq"} & loaded_by("run", "lattice.bg")


@pytest.mark.parametrize("command", ["run", "explain"])
def test_a_terminal_needs_the_styles_of_rich_alone(command):
    loaded = loaded_by(command, "lattice.bg", "--color", "always")
    assert "rich.style" in loaded
    assert not {"rich.console", "rich.text", "rich.table", "numpy", "lark"} & loaded


def test_the_version_loads_next_to_nothing():
    own = {name for name in loaded_by("--version") if name.partition(".")[0] == "backcalc"}
    assert own == {"backcalc", "backcalc.__main__", "backcalc.cli", "backcalc.cli.process", "backcalc.version"}
    assert not (HEAVY | {"click", "typing", "dataclasses", "re"}) & loaded_by("--version")


def test_a_proof_loads_what_it_needs_alone():
    loaded = loaded_by("verify", "-e", "input x in [-1, 1]; y = x^2; claim y <= 1", "--prove")
    assert "backcalc.analysis.proof" in loaded
    # No results are marked, no file of points is read, and NumPy's masked arrays come with its `unique`.
    assert (
        not {"backcalc.marking", "backcalc.bulk.points.reader", "csv", "numpy.ma", "mpmath", "flint", "scipy"} & loaded
    )


def test_help_loads_no_command():
    assert not {f"backcalc.cli.commands.{name}" for name in COMMANDS} & loaded_by("--help")


# Terminals


def on_terminal(*arguments, columns=80, **environment):
    """What a terminal of that many columns is sent on stdout, and the exit status."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    clean = {
        name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
    }
    running = subprocess.Popen(
        [*BACKCALC, *arguments], cwd=SAMPLES, stdin=follower, stdout=follower, stderr=subprocess.PIPE,
        env={**clean, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **environment},
    )  # fmt: skip
    sent, has_ended = b"", False
    # Open at both ends until all is read: Linux may drop what is under way to a terminal that is closed.
    while select.select([leader], [], [], 0.02)[0] or not has_ended:
        if select.select([leader], [], [], 0)[0]:
            sent += os.read(leader, 65536)
        else:
            has_ended = running.poll() is not None
    os.close(leader)
    os.close(follower)
    _, err = running.communicate(timeout=30)
    return sent.decode("utf-8").replace("\r\n", "\n"), err.decode("utf-8"), running.returncode


NUMBERS = [f"{number:.6g}" for number in backcalc.load(SAMPLES / "lattice.bg").run().run.adjoints]


@pytest.mark.parametrize("columns", [20, 30, 40, 80, 200])
def test_a_terminal_of_any_width_shows_every_number_whole(columns):
    sent, err, status = on_terminal("run", "lattice.bg", columns=columns)
    assert (err, status) == ("", 0)
    text = ANSI.sub("", sent)
    assert not set(NUMBERS) - set(text.split())
    assert max(map(len, text.splitlines())) <= columns
    assert ("formula" in text.splitlines()[0]) == (columns >= 40)


@pytest.mark.parametrize("columns", [40, 80, 200])
def test_a_derivation_fits_a_terminal(columns):
    sent, err, status = on_terminal("explain", "lattice.bg", columns=columns)
    assert (err, status) == ("", 0)
    text = ANSI.sub("", sent)
    assert not set(NUMBERS) - set(re.split(r"[\s()]+", text.replace("−", "-")))
    assert max(map(len, text.splitlines())) <= columns
    assert bool(ANSI.search(sent))
    assert not ANSI.search(on_terminal("explain", "lattice.bg", "--color", "never")[0])


def test_columns_set_by_hand_count():
    sent, _, _ = on_terminal("run", "lattice.bg", columns=200, COLUMNS="30")
    assert max(len(line) for line in ANSI.sub("", sent).splitlines()) <= 30


def test_a_pager_is_as_wide_as_its_terminal():
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
    clean = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    command = [*BACKCALC, "run", "lattice.bg", "--color", "always"]
    done = subprocess.run(command, cwd=SAMPLES, stdin=follower, capture_output=True, env=clean, check=True)
    os.close(leader)
    os.close(follower)
    assert 20 < max(len(line) for line in ANSI.sub("", done.stdout.decode("utf-8")).splitlines()) <= 30


@pytest.mark.parametrize("columns", ["", "0", "wide"])
def test_without_a_terminal_there_are_eighty_columns(columns):
    command = [*BACKCALC, "explain", "lstm.bg", "--color", "always"]
    clean = {**os.environ, "COLUMNS": columns}
    done = subprocess.run(command, cwd=SAMPLES, stdin=subprocess.DEVNULL, capture_output=True, env=clean, check=True)
    assert 70 < max(len(line) for line in ANSI.sub("", done.stdout.decode("utf-8")).splitlines()) <= 80


COLOURS = [
    ([], {}, True),
    ([], {"NO_COLOR": "1"}, False),
    (["--color", "never"], {}, False),
    (["--color", "always"], {"NO_COLOR": "1"}, True),
    ([], {"TERM": "dumb"}, False),
]


@pytest.mark.parametrize(("options", "environment", "coloured"), COLOURS)
def test_colour_on_a_terminal(options, environment, coloured):
    sent, _, _ = on_terminal("run", "lattice.bg", *options, **environment)
    assert bool(ANSI.search(sent)) == coloured
    assert ANSI.sub("", sent).splitlines()[1].startswith("─")


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, False), ({"FORCE_COLOR": "1"}, True), ({"FORCE_COLOR": "1", "NO_COLOR": "1"}, False)],
)
def test_colour_is_forced_anywhere(environment, coloured):
    env = {"FORCE_COLOR": "", "NO_COLOR": "", "TERM": "xterm", "PYTHONIOENCODING": "utf-8", **environment}
    assert (b"\x1b[1m" in process("run", "lattice.bg", env=env).stdout) == coloured
    for text in (b"y = 2x", b"y = log(x)\nx = -1"):
        err = process("run", env=env, input=text).stderr.decode()
        assert bool(ANSI.search(err)) == coloured
        plain = process("run", env={**env, "NO_COLOR": "1"}, input=text).stderr.decode()
        assert ANSI.sub("", err) == plain


@pytest.mark.parametrize("shell_", ["zsh", "fish"])
def test_the_line_of_a_command_is_whole_in_a_completion(shell_):
    words = "backcalc gra" if shell_ == "zsh" else "backcalc"
    env = {
        "_BACKCALC_COMPLETE": f"{shell_}_complete",
        "COMP_WORDS": words,
        "COMP_CWORD": "1" if shell_ == "zsh" else "gra",
    }
    assert COMMANDS["grade"] in process(env=env).stdout.decode()


def test_no_graph_on_a_terminal_does_not_wait_for_one():
    sent, err, status = on_terminal("run")
    assert (sent, status) == ("", 2)
    assert "no graph: name a file, or pipe one in" in err


def test_a_pipe_has_no_colour_unless_asked():
    assert b"\x1b" not in process("run", "lattice.bg").stdout
    asked = process("run", "lattice.bg", "--color", "always", env={"TERM": "xterm", "PYTHONIOENCODING": "utf-8"})
    assert b"\x1b[1m" in asked.stdout


# Shell completion


COMPLETED = [
    ("backcalc ", list(COMMANDS)),
    ("backcalc r", ["run", "report"]),
    ("backcalc run lattice.bg --m", ["--mode"]),
    ("backcalc run lattice.bg --mode ", ["reverse", "forward"]),
    ("backcalc run --format c", ["csv"]),
    ("backcalc run lattice.bg --of t", ["t1", "t2", "t3", "t4", "t5"]),
    ("backcalc run --at x=1 lattice.bg --wrt t1,b", ["t1,b1", "t1,b2", "t1,b3", "t1,b4", "t1,b5"]),
    ("backcalc paths lattice.bg --from t1,t", ["t1,t1", "t1,t2", "t1,t3", "t1,t4", "t1,t5"]),
    ("backcalc paths network-a.bg --to v", ["v1", "v2", "v3"]),
    ("backcalc run nowhere.bg --of t", []),
    ("backcalc run lattice.bg --at ", ["x="]),
    ("backcalc run neuron.bg --at w=1,", ["w=1,w=", "w=1,x=", "w=1,b=", "w=1,z="]),
    ("backcalc run network-a.bg --at u", ["u1=", "u2=", "u3="]),
    ("backcalc run lattice.bg --get do/dt", ["do/dt1", "do/dt2", "do/dt3", "do/dt4", "do/dt5"]),
    ("backcalc run lattice.bg --get do", ["do/"]),
    ("backcalc run neuron.bg --get d", ["dv/", "dy/", "dJ/"]),
    ("backcalc sweep neuron.bg --at ", ["w=", "x=", "b=", "z="]),
    ("backcalc run neuron.bg --get dJ/", ["dJ/dw", "dJ/dx", "dJ/db", "dJ/dv", "dJ/dy", "dJ/dz", "dJ/dJ"]),
    ("backcalc run lattice.bg --get t", ["t1", "t2", "t3", "t4", "t5"]),
    ("backcalc explain lattice.bg --at x", ["x="]),
    ("backcalc run -e y=a*b --at a", ["a="]),
    ("backcalc run -e y=a*b --get dy/d", ["dy/da", "dy/db", "dy/dy"]),
    ("backcalc check -e y=a*b dy/da", ["dy/da"]),
    ("backcalc check lattice.bg t", ["t1", "t2", "t3", "t4", "t5"]),
    ("backcalc check lattice.bg t1=1 do/dt", ["do/dt1", "do/dt2", "do/dt3", "do/dt4", "do/dt5"]),
    ("backcalc check --at x=1 lattice.bg ∂o/∂x", ["∂o/∂x"]),
    ("backcalc check nowhere.bg t", []),
    ("backcalc check --require ", ["given", "all"]),
    ("backcalc run errors/parse/lone-name.bg --of y", []),
    ("backcalc run --of t", []),
    ("backcalc quiz --kind v", ["vectors"]),
    ("backcalc samples n", ["network-a", "network-b", "neuron", "newton"]),
    ("backcalc explain network-a.bg --node u", ["u1", "u2", "u3"]),
    ("backcalc paint ", list(COMMANDS)),
]


@pytest.mark.parametrize(("words", "proposed"), COMPLETED)
def test_completion(words, proposed, call, monkeypatch):
    monkeypatch.setenv("_BACKCALC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", words)
    monkeypatch.setenv("COMP_CWORD", str(words.count(" ")))
    status, out, err = call()
    assert (status, err) == (0, "")
    assert [line.partition(",")[2] for line in out.splitlines() if line] == proposed


# What each shell is asked, in its own words, and prints: the proposals, a line each.
ASKED = {
    "bash": 'eval "$(_BACKCALC_COMPLETE=bash_source backcalc)"; COMP_WORDS=({words}); '
    "COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); _backcalc_completion backcalc; printf '%s\\n' \"${{COMPREPLY[@]}}\"",
    "zsh": 'compdef() {{ }}; eval "$(_BACKCALC_COMPLETE=zsh_source backcalc)"; '
    "compadd() {{ print -l -- $completions }}; words=({words}); CURRENT=$#words; _backcalc_completion",
    "fish": "_BACKCALC_COMPLETE=fish_source backcalc | source; complete -C '{words}'",
}


@pytest.mark.parametrize("shell_", ASKED)
@pytest.mark.parametrize(
    ("words", "proposed"),
    [
        ("backcalc run network-a.bg --at u", {"u1=", "u2=", "u3="}),
        ("backcalc run neuron.bg --at w=1,x", {"w=1,x="}),
        ("backcalc run lattice.bg --get do/dt", {"do/dt1", "do/dt2", "do/dt3", "do/dt4", "do/dt5"}),
        ("backcalc run lattice.bg --wrt t1,t", {"t1,t1", "t1,t2", "t1,t3", "t1,t4", "t1,t5"}),
    ],
)
def test_completion_in_a_shell(shell_, words, proposed):
    if not shutil.which(shell_):
        pytest.skip(f"{shell_} is not installed")
    bare = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell_]
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    command = [shell_, *bare, "-c", ASKED[shell_].format(words=words)]
    done = subprocess.run(command, cwd=SAMPLES, env=env, capture_output=True, text=True, check=False)
    assert {line.partition("\t")[0] for line in done.stdout.splitlines() if line} == proposed


def test_bash_is_asked_by_the_line_and_told_from_where_its_word_begins(call, monkeypatch):
    """At each `=` bash begins a new word, and only that is replaced."""
    monkeypatch.setenv("_BACKCALC_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_LINE", "backcalc run neuron.bg --at w=1,")
    assert call()[1].split() == ["plain,1,w=", "plain,1,x=", "plain,1,b=", "plain,1,z="]
    monkeypatch.setenv("COMP_LINE", "backcalc run neuron.bg --at ")
    assert call()[1].split() == ["plain,w=", "plain,x=", "plain,b=", "plain,z="]


@pytest.mark.parametrize("shell_", ["bash", "zsh", "fish"])
def test_completion_scripts(shell_):
    done = process(env={"_BACKCALC_COMPLETE": f"{shell_}_source"})
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"_BACKCALC_COMPLETE=" in done.stdout
    assert b"backcalc" in done.stdout
