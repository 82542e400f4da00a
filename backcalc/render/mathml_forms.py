"""The forms that the table of primitives gives its functions in LaTeX, read as MathML: the little that stands there."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from html import escape
from itertools import chain
from typing import Self

from backcalc.text.numerals import MINUS

SPACE = '<mspace width=".17em"/>'
"""A thin one."""


class Parenthesis(str):
    """One that stretches where something within the pair is high; `low` is as high as a letter."""

    __slots__ = ("low",)
    low: str

    def __new__(cls, sign: str) -> Self:
        """The element of `sign`."""
        found = super().__new__(cls, f"<mo>{sign}</mo>")
        found.low = f'<mo stretchy="false">{sign}</mo>'
        return found


class High(str):
    """The tag that begins what is higher than a letter."""

    __slots__ = ()


class Slot(str):
    """The name of a parameter, where its argument goes."""

    __slots__ = ()


Markup = tuple[str, ...]
"""MathML in pieces, which say what they are: a parenthesis, what stands high, and in the form of a row a slot."""

LEFT, RIGHT = Parenthesis("("), Parenthesis(")")
_PARENTHESES = {"(": LEFT, ")": RIGHT}


def mo(sign: str) -> str:
    """A sign or a bracket."""
    return _PARENTHESES.get(sign) or f"<mo>{escape(sign)}</mo>"


def mrow(*inner: str) -> Markup:
    """What counts as one element."""
    return "<mrow>", *inner, "</mrow>"


def flat(parts: Iterable[Markup]) -> Markup:
    """The parts one behind the other."""
    return tuple(chain.from_iterable(parts))


# Commands, escaped signs, line ends, parameters in <>, numbers; then each letter by itself.
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\[,;:!_ ]|\\\\|<\w+>|\d+|\S")
_SIGNS = {
    "cdot": "·", "le": "≤", "ge": "≥", "ne": "≠", "land": "∧", "lor": "∨", "lnot": "¬", "lvert": "|", "rvert": "|",
    "lVert": "‖", "rVert": "‖", "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "top": "⊤", "sum": "∑",
    "prod": "∏", "star": "⋆", "times": "×",
}  # fmt: skip
_LETTERS = {"Phi": "Φ", "varphi": "φ", "sigma": "σ"}
_WORDS = ("operatorname", "mathrm", "text")
_FUNCTIONS: tuple[str, ...] = ("arccos", "arcsin", "arctan", "cos", "cosh", "det", "exp", "ln", "log", "max", "min")
_FUNCTIONS += ("sin", "sinh", "tan", "tanh")


@cache
def template(latex: str) -> Markup:
    """The form of a row, with slots for its arguments."""
    return flat(_FormReader(_TOKEN.findall(latex)).items(""))


class _FormReader:
    """Reads the tokens of a form."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]  # Turned round, so that `pop` gives the next one.

    def items(self, end: str) -> list[Markup]:
        """The elements up to the word `end`."""
        found: list[Markup] = []
        while self._tokens and (word := self._tokens.pop()) != end:
            if word in ("^", "_"):
                tag = "msup" if word == "^" else "msub"
                # What an exponent belongs to has been read already.
                found.append((f"<{tag}>", *found.pop(), *self._next(), f"</{tag}>"))
            elif item := self._item(word):
                found.append(item)
        return found

    def _item(self, word: str) -> Markup:
        """The element that begins with `word`."""
        if word == "{":
            return mrow(*flat(self.items("}")))
        if word.startswith("<") and len(word) > 1:
            return (Slot(word[1:-1]),)
        if word.startswith("\\"):
            return self._command(word[1:])
        if word.isdigit():
            return (f"<mn>{word}</mn>",)
        # A minus as print has it, longer than a hyphen.
        return (f"<mi>{word}</mi>" if word.isalpha() else mo(word.replace("-", MINUS)),)

    def _command(self, word: str) -> Markup:
        """A command, with its arguments."""
        match word:
            # Sizes and negative blanks: MathML has its own.
            case "textstyle" | "!":
                return ()
            case "," | ":" | ";" | " ":
                return (SPACE,)
            case "frac":
                return fraction(self._next(), self._next())
            case "overline":
                return High("<mover>"), *self._next(), "<mo>‾</mo></mover>"
            case "sqrt":
                return self._root()
            case "begin":
                return self._cases()
            case "mathbf":
                return self._next()  # All that is bold in the table is `1`, of an indicator.
            case _ if word in _WORDS:
                return (_word(self._raw()),)
        # Named functions are upright in LaTeX without a word more; several letters in `mi` are, too.
        if word in _FUNCTIONS:
            return (_word(word),)
        return (_word(_LETTERS[word]) if word in _LETTERS else mo(_SIGNS[word]),)

    def _next(self) -> Markup:
        return self._item(self._tokens.pop())

    def _root(self) -> Markup:
        if self._tokens[-1] != "[":  # `\sqrt[3]{x}`.
            return High("<msqrt>"), *self._next(), "</msqrt>"
        self._tokens.pop()
        # MathML has the degree behind, LaTeX before.
        degree = mrow(*flat(self.items("]")))
        return High("<mroot>"), *self._next(), *degree, "</mroot>"

    def _raw(self) -> str:
        """The letters in braces."""
        assert self._tokens.pop() == "{"
        letters = []
        while (word := self._tokens.pop()) != "}":
            letters.append(word.removeprefix("\\"))
        return "".join(letters)

    def _cases(self) -> Markup:
        """The rows of `cases`, cells parted by `&`."""
        self._raw()  # The word `cases`.
        rows: list[list[Markup]] = [[()]]
        while (word := self._tokens.pop()) != "\\end":
            if word == "\\\\":
                rows.append([()])
            elif word == "&":
                rows[-1].append(())
            else:
                rows[-1][-1] += self._item(word)
        self._raw()  # And once more, behind `\end`.
        return mrow(mo("{"), *table(rows))


def fraction(above: Markup, below: Markup) -> Markup:
    """A quotient, one element above another."""
    return High("<mfrac>"), *above, *below, "</mfrac>"


def table(rows: Iterable[Iterable[Markup]]) -> Markup:
    """Rows of cells."""
    lines = (("<mtr>", *flat(("<mtd>", *cell, "</mtd>") for cell in row), "</mtr>") for row in rows)
    return High("<mtable>"), *flat(lines), "</mtable>"


def _word(text: str) -> str:
    """A word of mathematics: one letter slanted, several upright, as `mi` has it."""
    return f"<mi>{escape(text)}</mi>"
