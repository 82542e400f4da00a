"""Answers that were read, made ready to be marked: in the shape that is asked, a chain as its links."""

from __future__ import annotations

from typing import Any

from backcalc.calculus.constant import constant
from backcalc.calculus.digits import Known
from backcalc.graph.shapes import Shape
from backcalc.language.expr import VECTOR, Call, Expr
from backcalc.language.statements import Answer, Link
from backcalc.marking.mark import Attempt
from backcalc.marking.written import read_value
from backcalc.rules.values import shape_of
from backcalc.text.errors import EvaluateError, ParseError
from backcalc.text.source import Source


def attempt(answer: Answer, expected: Any, source: Source, known: Known) -> Attempt:
    """The answer beside its true value; of a chain the last link, with the others."""
    whole = answer._replace(links=())
    if not answer.links:
        return Attempt(_fitted(whole, source, shape_of(expected)), expected, source, known)
    # All links are held against the one truth.
    links = [
        Attempt(_fitted(_of_link(whole, link), source, shape_of(expected)), expected, source, known)
        for link in answer.links
    ]
    last = links[-1]
    return Attempt(last.answer, expected, source, known, tuple(links[:-1]))


def _of_link(answer: Answer, link: Link) -> Answer:
    return answer._replace(value=link.value, value_span=link.span)


def _fitted(answer: Answer, source: Source, shape: Shape) -> Answer:
    """The answer in the shape that is asked, where it can be read so; else as it is."""
    is_array = isinstance(answer.value, Call) and answer.value.fn == VECTOR
    # Nearly all answers are numbers, and asked for as such.
    if not is_array or shape_of(constant(answer.value, source)) == shape:
        return answer
    # Tried in this order: what is nearest to the text first.
    others = [_flat(answer.value)] if len(shape) == 1 else []
    # Whether a comma in brackets is a decimal point shows in how many elements there are.
    for has_decimal_commas in (True, False):
        try:
            others.append(read_value(source, answer.value_span, has_decimal_commas=has_decimal_commas))
        except ParseError:
            continue  # Read so it is none; the other way may do.
    others += [_flat(other) for other in others[1:]] if len(shape) == 1 else []
    for other in others:
        try:
            if shape_of(constant(other, source)) == shape:
                return answer._replace(value=other)
        except EvaluateError:
            continue
    return answer


def _flat(value: Expr) -> Expr:
    """A column n×1 or a row 1×n as the vector that it stands for; what is neither as it is."""
    if not (isinstance(value, Call) and value.fn == VECTOR):
        return value
    rows = [arg for arg in value.args if isinstance(arg, Call) and arg.fn == VECTOR]
    if len(rows) != len(value.args):
        return value
    if len(rows) == 1:  # `[[1, 2, 3]]`: one row.
        return rows[0]
    is_column = all(len(row.args) == 1 for row in rows)  # `[[1], [2], [3]]`, as NumPy prints a column.
    return Call(VECTOR, tuple(row.args[0] for row in rows), value.span) if is_column else value
