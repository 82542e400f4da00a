"""Formulas as answers are written: derivatives as symbols, factors side by side.

In a formula that is an answer `∂J/∂y` stands for a number as `y` does. To the grammar it is a quotient, and `2*dJ/dy`
one of another kind, so each is read as a name: `Name("∂J/∂y")`, spelled as written.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from backcalc.language.expr import VECTOR, Call, Expr, Name, Number, fold, names, postorder, with_args
from backcalc.language.lexis import NAME, NODE, PATTERNS, canonical, reserved
from backcalc.language.parser import parse_expression
from backcalc.marking.latex import in_signs
from backcalc.rules.primitives import lookup
from backcalc.rules.row import CONSTANTS
from backcalc.text.errors import Diagnostic, ParseError
from backcalc.text.source import Source, Span

_PLACE = r"(?:\[\s*\d+(?:\s*,\s*\d+)*\s*\])?"
_LATEX = r"\\partial\s*"
# Names are of any script: to compile these takes some 30 ms, so each is when it is first needed.
_DERIVATIVES = (
    rf"\\[dt]?frac\s*\{{\s*(?:{_LATEX}|[d∂])\s*(?P<a>{NODE})(?P<a_place>{_PLACE})\s*\}}"
    rf"\s*\{{\s*(?:{_LATEX}|[d∂])\s*(?P<b>{NODE})\s*\}}"
    rf"|(?<!\w)[d∂δ]\s*\(\s*(?P<c>{NODE})(?P<c_place>{_PLACE})\s*\)\s*[/∕]\s*[d∂δ]\s*\(\s*(?P<d>{NODE})\s*\)"
    rf"|[∂]\s*(?P<e>{NODE})(?P<e_place>{_PLACE})\s*[/∕]\s*[∂]\s*(?P<f>{NODE})"
    # Without blanks, for `dz / dy` may be a quotient; and never the end of another name.
    rf"|(?<![\w.])[dδ](?P<g>{NAME})(?P<g_place>{_PLACE})/[dδ](?P<h>{NAME})(?!\s*\()"
    rf"|(?<![\w.])(?P<i>{NAME})\s*\.\s*grad(?!\w)"
)
_SYMBOL = rf"(?:[∂](?P<of>{NODE})/[∂]|d(?P<plain>{NAME})/d)(?P<wrt>{NODE})|(?P<leaf>{NAME})\.grad"

# Two factors side by side: what ends one, a blank, what begins the next. `2 x` and `f (x)` of a function are none.
_FACTOR = rf"(?P<left>(?<![\w.])(?:{NAME})|[)\]ᵀ⊤]|\.T(?!\w))(?P<blank>[^\S\n]+)"
_FACTORS = rf"{_FACTOR}(?P<right>(?:{NAME})|[(\[√])"
# Of several items: an element is written A[0, 1], and a product with a vector W [3, 4], as `explain` does.
_LISTS = rf"(?P<left>(?<![\w.])(?:{NAME})|[)\]ᵀ⊤]|\.T(?!\w))(?P<blank>[^\S\n]+)(?P<right>\[(?=\[|[^\[\]]*,))"
_BRACKETS = r"\)\("  # As `explain` writes a product of numbers: (−10)(1).
_BEHIND = r"(?:(?<=\.T)|(?<=[ᵀ⊤\]]))\("
_WORDS = {*reserved(), PATTERNS["FOR"], PATTERNS["IN"]}  # They are no factors.


class Symbol(NamedTuple):
    """A derivative in a formula: ∂of/∂wrt; `of` is empty where that is the output. `is_plain`: spelled `dof/dwrt`."""

    of: str
    wrt: str
    is_plain: bool


def symbol(name: str) -> Symbol | None:
    """The derivative that a name of a formula stands for; None for a node's."""
    found = re.fullmatch(_SYMBOL, name)
    if found is None:
        return None  # Symbols are names that no file can have.
    if found["leaf"]:
        return Symbol("", found["leaf"], is_plain=False)
    return Symbol(found["of"] or found["plain"], found["wrt"], is_plain=bool(found["plain"]))


def is_formula(value: Expr) -> bool:
    """Whether an answer is worked out by the graph, rather than a number or an array as it stands.

    It speaks of nodes, derivatives or functions of the file, or works with arrays as one does by hand.
    """
    if isinstance(value, Number):  # As nearly all are.
        return False
    if any(name not in CONSTANTS for name in names(value)):
        return True
    # By now it speaks of no node: only what it calls or is made of can tell.
    calls = [part for part in postorder(value) if isinstance(part, Call)]
    if any(lookup(part.fn) is None for part in calls):
        return True
    return any(part.fn == VECTOR for part in calls) and not is_written_out(value)


def is_written_out(value: Expr) -> bool:
    """Whether an array stands there element by element."""
    # Layer by layer, down to what is no list.
    elements = [value]
    while any(map(_is_list, elements)):
        elements = [part for it in elements for part in (it.args if isinstance(it, Call) and _is_list(it) else (it,))]
    return not any(_is_list(part) for it in elements for part in postorder(it))


def _is_list(part: Expr) -> bool:
    return isinstance(part, Call) and part.fn == VECTOR


def has_derivatives(text: str) -> bool:
    """Whether a derivative stands in a text."""
    # Nearly all answers are plain numbers, which a search for two characters tells.
    text = in_signs(text)
    return ("/" in text or "\\" in text or ".grad" in text or "∕" in text) and bool(re.search(_DERIVATIVES, text))


def has_lists(text: str) -> bool:
    """Whether a vector stands behind a factor, and a blank between them."""
    text = in_signs(text)
    return " [" in text and any(not _is_in_list(text[: it.start("blank")]) for it in re.finditer(_LISTS, text))


def is_only_formula(text: str) -> bool:
    """Whether a text has what stands in no number: derivatives, or factors side by side."""
    return has_derivatives(text) or has_lists(text)


def read_formula(source: Source, span: Span) -> Expr:
    """A value in which derivatives are names and factors may stand side by side. Raises ParseError."""
    text = in_signs(source.text[slice(*span)])
    # Without products first: `f (x)` stays a call where that can be read.
    plain = _Rewritten(text, products=False)
    try:
        return plain.parsed(source, span)
    except ParseError as error:
        try:
            return _Rewritten(text).parsed(source, span)
        except ParseError:  # What was written is what an error speaks of.
            raise ParseError(source, [plain.as_written(it, span) for it in error.diagnostics]) from None


class _Rewritten:
    """A value as the grammar reads it: each derivative one name, and a sign between factors side by side."""

    def __init__(self, text: str, *, products: bool = True) -> None:
        self._symbols: dict[str, str] = {}
        self._stem = "derivative_"  # A name that the text does not have.
        while self._stem in text:
            self._stem += "_"
        # Symbols first, for a list may stand behind one.
        self.text = re.sub(_LISTS, _multiplied, re.sub(_DERIVATIVES, self._named, text))
        if products:
            self.text = re.sub(_BRACKETS, ")*(", re.sub(_BEHIND, "@(", self.text))
            # Each match ends where the next may begin, so once more for every second factor of three.
            for _ in range(2):
                self.text = re.sub(_FACTORS, _multiplied, self.text)
            self.text = _with_lists(self.text)

    def _named(self, found: re.Match[str]) -> str:
        groups = {key: text for key, text in found.groupdict().items() if text}
        if "i" in groups:
            written = f"{canonical(groups['i'])}.grad"
        else:
            of, wrt = (canonical(groups[key]) or groups[key] for key in groups if len(key) == 1)
            written = f"d{of}/d{wrt}" if "g" in groups else f"∂{of}/∂{wrt}"
        name = f"{self._stem}{len(self._symbols)}"
        self._symbols[name] = written
        place = next((text for key, text in groups.items() if key.endswith("place")), "")
        return f"{name}{place}"

    def as_written(self, error: Diagnostic, span: Span) -> Diagnostic:
        """An error of the rewritten text as one of the text `span` of a source."""

        def _in(text: str) -> str:
            return re.sub(rf"{self._stem}\d+", lambda found: self._symbols.get(found[0], found[0]), text)

        return error._replace(message=_in(error.message), span=span, hints=tuple(map(_in, error.hints)))

    def parsed(self, source: Source, span: Span) -> Expr:
        """The expression, each name with the place that it has in the source."""

        def _leaf(part: Any) -> Expr:
            if not isinstance(part, Name):
                return part  # type: ignore[no-any-return]
            name = self._symbols.get(part.id, part.id)
            # Where it stands in the source, for the text was rewritten.
            found = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)").search(source.text, *span)
            return Name(name, Span(*found.span()) if found else span)

        return fold(parse_expression(Source(source.name, self.text)), _leaf, with_args)


def _with_lists(text: str) -> str:
    """`text` with brackets for the parentheses that hold a vector, `W.T @ (0.16, 0.75)`; a call's stay."""
    signs, opened, items = list(text), [], set()
    for i, char in enumerate(text):
        if char in "([":
            opened.append(i)
        elif char == "," and opened:
            items.add(opened[-1])
        elif char in ")]" and opened:
            start = opened.pop()
            is_call = start > 0 and (text[start - 1].isalnum() or text[start - 1] in "_'")
            if start in items and text[start] == "(" and char == ")" and not is_call:
                signs[start], signs[i] = "[", "]"
    return "".join(signs)


def _multiplied(found: re.Match[str]) -> str:
    left, right = found["left"], found["right"]
    is_call = right == "(" and left != ".T" and lookup(left) is not None
    if left in _WORDS or right in _WORDS or is_call or _is_in_list(found.string[: found.start("blank")]):
        return found[0]
    # `@` serves for numbers too, in `terms`.
    return f"{left}@{right}"


def _is_in_list(before: str) -> bool:
    """Whether the innermost bracket that a text leaves open is that of a list, whose items a blank might part."""
    # Backwards from the blank: what is closed again on the way is passed over.
    closed = 0
    for char in reversed(before):
        if char in ")]":
            closed += 1
        elif char in "([":
            if not closed:
                return char == "["
            closed -= 1
    return False
