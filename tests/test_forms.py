"""Forms: what is read by a form is what the grammar reads, to the last span."""

from __future__ import annotations

import gc
import re
from contextlib import contextmanager

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import DEPTH_OF_FORMS, NESTS, line_soup, programs, token_soup

from backcalc import forms
from backcalc.errors import ParseError, Source
from backcalc.expr import Call, Expr, Name, Number, postorder
from backcalc.forms import _BLANK, WORDS, Forms
from backcalc.parser import parse, parse_expression, parser
from backcalc.reading import clean

law = settings(deadline=None, derandomize=True, max_examples=200)


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


# A form and, behind it, lines that look like it.
LOOK_ALIKES = {
    "word of the language": ["y = sin(x)", "y = sin(if)", "in = sin(input)", "y = sin(then)", "for = sin(x)"],
    "word with primes": ["y = sin(x')", "y = sin(if')", "y = sin(else'')", "y = sin(in')", "y = sin(xif')"],
    "number too large": ["u -> v : 1e3", "u -> v : 1e999", "u -> v : 1e-999"],
    "whole number and fraction": ["1 2 0.5", "1 2 3", "1.5 2 3", "01 2 .5", "1 2. 3", "1 2 3.", "1 2 3x", "1 2x 3"],
    "name and number": ["u 2 3", "u v 3", "2 u 3", "u v w", "u,v,w", "1,2,w", "u,2,1", "u , 2,1"],
    "tab": ["u v 3", "u\tv 3", "u v\t3", "u\tv\t3", " u \t v\t 3 \t", "u\x0bv 3", "u\x0cv\x0c3"],
    "parentheses": ["u -> v : (3)", "u -> v : (x)", "u -> v : ((x))", "u -> v : (x + 1)", "u -> v : (sin(x))"],
    "argument in parentheses": ["u v (3)", "u w (3)", "sin v (3)", "u v 3", "u (v) 3"],
    "function without parentheses": ["y = f(x)", "y = g(x)", "y = f (x)", "y = f\t(x)", "y = f x", "y = 2(x)"],
    "differential": ["d(v)/d(u) = 3", "∂v/∂u = 3", "∂(v)/∂(u) = 3", "d (v)/d (u) = 3", "e(v)/e(u) = 3", "dv/du = 3"],
    "node called d": ["d -> u : d", "d d d", "d,d,d", "d = d*d", "d = d(d)"],
    "transpose": ["y = W.T @ x", "y = V.T @ x", "y = W.T2 @ x", "y = W. T @ x", "y = 3.T @ x", "y = W.T.T @ x"],
    "accents": ["ŷ = x", "x̂ = ŷ", "x = x̂", "x̂y = 1", "y = x²", "y = x₁", "₁ = x", "y' = x''", "y'' = x'y", "σ = σ1"],
    "digits": ["y = ٣", "y = ³", "y = 1_000", "٣ -> y : 1", "y = 1e5", "y = 1e", "y = 1e+", "y = 1E-5", "y = .5.5"],
    "signs": ["y = −x", "y = -x", "y = +x", "y = --x", "y = x−z", "y = x-z", "y = x- -z", "y = x--z", "u v -1"],
    "templates": ["t1 = 2", "t{k} = 2", "for k in 1..2 { t{k} = 2 }", "t1 = 2", "t{1} = 2", "t1} = 2"],
    "blocks": ["for k in 1..2 {", "a = 1", "b = 2 }", "c = 3", "}", "d = 4", "for k in 1..2 { a = 1; b = 2; c = 3 }"],
    "brackets": ["y = (a", "y = (a + b)", "y = (a + b", "+ c)", "y = (a; b)", "y = [a, b]", "y = [a; b]", "y = a)"],
    "brackets deeper in": ["y = f(a)", "  y = f(a,", "    z = f(b)", "y = f(c)"],
    "comments": ["y = 1 # c", "y = 2#", "y = 3 #= y = 3", "# y = 4", "y = 5; # c", "y = 6;z = 7", "y = 8 ;; z = 9  #d"],
    "declarations": ["input x", "input y = 3", "input x y", "output x", "given x = 2", "given = 2", "claim x < 2"],
    "conditionals": ["y = if a then b else c", "y = if a then b else 2", "y = if a or b then b else c", "y = ifa"],
    "headers": ["source,target,partial", "source,target,partial", "u,v,w"],
    "ranges": ["input x in [-5, 5]", "input W[3,4]", "input y in [-1, 2]", "y = W[0, 1]", "y = W [0]", "y = W[i]"],
    "colons": ["u -> v : 3", "u->v:3", "u -> v: 3", "u - > v : 3", "u -> v :: 3", "u <- v : 3", "u -> v : -3"],
    "minus": ["u,v,3", "u,v,-3", "u,v,- 3", "u,v, -3", "u,v,--3", "u,v,-x", "u,v,-3x", "u,v,-3^2", "u,v,-0"],
    "minus elsewhere": ["u,v,2,-3", "u -> v:-3", "u -> v : -1e999", "u,v,-.5e-3", "input x, -3", "u,v,-3 # c"],
    "minus deeper in": ["y = f(a, -3", ")", "y = [1,-2", ",-3", "]", "u -> v :", "-3", "f(u, -3"],
    "newlines": ["y = 1\r", "y = 2\r\r", "\ufeffy = 3", "y = 4\ufeff", "y = 5\u2028", "y = 6\x85", "\u00a0y = 7\u00a0"],
    "control characters": ["y = \x01", "y = _", "y = x", "\x02 = 1", "y = x\0"],
}  # fmt: skip


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
            assert expr == (Name(word) if word[0].isalpha() or word[0] == "_" else Number(float(word)))


def test_the_collector_is_left_as_it_was():
    parse(Source("test", "y = 1"))
    assert gc.isenabled()
    gc.disable()
    try:
        parse(Source("test", "y = 1"))
        assert not gc.isenabled()
    finally:
        gc.enable()
