"""Numbers as values of options: in every way that the language writes them."""

from __future__ import annotations

import click
import pytest

from backcalc.cli import COMMANDS
from backcalc.cli.group import cli
from backcalc.cli.numbers import Real, RealRange, WholeRange

DESCEND = ("descend", "-e", "L = (w - 1)^2", "--at", "w=0")


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        (("--rate", "1e−1"), ("--rate", "0.1")),
        (("--rate", "1/3"), ("--rate", "0.3333333333333333")),
        (("--rate", "½"), ("--rate", "0.5")),
        (("--rate", "sqrt(2)/2"), ("--rate", "0.7071067811865476")),
        (("--momentum", "1/2"), ("--momentum", "0.5")),
        (("--gtol", "10^-2"), ("--gtol", "0.01")),
        (("--until", "1·10⁻³"), ("--until", "0.001")),
        (("--steps", "1e1"), ("--steps", "10")),
        (("--digits", "2^3"), ("--digits", "8")),
    ],
)
def test_a_number_is_read_as_the_language_writes_it(typed, plain, call):
    assert call(*DESCEND, *typed) == call(*DESCEND, *plain)


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("--rate", "[1, 2]"), "a number is written 0.1 or 1e-3"),
        (("--rate", "1/0"), "a number is written 0.1 or 1e-3"),
        (("--steps", "5/2"), "type a whole number, such as --steps 20"),
        (("--steps", "10^9"), "1000000000 is not in the range"),
        (("--gtol", "−1"), "-1.0 is not in the range"),
        (("--digits", "1e400"), "type a whole number, such as --digits 6"),
    ],
)
def test_what_is_no_such_number_is_refused(typed, words, call):
    status, out, err = call(*DESCEND, *typed)
    assert (status, out) == (2, "")
    assert words in err


def test_what_a_verdict_earns_is_such_a_number(call):
    arguments = ("grade", "-e", "y = x^2\n#= y = 9", "--at", "x=3", "-", "--format", "json", "--credit")
    for share in ("right=1/2", "right=½"):
        assert '"score": 0.5' in call(*arguments, share, stdin="y = 9")[1]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_that_takes_a_number_reads_it_so(name):
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    numbers = (click.types.FloatParamType, click.types.IntParamType)
    kinds = [option.type for option in command.params if isinstance(option.type, numbers)]
    assert all(isinstance(kind, Real | RealRange | WholeRange) for kind in kinds)
