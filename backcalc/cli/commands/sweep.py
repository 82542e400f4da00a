"""`backcalc sweep`."""

from __future__ import annotations

import click

from backcalc.analysis.scan import Scan, scan
from backcalc.cli.input import read_graph
from backcalc.cli.options import (
    Asked,
    Shown,
    as_command,
    asks,
    force_option,
    limit_of,
    nodes_option,
    point_completion,
    shows,
)
from backcalc.cli.output import print_report, print_warnings, require_ours, write_ours
from backcalc.cli.pictures import ending_of
from backcalc.render.reports.scan import ScanReport, scan_plot

EXAMPLES = """\b
Examples:
  backcalc sweep activations.bg --of s --at x=-5:5:101
  backcalc sweep activations.bg --show s,t,r --at x=-5:5:101
  backcalc sweep activations.bg --of r --at x=-5:5:101 -o relu.svg
  backcalc sweep lattice.bg --at x=1e-3:1e3:50:log --format csv
  backcalc sweep neuron.bg --at w=-2:2:21,b=-1:1:11,x=2,z=1
"""
MARK = "<!-- Drawn by `backcalc sweep`. -->"
"""The first line of the picture."""
# A form of its own, for a range is no value.
AT = click.option(
    "--at",
    multiple=True,
    shell_complete=point_completion,
    metavar="x=-5:5:101,w=2",
    help="Ranges, of one or two inputs, and values of others; x=1e-3:1e3:50:log has steps of the logarithm.",
)


@as_command("sweep", EXAMPLES)
@asks("graph", "at", "of", at=AT)
@nodes_option("--show", metavar="h1,h2", help="Several nodes at once, in place of the output")
@click.option("-o", "--output", "path", metavar="plot.svg", help="Write the plot as an SVG picture.")
@force_option()
@shows(limit=limit_of("Points listed at most; 0 lists all."))
def command(asked: Asked, shown: Shown, show: tuple[str, ...], path: str | None, force: bool) -> int:
    """A row a point: the inputs that are swept, the output, its derivatives by them.

    On a terminal a plot stands above. Kinks, jumps and poles are marked, and told with the place where they are.
    """
    # Before the work; the plot is a picture of one kind.
    if path is not None:
        ending_of(path, [".svg"], "plot")
    require_ours(path, MARK, force=force)
    found = scan(read_graph(asked), asked.at, asked.of, show)  # Which reads the ranges of --at itself.
    print_warnings(found.graph.source, found.warnings)
    if path is not None:  # It may refuse: before the table is printed.
        _draw(found, path)
    print_report(ScanReport(found, shown.digits, shown.limit), shown)
    return 0 if found.is_finite else 1


def _draw(found: Scan, path: str) -> None:
    """Write the plot."""
    from backcalc.render.pictures.plot_svg import plot_svg

    # Over two ranges there would be a surface.
    if len(found.at) > 1:
        raise click.UsageError("-o draws curves over one range: give the other input one value")
    write_ours(path, MARK, plot_svg(scan_plot(found)))
