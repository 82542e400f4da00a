"""What is worth a warning at a point: where a function ends, where its slope jumps, values that it cannot have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from math import isfinite, isnan, nan
from typing import Any

from backcalc.calculus.constant import apply
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.sweep import Edges
from backcalc.calculus.warning_words import element_text, operand_text, operation_text, places_text
from backcalc.graph.model import StatedValue
from backcalc.graph.tape import Tape
from backcalc.language.expr import INDEX, NOWHERE, VECTOR, WITHIN
from backcalc.language.unparse import number_text
from backcalc.rules.lower import RowFunction
from backcalc.rules.row import FLAT, Bound, Primitive
from backcalc.rules.values import Numeric, is_array, is_known, quietly, shape_of
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

DIGITS_SHOWN = 10
_LOGIC = ("and", "or", "not")


class Remarks:
    """What there is to say of the nodes of a graph that was run; found out when it is asked for."""

    def __init__(self, evaluation: Evaluation, edges: Edges[Any]) -> None:
        """`edges` gives the (argument, local partial) pairs of a slot, once all are worked out."""
        self.evaluation, self.tape, self.edges = evaluation, evaluation.tape, edges
        self.found: dict[int, dict[int, Diagnostic]] = {}  # What is noticed in a node, by slot.
        self._steep: list[tuple[int, int, int, float]] = []  # Slopes that are not finite, and may be of no matter.

    @cached_property
    def warnings(self) -> list[Diagnostic]:
        """The warnings in the order of the nodes: of a given value first, then of the operations as they come."""
        found: list[Diagnostic] = []
        with quietly(self.evaluation.has_arrays):
            for node in range(len(self.tape.slot)):
                if node in self.tape.given:
                    # What its function cannot have contradicts the formula in any case: one warning is enough.
                    found += list(self._inspect_range(node)) or self._inspect_given(node)
                self._inspect_node(node)
                if noticed := self.found.get(node):
                    found += [noticed[slot] for slot in sorted(noticed)]
        return found

    def _value(self, slot: int) -> float:
        value = self.evaluation.terms[slot]
        return value if isinstance(value, float | int) else nan

    def _numbers(self, slot: int) -> list[float]:
        return [self._value(arg) for arg in self.tape.args[slot]]

    def _is_plain(self, slot: int) -> bool:
        """Whether an operation is one of numbers alone, all of them known."""
        if self.evaluation.is_known and not self.evaluation.has_arrays:  # As all are in most graphs.
            return True
        slots = (slot, *self.tape.args[slot])
        return all(is_known(self.evaluation.terms[s]) and not shape_of(self.evaluation.terms[s]) for s in slots)

    def is_given(self, slot: int) -> bool:
        """Whether a value is one that somebody wrote down, so that no operation is to blame for it."""
        node = self.tape.node_of.get(slot)
        return node is not None and self.tape.graph.nodes[node].given is not None

    def _inspect_node(self, node: int) -> None:
        """Notice where a function ends, or its slope jumps, among the operations that the node's value comes from."""
        last = self.tape.slot[node]
        if node in self.tape.partials:  # Edges take no slopes of these, so kinks do not matter.
            roots = () if last in self.evaluation.replaced else (last,)
            for root in (*roots, *(slot for _, slot in self.tape.partials[node])):
                if self.tape.rows[root] is not None:  # Most are the numbers of an edge list.
                    self._inspect(node, root, kinks=False)
        # Nearly always there is nothing to say, and then it need not be known what the value comes from.
        elif any(self._remark(slot, 1.0) for slot in range(self.tape.begin[node], last + 1)):
            self._inspect(node, last, kinks=True)

    def _inspect(self, node: int, root: int, *, kinks: bool) -> None:
        flows = self._flows(node) if kinks else {}
        for slot, (matters, asked) in self._live(node, root, flows, kinks=kinks).items():
            remark = self._remark(slot, asked)
            if remark is not None and remark[0] == Code.KINK:
                # A value of nan comes through a vector whole, a slope only to the element that is taken on.
                open_ = asked * flows.get(slot, 1.0)
                remark = self._remark(slot, open_) if matters and is_any(open_) else None
            if remark is not None:
                self._notice(node, slot, *remark)

    def _flows(self, node: int) -> dict[int, Numeric]:
        """Where the node's cotangent is there, by slot; of numbers no gate is needed, which have no edge where not."""
        if not self.evaluation.has_arrays or self.tape.begin[node] == self.tape.slot[node]:
            return {}
        from backcalc.calculus.flows import flows  # Where nothing bends it is not asked for.

        return flows(self.evaluation, self.edges, node)

    def _live(self, node: int, root: int, flows: dict[int, Numeric], *, kinks: bool) -> dict[int, tuple[bool, Numeric]]:
        """The node's operations that the value of `root` comes from.

        Each with whether a kink there is one of that value, and which of its elements count, not 0 where one does.
        """
        from heapq import heappop, heappush  # Nearly always there is nothing to say.

        found: dict[int, tuple[bool, Numeric]] = {}
        waiting: dict[int, tuple[bool, Numeric]] = {root: (kinks, 1.0)}
        # The latest first: all that uses a slot comes behind it, so what is asked of it is known once it is met.
        order = [-root]  # Negative, for a heap gives the least.
        while order:
            slot = -heappop(order)
            matters, asked = found[slot] = waiting[slot]
            for arg, part in self._deciding(slot, asked):
                is_own = self.tape.rows[arg] is not None and self.tape.node_of.get(arg, node) == node
                if is_own and is_any(part):
                    if arg not in waiting:
                        heappush(order, -arg)
                    before = waiting.get(arg, (False, 0.0))
                    passes = matters and self._passes_kinks(slot) and is_any(flows.get(slot, 1.0))
                    waiting[arg] = before[0] or passes, before[1] + part
        return found

    def _deciding(self, slot: int, asked: Numeric) -> Iterator[tuple[int, Numeric]]:
        """The arguments of an operation, but for what `if`, `and` and `or` do not look at, and which elements count."""
        row, args = self.evaluation.rows[slot], self.tape.args[slot]
        assert row is not None
        if row.symbol == WITHIN:  # Where the function ends or bends is told of the function.
            yield args[0], asked
            return
        terms = [*(self.evaluation.terms[arg] for arg in args), self.evaluation.terms[slot]]
        if row.shape != "elementwise" or not all(map(is_known, terms)):
            yield from ((arg, 1.0) for arg in args)  # As wholes, or unknown: all count.
            return
        bound = row.array if any(map(shape_of, terms)) else row.scalar
        first = terms[0]
        for k, arg in enumerate(args):
            part = asked
            if row.selects and row.partials[k] != FLAT:  # Of arrays each element may choose another argument.
                part = asked * (bound.slopes[k](*terms) != 0)
            elif k and row.symbol in ("and", "or"):
                part = asked * ((first == 0) if row.symbol == "or" else (first != 0))
            yield arg, _shared(part, shape_of(terms[-1]), shape_of(terms[k]))

    def _passes_kinks(self, slot: int) -> bool:
        """Whether a kink of an argument is one of the operation: not of `abs(x) < 1`, but of `not x < 1`."""
        row = self.evaluation.rows[slot]
        return row is None or row.symbol in _LOGIC or bool(row.pullbacks) or any(text != FLAT for text in row.partials)

    def _remark(self, slot: int, asked: Numeric) -> tuple[Code, str] | None:
        """A code and words for where an operation's function ends or its slope jumps, its arguments being in order.

        Of an array only the elements that are `asked` for count.
        """
        row = self.evaluation.rows[slot]
        if row is None or not is_known(self.evaluation.terms[slot]):
            return None
        if row.symbol == WITHIN:
            return self._remark_within(slot)
        if not self._is_plain(slot):
            return self._remark_array(slot, row, asked)
        out = self._value(slot)
        if isfinite(out) and row.exists is None and row.bends is None:  # Of + and *, say: as most operations.
            return None
        numbers = self._numbers(slot)
        exists, in_order = does_exist(row, numbers, out), all(map(isfinite, numbers))
        # Told where it begins: what is made of nan or inf further on is no news.
        is_begun = (isnan(out) and not any(map(isnan, numbers))) or (in_order and not (isfinite(out) and exists))
        if is_begun and not self.is_given(slot):
            return Code.DOMAIN, f"is {number_text(out)}" + ("" if exists else ", outside its domain")
        # A kink among constants stays where it is, whatever is differentiated by.
        is_fixed = all(self.tape.constant[arg] for arg in self.tape.args[slot])
        if row.bends is None or is_fixed or not self._bent(slot, row.scalar, numbers):
            return None
        if not self._passes_kinks(slot):
            return Code.KINK, "is at a jump; its slope is taken as 0"
        slopes = (number_text(slope(*numbers, out)) for slope in _told(row, row.slopes))
        return Code.KINK, f"is at a kink; the subgradient used is {', '.join(slopes)}"

    def _remark_within(self, slot: int) -> tuple[Code, str] | None:
        """Where f' of a file's function ends; where `grad` does, a node is its function, and that is told there."""
        is_written = self.tape.spans[slot] not in (None, NOWHERE)
        of, value = (self.evaluation.terms[each] for each in (self.tape.args[slot][0], slot))
        is_lost = is_written and not is_array(value) and isnan(value) and is_known(of) and isfinite(of)
        return (Code.DOMAIN, "is nan, outside its domain") if is_lost else None

    def _remark_array(self, slot: int, row: Primitive, asked: Numeric) -> tuple[Code, str] | None:
        """The warnings of an operation on arrays; none while something is not known."""
        out, terms = self.evaluation.terms[slot], [self.evaluation.terms[arg] for arg in self.tape.args[slot]]
        if row.symbol in (VECTOR, INDEX, "concat") or not all(map(is_known, (out, *terms))):
            return None
        from backcalc.rules.ndarray import chosen, is_finite, is_nan, not_finite, true_places

        # What other elements are made of does not matter where each is made of its own.
        is_each = row.shape == "elementwise"
        of = [chosen(term, asked, shape_of(out)) if is_each else term for term in terms]
        is_begun = not is_finite(chosen(out, asked, shape_of(out))) and all(map(is_finite, of))
        if is_begun and not self.is_given(slot):
            if not shape_of(out):
                return Code.DOMAIN, f"is {number_text(float(out))}"
            if row.symbol == "inv" and is_nan(out):
                return Code.DOMAIN, "is nan: the matrix is singular, and has no inverse"
            return Code.DOMAIN, f"is not finite{places_text(true_places(not_finite(out) * asked))}"
        if row.array.bends is None or all(self.tape.constant[arg] for arg in self.tape.args[slot]):
            return None
        found = self._bent(slot, row.array, [*terms, out] if row.array.extra else terms)
        if not is_each:
            # As its pullback says: of a maximum equals share the slope, a norm of 0 has none.
            share = any("==" in text for text in row.pullbacks)
            what = "equal elements share the slope evenly" if share else "the subgradient used is 0"
            return (Code.KINK, f"is at a kink; {what}") if is_any(found) else None
        # Elsewhere nobody looks at the element, so its kink is none of the value.
        at = true_places(found * asked)
        if not at:
            return None
        if not self._passes_kinks(slot):
            return Code.KINK, f"is at a jump{places_text(at)}; its slope is taken as 0"
        slopes = _told(row, row.array.slopes)
        first = [float(chosen(slope(*terms, out), found * asked, shape_of(out))[0]) for slope in slopes]
        return Code.KINK, f"is at a kink{places_text(at)}; the subgradient used is {', '.join(map(number_text, first))}"

    def _bent(self, slot: int, bound: Bound, operands: Sequence[Any]) -> Any:  # noqa: ARG002  Exact numbers ask for it.
        """Whether an operation of a row that has kinks is at one, by element."""
        assert bound.bends is not None
        return bound.bends(*operands)

    def _inspect_range(self, node: int) -> Iterator[Diagnostic]:
        """A warning of each element of a given value that its function does not have."""
        slot, given = self.tape.slot[node], self.tape.graph.nodes[node].given
        row, value = self.evaluation.rows[slot], self.evaluation.terms[slot]
        if row is None or given is None or not is_known(value) or row.array.in_range is None:
            return
        from backcalc.rules.ndarray import false_places

        # Each by itself, for it is a number that somebody wrote down, with a digit to be looked at.
        for index in false_places(row.array.in_range(value)):
            place = element_text(self.tape.graph.nodes[node].name, index)
            what = number_text(float(value[index] if is_array(value) else value))
            message = f"`{place}` is given as {what}, which is not in the range of `{row.label}`"
            yield Diagnostic(Code.RANGE, message, given.span)

    def _inspect_given(self, node: int) -> Iterator[Diagnostic]:
        """A warning of a given value that its formula contradicts, beyond what the digits written leave open.

        What it follows from may be given too, and rounded; so it may also agree with what comes out without these.
        """
        slot, given = self.tape.slot[node], self.tape.graph.nodes[node].given
        row, source = self.evaluation.rows[slot], self.tape.graph.source
        if given is None or row is None:
            return
        args = [self.evaluation.terms[arg] for arg in self.tape.args[slot]]
        if not all(map(is_known, args)):
            return
        from backcalc.calculus.digits import ROUNDED, wrong_places  # It loads `decimal`.

        value: Any = apply(row, args, self.tape.indices.get(slot, ()))
        index = next(wrong_places(given.value, value, source, ROUNDED), None)
        if index is None or self._agrees_exactly(slot, given):
            return
        found, expected = (x[index] if index else x for x in (self.evaluation.terms[slot], value))
        if shape_of(expected) or not isfinite(expected):  # A formula that has no value contradicts nothing.
            return
        # In words 0.1 + 0.2 is 0.3.
        name, gives = element_text(self.tape.graph.nodes[node].name, index), float(f"{expected:.{DIGITS_SHOWN}g}")
        message = f"`{name}` is given as {number_text(float(found))}, its formula gives {number_text(gives)}"
        yield Diagnostic(Code.CONTRADICTION, message, given.span)

    def _agrees_exactly(self, slot: int, given: StatedValue) -> bool:
        from backcalc.calculus.digits import ROUNDED, is_right

        value = self._exact.terms[slot]
        return is_known(value) and is_right(given.value, value, self.tape.graph.source, ROUNDED)

    @cached_property
    def _exact(self) -> Evaluation:
        """The values where no formula gives way to a given value."""
        graph, terms = self.tape.graph, self.evaluation.terms
        inputs = {graph.nodes[i].name: terms[slot] for i, slot in enumerate(self.tape.slot) if self._is_leaf(slot)}
        # Its slots are those of this tape, on which nothing that is given has a bearing.
        return Evaluation(Tape(graph._replace(nodes=tuple(node._replace(given=None) for node in graph.nodes))), inputs)

    def _is_leaf(self, slot: int) -> bool:
        """Whether the value of a node is known and of no formula."""
        return self.tape.rows[slot] is None and is_known(self.evaluation.terms[slot])

    def notice_slope(self, node: int, slot: int, place: int, partial: float) -> None:
        """Warn of a slope that is not finite where all else is: of sqrt at 0, or of a negative number's power."""
        if isfinite(partial):
            return
        if self.evaluation.has_arrays:
            self._steep.append((node, slot, place, partial))  # What is behind a vector is known once all edges are.
        else:
            self._notice_slope(node, slot, place, partial)

    def settle(self) -> None:
        """Warn of the slopes noticed that something flows through, now that all edges are there."""
        flows = {node: self._flows(node) for node in {node for node, *_ in self._steep}}
        for node, slot, place, partial in self._steep:
            if is_any(flows[node].get(slot, 1.0)):
                self._notice_slope(node, slot, place, partial)

    def _notice_slope(self, node: int, slot: int, place: int, partial: float) -> None:
        numbers = self._numbers(slot)
        row, out = self.evaluation.rows[slot], self._value(slot)
        if not all(map(isfinite, (out, *numbers))) or not (row and does_exist(row, numbers, out)):
            return
        tail = self.tape.node_of.get(self.tape.args[slot][place])
        # Nobody asks for the slope by the n of x^n.
        if tail is None or self.tape.graph.nodes[tail].kind != "constant":
            which = f" by its {('first', 'second', 'third')[place]} argument" if len(numbers) > 1 else ""
            self._notice(node, slot, Code.SLOPE, f"has the slope {number_text(partial)}{which}")

    def _notice(self, node: int, slot: int, code: Code, what: str) -> None:
        row = self.evaluation.rows[slot]
        assert row is not None
        name = shorten(self.tape.graph.nodes[node].name)
        operands = [operand_text(self.evaluation.terms[arg]) for arg in self.tape.args[slot]]
        span = self.tape.spans[slot]
        is_within = row.symbol == WITHIN and span is not None
        text = self.tape.graph.source.text[slice(*span)] if is_within and span else operation_text(row, operands)
        message = f"in `{name}`, {text} {what}"
        # The first word stays: of an infinite slope it need not be said that it is a kink, too.
        self.found.setdefault(node, {}).setdefault(slot, Diagnostic(code, message, span))


def does_exist(row: Primitive, numbers: list[float], out: float) -> bool:
    """Whether the function, and so a slope, exists at `numbers`."""
    return not isnan(out) and (row.exists is None or bool(row.exists(*numbers)))


def _shared(part: Numeric, shape: tuple[int, ...], of: tuple[int, ...]) -> Any:
    """Which elements of an argument of the shape `of` count where `part` tells that of a value of this shape."""
    if of == shape:
        return part
    if not of:
        return float(is_any(part))
    from backcalc.rules.ndarray import spread, summed

    return summed(spread(part, shape), of)


def _told(row: Primitive, slopes: Sequence[RowFunction]) -> list[RowFunction]:
    """The slopes that a warning of a kink tells: none by a constant."""
    return [slope for slope, text in zip(slopes, row.partials, strict=True) if text != FLAT]


def is_any(found: Numeric) -> bool:
    """Whether a condition holds somewhere."""
    return bool(found.any()) if is_array(found) else bool(found)
