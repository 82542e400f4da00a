"""The command line: one file a command, loaded when it is called."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from backcalc.errors import BackcalcError
from backcalc.suggest import did_you_mean
from backcalc.version import __version__

# In the order in which `--help` lists them, with the line that it shows, so that help loads no command.
COMMANDS = {
    "run": "Forward and reverse pass: the adjoint table.",
    "check": "Mark the results that a file states.",
    "fmt": "Print the file, formatted.",
    "samples": "List the samples, or print one.",
}
NOT_YET = (
    "explain",
    "paths",
    "derive",
    "draw",
    "report",
    "descend",
    "sweep",
    "taylor",
    "verify",
    "grade",
    "quiz",
    "export",
)

INTERRUPTED = 130


class _Commands(click.Group):
    """Commands imported when they are called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        if name not in COMMANDS:
            return None
        command: click.Command = import_module(f"backcalc.cli.{name}").command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        name = args[0]
        if name in NOT_YET:
            ctx.fail(f"`{name}` is planned but not there yet.")
        if name not in COMMANDS:
            hint = did_you_mean(name, COMMANDS)
            if os.path.exists(name):
                hint = (f"to run the graph: backcalc run {name}",)
            ctx.fail(f"no command `{name}`" + (f"; {hint[0]}" if hint else ". `backcalc --help` lists them."))
        return super().resolve_command(ctx, args)


@click.group(cls=_Commands, epilog="An example: backcalc run lattice.bg --at x=1")
@click.version_option(__version__, prog_name="backcalc", message="%(prog)s %(version)s")
def cli() -> None:
    """A backprop calculator for arbitrary DAGs.

    A graph is a file of node expressions (y = sigmoid(w*x + b)) or of edges with their local partial derivatives
    (u -> v : 3), or both. `backcalc samples` lists some to begin with.
    """


def main() -> None:
    """Run the command line; the exit status is 0, 1 (a wrong answer, no finite result), 2 (bad input) or 130 (Ctrl-C)."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")  # A terminal that cannot show ∂ shows `?`, not a traceback.
    try:
        status = cli.main(prog_name="backcalc", standalone_mode=False)
        sys.stdout.flush()
        sys.exit(status if isinstance(status, int) else 0)
    except BackcalcError as error:
        _fail(str(error), error.exit_code)
    except click.exceptions.Exit as exit_:
        sys.exit(exit_.exit_code)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _fail("interrupted", INTERRUPTED)
    except BrokenPipeError:
        # The reader has what it wanted; Python would complain again when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except MemoryError:
        _fail("error: this needs more memory than there is", 2)
    except Exception as error:
        if os.environ.get("BACKCALC_DEBUG"):
            raise
        kind = f"{type(error).__name__}: {error}"
        _fail(f"error: backcalc failed ({kind}). This is a bug; BACKCALC_DEBUG=1 shows where.", 2)


def _fail(message: str, status: int) -> None:
    print(message, file=sys.stderr)
    sys.exit(status)
