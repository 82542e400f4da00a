"""The marks of many submissions: as a report, with what the class got wrong, as JSON and as CSV."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import mean, median

from backcalc import progress
from backcalc.language.unparse import number_text
from backcalc.marking.class_summary import mistakes
from backcalc.marking.grade import Graded
from backcalc.marking.mark import VERDICTS
from backcalc.render.cells import NONE, Cell, CellValue, Phrase
from backcalc.render.document import Document, Grid, Sentence, cut
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.reports.marks import mark_object
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import plural

BINS = 10  # Of the histogram: tenths of what can be had; all of it is a bin of its own.
BAR = 40
MISTAKES = 10  # The commonest, in the report.


@dataclass(frozen=True)
class GradesReport:
    """The marks of many submissions; with `hints` an autograder's results give nothing away."""

    graded: Sequence[Graded]
    digits: int = DIGITS
    limit: int = 0
    hints: bool = False

    def document(self) -> Document:
        """A row a submission, and what the class got wrong."""
        return Document(grades_tables(self.graded, self.digits, self.limit))

    def json(self) -> Iterator[str]:
        """The submissions with their answers, and the mistakes."""
        return render_grades_json(self.graded)

    def csv(self) -> Iterator[str]:
        """A line a submission."""
        return render_grades_csv(self.graded)

    def gradescope(self) -> Iterator[str]:
        """What an autograder prints of each."""
        from backcalc.render.reports.gradescope import render_gradescope

        return (render_gradescope(each, self.digits, hints=self.hints) for each in self.graded)


@dataclass(frozen=True)
class ClassReport:
    """What the class got wrong, alone."""

    graded: Sequence[Graded]
    digits: int = DIGITS

    def document(self) -> Document:
        """The scores, each answer's verdicts, and the commonest mistakes."""
        return Document(class_tables(self.graded, self.digits))


def grades_tables(graded: Sequence[Graded], digits: int = DIGITS, limit: int = 0) -> list[Grid | Sentence]:
    """A row a submission, then what `class_tables` says; more than `limit` rows are cut, 0 is no limit."""
    if not graded:
        return []
    shown = graded[: limit or None]
    rows: list[tuple[Cell, ...]] = [
        (each.name, *_counts(each), NONE if each.score is None else CellValue(each.score, digits)) for each in shown
    ]
    header = ("submission", *VERDICTS, "score")
    grid = Grid(header, rows, frozenset(range(1, len(header))))
    # The summary is of all, those that are cut too.
    return [*cut(grid, len(graded)), *class_tables(graded, digits)]


def class_tables(graded: Sequence[Graded], digits: int = DIGITS) -> list[Grid]:
    """The scores as a histogram, each answer's verdicts, and the commonest mistakes."""
    # What could not be read has no score, and must not pull the mean down.
    scores = [each.score for each in graded if each.score is not None]
    if not scores:
        return []
    return [_histogram(scores, digits), _by_answer(graded), *_mistakes(graded)]


def _counts(graded: Graded) -> list[str]:
    if not graded.is_read:
        return [NONE for _ in VERDICTS]  # A row of zeros would look like an empty sheet.
    found = Counter[str](answer.verdict for answer in graded.marked)
    return [str(found[verdict]) for verdict in VERDICTS]


def _histogram(scores: Sequence[float], digits: int) -> Grid:
    """How many submissions have which score."""
    # A score is a quotient of whole numbers: 0.3 is 3/10, whose bin begins there, whatever 0.3*10 is in binary.
    counts = Counter(min(BINS, int(score * BINS + 1e-9)) if score < 1 else BINS for score in scores)
    most = max(counts.values())
    labels = [*(f"{i / BINS} to {(i + 1) / BINS}" for i in range(BINS)), "all"]
    # Rounded up: one submission is a sign, however long the longest bar.
    rows = [(label, str(counts[i]), "#" * -(-counts[i] * BAR // most)) for i, label in enumerate(labels)]
    about = (", median ", CellValue(median(scores), digits))
    title = Phrase((f"Scores of {plural(len(scores), 'submission')}: mean ", CellValue(mean(scores), digits), *about))
    return Grid(("score", "count", ""), rows, frozenset([1]), yields=2, title=title)


def _by_answer(graded: Sequence[Graded]) -> Grid:
    """How many submissions have which verdict, an answer a row."""
    counts: dict[str, Counter[str]] = {}
    for answer in (answer for each in graded if each.is_read for answer in each.marked):
        counts.setdefault(answer.name, Counter())[answer.verdict] += 1
    rows = [(name, *(str(found[verdict]) for verdict in VERDICTS)) for name, found in counts.items()]
    return Grid(("answer", *VERDICTS), rows, frozenset(range(1, 1 + len(VERDICTS))), title="Each answer")


def _mistakes(graded: Sequence[Graded]) -> list[Grid]:
    """The commonest mistakes, each below the share of the class that made it."""
    found = mistakes(graded)
    count = sum(each.is_read for each in graded)  # The share is of those that could be read.
    rows = [(f"{100 * share:.0f} %", str(round(share * count))) for _, share in found[:MISTAKES]]
    notes = {i: [text] for i, (text, _) in enumerate(found[:MISTAKES])}
    title = "The commonest mistakes"
    return [Grid(("share", "submissions"), rows, frozenset([0, 1]), title=title, notes=notes)] if rows else []


def render_grades_json(graded: Sequence[Graded]) -> Iterator[str]:
    """Submissions and mistakes, in the shape that the language's contract fixes: an answer a line."""
    yield "{"
    # A submission at a time, for a class may have more marks than one text should.
    submissions = map(_submission, progress.through("writing", graded))
    yield from enclosed('  "submissions": [', submissions, "  ],")
    found = (f"    {dump({'text': text, 'share': share})}" for text, share in mistakes(graded))
    yield from enclosed('  "mistakes": [', found, "  ]")
    yield "}"


def _submission(graded: Graded) -> str:
    numbers = f'"right": {graded.right}, "total": {len(graded.marked)}, "score": {dump(graded.score)}'
    # Written by hand, for an answer a line is read by eyes, too, and `dump` would put all on one.
    head = f'    {{"name": {dump(graded.name)}, {numbers}, "answers": ['
    return "\n".join(enclosed(head, (f"      {dump(mark_object(answer))}" for answer in graded.marked), "    ]}"))


def render_grades_csv(graded: Sequence[Graded]) -> Iterator[str]:
    """The lines `submission,right,total,score`, a column an answer with its verdict, and what came and asks nothing."""
    # A set in order: columns stand as the first submission that has them names them.
    names = list(dict.fromkeys(answer.name for each in graded for answer in each.marked))
    # By place, for two columns may have one heading; gradebooks of other columns stand one behind the other.
    kept = list(dict.fromkeys(tuple(heading for heading, _ in each.kept) for each in graded))
    header = ("submission", "right", "total", "score", *names, *(heading for book in kept for heading in book))
    rows = (_row(each, names, kept) for each in progress.through("writing", graded))
    yield from csv_lines([header, *rows])


def _row(graded: Graded, names: Sequence[str], kept: Sequence[tuple[str, ...]]) -> list[str]:
    verdicts = {answer.name: answer.verdict for answer in graded.marked} if graded.is_read else {}
    score = "" if graded.score is None else number_text(graded.score)
    numbers = (str(graded.right), str(len(graded.marked)), score)
    own = tuple(heading for heading, _ in graded.kept)
    cells = (cell for book in kept for cell in ([text for _, text in graded.kept] if book == own else [""] * len(book)))
    return [graded.name, *numbers, *(verdicts.get(name, "") for name in names), *cells]
