"""The tables that drive the parser: Lark makes them from grammars/graph.lark, and grammars/graph.tables holds them.

Making them takes longer than all else that a short run does, so they are made once and kept beside the grammar. They
hold the text that they were made from: where the grammar has changed since, they are made anew in memory, so none is
ever stale. `python -m backcalc.language.tables` writes the file, and a test tells when that is due.

The file has a line an entry, its fields parted by tabs: what it is of, then its values; then a line a state, which is
text until the state is met, as most never are; then the grammar. To load Python's reader of JSON would take longer.
"""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

import os
import re
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

STARTS = ("statement", "expression", "answer", "point")
END = "$END"  # Lark's name for the end of the text.
BEYOND = "\x80"
"""What stands for each sign beyond ASCII, where signs are told apart by what begins with them."""
STORED = "graph.tables"
_STATES, _GRAMMAR = "\nstates\n", "\ngrammar\n"  # The lines between the parts of the file.
# Inside the package or beside it, as it is installed. A path is text here: pathlib takes longer than the tables.
FOLDER = os.path.dirname(str(import_module("backcalc.grammars").__file__))  # noqa: PTH120


class TerminalSymbol(NamedTuple):
    """A kind of token.

    pattern  the regular expression of its text
    signs    what it may begin with, a bit for each sign of ASCII and one for all others
    texts    all that it may be, where these are few
    """

    name: str
    pattern: str
    signs: int
    texts: list[str]

    def begins_with(self, sign: str) -> bool:
        """Whether a token of this kind may begin with `sign`."""
        return bool(self.signs >> ord(min(sign, BEYOND)) & 1)


class Rule(NamedTuple):
    """What a reduction does.

    origin  the nonterminal that comes of it
    parts   a letter for each symbol of the rule: `x` is an argument of the callback, `.` is left out, and of `*` each
            item is an argument
    name    the callback; of a rule that needs none it is empty: the one argument goes on, or where origin begins with
            `_`, the list of them
    """

    origin: str
    parts: str
    name: str


class Tables(NamedTuple):
    """An LALR(1) automaton and its lexer.

    grammar    the text that they were made from
    terminals  in the order in which a lexer tries them
    ignored    the terminals that say nothing: space and comments
    words      texts that are a terminal of their own where one may stand, else what `word_like` says: a name
    rules      by number
    states     for each its symbols and where they lead, as `row_of` reads it
    starts     the first state of each start rule; the last of `states` is the end of all
    """

    grammar: str
    terminals: list[TerminalSymbol]
    ignored: list[str]
    word_like: str
    words: dict[str, str]
    rules: list[Rule]
    states: list[str]
    starts: dict[str, int]


def read_tables() -> Tables:
    """The tables of the grammar as it is: the stored ones where they are of this text, else made anew."""
    grammar = read_grammar()
    try:
        entries, _, made_of = _read(STORED).partition(_GRAMMAR)
        if made_of == grammar:
            return _as_tables(grammar, entries)
    except (OSError, ValueError, LookupError, TypeError):  # No file, or one of another form: made anew.
        pass
    return make_tables(grammar)


def _as_tables(grammar: str, entries: str) -> Tables:
    """The tables that are stored as `entries`. Raises ValueError, LookupError or TypeError where something is wrong."""
    found: dict[str, list[list[str]]] = {name: [] for name in Tables._fields}
    entries, _, states = entries.partition(_STATES)
    for entry in entries.split("\n"):
        name, *fields = entry.split("\t")
        found[name].append(fields)
    ((word_like,),) = found["word_like"]
    tables = Tables(
        grammar,
        [TerminalSymbol(name, pattern, int(signs, 16), texts) for name, pattern, signs, *texts in found["terminals"]],
        [name for (name,) in found["ignored"]],
        word_like,
        {text: name for text, name in found["words"]},  # noqa: C416  Each of the two is to be there.
        [Rule(*fields) for fields in found["rules"]],
        states.split("\n"),
        {start: int(state) for start, state in found["starts"]},
    )
    if not all(tables) or not states:  # A part of it is missing.
        raise ValueError(STORED)
    return tables


@cache
def tables_in_use() -> Tables:
    """The tables of this process, read once for the parser and for what reads faster than it."""
    return read_tables()


def row_of(state: str) -> dict[str, int]:
    """What a state says of each symbol: the next state, or ~n for a reduction by rule n."""
    fields = state.split("\t") if state else []  # Nothing follows on the end of all.
    return dict(zip(fields[::2], map(int, fields[1::2]), strict=True))


def read_grammar() -> str:
    """The text of the grammar."""
    return _read("graph.lark")


def _read(name: str) -> str:
    with open(f"{FOLDER}/{name}", encoding="utf-8") as file:  # noqa: PTH123
        return file.read()


def make_tables(grammar: str) -> Tables:
    """The tables of `grammar`, by Lark; the same ones at every run."""
    import pickle
    from io import BytesIO

    from lark import Lark  # Takes as long to load as all of backcalc, so only where it has something to do.

    from backcalc.language.first_signs import first_signs

    # What is left out of a rule is no argument: callbacks have defaults.
    lark = Lark(grammar, parser="lalr", start=list(STARTS), maybe_placeholders=False)
    buffer = BytesIO()
    lark.save(buffer)  # What Lark itself would read again, as plain data.
    saved = pickle.loads(buffer.getvalue())  # noqa: S301  our own, of the line above
    table = saved["data"]["parser"]["parser"]
    ranked = sorted(
        lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name)
    )  # Lark's own order.
    patterns = {t.name: _escaped(t.pattern.to_regexp()) for t in ranked}
    terminals = [TerminalSymbol(name, each, first_signs(each), _texts(each)) for name, each in patterns.items()]
    # A plain text that looks like a name is a word, and stands where a name does.
    words = {t.pattern.value: t.name for t in ranked if t.pattern.type == "str" and t.pattern.value.isidentifier()}
    rules = [_rule(saved["memo"][rule["@"]]) for rule in saved["data"]["rules"]]
    numbers = {rule["@"]: number for number, rule in enumerate(saved["data"]["rules"])}
    actions = _actions(table, numbers)
    # One state for the end of all starts, of which Lark has one each.
    final = max(actions) + 1
    actions |= {state: {END: final} for state in table["end_states"].values()} | {final: {}}
    rows, starts = _numbered(actions, {start: table["start_states"][start] for start in STARTS})
    states = ["\t".join(str(each) for pair in row.items() for each in pair) for row in rows]
    return Tables(grammar, terminals, list(lark.ignore_tokens), "NAME", words, rules, states, starts)


def _escaped(pattern: str) -> str:
    """A regular expression on one line, without tabs."""
    return pattern.replace("\t", r"\t").replace("\n", r"\n")


def _texts(pattern: str) -> list[str]:
    """The texts that `pattern` is made of where it is one of them or another, in their order; else none."""
    parts = (pattern[3:-1] if pattern.startswith("(?:") else pattern).split("|")  # `\)` alone ends so, too.
    found = [re.sub(r"\\(.)", r"\1", part) for part in parts]
    return found if list(map(re.escape, found)) == parts else []


def _rule(rule: dict[str, Any]) -> Rule:
    """A rule as Lark shapes trees: filtered tokens left out, the children of `_rules` taken in, `?rules` passed on."""
    origin, symbols = rule["origin"]["name"], rule["expansion"]
    parts = "".join("." if s.get("filter_out") else "*" if s["name"].startswith("_") else "x" for s in symbols)
    passes_on = origin.startswith("_") or (rule["options"]["expand1"] and not rule["alias"] and parts.count("x") == 1)
    return Rule(origin, parts, "" if passes_on else rule["alias"] or origin)


def _actions(table: dict[str, Any], numbers: dict[int, int]) -> dict[int, dict[str, int]]:
    """For each of Lark's states, by symbol, where to go, or ~n for a reduction by rule n."""
    symbols = table["tokens"]
    return {
        state: {symbols[s]: ~numbers[arg["@"]] if is_reduction else arg for s, (is_reduction, arg) in row.items()}
        for state, row in table["states"].items()
    }


def _numbered(rows: dict[int, dict[str, int]], starts: dict[str, int]) -> tuple[list[dict[str, int]], dict[str, int]]:
    """The states by number, in the order in which a walk from the first ones meets them: Lark's own order varies."""
    order = list(dict.fromkeys(starts.values()))
    # The list grows as it is gone through: breadth first.
    for state in order:
        order += dict.fromkeys(to for _, to in sorted(rows[state].items()) if to >= 0 and to not in order)
    order.sort(key=lambda state: not rows[state])  # The end of all has no way on, and comes last.
    place = {state: number for number, state in enumerate(order)}
    numbered = [{s: to if to < 0 else place[to] for s, to in sorted(rows[state].items())} for state in order]
    return numbered, {start: place[state] for start, state in starts.items()}


def write_tables(path: str = "") -> None:
    """Store the tables of the grammar as it is, beside it or at `path`: a line a state, so that changes can be seen."""
    tables = make_tables(read_grammar())
    entries = [
        *(["terminals", name, pattern, f"{signs:x}", *texts] for name, pattern, signs, texts in tables.terminals),
        *(["ignored", name] for name in tables.ignored),
        ["word_like", tables.word_like],
        *(["words", *pair] for pair in tables.words.items()),
        *(["rules", *rule] for rule in tables.rules),
        *(["starts", start, str(state)] for start, state in tables.starts.items()),
    ]
    text = "\n".join(map("\t".join, entries)) + _STATES + "\n".join(tables.states)
    with open(path or f"{FOLDER}/{STORED}", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write(f"{text}{_GRAMMAR}{tables.grammar}")


if __name__ == "__main__":
    write_tables()
