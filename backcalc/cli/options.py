"""The options that commands share, each stated once; those of a group arrive as one object."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

import math
from collections.abc import Callable, Container, Iterable
from functools import wraps
from importlib.util import find_spec
from inspect import cleandoc
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import click

from backcalc.calculus.load import load
from backcalc.cli import COMMANDS
from backcalc.cli.numbers import RealRange, WholeRange
from backcalc.graph.model import NodeKind
from backcalc.language.lexis import as_named
from backcalc.render import offered
from backcalc.render.document import LIMIT
from backcalc.render.values import MAX_DIGITS
from backcalc.text.errors import BackcalcError
from backcalc.text.files import clean, read
from backcalc.text.numerals import DIGITS

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from backcalc.calculus.digits import Tolerance


EXPR = "-e"
"""The name of a graph that stands on the command line."""

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]


class Asked(NamedTuple):
    """What is asked: GRAPH or `--expr`, `--at`, `--of`, and the names of `--wrt`, each as it was typed."""

    graph: str | None = None
    exprs: tuple[str, ...] = ()
    at: tuple[str, ...] = ()
    of: str | None = None
    wrt: tuple[str, ...] = ()

    @property
    def is_piped(self) -> bool:
        """Whether the graph comes from stdin."""
        return self.graph in (None, "-") and not self.exprs


class Shown(NamedTuple):
    """How it is shown: `--format`, `--digits`, `--limit`, `--color`."""

    format: str = "table"
    digits: int = DIGITS
    limit: int = LIMIT
    color: str = "auto"


class Command(click.Command):
    """A command whose usage errors say what was likely meant."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """The arguments, parsed. Raises UsageError with what was likely meant."""
        given = list(args)  # A copy, for click empties the list.
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            from backcalc.cli.slips import hinted  # Of use to who slips.

            raise hinted(error, self, given, ctx) from None


def as_command(name: str, examples: str, kind: type[click.Command] = Command) -> Callable[..., click.Command]:
    """The command `name`: its help is its line of COMMANDS, then what the docstring goes on with, then `examples`."""

    def _decorate(body: Callable[..., int]) -> click.Command:
        more = cleandoc(body.__doc__ or "")
        summary = COMMANDS[name]
        # Of what click would make of the help for a completion, a long line would be cut in its middle.
        return click.command(name, kind, help=f"{summary}\n\n{more}", short_help=summary, epilog=examples)(body)

    return _decorate


def asks(*names: str, **others: Decorator) -> Decorator:
    """The options of `Asked` called `names`, which a command takes as `asked`; `others` are its own forms of some."""
    # Wherever a graph is named it may stand in place.
    fields = [field for name in names for field in (("graph", "exprs") if name == "graph" else (name,))]
    return _group("asked", Asked, {name: others.get(name) or _ASKED[name] for name in fields})


def shows(
    *takes: str, limit: Decorator | None = None, digits: bool = True, formats: bool = True, most: int = MAX_DIGITS
) -> Decorator:
    """The options of `Shown`, as `shown`: `--format` for what the command's report has, `--limit` if given.

    Most reports have a document, JSON and CSV; `takes` names the methods of one that has others. `most` digits may be
    shown.
    """
    options = {"format": _format(*takes)} if formats else {}
    options |= {"digits": _digits(most)} if digits else {}
    options |= {"limit": limit} if limit else {}
    return _group("shown", Shown, {**options, "color": _COLOR})


def _group(name: str, kind: type, options: dict[str, Decorator]) -> Decorator:
    """The `options` as fields of one object of a `kind`, which the command takes as its parameter `name`."""

    def _decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        # click passes each option by its name; those of the group are taken out of the rest.
        @wraps(command)
        def _packed(**given: Any) -> Any:
            return command(**{name: kind(**{field: given.pop(field) for field in options})}, **given)

        decorated: Callable[..., Any] = _packed
        for option in reversed(options.values()):  # As decorators stand above each other: the first is the last put on.
            decorated = option(decorated)
        return decorated

    return _decorate


def graph_nodes(ctx: click.Context, kinds: Container[str] = get_args(NodeKind)) -> list[str]:
    """The nodes, of these kinds, of the graph on a command line to be completed; none where it cannot be read."""
    # An option still without its value ends click's parsing, and GRAPH is left over.
    words = [ctx.params.get("graph"), *ctx.params.get("arguments", ()), *ctx.args]
    path = next((word for word in words if word), None)
    exprs = ctx.params.get("exprs")
    try:
        if exprs:
            graph = load(clean(EXPR, "\n".join(exprs)))
        elif path and path != "-":
            graph = load(read(path))
        else:  # Stdin is not read for a completion: it is the shell's.
            return []
    # A file that is being written may well be wrong: then there are no names to offer.
    except BackcalcError:
        return []
    return [node.name for node in graph.nodes if node.kind in kinds]


def node_completion(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The nodes of the graph on the command line, for `--of`, `--wrt` and the like; in a list, for its last name."""
    from click.shell_completion import CompletionItem

    # All before the last comma stays as it was typed.
    done, comma, last = incomplete.rpartition(",")
    return [CompletionItem(f"{done}{comma}{name}") for name in graph_nodes(ctx) if name.startswith(last)]


def answer_completion(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """A node, a derivative's upper half, or what it is by: `dL/d` goes on with each node."""
    from click.shell_completion import CompletionItem

    # The `d` or `∂` that stands before the name in a derivative.
    above, slash, below = incomplete.rpartition("/")
    letter = (below or above)[:1] if slash else ""
    wanted = below[1:] if slash else below
    names = graph_nodes(ctx)
    found = [f"{above}{slash}{letter}{name}" for name in names if name.startswith(wanted)]
    if not slash and incomplete[:1] in ("d", "∂"):  # An input has a derivative by itself alone.
        inner = [name for name in names if name not in graph_nodes(ctx, _INPUTS[:1])]
        found += [f"{incomplete[0]}{name}/" for name in inner if name.startswith(incomplete[1:])]
    return [CompletionItem(text) for text in found]


def point_completion(ctx: click.Context, _param: click.Parameter, incomplete: str) -> "list[CompletionItem]":
    """The inputs of the graph on the command line, each with the sign that its value stands behind; or a JSON file."""
    from click.shell_completion import CompletionItem

    if incomplete.startswith("@"):
        return [CompletionItem(incomplete, type="file")]
    done, comma, last = incomplete.rpartition(",")
    # Blanks are allowed behind a comma.
    return [
        CompletionItem(f"{done}{comma}{name}=") for name in graph_nodes(ctx, _INPUTS) if name.startswith(last.strip())
    ]


_INPUTS = ("input", "edges")  # An activation of an edge list may be given too.


def split_names(_ctx: click.Context, _param: click.Parameter, lists: Iterable[str]) -> tuple[str, ...]:
    """The names in `x, w`, of one such list after the other. Raises BadParameter for a list of none."""
    # `--wrt x --wrt "w, b"` and a comma at the end are all read as they are meant; `--wrt ""` not as all.
    if () in (found := [tuple(as_named(each.strip()) for each in names.split(",") if each.strip()) for names in lists]):
        raise click.BadParameter("no node is named")
    return sum(found, ())


def _named(_ctx: click.Context, _param: click.Parameter, name: str | None) -> str | None:
    """The node that is meant, by the name that the graph has for it."""
    return name if name is None else as_named(name)


def node_option(*spellings: str, help: str) -> Decorator:  # noqa: A002  click's own word
    """An option that names a node."""
    return click.option(*spellings, metavar="NODE", callback=_named, shell_complete=node_completion, help=help)


def nodes_option(*spellings: str, metavar: str = "x,w", help: str) -> Decorator:  # noqa: A002
    """An option that names nodes, and may stand several times; the command gets them as one tuple of names."""
    return click.option(
        *spellings,
        multiple=True,
        metavar=metavar,
        callback=split_names,
        shell_complete=node_completion,
        help=f"{help}; may stand several times.",
    )


def limit_of(text: str, default: int = LIMIT) -> Decorator:
    """`--limit`, 0 being no limit; `text` says of what."""
    return click.option("--limit", type=WholeRange(0), default=default, show_default=True, help=text)


def _format(*takes: str) -> Decorator:
    names = offered(*(takes or USUAL))
    return click.option(
        "--format", type=click.Choice(names), default=names[0], show_default=True, help="What to print."
    )


USUAL = ("document", "json", "csv")
"""What most reports have."""


def force_option() -> Decorator:
    """`--force`, beside the `-o` of a command."""
    return click.option("--force", is_flag=True, help="Replace the file of -o, whoever has written it.")


_ASKED: dict[str, Decorator] = {
    # Not required, for it may come by a pipe.
    "graph": click.argument("graph", required=False, type=click.Path(allow_dash=True), metavar="[GRAPH]"),
    "exprs": click.option(
        *("-e", "--expr", "exprs"),
        multiple=True,
        metavar="TEXT",
        help="The graph itself in place of a file, a line each: -e 'y = sin(x)^2'.",
    ),
    "at": click.option(
        "--at",  # A point may be long: it goes on in a second --at.
        multiple=True,
        shell_complete=point_completion,
        metavar="x=1,w=pi/4",
        help="Values of inputs; may stand several times. --at @point.json reads a JSON object.",
    ),
    "of": node_option("--of", help="The output (default: the one declared, else the only sink)."),
    "wrt": nodes_option("--wrt", help="The inputs of interest (default: all)"),
}


def _digits(most: int) -> Decorator:
    return click.option(
        "--digits",
        type=WholeRange(1, most),
        default=DIGITS,
        show_default=True,
        help="Significant digits shown; JSON and CSV are exact.",
    )


_COLOR = click.option(
    "--color",
    type=click.Choice(["auto", "always", "never"]),
    default="auto",
    show_default=True,
    help="Colour in a table; auto: on a terminal, unless NO_COLOR is set; FORCE_COLOR: anywhere.",
)


def exact_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--exact` and `--certified`, which a command takes together as `exactly`: the one that is given, or None."""

    @wraps(command)
    def _packed(exact: bool, certified: bool, **given: Any) -> Any:
        if exact and certified:
            raise click.UsageError("--exact has every digit, and --certified those that are certain: drop one of them")
        if certified:
            require_flint()  # Before the graph is read.
        return command(exactly="exact" if exact else "certified" if certified else None, **given)

    # `--exact` stands first in the help.
    return _EXACT(_CERTIFIED(_packed))


_EXACT: Decorator = click.option("--exact", is_flag=True, help="Numbers as fractions, where all is rational.")
_CERTIFIED: Decorator = click.option(
    "--certified", is_flag=True, help="Every digit shown is certain, by ball arithmetic."
)


def require_flint() -> None:
    """Raise UsageError where what balls come from is not installed."""
    # Looked for and not loaded: it takes a while, and the graph may be refused yet.
    if find_spec("flint") is None:
        raise click.UsageError("--certified comes from python-flint: pip install 'backcalc[certified]'")


def certain_digits(shown: Shown, exactly: "Exactly | None") -> int:
    """The digits to be certified. Raises BadParameter for more than a float64 has, where nothing certifies them."""
    if exactly != "certified" and shown.digits > MAX_DIGITS:
        message = f"{shown.digits} is not in the range 1<=x<={MAX_DIGITS}; --certified has as many as you like."
        raise click.BadParameter(message, param_hint="--digits")
    # What programs read is never cut to what fits a column.
    return shown.digits if shown.format not in ("json", "csv") else max(shown.digits, MAX_DIGITS)


Exactly = Literal["exact", "certified"]


def tolerance_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """`--tol` and `--sig`, which a command takes together as its `tolerance`."""

    @wraps(command)
    def _packed(tol: float | None, sig: int | None, **given: Any) -> Any:
        # What is wrong with the options is told before anything is read.
        return command(tolerance=_tolerance(tol, sig), **given)

    return _TOL(_SIG(_packed))  # `--tol` stands first in the help.


_TOL: Decorator = click.option(
    "--tol",
    type=RealRange(0, 1),
    metavar="REL",
    help="Right within this relative error, such as 0.01, whatever the digits claim.",
)
_SIG: Decorator = click.option(
    "--sig",
    type=WholeRange(1, MAX_DIGITS),
    metavar="N",
    help="Right to N significant digits, of which at least N are to be written.",
)


def _tolerance(tol: float | None, sig: int | None) -> "Tolerance":
    """What the two options say together. Raises UsageError for both."""
    from backcalc.calculus.digits import Tolerance  # Loads decimals, which most commands do without.

    if tol is not None and sig is not None:
        raise click.UsageError("--tol and --sig each take the place of what the digits written claim: drop one of them")
    if tol is not None and math.isnan(tol):  # Which is in every range by click.
        raise click.BadParameter("nan is no relative error", param_hint="--tol")
    return Tolerance(tol, sig)
