"""Function calls checked and the file's own functions expanded where they are used."""

from __future__ import annotations

from collections.abc import Iterable

from backcalc.errors import Diagnostic, Note, Span, plural, shorten
from backcalc.expr import INDEX, TRANSPOSE, VECTOR, Call, Expr, Name, Number, fold, postorder, with_args
from backcalc.order import topological
from backcalc.primitives import ALIASES, PRIMITIVES, lookup
from backcalc.statements import Function
from backcalc.suggest import did_you_mean
from backcalc.unparse import unparse

MAX_OPERATIONS = 10_000_000

# Of the language, and still to come: what works on vectors and matrices, and derivatives inside formulas.
NOT_YET = frozenset(
    (
        "sum",
        "mean",
        "prod",
        "dot",
        "norm",
        "outer",
        "transpose",
        "diag",
        "concat",
        "softmax",
        "log_softmax",
        "logsumexp",
    )
    + ("cross_entropy", "softmax_cross_entropy", "mse", "grad")
)
_NOT_YET_SYNTAX = {VECTOR: "a vector", INDEX: "an index", TRANSPOSE: "a transpose", "@": "a matrix product"}


class Functions:
    """The functions that a formula may call: the primitives, and those that the file defines."""

    def __init__(self, defined: Iterable[Function], errors: list[Diagnostic]) -> None:
        self.errors = errors
        self._functions: dict[str, Function] = {}
        self._bodies: dict[str, Expr] = {}
        self._sizes: dict[str, int] = {}
        self._operations = 0
        for function in defined:
            self._declare(function)
        order, cycles = topological(self._functions, self._called)
        for cycle in cycles:
            self._report_recursion(cycle)
        for name in order:
            self._bodies[name] = self.expand(self._functions[name].body)
            self._sizes[name] = sum(isinstance(part, Call) for part in postorder(self._bodies[name]))

    def __contains__(self, name: str) -> bool:
        return name in self._functions or lookup(name) is not None or name in NOT_YET

    def expand(self, expr: Expr) -> Expr:
        """`expr` with each call of a function of the file replaced by its body; what is wrong goes to `errors`."""
        return fold(expr, lambda leaf: leaf, self._call)

    def _call(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        if call.fn in self._functions:
            function = self._functions[call.fn]
            if self._fits(call, len(function.params)) and call.fn in self._bodies:
                return self._substituted(call, dict(zip(function.params, args, strict=True)))
            return call
        row = lookup(call.fn)
        if row is not None:
            self._fits(call, len(row.params))
        else:
            self.errors.append(self._refusal(call))
        return with_args(call, args)

    def _substituted(self, call: Call, arguments: dict[str, Expr]) -> Expr:
        self._operations += self._sizes[call.fn]
        if self._operations > MAX_OPERATIONS:
            message = f"expanding functions gives more than {MAX_OPERATIONS:,} operations"
            if self._operations - self._sizes[call.fn] <= MAX_OPERATIONS:
                self.errors.append(Diagnostic("too-many-operations", message, call.span))
            return call

        def leaf(part: Number | Name) -> Expr:
            return arguments.get(part.id, part) if isinstance(part, Name) else part

        return fold(self._bodies[call.fn], leaf, with_args)

    def _fits(self, call: Call, count: int) -> bool:
        if len(call.args) == count:
            return True
        message = f"`{call.fn}` takes {plural(count, 'argument')}, not {len(call.args)}"
        hints: tuple[str, ...] = ()
        if call.fn in ("max", "min") and len(call.args) > 2:
            hints = (f"{call.fn} of more nests: {call.fn}(a, {call.fn}(b, c))",)
        elif call.fn in self._functions:
            function = self._functions[call.fn]
            hints = (f"it is defined as {call.fn}({', '.join(function.params)})",)
        self.errors.append(Diagnostic("arity", message, call.span, hints=hints))
        return False

    def _refusal(self, call: Call) -> Diagnostic:
        """Why `call` cannot be: not there yet, or unknown."""
        if call.fn in _NOT_YET_SYNTAX or call.fn in NOT_YET:
            what = _NOT_YET_SYNTAX.get(call.fn, f"`{call.fn}`")
            hints: tuple[str, ...] = ("so far every value is a number; write the components as nodes of their own",)
            if call.fn == "grad":
                hints = ("`run` gives the derivatives of the output; `--of` chooses it",)
            return Diagnostic("not-yet", f"{what} is part of the language but not there yet", call.span, hints=hints)
        known = {*PRIMITIVES, *ALIASES, *self._functions, *NOT_YET}
        hints = did_you_mean(call.fn, (name for name in known if name.isidentifier()))
        if not hints and len(call.args) == 1:
            hints = (f"a product needs its sign: {shorten(call.fn)}*({shorten(unparse(call.args[0]))})",)
        span = Span(call.span.start, call.span.start + len(call.fn))
        return Diagnostic("unknown-function", f"unknown function `{shorten(call.fn)}`", span, hints=hints)

    def _declare(self, function: Function) -> None:
        first = self._functions.get(function.name)
        if lookup(function.name) is not None or function.name in NOT_YET:
            message = f"`{function.name}` is a function of the language already"
            hint = ("give yours another name",)
            self.errors.append(Diagnostic("function-taken", message, function.span, hints=hint))
        elif first is not None:
            note = Note("it is defined here first", first.span)
            message = f"the function `{shorten(function.name)}` is defined twice"
            self.errors.append(Diagnostic("duplicate-function", message, function.span, (note,)))
        else:
            self._functions[function.name] = function

    def _called(self, name: str) -> list[str]:
        body = self._functions[name].body
        return [part.fn for part in postorder(body) if isinstance(part, Call) and part.fn in self._functions]

    def _report_recursion(self, cycle: list[str]) -> None:
        function = self._functions[cycle[0]]
        chain = " → ".join([*(shorten(name) for name in cycle), shorten(cycle[0])])
        notes = tuple(Note("it is called through here", self._functions[name].span) for name in cycle[1:4])
        hint = ("a loop, `for k in 1..5 { … }`, repeats a step",)
        message = f"the function `{shorten(cycle[0])}` calls itself: {chain}"
        self.errors.append(Diagnostic("recursive-function", message, function.span, notes, hint))
