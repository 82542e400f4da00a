"""`backcalc explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from backcalc.analysis.explain import Step, explain
from backcalc.calculus.point import read_point
from backcalc.calculus.question import require_node
from backcalc.calculus.result import AnyRun
from backcalc.cli.input import read_text
from backcalc.cli.options import Asked, Shown, as_command, asks, nodes_option, shows
from backcalc.cli.output import goes_to_terminal, has_color, print_lines, print_warnings
from backcalc.cli.process import kept

if TYPE_CHECKING:
    from backcalc.render.reports.steps import Line

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
@shows("table", "markdown", "latex", "json")
def command(asked: Asked, nodes: tuple[str, ...], shown: Shown) -> int:
    """First come the values in order, then the chain rule node by node, backwards.

    Under each derivative stand the local partials that it speaks of. --wrt limits the derivation to the steps that lead
    to these derivatives; --format latex gives a whole document, --format table plain lines.
    """
    # Both limit the same list, and neither reading of the two together would be the obvious one.
    if nodes and asked.wrt:
        raise click.UsageError("--node says which steps are shown, and so does --wrt: drop one of them")
    # Names are looked up before the run, which may take a while.
    text = read_text(asked.graph)
    for name in nodes:
        require_node(text.graph, name, "--node")
    found, derived = kept(text.derived(read_point(asked.at), asked.of, asked.wrt, nodes))
    print_warnings(text.source, found.warnings)
    _show(found, explain(derived, nodes, asked.wrt), shown)
    return 0 if found.is_finite else 1


def _show(found: AnyRun, steps: Iterator[Step], shown: Shown) -> None:
    """Print the steps as they come; what a format needs is loaded only for that format."""
    if shown.format == "json":
        from backcalc.render.reports.steps import render_steps_json

        print_lines(render_steps_json(steps, found.output))
    elif shown.format == "latex":
        from backcalc.render.reports.steps_latex import render_steps_latex

        print_lines(render_steps_latex(steps, found.output, shown.digits))
    else:
        from backcalc.render.hand import Hand
        from backcalc.render.reports.steps import derivation, render_steps_markdown

        lines = derivation(steps, found.output, Hand(shown.digits))
        if shown.format == "markdown":
            print_lines(render_steps_markdown(lines))
        else:
            _print(lines, shown.color)


def _print(lines: Iterator[Line], color: str) -> None:
    """Lines broken to fit on a terminal, whole ones in a pipe."""
    if goes_to_terminal(color):
        from backcalc.render.reports.steps_terminal import print_derivation

        print_derivation(lines, color=has_color(color))
    else:
        from backcalc.render.reports.steps import render_text

        print_lines(render_text(lines))
