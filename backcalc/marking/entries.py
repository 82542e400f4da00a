"""An answer of a sheet, its numbers and its formulas apart: a chain `a = b = 0.34` may have links of both kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from backcalc.calculus.run import Run
from backcalc.language.statements import Answer, Link
from backcalc.marking.attempts import attempt
from backcalc.marking.formulas.judge import FormulaAnswer
from backcalc.marking.formulas.names import is_formula_of, resolved
from backcalc.marking.mark import VERDICTS, Attempt, Mark, as_written
from backcalc.marking.remedies import remedied
from backcalc.marking.subject import about, refusals, settled, subject_of, unknown
from backcalc.marking.truth import Truth
from backcalc.rules.values import is_known
from backcalc.text.errors import Diagnostic, UsageError
from backcalc.text.source import Source

BROKEN_LINK = "the first link that does not hold is {}"


@dataclass(frozen=True, eq=False)
class Entry:
    """An answer as it is to be marked: the formulas in it, and the number or the chain of numbers."""

    answer: Answer
    source: Source
    formulas: tuple[tuple[FormulaAnswer, Attempt], ...] = ()
    number: Attempt | None = None

    def marked(self, marks: Mapping[int, Mark | None]) -> Mark | None:
        """The mark of the whole by those of its parts: the worst, and the first link that does not hold."""
        parts = [pair[1] for pair in self.formulas] + ([self.number] if self.number is not None else [])
        found = [mark for part in parts if (mark := marks.get(id(part))) is not None]
        if not found:
            return None
        worst = max(found, key=lambda mark: VERDICTS.index(mark.verdict))  # VERDICTS are from the best to the worst.
        if len(found) == 1:
            return worst
        note = worst.note
        # A chain of numbers has had this note from its own links.
        if worst.verdict == "wrong" and BROKEN_LINK.format("") not in note:
            first = next(mark for mark in found if mark.verdict == "wrong")
            note = "; ".join(filter(None, [note, BROKEN_LINK.format(first.given)]))
        return replace(worst, given=as_written(self.source, self.answer.value_span), note=note)


def entry(run: Run, truth: Truth, answer: Answer, source: Source) -> Entry | Mark:
    """The answer beside the truth, its formulas resolved; where it cannot be read, the mark that says so.

    Raises UsageError where nobody can mark it.
    """
    answer = settled(run, answer)  # Whose derivative `x.grad` is must be known before a formula is read.
    if refused := refusals(run, answer):
        raise UsageError(source, refused)
    if answer.fault:
        return unreadable(answer, source, remedied(run, answer, source, answer.fault), truth.expected(answer))
    # One link or many: a plain answer is a chain of one.
    links = answer.links or (Link(answer.value, answer.value_span, None),)
    of_formulas = [link for link in links if is_formula_of(run, link.value)]
    formulas = []
    for link in of_formulas:
        part = answer._replace(value=link.value, value_span=link.span, links=())
        # One formula that cannot be read spoils the whole chain.
        formula, errors = resolved(run, part, source)
        if errors:
            return unreadable(answer, source, remedied(run, answer, source, errors[0]), truth.expected(answer))
        formulas.append((formula, Attempt(part, truth.expected(part), source)))
    numbers = tuple(link for link in links if link not in of_formulas)
    if not numbers:
        # A formula can be held where the truth at the point is not known; a number cannot.
        return Entry(answer, source, tuple(formulas))
    value = truth.expected(answer)
    if value is None or not is_known(value):
        raise UsageError(source, [unknown(run, answer)])
    is_chain = len(numbers) > 1
    last = numbers[-1]
    span = answer.value_span if not of_formulas else last.span  # A number among formulas is told of as its own link.
    whole = answer._replace(value=last.value, value_span=span, links=numbers if is_chain else ())
    return Entry(answer, source, tuple(formulas), attempt(whole, value, source, truth.known(answer, value)))


def unreadable(answer: Answer, source: Source, fault: Diagnostic, expected: Any) -> Mark:
    """The mark of an answer that cannot be read."""
    text = as_written(source, answer.value_span)
    return Mark(subject_of(answer), text, expected, "unreadable", note=fault.message, fault=fault, about=about(answer))
