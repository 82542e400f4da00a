"""The point: what `--at` says, the file's defaults, and what does not fit the graph."""

from __future__ import annotations

import json
import math
import unicodedata
from fractions import Fraction

import pytest
from graphs import refusals

import backcalc
from backcalc.calculus.point import from_mapping, read_point
from backcalc.text.errors import BackcalcError
from backcalc.text.source import Source


def told(error):
    """(code, what the caret stands under) of each error, and the name of its source."""
    source = error.source
    return [(e.code, source.text[slice(*e.span)] if e.span else "", source.name) for e in error.diagnostics]


# ---- What --at says --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "point"),
    [
        ([], {}),
        (["x=1"], {"x": 1}),
        (["x=1,w=2.5"], {"x": 1, "w": 2.5}),
        (["x = 1 , w = -2.5e-3"], {"x": 1, "w": -0.0025}),
        (["x=1", "w=2"], {"x": 1, "w": 2}),
        (["x=pi/4"], {"x": math.pi / 4}),
        (["x=2^-3,y=-(1+2)*3"], {"x": 0.125, "y": -9}),
        (["x=max(1,2),y=3"], {"x": 2, "y": 3}),  # A comma in parentheses is no end.
        (["x=sqrt(2)*e"], {"x": math.sqrt(2) * math.e}),
        (["x=inf,y=-inf"], {"x": math.inf, "y": -math.inf}),
        (["σ1=1,y'=2,e=3"], {"σ1": 1, "y'": 2, "e": 3}),
        (["1=5"], {"1": 5}),  # A node of an edge list.
    ],
)
def test_options(options, point):
    assert read_point(options) == point


@pytest.mark.parametrize(
    ("option", "code", "under"),
    [
        ("x=1,x=2", "given-twice", "x"),
        ("x=1,w=2,x=1", "given-twice", "x"),
        ("x=y", "not-constant", "y"),
        ("x=1,y=2*z", "not-constant", "z"),
        ("x=sni(1)", "unknown-function", "sni"),
        ("x=sin(1,2)", "arity", "sin(1,2)"),
        ("x=[1,2]+[1,2,3]", "shape-mismatch", "[1,2]+[1,2,3]"),
        ("x", "syntax", ""),
        ("x=", "syntax", ""),
        ("=1", "syntax", "="),
        ("x=1 y=2", "syntax", "y"),
        ("x=1;y=2", "syntax", ";"),
        ("", "syntax", ""),
        ("x=1e999", "number-too-large", "1e999"),
    ],
)
def test_options_refused(option, code, under):
    with pytest.raises(BackcalcError) as caught:
        read_point([option])
    assert told(caught.value) == [(code, under, "--at")]


# ---- JSON ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def read_json(tmp_path):
    """What `--at @point.json` reads from a file of this text."""

    def read(text):
        path = tmp_path / "point.json"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return read_point([f"@{path}"])

    return read


@pytest.mark.parametrize(
    ("text", "point"),
    [
        ("{}", {}),
        ('{"x": 1, "w": 2.5e-3}', {"x": 1, "w": 0.0025}),
        ('{"x": "pi/4", "y": "1/3"}', {"x": math.pi / 4, "y": 1 / 3}),
        ('{"x": NaN, "y": -Infinity}', {"x": math.nan, "y": -math.inf}),
        ('{"x": "inf"}', {"x": math.inf}),
        ('\ufeff{"x": 1}\r\n', {"x": 1}),
        ('{"\\u03c31": 1}', {"σ1": 1}),
        ('{"e\\u0301": 1}', {"é": 1}),  # Composed, as names in a file are.
        (f'{{"x": {10**300}}}', {"x": 1e300}),
    ],
)
def test_json(text, point, read_json):
    assert read_json(text) == pytest.approx(point, nan_ok=True)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "bad-json"),
        ('{"v": [1, null]}', "not-a-number"),  # NumPy makes nan of it.
        ("{x: 1}", "bad-json"),
        ('{"x": 1,}', "bad-json"),
        ("[1, 2]", "bad-json"),
        ("3", "bad-json"),
        ("[" * 200_000, "bad-json"),
        ('{"x": ' + "1" * 5000 + "}", "bad-json"),
        (f'{{"x": {10**400}}}', "not-a-number"),
        ('{"x": -1e999}', "bad-json"),
        ('{"x": true}', "not-a-number"),
        ('{"x": null}', "not-a-number"),
        ('{"x": [1, "a"]}', "not-a-number"),
        ('{"x": [1, [2]]}', "not-a-number"),
        ('{"x": {"y": 1}}', "not-a-number"),
        ('{"x": "y"}', "not-constant"),
        ('{"x": "1 +"}', "syntax"),
        ('{"x": ""}', "syntax"),
        (b'{"x": "\xff"}', "not-utf8"),
    ],
)
def test_json_refused(text, code, read_json):
    with pytest.raises(BackcalcError) as caught:
        read_json(text)
    assert [error.code for error in caught.value.diagnostics] == [code]
    assert "point.json" in str(caught.value)


def test_json_and_options_in_turn(tmp_path):
    path = tmp_path / "p.json"
    path.write_text(json.dumps({"x": 1, "y": 2}))
    assert read_point(["x=5,z=9", f"@{path}", "y=7"]) == {"x": 1, "y": 7, "z": 9}


@pytest.mark.parametrize("path", ["nowhere.json", "", "."])
def test_a_file_that_is_not_there(path):
    with pytest.raises(backcalc.ReadError):
        read_point([f"@{path}"])


# ---- A mapping -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "number"),
    [(1, 1), (1.5, 1.5), ("pi/2", math.pi / 2), (Fraction(1, 4), 0.25), (" 2*3 ", 6), (-0.0, 0)],
)
def test_mapping(value, number):
    assert from_mapping({"x": value}, Source("at", "")) == {"x": number}


@pytest.mark.parametrize(
    ("value", "array"),
    [([1, 2], [1, 2]), ((0.5,), [0.5]), ("[1, 2]*2", [2, 4]), ([[1, 2], [3, 4]], [[1, 2], [3, 4]])],
)
def test_vectors_and_matrices(value, array):
    point = from_mapping({"x": value}, Source("at", ""))
    assert point["x"].tolist() == array


def test_names_are_texts_and_composed():
    decomposed = unicodedata.normalize("NFD", "é")
    assert from_mapping({decomposed: 1, 2: 3}, Source("at", "")) == {"é": 1, "2": 3}
    assert backcalc.parse(f"y = 2*{decomposed}").run({decomposed: 4}).value == 8


@pytest.mark.parametrize("value", [None, True, ["a"], [1, [2]], [[1], [2, 3]], {}, object(), 1j, 10**400])
def test_mapping_refused(value):
    for name in ("x", 7):
        with pytest.raises(backcalc.UsageError) as caught:
            from_mapping({name: value}, Source("at", ""))
        assert [error.code for error in caught.value.diagnostics] == ["not-a-number"]
        assert f"`{name}`" in str(caught.value)


# ---- The point and the graph -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "at", "value"),
    [
        ("input x = 3; y = 2*x", {}, 6),
        ("input x = 3; y = 2*x", {"x": 5}, 10),
        ("input x = 2*pi/tau; y = 2*x", {}, 2),
        ("input x = 1; input w = 10; y = w*x", {"w": "1/4"}, 0.25),
        ("def half(t) = t/2; input x = half(3); y = x", {}, 1.5),
        ("u -> o : 3; o = 0.1; L = 2*o", {}, 0.2),
        ("u -> o : 3; o = 0.1; L = 2*o", {"o": 7}, 14),  # A known activation may be set anew,
        ("u -> o : 3; o = 1/0; L = 2*o", {"o": 7}, 14),
        ("u -> o : 3; L = 2*o", {"o": 7}, 14),
        ("u -> o : u; o = 1; L = 2*o", {"u": 7}, 2),
    ],
)
def test_settled(text, at, value):
    assert backcalc.parse(text).run(at).value == value


def test_an_activation_set_anew_is_used_by_its_partials():
    graph = backcalc.parse("x -> y : y*(1 - y); y = 0.7")
    assert graph.run({"y": 0.5}).gradient == {"x": 0.25}
    assert graph.run().gradient == {"x": pytest.approx(0.21)}


@pytest.mark.parametrize(
    ("text", "at", "codes"),
    [
        ("y = 2*x", {"x": 1, "z": 2}, ["unknown-input"]),
        ("y = 2*x", {"x": 1, "y": 2}, ["not-an-input"]),
        ("c = 3; y = c*x", {"x": 1, "c": 2}, ["not-an-input"]),
        ("y = 2*x", {"pi": 3, "x": 1}, ["unknown-input"]),  # Not read, so no input.
        ("pi = 3; y = 2*pi", {"pi": 4}, ["not-an-input"]),
        ("y = 2*x", {"a": 1, "b": 2, "y": 3}, ["unknown-input", "unknown-input", "not-an-input"]),
        ("input x = log(q); y = x", {}, ["not-constant"]),
        ("y = 3", {"x": 1}, ["unknown-input"]),
    ],
)
def test_what_does_not_fit(text, at, codes):
    assert [code for code, _ in refusals(text, at)] == codes


@pytest.mark.parametrize(
    ("text", "at", "words"),
    [
        ("y = alpha*2", {"alhpa": 1}, "did you mean `alpha`?"),
        ("y = a*b", {"q": 1}, "the inputs are a, b"),
        ("\n\ny = 2*x", {"y": 1}, "<text>:3"),
        ("y = 2*x", {"y": 1}, "input y"),
    ],
)
def test_what_does_not_fit_is_told_with_a_remedy(text, at, words):
    with pytest.raises(backcalc.UsageError) as caught:
        backcalc.parse(text).run(at)
    assert words in str(caught.value)


def test_the_point_stands_in_the_order_of_the_graph():
    found = backcalc.parse("input b = 1; input a = 2; y = a*b*c; o -> z : 1; z = 5").run({"c": 3, "z": 9}, of="y").run
    assert list(found.point.items()) == [("b", 1), ("a", 2), ("c", 3), ("z", 9)]


@pytest.mark.parametrize("text", ["softmax(2)", "det(2)", "dot(1, 2)", "var(3)", "inv([1, 2])"])
def test_a_function_of_arrays_takes_no_number(text):
    with pytest.raises(BackcalcError) as found:
        read_point([f"x={text}"])
    assert told(found.value) == [("shape-mismatch", text, "--at")]


def test_an_array_of_floats_is_not_read_through(monkeypatch):
    """Of 10,000 pictures a look at each number takes as long as a layer's elementwise work."""
    import numpy as np

    from backcalc.rules import ndarray

    looked = []
    monkeypatch.setattr(
        ndarray.np, "isnan", lambda value: looked.append(value) or np.zeros(np.shape(value), dtype=bool)
    )
    pictures = np.ones((3, 4))
    assert ndarray.as_array(pictures) is pictures
    assert not looked
    assert ndarray.as_array([1.0, 2.0]).tolist() == [1, 2]
    assert len(looked) == 1
