"""`backcalc check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from backcalc.calculus.load import finish, load_program
from backcalc.calculus.point import read_point
from backcalc.calculus.run import run
from backcalc.cli.input import read_source
from backcalc.cli.options import Asked, Shown, as_command, asks, graph_nodes, shows, tolerance_options
from backcalc.cli.output import print_lines, print_report, print_warnings
from backcalc.cli.process import kept
from backcalc.language.expr import NOWHERE
from backcalc.language.statements import Answer, Program
from backcalc.marking.key import Key, require_point
from backcalc.marking.mark import Mark
from backcalc.marking.missing import gradient_asked, last_of_each, missing
from backcalc.marking.sheet import NO_ANSWERS, read_answers, read_sheet, read_stated
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ParseError, ReadError, UsageError
from backcalc.text.files import clean
from backcalc.text.source import Source
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from backcalc.calculus.digits import Tolerance

EXAMPLES = """\b
Examples:
  backcalc check network-a.bg
  backcalc check network-a.bg dL/dx1=-100 dL/dx2=110
  backcalc check lattice.bg --at x=1 t1=0.84 "do/dx = -0.07" --hints
  backcalc check lattice.bg --at x=1 --answers anna.txt --require all
  cat anna.txt | backcalc check vectors.bg --answers - --tol 0.01

An answer is dL/dx1=-100 (or ∂L/∂x1, d(L)/d(x1)) for a derivative, t1=0.84 for a value, h[0]=2 for an element. It may be
a fraction or an expression (-1/0.1) or a vector ("dL/dh=[1, 2]"). A line `#= dL/dx1 = -100` in the graph's file states
one too.
"""

ARGUMENTS = "<arguments>"

Sheet = tuple[Source, list[Answer], list[Diagnostic]]
"""A text, its answers, and what is wrong with the rest of it."""


class _Command(click.Command):
    """A command line on which an answer may stand in several words: `dL/dx1 = -100`, `dL/dh=[1, 2]`."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args if ctx.resilient_parsing else joined(args))
        except click.NoSuchOption as error:
            if error.option_name[1:2].isdigit() or error.option_name[1:2] == ".":
                raise click.UsageError("a negative number stands behind a `=`: dL/dx=-100", ctx) from None
            raise


def joined(words: Sequence[str]) -> list[str]:
    """`words` with those put together that are parts of one assignment."""
    found: list[str] = []
    for word in words:
        # The value of an option, `--at x=[1,`, goes on in the same way; the options themselves do not.
        last = found[-1] if found else ""
        is_open = "=" in last and last.count("[") + last.count("(") > last.count("]") + last.count(")")
        is_value = "=" not in word and not word.startswith("--") and word != "-h"
        is_equation = word[:1] == "=" and "." not in last  # A file's name is none of a node.
        if last[:1] not in ("", "-") and (is_equation or (is_value and (is_open or last[-1] == "="))):
            found[-1] = f"{last} {word}"
        else:
            found.append(word)
    return found


def _completion(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file for the graph; then a node, or what a derivative is by: `dL/d` goes on with each node."""
    from click.shell_completion import CompletionItem

    if not ctx.params.get("arguments"):
        return [CompletionItem(incomplete, type="file")]
    above, slash, below = incomplete.rpartition("/")
    letter = below[:1] if slash else ""
    wanted = below[len(letter) :]
    return [CompletionItem(f"{above}{slash}{letter}{name}") for name in graph_nodes(ctx) if name.startswith(wanted)]


@as_command("check", EXAMPLES, _Command)
@click.argument("arguments", nargs=-1, metavar="[GRAPH] [ANSWER]...", shell_complete=_completion)
@click.option("--answers", "path", metavar="FILE", help="Read answers from a file, one a line; - is stdin.")
@click.option(
    "--require",
    type=click.Choice(["given", "all"]),
    default="given",
    show_default=True,
    help="all: what is asked and not answered is missing: the results that the graph's file states, else the gradient.",
)
@tolerance_options
@click.option("--hints", is_flag=True, help="Say where to look, and not what is right.")
@asks("at", "of")
@shows("table", "json", "csv", "markdown")
def command(
    arguments: tuple[str, ...],
    path: str | None,
    require: str,
    tolerance: Tolerance,
    hints: bool,
    asked: Asked,
    shown: Shown,
) -> int:
    """GRAPH is a file; `-`, or a pipe, is read from stdin; an argument with `=` is an answer.

    Without answers, the results are marked that the file states in its `#=` lines. An answer is right when the true
    value rounds to the digits written. The exit status is 1 if one is wrong or missing.
    """
    graph, sheet = _sheet(arguments, path)
    program = load_program(read_source(graph))
    stated, misstated = read_stated(program.source, program.comments)
    source, answers, errors = sheet or (program.source, stated, misstated)
    if not answers and not errors:
        raise UsageError(source, [_none(source, program)])
    found = kept(run(finish(program), read_point(asked.at), asked.of))
    print_warnings(program.source, found.warnings)
    # On a sheet the last word counts; `#=` lines are a key, each of which is to hold.
    if sheet is not None:
        answers, repeated = last_of_each(answers)
        print_warnings(source, repeated)
    key = Key(found, tolerance)
    marked, refused = key.mark(source, answers)
    if refused and not marked:  # Then it is the point that is at fault, rather than each answer.
        require_point(found, refused)
    if require == "all":
        marked += missing(key, _asked(key, program, stated, misstated), answers)
    # What could be marked is shown before the error that tells what could not.
    if marked:
        _show(marked, shown, key.first_wrong(marked), hints=hints)
    if errors or refused:
        raise _failure(source, errors, refused)
    return 0 if all(mark.is_fine for mark in marked) else 1


def _sheet(arguments: Sequence[str], path: str | None) -> tuple[str | None, Sheet | None]:
    """The GRAPH argument, and the answers that are given; None where the graph's own are meant."""
    words = [word for word in arguments if "=" not in word]  # No file of a graph is likely to have one in its name.
    given = [word for word in arguments if "=" in word]
    graph = words[0] if words else None
    if len(words) > 1:
        text = f"one graph, and answers with `=`: {shorten(words[1])} is neither (dL/dx=-0.5 is an answer, and t=0.84)"
        raise click.UsageError(text)
    if path is None:
        source = clean(ARGUMENTS, "\n".join(given))
        return graph, (source, *read_answers(source)) if given else None
    if given:
        raise click.UsageError("answers stand on the command line or in --answers: drop one of the two")
    if path == "-" and graph in (None, "-"):
        raise click.UsageError("the graph and --answers cannot both come from stdin: name a file for one of them")
    return graph, read_sheet(path)


def _failure(source: Source, errors: list[Diagnostic], refused: list[Diagnostic]) -> BackcalcError:
    """All that keeps answers from being marked, as an error of the first stage that found some."""
    is_read = all(error.code != Code.NOT_UTF8 for error in errors)
    kind = ReadError if not is_read else ParseError if errors else UsageError
    return kind(source, sorted([*errors, *refused], key=lambda error: error.span or NOWHERE))


def _none(source: Source, program: Program) -> Diagnostic:
    """That there is nothing to mark."""
    if source is program.source:
        hint = "give some, dL/dx=-100, or state one in the file as a comment: #= dL/dx = -100"
        return Diagnostic(Code.NO_ANSWERS, "the file states no results to check", hints=(hint,))
    return NO_ANSWERS


def _asked(key: Key, program: Program, stated: list[Answer], misstated: list[Diagnostic]) -> list[Answer]:
    """What the file states, else the gradient. Raises BackcalcError where a stated result is none."""
    if misstated:
        raise ParseError(program.source, misstated)
    _, refused = key.mark(program.source, stated)
    if refused:
        raise UsageError(program.source, refused)
    return stated or gradient_asked(key.run)


def _show(marked: Sequence[Mark], shown: Shown, first: str | None, *, hints: bool) -> None:
    from backcalc.render.reports.marks import marks_report, render_marks_csv, render_marks_json

    if shown.format == "json":
        print_lines([render_marks_json(marked, hints=hints, first=first)])
    elif shown.format == "csv":
        print_lines(render_marks_csv(marked, hints=hints))
    else:
        print_report(marks_report(marked, shown.digits, hints=hints, first=first), shown)
