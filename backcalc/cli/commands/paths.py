"""`backcalc paths`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from backcalc.calculus.point import read_point
from backcalc.calculus.question import LOSS, require_node
from backcalc.cli.input import read_text
from backcalc.cli.options import Asked, Shown, as_command, asks, limit_of, node_option, nodes_option, shows
from backcalc.cli.output import print_report, print_warnings, tell
from backcalc.cli.process import kept
from backcalc.render.reports.paths import PathsReport
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source

if TYPE_CHECKING:
    from backcalc.graph.any_graph import AnyGraph

EXAMPLES = """\b
Examples:
  backcalc paths network-a.bg --from x1 --to L
  backcalc paths lattice.bg --at x=1
  backcalc paths network-a.bg --from x1,u3 --format json

\b
Of more paths than --limit those with the largest products are listed, in absolute
value; the number of all comes from a count, and their sum from backpropagation.
"""
LIMIT = 100  # More are seldom read, and a deep graph has 10^18 of them.


FROM = nodes_option("--from", "--wrt", "wrt", help="Where paths begin: any nodes (default: all inputs)")
TO = node_option(
    "--to", "--of", "of", help="Where they end: the output (default: the one declared, else the only sink)."
)
LIMITED = limit_of("Paths listed for each source at most, the largest products; 0 lists all.", LIMIT)


@as_command("paths", EXAMPLES)
@asks("graph", "wrt", "of", "at", wrt=FROM, of=TO)
@shows(limit=LIMITED)
def command(asked: Asked, shown: Shown) -> int:
    """The sum is the derivative; each path is shown with its factors and their product.

    The last lines say how many multiplications that takes, and how many backpropagation does.
    """
    text = read_text(asked)
    for name in asked.wrt:  # Before the run; a slip is told by the option.
        require_node(text.graph, name, "--from")
    # One run gives the adjoints that the sums are held against.
    found = kept(text.aggregated(read_point(asked.at), _output(text.graph, asked.of), asked.wrt))
    result = found.run
    _require_sources(result.wrt, text.graph)
    print_warnings(text.source, result.warnings)
    print_report(PathsReport(found, result.wrt, shown.limit, shown.digits, tell), shown)
    return 0 if result.is_finite else 1


def _output(graph: AnyGraph, name: str | None) -> str | None:
    """The output as `run` takes it: None where it is the loss that `adjoint` statements speak of."""
    # `--to L` is understood of a loss outside the graph too: it is what the table calls it.
    if name is None or (graph.seeds and name == LOSS and name not in graph.index):
        return None
    require_node(graph, name, "--to")
    if graph.seeds:
        message = "`adjoint` statements speak of a loss outside the graph, --to of a node in it"
        span = graph.seeds[0][1].span
        hint = f"drop --to, or the line `adjoint {graph.seeds[0][0]} = …`"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, span, hints=(hint,))])
    return name


def _require_sources(sources: Sequence[str], graph: AnyGraph) -> None:
    # A graph of constants alone has none.
    if not sources:
        hint = (f"choose a node by --from, such as --from {graph.nodes[0].name}",)
        message = "the graph has no inputs from which paths could begin"
        raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.NO_INPUTS, message, hints=hint)])
