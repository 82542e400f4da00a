"""Ctrl-C at any moment after the program's first instruction: status 130, two words, no traceback."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[2] / "samples"
ROUNDS = int(os.environ.get("BACKCALC_INTERRUPTS", "15"))
UNTRACED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

# As the script does that pip makes; it tells when the program's own first instruction, the handler, is done. What comes
# before is Python's start, which answers Ctrl-C by itself.
ENTRY = """
import os, sys
from backcalc.__main__ import main
os.write(3, b"!")
sys.exit(main())
"""


def start(*arguments):
    """The program about to be started by a Python that is there already, and the end that tells when it is."""
    told, tell = os.pipe()
    code = ENTRY.replace("3,", f"{tell},")
    running = subprocess.Popen(
        [sys.executable, "-c", code, *arguments], cwd=SAMPLES, pass_fds=[tell], env=UNTRACED,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    os.close(tell)
    return running, told


@pytest.mark.parametrize("arguments", [["run", "lattice.bg"], ["--version"]])
def test_ctrl_c_while_it_starts(arguments):
    started = time.perf_counter()
    running, told = start(*arguments)
    running.communicate(timeout=60)
    os.close(told)
    assert running.returncode == 0
    longest = time.perf_counter() - started
    chance = random.Random(5)
    tracebacks = []
    for _ in range(ROUNDS):
        running, told = start(*arguments)
        os.read(told, 1)
        os.close(told)
        time.sleep(chance.uniform(0, longest))
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        if (running.returncode, err) not in ((130, b"\ninterrupted\n"), (0, b"")):
            tracebacks.append((running.returncode, err.decode()))
    assert tracebacks == []
