"""What a class got wrong, most common first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from backcalc.marking.grade import Graded

COMMON = 0.05
"""The share of a class from which on a wrong number is worth a look."""


def mistakes(graded: Iterable[Graded]) -> list[tuple[str, float]]:
    """What went wrong, and the share of the submissions in which it did, commonest first.

    A wrong answer without a diagnosis is told as it is written where it is COMMON, and from more than one student.
    """
    read = [each for each in graded if each.is_read]
    known: Counter[str] = Counter()
    unknown: Counter[str] = Counter()
    for each in read:
        wrong = [answer for answer in each.marked if answer.verdict == "wrong"]
        # A set a submission: who makes a mistake in ten answers counts once.
        known.update({answer.diagnosis.in_common for answer in wrong if answer.diagnosis})
        unknown.update({f"{answer.name} = {answer.given}" for answer in wrong if not answer.diagnosis})
    counts = known + Counter(
        {f"wrote {text}": count for text, count in unknown.items() if count >= max(2, COMMON * len(read))}
    )
    # By text where as many made them: the same class gives the same list, whatever the order of its files.
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [(text, count / len(read)) for text, count in ranked]
