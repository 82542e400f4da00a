"""What is worth a warning in the graph itself is told by every command, whichever engine serves it."""

import pytest

EDGES = "a -> b : 1\na -> b : 2\nb = 3"
DOT = "input w[2] = [1, 2]\ninput x[2] = [3, 4]\nz = w · x\ny = sum(z^2)*k"
NAMES = "y = cos(πx)"
BIAS = "input W[2,2]\ninput x[2]\ny = sum(W @ x + b)"
COMMANDS = [  # Each with what gives the input that is left a value.
    ("run", "--at", "{}=1"),
    ("run", "--at", "{}=1", "--get", "{}"),
    ("run", "--mode", "forward", "--at", "{}=1"),
    ("run", "--data", "points.csv"),
    ("explain", "--at", "{}=1"),
    ("paths", "--at", "{}=1"),
    ("derive",),
    ("draw", "--at", "{}=1"),
    ("report", "--at", "{}=1", "-o", "page.html", "--force"),
    ("sweep", "--at", "{}=0:1:3"),
    ("descend", "--at", "{}=1", "--steps", "2", "--wrt", "{}"),
    ("verify", "--at", "{}=1", "--samples", "10"),
    ("export", "--to", "numpy", "--at", "{}=1"),
    ("check", "{} = 1", "--at", "{}=1"),
]


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
@pytest.mark.parametrize(
    ("text", "name", "words"), [(EDGES, "a", "stands twice"), (DOT, "k", "goes by elements")], ids=["edges", "dot"]
)
def test_what_is_noticed_in_a_graph_is_told(command, text, name, words, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "points.csv").write_text(f"{name}\n1\n2\n")
    (tmp_path / "g.bg").write_text(text)
    verb, *options = (word.format(name) for word in command)
    assert call(verb, "g.bg", *options)[2].count(words) == 1


@pytest.mark.parametrize(
    "command", [("run",), ("explain",), ("draw",), ("derive",), ("verify",), ("export", "--to", "jax")], ids=" ".join
)
@pytest.mark.parametrize(
    ("text", "words"), [(NAMES, "`πx` is one name"), (BIAS, "`b` is taken for a number")], ids=["name", "bias"]
)
def test_names_without_a_value_are_told(command, text, words, call, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "g.bg").write_text(text, encoding="utf-8")
    assert words in call(command[0], "g.bg", *command[1:])[2]


def test_taylor_tells_too(call):
    assert "goes by elements" in call("taylor", "-e", DOT, "--at", "k=1", "--wrt", "k")[2]
