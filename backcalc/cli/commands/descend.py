"""`backcalc descend`."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from math import isfinite
from typing import Any, get_args

import click

from backcalc.analysis.descend import Method, Settings, descend
from backcalc.analysis.new_defaults import with_defaults
from backcalc.analysis.objective import Objective
from backcalc.bulk.points.reader import PointReader
from backcalc.calculus.point import Point, read_point
from backcalc.cli.input import read_graph, require_one_pipe
from backcalc.cli.numbers import Real, RealRange, WholeRange
from backcalc.cli.options import Asked, Decorator, Shown, as_command, asks, force_option, limit_of, shows
from backcalc.cli.output import print_report, print_warnings, require_ours, tell, write_ours
from backcalc.cli.typed import tell_unheeded
from backcalc.graph.model import Dag
from backcalc.render.reports.descend import DescendReport, ending
from backcalc.render.writer import PLAIN
from backcalc.text.errors import Diagnostic
from backcalc.text.files import name_of, pieces
from backcalc.text.source import Source

EXAMPLES = """\b
Examples:
  backcalc descend neuron.bg --at w=0.5,x=2,b=-1,z=1 --wrt w,b --rate 0.1
  backcalc descend lines.bg --data lines.csv --wrt w1,w2,b --rate 20 --steps 2000 --every 200
  backcalc descend neuron.bg --at @neuron.json --wrt w,b --method adam -o trained.bg
"""
MARK = "# Parameters found by `backcalc descend`."
"""The first line of the graph that is written."""
PLOT_MARK = "<!-- Drawn by `backcalc descend`. -->"
"""The first line of a picture of the steps."""


def _finite(_ctx: click.Context, _param: click.Parameter, value: float | None) -> float | None:
    # With a rate of inf every step would be nan.
    if value is not None and not isfinite(value):
        raise click.BadParameter(f"{value} is no finite number; type one such as 0.1")
    return value


REAL = Real()
PICTURES = (".png", ".pdf", ".jpg", ".jpeg", ".gif", ".html")


def _number(flag: str, help: str, kind: Any = REAL, **extra: Any) -> Decorator:  # noqa: A002  click's own word
    option: Decorator = click.option(flag, type=kind, callback=_finite, help=help, **extra)
    return option


@as_command("descend", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@_number("--rate", "The step, in units of the gradient: η.", default=0.1, show_default=True)
@click.option("--steps", type=WholeRange(0, 10_000_000), default=20, show_default=True, help="Updates at most.")
@click.option("--data", metavar="points.csv", help="Minimise the mean over the rows of a CSV file; - is stdin.")
@click.option("--batch", type=WholeRange(1), help="Rows a step, of --data shuffled; default: all.")
@click.option("--seed", type=WholeRange(0), default=0, show_default=True, help="Of the shuffles.")
# With a momentum of 1 no step would ever fade.
@_number("--momentum", "How much of the last step goes on.", RealRange(0, 1, max_open=True), default=0.0)
@click.option("--method", type=click.Choice(get_args(Method)), default="sgd", show_default=True, help="How.")
@click.option("--maximise", is_flag=True, help="Climb instead.")
@_number("--until", "Stop where the output is as low as this.", metavar="LOSS")
@_number("--gtol", "Stop where the norm of the gradient is as small as this.", RealRange(0))
@click.option("--every", type=WholeRange(1), default=1, show_default=True, help="Show each Nth step, and the last.")
@click.option(
    "-o",
    "--output",
    "path",
    metavar="graph.bg",
    help="Write the graph with the parameters found; plot.svg has the curve.",
)
@force_option()
@shows(limit=limit_of("Steps listed at most; 0 lists all."))
def command(
    asked: Asked, shown: Shown, data: str | None, every: int, path: str | None, force: bool, **given: Any
) -> int:
    """On top stands the update rule in symbols, then a row a step: parameters, output, norm of the gradient.

    --wrt are the parameters (default: all inputs that are no columns of --data), --at says where they begin.
    """
    # The options are named as the fields are.
    settings = Settings(**given)
    _check(settings, asked, data)
    is_plot = path is not None and path.lower().endswith(".svg")
    if path is not None and path.lower().endswith(PICTURES):  # Else a graph would stand in a file of that name.
        raise click.UsageError(f"-o writes the curve to a name that ends in .svg, else the graph: {path} is a picture")
    require_ours(path, PLOT_MARK if is_plot else MARK, force=force)
    graph = read_graph(asked)
    point = read_point(asked.at)
    objective = Objective(graph, point, asked.of, asked.wrt, _rows(graph, data, point))
    found = descend(objective, settings)
    print_warnings(graph.source, objective.noticed)
    report = DescendReport(found, objective, settings, every, shown.digits, shown.limit)
    print_report(report, shown)
    if found.status == "diverged" and shown.format in ("json", "csv"):  # Which have no place for a sentence.
        tell(PLAIN.cell(ending(found, settings)))
    if path is not None and is_plot:
        from backcalc.render.pictures.plot_svg import plot_svg

        write_ours(path, PLOT_MARK, plot_svg(report.plot()))
    elif path is not None and found.status != "diverged":  # What has diverged is no parameter for anybody.
        text = with_defaults(graph.source, found.steps[-1].at)
        # The mark of a file that is trained again is not written twice. Only newlines end a line of the language.
        write_ours(path, MARK, [line for line in text.removesuffix("\n").split("\n") if line != MARK])
    return 1 if found.status == "diverged" else 0


def _check(settings: Settings, asked: Asked, data: str | None) -> None:
    """Raise a usage error for options that do not go together."""
    require_one_pipe(asked, "--data", data)
    if settings.batch is not None and data is None:
        raise click.UsageError("--batch is of the rows of --data: name that too")
    if settings.batch is None:
        tell_unheeded("seed", "it is of the shuffles of --batch, which is not given")
    method = settings.method
    if method == "lbfgs":
        tell_unheeded("rate", "lbfgs looks for the length of each step itself")
    # Asked before the file is read, rather than once all is ready.
    if method == "lbfgs" and find_spec("scipy") is None:
        raise click.UsageError("lbfgs comes from SciPy: pip install 'backcalc[lbfgs]', or use --method adam")
    if method != "sgd" and settings.momentum:
        raise click.UsageError(f"--momentum is of --method sgd; {method} has its own: drop one of them")
    if method == "lbfgs" and settings.batch is not None:
        raise click.UsageError("lbfgs needs all rows at each step: drop --batch, or use --method adam")


def _rows(graph: Dag, path: str | None, point: Point) -> dict[str, Any] | None:
    """All rows of a file of points, a column an input; NumPy is loaded only here."""
    if path is None:
        return None
    import numpy as np

    # Each step takes all rows, so they are held at once.
    reader = PointReader(name_of(path), pieces(path, most=None), graph)
    reader.notice_over(point)
    of_header = len(reader.warnings)
    _print_noticed(reader.warnings)  # At once: an error of the rows may follow from a column that is passed over.
    parts = list(reader)
    _print_noticed(reader.warnings[of_header:])
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def _print_noticed(warnings: Sequence[tuple[Source, Diagnostic]]) -> None:
    for source, warning in warnings:
        print_warnings(source, [warning])
