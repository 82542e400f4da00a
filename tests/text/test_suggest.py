"""The nearest known name: a swap of neighbours counts one, as one slip of the fingers does."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.rules.primitives import ALIASES, PRIMITIVES
from backcalc.text.suggest import LONGEST, _at_least, did_you_mean, distance, is_of_series, nearest

law = settings(max_examples=150)
words = st.text("abX", max_size=6)
FUNCTIONS = [name for name in (*PRIMITIVES, *ALIASES) if name.isidentifier()]


@pytest.mark.parametrize(
    ("a", "b", "steps"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("sin", "sin", 0),
        ("sni", "sin", 1),  # A swap,
        ("sni", "sinh", 2),
        ("isn", "sin", 1),
        ("sn", "sin", 1),  # an insertion,
        ("siin", "sin", 1),  # a deletion,
        ("sim", "sin", 1),  # a replacement.
        ("ca", "abc", 3),  # What is swapped is not changed again.
        ("abcd", "badc", 2),
        ("sigmiod", "sigmoid", 1),
        ("Sin", "sin", 1),
        ("kitten", "sitting", 3),
    ],
)
def test_distance(a, b, steps):
    assert distance(a, b) == distance(b, a) == steps


def neighbours(word):
    """Every word over the letters a, b and X that is one step away from `word`."""
    found = set()
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        found |= {head + letter + tail for letter in "abX"}
        if tail:
            found |= {head + tail[1:], *(head + letter + tail[1:] for letter in "abX")}
        if len(tail) > 1:
            found.add(head + tail[1] + tail[0] + tail[2:])
    return found - {word}


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("vl", ("L", "v1", "x"), "v1"),
        ("vI", ("V", "v1"), "v1"),
        ("x0", ("x1", "xO", "x"), "xO"),
        ("sinn", ("sign", "sin"), "sin"),
    ],
)
def test_a_name_that_looks_the_same_comes_first(name, known, near):
    assert nearest(name, known) == near


@law
@given(words)
def test_one_step_is_one(word):
    assert {distance(word, near) for near in neighbours(word)} <= {1}


@law
@given(words, words)
def test_two_steps_are_at_most_two(a, b):
    within_two = any(b == near or b in neighbours(near) for near in {a, *neighbours(a)})
    if distance(a, b) <= 2:
        assert within_two
    assert distance(a, b) >= _at_least(a, b) >= abs(len(a) - len(b))


@pytest.mark.parametrize(
    ("name", "known", "near"),
    [
        ("sni", FUNCTIONS, "sin"),
        ("cso", FUNCTIONS, "cos"),
        ("sing", ["sin", "sinh"], "sin"),
        ("SIN", FUNCTIONS, "sin"),
        ("Sigmoid", FUNCTIONS, "sigmoid"),
        ("sigmod", FUNCTIONS, "sigmoid"),
        ("sofplus", FUNCTIONS, "softplus"),
        ("leakyrelu", FUNCTIONS, "leaky_relu"),
        ("srqt", FUNCTIONS, "sqrt"),
        ("lgo", FUNCTIONS, "log"),
        ("foo", FUNCTIONS, None),
        ("quux", FUNCTIONS, None),
        # Case is a small thing: another case is nearer than another letter.
        ("X", ["Y", "x"], "x"),
        ("Alpha", ["alphb", "alpha"], "alpha"),
        ("W1", ["w1", "W2"], "w1"),
        # A third of the letters may differ, one at least; but not all of them.
        ("x", ["y", "z"], None),
        ("ab", ["ba"], "ba"),
        ("abc", ["xyc"], None),
        ("abcdef", ["abcdxy"], "abcdxy"),
        ("abcdef", ["abcxyz"], None),
        ("hiden1", ["hidden1", "hidden2"], "hidden1"),
        # Of equals, the first by the alphabet; never the name itself.
        ("b1", ["a1", "c1"], "a1"),
        ("x1", ["x1", "x2"], "x2"),
        ("x", [], None),
        ("", ["x"], None),
        # What nobody types by hand is not guessed at.
        ("a" * LONGEST, ["a" * (LONGEST - 1)], "a" * (LONGEST - 1)),
        ("a" * (LONGEST + 1), ["a" * LONGEST], None),
        ("sinn", ["sign", "sin", "sinh"], "sin"),  # What was typed whole.
    ],
)
def test_nearest(name, known, near):
    assert nearest(name, known) == near
    assert did_you_mean(name, known) == ((f"did you mean `{near}`?",) if near else ())


@law
@given(st.sampled_from(FUNCTIONS), st.data())
def test_a_swap_in_a_function_is_found(name, data):
    if len(name) > 3:
        i = data.draw(st.integers(0, len(name) - 2))
        slip = name[:i] + name[i + 1] + name[i] + name[i + 2 :]
        assert slip == name or distance(nearest(slip, FUNCTIONS), slip) == 1


@pytest.mark.parametrize(
    ("name", "known", "found"),
    [
        ("u18", ["u17", "y18"], True),
        ("u18", ["y18", "y17"], False),
        ("u18", ["u18", "uv17", "u"], False),
        ("rate", ["rat", "rates"], False),
        ("12", ["11", "13"], False),
        ("x_1", ["x_2"], True),
    ],
)
def test_a_name_of_a_series(name, known, found):
    assert is_of_series(name, known) == found
