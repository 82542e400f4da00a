"""Which engine serves makes no difference: a large text says what a small one says, mistakes too."""

from __future__ import annotations

from pathlib import Path

import pytest

from backcalc.analysis.run import LARGE, Text
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.language.tables import FOLDER
from backcalc.text.errors import BackcalcError, render
from backcalc.text.source import Source

ERRORS = sorted((Path(FOLDER).parent / "samples/errors").rglob("*.bg"))
PADDING = f"\n# {'c' * LARGE}\n"
EDGES = "\n".join(f"n{i} -> n{i + 1} : 0.5" for i in range(LARGE // 15))


def said(text, padding, at=None, of=None):
    """What comes of a text: its mistakes, or its results and warnings, in words."""
    source = Source("test", text + padding)
    try:
        found = Text(source).run(at or {}, of) if padding else run(load(source), at or {}, of)
    except BackcalcError as error:
        return [render(error.source, each) for each in error.diagnostics]
    warnings = [render(source, each) for each in found.warnings]
    return repr((found.output, list(found.values), list(found.adjoints), found.gradient)), warnings


def text_of(path):
    return path.read_bytes().decode("utf-8", "replace").replace("\r\n", "\n")


@pytest.mark.parametrize("path", ERRORS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_a_large_text_has_the_mistakes_of_a_small_one(path):
    padding = PADDING.replace("# ", "%% ") if "mermaid" in path.stem else PADDING  # What a comment is there.
    assert said(text_of(path), padding) == said(text_of(path), "")


CASES = [
    ("output nope\na b 2", {}, None),
    ("output x\na b 2  # x", {}, None),
    ("output pi\na b 2", {}, None),
    ("a b 2", {}, "nope"),
    ("t{k} = sin(x)", {"x": 1.0}, None),
    ("u -> t{k} : 3", {}, None),
    ("u -> t{k} : 3\nu -> v : 2", {}, None),
    ("e = 2\ny = e*pi + inf*0 + tau", {}, None),
    ("y = e*pi", {}, None),
    ("y = inf*tau + pi - e", {}, None),
    ("u -> v : pi\nv -> w : e", {}, None),
    ("pi -> v : pi", {}, None),
    ("x = = 3\ny = sni(n3)\na -> b : 3\nb -> a : 3", {}, None),
    ("y = 2x\ny = 3\nz = f(1)\nz = max()", {}, None),
    ("input x = a\na -> b : 2", {}, None),
    ("input x = sni(2)\na -> b : 2", {}, None),
    ("input x in [0, a]\na -> b : x", {}, None),
    ("input x = pi/4 in [-1, e]\ny = 2*x", {}, None),
    ("given nope = 2\na b 2", {}, None),
    ("adjoint nope = 2\na b 2", {}, None),
]


@pytest.mark.parametrize(("text", "at", "of"), CASES)
def test_what_is_said_does_not_depend_on_size(text, at, of):
    assert said(text, PADDING, at, of) == said(text, "", at, of)


def test_all_mistakes_of_a_large_text_are_told_in_one_go():
    text = f"{EDGES}\nx = = 3\ny = sni(n3)\nn5 -> n4 : 3"
    with pytest.raises(BackcalcError) as caught:
        Text(Source("test", text)).graph  # noqa: B018
    assert [error.code for error in caught.value.diagnostics] == ["cycle", "syntax", "unknown-function"]
