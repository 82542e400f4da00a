"""The stored tables are those of the grammar as it is, and where they are not, they are not used."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from backcalc.language import tables
from backcalc.language.parser import parse, parser
from backcalc.language.tables import make_tables, read_grammar, read_tables, tables_in_use, write_tables
from backcalc.text.source import Source


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the grammar and its tables, in place of the package's own."""
    for name in ("graph.lark", "graph.json"):
        (tmp_path / name).write_bytes((Path(tables.FOLDER) / name).read_bytes())
    monkeypatch.setattr(tables, "FOLDER", str(tmp_path))
    return tmp_path


@pytest.fixture
def makes(monkeypatch):
    """How often tables are made."""
    made = []
    monkeypatch.setattr(tables, "make_tables", lambda grammar: made.append(grammar) or make_tables(grammar))
    return made


def test_the_stored_tables_are_current():
    stored = json.loads((Path(tables.FOLDER) / "graph.json").read_text(encoding="utf-8"))
    remedy = "the grammar has changed: run `python -m backcalc.language.tables`"
    assert stored == json.loads(json.dumps(make_tables(read_grammar())._asdict())), remedy


def test_what_is_stored_is_what_would_be_made(makes):
    assert read_tables() == make_tables(read_grammar())
    assert makes == []


def test_tables_are_the_same_at_every_run():
    code = "import json; from backcalc.language.tables import *; print(json.dumps(make_tables(read_grammar())))"
    found = [
        subprocess.run(
            [sys.executable, "-c", code], env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, check=True
        ).stdout
        for seed in ("1", "2")
    ]
    assert found[0] == found[1]


def test_a_changed_grammar_has_tables_of_its_own(folder, makes):
    grammar = (folder / "graph.lark").read_text(encoding="utf-8")
    (folder / "graph.lark").write_text(grammar.replace('ARROW: "->"', 'ARROW: "~>"'), encoding="utf-8")
    parser.cache_clear()
    tables_in_use.cache_clear()
    try:
        assert parse(Source("test", "u ~> v : 3")).statements[0].spelling == "->"
    finally:
        parser.cache_clear()
        tables_in_use.cache_clear()
    assert len(makes) == 1


@pytest.mark.parametrize(
    "damage",
    [b"", b"{", b"null", b"[]", b"{}", b"\xff\xfe", None, b'{"grammar": 1}'],
    ids=["empty", "cut", "null", "list", "bare", "bytes", "missing", "other"],
)
def test_damaged_tables_are_made_anew(folder, makes, damage):
    stored = folder / "graph.json"
    stored.unlink() if damage is None else stored.write_bytes(damage)
    assert read_tables() == make_tables(read_grammar())
    assert len(makes) == 1


def test_tables_that_lack_something_are_made_anew(folder, makes):
    stored = json.loads((folder / "graph.json").read_text(encoding="utf-8"))
    del stored["rules"]
    (folder / "graph.json").write_text(json.dumps(stored), encoding="utf-8")
    assert read_tables() == make_tables(read_grammar())
    assert len(makes) == 1


def test_tables_are_written_where_the_grammar_is(folder, makes):
    (folder / "graph.json").unlink()
    write_tables()
    assert len(makes) == 1
    assert read_tables() == make_tables(read_grammar())
    assert len(makes) == 1
