"""What is printed: numbers whole at any width, a line a row in a pipe, and the formats that programs read."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from math import inf, nan

import numpy as np
import pytest
from documents import markdown, plain, terminal
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.language.expr import Call, size
from backcalc.language.parser import parse_expression
from backcalc.marking.mark import Mark
from backcalc.render.cells import CellValue, Typed
from backcalc.render.document import Grid, Sentence
from backcalc.render.layout import aligned, clip, clip_middle, fit, lines, records
from backcalc.render.reports.marks import marks_blocks, render_marks_json
from backcalc.render.reports.run import run_tables
from backcalc.render.reports.run_csv import render_csv
from backcalc.render.reports.run_json import render_json, warning_texts
from backcalc.render.values import MAX_DIGITS, exact, value_text
from backcalc.render.warnings import render_warnings
from backcalc.render.writer import PLAIN
from backcalc.text.errors import Diagnostic
from backcalc.text.numerals import rounded
from backcalc.text.source import Source, Span
from backcalc.text.wording import display_width

law = settings(max_examples=150)

NEURON = "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2\n"
POINT = {"w": 0.5, "x": 2, "b": -1, "z": 1}
EDGES = "x1 -> u1 : -2\nx1 -> u2 : 4\nu1 -> o : 3\nu2 -> o : -1\no = 0.1\n"


def result(text, at=None, **options):
    return backcalc.parse(text).run(at=at or {}, **options).run


# Numbers

ROUNDED = [
    (None, 6, "?"),
    (0.0, 6, "0"),
    (-0.0, 6, "0"),
    (1.0, 6, "1"),
    (-100.0, 1, "-100"),
    (1 / 3, 6, "0.333333"),
    (1 / 3, 1, "0.3"),
    (1 / 3, 17, "0.33333333333333331"),
    (2.302585092994046, 10, "2.302585093"),
    (123456789.0, 6, "1.23457e+08"),
    (12000000.0, 6, "12000000"),
    (1e14, 6, "100000000000000"),
    (1e15, 6, "1e+15"),
    (1e-5, 6, "1e-05"),
    (5e-324, 17, "4.9406564584124654e-324"),
    (inf, 6, "inf"),
    (-inf, 6, "-inf"),
    (nan, 6, "nan"),
]


@pytest.mark.parametrize(("value", "digits", "text"), ROUNDED)
def test_rounded(value, digits, text):
    assert rounded(value, digits) == text


@pytest.mark.parametrize(("value", "found"), [(None, None), (0.5, 0.5), (nan, "nan"), (inf, "inf"), (-inf, "-inf")])
def test_exact(value, found):
    assert exact(value) == found


@law
@given(st.floats(allow_nan=False), st.integers(1, MAX_DIGITS))
def test_rounded_is_within_half_a_unit_of_the_last_digit(value, digits):
    text = rounded(value, digits)
    assert float(text) == float(f"{value:.{digits - 1}e}") or float(text) == value
    assert digits < MAX_DIGITS or float(text) == value


# Layout

CLIPPED = [
    (clip, "sin(x)", 6, "sin(x)"),
    (clip, "sin(x) + 1", 6, "sin(x…"),
    (clip, "ラララ", 4, "ラ…"),
    (clip, "ラララ", 5, "ララ…"),
    (clip_middle, "layer1_weight", 13, "layer1_weight"),
    (clip_middle, "layer1_weight", 8, "laye…ght"),
    (clip_middle, "ララララ", 5, "ラ…ラ"),
    (clip_middle, "abc", 1, "…"),
]


@pytest.mark.parametrize(("cut", "text", "width", "short"), CLIPPED)
def test_clip(cut, text, width, short):
    assert cut(text, width) == short


def test_numbers_line_up_at_the_point():
    values = [1.0, -0.25, Typed("12.5"), 1e-05, None, "-", nan, -inf]
    cells = [value if isinstance(value, str | Typed) else CellValue(value) for value in values]
    grid = PLAIN.written(Grid(("n", "value"), [(str(i), cell) for i, cell in enumerate(cells)], frozenset([1])))
    assert [row[1] for row in aligned(grid).rows] == [
        "   1    ",
        "  -0.25 ",
        "  12.5  ",
        "   1e-05",
        "   ?    ",
        "   -    ",
        " nan    ",
        "-inf    ",
    ]


WIDE = PLAIN.written(
    Grid(
        ("node", "formula", "value", "∂loss/∂node"),
        [
            ("a_node_with_a_name", "sin(x)*cos(x) + exp(y)", CellValue(0.123456), CellValue(-1.5)),
            ("b", "a^2", CellValue(12.0), CellValue(1e-17)),
        ],
        frozenset([2, 3]),
        yields=1,
    )
)

# What gives way at each width; below the last, columns do not fit.
FITTED = [
    (80, "a_node_with_a_name", "sin(x)*cos(x) + exp(y)"),
    (60, "a_node_with_a_name", "sin(x)*cos(x) +…"),
    (51, "a_node_with_a_name", "sin(x)…"),
    (40, "a_n…ame", "sin(x)…"),
]


@pytest.mark.parametrize(("width", "name", "formula"), FITTED)
def test_formulas_give_way_first_then_names(width, name, formula):
    fitted = fit(WIDE, width)
    assert (fitted.rows[0][0], fitted.rows[0][1]) == (name, formula)
    assert max(map(display_width, lines(fitted))) <= width


def test_formulas_go_before_the_columns_do():
    assert fit(WIDE, 34).header == ["node", "value", "∂loss/∂node"]
    assert fit(WIDE, 20) is None
    assert list(records(WIDE, 16)) == [
        "a_node_w…_a_name",
        "  formula sin(x…",
        "  value 0.123456",
        "  ∂loss/∂node",
        "    -1.5",
        "b",
        "  formula a^2",
        "  value 12",
        "  ∂loss/∂node",
        "    1e-17",
    ]


def test_a_number_that_does_not_fit_beside_its_name_has_its_own_line():
    grid = Grid(("node", "value"), [("x", "-0.33333333333333331")], frozenset([1]))
    assert list(records(grid, 20)) == ["x", "  value", "-0.33333333333333331"]
    array = grid._replace(rows=[["x", value_text(np.array([[-0.5, 0.25], [-1.25, 8]]))]])
    assert list(records(array, 20)) == ["x", "  value", "    [[-0.5, 0.25],", "    [-1.25, 8]]"]
    assert list(records(grid, 26)) == ["x", "  value", "    -0.33333333333333331"]
    assert list(records(grid, 10)) == ["x", "  value", "-0.33333333333333331"]


names_ = st.from_regex(r"\A(?:n|σ1|ラ)[a-z0-9_ラ]{0,70}'?\Z")
numbers_ = st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 1e-300, 1e30, 1 / 3, -123456.789])


@st.composite
def graphs(draw):
    """A graph of long names and long formulas, as text, and a point for its input."""
    names = draw(st.lists(names_, min_size=2, max_size=6, unique=True))
    lines_ = []
    for i, name in enumerate(names[1:], 1):
        terms = draw(st.lists(st.tuples(numbers_, st.sampled_from(names[:i])), min_size=1, max_size=6))
        lines_.append(f"{name} = " + " + ".join(f"({factor!r})*sin({tail})" for factor, tail in terms))
    used = any(f"sin({names[0]})" in line for line in lines_)
    return "\n".join([*lines_, f"output {names[-1]}"]), {names[0]: draw(numbers_)} if used else {}


def numbers_of(run, digits):
    """Every number that the node table and the gradient show."""
    cells = [*run.values, *run.adjoints, *run.gradient.values()]
    return Counter(rounded(cell, digits) for cell in cells)


@law
@given(graphs(), st.sampled_from([20, 30, 40, 60, 80, 200]), st.sampled_from([1, 6, 17]))
def test_no_number_is_ever_cut_or_wrapped(graph, width, digits):
    run = result(*graph)
    report = run_tables(run, digits)
    printed = terminal(report, width)
    # A number stands between white space, and on a line no longer than the terminal unless it is itself.
    assert not numbers_of(run, digits) - Counter(printed.split())
    for line in printed.splitlines():
        assert display_width(line) <= max(width, len(line.strip()) if re.fullmatch(r"[-+\d.e]+", line.strip()) else 0)
    piped = "\n".join(plain(report))
    assert not numbers_of(run, digits) - Counter(piped.split())


@law
@given(graphs())
def test_the_plain_table_is_a_line_a_node_with_its_derivative_last(graph):
    run = result(*graph)
    nodes, _, gradient = "\n".join(plain(run_tables(run))).partition("\n\n")
    rows = [line.split() for line in nodes.split("\n")[1:]]
    assert [(row[0], row[-1]) for row in rows] == [
        (node.name, rounded(adjoint)) for node, adjoint in zip(run.graph.nodes, run.adjoints, strict=True)
    ]
    assert gradient.split("\n")[0].split() == ["gradient", "value"]
    assert not re.search(r"[\u2500-\u259f|\x1b]", nodes + gradient)


# The table and its colours


def test_the_table_sets_the_gradient_apart():
    assert terminal(run_tables(result(NEURON, POINT)), 80) == (
        "node  formula         value  ∂J/∂node\n"
        "─────────────────────────────────────\n"
        "w     input           0.5     -0.25\n"
        "x     input           2       -0.0625\n"
        "b     input          -1       -0.125\n"
        "v     w*x + b         0       -0.125\n"
        "y     sigmoid(v)      0.5     -0.5\n"
        "z     input           1        0.5\n"
        "J     1/2*(y - z)^2   0.125    1\n"
        "\n"
        "gradient    value\n"
        "─────────────────\n"
        "∂J/∂w     -0.25\n"
        "∂J/∂x     -0.0625\n"
        "∂J/∂b     -0.125\n"
        "∂J/∂z      0.5\n"
    )


def test_colour_changes_nothing_but_colour(monkeypatch):
    monkeypatch.setenv("TERM", "xterm-256color")
    report = run_tables(result(NEURON, POINT), partials=True)
    coloured = terminal(report, 80, color=True)
    assert "\x1b[1m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == terminal(report, 80)


def test_partials_show_how_each_adjoint_adds_up():
    _, contributions, _ = map(PLAIN.written, run_tables(result(EDGES), partials=True))
    assert contributions.header == ("node", "user", "∂user/∂node", "∂o/∂user", "contribution")
    assert contributions.rows == [
        ("x1", "u1", "-2", "3", "-6"),
        ("x1", "u2", "4", "-1", "-4"),
        ("x1", "sum", "-", "-", "-10"),
        ("u1", "o", "3", "1", "3"),
        ("u1", "sum", "-", "-", "3"),
        ("u2", "o", "-1", "1", "-1"),
        ("u2", "sum", "-", "-", "-1"),
        ("o", "seed", "-", "-", "1"),
        ("o", "sum", "-", "-", "1"),
    ]


def test_partials_in_forward_mode_show_how_each_tangent_adds_up():
    forward = run_tables(result(EDGES, mode="forward", wrt=["x1"]), partials=True)
    nodes, pushes, gradient = map(PLAIN.written, forward)
    assert [row[-1] for row in nodes.rows] == ["1", "-2", "4", "-10"]
    assert pushes.rows == [
        ("∂x1/∂x1", "seed", "-", "-", "1"),
        ("∂x1/∂x1", "sum", "-", "-", "1"),
        ("∂u1/∂x1", "x1", "-2", "1", "-2"),
        ("∂u1/∂x1", "sum", "-", "-", "-2"),
        ("∂u2/∂x1", "x1", "4", "1", "4"),
        ("∂u2/∂x1", "sum", "-", "-", "4"),
        ("∂o/∂x1", "u1", "3", "-2", "-6"),
        ("∂o/∂x1", "u2", "-1", "4", "-4"),
        ("∂o/∂x1", "sum", "-", "-", "-10"),
    ]
    assert gradient.rows == [("∂o/∂x1", "-10")]


def test_all_pairs():
    _, pairs, _ = map(PLAIN.written, run_tables(result(EDGES), pairs=True))
    assert pairs.rows == [
        ("∂u1/∂x1", "-2"),
        ("∂u2/∂x1", "4"),
        ("∂o/∂x1", "-10"),
        ("∂o/∂u1", "3"),
        ("∂o/∂u2", "-1"),
    ]


def test_an_output_without_inputs_has_no_gradient():
    assert len(run_tables(result("y = 2*3"))) == 1


# Markdown


def test_markdown_is_a_pipe_table_that_keeps_stars_and_underscores():
    text = "\n".join(markdown(run_tables(result("h_1 = a_1*b", {"a_1": 2, "b": 3}))))
    assert text == (
        "| node | formula | value | ∂h\\_1/∂node |\n"
        "| --- | --- | ---: | ---: |\n"
        "| a\\_1 | `input` | 2 | 3 |\n"
        "| b | `input` | 3 | 2 |\n"
        "| h\\_1 | `a_1*b` | 6 | 1 |\n"
        "\n"
        "| gradient | value |\n"
        "| --- | ---: |\n"
        "| ∂h\\_1/∂a\\_1 | 3 |\n"
        "| ∂h\\_1/∂b | 2 |"
    )


def test_an_empty_cell_of_code_is_empty_in_markdown():
    """A class has no score in some bins, and two ticks would be shown as such."""
    bars = [("0.1 to 0.2", "0", ""), ("all", "1", "#")]
    rows = markdown([Grid(("score", "count", ""), bars, frozenset([1]), yields=2)])
    assert rows[-2:] == ["| 0.1 to 0.2 | 0 |  |", "| all | 1 | `#` |"]


def test_markdown_titles_stand_above_their_tables():
    text = "\n".join(markdown(run_tables(result(EDGES), pairs=True)))
    assert "\n\nEvery pair of nodes with a path between them\n\n| derivative | value |\n" in text


def test_a_title_may_stand_alone():
    alone = Sentence("2 of 3 right")
    assert "\n".join(markdown([alone])) == "\n".join(plain([alone])) == "2 of 3 right"
    assert terminal([alone], 80) == "2 of 3 right\n"


# CSV

CSV = [
    ({}, {}, "node,value,adjoint\nx1,,-10\nu1,,3\nu2,,-1\no,0.1,1"),
    ({"mode": "forward", "wrt": ["x1"]}, {}, "node,value,tangent\nx1,,1\nu1,,-2\nu2,,4\no,0.1,-10"),
    (
        {"mode": "forward", "wrt": ["x1", "u1"]},
        {},
        "node,value,tangent x1,tangent u1\nx1,,1,0\nu1,,-2,1\nu2,,4,0\no,0.1,-10,3",
    ),
    ({}, {"pairs": True}, "of,wrt,value\nu1,x1,-2\nu2,x1,4\no,x1,-10\no,u1,3\no,u2,-1"),
    ({}, {"partials": True}, "of,wrt,value\nu1,x1,-2\nu2,x1,4\no,u1,3\no,u2,-1"),
]


@pytest.mark.parametrize(("options", "shown", "text"), CSV)
def test_csv(options, shown, text):
    assert "\n".join(render_csv(result(EDGES, **options), **shown)) == text


def as_json(run, **shown):
    return "\n".join(render_json(run, **shown))


@law
@given(graphs())
def test_csv_and_json_give_back_every_number_exactly(graph):
    run = result(*graph)
    rows = list(csv.DictReader(io.StringIO("\n".join(render_csv(run)))))
    nodes = json.loads(as_json(run))["nodes"]
    for i, node in enumerate(run.graph.nodes):
        assert rows[i]["node"] == nodes[i]["name"] == node.name
        assert float(rows[i]["value"]) == nodes[i]["value"] == run.values[i]
        assert float(rows[i]["adjoint"]) == nodes[i]["adjoint"] == run.adjoints[i]


# JSON, as the contract has it


FORWARD = {"mode": "forward"}
# What a run may have that JSON writes in a way of its own.
JSON = {
    "edges": (EDGES, {}, {}),
    "all pairs": (EDGES, {}, {"pairs": True}),
    "no pairs at all": ("y = 2", {}, {"pairs": True}),
    "one tangent": (EDGES, FORWARD, {}),
    "several tangents": (EDGES, FORWARD | {"wrt": ["x1", "u1"]}, {}),
    "a constant": ("y = 2", {}, {}),
    "vectors": ("v = [1, 2]\nW = [[1, 2], [3, 4]]\nu = W @ v\ny = sum(u)*x\n", {}, {"pairs": True}),
    "tangents of vectors": ("v = [x, 2]\ninput x = 1\ny = sum(v*v)", FORWARD | {"wrt": ["x"]}, {}),
    "several tangents of vectors": ("v = [x, 2]\ninput x = 1\ny = sum(v*v)", FORWARD | {"wrt": ["x", "v"]}, {}),
    "formulas": ("y = sin(x)*z\n", {}, {}),
    "formulas of several tangents": ("y = sin(x)*z\n", FORWARD, {}),
    "warnings": ("y = 1/0 + abs(x)\ninput x = 0\n", {}, {}),
    "odd names and numbers": ("σ' = x + u\ninput x = -0.0\nu -> v : -1e-300\nv = 1e22\ny = σ' + v\n", {}, {}),
}


def laid_out(found):
    """A run as it stands in JSON: what each line has as Python writes it, a node and a pair on a line of its own."""

    def text(value):
        return json.dumps(value, ensure_ascii=False)

    def rows(values):
        return "[\n" + ",\n".join(f"  {text(value)}" for value in values) + "\n ]" if values else "[]"

    members = {name: rows(found[name]) if name in ("nodes", "pairs") else text(found[name]) for name in found}
    first = ", ".join(f"{text(name)}: {members.pop(name)}" for name in ("output", "mode", "at"))
    return "{" + ",\n ".join([first, *(f"{text(name)}: {value}" for name, value in members.items())]) + "}"


@pytest.mark.parametrize(("text", "options", "shown"), JSON.values(), ids=JSON)
def test_json_has_a_line_a_node(text, options, shown):
    found = as_json(result(text, **options), **shown)
    assert found == laid_out(json.loads(found))


@law
@given(graphs())
def test_json_of_any_graph_has_a_line_a_node(graph):
    found = as_json(result(*graph))
    assert found == laid_out(json.loads(found))


def test_a_node_is_found_in_json_by_its_line():
    (line,) = (line for line in as_json(result(NEURON, POINT)).split("\n") if '{"name": "v"' in line)
    assert json.loads(line.rstrip(",")) == {
        "name": "v", "kind": "expression", "formula": "w*x + b", "line": 1, "shape": [], "value": 0.0,
        "adjoint": -0.125, "symbolic": None, "partials": [
            {"of": "v", "wrt": "w", "value": 2.0},
            {"of": "v", "wrt": "x", "value": 0.5},
            {"of": "v", "wrt": "b", "value": 1.0},
        ],
    }  # fmt: skip


def test_json_has_every_key_of_the_contract_in_its_order():
    text = "input x = 2\nv = w*x\nh = v + v'\nu -> o : 3\nh -> o : y\ny = 2\nc = pi\nL = o*c\no = 0.5\noutput L\n"
    found = json.loads(as_json(result(text, {"w": 0.5, "v'": 1})))
    assert list(found) == ["output", "mode", "at", "nodes", "gradient", "warnings"]
    assert found["output"] == "L"
    assert found["mode"] == "reverse"
    assert found["at"] == {"x": 2.0, "w": 0.5, "v'": 1.0}
    assert found["warnings"] == []
    nodes = {node["name"]: node for node in found["nodes"]}
    for node in found["nodes"]:
        assert list(node) == ["name", "kind", "formula", "line", "shape", "value", "adjoint", "symbolic", "partials"]
        assert node["shape"] == []
        assert node["symbolic"] is None
    kinds = {name: node["kind"] for name, node in nodes.items()}
    assert kinds == {
        "x": "input",
        "w": "input",
        "v": "expression",
        "v'": "input",
        "h": "expression",
        "u": "input",
        "o": "edges",
        "y": "constant",
        "c": "constant",
        "L": "expression",
    }
    assert {name: node["line"] for name, node in nodes.items()} == {
        "x": 1, "v": 2, "w": 2, "h": 3, "v'": 3, "u": 4, "o": 9, "y": 6, "c": 7, "L": 8,
    }  # fmt: skip
    assert nodes["v"]["formula"] == "w*x"
    assert nodes["v"]["partials"] == [{"of": "v", "wrt": "w", "value": 2.0}, {"of": "v", "wrt": "x", "value": 0.5}]
    assert nodes["o"]["partials"] == [{"of": "o", "wrt": "u", "value": 3.0}, {"of": "o", "wrt": "h", "value": 2.0}]
    assert (nodes["u"]["value"], nodes["o"]["value"], nodes["o"]["formula"]) == (None, 0.5, None)
    # Inputs only: neither the constants nor what is computed.
    assert list(found["gradient"]) == ["x", "w", "v'", "u"]


def test_json_order_is_topological_whatever_the_order_of_the_file():
    found = json.loads(as_json(result("J = y^2\ny = 3*v\nv = w*x\n", {"w": 1, "x": 2})))
    place = {node["name"]: i for i, node in enumerate(found["nodes"])}
    for node in found["nodes"]:
        assert all(place[partial["wrt"]] < place[node["name"]] for partial in node["partials"])


def test_json_in_forward_mode_has_tangents():
    one = json.loads(as_json(result(EDGES, mode="forward", wrt=["x1"])))
    two = json.loads(as_json(result(EDGES, mode="forward", wrt=["x1", "u2"])))
    assert (one["mode"], one["gradient"], two["gradient"]) == ("forward", {"x1": -10.0}, {"x1": -10.0, "u2": -1.0})
    assert [node["tangent"] for node in one["nodes"]] == [1.0, -2.0, 4.0, -10.0]
    assert two["nodes"][3]["tangent"] == {"x1": -10.0, "u2": -1.0}
    assert all("adjoint" not in node for node in one["nodes"] + two["nodes"])


def test_json_writes_what_is_not_finite_as_strings():
    found = json.loads(as_json(result("y = log(x)\nz = exp(w)\nJ = y + z\n", {"x": 0, "w": 1000})))
    values = {node["name"]: node["value"] for node in found["nodes"]}
    assert values == {"x": 0.0, "y": "-inf", "w": 1000.0, "z": "inf", "J": "nan"}
    assert found["nodes"][0]["adjoint"] == "nan"
    assert [text.split(":")[0] for text in found["warnings"]] == ["line 1", "line 2", "line 3"]


def test_json_counts_parallel_edges_together_and_arguments_without_influence():
    found = json.loads(as_json(result("u -> v : 3\nu -> v : 4\nw = if 1 > 0 then 2*v else x\nv = 1\n", {"x": 5})))
    partials = {(p["of"], p["wrt"]): p["value"] for node in found["nodes"] for p in node["partials"]}
    assert partials == {("v", "u"): 7.0, ("w", "v"): 2.0, ("w", "x"): 0.0}
    assert found["warnings"] == ["line 2: the edge u -> v stands twice; its partials add up"]


def test_json_of_all_pairs():
    found = json.loads(as_json(result(EDGES), pairs=True))
    assert found["pairs"][2] == {"of": "o", "wrt": "x1", "value": -10.0}


@pytest.mark.parametrize(
    ("value", "text"), [(0.1, "0.1"), (1e22, "1e+22"), (-0.0691856694576352, "-0.0691856694576352"), (3.0, "3.0")]
)
def test_json_numbers_are_the_shortest_that_read_back(value, text):
    assert f'"value": {text},' in as_json(result("y = x", {"x": value}))


def test_a_warning_without_a_place_has_no_line():
    run = result("y = x", {"x": 1})
    run.graph.__dict__["warnings"] = (Diagnostic("c", "odd"),)
    assert warning_texts(run) == ["odd"]


# Warnings and marks


def test_warnings_are_cut_after_twenty():
    blocks = list(render_warnings(Source("f", "x"), [Diagnostic("c", "odd", Span(0, 1))] * 23))
    assert blocks[0] == "f:1:1: warning: odd\n  1 | x\n    | ^"
    assert (len(blocks), blocks[-1]) == (21, "… and 3 more warnings")


MARKED = [
    Mark("dL/dx", "-100", -100.0, "right"),
    Mark("t", "2.302585094", 2.302585092994046, "wrong"),
    Mark("u", "1/0.1", 10.0, "right"),
    # Many digits in all, few in each number.
    Mark("v", "0.7414*0.1868*0.5933 = 0.0822", 0.08216704056423, "right"),
    Mark("w", "8.2167*10^-2", 0.08216704056423, "right"),
]


def test_marks_show_as_many_digits_as_the_answer_has():
    assert "\n".join(plain(marks_blocks(MARKED))) == (
        "   answer                                    given        expected  verdict\n"
        "✓  dL/dx                            -100            -100            right\n"
        "✗  t                                   2.302585094     2.302585093  wrong\n"
        "✓  u                               1/0.1              10            right\n"
        "✓  v       0.7414*0.1868*0.5933 = 0.0822               0.082167     right\n"
        "✓  w                        8.2167*10^-2               0.082167     right\n"
        "\n"
        "4 of 5 right"
    )


def test_marks_as_json():
    assert json.loads(render_marks_json(MARKED[:2])) == {
        "answers": [
            {
                "answer": "dL/dx",
                "given": "-100",
                "expected": -100.0,
                "verdict": "right",
                "note": None,
                "diagnosis": None,
            },
            {
                "answer": "t",
                "given": "2.302585094",
                "expected": 2.302585092994046,
                "verdict": "wrong",
                "note": None,
                "diagnosis": None,
            },
        ],
        "right": 1,
        "total": 2,
        "first_wrong": None,
    }


def test_json_has_formulas_that_are_too_long_for_a_table():
    text = "y = x*(" + " + ".join(f"sin({i}*a)" for i in range(2, 202)) + ")"
    run = backcalc.parse(text).run().run
    nodes = {node["name"]: node for node in json.loads(as_json(run))["nodes"]}
    assert nodes["x"]["symbolic"].count("sin(") == 200
    assert "(long: see derive)" in "\n".join(plain(run_tables(run)))


def test_a_formula_that_doubles_with_every_node_is_null_in_json():
    text = "h0 = x\n" + "\n".join(f"h{k} = h{k - 1}*sin(h{k - 1})" for k in range(1, 60))
    text += "\noutput h59"
    nodes = json.loads(as_json(backcalc.parse(text).run().run))["nodes"]
    assert nodes[0]["symbolic"] is None
    assert nodes[-2]["symbolic"] == "h58*cos(h58) + sin(h58)"


def test_the_size_of_a_formula_is_counted_as_far_as_it_matters():
    shared = parse_expression(Source("", "x + 1"))
    for _ in range(1000):
        shared = Call("*", (shared, shared))
    assert [size(shared, 10), size(parse_expression(Source("", "x + 1")), 10)] == [11, 3]
