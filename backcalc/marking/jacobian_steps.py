"""Why a Jacobian is wrong: the transpose, that by another node, or the one mistake that gives each of its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from backcalc.language.expr import VECTOR, Call
from backcalc.marking.diagnosis.diagnose import Diagnoser
from backcalc.marking.diagnosis.mistakes import ANSWER, rows_at
from backcalc.marking.diagnosis.suspects import Suspect
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.mark import Attempt
from backcalc.marking.truth import Truth
from backcalc.rules.values import is_array, is_known, shape_of
from backcalc.text.numerals import derivative
from backcalc.text.wording import shorten

MOST_ROWS = 8  # Of a vector, each of which is looked at like a number's derivative.


def of_jacobian(truth: Truth, diagnoser: Diagnoser, given: Attempt) -> Diagnosis | None:
    """The likeliest mistake behind a wrong derivative of an array or of an element of one; None where none fits."""
    assert given.wrt is not None
    if not is_known(given.expected) or not truth.run.linear.evaluation.is_known:
        return None
    # One element is a number's derivative, for which one sweep gives all suspects.
    element = truth.element(given.answer)
    if element is not None:
        place = given.answer.wrt_place
        return diagnoser.diagnose(element, given.wrt, place, given.value, given.slack, given.matches)
    if not given.is_whole:
        return None
    every = truth.derivatives(given.of)
    for found in _written_instead(truth, given, every):
        return found
    # Of a matrix by something a row would be a matrix itself.
    if shape_of(given.value) != shape_of(given.expected) or len(truth.run.shape(given.of)) > 1:
        return None
    return _of_rows(truth, diagnoser, given, list(_rows(truth, given)))


def _of_rows(truth: Truth, diagnoser: Diagnoser, given: Attempt, rows: list[Attempt]) -> Diagnosis | None:
    """The one mistake that gives every row that is wrong."""
    assert given.wrt is not None
    names = [truth.named(given.of, (i,)) for i in range(len(rows))]
    wrong = [i for i, row in enumerate(rows) if not row.matches(row.expected)]
    if len(rows) > MOST_ROWS:
        return None
    fitting = [
        # Backwards, so that of two suspects of one kind the likelier stays.
        {_what(suspect): suspect for suspect in reversed(_fitting(diagnoser, names[i], given.wrt, rows[i]))}
        for i in wrong
    ]
    # The one mistake must give each wrong row.
    common = [suspect for key, suspect in fitting[0].items() if all(key in each for each in fitting)] if fitting else []
    if not common:
        return None
    least = min(suspect.rank for suspect in common)
    told = [_placed(suspect, truth.run.graph.index[given.wrt]) for suspect in common if suspect.rank == least]
    # One row alone is told as such; of all of them the mistake is one in the whole.
    of = names[wrong[0]] if len(wrong) == 1 < len(rows) else given.of
    # The sentence is that of the first wrong row; where all rows are meant it is to speak of the whole.
    return diagnoser.in_words(told, names[wrong[0]], given.wrt, (), called=of)


def _placed(suspect: Suspect, node: int) -> Suspect:
    """A suspect as it is told of: at the node asked for, where it has no other place."""
    return suspect if suspect.node is not None else suspect._replace(node=node)


def _what(suspect: Suspect) -> tuple[Any, ...]:
    """A mistake and where it is made, whatever it gives."""
    return suspect.mistake, suspect.node, suspect.user, suspect.operation, suspect.others


def _fitting(diagnoser: Diagnoser, of: str, wrt: str, row: Attempt) -> list[Suspect]:
    """The suspects that give a row, the likeliest first."""
    return diagnoser.fitting(of, wrt, (), row.value, row.slack, row.matches)


def _rows(truth: Truth, given: Attempt) -> Iterator[Attempt]:
    """The rows of a Jacobian that is written out, each as an answer of its own."""
    value = given.answer.value
    for i, item in enumerate(value.args) if isinstance(value, Call) and value.fn == VECTOR else ():
        answer = given.answer._replace(value=item, of_place=(i,))
        expected = truth.expected(answer)
        yield Attempt(answer, expected, given.source, truth.known(answer, expected))


def _written_instead(truth: Truth, given: Attempt, every: Sequence[Any]) -> Iterator[Diagnosis]:
    """What may have been written down in place of the Jacobian that was found: its transpose, or another."""
    assert given.wrt is not None
    names = list(truth.run.graph.index)
    of, by = shorten(given.of), shorten(given.wrt)
    for mistake in rows_at(ANSWER):
        if mistake.kind == "transpose":
            others = {given.wrt: given.expected.T} if is_array(given.expected) else {}
        else:
            others = {name: jacobian for name, jacobian in zip(names, every, strict=True) if name != given.wrt}
        for name, jacobian in others.items():
            # That of zeros is another's by chance.
            if jacobian is not None and is_array(jacobian) and jacobian.any() and given.matches(jacobian):
                facts = {"d": derivative(of, by), "du": derivative(of, shorten(name))}
                yield Diagnosis(mistake.kind, name, mistake.text.format(**facts), mistake.hint.format(**facts))
