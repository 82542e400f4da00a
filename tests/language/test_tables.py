"""The stored tables are those of the grammar as it is, and where they are not, they are not used."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from backcalc.language import tables
from backcalc.language.parser import parse, parser
from backcalc.language.tables import STORED, make_tables, read_grammar, read_tables, tables_in_use, write_tables
from backcalc.text.source import Source


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with the grammar and its tables, in place of the package's own."""
    for name in ("graph.lark", STORED):
        (tmp_path / name).write_bytes((Path(tables.FOLDER) / name).read_bytes())
    monkeypatch.setattr(tables, "FOLDER", str(tmp_path))
    return tmp_path


@pytest.fixture
def makes(monkeypatch):
    """How often tables are made."""
    made = []
    monkeypatch.setattr(tables, "make_tables", lambda grammar: made.append(grammar) or make_tables(grammar))
    return made


def test_the_stored_tables_are_current(tmp_path):
    # As they lie there, byte by byte: of a grammar that has changed they would be made anew, and nobody would know.
    stored = (Path(tables.FOLDER) / STORED).read_bytes()
    write_tables(str(tmp_path / STORED))
    remedy = "the grammar has changed: run `python -m backcalc.language.tables`"
    assert stored == (tmp_path / STORED).read_bytes(), remedy


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
    [b"", b"rules", b"states\tADD\tx\n", b"\ngrammar\n", b"\xff\xfe", None, b"others\t1\n"],
    ids=["empty", "cut", "word", "bare", "bytes", "missing", "other"],
)
def test_damaged_tables_are_made_anew(folder, makes, damage):
    stored = folder / STORED
    grammar = (folder / "graph.lark").read_bytes()
    stored.unlink() if damage is None else stored.write_bytes(damage + b"\ngrammar\n" + grammar)
    assert read_tables() == make_tables(read_grammar())
    assert len(makes) == 1


def test_tables_that_lack_something_are_made_anew(folder, makes):
    lines = (folder / STORED).read_text(encoding="utf-8").split("\n")
    for count, kind in enumerate(("terminals", "ignored", "word_like", "words", "rules", "starts", "states"), 1):
        kept = [line for line in lines if line.partition("\t")[0] != kind]
        assert len(kept) < len(lines)
        (folder / STORED).write_text("\n".join(kept), encoding="utf-8")
        assert read_tables() == make_tables(read_grammar())
        assert len(makes) == count


def test_tables_are_written_where_the_grammar_is(folder, makes):
    (folder / STORED).unlink()
    write_tables()
    assert len(makes) == 1
    assert read_tables() == make_tables(read_grammar())
    assert len(makes) == 1
