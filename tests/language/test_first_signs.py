"""What a token may begin with is told of its pattern, and no sign is left out."""

from __future__ import annotations

import re
from itertools import product

import pytest

from backcalc.language.first_signs import first_signs
from backcalc.language.tables import tables_in_use

SIGNS = [chr(code) for code in range(128)]
AFTER = ["", *map("".join, product("a0._-=>*({'+ \n", repeat=2)), "lse", "hen", "nd", "r", "ot", "f", "T", "e5"]


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"else(?!\w)", "e"),
        (r"\d+(?![\w.])", "0123456789"),
        (r"(?<=\})(?:a|[b-d])+'*|(?<=\})'+", "abcd'"),
        (r"(?!if)(?![\d_])\w", "".join(sign for sign in SIGNS if sign.isalpha())),
        (r"[+-]?\.?x", "+-.x"),
        (r"(?>(?:a*+b??)c)d", "abc"),
        (r"[⁺⁻]?[⁰¹²³⁴-⁹]+", ""),
        (r"→|->", "-"),
    ],
)
def test_of_a_pattern(pattern, expected):
    assert {sign for sign in SIGNS if first_signs(pattern) >> ord(sign) & 1} == set(expected)


@pytest.mark.parametrize("terminal", tables_in_use().terminals, ids=lambda terminal: terminal.name)
def test_no_token_of_the_grammar_begins_otherwise(terminal):
    match = re.compile(terminal.pattern).match
    begins = {sign for sign in SIGNS if any(match(f"}}{sign}{after}", 1) for after in AFTER)}
    texts = {text[0] for text in terminal.texts if text.isascii()}
    told = {sign for sign in SIGNS if terminal.begins_with(sign)}
    # None is left out, and none is tried in vain either, as far as the strings here go.
    assert begins | texts == told
    assert terminal.begins_with("²")
    assert terminal.begins_with("𝑥")
