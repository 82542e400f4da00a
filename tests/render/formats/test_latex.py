"""LaTeX of formulas, a row each; and a document of every sample's table that a real LaTeX compiles."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import documents
import pytest

import backcalc
from backcalc.analysis.paths import Aggregation
from backcalc.language.parser import parse_expression
from backcalc.render.cells import NodeName
from backcalc.render.document import Grid
from backcalc.render.mathematics import latex, name_latex
from backcalc.render.reports.paths import paths_tables
from backcalc.render.reports.run import run_tables
from backcalc.text.source import Source

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", "x"),
        ("x + y", "x + y"),
        ("x - (y - z)", r"x - \left(y - z\right)"),
        ("x - y - z", "x - y - z"),
        ("1/2", r"\frac{1}{2}"),
        ("½*x", r"\frac{1}{2} \cdot x"),
        ("⅓^2", r"{\left(\frac{1}{3}\right)}^{2}"),
        ("1.5e−5*x", r"1.5 \cdot 10^{-5} \cdot x"),
        ("1.5e–5", r"1.5 \cdot 10^{-5}"),
        ("(x + 1)/y", r"\frac{x + 1}{y}"),
        ("x^2", "{x}^{2}"),
        ("(x + y)^(a + b)", r"{\left(x + y\right)}^{a + b}"),
        ("-x^2", "-{x}^{2}"),
        ("(-x)^2", r"{\left(-x\right)}^{2}"),
        ("sqrt(x)", r"\sqrt{x}"),
        ("sigmoid(w*x)", r"\sigma(w \cdot x)"),
        ("W.T", r"{W}^\top"),
        ("(A + B).T", r"{\left(A + B\right)}^\top"),
        ("W1 @ v", "W_{1} v"),
        ("Wi @ z", r"\mathrm{Wi} \, z"),
        ("concat(x, h0, z)", "[x, h_{0}, z]"),
        ("max(x, y, z)", r"\max(x, y, z)"),
        ("x[0]", "x_{0}"),
        ("X[0][1]", "{X_{0}}_{1}"),
        ("Φ(x) + det(A)", r"\Phi(x) + \det A"),
        ("W[0, 1]", "W_{0,1}"),
        ("[1, 2]", r"\left[\begin{array}{r}1 \\ 2\end{array}\right]"),
        ("[[1, 2], [3, 4]]", r"\left[\begin{array}{rr}1 & 2 \\ 3 & 4\end{array}\right]"),
        ("[[1, 2] - x]", r"\left[\begin{array}{r}\left[\begin{array}{r}1 \\ 2\end{array}\right] - x\end{array}\right]"),
        ("1e-20", r"1 \cdot 10^{-20}"),
        ("2*1e-20", r"2 \cdot 1 \cdot 10^{-20}"),
        ("σ'(x)", r"\sigma'(x)"),
        ("inf", r"\infty"),
        ("abs(x)", r"\lvert x \rvert"),
    ],
)
def test_a_formula_as_latex(text, expected):
    assert latex(parse_expression(Source("row", text))) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("x", "x"),
        ("t1", "t_{1}"),
        ("x_1", "x_{1}"),
        ("alpha", r"\alpha"),
        ("σ1", r"\sigma_{1}"),
        ("loss", r"\mathrm{loss}"),
        ("dJ_dw", r"\mathrm{dJ\_dw}"),
        ("y'", "y'"),
        ("h2'", "h'_{2}"),
        ("ŷ", r"\hat{y}"),
        ("x̄1", r"\bar{x}_{1}"),
        ("x₁", "x_{1}"),
        ("_", r"\mathrm{\_}"),
        ("é1", r"\acute{e}_{1}"),
        ("ϕ", r"\varphi"),
        ("ß2", r"\text{ß}_{2}"),
        ("вес", r"\text{вес}"),
        ("権", r"\text{権}"),
        ("a_é", r"\text{a\_é}"),
    ],
)
def test_a_name_as_latex(name, expected):
    assert name_latex(name) == expected


ODD = """input v[2]
input ŷ
input x̂2
input x₁
input h''
input _
_a_b = if ŷ > 0 and x̂2 < 1 or not x₁ >= 2 then h'' else _
q = max(v[0], _a_b)^2 + 1e-300 + 1e25 + norm(v) - sum(v)/2
z = q == 1
L = q + z + cross_entropy(sigmoid(q), 0.3)
"""


def _tables():
    """The LaTeX of every sample, with numbers where it has them, and of formulas throughout; and of odd names."""
    for path in sorted(SAMPLES.glob("*.bg")):
        graph = backcalc.load(path)
        found = graph.run(of=graph.sinks[-1] if graph.output is None and not graph.objects.seeds else None).run
        yield "\n".join(documents.latex(run_tables(found, partials=True)))
        yield "\n".join(documents.latex(paths_tables(Aggregation(found), found.wrt, 3)))
    long = backcalc.parse("input v0[12]\nfor k in 1..30 { v{k} = tanh(v{k-1}) }\nL = sum(v30)")
    for values in ({}, {"v0": [0.5] * 12}):
        yield "\n".join(documents.latex(paths_tables(Aggregation(long.run(values).run), ["v0", "v20", "v29"], 3)))
    yield "\n".join(documents.latex(run_tables(backcalc.parse(ODD).run(of="L").run, partials=True)))


@pytest.mark.skipif(not shutil.which("pdflatex"), reason="pdflatex is not installed")
def test_every_samples_table_compiles(tmp_path):
    body = "\n\n\\clearpage\n".join(_tables())
    lines = (r"\documentclass{article}", r"\usepackage{amsmath,amssymb}", r"\begin{document}", body, r"\end{document}")
    (tmp_path / "tables.tex").write_text("\n".join(lines), encoding="utf-8")
    command = ["pdflatex", "-interaction=nonstopmode", "-halt-on-error", "tables.tex"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, check=False, timeout=120)
    errors = [line for line in done.stdout.decode(errors="replace").splitlines() if line.startswith(("!", "l."))]
    assert done.returncode == 0, errors
    assert (tmp_path / "tables.pdf").stat().st_size > 0


@pytest.mark.parametrize(("name", "needs"), [("x", False), ("ŷ", False), ("ß", False), ("σ", False), ("вес", True)])
def test_letters_that_pdflatex_lacks_are_told_in_a_comment(name, needs):
    lines = list(documents.latex([Grid(("node",), [(NodeName(name),)], frozenset())]))
    assert lines[0].startswith("% ") == needs


@pytest.mark.parametrize("name", ["sum", "value", "factors", "node", "seed", "input", "edges", "path"])
def test_a_node_with_the_name_of_a_heading_is_a_name_in_its_row(name):
    found = list(documents.latex(run_tables(backcalc.parse(f"{name} = 2*x").run({"x": 3}).run, partials=True)))
    assert rf"$\mathrm{{{name}}}$ & $2 \cdot x$ & $6$ & $1$ \\" in found
    assert rf"$x$ & $\mathrm{{{name}}}$ & $2$ & $1$ & $2$ \\" in found
    assert r"$x$ & sum & - & - & $2$ \\" in found


@pytest.mark.parametrize("name", [r"\input{x}", "a^b", "a~b", "a&b", "50%", "a$b", "#1"])
def test_nothing_in_a_name_is_a_command_of_tex(name):
    (_, _, _, _, row, *_) = documents.latex([Grid(("node",), [(NodeName(name),)], frozenset())])
    assert not re.search(r"(?<!\\)[$&%#^~]", row[1:-4])
    assert r"\input" not in row
