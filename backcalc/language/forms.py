"""Forms: of statements that differ in nothing but their names and numbers, the grammar reads a few, not each.

The grammar reads a statement of a new form; `form_of` keeps what it gave as a pattern and a list of steps. A statement
that fits the pattern has the same tokens in the same order, so the same steps make it: the same records at its own
places. What no form fits is the grammar's; nothing here knows how an edge or an expression is written.
"""

from __future__ import annotations

import operator
import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import partial
from math import inf
from typing import Any

from backcalc.language.expr import Call, Expr, Name, Number, placed, postorder
from backcalc.language.lexis import DIGITS, PATTERNS, WORDS, canonical
from backcalc.language.statements import Adjoint, Claim, Comment, Definition, Edge, Given, Input, Output, Statement
from backcalc.text.source import Span

# The grammar's own, each of which takes what it can and gives nothing back.
_NAME, _WHOLE, _NUMBER = (f"(?>{PATTERNS[terminal]})" for terminal in ("NAME", "WHOLE", "NUMBER"))
# A blank stands apart from other words, and a name before `(` is a function's, which belongs to the form.
_BEFORE, _AFTER = "(?<![\\w.'\u0300-\u036f])", "(?![\\w.'\u0300-\u036f])"
_NO_WORD = rf"(?!(?:{'|'.join(sorted(WORDS))})(?![\w']))"
_BLANK = rf"{_BEFORE}(?:{_NO_WORD}{_NAME}(?![\w'\u0300-\u036f])(?![ \t]*\()|{_NUMBER}{_AFTER})"
_WORD = re.compile(r"[\w.']++(?!\()")
_DIGITS = frozenset("." + DIGITS)
_PLAIN = re.compile(r"[ \t]*+([^#{};\n]*+)")

LONGEST = 10_000  # A longer statement is the grammar's: rarely is there another like it.
MOST_ALIKE = 16  # Forms that differ only in which words are names, tried one after the other.
MOST_KEYS = 10_000
SIGHTINGS = 4  # To make a form costs as much as it costs the grammar to read so many statements.

_Kinds = Definition | Edge | Input | Output | Given | Adjoint | Claim
_EXPR = Number | Name | Call
_Share = Callable[[str], str]
_Picker = Callable[[list[Any]], Sequence[Any]]
# Where a part begins: the number of a blank or 0 for the statement, its start (0) or end (1), how far behind that; and
# the same for its end. All tokens between two blanks are of the form, so such distances are the same in all statements.
_Bounds = tuple[int, int, int, int, int, int]

_span = partial(tuple.__new__, Span)  # Span(*place), without unpacking it.


class Forms:
    """The forms met so far in `text`, and what reads statements by them."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._forms: defaultdict[str, list[Form]] = defaultdict(list)
        self._sightings: defaultdict[str, int] = defaultdict(int)
        self._share = _Words().__getitem__  # Equal names are one object.
        self._last: Form | None = None

    def read(self, at: int, end: int, statements: list[Statement], comments: list[Comment]) -> int:
        """Where the first statement from `at` on begins that no form fits, or that begins at `end` or behind.

        Those before it are appended to `statements`, and their comments to `comments`.
        """
        form = self._last
        while form is not None and at < end:
            follower = form.follower or form
            found = follower.pattern.match(self._text, at)
            if found is None:
                # Another form than last time: the one that fits is looked for among all.
                follower, found = self._fitting(at)
            if found is None or (statement := follower.statement(found, self._share)) is None:
                return at
            statements.append(statement)
            if found.lastindex != 1:  # The group that closed last is the statement, unless there is a comment.
                comments.append(Comment(found[found.re.groups], Span(*found.span(found.re.groups))))
            form.follower = self._last = form = follower  # Programs repeat themselves: what followed will follow.
            at = found.end()
        return at

    def learn(self, statement: Statement) -> None:
        """Take note of what the grammar read, and of its form where that was seen often enough."""
        key = self._key(statement.span.start)
        if len(self._sightings) > MOST_KEYS:
            self._sightings.clear()  # A text of no forms; what it has must not be kept a second time.
        self._sightings[key] += 1
        # Now and again, for another statement of this key may have a form where this one had none.
        if self._sightings[key] % SIGHTINGS or len(self._forms[key]) >= MOST_ALIKE:
            return
        form = form_of(statement, self._text)
        if form is not None:
            self._forms[key].append(form)
            self._last = self._last or form

    def _fitting(self, at: int) -> tuple[Form, re.Match[str] | None]:
        assert self._last is not None
        for form in self._forms.get(self._key(at), ()):
            if found := form.pattern.match(self._text, at):
                return form, found
        return self._last, None

    def _key(self, at: int) -> str:
        """The statement at `at`, each word that is no function's one mark: a sieve, for the pattern decides."""
        found = _PLAIN.match(self._text, at)
        assert found is not None
        return _WORD.sub("_", found[1].rstrip(" \t"))


class Form:
    """The pattern of a form's statements, and how each is made from the groups of a match.

    Group 1 is the statement, those from 2 on are its blanks, the last its comment.
    """

    __slots__ = ("calls", "constants", "fields", "follower", "kind", "leaves", "pattern", "wrapped")

    def __init__(
        self,
        pattern: re.Pattern[str],
        kind: Callable[..., _Kinds],
        leaves: tuple[Callable[[str, Span], Expr], ...],  # What makes a part of each blank: Name or _number.
        wrapped: tuple[tuple[int, _Bounds], ...],  # Blanks in parentheses of their own, which belong to their place.
        calls: tuple[tuple[str, _Picker, _Bounds], ...],  # What the parts that follow are: functions and arguments.
        constants: tuple[str | None, ...],  # The last parts: what fields have that are no expressions.
        fields: _Picker,  # The fields of the record among the parts.
    ) -> None:
        self.pattern, self.kind, self.leaves, self.wrapped = pattern, kind, leaves, wrapped
        self.calls, self.constants, self.fields = calls, constants, fields
        self.follower: Form | None = None  # The form of the statement that stood behind the last one of this form.

    def statement(self, found: re.Match[str], share: _Share) -> Statement | None:
        """The statement that `found` is, equal words one object by `share`; None where the grammar must see it."""
        words, places = found.groups()[1:-1], found.regs[1:]
        # A word of the language in a blank may be a name there or none: only the grammar knows.
        if not WORDS.isdisjoint(words):
            return None
        shared = map(share, words)  # Maps, for this is what every statement of a file goes through.
        try:
            parts: list[Any] = list(map(operator.call, self.leaves, shared, map(_span, places[1:])))
        except (OverflowError, ValueError):  # A number that is too large, or what is no name.
            return None
        for i, bounds in self.wrapped:
            parts[i] = placed(parts[i], _between(places, bounds))
        for fn, args, (i, side, more, j, other_side, other_more) in self.calls:
            span = _span((places[i][side] + more, places[j][other_side] + other_more))  # As _between has it, inlined.
            parts.append(Call(fn, tuple(args(parts)), span))
        parts += self.constants
        return self.kind(*self.fields(parts), _span(places[0]))


class _Words(dict[str, str]):
    """Each word by itself; a name by any of its spellings. Raises ValueError at what is no name."""

    def __missing__(self, word: str) -> str:
        name = self[word] = canonical(word) if word[0] not in _DIGITS else word
        if not name:
            raise ValueError(word)
        return name


def _number(text: str, span: Span) -> Number:
    """The number that `text` is. Raises OverflowError where it is none of float64."""
    value = float(text)
    if value == inf:
        raise OverflowError
    return Number(value, text, span)


def _between(places: Sequence[tuple[int, int]], bounds: _Bounds) -> Span:
    i, side, more, j, other_side, other_more = bounds
    return Span(places[i][side] + more, places[j][other_side] + other_more)


def _picker(indices: Sequence[int]) -> _Picker:
    """What takes the parts with these indices, in that order."""
    if len(indices) > 1:  # With one index it would give the part and no sequence.
        return operator.itemgetter(*indices)
    return operator.itemgetter(slice(indices[0], indices[0] + 1) if indices else slice(0))


def form_of(statement: Statement, text: str) -> Form | None:
    """The form of a statement that the grammar read; None where its names and numbers are not its blanks one to one."""
    said = text[slice(*statement.span)]
    plain = _PLAIN.match(said)
    # What has comments or braces inside is the grammar's.
    if not isinstance(statement, _Kinds) or len(said) > LONGEST or plain is None or plain.end() < len(said):
        return None
    values: list[Any] = list(statement[:-1])
    if not all(isinstance(value, Number | Name | Call | str | None) for value in values):
        return None
    leaves = leaves_of(statement)
    blanks = [_shifted(blank.span(), statement.span.start) for blank in re.finditer(_BLANK, said)]
    if [text[slice(*blank)] for blank in blanks] != [word(leaf) for leaf in leaves]:
        return None
    parts = (part for value in values if isinstance(value, _EXPR) for part in postorder(value))
    calls = [part for part in parts if isinstance(part, Call)]
    return _assembled(statement, values, [*leaves, *calls], blanks, text)


def _assembled(
    statement: _Kinds, values: list[Expr | str | None], exprs: list[Expr], blanks: list[Span], text: str
) -> Form:
    """The form of `statement`, whose fields have `values`: its expressions, leaves first, the leaves being `blanks`."""
    index = {id(expr): i for i, expr in enumerate(exprs)}
    constants = [value for value in values if not isinstance(value, _EXPR)]
    own = iter(range(len(exprs), len(exprs) + len(constants)))
    measure = _measure(statement.span, blanks)
    return Form(
        _pattern(statement.span, blanks, exprs, text),
        type(statement),
        tuple(Name if isinstance(leaf, Name) else _number for leaf in exprs[: len(blanks)]),
        tuple((i, measure(exprs[i].span)) for i, blank in enumerate(blanks) if exprs[i].span != blank),
        tuple(
            (call.fn, _picker([index[id(arg)] for arg in call.args]), measure(call.span))
            for call in exprs
            if isinstance(call, Call)
        ),
        tuple(constants),
        _picker([index[id(value)] if isinstance(value, _EXPR) else next(own) for value in values]),
    )


def _pattern(span: Span, blanks: list[Span], leaves: list[Expr], text: str) -> re.Pattern[str]:
    """What matches a statement of this form with the space around it, up to the end of its line or its `;`."""
    pieces, at = [], span.start
    # Leaves come first, and the calls behind them have no blanks.
    for blank, leaf in zip(blanks, leaves, strict=False):
        word = text[slice(*blank)]
        # A node of an edge list may be called 3, but not 3.5.
        blank_of = _NUMBER if isinstance(leaf, Number) else _WHOLE if word.isdecimal() else _NAME
        pieces += [re.escape(text[at : blank.start]), f"({blank_of})"]
        at = blank.end
    pieces.append(re.escape(text[at : span.end]))
    return re.compile(rf"[ \t]*+({''.join(pieces)})[ \t]*+(?:;|(#[^\n]*+)?(?:\n|\Z))")


def _measure(statement: Span, blanks: list[Span]) -> Callable[[Span], _Bounds]:
    """What tells a place of the text by the last blank that begins there or before."""
    starts = [blank.start for blank in blanks]

    def _anchored(at: int) -> tuple[int, int, int]:
        i = bisect_right(starts, at)
        start, end = blanks[i - 1] if i else (statement.start, inf)
        return (i, 0, at - start) if at < end else (i, 1, at - int(end))

    return lambda span: (*_anchored(span.start), *_anchored(span.end))


def leaves_of(statement: Statement) -> list[Number | Name]:
    """The names and numbers in a statement's own expressions, in the order of the text."""
    parts = (part for value in statement if isinstance(value, _EXPR) for part in postorder(value))
    # By place, for fields need not be in the order of the text: in dv/du = 3 the head comes first.
    return sorted((part for part in parts if not isinstance(part, Call)), key=lambda leaf: leaf.span)


def word(leaf: Expr) -> str:
    """A name or number as the text has it."""
    return leaf.text if isinstance(leaf, Number) else leaf.id if isinstance(leaf, Name) else ""


def _shifted(place: tuple[int, int], by: int) -> Span:
    return Span(place[0] + by, place[1] + by)
