"""`backcalc run`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import click

from backcalc.calculus.load import load
from backcalc.calculus.point import Point, read_point
from backcalc.calculus.result import AnyRun, Mode
from backcalc.calculus.run import run
from backcalc.cli.input import read_source, split_names
from backcalc.cli.options import (
    at_option,
    color_option,
    digits_option,
    format_option,
    graph_argument,
    limit_option,
    of_option,
    wrt_option,
)
from backcalc.cli.output import hold, print_lines, print_report, print_warnings
from backcalc.graph.model import Graph
from backcalc.text.errors import Diagnostic
from backcalc.text.files import name_of, pieces
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.bulk.points.run import DataStream

EXAMPLES = """\b
Examples:
  backcalc run lattice.bg --at x=1
  cat edges.txt | backcalc run - --of o
  backcalc run neuron.bg --at w=0.5,x=2,b=-1,z=1 --format json
"""

LARGE = 50_000
"""Characters from which on a text is worth loading NumPy to read it by arrays."""

PIECE = 1 << 20
"""Bytes of a file of points that are read at a time."""

Shown = tuple[str, int, int, str]
"""How results are shown: --format, --digits, --limit, --color."""


@click.command("run", epilog=EXAMPLES)
@graph_argument
@at_option
@of_option
@wrt_option
@click.option(
    "--mode",
    type=click.Choice(["reverse", "forward"]),
    default="reverse",
    show_default=True,
    help="reverse: the output's derivative by every node; forward: every node's derivative by --wrt.",
)
@click.option("--partials", is_flag=True, help="Show the local partials and how each adjoint adds up.")
@click.option("--expand", "expanded", is_flag=True, help="Show every operation as a node of its own.")
@click.option("--all-pairs", is_flag=True, help="Show the derivative of every node by every node it depends on.")
@click.option("--data", metavar="points.csv", help="Run at every point of a CSV file, a row a point; - is stdin.")
@format_option("table", "json", "csv", "markdown", "latex")
@digits_option
@limit_option
@color_option
def command(
    graph: str | None,
    at: tuple[str, ...],
    of: str | None,
    wrt: tuple[str, ...],
    mode: Mode,
    partials: bool,
    expanded: bool,
    all_pairs: bool,
    data: str | None,
    format_: str,
    digits: int,
    limit: int,
    color: str,
) -> int:
    """Forward and reverse pass: values, and the derivative of the output with respect to every node.

    GRAPH is a file of node expressions or annotated edges; `-`, or a pipe, is read from stdin.
    """
    if format_ == "csv" and partials and all_pairs:
        raise click.UsageError("CSV is one table: --partials or --all-pairs, not both")
    if data == "-" and graph in (None, "-"):
        raise click.UsageError("the graph and --data cannot both come from stdin: name a file for one of them")
    source, shown = read_source(graph), (format_, digits, limit, color)
    if data is not None:
        shows = {
            "--mode forward": mode == "forward",
            "--partials": partials,
            "--expand": expanded,
            "--all-pairs": all_pairs,
        }
        for option in (option for option, is_set in shows.items() if is_set):
            raise click.UsageError(f"--data shows a row of output and gradient a point: drop {option}, or --data")
        return _run_data(load(source), data, read_point(at), of, split_names(wrt), shown)
    # JSON has the partials anyway; in other formats they are a table of their own, of the plain way.
    is_plain = mode == "reverse" and not (expanded or all_pairs or (partials and format_ != "json"))
    if is_plain and len(source.text) >= LARGE:
        from backcalc.bulk.graph.run import run_large

        large = run_large(source, read_point(at), of, split_names(wrt))
        if large is not None:
            return _finish(large, shown)
    read = load(source)
    if expanded:
        from backcalc.graph.expand import expand

        read = expand(read)
    result = run(read, read_point(at), of, split_names(wrt), mode)
    return _finish(result, shown, partials=partials, pairs=all_pairs)


def _finish(result: AnyRun, shown: Shown, *, partials: bool = False, pairs: bool = False) -> int:
    """Print the warnings and the run; the exit status."""
    hold(result)
    print_warnings(result.graph.source, result.warnings)
    _show(result, shown, partials=partials, pairs=pairs)
    return 0 if result.is_finite else 1


def _show(result: AnyRun, shown: Shown, *, partials: bool, pairs: bool) -> None:
    """Print the run; what a format needs is loaded only for that format."""
    format_, digits, limit, color = shown
    if format_ == "json":
        from backcalc.render.reports.run_json import render_json

        print_lines(render_json(result, pairs=pairs))
        return
    if format_ == "csv":
        from backcalc.render.reports.run_csv import render_csv

        print_lines(render_csv(result, partials=partials, pairs=pairs))
        return
    from backcalc.render.reports.run import run_report

    report = run_report(result, digits, partials=partials, pairs=pairs, limit=limit)
    print_report(report, color, format_)


def _run_data(graph: Graph, path: str, point: Point, of: str | None, wrt: Sequence[str], shown: Shown) -> int:
    """Run at every point of a file, which is read and printed some points at a time; NumPy is loaded only here."""
    from backcalc.bulk.points.run import stream_data

    stream = stream_data(graph, name_of(path), pieces(path, PIECE), point, of, wrt)
    told = _print_noticed(stream.warnings)
    _show_points(stream, shown, told)
    return 0 if stream.is_finite else 1


def _show_points(stream: DataStream, shown: Shown, told: int) -> None:
    """Print the points, and the warnings after the first `told`, which come while points are read."""
    from backcalc.render.reports.points import points_report, render_points_csv, render_points_json

    format_, digits, limit, color = shown
    if format_ in ("csv", "json"):
        print_lines((render_points_csv if format_ == "csv" else render_points_json)(stream))
        sys.stdout.flush()
        _print_noticed(stream.warnings[told:])
        return
    report = points_report(stream, digits, limit)
    _print_noticed(stream.warnings[told:])
    print_report(report, color, format_)


def _print_noticed(warnings: Sequence[tuple[Source, Diagnostic]]) -> int:
    """Print warnings, each of its own text; how many there are."""
    for source, found in groupby(warnings, key=itemgetter(0)):
        print_warnings(source, [warning for _, warning in found])
    return len(warnings)
