"""The header of an edge list: which of its columns are the tail, the head and the local partial."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

from backcalc.language.foreign.translated import ENDS, FILLERS, HEADS, PARTIALS, TAILS
from backcalc.language.lexis import NOTHING
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.wording import quoted, shorten

_WORD = re.compile(r"[^\W_]+")


class EdgeColumns(NamedTuple):
    """Where a table has the tail, the head and the partial of an edge, of how many columns.

    `is_guessed` says that the first line may be meant as an edge as well.
    """

    tail: int
    head: int
    partial: int
    width: int
    is_guessed: bool = False

    @property
    def are_plain(self) -> bool:
        """Whether there are these three columns and no other, in this order."""
        return tuple(self) == (0, 1, 2, 3, self.is_guessed)  # Whether it was guessed changes nothing of where they are.

    @property
    def behind_one_more(self) -> EdgeColumns:
        """These columns where another stands before all of them."""
        return EdgeColumns(self.tail + 1, self.head + 1, self.partial + 1, self.width + 1, self.is_guessed)


PLAIN = EdgeColumns(0, 1, 2, 3)  # Without a header: tail, head, partial.


class Rows(NamedTuple):
    """What the first rows of a table have, as far as a header is judged by it."""

    cells: Sequence[Sequence[str]]
    is_number: Callable[[str], bool]

    def are_numbers(self, column: int) -> bool:
        """Whether a column has numbers, and nothing else but empty cells."""
        found = [row[column] for row in self.cells if len(row) > column and row[column]]
        return bool(found) and all(map(self.is_number, found))


def columns_of(words: Sequence[str], rows: Rows, is_new: Callable[[str], bool]) -> EdgeColumns | Diagnostic | None:
    """The columns that a first line names; None where it is no header, else what keeps it from serving as one.

    `is_new` tells of a word that it is no name elsewhere: then it may be one of a column.
    """
    keys = [word.casefold() for word in words]
    if _ends(keys) is None:
        keys = _without_fillers(keys)
    ends = _ends(keys)
    if ends is None:
        return _by_place(words, rows, is_new)
    tail, head = ends
    partial = _partial(keys, {tail, head}, rows)
    if max(len(keys[tail]), len(keys[head])) == 1:  # Such letters name nodes as often as columns.
        # The third is what is left: 0 + 1 + 2 = 3.
        partial = 3 - tail - head if partial is None and len(keys) == 3 else partial
        # `u,v,w` may be an edge: only numbers below it, and no u, v or w elsewhere, make it a header.
        if partial is None or not rows.are_numbers(partial) or not _may_be_column(words[partial], is_new):
            return None
        return EdgeColumns(tail, head, partial, len(keys), is_guessed=True)
    # `source,target,0.5` is an edge between nodes of such names.
    if partial is None and len(keys) == 3 and _begins_as_number(words[3 - tail - head]):
        return None
    # A column of numbers without a name is the index of a table, whose edges have no partials at all.
    if partial is None and len(keys) == 3 and keys[3 - tail - head] and rows.are_numbers(3 - tail - head):
        return EdgeColumns(tail, head, 3 - tail - head, 3, is_guessed=True)
    # Two ends and no partial: a list that nobody can use, unless it has no rows and is an edge itself.
    if partial is None:
        return None if len(keys) == 3 and not rows.cells else _no_partials(words, keys, rows)
    is_doubtful = not (is_new(words[tail]) and is_new(words[head]))  # `source` may be a node.
    return EdgeColumns(tail, head, partial, len(keys), is_doubtful)


def _without_fillers(keys: Sequence[str]) -> list[str]:
    """The keys of a header in words, `source node` as `source`, `weight (kg)` as `weight`; others as they are."""
    found: list[str] = []
    for key in keys:
        parts = [part for part in _WORD.findall(key.partition("(")[0]) if part not in FILLERS]
        # Of `source id` and `source name` the first is the end, for an end is told by one column.
        is_one = len(parts) == 1 or (parts and all(part in PARTIALS for part in parts))
        found.append(parts[0] if is_one and parts[0] not in found and parts[0] not in keys else key)
    return found


def _ends(keys: Sequence[str]) -> tuple[int, int] | None:
    """The columns of the two ends, by the first pair that is there, else by any two words for them."""
    for tail, head in ENDS:
        if keys.count(tail) == keys.count(head) == 1:  # Twice one word names no column.
            return keys.index(tail), keys.index(head)
    tails, heads = ([i for i, key in enumerate(keys) if key in words] for words in (TAILS, HEADS))
    return (tails[0], heads[0]) if len(tails) == len(heads) == 1 else None  # Two candidates for one end leave it open.


def _partial(keys: Sequence[str], ends: Collection[int], rows: Rows) -> int | None:
    """The column of partials: the first by name that has numbers; one that has formulas where there is no other."""
    named = [keys.index(word) for word in PARTIALS if word in keys and keys.index(word) not in ends]
    # A column called weight may be empty, and another, value, have the numbers.
    with_numbers = next(filter(rows.are_numbers, named), None)
    return with_numbers if with_numbers is not None or len(named) != 1 or len(keys) > 3 else named[0]


def _by_place(words: Sequence[str], rows: Rows, is_new: Callable[[str], bool]) -> EdgeColumns | None:
    """Three other words above rows of numbers, the last of them no name elsewhere: a header all the same."""
    is_plain = len(words) == 3 and all(word.isidentifier() for word in words)  # A number or an arrow heads nothing.
    fits = is_plain and rows.are_numbers(2) and all(len(row) == 3 and row[2] for row in rows.cells)
    return PLAIN._replace(is_guessed=True) if fits and _may_be_column(words[2], is_new) else None


def _may_be_column(word: str, is_new: Callable[[str], bool]) -> bool:
    """Whether a word that heads no column as a rule may head one: no name elsewhere, and no number, or missing one."""
    return word not in NOTHING and not _begins_as_number(word) and is_new(word)


def _begins_as_number(word: str) -> bool:
    return re.match(r"[-+−–]?[.,]?\d", word) is not None  # 1/3 too, and 2*w.


def _no_partials(words: Sequence[str], keys: Sequence[str], rows: Rows) -> Diagnostic:
    named = [word for word, key in zip(words, keys, strict=True) if key in PARTIALS]
    message = f"the column {shorten(named[0])} has no numbers" if named else "no column has the local partials"
    hints = ("call it partial, derivative, weight, value, w or label, and have numbers in it",)
    if named and rows.cells and all(len(row) < len(words) for row in rows.cells):  # As by a colour, #ff0000.
        hints = ("the rows end before it; a # begins a comment, but in quotes",)
    return Diagnostic(Code.NO_COLUMNS, message, hints=hints)


def remarks(words: Sequence[str], columns: EdgeColumns, line: int, span: Span) -> tuple[Diagnostic, ...]:
    """What is said of a header: that it was taken for one, and which columns were passed over."""
    found = []
    used = {columns.tail, columns.head, columns.partial}
    # A guess is told, for a line that was an edge would be lost.
    if columns.is_guessed:
        ends = f"{shorten(words[columns.tail])} -> {shorten(words[columns.head])}"
        message = f"line {line} is taken for the header of columns, not for an edge"
        hint = f"an edge is written {ends} : {shorten(words[columns.partial])}"
        found.append(Diagnostic(Code.HEADER, message, span, hints=(hint,)))
    others = [word for i, word in enumerate(words) if i not in used]
    if others:  # What is passed over is told, lest it was meant.
        noun = "column" if len(others) == 1 else "columns"
        named = [word for word in others if word]
        unnamed = ["one without a name" if named else "without a name"] * (len(named) < len(others))
        what = quoted([*named, *unnamed])
        found.append(Diagnostic(Code.NO_COLUMNS, f"passed over: the {noun} {what}", span))
    return tuple(found)
