"""Values: the forward pass over a tape, with numbers where they are known and formulas where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from backcalc import progress
from backcalc.graph.functions import Functions
from backcalc.graph.model import Graph, Node
from backcalc.graph.shapes import KnownShapes, Shape, prepare, shape_text
from backcalc.graph.tape import Tape
from backcalc.language.expr import INDEX, VECTOR, Call, Expr, Name, Number, fold, names, postorder
from backcalc.rules.primitives import CONSTANTS, lookup, variant
from backcalc.rules.row import Primitive
from backcalc.rules.simplify import make
from backcalc.rules.values import all_known, is_known, literal, ones, quietly, shape_of
from backcalc.text.errors import MAX_ERRORS, Diagnostic, EvaluateError, Note, Source, Span, plural, shorten
from backcalc.text.suggest import did_you_mean, is_of_series

PLACES_SHOWN = 3
NAMES_SHOWN = 8
ONES_SHOWN = 3  # Of an axis.


class Evaluation:
    """The values of a tape's slots at a point, their shapes, and the rows that served them.

    `known_shapes` tells the shape of a formula. `terms` has for each slot its value as an operand: a number, an array,
    the name of an unknown node, or a formula; `replaced` are the slots of operations whose result something else says.
    `formulas` is whether every node stays a name.
    """

    def __init__(self, tape: Tape, point: Mapping[str, Any], *, formulas: bool = False) -> None:
        """With `formulas` every node stays a name, and the point only tells shapes."""
        self.tape = tape
        self.formulas = formulas
        stated = self._stated(point)
        # A stated value wins over the formula, which stays in the table, and whose slope is taken at that value.
        self.replaced = {slot for slot in stated if tape.rows[slot] is not None}
        known = {slot: shape_of(value) for slot, value in stated.items()}
        self._require_declared(known)
        seeds = {tape.slot[i]: shape for i, shape in _seed_shapes(tape.graph)}  # An adjoint has its node's shape.
        self.shapes, self.rows = prepare(tape, {**tape.declared, **known}, seeds)
        named = {node.name: self.shapes[slot] for slot, node in zip(tape.slot, tape.graph.nodes, strict=True)}
        self.known_shapes = KnownShapes(named)
        # A slot is computed where nothing has filled it yet, so literals and stated values are put in first.
        self.terms: list[Any] = list(tape.literals)
        for slot, value in () if formulas else stated.items():
            self.terms[slot] = value
        self.has_arrays = any(self.shapes)
        with quietly(self.has_arrays):
            for slot in progress.through("forward pass", range(len(tape.rows))):
                if self.terms[slot] is None:
                    self.terms[slot] = self._term(slot)
        self.is_known = all_known(self.terms)

    @property
    def values(self) -> list[Any]:
        """The value of every node: a number, an array, or None where it is not known."""
        return [term if is_known(term := self.terms[slot]) else None for slot in self.tape.slot]

    def _stated(self, point: Mapping[str, Any]) -> dict[int, Any]:
        """The values that are given, by slot: by the point, else by the file."""
        graph, slot = self.tape.graph, self.tape.slot
        stated = {slot[graph.index[name]]: value for name, value in point.items()}
        for i, known in self.tape.given.items():
            if slot[i] not in stated:  # What `--at` says wins over the file.
                stated[slot[i]] = constant(known.value, graph.source)
        return stated

    def _require_declared(self, known: Mapping[int, Shape]) -> None:
        """Raise EvaluateError for every value whose shape is not the declared one."""
        errors = []
        for slot, shape in self.tape.declared.items():
            if known.get(slot, shape) != shape:
                node = self.tape.graph.nodes[self.tape.node_of[slot]]
                declared, found = shape_text(shape), shape_text(known[slot])
                message = f"`{shorten(node.name)}` is declared as {declared}, its value is {found}"
                errors.append(Diagnostic("shape-mismatch", message, node.span))
        if errors:
            raise EvaluateError(self.tape.graph.source, errors)

    def _term(self, slot: int) -> Any:
        """The value of a slot; an unknown node goes by its name."""
        row = self.rows[slot]
        term = None if row is None else self._apply(slot, row)
        # A formula ends at the nearest node without a value: who reads it knows that by its name.
        if (self.formulas or term is None or not is_known(term)) and slot in self.tape.node_of:
            return Name(self.tape.graph.nodes[self.tape.node_of[slot]].name)
        return term

    def _apply(self, slot: int, row: Primitive) -> Any:
        args = [self.terms[arg] for arg in self.tape.args[slot]]
        if not all_known(args):
            # Rows of one function for several shapes have names of their own, which the language does not know.
            fn = {"max/1": "max", "min/1": "min"}.get(row.name, row.name)
            fn = "@" if fn.startswith("@") else fn.removesuffix("/vectors")
            if fn == "=":
                return args[0]
            indices = tuple(Number(float(i)) for i in self.tape.indices.get(slot, ()))
            return self._in_shape(make(fn, *map(literal, args), *indices), slot)
        return apply(row, args, self.tape.indices.get(slot, ()))

    def _in_shape(self, found: Expr, slot: int) -> Expr:
        """A formula of an array that a rewrite such as x - x → 0 has made a number, as an array again."""
        shape = self.shapes[slot]
        if not shape or self.known_shapes.of(found):
            return found
        if isinstance(found, Number):
            return literal(found.value * ones(shape))
        return make("*", found, literal(ones(shape)))


def _seed_shapes(graph: Graph) -> Iterator[tuple[int, Shape]]:
    """The shapes of the adjoints that the file states, by their node's place; `grad` builds graphs without some."""
    for name, known in graph.seeds:
        if name in graph.index:
            yield graph.index[name], shape_of(constant(known.value, graph.source))


def apply(row: Primitive, args: list[Any], indices: tuple[int, ...] = ()) -> Any:
    """The value of a primitive at numbers and arrays; of arrays in a context `quietly`."""
    if row.name in (VECTOR, "concat"):
        from backcalc.rules.functions.arrays import stack

        return stack(args, join=row.name == "concat")
    if row.name == INDEX:
        found = args[0][indices]
        # Floats, not NumPy's numbers: these are slower, and warn where IEEE 754 has a result.
        return float(found) if found.ndim == 0 else found
    if not any(map(shape_of, args)):
        return row.scalar.evaluate(*args)
    found = row.array.evaluate(*args)
    return found if shape_of(found) else float(found)


def applied(call: Call, args: tuple[Any, ...]) -> Any:
    """The value of `call`, of a primitive, where its arguments have these values."""
    operands = _operands(call, args)
    row = lookup(call.fn, len(args))
    assert row is not None
    indices = tuple(int(index) for index in args[1:]) if call.fn == INDEX else ()
    return apply(variant(row, tuple(len(shape_of(arg)) for arg in operands)), operands, indices)


def _operands(call: Call, args: tuple[Any, ...]) -> list[Any]:
    """The values that `call` is applied to: of an element or row only the array."""
    return list(args[:1] if call.fn == INDEX else args)


def constant(expr: Expr, source: Source) -> Any:
    """The value of an expression without nodes. Raises EvaluateError where it has some."""
    unknown = [name for name in names(expr).values() if name.id not in CONSTANTS]
    if unknown:
        message = "`{}` cannot stand here: only numbers can, pi, e, tau, inf, and functions of them"
        found = [Diagnostic("not-constant", message.format(shorten(n.id)), n.span) for n in unknown]
        raise EvaluateError(source, found)

    # Names and arities are told by the same words as in a graph.
    errors: list[Diagnostic] = []
    Functions((), errors).expand(expr)
    if errors:
        raise EvaluateError(source, errors)

    def leaf(part: Number | Name) -> Any:
        return part.value if isinstance(part, Number) else CONSTANTS[part.id]

    def call(part: Call, args: tuple[Any, ...]) -> Any:
        try:
            return applied(part, args)
        except (ValueError, IndexError, KeyError, TypeError):
            from backcalc.graph.shape_errors import refusal

            row, shapes = lookup(part.fn, len(args)), [shape_of(arg) for arg in _operands(part, args)]
            assert row is not None  # `expand` has told what is not there.
            message = refusal(row, row.shape, shapes)
            raise EvaluateError(source, [Diagnostic("shape-mismatch", message, part.span)]) from None

    # Only a written vector makes an array here, so that `--at x=1` need not load NumPy.
    with quietly(any(part.fn == VECTOR for part in postorder(expr) if isinstance(part, Call))):
        return fold(expr, leaf, call)


def require_known(evaluation: Evaluation) -> None:
    """Raise EvaluateError for every value that a formula needs and nothing gives."""
    graph, needed = evaluation.tape.graph, missing_nodes(evaluation)
    if needed:
        errors = [_missing(graph, node) for node in needed[: MAX_ERRORS + 1]]
        last = min(len(errors), MAX_ERRORS) - 1  # One remedy for all, under the last that is shown.
        errors[last] = errors[last]._replace(hints=(*errors[last].hints, *remedies(evaluation, needed)))
        raise EvaluateError(graph.source, errors)


def missing_nodes(evaluation: Evaluation) -> list[Node]:
    """The nodes whose value a formula needs and nothing gives."""
    tape, terms = evaluation.tape, evaluation.terms
    missing = {slot: i for i, slot in enumerate(tape.slot) if tape.rows[slot] is None and not is_known(terms[slot])}
    if not missing:
        return []
    # What nobody reads may stay unknown: the activations of an edge list usually are.
    read = {arg for args in tape.args for arg in args}
    read |= {slot for pairs in tape.partials.values() for _, slot in pairs}
    return [tape.graph.nodes[i] for slot, i in missing.items() if slot in read]


def remedies(evaluation: Evaluation, needed: Sequence[Node]) -> tuple[str, ...]:
    """The `--at` that gives a value to every node that needs one, and the statement that does it for one."""
    shown = [(shorten(node.name), evaluation.known_shapes.names[node.name]) for node in needed[:NAMES_SHOWN]]
    (first, shape), some = shown[0], [f"{name}={_some_ones(shape, ',')}" for name, shape in shown]
    statement = f"`{'input ' * (needed[0].kind == 'input')}{first} = {_some_ones(shape, ', ')}`"
    what, more = "it" if len(needed) == 1 else "them", len(needed) > NAMES_SHOWN
    option = ",".join(some) + ",…" * more
    quote = "'" * any(shape for _, shape in shown)  # To a shell brackets are a pattern of file names.
    hint = f"give {what} by --at {quote}{option}{quote}, or in the file by {statement}"
    if not more and "…" not in option:
        return (hint,)
    return hint, f'many are easier in a file: --at @point.json, which holds {{"{first}": {_some_ones(shape, ", ")}, …}}'


def _some_ones(shape: Shape, comma: str) -> str:
    """A value of that shape as one writes it, what is long cut off."""
    text = "1"
    for n in reversed(shape):
        assert n is not None  # Where there is a point, all lengths are settled.
        text = f"[{comma.join([text] * min(n, ONES_SHOWN))}{f'{comma}…' * (n > ONES_SHOWN)}]"
    return text


def _missing(graph: Graph, node: Node) -> Diagnostic:
    """What needs `node`."""
    name = shorten(node.name)
    uses = _uses(graph, node.name)
    notes = [Note(f"`{name}` is used here too", use) for use in uses[1:PLACES_SHOWN]]
    if len(uses) > PLACES_SHOWN:
        last = notes[-1]
        notes[-1] = last._replace(message=f"{last.message}, and in {plural(len(uses) - PLACES_SHOWN, 'more place')}")
    defined = [other for other in graph.index if other != node.name and graph.node(other).kind != "input"]
    # Of x1, x2, x4 the last is as likely meant as misspelt, and any letter is near to any other.
    is_typo = node.kind == "input" and len(node.name) > 1 and not is_of_series(node.name, graph.index)
    likely = did_you_mean(node.name, defined) if is_typo else ()
    message = f"the input `{name}` has no value" if node.kind == "input" else f"the activation of `{name}` is not known"
    return Diagnostic("missing-value", message, uses[0], tuple(notes), likely)


def _uses(graph: Graph, name: str) -> list[Span]:
    """The first place on each line that reads the node `name`."""
    exprs = [node.expr for node in graph.nodes if node.expr is not None]
    exprs += [edge.partial for node in graph.nodes for edge in node.incoming]
    parts = (part for expr in exprs for part in postorder(expr))
    places = sorted({part.span for part in parts if isinstance(part, Name) and part.id == name})
    first: dict[int, Span] = {}
    for place in places:
        first.setdefault(graph.source.line_number(place.start), place)
    return list(first.values())
