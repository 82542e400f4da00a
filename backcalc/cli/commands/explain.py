"""`backcalc explain`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from backcalc.analysis.explain import explain
from backcalc.analysis.run import Text
from backcalc.calculus.point import read_point
from backcalc.calculus.question import require_node
from backcalc.calculus.run import Run
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
  backcalc explain network-a.bg --format markdown --picture --math > key.md
"""


@as_command("explain", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@nodes_option("--node", "nodes", metavar="u,v", help="Only the steps of these nodes")
@click.option("--picture", is_flag=True, help="In Markdown: begin with the graph as a Mermaid picture.")
@click.option("--math", is_flag=True, help="In Markdown: formulas between dollars, as LaTeX, in place of code.")
@shows("document", "json")
def command(asked: Asked, nodes: tuple[str, ...], picture: bool, math: bool, shown: Shown) -> int:
    """First come the values in order, then the chain rule node by node, backwards.

    Under each derivative stand the local partials that it speaks of. --wrt limits the derivation to the steps that lead
    to these derivatives; --format latex gives a whole document, --format table plain lines.
    """
    # Both limit the same list, and neither reading of the two together would be the obvious one.
    if nodes and asked.wrt:
        raise click.UsageError("--node says which steps are shown, and so does --wrt: drop one of them")
    if (picture or math) and shown.format != "markdown":
        raise click.UsageError(f"{'--picture' if picture else '--math'} is for Markdown: --format markdown")
    # Names are looked up before the run, which may take a while.
    text = read_text(asked)
    for name in nodes:
        require_node(text.graph, name, "--node")
    found, derived = kept(text.derived(read_point(asked.at), asked.of, asked.wrt, nodes))
    print_warnings(text.source, found.warnings)
    # Drawn, so that it may be refused, before anything is printed.
    drawn = _picture(text, derived, shown) if picture else ()
    steps = explain(derived, nodes, asked.wrt)  # One by one, as they are printed.
    print_report(StepsReport(steps, found.output, shown.digits, drawn, math), shown)
    return 0 if found.is_finite else 1


def _picture(text: Text, run: Run, shown: Shown) -> Sequence[str]:
    """The lines of the graph as a Mermaid picture. Raises UsageError where it is too large for one."""
    from backcalc.cli.pictures import MOST, too_large  # Most derivations have none.
    from backcalc.render.pictures.mermaid import lines
    from backcalc.render.pictures.scene import scene

    if len(run.graph.nodes) > MOST:
        raise too_large(text, "leave --picture out, or draw a part: backcalc draw --node NODE --radius 2")
    return list(lines(scene(run, shown.digits)))
