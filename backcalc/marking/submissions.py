"""What students hand in: files with a sheet of answers each, and gradebooks with a student a row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from backcalc import progress
from backcalc.language.statements import Answer
from backcalc.marking.gradebook import Row, read_gradebook
from backcalc.marking.key import Key
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ReadError, UsageError
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source

STDIN_NAME = "stdin"


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the file at `path`, or a row of it where that is a gradebook."""

    name: str
    path: str
    row: Row | None = None

    def sheet(self) -> tuple[Source, list[Diagnostic]]:
        """The text of the answers, and what of it is not UTF-8. Raises BackcalcError where there is none to be read."""
        if self.row is not None:
            return self.row.sheet(), []
        return salvage(name_of(self.path), b"".join(pieces(self.path)))

    def error(self, sheet: Source, found: Iterable[Diagnostic]) -> BackcalcError:
        """What is wrong with answers of the sheet, told of the place where they stand."""
        return UsageError(sheet, list(found)) if self.row is None else self.row.errors(sheet, found)

    @property
    def has_decimal_commas(self) -> bool:
        """Whether a comma in it is a decimal point: in a table whose cells semicolons part."""
        return False

    @property
    def asked(self) -> list[Answer]:
        """What the submission itself says is asked: of a row the columns, of a file nothing."""
        return [] if self.row is None else self.row.book.asked


def submissions(paths: Iterable[str], key: Key) -> tuple[list[Submission], list[BackcalcError]]:
    """What is handed in at `paths`, in that order, and what is wrong with folders and gradebooks as a whole.

    A folder is the files in it, sorted; a file whose name ends with `.csv` is a gradebook.
    """
    progress.at("reading")
    found: list[Submission] = []
    errors: list[BackcalcError] = []
    for file in (file for path in paths for file in _files(path, errors)):
        if file.lower().endswith(".csv"):
            found += _rows(file, key, errors)
        else:
            found.append(Submission(_stem(file), file))
    return _told_apart(found), errors


def _files(path: str, errors: list[BackcalcError]) -> Iterator[str]:
    """The files that `path` stands for; those that are hidden are not handed in."""
    if not os.path.isdir(path):  # noqa: PTH112  It does not raise, whatever the name.
        yield path
        return
    try:
        entries = sorted(Path(path).iterdir())  # Else the order would be the file system's.
    except OSError as error:
        errors.append(_refusal(path, f"cannot read the folder: {(error.strerror or str(error)).lower()}"))
        return
    files = [entry for entry in entries if not entry.name.startswith(".")]
    if not files:
        errors.append(_refusal(path, "the folder is empty"))
    for entry in files:
        if fault := _fault(entry, Path(path)):
            errors.append(_refusal(str(entry), fault))
        else:
            yield str(entry)


def _fault(entry: Path, folder: Path) -> str | None:
    """Why what stands in a folder is not read as a file of somebody's; None where it is."""
    # What a student hands in may be a link to anything on the teacher's machine, its key too.
    if entry.is_symlink() and not entry.resolve().is_relative_to(folder.resolve()):
        return "this is a link that leads out of the folder"
    # A FIFO would keep the whole class waiting for a writer, a device may never end.
    return None if entry.is_file() or entry.is_dir() or not entry.exists() else "this is no file"


def _rows(path: str, key: Key, errors: list[BackcalcError]) -> Iterator[Submission]:
    try:
        book = read_gradebook(path, key)
    except ReadError as error:
        errors.append(error)
        return
    # What is wrong with a column is told once, and the others are marked all the same.
    rows = [Submission(row.name, path, row) for row in book.rows()]
    if book.errors:
        errors.append(UsageError(book.source, book.errors))
    elif not rows:
        errors.append(_refusal(path, "the file has no rows below its header"))
    yield from rows


def _refusal(path: str, message: str) -> BackcalcError:
    return ReadError(Source(path, ""), [Diagnostic(Code.NOTHING_HANDED_IN, message)])


def _stem(path: str) -> str:
    return STDIN_NAME if path == "-" else Path(path).stem or path


def _told_apart(found: list[Submission]) -> list[Submission]:
    """The submissions, a file by its path where others have its name; students in a gradebook keep theirs."""
    counts = Counter(each.name for each in found)
    return [replace(each, name=each.path) if each.row is None and counts[each.name] > 1 else each for each in found]
