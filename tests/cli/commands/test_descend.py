"""`backcalc descend`: the exercises, and what each option does, against loops written by hand."""

import csv
import io
import json
import math
import re

import numpy as np
import pytest
from effort import calls
from rows import TABLE

from backcalc.analysis.descend import Settings, descend
from backcalc.analysis.new_defaults import with_defaults
from backcalc.analysis.objective import Objective
from backcalc.calculus.load import load
from backcalc.language.parser import parse
from backcalc.text.source import Source

AT = "w=0.5,x=2,b=-1,z=1"
NEURON = ["descend", "neuron.bg", "--at", AT, "--wrt", "w,b"]
LINES = ["descend", "lines.bg", "--data", "lines.csv", "--wrt", "w1,w2,b", "--every", "10000"]
SINGLE = """
y = sigmoid(w1*x1 + w2*x2 + w3*x3 + w4*x4 + b)
L = cross_entropy(y, z)
"""


def found(call, *arguments, stdin=""):
    status, out, _ = call(*arguments, "--format", "json", stdin=stdin)
    return status, json.loads(out)


def by_hand(steps, rate, w=0.5, b=-1.0, x=2.0, z=1.0):
    """The parameters and the loss after so many updates of the neuron, the update rule as the exercise has it."""
    for _ in range(steps):
        y = 1 / (1 + np.exp(-(w * x + b)))
        w, b = w - rate * (y - z) * y * (1 - y) * x, b - rate * (y - z) * y * (1 - y)
    return w, b, (1 / (1 + np.exp(-(w * x + b))) - z) ** 2 / 2


def test_exercise_1_has_the_update_rule_and_the_iteration(call):
    status, out, err = call(*NEURON, "--rate", "0.1")
    assert (status, err) == (0, "")
    assert "w − η·(y − z)·y·(1 − y)·x" in out
    assert "b − η·(y − z)·y·(1 − y)" in out
    _, steps = found(call, *NEURON, "--rate", "0.1")
    assert [step["step"] for step in steps["steps"]] == list(range(21))
    w, b, loss = by_hand(20, 0.1)
    last = steps["steps"][-1]
    assert (last["at"]["w"], last["at"]["b"], last["value"]) == pytest.approx((w, b, loss), rel=1e-12)
    assert steps["status"] == "steps"
    assert steps["steps"][0]["gradient_norm"] == pytest.approx(math.hypot(0.25, 0.125))


def test_exercise_3_a_hidden_layer_gets_below_a_tenth(call):
    status, steps = found(call, *LINES, "--rate", "20", "--steps", "2000", "--until", "0.1")
    assert (status, steps["status"]) == (0, "target")
    assert steps["steps"][-1]["value"] <= 0.1


@pytest.mark.parametrize("start", ["w1=0,w2=0,w3=0,w4=0,b=0", "w1=1,w2=-2,w3=0.5,w4=3,b=-1"])
def test_exercise_3_a_single_unit_stays_at_ln_2(start, call, tmp_path):
    graph = tmp_path / "single.bg"
    graph.write_text(SINGLE)
    arguments = ["descend", str(graph), "--data", "lines.csv", "--at", start, "--steps", "3000", "--rate", "1"]
    _, steps = found(call, *arguments)
    values = [step["value"] for step in steps["steps"]]
    assert min(values) >= math.log(2) - 1e-12
    assert values[-1] == pytest.approx(math.log(2), abs=1e-6)


def test_momentum_is_polyaks(call):
    w, v = 1.0, 0.0
    for _ in range(5):
        v = 0.9 * v + 2 * w
        w -= 0.1 * v
    _, steps = found(call, "descend", "--at", "w=1", "--momentum", "0.9", "--steps", "5", stdin="J = w^2")
    assert steps["steps"][-1]["at"]["w"] == pytest.approx(w, rel=1e-12)


def test_adam_is_that_of_its_paper(call):
    w, m, v = 1.0, 0.0, 0.0
    for t in range(1, 8):
        g = 2 * w
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
        w -= 0.1 * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
    _, steps = found(call, "descend", "--at", "w=1", "--method", "adam", "--steps", "7", stdin="J = w^2")
    assert steps["steps"][-1]["at"]["w"] == pytest.approx(w, rel=1e-12)


FUNCTIONS = sorted({row.symbol for row in TABLE.values() if row.shape == "elementwise" and len(row.params) == 1})


@pytest.mark.parametrize("method", ["sgd", "adam", "lbfgs"])
@pytest.mark.parametrize("function", [each for each in FUNCTIONS if each.isidentifier() and each != "not"])
def test_numbers_descend_as_vectors_of_one_element_do(function, method, call):
    if method == "lbfgs":
        pytest.importorskip("scipy")
    ends = []
    for declared, formula, at in (
        ("input x", f"y = {function}(x) + x^2", "x=0.6"),
        ("input x[1]", f"y = sum({function}(x) + x^2)", "x=[0.6]"),
    ):
        more = ["--method", method, "--momentum", "0.5"] if method == "sgd" else ["--method", method]
        status, steps = found(call, "descend", "--at", at, *more, "--steps", "4", stdin=f"{declared}\n{formula}")
        assert status in (0, 1)
        last = steps["steps"][-1]
        ends.append([status, *map(float, (last["value"], *np.ravel(last["at"]["x"])))])  # JSON has a text for nan.
    assert ends[0] == pytest.approx(ends[1], rel=1e-9, nan_ok=True)


def test_lbfgs_finds_the_minimum_of_rosenbrock(call):
    pytest.importorskip("scipy")
    text = "J = (1 - x)^2 + 100*(y - x^2)^2"
    status, steps = found(call, "descend", "--at", "x=-1,y=2", "--method", "lbfgs", "--steps", "200", stdin=text)
    assert (status, steps["status"]) == (0, "converged")
    assert steps["steps"][-1]["at"] == pytest.approx({"x": 1, "y": 1}, abs=1e-5)


@pytest.mark.parametrize("gtol", [1e-1, 1e-3, 1e-6])
def test_lbfgs_stops_at_the_norm_of_the_gradient(gtol, call):
    pytest.importorskip("scipy")
    rosenbrock = "input x = -1.2\ninput y = 1\nf = (1 - x)^2 + 100*(y - x^2)^2"
    steps = ["--steps", "200", "--gtol", str(gtol), "--format", "json"]
    ended = json.loads(call("descend", "--method", "lbfgs", *steps, stdin=rosenbrock)[1])
    norms = [step["gradient_norm"] for step in ended["steps"]]
    assert ended["status"] == "converged"
    assert norms[-1] <= gtol < min(norms[:-1])


@pytest.mark.parametrize(
    ("formula", "at", "least"),
    [
        ("p = sigmoid(x)\nf = -log(p) - 0*log(1 - p) + x^2/10^5", "x=-30", 8.66079816791766),
        ("f = log(x)^2", "x=50", 1),
        ("f = -log(1 - x^2) + 100*(x - 0.99)^2", "x=0", 0.9254908701695624),
        ("f = (sqrt(x) - 2)^2", "x=10000", 4),
        ("f = -(sqrt(x) - 2)^2", "x=10000", 4),
    ],
)
def test_lbfgs_steps_back_from_where_there_is_no_value(formula, at, least, call):
    pytest.importorskip("scipy")
    more = ["--method", "lbfgs", "--steps", "100", "--format", "json", *(["--maximise"] if "= -(" in formula else [])]
    found = json.loads(call("descend", "--at", at, *more, stdin=formula)[1])
    assert found["status"] == "converged"
    assert found["steps"][-1]["at"]["x"] == pytest.approx(least, rel=1e-6)


def test_lbfgs_without_scipy_says_what_to_install(call, monkeypatch):
    monkeypatch.setattr("backcalc.cli.commands.descend.find_spec", lambda _: None)
    status, _, err = call(*NEURON, "--method", "lbfgs")
    assert status == 2
    assert "pip install 'backcalc[lbfgs]'" in err


def test_it_climbs_converges_and_diverges(call):
    _, steps = found(call, "descend", "--at", "w=1", "--maximise", "--gtol", "1e-6", "--steps", "500", stdin="J = -w^2")
    assert steps["status"] == "converged"
    assert abs(steps["steps"][-1]["at"]["w"]) < 1e-6
    text = "u = w^2\nJ = exp(u)"
    status, out, _ = call("descend", "--at", "w=2", "--rate", "1", stdin=text)
    assert status == 1
    assert "Step 2 is no longer finite: `u` went first" in out or "`J` went first" in out
    assert found(call, "descend", "--at", "w=2", "--rate", "1", stdin=text)[1]["status"] == "diverged"


def test_batches_are_the_same_for_a_seed_and_end_with_all_rows(call):
    batches = [*LINES, "--rate", "1", "--steps", "7", "--batch", "2"]
    first, again = (found(call, *batches, "--seed", "3")[1] for _ in range(2))
    assert first == again
    assert first != found(call, *batches, "--seed", "4")[1]
    at = first["steps"][-1]["at"]
    options = ",".join(f"{name}={value!r}" for name, value in at.items())
    assert found(call, *LINES, "--at", options, "--steps", "0")[1]["steps"][0]["value"] == pytest.approx(
        first["steps"][-1]["value"]
    )


def test_vectors_descend_too(call, tmp_path):
    data = tmp_path / "points.csv"
    data.write_text("x[0],x[1],t\n1,0,2\n0,1,-1\n1,1,1\n")
    text = "J = (dot(w, x) - t)^2"
    _, steps = found(
        call, "descend", "-", "--data", str(data), "--at", "w=[0,0]", "--wrt", "w", "--steps", "500", stdin=text
    )
    assert steps["steps"][-1]["at"]["w"] == pytest.approx([2, -1], abs=1e-6)


def test_csv_every_and_limit(call):
    out = call(*NEURON, "--steps", "10", "--every", "4", "--format", "csv")[1]
    rows = list(csv.reader(io.StringIO(out)))
    assert rows[0] == ["step", "w", "b", "J", "gradient_norm"]
    assert [row[0] for row in rows[1:]] == ["0", "4", "8", "10"]
    assert "6 of 11 rows are left out" in call(*NEURON, "--steps", "10", "--limit", "5")[1]


def test_the_graph_written_begins_where_the_descent_ended(call, tmp_path):
    path = tmp_path / "trained.bg"
    call(*LINES, "--rate", "20", "--steps", "50", "-o", str(path))
    last = found(call, *LINES, "--rate", "20", "--steps", "50")[1]["steps"][-1]
    again = found(call, "descend", str(path), "--data", "lines.csv", "--wrt", "w1,w2,b", "--steps", "0")[1]
    assert again["steps"][0] == {**last, "step": 0}


def test_a_comment_stays_one_whatever_is_in_it(call, tmp_path):
    graph, path = tmp_path / "y.bg", tmp_path / "trained.bg"
    graph.write_text("y = (w - 1)^2  # a\u2028b = 3\fc = 4\n", encoding="utf-8")
    assert call("descend", str(graph), "--at", "w=1", "-o", str(path))[0] == 0
    assert path.read_text("utf-8").endswith(f"\ninput w = 1\n{graph.read_text('utf-8')}")


def test_defaults_are_put_where_they_belong():
    text = "input w = -1 in [-2, 2]\ninput b in [0, 1]\ninput c  # the bias\ny = w*b*c*d\n"
    assert with_defaults(Source("test", text), {"w": 1.0, "b": 0.5, "c": 2.0, "d": -3.0}) == (
        "input d = -3\ninput w = 1 in [-2, 2]\ninput b = 0.5 in [0, 1]\ninput c = 2  # the bias\ny = w*b*c*d\n"
    )


# A line that declares x, and what it is when x = 0.5.
DECLARED = {
    "input x = 1\tin [0, 2]": "input x = 0.5\tin [0, 2]",
    "input x = 1 in[0, 2]": "input x = 0.5 in[0, 2]",
    "input x = (1)in [0, 2]": "input x = 0.5 in [0, 2]",
    "input x = (1)": "input x = 0.5",
    "input x=1": "input x= 0.5",
    "input x in[0, 2]": "input x = 0.5 in[0, 2]",
    "input x = sin(1) in [sin(0), 2]  # in [3, 4]": "input x = 0.5 in [sin(0), 2]  # in [3, 4]",
    "input x = 1, z=3": "input x = 0.5, z=3",
    "input z=3, x": "input z=3, x = 0.5",
    "input z=0, x = max(1, 2), u": "input z=0, x = 0.5, u",
    "input z=3, x in [0, 1], u": "input z=3, x = 0.5 in [0, 1], u",
    "input x = 1; input z": "input x = 0.5; input z",
}


@pytest.mark.parametrize("line", DECLARED)
def test_a_default_is_put_where_it_belongs(line):
    text = with_defaults(Source("test", f"{line}\ny = x^2\n"), {"x": 0.5})
    assert text == f"{DECLARED[line]}\ny = x^2\n"
    parse(Source("test", text))


# A text with inputs that loops declare, and the same where w1 = 0.5: what one line declared goes together.
IN_LOOPS = {
    "for k in 1..2 { input w{k} = k }\n": "input w1 = 0.5\ninput w2 = 2\nfor k in 1..2 { }\n",
    "for k in 1..2 {\n  input w{k}  # a weight\n  y{k} = w{k}^2\n}\n": (
        "input w1 = 0.5\ninput w2\nfor k in 1..2 {\n  # a weight\n  y{k} = w{k}^2\n}\n"
    ),
    "for k in 1..1 { input w{k} = 1 in [-k, 2], b{k}; input c{k} = 3 }\n": (
        "input w1 = 0.5 in [-1, 2]\ninput b1\nfor k in 1..1 { input c{k} = 3 }\n"
    ),
    "for i in 1..1 { for k in i..2 { input w{k} = i/k } }\n": (
        "input w1 = 0.5\ninput w2 = 1/2\nfor i in 1..1 { for k in i..2 { } }\n"
    ),
}


@pytest.mark.parametrize("text", IN_LOOPS)
def test_what_a_loop_declares_is_declared_before_it(text):
    behind = "L = w1^2\n"
    found = with_defaults(Source("test", text + behind), {"w1": 0.5})
    assert found == IN_LOOPS[text] + behind
    assert load(Source("test", found)).node("w1").default is not None


def test_the_default_of_a_vector_is_put_behind_its_length():
    found = {"v": np.array([1.0, 2.0]), "w": np.array([3.0, 4.0])}
    text = with_defaults(Source("test", "input v[2], w[2] = [1, 2] in [0, 1]\n"), found)
    assert text == "input v[2] = [1, 2], w[2] = [3, 4] in [0, 1]\n"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([*NEURON, "--rate", "fast"], "'fast' is not a valid float: a number is written 0.1 or 1e-3"),
        ([*NEURON, "--rate", "nan"], "nan is no finite number"),
        ([*NEURON, "--wrt", "v"], "`v` is no input: it is computed"),
        ([*NEURON, "--wrt", "q"], "the graph has no node `q`"),
        (["descend", "neuron.bg"], "has no value"),
        ([*NEURON, "--batch", "2"], "--batch is of the rows of --data"),
        ([*NEURON, "--method", "adam", "--momentum", "0.9"], "--momentum is of --method sgd"),
        ([*NEURON, "--steps", "-1"], "-1 is not in the range"),
        ([*LINES[:4], "--wrt", "x1"], "`x1` is a column of the data"),
        (["descend", "lines.bg", "--data", "nothing.csv"], "nothing.csv"),
        (["descend", "-", "--data", "-"], "cannot both come from stdin"),
        ([*NEURON, "-o", "/"], "cannot write the result"),
        (["descend", "-e", "y = x1*x2", "--data", "lines.csv"], "every input is a column of the data"),
        (["descend", "-e", "W = [[3]]; L = sum(W*x1)", "--data", "lines.csv"], "every input is a column of the data"),
    ],
)
def test_what_bad_input_gets(arguments, words, call):
    status, _, err = call(*arguments)
    assert words in err
    assert status == 2


def test_a_file_of_any_size_is_read(call, tmp_path):
    data = tmp_path / "large.csv"
    data.write_text("t\n" + "0.250000\n" * 200_000)  # Of two megabytes; a graph may have less than that.
    line = ["descend", "-e", "J = (x - t)^2", "--data", str(data), "--at", "x=0.75", "--rate", "0.5", "--steps", "1"]
    assert found(call, *line)[1]["steps"][-1]["at"] == {"x": 0.25}


def test_json_comes_a_step_at_a_time_as_it_would_at_once(call):
    _, out, _ = call(*NEURON, "--steps", "5", "--every", "2", "--format", "json")
    assert out == json.dumps(json.loads(out), indent=2) + "\n"
    assert [step["step"] for step in json.loads(out)["steps"]] == [0, 2, 4, 5]


def test_an_empty_data_file_is_refused(call, tmp_path):
    (tmp_path / "empty.csv").write_text("")
    status, _, err = call("descend", "lines.bg", "--data", str(tmp_path / "empty.csv"))
    assert status == 2
    assert "empty.csv" in err


def test_the_passes_are_traced_once():
    """A step more is a few calls more; a trace, a sweep over objects or a look at names would take hundreds."""
    graph = load(Source("neuron", "v = w*x + b\ny = sigmoid(v)\nJ = 1/2*(y - z)^2"))
    objective = Objective(graph, {"w": 0.5, "x": 2.0, "b": -1.0, "z": 1.0}, None, ("w", "b"), None)
    steps = descend(objective, Settings(steps=10_000)).steps
    loop = with_records(10_000, 0.1)
    assert (*steps[-1].at.values(), steps[-1].value, steps[-1].gradient_norm) == pytest.approx(loop[-1], rel=1e-9)
    few, many = (calls(lambda count=count: descend(objective, Settings(steps=count))) for count in (100, 300))
    assert many - few < 200 * 12  # Measured: 7.


def with_records(steps, rate):
    """A NumPy loop of both passes, which keeps what a table shows of each step."""
    w, b, x, z = np.array([0.5]), np.array([-1.0]), np.array([2.0]), np.array([1.0])
    found = []
    for _ in range(steps + 1):
        y = 1 / (1 + np.exp(-(w * x + b)))
        loss, dv = (y - z) ** 2 / 2, (y - z) * y * (1 - y)
        dw = dv * x
        found.append((w[0], b[0], loss[0], np.hypot(dw, dv)[0]))
        w, b = w - rate * dw, b - rate * dv
    return found


def test_exercise_3_the_single_unit_is_a_sample(call):
    arguments = ["descend", "unit.bg", "--data", "lines.csv", "--rate", "1", "--steps", "3000", "--every", "10000"]
    _, steps = found(call, *arguments)
    assert [step["step"] for step in steps["steps"]] == [0, 3000]
    assert steps["steps"][-1]["value"] == pytest.approx(math.log(2), abs=1e-9)
    assert steps["steps"][0]["value"] > 0.9


def test_the_loss_is_drawn_on_a_terminal_alone(call, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    out = re.sub(r"\x1b\[[\d;]*m", "", call(*NEURON, "--steps", "50", "--color", "always")[1])
    rows = [line for line in out.splitlines() if "│" in line]
    assert "J over the steps" in out
    assert rows[0].startswith("  0.125 │")
    assert {len(row) for row in rows} == {60}
    assert "└0─" in out
    assert "│" not in call(*NEURON, "--steps", "50")[1]


def test_the_update_rule_is_mathematics_in_latex(call):
    out = call(*NEURON, "--format", "latex")[1]
    assert r"$w - \eta \cdot \left(y - z\right) \cdot y \cdot \left(1 - y\right) \cdot x$" in out
    assert r"$\lVert \nabla J \rVert$" in out


def test_a_graph_is_not_written_over_the_file_of_somebody_else(call, tmp_path):
    path = tmp_path / "graph.bg"
    path.write_text("y = w^2\n")
    write = ["descend", str(path), "--at", "w=1", "--steps", "3", "-o", str(path)]
    status, out, err = call(*write)
    assert (status, out) == (2, "")
    assert "--force replaces it" in err
    assert path.read_text() == "y = w^2\n"
    assert call(*write, "--force")[0] == 0
    first = path.read_text()
    assert first.startswith("# Parameters found by `backcalc descend`.\ninput w = ")
    assert call(*write)[0] == 0  # Its own, from where it has ended; the first line stands there once.
    assert path.read_text().count("Parameters found") == 1


def test_long_descents_tell_how_far_they_are(monkeypatch):
    told = []
    monkeypatch.setattr("backcalc.progress.at", lambda name, done=None: told.append((name, done)))
    objective = Objective(load(Source("test", "J = w^2*x")), {"w": 1.0}, "J", ("w",), {"x": np.array([1.0, 2.0])})
    descend(objective, Settings(steps=9))
    assert [done for name, done in told if name == "descending"] == [step / 10 for step in range(10)]


def test_a_picture_of_the_steps_is_svg(call, tmp_path):
    path = tmp_path / "steps.SVG"
    draw = [*NEURON, "--steps", "5", "-o", str(path)]
    for _ in range(2):  # Its own may be written again.
        assert call(*draw)[0] == 0
    text = path.read_text("utf-8")
    assert text.startswith("<!-- Drawn by `backcalc descend`. -->\n<svg ")
    assert '<title id="title">J over the steps</title>' in text
    (curve,) = re.findall(r'<polyline class="curve curve0" points="([^"]*)"', text)
    assert len(curve.split()) == 6
    path.write_text("# Parameters found by `backcalc descend`.\n")
    assert call(*draw)[0] == 2
