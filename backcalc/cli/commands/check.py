"""`backcalc check`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, cast

import click

from backcalc.analysis.run import Text
from backcalc.calculus.point import Point, read_point
from backcalc.calculus.run import Run
from backcalc.cli.answer_words import AnswerCommand, is_answer, is_file, looks_like_file
from backcalc.cli.exactly import in_exact_numbers
from backcalc.cli.input import read_text, require_one_pipe
from backcalc.cli.options import (
    Asked,
    Exactly,
    Shown,
    answer_completion,
    as_command,
    asks,
    certain_digits,
    exact_options,
    shows,
    tolerance_options,
)
from backcalc.cli.output import goes_to_terminal, print_lines, print_report, print_warnings, tell, tell_error
from backcalc.cli.pointers import pointers
from backcalc.cli.process import kept
from backcalc.cli.streams import paint
from backcalc.graph.model import Dag
from backcalc.language.statements import Answer
from backcalc.marking.computed import ENDINGS, mark_computed, read_computed
from backcalc.marking.key import Key, require_point
from backcalc.marking.mark import Mark
from backcalc.marking.marker import Marker
from backcalc.marking.missing import gradient_asked, last_of_each, missing
from backcalc.marking.sheet import NO_ANSWERS, by_place, read_answers, read_sheet, read_stated
from backcalc.marking.subject import settle_answers
from backcalc.render.reports.marks import FileHeading, FilesReport, MarksReport
from backcalc.render.values import MAX_CERTAIN
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ParseError, ReadError, UsageError
from backcalc.text.files import clean, near_files
from backcalc.text.source import Source
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from backcalc.bulk.graph.run import LargeRun
    from backcalc.calculus.digits import Tolerance
    from backcalc.calculus.result import AnyRun

EXAMPLES = """\b
Examples:
  backcalc check network-a.bg
  backcalc check network-a.bg dL/dx1=-100 dL/dx2=110
  backcalc check lattice.bg --at x=1 t1=0.84 "do/dx = -0.07" --hints
  backcalc check lattice.bg --at x=1 --answers anna.txt --require all
  cat anna.txt | backcalc check vectors.bg --answers - --tol 0.01

An answer is dL/dx1=-100 (or ∂L/∂x1, d(L)/d(x1)) for a derivative, t1=0.84 for a value, h[0]=2 for an element. It may be
a fraction or an expression (-1/0.1), a vector ("dL/dh=[1, 2]"), or have a decimal comma. A line `#= dL/dx1 = -100` in
the graph's file states one too.
"""

ARGUMENTS = "<arguments>"


ReadSheet = tuple[Source, list[Answer], list[Diagnostic]]
"""A text, its answers, and what is wrong with the rest of it."""


def _completion(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """A file for the graph; then a node, or what a derivative is by: `dL/d` goes on with each node."""
    from click.shell_completion import CompletionItem

    if not (ctx.params.get("arguments") or ctx.params.get("exprs")):
        return [CompletionItem(incomplete, type="file")]
    return answer_completion(ctx, param, incomplete)


@as_command("check", EXAMPLES, AnswerCommand)
@click.argument("arguments", nargs=-1, metavar="[GRAPH]... [ANSWER]...", shell_complete=_completion)
@click.option(
    "--answers",
    "path",
    metavar="FILE",
    help="Read answers from a file, one a line, or arrays by name from a .json or .npz; - is stdin.",
)
@click.option(
    "--require",
    type=click.Choice(["given", "all"]),
    default="given",
    show_default=True,
    help="all: what is asked and not answered is missing: the results that the graph's file states, else the gradient.",
)
@tolerance_options
@exact_options
@click.option("--hints", is_flag=True, help="Say where to look, and not what is right.")
@asks("exprs", "at", "of")
@shows(most=MAX_CERTAIN)
def command(
    arguments: tuple[str, ...],
    path: str | None,
    require: str,
    tolerance: Tolerance,
    hints: bool,
    exactly: Exactly | None,
    asked: Asked,
    shown: Shown,
) -> int:
    """GRAPH is a file; `-`, or a pipe, is read from stdin; an argument with `=` is an answer.

    Answers go with one graph. Without any, each file is marked on the results that it states in its `#=` lines.
    An answer is right when the true
    value rounds to the digits written. The exit status is 1 if one is wrong or missing.
    """
    graphs, given = _parted(arguments, path, asked)
    way = CheckOptions(require, tolerance, exactly, certain_digits(shown, exactly), shown, hints)
    if len(graphs) < 2:  # None of them: a pipe, or -e.
        asked = asked._replace(graph=graphs[0] if graphs else None)
        if path is not None and path.lower().endswith(ENDINGS):  # Arrays of a program have no digits written.
            return _check_computed(asked, path, way)
        return _check(asked, _sheet(given, path), way)
    if shown.format in ("json", "csv"):  # One document for all of them.
        reports: list[tuple[str, MarksReport | BackcalcError]] = []
        status = _check_files(graphs, asked, way, lambda graph, report: reports.append((graph, report)))
        print_report(FilesReport(reports, hints=hints), shown)
        return status
    if shown.format not in ("table", "markdown"):  # A heading a file would make the others unreadable.
        raise click.UsageError(f"--format {shown.format} shows the answers to one graph: name one file")
    return _check_files(graphs, asked, way)


class CheckOptions(NamedTuple):
    """How answers are marked and shown: the options beside the graph and the answers."""

    require: str
    tolerance: Tolerance
    exactly: Exactly | None
    digits: int
    shown: Shown
    hints: bool

    def marker(self, text: Text, found: AnyRun, point: Point, asked: Asked, answers: list[Answer]) -> Marker:
        """What marks answers to a run: by arrays, where objects would take too long, else the key of one of objects."""
        if self.exactly is None and not isinstance(found, Run):
            from backcalc.marking.large import LargeKey, serves  # With it NumPy is loaded.

            if serves(large := cast("LargeRun", found), answers):
                return LargeKey(large, self.tolerance)
        return self.key(kept(text.whole(found, point, asked.of)), asked, answers)

    def key(self, run: Run, asked: Asked, answers: Iterable[Answer]) -> Key:
        """The key of a run, in the numbers that are asked for."""
        if self.exactly is None:
            return Key(run, self.tolerance)
        from backcalc.analysis.exact import require_inside
        from backcalc.marking.exact_truth import ExactTruth

        exactly = self.exactly
        # Said of the file, and before any answer is read: a refusal on the way would be taken for one of the answer.
        require_inside(run.graph, exactly)
        # As many digits as somebody has written, for more could not be told from a slip.
        digits = max([self.digits, *(answer.value_span.end - answer.value_span.start for answer in answers)])

        def _again(graph: Dag, of: str) -> Run:
            return in_exact_numbers(exactly, graph, asked._replace(of=of, wrt=()), digits)

        return Key(run, self.tolerance, ExactTruth(run, _again, digits))


def _check_files(
    graphs: Sequence[str],
    asked: Asked,
    way: CheckOptions,
    keep: Callable[[str, MarksReport | BackcalcError], None] | None = None,
) -> int:
    """Mark the answers that each file states; the worst exit status. They are printed, or kept for one document."""
    status = 0
    for i, graph in enumerate(graphs):
        show = partial(print_report, shown=way.shown) if keep is None else partial(keep, graph)
        if keep is None:
            print_lines([""] * bool(i))
            print_report(FileHeading(graph), way.shown)
        try:
            found = _check(asked._replace(graph=graph), None, way, show)
        except BackcalcError as error:  # What is wrong with one file keeps no other from being marked.
            tell_error(error)
            found = error.exit_code
            if keep is not None:
                keep(graph, error)
        status = max(status, found)
    return status


Show = Callable[[MarksReport], None]


def _check(asked: Asked, sheet: ReadSheet | None, way: CheckOptions, show: Show | None = None) -> int:
    """Mark the answers of `sheet`, or those that the graph's own file states, and show the marks; the exit status."""
    show = show or partial(print_report, shown=way.shown)
    text = read_text(asked)
    stated, misstated = read_stated(text.source, text.comments)
    source, answers, errors = sheet or (text.source, stated, misstated)
    # A sheet that is left blank has answers to miss; a file that states nothing has none.
    if not (answers or errors or (sheet and way.require == "all")):
        raise UsageError(source, [_none(source, text.source)])
    point = read_point(asked.at)
    found = kept(text.run(point, asked.of))
    if way.exactly is None:
        print_warnings(text.source, found.warnings)
    answers, unsettled = settle_answers(found, answers)
    # On a sheet the last word counts; `#=` lines are a key, each of which is to hold.
    if sheet is not None:
        answers, repeated = last_of_each(answers)
        print_warnings(source, repeated)
    is_plain = way.require == "given" and way.exactly is None and not (errors or unsettled)
    if marked := _right_by_arrays(found, way.tolerance, source, answers if is_plain else []):
        show(MarksReport(marked, way.shown.digits, way.hints))
        return 0
    key = way.marker(text, found, point, asked, answers)
    if way.exactly is not None:  # What floats lose on the way is not lost here.
        print_warnings(text.source, key.truth.warnings)
    # On a sheet a formula that cannot be read is a wrong answer, in a file's own key it is an error.
    marked, refused = (key.mark if sheet is not None else key.hold)(source, answers)
    if refused and not marked and isinstance(key, Key):
        require_point(key.run, refused)
    if way.require == "all":
        marked += missing(key, _asked(key, text.source, stated, misstated), answers)
    # What could be marked is shown before the error that tells what could not.
    if marked:
        show(_report(marked, key, found, asked, way))
    faults = [mark.fault for mark in marked if mark.fault]
    if errors or unsettled or refused:
        raise _failure(source, [*errors, *faults], [*unsettled, *refused])
    if faults:  # An answer that cannot be read is one all the same, and a wrong one.
        tell(ParseError(source, faults).shown(paint), end="\n\n")
    return 0 if all(mark.is_fine for mark in marked) else 1


def _check_computed(asked: Asked, path: str, way: CheckOptions) -> int:
    """Mark the arrays that a program has written to a file."""
    from backcalc.calculus.digits import AS_WRITTEN

    if way.tolerance.significant is not None:  # All digits of a float are there: how many are meant nobody has written.
        raise click.UsageError("--sig speaks of digits that are written; for what a program computed there is --tol")
    text = read_text(asked)
    stated, misstated = read_stated(text.source, text.comments)
    arrays = read_computed(path)
    point = read_point(asked.at)
    found = kept(text.run(point, asked.of))
    # --tol is applied array by array below, so the key goes without.
    key = way._replace(tolerance=AS_WRITTEN).marker(text, found, point, asked, [])
    print_warnings(text.source, found.warnings if way.exactly is None else key.truth.warnings)
    marked, answers, refused = mark_computed(key, path, arrays, way.tolerance.relative)
    if way.require == "all":
        marked += missing(key, _asked(key, text.source, stated, misstated), answers)
    if marked:
        print_report(_report(marked, key, found, asked, way), way.shown)
    if refused:
        raise UsageError(Source(path, ""), refused)
    return 0 if all(mark.is_fine for mark in marked) else 1


def _report(marked: list[Mark], key: Marker, found: AnyRun, asked: Asked, way: CheckOptions) -> MarksReport:
    # What to read is for who sits there: a pipe would have lines that nobody runs.
    is_seen = way.shown.format == "table" and not way.hints and goes_to_terminal(way.shown.color)
    reading = pointers(marked, found, asked) if is_seen else ()
    first = key.first_wrong(marked)  # The earliest that went wrong: others may only follow from it.
    return MarksReport([key.truth.shown(mark) for mark in marked], way.digits, way.hints, first, reading)


def _right_by_arrays(found: AnyRun, tolerance: Tolerance, source: Source, answers: list[Answer]) -> list[Mark]:
    """The marks of answers to a large graph, all of them right; none where more is to be said."""
    if isinstance(found, Run):
        return []
    from backcalc.marking.large import all_right

    return all_right(cast("LargeRun", found), tolerance, source, answers) or []


def _sheet(given: Sequence[str], path: str | None) -> ReadSheet | None:
    """The answers that are given; None where the graphs' own are meant."""
    if path is not None:
        return read_sheet(path)
    source = clean(ARGUMENTS, "\n".join(given))  # Lines, so that a place in an argument can be shown.
    return (source, *read_answers(source)) if given else None


def _parted(arguments: Sequence[str], path: str | None, asked: Asked) -> tuple[list[str], list[str]]:
    """The GRAPH arguments, and those that are answers."""
    given = [word for word in arguments if is_answer(word)]
    graphs = [word for word in arguments if not is_answer(word)]
    are_graphs = not given and path is None
    # A graph that is missing is told as it is read; behind the first one a slip in an answer is likelier.
    for other in graphs[1:]:
        if other != "-" and not is_file(other) and not (are_graphs and looks_like_file(other)):
            text = f"{shorten(other)} is neither a file nor an answer (dL/dx=-0.5 is an answer, and t=0.84)"
            near = near_files(other) or ("what it is, `run --get` tells",) * ("/" in other)
            raise click.UsageError("; ".join([text, *near]))
        if not are_graphs:
            raise click.UsageError(f"answers go with one graph: {shorten(other)} is another")
    if path is not None and given:
        raise click.UsageError("answers stand on the command line or in --answers: drop one of the two")
    require_one_pipe(asked._replace(graph=graphs[0] if graphs else None), "--answers", path)
    return graphs, given


def _failure(source: Source, errors: list[Diagnostic], refused: list[Diagnostic]) -> BackcalcError:
    """All that keeps answers from being marked, as an error of the first stage that found some."""
    unreadable = [error for error in errors if error.code == Code.NOT_UTF8]
    # Bytes that are no UTF-8 are of the first stage, reading.
    others = [error for error in (*errors, *refused) if error.code != Code.NOT_UTF8]
    kind = ReadError if unreadable else ParseError if errors else UsageError
    return kind(source, by_place(source, unreadable, others))


def _none(source: Source, graph: Source) -> Diagnostic:
    """That there is nothing to mark."""
    if source is graph:  # Then the file itself was to have answers.
        hint = "give some, dL/dx=-100, or state one in the file as a comment: #= dL/dx = -100"
        return Diagnostic(Code.NO_ANSWERS, "the file states no results to check", hints=(hint,))
    return NO_ANSWERS


def _asked(key: Marker, source: Source, stated: list[Answer], misstated: list[Diagnostic]) -> list[Answer]:
    """What the file states, else the gradient. Raises BackcalcError where a stated result is none."""
    if misstated:
        raise ParseError(source, misstated)
    _, refused = key.hold(source, stated)
    if refused:
        raise UsageError(source, refused)
    return stated or gradient_asked(key.run)
