"""A text that was made of another program's, with what is known of the first lines of both."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span

MERMAID = r"(?:---\n(?:.*\n)*?---\s+)?(?:```+ *mermaid\s+)?(?:graph|flowchart)\b[ \t]*(?:LR|RL|TD|TB|BT)?[ \t]*;?"
"""What a flowchart of Mermaid begins with; its kind may stand alone in the line."""

DOT = r'(?i:(?:strict\s+)?(?P<kind>(?:di)?graph)\b(?:\s+(?:-?[\w.]+|"[^"\n]*"))?\s*\{)'
"""What a graph in DOT begins with, whatever its name is."""

SEMICOLONS = r"(?m)^[ \t]*[\w']+[ \t]*;[ \t]*[\w']+[ \t]*;"
"""What a row parted by semicolons begins with, which statements cannot."""

ENDS = (
    *(("source", "target"), ("src", "dst"), ("from", "to"), ("tail", "head"), ("parent", "child"), ("start", "end")),
    *(("in", "out"), ("node1", "node2"), ("i", "j"), ("u", "v"), ("v", "w")),
)
"""The words that name the two ends of an edge, the likeliest first; programs and teachers use them in pairs."""
TAILS = {tail for tail, _ in ENDS if len(tail) > 1}  # Letters name nodes as often, so they count in pairs alone.
HEADS = {head for _, head in ENDS if len(head) > 1} | {"destination"}
PARTIALS = ("partial", "local_partial", "derivative", "gradient", "weight", "value", "w", "p", "label")
"""The words that name the column of local partials; the first whose column has numbers is it."""

FILLERS = {"node", "nodes", "edge", "vertex", "id", "name", "column", "local", "the", "of"}
"""What stands beside these words in a header, and says no more."""


OUTPUT = "output {}"
"""How a file says which node is the output."""


class Translated(Source):
    """A text of the language, made line for line of the text `original`.

    `has_header` says that its first statement is the header of an edge list; `is_table` that the original is a table of
    edges, not of another format; `output` how that file says which node is the output; `warnings` speak of places in
    this text.
    """

    def __init__(
        self,
        original: Source,
        text: str,
        *,
        has_header: bool = False,
        is_table: bool = True,
        output: str = OUTPUT,
        warnings: tuple[Diagnostic, ...] = (),
    ) -> None:
        super().__init__(original.name, text, original.lines)  # With the lines of the original, as both have as many.
        self.original: Final = original
        self.has_header: Final = has_header
        self.is_table: Final = is_table
        self.output: Final = output
        self.warnings: Final = warnings

    def origin(self, span: Span) -> tuple[Source, Span]:
        """These words in that line of the original, where they stand there; else the whole line."""
        start = self.original.behind_newlines(self.newlines_before(span.start))
        line, said = self.original.line_text(start), self.text[slice(*span)].split("\n", 1)[0]
        column = span.start - self.line_start(span.start)
        # At its own column where the line has not changed.
        at = column if said and line.startswith(said, column) else _find(said, line)
        if not said and column >= len(self.line_text(span.start).rstrip()):  # What is missing is so at the end.
            at = len(line.rstrip())
        # What was rewritten is not found: the whole line is shown.
        elif at < 0:
            bare = line.strip()
            at, said = line.find(bare), bare
        return self.original, Span(start + at, start + at + len(said))


def output_statement(source: Source, name: str) -> str:
    """How the file that a text comes from says that a node is the output."""
    return (source.output if isinstance(source, Translated) else OUTPUT).format(name)


def noted(source: Source) -> tuple[Diagnostic, ...]:
    """What was noticed while a text was made of another."""
    return source.warnings if isinstance(source, Translated) else ()


def _find(said: str, line: str) -> int:
    """Where `said` stands in `line` as words of its own; -1 where it does not."""
    found = re.search(rf"(?<![\w.]){re.escape(said)}(?![\w.])", line) if said else None  # `5` is not found in `0.5`.
    return found.start() if found else -1


def is_header(words: Sequence[str]) -> bool:
    """Whether three words are surely the header of tails, heads and partials in this order."""
    tail, head, partial = (word.casefold() for word in words)
    return tail in TAILS and head in HEADS and partial in PARTIALS
