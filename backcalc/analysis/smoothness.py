"""Whether a node's derivatives, as the rules write them, tell how it changes along a line.

The mean value form, monotone inputs and Taylor's theorem all rest on that. What is not known to be smooth is not.
"""

from __future__ import annotations

from collections.abc import Iterator

from backcalc.calculus.evaluate import Evaluation
from backcalc.language.statements import OwnSymbol
from backcalc.rules.primitives import Primitive
from backcalc.rules.row import FLAT

POLES = ("tan", "inv")  # What has no value at some arguments, which no text of the table tells.
JUMPS = ("atan2", "stop_gradient", "detach")  # What jumps, or has other slopes than its own.


def is_continuous(evaluation: Evaluation, name: str) -> bool:
    """Whether no operation of a node jumps, or has by the file's word another slope than its own."""
    # floor and sign have the slope 0 everywhere, though they jump. What a file states of its own function is not looked
    # into: a straight-through estimator is wrong by intent.
    return not _is_given(evaluation, name) and not any(
        FLAT in row.partials or row.symbol in JUMPS or isinstance(row.symbol, OwnSymbol)
        for row in _rows(evaluation, name)
    )


def is_smooth(evaluation: Evaluation, name: str) -> bool:
    """Whether no operation of a node jumps or bends either, so that its derivative is right at every point."""
    return is_continuous(evaluation, name) and not any(row.kinks or row.selects for row in _rows(evaluation, name))


def has_domain(evaluation: Evaluation, name: str) -> bool:
    """Whether some operation of a node exists for some arguments only."""
    tape = evaluation.tape
    for slot in _slots(evaluation, name):
        row = evaluation.rows[slot]
        if row is not None and row.symbol in POLES:
            return True
        if row is not None and (row.domain or row.poles):
            exponent = tape.literals[tape.args[slot][1]] if row.symbol == "^" else None
            if exponent is None or exponent < 0 or not float(exponent).is_integer():
                return True  # Whole powers are there for all numbers.
    return False


def _is_given(evaluation: Evaluation, name: str) -> bool:
    """Whether a node depends on one whose value is stated: it does not change, and its formula has a slope."""
    tape = evaluation.tape
    given = {tape.slot[node] for node in tape.given}
    slots = _slots(evaluation, name)
    # Edges are slopes that the file states, whatever value it states beside them.
    return any(slot in tape.incoming or (slot in given and evaluation.rows[slot] is not None) for slot in slots)


def _rows(evaluation: Evaluation, name: str) -> Iterator[Primitive]:
    """The operations of a node that an input could make jump: what is made of constants stays where it is."""
    constant, args = evaluation.tape.constant, evaluation.tape.args
    for slot in _slots(evaluation, name):
        row = evaluation.rows[slot]
        # Nor does a choice by constants change its branch: of x^c by whether c − 1 is 0.
        if row is not None and not constant[slot] and not (row.symbol == "where" and constant[args[slot][0]]):
            yield row


def _slots(evaluation: Evaluation, name: str) -> set[int]:
    """What a node is made of. Not all of a graph: of a claim the size has an `abs` where the margin has none."""
    tape = evaluation.tape
    last = tape.slot[tape.graph.index[name]]
    needed = {last}
    for slot in range(last, -1, -1):  # Arguments stand before what reads them.
        if slot in needed:
            needed.update(tape.args[slot])
    return needed
