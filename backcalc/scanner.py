"""Where one statement ends and the next begins: a text cut into slices, each for the grammar to read.

A newline or `;` ends a statement, except inside ( ) and [ ]. The `{` of a loop's head and the `}` of its end close a slice
too; the braces of a name template (`t{k-1}`) do not. A bracket that is never closed ends with its line, so that what
follows it can still be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backcalc.errors import Span
from backcalc.statements import Comment

_PIECE = re.compile(r"[^#()\[\]{};\n]+|#[^\n]*|.|\n")
_LOOP_HEAD = re.compile(r"\s*for\s+\w+\s+in\b")
_AFTER_NAME = re.compile(r"[\w'}]")


class Scanner:
    """An iterator over the slices of `text` that hold a statement; `comments` fills as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[Comment] = []
        self._start = 0

    def __iter__(self) -> Iterator[Span]:
        at = 0
        while at < len(self.text):
            stops, at = self._statement(at)
            yield from stops

    def _statement(self, at: int) -> tuple[list[Span], int]:
        """The slices that end at the next stop from `at` on (a `}` may end two), and where to go on."""
        self._start, opened, templates = at, -1, 0
        depth, comments = 0, len(self.comments)
        for piece in _PIECE.finditer(self.text, at):
            char, here = piece.group()[0], piece.start()
            if char == "#":
                self.comments.append(Comment(piece.group(), Span(*piece.span())))
            elif char in "([":
                opened = here if depth == 0 else opened
                depth += 1
            elif char in ")]":
                depth = max(0, depth - 1)
            elif depth:
                continue
            elif char == "{" and self._opens_template(here):
                templates += 1
            elif char == "}" and templates:
                templates -= 1
            elif char in "\n;":
                return self._slices(here), here + 1
            elif char == "{":
                return self._slices(here + 1), here + 1
            elif char == "}":
                return [*self._slices(here), Span(here, here + 1)], here + 1
        if depth:
            del self.comments[comments:]
            return self._cut_line(opened, at)
        return self._slices(len(self.text)), len(self.text)

    def _cut_line(self, opened: int, at: int) -> tuple[list[Span], int]:
        """The slice up to the end of the line on which a bracket opens that is never closed."""
        end = self.text.find("\n", opened)
        end = len(self.text) if end < 0 else end
        for piece in _PIECE.finditer(self.text, at, end):
            if piece.group()[0] == "#":
                self.comments.append(Comment(piece.group(), Span(*piece.span())))
        return self._slices(end), end + 1

    def _slices(self, end: int) -> list[Span]:
        """The one slice [start, end) without the space around it; none where it holds no statement."""
        raw = self.text[self._start : end]
        bare = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), raw) if "#" in raw else raw
        left = len(bare) - len(bare.lstrip())
        right = len(bare.rstrip())
        return [Span(self._start + left, self._start + right)] if left < right else []

    def _opens_template(self, at: int) -> bool:
        """Whether the `{` at `at` stands in a name: right after a letter or digit, and not at the end of a loop's head."""
        if at == 0 or not _AFTER_NAME.match(self.text[at - 1]):
            return False
        return not _LOOP_HEAD.match(self.text, self._start, at)
