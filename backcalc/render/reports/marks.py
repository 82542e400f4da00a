"""Mark answers: a report, JSON, and CSV."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from backcalc.graph.shapes import shape_words
from backcalc.language.unparse import unparse
from backcalc.marking.mark import Mark, Verdict
from backcalc.marking.notation import Subject
from backcalc.marking.subject import subject_of
from backcalc.render.cells import NONE, Cell, CellValue, Derivative, NodeName, Phrase, Typed
from backcalc.render.document import Document, Grid, Sentence, Tone
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.render.values import MAX_DIGITS, TOO_LONG, exact, exact_formula, own_number, value_text
from backcalc.rules.values import is_known, literal, shape_of
from backcalc.text.errors import BackcalcError
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import plural, visible

SIGNS: dict[Verdict, str] = {
    "right": "✓",
    "rounding": "≈",
    "follows": "↪",
    "repeats": "↻",
    "wrong": "✗",
    "unreadable": "?",
    "missing": "–",
}
TONES: dict[Verdict, Tone] = {
    "right": "good",
    "rounding": "fair",
    "follows": "fair",
    "repeats": "fair",
    "wrong": "bad",
    "unreadable": "bad",
    "missing": "bad",
}

# What `--hints` adds to a verdict; what it says of a mistake comes from the table of mistakes.
VERDICT_HINTS: dict[Verdict, str] = {
    "rounding": "keep more digits on the way, and round at the end",
    "follows": "put the earlier answer right first",
    "repeats": "the same rule is wrong in an earlier answer: put that right first",
}
_NUMBERS = re.compile(r"[\d.,]+")  # Each by itself: a chain or a product has many digits, of which one has few.
PLACES_SHOWN = 3  # Wrong elements of an array.
CSV_HEADER = ("answer", "given", "expected", "verdict", "kind", "where", "diagnosis")


@dataclass(frozen=True)
class MarksReport:
    """Marked answers as they are shown; `first` is the first wrong one on the way back from the output, if any is.

    `reading` are the commands that show what to read of each answer.
    """

    marked: Sequence[Mark]
    digits: int = DIGITS
    hints: bool = False
    first: Subject | None = None
    reading: Sequence[str] = ()

    def document(self) -> Document:
        """A row an answer, and the score."""
        return Document(
            marks_blocks(self.marked, self.digits, hints=self.hints, first=self.first, reading=self.reading)
        )

    def json(self) -> Iterator[str]:
        """The answers with their verdicts."""
        return iter([render_marks_json(self.marked, hints=self.hints, first=self.first)])

    def csv(self) -> Iterator[str]:
        """A line an answer."""
        return render_marks_csv(self.marked, hints=self.hints)


@dataclass(frozen=True)
class FileHeading:
    """The name of a file, above its answers where there are several."""

    name: str

    def document(self) -> Document:
        """A line, in which no name steers a terminal or is a tag of a page."""
        return Document([Sentence(f"{visible(self.name)}:")])


@dataclass(frozen=True)
class FilesReport:
    """The marks of several files, or what keeps a file from being marked, as one document for programs."""

    files: Sequence[tuple[str, MarksReport | BackcalcError]]
    hints: bool = False

    def json(self) -> Iterator[str]:
        """An object a file, and the score of all."""
        files = [{"file": name, **self._object(found)} for name, found in self.files]
        # Of a file with an error nothing is counted: it has no marks.
        right, total = (sum(int(file.get(key, 0)) for file in files) for key in ("right", "total"))
        yield dump({"files": files, "right": right, "total": total}, indented=True)

    def _object(self, found: MarksReport | BackcalcError) -> dict[str, Any]:
        if isinstance(found, BackcalcError):
            return {"error": str(found)}
        return marks_object(found.marked, hints=self.hints, first=found.first)

    def csv(self) -> Iterator[str]:
        """A line an answer, the file first."""
        # A file with an error has no answers, and its error stands on stderr.
        reports = [(name, found) for name, found in self.files if isinstance(found, MarksReport)]
        rows = ((name, *_csv_row(mark, hints=self.hints)) for name, found in reports for mark in found.marked)
        yield from csv_lines([("file", *CSV_HEADER), *rows])


def marks_blocks(
    marked: Sequence[Mark],
    digits: int = DIGITS,
    *,
    hints: bool = False,
    first: Subject | None = None,
    reading: Sequence[str] = (),
) -> list[Grid | Sentence]:
    """A row an answer, below it what went wrong, then the score; with `hints` nothing that gives an answer away.

    `first` is the answer that is the first wrong one on the way back from the output, if there is one; `reading` the
    commands that show what to read of each answer.
    """
    header = ["", "answer", "given", "expected", "verdict"]
    rows: list[list[Cell]] = [
        [
            SIGNS[mark.verdict],
            mark.name,
            Typed(mark.given) if mark.given else NONE,  # As typed: `1/3` and `0.333` are not the same answer.
            _expected(mark, digits),
            mark.verdict,
        ]
        for mark in marked
    ]
    if hints:  # What is expected gives the answer away.
        header.pop(3)
        rows = [row[:3] + row[4:] for row in rows]
    told = [notes_of(mark, digits, hints=hints) for mark in marked]
    # Commands, where any are told, stand below the notes of their answers.
    told = [[*notes, *([read] if read else [])] for notes, read in zip_longest(told, reading, fillvalue="")]
    notes = {i: found for i, found in enumerate(told) if found}
    tones = {i: TONES[mark.verdict] for i, mark in enumerate(marked)}
    # Given and expected line up, so that a digit or a point in the wrong place shows.
    numbers = frozenset([2] if hints else [2, 3])
    return [
        Grid(header, rows, numbers, notes=notes, tones=tones),
        *([Sentence(Phrase(("first wrong, going backwards: ", asked_cell(first))))] if first else []),
        Sentence(score_text(marked)),
    ]


def asked_cell(asked: Subject) -> NodeName | Derivative | str:
    """What is asked, such as dL/dx1 or t: a derivative, or the value of a node."""
    if asked.then is not None:  # As the answers' column has it.
        return subject_of(asked)
    of = asked.of + _place(asked.of_place)
    return NodeName(of) if asked.wrt is None else Derivative(of, asked.wrt + _place(asked.wrt_place))


def _place(place: Sequence[int]) -> str:
    """The place of an element, as it stands behind a name; nothing for the whole."""
    return f"[{','.join(map(str, place))}]" if place else ""


def render_marks_json(marked: Sequence[Mark], *, hints: bool = False, first: Subject | None = None) -> str:
    """The answers with their verdicts, in the shape that the language's contract fixes."""
    return dump(marks_object(marked, hints=hints, first=first), indented=True)


def marks_object(marked: Sequence[Mark], *, hints: bool, first: Subject | None) -> dict[str, Any]:
    """The marks and their count as an object for JSON, with the `first` wrong node."""
    answers = [mark_object(mark, hints=hints) for mark in marked]
    right = sum(mark.verdict == "right" for mark in marked)
    return {"answers": answers, "right": right, "total": len(marked), "first_wrong": first and subject_of(first)}


def mark_object(mark: Mark, *, hints: bool = False) -> dict[str, object]:
    """One marked answer as JSON has it; with `hints` what is expected is null."""
    found = mark.diagnosis
    return {
        "answer": mark.name,
        "given": mark.given or None,
        "expected": None if hints else _stated(mark.expected),  # It would give the answer away.
        "verdict": mark.verdict,
        "note": mark.note or None,
        # Its hint names the rule that was broken, its text the numbers.
        "diagnosis": found and {"kind": found.kind, "where": found.where, "text": found.hint if hints else found.text},
    }


def _stated(expected: Any) -> Any:
    """What is true, for a program: numbers, or the formula where the derivative is one."""
    return exact(expected) if expected is None or is_known(expected) else exact_formula(expected)


def render_marks_csv(marked: Sequence[Mark], *, hints: bool = False) -> Iterator[str]:
    """A line an answer, what went wrong last; numbers are exact, arrays as the language writes them."""
    yield from csv_lines([CSV_HEADER, *(_csv_row(mark, hints=hints) for mark in marked)])


def _csv_row(mark: Mark, *, hints: bool) -> tuple[str, ...]:
    # As the language writes it, so that it may be typed as an answer.
    found, expected = mark.diagnosis, ""
    if not hints and mark.expected is not None:
        is_formula = not is_known(mark.expected)
        expected = exact_formula(mark.expected) or TOO_LONG if is_formula else unparse(literal(mark.expected))
    # The note stands in where nothing was diagnosed.
    diagnosis = (found.kind, found.where, found.hint if hints else found.text) if found else ("", "", mark.note)
    return mark.name, mark.given, expected, mark.verdict, *diagnosis


def score_text(marked: Sequence[Mark]) -> str:
    """`2 of 5 right`, and how many of the others are not simply wrong."""
    counts = Counter(str(mark.verdict) for mark in marked)
    # Those that are simply wrong are what is left.
    told = [
        f"{counts[verdict]} {verdict}"
        for verdict in ("rounding", "follows", "repeats", "unreadable", "missing")
        if counts[verdict]
    ]
    return ", ".join([f"{counts['right']} of {len(marked)} right", *told])


def notes_of(mark: Mark, digits: int, *, hints: bool) -> list[str]:
    """What stands below an answer: which elements are wrong, and why."""
    found = [_places_text(mark, digits, hints=hints), mark.note]
    if mark.diagnosis:
        found.append(mark.diagnosis.hint if hints else mark.diagnosis.text)
    elif hints:
        found.append(VERDICT_HINTS.get(mark.verdict, ""))  # Of a mistake that is known the diagnosis has a better one.
    return [note for note in found if note]


def _places_text(mark: Mark, digits: int, *, hints: bool) -> str:
    """Which elements of an array are wrong, or that the answer has another shape."""
    if mark.misshapen is not None:
        return f"this is {shape_words(mark.misshapen)}; what is asked is {shape_words(shape_of(mark.expected))}"
    # The place () is that of a number, of which there is no element to name.
    places = [place for place in mark.places if place]
    if not places:
        return ""
    # Of a large matrix the first few: who copied a row wrongly sees it in these.
    shown = [
        _place(place) + ("" if hints else f" is {value_text(own_number(mark.expected[place]), digits)}")
        for place in places[:PLACES_SHOWN]
    ]
    more = len(places) - len(shown)
    return f"wrong in {plural(len(places), 'element')}: {', '.join(shown)}" + (f" and {more} more" if more else "")


def _expected(mark: Mark, digits: int) -> CellValue:
    """The true value with as many digits as the answer has, so that a wrong last digit shows."""
    # Of the longest number in it, digits without leading zeros and point: 0.0120 has three.
    written = max((len(re.sub(r"\D", "", it).lstrip("0")) for it in _NUMBERS.findall(mark.given)), default=0)
    # Of an array ten, for its numbers may be of several lengths.
    return CellValue(
        mark.expected, max(digits, 10) if shape_of(mark.expected) else min(MAX_DIGITS, max(digits, written))
    )
