"""Curves of braille dots, read back from the characters."""

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from colours import contrast
from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.analysis.kinks import broken
from backcalc.render.blocks import Curve, Plot
from backcalc.render.pictures import plot_svg as of_plot
from backcalc.render.pictures import svg
from backcalc.render.pictures.measures import text_width
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


EXTREME = (
    0.0,
    1.0,
    -1.0,
    5e-324,
    -5e-324,
    1e-323,
    1e-308,
    1e308,
    -1e308,
    1.7976931348623157e308,
    1e16,
    1e300,
    np.nextafter(1.0, 2.0),
    np.nextafter(1e300, 0.0),
)


@settings(max_examples=100)
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


# ---- As SVG ----------------------------------------------------------------------------------------------------------

TAG = "{http://www.w3.org/2000/svg}"
KINKED = Plot(
    "relu and more", "x", X, [Curve("relu", np.maximum(X, 0), (), (40,)), Curve("1/x", 1 / (X - 0.01), (40,))]
)


def picture_of(plot):
    return ET.fromstring("".join(f"{line}\n" for line in plot_svg(plot)))


def test_a_plot_is_on_the_paper_and_in_the_letters_of_a_graph():
    sheet = picture_of(KINKED).find(f"{TAG}style").text
    assert svg.TEXT in sheet
    assert svg.TEXT in svg.style()
    assert of_plot.COLOURS[:2] == svg.COLOURS[:2]
    light, dark = sheet.split("@media screen and (prefers-color-scheme: dark)")
    rules = re.compile(r"^(\S+) \{ (\w+): (#\w{6}) \}$", re.MULTILINE)
    pairs = [(*a, b[-1]) for a, b in zip(rules.findall(light), rules.findall(dark), strict=True)]
    assert pairs == [*of_plot.COLOURS]
    assert not re.search(r'(?:fill|stroke)="', "".join(plot_svg(KINKED)))  # No colour but those of the sheet.


@pytest.mark.parametrize("theme", [2, 3])
def test_curves_stand_out_from_the_paper_and_differ(theme):
    """3 : 1 is what WCAG 2.2 asks of graphics (1.4.11)."""
    curves = [rule[theme] for rule in of_plot.COLOURS if rule[0].startswith(".curve")]
    assert len({*curves}) == len(curves) == 6
    for colour in curves:
        assert contrast(colour, svg.PAPER[theme]) >= 3, colour


def test_a_plot_tells_itself_in_words():
    root = picture_of(KINKED)
    assert root.get("role") == "img"
    assert {root.find(f"{TAG}{tag}").get("id") for tag in ("title", "desc")} == {*root.get("aria-labelledby").split()}
    assert root.find(f"{TAG}title").text == "relu and more"
    told = root.find(f"{TAG}desc").text
    assert "relu goes from 0 at x = −2 to 2 at x = 2, at least 0 and at most 2; a kink near x = 0." in told
    assert "a jump or a pole near x = 0.025." in told
    nothing = picture_of(Plot("", "x", X, [Curve("y", np.full(81, np.nan))])).find(f"{TAG}desc").text
    assert nothing == "y goes from no number at x = −2 to no number at x = 2."


def test_of_many_points_those_that_make_the_line_are_drawn():
    x = np.linspace(-2.0, 2.0, 200_001)
    y = np.sin(1e4 * x) + (np.abs(x - 0.7) < 1e-5) * 5  # One point that stands out.
    many = picture_of(Plot("", "x", x, [Curve("y", y, [100_000])]))
    lines = [line.get("points").split() for line in many.iter(f"{TAG}polyline")]
    assert len(lines) == 2  # Parted at the jump.
    assert 1000 < sum(map(len, lines)) <= 4 * 626
    drawn_ys = [float(point.partition(",")[2]) for line in lines for point in line]

    assert min(drawn_ys) < np.median(drawn_ys) - 200  # In pixels from above.
    assert lines[0][0].startswith("72.00,")
    assert lines[-1][-1].startswith("696.00,")


def test_a_long_legend_goes_on_in_lines_below_and_the_frame_below_it():
    names = [f"{letter}{'long' * 5}" for letter in "abcdefgh"]
    root = picture_of(Plot("", "x", X, [Curve(name, X * i) for i, name in enumerate(names)]))
    texts = [each for each in root.findall(f"{TAG}text") if each.text in names]
    assert [each.text for each in texts] == names
    for one, next_one in pairwise(texts):
        end = float(one.get("x")) + text_width(one.text)
        assert end <= of_plot.WIDTH
        assert one.get("y") < next_one.get("y") or end < float(next_one.get("x"))
    (moved,) = root.findall(f"{TAG}g")
    above = float(re.fullmatch(r"translate\(0 (.*)\)", moved.get("transform"))[1])
    assert float(texts[-1].get("y")) < above + of_plot.TOP
    assert float(root.get("height")) == of_plot.HEIGHT + above
