"""The form of a formula that is shortest to read: as it is, as `quotients` finds it, or in terms of a node's value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from typing import TYPE_CHECKING, Any

from backcalc.language.expr import (
    NEGATE,
    TRANSPOSE,
    VECTOR,
    Call,
    Expr,
    Folded,
    Name,
    Number,
    fold,
)
from backcalc.rules.factor_order import FactorOrder
from backcalc.rules.placeholders import PLACE, Numbering
from backcalc.rules.simplify import remade

if TYPE_CHECKING:
    from backcalc.rules.naming import NamingReader
    from backcalc.rules.summands import Sum

READ = ("+", "-", "*", "/", "^", NEGATE, "sqrt")
"""The operations that a formula is read through; any other is a factor as it stands."""

LINEAR = ("@", "sum", "mean", "dot", "outer", "transpose", TRANSPOSE, "diag", VECTOR)
"""What a derivative stands in as often as before it: what is inside is made shorter too."""


MOST_LEVELS = 3  # Of LINEAR operations in each other.
LONGEST = 60  # What nobody reads to its end need not be short, and to look for other forms of it takes long.
LONGEST_SLOPE = 24  # Of a formula in which a node is written out.
WEIGHTS = {"*": 0, "^": 0, NEGATE: 0, "+": 2, "-": 2}
"""What an operation adds to the length of a formula, where that is not 1: products are read as one, sums as two."""


EqualForms = tuple[Expr, ...]


class NamedFormula:
    """A node that a formula may be put in terms of: its name, and what it is."""

    def __init__(self, name: Name, formula: Expr) -> None:
        self.name, self.parts = name, _Parts(formula)

    @cached_property
    def marks(self) -> set[Expr]:
        """What a formula must have some of to be put in terms of the node; nothing where the node is no product."""
        formula = self.parts.expr
        is_product = isinstance(formula, Call) and formula.fn in ("*", "/", NEGATE, "sqrt")
        return self.parts.marks if is_product else set()

    @cached_property
    def _is_root(self) -> bool:
        formula = self.parts.expr
        return isinstance(formula, Call) and formula.fn == "sqrt"

    @cached_property
    def order(self) -> FactorOrder:
        """The order of the factors of what the node is."""
        return FactorOrder(self.parts.expr, self.name)

    def concerns(self, parts: _Parts) -> bool:
        """Whether a formula may be shorter in terms of the node, or of what it is."""
        # Through a root its square may cancel: M/(2*v*r) where v is sqrt(G*M/r).
        may_be_named = self.name.id in parts.names and (parts.is_sum or self._is_root)
        return may_be_named or not self.marks.isdisjoint(parts.marks)


@dataclass(frozen=True)
class Setting:
    """What is known of the nodes of a formula.

    definitions  nodes of which it may speak by name
    shape        the shape of a formula; None where all are numbers
    constants    the values of those that are known
    found        the shorter forms of formulas so far, their names numbered: those of a layer are those of the next
    """

    definitions: Sequence[NamedFormula] = ()
    shape: Callable[[Expr], Any] | None = None
    constants: Mapping[str, float] = field(default_factory=dict)
    found: dict[object, EqualForms] = field(default_factory=dict)


def shortest(expr: Expr, setting: Setting, levels: int = MOST_LEVELS) -> Expr:
    """The shortest form of a simple formula; the formula itself where no other is shorter, or it is LONGEST."""
    if length(expr) >= LONGEST:
        return expr
    parts = _Parts(expr)
    inside = {id(call): _inside(call, setting, levels) for call in parts.closed}
    # Anew only where something has changed: what nobody can shorten keeps its identity.
    if any(inside[id(call)] is not call for call in parts.closed):
        expr = _exchanged(expr, inside)
        parts = _Parts(expr)
    definitions = [each for each in setting.definitions if each.concerns(parts)]
    if not parts.is_promising and not definitions:
        return expr
    places = Numbering(setting.constants)
    numbered = places.put_in(parts.expr, parts.closed)
    pairs = tuple((places.name(each.name), places.put_in(each.parts.expr, each.parts.closed)) for each in definitions)
    # Numbered, a neuron's slope is looked up a thousand times, and worked out once.
    key = numbered, pairs
    if key not in setting.found:
        setting.found[key] = _shorter(numbered, [NamedFormula(*pair) for pair in pairs])
    forms = map(places.taken_out, setting.found[key])
    # Names are back in place before the shape is asked for.
    return next((form for form in forms if _has_shape(form, expr, setting)), expr)


def _shorter(expr: Expr, definitions: Sequence[NamedFormula]) -> EqualForms:
    """The forms that are shorter than a formula, the shortest first."""
    parts = _Parts(expr)
    least = length(expr)
    forms = _forms(parts, definitions)
    # What a node is says more than its name only in a formula that is about that node: the slope of a quotient.
    if parts.is_sum and least <= LONGEST_SLOPE:
        forms = chain(forms, _without(parts, definitions))
    by_length = [(length(form), form) for form in forms]
    return tuple(form for count, form in sorted(by_length, key=lambda pair: pair[0]) if count < least)


def length(expr: Expr) -> int:
    """How long a formula is to read, up to LONGEST; an array written out counts as one name."""
    count, stack = 0, [expr]
    # Shared parts count as often as they are written, so the count must end early: there may be 2^1000.
    while stack and count < LONGEST:
        part = stack.pop()
        is_operation = isinstance(part, Call) and part.fn not in (VECTOR, PLACE)
        # A function that a number stands for has an argument, too: y*(1 - y/3) is shorter than what has exp(-x) twice.
        is_function = isinstance(part, Call) and part.fn == PLACE
        count += WEIGHTS.get(part.fn, 1) if is_operation else 1 + is_function  # type: ignore[union-attr]
        if is_operation:
            stack += part.args  # type: ignore[union-attr]
    return count


def _inside(call: Call, setting: Setting, levels: int) -> Expr:
    """A call with shorter arguments, where it is one that derivatives are put into."""
    if call.fn not in LINEAR or not levels or all(isinstance(arg, Name | Number) for arg in call.args):
        return call
    # Without definitions: inside, no node's name would be looked for.
    inner = Setting((), setting.shape, setting.constants, setting.found)
    args = tuple(shortest(arg, inner, levels - 1) for arg in call.args)
    same = all(new is old for new, old in zip(args, call.args, strict=True))
    return call if same else remade(call, args)


def _exchanged(expr: Expr, others: dict[int, Expr]) -> Expr:
    """A formula with others in place of parts, by their identity."""

    def _call(part: Call, args: tuple[Expr, ...]) -> Expr:
        same = all(new is old for new, old in zip(args, part.args, strict=True))
        return part if same else remade(part, args)

    done: Folded[Expr] = Folded()  # Marked as done, so that the fold does not go into what is exchanged.
    done.update(others)
    return fold(expr, lambda leaf: leaf, _call, done)


class _Parts:
    """A formula down to what is read as a factor: `opened` are the operations read, `closed` the calls that are not."""

    def __init__(self, expr: Expr) -> None:
        self.expr = expr
        self.opened: list[Call] = []
        self.closed: list[Call] = []
        self.names: dict[str, Name] = {}
        self.decimal = False
        waiting, seen = [expr], set()
        while waiting:
            part = waiting.pop()
            if id(part) in seen:  # By identity: shared parts are met once, however often they stand there.
                continue
            seen.add(id(part))
            if isinstance(part, Name):
                self.names.setdefault(part.id, part)
            elif isinstance(part, Number):
                self.decimal |= not part.value.is_integer()
            elif part.fn in READ:
                self.opened.append(part)
                waiting.extend(part.args)
            else:
                self.closed.append(part)

    @property
    def is_sum(self) -> bool:
        """Whether it is a sum of terms."""
        return isinstance(self.expr, Call) and self.expr.fn in ("+", "-")

    @property
    def is_promising(self) -> bool:
        """Whether another form may be shorter: there is a quotient, or a sum of products of sums."""
        fns = [part.fn for part in self.opened]
        # x*(a + b) + x*(c + d) is one, x + y is none.
        return self.has_quotients or (self.is_sum and "*" in fns and fns.count("+") + fns.count("-") > 1)

    @property
    def has_quotients(self) -> bool:
        """Whether something may cancel: there is a quotient or a root."""
        return any(part.fn in ("/", "sqrt") for part in self.opened)

    @cached_property
    def marks(self) -> set[Expr]:
        """What is told from others at a glance: functions, sums, and what is under a root or to a power like alpha."""
        found: set[Expr] = set(self.closed)
        for part in self.opened:
            if part.fn in ("+", "-") and part is not self.expr:
                found.add(part)
            elif part.fn == "sqrt" or (part.fn == "^" and not isinstance(part.args[1], Number)):
                found.add(part.args[0])
        return found


def _forms(parts: _Parts, definitions: Iterable[NamedFormula]) -> Iterator[Expr]:
    """Forms that are equal to a formula."""
    # Most formulas have no quotients.
    from backcalc.rules.naming import NamingReader
    from backcalc.rules.quotients import ExpansionTooLongError

    reader = NamingReader(decimal=parts.decimal)
    try:
        total = reader.read(parts.expr, parts.closed)
        if reader.has_met:
            yield reader.written(total)  # Else it would only be the same again.
        yield from _named(reader, total, definitions)
        opened = reader.opened(total)
        if opened is not total:
            yield reader.written(opened)
        multiplied = reader.multiplied(opened)
        if multiplied is None and opened is not total:
            multiplied = opened
        if multiplied is not None:
            yield from (
                form
                for form in (reader.written(multiplied), *_named(reader, multiplied, definitions))
                if _pays(form, parts)
            )
    except ExpansionTooLongError:
        pass


def _pays(form: Expr, parts: _Parts) -> bool:
    """Whether to multiply out is worth it: of a formula without quotients, whose factors say more, only for much."""
    return parts.has_quotients or 2 * length(form) <= length(parts.expr)


def _named(reader: NamingReader, total: Sum, definitions: Iterable[NamedFormula]) -> Iterator[Expr]:
    """A sum in terms of nodes."""
    for definition in definitions:
        if definition.marks:
            product = reader.read(definition.parts.expr, definition.parts.closed)
            yield from map(reader.written, reader.in_terms_of(total, definition.name, product))


def _without(parts: _Parts, definitions: Iterable[NamedFormula]) -> Iterator[Expr]:
    """Forms of a formula with what a node is in place of its name."""
    for definition in definitions:
        if definition.name.id in parts.names:
            yield from _forms(_Parts(_written_out(parts.expr, definition)), ())


def _written_out(expr: Expr, definition: NamedFormula) -> Expr:
    def _leaf(part: Number | Name) -> Expr:
        return definition.parts.expr if part == definition.name else part

    return fold(expr, _leaf, remade)


def _has_shape(form: Expr, expr: Expr, setting: Setting) -> bool:
    """Whether a form has the shape of the formula; a number stands for all elements of an array."""
    if setting.shape is None or isinstance(form, Number):
        return True
    # An array that became a number by cancelling stands for all elements.
    return bool(setting.shape(form) == setting.shape(expr))
