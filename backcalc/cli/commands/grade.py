"""`backcalc grade`."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

import click

from backcalc.calculus.digits import Tolerance
from backcalc.calculus.load import finish, load_program
from backcalc.calculus.point import read_number, read_point
from backcalc.calculus.run import run
from backcalc.cli.input import read_source, require_one_pipe
from backcalc.cli.options import Asked, Shown, as_command, asks, limit_of, shows, tolerance_options
from backcalc.cli.output import print_report, print_warnings, tell, tell_error, untold
from backcalc.cli.process import kept
from backcalc.cli.typed import tell_unheeded
from backcalc.language.statements import Answer
from backcalc.marking.grade import CREDIT, STRICT, Grader, asked_by, is_flawless
from backcalc.marking.key import Key
from backcalc.marking.mark import VERDICTS, Verdict
from backcalc.marking.submissions import Submission, submissions, without_column
from backcalc.marking.workers import grade
from backcalc.render.reports.grades import ClassReport, GradesReport
from backcalc.render.reports.gradescope import write_gradescope
from backcalc.text.errors import BackcalcError
from backcalc.text.wording import plural, shorten

EXAMPLES = """\b
Examples:
  backcalc grade key.bg answers/
  backcalc grade key.bg class.csv --format csv > grades.csv
  backcalc grade key.bg answers/ --format gradescope --out results --jobs auto

\b
A submission is a file with an answer a line, dL/dx1 = -100 or t1 = 0.84, or a folder of such files, or of a folder a
student, or a gradebook (.csv with commas, semicolons or tabs, .tsv): a student a row, named by the columns Student,
Name, First name and Surname, and so on; each column that is an answer, dL/dx1 or t1, has what heads it.
"""

NAMED = 5  # Of those who answered a thing twice.
LIMITED = "Submissions in a table at most; 0 shows all, as JSON and CSV do."


def _jobs(_ctx: click.Context, _param: click.Parameter, value: str) -> int:
    """The number of processes that `value` stands for."""
    if value in ("auto", "0"):
        return _cores()
    # `²` is a digit to Python, and no number.
    if not (value.isascii() and value.isdigit()):
        raise click.BadParameter(f"`{shorten(value)}` is neither a number of processes nor `auto`")
    return int(value)


def _credit(_ctx: click.Context, _param: click.Parameter, value: str | None) -> dict[Verdict, float] | None:
    """The share of the points that each verdict named in `value` earns."""
    if value is None:
        return None
    found: dict[Verdict, float] = {}
    for part in value.split(","):
        name, equals, share = part.partition("=")
        # The table's own word, which is of the type that is wanted.
        verdict = next((each for each in VERDICTS if each == name.strip()), None)
        if verdict in found:  # Which of both is meant nobody knows.
            raise click.BadParameter(f"`{verdict}` stands twice")
        if verdict is None or not equals:
            raise click.BadParameter(f"`{shorten(part.strip())}` says of no verdict what it earns: follows=0.5")
        earned = read_number(share)
        if earned is None or not 0 <= earned <= 1:
            raise click.BadParameter(f"`{shorten(share.strip())}` is no share of the points, from 0 to 1")
        found[verdict] = earned
    return found


def _cores() -> int:
    """The cores that this process may use."""
    # In a container that may be fewer than the machine has; not every system can tell.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@as_command("grade", EXAMPLES)
@click.argument("key", type=click.Path(allow_dash=True))
@click.argument("paths", nargs=-1, type=click.Path(allow_dash=True), metavar="SUBMISSION...")
@asks("exprs", "at", "of")
@tolerance_options
@click.option("--name", metavar="COLUMN", help="The column of a gradebook with the names; several parted by commas.")
@click.option(
    "--credit",
    metavar="LIST",
    callback=_credit,
    help="The share of its points that a verdict earns: right=1,rounding=1,follows=0.5,repeats=0.5; all 1 else.",
)
@click.option("--strict", is_flag=True, help="Points for right answers alone: --credit rounding=0,follows=0,repeats=0.")
@click.option("--jobs", callback=_jobs, default="1", metavar="N", help="Processes that mark; auto or 0: one a core.")
@click.option("--out", metavar="DIR", help="The folder for --format gradescope: a NAME/results.json a submission.")
@click.option("--hints", is_flag=True, help="In --format gradescope: hints in place of the expected values.")
@shows("document", "json", "csv", "gradescope", limit=limit_of(LIMITED))
def command(
    key: str,
    paths: tuple[str, ...],
    asked: Asked,
    tolerance: Tolerance,
    name: str | None,
    credit: dict[Verdict, float] | None,
    strict: bool,
    jobs: int,
    out: str | None,
    hints: bool,
    shown: Shown,
) -> int:
    """KEY is a graph file; its `#=` lines say what is asked.

    Without any, a CSV file is marked on its columns, any other submission on what it has. The exit status is 1 if an
    answer is wrong, missing or unreadable, 2 if a line is no answer or a submission cannot be read.
    """
    if asked.exprs:  # Then the key stands there, and all else is handed in.
        paths = (key, *paths)
    elif not paths:
        raise click.MissingParameter(param_hint="'SUBMISSION...'", param_type="argument")
    _require_one_pipe(key, paths, asked)
    if shown.format != "gradescope" and (out is not None or hints):
        raise click.UsageError(f"{'--hints' if out is None else '--out'} goes with --format gradescope")
    if credit and strict:
        raise click.UsageError("--strict says what verdicts earn, and so does --credit: drop one of the two")
    found, questions = _prepared(None if asked.exprs else key, asked, tolerance)
    handed_in, errors = submissions(paths, found, name, print_warnings)
    if not handed_in:
        _print_errors(errors[:-1])  # All are told; the last is raised, and has the exit status.
        raise errors[-1]
    _tell_columns(handed_in, questions)
    if out == "":  # It would be the folder that one stands in.
        raise click.UsageError("--out names a folder: --out results")
    # One result goes to stdout, as an autograder wants it; of many each needs a file of its own.
    if shown.format == "gradescope" and out is None and len(handed_in) > 1:
        raise click.UsageError(f"{len(handed_in)} results need a folder: --out DIR")
    # Marks are shown even where some could not be read: one broken file must not keep a class waiting.
    graded = grade(
        Grader(found, questions, STRICT if strict else {**CREDIT, **(credit or {})}), handed_in, jobs, _tell_lost
    )
    # To free the marks of a class one by one would take longer than to leave.
    kept((found, graded))
    is_broken = bool(errors) or not all(each.is_sound for each in graded)
    errors += [each.error for each in graded if each.error is not None]
    _print_errors(errors)
    _tell_repeats([each.name for each in graded if each.has_repeats])
    if out is None:
        print_report(GradesReport(graded, shown.digits, shown.limit, hints), shown)
    else:
        write_gradescope(graded, out, shown.digits, hints=hints)
        # A summary for the screen: the marks themselves are in the files.
        print_report(ClassReport(graded, shown.digits), shown._replace(format="table"))
    # What could not be read weighs most: it may need somebody's hand.
    return 2 if is_broken else 0 if all(map(is_flawless, graded)) else 1


def _prepared(path: str | None, asked: Asked, tolerance: Tolerance) -> tuple[Key, list[Answer]]:
    """The key, and what it asks; what is noticed about it is printed."""
    if path is not None and os.path.isdir(path):  # noqa: PTH112
        raise click.UsageError(f"{shorten(path)} is a folder; the key stands first: grade key.bg {shorten(path)}")
    # The program is read apart from the run, for its `#=` lines are the questions.
    program = load_program(read_source(asked._replace(graph=path)))
    graph = finish(program)
    untold().append((program.source, lambda: graph.warnings))
    result = run(graph, read_point(asked.at), asked.of)
    key = Key(result, tolerance)
    questions, warnings = asked_by(key, program.source, program.comments)
    print_warnings(program.source, [*result.warnings, *warnings])
    return key, questions


def _require_one_pipe(key: str, paths: Sequence[str], asked: Asked) -> None:
    """Raise UsageError where more than one of the key, the submissions and `--at` come from stdin."""
    if [*paths, *[key] * (not asked.exprs)].count("-") > 1:
        raise click.UsageError("only one of KEY and the submissions can come from stdin")
    require_one_pipe(asked._replace(graph=key), "a submission", "-" if "-" in paths else None)


def _tell_columns(handed_in: Sequence[Submission], questions: Sequence[Answer]) -> None:
    """What is asked and has no column; and that `--name` names none where no gradebook is handed in."""
    if all(each.row is None for each in handed_in):
        tell_unheeded("name", "it is of a column of a gradebook, and none is handed in")
    for source, warning in without_column(handed_in, questions):
        print_warnings(source, [warning])


def _tell_lost() -> None:
    tell(
        "warning: the system has ended a process that marked (where memory is short it does); its part is marked again"
    )


def _tell_repeats(names: Sequence[str]) -> None:
    """Who has answered a thing twice: in one line, for a class may have many."""
    if not names:
        return
    shown = ", ".join(map(shorten, names[:NAMED]))
    others = f" and {plural(len(names) - NAMED, 'other')}" if len(names) > NAMED else ""
    tell(f"warning: answered twice, where the last one counts, by {shown}{others}", end="\n\n")


def _print_errors(errors: Iterable[BackcalcError]) -> None:
    for error in errors:
        tell_error(error)
