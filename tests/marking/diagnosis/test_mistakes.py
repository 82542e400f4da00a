"""The table of mistakes: each, made on purpose, is named; of answers that are just wrong nothing is claimed."""

from __future__ import annotations

import math
from decimal import Decimal
from functools import cache
from itertools import islice
from pathlib import Path
from random import Random

import numpy as np
import pytest
from injections import MATRICES, Injected, injected, injected_values, random_graph, written

import backcalc
from backcalc.analysis.samples import samples
from backcalc.calculus.point import read_point
from backcalc.language.parser import parse_answer
from backcalc.marking.diagnosis.mistakes import ANSWER, ELEMENT, MISTAKES, OUTPUT, VALUE
from backcalc.marking.key import Key
from backcalc.marking.mark import Attempt
from backcalc.text.source import Source

SAMPLES = Path(__file__).parents[3] / "samples"
RANDOM = range(40)
AVERAGES = """input a = 1.3, b = -0.7, c = 2.1
input v = [0.4, 1.7, -0.9, 2.6]
input x = [1.2, -0.8]
input A = [[0.7, 1.9], [-1.1, 0.9]]
average1 = (a*b + b + c)/3
average2 = 1/3*(a + b*c + c)
average3 = (a + b*a + c)*(1/3)
average4 = sum(v)/4
quadratic = x @ A @ x
L = average1*average2 + average3^2 + average4*quadratic
"""
UNKNOWN = {
    "vectors": {
        "W1": [[0.5, -1, 0.25, 2], [1, 0.75, -0.5, -1], [-0.25, 0.5, 1, 0.3]],
        "W2": [[0.1, -0.4, 0.2, 0.3], [-0.6, 0.2, 0.1, 0.7], [0.4, -0.1, -0.3, 0.2]],
    }
}


@cache
def keys():
    """Every sample, with numbers for what it leaves unknown, and random graphs."""
    found = {}
    for sample in samples():
        point = read_point([f"@{SAMPLES / sample.name}.json"]) if sample.point else UNKNOWN.get(sample.name, {})
        found[sample.name] = Key(backcalc.parse(sample.text).run(point).run)
    found["matrices"] = Key(backcalc.parse(MATRICES).run({}, of="L").run)
    found["averages"] = Key(backcalc.parse(AVERAGES).run({}).run)
    for seed in RANDOM:
        text = random_graph(seed)
        found[f"random {seed}"] = Key(backcalc.parse(text).run({}, of="L" if "L =" in text else "o").run)
    return found


def marked(key, of, wrt, text):
    name = of if wrt is None else f"d({of})/d({wrt})"
    source = Source("answers", f"{name} = {text}")
    (mark,), errors = key.mark(source, [parse_answer(source)])
    assert not errors
    return mark


def likeliest(key, of, wrt, text):
    """The mistake that is suspected first."""
    source = Source("answers", f"{of} = {text}" if wrt is None else f"d({of})/d({wrt}) = {text}")
    answer = parse_answer(source)
    given = Attempt(answer, key.truth.expected(answer), source)
    return key.diagnoser.fitting(of, wrt, (), given.value, given.slack, given.matches)[0].mistake


def is_named(key, case, digits):
    """Whether the mistake made is named, or one as small that gives the same number; it must not pass for right."""
    text = written(case.value, digits)
    mark = marked(key, case.of, case.wrt, text)
    assert mark.verdict != "right", (case, text)
    if mark.diagnosis is None or not np.any(case.value):  # Of a 0 it is told that it should not be one.
        return mark.diagnosis is not None
    return likeliest(key, case.of, case.wrt, text).weight <= case.mistake.weight


def injected_answers(key, rng):
    """What is written down in place of what was found: another node's number, the transpose, a derivative."""
    for mistake in (row for row in MISTAKES if row.where in (ANSWER, VALUE)):
        questions = [
            (of, wrt, true) for of, wrt, true in asked(key, arrays=True) if bool(wrt) == (mistake.where == ANSWER)
        ]
        rng.shuffle(questions)
        yield from islice(filter(None, (_instead(key.run, mistake, *question, rng) for question in questions)), 1)


def _instead(run, mistake, of, wrt, true, rng):
    """What is written down in place of one answer; None where that cannot be, or is no other number."""
    wrong = {
        "sign": lambda: -true,
        "transpose": lambda: np.transpose(true),
        "value": lambda: run.adjoints[run.graph.index[of]],
        "other-node": lambda: rng.choice(run.adjoints if wrt else run.values),
    }[mistake.kind]()
    if wrong is None or np.shape(wrong) != np.shape(true) or np.allclose(wrong, true, 2e-5, 0):
        return None
    return Injected(mistake, wrt or of, of, wrt, wrong)


def test_an_element_is_told_by_its_own_number():
    text = "input W = [[1, -3], [2, 1]], v = [2, 3]\nh = relu(W @ v)\nadjoint h = [2, 3]"
    source = Source("sheet", "dL/dW[0,1] = 1")
    (mark,), _ = Key(backcalc.parse(text).run({}).run).mark(source, [parse_answer(source)])
    assert mark.diagnosis.text == "∂L/∂W[0,1] is taken as 1; it is 0"


@pytest.mark.parametrize(
    ("formula", "answer", "told"),
    [
        ("sin(u/4)", "dy/du = 0.315322", "at y: the divisor 4 is left out"),
        ("sin(0.25*u)", "dy/du = 0.315322", "at y: the factor 0.25 is left out"),
    ],
)
def test_what_divides_is_a_divisor(formula, answer, told):
    source = Source("sheet", answer)
    (mark,), _ = Key(backcalc.parse(f"u = 5*x\ny = {formula}").run({"x": 1}).run).mark(source, [parse_answer(source)])
    assert mark.diagnosis.text == told


def injected_questions(key):
    """The derivative of the output where that of an inner node is asked."""
    run = key.run
    (mistake,) = (row for row in MISTAKES if row.where == OUTPUT)
    for node in run.graph.nodes:
        for wrt in node.args if node.name != run.output and not run.shape(node.name) else ():
            at = run.graph.index[wrt]
            whole, true = run.adjoints[at], key.truth.derivatives(node.name)[at]
            if whole is None or true is None or np.shape(whole) != np.shape(true):
                continue
            if np.all(whole) and not np.allclose(whole, true, 2e-5, 0):
                yield Injected(mistake, wrt, node.name, wrt, whole)
                return


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ("dL/dW[1,1] = -6", "this is ∂L/∂W[0,0]; indices begin with 0"),
        ("dL/dW[1,0] = -9", "this is ∂L/∂W[0,1]; the first index is that of the row"),
        ("W[0,1] = 8", "this is W[1,0]; the first index is that of the row"),
        ("dL/dx[1] = 47", "this is ∂L/∂x[0]; indices begin with 0"),
        ("dL/dW[1,2] = 7", None),
    ],
)
def test_an_element_may_be_taken_for_another(answer, told):
    text = "input W = [[3, 5, 2], [8, 1, 4]], x = [2, 3, 4], z = [32, 28]\ny = W @ x\nL = sum((y - z)^2)/2"
    key = Key(backcalc.parse(text).run({}).run)
    source = Source("sheet", answer)
    (mark,), errors = key.mark(source, [parse_answer(source)])
    assert (errors, mark.verdict) == ([], "wrong")
    assert (mark.diagnosis and mark.diagnosis.text) == told


def test_a_mistake_made_anywhere_is_named(figures):
    rng = Random(1)
    made = [(key, case) for key in keys().values() for case in injected(key.run, key.run.output, rng)]
    made += [(key, case) for key in keys().values() for case in injected_values(key.run, rng)]
    made += [(key, case) for key in keys().values() for case in injected_answers(key, rng)]
    made += [(key, case) for key in keys().values() for case in injected_questions(key)]
    # Which element is meant shows in an answer about one alone: those have a test of their own.
    places = {case.mistake for _, case in made} | {row for row in MISTAKES if row.where == ELEMENT}
    assert [(row.where, row.change or row.value) for row in MISTAKES if row not in places] == []
    for digits, least in ((6, 0.95), (3, 0.9)):  # Fewer digits may be met by chance, so less is claimed.
        named = [is_named(key, case, digits) for key, case in made if distinct(key, case, digits)]
        figures.append(f"mistakes made on purpose: {share(named)} of {len(named)} named, written to {digits} digits")
        assert sum(named) >= least * len(named)


def distinct(key, case, digits):
    """Whether so many digits tell the wrong number from the true one."""
    true = (
        key.truth.derivatives(case.of)[key.run.graph.index[case.wrt]]
        if case.wrt
        else key.run.values[key.run.graph.index[case.of]]
    )
    is_zero = not np.all(case.value)  # Which stands for all that is less than half its last digit.
    return not np.allclose(case.value, true, 10.0 ** (1 - digits), 10.0 ** (1 - digits) if is_zero else 0)


def share(found):
    return f"{sum(found) / len(found):.1%}"


def asked(key, *, arrays=False):
    """What may be asked of a run: ∂output/∂node and the value of every node, where they are numbers."""
    run = key.run
    for node, adjoint, value in zip(run.graph.nodes, run.adjoints, run.values, strict=True):
        for wrt, true in ((node.name, adjoint), (None, value)):
            is_number = true is not None and not np.ndim(true) and true != 0 and math.isfinite(true)
            if is_number or (arrays and np.ndim(true)):
                yield (run.output if wrt else node.name), wrt, true


def test_what_is_rounded_correctly_is_right(figures):
    rng = Random(2)
    right = []
    for key in keys().values():
        for of, wrt, true in asked(key, arrays=True):
            digits = rng.randint(2, 8)
            texts = [written(true, digits)] + ([] if np.ndim(true) else [f"{Decimal(true):.{digits}f}"])
            # A number that is rounded so far that it is 5 % off needs more digits.
            texts = [text for text in texts if np.ndim(true) or abs(float(text) - true) <= 0.05 * abs(true)]
            right += [marked(key, of, wrt, text).verdict == "right" for text in texts]
    figures.append(f"correct answers rounded to 2 to 8 digits: {share(right)} of {len(right)} right")
    assert all(right)


def in_error(true, digits, rng):
    """An answer that is 5 to 100 % off, as it is written."""
    while True:
        text = written(true * (1 + rng.choice((-1, 1)) * rng.uniform(0.05, 1)), digits)
        if abs(float(text) - true) >= 0.05 * abs(true):
            return text


@pytest.mark.parametrize("digits", [2, 3, 5, 8])
def test_nothing_is_claimed_of_an_answer_that_is_just_wrong(digits, figures):
    rng = Random(3)
    claimed = []
    for key in keys().values():
        for of, wrt, true in asked(key):
            for _ in range(2):
                text = in_error(true, digits, rng)
                claimed.append(marked(key, of, wrt, text).diagnosis is not None)
    what = f"answers with an error drawn from 5 to 100 %, to {digits} digits"
    figures.append(f"{what}: {share(claimed)} of {len(claimed)} diagnosed")
    assert sum(claimed) <= 0.05 * len(claimed)
