"""What was noticed of a graph is told where an error follows too, by every command, and once."""

import pytest

LIST = ",source,target,weight\n0,a,b,2\n1,a,c,3\n"  # Two sinks: which of them is meant is an error.
PASSED = "warning: passed over: the column without a name"
PI = "warning: `πx` is one name"
POINTS = "a\n1\n"
NO_VALUE = "the input `πx` has no value"

# The graph, the command, and what follows the warning.
ENDS = [
    (LIST, PASSED, ["run"], "error: the output is not clear"),
    (LIST, PASSED, ["run", "--of", "d"], "no node `d`"),
    (LIST, PASSED, ["run", "--all-pairs"], "error: the output is not clear"),
    (LIST, PASSED, ["run", "--exact"], "error: the output is not clear"),
    (LIST, PASSED, ["run", "--get", "db/de"], "no node `e`"),
    (LIST, PASSED, ["run", "--data", "points.csv"], "error: the output is not clear"),
    (LIST, PASSED, ["paths"], "error: the output is not clear"),
    (LIST, PASSED, ["explain"], "error: the output is not clear"),
    (LIST, PASSED, ["derive"], "error: the output is not clear"),
    (LIST, PASSED, ["derive", "--of", "c"], ""),
    (LIST, PASSED, ["draw", "--node", "d"], "no node `d`"),
    (LIST, PASSED, ["descend", "--rate", "1"], "the input `a` has no value"),
    (LIST, PASSED, ["sweep", "--at", "x=0:1:3"], "no input `x`"),
    (LIST, PASSED, ["taylor", "--at", "a=0"], "error: the output is not clear"),
    (LIST, PASSED, ["verify"], "error: nothing to verify"),
    (LIST, PASSED, ["export", "--to", "numpy"], "error: the output is not clear"),
    (LIST, PASSED, ["check"], "error: the file states no results"),
    (LIST, PASSED, ["check", "db/da=2"], "error: the output is not clear"),
    (LIST, PASSED, ["check", "graph.txt"], "error: the file states no results"),  # The second of two files.
    (LIST, PASSED, ["grade", "points.csv"], "error: the output is not clear"),
    (LIST, PASSED, ["report", "-o", "page.html"], "error: the output is not clear"),
    (LIST, PASSED, ["fmt"], ""),
    (LIST + "y = sni(b)\n", PASSED, ["run"], "unknown function `sni`"),  # An error of the parse, then of the build.
    (LIST + "y = 2*/b\n", PASSED, ["fmt"], "error: unexpected `/`"),
    (LIST + "2,b\n", PASSED, ["run"], "error: 2 columns"),
    (LIST + "2,b,a,3\n", PASSED, ["run"], "error: the graph has a cycle"),
    ("u,v,3\nu,v,4\nv,u,1\n", "warning: the edge u -> v stands twice", ["run"], "error: the graph has a cycle"),
    ("A pp B\nB pd C\n", "warning: each partial is a name", ["run"], "error: the output is not clear"),
    ("y = cos(πx)\n", PI, ["run", "--at", "x=1"], "no input `x`"),
    ("y = cos(πx)\n", PI, ["check", "z=1"], "no node `z`"),
    ("y = cos(πx)\n", PI, ["descend", "--rate", "1"], NO_VALUE),
    ("y = cos(πx)\n", PI, ["derive"], ""),
    ("y = cos(πx)\n", PI, ["export", "--to", "jax"], ""),
    ("input W[2,3], x[3]\nL = sum(W @ x + b)\n", "warning: `b` is taken for a number", ["derive"], ""),
]


@pytest.mark.parametrize(("graph", "warning", "words", "end"), ENDS)
def test_a_warning_stands_before_the_error_that_follows(graph, warning, words, end, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graph.txt").write_text(graph, encoding="utf-8")
    (tmp_path / "points.csv").write_text(POINTS, encoding="utf-8")
    status, _, told = call(words[0], "graph.txt", *words[1:])
    assert status == (2 if end else 0)
    files = 1 + words.count("graph.txt")
    assert told.count(warning) == files, told
    assert told.index(warning) < told.index(end) or not end, told


def test_a_name_with_a_value_is_in_no_doubt(call):
    assert call("run", "-e", "y = cos(πx)", "--at", "πx=1", "--of", "z")[2].count("warning") == 0
    assert call("export", "-e", "y = cos(πx)", "--to", "jax", "--at", "πx=1")[2] == ""


def test_a_point_that_cannot_be_read_is_the_only_error(call):
    _, _, told = call("descend", "-e", "y = cos(πx)", "--at", "x==1", "--rate", "1")
    assert told.count("error:") == 1
