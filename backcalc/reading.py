"""Bytes to text: UTF-8, with or without a byte order mark, any newline, accents composed."""

from __future__ import annotations

import sys
import unicodedata
from pathlib import Path

from backcalc.errors import Diagnostic, ReadError, Source, Span

STDIN = "<stdin>"


def read(path: str) -> Source:
    """The text of the file at `path`; `-` is stdin. Raises ReadError."""
    if path == "-":
        return decode(STDIN, sys.stdin.buffer.read())
    try:
        return decode(path, Path(path).read_bytes())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ReadError(Source(path, ""), [Diagnostic("unreadable", f"cannot read the file: {reason}")]) from None
    except ValueError:  # A NUL in the path.
        raise ReadError(Source(path, ""), [Diagnostic("unreadable", "this is no file name")]) from None


def decode(name: str, data: bytes) -> Source:
    """`data` as a source. Raises ReadError at the first byte that is not UTF-8."""
    try:
        return clean(name, data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise ReadError(*_not_utf8(name, data, error.start)) from None


def clean(name: str, text: str) -> Source:
    """`text` as a source: no byte order mark, newlines as `\\n`, accents composed, so that é is one name however typed."""
    text = text.removeprefix("\ufeff")
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Source(name, text if text.isascii() else unicodedata.normalize("NFC", text))


def _not_utf8(name: str, data: bytes, at: int) -> tuple[Source, list[Diagnostic]]:
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        hint, message = "save it as UTF-8", "the file is UTF-16, not UTF-8"
        return Source(name, ""), [Diagnostic("not-utf8", message, hints=(hint,))]
    before = data[:at].decode("utf-8").removeprefix("\ufeff")
    text = before + data[at:].decode("utf-8", errors="replace")
    place = Span(len(before), len(before) + 1)
    hint = f"save the file as UTF-8; in Latin-1 this byte is `{data[at : at + 1].decode('latin-1')}`"
    message = f"the byte 0x{data[at]:02x} is not UTF-8"
    return Source(name, text), [Diagnostic("not-utf8", message, place, hints=(hint,))]
