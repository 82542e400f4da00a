"""What the parser says when it refuses: every row of SYNTAX_HINTS speaks, and none in the parser's own names."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import TOKENS, token_soup

from backcalc.language import hints as syntax_hints
from backcalc.language.hints import TERMINAL_WORDS
from backcalc.language.parser import parse, parse_answer, parse_expression, parse_point
from backcalc.language.slips import SYNTAX_HINTS, SyntaxHint
from backcalc.text.errors import BackcalcError, Diagnostic, ParseError
from backcalc.text.source import Source

law = settings(max_examples=1000)


def refusals(text: str) -> tuple[Diagnostic, ...]:
    """What the parser says of `text`; nothing where it accepts it."""
    try:
        parse(Source("test", text))
    except ParseError as error:
        return error.diagnostics
    return ()


def refusal(text: str) -> Diagnostic:
    """The one thing the parser says of `text`."""
    (diagnostic,) = refusals(text)
    return diagnostic


# ---- The rows --------------------------------------------------------------------------------------------------------

# What somebody who follows the hint would write.
CORRECTED = {
    "x = 0:1:5": "x = [k for k in 1..5]",
    "if = 3": "c = 3",
    "let y = 3": "y = 3",
    "output x, y": "output x",
    "const n": "const n = 3",
    "const eps = 0.1, K = 4": "const eps = 0.1; const K = 4",
    "def f(x) = x { d(f)/d(x) = 1": "def f(x) = x { d(f)/d(x) = 1 }",
    "input h 3": "input -> h : 3",
    "given h": "given h = 3",
    "def f() = 2": "def f(x) = 2",
    "def f(x) x^2": "def f(x) = x^2",
    "f(x) = x^2": "f = x^2; def g(x) = x^2",
    "w ← w - 1": "w2 = w - 1",
    "w <- w - 1": "w2 = w - 1",
    "a^[1] = x": "a1 = x",
    "y = {x if x>0, 0 else": "y = if x>0 then x else 0",
    "y = wᵀx": "y = w.T @ x",
    "y = sin 2x": "y = sin(2*x)",
    "y = x[::2]": "y = x[[0, 2, 4]]",
    "for k in 1..5:": "for k in 1..5 { }",
    "for k in range(1, 5) {": "for k in 1..5 { }",
    "for k = 1..5 {": "for k in 1..5 { }",
    "u => v : 3": "u -> v : 3",
    "v <- u": "u -> v : 3",
    "u -> v -> w : 3": "u -> v : 3; v -> w : 2",
    "u -> v": "u -> v : 3",
    "u -> v = 3": "u -> v : 3",
    "∂v/∂u : 3": "∂v/∂u = 3",
    "u,v": "u,v,3",
    "u, v, 3, 4": "u, v, 3",
    "3 = y": "y = 3",
    "y = 1, 2, 3": "y = [1, 2, 3]",
    "y := 3": "y = 3",
    "y += 1": "z = y + 1",
    "a = 1, b = 2": "a = 1; b = 2",
    "y[0] = 3": "y = [1, 2]",
    "y == 3": "claim y == 3",
    "y =": "y = 3",
    "y": "input y",
    "y = x²^3": "y = (x²)^3",
    "y = √x²": "y = sqrt(x^2)",
    "y = √2π": "y = sqrt(2*π)",
    "y = 1/2π": "y = 1/(2*π)",
    "y = 2½": "y = 2 + ½",
    "y = ½x": "y = ½*x",
    "y = sin⁻¹(x)": "y = asin(x)",
    "y = sin²(x)": "y = sin(x)^2",
    "y = W⁽¹⁾": "y = W1",
    "y = eˣ": "y = e^x",
    "y = (a + b)ˣ": "y = (a + b)^x",
    "y = ½(a + b)": "y = ½*(a + b)",
    "y = a⁄b": "y = a/b",
    "u -[3]-> v": "u -> v : 3",
    "v ← u : 3": "u -> v : 3",
    "(0, 1, 2.0)": "0 -> 1 : 2.0",
    "1.0,2.0,0.5": "1,2,0.5",
    "a|b|2": "a,b,2",
    "a,b,$2.00": "a,b,2.00",
    "a,b,0.5f": "a,b,0.5",
    "a b 1,5": "a b 1.5",
    "a -> b : 0,5": "a -> b : 0.5",
    "𝜕v/𝜕u = 3": "∂v/∂u = 3",
    "d v / d u = 3": "d(v)/d(u) = 3",
    "∂²v/∂u² = 3": "∂v/∂u = 3",
    "y = 1_000": "y = 1000",
    "y = 3,5": "y = 3.5",
    "y = [1, 2; 3, 4]": "y = [[1, 2], [3, 4]]",
    "y = {": "y = [1, 2]",
    "y = [1 2]": "y = [1, 2]",
    "y = sin^2(x)": "y = sin(x)^2",
    "y = a if c else b": "y = if c then a else b",
    "y = if c then a": "y = if c then a else b",
    "y = x % 2": "y = x - 2*floor(x/2)",
    "y = 2x": "y = 2*x",
    "J = 1/2 (y - z)^2": "J = 1/2*(y - z)^2",
    "y = (a + b) c": "y = (a + b)*c",
    "y = (a + b)(c - d)": "y = (a + b)*(c - d)",
    "y = sin x + 1": "y = sin(x) + 1",
    "y = w x + b": "y = w*x + b",
    "y = w.x + b": "y = w @ x + b",
    'y = "x"': "y = x",
    "y = \\sigma*x": "y = sigma*x",
    "y = a || b": "y = a or b",
    "y = |x|": "y = abs(x)",
    "y = a && b": "y = a and b",
    "y = !a": "y = not a",
    "y = a => b": "y = a >= b",
    "y = x***2": "y = x**2",
    "y = layer.weight": "y = layer_weight",
    "y = a < f(b) < c": "y = a < f(b) and f(b) < c",
    "y = 2 +": "y = 2 + x",
    "y = a)": "y = a",
    "import numpy as np": "y = sin(x)",
    "return y": "output y",
    "print(y)": "y = 3",
    "y = 2*x // twice": "y = 2*x # twice",
    "y <- 3": "y = 3",
    "y ≈ 3.14": "y = 22/7 #= y = 3.14",
    "y = 5%*x": "y = 0.05*x + 5/100",
    "y = 1,000": "y = 1000 + 1.000",
    "y = 3!": "y = prod([1, 2, 3])",
    "y = sin(30°)": "y = sin(30*pi/180)",
    "y = W1 v": "y = W1 @ v",
    "y = np.exp(x)": "y = exp(x)",
    "y = np.pi*r^2": "y = pi*r^2",
    "y = a.*b": "y = a*b",
    "y = x.sum()": "y = sum(x)",
    "y = \\frac{a}{b}": "y = a/b",
    "y = a \\cdot b": "y = a*b",
    "y = \\sqrt{x}": "y = sqrt(x)",
    "y = \\sum x": "y = sum(x)",
    "y = \\left(x\\right)": "y = (x)",
    "y = A\\b": "y = inv(A) @ b",
    "y = e^{2*x}": "y = e^(2*x)",
    "y = ∑ x": "y = sum(x)",
    "y = ∏ x": "y = prod(x)",
    "g = ∇y": "g = grad(y, x)",
    "y = ∫x": "y = x",
    "y = ‖x‖": "y = norm(x)",
    "y = ⟨a, b⟩": "y = dot(a, b)",
    "y = a ⊗ b": "y = outer(a, b)",
    "y = f ∘ g": "y = f(g(x))",
    "y = ⌊x⌋": "y = floor(x)",
    "y = ⌈x⌉": "y = ceil(x)",
    "y = ∛x": "y = cbrt(x) + x^(1/4)",
    "y = a ± b": "y = a + b",
    "layer-1,h,0.5": "layer_1,h,0.5",
    "W ∈ ℝ³ˣ⁴": "input W[3,4]; y = sum(W)",
    "input W(3, 4)": "input W[3,4]; y = sum(W)",
    "input x in (0, 1)": "input x in [0, 1]",
    "input x: 1": "input x = 1",
    "input x, y = 1, 2": "input x = 1, y = 2",
    "∂L/∂y = ?": "L = 2*y",
    "def f(x) = return x": "def f(x) = x",
    "f[x_] := x^2": "def f(x) = x^2",
    "y = lambda x: x^2": "def f(x) = x^2",
    "1. y = x^2": "y = x^2",
    "(u, v, 3)": "u -> v : 3",
    "(y = x^2)": "y = x^2",
    "if x > 0: y = x": "y = if x > 0 then x else 0",
    "while x > 0": "for k in 1..5 { x{k} = x{k-1} - 1 }",
    "d/dx (x^2)": "y = x^2; z = grad(y, x)",
    "dy/dx": "y = x^2",
    "u --3--> v": "u -> v : 3",
    "u -> 3 -> v": "u -> v : 3",
    "u - v : 3": "u -> v : 3",
    "u, v: 3": "u,v,3",
    "a, b = 1, 2": "a = 1; b = 2",
    "claim y = x": "claim y == x",
    "y = z = 3": "z = 3; y = z",
    "y = x^2,": "y = x^2",
    "y ← x": "y = x",
    "y = a²b": "y = a²*b",
    "y = x⁰·⁵": "y = x^(0.5)",
    "y = x^T W": "y = x.T @ W",
    "y = log_{10}(x)": "y = log10(x) + log(x)/log(3)",
    "y = max{0, x}": "y = max(0, x)",
    "y = sum_{i=1}^{3} x_i": "x = [1, 2, 3]; y = sum(x[k] for k in 0..2)",
    "y = max(0 x)": "y = max(0, x)",
    "y = max(0; x)": "y = max(0, x)",
    "y = 10 000": "y = 10000",
    "y = 1 000 000": "y = 1000000",
    "y = 0x10": "y = 16",
    "y = (1, 2, 3)": "y = [1, 2, 3]",
    "y = 1:5": "y = [k for k in 1..5]",
    "y = Piecewise[{{x, x > 0}}, 0]": "y = if x > 0 then x else 0",
    "y = x // 2": "y = floor(x/2)",
    "y = 1.234,5": "y = 1234.5",
    "y = x.t()": "y = x.T",
    "y = W.T.dot(x)": "y = W.T @ x",
    "y = \\begin{pmatrix} 1 & 2 \\end{pmatrix}": "y = [1, 2]",
    "y = (x + 1).sum()": "y = sum(x + 1)",
    "y = x^2 \\\\": "y = x^2",
    "y = \\mathbf{w}*x": "y = w*x",
    "y = \\|x\\|": "y = norm(x)",
    "y = \\log_2 x": "y = log2(x)",
    "y = w^\\top": "y = w.T",
    "y = \\infty": "y = inf",
    "y = a \\odot b": "y = a*b",
    "y = a \\leq b": "y = a <= b",
    "u \\to v : 3": "u -> v : 3",
    "g = \\nabla y": "y = x; g = grad(y, x)",
    "y &= x^2": "y = x^2",
    "y = <w, x>": "y = dot(w, x)",
    "y = a • b": "y = a*b",
    "y = ∥x∥": "y = norm(x)",
    "y = X[..., 0]": "y = X[:, 0]",
    "y = x (* twice *)": "y = x # twice",
    "y = 2 ||x||": "y = 2*norm(x)",
    "input x ∈ [0, 1]": "input x in [0, 1]",
    "y = x[:, np.newaxis]": "y = reshape(x, 3, 1)",
    "y = math.log(x, 3)": "y = log(x)/log(3)",
    "y = np.dot(W, x)": "y = W @ x",
    "y = np.max(x, 0)": "y = max(x, axis=0)",
    "y = STDEV.S(x)": "y = std(x, ddof=1)",
    "y = x.shape[0]": "const n = 5; y = n",
    "y = x.grad": "y = x^2; z = grad(y, x)",
    "y = x.max(0)": "y = max(x, axis=0)",
    "y = w.dot(x)": "y = dot(w, x)",
    "y = a . b": "y = a @ b",
    "y = x /. x -> 2": "y = x",
    "y = ones((3, 2))": "y = ones(3, 2)",
    "y = \\begin{cases} x \\end{cases}": "y = if x > 0 then x else 0",
    "y = \\mathrm{ReLU}(x)": "y = relu(x)",
    "y = \\tanh(x)": "y = tanh(x)",
    "\\frac{\\partial v}{\\partial u} = 3": "∂v/∂u = 3",
    "g = \\frac{\\partial y}{\\partial x}": "y = x; g = grad(y, x)",
    "y = [k*j for k in 1..2 for j in 1..3]": "y = [[k*j for k in 1..2] for j in 1..3]",
    "y = sum(k^2 for k in 1..3 if k > 1)": "y = sum(if k > 1 then k^2 else 0 for k in 1..3)",
    "o = 0.1 (given)": "o = 0.1 # given",
    "y = np.linalg.norm(x, 1)": "y = sum(abs(x))",
    "y = reshape(x, (2, 3))": "y = reshape(x, 2, 3)",
    "y = 1{x > 0}": "y = 2*(x > 0)",
    "y = x sin(x)": "y = x*sin(x)",
    "y = \\ln x": "y = ln(x)",
    "y = \\mathbb{E}[x]": "y = mean(x)",
    "\\hat{y} = x": "y_hat = x",
    "y = x^\\prime": "y = x'",
    "y = \\langle a, b": "y = dot(a, b)",
    "y = \\lfloor x \\rfloor": "y = floor(x)",
    "y = \\int_0^1 x": "y = x",
    "y = a \\otimes b": "y = outer(a, b)",
    "y = a \\oplus b": "y = a + b",
    "y = f \\circ g": "def f(x) = x; def g(x) = x; y = f(g(x))",
    "y = a \\div b": "y = a/b",
    "y \\coloneqq 3": "y = 3",
    "y = a \\, b": "y = a * b",
    "$y = x^2$": "y = x^2",
    "y = \\sqrt[3]{x}": "y = cbrt(x)",
    "y = W^{T} x": "y = W.T @ x",
    "y = W^{T}": "y = W.T",
    "y = x^⊤ w": "y = x.T @ w",
    "y = x^⊤": "y = x.T",
    "y = Plus @@ x": "y = sum(x)",
    "y = x @@ w": "y = x @ w",
    "y = bsxfun(@plus, a, b)": "y = a + b",
    "y = a + b ...": "y = (a + b)",
    "y = sin^-1(x)": "y = asin(x)",
    "y = 2 x 3": "y = 2*3",
    "y = 3√x": "y = 3*√x",
    "y = ³√x": "y = cbrt(x)",
    "y = [x^2 for x in v]": "y = [v[k]^2 for k in 0..2]",
    "y = x(:)": "y = flatten(x)",
    "y = SUM(A1:A2)": "y = sum([A1, A2])",
    "y = x(2:3)": "y = x[1:3]",
    "y = norm(A, 'fro')": "y = norm(A)",
    "y = sum(x, 'all')": "y = sum(x)",
    "y = Sum[k, {k, 1, 3}]": "y = sum(k for k in 1..3)",
    "y = Clip[x, {0, 1}]": "y = clip(x, 0, 1)",
    "y = x + 1,5*x": "y = x + 1.5*x",
    "y = IF(x > 0; x; 0)": "y = if x > 0 then x else 0",
    "y = x // Sin": "y = sin(x)",
    "=A1*2": "y = A1*2",
    "y = 2*x = 2*3 = 6": "y = 2*x #= y = 6",
    "v = w·x + b = ?": "v = w·x + b",
    "y = \\frac x y": "y = x/y",
    "y = \\frac{a + 1}{b}": "y = (a + 1)/(b)",
    "y = \\sum_{i=1}^{n} x_i": "const n = 3; y = sum(x[i-1] for i in 1..n)",
    "y = ∏_{i=1}^n x_i": "const n = 3; y = prod(x[i-1] for i in 1..n)",
    "y = (A + B)'": "y = (A + B).T",
    "y = x is null": "y = x",
    "input x = 1,5": "input x = 1.5",
    "input x in [0, 1] = 0.5": "input x = 0.5 in [0, 1]",
    "y = 1.5D+03*x": "y = 1.5e+03*x",
    "input K = 1.000,50": "input K = 1000.5",
    "input W^{(1)} = 2": "input W1 = 2",
    "s² = var(x)": "s_2 = var(x)",
    "u –> v : 3": "u -> v : 3",
    "u —3→ v": "u -> v : 3",
    "a = 1 and b = 2": "a = 1; b = 2",
    "y = x² (1.2)": "y = x² # (1.2)",
    "y = A⁻¹b": "y = inv(A) @ b",
    "y = (A + B)V": "y = (A + B) @ V",
    "y = h₋₁": "y = h_prev",
    "y = a ‖ b": "y = 1/(1/a + 1/b)",
    "y = x ⋆ w": "y = conv(x, w)",
    "y = x ＋ z": "y = x + z",
    "y = x—1": "y = x-1",
    "y = A^{-1} b": "y = inv(A) @ b",
    "y = A^{-1}": "y = inv(A)",
    "y = |A|": "y = det(A)",
    "y = CDF[NormalDistribution[], x]": "y = normcdf(x)",
    "y = PDF[NormalDistribution[], x]": "y = normpdf(x)",
}

rows = pytest.mark.parametrize("row", SYNTAX_HINTS, ids=[row.example for row in SYNTAX_HINTS])


def test_every_row_has_its_correction():
    assert set(CORRECTED) == {row.example for row in SYNTAX_HINTS}
    assert len(SYNTAX_HINTS) == len(CORRECTED)


@rows
def test_a_row_speaks_to_its_example(row: SyntaxHint, monkeypatch):
    hints = refusal(row.example).hints
    monkeypatch.setattr(syntax_hints, "SYNTAX_HINTS", (row,))
    assert refusal(row.example).hints == hints != ()  # Alone it says what the whole table says: none shadows it.


@rows
def test_every_blank_in_a_hint_is_filled(row: SyntaxHint):
    (hint,) = refusal(row.example).hints
    blanks = re.compile(row.pattern).groupindex
    assert set(re.findall(r"\{(\w)\}", row.hint)) <= set(blanks)
    assert not re.search(r"\{\w\}", hint)


@pytest.mark.parametrize("example", CORRECTED)
def test_who_follows_the_hint_is_understood(example):
    assert refusals(CORRECTED[example]) == ()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("y = 2x", "a product needs its sign: 2*x"),
        ("y = 2(x)", "a product needs its sign: 2*(…)"),
        ("1. u -> v : 3", "a statement stands without a number or a bullet: y = …"),
        ("(1) a b 3", "a statement stands without a number or a bullet: y = …"),
        ("a) u -> v : 3", "a statement stands without a number or a bullet: y = …"),
        ("a -> b : 1'000", "thousands stand without a sign or blank: 1000"),
        ("a b -1'000", "thousands stand without a sign or blank: 1000"),
        ("a,b,1 000", "thousands stand without a sign or blank: 1000"),
        ("a\tb\t1 000.5", "thousands stand without a sign or blank: 1000.5"),
        ("a b 1 000", "an edge has three columns: tail, head, partial"),
        ("y = 2 x", "a product needs its sign: 2*x"),
        ("y = 3.5sin(x)", "a product needs its sign: 3.5*sin"),
        ("y = 2σ", "a product needs its sign: 2*σ"),
        ("u -> v : 2x", "a product needs its sign: 2*x"),
        ("u v 2x", "a product needs its sign: 2*x"),
        ("y = f(x) y", "a product needs its sign: (…)*y"),
        ("J = ½(y − z)²", "a product needs its sign: ½*(…)"),
        ("y = cos^2 x", "a power of a function's value is written cos(x)^2"),
        ("y = sin x)", "an argument stands in parentheses, sin(x), and a product needs its sign, sin*x"),
        ("y = f x", "an argument stands in parentheses, f(x), and a product needs its sign, f*x"),
        ("y = t_2 b_2", "a product needs its sign: t_2*b_2"),
        ("y = x1 x2", "a product needs its sign: x1*x2"),
        ("y = sum_i y_i", "a sum of the elements is sum(x)"),
        ("y = <1, 2>", "a vector stands in brackets: [1, 2]"),
        ("given h 3", "`given` begins a declaration; an edge from a node named given is written given -> h : 3"),
        ("output a, b", "there is one output; `--of` asks for another"),
        ("a = 1 b = 2", "a newline or `;` parts statements: a = 1; b = 2"),
        ("adjoint h", "its value is missing: adjoint h = 3"),
        ("def f = 2", "a function needs its parameters: def f(x) = x^2"),
        ("def f(x): x^2", "the body stands after `=`: def f(x) = x^2"),
        ("for k in 1:5 {", "a range is written 1..5: for k in 1..5 { … }"),
        ("for k in [1, 2, 3] {", "a range is written 1..5: for k in 1..5 { … }"),
        ("for k in 1..5 do {", "the body stands in braces: for k in 1..5 { … }"),
        ("for k in 1..5", "the body stands in braces: for k in 1..5 { … }"),
        ("for (k = 1; k < 5) {", "a loop is written: for k in 1..5 { … }"),
        ("u ⇒ v : 3", "an edge is written with `->`: u -> v : 3"),
        ("u --> v : 3", "an edge is written with `->`: u -> v : 3"),
        ("u -- v : 3", "an edge is written with `->`: u -> v : 3"),
        ("u -> v :", "an edge needs its local partial: u -> v : 3"),
        ("u -> v, 3", "the partial stands after a colon: u -> v : 3"),
        ("u -> v, w : 3", "one edge a statement: u -> v : 3; v -> w : 2"),
        ("d(v)/d(u) 3", "the partial stands after `=`: d(v)/d(u) = 3"),
        ("d(v)/d(u)", "the partial stands after `=`: d(v)/d(u) = 3"),
        ("u v", "an edge has three columns: tail, head, partial"),
        ("u v 3 4", "an edge has three columns: tail, head, partial"),
        ("1,2", "an edge has three columns: tail, head, partial"),
        ("y: 3", "a node is defined with `=`: y = 3"),
        ("x^2", "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"),
        ("sin(x)", "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"),
        ("y = c ? a : b", "a choice is written: if c then a else b"),
        ("y = if c: a else b", "a choice is written: if c then a else b"),
        ("y = if c else b", "a choice is written: if c then a else b"),
        ("y = if c then a else", "a choice needs both branches: if c then a else b"),
        ("y = x mod 2", "there is no remainder; write x - y*floor(x/y)"),
        ("claim 0 < x < 1", "comparisons do not chain: a < b and b < c"),
        ("y = a == b == c", "comparisons do not chain: a < b and b < c"),
        ("y = a <> b", "write `<=`, `>=` or `!=`"),
        ("y = (2 *)", "an operator needs something after it"),
        ("y = ||x||", "an absolute value is written abs(x), a norm norm(x)"),
        ("not -> x : 3", "`not` is a word of the language, never a name"),
    ],
)  # fmt: skip
def test_a_slip_gets_this_hint(text, hint):
    assert refusal(text).hints == (hint,)


def test_the_begin_of_a_long_statement_still_counts():
    assert refusal(f"∂v/∂{'u' * 10_000} : 3").hints == ("the partial stands after `=`: d(v)/d(u) = 3",)


@pytest.mark.parametrize("word", ["x" * 10_000, "2" * 10_000])
def test_a_long_word_is_cut_in_a_hint(word):
    (diagnostic,) = refusals(f"y = 2 {word}y" if word[0] == "x" else f"y = {word} x")
    assert all(len(hint) < 120 for hint in diagnostic.hints)
    assert len(diagnostic.message) < 200


@pytest.mark.parametrize(
    ("read", "text", "hint"),
    [
        (parse_answer, "dL/dx", "an answer is written dL/dx = -0.5 or t = 0.84"),
        (parse_answer, "L/x = 3", "a derivative is written dL/dx"),
        (parse_answer, "DL/DA = 3", "a derivative is written dL/dA"),
        (parse_answer, "D/E = 3", "a derivative is written dD/dE"),
        (parse_answer, "dL/dx = 2x", "a product needs its sign: 2*x"),
        (parse_point, "x", "the values of inputs are written x=1,w=pi/4"),
        (parse_point, "x=1 y=2", "the values of inputs are written x=1,w=pi/4"),
    ],
)
def test_answers_and_points_have_hints_of_their_own(read, text, hint):
    with pytest.raises(ParseError) as error:
        read(Source("test", text))
    (diagnostic,) = error.value.diagnostics
    assert diagnostic.hints == (hint,)


# ---- The words -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("y = (a", "something is missing: expected a closing parenthesis"),
        ("y = [a", "something is missing: expected a closing bracket or a comma"),
        ("y = f(a", "something is missing: expected a closing parenthesis or a comma"),
        ("y = *a", "unexpected `*`: expected an expression"),
        ("y = a b", "unexpected `b`: expected an operator or the end of the statement"),
        ("y = (a b", "unexpected `b`: expected an operator or a closing parenthesis"),
        ("* 2", "unexpected `*`: expected a statement"),
        ("? 2", "unexpected `?`: expected a statement"),
        ("u -> ", "something is missing: expected a node"),
        ("u -> 2.5 : 3", "unexpected `2.5`: expected a node"),
        ("u -> v", "something is missing: expected an expression"),
        ("u,v 3", "unexpected `3`: expected a comma"),
        ("y", "something is missing: expected a node, `=`, a comma or an arrow `->`"),
        ("for k in x[", "unexpected `[`: expected an operator or `..`"),
        ("for k in *", "unexpected `*`: expected a whole number or loop variable"),
        ("for k 2", "unexpected `2`: expected `in`"),
        ("def 2", "unexpected `2`: expected `=`, a comma, a name or an arrow `->`"),
        ("t{k = 2", "unexpected `=`: expected an operator or a closing brace"),
        ("y = if a b", "unexpected `b`: expected an operator or `then`"),
        ("d(v)/x = 2", "unexpected `x`: expected `d(` or `∂`"),
        ("y\u200b = 2", "unexpected character U+200B (zero width space)"),
        ("\x00", "unexpected character U+0000 (a control character): expected a statement"),
    ],
)
def test_a_refusal_says_what_would_do(text, message):
    assert refusal(text).message == message


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("y = (a + [b", [9]),
        ("y = f(g(a)", [5]),
        ("y = (2x)", []),
        ("y = 2x # (", []),
        ("y = (a # )\n + 2", [4]),
    ],
)
def test_a_note_shows_the_bracket_that_is_never_closed(text, places):
    assert [note.span.start for note in refusal(text).notes] == places


# ---- No raw terminal names, whatever comes ---------------------------------------------------------------------------

RAW = re.compile(r"__\w+|\$END|\b(" + "|".join(name for name in TERMINAL_WORDS if name.isidentifier()) + r")\b")


def test_no_token_of_the_soup_looks_like_a_terminal():
    assert not [token for token in TOKENS if RAW.search(token)]


def told(error: BackcalcError) -> str:
    """All that `error` says, without the user's own lines."""
    return "\n".join(line for line in str(error).splitlines() if not re.match(r"\s+\d* \| ", line))


def assert_refusals_are_readable(error: BackcalcError, text: str) -> None:
    """Each error has its place and its caret, and speaks no parser's language."""
    lines = text.split("\n")
    for diagnostic in error.diagnostics:
        single = str(type(error)(error.source, [diagnostic]))
        place = re.match(r"soup:(\d+):(\d+): error: \S", single)
        assert place, single
        line, column = int(place[1]), int(place[2])
        assert 1 <= line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert re.search(r"^ +\| +\^+$", single, re.MULTILINE), single
    assert not RAW.search(told(error)), told(error)


@law
@given(token_soup)
def test_any_soup_is_parsed_or_refused_in_words(text):
    try:
        parse(Source("soup", text))
    except ParseError as error:
        assert_refusals_are_readable(error, text)


@law
@given(st.sampled_from((parse_expression, parse_answer, parse_point)), token_soup)
def test_expressions_answers_and_points_are_refused_in_words_too(read, text):
    try:
        read(Source("soup", text))
    except ParseError as error:
        assert_refusals_are_readable(error, text)


@settings(law, max_examples=150)
@given(st.text(max_size=30))
def test_any_text_is_parsed_or_refused_in_words(text):
    try:
        parse(Source("soup", text))
    except ParseError as error:
        found = error
    else:
        return
    assert all(diagnostic.span is not None for diagnostic in found.diagnostics)
    assert not re.search(r"__ANON|__IGNORE|\$END", told(found))
