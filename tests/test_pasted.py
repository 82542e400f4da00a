"""What backcalc prints for people it reads again: a law, over the samples and over random graphs.

Every cell and every side of an equation that a command writes is read by the grammar, and must be what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from graphs import programs
from hypothesis import given, settings

from backcalc.analysis.longhand import DerivativeName, plain
from backcalc.calculus.load import load
from backcalc.cli.group import cli
from backcalc.graph.functions import GRAD
from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Name, Number, fold, with_args
from backcalc.language.parser import parse, parse_answer, parse_expression
from backcalc.language.statements import Definition, Edge
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.render.cells import CellValue, Derivative, Formula, Product
from backcalc.render.hand import Hand
from backcalc.render.values import TOO_LONG
from backcalc.render.writer import Writer
from backcalc.rules.values import is_known, literal, shape_of
from backcalc.text.source import Source

SAMPLES = sorted((Path(__file__).parents[1] / "samples").glob("*.bg"))
COMMANDS = (
    ["run"],
    ["run", "--partials"],
    ["run", "--all-pairs"],
    ["explain"],
    ["paths"],
    ["check"],
)
# What stands for something that is not shown, or is not there, says that it does.
ELIDED = re.compile(rf"…|\?|nan|^-$|^$|{re.escape(TOO_LONG)}")


class Written:
    """The cells and sides that were written, each with its text."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.found: list[tuple[Any, str]] = []
        for cls, name in ((Writer, "value"), (Writer, "formula"), (Writer, "derivative"), (Writer, "product")):
            self._record(monkeypatch, cls, name, str)
        self._record(monkeypatch, Hand, "side", lambda pieces: "".join(_blanked(pieces)))

    def _record(self, monkeypatch: pytest.MonkeyPatch, cls: type, name: str, text: Callable[[Any], str]) -> None:
        method = getattr(cls, name)

        def recorded(writer: Any, cell: Any) -> Any:
            written = method(writer, cell)
            self.found.append((cell, text(written)))
            return written

        monkeypatch.setattr(cls, name, recorded)


def _blanked(pieces: Any) -> Iterator[str]:
    for piece in pieces:
        yield piece if isinstance(piece, str) else " "


def read(text: str) -> Expr:
    """The expression that `text` is."""
    return parse_expression(Source("pasted", text))


def meant(cell: Any) -> Expr:
    """What a cell says, as an expression of the language."""
    match cell:
        case Formula(expr):
            return in_language(expr)
        case CellValue(value):
            return in_language(value) if not is_known(value) else number(value)
        case Product(factors):
            product, *others = map(_factor, factors)
            for factor in others:
                product = Call("*", (product, factor))
            return product
    raise AssertionError(cell)


def _factor(cell: CellValue | Derivative) -> Expr:
    if isinstance(cell, Derivative):
        return Call(GRAD, (Name(cell.of), Name(cell.wrt)))
    return number(cell.value)


def number(value: Any) -> Expr:
    """A number or array as the language writes it, negative ones by their sign."""
    if not is_known(value):
        return in_language(value)
    if shape_of(value):
        return Call(VECTOR, tuple(map(number, value)))
    return Call(NEGATE, (Number(-float(value)),)) if value < 0 else Number(float(value) + 0.0)


def in_language(expr: Expr) -> Expr:
    """A formula of a derivation in the language: derivatives are calls, negative numbers have a sign before them."""

    def leaf(part: Number | Name) -> Expr:
        if isinstance(part, DerivativeName):
            return Call(GRAD, (Name(part.of), Name(part.wrt)))
        if isinstance(part, Number):
            return read(part.text) if part.text else number(part.value)
        return part

    return fold(plain(expr), leaf, with_args)


def require_read_back(cell: Any, text: str) -> bool:
    """Whether `text` could be read, which must be what `cell` says; what is left out is passed over."""
    if isinstance(cell, Derivative):
        if "…" in text or cell.of == "node" or cell.wrt == "node":
            return False
        answer = parse_answer(Source("pasted", f"{text} = 1"))
        assert (answer.of, answer.wrt) == (cell.of, cell.wrt)
        return True
    if ELIDED.search(text):
        return False
    # By its text, in which a function with partials of its own goes by its name.
    expected = read(unparse(from_the_left(meant(cell))))
    assert from_the_left(read(text)) == expected, text
    return True


def from_the_left(expr: Expr) -> Expr:
    """`expr` with its products read from the left, as they are printed: x*(y*z) is x*y*z."""

    def call(part: Call, args: tuple[Expr, ...]) -> Expr:
        left, *right = (args[0], *_factors(args[1])) if part.fn == "*" else (with_args(part, args),)
        for factor in right:
            left = Call("*", (left, factor))
        return left

    return fold(expr, lambda leaf: leaf, call)


def _factors(expr: Expr) -> list[Expr]:
    factors: list[Expr] = []
    while isinstance(expr, Call) and expr.fn == "*":
        factors.append(expr.args[1])
        expr = expr.args[0]
    return [expr, *reversed(factors)]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_what_a_sample_prints_is_read_again(path, command, monkeypatch):
    written = Written(monkeypatch)
    at = ["--at", f"@{path.with_suffix('.json')}"] if path.with_suffix(".json").exists() else []
    for point in ([], at) if at else ([],):
        CliRunner().invoke(cli, [*command, str(path), *point, "--digits", "17"])
    assert sum(require_read_back(cell, text) for cell, text in written.found) > 0 or not written.found


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
@pytest.mark.parametrize("command", ["derive", "fmt"])
def test_the_file_that_a_sample_becomes_is_read_again(path, command):
    found = CliRunner().invoke(cli, [command, str(path)])
    if found.exit_code:
        pytest.skip("its output is no number")
    program = parse(Source("pasted", found.stdout))
    again = "".join(f"{unparse_statement(statement)}\n" for statement in program.statements)
    assert parse(Source("again", again)).statements is not None


# What the samples have little of: axes, places in arrays, windows, comprehensions, outputs that are vectors.
TEXTS = [
    "input X[2,3] = 0.5\ns = softmax(X, axis=1)\nJ = sum(s^2) + mean(sum(X, axis=0))",
    "input X[2,3] = 0.5\nm = mean(X, axis=0, keepdims=1)\nd = X - m\nJ = sum(d^2/sum(X, axis=1, keepdims=1))",
    "input x[4] = 0.25\nu = x[1:3]\nv = x[-1]\nJ = sum(u)*v + x[0]^2",
    "input X[3,3] = 0.5\nu = X[1:, 0]\nv = X[:, 2]\nJ = sum(u)*sum(v^2)",
    "input E[3,2] = 0.5\nr = E[[2, 0, 2]]\nJ = sum(r^2)",
    "input x[3] = 0.5\nw = [x[k]^2*k for k in 0..2]\nJ = sum(x[k]*w[k] for k in 0..2)",
    "input x[4] = 0.25, k[2] = 0.5\nc = conv(x, k)\nJ = sum(tanh(c))",
    "input X[4,4] = 0.5, K[2,2] = 0.25\nc = conv(X, K, stride=2, pad=1)\nJ = sum(c^2)",
    "input x[4] = [1, 3, 2, 5]\np = maxpool(x, 2)\nq = avgpool(x, 2)\nJ = sum(p*q)",
    "input W[2,2] = [[1, 2], [3, 4]], x[2] = [0.5, 1]\nh = tanh(W @ x)\np = h*2",
    "input x[2] = [0.5, 1]\np = [x[0]*x[1], x[0]^2]",
    "input x = 0.5\ny = e^x + σ'(x)*ln'(x)\nJ = y^2/3",
    # Matrices by matrices, rows with a bias, masks, constants, loops, templates, functions of the file's own.
    "input Q[2,3] = 0.5, K[2,3] = 0.25, V[2,3] = 2\nS = Q @ K.T/sqrt(3)\nA = softmax(S, axis=1)\nJ = sum((A @ V)^2)",
    "input X[3,2] = 0.5, W[2,2] = 0.25, b[2] = 2\nZ = X @ W + b\nH = relu(Z)\nJ = mean(H)",
    "input X[3,2] = 0.5\nm = mean(X, axis=0)\nv = var(X, axis=0)\nN = (X - m)/sqrt(v + 1e-5)\nJ = sum(N*X)",
    "input W[2,2] = 0.5\nconst M = [[1, 0], [2, 1]]\nconst n = 2\nJ = sum(W*M)^n + trace(W @ M)",
    "input x0 = 0.5, w = 0.25\nfor k in 1..3 { x{k} = tanh(w*x{k-1} + 1/k) }\nJ = sum(x{k}^2 for k in 1..3)",
    "input h0[2] = 0.5, U[2,2] = 0.25\nfor k in 1..2 { h{k} = tanh(U @ h{k-1}) }\nJ = sum(h2)",
    "input x = 0.5, y = 0.25\ndef act(a, b) = sin(a + b)*a\nu = act(x, y)\nJ = act(u, 1/3)^2",
    "input x = 0.5\ndef q(a) = round(a) { d(q)/d(a) = 1 }\nu = q(3*x)\nJ = u^2 + q(x)",
    "input x = 0.5, w = 0.25\nu = if x > w then x^2 else w\nJ = where(u > 1, u, 3*w) + max(u, x)",
    "input A[2,2] = [[2, 1], [0, 3]], b[2] = 0.5\nx = inv(A) @ b\nJ = norm(x) + log(det(A))",
    "input a[2] = 0.5, b[2] = 0.25\nP = outer(a, b)\nc = concat(a, b)\nJ = sum(P) + norm(c)*dot(a, b)",
    "input X[2,2] = 0.5\nr = reshape(X, 4, 1)\nf = flatten(X)\nJ = sum(r) + sum(f^2) + sum(clip(X, 0, 1))",
    "input a = 0.5, T[2,2] = 0.25\nt = softmax_cross_entropy(T, [[1, 0], [0, 1]], axis=1)\nJ = sum(t)*a",
    "input z[3] = 0.5\np = softmax(z)\nJ = cross_entropy(p, [0, 1, 0]) + logsumexp(z)",
    "input x = 0.5\ng = x^3\ns = grad(g, x)\nJ = s*stop_gradient(x) + g",
]
WAYS = [
    *(["run"], ["run", "--partials"], ["run", "--expand"], ["run", "--all-pairs"], ["explain"], ["paths"]),
    *(["run", "--mode", "forward"], ["run", "--along"], ["check"]),
]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("is_known", [True, False])
def test_what_a_text_prints_is_read_again(text, way, is_known, monkeypatch):
    text = text if is_known else without_values(text)
    graph = load(Source("test", text))
    (output,) = graph.sinks
    name = graph.inputs[0]
    more = {
        "--along": [f"{name}={_like(graph, name)}"],
        "check": [f"d{output}/d{name} = {0 if is_known else name}"],
    }.get(way[-1], [])
    more = [*more, *["--wrt", name] * (way[-1] == "forward")]
    written = Written(monkeypatch)
    found = CliRunner().invoke(cli, [way[0], "-", *way[1:], *more, "--digits", "17"], input=text)
    assert found.exit_code < 2 or not is_known or way[0] == "paths", found.output
    for cell, said in written.found:
        require_read_back(cell, said)
    assert written.found or found.exit_code == 2


def without_values(text):
    """The same with inputs that have no values: they leave formulas."""
    lines = [re.sub(r" = (\[[\d., \[\]]*\]|[\d.]+)(?=,|$)", "", line) for line in text.split("\n") if line]
    return "\n".join(new if new.startswith("input ") else old for new, old in zip(lines, text.split("\n"), strict=True))


def _like(graph, name):
    """Ones in the shape of an input."""
    found = "1"
    for length in reversed(graph.node(name).shape or ()):
        found = f"[{', '.join([found] * length)}]"
    return found


def invoked(text, *args):
    """What a command prints of `text`, and its exit status."""
    result = CliRunner().invoke(cli, [args[0], "-", *args[1:]], input=text)
    return result.stdout, result.exit_code


NUMBERS = [text for text in TEXTS if "\nJ = " in text]


@pytest.mark.parametrize("text", NUMBERS)
def test_a_formula_of_the_gradient_is_the_right_answer(text):
    unknown = without_values(text)
    for name in load(Source("test", unknown)).inputs:
        formula, status = invoked(unknown, "run", "--get", f"dJ/d{name}")
        assert status == 0
        marks, status = invoked(unknown, "check", f"dJ/d{name} = {formula.strip()}")
        assert status == 0, marks


@pytest.mark.parametrize("text", NUMBERS)
def test_the_gradient_as_a_file_has_the_gradient_s_values(text):
    names = load(Source("test", text)).inputs
    expected = [invoked(text, "run", "--get", f"dJ/d{name}")[0] for name in names]
    derived, status = invoked(text, "derive")
    assert status == 0
    for name, value in zip(names, expected, strict=True):
        pasted = invoked(derived, "run", "--get", f"dJ_d{name}")[0]
        np.testing.assert_allclose(json.loads(pasted), json.loads(value), rtol=1e-12, atol=1e-15)


@settings(max_examples=40)
@given(programs(kinds=("formula", "edges")))
def test_what_a_random_graph_prints_is_read_again(drawn):
    with pytest.MonkeyPatch.context() as monkeypatch:
        written = Written(monkeypatch)
        text = "\n".join(line for lines in drawn.lines.values() for line in lines)
        at = ",".join(f"{name}={value!r}" for name, value in drawn.point.items())
        for command in (["run", "--partials"], ["explain"], ["paths", "--limit", "3"]):
            for point in ([], ["--at", at]):
                CliRunner().invoke(cli, [*command, "-", "--of", drawn.names[-1], *point, "--digits", "17"], input=text)
        assert sum(require_read_back(cell, text) for cell, text in written.found)


LINE = "input x = 0.5\nv = σ(x)*x + 1e-5\nJ = (v - 1)^2 + x\n"


def test_a_line_of_a_derivation_is_a_statement():
    out = CliRunner().invoke(cli, ["explain", "-"], input=LINE).stdout
    lines = [line.strip() for line in out.splitlines() if " = " in line]
    for line in lines:
        symbol, formula, *numbers = line.split(" = ")
        (statement,) = parse(Source("pasted", f"{symbol} = {formula}")).statements
        assert isinstance(statement, Edge if "∂" in symbol else Definition)
        assert all(read(number) for number in numbers)
    assert len(lines) > 5


REMARKS = "u -> o : 2\nc -> d : 3\no = 0.1\nL = o^2\ninput e\noutput L\n"


def test_the_lines_of_a_derivation_are_right_answers_with_their_remarks():
    lines = [line.strip() for line in invoked(REMARKS, "explain")[0].splitlines() if " = " in line]
    assert sum(line.endswith(")") for line in lines) > 3
    marks, status = invoked(REMARKS, "check", *lines)
    assert status == 0, marks


# With other ways from the tail to the head: ∂d1/∂b is there the local partial, and in an answer the whole derivative.
SKIPPED = {"micrograd": {"∂d1/∂b", "∂d2/∂b", "∂c2/∂a", "∂d1/∂a", "∂d2/∂a"}}


def points_of(path):
    """No point, and the one that a sample has in a file of its own."""
    return [[], ["--at", f"@{path.with_suffix('.json')}"]][: 1 + path.with_suffix(".json").exists()]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_derivation_as_a_whole_is_a_sheet_of_right_answers(path, tmp_path):
    text = path.read_text(encoding="utf-8")
    for point in points_of(path)[-1:]:
        derivation, status = invoked(text, "explain", *point, "--digits", "17")
        assert status == 0
        local = SKIPPED.get(path.stem, set())
        lines = [line for line in derivation.splitlines() if line.strip().split(" = ")[0] not in local]
        assert {line.strip().split(" = ")[0] for line in derivation.splitlines()} >= local
        (sheet := tmp_path / "sheet.txt").write_text("\n".join(lines), encoding="utf-8")
        marks = CliRunner().invoke(cli, ["check", str(path), *point, "--answers", str(sheet)])
        assert marks.exit_code == 0, marks.output
        assert lines[0].startswith(("Forward pass", "Reverse pass"))


@pytest.mark.parametrize("text", NUMBERS)
def test_the_gradient_of_a_table_is_a_sheet_of_right_answers(text, tmp_path):
    table, status = invoked(text, "run", "--digits", "17")
    assert status == 0
    (sheet := tmp_path / "sheet.txt").write_text(table.partition("\n\n")[2], encoding="utf-8")
    marks, status = invoked(text, "check", "--answers", str(sheet))
    assert status == 0, marks
    assert marks.count("✓") == len(load(Source("test", text)).inputs)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_lines_of_a_derivation_are_expected_results(path):
    text = path.read_text(encoding="utf-8")
    for point in points_of(path)[-1:]:
        lines = [line.strip() for line in invoked(text, "explain", *point, "--digits", "17")[0].splitlines()]
        local = SKIPPED.get(path.stem, set())
        stated = [line for line in lines if " = " in line and line.split(" = ")[0] not in local]
        bare = "\n".join(line for line in text.splitlines() if not line.startswith("#="))
        marks, status = invoked(f"{bare}\n" + "".join(f"#= {line}\n" for line in stated), "check", *point)
        assert status == 0, marks


def test_a_formula_without_a_slope_is_an_answer():
    text = "input x = 0\ny = log(x)"
    derivation, _ = invoked(text, "explain")
    assert "(no slope here)" in derivation
    lines = [line.strip() for line in derivation.splitlines() if " = " in line]
    marks, _ = invoked(text, "check", *lines)
    assert "unreadable" not in marks
    assert "unknown" not in marks


def test_literal_of_a_value_is_what_it_prints():
    assert literal(0.5) == read("0.5")
