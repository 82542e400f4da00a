"""The shapes of a tape's slots, found by applying each operation's rule until none says more.

Each operation, and each annotated edge, is a constraint between the shapes of its arguments and its value; what nothing
speaks of is a scalar. What settled a shape is kept only where that is asked for: errors are rare, and tell it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import NamedTuple

from backcalc.graph.model import Incoming
from backcalc.graph.tape import Tape
from backcalc.rules.broadcast import likely
from backcalc.rules.shapes import rule_called, settle_edge
from backcalc.rules.terms import MismatchError, Shape, ShapeTerm, Unknown, find, settled, unify
from backcalc.rules.window_shapes import WINDOWED

# Rules with no room for a number, which an unknown would be taken for.
NEEDS_ARRAY = ("matmul", "index", "diag", "spread", *WINDOWED)


class Constraint(NamedTuple):
    """What ties the shapes of `slots` together: an operation with its value last, or partial, head and tail of an edge.

    One without slots is the rule that an input which nothing speaks of is a number.
    """

    slots: tuple[int, ...] = ()
    edge: Incoming | None = None


class MisfitError(Exception):
    """A constraint whose slots have the shapes `before`, and which these do not satisfy."""

    def __init__(self, constraint: Constraint, before: Sequence[Shape | None]) -> None:
        super().__init__(constraint, before)
        self.constraint, self.before = constraint, before


class OpenShapeError(Exception):
    """The shape of `slot` is needed by the operation of `user`, and follows from nothing."""

    def __init__(self, user: int, slot: int) -> None:
        super().__init__(user, slot)
        self.user, self.slot = user, slot


class Inference:
    """Shapes under unification; `causes` has for each slot the constraint that settled it, where `traced`."""

    def __init__(self, tape: Tape, known: Mapping[int, Shape], *, traced: bool = False) -> None:
        self.tape, self.traced = tape, traced
        self.causes: dict[int, Constraint] = {}
        # A literal is a number; all else may turn out to be anything, until a rule has spoken.
        self.terms: list[ShapeTerm] = [() if literal is not None else Unknown() for literal in tape.literals]
        for slot, shape in known.items():
            self.terms[slot] = tuple(Unknown() if n is None else n for n in shape)

    def run(self) -> list[Shape]:
        """The shape of every slot. Raises MisfitError and OpenShapeError."""
        open_ = self._settle([slot for slot, row in enumerate(self.tape.rows) if row is not None])
        # What is settled by nothing is a number; one guess at a time, for each may settle other inputs.
        while (guess := self._unsettled_input()) is not None:
            # Looked at first: as a number it would be told as a misfit, not as what nobody declared.
            needed = next((slot for slot in open_ if self._is_no_scalar(guess, slot)), None)
            if needed is not None:
                raise OpenShapeError(needed, guess)
            unify(self.terms[guess], ())
            self.causes[guess] = Constraint()
            open_ = self._settle(open_)  # Those that are done have no more to say.
        # All inputs are settled, and an operation still asks: nothing can tell any more.
        if open_:
            raise OpenShapeError(open_[0], self.tape.args[open_[0]][0])
        shapes = [self.shape(slot) or () for slot in range(len(self.terms))]
        # Of a node all lengths must be known, for its adjoint has the same.
        for slot in self.tape.slot:
            if None in shapes[slot]:
                raise OpenShapeError(slot, slot)
        return shapes

    def shape(self, slot: int) -> Shape | None:
        """What is known of the shape of `slot`; None where nothing is."""
        return settled(self.terms[slot])

    def _settle(self, open_: list[int]) -> list[int]:
        """Apply constraints until none says more, nor what is likeliest; those that may still say something."""
        before = None
        while before != (state := self._settled()):
            before = state
            open_ = self._settle_strictly(open_)
            # Last, for what is likeliest is a guess, which a rule may still forestall.
            for slot in open_:
                if rule_of(self.tape, slot) == "elementwise":
                    self._constrain(partial(self._constraint, slot), partial(self._take_likely, slot))
        return open_

    def _settle_strictly(self, open_: list[int]) -> list[int]:
        """Apply constraints until none says more; those that may still say something."""
        # A rule may say more once another has spoken, in either direction: so all are asked until nothing changes.
        # Each round but the last settles a shape or is done with an operation, so this ends.
        before = None
        while before != (state := (len(open_), self._settled())):
            before = state
            open_ = [slot for slot in open_ if not self._apply(slot)]
            self._settle_edges()
        return open_

    def _settled(self) -> int:
        # Counted rather than noted by the rules: these need not tell what they have changed.
        return sum(not isinstance(find(term), Unknown) for term in self.terms)

    def _apply(self, slot: int) -> bool:
        return self._constrain(
            partial(self._constraint, slot), lambda: apply_rule(self.tape, slot, *self._operands(slot))
        )

    def _take_likely(self, slot: int) -> bool:
        likely(*self._operands(slot))
        return False  # It may still say more.

    def _constraint(self, slot: int) -> Constraint:
        return Constraint((*self.tape.args[slot], slot))

    def _operands(self, slot: int) -> tuple[list[ShapeTerm], ShapeTerm]:
        """What is known of an operation's arguments, and of its value."""
        return [find(self.terms[arg]) for arg in self.tape.args[slot]], find(self.terms[slot])

    def _settle_edges(self) -> None:
        """Take in what edges say: a number keeps the tail's shape, a matrix is head × tail."""
        for head, pairs in self.tape.partials.items():
            for (tail, slot), incoming in zip(pairs, self.tape.graph.nodes[head].incoming, strict=True):
                self._settle_edge((slot, self.tape.slot[head], self.tape.slot[tail]), incoming)

    def _settle_edge(self, slots: tuple[int, int, int], incoming: Incoming) -> None:
        partial, head, tail = (find(self.terms[slot]) for slot in slots)
        self._constrain(lambda: Constraint(slots, incoming), lambda: settle_edge(partial, head, tail))

    def _constrain(self, constraint: Callable[[], Constraint], rule: Callable[[], bool]) -> bool:
        """Apply `rule`, and where this is traced keep which slots it has said something of."""
        # Nearly all files are in order; to keep what settled what costs more than the rules themselves.
        if not self.traced:
            try:
                return rule()
            except MismatchError:
                raise MisfitError(constraint(), ()) from None  # Whoever explains it runs again, traced.
        found = constraint()
        before = [self.shape(slot) for slot in found.slots]
        terms = [_content(self.terms[slot]) for slot in found.slots]
        try:
            is_settled = rule()
        except MismatchError:
            raise MisfitError(found, before) from None
        for slot, old in zip(found.slots, terms, strict=True):
            if _content(self.terms[slot]) != old:
                self.causes[slot] = found
        return is_settled

    def _unsettled_input(self) -> int | None:
        """The first input whose shape nothing has settled."""
        inputs = (slot for slot in self.tape.slot if self.tape.rows[slot] is None)
        return next((slot for slot in inputs if isinstance(find(self.terms[slot]), Unknown)), None)

    def _is_no_scalar(self, guess: int, slot: int) -> bool:
        """Whether the operation of `slot` has `guess` as an argument that cannot be a number."""
        row = self.tape.rows[slot]
        return row is not None and row.shape in NEEDS_ARRAY and guess in self.tape.args[slot]


def rule_of(tape: Tape, slot: int) -> str:
    """The name of the rule that an operation follows."""
    row = tape.rows[slot]
    assert row is not None
    return row.general_shape


def apply_rule(tape: Tape, slot: int, operands: list[ShapeTerm], out: ShapeTerm) -> bool:
    """Whether the operation of `slot` has said all it can of these terms. Raises MismatchError."""
    row = tape.rows[slot]
    assert row is not None
    # The general rule, for which row serves is settled only by the shapes.
    return rule_called(row.general_shape, tape.indices.get(slot, ()), row.settings)(operands, out)


def _content(term: ShapeTerm) -> object:
    """What a term stands for, unknowns by their identity: two that are one have the same."""
    found = find(term)
    if not isinstance(found, tuple):
        return id(found)
    # Negative, so that no identity is taken for a length.
    return tuple(-id(n) if isinstance(n := find(length), Unknown) else n for length in found)
