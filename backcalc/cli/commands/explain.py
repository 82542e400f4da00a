"""`backcalc explain`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import click

from backcalc.analysis.explain import Step, explain
from backcalc.calculus.point import read_point
from backcalc.calculus.question import require_node
from backcalc.calculus.run import Run, run
from backcalc.cli.input import read_graph, split_names
from backcalc.cli.options import (
    at_option,
    color_option,
    digits_option,
    format_option,
    graph_argument,
    node_completion,
    of_option,
    wrt_option,
)
from backcalc.cli.output import goes_to_terminal, has_color, hold, print_lines, print_warnings

if TYPE_CHECKING:
    from backcalc.render.reports.steps import Line

EXAMPLES = """\b
Examples:
  backcalc explain lattice.bg --at x=1 --digits 2
  backcalc explain network-a.bg --node u3
  backcalc explain neuron.bg --at w=0.5,x=2,b=-1,z=1 --wrt w,b
  backcalc explain neuron.bg --format latex > key.tex
"""


@click.command("explain", epilog=EXAMPLES)
@graph_argument
@at_option
@of_option
@click.option(
    "--node",
    "nodes",
    multiple=True,
    metavar="u,v",
    shell_complete=node_completion,
    help="Only the steps of these nodes; may stand several times.",
)
@wrt_option
@format_option("table", "markdown", "latex", "json")
@digits_option
@color_option
def command(
    graph: str | None,
    at: tuple[str, ...],
    of: str | None,
    nodes: tuple[str, ...],
    wrt: tuple[str, ...],
    format_: str,
    digits: int,
    color: str,
) -> int:
    """The derivation as one writes it by hand: values in order, then the chain rule node by node, backwards.

    Under each derivative stand the local partials that it speaks of. --wrt limits the derivation to the steps that lead
    to these derivatives; --format latex gives a whole document, --format table plain lines.
    """
    # Both limit the same list, and neither reading of the two together would be the obvious one.
    if nodes and wrt:
        raise click.UsageError("--node says which steps are shown, and so does --wrt: drop one of them")
    # Names are looked up before the run, which may take a while.
    read, only, by = read_graph(graph), split_names(nodes), split_names(wrt)
    for name in only:
        require_node(read, name, "--node")
    found = run(read, read_point(at), of, by)
    hold(found)
    print_warnings(found.graph.source, found.warnings)
    _show(found, explain(found, only, by), format_, digits, color)
    return 0 if found.is_finite else 1


def _show(found: Run, steps: Iterator[Step], format_: str, digits: int, color: str) -> None:
    """Print the steps as they come; what a format needs is loaded only for that format."""
    if format_ == "json":
        from backcalc.render.reports.steps import render_steps_json

        print_lines(render_steps_json(steps, found.output))
    elif format_ == "latex":
        from backcalc.render.reports.steps_latex import render_steps_latex

        print_lines(render_steps_latex(steps, found.output, digits))
    else:
        from backcalc.render.hand import Hand
        from backcalc.render.reports.steps import derivation, render_steps_markdown

        lines = derivation(steps, found.output, Hand(digits))
        if format_ == "markdown":
            print_lines(render_steps_markdown(lines))
        else:
            _print(lines, color)


def _print(lines: Iterator[Line], color: str) -> None:
    """Lines broken to fit on a terminal, whole ones in a pipe."""
    if goes_to_terminal(color):
        from backcalc.render.reports.steps_terminal import print_derivation

        print_derivation(lines, color=has_color(color))
    else:
        from backcalc.render.reports.steps import render_text

        print_lines(render_text(lines))
