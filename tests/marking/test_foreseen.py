"""What is foreseen of answers is what marking one by itself says."""

import random

import pytest

from backcalc.analysis.samples import sample
from backcalc.calculus.load import load
from backcalc.calculus.point import read_point
from backcalc.calculus.run import run
from backcalc.marking.foreseen import ELEMENTS, MOST_MISTAKES, foresee
from backcalc.marking.key import Key
from backcalc.marking.rework import ROUNDINGS
from backcalc.marking.rounding import ROUNDED
from backcalc.marking.sheet import read_answers
from backcalc.rules.values import flat, is_known, shape_of
from backcalc.text.source import Source

POINTS = {"lattice": "x=1", "network-a": "", "neuron": "w=0.5,x=2,b=-1,z=1", "vectors": "", "unit": ""}


def run_of(name):
    return run(load(Source(name, sample(name).text)), read_point([POINTS[name]] if POINTS[name] else []))


def marked(key, name, text):
    source = Source("answers", f"{name} = {text}")
    answers, errors = read_answers(source)
    assert not errors
    (mark,), refused = key.mark(source, answers)
    assert not refused
    return mark


def written(value):
    if shape_of(value):
        return f"[{', '.join(map(written, value))}]"
    return f"{float(value):#.12g}"


@pytest.mark.parametrize("name", POINTS)
def test_the_truth_is_right_and_every_mistake_is_told_as_foreseen(name):
    found = run_of(name)
    key, rng = Key(found), random.Random(name)
    every = foresee(found)
    known = [adjoint for adjoint in found.adjoints if adjoint is not None and is_known(adjoint)]
    # Elements of small arrays are asked for besides.
    assert len([each for each in every if each.wrt and not each.place]) == len(known)
    small = [each for each in known if 0 < len(flat(each)) <= ELEMENTS and shape_of(each)]
    assert len([each for each in every if each.wrt and each.place]) == sum(len(flat(each)) for each in small)
    for each in every:
        assert marked(key, each.name, written(each.expected)).verdict == "right"
        for wrong in rng.sample(each.mistakes, min(6, len(each.mistakes))):
            mark = marked(key, each.name, written(wrong.value))
            same = [w for w in each.mistakes if written(w.value) == written(wrong.value)]
            if mark.verdict == "wrong" and not mark.misshapen and any(map(abs, flat(wrong.value))):
                assert wrong.text in mark.diagnosis.text or mark.diagnosis.text in {w.text for w in same}


def test_what_rounding_leads_to_is_told():
    found = run_of("lattice")
    key = Key(found)
    each = next(each for each in foresee(found) if each.name == "do/db4")
    for rounding, value in zip(ROUNDINGS, each.rounded, strict=True):
        mark = marked(key, each.name, repr(value))
        assert mark.verdict in ("right", "rounding")
        if mark.verdict == "rounding":
            assert any(mark.note == ROUNDED.format(other) for other in ROUNDINGS) or rounding.digits < 4


def test_a_zero_says_whether_a_path_leads_there():
    arrays = "input a = [1, 2]\ninput b = [3, 4]\nz = x^2 + sum(a)\nw = y*z + sum(b)"
    found = run(load(Source("g", f"input x = 2\ninput y = 3\n{arrays}\noutput z")), {})
    told = {each.name: (each.of_zero, each.of_others) for each in foresee(found)}
    assert told["dz/dx"] == ("a path leads from x to z, so this is not 0", "")
    assert told["dz/dy"] == ("", "z does not depend on y, so this is 0")
    assert told["dz/da"] == ("a path leads from a to z, so this is not 0", "")
    assert told["dz/db"] == ("", "z does not depend on b, so this is 0")


def test_tables_are_whole_or_there_are_none():
    count = 30
    lines = ["input x1 = 0.3", *(f"x{i + 1} = sin(x{i}) + cos(x{max(1, i - 3)})*x{i}" for i in range(1, count))]
    every = foresee(run(load(Source("g", "\n".join(lines))), {}))
    assert len(every) == 2 * count - 1
    # None at all is told apart from a table that is empty, for the page says so.
    if every[0].mistakes is None:
        assert all(each.mistakes is None for each in every)
    else:
        assert sum(len(each.mistakes) for each in every) <= MOST_MISTAKES
        assert all(each.mistakes for each in every[: count - 1])


CHAIN = ["input h0[5] = [0.1, 0.2, 0.3, 0.4, 0.5]", *(f"h{i + 1} = tanh(h{i}*1.1 + 0.1)" for i in range(200))]
MATRIX = ["input W[1000,1001] = 0.1", "input x[1001] = 0.2", "h = tanh(W @ x)"]


@pytest.mark.parametrize("lines", [[*CHAIN, "y = sum(h200)"], [*MATRIX, *["y = sum(h + h)", "z = y + y + y"]]])
def test_arrays_through_which_mistakes_are_swept_for_long_have_no_tables(lines, monkeypatch):
    monkeypatch.setattr("backcalc.marking.foreseen._wrong", lambda *_: pytest.fail("a table is begun"))
    every = foresee(run(load(Source("g", "\n".join(lines))), {}))
    assert every
    assert all(each.mistakes is None for each in every)


def test_arrays_count_by_their_numbers(monkeypatch):
    found = run_of("vectors")
    numbers = sum(len(flat(wrong.value)) for each in foresee(found) for wrong in each.mistakes if shape_of(wrong.value))
    monkeypatch.setattr("backcalc.marking.foreseen.MOST_NUMBERS", numbers // 2)
    assert all(each.mistakes is None for each in foresee(found))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("input W = [[1, 2], [3, 4]]\nz = sum(W, axis=0)\nL = z[1]^2\noutput L", "dL/dW"),  # A row stands for all.
        ("input x = [1, 2]\nL = 3*mean(x)", "dL/dx"),  # A number does.
        ("input x = [1, 0]\ns = sum(x)\na = atanh(s)\nL = min(a, 0.0)", "dL/ds"),  # Masked: of no axes.
    ],
)
def test_what_is_rounded_has_the_shape_of_what_is_asked_for(text, name):
    for each in foresee(run(load(Source("g", text)), {})):
        for value in each.rounded:
            assert shape_of(value) == shape_of(each.expected)
            assert isinstance(value, float) or shape_of(value)
        if each.name == name:
            assert each.rounded
