"""The pieces in which a large text is read: whole lines, and the items of long lists of inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from backcalc.bulk.arrays.words import AnyArray
from backcalc.bulk.graph.columns import UnfitError
from backcalc.bulk.graph.tokens import BlankedLines
from backcalc.language.lexis import PATTERNS
from backcalc.text.source import Span

PIECE = 1 << 20  # Characters at a time: small enough for the caches, large enough for what each array operation costs.
LONGEST_LINE = 1 << 24

INPUT = PATTERNS["INPUT"].encode()

_SPACE = re.compile(r"\s*")


class TextPiece(NamedTuple):
    """A part of the text, whose first character is at `at`, and whose last line ends; or some items of a list."""

    at: int
    data: bytes
    is_list: bool = False


def pieces(text: str, at: int, lists: Sequence[Span]) -> Iterator[TextPiece]:
    """The text from `at` on, the items of its `lists` by themselves. Raises UnfitError at a line that is too long."""
    # One at a time, so that the text is not held twice.
    for listed in lists:
        yield from _plain(text, at, _word_of(text, listed))
        at = max(at, listed.start)  # Behind it where the first statement has run over it, as of an open bracket.
        while at < listed.end:
            is_last = at + PIECE >= listed.end
            begin, at = at, listed.end if is_last else text.rfind(",", at, at + PIECE) + 1 or listed.end
            yield TextPiece(begin, text[begin:at].encode(), is_list=True)
    yield from _plain(text, at, len(text))


def begins_with(text: str, at: int, listed: Span) -> bool:
    """Whether the statement at `at` is the list of inputs whose items are `listed`."""
    found = _SPACE.match(text, at)
    return found is not None and found.end() == _word_of(text, listed)


def _word_of(text: str, listed: Span) -> int:
    """Where the word stands that begins a list."""
    return text.rfind(PATTERNS["INPUT"], 0, listed.start)


def _plain(text: str, at: int, last: int) -> Iterator[TextPiece]:
    """The text from `at` to `last`, where a statement ends."""
    while at < last:
        begin, at = at, _end(text, at, last)
        yield TextPiece(begin, text[begin:at].encode())


def _end(text: str, at: int, last: int) -> int:
    """The end of the last line that ends within a piece from `at` on, or else of the first; at most `last`."""
    if at + PIECE >= last:
        return last
    # From the right: the piece is to be as long as can be.
    end = text.rfind("\n", at, at + PIECE) + 1
    if not end:  # A line of many statements, whose semicolons part them up to a comment.
        comment = text.find("#", at, at + PIECE)
        end = text.rfind(";", at, comment if comment >= 0 else at + PIECE) + 1
    end = end or text.find("\n", at, last) + 1 or last
    if end - at > LONGEST_LINE:
        raise UnfitError
    return end


class Characters:
    """The characters of the text that the bytes of a piece are."""

    def __init__(self, piece: TextPiece, kind: type[np.signedinteger[Any]]) -> None:
        """`kind` has room for the number of any character of the text."""
        self._at, self.are_items, self._kind = piece.at, piece.is_list, kind
        self._inner: AnyArray | None = None
        if not piece.data.isascii():
            is_inner = (np.frombuffer(piece.data, np.uint8) & 0xC0) == 0x80  # Bytes of a character behind its first.
            # A running count, so that each place is put right in one step.
            self._inner = np.concatenate(([0], np.cumsum(is_inner), [is_inner.sum()]))

    def places(self, bytes_: AnyArray) -> AnyArray:
        """The place of the characters that begin at these bytes of the piece."""
        characters = bytes_ if self._inner is None else bytes_ - self._inner[bytes_]
        return (characters + self._at).astype(self._kind)


def blanked(piece: TextPiece) -> tuple[TextPiece, BlankedLines, list[AnyArray]]:
    """A piece with its lines, and these by their forms."""
    data = piece.data.replace(b",", b"\n") if piece.is_list else piece.data
    # The grammar's last line may have no end; here every line has one.
    lines = BlankedLines(data if data.endswith((b"\n", b";")) else data + b"\n")
    lines.words.heads  # noqa: B018  Gathered here, in the thread that has less to do.
    return piece, lines, list(lines.groups())
