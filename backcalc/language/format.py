"""A file formatted: every statement printed again in one way, every comment kept, blank lines kept as single ones."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from backcalc.language.statements import Comment, Loop, Program, Statement
from backcalc.language.unparse import loop_head, unparse_statement

INDENT = "    "
_TO_BRACE = re.compile(r"(?:\s|#[^\n]*)*\{")  # From the end of a loop's range on.


def format_program(program: Program) -> str:
    """The text of `program`, formatted; formatting it again changes nothing."""
    page = _Page(program)
    for piece in _pieces(program):
        page.add(piece)
    page.finish()
    return "".join(f"{line}\n" for line in page.out)


@dataclass(frozen=True)
class _Piece:
    """What becomes one line: a statement, a loop's head or its end, with the characters that it stands for."""

    text: str
    depth: int
    start: int
    end: int
    comment_depth: int


class _Page:
    """Lines put out in the order of the text, comments between them or behind them as they stood."""

    def __init__(self, program: Program) -> None:
        text = program.source.text
        self.out: list[str] = []
        self._line_starts = [0, *(i + 1 for i, char in enumerate(text) if char == "\n")]
        self._comments = list(reversed(program.comments))  # The next one last, to be taken off.
        self._last_line = -1

    def add(self, piece: _Piece) -> None:
        """Put one more piece on its line, the comments before it first."""
        first, last = self._line(piece.start), self._line(max(piece.start, piece.end - 1))
        while self._comments and self._comments[-1].span.start < piece.end:
            self._comment(self._comments.pop(), piece.comment_depth, first)
        self._put(INDENT * piece.depth + piece.text, first, last)

    def finish(self) -> None:
        """Put out the comments that follow the last statement."""
        while self._comments:
            comment = self._comments.pop()
            self._comment(comment, 0, self._line(comment.span.start))

    def _comment(self, comment: Comment, depth: int, before: int) -> None:
        """A comment behind the line it stood behind, else on a line of its own, at the latest `before` the next."""
        line = self._line(comment.span.start)
        if line == self._last_line:
            self.out[-1] += f"  {comment.text.rstrip()}"
        else:
            line = min(line, before)  # One from within a statement goes before it, for it is printed on one line.
            self._put(INDENT * depth + comment.text.rstrip(), line, line)

    def _put(self, text: str, first: int, last: int) -> None:
        # However many empty lines there were: one says as much.
        if self.out and first > self._last_line + 1:
            self.out.append("")
        self.out.append(text)
        self._last_line = last

    def _line(self, offset: int) -> int:
        return bisect_right(self._line_starts, offset) - 1


def _pieces(program: Program) -> Iterator[_Piece]:
    """The lines of the file's statements; a loop that stood on one line stays on one."""
    stack: list[tuple[Iterator[Statement], _Piece | None]] = [(iter(program.statements), None)]
    while stack:
        statements, closing = stack[-1]
        depth = len(stack) - 1
        statement = next(statements, None)
        if statement is None:
            stack.pop()
            if closing is not None:
                yield closing
        elif isinstance(statement, Loop) and not _is_one_line(statement, program):
            start, end = statement.span
            brace = _TO_BRACE.match(program.source.text, statement.last.span.end)
            assert brace is not None
            yield _Piece(loop_head(statement), depth, start, brace.end(), depth)
            # Comments before the closing brace belong to the body.
            stack.append((iter(statement.body), _Piece("}", depth, end - 1, end, depth + 1)))
        else:
            yield _Piece(unparse_statement(statement), depth, *statement.span, depth)


def _is_one_line(loop: Loop, program: Program) -> bool:
    """Whether `loop` stood on one line and holds no other."""
    return "\n" not in program.source.text[slice(*loop.span)] and not any(isinstance(s, Loop) for s in loop.body)
