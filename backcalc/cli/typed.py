"""What stands on a command line, and is refused rather than passed over where nothing heeds it."""

from __future__ import annotations

import click
from click.core import ParameterSource


def is_typed(name: str) -> bool:
    """Whether an option stands on the command line, with its default too."""
    return click.get_current_context().get_parameter_source(name) is ParameterSource.COMMANDLINE


def require_untyped(name: str, why: str) -> None:
    """Raise UsageError where an option is typed that would do nothing, and `why`."""
    if is_typed(name):
        raise click.UsageError(f"{why}: drop --{name}")
