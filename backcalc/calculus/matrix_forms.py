"""Jacobians of vectors as formulas: a product of matrices as one writes it by hand, `diag(1 - h^2) @ W`, or row by row.

The sweep is the reverse one, its values matrices: ∂head/∂slot of a slot that is a vector, a vector
where it is a number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import accumulate
from typing import Any, NamedTuple, TypeAlias

from backcalc.calculus.linearize import Linearization
from backcalc.calculus.pullbacks import LocalPartial, pull
from backcalc.calculus.rows import MOST_SWEEPS, elements, joined
from backcalc.calculus.substitute import scope_of, substituted
from backcalc.calculus.sweep import Settle, reverse
from backcalc.graph.shapes import MOST_AXES
from backcalc.language.expr import INDEX, TRANSPOSE, VECTOR, Expr, Folded, size
from backcalc.rules.gates import only
from backcalc.rules.lower import expression
from backcalc.rules.row import FLAT, Primitive
from backcalc.rules.simplify import make
from backcalc.rules.values import Value, add, all_known, is_known, literal, multiply, ones, quietly, shape_of

FEW = 8  # Elements up to which both forms are made, and the shorter is kept.
LONGEST = 100_000  # Names, numbers and operations of a formula that is compared.


class Diagonal(NamedTuple):
    """A diagonal matrix by what stands on it: a number or formula for all, or a vector."""

    entries: Value


MatrixForm: TypeAlias = "Diagonal | Value"
"""A `Diagonal`, or a matrix or vector of numbers or as a formula; None where no product of matrices says it."""

Through: TypeAlias = "Callable[[MatrixForm | None], MatrixForm | None]"
"""What takes the Jacobian by an operation to that by one of its arguments."""


def jacobian_formulas(linear: Linearization, head: int, tails: Sequence[int], first: int = 0) -> list[Value | None]:
    """∂head/∂tail of the slot `head`, a vector, by each of the slots `tails`; None for what no array here can be.

    The sweep ends at the slot `first`.
    """
    shapes = linear.evaluation.shapes
    (count,) = (n or 0 for n in shapes[head])
    swept = MatrixSweep(linear, head).run(first)
    forms = [swept.get(tail, 0.0 * ones((count, *shapes[tail]))) for tail in tails]
    rows: list[Value | None] = [None] * len(tails)
    # Rows take a sweep each: only where they may be shorter, or are all that there is.
    if count <= FEW or (count <= MOST_SWEEPS and any(form is None for form in forms)):
        rows = list(_by_rows(linear, head, tails, first))
    found = (_shorter(form, row) for form, row in zip(forms, rows, strict=True))
    tidied: Folded[Expr] = Folded()  # The formula of a node is a part of those before it.
    return [value if value is None or is_known(value) else linear.evaluation.written(value, tidied) for value in found]


def _by_rows(linear: Linearization, head: int, tails: Sequence[int], first: int) -> Iterator[Value | None]:
    """The Jacobians row by row, each what a unit cotangent pulls back."""
    from backcalc.rules.ndarray import units

    shapes = linear.evaluation.shapes
    sweeps = [linear.sweep({head: only(unit)}, first) for unit in units(shapes[head])]
    for tail in tails:
        rows = [linear.full(swept.get(tail, 0.0), shapes[tail]) for swept in sweeps]
        yield joined(rows, shapes[head]) if all_known(rows) or len(shapes[tail]) < MOST_AXES else None


def _shorter(form: Value | None, rows: Value | None) -> Value | None:
    """The product of matrices, or the rows where these are shorter, or there is no product."""
    if form is None or rows is None:
        return rows if form is None else form
    # What a person would write is the shorter: [y, 1] for [x*y, x + y], diag(1 - h^2) @ W for a layer.
    return rows if size(literal(rows), LONGEST) < size(literal(form), LONGEST) else form


class MatrixSweep:
    """The reverse sweep from a vector, whose values are Jacobians in formulas."""

    def __init__(self, linear: Linearization, head: int) -> None:
        self.linear, self.head, self.tape = linear, head, linear.tape
        self.shapes, self.terms = linear.evaluation.shapes, linear.evaluation.terms
        self.count = elements(self.shapes[head])

    def run(self, first: int = 0, settle: Settle[MatrixForm | None] = lambda _, form: form) -> dict[int, Value | None]:
        """∂head/∂slot for every slot down to `first` that the head depends on, None where no product says it.

        `settle` may put another form in the place of one that is complete, such as a name for it.
        """
        order = range(self.head, first - 1, -1)
        seeds: dict[int, MatrixForm | None] = {self.head: Diagonal(1.0)}
        with quietly(has_arrays=True):
            found = reverse(order, self._edges, seeds, multiply=_taken, accumulate=self._sum, settle=settle)
            return {slot: form if form is None else self.value(form) for slot, form in found.items()}

    def value(self, form: MatrixForm) -> Value:
        """A form as a matrix."""
        if not isinstance(form, Diagonal):
            return form
        from backcalc.rules.ndarray import identity

        # In formulas `diag` stands for a vector; a number for all has the identity written out.
        if not is_known(form.entries) and self.linear.known_shapes.of(form.entries):
            return make("diag", form.entries)
        if is_known(form.entries):
            return identity((self.count,)) * form.entries
        return make("*", form.entries, literal(identity((self.count,))))

    def _sum(self, left: MatrixForm | None, right: MatrixForm | None) -> MatrixForm | None:
        if left is None or right is None:
            # One term that no product says leaves the sum unsaid.
            return None
        if isinstance(left, Diagonal) and isinstance(right, Diagonal):
            return Diagonal(add(right.entries, left.entries))
        return add(self.value(right), self.value(left))  # The later in the file was met first.

    def _edges(self, slot: int) -> Iterator[tuple[int, Through]]:
        """The arguments of a slot, each with what takes the Jacobian by the slot to that by the argument."""
        for node, at in self.tape.incoming.get(slot, ()):
            yield self.tape.slot[node], partial(self._along_edge, slot, at)
        row = self.linear.evaluation.rows[slot]
        # Constants, and branches that are not taken, have no edge.
        reached = {arg for arg, _ in self.linear.slot_edges[slot]}
        if row is None:
            return
        for k, arg in enumerate(self.tape.args[slot]):
            if arg in reached and not (row.partials and row.partials[k] == FLAT):
                yield arg, partial(self._through, slot, row, k)

    def _along_edge(self, slot: int, at: int, form: MatrixForm | None) -> MatrixForm | None:
        """The Jacobian that stands on an edge, head × tail."""
        slope = self.terms[at]
        if form is None:
            return None
        if not self.shapes[at]:
            return self._scaled(form, slope)
        return self._product(form, slope) if self.shapes[slot] else _outer(form, slope)

    def _through(self, slot: int, row: Primitive, k: int, form: MatrixForm | None) -> MatrixForm | None:
        arg = self.tape.args[slot][k]
        # A Jacobian by a matrix has three axes, a formula two at most.
        if form is None or max(len(self.shapes[slot]), len(self.shapes[arg])) > 1:
            return None
        if row.partials:
            slope = self.linear.slope(slot, k)
            if self.shapes[slot] and not self.shapes[arg]:  # A number that all elements have: the sum of the columns.
                return self._product(form, self.linear.full(slope, self.shapes[slot]))
            return self._scaled(form, slope)
        if not self.shapes[slot]:
            return self._of_number(slot, k, form)
        return self._of_vector(slot, row, k, form)

    def _of_number(self, slot: int, k: int, form: MatrixForm) -> MatrixForm:
        """Through an operation that makes a number of an array: its gradient in each row."""
        arg = self.tape.args[slot][k]
        gradient = self.linear.full(pull(self._pullback(slot, k), 1.0), self.shapes[arg])
        whole = self.value(form)  # By a number it is a column, and no diagonal.
        return _outer(whole, gradient) if self.shapes[arg] else multiply(whole, gradient)

    def _of_vector(self, slot: int, row: Primitive, k: int, form: MatrixForm) -> MatrixForm | None:
        """Through an operation that makes a vector of arrays: a matrix to multiply by, where the table knows one."""
        args = [self.terms[arg] for arg in self.tape.args[slot]]
        if row.symbol == "@":
            # ∂(W @ x)/∂x is W, ∂(x @ W)/∂x its transpose.
            return self._product(form, args[0] if k else _transposed(args[1]))
        if row.symbol in (VECTOR, "concat"):
            sizes = [elements(self.shapes[arg]) for arg in self.tape.args[slot]]
            begin = (0, *accumulate(sizes))[k]
            from backcalc.rules.ndarray import identity

            # A list or concatenation only places its items: columns of the identity.
            columns = identity((elements(self.shapes[slot]),))[:, begin : begin + sizes[k]]
            return self._product(form, columns if self.shapes[self.tape.args[slot][k]] else columns[:, 0])
        if row.symbol == INDEX:
            from backcalc.rules.ndarray import identity

            every = identity((elements(self.shapes[self.tape.args[slot][k]]),))
            # Rows of the identity: the Jacobian of a choice of elements.
            return self._product(form, every[self.tape.indices[slot]])
        if not row.jacobian:
            return None
        scope = scope_of(row, [*args, self.terms[slot]])
        return self._product(form, substituted(expression(row.jacobian), scope))

    def _pullback(self, slot: int, k: int) -> LocalPartial:
        """The pullback to the k-th argument: of arrays as wholes each has an edge, but for constants."""
        places = [place for place, arg in enumerate(self.tape.args[slot]) if not self.tape.constant[arg]]
        return self.linear.slot_edges[slot][places.index(k)][1]

    def _scaled(self, form: MatrixForm, slope: Value) -> MatrixForm:
        """The columns of a Jacobian, each times its element of the slope, or all times a number."""
        if isinstance(form, Diagonal):
            return Diagonal(multiply(form.entries, slope))
        # As one writes it: of a formula A @ diag(v), of numbers the matrix that this is.
        if not self._shape(slope) or (is_known(form) and is_known(slope)) or len(self._shape(form)) < MOST_AXES:
            return multiply(slope, form) if not self._shape(slope) else multiply(form, slope)
        return make("@", literal(form), make("diag", literal(slope)))

    def _product(self, form: MatrixForm, other: Value) -> MatrixForm:
        """A Jacobian times a matrix, or a vector that is its one column."""
        if not isinstance(form, Diagonal):
            return _matmul(form, other)
        # One number scales any matrix, and a diagonal a single column, element by element.
        if not self._shape(form.entries) or len(self._shape(other)) < MOST_AXES:
            return multiply(form.entries, other)
        return _matmul(self.value(form), other)

    def _shape(self, value: Value) -> tuple[int | None, ...]:
        return shape_of(value) if is_known(value) else self.linear.known_shapes.of(value)


def _taken(step: Through, form: MatrixForm | None) -> MatrixForm | None:
    return step(form)


def _outer(column: Any, row: Any) -> Value:
    if all_known([column, row]):
        from backcalc.rules.functions.arrays import outer

        return outer(column, row)
    return make("outer", literal(column), literal(row))


def _matmul(left: Any, right: Any) -> Value:
    return left @ right if all_known([left, right]) else make("@", literal(left), literal(right))


def _transposed(value: Any) -> Value:
    return value.T if all_known([value]) else make(TRANSPOSE, value)
