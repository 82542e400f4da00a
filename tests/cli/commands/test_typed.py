"""Options that nothing heeds: told, and the result stands."""

from __future__ import annotations

import pytest

GRAPH = ("-e", "a = w*x; b = a^2; c = a + 1", "--at", "w=2,x=3")
DATA = ("--data", "lines.csv")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", *GRAPH, "--of", "b", "--along", "x=1"), "warning: --of does nothing here: --along gives"),
        (("run", *GRAPH, "--of", "b", "--get", "dc/dx"), "says itself what it is of, unlike db/dx"),
        (("run", *GRAPH, "--of", "b", "--get", "c"), "`c` says itself what it is of"),
        (("descend", "lines.bg", *DATA, "--seed", "3"), "--seed does nothing here: it is of the shuffles of --batch"),
        (("descend", *GRAPH, "--of", "b", "--method", "lbfgs", "--rate", "0.1"), "--rate does nothing here"),
        (("verify", "bound.bg", "--seconds", "3"), "--seconds does nothing here: it is the time of a proof"),
        (("taylor", *GRAPH, "--of", "b", "--order", "3"), "by several inputs there are the gradient and the Hessian"),
        (("taylor", *GRAPH, "--of", "b", "--limit", "3"), "--limit does nothing here: by several inputs no nodes"),
        (("verify", *GRAPH, "--of", "b", "--prove"), "--prove does nothing here: the file makes no claim"),
        (("verify", *GRAPH, "--of", "b", "--samples", "5"), "--samples does nothing here: the file makes no claim"),
        (("samples", "lattice", "--format", "markdown"), "--format does nothing here: a sample is printed as its"),
        (("draw", *GRAPH, "--force"), "--force does nothing here: it is of the file"),
        (("descend", *GRAPH, "--of", "b", "--force"), "--force does nothing here: it is of the file"),
        (
            ("sweep", "-e", "y = x^2", "--at", "x=0:1:3", "--force"),
            "--force does nothing here: it is of the file",
        ),
    ],
)
def test_what_does_nothing_is_told(arguments, words, call):
    status, out, err = call(*arguments)
    assert status != 2
    assert out
    assert words in err


@pytest.mark.parametrize(
    ("arguments", "out"),
    [
        (("run", *GRAPH, "--of", "b", "--get", "x.grad"), "24\n"),
        (("run", *GRAPH, "--of", "b", "--get", "x.grad", "--get", "dc/dx"), "24\n2\n"),
        (("run", *GRAPH, "--of", "b", "--get", "db/dx"), "24\n"),
        (("run", *GRAPH, "--get", "dc/dx"), "2\n"),
    ],
)
def test_what_is_heeded_is_not(arguments, out, call):
    assert call(*arguments)[:2] == (0, out)


def test_a_column_of_names_without_a_gradebook_is_told(call, tmp_path):
    (tmp_path / "a.txt").write_text("b = 36")
    status, _, err = call("grade", *GRAPH, "--of", "b", str(tmp_path), "--name", "Student")
    assert (status, "--name does nothing here: it is of a column of a gradebook" in err) == (0, True)
    (tmp_path / "a.csv").write_text("Who,b\nme,36\n")
    assert call("grade", *GRAPH, "--of", "b", str(tmp_path / "a.csv"), "--name", "Who")[2] == ""
