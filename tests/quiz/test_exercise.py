"""Exercises: their answers worked out a second way, small and the same everywhere; sheets, and a game in a terminal."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
from fractions import Fraction
from math import prod

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marking import check, stated_answers

import backcalc
from backcalc.calculus.run import run
from backcalc.cli.play import Game
from backcalc.language.parser import parse
from backcalc.marking.subject import subject_of
from backcalc.quiz import exercise as generator
from backcalc.quiz.chance import Chance, drawn_seed
from backcalc.quiz.exercise import exercise_lines, quiz
from backcalc.quiz.recipes import RECIPES
from backcalc.quiz.skeleton import draw_skeleton
from backcalc.render import FORMATS
from backcalc.render.document import Display
from backcalc.render.reports.exercise import ExerciseReport
from backcalc.text.errors import UsageError
from backcalc.text.source import Source

BACKCALC = [sys.executable, "-m", "backcalc"]
SEEDS = range(12)
SIZES = {"edges": [(1, 1), (5, 1), (9, 3), (8, 8)], "expressions": [(1, 1), (6, 2), (9, 3), (8, 8)]}
SIZES["vectors"] = [(1, 1), (2, 1), (3, 3), (5, 2)]
DRAWN = [(kind, None, None, seed) for kind in RECIPES for seed in SEEDS]
DRAWN += [(kind, *size, seed) for kind in RECIPES for size in SIZES[kind] for seed in (100, 101)]


def text_of(*drawn):
    return "\n".join(exercise_lines(quiz(*drawn)))


# ---- The key, worked out a second way --------------------------------------------------------------------------------

EDGE = re.compile(r"(\w+) -> (\w+) : (-?\d+)$", re.MULTILINE)
STATED = re.compile(r"^#= (\S+) = (.*)$", re.MULTILINE)
FORMULA = re.compile(r"^(?:input )?(\w+) = (.*)$", re.MULTILINE)
STEP = Fraction(1, 10**9)


def exactly(text):
    """A number or a nested list as exact fractions: the text's decimals, not float64's."""
    entries = eval(re.sub(r"-?[\d.]+", lambda found: f"Fraction('{found[0]}')", text), {"Fraction": Fraction})
    return np.array(entries, dtype=object) if isinstance(entries, list) else entries


def path_sums(edges, head):
    """The sum of path products from each node to `head`, by walking every path."""
    sums = {}
    stack = [(head, [])]
    while stack:
        node, factors = stack.pop()
        sums[node] = sums.get(node, 0) + prod(factors)
        stack += [(tail, [*factors, int(partial)]) for tail, of, partial in edges if of == node]
    return sums


WORDS = {
    "max": max,
    "min": min,
    "dot": lambda a, b: sum(p * q for p, q in zip(a, b, strict=True)),
    "relu": lambda a: np.array([max(p, 0) for p in a], dtype=object) if isinstance(a, np.ndarray) else max(a, 0),
}


def values_of(formulas, name=None, by=0):
    """The value of every node in exact fractions; that of `name` moved `by`."""
    scope = dict(WORDS)
    for node, formula in formulas:
        is_known = re.fullmatch(r"[-\d.,\[\] ]+", formula)
        code = re.sub(r"\b\d+\b", lambda found: f"Fraction({found[0]})", formula).replace("^", "**")
        scope[node] = exactly(formula) if is_known else eval(code, {"Fraction": Fraction}, scope)
        if node == name:
            scope[node] = scope[node] + by
    return scope


def slope(formulas, name):
    """∂L/∂name by central differences, an element at a time, in exact fractions."""

    def quotient(step):
        return (values_of(formulas, name, step)["L"] - values_of(formulas, name, -step)["L"]) / (2 * STEP)

    shape = np.shape(values_of(formulas)[name])
    if not shape:
        return quotient(STEP)
    found = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        step = np.array([Fraction(0)] * prod(shape), dtype=object).reshape(shape)
        step[place] = STEP
        found[place] = quotient(step)
    return found


@pytest.mark.parametrize("drawn", [drawn for drawn in DRAWN if drawn[0] == "edges"])
def test_the_key_of_edges_is_the_sum_over_paths(drawn):
    text = text_of(*drawn)
    given_values = {name: formula for name, formula in FORMULA.findall(text) if name != "L"}
    loss = FORMULA.findall(text)[-1][1]
    o, z = (Fraction(given_values.get(name, "0")) for name in "oz")
    seed = {"-log(o)": -1 / o, "1/2*(o - z)^2": o - z, "(o - z)^2": 2 * (o - z)}[loss]
    sums = path_sums(EDGE.findall(text), "o")
    stated = dict(STATED.findall(text))
    assert stated.keys() == {f"dL/d{name}" for name in sums}
    for name, paths in sums.items():
        assert Fraction(stated[f"dL/d{name}"]) == seed * paths


@pytest.mark.parametrize("drawn", [drawn for drawn in DRAWN if drawn[0] != "edges"])
def test_the_key_of_formulas_is_that_of_central_differences(drawn):
    text = text_of(*drawn)
    formulas = FORMULA.findall(text)
    values = values_of(formulas)
    for name, value in STATED.findall(text):
        if "/" not in name:
            assert np.array_equal(exactly(value), values[name]), name
        else:
            off = exactly(value) - slope(formulas, name.removeprefix("dL/d"))
            assert np.max(np.abs(off)) < Fraction(1, 10**6), name


# ---- What makes a good exercise --------------------------------------------------------------------------------------


@pytest.mark.parametrize("drawn", DRAWN)
def test_an_exercise_is_fair(drawn):
    exercise = quiz(*drawn)
    text = "\n".join(exercise_lines(exercise))
    program = parse(Source("q.bg", text))
    found = run(backcalc.parse(text).objects, {})
    assert found.warnings == ()
    assert found.output == "L"
    assert all(
        mark.verdict == "right"
        for mark in check(found, program.source, stated_answers(program.source, program.comments))
    )
    inner = [node for node in found.graph.nodes if re.fullmatch(r"[p-w]\d+", node.name)]
    assert len(inner) == exercise.nodes
    assert len({node.name[0] for node in inner}) == exercise.depth
    users = [arg for node in found.graph.nodes for arg in node.args]
    assert len(set(users)) < len(users)  # The chain rule has a sum somewhere,
    assert set(found.graph.index) - set(users) == {"L"}  # and all leads to the loss.
    for name, value in STATED.findall(text):
        numbers = re.findall(r"[\d.]+", value)
        assert all(float(number) <= 200 for number in numbers)
        assert all(re.fullmatch(r"\d+(\.\d\d?)?", number) for number in numbers)
        assert "/" not in name or any(float(number) for number in numbers)


@settings(max_examples=200)
@given(st.integers(0, 10**6), st.integers(1, 24), st.integers(1, 8), st.integers(1, 3))
def test_every_node_of_a_skeleton_leads_to_the_output(seed, nodes, depth, inputs):
    depth = min(depth, nodes)
    skeleton = draw_skeleton(Chance(seed), nodes, depth, [f"x{k}" for k in range(inputs)])
    place = {name: i for i, layer in enumerate(skeleton.layers) for name in layer}
    assert sum(map(len, skeleton.layers)) == nodes + inputs + 1
    assert all(skeleton.users(name) for layer in skeleton.layers[:-1] for name in layer)
    assert all(place[arg] < place[name] for name, args in skeleton.args.items() for arg in args)
    assert all(len(set(args)) == len(args) for args in skeleton.args.values())
    assert any(len(skeleton.users(name)) > 1 for name in place)


def test_sizes_go_by_each_other():
    sizes = [(None, None), (5, None), (1, None), (None, 4), (None, 8), (7, 3)]
    found = [quiz("edges", nodes, depth, 1) for nodes, depth in sizes]
    assert [(each.nodes, each.depth) for each in found] == [(6, 2), (5, 2), (1, 1), (12, 4), (24, 8), (7, 3)]


def test_an_exercise_that_is_not_found_is_told(monkeypatch):
    monkeypatch.setattr(generator, "BEGINNINGS", 0)
    with pytest.raises(UsageError, match="no exercise of 6 nodes in 2 layers with small numbers was found"):
        quiz("edges", None, None, 1)


# ---- The same everywhere ---------------------------------------------------------------------------------------------

GOLDEN = {
    "quiz --seed 3": """\
# backcalc quiz --kind edges --nodes 6 --depth 2 --seed 3
# On each edge stands its local partial derivative, and of the values only
# that of the output is known. Find the derivative of the loss by every other
# node.

x1 -> u1 : 2
x2 -> u1 : 4
x1 -> u2 : -3
x2 -> u2 : -3
x1 -> u3 : -2
x2 -> u3 : -2
u1 -> v1 : 4
u2 -> v1 : 3
x2 -> v2 : 3
u2 -> v2 : -2
u2 -> v3 : -4
u3 -> v3 : 3
v1 -> o : -1
v2 -> o : 2
v3 -> o : -2
o = -1
input z = -2
L = 1/2*(o - z)^2

#= dL/do = 1
#= dL/dv1 = -1
#= dL/dv2 = 2
#= dL/dv3 = -2
#= dL/du1 = -4
#= dL/du2 = 1
#= dL/du3 = -6
#= dL/dx1 = 1
#= dL/dx2 = -1
""",
    "quiz --kind expressions --seed 12": """\
# backcalc quiz --kind expressions --nodes 4 --depth 2 --seed 12
# Find the value of every node, and the derivative of the loss by each of
# them.

input x1 = -5
input x2 = 4
input z = -13

u1 = x1*x2
u2 = 3*x1
v1 = u2 - u1
v2 = u1 - min(u2, x2)
o = 4*v2 + v1
L = (o - z)^2

#= u1 = -20
#= u2 = -15
#= v1 = 5
#= v2 = -5
#= o = -15
#= L = 4
#= dL/do = -4
#= dL/dv1 = -4
#= dL/dv2 = -16
#= dL/du1 = -12
#= dL/du2 = 12
#= dL/dx1 = -12
#= dL/dx2 = 60
""",
    "quiz --kind vectors --nodes 2 --depth 1 --seed 4": """\
# backcalc quiz --kind vectors --nodes 2 --depth 1 --seed 4
# Find the value of every node, and the derivative of the loss by each of them
# and by the weights.

input x = [-3, 3]
input W1 = [[2, -1], [-1, 1], [2, 3]]
input W2 = [[-2, 1], [2, 1], [-1, 0]]
input c1 = [-3, 2, -3]
input c2 = [-3, 2, 2]
input z = -17

u1 = relu(W1 @ x)
u2 = relu(W2 @ x)
o = dot(c1, u1) + dot(c2, u2)
L = (o - z)^2

#= u1 = [0, 6, 3]
#= u2 = [9, 0, 3]
#= o = -18
#= L = 1
#= dL/do = -2
#= dL/du1 = [6, -4, 6]
#= dL/du2 = [6, -4, -4]
#= dL/dx = [8, 20]
#= dL/dW1 = [[0, 0], [12, -12], [-18, 18]]
#= dL/dW2 = [[-18, 18], [0, 0], [12, -12]]
""",
}


@pytest.mark.parametrize("command", GOLDEN)
def test_a_seed_gives_the_same_exercise_everywhere(command):
    for hash_seed in ("1", "2"):
        done = subprocess.run(
            [*BACKCALC, *command.split()], capture_output=True, check=True, text=True, encoding="utf-8",
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONUTF8": "1"},
        )  # fmt: skip
        assert done.stdout == GOLDEN[command]


def test_draws_are_those_of_the_generator_that_python_keeps():
    """The first numbers of the Mersenne Twister for the seed 3, from another implementation: NumPy's."""
    twister = np.random.RandomState()
    twister.seed([3])  # As Python seeds it: by an array.
    numbers = twister.random_sample(4)
    chance = Chance(3)
    assert [chance.whole(0, 9999) for _ in numbers] == [int(10_000 * number) for number in numbers]


def test_draws():
    chance = Chance(1)
    assert {chance.nonzero(2) for _ in range(99)} == {-2, -1, 1, 2}
    assert {chance.whole(-1, 1) for _ in range(99)} == {-1, 0, 1}
    assert {chance.one_of("ab") for _ in range(99)} == {"a", "b"}
    assert sorted(chance.some_of("abc", 3)) == ["a", "b", "c"]
    assert (chance.happens(0), chance.happens(1)) == (False, True)
    assert 0 <= drawn_seed() < 1_000_000


def test_a_seed_that_is_drawn_is_told_and_makes_the_exercise_again(tmp_path):
    def call(*arguments):
        return subprocess.run([*BACKCALC, *arguments], capture_output=True, check=True).stdout.decode()

    text = call("quiz", "--kind", "expressions")
    again = text.partition("\n")[0].removeprefix("# backcalc ").split()
    assert call(*again) == text
    (tmp_path / "q.bg").write_text(text, encoding="utf-8")
    assert call("check", str(tmp_path / "q.bg"))


# ---- Sheets ----------------------------------------------------------------------------------------------------------


def sheet(exercise, format_, *, key):
    return list(FORMATS[format_].lines(ExerciseReport(exercise, key), Display()))


@pytest.mark.parametrize("kind", RECIPES)
@pytest.mark.parametrize("format_", ["markdown", "latex", "table"])
def test_a_sheet_tells_answers_only_with_its_key(format_, kind):
    exercise = quiz(kind, None, None, 12)
    question, solved = ("\n".join(sheet(exercise, format_, key=key)) for key in (False, True))
    assert exercise.command in question
    assert exercise.task in question
    assert question.count("…") + question.count(r"\dots") == len(exercise.asked)
    assert "…" not in solved
    assert r"\dots" not in solved
    assert solved.count("\n") >= question.count("\n")


def test_a_sheet_in_markdown():
    lines = sheet(quiz("edges", None, None, 3), "markdown", key=True)
    assert lines[:3] == ["# Exercise", "", RECIPES["edges"].task]
    for row in ("| ∂u2/∂x1 | -3 |", "| o | -1 |", "| L | `1/2*(o - z)^2` |", "| ∂L/∂u3 | -6 |"):
        assert row in lines


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
@pytest.mark.parametrize("key", [False, True])
@pytest.mark.parametrize("kind", RECIPES)
def test_a_sheet_compiles(kind, key, tmp_path):
    lines = sheet(quiz(kind, None, None, 12), "latex", key=key)
    (tmp_path / "sheet.tex").write_text("\n".join(lines), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "sheet.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout.decode(errors="replace")[-2000:]


# ---- Playing ---------------------------------------------------------------------------------------------------------


def play(*replies, kind="edges", nodes=None, depth=None, seed=3):
    """A game after `replies`, and what each of them was answered with."""
    game = Game(quiz(kind, nodes, depth, seed))
    return game, [game.reply(line) for line in replies]


@pytest.mark.parametrize("drawn", [(kind, None, None, seed) for kind in RECIPES for seed in (3, 12)])
def test_the_key_wins(drawn):
    game = Game(quiz(*drawn))
    for asked, value in quiz(*drawn).key:
        name = subject_of(asked)
        assert not game.is_over
        assert game.reply(f"{name} = {value}" if "x" in name else f" {value} ") == ["  ✓ right"]
    assert (game.is_over, game.is_won) == (True, True)
    count = len(quiz(*drawn).asked)
    assert game.score == f"{count} of {count} right, {count} at the first try without a hint"


# In seed 3, o = −1, z = −2 and L = ½ (o − z)², so ∂L/∂o = 1; then ∂L/∂v1 = −1, ∂L/∂v2 = 2, ∂L/∂v3 = −2, and
# ∂L/∂u1 = −1·4, ∂L/∂u2 = −1·3 + 2·(−2) + (−2)·(−4) = 1.
UP_TO_U2 = ["1", "-1", "2", "-2", "-4"]
REPLIES = [
    ("", "  ∂L/∂u2 = ∂L/∂v1·∂v1/∂u2 + ∂L/∂v2·∂v2/∂u2 + ∂L/∂v3·∂v3/∂u2"),
    ("?", "  ∂L/∂u2 = ∂L/∂v1·∂v1/∂u2 + ∂L/∂v2·∂v2/∂u2 + ∂L/∂v3·∂v3/∂u2"),
    ("skip", "  it is ∂L/∂u2 = 1"),
    ("S", "  it is ∂L/∂u2 = 1"),
    ("2/2", "  ✓ right"),
    ("1.0", "  ✓ right"),
    ("∂L/∂u2 = 1", "  ✓ right"),
    ("d(L)/d(u2) = 1", "  ✓ right"),
    # All that `check` reads.
    ("∂L/∂u2 ≈ 1", "  ✓ right"),
    ("dL/du2: 1", "  ✓ right"),
    ("- δL/δu2 := 2/2.", "  ✓ right"),
    (r"\frac{\partial L}{\partial u2} = 10⁰", "  ✓ right"),
    ("½ + ½", "  ✓ right"),
    ("0,25*4", "  ✓ right"),
    ("1,0", "  ✓ right"),
    ("100 %", "  ✓ right"),
    ("2 - 1 = 1", "  ✓ right"),
    ("dL/du2 = 3 - 2 = 1", "  ✓ right"),
    ("∂L/∂v1*3 - ∂L/∂v2*2 - ∂L/∂v3*4", "  ✓ right"),
    ("sin(", "answer:1:14: error: something is missing: expected an expression or a closing parenthesis"),
    ("dL/du1 = -4", "  this is ∂L/∂u1; ∂L/∂u2 is asked"),
    ("dL/du9 = 1", "answer:1:1: error: the graph has no node `u9`"),
    ("1x", "answer:1:11: error: unexpected `x`: expected an operator or the end of the statement"),
    ("u2", "  ✗ not u2; try again, or ? for a hint"),
    ("zz", "answer:1:10: error: the graph has no node `zz`"),
    (
        "∂L/∂v1 + ∂L/∂v2*(-2) - 4*∂L/∂v3",
        "  ✗ not ∂L/∂v1 + ∂L/∂v2*(-2) - 4*∂L/∂v3: the chain rule: is a factor missing?",
    ),
    ("[1, 2]", "  ✗ not [1, 2]: this is a vector of 2; what is asked is a number"),
    ("1/0", "  ✗ not 1/0; try again, or ? for a hint"),
    ("731", "  ✗ not 731; try again, or ? for a hint"),
]


@pytest.mark.parametrize(("line", "reply"), REPLIES)
def test_a_reply(line, reply):
    game, replies = play(*UP_TO_U2, line)
    assert replies[-1][0] == reply
    goes_on = reply == "  ✓ right" or reply.startswith("  it is")
    assert game.prompt == ("(7/9) ∂L/∂u3 = " if goes_on else "(6/9) ∂L/∂u2 = ")


def test_a_mistake_has_a_hint_that_does_not_give_the_answer_away():
    game, replies = play(*UP_TO_U2, "-1", "-7", "9")
    for (reply,), typed in zip(replies[-3:], ("-1", "-7", "9"), strict=True):
        assert reply.startswith(f"  ✗ not {typed}: ")
        assert not re.search(r"\d", reply.partition(": ")[2].replace("v3", "").replace("v2", "").replace("u2", ""))
    assert "sign" in replies[-3][0]
    game.reply("1")
    assert game.score == "6 of 9 right, 5 at the first try without a hint"


def test_hints_go_from_the_rule_to_the_numbers():
    _, replies = play(*UP_TO_U2, "?", "?", "?")
    assert replies[-2:] == [["  ∂L/∂u2 = (−1)(3) + (2)(−2) + (−2)(−4)"]] * 2
    _, replies = play("?")
    assert replies == [["  derive L = 1/2*(o - z)^2 by o"]]
    _, replies = play("?", kind="expressions", seed=12)
    assert replies == [["  put the values into x1*x2"]]
    _, replies = play("?", *["skip"] * 6, "?", kind="vectors", nodes=2, depth=1, seed=4)
    assert replies[0] == ["  put the values into relu(W1 @ x)"]
    assert replies[-1] == ["  add up what comes back by way of o"]


def test_of_a_vector_the_wrong_elements_are_told():
    value = quiz("vectors", 2, 1, 4).key[0][1]
    first, _, rest = value.strip("[]").partition(", ")
    _, replies = play(f"[{int(first) + 50}, {rest}]", kind="vectors", nodes=2, depth=1, seed=4)
    assert replies[0][0].endswith(": wrong in 1 element: [0]")


def test_quit_ends_the_game():
    game, replies = play("1", "quit")
    assert (replies[-1], game.is_over, game.is_won) == ([], True, False)


def piped(*arguments, stdin):
    done = subprocess.run([*BACKCALC, "quiz", *arguments], input=stdin, capture_output=True, check=False)
    assert done.stderr == b""
    return done.returncode, done.stdout.decode().splitlines()


def test_a_game_through_a_pipe():
    answers = "\n".join(value for _, value in quiz("edges", None, None, 3).key)
    status, lines = piped("--play", "--seed", "3", stdin=answers.encode())
    assert status == 0
    assert lines[0] == "# backcalc quiz --kind edges --nodes 6 --depth 2 --seed 3"
    assert not any(line.startswith("#=") for line in lines)
    assert lines[-3:-1] == ["(9/9) ∂L/∂x2 = -1", "  ✓ right"]
    assert lines[-1] == "9 of 9 right, 9 at the first try without a hint"


@pytest.mark.parametrize("stdin", [b"", b"1", b"1\n\xff\xfe\n", b"1\nquit\n", b"1\n\0\n\x1b[31m\n"])
def test_a_game_that_ends_early_has_status_1(stdin):
    status, lines = piped("--play", "--seed", "3", stdin=stdin)
    right = int(b"1\n" in stdin + b"\n")
    assert (status, lines[-1]) == (1, f"{right} of 9 right, {right} at the first try without a hint")


def typed(*keys):
    """What a terminal shows of a game in which `keys` are typed, one whenever a question is asked, and the status."""
    leader, follower = pty.openpty()
    environment = {**os.environ, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    playing = subprocess.Popen(
        [*BACKCALC, "quiz", "--play", "--seed", "3"], stdin=follower, stdout=follower, stderr=follower, env=environment
    )
    os.close(follower)
    shown, left, key = b"", list(keys), ""
    while playing.poll() is None or select.select([leader], [], [], 0)[0]:
        if not select.select([leader], [], [], 0.5)[0]:
            if key == "Ctrl-C":  # It came before readline had begun to wait: pressed again.
                playing.send_signal(signal.SIGINT)
            continue
        try:
            chunk = os.read(leader, 65536)
        except OSError:  # Linux tells the end of a terminal so.
            break
        shown += chunk
        if left and shown.endswith(b"= "):
            key = left.pop(0)
            playing.send_signal(signal.SIGINT) if key == "Ctrl-C" else os.write(leader, key.encode())
    os.close(leader)
    return shown.decode().replace("\r", ""), playing.wait(30)


@pytest.mark.parametrize(("last", "status"), [("Ctrl-C", 130), ("\x04", 1), ("quit\r", 1)])
def test_a_game_in_a_terminal_ends_cleanly_with_the_score(last, status):
    shown, found = typed("1\r", "?\r", last)
    assert "(1/9) ∂L/∂o = 1\n  ✓ right\n(2/9) ∂L/∂v1 = ?\n  ∂L/∂v1 = ∂L/∂o·∂o/∂v1\n" in shown
    assert shown.splitlines()[-1] == "1 of 9 right, 1 at the first try without a hint"
    assert "Traceback" not in shown
    assert found == status


@pytest.mark.parametrize("option", [["--key"], ["--format", "latex"]])
def test_a_game_has_no_format(option):
    done = subprocess.run([*BACKCALC, "quiz", "--play", *option], capture_output=True, check=False)
    assert (done.returncode, done.stdout) == (2, b"")
    assert f"--play asks in the terminal: drop {option[0]}" in done.stderr.decode()
