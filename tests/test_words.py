"""Words by arrays: a name's number is its own, and a number is what float() gives."""

from __future__ import annotations

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc import words
from backcalc.parser import parser
from backcalc.words import LONGEST, PAD, Bytes, CollisionError, NameTable, Words, numbers

law = settings(deadline=None, derandomize=True, max_examples=200)
some_names = st.text("abnxyz_019", min_size=1, max_size=LONGEST) | st.sampled_from(["n1", "n_2", "name_of_17_letters"])


def laid_out(texts):
    """These words in a text, one behind the other."""
    data = " ".join(texts).encode() + bytes(PAD)
    lengths = np.array([len(text) for text in texts], np.int64)
    return Words(Bytes(np.frombuffer(data, np.uint8)), np.cumsum(lengths + 1) - lengths - 1, lengths)


@law
@given(st.lists(st.lists(some_names), max_size=3))
def test_a_name_has_one_number(pieces):
    table, found, places = NameTable(), {}, []
    for i, texts in enumerate(pieces):
        some = laid_out(texts)
        for name, number in zip(texts, table.ids(some, some.starts + 1000 * i).tolist(), strict=True):
            assert found.setdefault(name, number) == number
        places += [(1000 * i + start, name) for start, name in zip(some.starts.tolist(), texts, strict=True)]
    assert sorted(found.values()) == list(range(table.count))
    for number, (start, length) in enumerate(zip(*(column.tolist() for column in table.places()), strict=True)):
        name = next(name for at, name in places if at == start)
        assert (found[name], len(name)) == (number, length)


def test_many_names_in_a_table_that_grows(monkeypatch):
    monkeypatch.setattr(words._Table, "_STEP", 100)
    texts = [f"n{i * i % 1009}" for i in range(3000)] + [f"a_long_name_{i % 77}" for i in range(500)]
    some = laid_out(texts)
    ids = NameTable().ids(some, some.starts).tolist()
    assert len(set(ids)) == len(set(texts)) == len(set(zip(ids, texts, strict=True)))


def test_long_names_with_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(words, "_FACTORS", [np.uint64(0), np.uint64(0x9E3779B97F4A7C15)])
    some = laid_out(["name_of_17_letters", "name_of_18_letters"])
    with pytest.raises(CollisionError):
        NameTable().ids(some, some.starts)


# ---- Numbers ---------------------------------------------------------------------------------------------------------

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
    pattern = dict(parser().tables.terminals)["NUMBER"]
    values, are_valid = numbers(laid_out(texts))
    for text, value, is_valid in zip(texts, values.tolist(), are_valid.tolist(), strict=True):
        is_number = re.fullmatch(pattern, text) and float(text) != float("inf")
        assert is_valid == bool(is_number)
        assert not is_valid or value.hex() == float(text).hex()


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
