"""The forward pass and the reverse sweep on exact numbers: fractions, quotients of polynomials in the inputs, balls.

The `system` is a module of `rules.functions` with `number`, `decimal` and `array` beside the base functions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from functools import partial as partial_
from types import ModuleType
from typing import Any

import numpy as np

from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.sweep import reverse
from backcalc.language.expr import INDEX, VECTOR, Call, Expr, Name, Number, fold, is_operation
from backcalc.rules.functions import exact
from backcalc.rules.functions.objects import Lost
from backcalc.rules.indices import Place, places
from backcalc.rules.ndarray import added, summed
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.rules.row import Bound, Primitive


def exact_values(evaluation: Evaluation, point: Mapping[str, Any], system: ModuleType = exact) -> list[Any]:
    """For each slot its exact value where the inputs have those in `point`, Lost where there is none.

    `evaluation` has the shapes, and what the file states. What is not known is Lost too.
    """
    tape, index = evaluation.tape, evaluation.tape.graph.index
    stated = {tape.slot[index[name]]: value for name, value in point.items()}
    given = {tape.slot[node]: known for node, known in tape.given.items()}
    found: list[Any] = []
    bounded = _bounded(system)
    for slot, row in enumerate(evaluation.rows):
        literal = tape.literals[slot]
        # As in a run of floats: what `--at` says wins over the file.
        if slot in stated:
            found.append(stated[slot])
        elif slot in given:
            found.append(exact_constant(given[slot].value, system))
        elif literal is not None:
            found.append(_stated(tape.spelling[slot], system))
        elif row is None:
            found.append(Lost("what is not known"))
        else:
            args = [found[arg] for arg in tape.args[slot]]
            found.append(bounded(_applied(row, args, tape.indices.get(slot, ()), system)))
    return found


def _stated(leaf: Number | Name | Expr, system: ModuleType) -> Any:
    """A number as it is written, which may have more digits than a float; a constant by its name."""
    if isinstance(leaf, Number):
        return system.decimal(leaf.text or repr(leaf.value))
    assert isinstance(leaf, Name)
    return system.number(CONSTANTS[leaf.id])


def _applied(row: Primitive, args: list[Any], indices: tuple[Place, ...], system: ModuleType) -> Any:
    # A row that is lost as a whole has no elements to stand beside those of others.
    if row.symbol == VECTOR and len(set(map(np.ndim, args))) <= 1:
        return system.array(args)
    # A branch that is not taken may be anything, and so may what the first of an `and` or `or` settles.
    lost = [arg for arg in args if isinstance(arg, Lost)]
    if lost and row.symbol != "where" and (row.symbol not in ("and", "or") or args[0] is lost[0]):
        return lost[0]
    if row.symbol == "concat":
        return np.concatenate([arg if np.ndim(arg) else system.array([arg]) for arg in args])
    if row.symbol == INDEX:
        return args[0][indices]
    try:
        return _bound(row, system).evaluate(*args)
    except (AttributeError, KeyError):  # A function of the table that the system does not have.
        return Lost(f"`{row.label}`")


def exact_holes(evaluation: Evaluation, values: Sequence[Any]) -> set[int]:
    """The slots of operations on numbers that have no value where these are the exact values of their arguments."""
    found = set()
    for slot, row in enumerate(evaluation.rows):
        args = [values[arg] for arg in evaluation.tape.args[slot]]
        if row is not None and all(isinstance(arg, Fraction) for arg in args) and _is_hole(row, args):
            found.add(slot)
    return found


def _is_hole(row: Primitive, args: Sequence[Fraction]) -> bool:
    """Whether it is certain that a function has no value, or an infinite one."""
    for column, name, is_gone in ((row.domain, "exists", False), (row.poles, "is_infinite", True)):
        # Looked up inside, where it is caught: the system may lack what the text calls.
        found = _tried(partial_(getattr, _bound(row, exact), name), *args) if column else Lost("no condition")
        if not isinstance(found, Lost) and bool(found) == is_gone:
            return True
    return False


def exact_adjoints(
    evaluation: Evaluation,
    values: Sequence[Any],
    seeds: Mapping[int, Any],
    first: int = 0,
    system: ModuleType = exact,
) -> dict[int, Any]:
    """The exact adjoint of every slot that the seeds reach, down to slot `first`, where these are the exact values."""
    # No seed reaches a slot behind the last of them.
    last = max(seeds, default=-1)
    sweep, bounded = _Sweep(evaluation, values, system), _bounded(system)
    return reverse(
        range(last, first - 1, -1),
        sweep.edges,
        dict(seeds),
        multiply=lambda pullback, ct: bounded(pullback(ct)),
        accumulate=lambda total, contribution: bounded(total + contribution),
    )


def _bounded(system: ModuleType) -> Callable[[Any], Any]:
    """What keeps the numbers of a system, or the elements of an array, from growing without end."""
    # Balls have as many digits as they are worked with.
    found: Callable[[Any], Any] = getattr(system, "bounded", lambda number: number)
    return found


def exact_kinks(evaluation: Evaluation, values: Sequence[Any], slot: int, system: ModuleType = exact) -> Any:
    """Whether the operation of a slot is at a kink where these are the exact values, 0 or 1 by element.

    None where the system does not tell: then its slope has no value there, or that of one side.
    """
    row = evaluation.rows[slot]
    assert row is not None
    bound = _bound(row, system)
    operands = [values[arg] for arg in evaluation.tape.args[slot]]
    if bound.extra:
        operands.append(values[slot])
    # Looked up inside, where it is caught: the system may lack what the text of the kinks calls.
    found = _tried(lambda: bound.bends or (lambda *_: system.number(0.0)), *operands)
    if not np.ndim(found):
        return None if isinstance(found, Lost) else float(found != 0)
    # An element that is lost tells of no kink; those beside it may.
    flags = [0.0 if isinstance(item, Lost) else float(item != 0) for item in found.ravel()]
    return np.array(flags).reshape(found.shape)


class _Sweep:
    """What each slot hands to its arguments, of exact values."""

    def __init__(self, evaluation: Evaluation, values: Sequence[Any], system: ModuleType) -> None:
        self.system = system
        self.tape, self.rows, self.shapes, self.values = evaluation.tape, evaluation.rows, evaluation.shapes, values
        self.replaced = evaluation.replaced

    def edges(self, head: int) -> Iterator[tuple[int, Callable[[Any], Any]]]:
        """The arguments of a slot, each with what it gets of a cotangent."""
        for node, partial in self.tape.incoming.get(head, ()):
            yield self.tape.slot[node], partial_(self._along, self.values[partial], np.ndim(self.values[head]))
        row = self.rows[head]
        if row is None:
            return
        for k, arg in enumerate(self.tape.args[head]):
            if self.tape.constant[arg]:  # Nobody differentiates by it.
                continue
            slope = self._slope(head, row, k) if row.partials else None
            # What no branch that is taken leads to gets nothing, whatever lies behind it.
            if not (row.selects and slope is not None and _is_zero(slope)):
                yield arg, partial_(self._pulled, head, row, k, slope)

    def _slope(self, head: int, row: Primitive, k: int) -> Any:
        if self._is_outside(head, row):
            return Lost(f"`{row.label}` outside its domain")
        operands = [*(self.values[arg] for arg in self.tape.args[head]), self.values[head]]
        # A form may be 0/0, or call what the system lacks, where another has a value.
        columns = [row.stable, row.partials, row.derived]
        if head in self.replaced:  # Of a given value it does not matter what its formula would have given.
            columns = [row.from_output or row.partials]
        texts = dict.fromkeys(column[k] for column in columns if column)
        for text in texts:
            found = _tried(partial_(_bound(row, self.system).form, text), *operands)
            if not _is_lost(found):
                break
        return found

    def _is_outside(self, head: int, row: Primitive) -> bool:
        """Whether it is certain that an operation has no value there; the text of a slope may have one all the same."""
        exists = _bound(row, self.system).exists
        found = exists and _tried(lambda: exists, *(self.values[arg] for arg in self.tape.args[head]))
        return found is not None and _is_zero(found)

    def _along(self, partial: Any, rank: int, ct: Any) -> Any:
        """What an annotated edge carries back: a matrix is head × tail."""
        if not np.ndim(partial) or not rank:
            return partial * ct
        return np.tensordot(ct, partial, rank)  # Over all axes of the head: the Jacobian is head × tail.

    def _pulled(self, head: int, row: Primitive, k: int, slope: Any, ct: Any) -> Any:
        args = [self.values[arg] for arg in self.tape.args[head]]
        shape = tuple(n or 0 for n in self.shapes[self.tape.args[head][k]])  # An irrational array has none of its own.
        if row.symbol == INDEX:
            found = self.system.array(np.zeros(shape).tolist())
            return added(found, self.tape.indices[head], ct)
        if row.symbol == VECTOR:
            return ct[k]
        if row.symbol == "concat":
            begin = sum(len(arg) if np.ndim(arg) else 1 for arg in args[:k])
            return ct[begin : begin + shape[0]] if shape else ct[begin]
        if slope is not None:
            found = ct * slope
            # What all elements, or all rows, had in common gets the sum over these.
            whole = tuple(n or 0 for n in self.shapes[head])
            return found if shape == whole else summed(_filled(found, whole), shape)
        operands = (*args, self.values[head], ct, self.system.number(row.extent(np.shape(args[0]))))
        lost = next((each for each in operands if isinstance(each, Lost)), None)
        if lost is not None:
            return _filled(lost, shape) if shape else lost
        # Of prod the first is 0/0 where an element is 0, the second is not, nor does it speak of a value that is given.
        columns = (row.stable, row.pullbacks) if head in self.replaced else (row.pullbacks, row.stable)
        texts = dict.fromkeys(column[k] for column in columns if column)
        for text in texts:
            found = _tried(partial_(_bound(row, self.system).pullback_form, text), *operands)
            if not _is_lost(found):
                break
        return found if np.shape(found) == shape else _filled(found, shape)


def _filled(value: Any, shape: tuple[int, ...]) -> Any:
    """A number in every place of a shape: the cotangent of a sum. What is lost in a part is lost in all."""
    if np.shape(value) == shape and shape:
        return value
    if np.ndim(value):
        value = next((each for each in value.ravel() if isinstance(each, Lost)), value)
    found = np.empty(shape, object)
    found[...] = value
    return found


def _tried(lowered: Callable[[], Callable[..., Any]], *operands: Any) -> Any:
    # Of several operands one may be lost and never looked at, as in a branch; a single one is always needed.
    lost = next((each for each in operands if isinstance(each, Lost)), None)
    if lost is not None and len(operands) == 1:
        return lost
    try:
        return lowered()(*operands)
    except (AttributeError, KeyError, TypeError):  # A function that the system does not have.
        return lost or Lost("a slope")


def _is_lost(value: Any) -> bool:
    return any(isinstance(each, Lost) for each in (value.ravel() if isinstance(value, np.ndarray) else [value]))


def _is_zero(value: Any) -> bool:
    parts = value.ravel() if isinstance(value, np.ndarray) else [value]
    return all(not isinstance(part, Lost) and part == 0 for part in parts)


def exact_constant(expr: Expr, system: ModuleType = exact) -> Any:
    """The exact value of an expression without nodes: 1/3 is one third; Lost where it has none."""

    def _leaf(part: Number | Name) -> Any:
        return _stated(part, system)

    def _call(part: Call, args: tuple[Any, ...]) -> Any:
        if not is_operation(part):
            return None
        operands = list(args[:1] if part.fn == INDEX else args)
        row = lookup(part.fn, len(args), part.options)
        assert row is not None  # It has been read as a constant before.
        indices = places(part.args[1:]) if part.fn == INDEX else ()
        return _applied(row.serving(tuple(map(np.ndim, operands))), operands, indices, system)

    return fold(expr, _leaf, _call)


# The texts of a row are compiled at their first use, for every slot that it serves.
@cache
def _bound(row: Primitive, system: ModuleType) -> Bound:
    return Bound(row, system)
