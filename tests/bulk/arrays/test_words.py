"""Words by arrays: what they are made of, and that a number is what float() gives."""

from __future__ import annotations

import re
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from words import laid_out

from backcalc.bulk.arrays.automaton import number_automaton
from backcalc.bulk.arrays.words import numbers
from backcalc.language.lexis import NUMBER, PATTERNS

law = settings(max_examples=200)


TEXTS = [
    "0",
    "1.",
    ".5",
    "007",
    "12345678",
    "1234567.",
    ".1234567",
    "0.1",
    "99999999",
    "1e5",
    "1E-7",
    "1.5e+10",
    "1e308",
]
NO_NUMBERS = [
    ".",
    "1.2.3",
    "1e",
    "1e+",
    "1e5.0",
    "2x",
    "e5",
    "1_0",
    "0x1f",
    "1..2",
    "1e999",
    "-1",
    "+1",
    "1-2",
    "1e5e5",
]


def test_what_is_a_number():
    values, are_valid = numbers(laid_out([*TEXTS, *NO_NUMBERS]))
    assert are_valid.tolist() == [True] * len(TEXTS) + [False] * len(NO_NUMBERS)
    assert values[: len(TEXTS)].tolist() == [float(text) for text in TEXTS]


@law
@given(st.lists(st.text("0123456789.eE+-", min_size=1, max_size=30), min_size=1))
def test_numbers_are_the_grammars(texts):
    pattern = PATTERNS["NUMBER"]
    values, are_valid = numbers(laid_out(texts))
    for text, value, is_valid in zip(texts, values.tolist(), are_valid.tolist(), strict=True):
        is_number = re.fullmatch(pattern, text) and float(text) != float("inf")
        assert is_valid == bool(is_number)
        assert not is_valid or value.hex() == float(text).hex()


@pytest.mark.parametrize("pattern", [NUMBER, r"\d+(?:_\d+)*", r"\d*\.\d+", r"\d+(?:[eE]-?\d+)?"])
def test_a_number_of_another_grammar_is_its_automatons(pattern):
    """The automaton is made of the pattern, so that a change of the grammar is one of this reader."""
    steps, ends, classes = number_automaton(pattern)
    for length in range(7):
        for signs in product("1.e-_", repeat=length):
            state = 0
            for sign in signs:
                state = steps[state, classes[ord(sign)]]
            assert ends[state] == (re.fullmatch(pattern, "".join(signs)) is not None)


@law
@given(st.lists(st.floats(0, 1e200), min_size=1), st.sampled_from(["{!r}", "{:.3f}", "{:.6f}", "{:.17g}", "{:.40f}"]))
def test_numbers_are_right_to_the_last_bit(values, way):
    texts = [way.format(value) for value in values]
    found, are_valid = numbers(laid_out(texts))
    assert are_valid.all()
    assert found.tolist() == [float(text) for text in texts]


def test_digits_and_points():
    texts = ["1", "x", "12345678", "1234567x", "123456789", "x.y", "12345678.", "/", ":", "123456789012345678901"]
    some = laid_out(texts)
    assert some.are_digits.tolist() == [word.isdecimal() for word in texts]
    assert some.have_dots.tolist() == ["." in word for word in texts]
