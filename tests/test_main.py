"""The program as a process: how it ends, at Ctrl-C in any stage of the work too, and what it asks of its collector."""

from __future__ import annotations

import gc
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

SAMPLES = Path(__file__).parents[1] / "samples"
TIMEOUT = 30
# The tracer of coverage holds a lock that its own `_exit` waits for: a signal that comes then would wait for ever.
UNTRACED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

# Ctrl-C when the work has come to a stage.
STOPPED = """
import os, signal, sys
from backcalc import progress
from backcalc.__main__ import main

tell = progress.at

def stop(name, done=None):
    tell(name, done)
    if name == {stage!r}:
        os.kill(os.getpid(), signal.SIGINT)

progress.at = stop
main()
"""

LARGE = "".join(f"x{i},x{i + 1},0.5\n" for i in range(5000))
FORMULAS = "input x0 = 1\n" + "".join(f"x{i + 1} = sin(x{i})\n" for i in range(5000))
STAGES = [
    ("reading", LARGE, ["--format", "json", "--expand"]),
    ("building the graph", LARGE, ["--format", "json", "--expand"]),
    ("forward pass", LARGE, ["--format", "json", "--expand"]),
    ("local partials", LARGE, ["--format", "json", "--expand"]),
    ("reverse pass", LARGE, ["--format", "json", "--expand"]),
    ("writing", LARGE, ["--format", "json", "--expand"]),
    ("local partials", LARGE, ["--format", "json"]),
    ("writing", LARGE, ["--format", "json"]),
    ("reading", LARGE, []),
    ("building the graph", FORMULAS, []),
    ("forward pass", FORMULAS, []),
    ("reverse pass", FORMULAS, []),
    ("reverse pass", LARGE, []),
]


@pytest.mark.parametrize(("stage", "text", "options"), STAGES)
def test_ctrl_c_in_any_stage(stage, text, options):
    command = [sys.executable, "-c", STOPPED.format(stage=stage), "run", *options]
    done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=TIMEOUT, check=False, env=UNTRACED)
    assert (done.returncode, done.stderr) == (130, b"\ninterrupted\n")
    assert stage == "writing" or done.stdout == b""


def test_ctrl_c_while_points_are_run(tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("x\n1\n2\n")
    command = [sys.executable, "-c", STOPPED.format(stage="running the points"), "run", "--data", str(path)]
    done = subprocess.run(command, input=b"y = x^2\n", capture_output=True, timeout=TIMEOUT, check=False, env=UNTRACED)
    assert (done.returncode, done.stdout, done.stderr) == (130, b"", b"\ninterrupted\n")


def started(*arguments, **options):
    command = [sys.executable, "-m", "backcalc", *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=UNTRACED, **options)


def test_ctrl_c_while_a_pipe_is_full(tmp_path):
    path = tmp_path / "large.csv"
    path.write_text(LARGE)
    running = started("run", str(path), "--format", "json")
    assert running.stdout.read(1) == b"{"
    running.send_signal(signal.SIGINT)  # Nobody reads on, so it is still writing.
    assert running.wait(TIMEOUT) == 130
    assert running.communicate()[1] == b"\ninterrupted\n"


def test_who_starts_it_may_want_no_ctrl_c(tmp_path):
    """As `nohup` and a script's `&` do."""
    path = tmp_path / "large.csv"
    path.write_text(LARGE)
    running = started(
        "run", str(path), "--format", "json", preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN)
    )
    running.stdout.read(1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=TIMEOUT)
    assert (running.returncode, err) == (0, b"")
    assert out.endswith(b"}\n")


def test_ctrl_c_without_stderr():
    script = f"exec '{sys.executable}' -c \"$0\" run '{SAMPLES / 'lattice.bg'}' 2>&-"
    command = ["bash", "-c", script, STOPPED.format(stage="reverse pass")]
    done = subprocess.run(command, capture_output=True, timeout=TIMEOUT, check=False, env=UNTRACED)
    assert (done.returncode, done.stdout) == (130, b"")


def test_garbage_is_collected_still():
    """Loops of objects are freed while there are few of them: repeated work needs no more memory than one round."""
    code = (
        "import gc, weakref; from backcalc.__main__ import _settle_process; _settle_process()\n"
        "class Loop:\n    def __init__(self): self.own = self; self.more = [[] for _ in range(100)]\n"
        "left = [weakref.ref(Loop()) for _ in range(10_000)]\n"
        "print(gc.isenabled(), sum(loop() is not None for loop in left) < 2_000)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=TIMEOUT, check=True)
    assert done.stdout == b"True True\n"


def test_the_library_leaves_the_process_alone():
    before = gc.get_threshold(), signal.getsignal(signal.SIGINT)
    code = "import gc, signal, backcalc; backcalc.parse('y = x^2').run({'x': 1}); print(gc.get_threshold())\n"
    code += "print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=TIMEOUT, check=True)
    assert done.stdout.decode().splitlines() == [str(before[0]), "True"]
