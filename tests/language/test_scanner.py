"""Cutting: where statements end, and that one mistake hides no other."""

from __future__ import annotations

import re
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import TOKENS, line_soup, programs, token_soup

from backcalc.language import scanner
from backcalc.language.parser import parse
from backcalc.language.scanner import Scanner, lists_of
from backcalc.text.errors import MAX_ERRORS, ParseError
from backcalc.text.source import Source

law = settings(max_examples=200)


def slices(text: str) -> list[str]:
    """The slices of `text`."""
    return [text[start:end] for start, end in Scanner(text)]


def refused(text: str) -> list[tuple[int, str]]:
    """Each error of `text`: its line, and its code, for `syntax` what was found."""
    source = Source("test", text)
    try:
        parse(source)
    except ParseError as error:
        return [
            (
                source.line_number(found.span.start),
                found.message.split(":")[0] if found.code == "syntax" else found.code,
            )
            for found in error.diagnostics
        ]
    return []


# ---- Where statements end --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t\n;;\n", []),
        ("# only\n# comments", []),
        ("a = 1\nb = 2", ["a = 1", "b = 2"]),
        ("a = 1;b = 2 ; c = 3;", ["a = 1", "b = 2", "c = 3"]),
        ("  a = 1  # one; two\n", ["a = 1"]),
        ("a = (1 +\n 2)\nb = 2", ["a = (1 +\n 2)", "b = 2"]),
        ("a = [1,\n\n 2] ; b = 2", ["a = [1,\n\n 2]", "b = 2"]),
        ("a = (1 # )\n + 2)", ["a = (1 # )\n + 2)"]),
        ("t{k} = 1", ["t{k} = 1"]),
        ("t{(k)} = f(t{k-1}, 2)", ["t{(k)} = f(t{k-1}, 2)"]),
        ("x̂{k} = 1", ["x̂{k} = 1"]),
        ("for k in 1..2 { a{k} = 1; b = 2 }", ["for k in 1..2 {", "a{k} = 1", "b = 2", "}"]),
        ("for k in 1..n{a{k}=1}", ["for k in 1..n{", "a{k}=1", "}"]),
        ("for k' in 1..2{a = 1}", ["for k' in 1..2{", "a = 1", "}"]),
        ("for k in 1..2\n\n{\na = 1}", ["for k in 1..2\n\n{", "a = 1", "}"]),
        ("for k in 1..2 {for j in 1..k{a{k}{j}=1}}", ["for k in 1..2 {", "for j in 1..k{", "a{k}{j}=1", "}", "}"]),
        ("for k in 1..2 {} b = 1", ["for k in 1..2 {", "}", "b = 1"]),
        ("for k in (1..\n2) {", ["for k in (1..\n2) {"]),
        ("for -> t{k} : 2\nfor = 2", ["for -> t{k} : 2", "for = 2"]),
        ("}", ["}"]),
        ("a = 1}", ["a = 1", "}"]),
        # A bracket that is never closed ends with its line, or with its block.
        ("a = (1\nb = 2", ["a = (1", "b = 2"]),
        ("a = f(1, # (\nb = [2\nc = 3", ["a = f(1,", "b = [2", "c = 3"]),
        ("for k in 1..2 { a = (1 }\nb = 2", ["for k in 1..2 {", "a = (1", "}", "b = 2"]),
        ("for k in 1..2 {\na = (1\nb = 2\n}\nc = 3", ["for k in 1..2 {", "a = (1", "b = 2", "}", "c = 3"]),
        ("a = 1)\nb = 2", ["a = 1)", "b = 2"]),
        # So do the lines that go on with it: those further in, and those that begin with its end.
        ("a = f(1,\n  2\nb = 3", ["a = f(1,", "b = 3"]),
        ("a = f(\n  (1,\n  2\n)\nb = 3", ["a = f(", "b = 3"]),
        ("for k in 1..2 {\n  a = (1,\n    2\n  b = 3\n}", ["for k in 1..2 {", "a = (1,", "b = 3", "}"]),
        # Braces that are no loop's.
        ("y = {1, 2}\nb = 2", ["y = {1, 2}", "b = 2"]),
        ("while x {\na = 1\n}", ["while x {", "a = 1", "}"]),
        ("t{k = 3\nb = 2", ["t{k = 3", "b = 2"]),
    ],
)
def test_a_text_is_cut_so(text, expected):
    assert slices(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# one\na = 1 # two", ["# one", "# two"]),
        ("a = (1 # in\n)", ["# in"]),
        ("a = (1 # in\nb = 2 # behind", ["# in", "# behind"]),
        ("a = 1 # ends ; here } ) {\n", ["# ends ; here } ) {"]),
        ("for k in 1..2 # head\n{ # brace\n}# end", ["# head", "# brace", "# end"]),
        ("##\n#", ["##", "#"]),
    ],
)
def test_comments_are_found_once(text, expected):
    cut = Scanner(text)
    list(cut)
    assert [comment.text for comment in cut.comments] == expected
    assert [text[slice(*comment.span)] for comment in cut.comments] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input a, b", ["a, b"]),
        ("  input\ta, b = 1 ; y = a\ninput c,d# e", ["a, b = 1 ", "c,d"]),
        ("# input a, b\n# c; input a, b\nxinput a, b\ny = input a, b", []),
        ("input a\ninput a,\ninput a, , \ninput", []),  # Of one, and of what lacks one.
        ("input a, b[3]\ninput a, x in [1, 2]\ninput a, b (", []),
    ],
)
def test_these_lists_of_inputs_stand_in_a_text(text, expected, monkeypatch):
    monkeypatch.setattr(scanner, "LONG_LIST", 1)
    assert [text[slice(*span)] for span in lists_of(text)] == expected


@law
@given(token_soup)
def test_slices_follow_one_another(text):
    spans = list(Scanner(text))
    assert all(one.start < one.end for one in spans)
    assert all(one.end <= other.start for one, other in pairwise(spans))


@law
@given(st.lists(st.sampled_from([token for token in TOKENS if not set(token) & set("([")])).map("".join))
def test_nothing_is_lost(text):
    cut = Scanner(text)
    kept = {i for start, end in cut for i in range(start, end)}
    kept |= {i for comment in cut.comments for i in range(*comment.span)}
    assert not {char for i, char in enumerate(text) if i not in kept and not char.isspace()} - {";"}


@law
@given(token_soup | programs() | st.lists(line_soup).map("\n".join))
def test_ordinary_statements_are_cut_as_all_are(text):
    quick = Scanner(text)
    found = list(quick), quick.comments
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(scanner, "_ORDINARY", re.compile("(?!)"))
        slow = Scanner(text)
        assert (list(slow), slow.comments) == found


# ---- One mistake hides no other --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("a = 2x\nb = 1\nc = 3y", [1, 3]),
        ("a = (1\nb = 2\nc = 2x\nd = (3)", [1, 3]),
        ("a = [1\nb = f(2\nc = 3)\n", [1, 3]),
        ("a = 2x; b = 3y; c = 1", [1, 1]),
        ("a = (1 +\n  2x)\nb = 3y", [2, 3]),
        ("a = 1)\nb = 2x", [1, 2]),
        ("for k in 1..2 {\n a{k} = 2x\n b{k} = 3y\n}\nc = 4z", [2, 3, 5]),
        ("for k in 1..2 {\n a{k} = (2\n}\nc = 4z", [2, 4]),
        ("y = {1, 2}\nb = 2x", [1, 2]),
        ("y = t{(k}\nb = 2x", [1, 2]),
        ("# (\na = 2x", [2]),
    ],
)
def test_every_line_with_a_mistake_is_told(text, lines):
    assert [line for line, _ in refused(text)] == lines


@pytest.mark.parametrize(
    ("text", "errors"),
    [
        ("for k in 1..2 {\n a = 1", [(1, "unclosed-loop")]),
        ("for k in 1..2 {\n for j in 1..2 {\n a = 1\n}\n", [(1, "unclosed-loop")]),
        ("for k in 1..2 {\nfor j in 1..2 {\n", [(1, "unclosed-loop"), (2, "unclosed-loop")]),
        ("for k in 1..2 {\na = 2x\n", [(1, "unclosed-loop"), (2, "unexpected `x`")]),
        ("a = 1\n}\nb = 2", [(2, "stray-brace")]),
        ("for k in 1..2 { a = 1 } }", [(1, "stray-brace")]),
        # The end of a loop whose head is wrong is no mistake of its own, and its body is read.
        ("for k in range(3) {\n a = 1\n}", [(1, "unexpected `(`")]),
        ("for k = 1..5{\n a{k} = 1\n}\nb = 2", [(1, "unexpected `=`")]),
        ("while x {\n a = 1\n}", [(1, "unexpected `{`")]),
        ("for k of 1..2 {\n a = 1)\n}", [(1, "unexpected `of`"), (2, "unexpected `)`")]),
    ],
)  # fmt: skip
def test_blocks_are_matched(text, errors):
    assert refused(text) == errors


def test_errors_are_told_up_to_twenty_in_the_order_of_the_file():
    text = "for k in 1..2 {\n" + "".join(f"a{i} = {i}x\n" for i in range(MAX_ERRORS - 1))
    assert [line for line, _ in refused(text)] == list(range(1, MAX_ERRORS + 1))


def test_more_than_twenty_errors_are_cut():
    with pytest.raises(ParseError) as error:
        parse(Source("test", "a = 2x\n" * 1000))
    shown = str(error.value)
    assert shown.count(": error: ") == 1
    assert f"and {MAX_ERRORS - 1} more like it" in shown
    assert f"{MAX_ERRORS} errors" in shown


# ---- Size ------------------------------------------------------------------------------------------------------------


def seconds(text: str) -> float:
    """The time that it takes to cut `text`."""
    start = time.perf_counter()
    for _ in Scanner(text):
        pass
    return time.perf_counter() - start


@pytest.mark.parametrize(
    "unit",
    ["\n", " \n", "a = 1\n", "a = 1;", "# c\n", "(", ")", "{", "}", "t{k}", "for k in 1..2\n", "a = (\n}", " ", ";"],
)
def test_time_grows_with_the_length(unit):
    short, long = (unit * (size // len(unit)) for size in (50_000, 200_000))
    # Three attempts, for a machine that is busy with something else at times.
    assert any(seconds(long) < 8 * seconds(short) + 0.5 for _ in range(3))
