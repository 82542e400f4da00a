"""The tape: one operation a slot, each after what it needs; a part that is shared, once."""

from __future__ import annotations

import pytest
from graphs import programs
from hypothesis import given, settings

import backcalc
from backcalc.graph.model import Dag, Node
from backcalc.graph.tape import Tape
from backcalc.language.expr import Call, Name
from backcalc.language.unparse import unparse


def written(text):
    """The slots of the tape of `text` in words, and where its nodes stand."""
    graph = backcalc.parse(text).objects
    tape = Tape(graph)
    node_at = {slot: name for name, slot in zip(graph.index, tape.slot, strict=True)}
    slots = []
    for slot, row in enumerate(tape.rows):
        if row is not None:
            slots.append(f"{row.symbol} {' '.join(map(str, tape.args[slot]))}")
        else:
            slots.append("input" if tape.literals[slot] is None else f"{tape.literals[slot]:g}")
        if slot in node_at:
            slots[-1] = f"{node_at[slot]}: {slots[-1]}"
    return slots


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("y = a + b", ["a: input", "b: input", "y: + 0 1"]),
        ("y = 3", ["3", "y: = 0"]),
        ("y = x", ["x: input", "y: = 0"]),
        ("y = 2*sin(x) + 2", ["x: input", "2", "sin 0", "* 1 2", "y: + 3 1"]),  # One 2 for both.
        ("y = x; z = 3*x; w = 3*z", ["x: input", "y: = 0", "3", "z: * 2 0", "w: * 2 3"]),
        ("y = ln(σ(x))", ["x: input", "sigmoid 0", "y: log 1"]),
        ("y = if x then x else 1", ["x: input", "1", "y: where 0 0 1"]),
        ("y = pi", ["3.14159", "y: = 0"]),
        ("def sq(x) = x*x; y = sq(sin(a))", ["a: input", "sin 0", "y: * 1 1"]),  # The argument, once.
        # Partials come last, for they may speak of any node.
        ("x -> y : y*2; y = 3; z = 2*y", ["x: input", "3", "y: = 1", "2", "z: * 3 2", "* 2 3"]),
        ("x -> y : 3; w -> y : z", ["x: input", "w: input", "z: input", "y: input", "3"]),
    ],
)
def test_slots(text, slots):
    assert written(text) == slots


def test_partials_are_slots():
    tape = Tape(backcalc.parse("x -> y : 3; w -> y : w; x -> y : 3").objects)
    (pairs,) = tape.partials.values()
    assert [tape.graph.nodes[tail].name for tail, _ in pairs] == ["x", "w", "x"]
    assert [tape.literals[slot] for _, slot in pairs] == [3, None, 3]
    assert pairs[1][1] == tape.slot[tape.graph.index["w"]]


def test_sharing_costs_nothing():
    expr = Name("x")
    for _ in range(1000):
        expr = Call("+", (expr, expr))
    nodes = (Node("x", "input", expr.span), Node("y", "expression", expr.span, ("x",), expr, expr))
    assert len(Tape(Dag(backcalc.parse("y = x").source, nodes)).rows) == 1001


@pytest.mark.parametrize(
    ("text", "constant"),
    [
        ("y = sin(1 + 2)*x", "1 2 + sin"),
        ("c = 3; y = c*2", "3 2"),  # Not c: it has an adjoint, and so has what comes from it.
        ("c = 2*3; y = sin(c) + x", "2 3"),
        ("u -> o : 1; o = 0.5; L = sin(o)", "0.5 1"),
        ("y = x^-2", "2 -x"),
    ],
)
def test_constant_slots(text, constant):
    tape = Tape(backcalc.parse(text).objects)
    fixed = [slot for slot, is_constant in enumerate(tape.constant) if is_constant]
    shown = [tape.rows[slot].symbol if tape.rows[slot] else f"{tape.literals[slot]:g}" for slot in fixed]
    assert " ".join(shown) == constant


@settings(max_examples=60)
@given(programs())
def test_a_slot_needs_only_earlier_ones(drawn):
    tape = Tape(drawn.run().graph)
    assert len(tape.rows) == len(tape.args) == len(tape.literals) == len(tape.spans) == len(tape.constant)
    assert all(arg < slot for slot, args in enumerate(tape.args) for arg in args)
    for node, slot, begin in zip(tape.graph.nodes, tape.slot, tape.begin, strict=True):
        assert begin <= slot
        assert (tape.rows[slot] is None) is (node.expr is None)
    assert len(set(tape.slot)) == len(tape.slot)
    # One slot a number as it is spelt: `2` and `2.0` are shown as they stand.
    numbers = [(number, tape.spelling.get(slot)) for slot, number in enumerate(tape.literals) if number is not None]
    assert len({(number, unparse(spelt) if spelt else "") for number, spelt in numbers}) == len(numbers)


def test_downstream_of_nothing_no_slot_stands():
    tape = Tape(backcalc.parse("y = x^2").objects)
    assert list(tape.downstream([])) == [False] * len(tape.rows)
