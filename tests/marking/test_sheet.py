"""Sheets of answers: every line that is one is read, and each other line is told with its place."""

from __future__ import annotations

import io
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import token_soup

from backcalc.language.expr import NOWHERE
from backcalc.language.parser import parse
from backcalc.marking.sheet import read_answers, read_sheet, read_stated
from backcalc.marking.subject import subject_of
from backcalc.text.source import Source

law = settings(max_examples=300)


def told(text):
    """The answers in `text`, as (name, value), and the place and code of each error, or of what cannot be read."""
    source = Source("sheet", text)
    answers, errors = read_answers(source)
    wrong = sorted([*errors, *(a.fault for a in answers if a.fault)], key=lambda error: error.span)
    return [(subject_of(a), text[slice(*a.value_span)]) for a in answers if not a.fault], [
        (source.line_number(e.span.start), e.code) for e in wrong
    ]


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        ("", []),
        ("# nothing yet\n\n", []),
        ("dL/dx1 = -100\nt=0.84", [("dL/dx1", "-100"), ("t", "0.84")]),
        ("∂L/∂x = −1/0.1 # by hand", [("dL/dx", "−1/0.1")]),
        ("d(L)/d(x)=3; y = 2;", [("dL/dx", "3"), ("y", "2")]),
        ("dL / dx   =   .5", [("dL/dx", ".5")]),
        ("h = [1,\n  2]\ny = 1", [("h", "[1,\n  2]"), ("y", "1")]),
        ("h[0] = 2\ndL/dW[0, 1] = 3\n∂h[1]/∂x[2]=4", [("h[0]", "2"), ("dL/dW[0,1]", "3"), ("dh[1]/dx[2]", "4")]),
        ("d(h[0])/d(x) = 1", [("dh[0]/dx", "1")]),
        ("2 = 0.5\nd2/d1 = 3", [("2", "0.5"), ("d2/d1", "3")]),
        ("input = 1\n∂input/∂x = 2", [("input", "1"), ("dinput/dx", "2")]),
    ],
)
def test_a_sheet(text, answers):
    assert told(text) == (answers, [])


@pytest.mark.parametrize(
    ("bad", "code"),
    [
        ("y", "syntax"),
        ("y 3", "syntax"),
        ("y = 1, 2, 3", "syntax"),
        ("y = (2", "syntax"),
        ("h = [1, 2", "syntax"),
        ("h[-1] = 2", "syntax"),
        ("h[i] = 2", "syntax"),
        ("h[] = 2", "syntax"),
        ("}", "syntax"),
        ("for k in 1..2 {", "syntax"),
        ("d(L)/dx = 2", "syntax"),
        ("L/x = 2", "not-an-answer"),
        ("1/2 = 2", "not-an-answer"),
        ("y = sin(1, 2)", "arity"),
        ("y = [1, [2, 3]]", "shape-mismatch"),
        ("y = 1e999", "number-too-large"),
        ("h[99999999999999999999] = 2", "index-too-large"),
    ],
)
def test_a_line_that_is_no_answer_spoils_no_other(bad, code):
    assert told(f"y = 1\n{bad}\nz = 2") == ([("y", "1"), ("z", "2")], [(2, code)])


@pytest.mark.parametrize(
    ("line", "hint"),
    [
        ("y = 1, 2, 3", "a vector stands in brackets: [1, 2, 3]"),
        ("y = 1,2,3", "a vector stands in brackets: [1, 2, 3]"),
        ("y = -1,2,-3", "a vector stands in brackets: [1, 2, 3]"),
        ("y = 0.5 z = 1", "`;` parts answers on a line: …; z = …"),
        ("dL/dx1 = 0.5 dL/dx2 = 1", "`;` parts answers on a line: …; dL/dx2 = …"),
        ("dL/dx1 = 2 dL/dx2", "a product needs its sign: 2*dL/dx2"),
        ("y = 1, -2", "a vector stands in brackets: [1, 2, 3]"),
        ("dL/dx1 3", "an answer is written dL/dx = -0.5 or t = 0.84"),
        ("y = 1,000", "write 1000, or 1.000"),
        ("y = 12,345,678", "write 12345678"),
        ("y = 2x", "a product needs its sign: 2*x"),
    ],
)
def test_a_slip_gets_a_hint(line, hint):
    answers, errors = read_answers(Source("sheet", line))
    (error,) = [*errors, *(answer.fault for answer in answers)]
    assert error.hints == (hint,)


def test_a_derivative_is_told_as_it_is_written():
    ((answer,), _) = read_answers(Source("sheet", "dL/dx1 = 2 3 dL/dx2 dL/dx3"))
    ((other,), _) = read_answers(Source("sheet", "dL/dx1 = 2 ∂L/∂x2"))
    assert "derivative_" not in f"{answer.fault}{other.fault}"
    assert other.fault.message.startswith("unexpected `∂L/∂x2`")


@law
@given(st.lists(token_soup, max_size=4))
def test_any_soup_is_read_or_refused_at_its_place(lines):
    source = Source("soup", "\n".join(lines))
    answers, errors = read_answers(source)
    assert all(0 <= a.span.start < a.span.end <= len(source.text) for a in answers)
    assert all(e.span is not None for e in errors)


def test_only_comments_that_state_something_are_answers():
    program = parse(Source("f.bg", "y = 2*3 #= y = 6\n# y = 7\n#= y\n#=y=8"))
    answers, errors = read_stated(program.source, program.comments)
    assert [program.source.text[slice(*a.span)] for a in answers] == ["y = 6", "y=8"]
    assert [program.source.line_number(e.span.start) for e in errors] == [3]


# ---- Files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "answers", "errors"),
    [
        (b"y = 1\r\nz = 2\r\n", ["y", "z"], []),
        (b"\xef\xbb\xbfy = 1", ["y"], []),
        ("y\u0302 = 1".encode(), ["ŷ"], []),
        (b"y = 1\r\n# Andr\xe9\r\nz = 2", ["y", "z"], [("not-utf8", 2)]),
        (b"y\xe9 = 1\nz = 2\n\xff\xfe", ["z"], [("not-utf8", 1), ("not-utf8", 3)]),
        (b"y = = 1\n# \xe9\nz", [], [("syntax", 1), ("not-utf8", 2), ("syntax", 3)]),
        ("y = 1\n# �".encode(), ["y"], []),
        ("y = 1\nz = = 2".encode("utf-16"), ["y"], [("not-utf8", None), ("syntax", 2)]),
        (b"\xff\xfey", [], [("not-utf8", None), ("syntax", 1)]),  # Half a character.
    ],
)
def test_what_can_be_read_of_a_file_is_read(data, answers, errors, tmp_path):
    (tmp_path / "sheet").write_bytes(data)
    source, found, wrong = read_sheet(str(tmp_path / "sheet"))
    faults = [answer.fault for answer in found if answer.fault]
    assert [subject_of(answer) for answer in found if not answer.fault] == answers
    wrong = sorted([*wrong, *faults], key=lambda error: error.span or NOWHERE)
    assert [(e.code, e.span and source.line_number(e.span.start)) for e in wrong] == errors


def test_a_sheet_through_a_pipe(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"y = 1\n")))
    source, answers, errors = read_sheet("-")
    assert (source.name, len(answers), errors) == ("<stdin>", 1, [])
