"""The value of an answer as people write numbers: `,98`, `71 %`, `[1; 2]`, `[-0.19 -0.20]`, made an expression.

What stands in the text is rewritten a sign for a sign, so that the places of what the grammar reads stay true.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from backcalc.language.expr import NEGATE, VECTOR, Call, Expr, Number, postorder
from backcalc.language.lexis import NUMBER
from backcalc.language.parser import parse_value
from backcalc.marking.latex import in_signs
from backcalc.text.errors import Code, Diagnostic, ParseError
from backcalc.text.source import Source, Span

DEEPEST = 3  # Brackets in brackets: what nests deeper is no array of the language's.

# Patterns are text, compiled where they are first asked for: most answers need none of them.
_SIGNED = "[-+−–]?" + NUMBER
# Plain numbers, without arithmetic: `1 -2` is two of them, `1 - 2` a difference.
_SEVERAL = rf"\s*{_SIGNED}(?:\s+{_SIGNED})+\s*"
_PERCENT = rf"(\s*{_SIGNED})\s*%\s*"
_DECIMAL_COMMA = r",(?=\d)"
_LISTED = r"(?<![\d,])\d+,\d+(?:,[-+−–]?\d+)+"  # `2,1,4`: of one number two commas are no decimal points.
_THOUSANDS = r"(?<![\d.,])[1-9]\d{0,2}(?:,\d{3})+(?![\d])"  # `0,125` begins with 0, so it is no thousand.
_DECIMALS = r"\.\d+"
_CHOICES = ("and", "or", "not")  # To a graph they are numbers, 1 and 0; who answers does not mean these.
_PAIRS = {"[": "]", "(": ")"}  # Round brackets hold a vector too, as a tuple.


def choice_in(value: Expr) -> Diagnostic | None:
    """That an answer offers two values, `0.5 or 0.6`, where it does."""
    choice = next((part for part in postorder(value) if isinstance(part, Call) and part.fn in _CHOICES), None)
    return Diagnostic(Code.AMBIGUOUS, "one answer counts, not one of two", choice.span) if choice else None


def read_value(source: Source, span: Span, *, has_decimal_commas: bool = False) -> Expr:
    """The expression that the part `span` of a text is, outside brackets a comma before a digit being a decimal point.

    With `has_decimal_commas` it is one inside them too, and between a thousand and its hundreds. Raises ParseError.
    """
    text = in_signs(source.text[slice(*span)])
    if "," in text:  # Nearly all answers have none.
        if not has_decimal_commas:
            _require_no_thousands(source, span)
        text = _with_points(text, everywhere=has_decimal_commas)
    return _ValueReader(source, span.start, text).value(0, len(text), 0)


def _require_no_thousands(source: Source, span: Span) -> None:
    """Raise ParseError where a comma may be a decimal point or part thousands."""
    for i in _depth_zero(source.text, *span):
        # A look back from the first digit on: `0.1,234` is told by the grammar.
        if found := re.compile(_THOUSANDS).match(source.text, i, span.end):
            whole, point = found[0].replace(",", ""), found[0].replace(",", ".")
            decimals = re.compile(_DECIMALS).match(source.text, found.end(), span.end)
            if decimals or found[0].count(",") > 1:  # `1,234.5` has one reading, as 1,234,567 has.
                more = decimals[0] if decimals else ""
                message, hint = f"commas part no thousands: `{found[0]}{more}`", f"write {whole}{more}"
            else:
                message, hint = f"`{found[0]}` could be {whole} or {point}", f"write {whole}, or {point}"
            raise ParseError(source, [Diagnostic(Code.AMBIGUOUS, message, Span(*found.span()), hints=(hint,))])


def _with_points(text: str, *, everywhere: bool) -> str:
    """`text` with a point in place of each decimal comma: of those outside brackets, or `everywhere`."""
    if everywhere:
        return re.sub(_DECIMAL_COMMA, ".", text)  # Items are parted by semicolons then.
    signs = list(text)
    listed = {i for found in re.finditer(_LISTED, text) for i in range(*found.span())}
    for i in _depth_zero(text, 0, len(text)):
        if text[i] == "," and text[i + 1 : i + 2].isdigit() and i not in listed:
            signs[i] = "."
    return "".join(signs)


def _depth_zero(text: str, start: int, end: int) -> Iterator[int]:
    depth = 0
    for i in range(start, end):
        # Either kind of bracket closes either: the grammar tells of a wrong one.
        depth += (text[i] in "([") - (text[i] in ")]")
        if depth == 0:
            yield i


class _ValueReader:
    """Reads parts of a value, whose text may have been rewritten; it begins at `base` in its source."""

    def __init__(self, source: Source, base: int, text: str) -> None:
        self._source, self._base, self._text = source, base, text

    def value(self, start: int, end: int, depth: int) -> Expr:
        """The array or the number in a part of the text."""
        start, end = self._trimmed(start, end)
        inner = self._array(start, end) if depth < DEEPEST else None  # Beyond that the grammar refuses it.
        if inner is not None:
            return Call(VECTOR, tuple(self._items(*inner, depth + 1)), self._span(start, end))
        is_percentage = self._text.endswith("%", start, end)  # Of few the pattern is needed.
        if is_percentage and (found := re.compile(_PERCENT).fullmatch(self._text, start, end)):
            return self._percent(start, found.end(1), end)
        return parse_value(self._source, self._text[start:end], self._base + start, is_item=depth > 0)

    def _array(self, start: int, end: int) -> Span | None:
        """The inside of the brackets, or of the parentheses with a comma, that a part consists of; else None."""
        close = _PAIRS.get(self._text[start : start + 1])
        if close is None or self._text[end - 1] != close or self._partner(start, end) != end - 1:
            return None
        if close == ")" and not self._cuts(start + 1, end - 1, ","):  # `(1 + 2)` is a number.
            return None
        return Span(start + 1, end - 1)

    def _partner(self, start: int, end: int) -> int:
        """Where the bracket at `start` is closed; -1 where it is not."""
        depth = 0
        for i in range(start, end):
            depth += (self._text[i] in "([") - (self._text[i] in ")]")
            if depth == 0:
                return i
        return -1

    def _items(self, start: int, end: int, depth: int) -> Iterator[Expr]:
        rows = self._cuts(start, end, ";")
        for a, b in self._between(start, end, rows):
            # Rows first, each then parted by itself.
            items = [self.value(*item, depth + 1 if rows else depth) for item in self._parts(a, b)]
            if rows:  # `[1, 2; 3, 4]`: each row is a vector.
                yield Call(VECTOR, tuple(items), self._span(*self._trimmed(a, b)))
            else:
                yield from items

    def _parts(self, start: int, end: int) -> list[tuple[int, int]]:
        """The items of a row: parted by commas, else numbers or rows by blanks, as NumPy prints them."""
        text = self._text[start:end]
        if re.compile(_SEVERAL).fullmatch(text):  # `[1 -2 3]` is three, though the grammar subtracts.
            return [(start + found.start(), start + found.end()) for found in re.finditer(r"\S+", text)]
        if commas := self._cuts(start, end, ","):
            return self._between(start, end, commas)
        # Between `]` and `[`, as NumPy prints a matrix.
        gaps = [i for i in self._cuts(start, end, " \t\n") if text[: i - start].rstrip()[-1:] == "]"]
        rows = [pair for pair in self._between(start, end, gaps) if self._text[slice(*pair)].strip()]
        are_rows = all(self._text[slice(*self._trimmed(*row))][:1] == "[" for row in rows)
        return rows if are_rows and len(rows) > 1 else [(start, end)]

    def _cuts(self, start: int, end: int, signs: str) -> list[int]:
        return [i for i in _depth_zero(self._text, start, end) if self._text[i] in signs]

    @staticmethod
    def _between(start: int, end: int, cuts: list[int]) -> list[tuple[int, int]]:
        bounds = [start - 1, *cuts, end]
        return [(a + 1, b) for a, b in pairwise(bounds)]

    def _percent(self, start: int, end: int, last: int) -> Expr:
        """`71 %` as 71·10^-2: hundredths, whose digits stay those that are written."""
        number = parse_value(self._source, self._text[start:end], self._base + start)
        span = self._span(start, last)
        # As a product, whose digits count as written: 0.71 would have been computed.
        power = Call("^", (Number(10.0, "10", span), Call(NEGATE, (Number(2.0, "2", span),), span)), span)
        return Call("*", (number, power), span)

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        part = self._text[start:end]
        left = start + len(part) - len(part.lstrip())
        return left, max(left, start + len(part.rstrip()))

    def _span(self, start: int, end: int) -> Span:
        return Span(self._base + start, self._base + end)
