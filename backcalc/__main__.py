"""The program: `backcalc`, and `python -m backcalc`."""

from __future__ import annotations

import os
import sys

from backcalc.version import __version__

YOUNGEST, YOUNGER, YOUNG = 100_000, 50, 100
"""How many new objects the cyclic collector waits for, and how many rounds among younger ones for one among older.

By its own measure it goes through the nodes of a growing graph time and again, for a third of the time that all takes.
"""


def main() -> None:
    """Run the command line; the version alone is told without loading it."""
    if sys.argv[1:] == ["--version"] and _told():
        return
    _settle_process()
    from backcalc.cli import main as run

    try:
        run()
    except SystemExit as end:
        # Everything is flushed. What is left is to free the objects one by one, which the system does faster.
        os._exit(end.code if isinstance(end.code, int) else bool(end.code))


def _told() -> bool:
    """Whether the version could be written; where not, the command line knows what to say."""
    try:
        sys.stdout.write(f"backcalc {__version__}\n")
        sys.stdout.flush()
    except (OSError, AttributeError):  # Closed by its reader, full, or by the shell: `>&-`.
        return False
    return True


def _settle_process() -> None:
    """Set what only the owner of a process may set: who is called at Ctrl-C, and when the collector comes."""
    import gc
    import signal

    import backcalc.text.errors  # noqa: F401  Loaded before `_leave` may need it.

    gc.set_threshold(YOUNGEST, YOUNGER, YOUNG)
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # Else who started it wants no Ctrl-C here.
        signal.signal(signal.SIGINT, _leave)


def _leave(_signal: int, _frame: object) -> None:
    """End at once: an exception would free what the work has made on its way up, which takes seconds if it is large."""
    from contextlib import suppress

    from backcalc.text.errors import INTERRUPTED

    with suppress(OSError, ValueError, AttributeError):  # There may be no stderr.
        os.write(sys.stderr.fileno(), b"\ninterrupted\n")
    os._exit(INTERRUPTED)


if __name__ == "__main__":
    main()
