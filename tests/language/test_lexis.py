"""What a name, a number and a word of the language are is stated in the grammar, and nowhere a second time."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import backcalc
from backcalc.language.lexis import DIGITS, NUMBER, WORDS, is_name, letters, reserved

PACKAGE = Path(backcalc.__file__).parent

SECOND = re.compile(
    r"""
      \[(?:\^\\W\\d|A-Za-z|a-zA-Z)        # a letter, as a name begins with,
    | \[eE\]                              # the exponent of a number,
    | \\d[*+]?(?:\(\?:|\()?\\?\.\??\\d    # its point,
    | \[\\d\.\][*+]
    | 0123456789 | abcdefghij | ABCDEFGHIJ
    | \\d\+\(\?!\[\\w                     # where a whole number ends,
    | if\|then\|else | "if",[ ]"then" | "then",[ ]"else"
    | [⁰¹²]{3} | [½¾]{2}
    """,
    re.VERBOSE,
)
OTHERS = {
    "language/answer_slips.py": "units, words, and numbers as the language does not read them",
    "bulk/points/cells.py": "cells of CSV, which may be blank, with decimal commas",
    "marking/notation.py": "the bullet of a list: one letter, or digits; LaTeX's commands",
    "marking/latex.py": "the commands of LaTeX, which are letters alone",
    "render/mathml_forms.py": "the commands of LaTeX, in which the table has its forms",
    "render/writer.py": "where a number that has been written is aligned",
    "language/foreign/dot.py": "what DOT calls an ID",
    "render/mathematics.py": "subscripts as digits",
    "text/csv_records.py": "decimal commas of a gradebook; text knows no language",
    "text/suggest.py": "a name's number, to tell x1, x2, x3 from a slip; text knows no language",
}
"""Files that speak of letters and digits for reasons of their own."""

FILES = sorted(path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py"))


def found_in(text):
    return [line.strip() for line in text.splitlines() if SECOND.search(line)]


@pytest.mark.parametrize("path", [path for path in FILES if path not in OTHERS and path != "language/lexis.py"])
def test_no_file_states_it_again(path):
    assert found_in((PACKAGE / path).read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "line",
    [
        r'_NAME = r"[^\W\d]\w*"',
        r'_NAME = r"[A-Za-z_]\w*"',
        r'_NUMBER = r"\d+\.?\d*"',
        r'_NUMBER = r"\d+(?:\.\d*)?"',
        r'_NUMBER = r"[\d.]+"',
        '_DIGITS = "0123456789"',
        '_WORDS = "if|then|else"',
        r'_NODE = rf"(?:{_NAME}|\d+(?![\w.]))"',
        '_WORDS = ("if", "then", "else", "not", "and", "or")',
    ],
)
def test_a_second_statement_is_seen(line):
    assert found_in(line) == [line]


def test_the_facts():
    assert {"if", "then", "else", "and", "or", "not"} == set(reserved()) < WORDS
    assert sorted(letters()) == sorted("ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz")
    assert DIGITS == "0123456789"
    assert is_name("σ1'")
    assert not is_name("if")
    assert re.fullmatch(NUMBER, "1.5e-3")
