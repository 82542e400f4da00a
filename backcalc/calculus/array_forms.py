"""Formulas of arrays as one writes them by hand: numbers before products, one product for two that share a factor.

What is a number and what an array is told by the shapes of the nodes, which rewriting rows know nothing of. Vectors
that are 0 but at a place, as elements of an array pull them back, become one vector of formulas.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import reduce
from itertools import pairwise
from typing import NamedTuple

from backcalc.graph.shapes import KnownShapes
from backcalc.language.expr import INDEX, NEGATE, TRANSPOSE, VECTOR, Call, Expr, Folded, Number, fold
from backcalc.rules.primitives import lookup
from backcalc.rules.simplify import SUMS, make, remade

_PRODUCTS, _REDUCED = ("@", "outer", "dot"), ("sum", "mean")
_ZERO, _ONE, _MINUS = Number(0.0), Number(1.0), Number(-1.0)
MOST_TERMS = 16  # Of a sum in which products with a common factor are looked for.


class ArrayForms:
    """The forms of formulas in nodes of known shapes."""

    def __init__(self, known_shapes: KnownShapes) -> None:
        self.shape = known_shapes.of
        # An adjoint is mostly that of a user times something: its parts are done.
        self._formed: Folded[Expr] = Folded()

    def form(self, expr: Expr) -> Expr:
        """A short formula in this form, from the leaves up."""

        def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
            # Only what has changed is made anew: to make is to simplify, which costs more than to compare.
            same = all(new is old for new, old in zip(args, part.args, strict=True))
            made = part if same else remade(part, args)
            return self._form(made) if isinstance(made, Call) else made

        return fold(expr, lambda leaf: leaf, _call, self._formed)

    def _form(self, call: Call) -> Expr:
        if call.fn in _PRODUCTS or call.fn in _REDUCED:
            # First, for an element that is picked is no product any more: v·[0, 1, 0] is v[1].
            return self._picked(call) or self._numbers_out(call)
        if call.fn in ("*", "/", NEGATE):
            return self.gathered(call) if self.shape(call) else call
        if call.fn == INDEX and self.shape(call) == () and _is_by_element(call.args[0]):
            # Of a product, too, the elements are what one writes: 2*y[0], not (2*y)[0].
            place = tuple(int(i.value) for i in call.args[1:] if isinstance(i, Number))
            return self._at(call.args[0], place) if len(place) == len(call.args) - 1 else call
        return self._joined(call) if call.fn in SUMS and self.shape(call) else call

    # ---- Numbers before products -------------------------------------------------------------------------------------

    def _numbers_out(self, call: Call) -> Expr:
        """A linear function with the numbers among the factors of its arguments before it."""
        # All of _PRODUCTS and _REDUCED are linear in each argument, so numbers may leave any of them.
        above, below, inner = [], [], []
        for arg in call.args:
            factors = self._factors(arg) if self.shape(arg) else None
            inner.append(factors.rest if factors else arg)
            above += factors.above if factors else []
            below += factors.below if factors else []
        if not above and not below:
            return call
        found = _product([*above, remade(call, inner)])
        return make("/", found, _product(below)) if below else found

    def _factors(self, expr: Expr) -> _Factors | None:
        """An array as numbers times and through an array; None where it has no such factors, or more arrays."""
        above: list[Expr] = []
        below: list[Expr] = []
        arrays: list[Expr] = []
        # A stack, for a product may be longer than Python recurses.
        waiting = [(expr, False)]
        while waiting:
            part, is_below = waiting.pop()
            if not self.shape(part):
                (below if is_below else above).append(part)
            elif isinstance(part, Call) and part.fn in ("*", "/"):
                # What is pushed last is met first: the factors keep the order of the file.
                waiting += [(part.args[1], is_below != (part.fn == "/")), (part.args[0], is_below)]
            elif isinstance(part, Call) and part.fn == NEGATE:
                above.append(_MINUS)
                waiting.append((part.args[0], is_below))
            elif is_below:  # 1/x of an array x is no number times x.
                return None
            else:
                arrays.append(part)
        above = _with_sign(above)
        return _Factors(above, below, arrays[0]) if len(arrays) == 1 else None

    # ---- Products that share a factor --------------------------------------------------------------------------------

    def _joined(self, call: Call) -> Expr:
        """A sum of arrays with what is one vector, and products that share a factor, put together."""
        # Written vectors before products: a sum of these alone has no product to look for.
        gathered = self.gathered(call)
        if gathered is not call:
            return gathered
        terms = list(_terms(call))
        if len(terms) > MOST_TERMS:
            return call
        turned = [_turned(term) for term in terms]
        if turned != terms:
            return _sum(turned)
        products = [self._matrix_product(term) for term in terms]
        for i, left in enumerate(products):
            for j, right in enumerate(products[i + 1 :], i + 1):
                if left is None or right is None or (found := self._together(left, right)) is None:
                    continue
                rest = [term for k, term in enumerate(terms) if k not in (i, j)]
                # In the place of the first of the two, so that terms keep the order of the file.
                total = _sum([*rest[:i], (True, found), *rest[i:]])
                # The joined product may share a factor with a third: A @ x + B @ x + C @ x.
                return self._joined(total) if isinstance(total, Call) and total.fn in SUMS else total
        return call

    def _matrix_product(self, term: tuple[bool, Expr]) -> _MatrixProduct | None:
        """A term that is numbers times a product of matrices, one with a row as that with a column."""
        sign, expr = term
        factors = self._factors(expr)
        above, below, rest = factors or _Factors([], [], expr)
        if above and above[0] == _MINUS:
            sign, above = not sign, above[1:]
        if not isinstance(rest, Call) or rest.fn != "@":
            return None
        left, right = rest.args
        if (len(self.shape(left)), len(self.shape(right))) == (1, 2):
            left, right = make(TRANSPOSE, right), left
        return _MatrixProduct(sign, tuple(above), tuple(below), left, right)

    def _together(self, one: _MatrixProduct, other: _MatrixProduct) -> Expr | None:
        """Two terms as one product; None where they share no factor. Their shapes agree, being added."""
        # 2*(A @ x) + 3*(B @ x) stays: its numbers would have to go into the matrices.
        if (one.above, one.below) != (other.above, other.below):
            return None
        fn = "+" if one.sign == other.sign else "-"
        # The shapes too, for a row may be added to each row of a matrix: v @ W + Y @ W.
        if one.right == other.right and self.shape(one.left) == self.shape(other.left):
            first, second = one.left, other.left
            if fn == "+" and first == make(TRANSPOSE, second):  # A + A.T, whichever came first.
                first, second = sorted((first, second), key=lambda part: isinstance(part, Call))
            product = make("@", make(fn, first, second), one.right)
        elif one.left == other.left and self.shape(one.right) == self.shape(other.right):
            product = make("@", one.left, make(fn, one.right, other.right))
        else:
            return None
        found = _product([*one.above, product])
        found = make("/", found, _product(one.below)) if one.below else found
        return found if one.sign else make(NEGATE, found)

    # ---- Vectors that are 0 but at a place ---------------------------------------------------------------------------

    def gathered(self, expr: Expr) -> Expr:
        """A sum of unit vectors times numbers as one vector of formulas; itself where it is anything else."""
        is_sum = isinstance(expr, Call) and expr.fn in SUMS
        total: Expr | None = None
        found: list[tuple[bool, Expr]] = []
        for sign, term in _terms(expr):
            vector = self._vector(term)
            if vector is None:
                return self._without_places(expr)
            found.append((sign, vector))
        if len({self.shape(vector) for _, vector in found}) > 1:  # A row goes with each row of a matrix.
            return expr
        for sign, vector in found:
            total = _added(total, vector, sign)
        return total if total is not None and (is_sum or total != expr) else expr

    def _vector(self, term: Expr) -> Expr | None:
        """A written array, or a unit vector times a number, with its elements; None where that would be longer."""
        if _is_written(term):
            return term
        factors = self._factors(term)
        if factors is None or not _is_written(factors.rest) or len(_places(factors.rest)) > 1:
            return None
        number = _product(factors.above)
        number = make("/", number, _product(factors.below)) if factors.below else number
        return _mapped(factors.rest, lambda item: item if item == _ZERO else make("*", item, number))

    def _without_places(self, expr: Expr) -> Expr:
        """A product with a vector that is 0 but at a place as that vector: p*(1 - [0, 1/p[1], 0]) is p - [0, 1, 0]."""
        if not isinstance(expr, Call) or expr.fn != "*":
            return expr
        # By elements, so both orders are one product.
        for array, other in (expr.args, expr.args[::-1]):
            if not self.shape(array) or self.shape(array) != self.shape(other):
                continue
            if _is_written(other) and len(_places(other)) == 1:
                ((place, item),) = _places(other)
                return _put(other, place, make("*", item, self._at(array, place)))
            terms = list(_terms(other))
            if any(_is_written(term) and len(_places(term)) == 1 for _, term in terms):
                return self.form(_sum([(sign, make("*", array, term)) for sign, term in terms]))
        return expr

    def _picked(self, call: Call) -> Expr | None:
        """The element that a dot product with a vector that is 0 but at a place picks; None of anything else."""
        if call.fn not in ("dot", "@") or any(len(self.shape(arg)) != 1 for arg in call.args):
            return None
        for vector, other in (call.args, call.args[::-1]):
            if _is_written(vector) and len(_places(vector)) == 1:
                ((place, item),) = _places(vector)
                return make("*", item, self._at(other, place))
        return None

    def _at(self, array: Expr, place: _Place) -> Expr:
        """An element of a formula, by elements as far as it goes so: 1 - p[0]^2, not (1 - p^2)[0]."""
        shape = self.shape(array)

        def _taken(part: Expr) -> Expr:
            is_whole = self.shape(part) == shape
            return make(INDEX, part, *(Number(float(i)) for i in place)) if is_whole else part

        def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
            # A row that goes with each row of a matrix has other places.
            is_alike = self.shape(part) == shape and all(self.shape(arg) in ((), shape) for arg in part.args)
            return make(part.fn, *args) if is_alike and _is_by_element(part) else _taken(part)

        return fold(array, _taken, _call)


class _Factors(NamedTuple):
    """Numbers above and below the bar, and the array that they go with."""

    above: list[Expr]
    below: list[Expr]
    rest: Expr


class _MatrixProduct(NamedTuple):
    """Numbers times left @ right, with a sign."""

    sign: bool
    above: tuple[Expr, ...]
    below: tuple[Expr, ...]
    left: Expr
    right: Expr


_Place = tuple[int, ...]


def _terms(expr: Expr) -> Iterator[tuple[bool, Expr]]:
    """The terms of a sum from left to right, each with whether it is added."""
    found: list[tuple[bool, Expr]] = []
    waiting = [(True, expr)]
    while waiting:
        sign, part = waiting.pop()
        # The right operand comes off the stack first, hence the turn at the end.
        if isinstance(part, Call) and part.fn in SUMS:
            waiting += [(sign, part.args[0]), (sign == (part.fn == "+"), part.args[1])]
        elif isinstance(part, Call) and part.fn == NEGATE:
            waiting.append((not sign, part.args[0]))
        else:
            found.append((sign, part))
    yield from reversed(found)


def _sum(terms: Sequence[tuple[bool, Expr]]) -> Expr:
    """The sum of terms, the first that is added before all others."""
    # So that no sum begins with a minus that another order spares: -a + b is b - a.
    first = next((i for i, (sign, _) in enumerate(terms) if sign), 0)
    total: Expr = _ZERO
    for sign, term in (*terms[first : first + 1], *terms[:first], *terms[first + 1 :]):
        total = make("+" if sign else "-", total, term)
    return total


def _turned(term: tuple[bool, Expr]) -> tuple[bool, Expr]:
    """A term with the sign before a written array, where all its elements have one: p - [0, 1, 0]."""
    sign, expr = term
    places = _places(expr) if sign and _is_written(expr) else []
    if not places or not all(isinstance(item, Call) and item.fn == NEGATE for _, item in places):
        return term
    return False, _mapped(expr, lambda item: make(NEGATE, item))


def _product(factors: Iterable[Expr]) -> Expr:
    one: Expr = _ONE
    return reduce(lambda left, right: make("*", left, right), factors, one)


def _with_sign(factors: list[Expr]) -> list[Expr]:
    """Factors with their signs as one, in front."""
    signs = [factor for factor in factors if factor == _MINUS]
    rest = [factor for factor in factors if factor != _MINUS]
    return [*signs[: len(signs) % 2], *rest]


def _is_written(expr: Expr) -> bool:
    """Whether an array is written out, a matrix by its rows."""
    if not isinstance(expr, Call) or expr.fn != VECTOR:
        return False
    # A row that goes by its name has no elements to read: [x, [1, 2]].
    rows = [isinstance(item, Call) and item.fn == VECTOR for item in expr.args]
    return all(one == other for one, other in pairwise(rows))


def _places(array: Expr) -> list[tuple[_Place, Expr]]:
    """The elements of a written array that are not 0, with their places."""
    assert isinstance(array, Call)
    found: list[tuple[_Place, Expr]] = []
    for i, item in enumerate(array.args):
        if isinstance(item, Call) and item.fn == VECTOR:
            found += [((i, *place), part) for place, part in _places(item)]
        elif item != _ZERO:
            found.append(((i,), item))
    return found


def _mapped(array: Expr, change: object) -> Expr:
    assert isinstance(array, Call)
    assert callable(change)
    items = (
        _mapped(item, change) if isinstance(item, Call) and item.fn == VECTOR else change(item) for item in array.args
    )
    return Call(VECTOR, tuple(items))


def _put(array: Expr, place: _Place, item: Expr) -> Expr:
    """A written array with another element at a place."""
    assert isinstance(array, Call)
    # All places have as many indices as the array has axes, so the last one replaces an element.
    at, *rest = place
    new = _put(array.args[at], tuple(rest), item) if rest else item
    return Call(VECTOR, (*array.args[:at], new, *array.args[at + 1 :]))


def _added(total: Expr | None, array: Expr, sign: bool) -> Expr:
    """The sum of written arrays, element by element."""
    if total is None:
        return array if sign else _mapped(array, lambda item: make(NEGATE, item))
    assert isinstance(total, Call)
    assert isinstance(array, Call)
    pairs = zip(total.args, array.args, strict=True)
    if isinstance(array.args[0], Call) and array.args[0].fn == VECTOR:
        return Call(VECTOR, tuple(_added(one, other, sign) for one, other in pairs))
    return Call(VECTOR, tuple(make("+" if sign else "-", one, other) for one, other in pairs))


def _is_by_element(part: Expr) -> bool:
    """Whether an operation goes by elements."""
    row = lookup(part.fn, len(part.args)) if isinstance(part, Call) else None
    return row is not None and row.shape == "elementwise"
