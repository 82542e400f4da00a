"""The table of formats: what it offers, that it is all, and that each format writes every kind of block and cell."""

from __future__ import annotations

from pathlib import Path

import click
import documents
import numpy as np
import pytest

from backcalc.cli import COMMANDS
from backcalc.cli.group import cli
from backcalc.language.parser import parse_expression
from backcalc.render import FORMATS, offered
from backcalc.render.blocks import Curve, Equation, Plot, RoundingNote, Section
from backcalc.render.cells import CellValue, Derivative, Formula, NodeName, Norm, Phrase, Product
from backcalc.render.cells import Path as PathCell
from backcalc.render.document import Grid, Sentence
from backcalc.text.source import Source

FOLDER = Path(__file__).parents[2] / "backcalc" / "render" / "formats"
SHARED = {"__init__", "csv", "json", "terminal"}  # What formats and reports use; the terminal's is half of the table.


def test_every_file_of_formats_is_in_the_table():
    assert {path.stem for path in FOLDER.glob("*.py")} - SHARED == {each.module for each in FORMATS.values()}


def test_choices_come_from_the_table():
    choices = {name: option.type.choices for name in COMMANDS for option in formats_of(name)}
    has = {"explain": {"document", "json"}, "samples": {"document"}, "quiz": {"graph", "document", "page"}}
    has["verify"] = {"document", "json"}
    has["grade"] = {"document", "json", "csv", "gradescope"}
    assert len(choices) > len(has)
    for name, found in choices.items():
        takes = has.get(name, {"document", "json", "csv"})
        assert set(found) == {format_ for format_, each in FORMATS.items() if each.is_offered and each.takes in takes}
    assert {choices[name][0] for name in choices} == {"table", "graph"}
    assert choices["run"][:5] == ("table", "json", "csv", "markdown", "latex")


def formats_of(name):
    command = cli.get_command(click.Context(cli), name)
    return [option for option in command.params if "--format" in option.opts]


def test_the_default_is_of_what_comes_first():
    assert offered("json", "document")[0] == "json"
    assert offered("document", "json")[0] == "table"


def formula(text):
    return Formula(parse_expression(Source("", text)))


CELLS = [
    "words of 1 & 2",
    NodeName("h_1"),
    Derivative("L", "x1"),
    Norm("J"),
    CellValue(0.25),
    CellValue(None),
    CellValue(np.array([[1.0, 2.0], [3.0, -4.5]])),
    formula("w*x + 1/2"),
    Formula(formula("w*x - 1/2").expr, by_hand=True),
    PathCell((NodeName("x1"), "… 3 more …", NodeName("L"))),
    Product((CellValue(-2.0), Derivative("L", "v"), "… 1 more …")),
    Phrase(("at ", NodeName("x"), " = ", CellValue(0.5), " of ", formula("x^2"), " by ", Norm("J"))),
]
BLOCKS = [
    Grid(
        ("cell", "n"), [(cell, str(i)) for i, cell in enumerate(CELLS)], frozenset([1]), title="All", notes={0: ("so",)}
    ),
    Sentence(Phrase(("a ", NodeName("x")))),
    Section(
        "Steps",
        [Equation((formula("y"), formula("2*x"), CellValue(1 / 3)), " (given)"), Equation((formula("y"),), "", True)],
    ),
    RoundingNote(),
    Plot("y over x", "x", np.arange(3.0), [Curve("y", np.arange(3.0), gaps=[0], kinks=[2])]),
]
DOCUMENT_FORMATS = [name for name, each in FORMATS.items() if each.takes == "document"]


@pytest.mark.parametrize("name", DOCUMENT_FORMATS)
@pytest.mark.parametrize("kind", ["tables", "page", "sheet"])
def test_a_format_writes_every_kind_of_block_and_cell(name, kind):
    text = "\n".join(documents.lines(name, BLOCKS, kind=kind, title="Title", made_by="the command"))
    for word in ("All", "words of 1", "0.25", "so", "Steps", "given", "Numbers are rounded to 6 significant digits"):
        assert word in text
    assert kind == "tables" or ("Title" in text and "the command" in text)
    assert "Value(" not in text
    assert "Name(" not in text


def test_a_terminal_has_every_block_and_the_plot():
    text = documents.terminal(BLOCKS, 60)
    for word in ("All", "so", "Steps", "given", "Numbers are rounded", "y over x", "┊", "◇"):
        assert word in text


def test_latex_has_no_letter_that_it_lacks():
    signs = "✓ ≈ ↪ ↻ ✗ – ∂ × ⊙ ᵀ ‖ ∇ η σ − · → … α ϵ"
    (line,) = documents.latex([Sentence(signs)])
    assert line.isascii()
