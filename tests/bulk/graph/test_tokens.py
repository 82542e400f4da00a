"""Blanked lines: what is a blank, what stays, and that lines of a form come together."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.bulk.graph import tokens as blanks
from backcalc.bulk.graph.tokens import BlankedLines

FORMS = [
    ("n17 -> n4 : 0.25", "n -> n : 0", ["n17", "n4", "0.25"]),
    ("1,2,0.5", "0,0,0", ["1", "2", "0.5"]),
    ("d(v1)/d(u1) = 3", "d(n)/d(n) = 0", ["v1", "u1", "3"]),
    ("y = sin(x + 2.5)", "n = sin(n + 0)", ["y", "x", "2.5"]),
    ("y = sin (x)", "n = n (n)", ["y", "sin", "x"]),
    ("y = x # comment = 1", "n = n ", ["y", "x"]),
    ("  y\t =  x  ", "n\t= n ", ["y", "x"]),
    ("u \t v\t\t3", "n n\t0", ["u", "v", "3"]),
    ("y = 1e-5 - 2E+3e", "n = 0 - 0", ["y", "1e-5", "2E+3e"]),
    ("y = xe-5 + 1e-x + 1e", "n = n-0 + 0-n + 0", ["y", "xe", "5", "1e", "x", "1e"]),
    ("y = 2x + W.T + .5", "n = 0 + n + 0", ["y", "2x", "W.T", ".5"]),
    ("y = 2(x)", "n = 0(n)", ["y", "2", "x"]),
    ("σ1 = x'", "σ0 = n'", ["1", "x"]),
    ("u,v,-3", "n,n,0", ["u", "v", "3"]),
    ("u -> v : -.5", "n -> n : 0", ["u", "v", ".5"]),
    ("1,\t2,\t-3e-5", "0,\t0,\t0", ["1", "2", "3e-5"]),
    ("u,v,--3", "n,n,--0", ["u", "v", "3"]),
    ("u,v,2-3", "n,n,0-0", ["u", "v", "2", "3"]),
    ("u,v,-3-4", "n,n,-0-0", ["u", "v", "3", "4"]),
    ("u,v,-x", "n,n,-n", ["u", "v", "x"]),
    ("u,v,-(3)", "n,n,-(0)", ["u", "v", "3"]),
    ("u,v,  -3", "n,n, -0", ["u", "v", "3"]),
    ("u,v,-3e+5", "n,n,0", ["u", "v", "3e+5"]),
    ("u,v,-3 ", "n,n,-0 ", ["u", "v", "3"]),
    ("u v -3", "n n -0", ["u", "v", "3"]),
    ("y = -3", "n = -0", ["y", "3"]),
    ("-3", "-0", ["3"]),
    ("", "", []),
    (" # comment", "", []),
]


@pytest.mark.parametrize(("line", "form", "words"), FORMS)
def test_a_line_has_this_form(line, form, words):
    for before, after in (("", ""), ("a = 1\n", "b = 2\n")):
        lines = BlankedLines(f"{before}{line}\n{after}".encode())
        number = before.count("\n")
        assert lines.form(number).decode() == form
        assert [word.decode() for word in lines.words_of(number)] == words
        start = len(before) + len(line) - len(line.lstrip(" \t"))
        assert not form or lines.statements(np.array([number])).tolist() == [start]


def test_a_number_has_its_own_minus():
    lines = BlankedLines(b"u,v,-3\nu,v,3\nu,v,1-3\n u -> v : -2\n")
    assert [lines.has_own_minus(line) for line in range(4)] == [True, False, False, True]
    values, are_valid = lines.numbers(lines.firsts(np.arange(1, 5)) - 1)
    assert are_valid.all()
    assert values.tolist() == [-3, 3, 3, -2]


soup = st.lists(st.sampled_from(["n1", "x", "2", "0.5", "sin(", ")", " ", "  ", "\t", "=", "->", "#", "\n", "\n", "'"]))


@settings(max_examples=200)
@given(soup.map(lambda pieces: "".join(pieces).encode() + b"\n"), st.integers(0, 2), st.booleans())
def test_groups_are_the_lines_of_a_form(text, turns, do_hashes_collide):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(blanks, "_FORMS_BY_TURNS", turns)
        if do_hashes_collide:
            patch.setattr(blanks.BlankedLines, "_hashes", lambda _, lines: np.zeros(len(lines), np.uint64))
        lines = BlankedLines(text)
        groups = [group.tolist() for group in lines.groups()]
    forms = [{lines.form(line) for line in group} for group in groups]
    assert all(len(group) == 1 for group in forms)
    assert sorted(line for group in groups for line in group) == list(range(text.count(b"\n")))
    if not do_hashes_collide:
        assert len({form for group in forms for form in group}) == len(groups)


def test_more_forms_than_take_turns():
    lines = BlankedLines(b"".join(b"y = " + b"-" * (i % 20) + b"x\n" for i in range(200)))
    assert sorted(len(group) for group in lines.groups()) == [10] * 20


def test_braces_count_outside_of_comments():
    assert BlankedLines(b"y = {\n").has_braces
    assert not BlankedLines(b"y = 1 # {}\n").has_braces
