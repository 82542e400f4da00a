"""The package as a library."""

from __future__ import annotations

import copy
import inspect
import io
import pickle
import subprocess
import sys
from html.parser import HTMLParser
from math import exp, isnan, pi
from pathlib import Path
from types import SimpleNamespace

import pytest

import backcalc
from backcalc.bulk.graph.run import LargeRun
from backcalc.calculus.run import run
from backcalc.language.expr import Name
from backcalc.render.reports.run_json import render_json
from backcalc.text import errors

NEURON = "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2\n"
POINT = {"w": 0.5, "x": 2, "b": -1, "z": 1}


def test_all_is_what_there_is():
    assert backcalc.__all__ == sorted(backcalc.__all__)
    assert set(backcalc.__all__) <= set(dir(backcalc))
    assert all(getattr(backcalc, name).__doc__ for name in backcalc.__all__)
    classes = {name for name, found in inspect.getmembers(errors, inspect.isclass) if issubclass(found, Exception)}
    assert classes <= set(backcalc.__all__)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = backcalc.nothing


def test_the_package_says_that_it_is_typed():
    assert (Path(backcalc.__file__).parent / "py.typed").is_file()


def test_the_example_of_the_package_is_true():
    assert 'backcalc.parse("y = x^2").run(at={"x": 3}).gradient\n{\'x\': 6.0}' in backcalc.__doc__
    assert backcalc.parse("y = x^2").run(at={"x": 3}).gradient == {"x": 6.0}


def test_the_neuron():
    result = backcalc.parse(NEURON).run(at=POINT)
    assert (result.output, result.value) == ("J", 0.125)
    assert result.gradient == {"w": -0.25, "x": -0.0625, "b": -0.125, "z": 0.5}
    assert list(result.nodes) == ["w", "x", "b", "v", "y", "z", "J"]
    assert result.nodes["y"] == backcalc.NodeResult("y", "expression", 0.5, -0.5, {})
    assert result.nodes["w"].kind == "input"
    assert result.warnings == ()


def test_what_is_not_known_is_none():
    result = backcalc.parse("u -> v : 3").run()
    assert (result.value, result.gradient) == (None, {"u": 3.0})
    assert result.nodes["u"].value is None


def test_forward_mode():
    result = backcalc.parse(NEURON).run(at=POINT, mode="forward", wrt=["w", "z"])
    assert result.gradient == {"w": -0.25, "z": 0.5}
    assert result.nodes["J"].tangents == {"w": -0.25, "z": 0.5}
    assert result.nodes["J"].adjoint is None


RUNS = [
    ({"of": "y"}, {"w": 0.5, "x": 0.125, "b": 0.25, "z": 0.0}),
    ({"wrt": ["b"]}, {"b": -0.125}),
    ({"wrt": "b"}, {"b": -0.125}),
    ({"wrt": "b, y"}, {"b": -0.125, "y": -0.5}),
    ({"wrt": ("v", "v")}, {"v": -0.125}),
]


@pytest.mark.parametrize(("options", "gradient"), RUNS)
def test_of_and_wrt(options, gradient):
    assert backcalc.parse(NEURON).run(at=POINT, **options).gradient == gradient


AT = [(2, 2.0), (2.5, 2.5), ("pi/4", pi / 4), ("-1/0.1", -10.0), ("1e3", 1000.0), (float("inf"), float("inf"))]


@pytest.mark.parametrize(("given", "value"), AT)
def test_a_point_of_numbers_or_constant_expressions(given, value):
    assert backcalc.parse("y = x").run(at={"x": given}).value == value


def test_numpy_numbers_are_numbers():
    numpy = pytest.importorskip("numpy")
    assert backcalc.parse("y = 2*x").run(at={"x": numpy.float64(1.5)}).value == 3.0


def test_a_graph_runs_at_many_points():
    graph = backcalc.parse("y = x^2")
    assert [graph.run(at={"x": x}).gradient["x"] for x in range(3)] == [0.0, 2.0, 4.0]


def test_arrays_of_points():
    numpy = pytest.importorskip("numpy")
    found = backcalc.parse(NEURON).run_points({"x": [2, 3], "z": numpy.array([1, 0])}, at={"w": 0.5, "b": -1})
    assert found.output == "J"
    assert found.value.tolist()[0] == 0.125
    assert list(found.gradient) == ["x", "z"]
    assert [found.gradient[name][0] for name in ("x", "z")] == [-0.0625, 0.5]
    assert found.value[1] == pytest.approx(1 / (1 + exp(-0.5)) ** 2 / 2, rel=1e-15)


def test_points_of_vectors_and_other_options():
    graph = backcalc.parse("input v[2]\ny = w*v[0]*v[1]\nz = 2*y")
    found = graph.run_points({"v": [[2, 3], [4, 5], [6, 7]]}, at={"w": "1/2"}, of="y", wrt="w, v")
    assert found.value.tolist() == [3, 10, 21]
    assert found.gradient["w"].tolist() == [6, 20, 42]
    assert found.gradient["v"].tolist() == [[1.5, 1], [2.5, 2], [3.5, 3]]


def test_the_library_takes_the_array_way_as_the_command_does(tmp_path):
    """Same results, in a time near the command's, over a list that is large: objects alone take some times as long."""
    size = 200_000
    path = tmp_path / "edges.txt"
    path.write_text("".join(f"x{i % 997},n{i},{i % 7 - 3}\nn{i},L,0.5\n" for i in range(size // 2)))
    graph = backcalc.load(path)
    result = graph.run()
    assert isinstance(result.run, LargeRun)
    plain = run(graph.objects, {})
    assert (result.output, result.value) == ("L", plain.value)
    assert result.gradient == plain.gradient
    assert list(result.nodes) == list(plain.graph.index)
    found = result.nodes["n12345"]
    i = plain.graph.index["n12345"]
    assert (found.kind, found.value, found.adjoint) == ("edges", plain.values[i], plain.adjoints[i])
    assert graph.inputs == plain.graph.inputs
    assert "\n".join(render_json(result.run)) == "\n".join(render_json(plain))


def test_a_large_text_falls_back_on_objects():
    text = "y = a*b\n" + "# a comment that fills the text\n" * 2000
    graph = backcalc.parse(text)
    assert graph.run().gradient["a"] == Name("b", graph.run().gradient["a"].span)  # Formulas are none of arrays.
    assert graph.run({"a": 2, "b": 3}).gradient == {"a": 3, "b": 2}
    assert graph.run({"a": 2, "b": 3}, mode="forward").gradient == {"a": 3, "b": 2}
    with pytest.raises(backcalc.BuildError):
        backcalc.parse(text + "y = 2\n")


@pytest.mark.parametrize("mode", ["reverse", "forward"])
@pytest.mark.parametrize("send", [copy.deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_graphs_and_results_travel(send, mode):
    graph = backcalc.parse(NEURON)
    result = graph.run(at=POINT, mode=mode, wrt=["w", "z"])
    assert send(graph).run(at=POINT).gradient == graph.run(at=POINT).gradient
    assert (send(result).gradient, send(result).table()) == (result.gradient, result.table())
    assert send(result.nodes["J"]) == result.nodes["J"]
    large = backcalc.parse("".join(f"x{i},x{i + 1},0.5\n" for i in range(5000))).run()
    assert send(large).gradient == large.gradient
    loss = backcalc.parse("h = w*x\nadjoint h = 2").run({"w": 3, "x": 1})
    assert send(loss).gradient == loss.gradient == {"w": 2, "x": 6}


def test_a_whole_number_loads_no_numpy():
    code = "import sys, backcalc; backcalc.parse('y = x').run({'x': 3}); print('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"False\n"


def test_what_a_prompt_shows_is_short():
    assert repr(backcalc.parse("y = 3*x").run({"x": 2})) == "<Result y = 6, ∂y/∂x = 3>"
    many = "y = " + " + ".join(f"x{i}" for i in range(9))
    assert repr(backcalc.parse(many).run({f"x{i}": 1 for i in range(9)})).endswith("∂y/∂x3 = 1, … 5 more>")
    assert repr(backcalc.parse("y = x")) == "<Graph <text>: 2 nodes>"


def test_a_prompt_makes_the_gradient_once():
    calls = []

    class Watched(SimpleNamespace):
        @property
        def gradient(self):
            calls.append(1)
            return dict.fromkeys("abc", 1.0)

    assert repr(backcalc.Result(Watched(output="y", value=1.0))).endswith("∂y/∂c = 1>")
    assert calls == [1]  # A graph may have a million inputs.


def test_a_notebook_shows_the_diagnostic_and_the_warnings():
    with pytest.raises(backcalc.ParseError) as caught:
        backcalc.parse("y = 2x")
    assert caught.value._render_traceback_() == str(caught.value).split("\n")
    html = backcalc.parse("y = log(x)").run({"x": -1})._repr_html_()
    assert html.startswith("<pre>&lt;text&gt;:1:5: warning:")


WORDS = [
    (lambda: backcalc.parse("y = x\nz = x").run({"x": 1}), 'choose one by of="z"'),
    (lambda: backcalc.parse("y = x").run({"x": 1}, of="q"), "of: error: the graph has no node"),
    (lambda: backcalc.parse("y = x").run({"x": 1}, wrt=["q"]), "wrt: error: the graph has no node"),
    (lambda: backcalc.parse("y = x").run({"q": 1}), "at: error: the graph has no input"),
    (lambda: backcalc.parse("y = x").run_points({"q": [1]}), "points: error: the graph has no input"),
    (lambda: backcalc.parse("y = x").run_points({"x": [1]}, at={"q": 1}), "at: error: the graph has no input"),
    (lambda: backcalc.parse("y = x").run(along={}), 'their changes: along={"x": 0.1}'),
    (lambda: backcalc.parse("y = x*z").run(along={"x": 1}, wrt="z"), "drop wrt, or along"),
    (lambda: backcalc.parse("y = x").run("x=1"), 'it is written at={"x": 1}'),
    (lambda: backcalc.parse("y = x").run(along=["x"]), 'it is written along={"x": 1}'),
    (lambda: backcalc.parse("y = x").run_points([1, 2]), 'points are written {"x": [1, 2, 3]'),
    (lambda: backcalc.parse("1 2 3").run(of=4), "of: error: the graph has no node `4`"),
    (lambda: backcalc.parse("y = x*z").run_points({"x": [1]}), 'give it by at={"z": 1}, or'),
    (lambda: backcalc.parse("adjoint y = 2\ny = x").run_points({"x": [1]}), "run_points of many"),
    (lambda: backcalc.parse("adjoint y = 2\ny = x").run({"x": 1}, mode="forward"), 'mode="forward" of a node'),
    (lambda: backcalc.parse("y = x\nz = x\noutput y\noutput z"), "`of` asks for another"),
]  # fmt: skip


@pytest.mark.parametrize(("act", "words"), WORDS)
def test_errors_speak_of_arguments_and_of_no_option(act, words):
    with pytest.raises(backcalc.BackcalcError) as caught:
        act()
    assert words in str(caught.value)
    assert "--" not in str(caught.value)


def test_nodes_called_by_numbers_may_be_given_as_numbers():
    graph = backcalc.parse("1 2 0.5\n2 3 4")
    assert graph.run(of=3, wrt=[1, 2]).gradient == {"1": 2.0, "2": 4.0}


def test_a_picture_needs_no_output():
    assert "∂" not in backcalc.parse("y = 2*x\nz = 3*x").draw({"x": 1}).scene.description


def test_load_reads_a_file_by_text_or_path(tmp_path):
    path = tmp_path / "y.bg"
    path.write_bytes(b"\xef\xbb\xbfy = 3*x\r\n")
    assert backcalc.load(path).run(at={"x": 2}).value == 6.0
    assert backcalc.load(str(path)).run(at={"x": 2}).value == 6.0


FAILING = [
    (backcalc.ReadError, lambda: backcalc.load("nowhere.bg"), "nowhere.bg: error: cannot read the file"),
    (backcalc.ParseError, lambda: backcalc.parse("y = 2x"), "<text>:1:6: error: unexpected `x`"),
    (backcalc.ParseError, lambda: backcalc.parse("y = 2x", name="cell 3"), "cell 3:1:6: error"),
    (backcalc.BuildError, lambda: backcalc.parse("y = sni(x)"), "<text>:1:5: error: unknown function `sni`"),
    (backcalc.EvaluateError, lambda: backcalc.parse("y = x").run(at={"x": "q"}), "at, `x`:1:1: error: `q`"),
    (backcalc.EvaluateError, lambda: backcalc.parse("y = x").run(at={"x": "1+"}), "at, `x`:1:3: error: something"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"z": 1}), "the graph has no input `z`"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"x": [[1], []]}), "the value of `x` is no"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"x": None}), "the value of `x` is no number"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"x": 10**400}), "the value of `x` is no number"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"x": 1}, of="z"), "the graph has no node `z`"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(at={"x": 1}, wrt="z"), "the graph has no node `z`"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({None: [[1], [2, 3]]}), "the points of `None`"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({}), "there are no points"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({"x": []}), "there are no points"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({"x": 1}), "the points of `x` are no numbers"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({"x": ["a"]}), "the points of `x` are no numbers"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run_points({"q": [1]}), "the graph has no input `q`"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x*z").run_points({"x": [1], "z": [1, 2]}), "2 of `z`"),
    (backcalc.EvaluateError, lambda: backcalc.parse("y = x*z").run_points({"x": [1]}), "the input `z` has no value"),
    (backcalc.UsageError, lambda: backcalc.parse("y = x").run(mode="back"), "mode: error: there is no mode 'back'"),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "act", "message"), FAILING)
def test_errors_carry_their_diagnostics(kind, act, message):
    with pytest.raises(kind) as caught:
        act()
    error = caught.value
    assert type(error) is kind
    assert issubclass(kind, backcalc.BackcalcError)
    assert message in str(error)
    assert all(isinstance(diagnostic, backcalc.Diagnostic) for diagnostic in error.diagnostics)
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_warnings_are_data():
    result = backcalc.parse("u -> v : 3\nu -> v : 2\ny = log(x)*v\nv = 1").run(at={"x": -1})
    assert [warning.code for warning in result.warnings] == ["duplicate-edge", "domain"]
    assert isnan(result.value)


def test_the_table_is_what_a_pipe_gets(tmp_path):
    path = tmp_path / "neuron.bg"
    path.write_text(NEURON, encoding="utf-8")
    result = backcalc.load(path).run(at=POINT)
    command = [sys.executable, "-c", "from backcalc.cli import main; main()", "run", str(path)]
    point = ",".join(f"{name}={value}" for name, value in POINT.items())
    piped = subprocess.run([*command, "--at", point], capture_output=True, text=True, encoding="utf-8", check=True)
    assert piped.stdout == f"{result.table()}\n" == f"{result}\n"


def test_the_table_has_the_digits_asked_for():
    result = backcalc.parse("y = x/3").run(at={"x": 1})
    assert "0.333  " in result.table(digits=3)
    assert "0.333333  " in result.table()


class Cells(HTMLParser):
    """The texts of the cells of a page; a tag that no table of ours has is an error."""

    def __init__(self):
        super().__init__()
        self.cells, self.tags = [], set()

    def handle_starttag(self, tag, _attrs):
        self.tags.add(tag)
        if tag in ("td", "th"):
            self.cells.append("")

    def handle_data(self, data):
        self.cells[-1] += data


def test_a_notebook_gets_a_table_with_everything_escaped():
    page = Cells()
    html = backcalc.parse("y = if a < b and b > 0 then a else b").run(at={"a": 1, "b": 2})._repr_html_()
    page.feed(html)
    assert page.tags == {"img", "table", "thead", "tbody", "tr", "th", "td"}
    assert [cell.strip() for cell in page.cells[:8]] == ["node", "formula", "value", "∂y/∂node", "a", "input", "1", "1"]
    assert "if a < b and b > 0 then a else b" in page.cells
    assert "a < b" not in html


def test_importing_the_package_prints_nothing_and_loads_no_heavy_module():
    code = "import sys, backcalc; print(sorted({'rich', 'numpy', 'click'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_result_can_be_printed_where_there_is_no_screen():
    print(backcalc.parse("y = 2*3").run(), file=(out := io.StringIO()))
    assert out.getvalue() == "node  formula  value  ∂y/∂node\ny     2*3          6         1\n"
