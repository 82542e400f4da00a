"""Shapes by unification, in both directions: from arguments to values, and from values back to arguments.

A shape is (), (n,) or (m, n); a length that nothing settles is None. Each operation is a constraint between the shapes
of its arguments and its value; constraints are applied until nothing changes, then inputs that nothing speaks of are
scalars.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from backcalc.errors import BuildError, Diagnostic, Note, shorten
from backcalc.expr import Call, Expr, Name, fold
from backcalc.primitive import Primitive
from backcalc.primitives import lookup, variant
from backcalc.shape_rules import RULES, Length, MismatchError, Term, Unknown, find, settle_edge, unify
from backcalc.tape import Tape

Shape = tuple[int | None, ...]


def shape_text(shape: Sequence[int | None]) -> str:
    """`3×4`, `3`, or `number`."""
    return "×".join("?" if n is None else str(n) for n in shape) if shape else "number"


def shape_words(shape: Sequence[int | None]) -> str:
    """`a 3×4 matrix`, `a vector of 3`, or `a number`."""
    if len(shape) > 1:
        return f"a {shape_text(shape)} matrix"
    return f"a vector of {shape_text(shape)}" if shape else "a number"


def prepare(tape: Tape, known: dict[int, Shape]) -> tuple[list[Shape], list[Primitive | None]]:
    """The shape of every slot and the row that serves it, kept with the tape for the next point of the same shapes.

    Raises BuildError as `infer` does.
    """
    kept = tape.prepared.get("shapes")
    if kept is None or kept[0] != known:
        shapes = infer(tape, known)
        tape.prepared["shapes"] = kept = known, shapes, specialize(tape, shapes)
    return kept[1:]


def infer(tape: Tape, known: Mapping[int, Shape]) -> list[Shape]:
    """The shape of every slot, from those in `known`. Raises BuildError with both shapes where two do not fit."""
    if not tape.has_arrays and not any(known.values()):
        return [()] * len(tape.rows)
    return _Inference(tape, known).run()


def specialize(tape: Tape, shapes: Sequence[Shape]) -> list[Primitive | None]:
    """The row of each slot that serves the ranks of its arguments."""
    if not tape.has_arrays and not any(shapes):
        return tape.rows
    return [
        None if row is None else variant(row, tuple(len(shapes[arg]) for arg in args))
        for row, args in zip(tape.rows, tape.args, strict=True)
    ]


class _Inference:
    def __init__(self, tape: Tape, known: Mapping[int, Shape]) -> None:
        self.tape = tape
        self.terms: list[Term] = [Unknown() for _ in tape.rows]
        self.errors: list[Diagnostic] = []
        for slot, literal in enumerate(tape.literals):
            if literal is not None:
                self.terms[slot] = ()
        for slot, shape in known.items():
            self.terms[slot] = tuple(Unknown() if n is None else n for n in shape)

    def run(self) -> list[Shape]:
        open_ = self._settle([slot for slot, row in enumerate(self.tape.rows) if row is not None])
        edges = self._settle_edges()
        while not self.errors and (guess := self._unsettled_input()) is not None:
            needed = next((slot for slot in open_ if self._is_no_scalar(guess, slot)), None)
            if needed is not None:
                self.errors.append(self._unknown(needed, guess))
                break
            self._bind(self.terms[guess], ())
            open_ = self._settle(open_)
            edges = self._settle_edges()
        if not self.errors and (open_ or edges):
            self.errors += [self._unknown(slot, self.tape.args[slot][0]) for slot in open_[:1]]
        if self.errors:
            raise BuildError(self.tape.graph.source, self.errors)
        shapes = [self._final(term) for term in self.terms]
        open_lengths = next((slot for slot in self.tape.slot if None in shapes[slot]), None)
        if open_lengths is not None:
            raise BuildError(self.tape.graph.source, [self._unknown(open_lengths, open_lengths)])
        return shapes

    def _settle(self, open_: list[int]) -> list[int]:
        """Apply constraints until none says more; those that may still say something."""
        before = None
        while open_ and not self.errors and before != (state := (len(open_), self._settled())):
            before = state
            open_ = [slot for slot in open_ if not self._apply(slot)]
        return open_

    def _settled(self) -> int:
        return sum(not isinstance(find(term), Unknown) for term in self.terms)

    def _apply(self, slot: int) -> bool:
        row, args = self.tape.rows[slot], self.tape.args[slot]
        assert row is not None
        rule = "pair" if row.name in ("cross_entropy", "mse") else row.shape
        operands = [find(self.terms[arg]) for arg in args]
        try:
            if rule == "index":
                return self._index(operands[0], find(self.terms[slot]), self.tape.indices[slot])
            return RULES[rule](operands, find(self.terms[slot]))
        except MismatchError:
            self.errors.append(self._mismatch(slot))
            return True

    def _index(self, operand: Term, out: Term, indices: tuple[int, ...]) -> bool:
        if not isinstance(operand, tuple):
            return False
        if len(indices) > len(operand):
            raise MismatchError
        for index, length in zip(indices, operand, strict=False):
            n = find(length)
            if isinstance(n, int) and not 0 <= index < n:
                raise MismatchError
        unify(out, operand[len(indices) :])
        return True

    def _settle_edges(self) -> bool:
        """Whether an edge's shapes are still open: a number keeps the tail's shape, a matrix is head × tail."""
        waiting = False
        for head, pairs in self.tape.partials.items():
            for (tail, slot), incoming in zip(pairs, self.tape.graph.nodes[head].incoming, strict=True):
                ends = find(self.terms[self.tape.slot[head]]), find(self.terms[self.tape.slot[tail]])
                try:
                    waiting |= not settle_edge(find(self.terms[slot]), *ends)
                except MismatchError:
                    self.errors.append(Diagnostic("shape-mismatch", "this Jacobian is not head × tail", incoming.span))
        return waiting

    def _bind(self, term: Term, shape: tuple[Length, ...]) -> None:
        unify(term, shape)

    def _unsettled_input(self) -> int | None:
        """The first input whose shape nothing has settled."""
        for i, node in enumerate(self.tape.graph.nodes):
            slot = self.tape.slot[i]
            if self.tape.rows[slot] is None and isinstance(find(self.terms[slot]), Unknown):
                del node
                return slot
        return None

    def _final(self, term: Term) -> Shape:
        found = find(term)
        if not isinstance(found, tuple):
            return ()
        lengths = [find(n) for n in found]
        return tuple(n if isinstance(n, int) else None for n in lengths)

    def _is_no_scalar(self, guess: int, slot: int) -> bool:
        """Whether the operation of `slot` has `guess` as an argument that cannot be a number."""
        row = self.tape.rows[slot]
        return row is not None and row.shape in ("matmul", "index", "diag") and guess in self.tape.args[slot]

    def _unknown(self, slot: int, guess: int) -> Diagnostic:
        node = next((n.name for n, at in zip(self.tape.graph.nodes, self.tape.slot, strict=True) if at == guess), "W")
        message = f"the shape of `{shorten(node)}` does not follow from what is known"
        hint = (f"declare it: input {shorten(node)}[3] for a vector, input {shorten(node)}[3,4] for a matrix",)
        return Diagnostic("shape-unknown", message, self.tape.spans[slot], hints=hint)

    def _mismatch(self, slot: int) -> Diagnostic:
        """Both shapes and the operation, with where the named ones come from."""
        row, args = self.tape.rows[slot], self.tape.args[slot]
        assert row is not None
        if row.shape == "index":
            what = shape_words(self._final(self.terms[args[0]]))
            found = ", ".join(map(str, self.tape.indices[slot]))
            message = f"there is no element [{found}] in {what}, whose first is [0]"
            return Diagnostic("index-out-of-range", message, self.tape.spans[slot])
        shapes = [shape_words(self._final(self.terms[arg])) for arg in args]
        out = find(self.terms[slot])
        message = f"the shapes do not fit `{row.name.split('/')[0]}`: {' and '.join(shapes)}"
        if isinstance(out, tuple):
            message += f", for a value that is {shape_words(self._final(out))}"
        notes = [note for arg in args if (note := self._origin(arg)) is not None]
        hints = (
            ("a number combines with anything; otherwise shapes must be the same",)
            if row.shape == "elementwise"
            else ()
        )
        return Diagnostic("shape-mismatch", message, self.tape.spans[slot], tuple(notes), hints)

    def _origin(self, slot: int) -> Note | None:
        """Where the shape of a named node comes from."""
        if slot not in self.tape.slot:
            return None
        node = self.tape.graph.nodes[self.tape.slot.index(slot)]
        span = node.given.span if node.given is not None else node.span
        return Note(f"`{shorten(node.name)}` is {shape_words(self._final(self.terms[slot]))}", span)


def known_shape(expr: Expr, shapes: Mapping[str, Shape]) -> Shape:
    """The shape of a formula in nodes whose shapes are known."""

    def call(part: Call, args: tuple[Shape, ...]) -> Shape:
        row = lookup(part.fn, len(args))
        rule = row.shape if row is not None else "elementwise"
        if part.fn in ("mse", "cross_entropy"):  # A loss is a number, of arrays too.
            return ()
        return _FORWARD.get(rule, _widest)(args)

    return fold(expr, lambda leaf: shapes.get(leaf.id, ()) if isinstance(leaf, Name) else (), call)


def _widest(args: tuple[Shape, ...]) -> Shape:
    return max(args, key=len, default=())


_FORWARD: dict[str, Callable[[tuple[Shape, ...]], Shape]] = {
    "matmul": lambda args: args[0][:-1] + args[1][1:],
    "outer": lambda args: args[0] + args[1],
    "transpose": lambda args: args[0][::-1],
    "diag": lambda args: args[0] * 2 if len(args[0]) == 1 else args[0][:1],
    "stack": lambda args: (len(args), *args[0]),
    "index": lambda args: args[0][len(args) - 1 :],
    "concat": lambda args: (sum((shape[0] or 0) if shape else 1 for shape in args),),
    **dict.fromkeys(("reduce", "logits", "dot", "pair"), lambda _: ()),
}
