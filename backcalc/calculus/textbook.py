"""The formulas of derivatives as a textbook has them: short, and in terms of the nodes that they are derivatives of."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from backcalc.calculus.array_forms import ArrayForms
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.shapes import KnownShapes
from backcalc.language.expr import Call, Expr, Name, Number, fold, names, postorder, size
from backcalc.rules.choices import without_choices
from backcalc.rules.exactly import LONG
from backcalc.rules.factor_order import in_file_order
from backcalc.rules.lower import expression
from backcalc.rules.row import AXIS, KEEPDIMS, Primitive
from backcalc.rules.shortest import LONGEST, EqualForms, NamedFormula, Setting, length, shortest
from backcalc.rules.simplify import remade
from backcalc.rules.values import Spelt, Value, is_array
from backcalc.rules.written import written

if TYPE_CHECKING:
    from typing_extensions import TypeIs

LONGEST_FORMULA = 30  # Names, numbers and operations of a node's formula that a derivative may be put in terms of.


class Textbook:
    """The textbook's forms of derivatives by the nodes of an evaluation."""

    def __init__(self, evaluation: Evaluation, known_shapes: KnownShapes) -> None:
        self.evaluation, self.known_shapes = evaluation, known_shapes
        self._definitions: dict[int, NamedFormula | None] = {}  # By node, as users are looked at.
        self._found: dict[object, EqualForms] = {}
        self._named: dict[str, tuple[Expr, set[str]]] = {}  # With the names below their bars.

    def form(self, slot: int, adjoint: Value) -> Value:
        """The adjoint of a slot, that of a node in the form that is shortest."""
        if not isinstance(adjoint, Call) or slot not in self.evaluation.tape.node_of:
            return adjoint
        adjoint = self._arrays.gathered(adjoint) if self.evaluation.has_arrays else adjoint
        # The search for the shortest form takes longest where it helps least: nobody reads so long a formula.
        if length(adjoint) >= LONGEST:
            return adjoint
        adjoint = self._of_arrays(adjoint) if self.evaluation.has_arrays else adjoint
        shape = self.known_shapes.of if self.evaluation.has_arrays else None
        found = (self._definition(user) for user in self._users[self.evaluation.tape.node_of[slot]])
        definitions = [each for each in found if each is not None]
        setting = Setting(definitions, shape, self._constants, self._found)
        short = shortest(adjoint, setting)
        if self.evaluation.has_arrays and short is not adjoint:
            # Multiplied out there may be a sum of arrays where a product was: p*(1 - [0, 1, 0]/p).
            short = self._of_arrays(short)
        short = self._without_names(short, setting) if self._named else short
        return in_file_order(short, [each.order for each in definitions if each.order.has_order])

    def name(self, adjoint: Name, formula: Expr) -> None:
        """Let an adjoint go by a name, which formulas of others will speak of."""
        # Without a bar below it the name hides no 0/0, and stays.
        if isinstance(formula, Call) and length(formula) < LONGEST:
            below = {name for part in postorder(formula) if _is(part, "/") for name in names(part.args[1])}
            if below:
                self._named[adjoint.id] = formula, below

    def _without_names(self, adjoint: Expr, setting: Setting) -> Expr:
        """A formula with adjoints in place of their names, where it then is shorter and nothing is left to be 0/0."""
        spoken = names(adjoint)
        used = {name: self._named[name][0] for name in spoken if name in self._named}
        # All below the bar must cancel, so it must be there; that is soon seen, and nearly always not so.
        may_cancel = used and all(self._named[name][1] <= spoken.keys() for name in used)
        if not may_cancel or any(_is(part, "/") for part in postorder(adjoint)):
            return adjoint

        def _leaf(part: Number | Name) -> Expr:
            return used.get(part.id, part) if isinstance(part, Name) else part

        written_out = fold(adjoint, _leaf, remade)
        plain = without_choices(written_out, self._positive)
        if plain is not None and self.evaluation.has_arrays:
            plain = self._of_arrays(plain)
        found = adjoint if plain is None else shortest(plain, setting)
        # What still has a bar may be 0/0 where the name is not.
        is_whole = not any(_is(part, "/", "where") for part in postorder(found))
        return found if is_whole and length(found) < length(adjoint) else adjoint

    @cached_property
    def _arrays(self) -> ArrayForms:
        return ArrayForms(self.known_shapes)

    def _of_arrays(self, adjoint: Expr) -> Expr:
        """A formula of arrays with its numbers before its products, and what sums of constants are."""
        if self._sums:
            adjoint = fold(adjoint, lambda leaf: leaf, lambda call, args: self._sums.get(call) or remade(call, args))
        found = self._arrays.form(adjoint)
        # In the arrays' form only where that is no longer.
        return found if length(found) <= length(adjoint) else adjoint

    @cached_property
    def _sums(self) -> dict[Expr, Expr]:
        """The sums of constants that are short, so that softmax behind cross entropy gives p - t."""
        tape, terms = self.evaluation.tape, self.evaluation.terms
        pairs = ((node, terms[slot]) for node, slot in zip(tape.graph.nodes, tape.slot, strict=True) if node.is_fixed)
        found: dict[Expr, float] = {}
        for node, value in pairs:
            if not is_array(value):
                continue
            found[Call("sum", (Name(node.name),))] = float(value.sum())
            for axis in range(len(value.shape) if len(value.shape) > 1 else 0):
                sums = value.sum(axis)
                if (sums == sums[0]).all():  # Of one-hot targets each row has the sum 1.
                    options = (AXIS, axis), (KEEPDIMS, 1)
                    found[Call("sum", (Name(node.name),), options=options)] = float(sums[0])
        return {call: written(total) for call, total in found.items() if len(repr(total)) <= LONG}

    @cached_property
    def _constants(self) -> dict[str, float]:
        """The values of the file's constants, and of what is made of them, that are numbers."""
        tape, terms = self.evaluation.tape, self.evaluation.terms
        pairs = [(node, slot) for node, slot in zip(tape.graph.nodes, tape.slot, strict=True)]
        if self.evaluation.formulas:  # There each is a name, however well known.
            numbers = self._numbers if any(node.is_fixed for node, _ in pairs) else {}
            return {node.name: numbers[slot] for node, slot in pairs if slot in numbers}
        named = ((node.name, terms[slot]) for node, slot in pairs)
        return {name: float(term) for name, term in named if isinstance(term, Spelt) and term.is_named}

    @property
    def _numbers(self) -> dict[int, float]:
        """The values of the slots that are made of literals alone, and are numbers."""
        tape, rows = self.evaluation.tape, self.evaluation.rows
        found = {slot: value for slot, value in enumerate(tape.literals) if value is not None}
        for slot, row in enumerate(rows):
            args = tape.args[slot]
            if tape.constant[slot] and row is not None and row.shape == "elementwise" and all(a in found for a in args):
                found[slot] = float(row.scalar.evaluate(*(found[arg] for arg in args)))
        return found

    @cached_property
    def _positive(self) -> set[str]:
        """The nodes whose function has no value below 0."""
        tape, rows = self.evaluation.tape, self.evaluation.rows
        pairs = ((node.name, rows[slot]) for node, slot in zip(tape.graph.nodes, tape.slot, strict=True))
        return {name for name, row in pairs if row is not None and _is_from_zero(row)}

    @cached_property
    def _users(self) -> dict[int, list[int]]:
        """The nodes that use each node, by place."""
        found: dict[int, list[int]] = defaultdict(list)
        graph = self.evaluation.tape.graph
        for i, node in enumerate(graph.nodes):
            for arg in node.args:
                found[graph.index[arg]].append(i)
        return found

    def _definition(self, node: int) -> NamedFormula | None:
        """What a node is, where that is not known and short."""
        # None is kept, too: each argument of a node asks for it.
        if node not in self._definitions:
            tape = self.evaluation.tape
            term, formula = self.evaluation.terms[tape.slot[node]], self.evaluation.formula(tape.slot[node])
            is_short = (
                isinstance(term, Name)
                and isinstance(formula, Call)
                and size(formula, LONGEST_FORMULA) <= LONGEST_FORMULA
            )
            self._definitions[node] = NamedFormula(term, formula) if is_short else None  # type: ignore[arg-type]
        return self._definitions[node]


def _is(part: Expr, *fns: str) -> TypeIs[Call]:
    """Whether a part of a formula is a call of one of these functions."""
    return isinstance(part, Call) and part.fn in fns


def _is_from_zero(row: Primitive) -> bool:
    """Whether the range of a function, one bound or several that all hold, begins at 0."""
    least = Call(">=", (Name("out"), Number(0.0)))
    return bool(row.range) and least in postorder(expression(row.range))
