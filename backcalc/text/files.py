"""Bytes to text: UTF-8, with or without a byte order mark, any newline, accents composed."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterator
from typing import IO

from backcalc import progress
from backcalc.text.errors import Code, Diagnostic, ReadError
from backcalc.text.source import Source, Span
from backcalc.text.suggest import nearest

STDIN = "<stdin>"
PIECE = 1 << 20  # Bytes that are read, and judged, at a time.
MOST = 1 << 29
"""Bytes of the longest text that is read as a whole: 512 MiB, some twenty million edges."""
LONGEST_LINE = 1 << 25
"""Bytes of the longest line: 32 MiB, a vector of more than a million numbers with every digit."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_UTF16 = Diagnostic(Code.NOT_UTF8, "the file is UTF-16, not UTF-8", hints=("save it as UTF-8",))


def read(path: str) -> Source:
    """The text of the file at `path`; `-` is stdin. Raises ReadError."""
    return decode(name_of(path), b"".join(pieces(path)))


def name_of(path: str) -> str:
    """The name that errors call the file at `path` by."""
    return STDIN if path == "-" else path


def pieces(path: str, most: int | None = MOST) -> Iterator[bytes]:
    """The bytes of the file at `path`, a PIECE at a time; `-` is stdin.

    Raises ReadError where they cannot be read, as soon as they are no text, at a line longer than LONGEST_LINE, and
    when they are more than `most`, None being no limit. So what never ends is given up on.
    """
    if not path:
        raise _refusal('""', Diagnostic(Code.UNREADABLE, "this is no file name"))
    try:
        if path == "-":
            if not sys.stdin.isatty():  # Who types a graph is not waiting for one.
                progress.at("reading")
            yield from _judged(STDIN, _pieces(sys.stdin.buffer), most)
            return
        with open(path, "rb") as file:  # noqa: PTH123  pathlib takes a while to load.
            yield from _judged(path, _pieces(file), most)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _refusal(
            path, Diagnostic(Code.UNREADABLE, f"cannot read the file: {reason}", hints=near_files(path))
        ) from None
    except ValueError:  # A NUL in the path.
        raise _refusal(path, Diagnostic(Code.UNREADABLE, "this is no file name")) from None


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    while piece := file.read(PIECE):
        yield piece
        if len(piece) < PIECE:  # All is read; at a terminal, to read on would ask for a second end.
            return


def _judged(name: str, pieces: Iterator[bytes], most: int | None) -> Iterator[bytes]:
    """`pieces` as they come. Raises ReadError at the first that shows that the whole is not to be read."""
    total = line = 0  # Bytes so far, and those of the line that goes on in the next piece.
    is_utf16, head = False, b""
    for piece in pieces:
        head = head or piece[:64]  # Of them `_format` tells what a file is.
        is_utf16 = is_utf16 or (not total and piece[:2] in _UTF16_MARKS)
        if not is_utf16:  # Which has its own words, and every other byte of it may be 0.
            _require_text(name, piece, head)
        total += len(piece)
        if most is not None and total > most:
            raise _refusal(name, Diagnostic(Code.UNREADABLE, f"this is more than is read: {_size(most)}"))
        # No line within a piece is longer than a piece: only one that began before it need be looked at.
        ends = [at for at in (piece.find(b"\n"), piece.find(b"\r")) if at >= 0]
        line += min(ends, default=len(piece))
        if line > LONGEST_LINE:
            raise _refusal(name, Diagnostic(Code.UNREADABLE, f"a line is longer than {_size(LONGEST_LINE)}"))
        if ends:
            line = len(piece) - 1 - max(piece.rfind(b"\n"), piece.rfind(b"\r"))
        yield piece


def _size(count: int) -> str:
    return f"{count >> 20} MiB"


def decode(name: str, data: bytes) -> Source:
    """`data` as a source. Raises ReadError at the first byte that is not UTF-8."""
    if data[:2] in _UTF16_MARKS:
        raise _refusal(name, _UTF16)
    _require_text(name, data)
    try:
        return clean(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        if _format(name, data)[0] != "not text":  # A file of bytes may have no NUL among its first ones.
            raise _no_text(name, data) from None
        raise ReadError(*_not_utf8(name, data, error.start)) from None


def salvage(name: str, data: bytes) -> tuple[Source, list[Diagnostic]]:
    """What of `data` is text, and what is not UTF-8, a line at a time. Raises ReadError where nothing is text."""
    if data[:2] in _UTF16_MARKS:
        return clean(name, data.decode("utf-16", errors="replace")), [_UTF16]
    # Bytes that are no text at all, a picture or an archive, would give as many errors as lines.
    _require_text(name, data)
    source = clean(name, data.decode("utf-8", errors="replace"))
    if "�" not in source.text:  # Only then is the text looked at line by line.
        return source, []
    found, start = [], 0
    # The same lines as bytes, in which the byte still stands that is none of UTF-8.
    for raw, line in zip(re.split(rb"\r\n|\r|\n", data), source.text.split("\n"), strict=True):
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            place = start + max(0, line.find("�"))
            found.append(_bad_byte(raw, error.start, Span(place, place + 1)))
        start += len(line) + 1
    return source, found


def _require_text(name: str, data: bytes, head: bytes = b"") -> None:
    """Raise ReadError where `data` is no text; what it is in place of one its first bytes, or those of `head`, tell."""
    if b"\0" in data:
        raise _no_text(name, head or data)


def _no_text(name: str, data: bytes) -> ReadError:
    what, hint = _format(name, data)
    return _refusal(name, Diagnostic(Code.NOT_TEXT, f"the file is {what}", hints=(hint,)))


def _format(name: str, data: bytes) -> tuple[str, str]:
    """What a file that is no text is, in words, and what serves in its place."""
    found = next((words for begin, *words in _BINARY if data.startswith(begin)), None)
    if found is None and (name.lower().endswith(".onnx") or b"onnx" in data[:64]):
        found = ["ONNX", "what it computes is written in formulas: y = relu(W @ x + b)"]
    return (f"{found[0]}, not text", found[1]) if found else ("not text", "save it as plain text, in UTF-8")


# The first bytes of formats that people have graphs and numbers in.
_BINARY = (
    (b"PK\x03\x04", "an archive, such as a spreadsheet or a model of PyTorch", "save the sheet as CSV"),
    (b"\xd0\xcf\x11\xe0", "a document of an older Office", "save the sheet as CSV"),
    (b"\x93NUMPY", "an array of NumPy", 'write it as CSV: np.savetxt("edges.csv", edges, delimiter=",")'),
    (b"\x89HDF", "HDF5", "write the rows as CSV"),
    (b"SQLite format 3", "a database of SQLite", "write the rows as CSV: sqlite3 -csv FILE 'select …'"),
    (b"PAR1", "Parquet", "write the rows as CSV"),
    (b"\x80\x02", "a pickle of Python", "write its edges as rows u,v,3"),
    (b"\x80\x03", "a pickle of Python", "write its edges as rows u,v,3"),
    (b"\x80\x04", "a pickle of Python", "write its edges as rows u,v,3"),
    (b"\x80\x05", "a pickle of Python", "write its edges as rows u,v,3"),
    (b"\x1f\x8b", "compressed by gzip", "pipe it in: gunzip -c FILE | backcalc run"),
    (b"%PDF", "PDF", "copy its text into a file"),
    (b"\x89PNG", "a picture", "a graph is a text: y = x^2, or edges u -> v : 3"),
    (b"\xff\xd8\xff", "a picture", "a graph is a text: y = x^2, or edges u -> v : 3"),
)


def clean(name: str, text: str) -> Source:
    """`text` as a source: no byte order marks, one kind of newline, accents composed: é is one name however typed."""
    text = text.replace("\ufeff", "")  # Where files are strung together it stands inside, too, and nobody sees it.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, text if text.isascii() else unicodedata.normalize("NFC", text))


def near_files(path: str) -> tuple[str, ...]:
    """The hint that proposes the file that is there in place of one that is not: with `.bg` added, or a near one."""
    from pathlib import Path

    missing = Path(path)
    try:
        names = [] if missing.exists() else [entry.name for entry in missing.parent.iterdir() if entry.is_file()]
    except OSError:  # No such folder, or one that may not be listed, or a name that is too long for one.
        return ()
    # The ending first: it is what is left out most often, and a near name may be any other file.
    near = f"{missing.name}.bg" if f"{missing.name}.bg" in names else nearest(missing.name, names)
    return (f"did you mean `{missing.parent / near}`?",) if near else ()


def _refusal(name: str, diagnostic: Diagnostic) -> ReadError:
    """An error about the file as a whole."""
    return ReadError(Source(name, ""), [diagnostic])


def _not_utf8(name: str, data: bytes, at: int) -> tuple[Source, list[Diagnostic]]:
    # The mark takes no column, as in a text that is clean.
    before = data[:at].decode("utf-8").removeprefix("\ufeff")
    text = before + data[at:].decode("utf-8", errors="replace")
    return Source(name, text), [_bad_byte(data, at, Span(len(before), len(before) + 1))]


def _bad_byte(data: bytes, at: int, place: Span) -> Diagnostic:
    hint = f"save the file as UTF-8; in Latin-1 this byte is `{data[at : at + 1].decode('latin-1')}`"
    return Diagnostic(Code.NOT_UTF8, f"the byte 0x{data[at]:02x} is not UTF-8", place, hints=(hint,))
