"""Bytes to text: UTF-8, with or without a byte order mark, any newline, accents composed."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from typing import IO

from backcalc import progress
from backcalc.errors import Diagnostic, ReadError, Source, Span
from backcalc.suggest import nearest

STDIN = "<stdin>"


def read(path: str) -> Source:
    """The text of the file at `path`; `-` is stdin. Raises ReadError."""
    return decode(name_of(path), b"".join(pieces(path)))


def name_of(path: str) -> str:
    """The name that errors call the file at `path` by."""
    return STDIN if path == "-" else path


def pieces(path: str, size: int = -1) -> Iterator[bytes]:
    """The bytes of the file at `path`, at most `size` at a time; `-` is stdin. Raises ReadError."""
    if not path:
        raise _refusal('""', Diagnostic("unreadable", "this is no file name"))
    try:
        if path == "-":
            if not sys.stdin.isatty():  # Who types a graph is not waiting for one.
                progress.at("reading")
            yield from _pieces(sys.stdin.buffer, size)
            return
        with open(path, "rb") as file:  # noqa: PTH123  pathlib takes a while to load.
            yield from _pieces(file, size)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise _refusal(path, Diagnostic("unreadable", f"cannot read the file: {reason}", hints=_hints(path))) from None
    except ValueError:  # A NUL in the path.
        raise _refusal(path, Diagnostic("unreadable", "this is no file name")) from None


def _pieces(file: IO[bytes], size: int) -> Iterator[bytes]:
    while piece := file.read(size):
        yield piece
        if size < 0:  # All is read; at a terminal, to read on would ask for a second end.
            return


def decode(name: str, data: bytes) -> Source:
    """`data` as a source. Raises ReadError at the first byte that is not UTF-8."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        hint = ("save it as UTF-8",)
        raise _refusal(name, Diagnostic("not-utf8", "the file is UTF-16, not UTF-8", hints=hint))
    if b"\0" in data:
        hint = ("a graph is a text file, saved as UTF-8",)
        raise _refusal(name, Diagnostic("not-text", "the file is not text", hints=hint))
    try:
        return clean(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReadError(*_not_utf8(name, data, error.start)) from None


def clean(name: str, text: str) -> Source:
    """`text` as a source: no byte order marks, one kind of newline, accents composed: é is one name however typed."""
    text = text.replace("\ufeff", "")  # Where files are strung together it stands inside, too, and nobody sees it.
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, text if text.isascii() else unicodedata.normalize("NFC", text))


def _hints(path: str) -> tuple[str, ...]:
    """The file that is there in place of one that is not: the same name with `.bg`, or a near one."""
    from pathlib import Path

    missing = Path(path)
    try:
        names = [] if missing.exists() else [entry.name for entry in missing.parent.iterdir() if entry.is_file()]
    except OSError:  # No such folder, or one that may not be listed, or a name that is too long for one.
        return ()
    near = f"{missing.name}.bg" if f"{missing.name}.bg" in names else nearest(missing.name, names)
    return (f"did you mean `{missing.parent / near}`?",) if near else ()


def _refusal(name: str, diagnostic: Diagnostic) -> ReadError:
    """An error about the file as a whole."""
    return ReadError(Source(name, ""), [diagnostic])


def _not_utf8(name: str, data: bytes, at: int) -> tuple[Source, list[Diagnostic]]:
    before = data[:at].decode("utf-8").removeprefix("\ufeff")
    text = before + data[at:].decode("utf-8", errors="replace")
    place = Span(len(before), len(before) + 1)
    hint = f"save the file as UTF-8; in Latin-1 this byte is `{data[at : at + 1].decode('latin-1')}`"
    message = f"the byte 0x{data[at]:02x} is not UTF-8"
    return Source(name, text), [Diagnostic("not-utf8", message, place, hints=(hint,))]
