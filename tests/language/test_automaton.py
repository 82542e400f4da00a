"""The automaton reads as Lark does: the same trees, and of what is refused the same place and the same terminals."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from lark import Lark, Tree, UnexpectedCharacters, UnexpectedToken
from strategies import programs, token_soup

from backcalc.language import automaton as lalr
from backcalc.language.automaton import Parser, RefusedError
from backcalc.language.scanner import Scanner
from backcalc.language.tables import END, STARTS, read_grammar, read_tables
from backcalc.text.source import Span

law = settings(max_examples=300)
SAMPLES = sorted((Path(__file__).parents[2] / "samples").rglob("*.bg"))
LARK = Lark(read_grammar(), parser="lalr", start=list(STARTS), maybe_placeholders=False)


class Shapes:
    """Callbacks that tell their names and arguments."""

    def __getattr__(self, name):
        return lambda *args: (name, *args)


OURS = Parser(read_tables(), Shapes())


def shape_of(tree):
    """A tree of Lark's as `Shapes` tells it, without recursion."""
    done = {}
    for part in tree.iter_subtrees():  # From the leaves up.
        children = [done[id(child)] if isinstance(child, Tree) else token(child) for child in part.children]
        done[id(part)] = (str(part.data), *children)
    return done[id(tree)]


def token(found):
    return lalr.Token(str(found), Span(found.start_pos, found.end_pos))


def by_lark(text, start):
    """The tree of `text`, else the place at which it is refused and what could stand there."""
    try:
        found = LARK.parse(text, start=start)
        return shape_of(found) if isinstance(found, Tree) else token(found)
    except UnexpectedCharacters as error:
        allowed = {END if name == "<END-OF-FILE>" else name for name in error.allowed}
        return Span(error.pos_in_stream, error.pos_in_stream + 1), allowed
    except UnexpectedToken as error:
        at_end = error.token.type == "$END"
        place = Span(len(text), len(text) + 1) if at_end else Span(error.token.start_pos, error.token.end_pos)
        return place, error.accepts or {END}  # Where all is read, Lark names nothing at all.


def by_us(text, start):
    try:
        return OURS.parse(text, start)
    except RefusedError as error:
        return error.place, error.allowed


def read(path):
    return path.read_bytes().decode("utf-8", errors="replace")


def agree(text):
    for start in STARTS:
        assert by_us(text, start) == by_lark(text, start), (start, text)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_are_read_as_lark_reads_them(path):
    text = read(path)
    for span in list(Scanner(text))[:200]:
        agree(text[slice(*span)][:300])


@law
@given(programs())
def test_programs_are_read_as_lark_reads_them(text):
    for span in Scanner(text):
        agree(text[slice(*span)])


@law
@given(token_soup)
@example("")
@example(" # nothing")
@example("in in in")
@example("input input")
@example("t{k}{k}'a{2}b = 1")
@example("y = 2 +")
@example("y = 2 ?")
@example("y = x if")
@example("for for in 1..2 {")
@example("d(d)/d(d) = d(d)")
@example('}"')
def test_what_is_refused_is_refused_as_by_lark(text):
    agree(text)


def test_spans_count_from_the_base():
    assert OURS.parse("y = x", "statement", 7)[1:] == (
        ("variable", lalr.Token("y", Span(7, 8))),
        ("variable", lalr.Token("x", Span(11, 12))),
    )
    with pytest.raises(RefusedError) as caught:
        OURS.parse("y = ", "statement", 7)
    assert caught.value.place == Span(11, 12)


def test_depth_is_no_limit():
    depth = 10 * sys.getrecursionlimit()
    found = OURS.parse("(" * depth + "x" + ")" * depth, "expression")
    for _ in range(depth):
        name, _, found, _ = found
    assert (name, found[0]) == ("parenthesis", "variable")


def test_states_of_many_tokens_are_lexed_as_those_of_few(monkeypatch):
    """One pattern of all terminals decides as one a terminal does, of texts that are refused too."""
    texts = [text[slice(*span)][:300] for text in map(read, SAMPLES) for span in list(Scanner(text))[:9]]
    found = []
    for often in (10**9, 1):  # From the second token of a state on a pattern is asked.
        monkeypatch.setattr(lalr, "OFTEN", often)
        monkeypatch.setattr(sys.modules[__name__], "OURS", Parser(read_tables(), Shapes()))
        found.append([by_us(text, start) for text in texts for start in STARTS])
    assert found[0] == found[1]


def test_a_pattern_of_all_terminals_is_compiled_for_states_of_many_tokens(monkeypatch):
    monkeypatch.setattr(lalr, "OFTEN", 20)
    parser, compiled = Parser(read_tables(), Shapes()), []
    pattern = parser._pattern
    monkeypatch.setattr(parser, "_pattern", lambda names: compiled.append(names) or pattern(names))
    parser.parse("x + x", "expression")
    assert not compiled
    parser.parse(" + ".join("x" * 99), "expression")
    assert compiled


def test_a_list_grows_in_place():
    """Else each of its items would copy all that came before."""
    pick, items = lalr._chosen("*.x"), [1, 2]
    assert pick(items, ",", 3) is items
    assert items == [1, 2, 3]


@pytest.mark.parametrize("text", ["input {}", "y = [{}]", "y = max({})"])
def test_lists_of_any_length_take_steps_in_proportion(text):
    def steps(count):
        found = 0

        def count_calls(_frame, event, _arg):
            nonlocal found
            found += event == "call"

        listed = text.format(", ".join(f"a{i}" for i in range(count)))
        sys.setprofile(count_calls)
        try:
            OURS.parse(listed, "statement")
        finally:
            sys.setprofile(None)
        return found

    # Once before it counts: on its way the parser compiles patterns, which takes steps of its own.
    _, first, second, third = map(steps, (1_000, 1_000, 2_000, 4_000))
    assert third - second <= 2.5 * (second - first)  # Of squares it were 4 times.


def test_what_cannot_begin_with_the_sign_is_not_compiled(monkeypatch):
    compiled, ends_by = [], lalr._ends_by
    monkeypatch.setattr(lalr, "_ends_by", lambda pattern: compiled.append(pattern) or ends_by(pattern))
    ours = Parser(read_tables(), Shapes())
    patterns = {terminal.pattern: terminal.name for terminal in ours.tables.terminals}
    ours.parse("t{k} = 2*sin(x)", "statement")
    assert [patterns[each] for each in compiled] == ["NAME", "TEMPLATE_OPEN", "__IGNORE_1", "WHOLE", "NUMBER"]
    ours.parse("y = x²", "statement")
    assert "SUPERSCRIPT" in map(patterns.get, compiled)
