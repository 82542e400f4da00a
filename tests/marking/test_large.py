"""Answers to a large graph: the marks by arrays are those by objects, and a mistake in the last step is told alike."""

from __future__ import annotations

from random import Random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.run import Text, run_objects
from backcalc.calculus.digits import Tolerance
from backcalc.marking.key import Key
from backcalc.marking.large import MOST_IN_STEP, MOST_TOLD, LargeKey, all_right
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

EDGE = "n{1} -> n{0} : {2}"
FORMS = (
    "n{0} = {2}*n{1} + n{3}",
    "n{0} = tanh({2}*n{1}) - n{3}",
    "n{0} = tanh(n{1})*n{3} + {2}",
    "n{0} = sin(n{1}) + exp({2}*tanh(n{3}))",
)


def network(rng: Random, nodes: int, forms: tuple[str, ...]) -> str:
    """A graph in which each node reads nodes shortly before it."""
    lines = [] if forms == (EDGE,) else ["input n0 = 0.5"]
    for i in range(1, nodes):
        # Of formulas one a node, of edges three.
        for _ in range(3 if forms == (EDGE,) else 1):
            near, far = (max(0, i - rng.randint(1, 4)) for _ in "ab")
            lines.append(rng.choice(forms).format(i, near, round(rng.uniform(-1, 1), 2), far))
    return "\n".join(dict.fromkeys(lines)) + "\n"


def marked(text: str, of: str, answers: str):
    """The marks of answers by arrays and by objects."""
    source = Source("answers", answers)
    stated, errors = read_answers(source)
    assert not errors
    with mock.patch("backcalc.analysis.run.LARGE", 0):
        read = Text(Source("g.bg", text))
        large = read.run_by_arrays({}, of, ())
    assert large is not None
    run = run_objects(read.objects, {}, of)
    return LargeKey(large).mark(source, stated), Key(run).mark(source, stated)


def told(text: str, of: str, answers: str):
    """What the marks of both say of the mistakes."""
    return [[mark.diagnosis.text if mark.diagnosis else "" for mark in marks] for marks, _ in marked(text, of, answers)]


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([(EDGE,), FORMS]))
def test_marks_by_arrays_are_those_by_objects(seed, forms):
    rng = Random(seed)
    count = rng.randint(5, 30)
    text = network(rng, count, forms)
    last, near, far = (f"n{i}" for i in (count - 1, count - 2, rng.randrange(count - 2)))
    run = run_objects(Text(Source("g.bg", text)).objects, {}, last)
    true = dict(zip(run.graph.index, run.adjoints, strict=True))
    values = dict(zip(run.graph.index, run.values, strict=True))
    lines = []
    for name in (far, near, "n0"):
        off = rng.choice((0.0, 0.0, 1e-9, 0.01, 1.0))
        written = rng.choice(("{:.3g}", "{:.3f}", "{:.12g}", "{:.1e}")).format(true[name] + off)
        lines += [f"d{last}/d{name} = {written}", f"d{near}/d{name} = {rng.choice((written, '1', '0'))}"]
        if values[name] is not None:
            lines.append(f"{name} = {values[name] + off:.4g}")
    (arrays, refused), (objects, also_refused) = marked(text, last, "\n".join(lines))
    assert refused == also_refused
    for ours, theirs in zip(arrays, objects, strict=True):
        assert (ours.name, ours.given) == (theirs.name, theirs.given)
        assert ours.expected == pytest.approx(theirs.expected, rel=1e-9, abs=1e-12)
        # Objects have more to say for an answer that is not right: arrays replay no rounding, and follow nothing up.
        assert (ours.verdict == "right") == (theirs.verdict == "right"), (ours, theirs)
        assert ours.verdict in (theirs.verdict, "wrong")


SPREAD = "".join(f"m{i} m{i + 1} 0.5\n" for i in range(400))
ONE_STEP = {
    "a term left out": ("x a 2\nx b 3\na y 5\nb y 7\n", "y", "dy/dx = 10"),
    "a sign": ("x a 2\nx b 3\na y 5\nb y 7\n", "y", "dy/dx = -31"),
    "a local partial left out": ("x a 2\nx b 3\na y 5\nb y 7\n", "y", "dy/dx = 26"),
    "a slope": ("input x = 0.7\na = x^3\ny = 5*a\n", "y", "dy/dx = 2.45"),
    "a function": ("input x = 0.7\na = sin(x)\ny = 5*a\n", "y", "dy/dx = -3.8242"),
    "a factor left out": ("input x = 0.7\na = sin(3*x)\ny = 5*a\n", "y", "dy/dx = -2.52423"),
    "a value": ("input x = 0.7\na = sin(x)\ny = 5*a\n", "y", "a = 0.76484"),
    "another output": ("x a 2\nx b 3\na y 5\nb y 7\ny z 2\n", "z", "dy/dx = 10"),
    "no path": ("x a 2\na y 5\nx b 1\n", "y", "dy/db = 5"),
    "no zero": ("x a 2\na y 5\n", "y", "dy/dx = 0"),
    "the seed": ("x a 2\na y 5\n", "y", "dy/dy = 5"),
}


@pytest.mark.parametrize("name", ONE_STEP)
def test_a_mistake_in_the_last_step_is_told_as_objects_tell_it(name):
    text, of, answer = ONE_STEP[name]
    # Among so many nodes that neither looks for what is far off.
    ours, theirs = told(text + SPREAD, of, answer)
    assert ours == theirs
    assert (ours == [""]) == (name == "the seed")


def test_a_way_through_what_was_left_out_is_no_reason():
    # The slope of sin(b*x): b depends on x by a node that is no user of b's user.
    text = "input x = 0.7\na = 2*x\nb = a^2\nu = sin(b*x)\ny = 3*u\n"
    (marks, _), _ = marked(text, "y", "dy/dx = 4.1")
    assert marks[0].diagnosis is None
    assert "no one mistake in its last step" in marks[0].note


def test_what_is_not_looked_for_says_why():
    hub = "".join(f"x u{i} 1\nu{i} y 1\n" for i in range(MOST_IN_STEP + 1))
    (marks, _), _ = marked(hub, "y", "dy/dx = 7")
    assert f"takes more than {MOST_IN_STEP} statements" in marks[0].note
    (marks, _), _ = marked(SPREAD, "m400", "\n".join(f"dm400/dm{i} = 7" for i in range(MOST_TOLD + 2)))
    assert [f"first {MOST_TOLD} wrong" in mark.note for mark in marks] == [False] * MOST_TOLD + [True] * 2


def test_chains_and_what_cannot_be_read_are_marked_too():
    answers = "dm400/dm398 = 1/4 = 0.3\ndm400/dnope = 1\ndm3/dm2 = 1/4 = 0.25"
    (marks, errors), (theirs, also) = marked(SPREAD, "m400", answers)
    assert [mark.verdict for mark in marks] == [mark.verdict for mark in theirs] == ["wrong", "wrong"]
    assert marks[0].note.endswith("the first link that does not hold is 0.3")
    assert errors == also
    assert len(errors) == 1


@pytest.mark.parametrize("answer", ["2*n2 + n0", "dn9/dn2*2 + 0*n0", "[0.5, 0.5]@[1, 0]"])
def test_a_formula_is_for_objects(answer):
    source = Source("answers", f"dn9/dn1 = {answer}")
    with mock.patch("backcalc.analysis.run.LARGE", 0):
        large = Text(Source("g.bg", network(Random(1), 10, FORMS))).run_by_arrays({}, "n9", ())
    assert all_right(large, Tolerance(), source, read_answers(source)[0]) is None
