"""`backcalc sweep`."""

import json
import math
import re
from xml.etree import ElementTree as ET

import pytest


def test_value_and_derivative_over_a_range(call):
    status, out, err = call("sweep", "activations.bg", "--of", "s", "--at", "x=-5:5:101", "--format", "json")
    assert (status, err) == (0, "")
    points = json.loads(out)["points"]
    assert [point["at"]["x"] for point in points] == pytest.approx([-5 + k / 10 for k in range(101)])
    for point in points:
        y = 1 / (1 + math.exp(-point["at"]["x"]))
        assert point["value"] == pytest.approx(y, rel=1e-14)
        assert point["gradient"]["x"] == pytest.approx(y * (1 - y), rel=1e-13)


def test_steps_of_the_logarithm(call):
    out = call("sweep", "--at", "x=1e-3:1e3:7:log", "--format", "csv", stdin="y = log(x)")[1]
    rows = [[float(cell) for cell in line.split(",")] for line in out.splitlines()[1:]]
    assert out.startswith("x,y,dy/dx\n")
    for k, row in enumerate(rows, -3):
        assert row == pytest.approx([10.0**k, k * math.log(10), 10.0**-k], rel=1e-12)
    assert len(rows) == 7


def test_two_ranges_make_a_grid(call):
    out = call("sweep", "neuron.bg", "--at", "w=-1:1:3,x=2", "--at", "b=0:1:2,z=1", "--format", "json")[1]
    points = json.loads(out)["points"]
    assert [tuple(point["at"].values()) for point in points] == [(w, b) for w in (-1, 0, 1) for b in (0, 1)]
    for point in points:
        w, b = point["at"].values()
        y = 1 / (1 + math.exp(-(2 * w + b)))
        dv = (y - 1) * y * (1 - y)
        assert point["gradient"] == pytest.approx({"w": 2 * dv, "b": dv})


def test_the_table_has_a_row_a_point_and_the_ends_may_be_expressions(call):
    status, out, _ = call("sweep", "--at", "x=0:pi/2:3", stdin="y = sin(x)")
    assert status == 0
    assert [line.split()[1] for line in out.splitlines()] == ["y", "0", "0.707107", "1"]
    assert "2 of 5 rows are left out" in call("sweep", "--at", "x=0:1:5", "--limit", "3", stdin="y = x")[1]


def test_a_pole_is_told_by_the_status(call):
    status, out, _ = call("sweep", "--at", "x=-1:1:3", "--format", "json", stdin="y = 1/x")
    assert status == 1
    assert json.loads(out)["points"][1]["value"] == "inf"


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ("x=1", "no range to sweep"),
        ("x=0:one:3", "`one` is no number"),
        ("x=0:1:1", "`1` is no number of points"),
        ("x=0:1:2.5", "`2.5` is no number of points"),
        ("x=0:1", "`x=0:1` is no range"),
        ("a=2,x=0:1,b=1", "`x=0:1` is no range"),
        ("x=1:1:3", "begins where it ends"),
        ("x=-1:1:3:log", "only numbers above 0"),
        ("x=0:1:3,y=0:1:3,z=0:1:3", "two make a grid"),
        ("x=0:1:1000000,y=0:1:2", "more than 1,000,000 points"),
        ("q=0:1:3", "no input `q`"),
        ("y=0:1:3", "--at: error: `y` is no input"),
        ("x=0:inf:3", "`inf` is no number"),
    ],
)
def test_what_bad_input_gets(at, words, call):
    status, out, err = call("sweep", "--at", at, stdin="y = 2*x")
    assert words in err
    assert (status, out) == (2, "")


def test_the_plot_is_for_a_terminal_and_tells_of_a_pole(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    out = call("sweep", "--at", "x=-1:1:40", "--color", "always", stdin="y = 1/x")[1]
    assert "y over x" in out
    assert "a jump or a pole, not joined: between -0.02564 and 0.02564" in out
    assert "⠀" in out
    assert "│" not in call("sweep", "--at", "x=-1:1:40", stdin="y = 1/x")[1]


def test_several_nodes_at_once(call):
    shown = ["sweep", "activations.bg", "--at", "x=-1:1:3", "--show", "r,t"]
    found = json.loads(call(*shown, "--format", "json")[1])
    assert found["output"] == "r"
    assert [point["nodes"]["r"]["value"] for point in found["points"]] == [0, 0, 1]
    assert [point["nodes"]["t"]["value"] for point in found["points"]] == pytest.approx(
        [math.tanh(k - 1) for k in range(3)]
    )
    assert all(point["nodes"]["r"]["value"] == point["value"] for point in found["points"])
    assert call(*shown, "--format", "csv")[1].startswith("x,r,dr/dx,t,dt/dx\n-1.0,0.0,0.0,")
    assert call(*shown)[1].split("\n")[0].split() == ["x", "r", "∂r/∂x", "t", "∂t/∂x"]
    assert "the graph has no node `q`" in call(*shown, "--show", "q")[2]


def test_curves_are_told_apart_by_their_names(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    out = call("sweep", "--at", "x=0:1:9", "--show", "up,down", "--color", "always", stdin="up = x; down = -x")[1]
    rows = [line for line in out.splitlines() if "│" in line]
    assert re.sub(r"\x1b\[[\d;]*m", "", rows[0]).endswith(" up")
    assert re.sub(r"\x1b\[[\d;]*m", "", rows[-1]).endswith(" down")
    assert all(len(re.sub(r"\x1b\[[\d;]*m", "", row)) <= 60 for row in rows)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("y = relu(x - 1/4)", "a kink at 0.25"),
        ("y = floor(x + 1/4)", "between 0.7 and 0.8 (a jump at 0.75)"),
        ("y = 1/(x - 1/8)^2", "between 0.1 and 0.2 (a pole at 0.125)"),
        ("y = max(x, -x) + 1/(x - 3/4)", "(a pole at 0.75), a kink at 0"),
    ],
)
def test_where_a_curve_is_not_smooth_is_told(text, told, call):
    for more in ([], ["--format", "markdown"], ["--format", "latex"]):
        assert told in call("sweep", "--at", "x=-1:1:21", *more, stdin=text)[1].replace("$", "")


def test_a_smooth_curve_has_no_marks(call):
    for text in ("y = sin(5*x)", "y = tanh(1000*x)", "y = softplus(300*x)", "y = sqrt(x^2 + 1e-9)"):
        out = call("sweep", "--at", "x=-1:1:21", stdin=text)[1]
        assert not re.search("kink|jump|pole", out)


def test_the_picture_is_svg_with_a_piece_of_each_curve(call, tmp_path):
    path = tmp_path / "plot.svg"
    status, out, _ = call("sweep", "--at", "x=-1:1:41", "-o", str(path), "--show", "y,r", stdin="y = 1/x; r = relu(x)")
    assert (status, out.split("\n")[0].split()) == (1, ["x", "y", "∂y/∂x", "r", "∂r/∂x"])
    root = ET.fromstring(path.read_text("utf-8"))
    tag = "{http://www.w3.org/2000/svg}"
    lines = [each.get("points").split() for each in root.iter(f"{tag}polyline")]
    assert [len(line) for line in lines] == [20, 20, 41]  # The pole is a point of neither piece.
    for line in lines:
        across = [float(point.split(",")[0]) for point in line]
        assert across == sorted(across)
        assert 72 <= across[0] < across[-1] <= 696
    dashed = [each for each in root.iter(f"{tag}path") if each.get("stroke-dasharray")]
    assert len(dashed) == 1
    words = [each.text for each in root.iter(f"{tag}text")]
    assert {"y", "r", "x", "0", "−1", "1"} <= set(words)


def test_a_picture_is_not_drawn_over_the_file_of_somebody_else(call, tmp_path):
    path = tmp_path / "plot.svg"
    draw = ["sweep", "activations.bg", "--of", "s", "--at", "x=-1:1:3", "-o", str(path)]
    path.write_text("mine")
    status, _, err = call(*draw)
    assert (status, "--force replaces it" in err) == (2, True)
    assert path.read_text() == "mine"
    assert call(*draw, "--force")[0] == 0
    assert call(*draw)[0] == 0  # Its own.
    assert "one range" in call("sweep", "neuron.bg", "--at", "w=0:1:2,b=0:1:2,x=2,z=1", "-o", str(path))[2]


@pytest.mark.parametrize("name", ["plot.pdf", "plot", "plot.svg.txt"])
def test_a_plot_by_another_ending_is_refused(name, call, tmp_path):
    path = tmp_path / name
    status, out, err = call("sweep", "-", "--at", "x=0:1:5", "-o", str(path), stdin="y = x^2")
    assert (status, out) == (2, "")
    assert f"{name} has no ending of a plot: .svg is known" in err
    assert not path.exists()


def test_what_is_told_of_marks_fits_the_terminal(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    out = call("sweep", "--at", "x=-3:3:61", "--limit", "3", "--color", "always", stdin="y = floor(x)")[1]
    lines = re.sub(r"\x1b\[[\d;]*m", "", out).splitlines()
    assert max(map(len, lines)) == 60  # The plot's.
    told = next(i for i, line in enumerate(lines) if line.startswith("a jump or a pole"))
    assert "(a jump at 3)" in " ".join(line.strip() for line in lines[told:])
    # In a pipe it is one line.
    out = call("sweep", "--at", "x=-3:3:61", "--limit", "3", stdin="y = floor(x)")[1]
    assert out.splitlines()[-1].endswith("(a jump at 3)")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("y = grad(log(x), x)", "in `of_y`, log(-1) is nan, outside its domain; not finite at 2 of 4 points"),
        ("y = grad(sqrt(x)^2, x)", "in `of_y`, sqrt(-1) is nan, outside its domain; not finite at 1 of 4 points"),
        ("J = log(x)\ny = 2*grad(J, x)", "in `J`, log(-1) is nan, outside its domain; not finite at 2 of 4 points"),
        ("y = grad(sin(x), x)", ""),
        ("z = grad(log(x), x)\ny = x^2\noutput y", ""),
    ],
)
def test_a_derivative_where_the_function_has_no_value_is_told(formula, words, call):
    err = call("sweep", "--at", "x=-1:2:4", stdin=formula)[2]
    assert words in err
    assert ("x = -1" in err) is bool(words)


def test_a_derivative_at_rows_of_data_is_told_too(call, tmp_path):
    path = tmp_path / "points.csv"
    path.write_text("x\n1\n-4\n-9\n")
    err = call("run", "--data", str(path), "-e", "y = grad(sqrt(x)^2, x)")[2]
    assert "in `of_y`, sqrt(-4) is nan, outside its domain; not finite at 2 of 3 points, the first at point 2" in err
