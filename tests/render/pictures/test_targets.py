"""Pictures in the words of other programs: DOT and Mermaid are read back, TikZ compiles, PNG is marked as ours."""

import math
import re
import shutil
import struct
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.analysis.samples import sample, samples
from backcalc.render.pictures.mermaid import RESERVED
from backcalc.render.pictures.scene import around, at_step, scene, with_paths
from backcalc.render.pictures.targets import TARGETS, data_of, lines_of

READ = (".dot", ".mmd")
FULL = 17  # Digits that tell every float64 from all others.

NAMES = st.one_of(
    st.sampled_from(
        [
            "x",
            "h'",
            "σ1",
            "β̂",
            "weight",
            "node",
            "edge",
            "strict",
            "digraph",
            "TB",
            "o",
            "end_",
            "W_1",
            "7",
            "12",
            *RESERVED,
        ]
    ),
    st.integers(0, 30).map(lambda i: f"n{i}"),
)


@st.composite
def graphs(draw):
    """Edges of a random DAG, each from a node to a later one, with their partials."""
    names = draw(st.lists(NAMES, min_size=2, max_size=9, unique=True))
    numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: x + 0.0)
    edges = {}
    for head in range(1, len(names)):
        for tail in draw(st.sets(st.integers(0, head - 1), min_size=1, max_size=3)):
            edges[names[tail], names[head]] = draw(numbers)
    return edges


def drawn(text, ending, *, digits=FULL, top_down=False, lit=(), at=None):
    found = scene(backcalc.parse(text).run(at or {}, of=None).run, digits)
    found = with_paths(found, lit) if lit else found
    return "\n".join([TARGETS[ending].mark, *lines_of(ending, found, top_down=top_down)]) + "\n"


def read_back(text, ending):
    """The edges that `run` would read, with their partials."""
    graph = backcalc.parse(text, f"graph{ending}").objects
    return {
        (edge.tail, node.name): edge.partial.value if hasattr(edge.partial, "value") else -edge.partial.args[0].value
        for node in graph.nodes
        for edge in node.incoming
    }


def stated(edges):
    """The edges in the language; the last node is the output, whatever else nobody uses."""
    last = list(edges)[-1][1]
    return "\n".join(f"{tail} -> {head} : {partial!r}" for (tail, head), partial in edges.items()) + f"\noutput {last}"


@pytest.mark.parametrize("ending", READ)
@given(edges=graphs(), top_down=st.booleans())
@settings(max_examples=60)
def test_what_is_written_is_read_back_edge_by_edge(ending, edges, top_down):
    names = {name for edge in edges for name in edge}
    if any(map(_is_reserved, names)):  # Words of the language itself, or of Mermaid, have tests of their own.
        edges = {(_plain(tail), _plain(head)): partial for (tail, head), partial in edges.items()}
    lit = [next(iter(edges))[0]]
    for each in ((), lit):
        assert read_back(drawn(stated(edges), ending, top_down=top_down, lit=each), ending) == edges


def _plain(name):
    return f"x{name}" if _is_reserved(name) else name


def _is_reserved(name):
    return re.split(r"[^A-Za-z0-9_]", name)[0] in RESERVED


@pytest.mark.parametrize("name", ["end", "graph", "style", "class", "subgraph", "click", "_top", "href"])
def test_a_name_that_mermaid_keeps_for_itself_has_an_underscore_there(name):
    assert read_back(drawn(f"{name} -> y : 2", ".mmd"), ".mmd") == {(f"{name}_", "y"): 2}
    both = drawn(f"{name} -> y : 2\n{name}_ -> y : 3", ".mmd")
    assert sorted(read_back(both, ".mmd").values()) == [2, 3]
    assert read_back(drawn(f"{name} -> y : 2", ".dot"), ".dot") == {(name, "y"): 2}


@pytest.mark.parametrize(
    ("name", "there"), [("end'", "end_'"), ("styleσ", "style_σ"), ("ends'", "ends'"), ("σend", "σend")]
)
def test_a_word_of_mermaid_ends_before_a_sign_that_is_no_letter_of_ascii(name, there):
    assert read_back(drawn(f"{name} -> y : 2", ".mmd"), ".mmd") == {(there, "y"): 2}


@pytest.mark.parametrize("ending", READ)
@pytest.mark.parametrize("name", ["lattice", "network-a", "network-b", "neuron", "unit", "newton"])
def test_a_sample_drawn_has_the_same_derivatives(ending, name):
    at = {"lattice": {"x": 1}, "neuron": {"w": 0.5, "x": 2, "b": -1, "z": 1}}.get(name, {})
    before = backcalc.parse(sample(name).text).run(at)
    after = backcalc.parse(drawn(sample(name).text, ending, at=at)).run(of=before.output)
    for wrt, value in before.gradient.items():
        assert math.isclose(after.gradient[wrt], value, rel_tol=1e-9, abs_tol=1e-12)


def _scalar_samples():
    """The samples whose edges are numbers, with their results."""
    points = {"lattice": {"x": 1}, "neuron": {"w": 0.5, "x": 2, "b": -1, "z": 1}}
    for each in samples():
        found = backcalc.parse(each.text).run(points.get(each.name, {}))
        if all(not arrow.flows or isinstance(arrow.partial, float) for arrow in scene(found.run).arrows):
            yield pytest.param(found, id=each.name)


@pytest.mark.parametrize("ending", READ)
@pytest.mark.parametrize("found", list(_scalar_samples()))
def test_every_sample_of_numbers_is_read_back_with_its_output(ending, found):
    """With all digits and nothing said of the output: mazur has three sinks, black-scholes two."""
    text = "\n".join(lines_of(ending, scene(found.run, FULL)))
    after = backcalc.parse(text, f"graph{ending}").run()
    assert after.output == found.output
    before = dict(zip((node.name for node in found.run.graph.nodes), found.run.adjoints, strict=True))
    again = dict(zip((node.name for node in after.run.graph.nodes), after.run.adjoints, strict=True))
    # From constants nothing flows there, and what has no edge at all is in no edge list.
    read = {name for name in again if not found.run.graph.is_fixed(name)}
    assert read >= {edge.tail for node in after.run.graph.nodes for edge in node.incoming if edge.tail in read}
    assert {*found.gradient} <= read
    for name in read:
        assert math.isclose(again[name], before[name], rel_tol=1e-12, abs_tol=1e-300), name


@pytest.mark.parametrize("ending", READ)
@pytest.mark.parametrize("name", ["L", "graph", "output", "σ1"])
def test_the_output_is_read_back_whatever_it_is_called(ending, name):
    text = f"input x = 2\n{name} = x^2\nz = 3*{name}"
    written = "\n".join(lines_of(ending, scene(backcalc.parse(text).run(of=name).run, FULL)))
    after = backcalc.parse(written).run()
    assert (after.output, after.gradient) == (name + "_" * (ending == ".mmd" and name in RESERVED), {"x": 4})


@pytest.mark.parametrize("ending", READ)
def test_an_output_that_is_not_drawn_is_not_stated(ending):
    found = around(scene(backcalc.parse("a -> b : 2\nb -> c : 3\nc -> d : 5").run().run), "a", 1)
    assert "output" not in "\n".join(lines_of(ending, found))


SEEDED = [
    "input x = 2; h = 3*x; adjoint h = 0.5",
    "input x = 2; h1 = 3*x; h2 = x^2; adjoint h1 = 0.5; adjoint h2 = -1.25",
    "input x = 2; h1 = 3*x; h2 = x*h1; adjoint h1 = 1/3; adjoint h2 = -2",
    "x -> y : 3; y -> z : 5; adjoint y = 2; adjoint x = 7; adjoint z = 0",
]


@pytest.mark.parametrize("ending", READ)
@pytest.mark.parametrize("text", SEEDED)
def test_a_loss_outside_is_read_back_with_the_same_adjoints(ending, text):
    before = backcalc.parse(text.replace("; ", "\n")).run()
    after = backcalc.parse("\n".join(lines_of(ending, scene(before.run, FULL))), f"graph{ending}").run()
    assert after.output == before.output == "L"
    assert after.gradient == before.gradient
    for node, adjoint in zip(before.run.graph.nodes, before.run.adjoints, strict=True):
        assert after.run.adjoints[after.run.graph.index[node.name]] == adjoint


@pytest.mark.parametrize("ending", READ)
def test_a_part_of_it_has_the_adjoints_stated_there_alone(ending):
    before = backcalc.parse("x -> y : 3\ny -> z : 5\nz -> q : 1\nadjoint z = 2\nadjoint x = 7").run()
    after = backcalc.parse("\n".join(lines_of(ending, around(scene(before.run, FULL), "x", 1))), f"graph{ending}").run()
    assert (after.output, after.gradient) == ("L", {"x": 7})


@pytest.mark.parametrize("ending", READ)
def test_adjoints_that_are_arrays_are_refused_when_read_back(ending):
    found = scene(backcalc.parse(sample("vectors").text).run().run)
    with pytest.raises(backcalc.BackcalcError, match="no number as its local partial"):
        backcalc.parse("\n".join(lines_of(ending, found)), f"graph{ending}")


@pytest.mark.parametrize("ending", READ)
def test_a_partial_that_is_not_known_yet_is_not_zero(ending):
    """After one step of six no edge has a number: what is read back must say so, not give a derivative 0."""
    found = at_step(scene(backcalc.parse("input x = 3\ny = x^2\nz = 5*y").run().run), 1)
    text = "\n".join(lines_of(ending, found))
    assert "x" in text
    with pytest.raises(backcalc.BackcalcError, match="this edge has no number as its local partial"):
        backcalc.parse(text)


@pytest.mark.parametrize("ending", READ)
def test_from_a_constant_nothing_flows(ending):
    text = "const t = 2\ninput x = 3\ny = x*t\nL = (y - t)^2"
    after = backcalc.parse(drawn(text, ending)).run()
    assert after.gradient == {"x": 16, "t": 0}


@pytest.mark.parametrize(
    ("text", "labels"),
    [
        ("input x = [1, 2]; h = 2*x; L = sum(h)", ['"[2×2]"', '"[1, 1]"']),
        ("input x = [1, 2, 3, 4]; L = sum(x^2)", ['"[4]"']),
        ("input x = 3; L = -2*x + 1e-9*x^2", ["-2"]),
        ("input x[2]; L = sum(x^2)", ['"2*x"']),
    ],
)
def test_mermaid_takes_no_brackets_in_a_label_without_quotes(text, labels):
    """Of a text between bars its grammar takes no bracket, but a text in quotes."""
    assert re.findall(r"-->\|(.*)\|", drawn(text, ".mmd", digits=6)) == labels


def test_numbers_in_quotes_are_read_back():
    text = drawn("u -> v : 3\nv -> w : -1e-05", ".mmd")
    quoted = re.sub(r"\|(.*)\|", r'|"\1"|', text)
    assert quoted.count('"|') == 2
    assert read_back(quoted, ".mmd") == read_back(text, ".mmd") == {("u", "v"): 3, ("v", "w"): -1e-5}


def test_a_formula_stands_in_quotes():
    assert '|"2*x"|' in drawn("y = x^2", ".mmd")
    assert 'x["x<br/>∂y/∂x = 2*x"]' in drawn("y = x^2", ".mmd")
    assert "#lt;" in drawn("y = if x < 0 then x else 2*x", ".mmd", at={"x": 1})


# ---- TikZ and PNG ----------------------------------------------------------------------------------------------------


def _has_tikz():
    found = shutil.which("kpsewhich") and subprocess.run(["kpsewhich", "tikz.sty"], capture_output=True, check=False)
    return bool(found and found.stdout and shutil.which("pdflatex"))


@pytest.mark.skipif(not _has_tikz(), reason="pdflatex with TikZ is not installed")
@pytest.mark.parametrize("top_down", [False, True])
def test_tikz_compiles(tmp_path, top_down):
    texts = {
        "lattice": (sample("lattice").text, {"x": 1}),
        "signs": ("σ1 = x_1^2*{0}\ny' = sqrt(σ1)/2 + λ".replace("{0}", "x_1"), {}),
        "arrays": (sample("attention").text, {}),
    }
    for name, (text, at) in texts.items():
        (tmp_path / f"{name}.tex").write_text(drawn(text, ".tex", digits=6, top_down=top_down, at=at), encoding="utf-8")
        command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", f"{name}.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
        assert done.returncode == 0, done.stdout[-1500:]
        assert "(1 page" in done.stdout


def test_tikz_has_every_box_and_link():
    text = drawn(sample("network-a").text, ".tex")
    found = scene(backcalc.parse(sample("network-a").text).run().run)
    assert text.count("rounded corners") == len(found.cards)
    assert text.count(r"\draw[-latex") == len(found.arrows)


def test_a_png_is_one_and_says_whose_it_is():
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    data = data_of(".png", scene(backcalc.parse("u -> v : 3").run().run))
    assert data.startswith(b"\x89PNG\r\n\x1a\n")
    assert TARGETS[".png"].mark.encode() in data[:100]
    assert data.endswith(b"IEND\xaeB`\x82")


def test_a_png_of_many_boxes_has_no_more_pixels_than_memory_takes(monkeypatch):
    """A side of the picture may be 30,000 pixels: four bytes each, twice as many each way, would be gigabytes."""
    pytest.importorskip("resvg_py", reason="resvg-py is not installed")
    found = scene(backcalc.parse("\n".join(f"x{i} -> x{i + 1} : 3" for i in range(8))).run().run)

    def size():
        width, height = struct.unpack(">II", data_of(".png", found)[16:24])
        return width * height, width / height

    pixels, shape = size()
    monkeypatch.setattr("backcalc.render.pictures.png.MOST_PIXELS", pixels // 3)
    fewer, same = size()
    assert pixels / 4 < fewer < 1.02 * pixels / 3  # Sides are rounded.
    assert same == pytest.approx(shape, rel=0.02)


@pytest.mark.parametrize("ending", READ)
def test_an_output_without_an_arrow_is_not_told_to_who_reads_arrows(ending):
    assert read_back(drawn("input a = 1\nb -> c : 2\noutput a", ending), ending) == {("b", "c"): 2}
