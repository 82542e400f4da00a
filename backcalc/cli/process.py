"""The process: how the command line is run in it, what it keeps, and how it ends.

Nothing that takes a while to load is imported here before it is needed: to tell the version takes none of it.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False  # Type checkers take it for true; `typing` would take as long to load as Python itself.
if TYPE_CHECKING:
    from typing import NoReturn, TypeVar

    import click

    T = TypeVar("T")

INTERRUPTED = 130
"""The exit status after Ctrl-C."""

_kept: list[object] = []


def kept(found: T) -> T:
    """`found`, kept until the process ends: to free millions of objects one by one takes seconds, to leave does not."""
    _kept.append(found)
    return found


def leave(status: int) -> NoReturn:
    """End at once: all is flushed, and what is left to free is freed faster by the system."""
    os._exit(status)


def told_version() -> bool:
    """Whether the version could be written; where not, the command line knows what to say."""
    from backcalc.version import __version__

    try:
        sys.stdout.write(f"backcalc {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # Closed by its reader, full, or by the shell: `>&-`.
        return False
    return True


def run() -> int:
    """Run the command line; the exit status: 0, 1 (a wrong answer, a result that is not finite), 2 (bad input), 130."""
    from backcalc.cli.streams import abandon, prepare

    prepare()  # Before anything may be written.
    try:
        status = _run()
    except BrokenPipeError:  # The reader of the errors is gone too.
        status = 2
    abandon()  # At the very end, for Python would complain of what cannot be flushed.
    return status


def _run() -> int:
    """The exit status; what went wrong is told on stderr."""
    import click

    from backcalc.cli.group import cli
    from backcalc.cli.progress_bar import watched
    from backcalc.cli.streams import paint
    from backcalc.text.errors import BackcalcError

    try:
        with watched():
            # Not standalone: what is raised comes here, and with it the exit status.
            status = cli.main(prog_name="backcalc", standalone_mode=False)
            sys.stdout.flush()  # What cannot be written is to raise here.
        return status if isinstance(status, int) else 0
    except BrokenPipeError:
        return 0  # The reader has what it wanted.
    except BackcalcError as error:
        return _failed(error.shown(paint), error.exit_code)
    except click.ClickException as error:
        return _failed(_usage_message(error), error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        return _failed("interrupted", INTERRUPTED)
    except OSError as error:  # Files that are read have errors of their own: what is left is the output.
        return _failed(_unwritten(error), 2)
    except MemoryError:
        return _failed("error: this needs more memory than there is", 2)
    except Exception as error:
        if os.environ.get("BACKCALC_DEBUG"):  # For whoever looks for the bug.
            raise
        kind = f"{type(error).__name__}: {error}"
        return _failed(f"error: backcalc failed ({kind}). This is a bug; BACKCALC_DEBUG=1 shows where.", 2)


def _unwritten(error: OSError) -> str:
    """That the output could not be written, to which file where that is known, and why."""
    from backcalc.text.wording import shorten

    place = f" to {shorten(str(error.filename))}" if error.filename else ""
    return f"error: cannot write the result{place}: {(error.strerror or str(error)).lower()}"


def _usage_message(error: click.ClickException) -> str:
    """What click says, without the control characters that an argument may have brought in."""
    import io

    from backcalc.text.wording import visible

    # `show` knows the usage line and the hint to --help, and writes to what it is given.
    shown = io.StringIO()
    error.show(shown)
    return "\n".join(map(visible, shown.getvalue().rstrip("\n").split("\n")))


def _failed(message: str, status: int) -> int:
    from backcalc.cli.streams import say

    say(message)
    return status
