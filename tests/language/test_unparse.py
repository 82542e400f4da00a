"""Printing: what is printed reads back as the same, in a single spelling with no parentheses too many."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from strategies import NESTS, expressions, headers, simple_statements, statements, templates, typed, without_places

from backcalc.language.expr import NEGATE, Call, Expr, Name, Number, postorder
from backcalc.language.parser import parse, parse_expression
from backcalc.language.statements import Loop, Statement
from backcalc.language.unparse import number_text, unparse, unparse_statement
from backcalc.text.errors import ParseError
from backcalc.text.source import Source

DEPTH = 10_000

law = settings(max_examples=250)


def read(text: str) -> Expr:
    """The expression that `text` is."""
    return parse_expression(Source("test", text))


def read_statement(text: str) -> Statement:
    """The one statement in `text`, without its places. It stands second, so that it is no header."""
    _, statement = parse(Source("test", f"first = 1\n{text}")).statements
    return without_places(statement)


# ---- Laws ------------------------------------------------------------------------------------------------------------


@law
@given(expressions)
def test_an_expression_reads_back(expr):
    assert read(unparse(expr)) == expr


@law
@given(templates())
def test_a_template_reads_back(template):
    assert read(unparse(template)) == template


@law
@given(statements)
def test_a_statement_reads_back(statement):
    assert typed(read_statement(unparse_statement(statement))) == typed(statement)


@law
@given(headers)
def test_a_header_reads_back(header):
    (read_back,) = parse(Source("test", unparse_statement(header))).statements
    assert typed(without_places(read_back)) == typed(header)


@law
@given(simple_statements)
def test_a_statement_stands_on_one_line(statement):
    text = unparse_statement(statement)
    assert "\n" not in text
    assert text == text.strip()


@law
@given(expressions)
def test_printing_again_changes_nothing(expr):
    text = unparse(expr)
    assert unparse(read(text)) == text


def spellings(expr: Expr) -> list[str]:
    """The literals of `expr` as written, from left to right."""
    return [part.text or number_text(part.value) for part in postorder(expr) if isinstance(part, Number)]


@law
@given(expressions)
def test_literals_keep_their_spelling(expr):
    assert spellings(read(unparse(expr))) == spellings(expr)


def grouping_parentheses(text: str) -> list[tuple[int, int]]:
    """Where parentheses group and do not belong to a call.

    Two kinds are there for the reader: around an `if` that is an operand, and around the number in `(2.5).T`.
    """
    pairs, stack = [], []
    for i, char in enumerate(text):
        if char == "(":
            stack.append(i)
        elif char == ")":
            start = stack.pop()
            is_call = re.search(r"[\w'\u0300-\u036f]$", text[:start])
            if not is_call and not re.match(r"\(if |\([\d.e+-]+\)\.T", text[start:], re.IGNORECASE):
                pairs.append((start, i))
    return pairs


def meaning(text: str) -> Expr | None:
    """The expression that `text` is, None where it is none."""
    try:
        return read(text)
    except ParseError:
        return None


@law
@given(expressions)
def test_no_parentheses_are_too_many(expr):
    text = unparse(expr)
    for start, end in grouping_parentheses(text):
        without = text[:start] + text[start + 1 : end] + text[end + 1 :]
        assert meaning(without) != expr, text


# ---- Rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("w * x+b", "w*x + b"),
        ("(a + b) + c", "a + b + c"),
        ("a + (b + c)", "a + (b + c)"),
        ("a - (b - c)", "a - (b - c)"),
        ("(a*b)/c", "a*b/c"),
        ("a/(b*c)", "a/(b*c)"),
        ("(a + b)*(c)", "(a + b)*c"),
        ("a@(b*c)", "a @ (b*c)"),
        ("(a^b)^c", "(a^b)^c"),
        ("a^(b^c)", "a^b^c"),
        ("x**2", "x^2"),
        ("-(x^2)", "-x^2"),
        ("(-x)^2", "(-x)^2"),
        ("2^(-1)", "2^-1"),
        ("2^(-x^2)", "2^-x^2"),
        ("2^(-(x + y))", "2^-(x + y)"),
        ("2^(-(x*y))", "2^-(x*y)"),
        ("2^((-x)*y)", "2^(-x*y)"),
        ("-(-x)", "--x"),
        ("-(x*y)", "-(x*y)"),
        ("(-x)*y", "-x*y"),
        ("a - (-b)", "a - -b"),
        ("a*(-b)", "a*-b"),
        ("−x − 1", "-x - 1"),
        ("+x", "x"),
        ("(x + 1).T", "(x + 1).T"),
        ("(x.T)[0]", "x.T[0]"),
        ("(3).T", "(3).T"),
        ("(x[0])^2", "x[0]^2"),
        ("(-x)[0]", "(-x)[0]"),
        ("((sin(x)))", "sin(x)"),
        ("f( )", "f()"),
        ("max(a,(b + c))", "max(a, b + c)"),
        ("[ [1,2] , [3,4] ]", "[[1, 2], [3, 4]]"),
        ("W[0,1]", "W[0, 1]"),
        ("not(a<b)", "not a < b"),
        ("(not a)<b", "(not a) < b"),
        ("not (a and b) or c", "not (a and b) or c"),
        ("a and (b or c)", "a and (b or c)"),
        ("(a and b) or c", "a and b or c"),
        ("(a < b) == c", "(a < b) == c"),
        ("1 + if c then a else b", "1 + (if c then a else b)"),
        ("if c then a else (b + 1)", "if c then a else b + 1"),
        ("(if c then a else b) + 1", "(if c then a else b) + 1"),
        ("f(if c then a else b)", "f(if c then a else b)"),
        ("t{ k - 1 }_{(2*j)}'", "t{k-1}_{2*j}'"),
        ("t{(k + 1)*2}", "t{(k+1)*2}"),
        ("1.50 + 2. + .5 + 1e3 + 007", "1.50 + 2. + .5 + 1e3 + 007"),
    ],
)
def test_an_expression_is_printed_so(text, printed):
    assert unparse(read(text)) == printed


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("y=2", "y = 2"),
        ("u->v:3", "u -> v : 3"),
        ("u   v   3", "u v 3"),
        ("u\tv   3", "u\tv\t3"),
        ("u , v , 3", "u,v,3"),
        ("d( v ) / d (u)=3", "d(v)/d(u) = 3"),
        ("∂ v / ∂ u=3", "∂v/∂u = 3"),
        ("∂( v )/∂(u)=3", "∂(v)/∂(u) = 3"),
        ("1->2:3", "1 -> 2 : 3"),
        ("input   x", "input x"),
        ("input W[ 3,4 ]=0 in[-5,5]", "input W[3,4] = 0 in [-5, 5]"),
        ("output   J", "output J"),
        ("given h=[1,2]", "given h = [1, 2]"),
        ("adjoint h=-2", "adjoint h = -2"),
        ("def f(x,y)=x*y", "def f(x, y) = x*y"),
        ("claim a<b", "claim a < b"),
        ("for k in 1 .. 3{a{k}=k;b{k}=1}", "for k in 1..3 { a{k} = k; b{k} = 1 }"),
        ("for k in 2. .. 3 {\n}", "for k in 2. .. 3 { }"),
        ("for k in -1^2..(k + 1)*2 {\n}", "for k in -1^2..(k + 1)*2 { }"),
    ],
)
def test_a_statement_is_printed_so(text, printed):
    assert unparse_statement(read_statement(text)) == printed


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (3.0, "3"), (0.1, "0.1"), (1e22, "1e+22"), (1e-300, "1e-300"), (123456789.0, "123456789")],
)
def test_a_number_made_by_a_calculation_has_the_shortest_text(value, text):
    assert unparse(Number(value)) == number_text(value) == text


@pytest.mark.parametrize(
    ("expr", "text"),
    [
        (Call("^", (Number(-2.0), Number(2.0))), "(-2)^2"),
        (Call("^", (Number(2.0), Number(-2.0))), "2^-2"),
        (Call("*", (Number(-2.0), Name("x"))), "-2*x"),
        (Call("-", (Name("x"), Number(-2.0))), "x - -2"),
        (Call(NEGATE, (Number(-2.0),)), "--2"),
    ],
)
def test_a_negative_number_wears_parentheses_where_a_minus_would(expr, text):
    assert unparse(expr) == text


# ---- Depth -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", NESTS)
def test_depth_is_no_obstacle(form):
    nest = NESTS[form]
    assert unparse(nest.expr(DEPTH)) == nest.text(DEPTH)


@pytest.mark.parametrize("form", NESTS)
def test_deep_expressions_are_compared_hashed_and_shown(form):
    one, other = NESTS[form].expr(DEPTH), NESTS[form].expr(DEPTH)
    assert one == other
    assert hash(one) == hash(other)
    assert one != NESTS[form].expr(DEPTH + 1)
    assert len(repr(one)) < 100


def test_a_loop_is_printed_on_one_line():
    loop = read_statement("for k in 1..2 {\n for j in 1..k {\n a{k}{j} = 1\n }\n}")
    assert isinstance(loop, Loop)
    assert unparse_statement(loop) == "for k in 1..2 { for j in 1..k { a{k}{j} = 1 } }"
