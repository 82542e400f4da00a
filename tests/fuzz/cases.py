"""Command lines: a command, its options drawn from what its own parameters say, and the files that it reads.

A command that is added to COMMANDS is fuzzed without a change here: options are drawn by their type, and by their name
where they are about nodes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from random import Random

import click
from fuzz import texts
from fuzz.draws import GRAPH, Draw

from backcalc.cli import COMMANDS

WEIGHTS = {"run": 8, "check": 5, "grade": 4, "samples": 0.5, "quiz": 0.4}  # Of the others each has 2.


@dataclass(frozen=True)
class Case:
    """A command line, the files that it speaks of, and what stands on stdin."""

    args: tuple[str, ...]
    files: dict[str, str] = field(default_factory=dict)
    stdin: str = ""


@cache
def command(name: str) -> click.Command:
    """The command of this name, as click has it."""
    found: click.Command = import_module(f"backcalc.cli.commands.{name}").command
    return found


def case(rng: Random) -> Case:
    """A command line to try."""
    name = rng.choices(list(COMMANDS), [WEIGHTS.get(each, 2) for each in COMMANDS])[0]
    text = texts.text(rng)
    files = {GRAPH: text}
    draw = Draw(rng, name, text, files)
    options, arguments = [], []
    for param in sorted(command(name).params, key=lambda each: isinstance(each, click.Argument)):
        if isinstance(param, click.Argument):
            arguments += draw.argument(name, param)
        elif rng.random() < _likely(name, param):
            options += draw.option(param)
    options = _apart(rng, options)
    if (
        name == "verify" and "--prove" in options and "--seconds" not in options
    ):  # Without it a proof may take half a minute.
        options += ["--seconds", "0.3"]
    if "--data" in options and rng.random() < 0.9:  # Beside which many others are refused.
        options = [*options[options.index("--data") :][:2], *_pairs_of(options, "--at", "--of", "--limit")]
    reads_stdin = "-" in arguments or (not arguments and name not in ("quiz", "samples"))
    stdin = text if reads_stdin else draw.sheet() if "-" in options or name == "quiz" else ""
    words = [*options, *arguments] if rng.random() < 0.5 else [*arguments, *options]
    if name == "grade" and {"--out", "--hints"} & {*words} and rng.random() < 0.9:
        words += ["--format", "gradescope"]  # Without which they are refused.
    return Case((name, *words), files, stdin)


def _likely(name: str, param: click.Parameter) -> float:
    """The share of the command lines in which a parameter is given."""
    if param.required or (name == "sweep" and param.name == "at"):
        return 1
    if param.name == "at" and name in AT_A_POINT:
        return 0.97
    return 0.005 if param.name in NEEDS_FLINT and not find_spec("flint") else LIKELY.get(str(param.name), 0.2)


def _apart(rng: Random, options: list[str]) -> list[str]:
    """The options, as a rule without those that are refused beside others or without others."""
    given = {*options}
    left_out: set[str] = set()
    for lone, others in LONE.items():
        if lone in given and given & others:
            left_out |= others
    left_out |= {option for option, other in BESIDE.items() if other not in given}
    if rng.random() < 0.05:
        return options
    kept = []
    for i, word in enumerate(options):
        is_value = i > 0 and word[:1] != "-" and options[i - 1][:1] == "-" and options[i - 1] in left_out
        if word not in left_out and not is_value:
            kept.append(word)
    return kept


AT_A_POINT = ("descend", "taylor", "check", "grade", "verify")
NEEDS_FLINT = ("certified", "is_certified")
LONE = {
    "--get": {
        "--along",
        "--wrt",
        "--mode",
        "--format",
        "--partials",
        "--all-pairs",
        "--expand",
        "--limit",
        "--digits",
        "--data",
    },
    "--along": {"--mode", "--wrt", "--partials", "--all-pairs", "--data"},
    "--exact": {"--certified", "--digits", "--data"},
    "--certified": {"--data"},
    "--strict": {"--credit"},
    "--tol": {"--sig"},
    "--ascii": {"--unicode"},
    "--answers": {"--hints"},
}
BESIDE = {"--batch": "--data", "--shard": "jax", "--radius": "--node", "--math": "markdown", "--picture": "markdown"}


def _pairs_of(options: list[str], *names: str) -> list[str]:
    """The options of these names, each with its value."""
    return [word for i, name in enumerate(options[:-1]) if name in names for word in options[i : i + 2]]


LIKELY = {
    "of": 0.12,
    "wrt": 0.15,
    "data": 0.12,
    "format_": 0.6,
    "seed": 1,
    "jobs": 0,
    "write": 0.05,
    "play": 0.1,
    "mode": 0.25,
    "tol": 0.1,
    "sig": 0.1,
    "out": 0.1,
    "hints": 0.1,
    "answers": 0.1,
    "path": 0.1,
    "strict": 0.2,
    "expanded": 0.15,
    "partials": 0.2,
    "all_pairs": 0.1,
    "at": 0.7,
    "batch": 0.03,
    "method": 0.1,
    "momentum": 0.1,
    "credit": 0.1,
    "exprs": 0.03,
    "get": 0.1,
    "along": 0.06,
    "is_exact": 0.08,
    "exact": 0.08,
    "certified": 0.05,
    "is_certified": 0.05,
}
