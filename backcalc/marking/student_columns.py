"""Which columns of a gradebook name the students, as Canvas, Moodle, Google Forms and spreadsheets head them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# More telling ones first: an e-mail address names where nothing else does.
NAME_COLUMNS = (
    ("student",),
    ("student name",),
    ("name",),
    ("full name",),
    ("first name", "surname"),
    ("first name", "last name"),
    ("vorname", "nachname"),  # As Moodle heads them in German, French and Spanish.
    ("prénom", "nom de famille"),
    ("prénom", "nom"),
    ("nombre", "apellido(s)"),
    ("email address",),
    ("sis login id",),
    ("username",),
)
"""Headings that name a student, of several columns together; the first that a file has counts."""

NOBODY = frozenset(("points possible", "test student", "student, test", "overall average"))
"""What a gradebook has in place of a student's name in rows of its own."""
OF_COLUMNS = frozenset(("manual posting", "(read only)", "muted"))
"""What Canvas says of columns, in a row that names no student."""
_ASIDE = ("[score]", "[feedback]")  # Behind a question, the columns that Forms adds to one of a quiz.

# Forms begin each row with one.
_TIME_HEADINGS = frozenset(("timestamp", "time stamp", "zeitstempel", "started on", "completed", "time taken", "date"))
# Day, month and year in any order, by one sign; with the time of day or without.
_TIME = re.compile(r"\d{1,4}([./-])\d{1,2}\1\d{1,4}[ ,T]+\d{1,2}:\d{2}(:\d{2})?.*|\d{1,4}([./-])\d{1,2}\3\d{1,4}")


def name_columns(headings: Sequence[str], first_row: Sequence[str], others: Iterable[int]) -> list[int]:
    """The columns that name the students: as gradebooks head them, else the first of `others` that is no time stamp."""
    # Backwards: of two headings alike the first counts.
    known = {heading.casefold().strip(): i for i, heading in reversed(list(enumerate(headings)))}
    for several in NAME_COLUMNS:
        if all(each in known for each in several):
            return [known[each] for each in several]
    return next(([i] for i in others if not _is_time(headings[i], first_row[i] if i < len(first_row) else "")), [])


def chosen_columns(headings: Sequence[str], chosen: str) -> list[int] | None:
    """The column headed by `chosen`, or the columns headed by its parts between commas; None where one is missing."""
    folded = [heading.casefold().strip() for heading in headings]
    # Whole first: a heading may have a comma in it, as `Student, Test`.
    for several in ([chosen], chosen.split(",")):
        wanted = [each.casefold().strip() for each in several]
        if all(each in folded for each in wanted):
            return [folded.index(each) for each in wanted]
    return None


def is_nobody(name: str) -> bool:
    """Whether a name stands for a row that is no student's."""
    return name.casefold().strip() in NOBODY


def is_aside(heading: str) -> bool:
    """Whether a column is about the answers of another, not one of answers."""
    return heading.casefold().rstrip().endswith(_ASIDE)


def _is_time(heading: str, cell: str) -> bool:
    return heading.casefold().strip() in _TIME_HEADINGS or _TIME.fullmatch(cell.strip()) is not None
