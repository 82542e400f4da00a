"""Forms: what is read by a form is what the grammar reads, to the last span."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from look_alikes import LOOK_ALIKES
from strategies import DEPTH_OF_FORMS, NESTS, line_soup, programs, token_soup

from backcalc.language import forms
from backcalc.language.expr import Call, Expr, Name, Number, postorder
from backcalc.language.forms import _BLANK, Forms
from backcalc.language.lexis import WORDS, canonical
from backcalc.language.parser import parse, parse_expression, parser
from backcalc.text.errors import ParseError
from backcalc.text.files import clean
from backcalc.text.source import Source

law = settings(max_examples=200)


@contextmanager
def sightings(count):
    """Forms are made of statements seen so often; 0: none are."""
    usual, forms.SIGHTINGS = forms.SIGHTINGS, count or 10**9
    try:
        yield
    finally:
        forms.SIGHTINGS = usual


def deep(record):
    """All that there is to know of a record: kinds, fields, spellings and spans, without recursion into expressions."""
    if isinstance(record, Number | Name | Call):
        return [deep_part(part) for part in postorder(record)]
    if isinstance(record, tuple):
        return type(record), [deep(part) for part in record]
    return type(record), record


def deep_part(part):
    if isinstance(part, Number):
        return "number", part.value, part.text, part.span
    return (part.id, part.span) if isinstance(part, Name) else (part.fn, len(part.args), part.span)


def read(text):
    """What a text holds, and what is said against it."""
    source = clean("test", text)
    try:
        program = parse(source)
    except ParseError as error:
        if error.read is None:  # A list with a mistake, of which there are no statements.
            return (), (), str(error)
        return deep(error.read.statements), deep(error.read.comments), str(error)
    return deep(program.statements), deep(program.comments), ""


def assert_equal(text):
    with sightings(0):
        plain = read(text)
    with sightings(1):
        assert read(text) == plain
    assert read(text) == plain


def by_forms(text):
    """How many statements of `text` the grammar did not see."""
    known = []
    usual = Forms.read

    def count(self, at, end, statements, comments):
        before = len(statements)
        at = usual(self, at, end, statements, comments)
        known.append(len(statements) - before)
        return at

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Forms, "read", count)
        parse(clean("test", text))
    return sum(known)


# ---- The grammar and the forms agree ---------------------------------------------------------------------------------


@law
@given(programs(), st.integers(1, 3))
def test_files_read_the_same(text, times):
    assert_equal("\n".join([text] * times))


@law
@given(st.lists(line_soup, max_size=12).map("\n".join))
def test_lines_of_few_forms_read_the_same(text):
    assert_equal(text)


@law
@given(st.lists(token_soup, max_size=4), st.integers(1, 3))
def test_pieces_of_text_read_the_same(texts, times):
    assert_equal("\n".join(texts * times))


@pytest.mark.parametrize("lines", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_look_alikes_read_the_same(lines):
    assert_equal("\n".join(lines * 6))
    assert_equal("\n".join(line for line in lines for _ in range(6)))
    for line in lines:
        for other in lines:
            assert_equal("\n".join([line] * 5 + [other] * 5 + [line]))


def test_a_form_as_deep_as_it_may_be():
    for nest in NESTS.values():
        text = nest.text(DEPTH_OF_FORMS)
        assert_equal("\n".join(f"y{i} = {text}" for i in range(6)))


# ---- What goes which way ---------------------------------------------------------------------------------------------

# A form's statements, and whether the grammar is spared most of them.
FORMS = [
    (lambda i: f"n{i} -> n{i + 1} : 0.{i}", True),
    (lambda i: f"{i},{i + 1},{i}.5 # comment", True),
    (lambda i: f"{i}\t{i + 1}\t{i}", True),
    (lambda i: f"d(v{i})/d(u{i}) = 3", True),
    (lambda i: f"∂v{i}/∂u{i} = -3", True),
    (lambda i: f"n{i} = sin(n{i + 3} + σ{i}')", True),
    (lambda i: f"  v{i} = 2.5*v{i}.T - (x{i})^2/[3, x];", True),
    (lambda i: f"input x{i} = {i}", True),
    (lambda i: f"given x{i} = (1 + {i})", True),
    (lambda i: f"x{i} = if x{i} > 2 then {i} else 2", True),
    (lambda i: f"def f{i}(x) = {i}", False),
    (lambda i: f"n{i} = f{i}(x)", False),
]


@pytest.mark.parametrize(("line", "is_quick"), FORMS)
def test_the_grammar_is_spared(line, is_quick):
    assert by_forms("\n".join(line(i) for i in range(20))) == (20 - forms.SIGHTINGS if is_quick else 0)


def test_forms_that_take_turns():
    lines = [f"a{i} = {fn}(a{i})" for i in range(20) for fn in ("sin", "cos", "exp", "log")]
    assert by_forms("\n".join(lines)) == 4 * (20 - forms.SIGHTINGS)


def test_names_are_shared():
    program = parse(Source("test", "".join(f"a_name{i} = sin(a_name{i - 1})\n" for i in range(20))))
    *_, one, other = program.statements
    assert one.target.id is other.formula.args[0].id


def test_the_words_of_the_language_are_the_grammars():
    words = set(parser().tables.words)
    refused = {"if", "then", "else", "and", "or", "not"}
    assert words | refused == WORDS


@law
@given(st.text(st.sampled_from("xyσŷd_019.eE+-'₁²\u0302 "), max_size=8))
def test_a_blank_is_a_name_or_a_number(text):
    for blank in re.finditer(_BLANK, f"({text})"):
        word = blank.group()
        if word not in WORDS:
            expr: Expr = parse_expression(Source("test", word))
            assert expr == (Name(canonical(word)) if word[0].isalpha() or word[0] == "_" else Number(float(word)))


def test_the_collector_is_left_as_it_was():
    parse(Source("test", "y = 1"))
    assert gc.isenabled()
    gc.disable()
    try:
        parse(Source("test", "y = 1"))
        assert not gc.isenabled()
    finally:
        gc.enable()
