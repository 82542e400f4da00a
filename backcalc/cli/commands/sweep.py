"""`backcalc sweep`."""

from __future__ import annotations

from shutil import get_terminal_size

import click

from backcalc.analysis.scan import Scan, scan
from backcalc.bulk.points.run import Batch, is_finite
from backcalc.cli.input import read_graph
from backcalc.cli.options import Asked, Shown, as_command, asks, limit_of, shows
from backcalc.cli.output import goes_to_terminal, print_lines, print_report, print_warnings

EXAMPLES = """\b
Examples:
  backcalc sweep activations.bg --of s --at x=-5:5:101
  backcalc sweep lattice.bg --at x=1e-3:1e3:50:log --format csv
  backcalc sweep neuron.bg --at w=-2:2:21,b=-1:1:11,x=2,z=1
"""
GAPS = 3  # Told at most.
AT = click.option(
    "--at",
    multiple=True,
    metavar="x=-5:5:101,w=2",
    help="Ranges, of one or two inputs, and values of others; x=1e-3:1e3:50:log has steps of the logarithm.",
)


@as_command("sweep", EXAMPLES)
@asks("graph", "at", "of", at=AT)
@shows("table", "json", "csv", "markdown", "latex", limit=limit_of("Points listed at most; 0 lists all."))
def command(asked: Asked, shown: Shown) -> int:
    """A row a point: the inputs that are swept, the output, its derivatives by them."""
    found = scan(read_graph(asked.graph), asked.at, asked.of)
    print_warnings(found.graph.source, found.graph.warnings)
    _show(found, shown)
    return 0 if is_finite(Batch(found.value, found.gradient)) else 1


def _show(found: Scan, shown: Shown) -> None:
    from backcalc.render.reports.scan import render_scan_csv, render_scan_json, scan_report

    if shown.format in ("json", "csv"):
        print_lines((render_scan_json if shown.format == "json" else render_scan_csv)(found))
    else:
        if len(found.at) == 1 and shown.format == "table" and goes_to_terminal(shown.color):
            _plot(found)
        print_report(scan_report(found, shown.digits, shown.limit), shown)


def _plot(found: Scan) -> None:
    """Draw the curve into the window, and tell where it is not joined."""
    from backcalc.render.pictures.plot import braille, broken

    (name, x), slope = next(iter(found.at.items())), next(iter(found.gradient.values()))
    size = get_terminal_size()
    print_lines(
        [f"{found.output} over {name}", *braille(x, found.value, slope, size.columns, min(16, size.lines // 2))]
    )
    gaps = broken(x, found.value, slope)
    if gaps:
        places = ", ".join(f"{x[i]:.4g} and {x[i + 1]:.4g}" for i in gaps[:GAPS]) + ", …" * (len(gaps) > GAPS)
        print_lines([f"a jump or a pole, not joined: between {places}"])
    print_lines([""])
