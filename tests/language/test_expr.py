"""Expressions: equal by structure, walked once a distinct object, never by recursion."""

from __future__ import annotations

import pickle
from copy import deepcopy

import pytest

from backcalc.language.expr import (
    PICK,
    SLICES,
    Call,
    Folded,
    Name,
    Number,
    fold,
    is_operation,
    label,
    names,
    placed,
    postorder,
    rewrite_calls,
    with_args,
)
from backcalc.language.parser import parse_expression
from backcalc.text.source import Source, Span

DEEP, DOUBLINGS = 100_000, 200


def expression(text):
    return parse_expression(Source("test", text))


def deep():
    """sin(sin(… x …)), deeper than any stack."""
    expr = Name("x")
    for _ in range(DEEP):
        expr = Call("sin", (expr,))
    return expr


def shared():
    """x + x of itself, again and again: 2^200 leaves, and 201 objects."""
    expr = Name("x")
    for _ in range(DOUBLINGS):
        expr = Call("+", (expr, expr))
    return expr


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("3", "3"),
        ("x", "x"),
        ("a - b*c", "a b c * -"),
        ("f(a, b, c)", "a b c f"),
        ("-x^2", "x 2 ^ -x"),
        ("a + b + c", "a b + c +"),
        ("if a then b else c", "a b c if"),
    ],
)
def test_postorder(text, order):
    shown = [
        part.fn if isinstance(part, Call) else getattr(part, "id", "") or part.text
        for part in postorder(expression(text))
    ]
    assert shown == order.split()


def test_postorder_gives_a_shared_part_once():
    x = Name("x")
    square = Call("*", (x, x))
    assert [id(part) for part in postorder(Call("+", (square, square)))][:2] == [id(x), id(square)]
    assert len(list(postorder(shared()))) == DOUBLINGS + 1


@pytest.mark.parametrize(("build", "count"), [(deep, DEEP + 1), (shared, 2**DOUBLINGS * 2 - 1)])
def test_fold_counts_the_tree(build, count):
    assert fold(build(), lambda _: 1, lambda _, args: 1 + sum(args)) == count


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("3 + 4", {}),
        ("a*b + a", {"a": Span(0, 1), "b": Span(2, 3)}),
        ("sin(x) - cos(y)*x", {"x": Span(4, 5), "y": Span(13, 14)}),
    ],
)
def test_names_have_their_first_place(text, found):
    assert {name: place.span for name, place in names(expression(text)).items()} == found


def test_with_args_keeps_what_does_not_change():
    x, y = Name("x"), Name("y")
    call = Call("+", (x, y), Span(3, 8))
    assert with_args(call, (x, y)) is call
    other = with_args(call, (x, x))
    assert (other.fn, other.args, other.span) == ("+", (x, x), Span(3, 8))


def along(axis):
    return Call("sum", (Name("x"),), options=(("axis", axis),))


def test_options_go_with_a_call():
    call = along(1)
    for copied in (deepcopy(call), pickle.loads(pickle.dumps(call)), placed(call, Span(2, 5)), rewrite_calls(call, {})):
        assert copied == call
        assert copied.options == (("axis", 1),)
    assert with_args(call, (Name("y"),)).options == call.options
    assert label(call.fn, call.options) == "sum(…, axis=1)"


EQUAL = [
    (Number(1.0, "1"), Number(1.0, "1.00", Span(5, 9))),
    (Name("x"), Name("x", Span(2, 3))),
    (expression("a+(b*c)"), expression("a  +  b * c")),
    (expression("2**x"), expression("2^x")),
    (deep(), deep()),
    (shared(), shared()),
    (along(0), along(0)),
]
UNEQUAL = [
    (Number(1.0), Number(2.0)),
    (Name("x"), Name("y")),
    (Number(1.0), Name("1")),
    (expression("a - b"), expression("b - a")),
    (expression("(a - b) - c"), expression("a - (b - c)")),
    (Call("f", (Name("x"),)), Call("f", (Name("x"), Name("x")))),
    (Call("f", (Call("g", ()), Name("x"))), Call("f", (Call("g", (Name("x"),)),))),
    (Call("f", ()), Name("f")),
    (Call("sum", (Name("x"),)), along(0)),
    (along(0), along(1)),
    (Call("exp", (along(0),)), Call("exp", (along(1),))),
    (deep(), Call("sin", (deep(),))),
    (shared(), Call("+", (shared(), Name("x")))),
]


@pytest.mark.parametrize(("a", "b"), EQUAL)
def test_equal_by_structure(a, b):
    assert a == b
    assert hash(a) == hash(b)


@pytest.mark.parametrize(("a", "b"), UNEQUAL)
def test_unequal_by_structure(a, b):
    assert a != b
    assert b != a


def test_the_same_hash_is_not_equality():
    """-1 and -2 have the same hash in Python."""
    assert hash(Number(-1.0)) == hash(Number(-2.0))
    assert Number(-1.0) != Number(-2.0)
    assert Call("sin", (Number(-1.0),)) != Call("sin", (Number(-2.0),))


def test_fold_goes_on_from_what_is_done():
    x, seen, done = Name("x"), [], Folded()
    inner = Call("sin", (x,))
    outer = Call("cos", (inner,))
    for expr in (inner, outer, outer):
        fold(expr, lambda leaf: leaf, lambda call, args: seen.append(call.fn) or with_args(call, args), done)
    assert seen == ["sin", "cos"]


def test_other_things_are_not_equal():
    assert Name("x") != "x"
    assert Number(1.0) != 1.0


@pytest.mark.parametrize("text", ["sin(x)", "f(x, y)"])
def test_is_named(text):
    assert expression(text).is_named


SYNTAX = ("x + y", "-x", "not x", "a and b", "a or b", "if a then b else c", "[1, 2]", "x.T", "x[0]", "a @ b", "a < b")


@pytest.mark.parametrize("text", SYNTAX)
def test_syntax_is_not_named(text):
    assert not expression(text).is_named


def test_repr_of_a_deep_expression_is_flat():
    assert repr(deep()) == "Call('sin', <1>)"


def test_what_is_folded_together_is_never_taken_for_another():
    done = Folded()
    for i in range(1000):  # Each is gone before the next is made, which may get its place in memory.
        found = fold(Call("f", (Number(float(i)),)), lambda leaf: leaf.value, lambda _, args: args[0], done)
        assert found == i


def test_an_index_is_no_operation():
    for fn in (*SLICES, PICK):
        assert not is_operation(Call(fn, ()))


def test_a_name_is_equal_to_names_alone():
    x = Name("x")
    assert x == Name("x", Span(1, 2))
    assert hash(x) == hash(Name("x"))
    assert Call("sin", (x,)) == Call("sin", (Name("x"),))
    assert all(x != other for other in (Name("y"), Number(1.0), Call("sin", (x,)), "x"))
