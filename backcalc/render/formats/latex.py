"""Formulas and reports as LaTeX, for amsmath: a `tabular` a grid, each formula in mathematics."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from unicodedata import normalize

from backcalc.language.expr import IF, INDEX, NEGATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number, fold
from backcalc.language.parser import parse_expression
from backcalc.language.unparse import ATOM, BINARY, CONDITIONAL, POSTFIX, PRODUCT, SUM
from backcalc.render.document import ARROW, Grid
from backcalc.render.values import MAX_DIGITS
from backcalc.rules.primitives import lookup
from backcalc.text.errors import ParseError
from backcalc.text.numerals import DIGITS, DOT, rounded
from backcalc.text.source import Source

_GREEK = re.findall(
    r"\w+",
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
    "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega",
)
_GREEK += ["varepsilon", "vartheta", "varpi", "varrho", "varphi", "ell"]
_LETTERS = dict(zip("αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩϵϑϖϱϕℓ", _GREEK, strict=True))
_SPECIAL = {"&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_", "{": r"\{", "}": r"\}"}

_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_ACCENTS = {"\u0302": "hat", "\u0303": "tilde", "\u0304": "bar", "\u0307": "dot", "\u0308": "ddot", "\u030c": "check"}
_ACCENTS |= {"\u0300": "grave", "\u0301": "acute", "\u0306": "breve", "\u030a": "mathring"}
LAST_LATIN = "\u017f"  # What pdfLaTeX sets in text without further packages.
NEEDS = "% Names with letters beyond Latin and Greek: compile with XeLaTeX or LuaLaTeX, in a font that has them."

DERIVATIVE = re.compile(r"∂(\S+)/∂(\S+)")
_AMONG_WORDS = re.compile(r"(∂\w+'*/∂\w+'*)")
_WORDS = (
    "node",
    "shape",
    "formula",
    "value",
    "gradient",
    "input",
    "edges",
    "seed",
    "sum",
    "path",
    "factors",
    "product",
    "method",
    "multiplications",
    "backpropagation",
    "counted",
    "user",
    "contribution",
    "?",
    "-",
)

Latex = tuple[str, int]
"""LaTeX and how tightly it binds."""


def latex(expr: Expr, digits: int = DIGITS) -> str:
    """`expr` as LaTeX mathematics, its numbers to `digits` significant digits."""
    return fold(expr, lambda leaf: leaf_latex(leaf, digits), call_latex)[0]


def name_latex(name: str) -> str:
    """A node's name: `t1` as t with an index, Greek letters as such, longer names upright."""
    name = name.translate(_SUBSCRIPTS)
    name, primes = name.rstrip("'"), "'" * (len(name) - len(name.rstrip("'")))
    # `σ1` and `sigma1` are set alike; a Greek letter within a word stays text.
    for letter, word in _LETTERS.items():
        name = name.replace(letter, word) if name == letter or name.startswith(letter) else name
    stem, index = re.fullmatch(r"(.*?)_*([\d_]*)", name).groups()  # type: ignore[union-attr]
    if not stem:
        stem, index = name, ""
    body = rf"\{stem}" if stem in _GREEK else _letter(stem)
    digits = index.strip("_").replace("_", ",")
    return f"{body}{primes}" + (f"_{{{digits}}}" if digits else "")


def _letter(stem: str) -> str:
    """A letter, with its accent where it has one; a word upright, as text where mathematics lacks its letters."""
    parts = normalize("NFD", stem)
    if len(parts) == len("y^") and parts[1] in _ACCENTS and parts[0].isascii():
        return rf"\{_ACCENTS[parts[1]]}{{{parts[0]}}}"
    if not stem.isascii():
        return rf"\text{{{_escaped(stem)}}}"
    return stem if len(stem) == 1 and stem not in _SPECIAL else rf"\mathrm{{{_escaped(stem)}}}"


def render_latex(report: Iterable[Grid]) -> Iterator[str]:
    """The lines of `report`: a `tabular` a grid, with rules of plain LaTeX; a comment where it takes XeLaTeX."""
    found = list(_tabulars(report))  # As a whole: what fonts it takes is told before the first line.
    if any(char > LAST_LATIN for line in found for char in line):
        yield NEEDS
    yield from found


def _tabulars(report: Iterable[Grid]) -> Iterator[str]:
    for i, grid in enumerate(report):
        if i:
            yield r"\medskip"
            yield ""
        if grid.title:
            yield words_latex(grid.title) + r"\\"
        if not grid.header:  # A title alone, such as how many rows are left out.
            continue
        columns = "".join("r" if c in grid.numbers else "l" for c in range(len(grid.header)))
        yield rf"\begin{{tabular}}{{{columns}}}"
        yield r"\hline"
        yield _row(map(_cell, grid.header))
        yield r"\hline"
        yield from (_row(map(_cell, row)) for row in grid.rows)
        yield r"\hline"
        yield r"\end{tabular}"


def _row(cells: Iterable[str]) -> str:
    return " & ".join(cells) + r" \\"


def _cell(text: str) -> str:
    """A cell as mathematics where it is a derivative, a formula, a number, a path or a product, else as words."""
    for between, sign in ((ARROW, r" \to "), (DOT, r" \cdot ")):
        if between in text:
            return f"${sign.join(map(_part, text.split(between)))}$"
    derivative = DERIVATIVE.fullmatch(text)
    if derivative:
        of, wrt = ("\\mathrm{node}" if name == "node" else name_latex(name) for name in derivative.groups())
        return rf"$\partial {of}/\partial {wrt}$"
    if text in _WORDS:  # Else they would be read as names of nodes.
        return text
    try:
        # A report is text by now; what parses is mathematics, for the language has the digits as they were written.
        return f"${latex(parse_expression(Source('cell', text)), MAX_DIGITS)}$"
    except ParseError:
        return words_latex(text)


def _part(text: str) -> str:
    """A node of a path, or a factor with the parentheses that it has."""
    cell = _cell(text.replace("−", "-"))
    found = cell[1:-1] if cell.startswith("$") else rf"\text{{{cell}}}"
    return rf"\left({found}\right)" if text.startswith("(") else found


def words_latex(text: str) -> str:
    """Text as LaTeX outside mathematics, but for derivatives in it."""
    return "".join(map(_word, _AMONG_WORDS.split(text)))


def _word(text: str) -> str:
    if _AMONG_WORDS.fullmatch(text):
        return _cell(text)
    for char, command in _SYMBOLS.items():
        text = text.replace(char, command)
    return text


_SYMBOLS = {**_SPECIAL, "∂": r"$\partial$", "×": r"$\times$", "≠": r"$\neq$", "…": r"\dots{}"}


def _escaped(text: str) -> str:
    return "".join(_SPECIAL.get(char, char) for char in text)


def leaf_latex(leaf: Number | Name, digits: int) -> Latex:
    """A number, to so many significant digits unless the file has written it, or a name."""
    if isinstance(leaf, Name):
        return r"\infty" if leaf.id == "inf" else name_latex(leaf.id), ATOM
    text = leaf.text or rounded(leaf.value, digits)
    mantissa, _, exponent = text.partition("e")
    if exponent:
        return rf"{mantissa} \cdot 10^{{{int(exponent)}}}", PRODUCT
    return {"inf": r"\infty", "nan": r"\mathrm{NaN}"}.get(text, text), ATOM


def call_latex(call: Call, args: tuple[Latex, ...]) -> Latex:
    """A call on what its arguments are in LaTeX."""
    if call.fn == VECTOR:
        return vector_latex(args), ATOM
    if call.fn == INDEX:
        places = ",".join(text for text, _ in args[1:])
        return rf"{grouped(args[0], POSTFIX)}_{{{places}}}", POSTFIX
    row = lookup(call.fn, len(args))
    if row is None or not row.latex:
        inner = ", ".join(text for text, _ in args)
        return rf"{name_latex(call.fn)}({inner})", ATOM
    # The table has the form, with <x> where an argument goes; how tightly that must bind is the operator's.
    own, needs = _tightness(call)
    texts = [grouped(arg, need) for arg, need in zip(args, needs, strict=True)]
    last = len(row.params) - 1  # Of any number of arguments the others stand beside the last that the row names.
    slots = dict(zip(row.params, [*texts[:last], ", ".join(texts[last:])], strict=True))
    if call.fn == "@" and _WORD_AT_END.search(texts[0]):
        return rf"{texts[0]} \, {texts[1]}", own  # Two letters and one more would read as a word.
    return re.sub(r"<(\w+)>", lambda slot: slots[slot[1]], row.latex), own


_WORD_AT_END = re.compile(r"\\(mathrm|text)\{[^{}]*\}$")
_BEGIN, _END, _BREAK = r"\left[\begin{array}{r}", r"\end{array}\right]", r" \\ "


def vector_latex(args: tuple[Latex, ...]) -> str:
    """A column; of vectors a matrix, whose rows they are; amsmath's bmatrix would end at ten columns."""
    rows = [text for text, _ in args]
    # The language has no matrices of its own: rows that are vectors, one below the other, are one.
    if not all(map(is_vector, rows)):  # Numbers, formulas, or matrices in turn.
        return _BEGIN + _BREAK.join(rows) + _END
    rows = [row.removeprefix(_BEGIN).removesuffix(_END).replace(_BREAK, " & ") for row in rows]
    columns = "r" * (1 + max(row.count(" & ") for row in rows))
    return _BEGIN.replace("{r}", f"{{{columns}}}") + _BREAK.join(rows) + _END


def is_vector(text: str) -> bool:
    """Whether a text is one vector and nothing else, not a sum that begins with one."""
    return text.startswith(_BEGIN) and text.endswith(_END) and text.count(_END) == 1


def _tightness(call: Call) -> tuple[int, tuple[int, ...]]:
    """How tightly a call binds, and how tightly its arguments must."""
    if call.fn == "/":
        return ATOM, (CONDITIONAL, CONDITIONAL)  # The bar groups both.
    if call.fn in BINARY:
        own = BINARY[call.fn]
        return own, (POSTFIX, CONDITIONAL) if call.fn == "^" else (own, own + (call.fn not in ("+", "*", "and", "or")))
    if call.fn == NEGATE:
        return SUM, (PRODUCT,)
    if call.fn == TRANSPOSE:
        return POSTFIX, (POSTFIX,)
    if call.fn in (IF, "where"):
        return ATOM, (CONDITIONAL,) * 3
    return ATOM, (CONDITIONAL,) * len(call.args)


def grouped(text: Latex, need: int) -> str:
    """A text as it stands where it must bind so tightly."""
    return text[0] if text[1] >= need else rf"\left({text[0]}\right)"
