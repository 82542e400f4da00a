"""Equations as MathML, which browsers set by themselves.

What a function looks like its row in the table of primitives says, in LaTeX, which `mathml_forms` reads. A side of an
equation is several `math` elements, a term each, for a browser breaks no line within one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from html import escape
from typing import Any
from unicodedata import normalize

from backcalc.analysis.longhand import CHAIN, HADAMARD, DerivativeName
from backcalc.language.expr import (
    INDEX,
    NEGATE,
    PICK,
    VECTOR,
    WITHIN,
    Call,
    Expr,
    Folded,
    Name,
    Number,
    fold,
    is_operation,
    keyword_of,
    size,
)
from backcalc.language.unparse import ATOM, POSTFIX, PRODUCT, SUM, UNARY
from backcalc.render.blocks import Equation
from backcalc.render.breaks import Pieces
from backcalc.render.cells import Formula
from backcalc.render.hand import Hand
from backcalc.render.mathematics import GREEK, split_name, tightness
from backcalc.render.mathml_forms import (
    LEFT,
    RIGHT,
    SPACE,
    High,
    Markup,
    Slot,
    flat,
    fraction,
    mo,
    mrow,
    table,
    template,
)
from backcalc.render.values import ELEMENTS, LONGEST, TOO_LONG, ends
from backcalc.rules.primitives import lookup
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import MINUS, UNKNOWN

Mathml = tuple[Markup, int]
"""MathML and how tightly it binds."""

_SIDE_BY_SIDE = ("@", "outer", "dot")  # Products without a sign between their factors.


class MathmlHand(Hand):
    """Formulas as one writes them by hand, in MathML."""

    def sides(self, found: Equation) -> list[str]:
        """The sides of an equation, all but the first behind a sign; empty where one says what that before it does."""
        # By their texts: expressions that differ may look the same.
        written = [self.terms(side) for side in found.sides]
        return [
            "" if i and terms == written[i - 1] else _maths(terms, mo("=") * bool(i)) for i, terms in enumerate(written)
        ]

    def terms(self, side: Any) -> list[str]:
        """A side, a long sum term by term."""
        if not isinstance(side, Formula):
            return [str(piece) for piece in self.value_pieces(side.value)]
        # Terms share parts of a formula, which are written once.
        done: Folded[Mathml] = Folded()
        return list(map(_set, _summands(side.expr, lambda part: fold(part, self._leaf, _call, done))))

    def pieces(self, expr: Expr) -> Pieces:
        """`expr` as MathML, in one piece."""
        return [_set(fold(expr, self._leaf, _call)[0])]

    def value_pieces(self, value: Any) -> Pieces:
        """A number, an array or a formula; a question mark where nothing says what it is."""
        if value is None:
            return [_text(UNKNOWN)]
        if not is_known(value):
            return self.pieces(value) if size(value, LONGEST) <= LONGEST else [_text(TOO_LONG)]
        return [_set(self._array(value))]

    def _array(self, value: Any) -> Markup:
        """An array as a column or a matrix, of a long one the ends."""
        if not shape_of(value):
            return self._leaf(Number(float(value)))[0]
        return _vector([self._array(item) for item in ends(value)], len(value))

    def _leaf(self, leaf: Number | Name) -> Mathml:
        """A number in the digits of this hand, a name, or a derivative as a fraction."""
        if isinstance(leaf, DerivativeName):
            return fraction(mrow(mo("∂"), name(leaf.of)), mrow(mo("∂"), name(leaf.wrt))), UNARY
        if isinstance(leaf, Name):
            return (mo("∞") if leaf.id == "inf" else name(leaf.id),), ATOM
        return _number(leaf.text or self.number(leaf.value))


def _maths(terms: Sequence[str], sign: str = "") -> str:
    """A `math` element a term; between two of them a line may be broken."""
    first, *others = terms
    return "<wbr>".join(f"<math>{term}</math>" for term in (sign + first, *others))


def _set(markup: Markup) -> str:
    """The text of MathML, its parentheses as high as a letter where nothing in them is higher.

    With some fonts browsers leave much room around those that may stretch.
    """
    is_low, pieces, open_at = True, list[str](), list[tuple[int, bool]]()
    for piece in markup:
        pieces.append(piece)
        if piece is LEFT:
            open_at.append((len(pieces) - 1, is_low))
            is_low = True
        elif piece is RIGHT:
            at, was_low = open_at.pop()
            if is_low:
                pieces[at], pieces[-1] = LEFT.low, RIGHT.low
            is_low = is_low and was_low  # What holds high ones is high.
        else:
            is_low = is_low and not isinstance(piece, High)
    return "".join(pieces)


def name(text: str) -> str:
    """A node's name: `t1` as t with an index, Greek letters as such, longer names upright."""
    stem, primes, index = split_name(text)
    body = f"<mi>{escape(GREEK.get(stem, normalize('NFC', stem)))}</mi>"
    if primes:
        body = f"<msup>{body}<mo>{'′' * len(primes)}</mo></msup>"
    return f"<msub>{body}<mn>{escape(index)}</mn></msub>" if index else body


def _number(text: str) -> Mathml:
    """A number; a power of ten as one writes it."""
    # A minus of either kind: of the language, or of print.
    sign, text = (MINUS, text[1:]) if text[:1] in (MINUS, "-") else ("", text)
    mantissa, _, exponent = text.partition("e")
    found: Markup = ({"inf": mo("∞"), "nan": _text("NaN")}.get(text, f"<mn>{escape(mantissa)}</mn>"),)
    if exponent and text not in ("inf", "nan"):
        power = exponent.replace(MINUS, "-")  # `int` reads no minus of print.
        found += (mo("·"), "<msup><mn>10</mn>", *_number(str(int(power)))[0], "</msup>")
    own = PRODUCT if exponent and text not in ("inf", "nan") else ATOM
    return (_negated(found), SUM) if sign else (found, own)


def _negated(inner: Markup) -> Markup:
    """A minus before something; in a row of its own, for first in a row it stands close."""
    return mrow(mo(MINUS), *inner)


def _text(text: str) -> str:
    return f"<mtext>{escape(text)}</mtext>"


def _grouped(part: Mathml, need: int) -> Markup:
    """A part as it stands where it must bind so tightly."""
    return part[0] if part[1] >= need else mrow(LEFT, *part[0], RIGHT)


def _listed(parts: Iterable[Markup]) -> Markup:
    """The parts, with commas between them."""
    return flat(part if not i else (mo(","), *part) for i, part in enumerate(parts))


# ---- Calls -----------------------------------------------------------------------------------------------------------


def _summands(expr: Expr, write: Callable[[Expr], Mathml]) -> Iterator[Markup]:
    """The terms of a sum, each with its sign but the first; all of what is no sum."""
    terms: list[Markup] = []
    # Sums lean to the left, so going down there meets every term.
    while isinstance(expr, Call) and expr.fn in ("+", "-"):
        left, right = expr.args
        # A sign that begins its element would stand as close as one before a single number.
        sign = f'<mo form="infix">{"+" if expr.fn == "+" else MINUS}</mo>'
        terms.append((sign, *_operand(write(right))))
        expr = left
    yield write(expr)[0]  # What is left is the first term, without a sign.
    yield from reversed(terms)


def _operand(part: Mathml) -> Markup:
    """What stands behind a sign: a sum, or another sign, in parentheses."""
    return _grouped(part, PRODUCT)  # What begins with a minus is a sum to it: a + (−b).


def _call(call: Call, args: tuple[Mathml, ...]) -> Mathml:
    """A call as MathML; products as one writes them."""
    if call.fn == CHAIN:
        return _chain(call, *args)
    if call.fn == VECTOR:
        # Dots for what is left out are put in by `_vector`.
        return _vector([text for text, _ in ends(args)], len(args)), ATOM
    if not is_operation(call):
        return _index(call, [text for text, _ in args]), ATOM
    if call.fn == INDEX:
        places = _listed(text for text, _ in args[1:])
        # In rows, for `msub` takes two elements, no more.
        return ("<msub>", *mrow(*_grouped(args[0], POSTFIX)), *mrow(*places), "</msub>"), POSTFIX
    if call.fn in ("+", "-"):
        return (*args[0][0], mo("+" if call.fn == "+" else MINUS), *_operand(args[1])), SUM
    if call.fn == NEGATE:
        return _negated(_operand(args[0])), SUM
    if call.fn == HADAMARD:
        return (*_grouped(args[0], PRODUCT), mo(HADAMARD), *_factor(args[1])), PRODUCT
    if call.fn == "*":
        return (*_grouped(args[0], PRODUCT), mo("·"), *_factor(args[1])), PRODUCT
    return _by_row(call, args)


def _index(call: Call, args: Sequence[Markup]) -> Markup:
    """A slice or a list of indices, as it stands between brackets."""
    if call.fn == PICK:
        return mrow(mo("["), *_listed(args), mo("]"))
    ends = iter(args)
    return mrow(*flat((mo(piece),) if piece == ":" else next(ends) for piece in call.fn))


def _factor(part: Mathml) -> Markup:
    """The factor behind a sign of a product."""
    return _grouped(part, UNARY)


def _by_row(call: Call, args: tuple[Mathml, ...]) -> Mathml:
    """A call in the form that its row has in the table."""
    if (keyword := keyword_of(call)) is not None:
        return (f"<mi>{escape(keyword)}</mi>", mo("="), *args[0][0]), ATOM
    if call.fn == WITHIN:  # Its function stands beside it.
        return args[0]
    # An argument by its name stands where it is written; the table's forms are of arguments by their places.
    row = None if any(map(keyword_of, call.args)) else lookup(call.fn, len(args), call.options)
    if row is None or not row.latex:
        return (name(call.fn), *mrow(LEFT, *_listed(text for text, _ in args), RIGHT)), ATOM
    own, needs = tightness(call)
    if call.fn in _SIDE_BY_SIDE:  # No sign parts them, so parentheses must.
        own, needs = PRODUCT, (POSTFIX,) * len(args)
    # In rows, for an argument may stand where one element is wanted, as below a root.
    texts = [mrow(*_grouped(arg, need)) for arg, need in zip(args, needs, strict=True)]
    last = len(row.params) - 1  # Of any number of arguments the others stand beside the last that the row names.
    slots = dict(zip(row.params, [*texts[:last], _listed(texts[last:])], strict=True))
    pieces = template(row.latex)
    # W x: two factors alone, parted by a thin blank, as two names would read as one.
    if len(pieces) == 2 and call.fn == "@":
        left, right = (slots[piece] for piece in pieces)
        return (*left, SPACE, *right), own
    return flat(slots[piece] if isinstance(piece, Slot) else (piece,) for piece in pieces), own


def _chain(call: Call, left: Mathml, right: Mathml) -> Mathml:
    """A product along an edge; of numbers each in parentheses."""
    if all(isinstance(arg, Number) for arg in call.args):
        # (−10)(1), as one writes it.
        return flat(mrow(LEFT, *part[0], RIGHT) for part in (left, right)), PRODUCT
    is_product = isinstance(call.args[1], Call) and call.args[1].fn == "*"
    tail = _grouped(right, PRODUCT) if is_product else _factor(right)
    return (*_grouped(left, PRODUCT), mo("·"), *tail), PRODUCT


class _Column(tuple[str, ...]):  # noqa: SLOT001  What is of any length has none beside its items.
    """A vector as a column, in its frame; `cells` are its items, of which a matrix makes a row."""

    cells: tuple[Markup, ...]


def _vector(items: Sequence[Markup], count: int) -> Markup:
    """A column; of columns a matrix, whose rows they are; dots for what is not shown of `count` items."""
    # A row of a matrix is a column turned.
    rows = [item.cells if isinstance(item, _Column) else (item,) for item in items]
    if count > len(items):
        rows.insert(ELEMENTS // 2, ((mo("⋮"),),))  # One cell for the row: the browser fills up the rest.
    framed = mrow(mo("["), *table(rows), mo("]"))
    if any(isinstance(item, _Column) for item in items):
        return framed
    column = _Column(framed)
    column.cells = tuple(row[0] for row in rows)
    return column
