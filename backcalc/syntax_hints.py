"""What the parser's refusals mean in words: TERMINAL_WORDS, one row a terminal, and SYNTAX_HINTS, one row a known slip."""

from __future__ import annotations

import re
from typing import NamedTuple

from lark import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from backcalc.errors import Diagnostic, Note, Source, Span, shorten

HERE = "‸"  # Marks in a pattern the place at which the parser gave up.

TERMINAL_WORDS = {
    "$END": "the end of the statement",
    "NAME": "a name",
    "WHOLE": "a whole number",
    "NUMBER": "a number",
    "NAME_PART": "the rest of a name",
    "TEMPLATE_OPEN": "an opening brace",
    "TEMPLATE_CLOSE": "a closing brace",
    "DIFF": "`d(` or `∂`",
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

_SOFT_WORDS = {"INPUT", "OUTPUT", "GIVEN", "ADJOINT", "DEF", "CLAIM", "FOR"}

# Terminals that stand for one idea where all of them would do.
_GROUPS: tuple[tuple[set[str], set[str], str], ...] = (
    ({"INPUT", "FOR", "NAME", "DIFF"}, {*_SOFT_WORDS, "WHOLE", "TEMPLATE_CLOSE"}, "a statement"),
    ({"INPUT", "FOR", "NAME"}, {*_SOFT_WORDS, "WHOLE"}, "a node"),
    ({"NAME", "NUMBER", "LPAR", "LSQB", "SUB"}, {"IF", "NOT", "ADD"}, "an expression"),
    ({"ADD", "SUB", "MUL", "DIV", "POW"}, {"MATMUL", "COMPARE", "AND", "OR", "DOT_T", "LSQB", "LPAR"}, "an operator"),
)


class SyntaxHint(NamedTuple):
    """A slip that people make: the text around the place of the error, what to write, and a text that has it."""

    pattern: str
    hint: str
    example: str


_NAME = r"[^\W\d]\w*'*"

SYNTAX_HINTS = (
    SyntaxHint(rf"(?P<n>[\d.]+)\s*‸(?P<x>{_NAME}|\()", "a product needs its sign: {n}*{x}", "y = 2x"),
    SyntaxHint(rf"\)\s*‸(?P<x>{_NAME}|\(|\d)", "a product needs its sign: )*{x}", "y = (a + b)(c)"),
    SyntaxHint(r"=\s*‸=", "one `=` defines a node; `==` compares", "y == 3"),
    SyntaxHint(r"‸:=|:\s*‸=", "write `=` in place of `:=`", "y := 3"),
    SyntaxHint(r"‸(=>|→|⟶|-->|>)|-\s*‸->", "an edge is written with `->`: u -> v : 3", "u => v : 3"),
    SyntaxHint(r"->\s*\S+\s*‸(=|\d|-)", "the partial stands after a colon: u -> v : 3", "u -> v = 3"),
    SyntaxHint(r"->\s*\S+\s*‸$", "an edge needs its local partial: u -> v : 3", "u -> v"),
    SyntaxHint(
        r"^d(?P<v>\w+)\s*‸/\s*d(?P<u>\w+)", "an edge is written d({v})/d({u}) = … or {u} -> {v} : …", "dv/du = 3"
    ),
    SyntaxHint(r"=[^,]*\d\s*‸,\s*\d+\s*$", "a decimal point, not a comma: 3.5", "y = 3,5"),
    SyntaxHint(
        rf"\b(?P<f>{_NAME})\s+‸(?P<x>\w+)\s*$", "a function's argument stands in parentheses: {f}({x})", "y = sin x"
    ),
    SyntaxHint(r"‸\|\|", "write `or`", "y = a || b"),
    SyntaxHint(r"‸\|", "an absolute value is written abs(x)", "y = |x|"),
    SyntaxHint(r"‸²", "a power is written x^2", "y = x²"),
    SyntaxHint(r"‸³", "a power is written x^3", "y = x³"),
    SyntaxHint(r"‸[·×⋅∙]", "a product is written with `*`", "y = a·b"),
    SyntaxHint(r"‸÷", "a quotient is written with `/`", "y = a÷b"),
    SyntaxHint(r"‸√", "a root is written sqrt(x)", "y = √x"),
    SyntaxHint(r"‸&&?", "write `and`", "y = a && b"),
    SyntaxHint(r"‸!", "write `not`", "y = !a"),
    SyntaxHint(r"‸%", "there is no remainder; write x - y*floor(x/y)", "y = x % 2"),
    SyntaxHint(r"‸[≤≥≠]", "write `<=`, `>=` or `!=`", "y = a ≤ b"),
    SyntaxHint(r"‸[“”\"'‘’`]", "quotes are not needed: names stand bare", 'y = "x"'),
    SyntaxHint(r"\*\s*‸\*", "a power is written `^` or `**`", "y = x***2"),
    SyntaxHint(r"\s‸if\b", "a choice is written: if c then a else b", "y = a if c else b"),
    SyntaxHint(r"‸\?", "a choice is written: if c then a else b", "y = c ? a : b"),
    SyntaxHint(r"\bif\b.*‸:", "a choice is written: if c then a else b", "y = if c: a else b"),
    SyntaxHint(r"\bthen\b.*‸$", "a choice needs both branches: if c then a else b", "y = if c then a"),
    SyntaxHint(r"[<>=]=?\s*\w+\s*‸[<>]", "comparisons do not chain: a < b and b < c", "y = a < b < c"),
    SyntaxHint(rf"^(?P<f>{_NAME})\s*‸\(", "a function of your own begins with def: def {f}(x) = …", "f(x) = x^2"),
    SyntaxHint(r"^def\b.*\)\s*‸:", "the body stands after `=`: def f(x) = x^2", "def f(x): x^2"),
    SyntaxHint(r"^def\s+\w+\s*‸=", "a function needs its parameters: def f(x) = x^2", "def f = 2"),
    SyntaxHint(
        r"^for\b.*\bin\s+\w+\s*‸(\(|:|,|-|\.)", "a range is written 1..5: for k in 1..5 { … }", "for k in range(1, 5) {"
    ),
    SyntaxHint(r"^for\b.*\.\.\s*[^{]+‸$", "the body stands in braces: for k in 1..5 { … }", "for k in 1..5"),
    SyntaxHint(r"^for\b.*\.\.\s*[^{]+‸:", "the body stands in braces: for k in 1..5 { … }", "for k in 1..5: x = 1"),
    SyntaxHint(r"^for\s+\w+\s*‸=", "a loop is written: for k in 1..5 { … }", "for k = 1..5 {"),
    SyntaxHint(
        r"^(let|var|const|set)\s+‸|^(let|var|const|set)\s+\w+\s*‸=",
        "a node needs no word before it: y = …",
        "let y = 3",
    ),
    SyntaxHint(r"^input\s+\w+\s*‸,", "one statement an input: input x; input y", "input x, y"),
    SyntaxHint(
        r"^(?P<w>input|output|given|adjoint)\s+(?P<v>\w+)\s*‸\S",
        "a line that begins with `{w}` declares; an edge from a node named {w} is written {w} -> {v} : 3",
        "input h 0.5",
    ),
    SyntaxHint(r"^(given|adjoint)\s+\w+\s*‸$", "its value is missing: given h = [2, -1, 3]", "given h"),
    SyntaxHint(r"=\s*‸$", "the formula is missing", "y ="),
    SyntaxHint(
        r"^[^\s,=]+[\s,]+[^\s,=]+[\s,]+[^\s,=]+\s*‸[\s,]*\S",
        "an edge has three columns: tail, head, partial",
        "u, v, 3, 4",
    ),
    SyntaxHint(r"^\S+\s*,\s*\S+\s*‸$", "an edge has three columns: tail, head, partial", "u,v"),
    SyntaxHint(
        rf"^{_NAME}\s*‸$", "a statement is a definition (y = …), an edge (u -> v : 3) or a declaration (input x)", "y"
    ),
    SyntaxHint(r"[-+*/^]\s*‸($|\))", "an operator needs something after it", "y = 2 +"),
    SyntaxHint(r"‸\)", "this parenthesis closes nothing, or something before it is missing", "y = a)"),
)


def explain(source: Source, span: Span, error: UnexpectedInput, start: str = "statement") -> Diagnostic:
    """The diagnostic of a refused slice: what was found, what would do, what is still open, and what to write."""
    place = _place_of(error, span)
    at_end = place.start >= span.end
    wanted = _expected(error)
    found = "something is missing" if at_end else f"unexpected `{shorten(source.text[place.start : place.end])}`"
    message = f"{found}: expected {wanted}" if wanted else found
    hints = _hint(source.text[span.start : place.start], source.text[place.start : span.end])
    if not hints and start == "answer":
        hints = ("an answer is written dL/dx = -0.5 or t = 0.84",)
    return Diagnostic("syntax", message, place, _still_open(source, span, place), hints)


def _place_of(error: UnexpectedInput, span: Span) -> Span:
    if isinstance(error, UnexpectedToken) and error.token.type != "$END":
        token = error.token
        return Span(span.start + (token.start_pos or 0), span.start + (token.end_pos or 0))
    if isinstance(error, UnexpectedCharacters):
        at = span.start + (error.pos_in_stream or 0)
        return Span(at, at + 1)
    return Span(span.end, span.end + 1)


def _expected(error: UnexpectedInput) -> str:
    """The terminals that would do, in words, grouped; empty where there are too many to help."""
    allowed = set(getattr(error, "accepts", None) or getattr(error, "allowed", None) or ())
    allowed.discard("TEMPLATE_OPEN")  # Any name may go on so; it would only distract.
    words: list[str] = []
    for core, more, name in _GROUPS:
        if core <= allowed:
            words.append(name)
            allowed -= core | more
    words += sorted({TERMINAL_WORDS[terminal] for terminal in allowed})
    if not words or len(words) > 6:
        return ""
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"


def _still_open(source: Source, span: Span, place: Span) -> tuple[Note, ...]:
    """A note for the innermost bracket that is open at the place of the error and never closed."""
    stack: list[int] = []
    text = re.sub(r"#[^\n]*", lambda comment: " " * len(comment.group()), source.text[span.start : span.end])
    for i, char in enumerate(text, span.start):
        if char in "([":
            stack.append(i)
        elif char in ")]" and stack:
            stack.pop()
    return (Note("this bracket is never closed", Span(stack[-1], stack[-1] + 1)),) if stack else ()


def _hint(before: str, after: str) -> tuple[str, ...]:
    # Slips are local: a window around the place keeps long lines from costing more than short ones.
    head, text = before[:40], before[-80:] if len(before) > 120 else before
    marked = (text if text == before else head + text) + HERE + after[:80]
    for row in SYNTAX_HINTS:
        match = re.search(row.pattern, marked)
        if match:
            return (_filled(row.hint, match),)
    return ()


def _filled(hint: str, match: re.Match[str]) -> str:
    """`hint` with `{x}` replaced by what the group x matched; other braces stay."""
    for name, text in match.groupdict().items():
        hint = hint.replace(f"{{{name}}}", text or "")
    return hint
