"""What a sheet lacks of what is asked, and what it has twice."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.calculus.point import from_mapping
from backcalc.calculus.run import run
from backcalc.marking.key import Key
from backcalc.marking.missing import gradient_asked, last_of_each, missing
from backcalc.marking.sheet import read_answers
from backcalc.marking.subject import subject_of
from backcalc.text.source import Source

VECTORS = "input W = [[1, 2], [3, 4]]\ninput v = [5, 6]\nh = W @ v\ns = sum(h)\n"


def key_of(text, at=None):
    return Key(run(backcalc.parse(text).objects, from_mapping(at or {}, Source("test", ""))))


def lacking(asked, given, text=VECTORS):
    key, (wanted, _), (answers, _) = key_of(text), *(read_answers(Source("sheet", each)) for each in (asked, given))
    return [(mark.name, mark.given, mark.verdict) for mark in missing(key, wanted, answers)]


@pytest.mark.parametrize(
    ("asked", "given", "names"),
    [
        ("s = 1", "s = 2", []),
        ("s = 1", "", ["s"]),
        ("s = 1; ds/dv = [1, 2]; s = 2", "", ["s", "ds/dv"]),
        ("ds/dv = [1, 2]", "∂s/∂v = 1", []),
        ("ds/dv = [1, 2]", "v = [1, 2]; dh/dv = 3; ds/dh = 3", ["ds/dv"]),
        ("ds/dv = [1, 2]", "ds/dv[0] = 1", ["ds/dv"]),
        ("ds/dv = [1, 2]", "ds/dv[0] = 1; ds/dv[1] = 2", []),
        ("ds/dv[1] = 2", "ds/dv = [1, 2]", []),
        ("ds/dv[1] = 2", "ds/dv[0] = 1", ["ds/dv[1]"]),
        ("ds/dW = [[1, 2], [3, 4]]", "ds/dW[0] = [1, 2]; ds/dW[1,0] = 3", ["ds/dW"]),
        ("ds/dW = [[1, 2], [3, 4]]", "ds/dW[0] = [1, 2]; ds/dW[1,0] = 3; ds/dW[1,1] = 4", []),
        ("dh/dv = [[1, 2], [3, 4]]", "dh[0]/dv = [1, 2]; dh/dv[0] = [1, 3]", ["dh/dv"]),
        ("dh/dv = [[1, 2], [3, 4]]", "dh[0]/dv = [1, 2]; dh/dv[0] = [1, 3]; dh[1]/dv[1] = 4", []),
        ("ds/dv = [1, 2]", "ds/dv[7] = 1; q = 3; ds/dq = 1; s[0] = 1", ["ds/dv"]),  # What is refused answers nothing.
    ],
)
def test_missing(asked, given, names):
    assert lacking(asked, given) == [(name, "", "missing") for name in names]


@pytest.mark.parametrize(
    ("text", "at", "names"),
    [
        ("y = a*b", {"a": 1, "b": 2}, ["dy/da", "dy/db"]),
        ("u -> v : 3\nw -> v : 2", {}, ["dv/du", "dv/dw"]),
        ("input v = [1, 2]\nh = W*v\nadjoint h = [3, 4]", {}, ["dL/dW"]),  # The other is a formula.
    ],
)
def test_the_gradient_is_what_is_asked(text, at, names):
    assert [subject_of(answer) for answer in gradient_asked(key_of(text, at).run)] == names


@pytest.mark.parametrize(
    ("text", "kept", "told"),
    [
        ("y = 1; z = 2", ["y = 1", "z = 2"], []),
        ("y = 1; z = 2; y = 3", ["z = 2", "y = 3"], [("y = 3", "y = 1", "twice")]),
        ("dy/dx = 1; ∂y/∂x = 1; d(y)/d(x) = 1", ["d(y)/d(x) = 1"], [("d(y)/d(x) = 1", "dy/dx = 1", "3 times")]),
        ("h = 1; h[0] = 1; h[1] = 1", ["h = 1", "h[0] = 1", "h[1] = 1"], []),
    ],
)
def test_of_answers_to_one_question_the_last_counts(text, kept, told):
    answers, warnings = last_of_each(read_answers(Source("sheet", text))[0])
    assert [text[slice(*answer.span)] for answer in answers] == kept
    assert [(text[slice(*w.span)], text[slice(*w.notes[0].span)]) for w in warnings] == [t[:2] for t in told]
    assert all(words in w.message for w, (_, _, words) in zip(warnings, told, strict=True))
