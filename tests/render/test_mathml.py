"""MathML of every function's row, of names, and of whole derivations: well formed, and it says what LaTeX says."""

import re
import xml.etree.ElementTree as ET

import pytest

from backcalc.analysis.explain import explain
from backcalc.analysis.samples import samples
from backcalc.calculus.load import load
from backcalc.calculus.run import run
from backcalc.language.parser import parse_expression
from backcalc.render.blocks import Equation, Section
from backcalc.render.cells import CellValue, Formula
from backcalc.render.mathml import MathmlHand, name
from backcalc.render.mathml_forms import Slot, template
from backcalc.render.reports.steps import derivation
from backcalc.rules.primitives import PRIMITIVES
from backcalc.text.source import Source

ROWS = [row for rows in PRIMITIVES.values() for row in (rows if isinstance(rows, (list, tuple)) else [rows])]


def elements(mathml):
    return ET.fromstring(f"<p>{mathml.replace('<wbr>', '<wbr/>')}</p>")


def spoken(mathml):
    """The signs of a formula in their order, as a reader without any layout has them."""
    return "".join(elements(mathml).itertext())


def written(text, digits=6):
    return MathmlHand(digits).terms(Formula(parse_expression(Source("", text))))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.symbol}-{len(row.params)}")
def test_every_row_has_a_form_that_shows_each_parameter_it_names(row):
    pieces = template(row.latex)
    elements("".join("<mi>x</mi>" if isinstance(piece, Slot) else piece for piece in pieces))
    assert sorted(piece for piece in pieces if isinstance(piece, Slot)) == sorted(re.findall(r"<(\w+)>", row.latex))
    assert "\\" not in "".join(pieces)


@pytest.mark.parametrize(
    ("text", "signs"),
    [
        ("sin(t1 + b1)", "sin(t1+b1)"),
        ("x*(y + 1)", "x·(y+1)"),
        ("x - (y - z)", "x−(y−z)"),
        ("x*(-y)", "x·(−y)"),
        ("(a + b)^2", "(a+b)2"),
        ("2^(-x)", "2−x"),
        ("-(a + b)", "−(a+b)"),
        ("a/(b*c)", "ab·c"),
        ("alpha*x_1", "α·x1"),
        ("1.5e-7*x", "1.5·10−7·x"),
        ("if x > 0 then x else 0", "{xx>00otherwise"),
        ("W.T @ x", "W⊤x"),
        ("h[1]", "h1"),
        ("X[1:, :2]", "X1:,:2"),
        ("E[[2, 0]]", "E[2,0]"),
        ("softmax(X, axis=1)", "softmax(X,axis=1)"),
        ("mean(X, axis=0, keepdims=1)", "mean(X,axis=0,keepdims=1)"),
        ("[1, 2]", "[12]"),
    ],
)
def test_a_formula_has_its_signs(text, signs):
    assert "".join(map(spoken, written(text))) == signs


def test_a_long_sum_may_be_broken_between_its_terms():
    assert list(map(spoken, written("a*b + c - d"))) == ["a·b", "+c", "−d"]


def test_a_side_that_says_what_the_last_did_is_empty():
    one = parse_expression(Source("", "1"))
    sides = MathmlHand().sides(Equation((Formula(parse_expression(Source("", "y"))), Formula(one), CellValue(1.0))))
    assert [spoken(side) for side in sides] == ["y", "=1", ""]


def sides_of(text):
    return MathmlHand().sides(Equation((Formula(parse_expression(Source("", text))),)))[0]


@pytest.mark.parametrize(
    ("text", "flat", "high"),
    [
        ("sin(t1 + b1)", 2, 0),
        ("sin(t1/b1)", 0, 2),
        ("(a + b)*(c/d + e)", 2, 2),
        ("f((a + b)*(c + sqrt(d)))", 2, 4),  # What holds high ones is high.
        ("f((a + b)*(c + d))", 6, 0),
        ("f([a, b])", 0, 2),
    ],
)
def test_brackets_stretch_around_what_is_high_alone(text, flat, high):
    """Those that may stretch are set wide by Chromium with the font of LaTeX."""
    found = sides_of(text)
    assert (found.count('<mo stretchy="false">'), len(re.findall(r"<mo>[()]", found))) == (flat, high)


def test_a_sign_between_terms_stands_apart():
    """First in its element it would be set as the sign of one number: a+b."""
    first, *others = sides_of("-a - b + c*d").split("<wbr>")
    assert first == "<math><mrow><mo>−</mo><mi>a</mi></mrow></math>"
    assert [each.startswith(f'<math><mo form="infix">{sign}<') for each, sign in zip(others, "−+", strict=True)] == [
        True
    ] * 2


def test_brackets_thousands_deep_are_read_once():
    deep = "f(" * 150 + "x" + ")" * 150
    assert sides_of(deep).count('<mo stretchy="false">') == 300


@pytest.mark.parametrize("text", ["x<script>", "a&b", 'q"t'])
def test_what_a_name_holds_is_text(text):
    assert "<script" not in name(text)
    assert spoken(name(text)) == text


@pytest.mark.parametrize("sample", list(samples()), ids=lambda sample: sample.name)
def test_derivations_are_well_formed(sample):
    graph = load(Source(sample.name, sample.text))
    found = run(graph, {}, None if graph.seeds else graph.output or graph.sinks[-1])
    hand = MathmlHand(4)
    for block in derivation(explain(found), found.output):
        for equation in block.equations if isinstance(block, Section) else ():
            sides = hand.sides(equation)
            assert len(sides) == len(equation.sides)
            assert elements("".join(sides)).findall(".//math")
