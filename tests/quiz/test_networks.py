"""Exercises on networks without numbers: their keys are formulas, which hold, and are marked as they are asked."""

from __future__ import annotations

import pytest

import backcalc
from backcalc.cli.play import Game
from backcalc.language.parser import parse
from backcalc.marking.key import Key
from backcalc.marking.sheet import read_answers, read_stated
from backcalc.quiz.exercise import exercise_lines, quiz
from backcalc.quiz.networks import NETWORKS
from backcalc.text.source import Source

SEEDS = range(6)
DRAWN = [(kind, network.nodes, seed) for kind, network in NETWORKS.items() for seed in SEEDS]
DRAWN += [(kind, network.most, 7) for kind, network in NETWORKS.items()]


def text_of(kind, nodes, seed):
    return "\n".join(exercise_lines(quiz(kind, nodes, None, seed)))


# Deep ones too: their third layer had the letter of the weights.
SIZED = [(kind, nodes, None, seed) for kind, nodes, seed in DRAWN]
SIZED += [(kind, None, depth, 1) for kind, network in NETWORKS.items() for depth in range(1, network.most + 1)]


@pytest.mark.parametrize(("kind", "nodes", "depth", "seed"), SIZED)
def test_the_key_is_right_and_made_of_formulas(kind, nodes, depth, seed):
    text = "\n".join(exercise_lines(quiz(kind, nodes, depth, seed)))
    program = parse(Source("quiz", text))
    answers, errors = read_stated(program.source, program.comments)
    key = Key(backcalc.parse(text).run({}).run)
    marks, refused = key.hold(program.source, answers)
    assert not errors + refused
    assert [mark.verdict for mark in marks] == ["right"] * len(answers)
    names = {node.name for node in key.run.graph.nodes}
    assert any(name in mark.given for mark in marks for name in names)


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_seed_decides_the_exercise(kind):
    assert text_of(kind, None, 5) == text_of(kind, None, 5)
    assert len({text_of(kind, None, seed) for seed in range(20)}) > 3


@pytest.mark.parametrize("kind", NETWORKS)
def test_what_the_key_says_is_won_with(kind):
    exercise = quiz(kind, None, None, 3)
    game = Game(exercise)
    replies = [game.reply(value) for _, value in exercise.key]
    assert replies == [["  ✓ right"]] * len(exercise.asked)
    assert game.is_won


def test_a_wrong_formula_has_a_hint_and_a_derivative_found_may_stand_in_the_next():
    game = Game(quiz("tanh", None, None, 3))  # o = tanh(w5*v1), L = 1/2*(o - z)^2 at the end.
    assert game.reply("z - o") == ["  ✗ not z - o: look at the sign"]
    assert game.reply("o - z") == ["  ✓ right"]
    assert game.reply("dL/do*(1 - o)*w5") == ["  ✗ not dL/do*(1 - o)*w5: look up the derivative of tanh"]
    assert game.reply("?") == ["  ∂L/∂v1 = ∂L/∂o·∂o/∂v1"]
    assert game.reply("dL/do*(1 - o^2)*w5") == ["  ✓ right"]


def test_an_answer_is_diagnosed_from_those_before_it():
    """After ∂L/∂v1 = 1 the sheet has what ∂L/∂u is made of, so that its own step is looked at."""
    exercise = quiz("edges", None, None, 3)
    game = Game(exercise)
    for _, value in exercise.key[:4]:
        game.reply(value)
    asked, value = exercise.key[4]
    (reply,) = game.reply(f"-({value})")
    assert "sign" in reply
    assert asked == game._asked
    _, errors = read_answers(Source("sheet", "\n".join(game._sheet)))
    assert len(game._sheet) == 4
    assert not errors
