"""`backcalc check`."""

from __future__ import annotations

import click

from backcalc.check import check, stated_answers
from backcalc.cli.options import (
    at_option,
    color_option,
    digits_option,
    format_option,
    graph_argument,
    hold,
    of_option,
    print_lines,
    print_report,
    print_warnings,
    read_source,
)
from backcalc.errors import Diagnostic, UsageError
from backcalc.loading import finish, load_program
from backcalc.point import read_point
from backcalc.run import run

EXAMPLES = """\b
Examples:
  backcalc check lattice.bg
  backcalc check neuron.bg --at w=0.5,x=2,b=-1,z=1

\b
A line `#= dL/dx1 = -100` or `#= t1 = 0.84` in the file states a result.
"""


@click.command("check", epilog=EXAMPLES)
@graph_argument
@at_option
@of_option
@format_option("table", "json")
@digits_option
@color_option
def command(graph: str | None, at: tuple[str, ...], of: str | None, format_: str, digits: int, color: str) -> int:
    """Mark the results that the file states in its `#=` lines, by the digits written.

    The exit status is 1 if one is wrong.
    """
    program = load_program(read_source(graph))
    answers = stated_answers(program.source, program.comments)
    if not answers:
        hint = ("state one as a comment: #= dL/dx = -100",)
        missing = Diagnostic("no-answers", "the file states no results to check", hints=hint)
        raise UsageError(program.source, [missing])
    found = run(finish(program), read_point(at), of)
    hold(program, found)
    print_warnings(program.source, found.warnings)
    marked = check(found, program.source, answers)
    if format_ == "json":
        from backcalc.render.marks import render_marks_json

        print_lines([render_marks_json(marked)])
    else:
        from backcalc.render.marks import marks_report

        print_report(marks_report(marked, digits), color)
    return 0 if all(answer.verdict == "right" for answer in marked) else 1
