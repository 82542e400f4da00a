"""Graphs as SVG pictures."""

from __future__ import annotations

import re
from itertools import pairwise
from xml.etree import ElementTree as ET

import pytest
from colours import contrast

import backcalc
from backcalc.analysis.samples import sample
from backcalc.render.pictures.measures import SMALL, text_width
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import scene
from backcalc.render.pictures.svg import COLOURS, lines

SVG = "{http://www.w3.org/2000/svg}"


def drawn(text, at=None, **options):
    """The picture of a graph as a tree of XML."""
    run = backcalc.parse(text).run(at or {}).run
    return ET.fromstring("\n".join(lines(scene(run), **options)))


def of_class(root, name):
    return [each for each in root.iter() if name in each.get("class", "").split()]


@pytest.mark.parametrize("top_down", [False, True])
def test_every_node_and_edge_is_there_once(top_down):
    root = drawn("v = w*x + b\ny = sigmoid(v)\nJ = (y - z)^2", {"w": 0.5, "x": 2, "b": -1, "z": 1}, top_down=top_down)
    names = ["".join(text.itertext()) for node in of_class(root, "node") for text in node.iter(f"{SVG}tspan")]
    assert {"w", "x", "b", "v", "y", "z", "J"} <= set(names)
    edges = {(edge.get("data-tail"), edge.get("data-head")): edge for edge in of_class(root, "edge")}
    assert len(edges) == len(of_class(root, "edge")) == 6
    labels = sorted("".join(edge.find(f"{SVG}text").itertext()) for edge in edges.values())
    assert labels == ["-1", "0.25", "0.5", "1", "1", "2"]


def test_it_tells_itself_in_words():
    root = drawn("u -> v : 3")
    assert root.get("role") == "img"
    assert root.find(f"{SVG}title").text == "Computational graph of v"
    assert "u → v: 3" in root.find(f"{SVG}desc").text


def test_numbers_are_not_cut_and_long_formulas_are():
    name = "a_name_that_is_longer_than_any_box_should_be"
    root = drawn(f"{name} = 0.12345*x\ny = {name}*x + sin(x)*cos(x)*tan(x)*exp(x)", {"x": 1.23457})
    texts = ["".join(each.itertext()) for each in root.iter(f"{SVG}text")]
    assert any("1.23457" in text for text in texts)
    assert any(text.endswith("…") for text in texts)
    assert max(map(len, texts)) < 80


def test_a_long_formula_goes_on_in_further_lines():
    root = drawn("input a, b, c, d\ny = σ(a*b + b*c + c*d + d*a + a*c + b*d) + sqrt(a*b*c*d)")
    (box,) = (each for each in of_class(root, "node") if each.get("data-node") == "4")
    texts = ["".join(each.itertext()) for each in box.iter(f"{SVG}text")]
    assert texts[:2] == ["y = σ(a*b + b*c + c*d + d*a + a*c", "+ b*d) + sqrt(a*b*c*d)"]
    # It is no value, which a page hides until its step.
    assert not [each for each in of_class(box, "value") if each.text[-13:] == "sqrt(a*b*c*d)"]


def test_a_formula_without_a_break_goes_below_its_name():
    root = drawn("input slope_of_net, o2\na_slope_of_the_output_2 = slope_of_net*o2*(1 - o2)")
    (box,) = (each for each in of_class(root, "node") if each.get("data-node") == "2")
    texts = ["".join(each.itertext()) for each in box.iter(f"{SVG}text")]
    assert texts[:2] == ["a_slope_of_the_output_2 =", "slope_of_net*o2*(1 - o2)"]


def test_what_is_not_seen_is_told_and_no_text_is_markup():
    root = drawn("input a = 1\nb = if a < 2 then a else 2 # <script>alert(1)</script>")
    assert not [each for each in root.iter() if each.tag.endswith("script")]
    assert "a < 2" in "".join(root.itertext())


def test_a_dark_picture_has_a_dark_colour_for_all_that_has_a_light_one():
    text = drawn("u -> v : 3").find(f"{SVG}style").text
    light, dark = text.split("@media screen and (prefers-color-scheme: dark)")
    rules = re.compile(r"^(.*) \{ (\w+): #\w{6} \}$", re.MULTILINE)
    assert rules.findall(light) == rules.findall(dark) != []


FAINT = (".faint text, .faint .adjoint", "fill")


@pytest.mark.parametrize("theme", [2, 3])
def test_texts_stand_out_from_what_is_behind_them(theme):
    colours = {(rule[0], rule[1]): rule[theme] for rule in COLOURS}
    behind = [
        colours[key] for key in ((".paper", "fill"), (".node rect", "fill"), (".input rect, .constant rect", "fill"))
    ]
    for ink in (("text", "fill"), (".adjoint", "fill"), (".lit polygon, .edge.lit text", "fill"), FAINT):
        for paper in behind:
            assert contrast(colours[ink], paper) >= 4.5, (ink, paper)


def test_from_the_top_down_a_label_is_nearer_to_its_line_than_to_the_one_before():
    """Between two lines that come in side by side a label could be of either."""
    found = placed(scene(backcalc.parse(sample("lattice").text).run({"x": 1}).run), top_down=True)
    into = {}
    for link in found.links:
        into.setdefault(link.arrow.head, []).append(link)
    count = 0
    for links in into.values():
        for before, link in pairwise(sorted(links, key=lambda each: each.points[-1].x)):
            width = text_width(link.arrow.label, SMALL)
            left = link.label_at.x - width / 2 - before.points[-1].x
            right = link.points[-1].x - link.label_at.x - width / 2
            count += 1
            assert left > 4 * right > 0
    assert count == 9
