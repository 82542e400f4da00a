"""A submission's marks as the results.json of Gradescope's autograder: one test case an answer.

The fields are those of "Output format" in Gradescope's autograder specifications.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any
from unicodedata import normalize

from backcalc import progress
from backcalc.marking.grade import Graded
from backcalc.marking.mark import Mark
from backcalc.render.formats.json import dump
from backcalc.render.reports.marks import notes_of
from backcalc.render.values import value_text
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import STEERING

_UNFIT = re.compile(rf"^\.+|[. ]+$|[/\\:<>\"|?*\x00-\x1f]|{STEERING}")  # In a folder's name, on any system.
LONGEST = 80  # Characters of a name.
MOST_BYTES = 240  # A folder's name has at most 255, of which a number takes some; an emoji is four.
AT_ONCE = 64  # Submissions between two looks at the progress bar.


def render_gradescope(graded: Graded, digits: int = DIGITS, *, hints: bool = False) -> str:
    """The results of one submission; with `hints` nothing in it gives the expected values away."""
    # All as text: an answer may hold `<` or `*`.
    return dump(
        {
            "score": float(graded.points),
            "output": _output(graded),
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "tests": [_test(graded, i, digits, hints=hints) for i in range(len(graded.marked))],
        },
        indented=True,
    )


def write_gradescope(graded: Sequence[Graded], out: str, digits: int = DIGITS, *, hints: bool = False) -> None:
    """Write a NAME/results.json for each submission into the folder `out`, which is made. Raises OSError."""
    for each, name in zip(progress.through("writing", graded, AT_ONCE), folders_of(graded), strict=True):
        folder = Path(out, name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "results.json").write_text(f"{render_gradescope(each, digits, hints=hints)}\n", encoding="utf-8")


def folders_of(graded: Iterable[Graded]) -> Iterator[str]:
    """A name that a folder can have for each submission, and no other has; numbered where it would be another's."""
    taken, counts = set[str](), Counter[str]()
    for each in graded:
        # A submission's name may come from a cell that anyone filled in: `../x` must not lead out of the folder.
        plain = name = _UNFIT.sub("_", _cut(each.name[:LONGEST])) or "_"
        # Besides `Ada` and `Ada` there may be one who is called `Ada (2)`.
        while _as_system(name) in taken:
            counts[_as_system(plain)] += 1
            name = f"{plain} ({counts[_as_system(plain)] + 1})"
        taken.add(_as_system(name))
        yield name


def _cut(name: str) -> str:
    """As much of a name as a file system takes."""
    while len(os.fsencode(name)) > MOST_BYTES:
        name = name[:-1]
    return name


def _as_system(name: str) -> str:
    """What a file system may tell a name by: to some `Ada` and `ada` are one, and `ö` however it is composed."""
    return normalize("NFC", normalize("NFC", name).casefold())


def _output(graded: Graded) -> str:
    """What the whole submission is told: the score, and what is wrong with answers that could not be read."""
    score = f"{graded.points:g} of {graded.most:g}"
    return score if graded.error is None else f"{score}\n\n{graded.error}"


def _test(graded: Graded, number: int, digits: int, *, hints: bool) -> dict[str, Any]:
    answer, share, weight = graded.marked[number], graded.earned[number], graded.weights[number]
    return {
        "name": answer.name,
        "number": str(number + 1),
        "score": share * weight,
        "max_score": float(weight),
        "status": "passed" if share else "failed",  # One that earns a part has passed, with the points that it has.
        "output": "\n".join(_told(answer, digits, hints=hints)),
    }


def _told(mark: Mark, digits: int, *, hints: bool) -> list[str]:
    """What the student reads below an answer."""
    lines: list[str] = [mark.verdict]
    if mark.given:
        lines.append(f"given: {mark.given}")
    # A hint tells where to look; the number would end the search.
    if mark.verdict != "right" and not hints:
        lines.append(f"expected: {value_text(mark.expected, digits)}")
    return [*lines, *notes_of(mark, digits, hints=hints)]
