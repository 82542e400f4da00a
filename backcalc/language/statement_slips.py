"""Slips of whole statements: declarations, loops, edges, definitions; a row a slip, and what to write."""

from __future__ import annotations

from backcalc.language.actions import COLUMNS
from backcalc.language.lexis import NAME, NUMBER, PATTERNS, reserved
from backcalc.language.syntax_hint import SyntaxHint

_RESERVED = "|".join(reserved())
_COLUMN = r"[^\s,;=:<>()\[\]]+"
_ENDS = rf"(?:{_COLUMN}(?:\s*[,;]\s*|[ \t]+)){{2}}[-−]?"  # Of a row, and what a number may begin with.
_DESCENT = "a node has one formula; steps of descent are `backcalc descend`"
_FORMS = "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"

STATEMENTS = (
    SyntaxHint(rf"‸(?P<w>{_RESERVED})\s*(=(?!=)|->|,)", "`{w}` is a word of the language, never a name", "if = 3"),
    # Declarations
    SyntaxHint(
        rf"^(let|Let|given|Given|Sei|sei|Soit|soit|var|set|float|double|int|real|where)\s+({NAME}\s*‸=|‸)",
        "a node needs no word before it: y = …",
        "let y = 3",
    ),
    SyntaxHint(rf"^output\s+{NAME}\s*‸,", "there is one output; `--of` asks for another", "output x, y"),
    SyntaxHint(
        rf"^const\s+(?P<v>{NAME})\s*=\s*(?P<x>[^,]*[^,\s])\s*‸,\s*(?P<w>{NAME})\s*=\s*(?P<y>[^,\s]+)\s*$",
        "each constant has a statement of its own: const {v} = {x}; const {w} = {y}",
        "const eps = 0.1, K = 4",
    ),
    SyntaxHint(
        rf"^const\s+(?P<v>{NAME})\s*(‸$|.*‸,)", "each constant has a line and a value: const {v} = 3", "const n"
    ),
    SyntaxHint(
        rf"(?P<v>{NAME})\s*‸∈\s*ℝ[\^\d{{¹²³⁰-⁹ˣ]",
        "a shape is written input {v}[3,4], of a vector input {v}[3]",
        "W ∈ ℝ³ˣ⁴",
    ),
    # Before the rows of declarations, whose advice is of the rest.
    SyntaxHint(
        r"^input\b.*=\s*[-−]?(?P<a>\d+)\s*,‸(?P<b>\d[\d.eE]*)",
        "a decimal point, not a comma: {a}.{b}; each input has a default of its own: input x = 1, y = 2",
        "input x = 1,5",
    ),
    SyntaxHint(
        rf"^input\b.*=\s*[-−]?{NUMBER}\s*,‸\d",
        "a decimal point, and no sign at the thousands: 1234.5",
        "input K = 1.000,50",
    ),
    SyntaxHint(
        rf"^(?:(?:input|const)\s+)?(?P<x>{NAME})\s*‸(?:\^\s*[\[{{(]+(?P<l>\w+)[\])}}]+"
        rf"|⁽(?P<raised>{PATTERNS['SUPERSCRIPT']})⁾)\s*(?:=|,|$)",
        "an index is part of the name: {x}{l}{raised}",
        "input W^{(1)} = 2",
    ),
    SyntaxHint(
        rf"^(?P<x>{NAME})\s*‸(?P<raised>{PATTERNS['SUPERSCRIPT']})\s*=",
        "a node's name has no power: {x}_{raised} = …, and so in other formulas",
        "s² = var(x)",
    ),
    # As W(3, 4), W: 3x4 or W[3x4].
    SyntaxHint(
        rf"^input\s+(?P<v>{NAME})(\s*‸[(]|\s*‸:\s*\d+\s*[x×]|\s*\[\s*\d+\s*‸[x×])",
        "a shape is written input {v}[3,4], of a vector input {v}[3]",
        "input W(3, 4)",
    ),
    SyntaxHint(
        rf"^input\s+(?P<v>{NAME})\s+in\s+(?P<r>\[[^][]*\])\s*‸=\s*(?P<n>.*\S)",
        "a value stands before the range: input {v} = {n} in {r}",
        "input x in [0, 1] = 0.5",
    ),
    SyntaxHint(rf"^input\s+(?P<v>{NAME})\s+in\s+‸\(", "a range is written input {v} in [0, 1]", "input x in (0, 1)"),
    SyntaxHint(rf"^input\s+(?P<v>{NAME})\s*‸:", "a default stands after `=`: input {v} = 1", "input x: 1"),
    SyntaxHint(
        r"^input\b.*=\s*[\w.+-]+\s*,\s*‸[-\d.]",
        "each input has a default of its own: input x = 1, y = 2",
        "input x, y = 1, 2",
    ),
    SyntaxHint(r"=\s*‸\?", "what is not known is left out; `--get dL/dx` asks for it", "∂L/∂y = ?"),
    SyntaxHint(r"‸(∈|\\in\b)", "a range to sample from is written input x in [0, 1]", "input x ∈ [0, 1]"),
    # The word is a node's name, too, but not in an edge by columns.
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
    SyntaxHint(
        r"^def\b.*\)\s*(:\s*)?=?\s*return\s+‸|^def\b.*\)\s*‸:\s*return\b",
        "the body stands alone behind `=`: def f(x) = x^2",
        "def f(x) = return x",
    ),
    SyntaxHint(r"^def\b.*\)\s*‸([^={)]|$)", "the body stands after `=`: def f(x) = x^2", "def f(x) x^2"),
    SyntaxHint(
        rf"^(?P<f>{NAME})\s*‸\((?P<x>.*?)\)\s*:?=",
        "a node stands without what it depends on: {f} = …; a function of your own begins with def: def {f}({x}) = …",
        "f(x) = x^2",
    ),
    SyntaxHint(
        rf"^(?P<f>{NAME})\s*‸\[\s*{NAME}_+\s*\]\s*:?=",
        "a function of your own is written def {f}(x) = x^2",
        "f[x_] := x^2",
    ),
    # As in MATLAB, in Python, and with the arrows of print.
    SyntaxHint(
        r"=\s*(‸@\(|lambda\s+‸|\w+\s*(‸->|-‸>|‸↦|‸→))",
        "a function of your own is written def f(x) = x^2",
        "y = lambda x: x^2",
    ),
    # Pasted from a list: 1. or - or (a).
    SyntaxHint(
        rf"^\s*(‸(\d+\.\s|[-*•>]\s|\(\w\)\s)|\w‸\)\s)(.*(=|->|→)|\s*{_ENDS}{NUMBER}\s*$)",
        "a statement stands without a number or a bullet: y = …",
        "1. y = x^2",
    ),
    SyntaxHint(
        rf"^\s*‸\(\s*(?P<u>{NAME})\s*,\s*(?P<v>{NAME})\s*[,)]", "an edge is written {u} -> {v} : 3", "(u, v, 3)"
    ),
    SyntaxHint(r"^\s*‸\(\s*(?P<u>\d+)\s*,\s*(?P<v>\d+)\s*[,)]", "an edge is written {u} -> {v} : 3", "(0, 1, 2.0)"),
    SyntaxHint(r"^\s*‸(?P<n>\d+)\.0*[,;\s]", "a node goes by a name or a whole number: {n}", "1.0,2.0,0.5"),
    SyntaxHint(
        r"^\s*\w+\s*‸(?P<s>[|:])\s*\w+\s*(?P=s)(?!=)",
        "commas, semicolons, tabs or blanks part columns: u,v,3",
        "a|b|2",
    ),
    # As spreadsheets and programs write numbers.
    SyntaxHint(rf"^{_ENDS}({NUMBER}\s*)?‸[$€£¥]", "a local partial is a bare number: 2.00", "a,b,$2.00"),
    SyntaxHint(rf"^{_ENDS}{NUMBER}‸[fFlLdD]\s*$", "a number stands without its type: 0.5, not 0.5f", "a,b,0.5f"),
    SyntaxHint(
        r"^\w+[ \t]+\w+[ \t]+[-−]?(?P<a>\d+)\s*‸,(?P<b>\d+)\s*$",
        "the decimal mark is a point: {a}.{b}",
        "a b 1,5",
    ),
    SyntaxHint(r"->.*:\s*[-−]?(?P<a>\d+)\s*‸,(?P<b>\d+)\s*$", "the decimal mark is a point: {a}.{b}", "a -> b : 0,5"),
    SyntaxHint(r"^\s*‸\(.*=", "a statement stands without parentheses: y = …", "(y = x^2)"),
    SyntaxHint(r"^\s*‸if\b", "a choice is a formula: y = if c then a else b", "if x > 0: y = x"),
    SyntaxHint(r"^while\b.*‸", "a loop has a range: for k in 1..5 { … }", "while x > 0"),
    SyntaxHint(r"^d/dx?\w*\s*‸\(|=\s*d/d\w+\s*‸\(", "the derivative of a node is grad(y, x)", "d/dx (x^2)"),
    SyntaxHint(r"^(∂|d)\w+/(∂|d)\w+\s*‸$", "a derivative is asked for by `--get dy/dx`", "dy/dx"),
    SyntaxHint(r"^(import|from)\s+\w+.*‸", "nothing is imported: all functions are there", "import numpy as np"),
    SyntaxHint(r"^return\s+\w+\s*‸", "what is asked for is named by output y, or by `--of`", "return y"),
    SyntaxHint(r"^(print|disp|show)\s*‸\(", "`backcalc run` prints every node", "print(y)"),
    # As Mathematica calls, from behind.
    SyntaxHint(
        rf"=\s*(?P<args>{NAME})\s*/\s*‸/\s*(?P<fn>Sin|Cos|Tan|Exp|Log|Sqrt|Abs|Tanh|Total|Norm|Mean|Max|Min)\b",
        "a function stands before its argument: {fn}({args})",
        "y = x // Sin",
    ),
    # With a number or a letter behind it: words there are a comment, as the next row has it.
    SyntaxHint(
        rf"[\w)]\s*/\s*‸/\s*({NUMBER}|\w\d*)\s*$",
        "a whole quotient is floor(x/y); a comment begins with #",
        "y = x // 2",
    ),
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
    SyntaxHint(r"^\S+\s*‸[–—]+\s*>", "an edge is written with `->`: u -> v : 3", "u –> v : 3"),
    SyntaxHint(
        rf"^(?P<u>{NAME})\s*‸[—–]+\s*(?P<p>{NUMBER})\s*[—–-]*(→|>)\s*(?P<v>{NAME})",
        "an edge is written {u} -> {v} : {p}",
        "u —3→ v",
    ),
    SyntaxHint(
        rf"^(?P<u>{NAME})\s*‸-+\s*(?P<p>{NUMBER})\s*-+>\s*(?P<v>{NAME})",
        "an edge is written {u} -> {v} : {p}",
        "u --3--> v",
    ),
    SyntaxHint(
        rf"^(?P<u>{NAME})\s*(->|→)\s*(?P<p>{NUMBER})\s*(-‸>|‸→)\s*(?P<v>{NAME})",
        "an edge is written {u} -> {v} : {p}",
        "u -> 3 -> v",
    ),
    SyntaxHint(rf"^(?P<u>{NAME})\s+‸[-−–—]\s+(?P<v>{NAME})\s*:", "an edge is written {u} -> {v} : 3", "u - v : 3"),
    SyntaxHint(
        rf"^(?P<u>{NAME})\s*,\s*(?P<v>{NAME})\s*‸:", "an edge is written {u} -> {v} : 3, or {u},{v},3", "u, v: 3"
    ),
    SyntaxHint(
        rf"^(?P<u>{NAME})\s*‸-+\[\s*(?P<p>{NUMBER})\s*\]-+>\s*(?P<v>{NAME})",
        "an edge is written {u} -> {v} : {p}",
        "u -[3]-> v",
    ),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸←\s*(?P<u>{NAME})\s*:", "an edge is written {u} -> {v} : 3", "v ← u : 3"),
    SyntaxHint(r"^\s*‸[𝛛𝜕𝝏𝞉𝟃]", "a local partial is written ∂v/∂u = 3, or d(v)/d(u) = 3", "𝜕v/𝜕u = 3"),
    SyntaxHint(
        rf"^\s*‸\\[dt]?frac\s*\{{\s*(?:\\partial|d)\s*(?P<v>{NAME})\s*\}}\s*\{{\s*(?:\\partial|d)\s*(?P<u>{NAME})",
        "a local partial is written ∂{v}/∂{u} = 3",
        "\\frac{\\partial v}{\\partial u} = 3",
    ),
    SyntaxHint(
        rf"^d\s+(?P<v>{NAME})\s*‸/\s*d\s+(?P<u>{NAME})",
        "a local partial is written d({v})/d({u}) = 3",
        "d v / d u = 3",
    ),
    SyntaxHint(
        r"^(∂|d)\s*‸[²³^]",
        "a local partial is of the first order, ∂v/∂u = 3; `--get d²y/dx²` asks for a second one",
        "∂²v/∂u² = 3",
    ),
    SyntaxHint(r"^\S+\s*(‸(⇒|⟶|--|>)|=\s?‸>)|-\s*‸->", "an edge is written with `->`: u -> v : 3", "u => v : 3"),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸<-\s*(?!(?P=v)\b)(?P<u>{NAME})", "an edge is written {u} -> {v} : 3", "v <- u"),
    SyntaxHint(rf"(->|→)[^:]*‸(->|→|,\s*{NAME})", "one edge a statement: u -> v : 3; v -> w : 2", "u -> v -> w : 3"),
    SyntaxHint(r"->\s*\S+\s*(:\s*)?‸$", "an edge needs its local partial: u -> v : 3", "u -> v"),
    SyntaxHint(r"->\s*[^\s:]+\s*‸[^:]", "the partial stands after a colon: u -> v : 3", "u -> v = 3"),
    SyntaxHint(
        r"^(∂|d\s*\().*/\s*(∂|d\s*\()[^=]*‸([^=)]|$)", "the partial stands after `=`: d(v)/d(u) = 3", "∂v/∂u : 3"
    ),
    # A name from elsewhere, up to the comma of its column: layer-1, layer 1.
    SyntaxHint(
        r"^(?:\w+[,;]\s*)?(?P<a>\w+)(‸[-.:/](?P<b>\w+)[^=\s,]*|[ ](?P<c>\w+)‸),[^=]",
        "a name has letters, digits and _, and begins with a letter: {a}_{b}{c}",
        "layer-1,h,0.5",
    ),
    # Not of loops, whose words look like columns.
    SyntaxHint(rf"^(?!for\b){_COLUMN}(\s*,\s*|\s+){_COLUMN}\s*,?\s*‸$", COLUMNS, "u,v"),
    # Between commas or tabs `1 000` is one number.
    SyntaxHint(
        rf"^(?!(claim|for)\b)(?![^,\t]+[,\t][^,\t]+[,\t]\s*[-−]?[1-9]\d{{0,2}}\s‸\d{{3}}\b)"
        rf"{_COLUMN}[\s,]+{_COLUMN}[\s,]+{_COLUMN}(\s*‸,|\s‸)",
        COLUMNS,
        "u, v, 3, 4",
    ),
    # Definitions
    SyntaxHint(r"^\s*‸=\s*\w", "the name of the node stands first: y = …", "=A1*2"),
    SyntaxHint(r"^\d\S*\s*‸=", "a node's name begins with a letter", "3 = y"),
    SyntaxHint(rf"^{NAME}\s*(‸:=|:\s*‸=|‸:)", "a node is defined with `=`: y = 3", "y := 3"),
    SyntaxHint(rf"^{NAME}\s*‸[-+*/^@]=", "a node has one formula; what changes it is a new node", "y += 1"),
    SyntaxHint(
        rf"\s‸(et|und|y|e)\s+{NAME}\s*=(?!=)|\sand\s+{NAME}\s*‸=(?!=)",
        "a newline or `;` parts statements: a = 1; b = 2",
        "a = 1 and b = 2",
    ),
    SyntaxHint(
        rf"^.*[\w)\]]\s*(‸,\s*|\s‸)({NAME}\s*=(?!=)|(∂|d\s*\().*=)",
        "a newline or `;` parts statements: a = 1; b = 2",
        "a = 1, b = 2",
    ),
    SyntaxHint(
        rf"^(?P<a>{NAME})\s*,\s*(?P<b>{NAME})\s*‸=",
        "each node has a definition of its own: {a} = 1; {b} = 2",
        "a, b = 1, 2",
    ),
    SyntaxHint(r"^claim\b[^=]*[\w)\]]\s*‸=\s*[^=]", "`==` compares: claim y == x", "claim y = x"),
    # A line of a derivation: the formula, and what it comes to. Of y = z = 3 both may be meant.
    SyntaxHint(
        rf"^(?P<y>{NAME})\s*=\s*(?P<f>[^=]*[^\s\w.=][^=]*?)\s*‸=(?![=<>])\s*([^=]*=\s*)*(?P<v>[-−]?{NUMBER}|\[[^=]*\])\s*$",
        "one `=` a statement: {y} = {f}; a result stands in a comment: #= {y} = {v}",
        "y = 2*x = 2*3 = 6",
    ),
    SyntaxHint(
        rf"^(?P<y>{NAME})\s*=\s*(?P<f>[^=]*[^\s\w.=][^=]*?)\s*‸=\s*\?\s*$",
        "one `=` a statement, and what is not known is left out: {y} = {f}",
        "v = w·x + b = ?",
    ),
    # `==` compares, and is no second one.
    SyntaxHint(
        r"^[^=]*[^=<>!]=(?!=)[^={]*[\w)\]²³]\s*‸=(?![=<>])\s*\S", "one `=` a statement: a = 3; b = a", "y = z = 3"
    ),
    SyntaxHint(r"‸,\s*$", "a statement ends without a comma", "y = x^2,"),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸\[", "a vector is defined as a whole: {v} = [1, 2]", "y[0] = 3"),
    SyntaxHint(r"=\s*‸=", "one `=` defines a node; `==` compares", "y == 3"),
    SyntaxHint(r"[^<>=!]=\s*‸$", "a number or formula stands after `=`", "y ="),
    SyntaxHint(rf"^(?P<w>{NAME})\s*‸←\s*(?P=w)\b", _DESCENT, "w ← w - 1"),
    SyntaxHint(rf"^(?P<w>{NAME})\s*‸<-\s*(?P=w)\b", _DESCENT, "w <- w - 1"),
    SyntaxHint(rf"^{NAME}\s*‸(←|↦|≡|≜|≔)", "a node is defined with `=`: y = 3", "y ← x"),
    SyntaxHint(
        rf"^(?P<a>{NAME})\s*‸\^\s*[\[{{(](?P<l>\w+)[\])}}]", "an index is part of the name: {a}{l}", "a^[1] = x"
    ),
    # Last: it begins as a statement, and no row knew how it goes on.
    SyntaxHint(rf"^{NAME}\s*‸([-+*/^@(]|$)", _FORMS, "y"),
)
