"""A row of the table of primitives, and the same row bound to a namespace, where its texts are functions."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

import math
from collections.abc import Sequence
from functools import cached_property, lru_cache
from types import ModuleType
from typing import Any, NamedTuple

from backcalc.language.expr import Expr, Options, label
from backcalc.rules.functions import floats
from backcalc.rules.gates import LocalEdge
from backcalc.rules.lower import RowFunction, decided, expression, lower, names_in
from backcalc.rules.shapes import ALONG, APART, LEAVING, ROWS

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "π": math.pi, "∞": math.inf}


class RowTable(dict[str, "tuple[Primitive, ...]"]):
    """The rows by their symbols; those of one symbol differ in how many arguments they take, or in the ranks of these.

    `chosen` has those of functions with options, by both. They are made of the others at their first use, so what
    goes through the table meets the functions of the language alone.
    """

    def __init__(self) -> None:
        super().__init__()
        self.chosen: dict[tuple[str, Options], tuple[Primitive, ...]] = {}

    def rows(self, symbol: str, options: Options) -> "tuple[Primitive, ...]":
        """The rows of a function with these options. Raises KeyError where there are none."""
        return self.chosen[symbol, options] if options else self[symbol]


AXIS, KEEPDIMS = "axis", "keepdims"
"""Options of what goes along an axis of a matrix."""

KEPT = "kept"
"""What only the table's texts call: a value along an axis with this axis again, so that it goes with the elements."""

FLAT = "0"
"""The partial of what is constant between its jumps."""


class TableRow(NamedTuple):
    """The columns of the table, which are told in `primitives`.

    `table` has the functions that its texts call; `chosen` are the options of a row that `options` has made.
    """

    symbol: str
    params: tuple[str, ...]
    value: str
    table: RowTable
    partials: tuple[str, ...] = ()
    stable: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    from_output: tuple[str, ...] = ()
    pullbacks: tuple[str, ...] = ()
    domain: str = ""
    poles: str = ""
    kinks: str = ""
    range: str = ""
    latex: str = ""
    shape: str = "elementwise"
    selects: str = ""
    ranks: tuple[tuple[int, ...], ...] = ()
    below: str = ""
    jacobian: str = ""
    options: tuple[tuple[str, int | None], ...] = ()
    chosen: Options = ()
    homogeneous: bool = False


class Primitive(TableRow):
    """One row of the table; each is one of its own, whatever it says."""

    __eq__, __ne__, __hash__ = object.__eq__, object.__ne__, object.__hash__

    def __repr__(self) -> str:
        return f"Primitive({self.symbol!r}, {self.params!r}, {self.value!r})"  # Its table would show it once more.

    @property
    def arity(self) -> int:
        """How many arguments it takes; a row that takes any number has one parameter."""
        return len(self.params)

    @property
    def is_base(self) -> bool:
        """Whether its value is a function that each number system is to have, not one written in terms of others."""
        options = [f"{name}={value}" for name, value in self.chosen]
        return self.value == f"{self.symbol}({', '.join([*self.params, *options])})"

    @property
    def chooses(self) -> bool:
        """Whether elements of its arguments may have no part in its value."""
        return bool(self.selects) or self.shape in LEAVING

    @property
    def label(self) -> str:
        """What a message calls it: its symbol, and its options behind that."""
        return label(self.symbol, self.chosen)

    @cached_property
    def settings(self) -> dict[str, int | None]:
        """Its options, as they are chosen; of those that are not, the defaults."""
        return {**dict(self.options), **dict(self.chosen)}

    def extent(self, shape: Sequence[int | None]) -> float:
        """The number of elements that it goes over in an argument of this shape: `n` of its texts."""
        axis = self.settings.get(AXIS)
        return float(math.prod(n or 0 for n in (shape if axis is None else shape[axis : axis + 1])))

    @property
    def is_along(self) -> bool:
        """Whether it makes one number of all elements along an axis."""
        return self.shape in ALONG

    @property
    def variants(self) -> "tuple[Primitive, ...]":
        """The rows of the same symbol and as many arguments, one for each kind of these; itself among them."""
        return tuple(row for row in self.table.rows(self.symbol, self.chosen) if row.arity == self.arity)

    @property
    def general_shape(self) -> str:
        """The rule of shapes that holds before the ranks are known: that of the row for arrays holds of numbers too."""
        # The table has the row for numbers first, so the last is the one that says most.
        return self.variants[-1].shape

    def serving(self, ranks: tuple[int, ...]) -> "Primitive":
        """The row that serves arguments of these ranks in place of this one. Raises KeyError where none does."""
        if not self.ranks:  # Of any ranks; it may be a row against a constant, which the table does not have.
            return self
        # The first that fits: rows of one symbol never overlap, so their order settles nothing.
        for row in self.variants:
            if not row.ranks or ranks in row.ranks:
                return row
        return self.table[self.below][0]

    @cached_property
    def scalar(self) -> "Bound":
        """The row as functions of floats."""
        return Bound(self, floats)

    @cached_property
    def array(self) -> "Bound":
        """The row as functions of arrays; loads NumPy."""
        from backcalc.rules.functions import arrays

        return Bound(self, arrays)

    @cached_property
    def stacked(self) -> "Bound":
        """The row as functions of stacks of matrices; loads NumPy."""
        from backcalc.rules.functions import stacks

        return Bound(self, stacks)

    @property
    def evaluate(self) -> RowFunction:
        """The value as a function of floats."""
        return self.scalar.evaluate

    @property
    def slopes(self) -> tuple[RowFunction, ...]:
        """For each parameter, its local partial as a function of floats and `out`."""
        return self.scalar.slopes

    @property
    def exists(self) -> RowFunction | None:
        """Whether the function exists at floats; None where it does everywhere."""
        return self.scalar.exists

    @property
    def bends(self) -> RowFunction | None:
        """Whether floats are at a kink; None where there is none."""
        return self.scalar.bends

    def forms(self, index: int) -> tuple[Expr, ...]:
        """The forms of the local partial for parameter `index`, the textbook's first."""
        columns = (self.partials, self.from_output, self.stable, self.derived)
        return tuple(dict.fromkeys(expression(column[index]) for column in columns if column))


class Bound:
    """A row in one namespace."""

    def __init__(self, row: Primitive, namespace: ModuleType) -> None:
        self.row, self.namespace = row, namespace
        self._forms: dict[str, RowFunction] = {}
        self._edges: dict[tuple[Any, ...], LocalEdge] = {}

    @cached_property
    def evaluate(self) -> RowFunction:
        """The value as a function of the arguments: the namespace's own of the row's symbol, where it has one."""
        # What the text of sigmoid says by a choice, intervals and fractions say better in one.
        # Of the table's own row alone: a mistake's row says on purpose what its symbol does not.
        is_own = self.row.shape == "elementwise" and self.row in self.row.variants
        own = vars(self.namespace).get(self.row.symbol) if is_own else None
        found = own or self._function(self.row.value, self.row.params)
        # A system of numbers of any size has no need to scale.
        scaled = getattr(self.namespace, "scaled", None) if self.row.homogeneous else None
        return scaled(found, self.row.settings[AXIS]) if scaled else found

    @cached_property
    def slopes(self) -> tuple[RowFunction, ...]:
        """For each parameter, its local partial as a function of the arguments and `out`."""
        texts = self.row.stable or self.row.partials  # With numbers at hand, the form that loses none of their digits.
        return tuple(self._function(text, (*self.row.params, "out")) for text in texts)

    @cached_property
    def pullbacks(self) -> tuple[RowFunction, ...]:
        """For each parameter, its pullback as a function of the arguments, `out`, the cotangent `ct` and `n`."""
        # As of slopes: with numbers at hand, the form that loses none of their digits.
        texts = self.row.stable or self.row.pullbacks
        found = (self._function(text, (*self.row.params, "out", "ct", "n")) for text in texts)
        return tuple(found if self.exists is None else map(self._within_domain, found))

    def _within_domain(self, pullback: RowFunction) -> RowFunction:
        """A pullback, nan for the elements outside the domain: its text may have a value there, as -ct*t/p at −1."""
        where, exists, count = self.namespace.where, self.exists, len(self.row.params)
        assert exists is not None
        return lambda *operands: where(exists(*operands[:count]), pullback(*operands), math.nan)

    @cached_property
    def exists(self) -> RowFunction | None:
        """Whether the function exists at its arguments; None where it does everywhere."""
        return self._function(self.row.domain, self.row.params) if self.row.domain else None

    @cached_property
    def is_infinite(self) -> RowFunction | None:
        """Whether the value is infinite at arguments of its domain; None where it is nowhere."""
        return self._function(self.row.poles, self.row.params) if self.row.poles else None

    @cached_property
    def bends(self) -> RowFunction | None:
        """Whether its arguments are at a kink; None where there is none."""
        return self._function(self.row.kinks, (*self.row.params, *self.extra)) if self.row.kinks else None

    @cached_property
    def in_range(self) -> RowFunction | None:
        """Whether a value can be the function's; None where all can."""
        return self._function(self.row.range, ("out",)) if self.row.range else None

    @cached_property
    def extra(self) -> tuple[str, ...]:
        """`out`, where the kinks are told by the value."""
        return ("out",) if self.row.kinks and "out" in names_in(self.row.kinks) else ()

    def edge(self, index: int, *, given: bool = False, literals: tuple[float | None, ...] = ()) -> LocalEdge:
        """The edge to argument `index`; of a `given` value by the form that takes the value itself, where there is one.

        `literals` are the arguments that are numbers of the text, which may settle a choice in the slope.
        """
        # Asked at every slot of every graph, and to make one its text is parsed.
        key = index, given, literals
        if key not in self._edges:
            # Of a given value it does not matter what its formula would have given.
            by_value = self.row.from_output or self.row.partials
            slope = self.form(by_value[index]) if given else self.slope(index, literals)
            self._edges[key] = self.guarded(slope, index)
        return self._edges[key]

    def guarded(self, slope: RowFunction, index: int) -> LocalEdge:
        """The edge to argument `index` whose local partial is `slope` wherever there is one."""
        row = self.row
        gated = bool(row.selects) or row.partials[index] == FLAT
        # What a condition chooses by passes its choice on, whatever the others are: log(-1) in the other branch.
        if row.selects in row.params:
            return LocalEdge(slope, gated, shown=False)
        # The text of a partial may have a value where the function has none: 1/x of log at −1.
        return LocalEdge(self.namespace.guarded(slope, self.exists), gated, shown=bool(row.selects))

    def passed(self, index: int) -> RowFunction:
        """What the pullback to argument `index` opens, of the operands, a gate of the value and `n`.

        Not all of an argument is there where only a part of the value's cotangent is.
        """
        namespace, pullback = self.namespace, self.pullbacks[index]

        def _passed(operands: list[Any], gate: Any, n: float) -> Any:
            if self.row.selects:  # Of its argument only what it chose.
                return namespace.not_equal(pullback(*operands, gate, n), 0.0)
            if (axis := self.row.settings.get(AXIS)) is not None:  # Each row, or column, by itself.
                keeps = self.row.shape == ROWS or self.row.settings[KEEPDIMS]
                spread = namespace.along_axis("sum", axis, 1) if keeps else namespace.along_axis(KEPT, axis)
                return namespace.not_equal(spread(gate), 0.0)
            if self.row.shape in APART:  # What each element of the value is made of, whatever its size.
                ones = [namespace.ones_like(operand) for operand in operands]
                return namespace.not_equal(pullback(*ones, gate, n), 0.0)
            return namespace.not_equal(namespace.sum(gate), 0.0)

        return _passed

    def form(self, text: str) -> RowFunction:
        """A form of a partial as a function of the arguments and `out`."""
        if text not in self._forms:
            self._forms[text] = self._function(text, (*self.row.params, "out"))
        return self._forms[text]

    def pullback_form(self, text: str) -> RowFunction:
        """A form of a pullback as a function of the arguments, `out`, the cotangent `ct` and `n`."""
        key = f"ct: {text}"  # No text of the language begins like that, so one table serves both kinds.
        if key not in self._forms:
            self._forms[key] = self._function(text, (*self.row.params, "out", "ct", "n"))
        return self._forms[key]

    def slope(self, index: int, literals: tuple[float | None, ...]) -> RowFunction:
        """The local partial for parameter `index` where some arguments are literals, which may settle a choice."""
        text = (self.row.stable or self.row.partials)[index]
        # Of x^2 it need not be asked at every element whether the exponent is 0.
        if "where" not in text or not any(literals):
            return self.slopes[index]
        return _settled(self, text, literals)

    def _function(self, text: str, params: tuple[str, ...]) -> RowFunction:
        return self.lowered(expression(text), params)

    def lowered(self, expr: Expr, params: tuple[str, ...]) -> RowFunction:
        """An expression of the table's texts as a function of `params`."""
        return lower(expr, params, self._resolve, CONSTANTS, getattr(self.namespace, "number", None))

    def _resolve(self, name: str, options: Options) -> Any:
        """The base function `name`, or the row's own where it is defined by others."""
        if options:
            return self.namespace.along_axis(name, **dict(options))
        base = getattr(self.namespace, name, None)
        if base is not None:
            return base
        row = self.row.table[name][0]
        if row.is_base:
            raise KeyError(name)  # It may be one of arrays alone: here there is none.
        # A row may be written in terms of others: then their value in the same namespace.
        return Bound(row, self.namespace).evaluate


@lru_cache(maxsize=1000)  # Files may hold any number of literals.
def _settled(bound: Bound, text: str, literals: tuple[float | None, ...]) -> RowFunction:
    """A form of a partial at these literals, with the choices made that they settle."""
    params = bound.row.params
    pairs = zip(params, literals, strict=True)
    known = {name: value for name, value in pairs if value and math.isfinite(value)}  # −0.0 would be 0.0's key here.
    return bound.lowered(decided(expression(text), known), (*params, "out"))
