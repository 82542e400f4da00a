"""The parser: an LALR(1) automaton that shifts tokens and reduces them to records, driven by the tables of the grammar.

It reads what Lark reads from the same tables, and with a contextual lexer as Lark's: in each state only the terminals
that may come next are tried, so `in` is a word where a loop wants it and a name elsewhere. A test holds the two equal,
of texts that are refused too. A stack stands in for recursion, so depth is no limit.
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

import re
from collections.abc import Callable, Container, Sequence
from typing import Any, NamedTuple, Protocol

from backcalc.language.tables import END, Rule, Tables, TerminalSymbol, row_of
from backcalc.text.source import Span

Maker = Callable[[list[Any]], Any]
Ends = Callable[[str, int], int]
"""Of a text and a place in it: where the token of a kind ends that begins there, -1 where none does."""

Lexer = list[tuple[str, Ends]]
_new = tuple.__new__
OFTEN = 500
"""Tokens from which on a state is worth one pattern for all its terminals, which takes long to compile."""


class Token(NamedTuple):
    """A piece of the text, as a callback gets it."""

    text: str
    span: Span


class Callbacks(Protocol):
    """What makes a value of each reduction: a method a rule."""

    def begin(self, text: str, base: int) -> None:
        """A text will be read whose first character is at `base` in the source."""
        ...


class RefusedError(Exception):
    """The text is not in the language: the place where that shows, and the terminals that could stand there."""

    def __init__(self, place: Span, allowed: set[str]) -> None:
        self.place, self.allowed = place, allowed


class _Rows(dict[int, dict[str, int]]):
    """The rows of the states, each read when it is first met."""

    def __init__(self, states: Sequence[str]) -> None:
        super().__init__()
        self._states = states

    def __missing__(self, state: int) -> dict[str, int]:
        row = self[state] = row_of(self._states[state])
        return row


class Parser:
    """The automaton of `tables`, whose reductions call the methods of `callbacks`."""

    def __init__(self, tables: Tables, callbacks: Callbacks) -> None:
        self.tables = tables
        self._begin = callbacks.begin
        self._makers = [_maker(rule, callbacks) for rule in tables.rules]
        self._lexers: dict[int, Lexer] = {}  # By state.
        self._ends: dict[str, Ends] = {}  # By terminal.
        self._uses: dict[int, int] = {}  # Tokens that each state has read, up to OFTEN.
        # By the terminals in them.
        self._patterns: dict[tuple[str, ...], Callable[[str, int], re.Match[str] | None]] = {}
        self._quick: dict[int, Callable[[str, int], re.Match[str] | None]] = {}  # Of the states in use often.
        self._chains: dict[tuple[int, int, str], int] = {}  # Where runs of rules that make nothing lead.
        self._final = len(tables.states) - 1
        self._rows = _Rows(tables.states)

    def parse(self, text: str, start: str, base: int = 0) -> Any:
        """What the rule `start` makes of `text`, whose first character is at `base` in the source.

        Raises RefusedError, and what a callback raises.
        """
        self._begin(text, base)
        states, end = [self.tables.starts[start]], 0
        values: list[Any] = []
        while states[-1] != self._final:
            kind, begin, end = self._next(text, end, states, base)
            action = self._rows[states[-1]].get(kind)
            # A rule to reduce by is stored as its complement, ~number, so one table of whole numbers says both.
            while action is not None and action < 0:
                action = self._reduce(~action, states, values, kind).get(kind)
            if action is None:
                # At the end of the text a token is empty, but its place is one wide all the same.
                raise RefusedError(Span(base + begin, base + max(end, begin + 1)), self._accepted(states))
            states.append(action)
            # As the names themselves make them, but for a call in between: a token is made a million times.
            values.append(_new(Token, (text[begin:end], _new(Span, (base + begin, base + end)))))
        return values[0]

    def _reduce(self, number: int, states: list[int], values: list[Any], kind: str) -> dict[str, int]:
        """Put what a rule makes of its parts in their place; the row of the state that follows."""
        make = self._makers[number]
        if make is None:
            # From a number to the sum that it may be are ten rules that make nothing: they are gone through once.
            key = (states[-2], states[-1], kind)
            states[-1] = self._chains[key] if key in self._chains else self._chain(*key)
            return self._rows[states[-1]]
        rule = self.tables.rules[number]
        size = len(rule.parts)
        # No rule is without parts: of none, -0 would take the whole stack.
        values[-size:] = [make(values[-size:])]
        del states[-size:]
        states.append(self._rows[states[-1]][rule.origin])
        return self._rows[states[-1]]

    def _chain(self, below: int, state: int, kind: str) -> int:
        """The state that follows on `below` when all rules of one part that make nothing are reduced."""
        key = below, state, kind
        while (action := self._rows[state].get(kind, 0)) < 0 and self._makers[~action] is None:
            state = self._rows[below][self.tables.rules[~action].origin]
        self._chains[key] = state
        return state

    def _next(self, text: str, at: int, states: list[int], base: int) -> tuple[str, int, int]:
        """The kind of the next token from `at` on, where it begins and where it ends."""
        state = states[-1]
        row, tables = self._rows[state], self.tables
        while at < len(text):
            # Where there is a pattern it is asked here: most tokens of a long text are found so.
            quick = self._quick.get(state)
            found = quick(text, at) if quick else None
            kind, end = (found.lastgroup, found.end()) if found else self._match(text, at, state)
            if not kind:
                raise self._refusal(text, at, states, base)
            # `given` is a word where a statement begins and a name elsewhere: the state decides, as with Lark.
            if kind == tables.word_like:
                word = tables.words.get(text[at:end])
                return word if word in row else kind, at, end
            if kind not in tables.ignored:
                return kind, at, end
            at = end
        return END, at, at

    def _match(self, text: str, at: int, state: int) -> tuple[str, int]:
        """The first terminal of `state` that stands at `at`, and where it ends; an empty name where none does."""
        if state in self._quick:
            return "", at  # Its pattern has been tried.
        # A short run never comes to compile one: it takes as long as a thousand tokens.
        self._uses[state] = self._uses.get(state, 0) + 1
        if self._uses[state] > OFTEN:
            self._quick[state] = self._pattern(tuple(name for name, _ in self._lexer(state)))
        return _first(text, at, self._lexer(state))

    def _pattern(self, names: tuple[str, ...]) -> Callable[[str, int], re.Match[str] | None]:
        """One pattern of all these terminals, in their order; most states have those of another."""
        if names not in self._patterns:
            patterns = [f"(?P<{each.name}>{each.pattern})" for each in self.tables.terminals if each.name in names]
            self._patterns[names] = re.compile("|".join(patterns)).match
        return self._patterns[names]

    def _lexer(self, state: int) -> Lexer:
        """The terminals that may follow in `state`, and the ignored ones, in the order in which they are tried."""
        if state not in self._lexers:
            self._lexers[state] = self._choice(self._rows[state])
        return self._lexers[state]

    def _choice(self, wanted: Container[str]) -> Lexer:
        tables = self.tables
        words = set(tables.words.values()) if tables.word_like in wanted else ()  # These go by what is word-like.
        return [
            (terminal.name, self._end(terminal))
            for terminal in tables.terminals
            if terminal.name in tables.ignored or (terminal.name in wanted and terminal.name not in words)
        ]

    def _end(self, terminal: TerminalSymbol) -> Ends:
        """What finds the tokens of one kind."""
        # Each is compiled by itself and where it is wanted: one pattern a state would take longer than a short run.
        if terminal.name not in self._ends:
            self._ends[terminal.name] = _ends_of(terminal.texts) if terminal.texts else _ends_by(terminal.pattern)
        return self._ends[terminal.name]

    def _refusal(self, text: str, at: int, states: list[int], base: int) -> RefusedError:
        """What is wrong at a place where no terminal fits: a token that may not stand there, or none at all."""
        kind, end = _first(text, at, self._choice({terminal.name for terminal in self.tables.terminals}))
        if kind:
            return RefusedError(Span(base + at, base + end), self._accepted(states))
        allowed = {kind for kind, _ in self._lexer(states[-1])} - set(self.tables.ignored)
        return RefusedError(Span(base + at, base + at + 1), allowed or {END})

    def _accepted(self, states: list[int]) -> set[str]:
        """The terminals that can be shifted from here."""
        # A state of LALR has actions for tokens that fail a few reductions later: only a trial tells.
        row = self._rows[states[-1]]
        # Terminals are in capitals, and `$END` with them.
        return {kind for kind in row if kind.isupper() and self._shifts(kind, states.copy())}

    def _shifts(self, kind: str, states: list[int]) -> bool:
        """Whether the automaton, with all that it must reduce before, shifts `kind`."""
        while (action := self._rows[states[-1]].get(kind)) is not None and action < 0:
            rule = self.tables.rules[~action]
            del states[-len(rule.parts) :]
            states.append(self._rows[states[-1]][rule.origin])
        return action is not None


def _first(text: str, at: int, lexer: Lexer) -> tuple[str, int]:
    for kind, end_of in lexer:
        if (end := end_of(text, at)) >= 0:
            return kind, end
    return "", at


def _ends_by(pattern: str) -> Ends:
    """What finds the end of a token that a regular expression describes."""
    match = re.compile(pattern).match

    def _end(text: str, at: int) -> int:
        found = match(text, at)
        return found.end() if found else -1

    return _end


def _ends_of(texts: list[str]) -> Ends:
    """What finds the end of a token that is one of these."""

    # To compile a choice of signs beyond Latin takes as long as to read three lines.
    def _end(text: str, at: int) -> int:
        return next((at + len(each) for each in texts if text.startswith(each, at)), -1)

    return _end


def _maker(rule: Rule, callbacks: Callbacks) -> Maker | None:
    """What makes a value of the values of the rule's parts; None where the one value goes on."""
    origin, parts, name = rule
    # As in Lark: a rule whose name begins with `_` gives its parts to the rule that it stands in.
    if parts == "x" and not name and origin[0] != "_":
        return None
    chosen = _chosen(parts)
    if name:
        callback = getattr(callbacks, name)
        if parts == "x" * len(parts):
            return lambda values: callback(*values)  # All of them: nothing is picked.
        return lambda values: callback(*chosen(values))
    return chosen if origin[0] == "_" else lambda values: chosen(values)[0]


def _chosen(parts: str) -> Callable[[list[Any]], list[Any]]:
    """What picks the arguments out of the values of a rule's parts."""
    if "*" in parts:
        return lambda values: _joined(parts, values)
    places = [place for place, part in enumerate(parts) if part == "x"]
    if len(places) == len(parts):
        return lambda values: values  # All of them: nothing is picked.
    return lambda values: [values[place] for place in places]


def _joined(parts: str, values: list[Any]) -> list[Any]:
    """The values of a rule's parts as one list, those of a part that is a list put in."""
    found: list[Any] | None = None
    for part, value in zip(parts, values, strict=True):
        if part == ".":
            continue
        items = value if part == "*" else [value]
        # A list grows in place, for nothing else holds it: copied at each item it would take n² steps.
        found = items if found is None else found.__iadd__(items)
    return found or []
