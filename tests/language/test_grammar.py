"""The grammar file is documentation: its examples parse, and between them they show every form of the language."""

from __future__ import annotations

import re
from importlib.resources import files

import pytest
from lark import Lark, Token, Tree

from backcalc.language.hints import TERMINAL_WORDS
from backcalc.language.parser import parser

TEXT = files("backcalc.grammars").joinpath("graph.lark").read_text(encoding="utf-8")
BANNER = re.compile(r"^// ---- (.+?) -+$", re.MULTILINE)
STARTS = ("statement", "expression", "answer", "point")
RULE = re.compile(r"^\??[a-z_]+:", re.MULTILINE)


def sections() -> list[tuple[str, str]]:
    """Each banner's title with what stands below it."""
    _, *parts = BANNER.split(TEXT)
    return list(zip(parts[::2], parts[1::2], strict=True))


def paragraphs() -> list[tuple[str, str]]:
    """The rules that stand together, each with the section's title; examples stand above them."""
    return [(title, block) for title, body in sections() for block in re.split(r"\n\s*\n", body) if RULE.search(block)]


def start_of(title: str, block: str) -> str:
    """The start rule for the examples above `block`."""
    own = [start for start in STARTS if re.search(rf"^\??{start}:", block, re.MULTILINE)]
    return own[0] if own else {"Expressions, loosest first": "expression"}.get(title, "statement")


EXAMPLES = [
    (start_of(title, block), example)
    for title, block in paragraphs()
    for example in re.findall(r"^// > (.+)$", block, re.MULTILINE)
]


def trees() -> list[Tree[Token]]:
    """The parse trees of all examples, by a parser without callbacks."""
    parser = Lark(TEXT, parser="lalr", start=list(STARTS), maybe_placeholders=False)
    return [parser.parse(example, start=start) for start, example in EXAMPLES]


@pytest.mark.parametrize(("start", "example"), EXAMPLES)
def test_an_example_parses(start, example):
    parser().parse(example, start)


@pytest.mark.parametrize("title", [title for title, body in sections() if RULE.search(body)])
def test_a_section_has_examples(title):
    assert any(re.search(r"^// > ", block, re.MULTILINE) for own, block in paragraphs() if own == title)


@pytest.mark.parametrize("start", STARTS)
def test_a_start_rule_has_examples(start):
    assert [example for own, example in EXAMPLES if own == start]


def test_every_form_has_an_example():
    shown = {str(node.data) for tree in trees() for node in tree.iter_subtrees()}
    # A form is named after its arrow; where it has none, a rule without `?` is one.
    callbacks = set(re.findall(r"-> ([a-z_]+)$|^([a-z][a-z_]*):", TEXT, re.MULTILINE))
    callbacks = {alias or rule for alias, rule in callbacks}
    assert len(callbacks) > 30
    assert callbacks - shown <= {"answer"}  # Each of its forms has a name.


def test_every_operator_has_an_example():
    shown = {str(leaf) for tree in trees() for leaf in tree.scan_values(lambda leaf: isinstance(leaf, Token))}
    assert shown >= {"+", "-", "*", "/", "@", "^", "**", "and", "or", "not", ">", "=="}


def test_every_terminal_has_words():
    assert {terminal.name for terminal in parser().tables.terminals} | {"$END"} == set(TERMINAL_WORDS)


def test_lines_fit():
    assert [line for line in TEXT.splitlines() if len(line) > 120] == []
