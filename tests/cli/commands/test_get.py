"""A graph on the command line, single numbers out of it, several files, and the hook for pre-commit."""

from __future__ import annotations

import json
import math
import re
import shlex
from pathlib import Path

import pytest

from backcalc.cli import COMMANDS

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("command", "out"),
    [
        ("-e 'y = sin(x)^2' --at x=1 --get dy/dx", f"{2 * math.sin(1) * math.cos(1)!r}\n"),
        ("-e 'y = 3*x' -e 'z = y + w' --at x=1 --get dz/dx --get y --get dy/dw", "3\n3\n0\n"),
        ("-e 'y = x^2; z = x' --at x=0.1 --get y", "0.010000000000000002\n"),
        ("-e 'y = x^2; z = x' --at x=2 --get 'd²y/dx²'", "2\n"),
        ("-e 's = sum(W@x)' --at W=[[1,2],[3,4]],x=[1,0.1] --get ds/dW", "[[1, 0.1], [1, 0.1]]\n"),
        ("-e 's = sum(W@x)' --at W=[[1,2],[3,4]],x=[1,0.1] --get 'ds/dW[0,1]' --get 'W[1]'", "0.1\n[3, 4]\n"),
        ("-e 'h = W@x' --at W=[[1,2],[3,4]],x=[1,1] --get h --get dh/dx", "[3, 7]\n[[1, 2], [3, 4]]\n"),
        ("-e 'y = sin(x)^2' --get dy/dx --get y --get x", "2*sin(x)*cos(x)\nsin(x)^2\n?\n"),
        ("-e 's = sum(h^2)' -e 'input h[2]' --get ds/dh --get 'ds/dh[1]'", "2*h\n(2*h)[1]\n"),
        ("-e 'y = 2*x' --at x=1 --get x.grad --get '∂y/∂x' --get 'd(y)/d(x)'", "2\n2\n2\n"),
        ("-e 'y = 2*x; z = 3*x' --of z --at x=1 --get x.grad", "3\n"),
        ("-e 'h = 2*x' -e 'adjoint h = 5' --at x=1 --get dL/dx --get dh/dx --get h", "10\n2\n2\n"),
        ("-e 'a -> b : 2' -e 'b -> c : 3' --get dc/da --get dc/db --get b", "6\n3\n?\n"),
        ("network-a.bg --get dL/dx1", "-100\n"),
        ("-e 'y = a*1' --at a=3e15 --get y --get dy/da", "3000000000000000\n1\n"),
        ("-e 'y = -a' --at a=123456789 --get y", "-123456789\n"),
        # For the next program in a pipe, which reads no fractions.
        ("-e 'y = x/3' --get dy/dx", "0.3333333333333333\n"),
        ("-e 'y = 2*a' --at a=0.16666666666666666 --get y --get a", "0.3333333333333333\n0.16666666666666666\n"),
        ("-e 'y = [x/3, 2]' --get y --get dy/dx", "[x/3, 2]\n[0.3333333333333333, 0]\n"),
        ("-e 'input W[2,2]' -e 's = -sum(W)/3' --get 'ds/dW[1]'", "[-0.3333333333333333, -0.3333333333333333]\n"),
        ("-e 'y = -0*x' --at x=1 --get y", "0\n"),
        ("-e 'y = [a, 1/3]' --at a=3e15 --get y", "[3000000000000000, 0.3333333333333333]\n"),
    ],
)
def test_get_prints_just_that(call, command, out):
    assert call("run", *shlex.split(command)) == (0, out, "")


def test_get_is_exact_and_reads_back(call):
    _, out, _ = call("run", "lattice.bg", "--at", "x=1", "--get", "do/dx", "--get", "t3")
    table = json.loads(call("run", "lattice.bg", "--at", "x=1", "--format", "json")[1])
    assert [float(line) for line in out.split()] == [
        table["gradient"]["x"],
        next(node["value"] for node in table["nodes"] if node["name"] == "t3"),
    ]


@pytest.mark.parametrize("name", ["dn700/dn0", "n700", "dn700/dn699", "dn350/dn3"])
def test_get_of_a_large_graph_is_that_of_a_small_one(call, name, monkeypatch):
    text = "n0 = 1\nn0 -> n1 : 1\n" + "".join(f"n{i - 1} -> n{i} : {1 + i % 7 / 1000}\n" for i in range(1, 3001))
    found = call("run", "--get", name, stdin=text)
    monkeypatch.setattr("backcalc.analysis.run.LARGE", 1 << 30)
    assert call("run", "--get", name, stdin=text) == found
    assert found[0] == 0


@pytest.mark.parametrize(
    ("command", "err"),
    [
        ("-e 'y = x' --get dy/dq", "--get:1:1: error: the graph has no node `q`"),
        ("-e 'y = x' --get dy/", "--get:1:1: error: `dy/` is neither a derivative nor a node"),
        ("-e 'y = x' --get ''", "--get:1:1: error: `` is neither a derivative nor a node"),
        ("-e 'y = x' --get 'x[2]'", "--get:1:1: error: `x` is a number, which has no element [2]"),
        ("-e 'y = x' --get y --all-pairs", "--get shows what it asks for alone: drop --all-pairs, or --get"),
        ("-e 'y = x' --get y --format json", "--get shows what it asks for alone: drop --format json, or --get"),
        ("-e 'y = x' --get y --wrt x", "--get shows what it asks for alone: drop --wrt, or --get"),
        ("-e 'y = x/3' --get y --digits 2", "--get shows what it asks for alone: drop --digits, or --get"),
        ("-e 'y = x' --get y --digits 6", "--get shows what it asks for alone: drop --digits, or --get"),
        ("-e 'y = x' --get y --limit 3", "--get shows what it asks for alone: drop --limit, or --get"),
        ("-e 'y = x' lattice.bg", "the graph stands behind -e, or in lattice.bg: drop one of the two"),
        (
            "-e 'y = x' -e 'z = sin(y'",
            "-e:2:10: error: something is missing: expected a closing parenthesis or a comma",
        ),
        ("-e 'y = *'", "-e:1:5: error: unexpected `*`: expected an expression"),
        ("-e ''", "-e: error: the graph has no nodes"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(call, command, err):
    status, out, told = call("run", *shlex.split(command))
    assert (status, out) == (2, "")
    assert err in told


def test_what_is_not_finite_has_status_1(call):
    status, out, err = call("run", "-e", "y = log(x)", "--at", "x=-1", "--get", "y", "--get", "dy/dx")
    assert (status, out) == (1, "nan\n-1\n") or (status, out) == (1, "nan\nnan\n")
    assert "outside its domain" in err


EXPR = ("-e", "y = x^2", "-e", "#= dy/dx = 6", "--at", "x=3")
TAKES_A_GRAPH = [
    (("run", *EXPR), "y"),
    (("check", *EXPR), "1 of 1 right"),
    (("check", *EXPR, "dy/dx=6.0", "y = 9"), "2 of 2 right"),
    (("explain", *EXPR), "∂y/∂x"),
    (("paths", *EXPR), "x → y"),
    (("derive", *EXPR[:4]), "dy_dx"),
    (("descend", *EXPR, "--wrt", "x", "--rate", "0.1", "--steps", "1"), "x"),
    (("sweep", *EXPR[:4], "--at", "x=0:1:3"), "x"),
    (("taylor", *EXPR, "--order", "2"), "9"),
    (("fmt", *EXPR[:4]), "y = x^2"),
    (("grade", *EXPR, "-"), "1"),
    (("verify", *EXPR[:2], "-e", "claim y >= 0", "--at", "x=3"), "holds"),
    (("export", *EXPR[:4], "--to", "numpy"), "import"),
]


@pytest.mark.parametrize(("command", "shown"), TAKES_A_GRAPH, ids=lambda words: words[0])
def test_every_command_takes_a_graph_in_place(call, command, shown):
    status, out, err = call(*command, stdin="dy/dx = 6\n")
    assert (status, err) == (0, "")
    assert shown in out


def test_no_command_that_takes_a_graph_is_forgotten():
    assert {command[0] for command, _ in TAKES_A_GRAPH} == set(COMMANDS) - {"quiz", "samples", "draw", "report"}


def test_a_word_with_a_value_is_a_node_and_no_column(call):
    text = "a,b,k\nb,c,3\n"
    assert call("run", "--get", "dc/da", "--at", "k=2", stdin=text) == (0, "6\n", "")
    status, out, err = call("run", "--get", "dc/db", stdin=text)
    assert (status, out) == (0, "3\n")
    assert "line 1 is taken for the header" in err


# Several files


@pytest.fixture
def graphs(tmp_path):
    """Paths of a formatted graph, one that is not, and one that is none."""
    texts = {"a.bg": "y = x^2\n#= dy/dx = 6\n", "b.bg": "z=2*x\n#= dz/dx = 3\n", "c.bg": "y = *\n"}
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    return [str(tmp_path / name) for name in texts]


def test_fmt_checks_and_changes_several_files(call, graphs):
    a, b, c = graphs
    assert call("fmt", "--check", a, b) == (1, "", f"{b}: not formatted; `backcalc fmt --write {b}` does it\n")
    status, out, err = call("fmt", "--write", c, b, a)
    assert (status, out) == (2, "")
    assert f"{c}:1:5: error" in err
    assert Path(b).read_text() == "z = 2*x\n#= dz/dx = 3\n"
    assert call("fmt", "--check", a, b) == (0, "", "")
    assert call("fmt", a, b)[0] == 2


@pytest.mark.parametrize("text", [b"y = x\r\n", b"\xef\xbb\xbfy = x\n", "e\u0301 = x\n".encode()])
def test_fmt_checks_for_what_it_would_write(text, call, tmp_path):
    path = tmp_path / "y.bg"
    path.write_bytes(text)
    assert call("fmt", "--check", str(path))[0] == 1
    assert call("fmt", "--write", str(path)) == (0, "", "")
    assert path.read_bytes() != text
    assert call("fmt", "--check", str(path)) == (0, "", "")


def test_fmt_leaves_a_file_alone_that_is_formatted(call, graphs):
    before = Path(graphs[0]).stat().st_mtime_ns
    assert call("fmt", "--write", graphs[0]) == (0, "", "")
    assert Path(graphs[0]).stat().st_mtime_ns == before


@pytest.mark.parametrize(
    "text", ["digraph { a -> b [label=2] }\n", "id,source,target,w\n1,a,b,2\n", "flowchart LR\n a -->|2| b\n"]
)
def test_fmt_prints_a_list_in_the_language_and_keeps_the_file(call, text, tmp_path):
    path = tmp_path / "graph.dot"
    path.write_text(text)
    status, out, err = call("fmt", str(path))
    assert status == 0
    assert ("passed over: the column id" in err) is ("id" in text)  # What is lost by it is told.
    assert err.count("warning:") == ("id" in text)
    assert out.splitlines()[-1] in ("a -> b : 2", "a,b,2")
    for option in ("--check", "--write"):
        assert call("fmt", option, str(path))[0] == 1
    assert path.read_text() == text


def test_check_marks_several_files(call, graphs):
    a, b, c = graphs
    status, out, err = call("check", a, b, "--at", "x=3")
    assert (status, err) == (1, "")
    assert f"{a}:\n" in out
    assert f"\n{b}:\n" in out
    assert out.count("of 1 right") == 2
    status, out, err = call("check", c, a, "--at", "x=3")
    assert status == 2
    assert "1 of 1 right" in out
    assert f"{c}:1:5: error" in err


@pytest.mark.parametrize("place", [0, 1, 2])
def test_check_marks_the_files_that_are_there(call, graphs, place):
    """As `fmt` does: the one that is missing is told, and the worst status counts."""
    words = [*graphs[:2]]
    words.insert(place, "missing.bg")
    status, out, err = call("check", *words, "--at", "x=3")
    assert status == 2
    assert out.count("of 1 right") == 2
    assert err == "missing.bg: error: cannot read the file: no such file or directory\n\n"


@pytest.mark.parametrize("word", ["dy/dx", "dy/dx2.0", "x.grad", "t1.84"])
def test_a_slip_in_an_answer_is_no_missing_file(call, graphs, word):
    status, out, err = call("check", graphs[0], word, "--at", "x=3")
    assert (status, out) == (2, "")
    assert f"{word} is neither a file nor an answer" in err


@pytest.mark.parametrize("words", [["dy/dx=6"], ["--answers", "x"], ["--format", "latex"]])
def test_answers_go_with_one_graph(call, graphs, words):
    status, out, err = call("check", *graphs[:2], *words)
    assert (status, out) == (2, "")
    assert "one graph" in err


def test_the_hook_formats_the_files_that_it_is_given(call, graphs):
    """What pre-commit does with the hook: `entry` with the names of files that match `files`."""
    text = (ROOT / ".pre-commit-hooks.yaml").read_text()
    hooks = [
        dict(re.findall(r"^[- ] (\w+): (.*)$", part, re.MULTILINE))
        for part in re.split(r"^(?=- )", text, flags=re.MULTILINE)[1:]
    ]
    assert [hook["id"] for hook in hooks] == ["backcalc-fmt", "backcalc-fmt-check"]
    for hook, status in zip(reversed(hooks), (1, 0), strict=True):
        assert all(re.search(hook["files"], name) for name in graphs)
        program, *arguments = hook["entry"].split()
        assert program == "backcalc"
        assert call(*arguments, *graphs[:2])[0] == status
    assert Path(graphs[1]).read_text() == "z = 2*x\n#= dz/dx = 3\n"


@pytest.mark.parametrize("path", sorted((ROOT / "samples" / "lists").iterdir()), ids=lambda path: path.name)
def test_a_list_as_a_program_writes_it(call, path):
    """One graph of five edges in each of these files: 0.5·2·3 − 1.5·0.25."""
    status, out, err = call("run", str(path), "--get", "dheron/dalgae", "--get", "dheron/dfish")
    assert (status, out) == (0, "2.625\n0.25\n")
    assert err.count("warning") <= 1
    assert "passed over" in err or not err
    status, out, err = call("run", str(path), "--format", "json")
    assert json.loads(out)["gradient"] == {"algae": 2.625}
