"""The fuzzer itself: what it draws is worth trying, and what is planted it finds, makes small and tells."""

from __future__ import annotations

import json
import os
import re
import runpy
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from fuzz import derivations, texts
from fuzz.batches import batch, scratch
from fuzz.cases import Case, case
from fuzz.judge import judged, unfit_csv
from fuzz.shrink import least, shrunk

import backcalc
from backcalc.cli import COMMANDS


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def is_valid(text):
    try:
        backcalc.parse(text)
    except Exception:  # noqa: BLE001  What it is does not matter here.
        return False
    return True


@pytest.mark.parametrize(
    ("draw", "low", "high"),
    [
        (texts.program, 0.9, 1),
        (lambda rng: texts.mutated(rng, rng.choice(texts.corpus())), 0.35, 0.75),
        (lambda rng: texts.mutated(rng, texts.program(rng)), 0.35, 0.75),
        (texts.text, 0.4, 0.8),
    ],
)
def test_about_half_of_what_is_drawn_is_valid(draw, low, high):
    share = sum(is_valid(draw(Random(i))) for i in range(300)) / 300
    assert low <= share <= high


def test_axes_keywords_slices_and_windows_are_drawn():
    drawn = "".join(texts.program(Random(i)) for i in range(600))
    for part in ("axis=", "keepdims=1", "ddof=", "slope=", "stride=", "pad=1", "[:, ", ":2]", " for k in ", "maxpool("):
        assert part in drawn, part


def test_tokens_are_the_whole_text():
    for text in texts.corpus():
        assert "".join(texts.tokens(text)) == text


def test_each_rule_of_the_grammar_is_derived_from():
    rules, _ = derivations.grammar()
    for start in rules:
        assert derivations.derived(Random(start), start) or start.startswith("_")


def test_each_command_and_most_options_are_drawn():
    drawn = [case(Random(i)).args for i in range(2000)]
    assert {args[0] for args in drawn} == set(COMMANDS)
    options = {word for args in drawn for word in args if word.startswith("--")}
    assert {"--at", "--of", "--wrt", "--format", "--data", "--expand", "--mode", "--all-pairs", "--limit"} <= options


def test_an_input_is_that_of_its_seed_and_number():
    assert case(Random("3 14")) == case(Random("3 14"))


def test_a_planted_fault_is_found_and_made_small(monkeypatch):
    def fault(*_):
        raise ZeroDivisionError("planted")

    monkeypatch.setattr("backcalc.cli.commands.derive.read_text", fault)
    found = Case(("derive", "g.bg", "--of", "y"), {"g.bg": "x1 = 2\ny = sin(x1)\n"})
    failure = judged(found).failure
    assert failure.startswith("internal error ZeroDivisionError")
    small = shrunk(found, lambda each: judged(each).failure == failure)
    assert small == Case(("derive",), {"g.bg": ""})


@pytest.mark.parametrize(
    ("planted", "failure"),
    [
        (lambda **_: print("\x1b[31m"), "a control character goes out raw"),
        (lambda **_: 3, "status 3"),
        (lambda **_: 2, "an error without a word"),
        (lambda **_: __import__("warnings").warn("w", UserWarning, stacklevel=1), "a warning of Python: w"),
    ],
)
def test_each_kind_of_fault_has_its_name(monkeypatch, planted, failure):
    monkeypatch.setattr("backcalc.cli.commands.samples.command.callback", planted)
    assert judged(Case(("samples",))).failure.startswith(failure)


def test_what_takes_too_long_is_stopped(monkeypatch):
    def endless(**_):
        while True:
            pass

    monkeypatch.setattr("fuzz.judge.SECONDS", 0.05)
    monkeypatch.setattr("backcalc.cli.commands.samples.command.callback", endless)
    assert judged(Case(("samples",))).failure.startswith("samples takes longer")


def test_what_needs_too_much_memory_is_told_and_no_fault(monkeypatch):
    def large(**_):
        raise MemoryError

    monkeypatch.setattr("backcalc.cli.commands.samples.command.callback", large)
    found = judged(Case(("samples",)))
    assert (found.status, found.failure) == (2, "")


def test_least_leaves_out_all_that_may_be():
    assert least("abcdefgh", lambda kept: {"c", "g"} <= set(kept)) == ["c", "g"]


def test_figures_of_a_batch():
    found = batch((5, 0, 20))
    assert found.inputs == found.statuses.total() == 20
    assert os.listdir() == []  # noqa: PTH208  A batch cleans up after itself.


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_the_last_line_has_the_figures(jobs):
    command = [sys.executable, str(Path(__file__).parent), "--inputs", "8", "--seed", "4", "--jobs", jobs]
    found = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert re.match(r"8 inputs of seed 4, \d+ failures of \d+ kinds; ", found.stdout.splitlines()[-1]), found


def test_a_failure_is_shown_at_once_with_a_row_that_brings_it_back(monkeypatch, capsys):
    """It may not come back: what was printed of it is all that there is. Only at the end it is made small."""
    monkeypatch.setattr("backcalc.cli.commands.fmt.command.callback", lambda **_: 3)
    monkeypatch.setattr("sys.argv", ["fuzz", "--inputs", "60", "--seed", "4"])
    monkeypatch.setattr("sys.path", [*sys.path])
    monkeypatch.setattr("fuzz.batches.confine", lambda: None)  # The bound on memory is for a process of its own.
    main = runpy.run_path(str(Path(__file__).with_name("__main__.py")))["main"]
    assert main() == 1
    first, row, *_ = capsys.readouterr().out.splitlines()
    number = int(re.fullmatch(r"input (\d+): status 3", first)[1])
    again = json.loads(row)
    assert Case(tuple(again["args"]), again["files"], again.get("stdin", "")) == case(Random(f"4 {number}"))


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a,b\n1,2\n", ""),
        ("a,b\n-1/3,-inf\n", ""),
        ("a,b\n1,2,3\n", "CSV with rows"),
        ('a,b\n"x[0,1]",2\n', ""),
        ("a\n=1+1\n", "a cell that"),
        ("a\n-x*y\n", "a cell that"),
        ("a\n'-x*y\n", ""),
    ],
)
def test_what_is_wrong_with_a_table_is_found(text, what):
    assert unfit_csv(text).startswith(what)
    assert bool(unfit_csv(text)) == bool(what)


def test_each_table_of_the_commands_is_one():
    """The CSV of inputs that are drawn, hostile cells among them, by every command that has some."""
    told, i = set(), 0
    while i < 4_000 and len(told) < 6:
        found = case(Random(f"tables {i}"))
        i += 1
        if ("--format", "csv") in pairwise(found.args):
            with scratch():
                outcome = judged(found)
            assert not outcome.failure, outcome
            told |= {found.args[0]} if outcome.out else set()
    assert {"run", "check", "paths", "sweep"} <= told


def test_about_half_of_the_inputs_run():
    """A refusal is soon told: what breaks is mostly behind it."""
    ran = batch((7, 0, 400)).statuses
    assert 0.4 <= (ran[0] + ran[1]) / ran.total() <= 0.65
