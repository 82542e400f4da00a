"""`backcalc draw` in the terminal."""

from __future__ import annotations

import pytest

LATTICE = ("draw", "network-b.bg")


@pytest.fixture
def window(monkeypatch):
    return lambda width: monkeypatch.setenv("COLUMNS", str(width))


def test_what_goes_into_a_pipe_has_no_edge(call, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    status, out, err = call("draw", "lattice.bg")
    assert (status, err) == (0, "")
    assert "t5 = sin(t4 + b4)" in out
    assert "∂o/∂x = -0.0691857" in out


def test_a_window_too_narrow_is_told_and_shows_a_part(call, window):
    window(80)
    status, out, err = call("draw", "lattice.bg")
    assert status == 0
    assert "columns wide, the window 80; with --top-down it fits" in err
    assert "--node o --radius 2" in err
    assert "t4" in out
    assert "t3" not in out
    assert max(map(len, out.splitlines())) <= 80
    assert call("draw", "lattice.bg", "--node", "o", "--radius", "2")[1] == out


def test_formulas_give_way_before_numbers_do(call, window):
    at = ("--at", "w=0.5,x=2,b=-1,z=1")
    window(200)
    assert "y = sigmoid(v)" in call("draw", "neuron.bg", *at)[1]
    window(76)
    _, out, err = call("draw", "neuron.bg", *at)
    assert (err, max(map(len, out.splitlines())) <= 76) == ("", True)
    assert "sigmoid" not in out
    assert all(number in out for number in ("-0.0625", "-0.125", "0.25", "-0.5"))


def test_a_picture_is_drawn_closer_before_it_is_cut(call, window):
    window(200)
    status, out, err = call("draw", "lattice.bg")
    assert (status, err) == (0, "")
    assert "─ 0.340424 ▶│ o " in out
    assert out.count("∂ ") == 12
    window(240)
    assert "─ 0.340424 ─▶│ o = t5*b5 " in call("draw", "lattice.bg")[1]


def test_a_formula_is_whole_where_there_is_room(call, window):
    window(130)
    assert "y = σ(w1*x1 + w2*x2 + w3*x3 + w4*x4 + b)" in call("draw", "unit.bg")[1]
    window(110)
    assert "y = σ(w1*x1 + w2*x2… " in call("draw", "unit.bg")[1]


def test_ascii_has_nothing_but_ascii(call):
    out = call("draw", "network-b.bg", "--ascii")[1]
    assert out.isascii()
    assert "dL/dp2 = -30" in out
    assert "-- -10 ->|" in out


def test_steps_show_what_is_known_by_then(call):
    at = ("--at", "w=0.5,x=2,b=-1,z=1")
    pictures = [call("draw", "neuron.bg", *at, "--step", str(step))[1] for step in range(15)]
    assert "= 2" not in pictures[0]
    assert "∂" not in pictures[7]  # Seven values,
    assert "∂J/∂J = 1" in pictures[8]  # then the adjoints, from the output on.
    assert "∂J/∂w = -0.25" not in pictures[8]
    assert pictures[14] == call("draw", "neuron.bg", *at)[1]


def test_a_step_beyond_the_last_is_told(call):
    last, beyond = (call(*LATTICE, "--step", step) for step in ("12", "13"))
    assert last[2] == ""
    assert beyond == (0, last[1], "note: there are 12 steps; the picture is the one after the last\n\n")


def test_paths_are_lit(call):
    plain = call("draw", "network-b.bg")[1]
    lit = call("draw", "network-b.bg", "--paths", "p1", "--color", "always")[1]
    assert "\x1b[1;32m" in lit
    assert "\x1b[2m" in lit  # The way from p2 is faint.
    assert "\x1b" not in plain


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--radius", "2"], "--node NODE says which"),
        (["--node", "q9"], "the graph has no node `q9`"),
        (["--paths", "p3"], "the graph has no node `p3`"),
        (["--ascii", "-o", "a.svg"], "--ascii is for the picture in the terminal"),
        (["--step", "-1"], "--step"),
    ],
)
def test_what_does_not_fit_is_told(arguments, message, call):
    status, out, err = call(*LATTICE, *arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_a_graph_without_an_output_has_a_picture_without_adjoints(call):
    status, out, _ = call("draw", "-e", "u = 2*x; v = 3*x", "--at", "x=1")
    assert status == 0
    assert "∂" not in out
    assert "2 ─▶│ u = 2*x" in out


def test_a_large_graph_is_drawn_around_a_node(call):
    text = "x0 = sin(x)\nfor k in 1..2500 { x{k} = sin(x{k-1}) }"
    assert "--node NODE" in call("draw", stdin=text)[2]
    status, out, _ = call("draw", "--node", "x9", "--radius", "1", stdin=text)
    assert status == 0
    assert [name for name in ("x7", "x8", "x9", "x10", "x11") if f"{name} =" in out] == ["x8", "x9", "x10"]


@pytest.mark.parametrize("radius", ["1", "2", "9" * 30])
def test_a_part_that_is_too_large_says_how_much_fits(radius, call):
    star = "\n".join(f"x -> m{i} : 1" for i in range(2000)) + "\nm7 -> y : 1\n"
    status, _, err = call("draw", "--of", "y", "--node", "x", "--radius", radius, stdin=star)
    assert status == 2
    assert f"this part has {2001 if radius == '1' else 2002:,}" in err
    assert "by --radius 0" in err
    assert call("draw", "--of", "y", "--node", "x", "--radius", "0", stdin=star)[0] == 0
