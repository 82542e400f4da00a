"""`backcalc taylor`."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf, isfinite, nextafter

import click

from backcalc.analysis.run import run_objects
from backcalc.analysis.taylor import Expansion, Quadratic, taylor
from backcalc.calculus.doubts import noticed
from backcalc.calculus.point import read_point
from backcalc.cli.input import read_graph
from backcalc.cli.numbers import WholeRange
from backcalc.cli.options import Asked, Shown, as_command, asks, limit_of, shows
from backcalc.cli.output import print_report, print_warnings
from backcalc.cli.typed import tell_unheeded
from backcalc.render.reports.taylor import ExpansionReport, QuadraticReport
from backcalc.rules.values import flat
from backcalc.text.errors import Diagnostic

EXAMPLES = """\b
Examples:
  backcalc taylor activations.bg --at x=0 --order 5
  backcalc taylor activations.bg --at x=0 --of s --format latex
  backcalc taylor neuron.bg --at w=0.5,x=2,b=-1,z=1 --wrt w,b
"""
MOST = 30


@as_command("taylor", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@click.option(
    "--order", type=WholeRange(0, MOST), default=5, show_default=True, help="The highest power, by one input."
)
@shows(limit=limit_of("Nodes listed at most; 0 lists all."))
def command(asked: Asked, shown: Shown, order: int) -> int:
    """By one input: the coefficients from both sides, exact fractions where they are, the next term, the radius.

    By several inputs: the value, the gradient and the Hessian.
    """
    point = read_point(asked.at)
    found = taylor(read_graph(asked), point, order, asked.of, asked.wrt)
    if not isinstance(found, Expansion):
        tell_unheeded("order", "by several inputs there are the gradient and the Hessian (by one: --wrt)")
        tell_unheeded("limit", "by several inputs no nodes are listed (by one: --wrt)")
    told, is_finite = noticed(found.graph, point), _is_finite(found)
    print_warnings(found.graph.source, told)
    if not is_finite:
        print_warnings(found.graph.source, _of_run(found, told))
    _show(found, shown)
    return 0 if is_finite else 1


def _of_run(found: Expansion | Quadratic, told: Sequence[Diagnostic]) -> Sequence[Diagnostic]:
    """What `run` notices, beside what is `told`, at the point, or right beside it where that is where all is lost."""
    if isinstance(found, Quadratic):
        runs = [run_objects(found.graph, found.point, found.output, list(found.gradient))]
    else:  # Left of 0 the slope of where(x < 0, log(x), x) is none, while all is well at 0 itself.
        places = (found.at, nextafter(found.at, -inf), nextafter(found.at, inf))
        points = ({**found.point, found.wrt: at} for at in places)
        runs = [run_objects(found.graph, point, found.output.name, [found.wrt]) for point in points]
    noticed_there = next((run for run in runs if not run.is_finite), runs[0]).warnings
    return [warning for warning in noticed_there if warning not in told]


def _show(found: Expansion | Quadratic, shown: Shown) -> None:
    if isinstance(found, Expansion):
        print_report(ExpansionReport(found, shown.digits, shown.limit), shown)
    elif shown.format == "csv":  # A gradient and a Hessian are no one table.
        raise click.UsageError("CSV has the coefficients by one input: choose it by --wrt, or use --format json")
    else:
        print_report(QuadraticReport(found, shown.digits), shown)


def _is_finite(found: Expansion | Quadratic) -> bool:
    """Whether the value and the slopes that were asked for are numbers."""
    # The radius does not count: that of exp is infinite.
    if isinstance(found, Expansion):
        return all(map(isfinite, (found.output.value, *found.output.slopes)))
    # A slope by a vector is one itself.
    slopes = [number for slope in found.gradient.values() for number in flat(slope)]
    return all(map(isfinite, (found.value, *slopes)))
