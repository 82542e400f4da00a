"""DOT and Mermaid as edges; other formats named as what they are."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path

import pytest
from effort import an_end
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.run import Text
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.language.foreign import dot
from backcalc.language.foreign.known import FORMATS
from backcalc.language.foreign.translate import as_language
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.language.unparse import unparse_statement
from backcalc.text.errors import BackcalcError, ParseError
from backcalc.text.source import Source

ERRORS = Path(__file__).parents[3] / "samples" / "errors" / "parse"
law = settings(max_examples=150)


def said(text):
    return [unparse_statement(statement) for statement in parse(Source("test", text)).statements]


def lines(text):
    """The line of each edge in the text as a reader of it counts."""
    source = as_language(Source("test", text))
    return [source.line_number(statement.span.start) for statement in parse(source).statements]


@pytest.mark.parametrize(
    ("text", "edges"),
    [
        ('digraph { a -> b [label="0.5"]; }', ["a -> b : 0.5"]),
        ("digraph{a->b[label=0.5]}", ["a -> b : 0.5"]),
        ("strict digraph G {\n a -> b [label=2]\n}\n", ["a -> b : 2"]),
        ("digraph .T{ a -> b [label=2] }", ["a -> b : 2"]),  # No name of DOT's, and no matter.
        ("digraph net.1 { a -> b [label=2] }", ["a -> b : 2"]),
        ('digraph "a\\" { a -> b [label=2] }', ["a -> b : 2"]),
        ("digraph -1 { a -> b [label=2] }", ["a -> b : 2"]),
        ('DiGraph "a pond" { a -> b [weight=2] }', ["a -> b : 2"]),
        ("digraph { a -> b [label=slow, weight=2] }", ["a -> b : 2"]),
        ('digraph { a -> b [weight=3, label="-1e-5"] }', ["a -> b : -1e-5"]),
        ('digraph { a -> b [label="1/3"] }', ["a -> b : 1/3"]),
        ("digraph { a -> b -> c [label=2] }", ["a -> b : 2", "b -> c : 2"]),
        ("digraph { a -> {b c} [label=2] }", ["a -> b : 2", "a -> c : 2"]),
        ("digraph { {a; b} -> subgraph x { c } [label=2] }", ["a -> c : 2", "b -> c : 2"]),
        ("digraph { edge [label=4]; a -> b; b -> c [label=5] }", ["a -> b : 4", "b -> c : 5"]),
        ("digraph { { edge [label=4]; a -> b } b -> c [label=5] }", ["a -> b : 4", "b -> c : 5"]),
        ('digraph { rankdir=LR; node [shape=box]; a [label="x -> y"]; a -> b [label=2] }', ["a -> b : 2"]),
        ("digraph { a:n -> b:s:c [label=2] }", ["a -> b : 2"]),
        ("digraph { \"a\" -> \"b'\" [label=2] }", ["a -> b' : 2"]),
        ("digraph { 1 -> 2 [label=2] }", ["1 -> 2 : 2"]),
        ("// first\n/* and\n second */\ndigraph { a -> b [label=2] // c -> d\n }", ["a -> b : 2"]),
        ('# 1 "file"\ndigraph\n{\na ->\nb\n[label=2]\n}', ["a -> b : 2"]),
        ("digraph { a -> b [label=<<b>2</b>>, weight=3] }", ["a -> b : 3"]),
        ('digraph { a -> b [color="#ff0000", label="0.5"] }', ["a -> b : 0.5"]),
        ("flowchart LR\n  a -->|0.5| b\n", ["a -> b : 0.5"]),
        ("graph LR; a-->|2|b; b-->|3|c;", ["a -> b : 2", "b -> c : 3"]),
        ("graph TD;\n  a-->|2|b;\n  b -->|3| c; c -->|4| d\n", ["a -> b : 2", "b -> c : 3", "c -> d : 4"]),
        ("graph\n a -- 0.5 --> b == 2 ==> c -. 3 .-> d\n", ["a -> b : 0.5", "b -> c : 2", "c -> d : 3"]),
        ("graph LR\n a[In put] --->|-1.5| b((B)) ==>|2| c{C}\n", ["a -> b : -1.5", "b -> c : 2"]),
        ("graph LR\n a -.->|3| d>D]\n", ["a -> d : 3"]),
        ('graph LR\n a["x; y"]:::hot -->|"0.5"| b\n %% note\n style a fill:#fff\n', ["a -> b : 0.5"]),
        ("graph LR\n subgraph one\n a & b -->|2| c\n end\n", ["a -> c : 2", "b -> c : 2"]),
        ("graph LR\n a -->|2| c & d\n", ["a -> c : 2", "a -> d : 2"]),
        ("---\ntitle: pond\n---\nflowchart TB\n a -->|2| b\n", ["a -> b : 2"]),
        ("```mermaid\nflowchart TB\n a -->|2| b\n```\n", ["a -> b : 2"]),
        ("%% a pond\ngraph LR\n a -->|2| b\n c\n", ["a -> b : 2"]),
        ("graph LR\n a -->|2| b\n%% see; it is a note\n b -->|3| c; %% a; b\n", ["a -> b : 2", "b -> c : 3"]),
        ("graph LR\n accTitle: a; pond it is\n accDescr: of; a frog\n a -->|2| b\n", ["a -> b : 2"]),
        ('graph LR\n accDescr {\n c -->|5| d; it\n is | "so\n }\n a -->|2| b\n', ["a -> b : 2"]),
        ("graph LR\n accDescr{ one line }\n a -->|2| b; accDescr {x\n}\n b -->|3| c", ["a -> b : 2", "b -> c : 3"]),
        ("graph LR\n a[x; y] -->|2| b{{no; no}}; b -->|3| c((z; u))\n", ["a -> b : 2", "b -> c : 3"]),
    ],
)  # fmt: skip
def test_a_drawing_says_its_edges(text, edges):
    assert said(text) == edges


@pytest.mark.parametrize(
    ("text", "output"),
    [
        ("digraph { output=b; a -> b [label=2] }", ["output b"]),
        ('digraph {\n Output = "b"\n a -> b [label=2]\n}', ["output b"]),
        ("digraph { subgraph x { output=b } a -> b [label=2] }", []),
        ("digraph { a [output=b]; a -> b [label=2] }", []),
        ("digraph { output -> b [label=2] }", []),
        ("graph LR\n a -->|2| b\n class b output\n", ["output b"]),
        ("graph LR\n a -->|2| b; class b output;\n", ["output b"]),
        ("graph LR\n a -->|2| b\n a -->|3| c\n class b output\n class c output\n", []),
        ("graph LR\n a -->|2| b\n a -->|3| c\n class b,c output\n", []),
        ("graph LR\n a -->|2| b\n class b hot\n classDef output fill:#fff\n", []),
        ("graph LR\n a -->|2| b\n%% class a output\n%% once; class a output\n class b output\n", ["output b"]),
        ('graph LR\n a["x; class a output; y"] -->|2| b\n', []),
        ("graph LR\n accTitle: it has; class a output\n a -->|2| b; class b output\n", ["output b"]),
    ],
)
def test_a_drawing_may_say_what_its_output_is(text, output):
    assert [each for each in said(text) if "->" not in each] == output


@pytest.mark.parametrize(
    "text", ['digraph {\n output="a b"\n a -> b [label=2]\n}', "graph LR\n class a-b output\n a -->|2| b"]
)
def test_an_output_that_is_no_name_is_told_at_its_line(text):
    with pytest.raises(ParseError, match="name") as caught:
        parse(Source("test", text))
    assert "test:2:" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("digraph {{\n a -> b [label=2]\n a -> c [label=3]\n{}\n}}", "output=c"),
        ("graph LR\n a -->|2| b\n a -->|3| c\n{}\n", "class c output"),
        ("a,b,2\na,c,3\n{}\n", "output c"),
    ],
)
def test_the_output_is_said_in_the_words_of_the_file(text, line):
    with pytest.raises(BackcalcError, match=f"in the file by `{line}`"):
        run(load(as_language(Source("test", text.format("")))), {})
    assert run(load(as_language(Source("test", text.format(line)))), {}).output == "c"


def test_an_edge_of_a_subgraph_is_refused():
    with pytest.raises(ParseError, match="`one` is a subgraph, not a node"):
        said("graph LR\n subgraph one [A b]\n a -->|2| b\n end\n one -->|3| c\n")


def test_an_edge_of_mermaid_may_have_a_name():
    text = "flowchart LR\n a e1@-->|2| b\n b e2@== 3 ==> c\n e1@{ animate: true }\n"
    assert said(text) == ["a -> b : 2", "b -> c : 3"]


def test_each_edge_stands_on_its_line():
    text = "digraph {\n\n a -> b\n  [label=2]\n /* \n */ b -> c [label=3]; c -> d [label=1]\n d -> e [label=3]\n}\n\n"
    assert lines(text) == [3, 6, 6, 7]
    assert as_language(Source("test", text)).text.count("\n") == text.count("\n")
    assert lines("graph LR\n\n a -->|2| b; b -->|3| c\n\n c -->|2| d") == [3, 3, 5]


@pytest.mark.parametrize(
    ("text", "formatted"),
    [
        (
            "// a pond\n#= db/da = 2\ndigraph {\n  a -> b [label=2] // first\n  // second\n b -> c [label=3]; /**/}\n",
            "# a pond\n#= db/da = 2\n\na -> b : 2  # first\n# second\nb -> c : 3\n",
        ),
        ("digraph { a -> b // first\n  [label=2] }\n", "a -> b : 2\n"),
        ("digraph { edge [label=2]; a -> b // first\n }\n//= db/da = 2\n", "a -> b : 2\n\n#= db/da = 2\n"),
        ("%% a pond\ngraph LR\n  a -->|2| b\n  %%= db/da = 2\n", "# a pond\n\na -> b : 2\n#= db/da = 2\n"),
        ("graph LR\n a -->|2| b; %% so; it is\n%% a; b\n", "a -> b : 2  # so; it is\n# a; b\n"),
    ],
)
def test_comments_are_kept_and_may_state_results(text, formatted):
    assert format_program(parse(Source("test", text))) == formatted


@pytest.mark.parametrize(
    "text",
    [
        "graph = 3",
        "digraph -> b : 3",
        "graph LR 3",
        "strict = 2",
        "graph b 3",
        "dl -> n : 3",
        "insert into 3",
        "create table 3",
        "select -> from : 3",
    ],
)
def test_a_name_that_is_a_word_of_a_format_is_a_name(text):
    assert len(said(text)) == 1


NAMES = st.sampled_from(["a", "b", '"a"', "n1", "n2", "7", "x_"])
VALUES = st.sampled_from(["0.5", '"2"', "-3", '"-1e-3"', "1"])
ATTRIBUTES = st.lists(
    st.one_of(
        VALUES.map("label={}".format),
        VALUES.map("weight={}".format),
        st.sampled_from(["color=red", 'style="bold,red"', "label=x"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda text: text.split("=")[0],
)


@law
@given(
    st.lists(
        st.tuples(NAMES, NAMES, ATTRIBUTES, st.sampled_from([",", ", ", "; ", " "]), st.sampled_from(["", ";"])),
        min_size=1,
        max_size=9,
    )
)
def test_lines_read_many_at_a_time_are_read_as_by_tokens(edges):
    text = "digraph {\n" + "".join(f"  {a} -> {b} [{s.join(c)}]{e}\n" for a, b, c, s, e in edges) + "}\n"

    def outcome():
        try:
            return [(edge, None) for edge in said(text)]
        except ParseError as error:
            return str(error)

    fast = outcome()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dot._DotReader, "_read_lines", lambda _self: False)
        assert outcome() == fast


@pytest.mark.parametrize("format_", FORMATS, ids=lambda format_: format_.name)
def test_each_known_format_is_named_in_a_sample(format_):
    messages = [path.read_text(encoding="utf-8") for path in ERRORS.glob("format-*.txt")]
    assert sum(f"this is {format_.name}, which" in message and format_.remedy in message for message in messages) == 1
    assert re.compile(format_.pattern)


@pytest.mark.parametrize(
    "text",
    [
        "<?xml?>" + "<!-- a -->" * 100_000 + "<x>",
        "Creator x   \n" * 100_000 + "x",
        "graph LR\n a --" + " " * 400_000 + "b",
        "graph LR\n a -- " + "x " * 100_000 + "\n",
        "graph LR\n a" + "[" * 400_000,
        "digraph {" + "<" * 400_000,
        "digraph { a -> b [" + 'x="1" ' * 100_000 + "\n",
        "digraph {" * 100_000,
        "---\n" * 400_000,
        '"a","b",' * 100_000,
        '"' * 400_001 + ";",
        "/*" * 400_000,
        "a;b;" * 100_000 + "c",
        "graph LR\n" + "[a" * 200_000,
        "graph LR\n" + "[" * 400_000,
        "graph LR\n" + '|"' * 200_000,
    ],
    ids=range(16),
)
def test_no_text_takes_longer_than_it_is_long(text):
    with an_end(), suppress(ParseError):
        as_language(Source("test", text))


def large(kind, count=4000):
    """A chain of so many edges as a program might write it, and its derivative from end to end."""
    slopes = [round(1 + (i * 37 % 101 - 50) / 1e5, 6) for i in range(count)]
    rows = [(f"n{i}", f"n{i + 1}", slope) for i, slope in enumerate(slopes)]
    texts = {
        "plain": "".join(f"{a},{b},{p}\n" for a, b, p in rows),
        "one line": "; ".join(f"{a} -> {b} : {p}" for a, b, p in rows),
        "quoted": "".join(f'"{a}","{b}",{p}\n' for a, b, p in rows),
        "semicolons": "Source;Target;Weight\n" + "".join(f"{a};{b};{p}\n".replace(".", ",") for a, b, p in rows),
        "turned": "id,target,source,w\n" + "".join(f"{i},{b},{a},{p}\n" for i, (a, b, p) in enumerate(rows)),
        "dot": "digraph {\n" + "".join(f'  {a} -> {b} [label="{p}"];\n' for a, b, p in rows) + "}\n",
        "weights": "digraph {\n" + "".join(f"  {a} -> {b} [color=red, weight={p}]\n" for a, b, p in rows) + "}\n",
        "mermaid": "flowchart LR\n" + "".join(f"  {a} -->|{p}| {b}\n" for a, b, p in rows),
    }
    return texts[kind], math.prod(slopes)


@pytest.mark.parametrize("kind", ["plain", "one line", "quoted", "semicolons", "turned", "dot", "weights", "mermaid"])
def test_a_long_list_is_read_by_arrays_and_gives_the_same(kind):
    text, slope = large(kind)
    found = Text(Source("test", text))
    assert found.is_by_arrays
    by_arrays = found.run({}, "n4000", ["n0"])
    objects = found.run_objects({}, "n4000", ["n0"])
    assert by_arrays.gradient == objects.gradient == {"n0": pytest.approx(slope, rel=1e-12)}
    assert list(by_arrays.adjoints) == list(objects.adjoints)
    assert [each.message for each in by_arrays.warnings] == [each.message for each in objects.warnings]
    assert len(by_arrays.warnings) == (kind == "turned")
