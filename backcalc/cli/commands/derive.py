"""`backcalc derive`."""

from __future__ import annotations

import click

from backcalc.calculus.derive import derive, highest_derivatives
from backcalc.calculus.question import choose_output, require_node
from backcalc.cli.input import read_graph, split_names
from backcalc.cli.options import graph_argument, of_option, wrt_option
from backcalc.cli.output import hold, print_lines
from backcalc.language.unparse import unparse_statement
from backcalc.text.errors import Diagnostic, UsageError

EXAMPLES = """\b
Examples:
  backcalc derive neuron.bg --wrt w,b
  backcalc derive lattice.bg | backcalc run - --at x=1
  backcalc derive neuron.bg | backcalc derive --wrt w,b
"""


@click.command("derive", epilog=EXAMPLES)
@graph_argument
@of_option
@wrt_option
def command(graph: str | None, of: str | None, wrt: tuple[str, ...]) -> int:
    """Print the gradient as a graph in the same language.

    Its nodes dJ_dw, dJ_db, … are the derivatives of the output J. Of a graph that has such nodes already, it prints
    their derivatives in turn: the Hessian.
    """
    read = read_graph(graph)
    hold(read)
    names = split_names(wrt)
    for name in names:
        require_node(read, name, "--wrt")
    if read.seeds and of is None:
        message = "`adjoint` statements speak of a loss outside the graph; `derive` needs an output in it"
        hint = "choose one by --of; `run` shows the derivatives of the loss as formulas"
        span = read.seeds[0][1].span
        raise UsageError(read.source, [Diagnostic("two-outputs", message, span, hints=(hint,))])
    output = choose_output(read, of)
    outputs = (highest_derivatives(read) if of is None else []) or [output]
    print_lines(map(unparse_statement, derive(read, outputs, names or read.inputs, output)))
    return 0
