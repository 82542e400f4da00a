"""The parser: an LALR(1) automaton that shifts tokens and reduces them to records, driven by the tables of the grammar.

It reads what Lark reads from the same tables, and with a contextual lexer as Lark's: in each state only the terminals
that may come next are tried, so `in` is a word where a loop wants it and a name elsewhere. A test holds the two equal,
of texts that are refused too. A stack stands in for recursion, so depth is no limit.
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple, Protocol

from backcalc.language.tables import BEYOND, END, Rule, Tables, TerminalSymbol, row_of
from backcalc.text.source import Span

Maker = Callable[..., Any]
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


_Reduction = tuple[Maker | None, int, str]
"""What a rule makes of how many values, None where the one goes on, and the nonterminal that comes of it."""


class _Reductions(dict[int, _Reduction]):
    """What the rules make, each looked up when it is first met."""

    def __init__(self, rules: Sequence[Rule], callbacks: Callbacks) -> None:
        super().__init__()
        self._rules, self._callbacks = rules, callbacks

    def __missing__(self, number: int) -> _Reduction:
        rule = self._rules[number]
        reduction = self[number] = _maker(rule, self._callbacks), len(rule.parts), rule.origin
        return reduction


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
        self._reductions = _Reductions(tables.rules, callbacks)
        self._words = frozenset(tables.words.values())
        self._beginning: dict[str, list[TerminalSymbol]] = {}  # By the sign that they may begin with.
        self._lexers: dict[tuple[int, str], Lexer] = {}  # By state, and the sign at the place.
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
        rows, final = self._rows, self._final
        while states[-1] != final:
            kind, begin, end = self._next(text, end, states, base)
            action = rows[states[-1]].get(kind)
            # A rule to reduce by is stored as its complement, ~number, so one table of whole numbers says both.
            if action is not None and action < 0:
                action = self._reduce(action, states, values, kind)
            if action is None:
                # At the end of the text a token is empty, but its place is one wide all the same.
                raise RefusedError(Span(base + begin, base + max(end, begin + 1)), self._accepted(states))
            states.append(action)
            # As the names themselves make them, but for a call in between: a token is made a million times.
            values.append(_new(Token, (text[begin:end], _new(Span, (base + begin, base + end)))))
        return values[0]

    def _reduce(self, action: int | None, states: list[int], values: list[Any], kind: str) -> int | None:
        """Put what rules make of their parts in their place, from `action` on; where `kind` leads then, if anywhere."""
        rows, reductions, chains = self._rows, self._reductions, self._chains
        while action is not None and action < 0:
            make, size, origin = reductions[~action]
            if make is None:
                # From a number to the sum that it may be are ten rules that make nothing: they are gone through once.
                key = (states[-2], states[-1], kind)
                state = states[-1] = chains[key] if key in chains else self._chain(*key)
            else:
                # No rule is without parts: of none, -0 would take the whole stack.
                if size == 1:
                    values[-1] = make(values[-1])
                else:
                    values[-size:] = [make(*values[-size:])]
                del states[-size:]
                state = rows[states[-1]][origin]
                states.append(state)
            action = rows[state].get(kind)
        return action

    def _chain(self, below: int, state: int, kind: str) -> int:
        """The state that follows on `below` when all rules of one part that make nothing are reduced."""
        key = below, state, kind
        while (action := self._rows[state].get(kind, 0)) < 0 and self._reductions[~action][0] is None:
            state = self._rows[below][self._reductions[~action][2]]
        self._chains[key] = state
        return state

    def _next(self, text: str, at: int, states: list[int], base: int) -> tuple[str, int, int]:
        """The kind of the next token from `at` on, where it begins and where it ends."""
        state = states[-1]
        # Where there is a pattern it is asked: most tokens of a long text are found so.
        found = self._quick[state](text, at) if state in self._quick else None
        if found:
            kind: str = found.lastgroup  # type: ignore[assignment]  # Each way has a name.
            at, end = found.span(kind)
        else:
            kind, at, end = self._search(text, at, state)
            if not kind:
                raise self._refusal(text, at, states, base)
        # `given` is a word where a statement begins and a name elsewhere: the state decides, as with Lark.
        if kind == self.tables.word_like:
            word = self.tables.words.get(text[at:end])
            return word if word in self._rows[state] else kind, at, end
        return kind, at, end

    def _search(self, text: str, at: int, state: int) -> tuple[str, int, int]:
        """The first terminal of `state` from `at` on, and where it stands; an empty name where none does."""
        # A short run never comes to compile a pattern: it takes as long as a thousand tokens.
        self._uses[state] = self._uses.get(state, 0) + 1
        if self._uses[state] == OFTEN:
            self._quick[state] = self._pattern(tuple(each.name for each in self._tried(state, self.tables.terminals)))
        while at < len(text):
            kind, end = _first(text, at, self._lexer(state, text[at]))
            if kind not in self.tables.ignored:
                return kind, at, end
            at = end
        return END, at, at

    def _pattern(self, names: tuple[str, ...]) -> Callable[[str, int], re.Match[str] | None]:
        """One pattern of all these terminals, in their order, behind what is ignored; most states have another's."""
        if names not in self._patterns:
            of = {each.name: each.pattern for each in self.tables.terminals if each.name in names}
            ignored = "|".join(of.pop(name) for name in self.tables.ignored)
            # Atomic: where no terminal follows, no shorter part of a comment is tried for one.
            # Behind a brace there may be the end alone: then nothing matches, and not an empty text.
            wanted = "|".join(f"(?P<{name}>{pattern})" for name, pattern in of.items()) or "(?!)"
            self._patterns[names] = re.compile(f"(?>(?:{ignored})*)(?:{wanted})").match
        return self._patterns[names]

    def _lexer(self, state: int, sign: str) -> Lexer:
        """The terminals to try in `state` where the text goes on with `sign`, in their order."""
        sign = min(sign, BEYOND)
        key = state, sign
        if key not in self._lexers:
            # Few begin with the same sign, so few are tried, and compiled before: most patterns take long to compile.
            if sign not in self._beginning:
                self._beginning[sign] = [each for each in self.tables.terminals if each.begins_with(sign)]
            self._lexers[key] = list(map(self._kind, self._tried(state, self._beginning[sign])))
        return self._lexers[key]

    def _tried(self, state: int, terminals: Iterable[TerminalSymbol]) -> list[TerminalSymbol]:
        """Those of `terminals` that may follow in `state`, and the ignored ones."""
        wanted, ignored = self._rows[state], self.tables.ignored
        words = self._words if self.tables.word_like in wanted else ()  # These go by what is word-like.
        return [each for each in terminals if each.name in ignored or (each.name in wanted and each.name not in words)]

    def _kind(self, terminal: TerminalSymbol) -> tuple[str, Ends]:
        return terminal.name, self._end(terminal)

    def _end(self, terminal: TerminalSymbol) -> Ends:
        """What finds the tokens of one kind."""
        # Each is compiled by itself and where it is wanted: one pattern a state would take longer than a short run.
        if terminal.name not in self._ends:
            self._ends[terminal.name] = _ends_of(terminal.texts) if terminal.texts else _ends_by(terminal.pattern)
        return self._ends[terminal.name]

    def _refusal(self, text: str, at: int, states: list[int], base: int) -> RefusedError:
        """What is wrong at a place where no terminal fits: a token that may not stand there, or none at all."""
        kind, end = _first(text, at, list(map(self._kind, self.tables.terminals)))
        if kind:
            return RefusedError(Span(base + at, base + end), self._accepted(states))
        allowed = {each.name for each in self._tried(states[-1], self.tables.terminals)} - set(self.tables.ignored)
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
        callback: Maker = getattr(callbacks, name)
        # All of them: nothing is picked.
        return callback if parts == "x" * len(parts) else lambda *values: callback(*chosen(*values))
    return chosen if origin[0] == "_" else lambda *values: chosen(*values)[0]


def _chosen(parts: str) -> Callable[..., list[Any]]:
    """What picks the arguments out of the values of a rule's parts."""
    places = [place for place, part in enumerate(parts) if part == "x"]
    if parts[0] == "*" and "*" not in parts[1:]:
        return lambda items, *values: _grown(items, [values[place - 1] for place in places])
    if "*" in parts:
        return lambda *values: _joined(parts, values)
    return lambda *values: [values[place] for place in places]


def _grown(items: list[Any], more: list[Any]) -> list[Any]:
    """A list with more behind it: in place, for nothing else holds it; copied at each item it would take n² steps."""
    items += more
    return items


def _joined(parts: str, values: Sequence[Any]) -> list[Any]:
    """The values of a rule's parts as one list, those of a part that is a list put in."""
    found: list[Any] | None = None
    for part, value in zip(parts, values, strict=True):
        if part == ".":
            continue
        items = value if part == "*" else [value]
        found = items if found is None else _grown(found, items)
    return found or []
