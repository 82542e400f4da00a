"""`backcalc report`: what it writes, and where it refuses to."""

import pytest

from backcalc.render.pictures.targets import TARGETS

MARK = TARGETS[".html"].mark


@pytest.fixture
def graph(tmp_path):
    path = tmp_path / "lattice.bg"
    path.write_text("input x = 1\nt = sin(x)\nb = cos(x)\no = t*b\n", encoding="utf-8")
    return path


def test_a_page_is_written_and_written_again(call, graph, tmp_path):
    page = tmp_path / "page.html"
    assert call("report", str(graph), "--at", "x=2", "-o", str(page)) == (0, "", "")
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"{MARK}\n<!doctype html>")
    assert "<h1>lattice.bg</h1>\n<p>at x = 2</p>" in text
    assert call("report", str(graph), "--no-answers", "-o", str(page)) == (0, "", "")
    assert page.read_text(encoding="utf-8") != text


def test_what_somebody_else_has_written_stays_but_by_force(call, graph, tmp_path):
    page = tmp_path / "page.html"
    page.write_text("mine", encoding="utf-8")
    status, out, err = call("report", str(graph), "-o", str(page))
    assert (status, out) == (2, "")
    assert "--force replaces it" in err
    assert page.read_text(encoding="utf-8") == "mine"
    assert call("report", str(graph), "-o", str(page), "--force")[0] == 0


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("page.pdf", "page.pdf has no ending of a page: .html is known"),
        ("nowhere/page.html", "there is no folder"),
        (None, "Missing option '-o'"),
    ],
)
def test_where_no_page_can_be_written(call, graph, tmp_path, path, told):
    status, out, err = call("report", str(graph), *(["-o", str(tmp_path / path)] if path else []))
    assert (status, out) == (2, "")
    assert told in err


def test_a_graph_too_large_says_what_to_do(call, tmp_path):
    lines = ["x0 = 1", *(f"x{i + 1} = x{i} + 1" for i in range(2000))]
    status, _, err = call("report", "-e", "\n".join(lines), "-o", str(tmp_path / "page.html"))
    assert status == 2
    assert "a picture has room for 2,000 nodes; there are 2,001" in err
    assert "--node" in err
    assert not (tmp_path / "page.html").exists()


def test_a_graph_in_place_is_titled_by_its_output(call, tmp_path):
    page = tmp_path / "page.html"
    assert call("report", "-e", "x = 3; y = x^2", "-o", str(page))[0] == 0
    assert "<h1>Computational graph of y</h1>" in page.read_text(encoding="utf-8")
