"""`check` of several files: as one document for programs."""

from __future__ import annotations

import csv
import json

import pytest
from click.testing import CliRunner

from backcalc.cli.group import cli

FILES = {
    "a.bg": "input x = 2\ny = x^2\n#= y = 4\n#= dy/dx = 4\n",
    "b.bg": "input x = 3\ny = 2*x\n#= y = 5\n",
    "c.bg": "y = = x\n",
    "d.bg": "y = x\n",
}


@pytest.fixture
def check(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return lambda *words: CliRunner().invoke(cli, ["check", *words], standalone_mode=False)


def test_json_is_one_object(check):
    result = check("a.bg", "b.bg", "--format", "json")
    assert result.return_value == 1
    found = json.loads(result.stdout)
    assert [file["file"] for file in found["files"]] == ["a.bg", "b.bg"]
    assert [file["right"] for file in found["files"]] == [2, 0]
    assert found["files"][1]["answers"][0]["verdict"] == "wrong"
    assert (found["right"], found["total"]) == (2, 3)


def test_json_of_one_file_is_that_of_its_answers(check):
    alone = json.loads(check("a.bg", "--format", "json").stdout)
    among = json.loads(check("a.bg", "b.bg", "--format", "json").stdout)["files"][0]
    assert among == {"file": "a.bg", **alone}


@pytest.mark.parametrize("bad", ["c.bg", "d.bg"])
def test_a_file_that_cannot_be_marked_keeps_no_other_from_it(check, bad):
    result = check(bad, "a.bg", "--format", "json")
    assert result.return_value == 2
    first, second = json.loads(result.stdout)["files"]
    assert list(first) == ["file", "error"]
    assert first["error"] in result.stderr
    assert second["right"] == 2


def test_csv_has_the_file_first(check):
    rows = list(csv.DictReader(check("a.bg", "b.bg", "--format", "csv").stdout.splitlines()))
    assert [row["file"] for row in rows] == ["a.bg", "a.bg", "b.bg"]
    assert [row["verdict"] for row in rows] == ["right", "right", "wrong"]


def test_latex_is_of_one_file(check):
    result = check("a.bg", "b.bg", "--format", "latex")
    assert "name one file" in str(result.exception)
