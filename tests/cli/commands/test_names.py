"""Names in options, headings and points are those of the graph however they are spelt: x₁ is x1, and µ is μ."""

import json

import pytest

import backcalc

GRAPH = "y1 = μ*x1^2; z = y1 + 1"
POINT = ("--at", "x1=2,μ=3")


@pytest.mark.parametrize(
    ("args", "plain"),
    [
        (("run", "--at", "x₁=2,µ=3", "--wrt", "x₁,µ"), ("run", *POINT, "--wrt", "x1,μ")),
        (("run", *POINT, "--of", "y₁"), ("run", *POINT, "--of", "y1")),
        (("run", *POINT, "--get", "dy₁/dx₁"), ("run", *POINT, "--get", "dy1/dx1")),
        (("run", *POINT, "--along", "x₁=1"), ("run", *POINT, "--along", "x1=1")),
        (("explain", *POINT, "--node", "y₁"), ("explain", *POINT, "--node", "y1")),
        (("paths", *POINT, "--from", "x₁", "--to", "y₁"), ("paths", *POINT, "--from", "x1", "--to", "y1")),
        (("derive", "--wrt", "x₁"), ("derive", "--wrt", "x1")),
        (("draw", "--node", "y₁", "--paths", "x₁"), ("draw", "--node", "y1", "--paths", "x1")),
        (("taylor", "--at", "x₁=2,µ=3"), ("taylor", *POINT)),
        (("sweep", "--at", "x₁=0:1:3,µ=3", "--show", "y₁"), ("sweep", "--at", "x1=0:1:3,μ=3", "--show", "y1")),
        (("descend", *POINT, "--wrt", "x₁", "--steps", "3"), ("descend", *POINT, "--wrt", "x1", "--steps", "3")),
        (("check", "dz/dx₁ = 12", *POINT), ("check", "dz/dx1 = 12", *POINT)),
    ],
    ids=" ".join,
)
def test_options_name_nodes_as_files_do(args, plain, call):
    found = call(args[0], "-e", GRAPH, *args[1:])
    assert found == call(plain[0], "-e", GRAPH, *plain[1:])
    assert found[0] == 0


def test_headings_and_keys_name_inputs_as_files_do(call, tmp_path):
    (tmp_path / "points.csv").write_text("x₁,µ\n2,3\n4,5\n", encoding="utf-8")
    status, out, err = call("run", "-e", GRAPH, "--data", str(tmp_path / "points.csv"), "--format", "json")
    assert (status, err) == (0, "")
    assert [point["value"] for point in json.loads(out)["points"]] == [13, 81]
    (tmp_path / "point.json").write_text('{"x₁": 2, "µ": 3}', encoding="utf-8")
    assert call("run", "-e", GRAPH, "--at", f"@{tmp_path / 'point.json'}", "--get", "z")[1] == "13\n"


def test_two_spellings_of_a_name_are_one_given_twice(call, tmp_path):
    (tmp_path / "point.json").write_text('{"x₁": 2, "x1": 3}', encoding="utf-8")
    status, _, err = call("run", "-e", "y = x1", "--at", f"@{tmp_path / 'point.json'}")
    assert (status, "`x1` is given twice" in err) == (2, True)
    (tmp_path / "points.csv").write_text("x₁,x1\n2,3\n", encoding="utf-8")
    status, _, err = call("run", "-e", "y = x1", "--data", str(tmp_path / "points.csv"))
    assert (status, "stands twice" in err) == (2, True)


def test_the_library_names_nodes_as_files_do():
    graph = backcalc.parse(GRAPH)
    assert graph.run({"x₁": 2, "µ": 3}, of="y₁", wrt=["x₁"]).gradient == {"x1": 12}
    assert list(graph.run_points({"x₁": [2.0]}, {"µ": 3}, of="z").value) == [13]


def test_a_range_and_what_a_file_says_go_over_each_other(call, tmp_path):
    (tmp_path / "point.json").write_text('{"x": 2, "w": 3}', encoding="utf-8")
    out = call("sweep", "-e", "y = w*x", "--at", f"@{tmp_path / 'point.json'}", "--at", "x=0:1:2", "--format", "csv")[1]
    assert out.splitlines()[1:] == ["0.0,0.0,3.0", "1.0,3.0,3.0"]
