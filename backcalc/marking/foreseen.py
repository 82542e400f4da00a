"""What each answer to a run would be told, worked out beforehand: for a page that marks where this program is not.

These are the tables that `check` looks in for an answer that stands alone on its sheet.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from backcalc.calculus.run import Run
from backcalc.language.expr import Number
from backcalc.language.statements import Answer
from backcalc.marking.key import Key
from backcalc.marking.mark import Attempt
from backcalc.marking.rework import ROUNDINGS
from backcalc.marking.sheet import question
from backcalc.marking.subject import subject_of
from backcalc.rules.values import is_known, shape_of
from backcalc.text.source import Source

MOST_MISTAKES = 20_000
"""Wrong numbers of all tables together that a page has room for; of larger graphs `check` tells the mistakes."""

_NOWHERE = Source("", "")


class Wrong(NamedTuple):
    """A number or array that a mistake leads to, and what is told of it; the smaller the rank, the likelier.

    Of those that are `alone` the first is told, of others of one rank two.
    """

    value: Any
    rank: tuple[int, int]
    text: str
    alone: bool


class Foreseen(NamedTuple):
    """What is told of answers for `name`, do/dt1 or t1; `expected` is the truth, a number or an array.

    A true zero may have up to `scale` · 1e-9 left of it. `of_zero` is told where a 0 is written and wrong, `of_others`
    where anything else is. `rounded` are what the ROUNDINGS lead to, None where nobody rounds.
    """

    name: str
    of: str
    wrt: str | None
    expected: Any
    scale: float = 0.0
    of_zero: str = ""
    of_others: str = ""
    rounded: Sequence[float | None] = ()
    mistakes: Sequence[Wrong] = ()


def foresee(run: Run) -> list[Foreseen]:
    """What is told of answers for each value that is worked out and each derivative of a run, where it is known."""
    key = Key(run)
    asked = [(answer, key.truth.expected(answer)) for answer in _asked(run)]
    known = [pair for pair in asked if pair[1] is not None and is_known(pair[1])]
    every = [list(_wrong(key, *pair)) for pair in known]
    # All or none: with half of its tables a page would know one mistake at one node and not at the next.
    if sum(map(len, every)) > MOST_MISTAKES:
        every = [[] for _ in known]
    return [_foreseen(key, *pair, wrong) for pair, wrong in zip(known, every, strict=True)]


def _asked(run: Run) -> Iterator[Answer]:
    """What is asked: the values that a formula gives, then the derivatives, in the order of the passes."""
    nodes, anything = run.graph.nodes, question("x")
    yield from (anything._replace(of=node.name) for node in nodes if node.kind == "expression")
    yield from (anything._replace(of=run.output, wrt=node.name) for node in reversed(nodes) if not node.is_fixed)


def _attempt(key: Key, answer: Answer, expected: Any, value: str) -> Attempt:
    """The answer as if this number had been written."""
    given = answer._replace(value=Number(float(value), value))
    return Attempt(given, expected, _NOWHERE, key.truth.known(answer, expected))


def _foreseen(key: Key, answer: Answer, expected: Any, wrong: Sequence[Wrong]) -> Foreseen:
    """What is told of the answers to one question."""
    found = Foreseen(subject_of(answer), answer.of, answer.wrt, expected, mistakes=wrong)
    if shape_of(expected):
        return found
    zero, other = (_attempt(key, answer, expected, value) for value in ("0", "1"))
    of_zero, of_others = key.diagnosis(zero) if expected else None, None if expected else key.independence(answer)
    return found._replace(
        scale=other.known.scale,
        of_zero=of_zero.text if of_zero else "",
        of_others=of_others.text if of_others else "",
        rounded=tuple(key.roundings.result(rounding, other) for rounding in ROUNDINGS),
    )


def _wrong(key: Key, answer: Answer, expected: Any) -> Iterator[Wrong]:
    """What mistakes lead to."""
    # ∂L/∂L is where the work begins: no step leads to it.
    if answer.of == answer.wrt or not key.truth.is_plain(Attempt(answer, expected, _NOWHERE)):
        return
    for suspect, text in key.diagnoser.every(answer.of, answer.wrt):
        if shape_of(suspect.value) == shape_of(expected):
            yield Wrong(suspect.value, suspect.rank, text, suspect.mistake.kind == "other-node")
