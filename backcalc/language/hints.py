"""What the parser's refusals mean in words: TERMINAL_WORDS, a row a terminal, and SYNTAX_HINTS, a row a known slip."""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from backcalc.language.actions import COLUMNS
from backcalc.language.automaton import RefusedError
from backcalc.language.lexis import NAME, NUMBER, PATTERNS, reserved
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

WORD_SHOWN = 24  # A word of the file that a hint repeats is cut to this.
HERE = "‸"  # Marks in a pattern the place at which the parser gave up.

TERMINAL_WORDS = {
    "$END": "the end of the statement",
    "NAME": "a name",
    "WHOLE": "a whole number",
    "NUMBER": "a number",
    "NAME_PART": "the rest of a name",
    "TEMPLATE_OPEN": "an opening brace",
    "TEMPLATE_CLOSE": "a closing brace",
    "SUPERSCRIPT": "a power",
    "FRACTION": "a fraction",
    "INFINITY": "`∞`",
    "ROOT": "`√`",
    "DIFF": "`d(`",
    "PARTIAL": "`∂`",
    "SEMICOLON": "`;`",
    "CONST": "`const`",
    "INPUT": "`input`",
    "OUTPUT": "`output`",
    "GIVEN": "`given`",
    "ADJOINT": "`adjoint`",
    "DEF": "`def`",
    "CLAIM": "`claim`",
    "FOR": "`for`",
    "IF": "`if`",
    "THEN": "`then`",
    "ELSE": "`else`",
    "AND": "`and`",
    "OR": "`or`",
    "NOT": "`not`",
    "IN": "`in`",
    "ARROW": "an arrow `->`",
    "COMPARE": "a comparison",
    "ADD": "`+`",
    "SUB": "`-`",
    "MUL": "`*`",
    "DIV": "`/`",
    "MATMUL": "`@`",
    "POW": "`^`",
    "DOT_T": "`.T`",
    "COMMA": "a comma",
    "COLON": "a colon",
    "EQUAL": "`=`",
    "LPAR": "an opening parenthesis",
    "RPAR": "a closing parenthesis",
    "LSQB": "an opening bracket",
    "RSQB": "a closing bracket",
    "LBRACE": "an opening brace",
    "__ANON_0": "`..`",
    "COMMENT": "a comment",
    "__IGNORE_1": "white space",
}

_AFTER_OPERAND = {"MATMUL", "COMPARE", "AND", "OR", "DOT_T", "LSQB", "LPAR", "SUPERSCRIPT"}
_SOFT_WORDS = {"INPUT", "OUTPUT", "GIVEN", "ADJOINT", "CONST", "DEF", "CLAIM", "FOR", "IN"}

_SIGNS = {"WHOLE", "FRACTION", "INFINITY", "ROOT", "PARTIAL"}

# Terminals that stand for one idea where all of them would do.
_GROUPS: tuple[tuple[set[str], set[str], str], ...] = (
    ({"NAME", "NUMBER", "LPAR", "LSQB", "SUB"}, {*_SOFT_WORDS, *_SIGNS, "IF", "NOT", "ADD"}, "an expression"),
    ({"INPUT", "FOR", "NAME", "DIFF"}, {*_SOFT_WORDS, "WHOLE", "TEMPLATE_CLOSE", "PARTIAL"}, "a statement"),
    ({"INPUT", "FOR", "NAME"}, {*_SOFT_WORDS, "WHOLE"}, "a node"),
    ({"NAME", "NUMBER", "LPAR", "SUB"}, {"WHOLE"}, "a whole number or loop variable"),
    ({"NAME", "WHOLE", "DIFF"}, {"TEMPLATE_CLOSE", "PARTIAL"}, "a statement"),  # At a character that begins no word.
    ({"ADD", "SUB", "MUL", "DIV", "POW"}, _AFTER_OPERAND, "an operator"),
    ({"ADD", "SUB", "MUL", "DIV"}, _AFTER_OPERAND, "an operator"),  # Behind a power.
)


_FALLBACKS = {
    "answer": ("an answer is written dL/dx = -0.5 or t = 0.84",),
    "point": ("the values of inputs are written x=1,w=pi/4",),
}


class SyntaxHint(NamedTuple):
    """A slip that people make: the text around the place of the error, what to write, and a text that has it."""

    pattern: str
    hint: str
    example: str


_FRACTION, _SUPERSCRIPT = PATTERNS["FRACTION"], PATTERNS["SUPERSCRIPT"]
_RESERVED = "|".join(reserved())
_COLUMN = r"[^\s,=:<>()\[\]]+"
_FORMS = "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)"

# The first row that fits speaks, so rows for whole statements stand before those for a place inside an expression.
SYNTAX_HINTS = (
    SyntaxHint(rf"‸(?P<w>{_RESERVED})\s*(=(?!=)|->|,)", "`{w}` is a word of the language, never a name", "if = 3"),
    # Declarations
    SyntaxHint(rf"^(let|var|set)\s+({NAME}\s*‸=|‸)", "a node needs no word before it: y = …", "let y = 3"),
    SyntaxHint(rf"^output\s+{NAME}\s*‸,", "there is one output; `--of` asks for another", "output x, y"),
    SyntaxHint(
        rf"^const\s+(?P<v>{NAME})\s*(‸$|.*‸,)", "each constant has a line and a value: const {v} = 3", "const n"
    ),
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
        rf"^(?P<f>{NAME})\s*‸\(.*\)\s*=", "a function of your own begins with def: def {f}(x) = …", "f(x) = x^2"
    ),
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
        rf"^.*[\w)\]]\s*(‸,\s*|\s‸){NAME}\s*=(?!=)", "a newline or `;` parts statements: a = 1; b = 2", "a = 1, b = 2"
    ),
    SyntaxHint(rf"^(?P<v>{NAME})\s*‸\[", "a vector is defined as a whole: {v} = [1, 2]", "y[0] = 3"),
    SyntaxHint(r"=\s*‸=", "one `=` defines a node; `==` compares", "y == 3"),
    SyntaxHint(r"[^<>=!]=\s*‸$", "a number or formula stands after `=`", "y ="),
    SyntaxHint(rf"^{NAME}\s*‸([-+*/^@(]|$)", _FORMS, "y"),
    # What could mean two things; before the rows of products, whose advice would decide it
    SyntaxHint(
        rf"(?P<x>{NAME}|\d+|\))(?P<p>{_SUPERSCRIPT})\s*‸(\^|\*\*)",
        "this could be ({x}{p})^n or a power of a power: parentheses say which",
        "y = x²^3",
    ),
    SyntaxHint(
        rf"√\s*(?P<x>{NAME}|{NUMBER})\s*‸(\^|\*\*|{_SUPERSCRIPT})",
        "the root of a power is sqrt({x}^2), the power of a root sqrt({x})^2",
        "y = √x²",
    ),
    SyntaxHint(
        rf"√\s*(?P<n>{NUMBER})\s*‸(?P<x>{NAME})",
        "the root of a product is sqrt({n}*{x}), a product with a root sqrt({n})*{x}",
        "y = √2π",
    ),
    SyntaxHint(
        rf"/\s*(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)",
        "is it 1/({n}*{x}) or 1/{n}*{x}? a product needs its sign",
        "y = 1/2π",
    ),
    SyntaxHint(
        rf"(?P<n>{NUMBER})\s*‸(?P<f>{_FRACTION})", "a mixed number is a sum, {n} + {f}, a product {n}*{f}", "y = 2½"
    ),
    SyntaxHint(rf"(?P<f>{_FRACTION})\s*‸(?P<x>{NAME}|\()", "a product needs its sign: {f}*{x}", "y = ½x"),
    SyntaxHint(
        rf"\b(?P<f>{NAME})⁻¹\s*‸\(",
        "the inverse function has a name of its own (asin, acos, atan, log); 1/{f}(x) is the reciprocal",
        "y = sin⁻¹(x)",
    ),
    SyntaxHint(
        rf"\b(?P<f>{NAME}){_SUPERSCRIPT}\s*‸[\w(]", "a power of a function's value is written {f}(x)^2", "y = sin²(x)"
    ),
    SyntaxHint(r"‸⁽", "a raised index is part of the name: W1", "y = W⁽¹⁾"),
    SyntaxHint(r"‸[ʰ-ˤᴬ-ᵡⁱⁿ]", "a raised letter is written as a power: e^x", "y = eˣ"),
    # Numbers, products and calls
    SyntaxHint(r"\d‸_\d", "digits stand without separators: 1000", "y = 1_000"),
    SyntaxHint(r"=[^,(\[]*\d\s*‸,\s*\d+\s*$", "a decimal point, not a comma: 3.5", "y = 3,5"),
    SyntaxHint(
        rf"=\s*[-−]?{NUMBER}\s*‸,\s*([-−]|{NUMBER}\s*,)", "a vector stands in brackets: [1, 2, 3]", "y = 1, 2, 3"
    ),
    SyntaxHint(r"‸;", "the rows of a matrix are vectors: [[1, 2], [3, 4]]", "y = [1, 2; 3, 4]"),
    SyntaxHint(r"=\s*‸\{", "a vector stands in brackets: [1, 2]", "y = {"),
    SyntaxHint(r"\[[^\]()]*[\w.)]\s+‸[-\w.(]", "commas part the items of a vector: [1, 2]", "y = [1 2]"),
    SyntaxHint(
        r"\b(?P<f>(sin|cos|tan)h?|exp|log|ln|sigmoid|σ)\s*\^\s*(?P<n>\d+)\s*‸[\w(]",
        "a power of a function's value is written {f}(x)^{n}",
        "y = sin^2(x)",
    ),
    SyntaxHint(
        r"\s‸if\b|‸\?|‸(then|else)\b|\bif\b(?!.*\bthen\b.*‸).*‸[:,]",
        "a choice is written: if c then a else b",
        "y = a if c else b",
    ),
    SyntaxHint(r"\b(then|else)\b.*‸$", "a choice needs both branches: if c then a else b", "y = if c then a"),
    SyntaxHint(r"‸(%|mod\b)", "there is no remainder; write x - y*floor(x/y)", "y = x % 2"),
    SyntaxHint(rf"(?P<n>{NUMBER})\s*‸(?P<x>{NAME})(?![\w']*\s*=)", "a product needs its sign: {n}*{x}", "y = 2x"),
    SyntaxHint(rf"(?P<n>{NUMBER})\s*‸\(", "a product needs its sign: {n}*(…)", "J = 1/2 (y - z)^2"),
    SyntaxHint(rf"\)\s*‸(?P<x>{NAME}|\d)", "a product needs its sign: (…)*{x}", "y = (a + b) c"),
    SyntaxHint(r"\)\s*‸\(", "a product needs its sign: (…)*(…)", "y = (a + b)(c - d)"),
    SyntaxHint(
        rf"\b(?P<f>{NAME})\s+‸(?P<x>{NAME}|\d+)",
        "an argument stands in parentheses, {f}({x}), and a product needs its sign, {f}*{x}",
        "y = sin x + 1",
    ),
    # Other notations
    SyntaxHint(r"‸[“”\"'‘’`]", "quotes are not needed: names stand bare", 'y = "x"'),
    SyntaxHint(rf"‸[\\$](?P<x>{NAME})", "a name stands bare: {x}", "y = \\sigma(x)"),
    SyntaxHint(r"[\w)\]]\s*‸\|\||‸∨", "write `or`", "y = a || b"),
    SyntaxHint(r"‸\|", "an absolute value is written abs(x), a norm norm(x)", "y = |x|"),
    SyntaxHint(r"‸(&|∧)", "write `and`", "y = a && b"),
    SyntaxHint(r"‸[!~¬]", "write `not a`, or `a != b`", "y = !a"),
    SyntaxHint(r"‸=[<>]|<‸>", "write `<=`, `>=` or `!=`", "y = a => b"),
    SyntaxHint(r"\*\s*‸\*", "a power is written `^` or `**`", "y = x***2"),
    SyntaxHint(r"‸\.(?!\.)", "a name has no dot; `.T` is the transpose", "y = layer.weight"),
    SyntaxHint(
        r"([<>]|[<>=!]=)[^<>=]*[\w)\]]\s*‸([<>]|[=!]=)", "comparisons do not chain: a < b and b < c", "y = a < f(b) < c"
    ),
    SyntaxHint(r"[-+*/^@<>=]\s*‸($|\)|\])", "an operator needs something after it", "y = 2 +"),
    SyntaxHint(r"‸\)", "this parenthesis closes nothing, or something before it is missing", "y = a)"),
)


def explain(source: Source, span: Span, error: RefusedError, start: str = "statement") -> Diagnostic:
    """The diagnostic of a refused slice: what was found, what would do, what is still open, and what to write."""
    place = error.place
    at_end = place.start >= span.end
    wanted = _expected(error.allowed, start)
    found = "something is missing" if at_end else f"unexpected {_shown(source.text[place.start : place.end])}"
    message = f"{found}: expected {wanted}" if wanted else found
    hints = _hint(source.text[span.start : place.start], source.text[place.start : span.end], start)
    if not hints or "=" not in source.text[span.start : place.start]:
        hints = _FALLBACKS.get(start, hints)
    return Diagnostic(Code.SYNTAX, message, place, _still_open(source, span), hints)


def _shown(text: str) -> str:
    """What stands there in backquotes; a character that cannot be seen by its number and name."""
    if text.isprintable():
        return f"`{shorten(text)}`"
    return f"character U+{ord(text[0]):04X} ({unicodedata.name(text[0], 'a control character').lower()})"


def _expected(terminals: set[str], start: str) -> str:
    """The terminals that would do, in words, grouped; empty where there are too many to help."""
    allowed = terminals - {"TEMPLATE_OPEN"}  # Any name may go on so; it would only distract.
    if {"EQUAL", "ARROW"} <= allowed and "COLON" not in allowed:
        allowed -= {"DIV"}  # Of dv/du = 3, which is the rarest of what a name begins.
    if start == "answer" and "EQUAL" in allowed:
        allowed -= {"LSQB"}  # The same, of the node of an answer.
    words: list[str] = []
    for core, more, name in _GROUPS:
        if core <= allowed:
            words.append(name)
            allowed -= core | more
    if start == "answer":
        words = [word.replace("a statement", "an answer") for word in words]
    words += sorted({TERMINAL_WORDS[terminal] for terminal in allowed})
    if not words or len(words) > 6:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _still_open(source: Source, span: Span) -> tuple[Note, ...]:
    """A note for the innermost bracket that is never closed."""
    # The refusal shows at the end, where something is missing; the cause is where it was opened.
    stack: list[int] = []
    text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), source.text[span.start : span.end])
    for i, char in enumerate(text, span.start):
        if char in "([":
            stack.append(i)
        elif char in ")]" and stack:
            stack.pop()
    return (Note("this bracket is never closed", Span(stack[-1], stack[-1] + 1)),) if stack else ()


def _hint(before: str, after: str, start: str) -> tuple[str, ...]:
    # Slips are local: a window around the place keeps long lines from costing more than short ones.
    head, text = before[:40], before[-80:] if len(before) > 120 else before
    marked = (text if text == before else head + text) + HERE + after[:80]
    for row in SYNTAX_HINTS:
        is_for_statements = row.pattern.startswith("^")
        match = None if is_for_statements and start != "statement" else re.search(row.pattern, marked)
        if match:
            return (_filled(row.hint, match),)
    return ()


def _filled(hint: str, match: re.Match[str]) -> str:
    """`hint` with `{x}` replaced by what the group x matched; other braces stay."""
    for name, text in match.groupdict().items():
        hint = hint.replace(f"{{{name}}}", shorten(text or "", WORD_SHOWN))
    return hint
