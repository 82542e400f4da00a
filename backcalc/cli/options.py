"""What commands share: where the graph comes from, the common options, and where output goes."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeVar

import click

from backcalc.bulk.arrays.memory import WORTH, keep_freed
from backcalc.calculus.load import load
from backcalc.cli.progress_bar import make_way
from backcalc.graph.model import Graph
from backcalc.render.reports.limit import LIMIT
from backcalc.render.reports.run import Grid
from backcalc.render.values import MAX_DIGITS
from backcalc.render.warnings import render_warnings
from backcalc.text.errors import BackcalcError, Diagnostic, ReadError, Source
from backcalc.text.files import read
from backcalc.text.numerals import DIGITS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

AT_ONCE = 1 << 16  # Characters that are written together.

_held: list[object] = []

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


def read_source(graph: str | None) -> Source:
    """The text of the GRAPH argument. Raises BackcalcError; a missing argument with no pipe is a usage error."""
    if graph is None and sys.stdin.isatty():
        raise click.UsageError("no graph: name a file, or pipe one in (`backcalc samples` lists some)")
    path = "-" if graph is None else graph
    with suppress(OSError, ValueError):  # `read` has the words for what is wrong with it.
        if os.path.getsize(path) >= WORTH:  # noqa: PTH202  pathlib takes a while to load.
            keep_freed()  # This process is ours; as a library backcalc leaves such things alone.
    try:
        return read(path)
    except ReadError as error:
        raise _with_sample_hint(error, path) from None


def read_graph(graph: str | None) -> Graph:
    """The graph that the GRAPH argument names. Raises BackcalcError."""
    return load(read_source(graph))


def split_names(lists: Iterable[str]) -> tuple[str, ...]:
    """The names in `x, w`, of one such list after the other."""
    # `--wrt x --wrt "w, b"` and a comma at the end are all read as they are meant.
    return tuple(name.strip() for names in lists for name in names.split(",") if name.strip())


def print_report(report: Iterable[Grid], color: str, format_: str = "table") -> None:
    """`report` in a format of grids: a table on a terminal, plain text in a pipe; or Markdown, or LaTeX.

    `--color always` makes any place a terminal.
    """
    if format_ == "markdown":
        from backcalc.render.formats.markdown import render_markdown

        print_lines(render_markdown(report))
    elif format_ == "latex":
        from backcalc.render.formats.latex import render_latex

        print_lines(render_latex(report))
    elif goes_to_terminal(color):
        from backcalc.render.formats.terminal import print_table

        print_table(report, color=has_color(color))
    else:
        from backcalc.render.formats.plain import render_plain

        print_lines(render_plain(report))


def goes_to_terminal(color: str) -> bool:
    """Whether results are for a terminal, from which a bar then makes way."""
    is_terminal = sys.stdout.isatty() or color == "always"
    if is_terminal:
        make_way(sys.stdout)
    return is_terminal


def has_color(color: str) -> bool:
    """Whether what goes to a terminal has colour."""
    is_plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") in ("dumb", "unknown")
    return color == "always" or (color == "auto" and not is_plain)


def print_warnings(source: Source, warnings: Sequence[Diagnostic]) -> None:
    """`warnings` on stderr, each with an empty line after it, which sets it apart from the table too."""
    for block in render_warnings(source, warnings):
        tell(block, end="\n\n")


def tell(text: object, end: str = "\n") -> None:
    """`text` on stderr, where a bar makes way for it."""
    make_way(sys.stderr)
    print(text, end=end, file=sys.stderr)


def print_lines(lines: Iterable[str]) -> None:
    """`lines` on stdout, or pieces of several, short ones together: a write takes longer than a line does."""
    several: list[str] = []
    size = 0
    for line in lines:  # Lazily: what is computed row by row is printed long before the last row is there.
        several.append(line)
        size += len(line) + 1
        if size >= AT_ONCE:
            _print("\n".join([*several, ""]))
            several, size = [], 0
    _print("\n".join([*several, ""]))


def _print(text: str) -> None:
    if text:
        make_way(sys.stdout)
        sys.stdout.write(text)


def hold(*found: object) -> None:
    """Keep `found` until the program ends: to free millions of objects one by one takes seconds, to leave does not."""
    _held[:] = found


def _with_sample_hint(error: ReadError, path: str) -> ReadError:
    """`error` with the command that makes the file, where a sample has the name of a file that is not there."""
    from backcalc.analysis.samples import samples

    name = os.path.basename(path).removesuffix(".bg")  # noqa: PTH119
    # `os.path.exists` does not raise, however long the name.
    if os.path.exists(path) or name not in (sample.name for sample in samples()):  # noqa: PTH110
        return error
    hint = f"there is a sample of this name: backcalc samples {name} > {name}.bg"
    found = error.diagnostics[0]
    return ReadError(error.source, [found._replace(hints=(hint, *found.hints))])
