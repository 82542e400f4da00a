"""What users type goes out as text: no spreadsheet runs it, no page takes it for HTML, no column is misjudged by it."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner
from documents import html, markdown, plain

from backcalc.cli.group import cli
from backcalc.render.cells import NodeName
from backcalc.render.document import Grid
from backcalc.render.formats.csv import csv_lines
from backcalc.render.formats.json import dump
from backcalc.text.wording import display_width


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd", "-cmd|x", "\t=1", "-2+cmd|' /C calc'!A0"])
def test_a_cell_that_a_spreadsheet_would_run_is_text(cell):
    (line,) = csv_lines([(cell,)])
    assert line.strip('"').startswith("'")


@pytest.mark.parametrize("cell", ["-1", "-1e-05", "-1/0.1", "+2", "-inf", "x", "dL/dx", "", "-.5", "(=)"])
def test_other_cells_stay_as_they_are(cell):
    (line,) = csv_lines([(cell, "x")])
    assert line == f"{cell},x"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "a<b", "&lt;", "<!--"])
@pytest.mark.parametrize("cell", [str, NodeName])
def test_a_page_shows_a_tag_as_text(name, cell):
    grid = Grid(("node",), [(cell(name),)], frozenset(), title=name)
    for page in ("\n".join(markdown([grid])), html([grid])):
        assert name not in page
        assert "lt;" in page


def test_a_link_is_no_link_in_markdown():
    (*_, row) = markdown([Grid(("node",), [("[x](javascript:y)",)], frozenset())])
    assert "](" not in row


@pytest.mark.parametrize("char", ["\x1b", "\x9b", "\u202e", "\u2066", "\x07", "\n"])
def test_control_characters_and_overrides_of_direction_are_shown(char):
    grid = Grid(("node",), [(NodeName(f"a{char}b"),)], frozenset(), title=f"c{char}d")
    for text in ("".join(plain([grid])), "".join(markdown([grid])), html([grid])):
        assert char not in text
        assert "�" in text


@pytest.mark.parametrize("char", ["\x1b", "\x7f", "\x9b", "\u202e", "\u2066", "\x07"])
def test_json_escapes_what_steers_a_terminal_and_a_cell_of_csv_shows_it(char):
    text = dump({"given": f"é{char}"})
    assert char not in text
    assert json.loads(text) == {"given": f"é{char}"}
    (line,) = csv_lines([(f"é{char}\nx", "1")])
    assert line == '"é�\nx",1'


@pytest.mark.parametrize(
    ("text", "width"),
    [("กำ", 2), ("ที่", 1), ("각", 2), ("\u1112\u1161\u11ab", 2), ("a\u200bb", 2), ("x\u20dd", 1)],
)
def test_columns_of_a_terminal(text, width):
    assert display_width(text) == width


@pytest.mark.parametrize("char", ["\x1b", "\x9b", "\u202e", "\u2066", "\x07"])
def test_a_formatted_file_shows_the_controls_in_its_comments(tmp_path, char):
    path = tmp_path / "g.bg"
    path.write_text(f"y = x # {char}[31mred\n", "utf-8")
    done = CliRunner().invoke(cli, ["fmt", str(path)])
    assert done.output == "y = x  # �[31mred\n"
    # In the file itself nothing is lost.
    assert CliRunner().invoke(cli, ["fmt", "--write", str(path)]).exit_code == 0
    assert path.read_text("utf-8") == f"y = x  # {char}[31mred\n"


def test_a_game_echoes_no_controls():
    done = CliRunner().invoke(cli, ["quiz", "--seed", "3", "--play"], input="\x1b[31m5\nquit\n")
    assert "\x1b" not in done.output
    assert "�[31m5" in done.output
