"""Where one statement ends and the next begins: a text cut into slices, each for the grammar to read.

A newline or `;` ends a statement, except inside ( ) and [ ] and the braces of a `def`. The `{` of a loop's head, on its
line or the next, and the `}` of its end close a slice too; other braces, such as those of a name template (`t{k-1}`),
do not. A bracket that is never closed ends with its line, or with the block that it stands in, so that what follows can
still be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from backcalc.language.lexis import NAME, PATTERNS
from backcalc.language.statements import Comment
from backcalc.text.source import Span

# What has no sign that counts is one piece.
_PIECE = re.compile(r"[^#()\[\]{};\n]+|#[^\n]*|.|\n")
# A statement whose brackets nest no deeper than two and end with it, and how it ends.
_SIMPLE = r"[^#()\[\]{};\n]++"
_ORDINARY = re.compile(
    rf"((?:{_SIMPLE}|[(\[](?:{_SIMPLE}|[(\[](?:{_SIMPLE})?+[)\]])*+[)\]])*+)(?:;|(#[^\n]*+)?(?:\n|\Z))"
)
INPUT = PATTERNS["INPUT"]
"""The word that begins a declaration of inputs."""

LONG_LIST = 1 << 15
"""Characters of a list of inputs from which on its items are worth being looked at apart."""

_FOR, _DEF = (re.compile(rf"[^\S\n]*{PATTERNS[word]}[^\S\n]++") for word in ("FOR", "DEF"))
_BRACE = re.compile(r"\s*\{")


def comments_of(text: str) -> Iterator[Comment]:
    """The comments of a text, without cutting it: a `#` begins one wherever it stands."""
    return (Comment(found.group(), Span(*found.span())) for found in re.finditer("#[^\n]*", text))


def lists_of(text: str) -> Iterator[Span]:
    """Where the items stand of each declaration of inputs, `input a, b, …`, that is very long and has no brackets.

    One inside a bracket that was opened on another line is told too: that it is none shows only when all is read.
    """
    # Compiled here: few texts are long enough to be asked.
    pattern = rf"{INPUT}[ \t]++({_SIMPLE[:-2]}{{{LONG_LIST},}}+)"
    for found in re.finditer(pattern, text) if INPUT in text else ():
        at, end = found.span(1)
        line = text.rfind("\n", 0, found.start()) + 1
        begin = max(line, text.rfind(";", line, found.start()) + 1)
        is_first = not text[begin : found.start()].strip(" \t")  # Of its statement, and of no comment.
        # Of several, and behind the last comma there is one, too.
        is_list = text.find(",", at, end) >= 0 and found[1].rstrip()[-1] != ","
        is_whole = text[end : end + 1] in ("", "\n", ";", "#")  # Else a bracket follows.
        if is_first and is_list and is_whole and text.find("#", line, begin) < 0:
            yield Span(at, end)


def is_definition(text: str, at: int = 0) -> bool:
    """Whether the statement at `at` begins as the definition of a function does."""
    return _begins(_DEF, text, at)


def _begins(word: re.Pattern[str], text: str, at: int) -> bool:
    """Whether a name stands behind the word at `at`."""
    # The pattern of a name takes as long to compile as a short file to read, so there is one, which the parser has too.
    found = word.match(text, at)
    return found is not None and re.compile(NAME).match(text, found.end()) is not None


def parted(definition: str) -> str:
    """The text of a function's definition with a `;` for each newline that parts two of its partials."""
    stack, found = "", []
    for piece in _PIECE.findall(definition):
        stack = stack[:-1] if piece in ")]}" else stack + piece if piece in "([{" else stack
        # Directly in the braces of the definition: in brackets a newline parts nothing.
        if piece == "\n" and stack == "{":
            found.append(";")
        else:  # Comments are blanked, for what is behind one is none once its newline is gone.
            found.append(" " * len(piece) if piece[0] == "#" else piece)
    return "".join(found)


class Scanner:
    """An iterator over the slices of `text` that hold a statement; `comments` fills as it goes."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.comments: list[Comment] = []
        self._start = 0

    def __iter__(self) -> Iterator[Span]:
        at = 0
        while at < len(self.text):
            stops, at = self.statement(at)
            yield from stops

    def statement(self, at: int) -> tuple[list[Span], int]:
        """The slices that end at the next stop from `at` on (a `}` may end two), and where to go on."""
        # Nearly all statements are ordinary, and one match of a pattern is many times faster than piece by piece.
        is_loop = _begins(_FOR, self.text, at)
        if not is_loop and (found := _ORDINARY.match(self.text, at)):
            return self._ordinary(found), found.end()
        self._start, opened, depth, braces, brace = at, -1, 0, 0, -1
        is_def = is_definition(self.text, at)
        comments = len(self.comments)
        for piece in _PIECE.finditer(self.text, at):
            char, here = piece.group()[0], piece.start()
            if char == "#":
                self.comments.append(Comment(piece.group(), Span(*piece.span())))
            elif char in "([":
                opened = here if depth == 0 else opened  # Of brackets in each other the outermost.
                depth += 1
            elif char in ")]":
                depth = max(0, depth - 1)  # What closes nothing is the grammar's to refuse.
            elif char == "{" and (depth or not is_loop):  # Of a template, or of a function's partials.
                brace = here if braces == 0 else brace
                braces += 1
            elif char == "}" and braces:
                braces -= 1
            elif char == "}" and depth:  # The end of the block that the bracket stands in.
                return self._cut(opened, at, here, comments)
            elif depth or (is_def and braces):
                continue
            elif char == ";" or (char == "\n" and not (is_loop and _BRACE.match(self.text, here))):
                return self._slices(here), here + 1
            elif char == "{":
                return self._slices(here + 1), here + 1
            elif char == "}":
                return [*self._slices(here), Span(here, here + 1)], here + 1
        if depth or (is_def and braces):
            return self._cut(opened if depth else brace, at, len(self.text), comments)
        return self._slices(len(self.text)), len(self.text)

    def _ordinary(self, found: re.Match[str]) -> list[Span]:
        raw, comment = found.groups()
        if comment is not None:
            self.comments.append(Comment(comment, Span(*found.span(2))))
        start, bare = found.start() + len(raw) - len(raw.lstrip()), raw.strip()
        return [Span(start, start + len(bare))] if bare else []

    def _cut(self, opened: int, at: int, end: int, comments: int) -> tuple[list[Span], int]:
        """The slice up to the end of the line on which the bracket opens that is never closed, or up to `end`."""
        line_end = self.text.find("\n", opened, end)
        end = end if line_end < 0 else line_end
        del self.comments[comments:]  # Those behind the new end are met again by whatever slice holds them.
        for piece in _PIECE.finditer(self.text, at, end):
            if piece.group()[0] == "#":
                self.comments.append(Comment(piece.group(), Span(*piece.span())))
        return self._slices(end), self._continued(opened, end)

    def _continued(self, opened: int, end: int) -> int:
        """Where the lines end that continue the one with the open bracket: deeper in, or beginning with its end."""
        line = self.text[self.text.rfind("\n", 0, opened) + 1 : opened]
        deeper = len(line) - len(line.lstrip()) + 1
        lines = re.compile(rf"(?:\n(?:[ \t]{{{deeper},}}(?![ \t}}])[^\n]+|[ \t]*[)\]][^\n]*))*")
        found = lines.match(self.text, end)
        return found.end() if found else end

    def _slices(self, end: int) -> list[Span]:
        """The one slice [start, end) without the space around it; none where it holds no statement."""
        raw = self.text[self._start : end]
        # Blanked rather than cut out, so that places in the slice stay places in the text.
        bare = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), raw) if "#" in raw else raw
        left = len(bare) - len(bare.lstrip())
        right = len(bare.rstrip())
        return [Span(self._start + left, self._start + right)] if left < right else []
