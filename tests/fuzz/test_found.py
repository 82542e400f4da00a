"""What the fuzzer has found, a line of JSON a case, made small: none of it fails again."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from fuzz.cases import Case
from fuzz.judge import judged

FOUND = [json.loads(line) for line in Path(__file__).with_name("found.jsonl").read_text("utf-8").splitlines()]


@pytest.mark.parametrize("found", FOUND, ids=[" ".join(found["args"][:2]) for found in FOUND])
def test_what_was_found_is_mended(found, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    outcome = judged(Case(tuple(found["args"]), found["files"], found.get("stdin", "")))
    assert not outcome.failure, outcome.detail
