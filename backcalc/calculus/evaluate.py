"""Values: the forward pass over a tape, with numbers where they are known and formulas where they are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from math import isfinite
from typing import TYPE_CHECKING, Any

from backcalc import progress
from backcalc.calculus.constant import apply, constant
from backcalc.graph.model import Dag, has_decimals
from backcalc.graph.shapes import MOST_AXES, KnownShapes, Shape, prepare, shape_words
from backcalc.graph.tape import Tape
from backcalc.language.expr import WITHIN, Call, Expr, Folded, Name, Number, postorder
from backcalc.rules.indices import parts
from backcalc.rules.lower import expression
from backcalc.rules.row import Primitive
from backcalc.rules.values import (
    MOST_WRITTEN,
    Numeric,
    Spelt,
    Value,
    all_known,
    formula_of,
    is_array,
    is_known,
    literal,
    named,
    ones,
    quietly,
    shape_of,
    speaks_of_constant,
    spelling_of,
    spelt,
)
from backcalc.text.errors import Code, Diagnostic, EvaluateError
from backcalc.text.wording import shorten

if TYPE_CHECKING:
    from backcalc.rules.tidy import Spelling
    from backcalc.rules.vanishing import Vanishing


def _is_whole(value: Numeric) -> bool:
    """Whether a number, or all elements of an array, are whole."""
    if not is_array(value):
        # nan and infinities have no digits, and so no decimals to spread.
        return not isfinite(value) or float(value).is_integer()
    return bool((value == value.round()).all())


FEW = 64  # Formulas between two words about them.


class Evaluation:
    """The values of a tape's slots at a point, their shapes, and the rows that served them.

    `known_shapes` tells the shape of a formula. `terms` has for each slot its value as an operand: a number, an array,
    the name of an unknown node, or a formula; `replaced` are the slots of operations whose result something else says.
    `formulas` is whether every node stays a name.
    """

    def __init__(self, tape: Tape, point: Mapping[str, Numeric], *, formulas: bool = False) -> None:
        """With `formulas` every node stays a name, and the point only tells shapes."""
        self.tape = tape
        self.formulas = formulas
        stated = self._stated(point)
        self._point = {} if formulas else stated
        # A stated value wins over the formula, which stays in the table, and whose slope is taken at that value.
        self.replaced = {slot for slot in stated if tape.rows[slot] is not None}
        known = {slot: shape_of(value) for slot, value in stated.items()}
        self._require_shapes(known)
        seeds = {tape.slot[i]: shape for i, shape in _seed_shapes(tape.graph)}  # An adjoint has its node's shape.
        self.shapes, self.rows = prepare(tape, {**tape.declared, **known}, seeds)
        named = {node.name: self.shapes[slot] for slot, node in zip(tape.slot, tape.graph.nodes, strict=True)}
        self.known_shapes = KnownShapes(named)
        # A slot is computed where nothing has filled it yet, so literals and stated values are put in first.
        self.terms: list[Any] = list(tape.literals)
        for slot, value in () if formulas else stated.items():
            self.terms[slot] = value
        inputs = (slot for slot in tape.slot if tape.rows[slot] is None)
        self._spells = formulas or any(self.terms[slot] is None for slot in inputs)
        if self._spells:
            for slot, spelling in tape.spelling.items():
                self.terms[slot] = spelt(self.terms[slot], spelling)
        self.has_arrays = any(self.shapes)
        with quietly(self.has_arrays):
            # One pass, for a slot needs only earlier ones.
            # Formulas take longer than numbers, and whoever watches may have no more time for them.
            step = FEW if self._spells else progress.STEP
            for slot in progress.through("forward pass", range(len(tape.rows)), step):
                if self.terms[slot] is None:
                    self.terms[slot] = self._term(slot)
        self.is_known = all_known(self.terms)

    @cached_property
    def spelling(self) -> Spelling:
        """How the file, and the point, write numbers: once there is a decimal, those that come of it are, too."""
        found = self.tape.graph.spelling
        texts = {text for row in self.rows if row is not None for text in (*row.partials, row.value)}
        parts = (part for text in texts for part in postorder(expression(text)))  # Of leaky_relu, say.
        is_whole = all(map(_is_whole, self._point.values())) and not any(map(has_decimals, parts))
        return found if is_whole else found._replace(has_decimals=True, fractions=())

    def written(self, formula: Expr, done: Folded[Expr] | None = None, spelling: Spelling | None = None) -> Expr:
        """A formula as one writes it, in the file's spelling where no other is given; `done` as in `tidy`."""
        from backcalc.rules.tidy import tidy  # A run of numbers alone shows the formulas of the file.

        left = self._vanishing.left(formula) if self._vanishing else formula
        return tidy(left, done, self.spelling if spelling is None else spelling)

    @cached_property
    def _vanishing(self) -> Vanishing | None:
        """What is left of formulas where a constant that they speak of is 0; None where none is."""
        named = {i: term for i, term in enumerate(self.terms) if isinstance(term, Spelt) and term.is_named}
        if 0.0 not in named.values():
            return None
        from backcalc.rules.vanishing import Vanishing  # Few files have such a constant.

        places = ((named.get(slot), node) for slot, node in zip(self.tape.slot, self.tape.graph.nodes, strict=True))
        return Vanishing({node.name: float(value) for value, node in places if value is not None})

    @property
    def values(self) -> list[Numeric | None]:
        """The value of every node: a number, an array, or None where it is not known."""
        return [term if is_known(term := self.terms[slot]) else None for slot in self.tape.slot]

    def redone(self, rows: list[Primitive | None], term: Callable[[Evaluation, int], Value]) -> Evaluation:
        """The evaluation with other rows, its terms made anew by `term` in the order of the slots."""
        from copy import copy  # A run does without.

        new = copy(self)  # Shapes, names and tape are the same, and shared.
        new.rows, new.terms = rows, list(self.terms)
        with quietly(self.has_arrays):
            # Each is made from what its arguments were taken for.
            for slot in range(len(new.terms)):
                new.terms[slot] = term(new, slot)
        new.is_known = all_known(new.terms)
        return new

    def _stated(self, point: Mapping[str, Numeric]) -> dict[int, Numeric]:
        """The values that are given, by slot: by the point, else by the file."""
        graph, slot = self.tape.graph, self.tape.slot
        stated = {slot[graph.index[name]]: value for name, value in point.items()}
        for i, known in self.tape.given.items():
            if slot[i] not in stated:  # What `--at` says wins over the file.
                stated[slot[i]] = constant(known.value, graph.source)
        return stated

    def _require_shapes(self, known: Mapping[int, Shape]) -> None:
        """Raise EvaluateError for every value that is no number, vector or matrix, or not of the declared shape."""
        nodes, errors = self.tape.graph.nodes, []
        # Of lists of lists of lists no function has a value, nor a slope.
        for node in (nodes[self.tape.node_of[slot]] for slot, shape in known.items() if len(shape) > MOST_AXES):
            message = f"the value of `{shorten(node.name)}` is no number, vector or matrix"
            errors.append(Diagnostic(Code.NOT_A_NUMBER, message, node.span))
        for slot, shape in self.tape.declared.items():
            if known.get(slot, shape) != shape and len(known[slot]) <= MOST_AXES:
                node = nodes[self.tape.node_of[slot]]
                name, found = shorten(node.name), known[slot]
                message = f"`{name}` is declared as {shape_words(shape)}, its value is {shape_words(found)}"
                sizes = ",".join(map(str, found or shape))
                # A number is no vector of equal numbers, but as a default it is one.
                hint = f"as a default a number fills the shape: input {name}[{sizes}] = …"
                hint = hint if not found else f"an array of this shape is declared: input {name}[{sizes}]"
                errors.append(Diagnostic(Code.SHAPE_MISMATCH, message, node.span, hints=(hint,)))
        if errors:
            raise EvaluateError(self.tape.graph.source, errors)

    def _term(self, slot: int) -> Value:
        """The value of a slot; an unknown node goes by its name."""
        row = self.rows[slot]
        term = None if row is None else self._apply(slot, row)
        # A formula ends at the nearest node without a value: who reads it knows that by its name.
        if term is None or ((self.formulas or not is_known(term)) and slot in self.tape.node_of):
            return Name(self.tape.graph.nodes[self.tape.node_of[slot]].name)
        # A node that is made of constants has a name for that: w, not 2*g, and so on from node to node.
        is_told = speaks_of_constant(term) or is_array(term)
        is_constant = self.tape.constant[slot] or (is_told and isinstance(spelling_of(term), Call))
        if self._spells and is_constant and slot in self.tape.node_of and is_known(term):
            return named(term, Name(self.tape.graph.nodes[self.tape.node_of[slot]].name))
        return term

    def formula(self, slot: int) -> Value | None:
        """What the node at a slot is in terms of others, a number where these are known; None where nothing says."""
        row = self.rows[slot]
        if row is None:
            return None
        with quietly(self.has_arrays):  # Asked by whoever shows it, long after the pass.
            return self._apply(slot, row)

    def _apply(self, slot: int, row: Primitive) -> Value:
        args: list[Value] = [self.terms[arg] for arg in self.tape.args[slot]]
        if not all_known(args):
            # Of `y = x` the copy needs no formula: `=` is no function that one could write.
            # Nor of what is there only within a domain: it is the formula there.
            if row.symbol in ("=", WITHIN):
                return args[0]
            indices = self.tape.indices.get(slot, ())
            return self._in_shape(formula_of(row.symbol, *args, *parts(indices), options=row.chosen), slot)
        if not self.has_arrays and not self._spells:  # Then there is nothing to it but numbers.
            return row.scalar.evaluate(*args)  # type: ignore[no-any-return]
        found = apply(row, args, self.tape.indices.get(slot, ()))
        # Numbers are spelt only where there will be formulas, so that plain runs do without.
        # 4/3 is a number like any other, but of 4/3*pi the file has two that belong together.
        constant = zip(args, self.tape.args[slot], strict=True)
        if is_array(found):
            pairs = (spelling_of(arg) is not None or self.tape.constant[at] for arg, at in constant)
            is_said = self._spells and all(pairs)
            # What is made of small arrays, so that 1 - t stays that; of others the elements are read off.
            is_short = is_said and found.size <= MOST_WRITTEN and row.shape == "elementwise"
            if not is_short or all(spelling_of(arg) is None for arg in args):
                return found
            return named(found, formula_of(row.symbol, *args, options=row.chosen))
        is_spelt = any(isinstance(arg, Spelt) for arg in args) and all(
            isinstance(arg, Spelt) or self.tape.constant[place] for arg, place in constant
        )
        if type(found) is not float or not is_spelt:
            return found
        expr = formula_of(row.symbol, *args, options=row.chosen)
        return spelt(found, expr, is_named=speaks_of_constant(*args))

    def _in_shape(self, found: Expr, slot: int) -> Expr:
        """A formula of an array that a rewrite such as x - x → 0 has made a number, or a row, as one of its shape."""
        shape = self.shapes[slot]
        if not shape or self.known_shapes.of(found) == shape:
            return found
        if isinstance(found, Number):
            return literal(found.value * ones(shape))
        return formula_of("*", found, ones(shape))


def _seed_shapes(graph: Dag) -> Iterator[tuple[int, Shape]]:
    """The shapes of the adjoints that the file states, by their node's place; `grad` builds graphs without some."""
    for name, known in graph.seeds:
        if name in graph.index:
            yield graph.index[name], shape_of(constant(known.value, graph.source))
