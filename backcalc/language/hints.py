"""What the parser's refusals mean in words: TERMINAL_WORDS, a row a terminal, and the slips that are known."""

from __future__ import annotations

import re
import unicodedata

from backcalc.language.answer_slips import ANSWERS
from backcalc.language.automaton import RefusedError
from backcalc.language.habits import hint_for
from backcalc.language.lexis import NUMBER
from backcalc.language.slips import SYNTAX_HINTS
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Source, Span
from backcalc.text.wording import shorten

ARGUMENTS_SHOWN = 40  # As much of a call's arguments.
KEYWORDS = {"dim": "axis", "keepdim": "keepdims", "padding": "pad", "negative_slope": "slope"}
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
    "__ANON_0": "`..`",  # Lark's name for what has none.
    "COMMENT": "a comment",
    "__IGNORE_1": "white space",
}

_AFTER_OPERAND = {"MATMUL", "COMPARE", "AND", "OR", "DOT_T", "LSQB", "LPAR", "SUPERSCRIPT"}
# Names like any others where no such word may stand.
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


def explain(source: Source, span: Span, error: RefusedError, start: str = "statement") -> Diagnostic:
    """The diagnostic of a refused slice: what was found, what would do, what is still open, and what to write."""
    place = error.place
    at_end = place.start >= span.end
    wanted = _expected(error.allowed, start)
    found = "something is missing" if at_end else f"unexpected {_shown(source.text[place.start : place.end])}"
    message = f"{found}: expected {wanted}" if wanted else found
    hints = _hint(source.text[span.start : place.start], source.text[place.start : span.end], start)
    # Before its `=` an answer has no formula, so the rows of these say nothing of it.
    if not hints or "=" not in source.text[span.start : place.start]:
        hints = _FALLBACKS.get(start, hints)
    if start == "point":
        hints = _of_point(source.text[: place.start], source.text[place.start :]) or hints
    return Diagnostic(Code.SYNTAX, message, place, _still_open(source, span), hints)


def _of_point(before: str, after: str) -> tuple[str, ...]:
    """What is to be written in place of a slip that only the values of inputs have."""
    if after.startswith("{"):
        return ("values in JSON stand in a file: --at @point.json",)
    if re.match(r"(rad|deg|°)", after) and re.search(r"[\d.)]\s*$", before):
        return ("angles are in radians, and stand without a unit: x=1, or x=30*pi/180",)
    if (
        listed := re.search(rf"=\s*([-+−]?{NUMBER})\s*,\s*([-+−]?{NUMBER})\s*$", before)
        if after.startswith(",")
        else None
    ):
        return (f"a vector stands in brackets: x=[{listed[1]},{listed[2]},…]",)
    if re.search(r"=\s*[-+−]?\d+\s*,\s*\d+\s*$", before):
        return ("the decimal mark is a point: x=1.5",)
    return _FALLBACKS["point"] if after[:1] in ("=", ";") else ()


def _shown(text: str) -> str:
    """What stands there in backquotes; a character that cannot be seen by its number and name."""
    if text.isprintable():
        return f"`{shorten(text)}`"
    return f"character U+{ord(text[0]):04X} ({unicodedata.name(text[0], 'a control character').lower()})"


def _expected(terminals: set[str], start: str) -> str:
    """The terminals that would do, in words, grouped; empty where there are too many to help."""
    allowed = terminals - {"TEMPLATE_OPEN"}  # Any name may go on so; it would only distract.
    if {"EQUAL", "RPAR"} <= allowed and "ARROW" not in allowed:
        allowed -= {"EQUAL"}  # Of a keyword, which few calls have.
    # A slice and a comprehension may go on behind any formula in brackets: that would only distract, too.
    if allowed & {"SUB", "RSQB", "RPAR"} and "EQUAL" not in allowed:
        allowed -= {"COLON", "FOR"}
    if {"EQUAL", "ARROW"} <= allowed and "COLON" not in allowed:
        allowed -= {"DIV"}  # Of dv/du = 3, which is the rarest of what a name begins.
    if start == "answer" and "EQUAL" in allowed:
        allowed -= {"LSQB"}  # The same, of the node of an answer.
    words: list[str] = []
    for core, more, name in _GROUPS:
        if core <= allowed:
            words.append(name)
            allowed -= core | more  # Of `more` none need be there.
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
    # Blanked, for a bracket in a comment is none.
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
    # The head too, for some rows go by how a statement begins.
    marked = (text if text == before else head + text) + HERE + after[:80]
    for row in (*ANSWERS, *SYNTAX_HINTS) if start == "answer" else SYNTAX_HINTS:
        # Rows from `^` on are of whole statements, which answers and points are not.
        is_for_statements = row.pattern.startswith("^")
        match = None if is_for_statements and start != "statement" else re.search(row.pattern, marked)
        if match:
            return _known_elsewhere(match) or (_filled(row.hint, match),)
    return ()


def _known_elsewhere(match: re.Match[str]) -> tuple[str, ...]:
    """What a function of another notation is called here, where that is another name."""
    groups = match.groupdict(default="")
    name = groups.get("fn", "").replace(HERE, "")
    return hint_for(name, groups.get("module", "")) if name else ()


def _arguments(text: str) -> str:
    """The arguments of a call as they stand here; `…` where they are long, or have signs that are none here."""
    here = re.sub(r"\b(\w+)(?=\s*=)", lambda match: KEYWORDS.get(match[1], match[1]), text.strip())
    here = re.sub(r"(?<==)\s*True\b", "1", here)
    here = re.sub(r"\((\s*\d+(?:\s*,\s*\d+)*)\s*,?\s*\)$", r"\1", here)  # A shape: ones((3, 2)).
    is_plain = len(here) <= ARGUMENTS_SHOWN and not re.search(r"(?!\d)\w\s*\.\s*(?![\dT])\w|[\\'\"{}$&|!;]", here)
    return (here or "x") if is_plain else "…"


def _filled(hint: str, match: re.Match[str]) -> str:
    """`hint` with `{x}` replaced by what the group x matched; other braces stay."""
    for name, text in match.groupdict(default="").items():
        # A raised letter is none of a name; the letter that it is, is.
        word = unicodedata.normalize("NFKC", text) if name == "raised" else text
        if name == "fn":
            word = text.casefold()  # Ours are in small letters: ReLU, Tanh.
        elif name == "args":
            word = _arguments(text)
            hint = hint.replace("{args}", word)
        elif name == "axis":
            word = {"-1": "1", "-2": "0"}.get(text, text)  # From the end, as of a matrix.
        hint = hint.replace(f"{{{name}}}", shorten(word, WORD_SHOWN))
    return hint
