"""`backcalc run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, get_args

import click

from backcalc.analysis.run import run_objects
from backcalc.calculus.point import read_point
from backcalc.calculus.question import Mode
from backcalc.cli.input import graph_of, read_source, require_one_pipe, text_of
from backcalc.cli.options import (
    Asked,
    Exactly,
    Shown,
    answer_completion,
    as_command,
    asks,
    certain_digits,
    exact_options,
    limit_of,
    point_completion,
    shows,
)
from backcalc.cli.output import print_report, print_warnings
from backcalc.cli.process import kept
from backcalc.cli.typed import is_typed, tell_unheeded
from backcalc.graph.model import Dag
from backcalc.render.reports.run import RunReport
from backcalc.render.values import MAX_CERTAIN
from backcalc.text.errors import Diagnostic
from backcalc.text.files import name_of, pieces
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun
    from backcalc.calculus.run import Run

EXAMPLES = """\b
Examples:
  backcalc run lattice.bg --at x=1
  cat edges.txt | backcalc run - --of o
  backcalc run neuron.bg --at w=0.5,x=2,b=-1,z=1 --format json
  backcalc run -e 'y = sin(x)^2' --at x=1 --get dy/dx
  backcalc run neuron.bg --at w=0.5,x=2,b=-1,z=1 --along w=0.1,b=-0.2
"""

LIMITED = "Rows of a table at most: the output, inputs, then the largest adjoints; 0 shows all, as JSON and CSV do."


@as_command("run", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@click.option(
    "--mode",
    type=click.Choice(get_args(Mode)),
    default="reverse",
    show_default=True,
    help="reverse: the output's derivative by every node; forward: every node's derivative by --wrt.",
)
@click.option(
    "--along",
    multiple=True,
    metavar="x=0.1,w=-0.2",
    shell_complete=point_completion,
    help="Forward mode in a direction: the change of every node when these change so much.",
)
@click.option("--partials", is_flag=True, help="Show the local partials and how each adjoint adds up.")
@click.option("--expand", "expanded", is_flag=True, help="Show every operation as a node of its own.")
@click.option("--all-pairs", is_flag=True, help="Show the derivative of every node by every node it depends on.")
@click.option("--data", metavar="points.csv", help="Run at every point of a CSV file, a row a point; - is stdin.")
@click.option(
    "--get",
    multiple=True,
    metavar="do/dx",
    shell_complete=answer_completion,
    help="Print just this, bare and with every digit: do/dx, a node's name, do/dW[0,1]; may stand several times.",
)
@exact_options
@shows(limit=limit_of(LIMITED), most=MAX_CERTAIN)
def command(
    asked: Asked,
    shown: Shown,
    mode: Mode,
    along: tuple[str, ...],
    partials: bool,
    expanded: bool,
    all_pairs: bool,
    data: str | None,
    get: tuple[str, ...],
    exactly: Exactly | None,
) -> int:
    """GRAPH is a file of node expressions or annotated edges; `-`, or a pipe, is read from stdin."""
    if shown.format == "csv" and partials and all_pairs:  # With both there would be two tables with other columns.
        raise click.UsageError("CSV is one table: --partials or --all-pairs, not both")
    require_one_pipe(asked, "--data", data)
    if along:
        _require_alone(asked, partials=partials, all_pairs=all_pairs)
        mode = "forward"
    # Each as it was given: --along has set the mode by itself.
    others = ["--along"] * bool(along) + ["--mode forward"] * (mode == "forward" and not along)
    others += _flags(partials=partials, expand=expanded, all_pairs=all_pairs)
    exact = [f"--{exactly}"] if exactly else []
    digits = certain_digits(shown, exactly)  # Too many are refused before the graph is read.
    if get:  # Which would leave these unheeded, too.
        others += exact + ["--data"] * (data is not None) + ["--wrt"] * bool(asked.wrt)
        others += [f"--format {shown.format}"] * (shown.format != "table")
        others += [f"--{name}" for name in ("digits", "limit") if is_typed(name)]
    source = read_source(asked)
    if get:
        _require_none(others, "--get", "shows what it asks for alone")
        from backcalc.cli.get import print_asked  # The marking of answers is loaded with it.

        return print_asked(text_of(source, asked.at), read_point(asked.at), get, asked.of)
    if data is not None:
        _require_none([*others, *exact], "--data", "shows a row of output and gradient a point")
        return _run_data(graph_of(source, asked.at), data, asked, shown)
    if exactly:
        # Partials and expanded graphs have exact numbers too; forward mode and pairs have not.
        unfit = [option for option in others if option not in ("--partials", "--expand")]
        _require_none(unfit, f"--{exactly}", "gives values and adjoints")
        from backcalc.cli.exactly import in_exact_numbers  # Most runs are in floats.

        read = _read(source, expanded, asked.at)
        return _finish(in_exact_numbers(exactly, read, asked, digits), shown, partials=partials)
    # JSON has the partials anyway; in other formats they are a table of their own, of the plain way.
    if mode == "reverse" and not (expanded or all_pairs or (partials and shown.format != "json")):
        found = text_of(source, asked.at).run(read_point(asked.at), asked.of, asked.wrt)
        return _finish(found, shown, partials=partials)
    # Objects: arrays have neither tangents, pairs, nor the terms of a sum.
    result = _by_objects(source, asked, mode, along, expanded=expanded, all_pairs=all_pairs)
    return _finish(result, shown, partials=partials, pairs=all_pairs)


def _by_objects(
    source: Source, asked: Asked, mode: Mode, along: tuple[str, ...], *, expanded: bool, all_pairs: bool
) -> Run:
    """The run of what arrays have no way for. Raises UsageError where the pairs asked for have too many numbers."""
    read = _read(source, expanded, asked.at)
    direction = read_point(along, "--along") if along else None  # As --at is read, and told by its own name.
    result = run_objects(read, read_point(asked.at), asked.of, asked.wrt, mode, direction)
    if all_pairs:
        from backcalc.calculus.pairs import require_few_pairs

        # Of n nodes there are up to n²/2 pairs: counted before any is worked out.
        require_few_pairs(result.linear, result.upstream)
    return result


def _require_alone(asked: Asked, *, partials: bool, all_pairs: bool) -> None:
    """Raise UsageError where an option beside `--along` asks for another derivative than that in its direction."""
    others = _flags(wrt=bool(asked.wrt), partials=partials, all_pairs=all_pairs)
    _require_none(others, "--along", "gives the change of every node in one direction")
    tell_unheeded("of", "--along gives the change of every node")


def _flags(**given: bool) -> list[str]:
    """The options that are given, as they are typed."""
    return [f"--{name.replace('_', '-')}" for name, is_given in given.items() if is_given]


def _require_none(others: Sequence[str], option: str, what: str) -> None:
    """Raise UsageError where other options stand beside one that leaves no room for them."""
    # The first is enough: one at a time is easy to mend.
    for other in others:
        raise click.UsageError(f"{option} {what}: drop {other}, or {option}")


def _read(source: Source, expanded: bool, at: tuple[str, ...]) -> Dag:
    """The graph, `expanded` with every operation as a node; what that needs is loaded only here."""
    if not expanded:
        return graph_of(source, at)
    from backcalc.graph.expand import expand

    return expand(graph_of(source, at))


def _finish(result: AnyRun, shown: Shown, *, partials: bool = False, pairs: bool = False) -> int:
    """Print the warnings and the run; the exit status."""
    kept(result)
    lost = _lost_pairs(result) if pairs else []
    if partials or shown.format == "json":  # JSON has them anyway.
        lost = lost or _lost_partials(result)
    print_warnings(result.graph.source, [*result.warnings, *lost])
    print_report(RunReport(result, shown.digits, shown.limit, partials, pairs), shown)
    return 0 if result.is_finite else 1


def _lost_pairs(result: AnyRun) -> list[Diagnostic]:
    from backcalc.calculus.lost import lost_pairs  # Few runs show pairs.

    return lost_pairs(result.objects)


def _lost_partials(result: AnyRun) -> list[Diagnostic]:
    from backcalc.calculus.run import Run

    # A run by arrays would be made one of objects for these alone.
    if not isinstance(result, Run) or all(node.kind != "constant" for node in result.graph.nodes):
        return []
    from backcalc.calculus.lost import lost_partials

    return lost_partials(result)


def _run_data(graph: Dag, path: str, asked: Asked, shown: Shown) -> int:
    """Run at every point of a file, which is read and printed some points at a time; NumPy is loaded only here."""
    from backcalc.bulk.points.run import stream_data
    from backcalc.render.reports.points import PointsReport

    point = read_point(asked.at)
    stream = stream_data(graph, name_of(path), pieces(path, most=None), point, asked.of, asked.wrt)
    told = 0

    def notice() -> None:
        """Print the warnings that have come since the last time: some come while points are read."""
        nonlocal told
        # stdout is buffered, stderr is not: rows and warnings are to stand in the order in which they came.
        sys.stdout.flush()
        told += _print_noticed(stream.warnings[told:])

    # Those of the graph and of the first rows, before any result.
    notice()
    print_report(PointsReport(stream, shown.digits, shown.limit, notice), shown)
    notice()
    return 0 if stream.is_finite else 1


def _print_noticed(warnings: Sequence[tuple[Source, Diagnostic]]) -> int:
    """Print warnings, each of its own text; how many there are."""
    # A warning shows a line of its text: the graph's, or that of the file of points.
    for source, found in groupby(warnings, key=itemgetter(0)):
        print_warnings(source, [warning for _, warning in found])
    return len(warnings)
