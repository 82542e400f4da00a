"""A row of the table of primitives, and the same row bound to a namespace, where its texts are functions."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from types import ModuleType
from typing import Any

from backcalc.language.expr import Expr, names
from backcalc.language.parser import parse_expression
from backcalc.rules.functions import floats
from backcalc.rules.lower import decided, lower
from backcalc.text.source import Source

CONSTANTS = {"pi": math.pi, "e": math.e, "tau": math.tau, "inf": math.inf, "π": math.pi, "∞": math.inf}

TABLE: dict[str, Primitive] = {}
"""Every row by name; `primitives` fills it."""

Function = Callable[..., Any]


@dataclass(frozen=True, eq=False)  # Each row is one of its own.
class Primitive:
    """One row of the table; the columns are told in `primitives`."""

    name: str
    params: tuple[str, ...]
    value: str
    partials: tuple[str, ...] = ()
    stable: tuple[str, ...] = ()
    derived: tuple[str, ...] = ()
    from_output: tuple[str, ...] = ()
    pullbacks: tuple[str, ...] = ()
    domain: str = ""
    kinks: str = ""
    range: str = ""
    latex: str = ""
    shape: str = "elementwise"
    selects: bool = False

    @cached_property
    def scalar(self) -> Bound:
        """The row as functions of floats."""
        return Bound(self, floats)

    @cached_property
    def array(self) -> Bound:
        """The row as functions of arrays; loads NumPy."""
        from backcalc.rules.functions import arrays

        return Bound(self, arrays)

    @cached_property
    def stacked(self) -> Bound:
        """The row as functions of stacks of matrices; loads NumPy."""
        from backcalc.rules.functions import stacks

        return Bound(self, stacks)

    @property
    def evaluate(self) -> Function:
        """The value as a function of floats."""
        return self.scalar.evaluate

    @property
    def slopes(self) -> tuple[Function, ...]:
        """For each parameter, its local partial as a function of floats and `out`."""
        return self.scalar.slopes

    @property
    def exists(self) -> Function | None:
        """Whether the function exists at floats; None where it does everywhere."""
        return self.scalar.exists

    @property
    def bends(self) -> Function | None:
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
        self._forms: dict[str, Function] = {}

    @cached_property
    def evaluate(self) -> Function:
        """The value as a function of the arguments."""
        return self._function(self.row.value, self.row.params)

    @cached_property
    def slopes(self) -> tuple[Function, ...]:
        """For each parameter, its local partial as a function of the arguments and `out`."""
        texts = self.row.stable or self.row.partials  # With numbers at hand, the form that loses none of their digits.
        return tuple(self._function(text, (*self.row.params, "out")) for text in texts)

    @cached_property
    def pullbacks(self) -> tuple[Function, ...]:
        """For each parameter, its pullback as a function of the arguments, `out`, the cotangent `ct` and `n`."""
        texts = self.row.stable or self.row.pullbacks
        return tuple(self._function(text, (*self.row.params, "out", "ct", "n")) for text in texts)

    @cached_property
    def exists(self) -> Function | None:
        """Whether the function exists at its arguments; None where it does everywhere."""
        return self._function(self.row.domain, self.row.params) if self.row.domain else None

    @cached_property
    def bends(self) -> Function | None:
        """Whether its arguments are at a kink; None where there is none."""
        return self._function(self.row.kinks, (*self.row.params, *self.extra)) if self.row.kinks else None

    @cached_property
    def in_range(self) -> Function | None:
        """Whether a value can be the function's; None where all can."""
        return self._function(self.row.range, ("out",)) if self.row.range else None

    @cached_property
    def extra(self) -> tuple[str, ...]:
        """`out`, where the kinks are told by the value."""
        return ("out",) if self.row.kinks and "out" in names_in(self.row.kinks) else ()

    def form(self, text: str) -> Function:
        """A form of a partial as a function of the arguments and `out`."""
        if text not in self._forms:
            self._forms[text] = self._function(text, (*self.row.params, "out"))
        return self._forms[text]

    def pullback_form(self, text: str) -> Function:
        """A form of a pullback as a function of the arguments, `out`, the cotangent `ct` and `n`."""
        key = f"ct: {text}"  # No text of the language begins like that, so one table serves both kinds.
        if key not in self._forms:
            self._forms[key] = self._function(text, (*self.row.params, "out", "ct", "n"))
        return self._forms[key]

    def slope(self, index: int, literals: tuple[float | None, ...]) -> Function:
        """The local partial for parameter `index` where some arguments are literals, which may settle a choice."""
        text = (self.row.stable or self.row.partials)[index]
        # Of x^2 it need not be asked at every element whether the exponent is 0.
        if "where" not in text or not any(literals):
            return self.slopes[index]
        return _settled(self, text, literals)

    def _function(self, text: str, params: tuple[str, ...]) -> Function:
        return self.lowered(expression(text), params)

    def lowered(self, expr: Expr, params: tuple[str, ...]) -> Function:
        """An expression of the table's texts as a function of `params`."""
        return lower(expr, params, self._resolve, CONSTANTS)

    def _resolve(self, name: str) -> Any:
        """The base function `name`, or the row's own where it is defined by others."""
        base = getattr(self.namespace, name, None)
        if base is not None:
            return base
        row = TABLE[name]  # A row may be written in terms of others: then their value in the same namespace.
        return row.scalar.evaluate if self.namespace is floats else Bound(row, self.namespace).evaluate


@lru_cache(maxsize=1000)  # Files may hold any number of literals.
def _settled(bound: Bound, text: str, literals: tuple[float | None, ...]) -> Function:
    """A form of a partial at these literals, with the choices made that they settle."""
    params = bound.row.params
    pairs = zip(params, literals, strict=True)
    known = {name: value for name, value in pairs if value and math.isfinite(value)}  # −0.0 would be 0.0's key here.
    return bound.lowered(decided(expression(text), known), (*params, "out"))


@cache
def expression(text: str) -> Expr:
    """A text of the table as an expression."""
    return parse_expression(Source("primitives", text))


@cache
def names_in(text: str) -> tuple[str, ...]:
    """The names that a text of the table speaks of."""
    return tuple(names(expression(text)))
