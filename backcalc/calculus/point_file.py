"""A point from a file: an object of JSON, whose keys are names."""

from __future__ import annotations

import json
import re
from math import isinf
from typing import Any

from backcalc.language.expr import VECTOR, Call, Expr, Number
from backcalc.language.parser import parse_expression
from backcalc.text.errors import Code, Diagnostic, UsageError
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

_POINT = ('a point is written {"x": 1, "w": 0.5}',)


def read_values(source: Source) -> dict[str, Any]:
    """What the object says of each name. Raises UsageError with the place."""
    try:
        found = json.loads(source.text, parse_float=_finite, object_pairs_hook=_pairs)
    except json.JSONDecodeError as error:
        place = Span(error.pos, error.pos + 1)
        message = f"this is not JSON: {error.msg.lower()}"
        raise UsageError(source, [Diagnostic(Code.BAD_JSON, message, place, hints=_POINT)]) from None
    except RecursionError:  # Python's reader of JSON recurses.
        raise UsageError(source, [Diagnostic(Code.BAD_JSON, "this JSON is nested too deeply")]) from None
    except ValueError:  # From `_finite`, or from a whole number of more digits than Python reads.
        raise UsageError(source, [Diagnostic(Code.BAD_JSON, "a number in this JSON is too large")]) from None
    if not isinstance(found, dict):
        raise UsageError(source, [Diagnostic(Code.BAD_JSON, "this is no JSON object", hints=_POINT)])
    if isinstance(found, _Twice):
        (key,) = found
        # By the text, for Python's reader tells no places: as a key it stands before a colon. Written with escapes it
        # is not found, and has no place.
        pattern = rf"({re.escape(json.dumps(key, ensure_ascii=False))})\s*:"
        places = [Span(*each.span(1)) for each in re.finditer(pattern, source.text)]
        span = places[1] if len(places) > 1 else None
        raise UsageError(source, [twice(key, span)])
    return found


def read_written(source: Source) -> dict[str, Expr]:
    """What is written of each name as an expression, its numbers with all their digits.

    Of an object whose values have been read.
    """
    found = json.loads(source.text, parse_float=_written, parse_int=_written)
    return {name: _expression(value) for name, value in found.items()}


def _written(text: str) -> Number:
    return Number(float(text), text)


def _expression(value: Any) -> Expr:
    """A value of JSON as an expression."""
    if isinstance(value, list):  # Of three levels at most: deeper ones are no value of an input.
        return Call(VECTOR, tuple(map(_expression, value)))
    if isinstance(value, str):
        return parse_expression(Source("", value))
    return value if isinstance(value, Number) else Number(float(value))  # NaN and Infinity, which JSON has not.


def twice(name: str, span: Span | None) -> Diagnostic:
    """That a name has two values."""
    message, hints = f"`{shorten(name)}` is given twice", ("each input has one value",)
    return Diagnostic(Code.GIVEN_TWICE, message, span, hints=hints)


class _Twice(dict[str, Any]):
    """A JSON object in which this key stands twice; which value is meant nobody knows."""


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON, which may have a key twice: Python would take the last."""
    found = dict[str, Any]()
    for key, value in pairs:
        if key in found:
            return _Twice({key: value})
        found[key] = value
    return found


def _finite(text: str) -> float:
    """`text` as a float. Raises ValueError where float64 ends."""
    value = float(text)
    if isinf(value):  # JSON has no infinity: 1e999 is a slip rather than a wish.
        raise ValueError
    return value
