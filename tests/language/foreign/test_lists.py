"""Edge lists as programs write them: by whatever separator, header and quotes, they say the same edges."""

from __future__ import annotations

import csv
import io
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.bulk.graph import reader
from backcalc.bulk.graph.reader import read_lines
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.language.foreign import lists, translate
from backcalc.language.foreign.rows import RowText
from backcalc.language.foreign.translate import as_language
from backcalc.language.foreign.translated import noted
from backcalc.language.forms import leaves_of
from backcalc.language.parser import parse
from backcalc.language.statements import Edge
from backcalc.language.unparse import unparse
from backcalc.text.errors import ParseError, UsageError
from backcalc.text.source import Source

law = settings(max_examples=150)
TWO = [("a", "b", "0.5"), ("b", "c", "2")]


def edges(text):
    return [
        (found.tail.id, found.head.id, unparse(found.partial))
        for found in parse(Source("test", text)).statements
        if isinstance(found, Edge)
    ]


def refusal(text, **given_):
    with pytest.raises(ParseError) as error:
        load(as_language(Source("test", text), **given_))
    return error.value


def warnings(text, **given_):
    return [warning.message for warning in noted(as_language(Source("test", text), **given_))]


@pytest.mark.parametrize(
    "text",
    [
        "a,b,0.5\nb,c,2",
        "a,b,0.5,\nb,c,2,",
        "a,b,0.5,,\nb,c,2",
        "a;b;0,5;\nb;c;2;",
        '"a","b",0.5,\n"b","c",2,\n',
        "a\tb\t0.5\t\nb\tc\t2\t",
        "source,target,weight,\na,b,0.5,\nb,c,2,",
        "Source node;Target node;Edge label\na;b;0,5\nb;c;2",
        "Source Node,Target Node,Local partial\na,b,0.5\nb,c,2",
        "From node,To node,Weight (kg)\na,b,0.5\nb,c,2",
        "source_id,target_id,weight\na,b,0.5\nb,c,2",
        "Edge weight\tTarget id\tSource id\n0.5\tb\ta\n2\tc\tb",
        "% sym weighted\na b 0.5 12\nb c 2 13",
        "a b 0.5 1092837001\nb c 2 1092837002",
        "a;b;0,5\nb;c;2",
        "a;b;0.5\nb;c;2",
        "a\tb\t0.5\nb\tc\t2",
        '"a","b",0.5\n"b","c",2\n',
        '"a","b","0.5"\n"b","c","2"\n',
        '"a";"b";0,5\n"b";"c";2\n',
        '"a"\t"b"\t0.5\n"b"\t"c"\t2\n',
        '"a" "b" 0.5\n"b" "c" 2\n',
        "a , b ; 0.5\nb;c;2\n".replace(" , ", " ; "),
        "% asym weighted\na b 0.5\nb c 2\n",
        "# exported\n% twice\n\na;b;0,5\n# between\nb;c;2 # behind\n",
        "\nsource,target,weight\na,b,0.5\nb,c,2\n",
        "Source;Target;Weight\na;b;0,5\nb;c;2\n",
        '"source","target","weight"\n"a","b",0.5\n"b","c",2\n',
        ",source,target,weight\n0,a,b,0.5\n1,b,c,2\n",
        '"","source","target","weight"\n"1","a","b",0.5\n"2","b","c",2\n',
        '"source" "target" "weight"\n"1" "a" "b" 0.5\n"2" "b" "c" 2\n',
        "source,target,weight,\na,b,0.5,\nb,c,2,\n",
        "target,source,partial\nb,a,0.5\nc,b,2\n",
        "w\tdst\tsrc\n0.5\tb\ta\n2\tc\tb\n",
        "weight from to\n0.5 a b\n2 b c\n",
        "Source,Target,Type,Id,Label,timeset,Weight\na,b,Directed,0,,,0.5\nb,c,Directed,1,,,2\n",
        'source,target,note,label\na,b,"first, or not",0.5\nb,c,,2\n',
        "node1,node2,value\na,b,0.5\nb,c,2\n",
        "parent,child,derivative\na,b,0.5\nb,c,2\n",
        "tail,head,label,weight\na,b,big,0.5\nb,c,small,2\n",
        "i,j,w\na,b,0.5\nb,c,2\n",
        "u,v,p\na,b,0.5\nb,c,2\n",
        "v,w,x\na,b,0.5\nb,c,2\n",
        "in,out,w\na,b,0.5\nb,c,2\n",
        "eins,zwei,drei\na,b,0.5\nb,c,2\n",
        "source,target,strength\na,b,0.5\nb,c,2\n",
        "target,source,strength\nb,a,0.5\nc,b,2\n",
        "start,end,source,target,w\n0,1,a,b,0.5\n1,2,b,c,2\n",
        # As Excel writes them: its own line for the separator, and rows of empty cells.
        "sep=;\nsource;target;weight\na;b;0,5\nb;c;2\n",
        '"sep=,"\na,b,0.5\nb,c,2\n',
        "source,target,weight\na,b,0.5\n,,\nb,c,2\n,,\n",
        "a;b;0,5\n;;\nb;c;2\n;;\n",
    ],
)
def test_a_list_says_its_edges(text):
    assert edges(text) == TWO
    assert edges(f"\ufeff{text}".replace("\ufeff", "")) == TWO


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("u,v,w\na,b,w\n", [("u", "v", "w"), ("a", "b", "w")]),
        ("a,b,k\nb,c,3\nc,k,2\n", [("a", "b", "k"), ("b", "c", "3"), ("c", "k", "2")]),
        ("a b k\nb c 3\ny = k\n", [("a", "b", "k"), ("b", "c", "3")]),
        ("a,b,k\n", [("a", "b", "k")]),
        ("a,b,k\nb,c,3*k\n", [("a", "b", "k"), ("b", "c", "3 * k")]),
        ("source,target,partial\na,b,y*(1 - y)\n", [("a", "b", "y*(1 - y)")]),
        # Constants are numbers, beside an index too.
        ("id,source,target,w\n1,a,b,1/3\n2,b,c,-√2\n", [("a", "b", "1/3"), ("b", "c", "-sqrt(2)")]),
        ("id,source,target,w\n1,a,b,½\n2,b,c,sqrt(2)/2\n", [("a", "b", "½"), ("b", "c", "sqrt(2)/2")]),
        ("output c\na;b;0,5\nb;c;2\n", TWO),
        ("k = 1; m = 2\na;b;0,5\nb;c;2\n", TWO),
        ("target,source,w\nb,a,0.5\noutput c\nc,b,2\n", TWO),
        ('"a","b","max(1, 2)"\n', [("a", "b", "max(1, 2)")]),
        ('"a","b",0.5 # "x"\n', [("a", "b", "0.5")]),
        ("source\ttarget\tpartial;output x\nx x x\n", [("x", "x", "x")]),
        ("a;b;0,5\n;;\nb;c;2\n", TWO),
        ("1;2;0,5", [("1", "2", "0.5")]),
        ("source;target;w\n1;2;-1,5e-3", [("1", "2", "-1.5e-3")]),
        # Nodes by the words that head columns: a number heads none.
        ('"u","v",3\n"v","w",2\n', [("u", "v", "3"), ("v", "w", "2")]),
        ("u;v;0,5\nv;w;-2\n", [("u", "v", "0.5"), ("v", "w", "-2")]),
        ("u;v;1.5\nv;w;,5e1\n", [("u", "v", "1.5"), ("v", "w", ".5e1")]),
        ("u;v;-,5\nv;w;2\n", [("u", "v", "-.5"), ("v", "w", "2")]),
        ("% c\ni j 1/3\nj k 2\n", [("i", "j", "1/3"), ("j", "k", "2")]),
        ("source;target;0,5\ntarget;x;2\n", [("source", "target", "0.5"), ("target", "x", "2")]),
        ('"in","out",3\n"out","k",x\n', [("in", "out", "3"), ("out", "k", "x")]),
    ],
)
def test_what_is_and_is_no_header_or_row(text, found):
    assert [tuple(part.replace(" ", "") for part in edge) for edge in edges(text)] == [
        tuple(part.replace(" ", "") for part in edge) for edge in found
    ]
    assert not any("taken for the header" in told for told in warnings(text))


def test_a_word_that_has_a_value_elsewhere_is_no_columns():
    text = "a,b,k\nb,c,3\n"
    assert edges(text) == [("b", "c", "3")]
    assert as_language(Source("test", text), ["k"]).text == text
    assert as_language(as_language(Source("test", text), ["k"])).text == text


def test_a_value_for_a_column_is_told_what_its_line_was_taken_for():
    graph = load(Source("test", "a,b,k\nb,c,3\n"))
    with pytest.raises(UsageError, match="the header of columns, not for an edge: an edge is written a -> b"):
        run(graph, {"k": 2.0})


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("source,target,w\na,b,3\n", []),
        ("in,out,w\na,b,3\n", []),
        ("in,out,w\nin,b,3\n", ["line 1 is taken for the header of columns, not for an edge"]),
        ("# x\ni,j,w\na,b,3\n", ["line 2 is taken for the header of columns, not for an edge"]),
        ("one,two,three\na,b,3\n", ["line 1 is taken for the header of columns, not for an edge"]),
        (",source,target,w\n0,a,b,3\n", ["passed over: the column without a name"]),
        ("Id,source,target,w,Type\n0,a,b,3,x\n", ["passed over: the columns Id, Type"]),
    ],
)
def test_what_is_said_of_a_header(text, found):
    assert warnings(text) == found
    assert [warning.message for warning in load(Source("test", text)).warnings] == found


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        (
            "a,b,1,2\nb,c,1,2\nc,d,2,2\n",
            "4 columns, where an edge has three: tail, head, partial, and so in 2 more lines",
            1,
        ),
        ("a,b\nb,c\n", "2 columns, where an edge has three: tail, head, partial, and so in 1 more line", 1),
        ("source,target,id,w\na,b,1,2\nb,c,1\nc,d,1\n", "3 columns, where there are 4, and so in 1 more line", 3),
        ("target,source,w\nv,u,1,2\nw,v,1,2\nx,w,1,2\n", "4 columns, where there are 3, and so in 2 more lines", 2),
        ('"New York","b",3\n"b","New York",3\n', "`New York` is no name of a node, and so in 1 more line", 1),
        ("target,source,w\nv,u,1\nw,v,\nx,w,\n", "the local partial is missing, and so in 1 more line", 3),
        ("source,target,type\na,b,x\n", "no column has the local partials", 1),
        ("source,target,label,id\na,b,x,3\n", "the column label has no numbers", 1),
        (
            "a;b;1.000\nb;c;0,5\nc;d;-2.500\n",
            "`1.000` may be a thousand: other numbers here have a comma for their decimal mark, and so in 1 more line",
            1,
        ),
        (
            'from;to;weight\na;b;0,5\nb;c;"1.000"\n',
            "`1.000` may be a thousand: other numbers here have a comma for their decimal mark",
            3,
        ),
    ],
)
def test_what_is_wrong_with_rows_is_one_error_a_cause(text, message, line):
    error = refusal(text)
    assert [found.message for found in error.diagnostics] == [message]
    assert error.source.line_number(error.diagnostics[0].span.start) == line


@pytest.mark.parametrize(
    "text", ["a;b;1.000\nb;c;0.5", "a;b;0.125\nb;c;0,5", "a;b;1.000 # 0,5\n", "a;b;1.0000\nb;c;0,5"]
)
def test_three_decimals_are_no_thousand_by_themselves(text):
    assert edges(text)[0][2] in ("1.000", "0.125", "1.0000", "1")


@pytest.mark.parametrize("text", ['source,target,partial\n"a,b,3\n', 'a,b,3\nb,"c,2\nc,d,4\n', 'a;b;3\nb;"c;2\n'])
def test_a_quote_that_is_not_closed_is_told(text):
    assert "a quote in this row is never closed" in refusal(text).diagnostics[0].hints


def test_a_number_sign_that_ends_the_rows_is_told():
    error = refusal("source,target,color,weight\na,b,#ff0000,3\n")
    assert error.diagnostics[0].hints == ("the rows end before it; a # begins a comment, but in quotes",)
    assert edges('source,target,color,weight\na,b,"#ff0000",3\n') == [("a", "b", "3")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a,b,0.5,\nb,c,max(1,\n2),\n", [("a", "b", "0.5"), ("b", "c", "max(1, 2)")]),
        ("a,b,2,\nb,c,min(0.5,\nmax(1, # of, two,\n2)),,", [("a", "b", "2"), ("b", "c", "min(0.5, max(1, 2))")]),
        ("a,b,max(1,\n2)\nb,c,2\n", [("a", "b", "max(1, 2)"), ("b", "c", "2")]),
    ],
)
def test_a_row_with_an_open_bracket_goes_on_in_the_next_line(text, found):
    assert edges(text) == found


def test_a_row_of_columns_in_another_order_does_not_go_on():
    """As it stands it would be an edge the other way round."""
    found = refusal("target,source,w\nv,u,max(1,\n2)\n").diagnostics
    assert [each.message for each in found] == ["1 column, where there are 3"]


def test_a_statement_among_rows_with_empty_ends_may_go_on_in_the_next_line():
    text = "a,b,3,\ny = max(b,\n2, # here, too\n[1,\n4][0])\n"
    assert [node.name for node in load(as_language(Source("test", text))).nodes] == ["a", "b", "y"]


def test_brackets_that_nothing_closes_are_looked_for_once(monkeypatch):
    sought = []
    ends = RowText._ends
    monkeypatch.setattr(RowText, "_ends", lambda self, at: sought.append(at) or ends(self, at))
    refusal("a,b,1,\n" + "b,c,max(1,\n" * 100)
    assert len(sought) <= 3


def test_rows_of_other_lengths_in_a_plain_list_are_one_error_a_cause():
    rows = "a,b,1\n" + "".join(f"n{i},n{i + 1},2,3\nm{i},k{i}\n" for i in range(30))
    found = refusal(rows).diagnostics
    assert [each.message.partition(", and so")[2] for each in found] == [" in 29 more lines"] * 2
    assert all(each.hints == ("an edge has three columns: tail, head, partial",) for each in found)


def test_what_is_said_of_a_place_is_said_of_the_original():
    error = refusal('"source","target","weight"\n"a","b",0.5\n"b","b2",0.5*\n')
    assert str(error).splitlines()[1:3] == ['  3 | "b","b2",0.5*', "    | " + " " * 13 + "^"]
    graph = load(Source("test", "id,target,source,w\n1,v,u,3\n2,v,u,4\n"))
    source, span = graph.source.origin(graph.warnings[-1].span)
    assert source.text[slice(*span)] == "2,v,u,4"


# ---- Both readers ----------------------------------------------------------------------------------------------------

NAMES = st.sampled_from(["a", "b", "c", "n1", "n2", "n10", "x'", "7", "42"])
NUMBERS = st.one_of(st.integers(-99, 99).map(str), st.floats(-1e6, 1e6).map(repr))
COLUMNS = ["source", "target", "weight", "", "Id", "Type"]


@st.composite
def tables(draw):
    """A list of edges, and a text of it as a program might write it."""
    found = draw(st.lists(st.tuples(NAMES, NAMES, NUMBERS), min_size=1, max_size=8))
    has_header = draw(st.booleans())
    columns = draw(st.permutations(COLUMNS[: draw(st.integers(3, 6))])) if has_header else COLUMNS[:3]
    separator, quoting = (
        draw(st.sampled_from(",;\t")),
        draw(st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC, csv.QUOTE_MINIMAL])),
    )
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, quoting=quoting, lineterminator="\n")
    if has_header:
        writer.writerow(columns)
    has_comma = separator == ";" and draw(st.booleans())
    for i, (tail, head, partial) in enumerate(found):
        row = {
            "source": tail,
            "target": head,
            "weight": partial.replace(".", ",") if has_comma else partial,
            "": i,
            "Id": f"e{i}",
            "Type": "it is, so",
        }
        writer.writerow([row[column] for column in columns])
    return found, text.getvalue()


@law
@given(tables())
def test_both_readers_read_what_a_program_wrote(table):
    wanted, text = table
    found = [
        (edge.tail.id, edge.head.id, unparse(edge.partial))
        for edge in parse(Source("test", text)).statements
        if isinstance(edge, Edge)
    ]
    assert [(a, b, float(p.replace(" ", ""))) for a, b, p in found] == [(a, b, float(p)) for a, b, p in wanted]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "FEWEST", 1)
        lines = read_lines(as_language(Source("test", text)))
    if lines is None:
        return
    read = [
        (int(start), [lines.names[i] for i in ids], values)
        for block in lines.blocks
        for start, ids, values in zip(block.starts, block.names.T.tolist(), block.numbers.T.tolist(), strict=True)
    ]
    alone = [
        (edge.span.start, [edge.tail.id, edge.head.id], [leaf.value for leaf in leaves_of(edge)[2:]])
        for edge in lines.rest.statements
        if isinstance(edge, Edge)
    ]
    assert [(names, [abs(value) for value in values]) for _, names, values in sorted([*read, *alone])] == [
        ([tail, head], [abs(float(partial))]) for tail, head, partial in wanted
    ]


def test_a_plain_list_is_not_even_looked_at(monkeypatch):
    monkeypatch.setattr(lists, "read_list", None)
    for text in ("a,b,0.5\nb,c,2\n", "a b 0.5 # x\n", "a -> b : 3\n", "y = a; z = b\n", "input x\n", "", "# only\n"):
        assert translate.as_language(Source("test", text)).text == text


@pytest.mark.parametrize(
    "text",
    [
        "a b c\nb d\nc d",
        "a b c d\nb d\nc\nd",
        "#nx\na b c\nb c\nc",
        "0 1 2 3\n1 2\n2 3 4",
        "a\nb a\nc a b",
        "a,b,c\nb,d\nc,d",
        "a 2\nb\nc\nb 1\nc",
    ],
)
def test_a_list_of_neighbours_is_one_error(text):
    (error,) = refusal(text).diagnostics
    assert error.message.startswith("this is a list of neighbours")


@pytest.mark.parametrize("text", ["1 2 3\n2 3", "1 2 3\n2 3 4 5", "x y\nfoo bar baz", "a b 0.5\nb c"])
def test_rows_that_lack_something_are_no_list_of_neighbours(text):
    assert "neighbours" not in str(refusal(text))


@pytest.mark.parametrize("line", ["y " * 100_000, 'y = "' + "x" * 200_000, "1," * 100_000, 'u,v,"' + "x" * 200_000])
def test_a_line_of_any_length_is_told_apart_in_memory_of_its_own_size(line):
    tracemalloc.start()
    try:
        with suppress(ParseError):
            as_language(Source("long", line))
        assert tracemalloc.get_traced_memory()[1] < 30 * len(line)  # A hundred bytes a character, and more, before.
    finally:
        tracemalloc.stop()
