"""`backcalc verify`."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

import click

from backcalc.analysis.claims import claims_of
from backcalc.analysis.gradient_check import ALLOWED, worst_slope
from backcalc.analysis.proof import SECONDS
from backcalc.analysis.trial import SAMPLES
from backcalc.analysis.verify import verified
from backcalc.calculus.doubts import noticed
from backcalc.calculus.load import finish, load_program
from backcalc.calculus.point import Point, read_exactly, settle
from backcalc.calculus.run import run
from backcalc.cli.input import read_source
from backcalc.cli.numbers import RealRange, WholeRange
from backcalc.cli.options import Asked, Shown, as_command, asks, shows
from backcalc.cli.output import print_report, print_warnings
from backcalc.cli.process import kept
from backcalc.cli.typed import tell_unheeded
from backcalc.graph.model import Dag
from backcalc.language.statements import Program
from backcalc.render.reports.verify import VerifyReport
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ParseError, UsageError
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.marking.mark import Mark

EXAMPLES = """\b
Examples:
  backcalc verify bound.bg
  backcalc verify softmax.bg --samples 1000000 --seed 1
  backcalc verify bound.bg --prove --seconds 10

A claim is a line such as `claim y*(1 - y) <= 1/4`; the range of an input is given by `input x in [-5, 5]`.
"""


@as_command("verify", EXAMPLES)
@asks("graph", "at", "of")
@click.option(
    "--samples", type=WholeRange(1), default=SAMPLES, show_default=True, help="Points at which claims are tried."
)
@click.option("--seed", type=WholeRange(0), default=0, show_default=True, help="Another draw of the points.")
@click.option("--prove", is_flag=True, help="Prove the claims over the ranges of the inputs, by intervals.")
@click.option(
    "--seconds",
    type=RealRange(0.01),
    default=SECONDS,
    show_default=True,
    help="The most that a proof takes, once the file is read.",
)
@shows("document", "json")
def command(asked: Asked, shown: Shown, samples: int, seed: int, *, prove: bool, seconds: float) -> int:
    """Claims are tried at points drawn from the inputs' ranges, then downhill towards where they fail.

    What refutes one is certain, and comes as a line for --at. The file's `#=` lines are marked, and every local partial
    is held against differences. The exit status is 1 where something does not hold.
    """
    if not prove:
        tell_unheeded("seconds", "it is the time of a proof, by --prove")
    program = load_program(read_source(asked))  # Apart from its graph, for the `#=` lines are among its comments.
    graph, (at, written) = kept(finish(program)), read_exactly(asked.at)
    settled, known = settle(graph, at)  # A slip in a name would else leave its input to be drawn.
    print_warnings(graph.source, noticed(settled, known))
    claims = claims_of(settled, written, seconds if prove else inf)
    if not claims:
        tell_unheeded("prove", "the file makes no claim")
        tell_unheeded("samples", "the file makes no claim")
    found = [verified(claim, at, samples, seed, seconds if prove else None) for claim in claims]
    marked = _marked(program, graph, at, asked.of)
    slope = worst_slope(graph, at, asked.of, seed)  # Of all slopes one is told: if that holds, all do.
    # Silence would look like a file that holds.
    if not found and not marked and slope is None:
        raise _nothing(graph)
    print_report(VerifyReport(found, marked, slope, shown.digits), shown)
    # A claim with a point at which it has no value does not hold there.
    fails = any(each.verdict in ("refuted", "undefined") for each in found)
    is_wrong = not all(mark.is_fine for mark in marked) or (slope is not None and slope.error > ALLOWED)
    return 1 if fails or is_wrong else 0


def _nothing(graph: Dag) -> UsageError:
    """What is told of a file that has nothing to be held against anything."""
    hints = ["a claim is written: claim y*(1 - y) <= 1/4"]
    if any(node.expr is not None and node.args for node in graph.nodes):
        hints.append("slopes are compared where they are numbers and no kink is: another point by --at")
    diagnostic = Diagnostic(Code.NO_CLAIMS, "nothing to verify", hints=tuple(hints))
    return UsageError(Source(graph.source.name, ""), [diagnostic])


def _marked(program: Program, graph: Dag, at: Point, of: str | None) -> list[Mark]:
    """The marks of the results that the file states; none where these are of a point that nobody gave."""
    if not any(comment.states_result for comment in program.comments):
        return []
    # A tenth of a second, of which a file without such lines is spared.
    from backcalc.marking.key import Key
    from backcalc.marking.sheet import read_stated

    stated, misstated = read_stated(program.source, program.comments)
    if misstated:
        raise ParseError(program.source, misstated)
    if not stated:
        return []
    try:
        marked, refused = Key(run(graph, at, of)).mark(program.source, stated)
    except BackcalcError as error:
        # Values that are missing are no mistake: the claims draw points of their own.
        refused = list(error.diagnostics)
        if any(each.code not in (Code.UNKNOWN_VALUE, Code.UNKNOWN_VALUES) for each in refused):
            raise
        marked = []
    if any(each.code not in (Code.UNKNOWN_VALUE, Code.UNKNOWN_VALUES) for each in refused):
        raise UsageError(program.source, refused)
    # Told once, with the place of the first: each would say the same.
    if refused:
        message = f"the `#=` lines are of a point that is not given: {len(refused)} of them are not marked"
        note = Diagnostic(Code.UNKNOWN_VALUE, message, refused[0].span, hints=("name it by --at",))
        print_warnings(program.source, [note])
    return marked
