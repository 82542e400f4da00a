"""Graphs as SVG pictures."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

import backcalc
from backcalc.render.pictures.scene import scene
from backcalc.render.pictures.svg import lines

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
