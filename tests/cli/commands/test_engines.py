"""Each command says the same, whichever engine serves."""

from __future__ import annotations

import pytest

LADDER = "\n".join(f"{u}{i} {v}{i + 1} {0.5 + (u == v) / 4}" for i in range(30) for u in "ab" for v in "ab")
EDGES = f"x a0 1\nx b0 -2\n{LADDER}\na30 o 0.25\nb30 o 3\n"
COMMANDS = [
    ("run",),
    ("check", "do/dx=-1312.66", "do/da30=0.25"),
    ("check", "do/dx=-1300", "do/da30=0.25"),
    ("check", "do/dnope=1"),
    ("check", "o=1"),
    ("check",),
    ("check", "do/dx=-1312.66", "--require", "all"),
    ("explain", "--node", "b3,x"),
    ("explain", "--node", "nope"),
    ("explain", "--wrt", "x"),
    ("paths", "--limit", "3"),
    ("paths", "--from", "b28", "--format", "csv"),
    ("paths", "--from", "o", "--to", "a3"),
    ("paths", "--from", "nope"),
    ("derive", "--wrt", "a30"),
]


@pytest.fixture(autouse=True)
def _large(monkeypatch):
    """A text of any size is worth reading by arrays."""
    monkeypatch.setattr("backcalc.analysis.run.LARGE", 0)


@pytest.mark.parametrize("arguments", COMMANDS, ids=" ".join)
def test_a_command_says_the_same_by_either_engine(arguments, tmp_path, call):
    graph = tmp_path / "edges.txt"
    graph.write_text(EDGES)
    command, *rest = arguments
    by_arrays = call(command, str(graph), *rest)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.analysis.run.LARGE", 1 << 30)
        assert by_arrays == call(command, str(graph), *rest)


def test_what_is_wrong_with_a_graph_comes_before_its_answers(tmp_path, call):
    graph = tmp_path / "graph.bg"
    graph.write_text("a -> b : 2\nb = = 3\n")
    assert "expected an expression" in call("check", str(graph))[2]
    graph.write_text("a -> b : 2\nb -> a : 3\n")
    assert "no results to check" in call("check", str(graph))[2]


@pytest.mark.parametrize("arguments", [COMMANDS[1], COMMANDS[7], COMMANDS[10], COMMANDS[11]], ids=" ".join)
def test_arrays_serve(arguments, tmp_path, call, monkeypatch):
    """No object is made of the graph as a whole."""
    graph = tmp_path / "edges.txt"
    graph.write_text(EDGES)
    monkeypatch.setattr("backcalc.analysis.run.finish", None)
    command, *rest = arguments
    assert call(command, str(graph), *rest)[0] == 0


WRONG = [
    ("do/dx=-1300", "do/da30=0.25", "da5/dx=1", "do/dnope=1", "o=1"),
    ("do/dx=-1300", "--require", "all", "--format", "json"),
    ("--answers", "{}", "--require", "all"),
    ("do/da30=0.25 = 0.3", "do/db30=[1,2]", "do/dx=-1312,66", "--hints"),
]


@pytest.mark.parametrize("answers", WRONG, ids=lambda answers: answers[0])
def test_arrays_mark_wrong_answers_to_what_is_too_large_for_objects(answers, tmp_path, call, monkeypatch):
    graph, arrays = tmp_path / "edges.txt", tmp_path / "grads.json"
    graph.write_text(EDGES)
    arrays.write_text('{"x": -1300, "do/da30": 0.25, "nope": 1}')
    monkeypatch.setattr("backcalc.marking.large.MOST_BY_OBJECTS", 0)
    rest = [word.format(arrays) for word in answers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.analysis.run.LARGE", 1 << 30)
        by_objects = call("check", str(graph), *rest)
    monkeypatch.setattr("backcalc.analysis.run.finish", None)
    by_arrays = call("check", str(graph), *rest)
    assert by_arrays[0] == by_objects[0] != 0
    assert by_arrays[2] == by_objects[2]
    # Verdicts and truths are alike; why an answer is wrong arrays tell of its last step alone.
    shown = [line for line in by_arrays[1].splitlines() if "no one mistake in its last step" not in line]
    assert all(line in by_objects[1].splitlines() for line in shown if '"note"' not in line)


def test_derive_is_refused_before_objects_are_made(tmp_path, call, monkeypatch):
    graph = tmp_path / "edges.txt"
    graph.write_text(LADDER)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backcalc.analysis.run.LARGE", 1 << 30)
        by_objects = [call("derive", str(graph), *rest) for rest in ((), ("--of", "a30", "--wrt", "nope"))]
    assert [status for status, *_ in by_objects] == [2, 2]
    monkeypatch.setattr("backcalc.analysis.run.finish", None)
    assert by_objects == [call("derive", str(graph), *rest) for rest in ((), ("--of", "a30", "--wrt", "nope"))]
