"""Any answer to any graph ends in a verdict, and a bad sheet leaves the marks of the others as they are."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

import backcalc
from backcalc.marking.grade import Grader
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.marking.submissions import Submission
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source

PARTIALS = ("3", "-1/2", "{t}*(1 - {t})", "2*{t}", "cos({t})", "{t}^2", "1 + {h}", "{h}*{h}", "{t}/{h}", "1 - {h}^2")
FORMULAS = ("{u}*{v}", "3*{u} + {v}", "sin({u})", "{u}/{v}", "{u} - 2*{v}", "{u}^2", "sigmoid({u})", "max({u}, {v})",
            "mse({u}, {v})", "-{u}", "log({u})", "sqrt({u})*sqrt({v})")  # fmt: skip
ARRAYS = (
    "{m} @ {a}",
    "{a} + {a}",
    "2*{a}",
    "softmax({a})",
    "{a} @ {m}",
    "tanh({a})",
    "{a}*{a}",
)
"""Over vectors of 2 and a matrix of 2×2; each gives a vector again."""
REDUCTIONS = ("sum({a})", "dot({a}, {a})", "mean({a})", "mse({a}, {a})", "{a}[0]*{a}[1]", "norm({a})",
              "sum({m} @ {m})", "softmax_cross_entropy({a}, {a})", "logsumexp({a})")  # fmt: skip


def edges(rng: Random) -> str:
    """Edges whose partials are formulas of known activations, with formulas over them."""
    names, lines = ["x0", "x1"], ["x0 = 0.3", "x1 = -0.7"]
    for i in range(rng.randint(2, 5)):
        name = f"e{i}"
        if rng.random() < 0.6:
            tails = rng.sample(names, min(len(names), rng.randint(1, 2)))
            lines += [f"{tail} -> {name} : {rng.choice(PARTIALS).format(t=tail, h=name)}" for tail in tails]
            lines.append(f"{name} = {rng.choice(['0.25', '1/3', '-2', '0', 'pi/4'])}")
        else:
            lines.append(f"{name} = {rng.choice(FORMULAS).format(u=rng.choice(names), v=rng.choice(names))}")
        names.append(name)
    return "\n".join([*lines, f"L = {rng.choice(FORMULAS).format(u=names[-1], v=names[-2])}"])


def arrays(rng: Random) -> str:
    """Vectors and a matrix."""
    lines, names = ["m = [[1, -0.5], [0.25, 2]]", "a0 = [0.5, -1]"], ["a0"]
    for i in range(1, rng.randint(2, 4)):
        text = rng.choice(ARRAYS).format(m="m", a=rng.choice(names))
        lines.append(f"a{i} = {text}")
        names.append(f"a{i}")
    return "\n".join([*lines, f"L = {rng.choice(REDUCTIONS).format(m='m', a=names[-1])}"])


def unknowns(rng: Random) -> str:
    """Some inputs have no value."""
    lines = ["input x = 0.4", "input y"]
    names = ["x", "y"]
    for i in range(rng.randint(2, 4)):
        lines.append(f"h{i} = {rng.choice(FORMULAS).format(u=rng.choice(names), v=rng.choice(names))}")
        names.append(f"h{i}")
    return "\n".join([*lines, f"L = {names[-1]} + x*{names[-2]}"])


KINDS = {"edges": edges, "arrays": arrays, "unknowns": unknowns}


def values(rng: Random, run) -> str:
    """A wrong answer of any kind."""
    known = [value for value in (*run.values, *run.adjoints) if isinstance(value, float) and np.isfinite(value)]
    near = rng.choice(known or [1.0])
    some = [
        "0", "0.00", "-0", "inf", "1/0", "0/0", "1e308", "1e-400", f"{rng.randint(-9, 9)}", f"{rng.uniform(-3, 3):.2f}",
        f"{near:.3g}", f"{-near:.2f}", f"{near + 1:.1f}", "1/3", "2*0.17", "[1, 2]", "[1]", "[1, 2, 3]",
        "[[1, 2], [3, 4]]", "[[1, 2]]", "[[1], [2]]", "[0, 0]", "[0.5, 1/0]", f"[{near:.3f}, 2]", "2*[1, 2]",
        "[[1, 2], [3, 4]] @ [1, 2]",
        "[[[1]]]", "zeros(2)",
    ]  # fmt: skip
    return rng.choice(some)


def sheet(rng: Random, run) -> str:
    nodes = [node.name for node in run.graph.nodes]
    lines = []
    for _ in range(rng.randint(1, 8)):
        of, wrt = rng.choice([run.output, run.output, rng.choice(nodes)]), rng.choice(nodes)
        place = rng.choice(["", "", "", "[0]", "[1,1]", "[5]"])
        subject = rng.choice([f"d({of})/d({wrt}{place})", f"d({of})/d({wrt})", f"{wrt}{place}", wrt])
        lines.append(f"{subject} = {values(rng, run)}")
    return "\n".join(lines)


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_to_every_graph_ends_in_a_verdict(kind, figures):
    marked_count, refused_count = 0, 0
    for seed in range(60):
        rng = Random(f"{kind} {seed}")
        try:
            found = backcalc.parse(KINDS[kind](rng)).run({}, of="L").run
        except BackcalcError:  # Some draws make no graph, such as a slope by a node that is not known.
            continue
        key = Key(found)
        for _ in range(6):
            source = Source("answers", sheet(rng, found))
            answers, errors = read_answers(source)
            marked, refused = key.mark(source, answers)
            assert len(marked) + len(refused) == len(answers), source.text
            assert len(answers) + len(errors) >= source.text.count("\n") + 1
            marked_count, refused_count = marked_count + len(marked), refused_count + len(refused) + len(errors)
    assert marked_count > 300
    figures.append(
        f"answers of any kind to graphs of {kind}: {marked_count} marked, {refused_count} refused, none fails"
    )


@pytest.mark.parametrize("kind", KINDS)
def test_one_sheet_of_a_class_leaves_the_others_as_they_are(kind, tmp_path):
    """Each submission's marks are what they are when it is handed in alone."""
    for seed in range(8):
        rng = Random(f"class {kind} {seed}")
        try:
            found = backcalc.parse(KINDS[kind](rng)).run({}, of="L").run
        except BackcalcError:
            continue
        files = []
        for i in range(5):
            file = tmp_path / f"{seed} {i}.txt"
            file.write_text(sheet(rng, found))
            files.append(Submission(str(i), str(file)))
        together = Grader(Key(found))
        for each in files:
            alone = Grader(Key(found)).grade(each)
            assert verdicts(together.grade(each)) == verdicts(alone)


def verdicts(graded):
    return [(mark.name, mark.given, mark.verdict, mark.diagnosis) for mark in graded.marked]


@pytest.mark.parametrize(("subject", "expected"), [("dL/dL", 1.0), ("d²L/dL²", 0.0), ("d²L/dx²", None)])
def test_a_loss_outside_has_no_curve_that_is_known(subject, expected):
    """By itself its slope is 1 everywhere; by a node it is stated at this point alone."""
    found = backcalc.parse("x = 1\nh = x^2\nadjoint h = 2\n").run().run
    source = Source("", f"{subject} = 3")
    marked, refused = Key(found).mark(source, read_answers(source)[0])
    assert [mark.expected for mark in marked] == ([] if expected is None else [expected])
    assert [error.message for error in refused] == ([f"`{subject}` is not known"] if expected is None else [])


@pytest.mark.parametrize(
    ("graph", "answer", "verdict"),
    [
        ("u -> L : 3", "d²L/du² = 0", ""),
        ("u = 2\nv = u^2\nv -> L : 2", "d²L/du² = 4", ""),
        ("u = 2\nv = u^2\nv -> L : 2", "d²v/du² = 2", "right"),
        # Which shape x has is told by the point alone, or the order makes the first derivative one of three axes.
        ("L = x @ x", "d²L/dx² = [[2, 0], [0, 2]]", "right"),
        ("L = x @ x", "d²L/dx² = [[2, 1], [1, 2]]", "wrong"),
        ("W = [[1, 2, 3], [3, 4, 5]]\nL = W @ [x[0], x[1], 1]", "d²L[1]/dW[1,0]dx[0] = 1", "right"),
        ("W = [[1, 2, 3], [3, 4, 5]]\nL = W @ [x[0], x[1], 1]", "d²L[1]/dW[0,0]dx[0] = 1", "wrong"),
        ("W = [[1, 2], [3, 4]]\nV = [[1, 2], [3, 4]]\nL = W @ V", "d²L/dWdV = 0", ""),
    ],
)
def test_a_second_derivative_is_known_where_slopes_are_not_stated(graph, answer, verdict):
    """Where it is not, an error says why."""
    found = backcalc.parse(graph).run({"x": [1, 2]} if "x" in graph else {}, of="L").run
    marked, refused = Key(found).mark(source := Source("", answer), read_answers(source)[0])
    assert [mark.verdict for mark in marked] == [verdict] * bool(verdict)
    assert [bool(error.hints) for error in refused] == [True] * (not verdict)
