"""What students hand in: files with a sheet of answers each, and gradebooks with a student a row."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from stat import S_ISFIFO
from typing import NamedTuple

from backcalc import progress
from backcalc.language.statements import Answer
from backcalc.marking.gradebook import Row, read_gradebook
from backcalc.marking.key import Key
from backcalc.marking.sheet import SheetReader
from backcalc.text.errors import BackcalcError, Code, Diagnostic, ReadError, UsageError
from backcalc.text.files import name_of, pieces, salvage
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

STDIN_NAME = "stdin"
_EMPTY, _NO_FILE = "the folder is empty", "this is no file"
_OPENED = ("/dev/", "/proc/")
"""Where the pipes stand that a shell puts in the place of a file, as it does for `<(unzip -p …)`."""

GRADEBOOKS = (".csv", ".tsv")  # As files are told apart by their names alone.


class Sheet(NamedTuple):
    """What was read of a submission: its answers, what is wrong with the rest, and what is not UTF-8."""

    source: Source
    answers: list[Answer]
    errors: list[Diagnostic]
    unreadable: list[Diagnostic]


Noted = Callable[[Source, list[Diagnostic]], None]
"""What is told of rows that are nobody's."""


def without_column(handed_in: Iterable[Submission], asked: Sequence[Answer]) -> Iterator[tuple[Source, Diagnostic]]:
    """Of each gradebook that lacks some, the warning which questions no column of it has the answers to."""
    books = {id(each.row.book): each.row.book for each in handed_in if each.row is not None}
    for book in books.values():
        if warning := book.without_column(asked):
            yield book.source, warning


@dataclass(frozen=True)
class Submission:
    """What one student handed in: the files at `paths`, or a row of a gradebook."""

    name: str
    path: str
    row: Row | None = None
    files: tuple[str, ...] = ()
    """Where `path` is a student's folder, the files in it."""

    def read(self, reader: SheetReader) -> Sheet:
        """The answers, and what is wrong with the rest. Raises BackcalcError where there is nothing to be read."""
        if self.row is not None:
            answers, errors = self.row.answers(reader)
            return Sheet(self.row.book.source, answers, errors, [])
        source, unreadable = self._text()
        return Sheet(source, *reader.read(source), unreadable)

    def _text(self) -> tuple[Source, list[Diagnostic]]:
        """The text of the file, or of all files of a folder together, and what of it is not UTF-8."""
        if not self.files:
            if os.path.isdir(self.path):  # noqa: PTH112
                raise ReadError(Source(self.path, ""), [Diagnostic(Code.UNREADABLE, _EMPTY)])
            return salvage(name_of(self.path), b"".join(pieces(self.path)))
        if len(self.files) == 1:
            return salvage(self.files[0], b"".join(pieces(self.files[0])))
        return self._together()

    def _together(self) -> tuple[Source, list[Diagnostic]]:
        """The text of the files of a folder that can be read. Raises ReadError where none can."""
        texts: list[str] = []
        wrong: list[Diagnostic] = []
        begin = 0  # Of the file in the text of all.
        for file in self.files:
            try:
                source, found = salvage(file, b"".join(pieces(file)))
            except ReadError as error:  # The others are marked all the same.
                wrong += [_of_file(Path(file).name, each) for each in error.diagnostics]
                continue
            wrong += [_of_file(Path(file).name, each, begin) for each in found]
            texts.append(source.text)
            begin += len(source.text) + 1  # A line's end between two, or the last line of one would run into the next.
        if not texts:
            raise ReadError(Source(self.path, ""), wrong)
        return Source(self.path, "\n".join(texts)), wrong

    def error(self, sheet: Source, found: Iterable[Diagnostic]) -> BackcalcError:
        """What is wrong with answers of the sheet, told of the place where they stand."""
        # A row's error carries its own lines; see `Row.refusal`.
        return UsageError(sheet, list(found)) if self.row is None else self.row.refusal(UsageError, found)

    @property
    def asked(self) -> list[Answer]:
        """What the submission itself says is asked: of a row the columns, of a file nothing."""
        return [] if self.row is None else self.row.book.asked  # A row answers each column, if with an empty cell.

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Headings and cells of what came with it and asks nothing."""
        return [] if self.row is None else self.row.kept


def submissions(
    paths: Iterable[str], key: Key, chosen: str | None = None, noted: Noted = lambda _source, _notes: None
) -> tuple[list[Submission], list[BackcalcError]]:
    """What is handed in at `paths`, in that order, and what is wrong with folders and gradebooks as a whole.

    A folder is the files in it, sorted, a folder in it a student's; a file whose name ends with `.csv` or `.tsv` is a
    gradebook, whose students the column `chosen` names. `noted` is told of rows that are left out.
    """
    progress.at("reading")
    found: list[Submission] = []
    errors: list[BackcalcError] = []
    # In the order of the paths: the table of a class keeps it.
    for each in (each for path in paths for each in _handed_in(path, errors)):
        if not each.files and each.path.lower().endswith(GRADEBOOKS):
            found += _rows(each.path, key, errors, chosen, noted)
        else:
            found.append(each)
    return _told_apart(found), errors


def _handed_in(path: str, errors: list[BackcalcError]) -> Iterator[Submission]:
    """What stands at `path`: a file, or a folder of files and of students' folders."""
    if not os.path.isdir(path):  # noqa: PTH112  It does not raise, whatever the name.
        if _is_waiting(path):
            errors.append(_refusal(path, _NO_FILE))
        else:
            yield Submission(_stem(path), path)
        return
    for file in _files(path, errors):
        if os.path.isdir(file):  # noqa: PTH112
            inner: list[BackcalcError] = []
            files = tuple(_below(file, inner))
            # An empty folder is a student's who has handed in nothing: read, it tells so.
            errors += [error for error in inner if files]
            yield Submission(Path(file).name, file, files=files)
        else:
            yield Submission(_stem(file), file)


def _below(path: str, errors: list[BackcalcError]) -> Iterator[str]:
    """The files in a student's folder, those of the folders in it too, as an archive that was unpacked has them."""
    for each in _files(path, errors):
        if not os.path.isdir(each):  # noqa: PTH112
            yield each
        elif not os.path.islink(each):  # noqa: PTH114  A link may lead back up, round and round.
            yield from _below(each, errors)


def _files(path: str, errors: list[BackcalcError]) -> Iterator[str]:
    """The files and folders in the folder `path`; those that are hidden are not handed in."""
    try:
        entries = sorted(Path(path).iterdir())  # Else the order would be the file system's.
    except OSError as error:
        errors.append(_refusal(path, f"cannot read the folder: {(error.strerror or str(error)).lower()}"))
        return
    files = [entry for entry in entries if not entry.name.startswith(".")]  # Such as .DS_Store.
    if not files:
        errors.append(_refusal(path, _EMPTY))
    for entry in files:
        if fault := _fault(entry, Path(path)):
            errors.append(_refusal(str(entry), fault))
        else:
            yield str(entry)


def _fault(entry: Path, folder: Path) -> str | None:
    """Why what stands in a folder is not read as a file of somebody's; None where it is."""
    # What a student hands in may be a link to anything on the teacher's machine, its key too.
    # `realpath`, for `resolve` raises where links lead round in a circle.
    if entry.is_symlink() and not Path(os.path.realpath(entry)).is_relative_to(os.path.realpath(folder)):
        return "this is a link that leads out of the folder"
    # A FIFO would keep the whole class waiting for a writer, a device may never end.
    # A link to nothing does not exist; read, it tells so.
    return None if entry.is_file() or entry.is_dir() or not entry.exists() else _NO_FILE


def _is_waiting(path: str) -> bool:
    """Whether a path is that of a FIFO in a folder, which may have no writer; one that a shell has opened has."""
    try:
        # `grade key.bg class/*` names what is in the folder, and is to mark it as the folder by its own name.
        return S_ISFIFO(os.stat(path).st_mode) and not path.startswith(_OPENED)  # noqa: PTH116
    except (OSError, ValueError):  # What is not there, or no path at all, is told of where it is read.
        return False


def _rows(path: str, key: Key, errors: list[BackcalcError], chosen: str | None, noted: Noted) -> Iterator[Submission]:
    try:
        book = read_gradebook(path, key, chosen)
    except BackcalcError as error:
        errors.append(error)
        return
    # What is wrong with a column is told once, and the others are marked all the same.
    rows = list(book.rows())
    if book.errors:
        errors.append(UsageError(book.source, book.errors))
    elif not rows:
        errors.append(_refusal(path, "the file has no rows below its header"))
    if left_out := [row for row in rows if row.is_nobody]:
        noted(book.source, [_note(row) for row in left_out])
    yield from (Submission(row.name, path, row) for row in rows if not row.is_nobody)


def _of_file(name: str, wrong: Diagnostic, begin: int = 0) -> Diagnostic:
    """What is wrong with one file of several, said of the place in the text of all, or by the file's name."""
    if wrong.span is None:
        return wrong._replace(message=f"`{shorten(name)}`: {wrong.message}")
    return wrong._replace(span=Span(begin + wrong.span.start, begin + wrong.span.end))


def _note(row: Row) -> Diagnostic:
    return Diagnostic(Code.NO_STUDENT, f"`{shorten(row.name)}` is no student: this row is left out", row.place)


def _refusal(path: str, message: str) -> BackcalcError:
    return ReadError(Source(path, ""), [Diagnostic(Code.NOTHING_HANDED_IN, message)])


def _stem(path: str) -> str:
    return STDIN_NAME if path == "-" else Path(path).stem or path  # `.txt` has no stem but itself.


def _told_apart(found: list[Submission]) -> list[Submission]:
    """The submissions, a file by its path where others have its name; students in a gradebook keep theirs."""
    counts = Counter(each.name for each in found)
    return [replace(each, name=each.path) if each.row is None and counts[each.name] > 1 else each for each in found]
