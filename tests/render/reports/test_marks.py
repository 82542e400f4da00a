"""Mark answers as they are shown: what went wrong below each, hints that give nothing away, JSON and CSV."""

from __future__ import annotations

import csv
import json
import re
from typing import get_args

import numpy as np
import pytest
from documents import markdown, plain, terminal

from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.mark import Mark, Verdict
from backcalc.render.reports.marks import SIGNS, TONES, marks_blocks, render_marks_csv, render_marks_json
from backcalc.text.wording import display_width

ROUNDED = "this comes out when every intermediate result is rounded to 2 decimals"
LEFT_OUT = "you have 30·(−2) = −60; the path through u2, (−10)·4 = −40, is missing"
EVERY_VERDICT = [
    Mark("dL/dx1", "-100", -100.0, "right"),
    Mark("do/dx", "-0.07", -0.0691856694576, "rounding", None, ROUNDED),
    Mark("dL/dx2", "-60", -100.0, "wrong", Diagnosis("missing-term", "u2", LEFT_OUT, "look at every user of x2")),
    Mark("dL/du1", "12", 30.0, "follows", None, "correct work from your dL/dv = 2"),
    Mark("dL/dW", "[[1, 2], [3, 4]]", np.array([[1, 2.5], [3, 4]]), "wrong", places=((0, 1),)),
    Mark("dL/dh", "[1, 2]", np.array([1, 2.5, 3]), "wrong", places=((),), misshapen=(2,)),
    Mark("y", "[1, 2]", 2.5, "wrong", Diagnosis("other-node", "z", "y is 2.5", "look elsewhere"), misshapen=(2,)),
    Mark("dL/dq", "", 3.0, "missing"),
]
REPORT = """\
   answer                given                    expected  verdict
✓  dL/dx1              -100                   -100          right
≈  do/dx                 -0.07                  -0.0691857  rounding
     this comes out when every intermediate result is rounded to 2 decimals
✗  dL/dx2               -60                   -100          wrong
     you have 30·(−2) = −60; the path through u2, (−10)·4 = −40, is missing
↪  dL/du1                12                     30          follows
     correct work from your dL/dv = 2
✗  dL/dW   [[1, 2], [3, 4]]     [[1, 2.5], [3, 4]]          wrong
     wrong in 1 element: [0,1] is 2.5
✗  dL/dh             [1, 2]            [1, 2.5, 3]          wrong
     this is a vector of 2; what is asked is a vector of 3
✗  y                 [1, 2]                      2.5        wrong
     this is a vector of 2; what is asked is a number
     y is 2.5
–  dL/dq                  -                      3          missing

1 of 8 right, 1 rounding, 1 follows, 1 missing"""
HINTS = """\
   answer                given  verdict
✓  dL/dx1              -100     right
≈  do/dx                 -0.07  rounding
     this comes out when every intermediate result is rounded to 2 decimals
     keep more digits on the way, and round at the end
✗  dL/dx2               -60     wrong
     look at every user of x2
↪  dL/du1                12     follows
     correct work from your dL/dv = 2
     put the earlier answer right first
✗  dL/dW   [[1, 2], [3, 4]]     wrong
     wrong in 1 element: [0,1]
✗  dL/dh             [1, 2]     wrong
     this is a vector of 2; what is asked is a vector of 3
✗  y                 [1, 2]     wrong
     this is a vector of 2; what is asked is a number
     look elsewhere
–  dL/dq                  -     missing

1 of 8 right, 1 rounding, 1 follows, 1 missing"""


@pytest.mark.parametrize(("hints", "report"), [(False, REPORT), (True, HINTS)])
def test_below_an_answer_stands_what_went_wrong(hints, report):
    assert "\n".join(plain(marks_blocks(EVERY_VERDICT, hints=hints))) == report


def test_hints_give_no_answer_away():
    marked = [mark for mark in EVERY_VERDICT if mark.verdict not in ("right", "rounding")]
    report = marks_blocks(marked, hints=True)
    shown = ["\n".join(plain(report)), "\n".join(markdown(report))]
    shown += [render_marks_json(marked, hints=True), "\n".join(render_marks_csv(marked, hints=True))]
    for text in shown:
        assert not re.search(r"-100|2\.5|\b30\b|−", text)
    assert all(answer["expected"] is None for answer in json.loads(shown[2])["answers"])


def test_every_verdict_has_a_sign():
    assert set(SIGNS) == set(TONES) == set(get_args(Verdict))


@pytest.mark.parametrize("width", [20, 30, 40, 60, 80, 200])
def test_a_note_is_broken_between_words_to_fit(width):
    out = terminal(marks_blocks(EVERY_VERDICT), width)
    assert " ".join(out.split()).count(LEFT_OUT) == 1
    noted = [line for line in out.splitlines() if line.startswith("     ") and not line.strip()[0].isdigit()]
    assert noted
    assert all(display_width(line) <= width for line in noted)


def test_many_wrong_elements_are_counted():
    mark = Mark("h", "[…]", np.arange(9.0), "wrong", places=tuple((i,) for i in range(5)))
    (note,) = marks_blocks([mark])[0].notes[0]
    assert note == "wrong in 5 elements: [0] is 0, [1] is 1, [2] is 2 and 2 more"


def test_a_sign_has_the_colour_of_its_verdict():
    out = terminal(marks_blocks(EVERY_VERDICT), 80, color=True)
    for sign, colour in (("✓", 32), ("≈", 33), ("↪", 33), ("✗", 31), ("–", 31)):
        assert f"\x1b[{colour}m{sign}\x1b[0m" in out


def test_marks_as_markdown_have_a_column_of_notes():
    lines = list(markdown(marks_blocks(EVERY_VERDICT)))
    assert lines[0] == "|  | answer | given | expected | verdict | note |"
    assert lines[4] == f"| ✗ | dL/dx2 | -60 | -100 | wrong | {LEFT_OUT} |"
    assert lines[2].endswith("| right |  |")


def test_marks_as_csv():
    rows = list(csv.DictReader("\n".join(render_marks_csv(EVERY_VERDICT)).splitlines()))
    assert [row["verdict"] for row in rows] == [mark.verdict for mark in EVERY_VERDICT]
    assert rows[1]["expected"] == "-0.0691856694576"
    assert (rows[2]["kind"], rows[2]["where"], rows[2]["diagnosis"]) == ("missing-term", "u2", LEFT_OUT)
    assert rows[4]["expected"] == "[[1, 2.5], [3, 4]]"
    assert rows[7]["given"] == ""
    assert [rows[i]["diagnosis"] for i in (0, 1, 7)] == ["", ROUNDED, ""]


def test_a_diagnosis_as_json():
    answer = json.loads(render_marks_json(EVERY_VERDICT))["answers"][2]
    assert answer["diagnosis"] == {"kind": "missing-term", "where": "u2", "text": LEFT_OUT}
    missing = json.loads(render_marks_json(EVERY_VERDICT))["answers"][-1]
    assert missing == {
        "answer": "dL/dq",
        "given": None,
        "expected": 3,
        "verdict": "missing",
        "note": None,
        "diagnosis": None,
    }
