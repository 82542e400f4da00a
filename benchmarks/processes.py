"""One fresh process, timed from its start to its end, with the most memory that it held."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

CHUNK = 1 << 16
# As a user's second run: what Python compiles it keeps, which it does for packages that pip has installed anyway.
ENVIRONMENT = {k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONUNBUFFERED")}
# ru_maxrss is in kilobytes, on macOS in bytes. It counts what this process held when it started the other, so this one
# stays small: no NumPy here, and inputs are made by processes of their own.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class Measured(NamedTuple):
    """Wall-clock seconds, peak memory in bytes, and what was printed, where it was kept."""

    seconds: float
    peak: int
    output: str


class FailedError(Exception):
    """A process that did not end well; its figures would mean nothing."""


def run(command: Sequence[str], folder: Path, *, keep: bool = False, terminal: bool = False) -> Measured:
    """What `command` takes in `folder`, its output read as a pipe (or a terminal) would. Raises FailedError."""
    reader, writer = os.openpty() if terminal else os.pipe()
    begin = time.perf_counter()
    # To a file: a pipe that nobody reads would hold up a process that warns at length.
    with (
        tempfile.TemporaryFile("w+") as errors,
        subprocess.Popen(
            command, cwd=folder, env=ENVIRONMENT, stdin=subprocess.DEVNULL, stdout=writer, stderr=errors, text=True
        ) as process,
    ):
        os.close(writer)
        output = _drained(reader, keep)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - begin
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise FailedError(f"{' '.join(command)}\n{errors.read()}")
    return Measured(seconds, usage.ru_maxrss * RSS_UNIT, output)


def _drained(reader: int, keep: bool) -> str:
    """All that comes out of `reader`; kept only on demand, so that this process stays small."""
    kept = b""
    while chunk := _read(reader):
        kept += chunk if keep else b""
    os.close(reader)
    return kept.decode()


def _read(reader: int) -> bytes:
    try:
        return os.read(reader, CHUNK)
    except OSError:  # How Linux tells the end of a terminal.
        return b""
