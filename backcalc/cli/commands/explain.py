"""`backcalc explain`."""

from __future__ import annotations

import click

from backcalc.analysis.explain import explain
from backcalc.calculus.point import read_point
from backcalc.calculus.question import require_node
from backcalc.cli.input import read_text
from backcalc.cli.options import Asked, Shown, as_command, asks, nodes_option, shows
from backcalc.cli.output import print_report, print_warnings
from backcalc.cli.process import kept
from backcalc.render.reports.steps import StepsReport

EXAMPLES = """\b
Examples:
  backcalc explain lattice.bg --at x=1 --digits 2
  backcalc explain network-a.bg --node u3
  backcalc explain neuron.bg --at w=0.5,x=2,b=-1,z=1 --wrt w,b
  backcalc explain neuron.bg --format latex > key.tex
"""


@as_command("explain", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@nodes_option("--node", "nodes", metavar="u,v", help="Only the steps of these nodes")
@shows("document", "json")
def command(asked: Asked, nodes: tuple[str, ...], shown: Shown) -> int:
    """First come the values in order, then the chain rule node by node, backwards.

    Under each derivative stand the local partials that it speaks of. --wrt limits the derivation to the steps that lead
    to these derivatives; --format latex gives a whole document, --format table plain lines.
    """
    # Both limit the same list, and neither reading of the two together would be the obvious one.
    if nodes and asked.wrt:
        raise click.UsageError("--node says which steps are shown, and so does --wrt: drop one of them")
    # Names are looked up before the run, which may take a while.
    text = read_text(asked)
    for name in nodes:
        require_node(text.graph, name, "--node")
    found, derived = kept(text.derived(read_point(asked.at), asked.of, asked.wrt, nodes))
    print_warnings(text.source, found.warnings)
    print_report(StepsReport(explain(derived, nodes, asked.wrt), found.output, shown.digits), shown)
    return 0 if found.is_finite else 1
