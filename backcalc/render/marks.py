"""Marked answers, as a report and as JSON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from backcalc.arithmetic import DIGITS
from backcalc.check import Marked
from backcalc.render.json import dump
from backcalc.render.numbers import MAX_DIGITS, exact, value_text
from backcalc.render.report import Grid
from backcalc.values import shape_of

_SIGNS = {"right": "✓", "wrong": "✗"}


def marks_report(marked: Sequence[Marked], digits: int = DIGITS) -> list[Grid]:
    """A row an answer, then the score."""
    rows = [
        (_SIGNS[answer.verdict], answer.name, answer.given, _expected(answer, digits), answer.verdict)
        for answer in marked
    ]
    answers = Grid(("", "answer", "given", "expected", "verdict"), rows, frozenset([2, 3]))
    return [answers, Grid((), (), frozenset(), title=f"{_right(marked)} of {len(marked)} right")]


def render_marks_json(marked: Sequence[Marked]) -> str:
    """The answers with their verdicts, in the shape that the language's contract fixes."""
    return dump({"answers": list(map(answer_data, marked)), "right": _right(marked), "total": len(marked)})


def answer_data(answer: Marked) -> dict[str, Any]:
    """A marked answer as JSON has it."""
    return {
        "answer": answer.name,
        "given": answer.given,
        "expected": exact(answer.expected),
        "verdict": answer.verdict,
        "diagnosis": answer.diagnosis
        and {
            "kind": answer.diagnosis.kind,
            "where": answer.diagnosis.where,
            "text": answer.diagnosis.text,
        },
    }


def _expected(answer: Marked, digits: int) -> str:
    """The true value with as many digits as the answer has, so that a wrong last digit shows."""
    written = len(re.sub(r"e.*|\D", "", answer.given.lower()).lstrip("0"))
    return value_text(
        answer.expected, max(digits, 10) if shape_of(answer.expected) else min(MAX_DIGITS, max(digits, written))
    )


def _right(marked: Sequence[Marked]) -> int:
    return sum(answer.verdict == "right" for answer in marked)
