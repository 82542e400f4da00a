"""The forms that the table of primitives gives its functions in LaTeX, read as MathML: the little that stands there."""

from __future__ import annotations

import re
from functools import cache
from html import escape

from backcalc.text.numerals import MINUS

SPACE = '<mspace width=".17em"/>'
"""A thin one."""


def mo(sign: str) -> str:
    """A sign or a bracket."""
    return f"<mo>{escape(sign)}</mo>"


def mrow(inner: str) -> str:
    """What counts as one element."""
    return f"<mrow>{inner}</mrow>"


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
def template(latex: str) -> tuple[str, ...]:
    """The form of a row: pieces of MathML, and behind a NUL the names of its parameters where their arguments go."""
    # A NUL stands in no form, so it marks where a parameter begins and ends.
    pieces = "".join(_FormReader(_TOKEN.findall(latex)).items(""))
    return tuple(part for part in re.split(r"(\0\w+)\0", pieces) if part)


class _FormReader:
    """Reads the tokens of a form."""

    def __init__(self, tokens: list[str]) -> None:
        self._tokens = tokens[::-1]  # Turned round, so that `pop` gives the next one.

    def items(self, end: str) -> list[str]:
        """The elements up to the word `end`."""
        found: list[str] = []
        while self._tokens and (word := self._tokens.pop()) != end:
            if word in ("^", "_"):
                tag = "msup" if word == "^" else "msub"
                # What an exponent belongs to has been read already.
                found.append(f"<{tag}>{found.pop()}{self._item(self._tokens.pop())}</{tag}>")
            elif item := self._item(word):
                found.append(item)
        return found

    def _item(self, word: str) -> str:
        """The element that begins with `word`."""
        if word == "{":
            return mrow("".join(self.items("}")))
        if word.startswith("<") and len(word) > 1:
            return f"\0{word[1:-1]}\0"
        if word.startswith("\\"):
            return self._command(word[1:])
        if word.isdigit():
            return f"<mn>{word}</mn>"
        # A minus as print has it, longer than a hyphen.
        return f"<mi>{word}</mi>" if word.isalpha() else mo(word.replace("-", MINUS))

    def _command(self, word: str) -> str:
        """A command, with its arguments."""
        match word:
            # Sizes and negative blanks: MathML has its own.
            case "textstyle" | "!":
                return ""
            case "," | ":" | ";" | " ":
                return SPACE
            case "frac":
                return f"<mfrac>{self._next()}{self._next()}</mfrac>"
            case "overline":
                return f"<mover>{self._next()}<mo>‾</mo></mover>"
            case "sqrt":
                return self._root()
            case "begin":
                return self._cases()
            case "mathbf":
                return self._next()  # All that is bold in the table is `1`, of an indicator.
            case _ if word in _WORDS:
                return _word(self._raw())
        # Named functions are upright in LaTeX without a word more; several letters in `mi` are, too.
        if word in _FUNCTIONS:
            return _word(word)
        return _word(_LETTERS[word]) if word in _LETTERS else mo(_SIGNS[word])

    def _next(self) -> str:
        return self._item(self._tokens.pop())

    def _root(self) -> str:
        if self._tokens[-1] != "[":  # `\sqrt[3]{x}`.
            return f"<msqrt>{self._next()}</msqrt>"
        self._tokens.pop()
        # MathML has the degree behind, LaTeX before.
        degree = mrow("".join(self.items("]")))
        return f"<mroot>{self._next()}{degree}</mroot>"

    def _raw(self) -> str:
        """The letters in braces."""
        assert self._tokens.pop() == "{"
        letters = []
        while (word := self._tokens.pop()) != "}":
            letters.append(word.removeprefix("\\"))
        return "".join(letters)

    def _cases(self) -> str:
        """The rows of `cases`, cells parted by `&`."""
        self._raw()  # The word `cases`.
        rows: list[list[str]] = [[""]]
        while (word := self._tokens.pop()) != "\\end":
            if word == "\\\\":
                rows.append([""])
            elif word == "&":
                rows[-1].append("")
            else:
                rows[-1][-1] += self._item(word)
        self._raw()  # And once more, behind `\end`.
        table = "".join(f"<mtr>{''.join(f'<mtd>{cell}</mtd>' for cell in row)}</mtr>" for row in rows)
        return f"<mrow><mo>{{</mo><mtable>{table}</mtable></mrow>"


def _word(text: str) -> str:
    """A word of mathematics: one letter slanted, several upright, as `mi` has it."""
    return f"<mi>{escape(text)}</mi>"
