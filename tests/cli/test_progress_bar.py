"""The progress bar: where it appears, what it shows, and that nothing of it is left."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from backcalc.cli.progress_bar import Stage, bar_line

TIMEOUT = 60
# The program with less patience, and a stage that takes long enough to be seen.
HASTY = """
import sys, time
from backcalc import progress
from backcalc.cli import progress_bar as watch
from backcalc.__main__ import main

watch.PATIENCE, watch.REFRESH = {patience}, 0.002
tell = progress.at

def dawdle(name, done=None):
    tell(name, done)
    time.sleep(0.05)

progress.at = dawdle
main()
"""


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "graph.csv"
    path.write_text("".join(f"x{i},x{i + 1},0.5\n" for i in range(40)))
    return str(path)


def run(arguments, *, terminals, patience=0.0, columns=80, stdin=None):
    """The streams of a run, those called `terminals` on one terminal: (what that is sent, stdout, stderr, status)."""
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    ends = {name: follower if name in terminals else subprocess.PIPE for name in ("stdout", "stderr")}
    ends["stdin"] = follower if stdin is None else subprocess.PIPE
    environment = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    command = [sys.executable, "-c", HASTY.format(patience=patience), "run", *arguments]
    with subprocess.Popen(command, env=environment, **ends) as running:
        os.close(follower)
        if stdin is not None:
            running.stdin.write(stdin)
            running.stdin.close()
            running.stdin = None
        sent = b""
        while chunk := _read(leader):
            sent += chunk
        os.close(leader)
        out, err = running.communicate(timeout=TIMEOUT)
    return sent.decode().replace("\r\n", "\n"), out, err, running.returncode


def _read(leader):
    try:
        return os.read(leader, 65536)
    except OSError:  # Linux tells the end of a terminal so.
        return b""


def screen(sent):
    """What is left on a terminal's screen: a carriage return goes back to the line's start."""
    lines = []
    for line in sent.split("\n"):
        shown = ""
        for part in line.split("\r"):
            shown = part + shown[len(part) :]
        lines.append(shown.rstrip())
    return "\n".join(lines)


def drawn(sent):
    """The bars that were drawn, in their order."""
    return [part.rstrip() for part in sent.replace("\n", "\r").split("\r") if part.rstrip().endswith(" s")]


def test_the_bar_on_a_terminal_beside_a_pipe(graph):
    sent, out, err, status = run([graph, "--format", "json"], terminals={"stderr"})
    assert (status, err) == (0, None)
    assert len(json.loads(out)["nodes"]) == 41
    bars = drawn(sent)
    assert {bar.split("  ")[0] for bar in bars} > {"building the graph", "forward pass", "reverse pass"}
    assert max(map(len, bars)) < 80
    assert screen(sent) == ""


def test_the_bar_is_gone_before_results_stand_on_the_same_terminal(graph):
    sent, _, _, status = run([graph, "--format", "csv"], terminals={"stdout", "stderr"})
    assert status == 0
    assert drawn(sent)
    assert screen(sent).startswith("node,value,adjoint\nx0,,")
    assert not drawn(sent[sent.index("node,value") :])


def test_the_bar_is_gone_before_a_warning():
    sent, _, _, status = run([], terminals={"stderr"}, stdin=b"y = abs(x)\ninput x = 0\n")
    assert status == 0
    assert drawn(sent)
    assert re.sub(r"\x1b\[[\d;]*m", "", screen(sent)).startswith("<stdin>:1:5: warning: ")


def test_the_bar_is_gone_before_an_error(tmp_path):
    path = tmp_path / "cycle.bg"
    path.write_text("y = x\nx = y\n")
    sent, _, _, status = run([str(path)], terminals={"stderr"})
    assert status == 2
    assert drawn(sent)
    assert screen(sent).startswith(f"{path}:")


def test_no_bar_behind_a_pipe_that_is_written_to(graph):
    """There may be a pager that has the screen to itself."""
    sent = run([graph, "--format", "json"], terminals={"stderr"})[0]
    assert not [bar for bar in drawn(sent) if bar.startswith("writing") and "[#" in bar]


def test_no_bar_where_stderr_is_no_terminal(graph):
    sent, _, err, status = run([graph, "--format", "json"], terminals={"stdout"})
    assert (status, err) == (0, b"")
    assert not drawn(sent)


def test_no_bar_in_work_that_takes_less_than_two_seconds(graph):
    sent, _, _, _ = run([graph], terminals={"stderr"}, patience=2.0)
    assert sent == ""


BARS = [
    (Stage("reverse pass"), 3.2, 80, "reverse pass            3 s"),
    (Stage("forward pass", 0.0), 0, 80, f"forward pass         [{' ' * 40}]    0%    0 s"),
    (Stage("forward pass", 0.25), 12, 80, f"forward pass         [{'#' * 10}{' ' * 30}]   25%   12 s"),
    (Stage("forward pass", 1.0), 123456, 80, f"forward pass         [{'#' * 40}]  100% 123456 s"),
    (Stage("forward pass", 0.5), 12, 50, f"forward pass         [{'#' * 6}{' ' * 7}]   50%   12 s"),
    (Stage("forward pass", 0.5), 12, 24, "forward pass 50%"),
    (Stage("forward pass", 0.5), 12, 10, "forward p"),
    (Stage("forward pass"), 12, 10, "forward p"),
]


@pytest.mark.parametrize(("stage", "seconds", "columns", "line"), BARS)
def test_a_bar_of_any_width(stage, seconds, columns, line):
    assert bar_line(stage, seconds, columns) == line
    assert len(line) < columns
