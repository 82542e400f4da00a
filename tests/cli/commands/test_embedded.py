"""Pictures and pages that other commands print: `explain --picture --math`, `quiz --format html`."""

import pytest

from backcalc.render.pictures.targets import TARGETS


def test_markdown_has_the_picture_and_mathematics_where_asked(call):
    command = ["explain", "network-a.bg", "--format", "markdown"]
    status, plain, err = call(*command)
    assert (status, err) == (0, "")
    assert "- `∂L/∂u1 = ∂L/∂v1 · ∂v1/∂u1 = (10)(3) = 30`" in plain
    assert "mermaid" not in plain
    status, picture, _ = call(*command, "--picture")
    assert picture.startswith("```mermaid\nflowchart LR\n")
    assert picture.endswith("```\n\n" + plain)
    status, math, _ = call(*command, "--math")
    assert r"- $\frac{\partial L}{\partial u_{1}} = \frac{\partial L}{\partial v_{1}} \cdot" in math
    assert "- $o = 0.1$ (given)" in math
    assert "`" not in math
    assert math.count("$") % 2 == 0


@pytest.mark.parametrize("option", ["--picture", "--math"])
def test_they_are_for_markdown(call, option):
    status, _, err = call("explain", "network-a.bg", option)
    assert status == 2
    assert f"{option} is for Markdown: --format markdown" in err


def test_the_picture_in_markdown_is_read_back(call, tmp_path):
    _, text, _ = call("explain", "network-a.bg", "--format", "markdown", "--picture")
    path = tmp_path / "graph.mmd"
    path.write_text(text[: text.index("## ")], encoding="utf-8")
    assert call("run", str(path), "--get", "dL/dx1")[1] == "-100\n"


def test_an_exercise_is_a_page(call):
    command = ["quiz", "--seed", "3", "--format", "html"]
    status, page, err = call(*command)
    assert (status, err) == (0, "")
    assert page.startswith(f"{TARGETS['.html'].mark}\n<!doctype html>")
    assert "<h1>Exercise</h1>" in page
    assert "backcalc quiz --kind edges" in page
    assert call(*command)[1] == page


@pytest.mark.parametrize("kind", ["expressions", "vectors", "sigmoid", "recurrent"])
def test_exercises_of_each_kind_are_pages(call, kind):
    status, page, _ = call("quiz", "--kind", kind, "--seed", "1", "--format", "html")
    assert status == 0
    assert 'id="data"' in page


@pytest.mark.parametrize("shown", [("--format", "html"), ("--format", "graph"), ()])
def test_a_page_and_a_file_have_their_key(call, shown):
    status, _, err = call("quiz", *shown, "--key")
    assert status == 2
    assert "drop --key" in err
