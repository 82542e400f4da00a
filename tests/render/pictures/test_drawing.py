"""Pictures in the library: what a notebook shows, and what is saved."""

import base64
import re
from xml.etree import ElementTree as ET

import pytest

import backcalc
from backcalc.api import MOST_DRAWN
from backcalc.render.pictures.targets import TARGETS

GRAPH = backcalc.parse("y = sigmoid(w*x)\nJ = (y - 1)^2")
POINT = {"w": 0.5, "x": 2}


def image(html):
    """The SVG in the image of a notebook."""
    return ET.fromstring(base64.b64decode(re.search(r"base64,([^\"]+)", html)[1]))


def test_a_drawing_shows_itself_as_an_image_of_its_own():
    drawing = GRAPH.draw(at=POINT)
    assert ET.fromstring(drawing._repr_svg_()).get("role") == "img"
    html = drawing._repr_html_()
    assert html.startswith("<img ")
    assert 'alt="Nodes: ' in html
    assert ET.tostring(image(html)) == ET.tostring(ET.fromstring(drawing._repr_svg_()))
    assert "<style" not in html
    assert repr(drawing) == "<Drawing of 4 nodes>"


def test_what_may_be_said_of_a_picture_changes_it():
    plain = GRAPH.draw(at=POINT).text()
    others = [
        GRAPH.draw(at=POINT, top_down=True),
        GRAPH.draw(at=POINT, paths=["x"]),
        GRAPH.draw(at=POINT, step=2),
        GRAPH.draw(at=POINT, digits=2),
        GRAPH.draw(at=POINT, of="y"),
        GRAPH.draw(),
    ]
    assert len({plain, *(other.text() for other in others)}) == 1 + len(others)


def test_a_result_shows_its_picture_above_its_table():
    html = GRAPH.run(at=POINT)._repr_html_()
    assert 0 <= html.index("<img ") < html.index("<table>")
    assert GRAPH.run(at=POINT)._repr_svg_() == GRAPH.draw(at=POINT).text()


def test_a_large_graph_has_its_table_alone():
    result = backcalc.parse("\n".join(f"x{i} = x{i - 1} + 1" for i in range(1, MOST_DRAWN + 1))).run(at={"x0": 1})
    assert result._repr_svg_() is None
    assert "<img" not in result._repr_html_()
    assert "<table>" in result._repr_html_()


@pytest.mark.parametrize("ending", [".svg", ".dot", ".mmd", ".tex", ".png"])
def test_a_drawing_is_saved_by_its_ending(tmp_path, ending):
    if ending == ".png":
        pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    path = tmp_path / f"graph{ending}"
    GRAPH.draw(at=POINT).save(path)
    assert TARGETS[ending].mark.encode() in path.read_bytes()[:100]


def test_what_is_not_known_is_refused():
    with pytest.raises(backcalc.UsageError, match="no node"):
        GRAPH.draw(at=POINT, paths=["q"])
    with pytest.raises(ValueError, match=r"\.gif is no text of a picture: \.svg, \.dot, \.mmd, \.tex are"):
        GRAPH.draw(at=POINT).text(".gif")


@pytest.mark.parametrize("name", ["graph.pdf", "graph", "graph.html"])
def test_an_ending_that_no_picture_has_is_refused_with_those_that_have_one(name, tmp_path):
    with pytest.raises(ValueError, match=rf"{name} has .*: \.svg, \.dot, \.mmd, \.tex, \.png are known"):
        GRAPH.draw(at=POINT).save(tmp_path / name)
    assert not [*tmp_path.iterdir()]
