"""What is told of a derivative that is 0, or is said to be: whether a path leads to its numerator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backcalc.language.statements import Answer
from backcalc.marking.diagnosis.telling import Diagnosis
from backcalc.marking.mark import Attempt
from backcalc.rules.values import shape_of
from backcalc.text.wording import shorten


def dependence(given: Attempt) -> Diagnosis | None:
    """That a derivative which is said to be 0 is not, for a path leads there."""
    if given.wrt is None or given.of == given.wrt or is_nonzero(given.value) or not is_nonzero(given.expected):
        return None
    return path_leads(given.of, given.wrt)


def path_leads(of: str, wrt: str) -> Diagnosis:
    """What is told of an answer that is 0 where the derivative is not."""
    y, x = shorten(of), shorten(wrt)
    text = f"a path leads from {x} to {y}, so this is not 0"
    return Diagnosis("missing-term", wrt, text, f"is there no path from {x} to {y}?")


def independence(answer: Answer, index: Mapping[str, int], leads: Callable[[str, str], bool]) -> Diagnosis | None:
    """That a derivative is 0 because no path leads to its numerator; None where one `leads` there."""
    of, wrt = answer.of, answer.wrt
    if wrt is None or of == wrt or of not in index or leads(wrt, of):
        return None
    y, x = map(shorten, (of, wrt))
    turned = f"; it is {x} that depends on {y}" if leads(of, wrt) else ""
    told = f"{y} does not depend on {x}, so this is 0{turned}"
    return Diagnosis("other-node", wrt, told, f"is there a path from {x} to {y}?")


def is_nonzero(value: Any) -> bool:
    """Whether a number, or an element of an array, is not 0."""
    return bool((value != 0).any() if shape_of(value) else value != 0)
