"""`backcalc derive`."""

from __future__ import annotations

from backcalc.calculus.derive import derive, highest_derivatives
from backcalc.calculus.doubts import noticed
from backcalc.calculus.question import choose_output, require_node
from backcalc.cli.input import read_text
from backcalc.cli.options import Asked, as_command, asks
from backcalc.cli.output import print_lines, print_warnings
from backcalc.language.unparse import unparse_statement
from backcalc.text.errors import Code, Diagnostic, UsageError

EXAMPLES = """\b
Examples:
  backcalc derive neuron.bg --wrt w,b
  backcalc derive lattice.bg | backcalc run - --at x=1
  backcalc derive neuron.bg | backcalc derive --wrt w,b
"""


@as_command("derive", EXAMPLES)
@asks("graph", "of", "wrt")
def command(asked: Asked) -> int:
    """Its nodes dJ_dw, dJ_db, … are the derivatives of the output J.

    Of a graph that has such nodes already, it prints their derivatives in turn: the Hessian.
    """
    text = read_text(asked)
    # What may be refused is asked of whichever engine has read the text: as objects a large one takes a while.
    graph = text.graph
    for name in asked.wrt:  # Before the work; a slip is told by the option.
        require_node(graph, name, "--wrt")
    if graph.seeds and asked.of is None:
        message = "`adjoint` statements speak of a loss outside the graph; `derive` needs an output in it"
        hint = "choose one by --of; `run` shows the derivatives of the loss as formulas"
        span = graph.seeds[0][1].span
        raise UsageError(text.source, [Diagnostic(Code.TWO_OUTPUTS, message, span, hints=(hint,))])
    output = choose_output(graph, asked.of)
    read = text.objects
    # Of a file that `derive` has made the derivatives of the highest order are derived again, all of them.
    outputs = (highest_derivatives(read, output) if asked.of is None else []) or [output]
    print_warnings(read.source, noticed(read, {}))
    # Statements, so that what is printed is a graph that every command reads.
    print_lines(map(unparse_statement, derive(read, outputs, asked.wrt or read.inputs, output).statements))
    return 0
