"""What is said of shapes that do not fit: which meet where, and what each of them follows from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from backcalc.graph.index_errors import misplaced
from backcalc.graph.inference import Constraint, Inference, MisfitError, OpenShapeError, apply_rule, rule_of
from backcalc.graph.model import Node
from backcalc.graph.one_name import transposed
from backcalc.graph.powers import powers_in
from backcalc.graph.refusals import BY_ELEMENTS, TAKES, axis_hints, concat_hints, refusal
from backcalc.graph.tape import Tape
from backcalc.language.expr import VECTOR
from backcalc.rules.row import AXIS, Primitive
from backcalc.rules.terms import MismatchError, Shape, Unknown, fresh, settled, shape_words
from backcalc.text.errors import Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.wording import shorten

MOST_NOTES = 6  # What an error goes back to is cut here: the nearest reasons come first.
TEXT_SHOWN = 40

# Rules of which the value is a number, whatever the arguments are.
_GIVES_NUMBER = ("reduce", "logits", "dot", "pair", "spread", "square", "trace")


def explain_misfit(
    tape: Tape, inference: Inference, error: MisfitError, stated: Mapping[int, Shape], seeds: Mapping[int, Shape]
) -> Diagnostic:
    """The error of a constraint that traced `inference` found not to hold; `stated` of nodes, `seeds` of adjoints."""
    return _Explanation(tape, inference, stated, seeds, error).diagnostic()


def explain_open(tape: Tape, inference: Inference, error: OpenShapeError) -> Diagnostic:
    """The error of a shape that follows from nothing."""
    node = next((node.name for node, slot in zip(tape.graph.nodes, tape.slot, strict=True) if slot == error.slot), "W")
    name = shorten(node)
    # A length that a factor beside it asks for makes the hint one that can be copied.
    length = next((n for n in map(str, _lengths_beside(tape, inference, error)) if n != "None"), "3")
    message = f"the shape of `{name}` does not follow from what is known"
    hint = f"declare it: input {name}[{length}] for a vector, input {name}[{length},4] for a matrix"
    place = tape.spans[error.user]
    if place is None and node in tape.graph.index:
        place = tape.graph.node(node).span
    return Diagnostic(
        Code.SHAPE_UNKNOWN, message, place, hints=(*powers_in(tape, error.user), *transposed(tape, node), hint)
    )


def _lengths_beside(tape: Tape, inference: Inference, error: OpenShapeError) -> Iterator[int | None]:
    """The first length of the second factor of a product of which the first is known."""
    row, args = tape.rows[error.user], tape.args[error.user]
    if row is not None and row.shape == "matmul" and args[1] == error.slot:
        yield from (inference.shape(args[0]) or ())[-1:]


def explain_adjoint(tape: Tape, node: Node, shape: Shape, known: Mapping[int, Shape], place: Span) -> Diagnostic:
    """The error of an adjoint that has another shape than what is stated of its node."""
    slot = tape.slot[tape.graph.index[node.name]]
    message = f"the adjoint of `{shorten(node.name)}` is {shape_words(shape)}, the node {shape_words(known[slot])}"
    return Diagnostic(Code.SHAPE_MISMATCH, message, place, (Note(*_statement(node, known[slot])),))


def _statement(node: Node, shape: Shape) -> tuple[str, Span]:
    """What is said of a node's shape outright, and where."""
    name, what = shorten(node.name), shape_words(shape)
    if node.given is not None:
        return f"`{name}` is given as {what}", node.given.span
    if node.shape is not None:
        return f"`{name}` is declared as {what}", node.span
    return f"`{name}` has {what} as its value", node.span


class _Explanation:
    """One misfit, from the shapes that its slots had before."""

    def __init__(
        self,
        tape: Tape,
        inference: Inference,
        stated: Mapping[int, Shape],
        seeds: Mapping[int, Shape],
        error: MisfitError,
    ) -> None:
        # What is stated of a node goes before what its adjoint says.
        self.tape, self.stated, self.known, self.causes = tape, stated, {**seeds, **stated}, inference.causes
        self.constraint = error.constraint
        self.shapes = {slot: inference.shape(slot) for slot in range(len(tape.rows))}
        # A rule that fails may have settled something first; what it met with is what a reader can follow.
        self.shapes |= dict(zip(error.constraint.slots, error.before, strict=True))
        # Slots are what the tape knows, nodes what a reader does.
        self.nodes = dict(zip(tape.slot, tape.graph.nodes, strict=True))
        spans = {name: known.span for name, known in tape.graph.seeds}
        self.seeds = {slot: spans[self.nodes[slot].name] for slot in seeds}

    def diagnostic(self) -> Diagnostic:
        """The error, worded by what it is that does not fit: an edge, an index, arguments or a value."""
        if self.constraint.edge is not None:
            return self._of_edge(self.constraint.edge.span)
        slot = self.constraint.slots[-1]
        # An index out of range has words of its own, which say what there is.
        if rule_of(self.tape, slot) == "index" and (found := self._of_index(slot)) is not None:
            return found
        args = self.tape.args[slot]
        shapes = [self.shapes[arg] for arg in args]
        # Either the arguments do not go together, or they do and the value is known to be something else.
        gives = self._gives(slot, shapes)
        return self._of_arguments(slot, shapes) if gives is None else self._of_value(slot, gives)

    def _gives(self, slot: int, shapes: Sequence[Shape | None]) -> Shape | None:
        """The shape of an operation's value by its arguments alone; None where they do not fit, or do not tell."""
        out = Unknown()
        try:
            apply_rule(self.tape, slot, [fresh(shape) for shape in shapes], out)
        except MismatchError:
            return None
        return settled(out)

    def _of_arguments(self, slot: int, shapes: Sequence[Shape | None]) -> Diagnostic:
        """The arguments of an operation do not go together."""
        row, rule, args = self.tape.rows[slot], rule_of(self.tape, slot), self.tape.args[slot]
        assert row is not None
        # An `if` is read as `where`, a name that its writer may never have seen.
        is_if = row.symbol == "where" and self._text(slot).startswith("if")
        message = refusal(row, rule, shapes, "if" if is_if else "")
        # Where an argument alone does not tell, it is the value that it does not go with.
        slots = list(args)
        if None in shapes:
            message += f", where {shape_words(self.shapes[slot])} is needed"
            slots.append(slot)
        hints = powers_in(self.tape, slot) or tuple(self._matmul_hints(args)) if rule == "matmul" else ()
        if rule == "elementwise":
            hints = (*self._product_hints(row, args), BY_ELEMENTS)
        elif rule == "concat":
            hints = tuple(concat_hints([self._factor(arg) for arg in args], shapes))
        elif AXIS in row.settings:
            hints = tuple(axis_hints(row, [shape for shape in shapes if shape is not None]))
        return Diagnostic(Code.SHAPE_MISMATCH, message, self._span(slot), self._sources(slots), hints)

    def _product_hints(self, row: Primitive, args: tuple[int, ...]) -> Iterator[str]:
        """That `@` was meant, where arrays that do not go by elements fit so, as those of print's W x."""
        if row.symbol == "*" and all(self.shapes[arg] for arg in args):
            left, right = (self.shapes[arg] or () for arg in args)
            if left[-1] is not None and left[-1] == right[0]:
                x, y = (self._factor(arg) for arg in args)
                yield f"the product of matrices is written {x} @ {y}"

    def _matmul_hints(self, args: tuple[int, ...]) -> Iterator[str]:
        left, right = (self.shapes[arg] for arg in args)
        if not left or not right:
            if () in (left, right):  # A number; None is not known.
                yield "`@` is for vectors and matrices; a number multiplies by `*`"
            return
        # First what would be right, then a transpose, the commonest slip, where one would make it so.
        yield f"{shape_words(left)} needs {shape_words((left[-1], *right[1:]))} on its right"
        x, y = (self._factor(arg) for arg in args)
        if len(left) == 2 and left[0] == right[0]:
            yield f"{x}.T @ {y} would fit"
        elif len(right) == 2 and left[-1] == right[1]:
            yield f"{x} @ {y}.T would fit"

    def _factor(self, slot: int) -> str:
        """A factor as it is written, in parentheses where it is more than a name or has none."""
        text = self._text(slot)
        # In one pair of parentheses: (a + b), not (a) + (b).
        is_grouped = slot in self.nodes or (text.startswith("(") and text.find(")") == len(text) - 1)
        return text if is_grouped else f"({text})"

    def _of_value(self, slot: int, gives: Shape) -> Diagnostic:
        """What an operation gives is not what its value is known to be."""
        # A stated shape is where the eye should go; else it is some use further on that asks for it.
        is_, args = shape_words(self.shapes[slot]), list(self.tape.args[slot])
        if slot not in self.nodes:
            message = f"`{self._text(slot)}` is {shape_words(gives)}, where {is_} is needed"
            return Diagnostic(Code.SHAPE_MISMATCH, message, self._span(slot), self._sources([slot, *args]))
        name = shorten(self.nodes[slot].name)
        stated = self._statement(slot)
        if stated is None:
            message = f"the formula of `{name}` is {shape_words(gives)}, where {is_} is needed"
            return Diagnostic(Code.SHAPE_MISMATCH, message, self._span(slot), self._sources([slot, *args]))
        formula = Note(f"the formula of `{name}` is {shape_words(gives)}", self._span(slot))
        message = f"{stated[0]}, its formula is {shape_words(gives)}"
        return Diagnostic(Code.SHAPE_MISMATCH, message, stated[1], (formula, *self._sources(args)))

    def _of_index(self, slot: int) -> Diagnostic | None:
        """An element that is not there; None where it is what its use needs that does not fit."""
        shape, indices = self.shapes[self.tape.args[slot][0]] or (), self.tape.indices[slot]
        if self._gives(slot, [shape]) is not None:
            return None
        message, hints = misplaced(self._text(self.tape.args[slot][0]), shape, indices)
        return Diagnostic(
            Code.INDEX_OUT_OF_RANGE, message, self._span(slot), self._sources([self.tape.args[slot][0]]), hints
        )

    def _of_edge(self, span: Span) -> Diagnostic:
        """A partial that is no Jacobian of these two nodes."""
        partial, head, tail = self.constraint.slots
        shape, names = self.shapes[partial], [shorten(self.nodes[slot].name) for slot in (head, tail)]
        message = f"this Jacobian is not head × tail: it is {shape_words(shape)}"
        hint = f"the Jacobian of {self._sized(head)} by {self._sized(tail)} is {self._wanted(head, tail)}"
        if shape == ():
            message = f"a number as a partial is for two nodes of one shape: `{names[0]}` and `{names[1]}` differ"
        return Diagnostic(Code.SHAPE_MISMATCH, message, span, self._sources([partial, head, tail]), (hint,))

    def _sized(self, slot: int) -> str:
        shape, name = self.shapes[slot], f"`{shorten(self.nodes[slot].name)}`"
        return name if shape is None else f"{name}, {shape_words(shape)},"

    def _wanted(self, head: int, tail: int) -> str:
        """The shape of the Jacobian, as far as those of its ends are known."""
        ends = [(None,) if (shape := self.shapes[slot]) is None else shape for slot in (head, tail)]
        return shape_words(ends[0] + ends[1])

    def _sources(self, slots: Sequence[int]) -> tuple[Note, ...]:
        """For each of `slots` why it has its shape, then the statements that this goes back to."""
        # First what stands in the operation itself, then what that goes back to, each once.
        notes: list[Note] = []
        seen: set[int] = set()
        for slot in dict.fromkeys(slots):
            if slot not in seen and (note := self._reason(slot)) is not None:
                notes.append(note)
            seen.add(slot)
        for slot in dict.fromkeys(slots):
            notes += [note for root in self._roots(slot, seen) if (note := self._reason(root)) is not None]
        return tuple(dict.fromkeys(notes))[:MOST_NOTES]

    def _roots(self, slot: int, seen: set[int]) -> Iterator[int]:
        """The nodes whose shapes are stated, or follow from nothing more, that the shape of `slot` follows from."""
        stack = list(self._behind(slot))[::-1]  # Reversed, so that what stands first in the text is told first.
        while stack:
            place = stack.pop()
            if place in seen:
                continue
            seen.add(place)
            behind = self._behind(place)
            if not behind and (place in self.nodes or self._is_list(place)):
                yield place
            stack += behind[::-1]

    def _is_list(self, slot: int) -> bool:
        row = self.tape.rows[slot]
        return row is not None and row.symbol == VECTOR

    def _behind(self, slot: int) -> list[int]:
        """The slots that settled the shape of `slot`: those of the same constraint that could."""
        # Only what could have settled it is behind a shape: else a reason would be told that was none.
        cause = self.causes.get(slot)
        is_literal = all(self.tape.constant[arg] for arg in self.tape.args[slot]) and self.tape.rows[slot] is not None
        if cause is None or slot in self.known or is_literal:
            return []
        others = [other for other in cause.slots if other != slot and self.tape.literals[other] is None]
        shape = self.shapes[slot]
        if not shape and cause.slots and slot == cause.slots[-1] and self._rule(cause) in _GIVES_NUMBER:
            return []  # Whatever its argument, a sum is a number.
        # An array is none because of a number beside it, nor is a number one because of an array.
        arrays = [other for other in others if bool(self.shapes[other]) == bool(shape)]
        # Of a product with a matrix the vector says nothing that the matrix does not.
        matrices = [other for other in arrays if len(self.shapes[other] or ()) > 1]
        return matrices if matrices and self._rule(cause) == "matmul" else arrays

    def _rule(self, cause: Constraint) -> str:
        return "" if cause.edge is not None else rule_of(self.tape, cause.slots[-1])

    def _reason(self, slot: int) -> Note | None:
        """What a slot is, and why; None for a number in the text."""
        shape = self.shapes[slot]
        if self.tape.literals[slot] is not None or shape is None:
            return None
        stated = self._statement(slot)
        if stated is not None:
            return Note(*stated)
        cause = self.causes.get(slot)
        return Note(
            f"`{self._text(slot)}` is {shape_words(shape)}{self._because(slot, cause)}", self._place(slot, cause)
        )

    def _because(self, slot: int, cause: Constraint | None) -> str:
        if cause is None:
            return ""
        if not cause.slots:
            return ", for nothing says otherwise"
        behind = list(dict.fromkeys(f"`{self._text(other)}`" for other in self._behind(slot)))
        rule, row = self._rule(cause), self.tape.rows[cause.slots[-1]]
        is_open = None in (self.shapes[slot] or ())  # Then it is only the kind of operation that speaks.
        if behind and not self._is_list(slot) and not (is_open and rule in TAKES):
            return f", which follows from {' and '.join(behind)}"
        if row is None or row.symbol == VECTOR or rule not in (*TAKES, *_GIVES_NUMBER):
            return ""
        return f", as `{row.label}` {'gives' if slot == cause.slots[-1] else 'takes'} one"

    def _place(self, slot: int, cause: Constraint | None) -> Span:
        """Where a shape was settled: the operation or the edge, else the node."""
        if cause is not None and cause.edge is not None:
            return cause.edge.span
        return self._span(cause.slots[-1] if cause is not None and cause.slots else slot)

    def _statement(self, slot: int) -> tuple[str, Span] | None:
        """What is said of a slot's shape outright, and where; None where it is inferred."""
        node = self.nodes.get(slot)
        if node is None or slot not in self.known:
            return None
        if slot in self.seeds and slot not in self.stated:
            return f"the adjoint of `{shorten(node.name)}` is {shape_words(self.known[slot])}", self.seeds[slot]
        return _statement(node, self.known[slot])

    def _span(self, slot: int) -> Span:
        """The place of an operation, or of the node that a slot is."""
        span = self.tape.spans[slot]
        node: Node | None = self.nodes.get(slot)
        return span if span is not None else node.span if node is not None else Span(0, 0)

    def _text(self, slot: int) -> str:
        """A slot by the name of its node, or as it is written."""
        node = self.nodes.get(slot)
        if node is not None:
            return shorten(node.name)
        literal = self.tape.literals[slot]
        if literal is not None:
            return f"{literal:g}"
        # On one line, however the file breaks it.
        text = " ".join(self.tape.graph.source.text[slice(*self._span(slot))].split())
        row = self.tape.rows[slot]
        return shorten(text, TEXT_SHOWN) if text or row is None else row.label
