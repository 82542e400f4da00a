"""The grammar's callbacks for names and formulas: each rule of grammars/graph.lark as the expression that it makes."""

from __future__ import annotations

import unicodedata
from math import isinf
from typing import Any

from backcalc.language.automaton import RefusedError, Token
from backcalc.language.expr import (
    FOR,
    IF,
    INDEX,
    NEGATE,
    PICK,
    TEMPLATE,
    TRANSPOSE,
    VECTOR,
    Call,
    Expr,
    Name,
    Number,
    placed,
    with_keyword,
)
from backcalc.language.lexis import canonical
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.wording import shorten

# What is read as what: one spelling each from the grammar on, so that one row of the table serves all.
SPELLINGS = {"**": "^", "≤": "<=", "≥": ">=", "≠": "!="}
SPELLINGS |= dict.fromkeys("−–", "-") | dict.fromkeys("·⋅×∗⊙", "*") | dict.fromkeys("÷∕", "/")

_PARTED_ITEMS = ("commas part the items: [1, -2]", "a difference has a blank on both sides or none: [1 - 2]")

OPERATORS = {"ADD", "SUB", "MUL", "DIV"}
"""What parts two operands."""


class RejectedError(Exception):
    """A slice that the grammar or a callback refuses."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class ExpressionBuilder:
    """The callbacks of names and formulas, one a rule or alias; each returns the expression of its text."""

    def __init__(self) -> None:
        self._text, self._base = "", 0
        self._doubtful: list[Token] = []  # Signs such as that of `1 -2`, which parts two items if it stands in a list.

    def begin(self, text: str, base: int) -> None:
        """Get ready for a text whose first character is at `base` in the source."""
        self._text, self._base = text, base
        self._doubtful.clear()

    def said(self, start: int, end: int) -> str:
        """The text from `start` to `end`; empty where there is none."""
        return self._text[max(0, start - self._base) : max(0, end - self._base)]

    # Expressions

    def number(self, token: Token) -> Number:
        """A number as float64. Raises RejectedError where that is infinite."""
        # The minus of an exponent, 1e−3: what reads the text of a number knows a hyphen alone.
        text = token.text if token.text.isascii() else token.text.replace("−", "-").replace("–", "-")
        value = float(text)
        if isinf(value):
            hint = "write inf where infinity is meant"
            message = "this number is too large for a float64, whose largest is 1.797e308"
            raise RejectedError(Diagnostic(Code.NUMBER_TOO_LARGE, message, token.span, hints=(hint,)))
        return Number(value, text, token.span)

    def variable(self, token: Token) -> Name:
        """A name in its one spelling. Raises RejectedError where it has none."""
        name = canonical(token.text)
        if not name:
            plain = unicodedata.normalize("NFKC", token.text)
            message = f"`{shorten(token.text)}` is no name: written plainly it is `{shorten(plain)}`"
            hint = ("a name begins with a letter or `_`",)
            raise RejectedError(Diagnostic(Code.SYNTAX, message, token.span, hints=hint))
        return Name(name, token.span)

    def fraction(self, token: Token) -> Number:
        """`½` as the number it is."""
        return Number(unicodedata.numeric(token.text), token.text, token.span)

    def derivative(self, d: Token, of: Expr, _slash: Token, _d: Token, wrt: Expr) -> Call:
        """`∂y/∂x` in a formula, as `grad(y, x)`."""
        return Call("grad", (of, wrt), Span(d.span.start, wrt.span.end))

    def infinity(self, token: Token) -> Name:
        """`∞`."""
        return Name(token.text, token.span)

    def binary(self, left: Expr, operator: Token, right: Expr) -> Call:
        """Two operands and the sign between them."""
        fn = SPELLINGS.get(operator.text, operator.text)
        if fn in ("+", "-"):
            self._look_at(operator)
        return Call(fn, (left, right), Span(left.span.start, right.span.end))

    def superscript(self, base: Expr, token: Token) -> Call:
        """`x²` as a power. Raises RejectedError where that is too large."""
        # Normalised these signs are digits, a minus and a plus, which says nothing.
        text = unicodedata.normalize("NFKC", token.text).removeprefix("+")
        digits = Number(float(text.lstrip("−")), text.lstrip("−"), token.span)
        if isinf(digits.value):
            raise RejectedError(Diagnostic(Code.NUMBER_TOO_LARGE, "this power is too large", token.span))
        power = Call(NEGATE, (digits,), token.span) if text.startswith("−") else digits
        return Call("^", (base, power), Span(base.span.start, token.span.end))

    def root(self, sign: Token, operand: Expr) -> Call:
        """`√x`."""
        return Call("sqrt", (operand,), Span(sign.span.start, operand.span.end))

    def negative(self, sign: Token, operand: Expr) -> Call:
        """`-x`."""
        return Call(NEGATE, (operand,), Span(sign.span.start, operand.span.end))

    def negated(self, word: Token, operand: Expr) -> Call:
        """`not x`."""
        return Call("not", (operand,), Span(word.span.start, operand.span.end))

    def positive(self, _sign: Token, operand: Expr) -> Expr:
        """`+x`, which is x."""
        return operand

    def transpose(self, operand: Expr, token: Token) -> Call:
        """`A.T`."""
        return Call(TRANSPOSE, (operand,), Span(operand.span.start, token.span.end))

    def index(self, operand: Expr, places: tuple[Expr, ...], end: Token) -> Call:
        """`x[0]`. Raises RejectedError where a sign may part two indices."""
        self.refuse_doubtful(operand.span.end, _PARTED_ITEMS)
        # A list here is no vector: it names elements and has no value of its own.
        places = tuple([_picked(place) for place in places])
        return Call(INDEX, (operand, *places), Span(operand.span.start, end.span.end))

    def indices(self, *items: Expr) -> tuple[Expr, ...]:
        """What stands between the brackets of `X[1:, 0]`."""
        return items

    def slice(self, *parts: Expr | Token) -> Call:
        """`1:3`, `1:`, `:3` or `:`."""
        ends = tuple([part for part in parts if not isinstance(part, Token)])
        first, last = parts[0], parts[-1]
        fn = f"{'' if isinstance(first, Token) else 'i'}:{'' if isinstance(last, Token) else 'j'}"
        return Call(fn, ends, Span(first.span.start, last.span.end))

    def comprehension(self, item: Expr, _for: Token, variable: Token, first: Expr, last: Expr) -> tuple[Call]:
        """`x{k}^2 for k in 1..3`, as the one item of a list."""
        args = item, self.variable(variable), first, last
        # A tuple, for its place is that of all items of a list.
        return (Call(FOR, args, Span(item.span.start, last.span.end)),)

    def call(self, fn: Token, _open: Token, *rest: Any) -> Call:
        """`f(x, y)`."""
        args = rest[0] if len(rest) == 2 else ()  # Else there is the closing parenthesis alone.
        self._settle(fn.span.start)
        return Call(self.variable(fn).id, args, Span(fn.span.start, rest[-1].span.end))

    def keyword(self, name: Expr, sign: Token, value: Expr) -> Call:
        """`axis=1` among the arguments of a call. Raises RefusedError where no name stands before the sign."""
        if not isinstance(name, Name):
            # In the words of a grammar that tells a name from a formula here, as this one cannot.
            raise RefusedError(sign.span, OPERATORS | {"RPAR", "COMMA"})
        return with_keyword(name.id, value, Span(name.span.start, value.span.end))

    def vector(self, start: Token, items: tuple[Expr, ...], end: Token) -> Call:
        """`[a, b]`. Raises RejectedError where a sign may part two items."""
        self.refuse_doubtful(start.span.start, _PARTED_ITEMS)
        return Call(VECTOR, items, Span(start.span.start, end.span.end))

    def parenthesis(self, start: Token, inner: Expr, end: Token) -> Expr:
        """`(x)`, which is x in the place of both."""
        span = Span(start.span.start, end.span.end)
        self._settle(span.start)
        # An error about a call looks for its name where its span begins; all else is shown with its parentheses.
        if isinstance(inner, Call) and inner.is_named:
            return inner
        return placed(inner, span)

    def side_by_side(self, start: Token, left: Expr, _end: Token, second: Token, right: Expr, end: Token) -> Call:
        """The product of two numbers in parentheses, (10)(-0.5), as a hand writes the chain rule; no other."""
        if not (_is_number(left) and _is_number(right)):
            raise RefusedError(second.span, OPERATORS)
        self._settle(start.span.start)
        return Call("*", (left, right), Span(start.span.start, end.span.end))

    def _look_at(self, sign: Token) -> None:
        """Take note of a sign that may be one between two operands or one of the second."""
        start, end = sign.span
        is_parted, behind = self.said(start - 1, start).isspace(), self.said(end, end + 2)
        # Behind `--` a blank decides: `a --b` is a difference, `a -- b` may be meant as an edge.
        if is_parted and behind[:1] in ("-", "−", "–"):
            if behind[1:].isspace():
                hint = ("an edge is written u -> v : 3", "a difference is written a - b, and with a negative a - (-b)")
                place = Span(start, end + 1)
                raise RejectedError(Diagnostic(Code.AMBIGUOUS, "`--` could mean two things", place, hints=hint))
        elif is_parted and not behind[:1].isspace():
            self._doubtful.append(sign)

    def _settle(self, start: int) -> None:
        """Signs from `start` on stand in parentheses, where nothing but an operation can be meant."""
        while self._doubtful and self._doubtful[-1].span.start >= start:
            self._doubtful.pop()

    def refuse_doubtful(self, start: int, ways: tuple[str, str]) -> None:
        """Raise RejectedError where a sign from `start` on may part two items."""
        found = next((sign for sign in self._doubtful if sign.span.start >= start), None)
        if found is not None:
            message = f"a blank before `{found.text}` and none behind it: this could be one item or two"
            raise RejectedError(Diagnostic(Code.AMBIGUOUS, message, found.span, hints=ways))

    def conditional(self, start: Token, c: Expr, _then: Token, a: Expr, _else: Token, b: Expr) -> Call:
        """`if c then a else b`."""
        return Call(IF, (c, a, b), Span(start.span.start, b.span.end))

    def arguments(self, *items: Any) -> tuple[Any, ...]:
        """The items of a list."""
        return items

    operands = parameters = point = arguments

    # Names

    def template(self, head: Token, _open: Token, index: Expr, close: Token, *rest: tuple[Any, ...]) -> Call:
        """A name with braces, `t{k-1}`: its texts and indices by turns."""
        parts: list[Expr] = [self.variable(head), index]
        end = close.span.end
        for part, stop in rest:
            is_text = isinstance(part, Token)
            if not is_text and len(parts) % 2 == 0:
                parts.append(Name("", Span(end, end)))  # Texts and indices take turns.
            parts.append(self.variable(part) if is_text else part)
            end = stop
        return Call(TEMPLATE, tuple(parts), Span(head.span.start, end))

    def template_rest(self, *tokens: Any) -> tuple[Any, int]:
        """A text or an index of such a name, and where it ends."""
        part = tokens[0] if len(tokens) == 1 else tokens[1]  # In braces the middle one.
        return part, tokens[-1].span.end


def _picked(place: Expr) -> Expr:
    return Call(PICK, place.args, place.span) if isinstance(place, Call) and place.fn == VECTOR else place


def _is_number(expr: Expr) -> bool:
    """Whether `expr` is a number with or without a sign."""
    return isinstance(expr.args[0] if isinstance(expr, Call) and expr.fn == NEGATE else expr, Number)
