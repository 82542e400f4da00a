"""The commands as click has them: found by name, loaded when called, their help from COMMANDS."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any

import click

from backcalc.cli import COMMANDS
from backcalc.text.errors import BackcalcError
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import shorten, typed_file
from backcalc.version import __version__


class _Commands(click.Group):
    """Commands imported when they are called."""

    def list_commands(self, _ctx: click.Context) -> list[str]:
        """The names of all commands, in the order of COMMANDS."""
        return list(COMMANDS)

    def get_command(self, _ctx: click.Context, name: str) -> click.Command | None:
        """The command called `name`, loaded; None where there is none."""
        if name not in COMMANDS:
            return None
        # A command that is not called costs nothing.
        command: click.Command = import_module(f"backcalc.cli.commands.{name}").command
        return command

    def format_commands(self, _ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The commands with their lines of COMMANDS, none of them loaded."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def _main_shell_completion(self, ctx_args: Any, prog_name: str, complete_var: str | None = None) -> None:
        """Answer a shell that asks for a completion, and exit; nothing where none does."""
        if "_BACKCALC_COMPLETE" in os.environ:
            import backcalc.cli.completion  # noqa: F401  It makes itself known to click.
        super()._main_shell_completion(ctx_args, prog_name, complete_var)

    # A closed pipe would have status 1 by click, which says here that an answer is wrong.
    def make_context(self, *args: Any, **extra: Any) -> click.Context:
        """The context, in which a closed pipe is a quiet end."""
        try:
            return super().make_context(*args, **extra)
        except BrokenPipeError:  # `--help` into a pipe that is closed.
            raise click.exceptions.Exit(0) from None

    def invoke(self, ctx: click.Context) -> Any:
        """The exit status; 0 where the reader of a pipe has had enough."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            return 0
        except (BackcalcError, click.ClickException) as error:
            from backcalc.cli.output import tell_untold  # An unknown command is told without it.

            tell_untold(error)
            raise

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The command that the first argument names. Raises UsageError with what was likely meant."""
        name = args[0]
        if ctx.resilient_parsing:  # Completion has nothing to say about what is not there.
            return super().resolve_command(ctx, args)
        if name not in COMMANDS:
            hint = did_you_mean(name, COMMANDS)
            if os.path.exists(name):  # noqa: PTH110  It does not raise, however long the name.
                hint = (f"to run the graph: backcalc run {typed_file(name)}",)
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
