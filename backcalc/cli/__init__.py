"""The command line: one file a command, loaded when it is called.

Doors: none.
"""

from __future__ import annotations

import io
import os
import sys
from importlib import import_module
from typing import Any

import click

from backcalc.cli.progress_bar import watched
from backcalc.cli.streams import abandon, prepare
from backcalc.text.errors import INTERRUPTED, BackcalcError
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import shorten, visible
from backcalc.version import __version__

# In the order in which `--help` lists them, with the line that it shows, so that help loads no command.
COMMANDS = {
    "run": "Forward and reverse pass: the adjoint table.",
    "check": "Mark answers, and the results that a file states.",
    "explain": "The derivation, step by step, as one writes it by hand.",
    "grade": "Mark many submissions, and show what the class got wrong.",
    "paths": "Path aggregation: every path, its product, their sum.",
    "derive": "Print the gradient as a graph in the same language.",
    "quiz": "Make an exercise with its key, or play one.",
    "fmt": "Print the file, formatted.",
    "samples": "List the samples, or print one.",
}
NOT_YET = (
    "draw",
    "report",
    "descend",
    "sweep",
    "taylor",
    "verify",
    "export",
)


class _Commands(click.Group):
    """Commands imported when they are called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"backcalc.cli.commands.{name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    # A closed pipe would have status 1 by click, which says here that an answer is wrong.
    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:
            raise click.exceptions.Exit(0) from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return 0

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if ctx.resilient_parsing:  # Completion has nothing to say about what is not there.
            return super().resolve_command(ctx, args)
        if name in NOT_YET:
            ctx.fail(f"`{name}` is planned but not there yet.")
        if name not in COMMANDS:
            hint = did_you_mean(name, COMMANDS)
            if os.path.exists(name):  # noqa: PTH110  It does not raise, however long the name.
                hint = (f"to run the graph: backcalc run {name}",)
            ctx.fail(f"no command `{shorten(name)}`" + (f"; {hint[0]}" if hint else ". `backcalc --help` lists them."))
        return super().resolve_command(ctx, args)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="An example: backcalc run lattice.bg --at x=1",
)
@click.version_option(__version__, prog_name="backcalc", message="%(prog)s %(version)s")
def cli() -> None:
    """A backprop calculator for arbitrary DAGs.

    A graph is a file of node expressions (y = sigmoid(w*x + b)) or of edges with their local partial derivatives
    (u -> v : 3), or both. `backcalc samples` lists some to begin with.
    """


def main() -> None:
    """Exit with 0, or 1 (a wrong answer, a result that is not finite), 2 (bad input) or 130 (Ctrl-C)."""
    prepare()
    try:
        status = _run()
    except BrokenPipeError:  # The reader of the errors is gone too.
        status = 2
    abandon()
    sys.exit(status)


def _run() -> int:
    """The exit status; what went wrong is told on stderr."""
    try:
        with watched():
            status = cli.main(prog_name="backcalc", standalone_mode=False)
            sys.stdout.flush()
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        return 0  # The reader has what it wanted.
    except BackcalcError as error:
        return _failed(str(error), error.exit_code)
    except click.ClickException as error:
        return _failed(_usage_message(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", INTERRUPTED)
    except OSError as error:
        return _failed(f"error: cannot write the result: {(error.strerror or str(error)).lower()}", 2)
    except MemoryError:
        return _failed("error: this needs more memory than there is", 2)
    except Exception as error:
        if os.environ.get("BACKCALC_DEBUG"):
            raise
        kind = f"{type(error).__name__}: {error}"
        return _failed(f"error: backcalc failed ({kind}). This is a bug; BACKCALC_DEBUG=1 shows where.", 2)


def _usage_message(error: click.ClickException) -> str:
    """What click says, without the control characters that an argument may have brought in."""
    shown = io.StringIO()
    error.show(shown)
    return "\n".join(map(visible, shown.getvalue().rstrip("\n").split("\n")))


def _failed(message: str, status: int) -> int:
    print(message, file=sys.stderr)
    return status
