"""`backcalc sweep`."""

import json
import math

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
        ("x=0:1", "is no range"),
        ("x=1:1:3", "begins where it ends"),
        ("x=-1:1:3:log", "only numbers above 0"),
        ("x=0:1:3,y=0:1:3,z=0:1:3", "two make a grid"),
        ("x=0:1:1000000,y=0:1:2", "more than 1,000,000 points"),
        ("q=0:1:3", "no input `q`"),
        ("y=0:1:3", "`y` is no input"),
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
