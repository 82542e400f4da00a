"""Names, formulas, numbers and arrays as the mathematics of LaTeX, for amsmath."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from unicodedata import normalize

from backcalc.analysis.longhand import DerivativeName
from backcalc.language.expr import (
    IF,
    INDEX,
    NEGATE,
    PICK,
    TRANSPOSE,
    VECTOR,
    WITHIN,
    Call,
    Expr,
    Name,
    Number,
    fold,
    is_operation,
    keyword_of,
    size,
)
from backcalc.language.spelling import FRACTIONS
from backcalc.language.unparse import ATOM, BINARY, CONDITIONAL, POSTFIX, PRODUCT, SUM, UNARY
from backcalc.render.layout import Assembled
from backcalc.render.values import ELEMENTS, LONGEST, MAX_DIGITS, ends, in_digits, own_number
from backcalc.rules.primitives import lookup
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import DIGITS, exact_parts, is_exact, rounded

_GREEK = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
_GREEK += ["varepsilon", "vartheta", "varpi", "varrho", "varphi", "ell"]
_LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϖϱϕℓ", _GREEK, strict=True))
GREEK = {word: letter for letter, word in _LETTERS.items()}
"""The letters by the words that stand for them."""
_SPECIAL = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"}
_SPECIAL |= {"\\": r"\textbackslash{}", "^": r"\textasciicircum{}", "~": r"\textasciitilde{}"}

_POWER = re.compile(r"e([+-]?)0*(\d+)")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check"}
_ACCENTS |= {"\u0300": "grave", "\u0301": "acute", "\u0306": "breve", "\u030a": "mathring"}

LAST_LATIN = "\u017f"  # What pdfLaTeX sets in text without further packages.
NEEDS = "% Names with letters beyond Latin and Greek: compile with XeLaTeX or LuaLaTeX, in a font that has them."

Latex = tuple[str, int]
"""LaTeX and how tightly it binds."""


class ColumnVector(Assembled):
    """A vector as a formula has it, in its frame; `parts` are its items, of which a matrix makes a row."""

    __slots__ = ()


def latex(expr: Expr, digits: int = DIGITS) -> str:
    """`expr` as LaTeX mathematics, its numbers to `digits` significant digits."""
    # Without recursion, by `fold`: a formula may be as deep as a graph.
    return fold(expr, lambda leaf: leaf_latex(leaf, digits), call_latex)[0]


def name_latex(name: str) -> str:
    """A node's name: `t1` as t with an index, Greek letters as such, longer names upright."""
    stem, primes, digits = split_name(name)
    body = rf"\{stem}" if stem in _GREEK else _letter(stem)
    return f"{body}{primes}" + (f"_{{{digits}}}" if digits else "")


def split_name(name: str) -> tuple[str, str, str]:
    """A name as its letters, its primes, and its number, which is set as an index; a Greek letter as its word."""
    name = name.translate(_SUBSCRIPTS)
    name, primes = name.rstrip("'"), "'" * (len(name) - len(name.rstrip("'")))
    # `σ1` and `sigma1` are set alike; a Greek letter within a word stays text.
    for letter, word in _LETTERS.items():
        name = name.replace(letter, word) if name == letter or name.startswith(letter) else name
    stem, index = re.fullmatch(r"(.*?)_*([\d_]*)", name).groups()  # type: ignore[union-attr]
    if not stem:  # A name of digits alone, as edge lists have them.
        stem, index = name, ""
    return stem, primes, index.strip("_").replace("_", ",")


def _letter(stem: str) -> str:
    """A letter, with its accent where it has one; a word upright, as text where mathematics lacks its letters."""
    if _is_word(stem):
        return rf"\{'mathrm' if stem.isascii() else 'text'}{{{_escaped(stem)}}}"
    letter, accents = _unaccented(stem)
    return rf"\{_ACCENTS[accents]}{{{letter}}}" if accents else stem


def _unaccented(stem: str) -> tuple[str, str]:
    """The first letter of a name without its accents, and these; with them the other letters, if it has more."""
    parts = normalize("NFD", stem)
    return parts[0], parts[1:]


def _is_word(stem: str) -> bool:
    """Whether the letters of a name, which is no Greek letter's, are set as a word."""
    letter, accents = _unaccented(stem)
    # LaTeX has a command an accent, for one letter of ASCII below it.
    return not letter.isascii() or letter in _SPECIAL or accents not in ("", *_ACCENTS)


def _ends_in_word(expr: Expr) -> bool:
    """Whether a factor of a matrix product ends in a word, without primes or a number behind it."""
    while isinstance(expr, Call) and expr.fn == "@":
        expr = expr.args[1]
    if not isinstance(expr, Name) or isinstance(expr, DerivativeName):  # Of a derivative only the parts are words.
        return False
    stem, primes, digits = split_name(expr.id)
    return not primes + digits and stem not in _GREEK and _is_word(stem)


def value_latex(value: Any, digits: int) -> Latex | None:
    """A value as mathematics; None where that has nothing for it: it is not known, or too long to be shown."""
    if value is None:
        return None
    if not is_known(value):
        return fold(in_digits(value, digits), _shown_leaf, call_latex) if size(value, LONGEST) <= LONGEST else None
    return array_latex(value, lambda number: _number_latex(number, digits))


def _number_latex(number: Any, digits: int) -> Latex:
    """A number in its digits; a fraction as one; behind those that are certain, dots."""
    if not is_exact(number):
        return _shown_leaf(Number(float(number), rounded(number, digits)))
    sign, above, below = exact_parts(number)
    found = rf"\frac{{{above}}}{{{below}}}" if below else _POWER.sub(_power_latex, above)
    # `…` and `±` come from digits that are certain.
    found = found.replace("…", r"\ldots").replace("±", r"\pm")
    return sign + found, SUM if sign else ATOM


def _power_latex(power: re.Match[str]) -> str:
    return rf" \cdot 10^{{{power[1].strip('+')}{power[2]}}}"


def array_latex(value: Any, number: Callable[[float], Latex]) -> Latex:
    """An array as a column or a matrix, of a long one the ends; a number as `number` writes it."""
    if not shape_of(value):
        return number(own_number(value))
    return shown_vector([array_latex(item, number) for item in ends(value)], len(value))


def shown_vector(shown: list[Latex], count: int) -> Latex:
    """A column or a matrix, with dots for what is not shown of `count` items."""
    if count > len(shown):
        row, dots = shown[0][0], (r"\vdots", ATOM)  # The dots of a row of rows are a row themselves, as wide.
        middle = (vector_latex((dots,) * len(row.parts)), ATOM) if isinstance(row, ColumnVector) else dots
        shown.insert(ELEMENTS // 2, middle)
    return vector_latex(tuple(shown)), ATOM


def _shown_leaf(leaf: Number | Name) -> Latex:
    """A number in the digits that are shown, or a name."""
    text, own = leaf_latex(leaf, MAX_DIGITS)
    return text, SUM if text.startswith("-") else own  # As if the minus were an operator.


def words_latex(text: str) -> str:
    """Text as LaTeX outside mathematics."""
    return "".join(_SYMBOLS.get(char, char) for char in text)


_SYMBOLS = {letter: rf"$\{word}$" for letter, word in _LETTERS.items()}
_SYMBOLS |= {**_SPECIAL, "∂": r"$\partial$", "×": r"$\times$", "≠": r"$\neq$", "…": r"\dots{}", "–": "--"}
_SYMBOLS |= {"✓": r"$\checkmark$", "✗": r"$\times$", "≈": r"$\approx$", "↪": r"$\hookrightarrow$"}
_SYMBOLS |= {"↻": r"$\circlearrowright$", "−": "$-$", "·": r"$\cdot$", "→": r"$\to$", "⊙": r"$\odot$"}
_SYMBOLS |= {"ᵀ": r"$^{\top}$", "‖": r"$\lVert$", "∇": r"$\nabla$"}


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)


def leaf_latex(leaf: Number | Name, digits: int) -> Latex:
    """A number, to so many significant digits unless the file has written it, or a name."""
    if isinstance(leaf, Name):
        # The name of the language, which has no letter for it.
        return r"\infty" if leaf.id == "inf" else name_latex(leaf.id), ATOM
    text = leaf.text or rounded(leaf.value, digits)
    if text in FRACTIONS:  # A sign that few fonts of LaTeX have in mathematics.
        return r"\frac{{{}}}{{{}}}".format(*FRACTIONS[text]), UNARY
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT
    # A word of three letters would be set as a product of them.
    return {"inf": r"\infty", "nan": r"\mathrm{NaN}"}.get(text, text), ATOM


def call_latex(call: Call, args: tuple[Latex, ...]) -> Latex:
    """A call on what its arguments are in LaTeX."""
    if call.fn == VECTOR:
        return vector_latex(args), ATOM
    if not is_operation(call):
        return index_latex(call, [text for text, _ in args]), ATOM
    if call.fn == INDEX:
        places = ",".join(text for text, _ in args[1:])
        array = grouped(args[0], POSTFIX)
        if isinstance(call.args[0], Call) and call.args[0].fn == INDEX:
            array = f"{{{array}}}"  # A second subscript of one thing is an error of LaTeX.
        return rf"{array}_{{{places}}}", POSTFIX
    if (keyword := keyword_of(call)) is not None:
        return rf"\mathrm{{{_escaped(keyword)}}}{{=}}{args[0][0]}", ATOM
    if call.fn == WITHIN:  # Its function stands beside it.
        return args[0]
    # An argument by its name stands where it is written; the table's forms are of arguments by their places.
    row = None if any(map(keyword_of, call.args)) else lookup(call.fn, len(args), call.options)
    if row is None or not row.latex:
        inner = ", ".join(text for text, _ in args)
        return rf"{name_latex(call.fn)}({inner})", ATOM
    # The table has the form, with <x> where an argument goes; how tightly that must bind is the operator's.
    own, needs = tightness(call)
    texts = [grouped(arg, need) for arg, need in zip(args, needs, strict=True)]
    last = len(row.params) - 1  # Of any number of arguments the others stand beside the last that the row names.
    slots = dict(zip(row.params, [*texts[:last], ", ".join(texts[last:])], strict=True))
    if call.fn == "@" and _ends_in_word(call.args[0]):
        return rf"{texts[0]} \, {texts[1]}", own  # Two letters and one more would read as a word.
    return re.sub(r"<(\w+)>", lambda slot: slots[slot[1]], row.latex), own


def index_latex(call: Call, args: Sequence[str]) -> str:
    """A slice or a list of indices, as it stands between brackets."""
    if call.fn == PICK:
        return f"[{', '.join(args)}]"
    ends = iter(args)
    return "".join(piece if piece == ":" else next(ends) for piece in call.fn)


def vector_latex(args: tuple[Latex, ...]) -> str:
    """A column; of vectors a matrix, whose rows they are; amsmath's bmatrix would end at ten columns."""
    items = [text for text, _ in args]
    rows = [item.parts for item in items if isinstance(item, ColumnVector)]
    # The language has no matrices of its own: rows that are vectors, one below the other, are one.
    if len(rows) < len(items):  # Numbers, formulas, or matrices in turn.
        return ColumnVector(items, _framed(items, 1))
    return _framed(map(" & ".join, rows), max(map(len, rows)))


def _framed(rows: Iterable[str], columns: int) -> str:
    """Rows of so many columns between brackets that are as high as they."""
    return r"\left[\begin{array}{" + "r" * columns + "}" + r" \\ ".join(rows) + r"\end{array}\right]"


def tightness(call: Call) -> tuple[int, tuple[int, ...]]:
    """How tightly a call binds, and how tightly its arguments must."""
    if call.fn == "/":
        return ATOM, (CONDITIONAL, CONDITIONAL)  # The bar groups both.
    if call.fn in BINARY:
        own = BINARY[call.fn]
        # Of equals a − (b − c) keeps its parentheses, a + (b + c) and a·(b·c) need none.
        return own, (POSTFIX, CONDITIONAL) if call.fn == "^" else (own, own + (call.fn not in ("+", "*", "and", "or")))
    if call.fn == NEGATE:
        return SUM, (PRODUCT,)  # As in a sum: −x is a term, and (−x)² needs parentheses.
    if call.fn == TRANSPOSE:
        return POSTFIX, (POSTFIX,)
    if call.fn in (IF, "where"):
        # Cases stand in braces, which part them from all else.
        return ATOM, (CONDITIONAL,) * 3
    return ATOM, (CONDITIONAL,) * len(call.args)


def grouped(text: Latex, need: int) -> str:
    """A text as it stands where it must bind so tightly."""
    return text[0] if text[1] >= need else rf"\left({text[0]}\right)"
