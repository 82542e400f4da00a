"""Formatting: nothing said is lost, nothing is said twice, and formatting again changes nothing."""

from __future__ import annotations

import re

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from strategies import programs, typed, without_places

from backcalc.cli.commands.fmt import command
from backcalc.language.format import format_program
from backcalc.language.parser import parse
from backcalc.language.statements import Program
from backcalc.text.source import Source

law = settings(max_examples=150)


def read(text: str) -> Program:
    """The program that `text` is."""
    return parse(Source("test", text))


def formatted(text: str) -> str:
    """`text` formatted."""
    return format_program(read(text))


def comments(program: Program) -> list[str]:
    """The comments, in order, without the space behind them."""
    return [comment.text.rstrip() for comment in program.comments]


# ---- Laws ------------------------------------------------------------------------------------------------------------


@law
@given(programs())
def test_every_statement_and_comment_is_kept(text):
    before, after = read(text), read(formatted(text))
    assert typed(without_places(after.statements)) == typed(without_places(before.statements))
    assert comments(after) == comments(before)


@law
@given(programs())
def test_formatting_again_changes_nothing(text):
    once = formatted(text)
    assert formatted(once) == once


@law
@given(programs())
def test_lines_are_clean(text):
    page = formatted(text)
    assert not re.search(r"[ \t]\n|\n\n\n|^\n|\n\n$|\r", page)
    assert page == "" or page.endswith("\n")


# ---- Rows ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "page"),
    [
        pytest.param("", "", id="nothing"),
        pytest.param("\n \n;;\n", "", id="only space"),
        pytest.param("# one\n\n\n  # two", "# one\n\n# two\n", id="only comments"),
        pytest.param("y=2*x", "y = 2*x\n", id="no newline at the end"),
        pytest.param("\n\ny = 2\n\n\n", "y = 2\n", id="blank lines around"),
        pytest.param("a = 1\n\n\n\nb = 2\nc = 3\n", "a = 1\n\nb = 2\nc = 3\n", id="blank lines between"),
        pytest.param("a = 1; b = 2;c = 3 # c\n", "a = 1\nb = 2\nc = 3  # c\n", id="several on a line"),
        pytest.param("  a = 1 # one\n", "a = 1  # one\n", id="a comment behind"),
        pytest.param("a = 1\n  # of b\nb = 2\n", "a = 1\n# of b\nb = 2\n", id="a comment before"),
        pytest.param("a = 1\n# of a\n\nb = 2\n", "a = 1\n# of a\n\nb = 2\n", id="a comment below"),
        pytest.param("a = 1\n\n# end", "a = 1\n\n# end\n", id="a comment at the end"),
        pytest.param("a = 1 # x\n#= a = 1   \n", "a = 1  # x\n#= a = 1\n", id="an answer"),
        pytest.param("#=a=1.50\na = 1.50\n", "#=a=1.50\na = 1.50\n", id="an answer is left as written"),
        pytest.param("#!/usr/bin/backcalc\ny = 1\n", "#!/usr/bin/backcalc\ny = 1\n", id="a first line for the shell"),
        pytest.param("y = max(\n  a,\n  b\n)\n", "y = max(a, b)\n", id="a statement on several lines"),
        pytest.param(
            "y = max( # most\n  a, # one\n  b # two\n) # end\nz = 1\n",
            "# most\n# one\n# two\ny = max(a, b)  # end\nz = 1\n",
            id="comments inside a statement",
        ),
        pytest.param("a = 1\ny = (b +\n # in\n c)\n", "a = 1\n# in\ny = b + c\n", id="a comment on an inner line"),
        pytest.param("y = (sin(x) # in\n) # out\n", "# in\ny = sin(x)  # out\n", id="a comment before a parenthesis"),
        pytest.param(
            "a = 1; y = (b # one\n + c)\n", "a = 1  # one\ny = b + c\n", id="a comment inside the second of a line"
        ),
        pytest.param("source,target,w # h\nu,v,3\n", "source,target,w  # h\nu,v,3\n", id="a header"),
        pytest.param("u\tv   3\n1 2 .5", "u\tv\t3\n1 2 .5\n", id="columns"),
        pytest.param("for k in 1..2 {a{k}=1;b{k}=2}", "for k in 1..2 { a{k} = 1; b{k} = 2 }\n", id="a loop on a line"),
        pytest.param(
            "for k in 1..2 { a{k} = 1 } # c", "for k in 1..2 { a{k} = 1 }  # c\n", id="a comment behind a loop"
        ),
        pytest.param("for k in 1..2 {}", "for k in 1..2 { }\n", id="an empty loop"),
        pytest.param("for k in 1..2 {\n}", "for k in 1..2 {\n}\n", id="an empty loop on two lines"),
        pytest.param("for k in 1..2 {\n# c\n}", "for k in 1..2 {\n    # c\n}\n", id="a loop of a comment"),
        pytest.param(
            "for k in 1..2\n{ a{k} = 1\n}", "for k in 1..2 {\n    a{k} = 1\n}\n", id="a brace on its own line"
        ),
        pytest.param(
            "for k in 1..2 # head\n{\na{k} = 1 }",
            "# head\nfor k in 1..2 {\n    a{k} = 1\n}\n",
            id="a comment before a brace",
        ),
        pytest.param(
            "for k in 1..2 { # head\n\n\n a{k} = 1 # one\n # own\n\n} # end\nb = 1",
            "for k in 1..2 {  # head\n\n    a{k} = 1  # one\n    # own\n\n}  # end\nb = 1\n",
            id="comments in a loop",
        ),
        pytest.param(
            "for k in 1..2 { for j in 1..k { a{k}{j} = 1; b{k}{j} = 2 } }",
            "for k in 1..2 {\n    for j in 1..k { a{k}{j} = 1; b{k}{j} = 2 }\n}\n",
            id="nested loops on a line",
        ),
        pytest.param(
            "for k in (1 # one\n)..(2 # two\n) {\na{k} = 1\n}",
            "# one\n# two\nfor k in 1..2 {\n    a{k} = 1\n}\n",
            id="comments inside a head",
        ),
        pytest.param("y = x − 1 # − stays\n", "y = x - 1  # − stays\n", id="a typeset minus"),
        pytest.param("y = x**2", "y = x^2\n", id="a power with stars"),
    ],
)
def test_a_text_becomes_this_page(text, page):
    assert formatted(text) == page
    assert formatted(page) == page


def test_deep_loops_are_formatted():
    depth = 1000
    page = formatted("".join(f"for k{i} in 1..1 {{" for i in range(depth)) + "a = 1" + "}" * depth)
    assert page.count("}\n") == depth
    assert formatted(page) == page


# ---- The command -----------------------------------------------------------------------------------------------------

ROUGH, CLEAN = "y=2*x # c", "y = 2*x  # c\n"


def test_the_page_is_printed():
    result = CliRunner().invoke(command, ["-"], input=ROUGH, standalone_mode=False)
    assert (result.stdout, result.return_value) == (CLEAN, 0)


@pytest.mark.parametrize(
    ("args", "stdin", "remedy"),
    [
        (["-"], ROUGH, "`backcalc fmt` does it"),  # Only a file can be written to.
        (["-e", ROUGH], "", "`backcalc fmt` does it"),
        (["-"], "digraph { a -> b [label=2] }", "`backcalc fmt > graph.bg` makes"),
    ],
)
def test_what_is_no_file_is_not_to_be_written(args, stdin, remedy):
    result = CliRunner().invoke(command, [*args, "--check"], input=stdin, standalone_mode=False)
    assert result.return_value == 1
    assert remedy in result.stderr


@pytest.mark.parametrize(("text", "status"), [(ROUGH, 1), (CLEAN, 0)])
def test_check_only_tells(tmp_path, text, status):
    graph = tmp_path / "graph.bg"
    graph.write_text(text, encoding="utf-8")
    result = CliRunner().invoke(command, ["--check", str(graph)], standalone_mode=False)
    assert (result.stdout, result.return_value) == ("", status)
    assert ("not formatted" in result.stderr) == bool(status)
    assert graph.read_text(encoding="utf-8") == text


def test_write_changes_the_file(tmp_path):
    graph = tmp_path / "graph.bg"
    graph.write_text(ROUGH, encoding="utf-8")
    result = CliRunner().invoke(command, ["--write", str(graph)], standalone_mode=False)
    assert (result.stdout, result.return_value) == ("", 0)
    assert graph.read_text(encoding="utf-8") == CLEAN


def test_write_needs_a_file():
    result = CliRunner().invoke(command, ["--write", "-"], input=ROUGH)
    assert result.exit_code == 2
    assert "--write needs a file" in result.stderr
