"""What commands share: where the graph comes from, the common options, and where output goes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backcalc.calculus.load import load
from backcalc.render.document import LIMIT
from backcalc.render.values import MAX_DIGITS
from backcalc.text.errors import BackcalcError
from backcalc.text.files import read
from backcalc.text.numerals import DIGITS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from backcalc.calculus.digits import Tolerance


F = TypeVar("F", bound=Callable[..., Any])


def graph_argument(command: F) -> F:
    """The GRAPH that a command reads."""
    return click.argument("graph", required=False, type=click.Path(allow_dash=True), metavar="[GRAPH]")(command)


def graph_nodes(ctx: click.Context) -> Iterable[str]:
    """The nodes of the file on a command line that is being completed; none where there is none to be read."""
    # An option still without its value ends click's parsing, and GRAPH is left over.
    words = [ctx.params.get("graph"), *ctx.params.get("arguments", ()), *ctx.args]
    path = next((word for word in words if word), None)
    try:
        return load(read(path)).index if path and path != "-" else ()
    except BackcalcError:
        return ()


def node_completion(ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """The nodes of the file on the command line, for `--of`, `--wrt` and the like; in a list, for its last name."""
    from click.shell_completion import CompletionItem

    done, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{done}{comma}{name}") for name in graph_nodes(ctx) if name.startswith(last)]


at_option = click.option(
    "--at",
    multiple=True,
    metavar="x=1,w=pi/4",
    help="Values of inputs; may stand several times. --at @point.json reads a JSON object.",
)
of_option = click.option(
    "--of",
    metavar="NODE",
    shell_complete=node_completion,
    help="The output (default: the one declared, else the only sink).",
)
wrt_option = click.option(
    "--wrt",
    multiple=True,
    metavar="x,w",
    shell_complete=node_completion,
    help="The inputs of interest (default: all); may stand several times.",
)
digits_option = click.option(
    "--digits",
    type=click.IntRange(1, MAX_DIGITS),
    default=DIGITS,
    show_default=True,
    help="Significant digits shown; JSON and CSV are exact.",
)
color_option = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in a table; auto: on a terminal, unless NO_COLOR is set.",
)


def limit_of(text: str, default: int = LIMIT) -> Callable[[F], F]:
    """`--limit`, 0 being no limit; `text` says of what."""
    return click.option("--limit", type=click.IntRange(0), default=default, show_default=True, help=text)


limit_option = limit_of(
    "Rows of a table at most: the output, inputs, then the largest adjoints; 0 shows all, as JSON and CSV do."
)


def format_option(*names: str) -> Callable[[F], F]:
    """`--format` with the formats that make sense for a command, the first the default."""
    return click.option(
        "--format", "format_", type=click.Choice(names), default=names[0], show_default=True, help="What to print."
    )


tol_option = click.option(
    "--tol", type=click.FloatRange(0, 1), metavar="REL", help="Right, too, within this relative error: 0.01."
)


sig_option = click.option(
    "--sig",
    type=click.IntRange(1, MAX_DIGITS),
    metavar="N",
    help="Right to N significant digits, however many are written.",
)


def read_tolerance(tol: float | None, sig: int | None) -> Tolerance:
    """What the two options say together. Raises UsageError for both."""
    from backcalc.calculus.digits import Tolerance  # Loads decimals, which most commands do without.

    if tol is not None and sig is not None:
        raise click.UsageError("--tol loosens what the digits written claim, --sig takes their place: drop one of them")
    if tol is not None and math.isnan(tol):  # Which is in every range by click.
        raise click.BadParameter("nan is no relative error", param_hint="--tol")
    return Tolerance(tol or 0.0, sig)
