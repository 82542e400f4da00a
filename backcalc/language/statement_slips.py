"""Slips of whole statements: declarations, loops, edges, definitions; a row a slip, and what to write."""

from __future__ import annotations

from backcalc.language.actions import COLUMNS
from backcalc.language.lexis import NAME, NUMBER, reserved
from backcalc.language.syntax_hint import SyntaxHint

_RESERVED = "|".join(reserved())
_COLUMN = r"[^\s,=:<>()\[\]]+"
_FORMS = "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"

STATEMENTS = (
    SyntaxHint(rf"‸(?P<w>{_RESERVED})\s*(=(?!=)|->|,)", "`{w}` is a word of the language, never a name", "if = 3"),
    # Declarations
    SyntaxHint(rf"^(let|var|set)\s+({NAME}\s*‸=|‸)", "a node needs no word before it: y = …", "let y = 3"),
    SyntaxHint(rf"^output\s+{NAME}\s*‸,", "there is one output; `--of` asks for another", "output x, y"),
    SyntaxHint(
        rf"^const\s+(?P<v>{NAME})\s*(‸$|.*‸,)", "each constant has a line and a value: const {v} = 3", "const n"
    ),
    SyntaxHint(r"‸∈", "a range to sample from is written input x in [0, 1]", "input x ∈ [0, 1]"),
    SyntaxHint(
        rf"^(?P<w>input|output|given|adjoint)\s+(?P<v>{NAME})\s*‸\S",
        "`{w}` begins a declaration; an edge from a node named {w} is written {w} -> {v} : 3",
        "input h 3",
    ),
    SyntaxHint(rf"^(?P<w>given|adjoint)\s+(?P<v>{NAME})\s*‸$", "its value is missing: {w} {v} = 3", "given h"),
    SyntaxHint(rf"^def\s+{NAME}\s*(‸=|‸$|\(\s*‸\))", "a function needs its parameters: def f(x) = x^2", "def f() = 2"),
    SyntaxHint(
        r"^def\b.*\{[^}]*‸$", "the partials end with a brace: { d(f)/d(x) = 1 }", "def f(x) = x { d(f)/d(x) = 1"
    ),
    SyntaxHint(r"^def\b.*\)\s*‸([^={)]|$)", "the body stands after `=`: def f(x) = x^2", "def f(x) x^2"),
    SyntaxHint(
        rf"^(?P<f>{NAME})\s*‸\((?P<x>.*?)\)\s*=",
        "a node stands without what it depends on: {f} = …; a function of your own begins with def: def {f}({x}) = …",
        "f(x) = x^2",
    ),
    SyntaxHint(r"^(import|from)\s+\w+.*‸", "nothing is imported: all functions are there", "import numpy as np"),
    SyntaxHint(r"^return\s+\w+\s*‸", "what is asked for is named by output y, or by `--of`", "return y"),
    SyntaxHint(r"^(print|disp|show)\s*‸\(", "`backcalc run` prints every node", "print(y)"),
    SyntaxHint(r"‸//|/\s*‸/|‸/\*|^\s*‸%", "a comment begins with #", "y = 2*x // twice"),
    SyntaxHint(rf"^{NAME}\s*‸<-\s*[\d.]", "a node is defined with `=`: y = 3", "y <- 3"),
    SyntaxHint(rf"^{NAME}\s*‸≈", "a node is defined with `=`; a result in a comment: #= y = 3.14", "y ≈ 3.14"),
    # Loops
    SyntaxHint(r"^for\b.*\.\.[^{]+(‸:|‸$|\s‸\w)", "the body stands in braces: for k in 1..5 { … }", "for k in 1..5:"),
    SyntaxHint(
        rf"^for\s+{NAME}\s+in\b(?!.*\.\..*‸)", "a range is written 1..5: for k in 1..5 { … }", "for k in range(1, 5) {"
    ),
    SyntaxHint(rf"^for\s*({NAME}\s*)?‸[\w=(]", "a loop is written: for k in 1..5 { … }", "for k = 1..5 {"),
    # Edges
    SyntaxHint(r"^\S+\s*(‸(⇒|⟶|--|>)|=\s?‸>)|-\s*‸->", "an edge is written with `->`: u -> v : 3", "u => v : 3"),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸<-\s*(?P<u>{NAME})", "an edge is written {u} -> {v} : 3", "v <- u"),
    SyntaxHint(rf"->[^:]*‸(->|,\s*{NAME})", "one edge a statement: u -> v : 3; v -> w : 2", "u -> v -> w : 3"),
    SyntaxHint(r"->\s*\S+\s*(:\s*)?‸$", "an edge needs its local partial: u -> v : 3", "u -> v"),
    SyntaxHint(r"->\s*[^\s:]+\s*‸[^:]", "the partial stands after a colon: u -> v : 3", "u -> v = 3"),
    SyntaxHint(
        r"^(∂|d\s*\().*/\s*(∂|d\s*\()[^=]*‸([^=)]|$)", "the partial stands after `=`: d(v)/d(u) = 3", "∂v/∂u : 3"
    ),
    SyntaxHint(rf"^(?!for\b){_COLUMN}(\s*,\s*|\s+){_COLUMN}\s*,?\s*‸$", COLUMNS, "u,v"),
    SyntaxHint(rf"^(?!(claim|for)\b){_COLUMN}[\s,]+{_COLUMN}[\s,]+{_COLUMN}(\s*‸,|\s‸)", COLUMNS, "u, v, 3, 4"),
    # Definitions
    SyntaxHint(r"^\d\S*\s*‸=", "a node's name begins with a letter", "3 = y"),
    SyntaxHint(rf"^{NAME}\s*(‸:=|:\s*‸=|‸:)", "a node is defined with `=`: y = 3", "y := 3"),
    SyntaxHint(rf"^{NAME}\s*‸[-+*/^@]=", "a node has one formula; what changes it is a new node", "y += 1"),
    SyntaxHint(
        rf"^.*[\w)\]]\s*(‸,\s*|\s‸)({NAME}\s*=(?!=)|(∂|d\s*\().*=)",
        "a newline or `;` parts statements: a = 1; b = 2",
        "a = 1, b = 2",
    ),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸\[", "a vector is defined as a whole: {v} = [1, 2]", "y[0] = 3"),
    SyntaxHint(r"=\s*‸=", "one `=` defines a node; `==` compares", "y == 3"),
    SyntaxHint(r"[^<>=!]=\s*‸$", "a number or formula stands after `=`", "y ="),
    SyntaxHint(
        rf"^(?P<w>{NAME})\s*(‸←|‸<-)\s*(?P=w)\b",
        "a node has one formula; steps of descent are `backcalc descend`",
        "w ← w - 1",
    ),
    SyntaxHint(
        rf"^(?P<a>{NAME})\s*‸\^\s*[\[{{(](?P<l>\w+)[\])}}]", "an index is part of the name: {a}{l}", "a^[1] = x"
    ),
    SyntaxHint(rf"^{NAME}\s*‸([-+*/^@(]|$)", _FORMS, "y"),
)
