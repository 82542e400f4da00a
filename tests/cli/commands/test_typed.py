"""Options that nothing would heed: refused, with what to do."""

from __future__ import annotations

import pytest

GRAPH = ("-e", "a = w*x; b = a^2; c = a + 1", "--at", "w=2,x=3")
DATA = ("--data", "lines.csv")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("run", *GRAPH, "--of", "b", "--along", "x=1"), "drop --of, or --along"),
        (("run", *GRAPH, "--of", "b", "--get", "dc/dx"), "drop --of, or --get db/dx instead"),
        (("run", *GRAPH, "--of", "b", "--get", "c"), "`c` says itself what it is of"),
        (("descend", "lines.bg", *DATA, "--seed", "3"), "--seed is of the shuffles of --batch"),
        (("descend", *GRAPH, "--of", "b", "--method", "lbfgs", "--rate", "0.1"), "drop --rate"),
        (("verify", "bound.bg", "--seconds", "3"), "--seconds is of a proof, by --prove: drop --seconds"),
        (("taylor", *GRAPH, "--of", "b", "--order", "3"), "by several inputs there are the gradient and the Hessian"),
        (("draw", *GRAPH, "--force"), "--force is of the file that -o writes"),
        (("descend", *GRAPH, "--of", "b", "--force"), "--force is of the file that -o writes"),
        (("sweep", "-e", "y = x^2", "--at", "x=0:1:3", "--force"), "--force is of the file that -o writes"),
    ],
)
def test_what_would_do_nothing_is_refused(arguments, words, call):
    status, out, err = call(*arguments)
    assert (status, out) == (2, "")
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
