"""`backcalc export`."""

from __future__ import annotations

from collections.abc import Sequence

import click

from backcalc.analysis.run import run_objects
from backcalc.calculus.constant import defaults
from backcalc.calculus.doubts import noticed
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.point import Point, read_point, settle
from backcalc.calculus.question import choose_output, choose_wrt, require_scalar
from backcalc.cli.input import read_graph
from backcalc.cli.options import Asked, as_command, asks
from backcalc.cli.output import print_lines, print_warnings
from backcalc.cli.process import kept
from backcalc.graph.model import Dag
from backcalc.graph.tape import tape_of
from backcalc.render.programs.program import ExportedProgram, target_of
from backcalc.render.programs.targets import SHARDED, TARGETS, lines_of
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.wording import shorten

EXAMPLES = """\b
Examples:
  backcalc export neuron.bg --to numpy --at w=0.5,x=2,b=-1,z=1 > neuron.py && python neuron.py
  backcalc export lines.bg --to jax > lines.py && python lines.py --data lines.csv --rate 0.1 --steps 100
  backcalc export lines.bg --to torch --shard data > lines.py && torchrun --nproc-per-node 2 lines.py --data lines.csv
"""


@as_command("export", EXAMPLES)
@asks("graph", "at", "of", "wrt")
@click.option("--to", "target", type=click.Choice(list(TARGETS)), required=True, help="The library that it is for.")
@click.option(
    "--shard", type=click.Choice(["data"]), help="Part the rows of --data among devices (JAX) or processes (PyTorch)."
)
def command(asked: Asked, target: str, shard: str | None) -> int:
    """In the graph's own names: a function for the value; for NumPy its gradient by hand, JAX and PyTorch have theirs.

    Run, it prints value and gradient at the point of --at; with --data at each row of a file; with --rate it trains.
    """
    if shard and target not in SHARDED:
        raise click.UsageError(f"--shard parts rows among devices or processes: choose --to {' or '.join(SHARDED)}")
    # Where --at gives `e` a value, `e` is an input from here on, not Euler's number.
    graph, point = settle(read_graph(asked), read_point(asked.at))
    kept(graph)
    told = noticed(graph, point)
    print_warnings(graph.source, told)
    # A program ends in one value; a loss outside has no formula to write.
    if graph.seeds and asked.of is None:
        message = "`adjoint` statements speak of a loss outside the graph; a program needs an output in it"
        hint = f"choose one by --of, or write the loss as a node: L = sum({shorten(graph.seeds[0][0])} * …)"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, graph.seeds[0][1].span, hints=(hint,))])
    output, wrt = choose_output(graph, asked.of), choose_wrt(graph, asked.wrt)
    # By shapes alone: a program may be written of inputs that have no value yet.
    require_scalar(graph, Evaluation(tape_of(graph), defaults(graph) | point, formulas=True), output)
    lost = _lost(graph, point, output, wrt)
    print_warnings(graph.source, [warning for warning in lost if warning not in told])
    program = ExportedProgram(graph, output, wrt, point, target_of(target), shard is not None)
    print_lines(lines_of(target, program))
    return 0


def _lost(graph: Dag, point: Point, output: str, wrt: Sequence[str]) -> Sequence[Diagnostic]:
    """What `run` notices where the program will print what is not finite at the point that is written into it."""
    if not {*graph.inputs} <= {*point, *defaults(graph)}:
        return ()  # A program without all values prints nothing.
    # A loss outside is none of the program's.
    found = run_objects(graph._replace(seeds=()), point, output, wrt)
    return () if found.is_finite else found.warnings
