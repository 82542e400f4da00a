"""`backcalc sweep`."""

from __future__ import annotations

import click

from backcalc.analysis.scan import scan
from backcalc.cli.input import read_graph
from backcalc.cli.options import Asked, Shown, as_command, asks, limit_of, nodes_option, shows
from backcalc.cli.output import print_report, print_warnings
from backcalc.render.reports.scan import ScanReport

EXAMPLES = """\b
Examples:
  backcalc sweep activations.bg --of s --at x=-5:5:101
  backcalc sweep activations.bg --show s,t,r --at x=-5:5:101
  backcalc sweep lattice.bg --at x=1e-3:1e3:50:log --format csv
  backcalc sweep neuron.bg --at w=-2:2:21,b=-1:1:11,x=2,z=1
"""
AT = click.option(
    "--at",
    multiple=True,
    metavar="x=-5:5:101,w=2",
    help="Ranges, of one or two inputs, and values of others; x=1e-3:1e3:50:log has steps of the logarithm.",
)


@as_command("sweep", EXAMPLES)
@asks("graph", "at", "of", at=AT)
@nodes_option("--show", metavar="h1,h2", help="Several nodes at once, in place of the output")
@shows(limit=limit_of("Points listed at most; 0 lists all."))
def command(asked: Asked, shown: Shown, show: tuple[str, ...]) -> int:
    """A row a point: the inputs that are swept, the output, its derivatives by them.

    On a terminal a plot stands above. Kinks, jumps and poles are marked, and told with the place where they are.
    """
    found = scan(read_graph(asked), asked.at, asked.of, show)
    print_warnings(found.graph.source, found.graph.warnings)
    print_report(ScanReport(found, shown.digits, shown.limit), shown)
    return 0 if found.is_finite else 1
