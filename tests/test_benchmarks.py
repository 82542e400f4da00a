"""The benchmarks compare like with like: the peers' scripts print the numbers that backcalc prints."""

from __future__ import annotations

import csv
import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "benchmarks"
sys.path.insert(0, str(FOLDER))
try:
    import cases
    import inputs
    from agreement import disagreement
    from processes import FailedError, run
finally:
    sys.path.remove(str(FOLDER))

SIZED = [case for case in cases.CASES if case.size and not case.script.startswith("run ")]
SIZE = 60


@pytest.mark.parametrize("case", SIZED, ids=lambda case: f"{case.name} {case.peer}")
def test_a_peer_prints_our_numbers(case, tmp_path):
    if not all(map(find_spec, case.needs)):
        pytest.skip("its peer is not installed")
    case.prepare(tmp_path, SIZE)
    ours, theirs = (run(command, tmp_path, keep=True).output for command in (case.ours, case.theirs))
    assert disagreement(ours, theirs) == ""


@pytest.mark.parametrize("kind", inputs.MAKERS)
def test_inputs_are_the_same_at_every_run(kind, tmp_path, monkeypatch):
    found = []
    for name in ("one", "two"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.chdir(folder)
        inputs.MAKERS[kind](SIZE, random.Random(0))
        found.append({path.name: path.read_bytes() for path in folder.iterdir()})
    assert found[0] == found[1]


@pytest.mark.parametrize("size", [60, 101, 1002])
def test_the_edges_are_a_dag_that_ends_in_n0(size, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    inputs.edges(size, random.Random(0))
    with Path("edges.csv").open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    pairs = {(tail, head) for tail, head, _ in rows}
    assert header == ["source", "target", "partial"]
    assert len(pairs) == len(rows) == size
    assert "n0" in {head for _, head in pairs} - {tail for tail, _ in pairs}
    left = pairs
    while left:  # Take away what feeds nothing, level by level; a cycle would never go.
        heads = {head for _, head in left}
        rest = {(tail, head) for tail, head in left if tail in heads}
        assert len(rest) < len(left)
        left = rest


def test_a_difference_is_told():
    same = "node,value,adjoint\na,,1.0\nb,2,0.1\n"
    assert disagreement(same, "node,value,adjoint\nb,2.0,0.1\na,,1\n") == ""
    assert disagreement(same, "node,value,adjoint\na,,1.0\nb,2,0.1000001\n").startswith("b: ")
    assert "no partner" in disagreement(same, "node,value,adjoint\na,,1.0\n")
    assert "nothing" in disagreement("", "")


def test_a_process_is_timed_and_its_memory_told(tmp_path):
    found = run([sys.executable, "-c", "x = b'x' * 100_000_000; print(len(x))"], tmp_path, keep=True)
    assert (found.output, found.peak > 90_000_000, found.seconds > 0) == ("100000000\n", True, True)


def test_a_process_that_fails_has_no_figures(tmp_path):
    with pytest.raises(FailedError, match="ZeroDivisionError"):
        run([sys.executable, "-c", "1/0"], tmp_path)


def test_the_command_line_names_its_cases():
    done = subprocess.run([sys.executable, FOLDER, "nothing"], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no case nothing; there are " in done.stderr
