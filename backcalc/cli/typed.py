"""What stands on a command line, and is told of rather than passed over in silence where nothing heeds it."""

from __future__ import annotations

import click
from click.core import ParameterSource

from backcalc.cli.output import tell


def is_typed(name: str) -> bool:
    """Whether an option stands on the command line, with its default too."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def tell_unheeded(name: str, why: str) -> None:
    """Say on stderr that an option which is typed does nothing, and `why`; the result stands as it would without."""
    if is_typed(name):
        tell(f"warning: --{name} does nothing here: {why}", end="\n\n")
