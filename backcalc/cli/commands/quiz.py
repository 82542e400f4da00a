"""`backcalc quiz`."""

from __future__ import annotations

from dataclasses import replace

import click

from backcalc.cli.numbers import WholeRange
from backcalc.cli.options import Exactly, Shown, as_command, exact_options
from backcalc.cli.output import print_report
from backcalc.quiz.chance import drawn_seed
from backcalc.quiz.exercise import KINDS, quiz
from backcalc.render import offered
from backcalc.render.reports.exercise import ExerciseReport

EXAMPLES = """\b
Examples:
  backcalc quiz --seed 3 > q.bg && backcalc check q.bg
  backcalc quiz --kind vectors --nodes 4 --depth 2
  backcalc quiz --kind expressions --seed 7 --format latex --key > key.tex
  backcalc quiz --format html > exercise.html
  backcalc quiz --play

\b
The same seed, kind and size give the same exercise on every machine.
Without --seed one is drawn; a comment in what is printed has the command
that makes it again.
"""


@as_command("quiz", EXAMPLES)
@click.option(
    "--kind",
    type=click.Choice(list(KINDS)),
    default="edges",
    show_default=True,
    help="edges: local partials are given; expressions: formulas of numbers; vectors: layers of relu; "
    "sigmoid, tanh, softmax, recurrent: networks without numbers, whose answers are formulas.",
)
@click.option("--nodes", type=WholeRange(1), help="Inner nodes, those between the inputs and the output o.")
@click.option("--depth", type=WholeRange(1), help="Layers of inner nodes.")
@click.option("--seed", type=WholeRange(0), help="A whole number that decides all draws.")
# Without a default, so that --play can tell whether it was given; the first is what other commands read.
@click.option(
    "--format",
    "format_",
    type=click.Choice(offered("graph", "document", "page")),
    help="graph (default): the file with its key in #= lines; html: a page that marks; others: a sheet.",
)
@click.option("--key", is_flag=True, help="On a sheet, with the solution.")
@exact_options
@click.option("--play", is_flag=True, help="Ask in the terminal, one node at a time, with hints.")
def command(
    kind: str,
    nodes: int | None,
    depth: int | None,
    seed: int | None,
    format_: str | None,
    key: bool,
    play: bool,
    exactly: Exactly | None,
) -> int:
    """All comes out in small whole numbers, or in formulas.

    --play asks it here: type an answer, ? for a hint, `skip` to see it, `quit` or Ctrl-C to end with the score. The
    exit status is 1 unless every answer was found.
    """
    if play and (key or format_):  # A game shows its key a node at a time.
        raise click.UsageError(f"--play asks in the terminal: drop {'--key' if key else '--format'}")
    if key and format_ in (None, "graph"):  # Which has it in any case, too.
        raise click.UsageError("the file has its key in #= lines: drop --key, or choose a sheet: --format table")
    if key and format_ == "html":  # A page has its key in any case.
        raise click.UsageError("a page marks by its key, and steps through the solution: drop --key")
    # A seed is drawn here, so that what is printed can tell it.
    exercise = replace(quiz(kind, nodes, depth, drawn_seed() if seed is None else seed), exactly=exactly)
    # What reads lines and takes over Ctrl-C is loaded only for a game.
    if play:
        from backcalc.cli.play import play as play_in_terminal

        return play_in_terminal(exercise)
    # No digits or limits to choose: numbers are small and whole.
    print_report(ExerciseReport(exercise, key), Shown(format_ or "graph"))
    return 0
