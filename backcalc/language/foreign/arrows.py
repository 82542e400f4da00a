"""The edges of DOT and of Mermaid, whose labels are numbers, as statements on the lines that they stand on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from backcalc.language import lexis
from backcalc.language.foreign.faults import Faults, is_name, no_name
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Source, Span

# With an en dash for a minus, as editors make one; and 1/3, which no decimal is.
NUMBER = rf"[-+−–]?{lexis.NUMBER}(?:/\d+)?"
_is_number = re.compile(NUMBER).fullmatch


class Transcript:
    """A text of the language that grows along another one, line for line."""

    def __init__(self, source: Source) -> None:
        # `_at`: how far of the source is on the page.
        self.faults, self._source, self._at, self._out = Faults(source), source, 0, list[str]()

    def add(self, groups: Sequence[Sequence[str]], partials: Sequence[str | None], place: Span, remedy: str) -> None:
        """The edges of `a -> b -> c` at `place`: from each node of a group to each of the next, and their partial."""
        # The names first: an edge between what are no names is not missed for its number.
        bad = next((name for group in groups for name in group if not is_name(name)), None)
        if bad is not None:
            self.faults.note("name", no_name(bad, place))
        elif None in partials:
            found = Diagnostic(Code.NO_PARTIAL, "this edge has no number as its local partial", place, hints=(remedy,))
            self.faults.note("partial", found)
        else:
            links = zip(pairwise(groups), partials, strict=True)
            # A group of two to a group of three is six edges, all with the one partial.
            edges = (
                f"{tail} -> {head} : {slope}" for (tails, heads), slope in links for tail in tails for head in heads
            )
            self._put("; ".join(edges), place.start)  # On one line, that of the first node, so that errors find it.

    def add_output(self, name: str, place: Span) -> None:
        """That the derivatives asked for are those of a node."""
        if is_name(name):
            self._put(f"output {name}", place.start)
        else:
            self.faults.note("name", no_name(name, place))

    def add_lines(self, lines: str, begin: int, end: int) -> None:
        """Whole lines in place of those from `begin` to `end`."""
        self._put(lines, begin)
        self._at = end

    def add_comment(self, text: str, at: int) -> None:
        """A comment that goes on to the end of its line; `//= dL/dx = 2` and `%%= …` state a result, as `#=` does."""
        self._put("#" + text.lstrip("/#%"), at, "  ")  # Two blanks, as between a statement and its comment.

    def add_comments(self, end: int) -> None:
        """The comments before the graph begins."""
        # Blank lines need nothing: `_put` counts them.
        for found in re.finditer(r"^[ \t]*(//|#|%%)[^\n]*", self._source.text[:end], re.MULTILINE):
            self.add_comment(found.group().lstrip(), found.start(1))

    def refuse(self, cause: str, message: str, place: Span, hint: str) -> None:
        """Note what is wrong at `place`."""
        self.faults.note(cause, Diagnostic(Code.EDGE, message, place, hints=(hint,)))

    def text(self) -> str:
        """All of it. Raises ParseError where something is wrong."""
        self.faults.finish()
        # As many lines as the source, so that line numbers agree to the end.
        return "".join([*self._out, "\n" * self._source.text.count("\n", self._at)])

    def _put(self, text: str, at: int, sign: str = "; ") -> None:
        """Put a text on the line of the place `at`, behind a `sign` where something is there."""
        # A place before `_at`, as after whole lines, is on the line that was begun.
        newlines = self._source.text.count("\n", self._at, at) if at > self._at else 0
        is_behind = bool(self._out) and not newlines and not self._out[-1].endswith("\n")
        # Newlines part what stands on different lines, a sign what stands on one.
        self._out.append("\n" * newlines or sign * is_behind)
        self._out.append(text)
        self._at = max(at, self._at)


def number(text: str | None) -> str | None:
    """A label where it is a number; None where it is not."""
    found = (text or "").strip().strip('"').strip()  # Those of Mermaid still have their quotes.
    return found if _is_number(found) else None
