"""`backcalc draw -o`: a file by its ending, written again only where this command has written it."""

import sys
from contextlib import suppress

import pytest

from backcalc.render.pictures.targets import TARGETS


@pytest.mark.parametrize("ending", TARGETS)
def test_a_file_of_each_kind_is_written_and_written_again(call, tmp_path, ending):
    if ending == ".png":
        pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    path = tmp_path / f"graph{ending}"
    for _ in range(2):
        assert call("draw", "network-a.bg", "-o", str(path)) == (0, "", "")
    assert TARGETS[ending].mark.encode() in path.read_bytes()[:100]
    path.write_text("mine", encoding="utf-8")
    status, _, err = call("draw", "network-a.bg", "-o", str(path))
    assert (status, path.read_text(encoding="utf-8")) == (2, "mine")
    assert "--force replaces it" in err
    assert call("draw", "network-a.bg", "-o", str(path), "--force")[0] == 0


@pytest.mark.parametrize("ending", [".dot", ".mmd"])
def test_what_was_drawn_is_run(call, tmp_path, ending):
    path = tmp_path / f"graph{ending}"
    assert call("draw", "network-a.bg", "-o", str(path))[0] == 0
    status, out, err = call("run", str(path), "--get", "dL/dx1", "--get", "dL/dx2")
    assert (status, out, err) == (0, "-100\n110\n", "")


def test_png_says_what_it_takes(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "resvg_py", None)
    monkeypatch.setattr("backcalc.cli.commands.draw.find_spec", lambda _name: None)
    status, out, err = call("draw", "network-a.bg", "-o", str(tmp_path / "graph.png"))
    assert (status, out) == (2, "")
    assert ".png comes from resvg-py: pip install 'backcalc[png]', or write .svg" in err


def test_a_page_steps_by_itself(call, tmp_path):
    status, _, err = call("draw", "network-a.bg", "-o", str(tmp_path / "graph.html"), "--step", "3")
    assert status == 2
    assert "steps by itself: drop --step" in err


@pytest.mark.parametrize(
    "command", ["draw lattice.bg", "report lattice.bg", "sweep lattice.bg --at x=1:2:3", "descend lattice.bg --at x=1"]
)
@pytest.mark.parametrize(
    ("name", "told"),
    [("", "-o needs a file name"), ("nowhere/it.{}", "there is no folder nowhere to write it.{} into")],
)
def test_a_file_that_cannot_be_is_refused_before_the_work(command, name, told, call, monkeypatch):
    name_of, *_ = command.split()
    monkeypatch.setattr(f"backcalc.cli.commands.{name_of}.read_graph", lambda *_: pytest.fail("begun"), raising=False)
    monkeypatch.setattr(f"backcalc.cli.commands.{name_of}.read_text", lambda *_: pytest.fail("begun"), raising=False)
    ending = {"report": "html", "descend": "bg"}.get(name_of, "svg")
    status, out, err = call(*command.split(), "-o", name.format(ending))
    assert (status, out) == (2, "")
    assert told.format(ending) in err


@pytest.mark.parametrize("ending", [".svg", ".html"])
def test_what_is_stopped_midway_leaves_the_file_as_it_was(call, tmp_path, monkeypatch, ending):
    """A file is written only when all of it is there: half a picture is none."""
    path = tmp_path / f"graph{ending}"
    assert call("draw", "network-a.bg", "-o", str(path))[0] == 0
    before = path.read_bytes()
    count = 0

    def first(*_args, **_more):
        nonlocal count
        yield "<svg>"
        count += 1
        raise MemoryError

    monkeypatch.setattr("backcalc.cli.commands.draw.lines_of", first)
    monkeypatch.setattr("backcalc.render.page.page.lines", first)
    for target in (path, tmp_path / f"new{ending}"):
        with suppress(MemoryError):
            assert call("draw", "network-a.bg", "-o", str(target))[0] != 0
    assert count == 2
    assert path.read_bytes() == before
    assert not (tmp_path / f"new{ending}").exists()
