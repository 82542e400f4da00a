"""Gradebooks as Canvas, Moodle, Google Forms and spreadsheets write them, and folders a student."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from backcalc.calculus.load import finish, load_program
from backcalc.calculus.run import run
from backcalc.cli import main
from backcalc.marking.grade import Grader, asked_by
from backcalc.marking.gradebook import Gradebook
from backcalc.marking.key import Key
from backcalc.marking.submissions import submissions
from backcalc.render.reports.grades import render_grades_csv
from backcalc.text.errors import BackcalcError
from backcalc.text.files import read, salvage
from backcalc.text.source import Source

FOLDER = Path(__file__).parents[2] / "samples/gradebooks"
PROGRAM = load_program(read(str(FOLDER / "key.bg")))
KEY = Key(run(finish(PROGRAM), {}))
ASKED = asked_by(KEY, PROGRAM.source, PROGRAM.comments)[0]


def graded(path, chosen=None, asked=ASKED):
    """What comes of a gradebook, what is wrong with it, and the rows that are left out."""
    notes = []
    handed_in, errors = submissions([str(path)], KEY, chosen, lambda _source, found: notes.extend(found))
    return [Grader(KEY, asked).grade(each) for each in handed_in], errors, notes


def written(tmp_path, text):
    (tmp_path / "class.csv").write_text(text, encoding="utf-8")
    return tmp_path / "class.csv"


RIGHT = ["right"] * 4
BOOKS = {
    "canvas.csv": [
        ("Lovelace, Ada", RIGHT, 1),
        ("Noether, Emmy", ["right", "right", "wrong", "right"], 0.8),
        ("Doe, J", ["right", "right", "right", "missing"], 0.6),
    ],
    "moodle.csv": [("Ada Lovelace", RIGHT, 1), ("Emmy Noether", ["right", "right", "missing", "right"], 0.8)],
    "forms.csv": [("ada@example.org", RIGHT, 1), ("emmy@example.org", ["right", "unreadable", "right", "right"], 0.8)],
    "excel-semicolons.csv": [("Doe, J", RIGHT, 1), ("Émilie du Châtelet", ["right", "wrong", "right", "right"], 0.8)],
    "excel-tabs.tsv": [("Doe, J", RIGHT, 1), ("Ada", ["right", "right", "right", "missing"], 0.6)],
}


def test_every_sample_is_tested():
    assert {path.name for path in FOLDER.iterdir()} == {*BOOKS, "key.bg"}


@pytest.mark.parametrize("name", BOOKS)
def test_a_sample(name):
    found, errors, notes = graded(FOLDER / name)
    assert errors == []
    assert [(each.name, [mark.verdict for mark in each.marked], each.score) for each in found] == BOOKS[name]
    assert len(notes) == (2 if name == "canvas.csv" else 0)


@pytest.mark.parametrize("name", BOOKS)
def test_columns_that_ask_nothing_go_through_as_they_came(name):
    found, _, _ = graded(FOLDER / name)
    text = (FOLDER / name).read_bytes().decode()
    separator = {".tsv": "\t"}.get(Path(name).suffix, ";" if "semi" in name else ",")
    came = list(csv.reader(io.StringIO(text), delimiter=separator))
    goes = list(csv.DictReader(io.StringIO("\n".join(render_grades_csv(found)))))
    kept = [heading for heading in came[0] if heading[:1] != "y" and "z" not in heading.partition("/")[0].lower()[:2]]
    kept = [heading for heading in kept if not heading.startswith("∂")]
    if "Zeitstempel" in came[0]:
        kept = ["Zeitstempel", *kept]
    students = [row for row in came[1:] if row[0].strip() not in ("Points Possible", "Student, Test")]
    for row, back in zip(students, goes, strict=True):
        of_row = dict(zip(came[0], row, strict=True))
        assert {heading: back[heading].removeprefix("'") for heading in kept} == {each: of_row[each] for each in kept}


def test_a_cell_that_a_spreadsheet_would_run_is_quoted():
    found, _, _ = graded(FOLDER / "excel-tabs.tsv")
    assert next(line for line in render_grades_csv(found) if line).split("\n")[1].endswith(",'=1+1")


@pytest.mark.parametrize(
    ("header", "row", "name"),
    [
        ("Student,Name,y", "a,b,1", "a"),
        ("id,NAME,y", "7,Ada,1", "Ada"),
        ("y,First name,Surname", "1,Ada,L", "Ada L"),
        ("y,First name,Last name", "1,Ada,L", "Ada L"),
        ("Nachname,Vorname,y", "L,Ada,1", "Ada L"),
        ("Nom de famille,Prénom,y", "L,Ada,1", "Ada L"),
        ("Nombre,Apellido(s),y", "Ada,L,1", "Ada L"),
        ("First name,y,Email address", "Ada,1,a@b.c", "a@b.c"),
        ("Section,SIS Login ID,y", "A,ada,1", "ada"),
        ("Section,Username,y", "A,ada,1", "ada"),
        ("who,y", "Ada,1", "Ada"),
        ("Timestamp,who,y", "1/2/2024 9:00,Ada,1", "Ada"),
        ("When,who,y", "2024-05-06 09:01:07,Ada,1", "Ada"),
        ("Timestamp,y", "1/2/2024 9:00,1", "line 2"),
        ("y,who", "1,Ada", "Ada"),
        ("name,y", ",1", "line 2"),
        ("name,y", '"Doe, J",1', "Doe, J"),
    ],
)  # fmt: skip
def test_who_it_is(header, row, name, tmp_path):
    (found,), errors, _ = graded(written(tmp_path, f"{header}\n{row}\n"), asked=())
    assert (errors, found.name, [mark.verdict for mark in found.marked]) == ([], name, ["right"])


@pytest.mark.parametrize(
    ("chosen", "name"), [("Nick", "ace"), ("nick", "ace"), ("First, Nick", "Ada ace"), ("a, b", "x")]
)
def test_the_column_that_is_chosen_names_the_student(chosen, name, tmp_path):
    path = written(tmp_path, 'Student,First,Nick,"a, b",y\nLovelace,Ada,ace,x,1\n')
    (found,), _, _ = graded(path, chosen)
    assert found.name == name


def test_a_column_that_is_chosen_and_not_there(tmp_path):
    found, (error,), _ = graded(written(tmp_path, "Student,y\nAda,1\n"), "Nick")
    assert (found, error.diagnostics[0].message) == ([], "no column is called `Nick`")


def test_rows_that_are_no_student(tmp_path):
    text = 'Student,y\n Points Possible,1\nAda,1\nTest Student,\n"Student, Test",\n'
    found, _, notes = graded(written(tmp_path, text))
    assert [each.name for each in found] == ["Ada"]
    assert [note.message for note in notes] == [
        f"`{name}` is no student: this row is left out" for name in ("Points Possible", "Test Student", "Student, Test")
    ]


def test_where_semicolons_part_the_cells_a_comma_is_always_a_decimal_point(tmp_path):
    (found,), _, _ = graded(written(tmp_path, "Name;y;z\nAda;1,000;3,000\n"))
    assert [mark.verdict for mark in found.marked[:2]] == ["right", "right"]


def test_an_answer_is_told_where_it_stands_in_the_table(tmp_path):
    path = written(tmp_path, 'Name;y;z\nAda; "1 or so" ;3\nBob;1;"2 2"\n')
    errors = [str(each.error) for each in graded(path)[0]]
    assert f"{path}:2:12: error:" in errors[0]
    assert f"{path}:3:10: error:" in errors[1]


def test_a_folder_a_student(tmp_path):
    for name, texts in {
        "Doe, J.": ["y = 1\nz = 3"],
        "ada": ["y = 1", "z = 3\ndz/da = 2\ndz/db = 4"],
        "eve": [],
    }.items():
        (tmp_path / "class" / name).mkdir(parents=True)
        for i, text in enumerate(texts):
            (tmp_path / "class" / name / f"part{i}.txt").write_text(text, encoding="utf-8")
    (tmp_path / "class/bob.txt").write_text("y = 2\n", encoding="utf-8")
    found, errors, _ = graded(tmp_path / "class")
    assert errors == []
    assert [(each.name, each.right, each.is_read) for each in found] == [
        ("Doe, J.", 2, True), ("ada", 4, True), ("bob", 0, True), ("eve", 0, False),
    ]  # fmt: skip


def test_the_command_takes_the_name_and_the_credit(monkeypatch, capsys):
    monkeypatch.chdir(FOLDER)
    command = ["grade", "key.bg", "canvas.csv", "--name", "SIS User ID", "--credit", "right=0.5", "--format", "csv"]
    monkeypatch.setattr("sys.argv", ["backcalc", *command])
    with pytest.raises(SystemExit) as exit_:
        main()
    out, err = capsys.readouterr()
    assert (exit_.value.code, err.count("is no student")) == (1, 2)
    assert [line.split(",")[0:4] for line in out.splitlines()[1:]] == [
        ["S101", "4", "4", "0.5"], ["S102", "3", "4", "0.4"], ["S103", "3", "4", "0.3"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("credit", "message"),
    [
        ("wrongly=1", "`wrongly=1` says of no verdict what it earns"),
        ("right=1,right=0.5", "`right` stands twice"),
        ("right", "`right` says of no verdict"),
        ("right=2", "`2` is no share of the points"),
        ("right=nan", "`nan` is no share"),
        ("right=x", "`x` is no share"),
    ],
)
def test_credit_that_is_none(credit, message, monkeypatch, capsys):
    monkeypatch.chdir(FOLDER)
    monkeypatch.setattr("sys.argv", ["backcalc", "grade", "key.bg", "canvas.csv", "--credit", credit])
    with pytest.raises(SystemExit) as exit_:
        main()
    assert exit_.value.code == 2
    assert message in capsys.readouterr().err


def test_a_gradebook_in_another_encoding_is_told():
    book = Gradebook(*salvage("class.csv", "Name;y\nÉmilie;1\n".encode("latin-1")), KEY)
    (row,) = book.rows()
    with pytest.raises(BackcalcError):
        row.answers(None)
    assert isinstance(book.source, Source)


BOOKKEEPING = """Student,ID,y (4711),z (4712),dz/da (2 points),dz/db [1 pt]
,,Manual Posting,Manual Posting,,
    Points Possible,,1,1,2,1
"Lovelace, Ada",7,1,3,2,4
Overall average,,0.9,2.5,1.8,3
"""


def test_rows_that_a_gradebook_writes_itself_are_no_students(tmp_path):
    found, errors, notes = graded(written(tmp_path, BOOKKEEPING))
    assert errors == []
    assert [(each.name, each.score) for each in found] == [("Lovelace, Ada", 1)]
    assert [note.message.partition("`")[2].partition("`")[0] for note in notes] == [
        "line 2", "Points Possible", "Overall average",
    ]  # fmt: skip


def test_what_forms_says_of_a_quiz_is_no_answer(tmp_path):
    text = "Name,y = ?,y = ? [Score],y = ? [Feedback],z,dz/da,dz/da [Score],dz/db\nAda,1,1.00 / 1,,3,2,0 / 1,4\n"
    ((ada,), errors, _) = graded(written(tmp_path, text))
    assert errors == []
    assert [mark.verdict for mark in ada.marked] == RIGHT
    assert dict(ada.kept)["y = ? [Score]"] == "1.00 / 1"


def test_a_row_without_a_name_that_answers_is_somebodys(tmp_path):
    found, _, notes = graded(written(tmp_path, "Student,y,z,dz/da,dz/db\n,1,3,2,4\n"))
    assert ([each.name for each in found], notes) == (["line 2"], [])
