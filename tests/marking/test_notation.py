"""What students write: the sheets of samples/answers, whose lines end with the verdict that each gets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.cli.group import cli
from backcalc.language.answer_slips import ANSWERS
from backcalc.language.expr import names as names_of
from backcalc.language.parser import parse, parse_expression
from backcalc.language.scanner import Scanner
from backcalc.language.slips import SYNTAX_HINTS
from backcalc.marking.key import Key
from backcalc.marking.notation import read_subject
from backcalc.marking.sheet import SheetReader, read_answers
from backcalc.text.errors import BackcalcError
from backcalc.text.files import read
from backcalc.text.source import Source

FOLDER = Path(__file__).parents[2] / "samples/answers"
KEY = Key(run(load(read(str(FOLDER / "graph.bg"))), {}))


def marked(text, key=KEY):
    """The marks of a sheet, and what is wrong with lines that are none."""
    source = Source("sheet", text)
    answers, errors = read_answers(source)
    marks, refused = key.mark(source, answers)
    return marks, [*errors, *refused]


def lines(path):
    """Each answer, or several on a line, of a sheet, and the verdicts that its comment states."""
    text = path.read_text(encoding="utf-8")
    stated = Scanner(text)
    spans = list(stated)
    comments = {text.count("\n", 0, comment.span.start): comment.text[1:].split() for comment in stated.comments[1:]}
    found = {}
    for start, end in spans:
        found.setdefault(text.count("\n", 0, end), []).append(text[start:end])
    assert found.keys() == comments.keys()
    return [("; ".join(found[line]), comments[line]) for line in found]


SHEETS = [
    pytest.param(text, verdicts, id=f"{path.stem}:{text}")
    for path in sorted(FOLDER.glob("*.txt"))
    for text, verdicts in lines(path)
]


@pytest.mark.parametrize(("text", "verdicts"), SHEETS)
def test_a_line_of_a_sample_sheet(text, verdicts):
    marks, errors = marked(text)
    assert errors == []
    assert [mark.verdict for mark in marks] == [verdict for verdict in verdicts if verdict != "blank"]


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("v = 0.5*2 + 0.25 = 1 + 0.5 = 1.5", "the first link that does not hold is 1 + 0.5"),
        ("v = 0.5*2 - 0.25 = 1.25", "the first link that does not hold is 0.5*2 - 0.25"),
    ],
)
def test_the_link_of_a_chain_that_does_not_hold_is_told(text, note):
    ((mark,), _) = marked(text)
    assert (mark.note, mark.given) == (note, text.removeprefix("v = "))


def test_a_chain_without_end_is_not_gone_through():
    ((mark,), _) = marked(f"v = {'1 = ' * 100_000}1.25")
    assert (mark.verdict, mark.note) == ("unreadable", "this is a chain of more than 20 links")


def test_an_unreadable_answer_has_its_place_and_what_was_written():
    marks, errors = marked("v = 1.25\nJ = 1.5 or so  # perhaps\ny = 1.5625")
    assert ([mark.verdict for mark in marks], errors) == (["right", "unreadable", "right"], [])
    assert (marks[1].given, marks[1].expected, marks[1].fault.span) == ("1.5 or so", 0.158203125, (20, 22))


FOUR = Key(run(load(Source("", "input a = 2; input ada = 2; input b = 2; input adb = 2\nJ = a*ada*b*adb\n")), {}))


@pytest.mark.parametrize(
    ("answer", "name"),
    [("d²J/dadb = 4", "d²J/dadb"), ("d²J/dada db = 4", "d²J/dadadb"), ("d²J/da dadb = 4", "d²J/dadadb")],
)
def test_a_second_derivative_by_two_nodes(answer, name):
    marks, errors = marked(answer, FOUR)
    assert ([(mark.name, mark.verdict) for mark in marks], errors) == ([(name, "right")], [])


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ("d²J/dadadb = 4", "`d²J/dadadb` could be d²J/da dadb or d²J/dada db"),
        ("d²J/dadq = 4", "`dadq` is not by two nodes of the graph"),
    ],
)
def test_a_second_derivative_that_could_be_two_or_none_is_refused(answer, message):
    marks, errors = marked(answer, FOUR)
    assert (marks, [error.message for error in errors]) == ([], [message])


def test_a_graph_of_edges_has_no_second_derivative():
    key = Key(run(load(Source("", "u -> v : 2\nv -> L : 3\n")), {}, None))
    marks, errors = marked("d²L/du² = 0", key)
    assert (marks, [error.code for error in errors]) == ([], ["unknown-value"])


names = st.from_regex(r"[a-zα-ω][a-z0-9_]{0,3}", fullmatch=True).filter(lambda name: name not in {"if", "or", "and"})


@given(names, names)
def test_one_subject_in_all_its_spellings(of, wrt):
    spellings = (
        "d{0}/d{1}", "∂{0}/∂{1}", "d({0})/d({1})", "d {0}/d {1}", "δ{0}/δ{1}", r"\frac{{\partial {0}}}{{\partial {1}}}",
        r"\frac{{d{0}}}{{d{1}}}", "∂({0}) / ∂({1})",
    )  # fmt: skip
    found = {read_subject(each.format(of, wrt)) for each in spellings}
    assert [(each.of, each.wrt) for each in found] == [(of, wrt)]


def test_a_known_chain_stands_where_it_stands():
    reader = SheetReader()
    for text in ("v = 0.5*2 + 0.25 = 1.25", "\n  v = 0.5*2 + 0.25 = 1.25"):
        source = Source("sheet", text)
        assert reader.read(source)[0][0].links[1].span == read_answers(source)[0][0].links[1].span


@pytest.mark.parametrize(
    ("answers", "first"),
    [
        (["d²J/dw² = -6"], "d²J/dw²"),
        (["d²J/dwdb = 5", "dJ/db = 2"], "dJ/db"),
        (["d²J/dwdb = 5", "d²J/dw² = 6"], "d²J/dwdb"),
    ],
)
def test_a_wrong_second_derivative_is_the_first_wrong_where_no_other_answer_is(answers, first):
    asked = ["check", "-e", "J = w^2*b + b^3", "--at", "w=2,b=3", *answers]
    found = CliRunner().invoke(cli, [*asked, "--format", "json"])
    assert json.loads(found.stdout)["first_wrong"] == first
    assert f"first wrong, going backwards: {first.replace('dJ/d', '∂J/∂')}\n" in CliRunner().invoke(cli, asked).stdout


@pytest.mark.parametrize(
    ("graph", "answer", "expected"),
    [
        ("y = w^2*x\nJ = y^3 + w*b", "d²J/dw² = 3*w", "24*w^4*x^3 + 6*y^2*x"),
        ("y = w^2*x\nJ = y^3 + w*b", "d²J/dwdx = 6*y", "12*w^3*x*y + 6*y^2*w"),
        ("a = w*x\ny = a^2\nz = sin(y)\nJ = exp(z)", "d²J/dw² = x", None),
    ],
)
def test_a_second_derivative_is_told_in_the_graphs_own_nodes(graph, answer, expected):
    source = Source("", graph)
    found = CliRunner().invoke(cli, ["check", "-", answer, "--format", "json"], input=graph)
    (mark,) = json.loads(found.stdout)["answers"]
    assert expected is None or mark["expected"] == expected
    assert names_of(parse_expression(Source("", mark["expected"]))).keys() <= load(source).index.keys()


@pytest.mark.parametrize(
    "answer", ["W.T(2.0, 3)", "W.T (2.0, 3)", "W.T @ (2.0, 3)", "Wᵀ(2.0, 3)", r"W^{\top}(2.0, 3)", "W.T [2.0, 3]"]
)
def test_a_tuple_behind_a_matrix_is_a_vector(answer):
    key = Key(run(load(Source("", "input W[2,3]\ngiven h = [1, 1]\nh = W @ x\nadjoint h = [2, 3]\ninput x[3]")), {}))
    ((mark,), errors) = marked(f"dL/dx = {answer}", key)
    assert (mark.verdict, errors) == ("right", [])


# A row of ANSWERS by its example: the hint, and the answer of who follows it, which reads.
SLIPS = {
    "dL/dx == 75": ("one `=` stands before an answer: dL/dx = -0.5", "75"),
    "dL/dx = 7.5 x 10^3": ("the sign of a product is `*` or `×`, not a letter: 7.5*10^3", "7.5*10^3"),
    "dL/dx = 30x3": ("the sign of a product is `*`, not a letter: 30*3; by x3 it is 30*x3", "30*3"),
    "dL/dx = 7.5 10^3": ("a product needs its sign: 7.5*10^3", "7.5*10^3"),
    "dL/dx = 1 1/2": ("a mixed number is a sum: 1 + 1/2", "1 + 1/2"),
    "dL/dx = 1.234,5": ("a decimal point, and no sign at the thousands: 1234.5", "1234.5"),
    "dL/dx = np.float64(75.0)": ("a number stands bare: 75.0", "75.0"),
    "dL/dx = 75 ± 1": ("one number an answer: its digits say how exact it is", "75"),
    "dL/dx = 32*[4 6]": ("in a formula commas part the items of a vector: [4, 6]", "32*[4, 6]"),
    "dL/dx = 32*[4 6 8]": ("in a formula commas part the items of a vector: [4, 6, …]", "32*[4, 6, 8]"),
    "dL/dx = (4 6)": ("commas part the items of a vector: (4, 6)", "(4, 6)"),
    "dL/dx = [1/2 3]": ("commas part the items of a vector: [1/2, 3]", "[1/2, 3]"),
    "dL/dx = 4, 6": ("a vector stands in brackets, [4, 6]; behind a decimal comma stands no blank", "[4, 6]"),
    "dL/dx = 4 6": ("a vector stands in brackets: [4, 6]", "[4, 6]"),
    "dL/dx = 75 volts": ("a number stands without units and words; a product needs its sign", "75"),
    "dL/dx = approx. 75": ("an answer stands without words: a number, an array or a formula", "75"),
}


def fault_of(text):
    ((answer,), errors) = read_answers(Source("sheet", text))
    assert errors == []
    return answer.fault


def test_every_slip_of_answers_has_its_correction():
    assert list(SLIPS) == [row.example for row in ANSWERS]


@pytest.mark.parametrize("text", SLIPS)
def test_a_slip_in_an_answer_is_told_with_what_to_write(text):
    hint, corrected = SLIPS[text]
    assert fault_of(text).hints == (hint,)
    assert fault_of(f"dL/dx = {corrected}") is None


# As rows of SYNTAX_HINTS that an answer has no other reading of: what a file is told, an answer is.
@pytest.mark.parametrize(
    "row", [row for row in SYNTAX_HINTS if row.example.startswith("y = ")], ids=lambda row: row.example
)
def test_an_answer_gets_the_hint_that_a_file_does(row):
    (answer, *_), _ = read_answers(Source("sheet", f"dL/dx = {row.example.removeprefix('y = ')}"))
    if answer.fault is None or answer.fault.code == "ambiguous":
        return  # An answer is read more freely, or told in words of its own.
    with pytest.raises(BackcalcError) as refused:
        parse(Source("file", row.example))
    of_answers = {each.hint for each in ANSWERS}
    assert answer.fault.hints == refused.value.diagnostics[0].hints or {*answer.fault.hints} & of_answers


@pytest.mark.parametrize(
    ("text", "verdicts"),
    [
        ("v = ≈ 1.25", ["right"]),
        ("v = ~1.25,", ["right"]),
        (r"v \approx 1.25", ["right"]),
        (r"\(v = 1.25\)", ["right"]),
        (r"\[v = \boxed{\frac{5}{4}}\]", ["right"]),
        ("$$v = 1.25$$", ["right"]),
        ("v = 1.25, J = 0.158,", ["right", "right"]),
        ("v = ____", []),
        ("v = ...", []),
        ("v = …", []),
    ],
)
def test_what_stands_around_an_answer_is_no_part_of_it(text, verdicts):
    marks, errors = marked(text)
    assert ([mark.verdict for mark in marks], errors) == (verdicts, [])
    assert all("$" not in mark.given and "\\)" not in mark.given for mark in marks)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("d2J/dw2 = 0.25", "a second derivative is written d²J/dw², or d^2J/dw^2"),
        ("∂2J/∂w2 = 0.25", "a second derivative is written d²J/dw², or d^2J/dw^2"),
        ('{"dJ/dw": 0.25}', "answers in JSON are a file whose name ends with .json: check GRAPH --answers FILE.json"),
        ("∇J = [0.25, 1]", "of a gradient each derivative is an answer: dJ/dw = -0.5; dJ/db = 2"),
    ],
)
def test_what_begins_no_answer_is_told_how_it_is_written(text, hint):
    _, (error,) = read_answers(Source("sheet", text))
    assert error.hints == (hint,)
