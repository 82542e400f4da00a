"""What is told of simulated sheets, on graphs that nothing was tuned on: the figures stand at the end of every run."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from itertools import pairwise
from random import Random

import pytest
from held_out import HELD_OUT, WHOLE
from simulation import Habit, alike, asked_about, possible, sheet, worked

import backcalc
from backcalc.marking.grade import CREDIT
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers
from backcalc.text.source import Source

FAILS = (ValueError, OverflowError, ZeroDivisionError)
SHARE = 0.3
"""Of all mistakes at all places, those that are tried in a run of the tests; with 1 the figures differ by a point."""
EXACT = Habit(17, at_each_step=False)


@cache
def key(title):
    (graph,) = [graph for graph in (*HELD_OUT, *WHOLE) if graph.title == title]
    return Key(backcalc.parse(graph.text).run({}).run)


def marks(graph, answers):
    """The marks of a sheet, by what is asked."""
    lines = []
    for asked, number in answers.items():
        of, slash, wrt = asked.partition("/d")
        lines.append(f"d({of[1:]})/d({wrt}) = {number}" if slash else f"{asked} = {number}")
    source = Source("sheet", "\n".join(lines))
    found, errors = read_answers(source)
    marked, refused = key(graph.title).mark(source, found)
    assert not errors
    assert not refused
    return {mark.name: mark for mark in marked}


def spoilt(habit, *, every=False):
    """Sheets with one mistake that can be seen: graph, mistake, what may be said of it, and the sheet."""
    for graph in HELD_OUT:
        right, said, rng = sheet(graph, habit, worked(graph, habit, (), every)), alike(graph), Random(graph.title)
        for mistake in possible(graph):
            if rng.random() > SHARE:
                continue
            try:
                wrong = sheet(graph, habit, worked(graph, habit, (mistake,), every))
            except FAILS:
                continue
            asked = asked_about(graph, mistake)
            if float(wrong[asked]) not in (float(right[asked]), 0.0):
                yield graph, mistake, said[mistake], wrong


def verdict_of(graph, mistake, said, wrong):
    """`one` or `two` where the mistake is named alone or as one of two; `misled`, `silent`, or `right`."""
    mark = marks(graph, wrong)[asked_about(graph, mistake)]
    if mark.diagnosis is None:
        return "right" if mark.verdict == "right" else "silent"
    if not any(part in mark.diagnosis.text for part in said.split("|")):
        return "misled"
    return "two" if mark.diagnosis.text.startswith("either ") else "one"


@pytest.mark.parametrize(
    ("habit", "what", "alone", "of_two", "misled"),
    [
        (Habit(4), "to 4 digits", 0.92, 0.97, 0.01),
        (Habit(3), "to 3 digits", 0.90, 0.95, 0.01),
        (Habit(3, "decimals"), "to 3 decimals", 0.88, 0.94, 0.01),
        (Habit(2), "to 2 digits", 0.73, 0.88, 0.02),
        (Habit(2, "decimals"), "to 2 decimals", 0.76, 0.90, 0.02),
        (Habit(3, at_each_step=False), "with exact intermediates, to 3 digits", 0.92, 0.97, 0.01),
    ],
)
def test_a_mistake_in_work_that_is_rounded_at_each_step_is_named(habit, what, alone, of_two, misled, figures):
    counts = Counter(verdict_of(*case) for case in spoilt(habit))
    total = sum(counts.values()) - counts["right"]
    one, two, wrong = (counts[name] / total for name in ("one", "two", "misled"))
    figures.append(
        f"one mistake, work {what}: {one:.1%} named, {two:.1%} as one of two, {wrong:.1%} misled, of {total}"
    )
    assert one >= alone
    assert one + two >= of_two
    assert wrong <= misled


def test_no_diagnosis_blames_a_node_that_the_sheet_has_right(figures):
    """Of a derivative that is right on the sheet no diagnosis says that its sign, or it, is wrong."""
    blamed = told = 0
    for graph, mistake, _, wrong in spoilt(Habit(3)):
        marked = marks(graph, wrong)
        text = getattr(marked[asked_about(graph, mistake)].diagnosis, "text", "")
        right = [name for name, mark in marked.items() if mark.verdict == "right"]
        told += bool(text)
        # A whole name: of `∂h/∂t is taken as 1` not t.
        told_of = set(re.findall(r"sign of (\S+) is wrong|(\S+) is taken", text))
        blamed += any((_spoken(name) in pair) for name in right for pair in told_of)
    figures.append(f"diagnoses that blame a node which the sheet has right: {blamed} of {told}")
    assert blamed == 0


def _spoken(name):
    of, slash, wrt = name.partition("/d")
    return f"∂{of[1:]}/∂{wrt}" if slash else name


@pytest.mark.parametrize(
    ("habit", "what", "most"), [(Habit(4), "4 digits", 0.03), (Habit(3), "3 digits", 0.03), (Habit(2), "2 digits", 0.1)]
)
def test_slips_are_not_explained(habit, what, most, figures):
    """A number miscopied or miscounted: two digits swapped, or one another, with what follows from it."""
    rng, told, total = Random(4), 0, 0
    for graph in HELD_OUT:
        right = sheet(graph, habit, worked(graph, habit))
        known = {(asked_about(graph, m), number) for m in possible(graph) for number in _spoils(graph, habit, m)}
        for asked in right:
            slipped = _slip(right[asked], rng)
            if (asked, slipped) in known:  # It is what a mistake gives, too.
                continue
            mark = marks(graph, right | {asked: slipped})[asked]
            if mark.verdict == "wrong":
                total += 1
                told += mark.diagnosis is not None
    figures.append(f"arithmetic slips at {what}: {told / total:.1%} of {total} falsely explained")
    assert told <= most * total


def test_slips_on_whole_numbers_are_not_explained(figures):
    """A whole number miscounted by a little or by ten, or one of its digits another one."""
    rng, told, total = Random(5), 0, 0
    habit = Habit(0, "decimals")
    for graph in WHOLE:
        right = sheet(graph, habit, worked(graph, habit))
        known = {(asked_about(graph, m), number) for m in possible(graph) for number in _spoils(graph, habit, m)}
        for asked in right:
            off = rng.choice((-10, -3, -2, -1, 1, 2, 3, 10))
            slipped = str(int(right[asked]) + off) if rng.random() < 0.5 else _slip(right[asked], rng)
            if (asked, slipped) in known or not int(slipped):
                continue
            mark = marks(graph, right | {asked: slipped})[asked]
            if mark.verdict == "wrong":
                total += 1
                told += mark.diagnosis is not None
    figures.append(f"arithmetic slips on whole numbers: {told / total:.1%} of {total} falsely explained")
    assert told <= 0.01 * total


def _spoils(graph, habit, mistake):
    """What a mistake writes down in place of the answer that it spoils."""
    try:
        yield sheet(graph, habit, worked(graph, habit, (mistake,)))[asked_about(graph, mistake)]
    except FAILS:
        return


def _slip(text, rng):
    """A number with one digit another one, or two neighbours swapped."""
    places = [i for i, c in enumerate(text) if c.isdigit() and text[: i + 1].strip("-0.")]
    swaps = [(i, j) for i, j in pairwise(places) if text[i] != text[j]]
    if swaps and rng.random() < 0.5:
        i, j = rng.choice(swaps)
        return text[:i] + text[j] + text[i + 1 : j] + text[i] + text[j + 1 :]
    at = rng.choice(places)
    return text[:at] + rng.choice([d for d in "123456789" if d != text[at]]) + text[at + 1 :]


PARTS = {
    "": lambda _: True,
    ", values alone": lambda asked: "/" not in asked,
    ", derivatives alone": lambda asked: "/" in asked,
}
"""What of the work is handed in: an exercise may ask for one half of it."""


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("is_cut", "what", "most"), [(False, "round at each step", 0.005), (True, "cut off at each step", 0.01)]
)
def test_correct_students_lose_nothing(is_cut, what, most, part, figures):
    wrong = total = 0
    for graph in HELD_OUT:
        for habit in (Habit(4, "digits", is_cut), Habit(3, "digits", is_cut), Habit(3, "decimals", is_cut)):
            for every in (False, True):
                whole = sheet(graph, habit, worked(graph, habit, (), every))
                marked = marks(graph, {asked: whole[asked] for asked in whole if PARTS[part](asked)})
                total += len(marked)
                wrong += sum(mark.verdict not in CREDIT for mark in marked.values())
    figures.append(f"correct students who {what}{part}: {wrong / total:.1%} of {total} answers without a point")
    assert wrong <= most * total


@pytest.mark.parametrize("part", PARTS)
def test_zeros_blanks_and_guesses_earn_nothing(part, figures):
    """Zeros follow from zeros, and a digit guessed for every answer is right by chance only."""
    empty = guesses = total = 0
    rng = Random(7)
    for graph in HELD_OUT:
        whole = sheet(graph, EXACT, worked(graph, EXACT))
        right = {asked: whole[asked] for asked in whole if PARTS[part](asked)}
        for nothing in ("0", "0.00", "?"):
            empty += _points(graph, dict.fromkeys(right, nothing))
        # Every second one left blank, the others zeros.
        empty += _points(graph, {asked: "0?"[i % 2] for i, asked in enumerate(right)})
        guessed = {asked: str(rng.randint(-9, 9)) for asked in right if float(right[asked]) not in range(-9, 10)}
        guesses += _points(graph, guessed)
        total += len(guessed)
    figures.append(f"zeros and blanks{part}: {empty} points; guesses of one digit: {guesses / total:.1%} of {total}")
    assert empty == 0
    assert guesses <= 0.05 * total


def _points(graph, answers):
    return sum(mark.verdict in CREDIT for mark in marks(graph, answers).values())


@pytest.mark.parametrize(("habit", "what", "least"), [(Habit(3), "3 digits", 0.8), (Habit(2), "2 digits", 0.65)])
def test_a_rule_that_is_wrong_at_several_nodes_is_told_once(habit, what, least, figures):
    """Of the places of one wrong rule, all but the first that is named: `repeats`, which costs no point."""
    again = total = lost = sheets = 0
    for graph in HELD_OUT:
        rules = [mistake for mistake in possible(graph) if mistake.kind == "rule"]
        for fn in dict.fromkeys(mistake.fn for mistake in rules):
            places = tuple(mistake for mistake in rules if mistake.fn is fn)
            if len({mistake.node for mistake in places}) < 2:
                continue
            try:
                marked = marks(graph, sheet(graph, habit, worked(graph, habit, places)))
            except FAILS:
                continue
            found = [marked[asked] for asked in {asked_about(graph, mistake): None for mistake in places}]
            seen = [mark for mark in found if mark.verdict in ("wrong", "repeats")]
            if len(seen) > 1:
                total += len(seen) - 1
                again += sum(mark.verdict == "repeats" for mark in seen)
                if sum(mark.verdict == "repeats" for mark in seen) == len(seen) - 1:
                    sheets += 1
                    lost += sum(mark.verdict not in CREDIT for mark in marked.values()) - 1
    figures.append(f"one rule wrong at several nodes, {what}: {again / total:.1%} of {total} further ones recognised")
    figures.append(f"points lost beyond the first, {what}: {lost} on {sheets} sheets where all were recognised")
    assert lost == 0
    assert again >= least * total
