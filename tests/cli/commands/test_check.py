"""`backcalc check` as its users meet it: where answers come from, what is printed where, and the exit status."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import token_soup

from backcalc.cli import main
from backcalc.cli.answer_words import joined

SAMPLES = Path(__file__).parents[3] / "samples"
SQUARE = "y = x^2\ninput x = 2\n"


@pytest.fixture
def call(monkeypatch, capsys, tmp_path):
    """`backcalc check` in a folder with the samples' network-a.bg and square.bg: (status, stdout, stderr)."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "network-a.bg").write_bytes((SAMPLES / "network-a.bg").read_bytes())
    (tmp_path / "square.bg").write_text(SQUARE, encoding="utf-8")

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["backcalc", "check", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, *capsys.readouterr()

    return run


def verdicts(call, *arguments, stdin="", status=0):
    """What is said of each answer."""
    found, out, _ = call(*arguments, "--format", "json", stdin=stdin)
    assert found == status
    return [(answer["answer"], answer["given"], answer["verdict"]) for answer in json.loads(out)["answers"]]


BOTH = [("dL/dx1", "-100", "right"), ("dL/dx2", "110", "right")]


@pytest.mark.parametrize(
    "arguments",
    [
        ["network-a.bg", "dL/dx1=-100", "dL/dx2=110"],
        ["dL/dx1=-100", "network-a.bg", "dL/dx2=110"],
        ["network-a.bg", "dL/dx1=-100;dL/dx2=110"],
        ["network-a.bg", "dL/dx1", "=", "-100", "dL/dx2=", "110"],
        ["network-a.bg", "dL/dx1", "=-100", "--format", "json", "dL/dx2", "=", "110"],
        ["network-a.bg", "∂L/∂x1 = -100", "d(L)/d(x2) = 110"],
    ],
)
def test_answers_are_arguments(arguments, call):
    assert verdicts(call, *arguments) == BOTH


def test_the_graph_may_come_through_a_pipe_with_the_answers_as_arguments(call):
    text = (SAMPLES / "network-a.bg").read_text(encoding="utf-8")
    assert verdicts(call, "dL/dx1=-100", "dL/dx2=110", stdin=text) == BOTH
    assert verdicts(call, "-", "dL/dx1=-100", "dL/dx2=110", stdin=text) == BOTH


def test_answers_come_from_a_file_or_a_pipe(call, tmp_path):
    sheet = "\ufeff# Anna\r\n  dL/dx1 = -100  # by hand\r\n\r\ndL/dx2 = 110\r\n"
    (tmp_path / "anna.txt").write_bytes(sheet.encode())
    assert verdicts(call, "network-a.bg", "--answers", "anna.txt") == BOTH
    assert verdicts(call, "network-a.bg", "--answers", "-", stdin=sheet) == BOTH


def test_without_answers_the_files_own_lines_are_marked(call):
    status, out, err = call("network-a.bg")
    assert (status, err) == (0, "")
    assert out.endswith("\n12 of 12 right\n")


@pytest.mark.parametrize(
    ("answer", "verdict"),
    [
        ("dL/dx1 = −100", "right"),
        ("dL/dx1 = -1000/10", "right"),
        ("dL/do = -1/0.1", "right"),
        ("dL/do=1/0.1", "wrong"),
        ("do/dx1 = 10", "right"),
        ("dv2/du3 = 1", "right"),
        ("o = .1", "right"),
        ("L = 2.3", "right"),
        ("L = 2.31", "rounding"),  # The last digit is off by one.
        ("L = 2.32", "wrong"),
        ("L = log(10)", "right"),
    ],
)
def test_an_answer_in_its_spellings(answer, verdict, call):
    ((_, _, found),) = verdicts(call, "network-a.bg", answer, status=1 if verdict == "wrong" else 0)
    assert found == verdict


@pytest.mark.parametrize(
    ("options", "answers", "status"),
    [
        ([], ["y=4.1"], 1),
        (["--tol", "0.05"], ["y=4.1"], 0),
        (["--tol", "0.01"], ["y=4.1"], 1),
        (["--tol", "0"], ["y=4"], 0),
        (["--sig", "1"], ["y=4.1"], 0),
        (["--sig", "2"], ["y=4.1"], 1),
        (["--sig", "2"], ["y=4.0"], 0),
    ],
)
def test_other_measures_of_right(options, answers, status, call):
    assert call("square.bg", *options, *answers)[0] == status


def test_what_is_asked_and_not_answered_is_missing(call, tmp_path):
    (tmp_path / "key.bg").write_text(SQUARE + "#= y = 4\n#= dy/dx = 4\n", encoding="utf-8")
    assert verdicts(call, "key.bg", "y=4", status=0) == [("y", "4", "right")]
    found = verdicts(call, "key.bg", "y=4", "--require", "all", status=1)
    assert found == [("y", "4", "right"), ("dy/dx", None, "missing")]
    # Without results in the file it is the gradient.
    found = verdicts(call, "square.bg", "y=4", "--require", "all", status=1)
    assert found == [("y", "4", "right"), ("dy/dx", None, "missing")]


def test_an_answer_that_could_not_be_read_is_there_and_not_right(call):
    stdin = "y = 4\ndy/dx = 4,000\n"
    status, out, err = call("square.bg", "--answers", "-", "--require", "all", stdin=stdin)
    assert status == 1
    assert out.splitlines()[1:4] == [
        "✓  y           4         4  right",
        "?  dy/dx   4,000         4  unreadable",
        "     `4,000` could be 4000 or 4.000",
    ]
    assert out.endswith("\n1 of 2 right, 1 unreadable\n")
    assert err.startswith("<stdin>:2:9: error: `4,000` could be 4000 or 4.000")
    found = json.loads(call("square.bg", "--answers", "-", "--format", "json", stdin=stdin)[1])
    assert found["answers"][1] == {
        "answer": "dy/dx", "given": "4,000", "expected": 4, "verdict": "unreadable",
        "note": "`4,000` could be 4000 or 4.000", "diagnosis": None,
    }  # fmt: skip
    line = call("square.bg", "--answers", "-", "--format", "csv", stdin=stdin)[1].splitlines()[2]
    assert line == 'dy/dx,"4,000",4,unreadable,,,"`4,000` could be 4000 or 4.000"'
    assert (
        "| ? | dy/dx | 4,000 | 4 | unreadable |"
        in call("square.bg", "--answers", "-", "--format", "markdown", stdin=stdin)[1]
    )


@pytest.mark.parametrize("blank", ["", " ?", " -", " n/a"])
def test_what_is_left_blank_is_missing(blank, call):
    sheet = f"y = 4\ndy/dx ={blank}\n"
    assert verdicts(call, "square.bg", "--answers", "-", stdin=sheet) == [("y", "4", "right")]
    found = verdicts(call, "square.bg", "--answers", "-", "--require", "all", stdin=sheet, status=1)
    assert found == [("y", "4", "right"), ("dy/dx", None, "missing")]
    found = verdicts(call, "square.bg", "--answers", "-", "--require", "all", stdin=f"dy/dx ={blank}", status=1)
    assert found == [("dy/dx", None, "missing")]


def test_the_report_is_printed_and_then_what_was_refused(call):
    status, out, err = call("square.bg", "y=4", "q=3", "dy/dx", "=", "4 4", "dy/dx=5")
    assert status == 2
    assert out == (
        "   answer  given  expected  verdict\n"
        "✓  y           4         4  right\n"
        "✗  dy/dx       5         4  wrong\n"
        "\n"
        "first wrong, going backwards: ∂y/∂x\n"
        "\n"
        "1 of 2 right\n"
    )
    assert [line for line in err.splitlines() if "error: " in line] == [
        "<arguments>:2:1: error: the graph has no node `q`",
    ]


def test_a_terminal_is_told_what_to_read(call):
    out = call("network-a.bg", "dL/dx1=100", "dL/dx2=110", "--color", "always")[1]
    assert "backcalc explain network-a.bg --node x1" in out
    assert "backcalc explain" not in call("network-a.bg", "dL/dx1=100")[1]
    assert "backcalc explain" not in call("network-a.bg", "dL/dx1=100", "--color", "always", "--hints")[1]
    out = call("square.bg", "--at", "x=1, ".strip(", "), "y=3", "dy/dx=2", "--color", "always")[1]
    assert "backcalc explain square.bg --at x=1 --node y" in out


@pytest.mark.parametrize("words", [["y≈4"], ["y", "~", "4"], ["y:", "4"], ["y", ":=", "4"], ["y: 4, dy/dx: 4"]])
def test_an_answer_has_one_of_several_signs(words, call):
    assert [verdict for _, _, verdict in verdicts(call, "square.bg", *words)] in (["right"], ["right", "right"])


def test_a_file_whose_name_has_a_sign_is_a_graph(call, tmp_path):
    (tmp_path / "a=b.bg").write_text(SQUARE, encoding="utf-8")
    assert verdicts(call, "a=b.bg", "y=4") == [("y", "4", "right")]


@pytest.mark.parametrize(
    ("text", "arguments", "status"),
    [
        ("y = x^2\n#= y = 5\n", ["--at", "x=2"], 1),
        ("y = x^2\n#= y = 4\n#= z\n", ["--at", "x=2"], 2),
        ("y = x^2\n#= y = 4\n", [], 2),  # The point is missing.
        ("y = x^2\n", ["y=4", "--at", "x=2,q=3"], 2),
        ("y = 2x\n", ["y=4"], 2),
    ],
)
def test_exit_status(text, arguments, status, call):
    assert call(*arguments, stdin=text)[0] == status


def test_inputs_without_a_value_are_asked_for(call):
    status, out, err = call("y=4", "dy/dx=4", stdin="y = x^2")
    assert (status, out) == (2, "")
    assert "the input `x` has no value" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["square.bg", "y=4", "--tol", "0.1", "--sig", "2"], "drop one of them"),
        (["square.bg", "y=4", "--tol", "nan"], "nan is no relative error"),
        (["square.bg", "y=4", "--tol", "-1"], "not in the range"),
        (["square.bg", "y=4", "--sig", "0"], "not in the range"),
        (["square.bg", "y"], "y is neither"),
        (["square.bg", "y=4", "--answers", "a.txt"], "drop one of the two"),
        (["--answers", "-"], "the graph and --answers cannot both come from stdin"),
        (["-", "--answers", "-"], "the graph and --answers cannot both come from stdin"),
        (["square.bg", "dy/dx", "-4"], "a negative number stands behind a `=`: dL/dx=-100"),
        (["square.bg", "y=4", "--hint"], "'--hints'"),
        (["square.bg", "--answers", "nowhere.txt"], "nowhere.txt: error: cannot read the file: no such file"),
        (["square.bg", "--answers", "."], ".: error: cannot read the file: is a directory"),
        (["square.bg", "--answers", "-"], "<stdin>: error: there are no answers in it"),
    ],
)
def test_usage(arguments, message, call):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("words", "together"),
    [
        (["f.bg", "y", "=", "4"], ["f.bg", "y = 4"]),
        (["y=", "4", "z", "=5"], ["y= 4", "z =5"]),
        (["y=4", "z=5"], ["y=4", "z=5"]),
        (["h=[1,", "2,", "3]", "y=1"], ["h=[1, 2, 3]", "y=1"]),
        (["--at", "x=1", "y", "=", "-4"], ["--at", "x=1", "y = -4"]),
        (["y=", "--sig", "3"], ["y=", "--sig", "3"]),
        (["h=[1,", "--sig", "3"], ["h=[1,", "--sig", "3"]),
        (["y=", "z=3"], ["y=", "z=3"]),
        (["h=[1,", "z=3"], ["h=[1,", "z=3"]),
        (["--at", "w=[1,", "2]"], ["--at", "w=[1, 2]"]),
        (["=", "4"], ["= 4"]),
        (["y", "="], ["y ="]),
        ([], []),
        (["key.bg", "= 3"], ["key.bg", "= 3"]),
    ],
)
def test_the_words_of_an_answer_are_put_together(words, together):
    assert joined(words) == together


def test_markdown_csv_and_hints(call):
    out = call("square.bg", "y=4", "dx/dy=3", "--format", "markdown")[1]
    assert "| ✗ | dx/dy | 3 | 0 | wrong | x does not depend on y, so this is 0; it is y that depends on x |" in out
    out = call("square.bg", "y=5", "--format", "csv")[1]
    assert out == "answer,given,expected,verdict,kind,where,diagnosis\ny,5,4,wrong,,,\n"
    out = call("square.bg", "dx/dy=3", "--hints")[1]
    assert out == (
        "   answer  given  verdict\n✗  dx/dy       3  wrong\n     is there a path from y to x?\n\n"
        "first wrong, going backwards: ∂x/∂y\n\n0 of 1 right\n"
    )


fuzz = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
near_answers = st.builds(
    "{}{}{}".format,
    st.sampled_from(["y", "dy/dx", "∂y/∂h", "h", "h[0]", "dy/dh[1]", "dh/dx", "d(h)/d(h)", "q", "h[7]", "dx/dy", "x"]),
    st.sampled_from(["=", " = ", ":", "", "=="]),
    st.sampled_from(
        ["4", "-1/0", "0/0", "[1, 2]", "[[1]]", "[1, [2]]", "1,5", "inf", "2*x", "", "1e400", "1e-400", "()"]
    ),
)


@fuzz
@given(st.lists(near_answers | token_soup, max_size=5), st.sampled_from([[], ["--hints"], ["--require", "all"]]))
def test_no_sheet_leads_to_a_traceback(call, lines, options):
    graph = "input x = 2\nh = [x, x^2]\ny = sum(h)\n"
    Path("vectors.bg").write_text(graph, encoding="utf-8")
    sheet = call("vectors.bg", "--answers", "-", *options, stdin="\n".join(lines))
    for status, _, err in (sheet, call("vectors.bg", *options, "--", *(line for line in lines if "=" in line))):
        assert status in (0, 1, 2)
        assert "backcalc failed" not in err
        assert "Warning" not in err
