"""Where a function has a value: what a derivative of it carries along, for a formula may have values elsewhere, too.

The derivative of log(x) is 1/x only where x > 0, and that of sqrt(x)^2 is 1 from 0 on.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from backcalc.calculus.evaluate import Evaluation
from backcalc.language.expr import IF, WITHIN, Call, Expr, Name, Number, fold, with_args
from backcalc.rules.lower import expression
from backcalc.rules.ranges import ANY, Range, is_sure, number, range_of
from backcalc.rules.row import Primitive
from backcalc.rules.values import literal

MOST_CONDITIONS = 16
"""Of more, whether the value itself is a number tells as much for less."""

_Gate = Expr | None
"""Under which condition a value is looked at at all; None for always."""


def existence(evaluation: Evaluation, name: str) -> Expr | None:
    """The condition under which a node has a value, of a vector element by element; None where it always has one.

    `evaluation` is one in formulas. Of operations on arrays it asks whether what has come of them is a number.
    """
    tape = evaluation.tape
    last = tape.slot[tape.graph.index[name]]
    ends = dict.fromkeys(_ends(evaluation, last))
    if not ends:
        return None
    value = Name(name)
    is_number = Call("==", (value, value))  # Of nan alone it does not hold.
    # Of an element no condition is its own.
    if evaluation.shapes[last] or len(ends) > MOST_CONDITIONS:
        return is_number
    found = dict.fromkeys(is_number if end is None else _behind(gate, end) for gate, end in ends)
    whole = reduce(lambda one, other: Call("and", (one, other)), found)
    # What has no shape in the file may be a vector at a point: then all of its elements count.
    return Call("prod", (whole,)) if tape.has_arrays else whole


def _behind(gate: _Gate, end: Expr) -> Expr:
    """A condition that counts only where its gate is open."""
    return end if gate is None else Call("or", (Call("not", (gate,)), end))


def _ends(evaluation: Evaluation, last: int) -> Iterator[tuple[_Gate, Expr | None]]:
    """For each operation with a domain, its gate and the condition of being in it; None in place of one of arrays."""
    tape = evaluation.tape
    ranges = _ranges(evaluation, last)
    given = {tape.slot[node] for node in tape.given}
    gates: dict[int, _Gate] = {last: None}
    for slot in range(last, -1, -1):  # What reads a value stands behind it.
        row = evaluation.rows[slot]
        if slot not in gates or row is None or slot in given:
            continue
        args = tape.args[slot]
        if row.domain and not _is_whole_power(evaluation, slot, row):
            known = dict(zip(row.params, (ranges[arg] for arg in args), strict=True))
            if not is_sure(expression(row.domain), known):
                is_number = not any(evaluation.shapes[each] for each in (slot, *args))
                yield gates[slot], _domain(evaluation, slot, row) if is_number else None
        elif row.symbol == WITHIN:
            yield gates[slot], _term(evaluation, args[1])
        for k, arg in enumerate(args):
            _open(gates, arg, _gate(evaluation, slot, row, k, gates[slot]))


def _gate(evaluation: Evaluation, slot: int, row: Primitive, k: int, gate: _Gate) -> _Gate:
    """The gate of the k-th argument of an operation behind `gate`: that of a choice which is taken."""
    condition = evaluation.tape.args[slot][0]
    # Of arrays each element has its own, and their value tells.
    if row.symbol not in ("where", IF) or k == 0 or evaluation.shapes[condition]:
        return gate
    chosen = _term(evaluation, condition)
    chosen = chosen if k == 1 else Call("not", (chosen,))
    return chosen if gate is None else Call("and", (gate, chosen))


def _open(gates: dict[int, _Gate], slot: int, gate: _Gate) -> None:
    """Let a slot be looked at where this gate is open, too."""
    if slot not in gates:
        gates[slot] = gate
    elif (before := gates[slot]) is not None and before is not gate:
        gates[slot] = None if gate is None else Call("or", (before, gate))


def _ranges(evaluation: Evaluation, last: int) -> list[Range]:
    """The ranges of all slots up to the last one."""
    tape, found = evaluation.tape, list[Range]()
    for slot in range(last + 1):
        row, value, args = evaluation.rows[slot], tape.literals[slot], tape.args[slot]
        if row is None:
            found.append(ANY if value is None else number(value))
        else:
            found.append(range_of(row, [found[arg] for arg in args], is_square=len({*args}) < len(args)))
    return found


def _is_whole_power(evaluation: Evaluation, slot: int, row: Primitive) -> bool:
    """Whether an operation is a power that all numbers have."""
    exponent = evaluation.tape.literals[evaluation.tape.args[slot][1]] if row.symbol == "^" else None
    return exponent is not None and exponent >= 0 and exponent.is_integer()  # Which infinity is not.


def _domain(evaluation: Evaluation, slot: int, row: Primitive) -> Expr:
    """The condition that the arguments of an operation are in its domain, in the names of nodes."""
    terms = {name: _term(evaluation, arg) for name, arg in zip(row.params, evaluation.tape.args[slot], strict=True)}

    def _leaf(part: Number | Name) -> Expr:
        return terms.get(part.id, part) if isinstance(part, Name) else part

    # As it stands: what is simplified may again be there where its parts are not.
    return fold(expression(row.domain), _leaf, with_args)


def _term(evaluation: Evaluation, slot: int) -> Expr:
    return literal(evaluation.terms[slot])
