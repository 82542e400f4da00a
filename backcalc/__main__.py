"""The program: `backcalc`, and `python -m backcalc`."""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # Of `signal` what is there already; the rest takes a millisecond.
import os
import sys


def _interrupted(_number: int, _frame: object) -> None:
    """Say so and end: an exception would free what the work has made on its way up, which takes seconds if it is large.

    It may be called at any moment from here on, so it loads nothing.
    """
    try:
        os.write(sys.stderr.fileno(), b"\ninterrupted\n")
    finally:  # There may be no stderr, or a full one; the process ends before that could be told.
        os._exit(130)


# The very first thing that the program does. Else who started it wants no Ctrl-C here.
if _signal.getsignal(_signal.SIGINT) is _signal.default_int_handler:
    _signal.signal(_signal.SIGINT, _interrupted)

YOUNGEST, YOUNGER, YOUNG = 100_000, 50, 100
"""How many new objects the cyclic collector waits for, and how many rounds among younger ones for one among older.

By its own measure it goes through the nodes of a growing graph time and again, for a third of the time that all takes.
"""


def main() -> None:
    """Run the command line, and leave; the version alone is told without loading it."""
    from backcalc.cli.process import leave, run, told_version

    if sys.argv[1:] == ["--version"] and told_version():
        leave(0)
    _settle_process()
    leave(run())


def _settle_process() -> None:
    """Set what only the owner of a process may set: when the collector comes."""
    import gc

    gc.set_threshold(YOUNGEST, YOUNGER, YOUNG)


if __name__ == "__main__":
    main()
