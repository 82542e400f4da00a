"""Many submissions marked: what is read of each, what is asked, scores, the class's mistakes, and the processes."""

from __future__ import annotations

import csv
import io
import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from unicodedata import normalize

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc import progress
from backcalc.calculus.load import finish, load_program
from backcalc.calculus.point import from_mapping
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.marking.class_summary import mistakes
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.grade import CREDIT, STRICT, Graded, Grader, asked_by
from backcalc.marking.gradebook import Gradebook
from backcalc.marking.key import Key
from backcalc.marking.mark import VERDICTS, Mark
from backcalc.marking.sheet import SheetReader, read_answers
from backcalc.marking.submissions import Sheet, Submission, submissions
from backcalc.marking.workers import AT_ONCE, grade, start_method
from backcalc.render.reports.grades import class_tables, grades_tables, render_grades_csv, render_grades_json
from backcalc.render.reports.gradescope import folders_of, render_gradescope, write_gradescope
from backcalc.render.writer import PLAIN
from backcalc.text.files import salvage
from backcalc.text.source import Source

TIMEOUT = 60
UNTRACED = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")}

# y = 6, z = 6 + sin 2 = 6.909…, dz/da = 3 + cos 2 = 2.583…, dz/db = 2
GRAPH = "input a = 2\ninput b = 3\ny = a*b\nz = y + sin(a)\noutput z\n"
ASKED = "#= y = 6\n#= dz/da = 2.58\n#= dz/db = 2\n"
VECTORS = "input v = [1, 2]\ny = v*v\nL = sum(y)\n"  # ∂L/∂v = 2v = [2, 4]


def grader_of(text, **options):
    """A key and what marks by it."""
    program = load_program(Source("key.bg", text))
    key = Key(run(finish(program), from_mapping({}, program.source)))
    return key, Grader(key, asked_by(key, program.source, program.comments)[0], **options)


def graded_from(tmp_path, text, files, *paths, **options):
    """What is handed in as `files` (name to text), marked; all of them where no `paths` are given."""
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    key, grader = grader_of(text, **options)
    handed_in, errors = submissions([str(tmp_path / name) for name in paths or files], key)
    return grade(grader, handed_in), errors


def verdicts(graded):
    return [(mark.name, mark.verdict) for mark in graded.marked]


def places(error):
    """Where an error says that something is wrong: (line, what stands there)."""
    source = error.source
    return [
        (source.line_number(found.span.start), source.text[slice(*found.span)]) if found.span else None
        for found in error.diagnostics
    ]


# ---- What is asked ---------------------------------------------------------------------------------------------------

ALL_MISSING = [("y", "missing"), ("dz/da", "missing"), ("dz/db", "missing")]
SHEETS = [
    # A sheet, its verdicts on a key that asks, its score, and its verdicts on one that does not.
    ("y = 6\ndz/da = 2.58\ndz/db = 2", ["right", "right", "right"], 1, ["right", "right", "right"]),
    ("dz/db = 2; y = 5", ["wrong", "missing", "right"], 1 / 3, ["right", "wrong"]),
    ("∂z/∂a = 2.584 # so\nz = 6.9", ["missing", "right", "missing"], 1 / 3, ["right", "right"]),
    ("y = 5\ny = 6", ["right", "missing", "missing"], 1 / 3, ["right"]),  # The last one counts.
    ("y = 6\ny = 5", ["wrong", "missing", "missing"], 0, ["wrong"]),
    ("", ["missing", "missing", "missing"], 0, []),
    ("y = 6\r\ndz/db=2\r\n", ["right", "missing", "right"], 2 / 3, ["right", "right"]),
]


@pytest.mark.parametrize(("sheet", "asked", "score", "own"), SHEETS)
def test_what_is_asked(sheet, asked, score, own, tmp_path):
    ((found,), errors) = graded_from(tmp_path, GRAPH + ASKED, {"ada.txt": sheet})
    assert (found.name, found.error, errors) == ("ada", None, [])
    assert verdicts(found) == [(name, verdict) for (name, _), verdict in zip(ALL_MISSING, asked, strict=True)]
    assert found.score == score
    ((found,), _) = graded_from(tmp_path, GRAPH, {"ada.txt": sheet})
    assert [mark.verdict for mark in found.marked] == own


def test_a_sheet_without_answers_to_a_key_that_asks_nothing(tmp_path):
    ((found,), _) = graded_from(tmp_path, GRAPH, {"ada.txt": "# nothing"})
    assert (found.score, [each.code for each in found.error.diagnostics]) == (None, ["no-answers"])


ELEMENTS = [
    ("dL/dv = [2, 4]", "right", "[2, 4]"),
    ("dL/dv[0] = 2; dL/dv[1] = 4", "right", "dL/dv[0] = 2; dL/dv[1] = 4"),
    ("dL/dv[1] = 5; dL/dv[0] = 2", "wrong", "dL/dv[1] = 5; dL/dv[0] = 2"),
    ("dL/dv[1] = 4", "missing", ""),
]


@pytest.mark.parametrize(("sheet", "verdict", "given"), ELEMENTS)
def test_a_vector_may_be_answered_by_its_elements(sheet, verdict, given, tmp_path):
    ((found,), _) = graded_from(tmp_path, VECTORS + "#= dL/dv = [2, 4]", {"ada.txt": sheet})
    (mark,) = found.marked
    assert (mark.name, mark.verdict, mark.given, list(mark.expected)) == ("dL/dv", verdict, given, [2, 4])


def test_what_earns_a_point():
    marks = tuple(Mark(verdict, "1", 2.0, verdict) for verdict in VERDICTS)

    class Fixed:
        run = None

        def mark(self, _sheet, _answers):
            return list(marks), []

    class Made:
        name, asked, kept = "ada", [], []

        def read(self, _reader):
            return Sheet(Source("ada", ""), [], [], [])

    half = {"right": 1.0, "follows": 0.5, "repeats": 0.25, "missing": 0.125}
    points = [Grader(Fixed(), credit=credit).grade(Made()).points for credit in (CREDIT, STRICT, half)]
    assert points == [4, 1, 1.875]
    assert Grader(Fixed()).grade(Made()).right == 1


WEIGHTED = GRAPH + "#= y = 6 [3 points]\n#= dz/da = 2.58 [0.5 points]\n#= dz/db = 2\n"


@pytest.mark.parametrize(
    ("sheet", "points", "score"),
    [("y = 6\ndz/da = 1", 3, 3 / 4.5), ("dz/da = 2.58; dz/db = 2", 1.5, 1.5 / 4.5), ("y = 6 [3 points]", 3, 3 / 4.5)],
)
def test_a_line_of_the_key_may_be_worth_more(sheet, points, score, tmp_path):
    ((found,), _) = graded_from(tmp_path, WEIGHTED, {"ada.txt": sheet})
    assert (found.points, found.most, found.score, len(found.marked)) == (points, 4.5, score, 3)
    result = json.loads(render_gradescope(found))
    assert (result["score"], [test["max_score"] for test in result["tests"]]) == (points, [3, 0.5, 1])


def test_a_key_that_the_graph_contradicts():
    program = load_program(Source("key.bg", GRAPH + "#= y = 7\n#= y = 6\n"))
    asked, warnings = asked_by(Key(run(finish(program), {})), program.source, program.comments)
    assert [(each.of, each.value.value) for each in asked] == [("y", 6)]
    assert [(program.source.text[slice(*each.span)], each.hints) for each in warnings] == [("y = 7", ("it gives 6",))]


def test_a_key_with_lines_that_are_none():
    with pytest.raises(backcalc.BackcalcError) as caught:
        grader_of(GRAPH + "#= q = 1\n#= y = \n")
    assert [line for line, _ in places(caught.value)] == [7, 6]


def test_an_answer_known_from_another_sheet_is_what_the_grammar_gives():
    reader = SheetReader()
    for text in ("y = -1/2\nz = [1, 2]", "  z = [1, 2] # x\n\ny = -1/2; y = ", "y = -1/2"):
        source = Source("sheet", text)
        answers, errors = read_answers(source)
        found, wrong = reader.read(source)
        assert wrong == errors
        assert [(each.of, each.span, each.value_span) for each in found] == [
            (each.of, each.span, each.value_span) for each in answers
        ]


# ---- Files and folders -----------------------------------------------------------------------------------------------


def test_submissions_in_the_order_given_a_folder_sorted(tmp_path):
    files = {"b.txt": "", "class/d.txt": "", "class/c.bg": "", "class/.hidden": "", "a.txt": ""}
    found, _ = graded_from(tmp_path, GRAPH + ASKED, files, "b.txt", "class", "a.txt")
    assert [each.name for each in found] == ["b", "c", "d", "a"]


def test_files_of_one_name_go_by_their_paths(tmp_path):
    files = {"ada/hw.txt": "", "bob/hw.txt": "", "cem/hw1.txt": ""}
    found, _ = graded_from(tmp_path, GRAPH + ASKED, files)
    assert [each.name for each in found] == [str(tmp_path / "ada/hw.txt"), str(tmp_path / "bob/hw.txt"), "hw1"]


BROKEN = [
    ("latin.txt", b"y = 6\ndz/db = 2 # \xfcber\ndz/da = \xb2\n", [(2, "�"), (3, "�")], 2),
    ("malformed.txt", "y = 6\ndz/da 2\ndz/db = 2\n", [(2, "2")], 2),
    ("comma.txt", "y = 6,0,0\ndz/db = 2\n", [(1, ",")], 1),
    ("unknown.txt", "Y = 6\ndz/db = 2\n", [(1, "Y = 6")], 1),
    ("unknown-in-formula.txt", "y = 3*q\ndz/db = 2\n", [(1, "q")], 1),
    ("utf16.txt", "y = 6\n".encode("utf-16"), [None], 1),
]


@pytest.mark.parametrize(("name", "content", "wrong", "right"), BROKEN)
def test_what_can_be_read_is_marked(name, content, wrong, right, tmp_path):
    files = {"ada.txt": "y = 6", name: content, "bob.txt": "y = 6"}
    found, _ = graded_from(tmp_path, GRAPH + ASKED, files)
    assert [each.right for each in found] == [1, right, 1]
    assert places(found[1].error) == wrong
    assert found[1].error.source.name == str(tmp_path / name)


def test_what_cannot_be_read_at_all_has_no_score(tmp_path):
    (tmp_path / "folder/inner").mkdir(parents=True)
    (tmp_path / "empty").mkdir()
    files = {"ada.txt": "y = 6", "zip.txt": b"PK\0\0"}
    paths = ["ada.txt", "nobody.txt", "zip.txt", "folder", "empty"]
    found, errors = graded_from(tmp_path, GRAPH + ASKED, files, *paths)
    assert [(each.name, each.score) for each in found] == [
        ("ada", 1 / 3), ("nobody", None), ("zip", None), ("inner", None),
    ]  # fmt: skip
    assert all(verdicts(each) == ALL_MISSING and not each.is_read for each in found[1:])
    assert [each.error.diagnostics[0].code for each in found[1:]] == ["unreadable", "not-text", "unreadable"]
    assert str(found[3].error) == f"{tmp_path / 'folder/inner'}: error: the folder is empty"
    assert [str(error) for error in errors] == [f"{tmp_path / 'empty'}: error: the folder is empty"]


def test_a_students_folder_has_all_that_is_in_it_folders_too(tmp_path):
    (tmp_path / "class/ada/homework/part 2").mkdir(parents=True)
    (tmp_path / "class/ada/y.txt").write_text("y = 7", encoding="utf-8")
    inner = tmp_path / "class/ada/homework/part 2/x.txt"
    inner.write_text("dy/dx = 2", encoding="utf-8")
    (tmp_path / "class/ada/homework/again").symlink_to(".")  # Round and round it would go.
    (found,), errors = graded_from(tmp_path, "y = 2*x + 1\n#= y = 7\n#= dy/dx = 2\ninput x = 3", {}, "class")
    assert (found.name, found.score, found.error, errors) == ("ada", 1.0, None, [])


def test_a_file_that_cannot_be_read_leaves_the_others_of_a_folder(tmp_path):
    (tmp_path / "class/ada").mkdir(parents=True)
    (tmp_path / "class/bob").mkdir()
    (tmp_path / "class/ada/a.txt").write_text("y = 7", encoding="utf-8")
    (tmp_path / "class/ada/b.png").write_bytes(b"\x89PNG\0")
    (tmp_path / "class/ada/c.txt").write_text("dy/dx = 2", encoding="utf-16")
    (tmp_path / "class/ada/d.txt").write_bytes(b"dy/dx = 2 # \xff\ny = q")
    (tmp_path / "class/ada/e.txt").symlink_to("nowhere")
    (tmp_path / "class/bob/a.txt").symlink_to("nowhere")
    (tmp_path / "class/bob/b.txt").symlink_to("b.txt")
    found, errors = graded_from(tmp_path, "y = 2*x + 1\n#= y = 7\n#= dy/dx = 2\ninput x = 3", {}, "class")
    assert [(each.name, dict(verdicts(each)), each.is_read) for each in found] == [
        ("ada", {"y": "unreadable", "dy/dx": "right"}, True), ("bob", {"y": "missing", "dy/dx": "missing"}, False),
    ]  # fmt: skip
    told = str(found[0].error)
    assert [name for name in ("`b.png`", "`c.txt`", "0xff", "`e.txt`") if name not in told] == []
    assert "4 | y = q" in told  # In the text of all, where that of its own file begins behind the others.
    assert [each.message.split(":")[0] for each in found[1].error.diagnostics] == ["`a.txt`", "`b.txt`"]
    assert not errors


# ---- Gradebooks ------------------------------------------------------------------------------------------------------

BOOK = 'name,y,∂z/∂a,"dz/db"\n'
ROWS = [
    ("Ada,6,2.58,2", "Ada", ["right", "right", "right"], None),
    ("Ada, 6 , 2.58,2,,", "Ada", ["right", "right", "right"], None),  # As spreadsheets pad.
    ("Ada,6,,", "Ada", ["right", "missing", "missing"], None),
    ('"Lovelace, Ada",12/2,"2.58","2"', "Lovelace, Ada", ["right", "right", "right"], None),
    (",6,2.58,2", "line 2", ["right", "right", "right"], None),
    ("Ada,−6,2.58,1", "Ada", ["wrong", "right", "wrong"], None),  # A minus of typography.
    ('Ada,"6,0",2.58,2', "Ada", ["right", "right", "right"], None),
    ('Ada,"6,000",2.58,2', "Ada", ["unreadable", "right", "right"], [(2, "6,000")]),
    ('Ada,6, " 3*q ",2', "Ada", ["right", "unreadable", "right"], [(2, "q")]),
    ("Ada,6,?,2", "Ada", ["right", "missing", "right"], None),
    ("Ada,6,??2,2", "Ada", ["right", "unreadable", "right"], [(2, "?")]),
    ("Ada,6,2.58 +,2", "Ada", ["right", "unreadable", "right"], [(2, ",")]),
    ("Ada,6,2.58", "Ada", None, [(2, "Ada,6,2.58")]),
    ("Ada,6,2,58,2", "Ada", None, [(2, "Ada,6,2,58,2")]),
    ('"Ada,6,2.58,2', "Ada,6,2.58,2  Bob,6,2.6,2", None, [(2, '"Ada,6,2.58,2\n\nBob,6,2.6,2\n')]),
    (b"Ad\xe4,6,2.58,2", "Ad�", None, [(2, "�")]),
]


@pytest.mark.parametrize(("row", "name", "found", "wrong"), ROWS)
def test_a_row_of_a_gradebook(row, name, found, wrong, tmp_path):
    row = row if isinstance(row, bytes) else row.encode()
    graded, errors = graded_from(tmp_path, GRAPH, {"class.csv": BOOK.encode() + row + b"\n\nBob,6,2.6,2\n"})
    assert (errors, graded[0].name) == ([], name)
    assert [mark.verdict for mark in graded[-1].marked] == ["right" if len(graded) == 2 else "missing"] * 3
    assert [mark.verdict for mark in graded[0].marked] == (found or ["missing"] * 3)
    assert graded[0].is_read == (found is not None)
    assert (graded[0].error and places(graded[0].error)) == wrong


HEADERS = [
    ("name,y,dz/dq,dz/db", ["y", "dz/db"], [(1, "dz/dq")]),
    ("name,y,dz/db,∂z/∂b", ["y", "dz/db"], [(1, "∂z/∂b")]),
    ("name,dz/da 1,y,dz/db", ["y", "dz/db"], [(1, "dz/da 1")]),
    ("name|y|dz/da|dz/db", [], [(1, "name|y|dz/da|dz/db")]),
    ("name", [], [(1, "name")]),
    ("", [], [(1, "")]),
    ("Ada,6,2.58,2", [], [(1, "6"), (1, "2.58"), (1, "2")]),
]


@pytest.mark.parametrize(("header", "asked", "wrong"), HEADERS)
def test_columns_that_are_no_answers_are_told_once_and_passed_over(header, asked, wrong, tmp_path):
    row = ",".join(["Ada", *["2"] * header.count(",")])
    graded, (error,) = graded_from(tmp_path, GRAPH, {"class.csv": f"{header}\n{row}\n{row}\n"})
    assert [[mark.name for mark in each.marked] for each in graded] == [asked, asked][: 2 * bool(asked)]
    assert places(error) == wrong


def test_a_short_row_that_lacks_no_answer(tmp_path):
    (found,), _ = graded_from(tmp_path, GRAPH, {"class.csv": "name,y,email\nAda,6\n"})
    assert (found.score, found.error.diagnostics[0].hints) == (None, ("what has no answer is an empty cell",))


def test_a_key_that_asks_decides_and_not_the_columns(tmp_path):
    (found,), _ = graded_from(tmp_path, GRAPH + ASKED, {"class.csv": "name,dz/db,z\nAda,2,6.9\n"})
    assert verdicts(found) == [("y", "missing"), ("dz/da", "missing"), ("dz/db", "right")]


FUZZ_KEY, FUZZ_GRADER = grader_of(GRAPH)


@settings(max_examples=400)
@given(
    header=st.sampled_from(["n,y,dz/da", "n,y,q", 'n,"y",', "n;y", "n,y\n,dz/db", '"n,y', "n,∂z/∂a,y,y"]),
    body=st.text(alphabet='61.,"\n -=;#[]()aqé\0\ufeff/', max_size=40),
    encoding=st.sampled_from(["utf-8", "latin-1", "utf-16"]),
)
def test_any_gradebook_is_read_and_what_is_wrong_has_a_place_in_it(header, body, encoding):
    data = f"{header}\n{body}".encode(encoding, errors="replace")
    try:
        book = Gradebook(*salvage("class.csv", data), FUZZ_KEY)
    except backcalc.BackcalcError:
        assert b"\0" in data
        return
    for row in book.rows():
        found = FUZZ_GRADER.grade(Submission(row.name, "class.csv", row))
        assert len(found.marked) == len(book.asked)
        if found.error is not None:
            assert str(found.error).startswith("class.csv:")
            first, last = (book.source.line_number(place) for place in row.place)
            assert all(first <= line <= last for line, _ in places(found.error))


# ---- The class -------------------------------------------------------------------------------------------------------


def made(name, *marks, points=0, is_read=True):
    return Graded(name, marks, (True,) * points + (False,) * (len(marks) - points), None, is_read)


def wrong(name, given, *diagnosis):
    told = Diagnosis(*diagnosis[:3], "look at the paths", *diagnosis[3:]) if diagnosis else None
    return Mark(name, given, 1.0, "wrong", told)


PATH = "the path through u2, (−10)·4 = −40, is missing"
LEFT_OUT = ("missing-term", "u2", f"you have 30·(−2) = −60; {PATH}", PATH)
SIGN = ("sign", "x1", "the sign of ∂L/∂x1 is wrong")


def test_mistakes_are_shares_of_the_class_commonest_first():
    right = Mark("dL/dx2", "110", 110.0, "right")
    found = mistakes(
        [
            made("a", wrong("dL/dx1", "-60", *LEFT_OUT), right),
            made("b", wrong("dL/dx1", "-60.0", *LEFT_OUT), wrong("dL/dx2", "7", *LEFT_OUT)),  # One student's, once.
            made("c", wrong("dL/dx1", "100", *SIGN), wrong("dL/dx2", "5")),
            made("d", right),
            made("e", wrong("dL/dx2", "7"), is_read=False),
        ]
    )
    assert found == [("the path through u2, (−10)·4 = −40, is missing", 0.5), ("the sign of ∂L/∂x1 is wrong", 0.25)]


@pytest.mark.parametrize(("count", "others", "told"), [(2, 2, True), (2, 38, True), (2, 39, False), (1, 0, False)])
def test_a_wrong_number_without_a_diagnosis_is_told_where_it_is_common(count, others, told):
    class_ = [made("a", wrong("y", "7"))] * count + [made("b", Mark("y", "6", 6.0, "right"), points=1)] * others
    assert mistakes(class_) == ([("wrote y = 7", count / (count + others))] if told else [])


def test_the_histogram_has_each_score_in_its_tenth():
    mark = Mark("y", "6", 6.0, "right")
    graded = [made("s", *[mark] * 10, points=points) for points in (0, 3, 3, 7, 9, 10, 10, 10)]
    title = PLAIN.cell(class_tables(graded)[0].title)
    assert title == "Scores of 8 submissions: mean 0.65, median 0.8"  # 52/80; between 7 and 9.
    rows = class_tables(graded)[0].rows
    assert [(label, int(count)) for label, count, _ in rows if count != "0"] == [
        ("0.0 to 0.1", 1), ("0.3 to 0.4", 2), ("0.7 to 0.8", 1), ("0.9 to 1.0", 1), ("all", 3),
    ]  # fmt: skip
    assert [len(bar) for _, count, bar in rows if count in "123"] == [14, 27, 14, 14, 40]


def test_a_class_of_nobody_has_no_report():
    assert class_tables([made("a", Mark("y", "", 6.0, "missing"), is_read=False)]) == []
    assert grades_tables([]) == []


def test_json_has_the_shape_of_the_contract():
    graded = [
        made('a "b"', Mark("y", "6", 6.0, "right"), wrong("dL/dx1", "-60", *LEFT_OUT), points=1),
        made("c", Mark("y", "", 6.0, "missing"), is_read=False),
    ]
    found = json.loads("\n".join(render_grades_json(graded)))
    diagnosis = dict(zip(("kind", "where", "text"), LEFT_OUT[:3], strict=True))
    assert found == {
        "submissions": [
            {
                "name": 'a "b"', "right": 1, "total": 2, "score": 0.5,
                "answers": [
                    {"answer": "y", "given": "6", "expected": 6, "verdict": "right", "note": None, "diagnosis": None},
                    {"answer": "dL/dx1", "given": "-60", "expected": 1, "verdict": "wrong", "note": None,
                     "diagnosis": diagnosis},
                ],
            },
            {
                "name": "c", "right": 0, "total": 1, "score": None,
                "answers": [
                    {"answer": "y", "given": None, "expected": 6, "verdict": "missing", "note": None,
                     "diagnosis": None},
                ],
            },
        ],
        "mistakes": [{"text": "the path through u2, (−10)·4 = −40, is missing", "share": 1}],
    }  # fmt: skip
    assert json.loads("\n".join(render_grades_json([]))) == {"submissions": [], "mistakes": []}


def test_csv_has_a_column_for_every_answer_that_anybody_gives():
    right = Mark("y", "6", 6.0, "right")
    graded = [made("a, b", right, points=1), made("c", wrong("z", "1"), right, points=1), made("d", is_read=False)]
    assert list(csv.reader(io.StringIO("\n".join(render_grades_csv(graded))))) == [
        ["submission", "right", "total", "score", "y", "z"],
        ["a, b", "1", "1", "1", "right", ""],
        ["c", "1", "2", "0.5", "right", "wrong"],
        ["d", "0", "0", "", "", ""],
    ]


# ---- Gradescope ------------------------------------------------------------------------------------------------------

# The fields of a results.json and their types, as the specification of Gradescope's autograder lists them.
RESULTS = {
    "score": float, "execution_time": float, "output": str, "output_format": str, "test_output_format": str,
    "test_name_format": str, "visibility": str, "stdout_visibility": str, "extra_data": dict, "tests": list,
    "leaderboard": list,
}  # fmt: skip
TEST = {
    "score": float, "max_score": float, "status": str, "name": str, "name_format": str, "number": str, "output": str,
    "output_format": str, "tags": list, "visibility": str, "extra_data": dict,
}  # fmt: skip
FORMATS = {"text", "html", "simple_format", "md", "ansi"}


def test_gradescope_has_the_fields_of_its_specification(tmp_path):
    (graded,), _ = graded_from(tmp_path, GRAPH + ASKED, {"ada.txt": "y = 6\ndz/da = 3.1\ndz/db 2\n"})
    found = json.loads(render_gradescope(graded))
    assert all(isinstance(value, RESULTS[name]) for name, value in found.items())
    assert all(isinstance(value, TEST[name]) for test in found["tests"] for name, value in test.items())
    assert {found[name] for name in found if name.endswith("_format")} <= FORMATS
    assert found["score"] == sum(test["score"] for test in found["tests"]) == 1
    assert [(test["name"], test["status"], test["score"], test["max_score"]) for test in found["tests"]] == [
        ("y", "passed", 1, 1), ("dz/da", "failed", 0, 1), ("dz/db", "failed", 0, 1),
    ]  # fmt: skip
    assert [test["output"] for test in found["tests"]][0::2] == ["right\ngiven: 6", "missing\nexpected: 2"]
    assert found["tests"][1]["output"].startswith("wrong\ngiven: 3.1\nexpected: 2.58385")
    assert found["output"].startswith(f"1 of 3\n\n{tmp_path / 'ada.txt'}:3:7: error: ")


def test_gradescope_with_hints_gives_nothing_away():
    marks = (wrong("dL/dx1", "-60", *LEFT_OUT), Mark("y", "", 6.5, "missing"))
    found = json.loads(render_gradescope(made("a", *marks), hints=True))
    outputs = [test["output"] for test in found["tests"]]
    assert outputs[0].startswith("wrong\ngiven: -60\n")
    assert outputs[1] == "missing"
    assert "40" not in outputs[0]


# ---- The command -----------------------------------------------------------------------------------------------------

KEY = GRAPH + ASKED


@pytest.fixture
def folder(tmp_path):
    """A key and a class of three."""
    (tmp_path / "key.bg").write_text(KEY)
    (tmp_path / "class").mkdir()
    (tmp_path / "class/ada.txt").write_text("y = 6\ndz/da = 2.58\ndz/db = 2\n")
    (tmp_path / "class/bob.txt").write_text("y = 6\ndz/db = 1\n")
    (tmp_path / "class/cem.txt").write_text("y = 6;q = 1\n")
    return tmp_path


def called(folder, *arguments, stdin=None):
    """(status, stdout, stderr) of `backcalc grade`."""
    command = [sys.executable, "-m", "backcalc", "grade", *arguments]
    done = subprocess.run(
        command, cwd=folder, input=stdin, capture_output=True, text=True, encoding="utf-8", timeout=TIMEOUT, check=False
    )
    return done.returncode, done.stdout, done.stderr


def test_statuses(folder):
    assert called(folder, "key.bg", "class/ada.txt")[0] == 0
    assert called(folder, "key.bg", "class/ada.txt", "class/bob.txt")[0] == 1
    assert called(folder, "key.bg", "class/ada.txt", "nobody.txt")[0] == 2
    status, out, err = called(folder, "key.bg", "class")
    assert (status, err.count("error:")) == (2, 1)
    assert err.startswith("class/cem.txt:1:7: error: the graph has no node `q`")
    assert [line.split()[0] for line in out.splitlines()[1:4]] == ["ada", "bob", "cem"]


def test_tolerances(folder):
    out = called(folder, "key.bg", "class/bob.txt", "--tol", "0.6", "--format", "json")[1]
    assert json.loads(out)["submissions"][0]["score"] == 2 / 3
    assert called(folder, "key.bg", "class/bob.txt", "--tol", "1", "--sig", "1")[0] == 2


def test_stdin_is_a_key_or_a_submission(folder):
    assert called(folder, "-", "class/ada.txt", stdin=KEY)[0] == 0
    status, out, _ = called(folder, "key.bg", "-", "--format", "csv", stdin="y = 6")
    assert (status, out.splitlines()[1]) == (1, "stdin,1,3,0.3333333333333333,right,missing,missing")
    assert "only one of KEY" in called(folder, "-", "-", stdin=KEY)[2]


def test_gradescope_writes_a_file_a_submission(folder):
    status, out, _ = called(folder, "key.bg", "class", "--format", "gradescope", "--out", "made/results")
    assert status == 2
    assert out.startswith("Scores of 3 submissions")
    found = sorted(path.relative_to(folder).as_posix() for path in folder.glob("made/results/*/*"))
    assert found == [f"made/results/{name}/results.json" for name in ("ada", "bob", "cem")]
    scores = [json.loads((folder / path).read_text(encoding="utf-8"))["score"] for path in found]
    assert scores == [3, 2 - 1, 1]


def test_folders_have_names_that_folders_can_have(folder):
    rows = ["Ada", "ada", "a/b", "..", "ö" * 300, "Ada"]
    (folder / "class.csv").write_text("name,y\n" + "".join(f"{name},6\n" for name in rows), encoding="utf-8")
    called(folder, "key.bg", "class.csv", "--format", "gradescope", "--out", "made")
    found = {path.parent.name for path in folder.glob("made/*/results.json")}
    assert found == {"Ada", "ada (2)", "Ada (3)", "a_b", "_", "ö" * 80}


@pytest.mark.parametrize(
    ("names", "folders"),
    [
        (["Ada", "Ada", "Ada (2)"], ["Ada", "Ada (2)", "Ada (2) (2)"]),
        (["Ada (2)", "Ada", "ada", "ADA"], ["Ada (2)", "Ada", "ada (3)", "ADA (4)"]),
        (["😀" * 80, "😀" * 81], ["😀" * 60, "😀" * 60 + " (2)"]),
        (["Zo\u00eb", "Zoe\u0308"], ["Zo\u00eb", "Zoe\u0308 (2)"]),  # One to the eye, and to some systems.
        (["who?", "<b>", "Ada.", "Ada ", f"{'a' * 79} b"], ["who_", "_b_", "Ada_", "Ada_ (2)", f"{'a' * 79}_"]),
        (["a\udcff", ""], ["a\udcff", "_"]),  # A name of a file in no encoding.
    ],
)
def test_no_submission_takes_the_folder_of_another(names, folders, tmp_path):
    marks = [made(name, Mark("y", "6", 6, "right")) for name in names]
    write_gradescope(marks, str(tmp_path))
    assert sorted(path.parent.name for path in tmp_path.glob("*/results.json")) == sorted(folders)


@given(st.lists(st.text(st.sampled_from("Aaä\u0308ß(2). 😀/"), max_size=90), max_size=9))
def test_each_submission_has_a_folder_of_its_own(names):
    found = [*folders_of(made(name) for name in names)]
    assert len({normalize("NFC", name).casefold() for name in found}) == len(names)
    assert all(0 < len(name.encode()) <= 255 and not set(name) & set("/\\:\0") for name in found)
    assert not {*found} & {".", ".."}


def test_gradescope_of_one_submission_goes_to_stdout(folder):
    status, out, _ = called(folder, "key.bg", "class/bob.txt", "--format", "gradescope")
    assert (status, json.loads(out)["score"]) == (1, 1)
    assert json.loads(called(folder, "key.bg", "nobody.txt", "--format", "gradescope")[1])["score"] == 0
    assert "3 results need a folder: --out DIR" in called(folder, "key.bg", "class", "--format", "gradescope")[2]


USAGE = [
    (["key.bg"], "SUBMISSION"),
    (["key.bg", "class", "--out", "made"], "--out goes with --format gradescope"),
    (["key.bg", "class", "--hints"], "--hints goes with --format gradescope"),
    (["key.bg", "class", "--jobs", "many"], "`many` is neither a number of processes nor `auto`"),
    (["key.bg", "class", "--jobs", "-1"], "`-1` is neither"),
    (["key.bg", "class", "--format", "gradescope", "--out", ""], "--out names a folder"),
    (["key.bg", "class", "--format", "gradescope", "--out", "key.bg"], "cannot write the result to key.bg"),
]


@pytest.mark.parametrize(("arguments", "words"), USAGE)
def test_usage(arguments, words, folder):
    status, out, err = called(folder, *arguments)
    assert (status, out) == (2, "")
    assert words in err


def test_what_is_no_file_of_a_students_keeps_nobody_waiting(folder):
    os.mkfifo(folder / "class" / "fifo.txt")
    (folder / "class" / "link.txt").symlink_to("../key.bg")
    (folder / "class" / "zero.txt").symlink_to("/dev/zero")
    (folder / "class" / "same.txt").symlink_to("ada.txt")
    (folder / "class" / "round.txt").symlink_to("round.txt")
    status, out, err = called(folder, "key.bg", "class", "--format", "csv")
    names = [row[0] for row in csv.reader(io.StringIO(out))]
    assert status == 2
    assert "round.txt: error: cannot read the file" in err
    assert "same" in names
    assert not {"fifo", "link", "zero"} & set(names)
    assert "fifo.txt: error: this is no file" in err
    assert "link.txt: error: this is a link that leads out of the folder" in err
    assert "zero.txt: error: this is a link that leads out of the folder" in err


def test_a_pipe_among_the_files_keeps_nobody_waiting_but_one_of_the_shell_is_read(folder):
    os.mkfifo(folder / "class" / "fifo.txt")
    reading, writing = os.pipe()
    os.write(writing, b"nothing that is asked\n")
    os.close(writing)
    status, out, err = called(folder, "key.bg", "class/ada.txt", "class/fifo.txt", f"/dev/fd/{reading}")
    os.close(reading)
    assert status == 2
    assert "fifo.txt: error: this is no file" in err
    assert f"/dev/fd/{reading}: error: this is no file" not in err
    assert {"ada", str(reading)} <= {line.split()[0] for line in out.splitlines() if line}


def test_where_the_work_stands(monkeypatch, tmp_path):
    told = []
    monkeypatch.setattr(progress, "at", lambda name, done=None: told.append((name, done)))
    write_class(tmp_path, 2 * AT_ONCE)
    graded_from(tmp_path, KEY, {}, "many.csv")
    assert ("reading", None) in told
    assert [done for name, done in told if name == "marking"] == [0.0, 0.5]


# ---- Processes -------------------------------------------------------------------------------------------------------


def write_class(folder, count):
    rows = "".join(f"s{i},{6 + i % 3},2.58,{i % 5},{'?1' * (i % 7 == 6)}\n" for i in range(count))
    (folder / "many.csv").write_text(f"name,y,dz/da,dz/db,z\n{rows}")


@pytest.mark.parametrize("jobs", ["2", "3", "auto", "0"])
def test_many_processes_give_what_one_gives(jobs, folder):
    write_class(folder, 5 * AT_ONCE + 1)
    one = called(folder, "key.bg", "many.csv", "--format", "json")
    assert called(folder, "key.bg", "many.csv", "--format", "json", "--jobs", jobs) == one
    assert one[2].count("error:") == (5 * AT_ONCE + 1) // 7


@pytest.mark.parametrize("text", [GRAPH, GRAPH + ASKED])
def test_workers_that_are_not_forked_give_what_one_gives(text, tmp_path, monkeypatch):
    write_class(tmp_path, 2 * AT_ONCE + 1)
    key, grader = grader_of(text, credit=STRICT)
    handed_in, _ = submissions([str(tmp_path / "many.csv")], key)
    handed_in += submissions([str(tmp_path)], key)[0]
    one = grade(grader, handed_in)
    monkeypatch.setattr("backcalc.marking.workers.start_method", lambda: "spawn")
    several = grade(grader, handed_in, 2, lambda: pytest.fail("a worker was lost"))
    assert "\n".join(render_grades_json(several)) == "\n".join(render_grades_json(one))
    assert [str(each.error) for each in several] == [str(each.error) for each in one]
    assert [(each.points, each.kept) for each in several] == [(each.points, each.kept) for each in one]


def test_nothing_is_forked_beside_a_live_thread():
    assert start_method() == ("fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn")
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    assert start_method() == "spawn"
    done.set()
    thread.join()


# Workers that take their time, and their numbers on stdout.
SLOW = """
import os, sys, time
from backcalc.marking import workers as grade
from backcalc.__main__ import main

def dawdle(start):
    os.write(1, f"{os.getpid()}\\n".encode())
    WHAT

grade._grade_part = dawdle
main()
"""


def started(folder, what, **options):
    write_class(folder, 4 * AT_ONCE)
    command = [sys.executable, "-c", SLOW.replace("WHAT", what), "grade", "key.bg", "many.csv", "--jobs", "2"]
    return subprocess.Popen(
        command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=UNTRACED, **options
    )


def is_alive(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")  # An orphan that has ended may wait for somebody to ask how.
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGKILL"])
def test_no_worker_is_left_behind(name, folder):
    running = started(folder, "time.sleep(600)")
    workers = [int(running.stdout.readline()) for _ in range(2)]
    running.send_signal(getattr(signal, name))
    _, err = running.communicate(timeout=TIMEOUT)  # The workers have its streams too: this waits for their ends.
    expected = (130, "\ninterrupted\n") if name == "SIGINT" else (-getattr(signal, name), "")
    assert (running.returncode, err) == expected
    deadline = time.monotonic() + TIMEOUT
    while any(map(is_alive, workers)):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_ctrl_c_at_a_terminal_is_told_once(folder):
    """There it goes to the workers too."""
    running = started(folder, "time.sleep(600)", start_new_session=True)
    running.stdout.readline()
    os.killpg(running.pid, signal.SIGINT)
    assert running.communicate(timeout=TIMEOUT)[1] == "\ninterrupted\n"
    assert running.returncode == 130


def test_a_worker_that_the_system_ends(folder):
    running = started(folder, "os._exit(9)")
    out, err = running.communicate(timeout=TIMEOUT)
    assert err.startswith("warning: the system has ended a process that marked")
    status, one, told = called(folder, "key.bg", "many.csv")
    assert (running.returncode, err.partition("\n")[2]) == (status, told)
    assert out.endswith(one)  # Before it stand the numbers of the workers.


@pytest.mark.parametrize(("count", "told"), [(0, ""), (2, "by s0, s1\n"), (8, "by s0, s1, s2, s3, s4 and 3 others\n")])
def test_who_answers_a_thing_twice_is_named(tmp_path, count, told):
    (tmp_path / "key.bg").write_text("y = x^2\n#= dy/dx = 4\n")
    (tmp_path / "class").mkdir()
    for i in range(9):
        (tmp_path / f"class/s{i}.txt").write_text("dy/dx = 3\n∂y/∂x = 4\n" if i < count else "dy/dx = 4\n")
    result = CliRunner().invoke(cli, ["grade", str(tmp_path / "key.bg"), str(tmp_path / "class"), "--at", "x=2"])
    assert result.exit_code == 0
    assert result.stderr == (f"warning: answered twice, where the last one counts, {told}\n" if told else "")
