"""`run --data`: a batch is what a loop over its points gives; and what a CSV file can have wrong."""

from __future__ import annotations

import csv
import io
import json
import subprocess
import sys
from itertools import chain, islice, pairwise, repeat
from types import SimpleNamespace

import numpy as np
import pytest
from arrays import programs
from hypothesis import given, settings
from hypothesis import strategies as st

import backcalc
from backcalc.bulk.points.reader import PointReader
from backcalc.bulk.points.run import CHUNK, run_arrays, stream_data
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.text.errors import render
from backcalc.text.source import Source

BACKCALC = [sys.executable, "-c", "from backcalc.cli import main; main()"]
law = settings(max_examples=40)


def columns(name, shape):
    return [f"{name}[{','.join(map(str, index))}]" if index else name for index in np.ndindex(*shape)]


def table(data):
    """CSV text of arrays of points × shape."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([column for name, points in data.items() for column in columns(name, points.shape[1:])])
    for i in range(len(next(iter(data.values())))):
        writer.writerow([repr(float(n)) for points in data.values() for n in points[i].ravel()])
    return out.getvalue()


def joined(stream):
    """All points of a stream at once."""
    batches = list(stream)
    gradient = {name: np.concatenate([batch.gradient[name] for batch in batches]) for name in stream.shapes}
    value = np.concatenate([batch.value for batch in batches])
    return SimpleNamespace(value=value, gradient=gradient, warnings=[warning for _, warning in stream.warnings])


def run_data(graph, source, at, **options):
    return joined(stream_data(graph, source.name, [source.text.encode()], at, **options))


def read_points(source, graph):
    """The points of a text by input, and what was noticed."""
    reader = PointReader(source.name, [source.text.encode()], graph)
    parts = list(reader)
    values = {name: np.concatenate([part[name] for part in parts]) for name in reader.shapes}
    return SimpleNamespace(values=values, warnings=[warning for _, warning in reader.warnings])


@pytest.mark.parametrize("comment", ["#3,4", "%3,4", " # 3,4", "#,7"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_comment_is_no_point_whatever_its_cells_hold(comment, separator):
    text = f"id,x\n1,2\n{comment}\n5,6\n".replace(",", separator)
    assert read_points(Source("points.csv", text), backcalc.parse("y = x").objects).values["x"].tolist() == [2, 6]


def batched(text, data, at=None, **options):
    return run_data(backcalc.parse(text).objects, Source("points.csv", table(data)), at or {}, **options)


def agrees(text, data, at=None, of=None):
    """Whether the batch is what a loop over the points gives, nan where that has nan."""
    found, graph = batched(text, data, at, of=of), backcalc.parse(text)
    for i in range(len(next(iter(data.values())))):
        run = graph.run({**(at or {}), **{name: points[i].tolist() for name, points in data.items()}}, of=of).run
        assert np.allclose(found.value[i], run.value, rtol=1e-11, atol=1e-12, equal_nan=True), i
        for name in data:
            expected = run.gradient[name]
            assert np.shape(found.gradient[name][i]) == np.shape(expected), name
            assert np.allclose(found.gradient[name][i], expected, rtol=1e-9, atol=1e-11, equal_nan=True), (i, name)


@law
@given(programs(), st.integers(0, 1000))
def test_a_batch_is_a_loop_over_points(drawn, seed):
    if not drawn.point:
        return
    random = np.random.default_rng(seed)
    names = list(drawn.point)[: 1 + seed % len(drawn.point)]
    data = {name: np.asarray(random.normal(size=(3, *drawn.point[name].shape))) for name in names}
    rest = {name: value for name, value in drawn.point.items() if name not in names}
    agrees(drawn.text, data, {name: value if value.shape else float(value) for name, value in rest.items()})


POINTS = [-2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.5]
SCALAR_ROWS = [
    "y = if x > 0 then log(x) else x^2",
    "y = if x >= 0 then sqrt(x) else 0",
    "y = where(x == 0, 1, sin(x)/x)",
    "y = if x > 0 and log(x) > 0 then x else 2*x",
    "y = log(x)",
    "y = 1/x",
    "y = abs(x) + relu(x) + max(x, 1)",
    "y = x^3 + 2^x",
    "y = x^0.5",
    "y = atan2(x, 1) + floor(x) + step(x)",
    "y = max(x, 0.3, -1)",
    "y = cross_entropy(sigmoid(x), 1)",
    "y = min([x, 2*x, 1])",
    "y = [x, 1, x^2] @ [1, 2, 3]",
    "y = sum(diag([x, 2])) + sum(x*[1, 2])",
    "y = sum(concat(x, [1, x]))",
    "y = 3\nz = x\noutput z",
    "x -> y : 2\ny -> z : 3\ny = 1\nz = 2",
    "y = x\nw = 5",
]


@pytest.mark.parametrize("text", SCALAR_ROWS)
def test_programs_over_numbers(text):
    of = "z" if "z" in text else "y"
    agrees(text, {"x": np.array(POINTS)}, of=of)


def test_inputs_without_a_column_are_given_once():
    agrees("input w[2] = [1, 2]\ny = sum(w*x) + b", {"x": np.array(POINTS)}, {"b": 3.0})


@pytest.mark.parametrize(
    "text",
    [
        "h = sigmoid(x)\ngiven h = 0.3\ny = h*x",
        "h = tanh(x)\ngiven h = 0.9\ny = h^2",
        "h = atan(x)\ngiven h = 1\ny = h",
    ],
)
def test_a_given_value_has_the_slope_that_follows_from_it(text):
    agrees(text, {"x": np.array(POINTS)}, of="y")


def test_more_points_than_a_chunk():
    points = np.linspace(-1, 1, CHUNK + 5)
    found = batched("y = x^2", {"x": points})
    assert np.allclose(found.value, points**2)
    assert np.allclose(found.gradient["x"], 2 * points)


def test_the_gradient_by_an_input_that_has_no_column():
    found = batched("y = w*x", {"x": np.array([1.0, 2.0])}, {"w": 5.0}, wrt=("w",))
    assert found.gradient["w"].tolist() == [1, 2]


@pytest.mark.parametrize("text", ["y = x^2*sigmoid(x)", "input v[2]\ny = x*sum(v)", "y = log(x)", "y = 3"])
def test_chunks_have_no_borders(text, monkeypatch):
    points = np.linspace(-1, 2, 7)
    data = {"x": points} if "v" not in text else {"x": points, "v": np.outer(points, [1, 2])}
    if "x" not in text:
        text += "\nz = x"
    whole = batched(text, data, of="y")
    monkeypatch.setattr("backcalc.bulk.points.run.CHUNK", 3)
    monkeypatch.setattr("backcalc.bulk.points.passes.NUMBERS", 9)
    found = batched(text, data, of="y")
    assert np.array_equal(found.value, whole.value, equal_nan=True)
    for name in data:
        assert np.array_equal(found.gradient[name], whole.gradient[name], equal_nan=True)
    agrees(text, data, of="y")


# ---- A stream --------------------------------------------------------------------------------------------------------

CELLS = st.sampled_from(["1", "2.5", "-3e-2", "0.1234567890123", '"4"', " 5", "nan", "inf", "oops", "", "6,7", "−8"])


@law
@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8), st.lists(st.integers(0, 80), max_size=5))
def test_a_file_in_pieces_is_the_same_file(rows, cuts):
    data = ("x,z\n" + "".join(f"{a},{b}\n" for a, b in rows)).encode()
    places = [0, *sorted(cuts), len(data)]
    graph = backcalc.parse("y = x*z").objects
    whole, cut = (_outcome(graph, pieces) for pieces in ([data], [data[a:b] for a, b in pairwise(places)]))
    assert whole == cut


def _outcome(graph, pieces):
    """The numbers and the warnings with their places, or the error as users see it."""
    try:
        stream = stream_data(graph, "points.csv", pieces, {})
        found = joined(stream)
    except backcalc.BackcalcError as error:
        return str(error)
    numbers = [repr(part.tolist()) for part in (found.value, *found.gradient.values())]
    return numbers, [render(source, warning, "warning") for source, warning in stream.warnings]


def test_a_stream_need_not_end():
    endless = chain([b"x\n"], repeat(b"1\n2\n"))
    stream = stream_data(backcalc.parse("y = x^2").objects, "points.csv", endless, {})
    found = [batch.value.tolist() for batch in islice(stream, 3)]
    assert np.concatenate(found).tolist()[:4] == [1, 4, 1, 4]


def test_an_error_far_down_has_its_place_and_so_have_those_behind_it():
    pieces = [b"x,z\n1,2\n", b"1,2\n" * 1000, b"1,two\n", b"1,2\n" * 1000, b'"1",2,3\n', b"\xc3\xa9,1\n"]
    graph = backcalc.parse("y = x*z").objects
    stream = stream_data(graph, "points.csv", pieces, {})
    with pytest.raises(backcalc.UsageError) as caught:
        list(stream)
    places = [line.split(": ")[0] for line in str(caught.value).splitlines() if line.startswith("points.csv")]
    assert places == ["points.csv:1003:3", "points.csv:2004:1", "points.csv:2005:1"]
    assert "1003 | 1,two" in str(caught.value)


def test_bytes_that_are_no_text_have_their_line():
    with pytest.raises(backcalc.ReadError, match=r"points\.csv:4:1: error: the byte 0xff"):
        list(stream_data(backcalc.parse("y = x").objects, "points.csv", [b"x\n1\n", b"2\n", b"\xff\n"], {}))


# ---- The file --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "graph", "expected"),
    [
        ("x\n1\n2\n", "y = x", {"x": [1, 2]}),
        ("x,z\n1,2", "y = x*z", {"x": [1], "z": [2]}),
        (" x , z \n 1 , 2 \n", "y = x*z", {"x": [1], "z": [2]}),
        ("x\r\n1\r\n", "y = x", {"x": [1]}),
        ("x\n1\n\n\n", "y = x", {"x": [1]}),
        ("x\n1e-3\n", "y = x", {"x": [0.001]}),
        ('"x"\n"1"\n', "y = x", {"x": [1]}),
        ("v[0],v[1]\n1,2\n3,4\n", "input v[2]\ny = sum(v)", {"v": [[1, 2], [3, 4]]}),
        ("v[1],v[0]\n1,2\n", "input v[2]\ny = sum(v)", {"v": [[2, 1]]}),
        ('"W[0,0]","W[0,1]"\n1,2\n', "input W[1,2]\ny = sum(W)", {"W": [[[1, 2]]]}),
        ('"W[0, 0]","W[0, 1]"\n1,2\n', "input W[1,2]\ny = sum(W)", {"W": [[[1, 2]]]}),
        ("\ufeffx\n1\n", "y = x", {"x": [1]}),
        ("x;z\n1,5;2\n-3;4,25e1\n", "y = x*z", {"x": [1.5, -3], "z": [2, 42.5]}),
        ('"x";"z";"note"\n"1,5";2;"a;b"\n3;4.5;\n', "y = x*z", {"x": [1.5, 3], "z": [2, 4.5]}),
        # Without a comma, or in a column of no input, three decimals are no thousand.
        ("x;z\n1.000;2\n3.5;4\n", "y = x*z", {"x": [1, 3.5], "z": [2, 4]}),
        ("x;note\n0,5;1.000\n", "y = x", {"x": [0.5]}),
        ("x\tz\n1.5\t2\n", "y = x*z", {"x": [1.5], "z": [2]}),
        ("x z\n 1.5  2 \n3\t4\n", "y = x*z", {"x": [1.5, 3], "z": [2, 4]}),
        ("# made by hand\n% twice\nx,z\n1,2\n# between\n3,4\n", "y = x*z", {"x": [1, 3], "z": [2, 4]}),
        ('"W[0,0]" "W[0,1]"\n1 2\n', "input W[1,2]\ny = sum(W)", {"W": [[[1, 2]]]}),
    ],
)
def test_points_are_read(text, graph, expected):
    source = Source("points.csv", text.removeprefix("\ufeff"))
    found = read_points(source, backcalc.parse(graph).objects)
    assert {name: array.tolist() for name, array in found.values.items()} == expected
    assert not [warning for warning in found.warnings if "note" not in warning.message]


ERRORS = [  # CSV, graph, line:column, words
    ("x,z\n1,2\n3,four\n", "y = x*z", "3:3", ("`z`", "`four`")),
    ("x,z\n1,2\n3\n", "y = x*z", "3:1", ("1 cell", "`z`")),
    ("x,z\n1,2\n3,4,5\n", "y = x*z", "3:1", ("3 cells", "2")),
    ("x\n\n1\n", "y = x", "2:1", ()),
    ("x\n1,\n", "y = x", "2:1", ("2 cells",)),
    ("x,z\n1,\n", "y = x*z", "2:3", ("`z`", "empty")),
    ("x,x\n1,2\n", "y = x", "1:3", ("`x`", "twice")),
    ("", "y = x", None, ("no points",)),
    ("x\n", "y = x", None, ("no points",)),
    ("x\n# 1\n# 2\n", "y = x", None, ("no points",)),  # Text behind the header, and no point in it.
    ("q\n1\n", "y = x", "1:1", ("x",)),
    ("v[0],v[2]\n1,2\n", "input v[3]\ny = sum(v)", "1:1", ("`v[1]`",)),
    ("v[0],v[1]\n1,2\n", "input v[3]\ny = sum(v)", "1:1", ("`v[2]`",)),
    ('v[0],"v[0,1]"\n1,2\n', "input v[3]\ny = sum(v)", "1:1", ("`v`",)),
    ("x\n1\nnext\n", "y = x", "3:1", ("`x`", "`next`")),
    ("x\n1_000\n", "y = x", "2:1", ("`1_000`",)),
    ("y\n1\n", "y = x", "1:1", ()),
    # Quotes, and cells that span lines
    ('"x","z"\n"1","bad"\n', "y = x*z", "2:5", ("`z`", "`bad`")),
    ('x,note,z\n1,"two\nlines",3\n1,n,oops\n', "y = x*z", "4:5", ("`z`", "`oops`")),
    ('x, z\n1,  "q"\n', "y = x*z", "2:5", ("`z`", "`q`")),
    ('x,z,w\n1,"2\n3,4\n', "y = x*z*w", "2:1", ("never closed",)),
    ("x\n" + "1" * 200_000 + "\n", "y = x", "2:1", ("131,072",)),
    ('x\n"' + "1\n" * 100_000, "y = x", "2:1", ("never closed",)),
    # Files of other habits
    ("x|z\n1|2\n", "y = x*z", "1:1", ("`|`", "tr '|' ','")),
    ("x;z\n1,5;2\n1,5;a\n", "y = x*z", "3:5", ("`z`", "`a`")),
    ("x;z\n1.000;2\n3;0,5\n", "y = x*z", "2:1", ("`x`", "`1.000` may be a thousand", "1,000", "1000")),
    ('x;z\n1;"-2.500"\n"3,5";2\n', "y = x*z", "2:3", ("`z`", "`-2.500` may be a thousand")),
    # Far from each other, in blocks of their own.
    ("x;z\n1.000;2\n" + "3;2\n" * 500_000 + "4;0,5\n", "y = x*z", "2:1", ("`1.000` may be a thousand",)),
    ("x z\n1 2\n1 2 3\n", "y = x*z", "3:1", ("3 cells",)),
    ("# made\nx\tz\n1\t2\n# more\n1\t\n", "y = x*z", "5:3", ("`z`", "empty")),
    ('x,z\n"1,5",2\n', "y = x*z", "2:1", ("`1,5`", "1.5")),
    ("x,z\n1,5,2,0\n", "y = x*z", "2:1", ("4 cells", "decimal mark")),
    ("1,2\n3,4\n", "y = x*z", "1:1", ("in place of the inputs' names",)),
    ("x,z\n1,2\n\n3,4\n", "y = x*z", "3:1", ("empty",)),
    # Shapes and sizes
    ("v[0],v[1]\n1,2\n", "input v[1]\ny = sum(v)", "1:1", ("a vector of 2", "a vector of 1", "`v[0]`")),
    ("w,v\n1,2\n", "input v[2]\ny = w*sum(v)", "1:3", ("a number", "a vector of 2", "`v[0]` to `v[1]`")),
    ("w,v[0]\n1,2\n", "input v[2]\ny = w*sum(v)", "1:3", ("`v[1]`",)),
    ("v[0],v[999999999]\n1,2\n", "y = sum(v)", "1:1", ("`v[1]`",)),
    ('"W[0,0]","W[999999999,999999999]"\n1,2\n', "y = sum(W)", "1:1", ("`W[0,1]`",)),
    ("v[0],v[99999999999999]\n1,2\n", "input v[2]\ny = sum(v)", "1:1", ("`v[1]`",)),
    ("x,z\n1,nan\n1,1e999\n", "y = x*z", "3:3", ("`z`", "too large")),
    # What is missing
    ("xx,z\n1,2\n", "y = x1*z", None, ("`x1` has no value", "points.csv: column `xx`", "did you mean `x1`?")),
    ("z\n2\n", "y = x1*z", None, ("`x1` has no value", "by a column in points.csv")),
]


@pytest.mark.parametrize(("text", "graph", "place", "words"), ERRORS)
def test_what_a_file_has_wrong(text, graph, place, words):
    with pytest.raises(backcalc.BackcalcError) as caught:
        run_data(backcalc.parse(graph).objects, Source("points.csv", text), {})
    message = str(caught.value)
    assert place is None or message.startswith(f"points.csv:{place}: error: "), message
    assert all(word in message for word in words), message


def test_a_number_that_is_not_finite_is_a_warning():
    found = read_points(Source("points.csv", "x,z\n1,inf\nnan,3\n"), backcalc.parse("y = x*z").objects)
    (warning,) = found.warnings
    assert (warning.code, warning.span) == ("not-finite", (6, 9))
    assert warning.message == "column `z`: inf is no finite number, and so in 1 more cell"


def test_a_minus_of_typography_is_a_minus():
    found = read_points(Source("points.csv", "x\n−1.5\n–2e–1\n"), backcalc.parse("y = x").objects)
    assert found.values["x"].tolist() == [-1.5, -0.2]


def test_all_bad_cells_are_told():
    with pytest.raises(backcalc.BackcalcError) as caught:
        read_points(Source("points.csv", "x,z\na,b\n1,c\n"), backcalc.parse("y = x*z").objects)
    assert len(caught.value.diagnostics) == 3


def test_a_column_of_no_input_is_a_warning():
    found = run_data(backcalc.parse("y = x").objects, Source("points.csv", "x,label\n1,2\n"), {})
    assert [warning.code for warning in found.warnings] == ["no-input"]
    assert found.value.tolist() == [1]


# ---- The command line ------------------------------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path):
    def run(graph, data, *args, stdin=None):
        (tmp_path / "g.bg").write_text(graph, encoding="utf-8")
        if data is not None:
            (tmp_path / "points.csv").write_text(data, encoding="utf-8")
        where = "points.csv" if data is not None else "-"
        line = [*BACKCALC, "run", "g.bg", "--data", where, *args]
        return subprocess.run(line, input=stdin or "", capture_output=True, text=True, check=False, cwd=tmp_path)

    return run


def test_csv(command):
    found = command("y = x^2*z", "x,z\n1,2\n3,0.1\n", "--format", "csv")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "y,dy/dx,dy/dz\n2,4,1\n0.9,0.6000000000000001,9\n"


def test_csv_of_a_matrix_quotes_its_names(command):
    found = command("input W[1,2]\ny = sum(W^2)", '"W[0,0]","W[0,1]"\n1,2\n', "--format", "csv")
    assert found.stdout == 'y,"dy/dW[0,0]","dy/dW[0,1]"\n5,2,4\n'


def test_json(command):
    found = command("input v[2]\ny = v[0]*v[1]", "v[0],v[1]\n2,3\n4,5\n", "--format", "json")
    assert json.loads(found.stdout) == {
        "output": "y",
        "points": [{"value": 6, "gradient": {"v": [3, 2]}}, {"value": 20, "gradient": {"v": [5, 4]}}],
    }


def test_json_is_indented(command):
    found = command("input v[2]\ny = v[0]*v[1]*w", "v[0],v[1],w\n2,3,0.5\n4,nan,1\n", "--format", "json")
    expected = [
        {"value": 3.0, "gradient": {"v": [1.5, 1.0], "w": 6.0}},
        {"value": "nan", "gradient": {"v": ["nan", "nan"], "w": "nan"}},
    ]
    assert found.stdout == json.dumps({"output": "y", "points": expected}, indent=2) + "\n"
    assert found.returncode == 1
    assert "nan is no finite number" in found.stderr


def test_a_long_table_shows_the_first_points_and_looks_at_all(command):
    found = command("y = log(x)", "x\n1\n2\n-1\n", "--limit", "2")
    assert [line.split()[0] for line in found.stdout.splitlines() if line] == ["point", "1", "2", "…"]
    assert found.stdout.splitlines()[-1].startswith("… 1 of 3 rows are left out; --limit 0 shows all.")
    assert found.returncode == 1


def test_table(command):
    found = command("y = x^2", "x\n1\n3\n")
    assert [line.split() for line in found.stdout.splitlines()] == [
        ["point", "y", "∂y/∂x"],
        ["1", "1", "2"],
        ["2", "9", "6"],
    ]


PAIRS = "x[0],x[1],k\n1,2,3\n3,4,5\n"


def test_a_vector_has_its_elements_and_its_jacobian(command):
    graph = "input x[2]\np = [x[0]*x[1], k*x[1]]"
    found = command(graph, PAIRS, "--format", "csv")
    names = "p[0],p[1],dp[0]/dx[0],dp[0]/dx[1],dp[1]/dx[0],dp[1]/dx[1],dp[0]/dk,dp[1]/dk"
    assert found.stdout.splitlines() == [names, "2,6,2,1,0,3,0,2", "12,20,4,3,0,5,0,4"]
    table = command(graph, PAIRS).stdout.splitlines()
    assert table[0].split()[:4] == ["point", "p[0]", "p[1]", "∂p[0]/∂x[0]"]
    assert table[2].split() == ["2", "12", "20", "4", "3", "0", "5", "0", "4"]
    first, _ = json.loads(command(graph, PAIRS, "--format", "json").stdout)["points"]
    assert first == {"value": [2, 6], "gradient": {"x": [[2, 1], [0, 3]], "k": [0, 2]}}


def test_of_an_element_nothing_is_asked_of_others(command):
    found = command("M = [[x, x^2], [1, sqrt(x)]]", "x\n4\n0\n", "--format", "csv")
    assert found.stdout.splitlines()[1:] == ["4,16,1,2,1,8,0,0.25", "0,0,1,0,1,0,0,inf"]
    assert found.returncode == 1


@pytest.mark.parametrize(
    "text",
    [
        "input x[3], W[2,3]; p = tanh(W @ x)",
        "input x[3], W[2,3]; p = W*x",
        "input x[3], W[2,3]; p = softmax(x)*sum(W)",
        "input x[3], W[2,3]; p = concat(x[1:], W[0])",
        "input x[3], W[2,3]; const c = [1, 2]; p = c",
    ],
)
def test_a_jacobian_a_point_is_that_of_a_run(text, monkeypatch):
    monkeypatch.setattr("backcalc.bulk.points.run.NUMBERS", 100)  # So that chunks are of few points.
    graph = backcalc.parse(text)
    random = np.random.default_rng(0)
    points = {"x": random.normal(size=(7, 3)), "W": random.normal(size=(7, 2, 3))}
    found = graph.run_points(points, of="p")
    for i in range(7):
        once = graph.run({name: each[i] for name, each in points.items()}, of="p")
        assert np.allclose(found.value[i], once.value, rtol=1e-12)
        for name in points:
            assert found.gradient[name][i].shape == once.gradient[name].shape
            assert np.allclose(found.gradient[name][i], once.gradient[name], rtol=1e-12)


def test_stdin(command):
    found = command("y = x^2", None, "--format", "csv", stdin="x\n5\n")
    assert (found.returncode, found.stdout) == (0, "y,dy/dx\n25,10\n")


def test_a_point_outside_the_domain_exits_with_1(command):
    found = command("y = log(x)", "x\n1\n-1\n", "--format", "csv")
    assert (found.returncode, found.stdout) == (1, "y,dy/dx\n0,1\nnan,nan\n")


@pytest.mark.parametrize(
    ("graph", "data", "args"),
    [
        ("y = x*w", "x\n1\n", ()),
        ("y = x", "x\none\n", ()),
        ("input W[1000,1000] = 0.1\ny = s*(W @ ones(1000))", "s\n1\n", ("--wrt", "W")),  # 10^9 numbers a point.
        ("y = x", "x\n1\n", ("--of", "q")),
        ("y = x", "x\n1\n", ("--wrt", "q")),
        ("input v[2]\nh = 2*v\nadjoint h = [1, 2]", "v[0],v[1]\n1,2\n", ("--of", "h")),
        ("y = x", "x\n1\n", ("--mode", "forward")),
        ("y = x", "x\n1\n", ("--partials",)),
    ],
)
def test_refusals_have_status_2_and_print_nothing(command, graph, data, args):
    found = command(graph, data, *args)
    assert found.returncode == 2
    assert not found.stdout
    assert "error" in found.stderr.lower()
    assert "bug" not in found.stderr


def test_a_missing_file(command):
    found = command("y = x", None, "--data", "nowhere.csv")
    assert found.returncode == 2
    assert "nowhere.csv" in found.stderr


def test_a_graph_and_data_cannot_both_be_stdin():
    line = [*BACKCALC, "run", "-", "--data", "-"]
    found = subprocess.run(line, input="y = x\n", capture_output=True, text=True, check=False)
    assert found.returncode == 2
    assert "cannot both come from stdin" in found.stderr


OFF_THE_ROAD = [
    ("y = sum(diag(x))", [[np.inf, 1.0], [1.0, -np.inf]]),
    ("y = norm(x)", [[1e-200, 0.0], [3e200, 4e200], [0.0, 0.0], [1e-320, 5e-324], [np.inf, 1.0]]),
]


@pytest.mark.parametrize(("text", "points"), OFF_THE_ROAD)
def test_points_far_out_are_what_a_run_gives(text, points):
    found = backcalc.parse(text).run_points({"x": points})
    for i, x in enumerate(points):
        one = backcalc.parse(text).run({"x": x})
        assert found.value[i] == one.value
        assert np.array_equal(found.gradient["x"][i], one.gradient["x"], equal_nan=True)


UNKNOWN = {
    "csv": "v,dv/du\n,3\n,3\n",
    "table": "point  v  ∂v/∂u\n    1  ?      3\n    2  ?      3\n",
    "markdown": "| point | v | ∂v/∂u |\n| ---: | ---: | ---: |\n| 1 | ? | 3 |\n| 2 | ? | 3 |\n",
}


@pytest.mark.parametrize("form", [*UNKNOWN, "json"])
def test_an_output_that_only_edges_lead_to_has_derivatives(tmp_path, form):
    (tmp_path / "g.bg").write_text("u -> v : 3\n")
    (tmp_path / "p.csv").write_text("u\n1\n2\n")
    words = [*BACKCALC, "run", "g.bg", "--data", "p.csv", "--format", form]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    if form == "json":
        assert json.loads(done.stdout)["points"] == [{"value": None, "gradient": {"u": 3.0}}] * 2
    else:
        assert done.stdout == UNKNOWN[form]


def test_there_is_no_curve_of_an_output_without_a_value(tmp_path):
    (tmp_path / "g.bg").write_text("u -> v : 3\n")
    words = [*BACKCALC, "sweep", "g.bg", "--at", "u=0:1:3"]
    done = subprocess.run(words, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "the activation of `v` is not known" in done.stderr


# Activations that edges lead to are no inputs, and may be given all the same, as by `--at`.
ACTIVATIONS = {
    "u -> v : 3\nL = v*2 + v^2": {"v": [1.0, 2.0, -3.0]},
    "u -> v : 3\nu -> w : v\nL = v*w": {"v": [1.0, 2.0], "w": [0.5, -1.0]},
    "u -> v : [[3, 1], [1, 2]]\nL = sum(v*v)": {"v": [[1.0, 1.0], [5.0, 2.0]]},
}


@pytest.mark.parametrize("text", ACTIVATIONS)
def test_a_column_may_give_a_known_activation(text):
    data = {name: np.array(values) for name, values in ACTIVATIONS[text].items()}
    graph = load(Source("a.bg", text))
    found = run_arrays(graph, data, {}, None, ["u", *data])
    for i in range(len(found.value)):
        at = {name: value[i] if value.ndim > 1 else float(value[i]) for name, value in data.items()}
        plain = run(graph, at, None, ["u", *data])
        assert found.value[i] == plain.value
        assert all(np.array_equal(found.gradient[name][i], slope) for name, slope in plain.gradient.items())
    names = [name for name in data if data[name].ndim == 1]
    if names:
        lines = "\n".join(",".join(repr(float(data[name][i])) for name in names) for i in range(len(found.value)))
        stream = stream_data(graph, "p.csv", [f"{','.join(names)}\n{lines}\n".encode()], {}, None, ["u"])
        assert np.concatenate([batch.value for batch in stream]).tolist() == found.value.tolist()
        assert not stream.warnings
