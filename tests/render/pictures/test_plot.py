"""Curves of braille dots, read back from the characters."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.kinks import broken
from backcalc.render.document import Curve, Plot
from backcalc.render.pictures.plot import DOTS, braille
from backcalc.render.pictures.plot_svg import plot_svg

X = np.linspace(-2.0, 2.0, 81)


def drawn(x, y, width, height, gaps=()):
    """The lines of a curve."""
    plot = Plot("", "x", x, [Curve("y", y, gaps)])
    return ["".join(text for text, _ in pieces) for pieces in braille(plot, ["y"], width, height)]


def dots(lines):
    """The (column, level) of each dot, the level counted from below."""
    rows = [line.partition("│")[2] for line in lines[:-1]]
    return {
        (2 * column + k, 4 * len(rows) - 1 - (4 * row + j))
        for row, text in enumerate(rows)
        for column, letter in enumerate(text)
        for j, pair in enumerate(DOTS)
        for k, bit in enumerate(pair)
        if (ord(letter) - 0x2800) & bit
    }


def test_a_line_goes_from_corner_to_corner_and_fits():
    lines = drawn(X, 3 * X, 40, 10)
    assert {len(line) for line in lines} == {40}
    found = dots(lines)
    columns = max(column for column, _ in found)
    assert {(0, 0), (columns, 39)} <= found
    for column, level in found:
        assert level == pytest.approx(column / columns * 39, abs=1)
    assert {column for column, _ in found} == set(range(columns + 1))
    assert lines[0].lstrip().startswith("6 │")
    assert lines[-1].lstrip().startswith("└-2")
    assert lines[-1].endswith("2")


@pytest.mark.parametrize(
    ("y", "slope", "places"),
    [
        (X**2, 2 * X, []),
        (np.abs(X), np.sign(X), []),
        (np.exp(3 * X), 3 * np.exp(3 * X), []),
        (np.floor(X + 0.51), 0 * X, [9, 29, 49, 69]),
        (1 / (X - 0.01), -1 / (X - 0.01) ** 2, [40]),
        (np.ones(81), 0 * X, []),
    ],
    ids=["square", "kink", "steep", "jumps", "pole", "level"],
)
def test_jumps_and_poles_are_not_joined(y, slope, places):
    assert broken(X, y, slope) == places


def test_what_is_not_finite_has_no_dots():
    y = np.where(X < 0, np.nan, X)
    assert min(column for column, _ in dots(drawn(X, y, 40, 8))) > 30
    assert dots(drawn(X, np.full(81, np.nan), 40, 8)) == set()


EXTREME = (0.0, 1.0, -1.0, 5e-324, -5e-324, 1e-323, 1e-308, 1e308, -1e308, 1.7976931348623157e308, 1e16, 1e300)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(
    st.tuples(st.sampled_from(EXTREME), st.sampled_from(EXTREME)).filter(lambda ends: ends[0] != ends[1]),
    st.lists(st.sampled_from((*EXTREME, np.nan, np.inf, -np.inf)), min_size=2, max_size=6),
    st.sampled_from((0, 240)),
    st.booleans(),
)
def test_curves_of_any_numbers_are_drawn(ends, values, more, is_log):
    y = np.array([*values, *(values[0] * np.sin(np.arange(more)) if np.isfinite(values[0]) else [])])
    share = np.linspace(0.0, 1.0, len(y))
    if is_log:
        low, high = np.log([abs(ends[0]) or 1e-9, abs(ends[1]) or 1e9])
        x = np.exp(low * (1 - share) + high * share).clip(5e-324, max(EXTREME))
    else:
        x = ends[0] * (1 - share) + ends[1] * share
    plot = Plot("", "x", x, [Curve("y", y, ())], is_log=is_log)
    assert len(list(braille(plot, ["y"], 60, 10))) == 11
    picture = "".join(plot_svg(plot))
    assert "nan" not in picture
    assert "inf" not in picture
