"""Reading by arrays: blocks and rest together say what the grammar says, to the last place and digit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from look_alikes import LOOK_ALIKES
from strategies import line_soup, programs, token_soup

from backcalc.bulk.graph import pieces
from backcalc.bulk.graph import reader as lines
from backcalc.bulk.graph.reader import read_lines
from backcalc.language import scanner
from backcalc.language.expr import Call, Name, Number, fold
from backcalc.language.forms import leaves_of
from backcalc.language.parser import parse
from backcalc.language.scanner import comments_of
from backcalc.language.statements import Edge, Input, Inputs
from backcalc.text.errors import ParseError, ReadError
from backcalc.text.files import decode
from backcalc.text.source import Source

law = settings(max_examples=200)


@pytest.fixture(autouse=True)
def _blocks_of_one_line():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "FEWEST", 1)
        patch.setattr(scanner, "LONG_LIST", 1)
        yield


def expanded(block, names):
    """The statements that a block stands for, each with the place where it starts."""
    for start, ids, values in zip(block.starts.tolist(), block.names.T.tolist(), block.numbers.T.tolist(), strict=True):
        words, numbers = iter(names[i] for i in ids), iter(values)
        filled = {
            id(leaf): Name(next(words)) if isinstance(leaf, Name) else Number(next(numbers))
            for leaf in leaves_of(block.statement)
        }
        yield start, with_leaves(block.statement, filled)


def with_leaves(statement, filled):
    def put(expr):
        return fold(expr, lambda leaf: filled[id(leaf)], lambda call, args: Call(call.fn, args))

    exprs = statement._asdict()
    return statement._replace(
        **{name: put(e) for name, e in exprs.items() if isinstance(e, Name | Number | Call)}, span=None
    )


def said(statement):
    """A statement and its numbers bit by bit, without its end; the minus of a number that is a partial is its own."""
    match statement:
        case Edge(partial=Call(fn="-x", args=(Number(value=value),))):
            statement = statement._replace(partial=Number(-value))
    values = [leaf.value.hex() for leaf in leaves_of(statement) if isinstance(leaf, Number)]
    return statement._replace(span=None), values


def all_of(found):
    """What was read, in the order of the text."""
    names = list(found.names)
    assert found.names.places([*names, "no_name"]) == {name: i for i, name in enumerate(names)}
    known = [(start, said(statement)) for block in found.blocks for start, statement in expanded(block, names)]
    known += [(each.span.start, said(each)) for each in one_by_one(found.rest.statements)]
    return sorted(known, key=lambda each: each[0])


def one_by_one(statements):
    """The statements, of a list of inputs its items."""
    for each in statements:
        yield from each.items if isinstance(each, Inputs) else (each,)


def read_both(data):
    """What the grammar reads and what is read by arrays, or what each says against it."""
    try:
        program = parse(decode("test", data))
        plain = program, ""
    except (ParseError, ReadError) as error:
        plain = None, str(error)
    try:
        found = read_lines(decode("test", data)), ""
    except (ParseError, ReadError) as error:
        found = None, str(error)
    return plain, found


def assert_equal(text):
    data = text if isinstance(text, bytes) else text.encode()
    (program, message), (found, other_message) = read_both(data)
    if found is None and not other_message:  # Not for this reader.
        return
    assert other_message == message
    if program is not None:
        assert all_of(found) == [(each.span.start, said(each)) for each in one_by_one(program.statements)]
        assert tuple(comments_of(found.source.text)) == program.comments


# ---- The grammar and the arrays agree --------------------------------------------------------------------------------


@law
@given(programs(), st.integers(1, 3))
def test_files_read_the_same(text, times):
    assert_equal("\n".join([text] * times))


@law
@given(st.lists(line_soup, max_size=12).map("\n".join))
def test_lines_of_few_forms_read_the_same(text):
    assert_equal(text)


@law
@given(st.lists(line_soup, max_size=12).map("\n".join), st.integers(1, 60))
def test_pieces_read_the_same(text, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", size)
        assert_equal(text)


ENDS = st.sampled_from(("\n", ";", "; ", " ;\n", " # a; b\n"))
ITEMS = ("a", " b", "x1", "x2 = 1", " x3=2.5", "input", " in", "3", "a b", "σ", "", "c = -1", "d = x", "W[2]", "a # c")


@settings(max_examples=100)
@given(st.lists(st.tuples(line_soup, ENDS), max_size=12), st.integers(1, 60))
def test_statements_of_one_line_read_the_same(parts, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", size)
        assert_equal("".join(f"{part}{end}" for part, end in parts))


@settings(max_examples=100)
@given(
    st.lists(st.sampled_from(("y = 2*a", "", "# c", "y = f(", ")", "z = 1 # input a, b", "u -> v : 3")), max_size=3),
    st.lists(st.one_of(st.sampled_from(ITEMS), st.integers(0, 99).map("x{}".format)), min_size=1, max_size=9),
    st.lists(st.sampled_from(("y = 2*a", "", "z = 1")), max_size=2),
    st.tuples(ENDS, ENDS),
    st.integers(1, 60),
)
def test_lists_of_inputs_read_the_same(before, items, after, ends, size):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pieces, "PIECE", size)
        listed = f"input {','.join(items)}"
        assert_equal("".join(f"{part}{ends[i % 2]}" for i, part in enumerate([*before, listed, *after])))


def test_a_list_of_inputs_and_the_statements_of_a_line_make_blocks():
    names, edges = (", ".join(f"a{i}" for i in range(50)), "; ".join(f"u{i} -> u{i + 1} : 2" for i in range(50)))
    text = f"input {names}; input b0 = 1, b1 = 2; {edges}"
    found = read_lines(decode("test", text.encode()))
    assert found is not None
    assert sorted(len(block.starts) for block in found.blocks) == [2, 50, 50]
    assert not found.rest.statements


@law
@given(st.lists(token_soup, max_size=4), st.integers(1, 3))
def test_pieces_of_text_read_the_same(texts, times):
    assert_equal("\n".join(texts * times))


@pytest.mark.parametrize("looks", LOOK_ALIKES.values(), ids=LOOK_ALIKES)
def test_look_alikes_read_the_same(looks):
    assert_equal("\n".join(looks * 3))
    for line in looks:
        for other in looks:
            assert_equal("\n".join(["a = 1", *[line] * 2, *[other] * 2, line]))


DATA = [
    b"",
    b"\n",
    b"# only a comment",
    b"a = 1",
    b"u v 3\r\nv w 4\r\n",
    b"u v 3\rv w 4\r",
    b"\xef\xbb\xbfu v 3\nv w 4\n\xef\xbb\xbfw x 4",
    b"source,target,partial\n1,2,0.5\n2,3,0.5\n",
    b"# c\n\nsource,target,partial\n1,2,0.5\n",
    b"a = 1; b = 2\nc = 3\n",
    b"a = (1 +\nb = 2\n)\nc = 3\n",
    b"a = (1 +\nb)\nb = 2\nc = 3\n",
    b"c = 3\na = (1 +\nb\n); b = 2; d = [\n 3]\ne = 3\n",
    b"c = 3\na = (1 +\nb = 2\nb = 3\nd = (2\n",
    "a = 1 # ∂\nb = 2 # σ\n∂b/∂c = 3\n∂c/∂d = 4\nσ1 = 2\nσ2 = 3\nd = 4\n".encode(),
    "a = e\u0301\ne\u0301 = 2\nb = 3\nc = b\n".encode(),
    b"a = 1\nb = \xff\n",
    b"a = 1\0\n",
    b"a = 1\nb = 2x\nc = 3\nd = 4y\n" * 30,
    b"a = 1\nb = 1e999\nc = 3\n",
    b"a = 1\nb = " + b"x" * 300 + b"\nc = y" + b"x" * 256 + b"\n",
    b"a = 1\nb = 0." + b"3" * 300 + b"\nc = 0.1" + b"3" * 100 + b"\n",
    b"a = 1\n0" + b"1" * 20 + b" -> b : 3\n" + b"12345678901 -> b : 1\n",
    b"x = 1\nfor k in 1..2 {\na = 1\n}\n",
    b"x = 1\ndef f(x) = x\ny = f(x)\n",
    b"x = 1 # {\ny = 2 # }\n",
    b"input x = 1\ngiven y = 2\ninput z = 3\nconst c = 4\noutput x\ninput w\nadjoint x = 1\n",
    b"input x = 1\ninput y = -2\ninput z = 1e-3 # c\ninput v[3]\ninput w = 1/3\n  input  u=2\n",
    b"input x in [0, 1]\ninput a = 1, b = 2\ninput or = 3\n" + b"q" * 300 + b" q = 3\ninput " + b"q" * 300 + b" = 3\n",
    b"x = 1\na_name_of_more_than_8 = x\na_name_of_more_than_9 = x\na_name_of = a_name_of_more_than_8\n",
]


@pytest.mark.parametrize("data", DATA)
def test_texts_read_the_same(data):
    assert_equal(data)


@law
@given(st.lists(st.floats(0, 1e200) | st.integers(0, 10**20).map(float), min_size=1, max_size=30), st.data())
def test_numbers_are_read_to_the_last_bit(values, data):
    ways = st.sampled_from(["{!r}", "{:.3f}", "{:.17g}", "{:.0f}.", "{:.2e}", "{:.5E}", "{:g}", "00{:.1f}"])
    texts = [data.draw(ways).format(value) for value in values]
    found = read_lines(Source("test", "x = 1\n" + "".join(f"y{i} = {text}\n" for i, text in enumerate(texts))))
    (block,) = found.blocks
    assert block.numbers[0].tolist() == [float(text) for text in texts]


def test_declarations_of_inputs_make_a_block():
    text = "".join(f"input x{i} = {i}\n" for i in range(40)) + "input y\n" * 3 + "y = x1\n"
    found = read_lines(Source("test", text))
    assert [len(block.starts) for block in found.blocks if isinstance(block.statement, Input)] == [
        39,
        3,
    ]  # The first line may be a header.
    assert len([each for each in found.rest.statements if isinstance(each, Input)]) == 1


@pytest.mark.parametrize("odd", [f"n5 -> {'q' * 300} : 2", "y = W.T @ x", "out -> in : 2"])
def test_every_name_stands_somewhere(odd):
    text = "".join(f"n{i} -> n{i + 1} : 0.5\n" for i in range(40))
    found = read_lines(Source("test", f"{text}{odd}\n{text}"))
    asked = {leaf.id for statement in found.rest.statements for leaf in leaves_of(statement) if isinstance(leaf, Name)}
    used = {name for block in found.blocks for name in found.names.at(np.unique(block.names))}
    assert set(found.names) <= used | asked
