"""Function calls checked and the file's own functions expanded where they are used."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from backcalc.graph.definitions import (
    calls,
    formulas,
    inner_name,
    inner_names,
    is_of_arrays,
    name_span,
    parameters,
    standing,
    wrong_partials,
)
from backcalc.graph.order import topological
from backcalc.graph.whole_numbers import Environment, whole
from backcalc.graph.written_out import MOST_WRITTEN, WRITTEN, written_out
from backcalc.language.expr import (
    INDEX,
    KEYWORD,
    VECTOR,
    WITHIN,
    Call,
    Expr,
    Name,
    Number,
    Options,
    fold,
    is_operation,
    keyword_of,
    label,
    postorder,
    size,
    with_args,
    written_options,
)
from backcalc.language.statements import Function
from backcalc.rules.primitives import ALIASES, PRIMITIVES, VARIADIC, lookup
from backcalc.rules.window_rows import NUMBERS
from backcalc.text.errors import MAX_ERRORS, Code, Diagnostic, Note
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import plural, shorten

MAX_OPERATIONS = 2_000_000  # of the whole graph
MAX_FUNCTION = 100_000  # of one function: a few that call each other twice grow without bound

# Of the language, and still to come: what works on vectors and matrices, and derivatives inside formulas.
GRAD, JACOBIAN, HESSIAN = DERIVATIVES = ("grad", "jacobian", "hessian")
BUILT_IN = frozenset((*PRIMITIVES, *ALIASES, *WRITTEN, *DERIVATIVES))
"""What calls go by without the file's own functions; none of it is a node that nothing defines."""

_ANY_NUMBER = ("max", "min", "concat")  # Of a vector, or of what stands side by side.

PRIME = "'"
Differentiate = Callable[[Expr, str], Expr]
"""From a formula of numbers and a name in it to its derivative by that name."""

NO_CONSTANTS: Mapping[str, int | None] = MappingProxyType({})
_ARGUMENT = "x"  # Of f', whose argument takes its place.


class Functions:
    """The functions that a formula may call: the primitives, and those that the file defines."""

    def __init__(
        self,
        defined: Iterable[Function],
        errors: list[Diagnostic],
        differentiate: Differentiate | None = None,
        constants: Mapping[str, int | None] = NO_CONSTANTS,
    ) -> None:
        self.errors, self._differentiate = errors, differentiate
        self._environment = Environment(constants=constants)
        self._derivatives: dict[str, Expr] = {}  # f' by its name, of an inner argument.
        self._functions: dict[str, Function] = {}
        self._bodies: dict[str, Expr] = {}  # Expanded; none of a function in error.
        self._sizes: dict[str, int] = {}  # The operations that a call stands for.
        self._settled: dict[tuple[str, int, Options], bool] = {}  # By name, number of arguments, and options.
        self._operations = 0  # Of all calls so far.
        for function in defined:
            self._declare(function)
        # Recursion has no end here, for nothing is evaluated while functions are expanded.
        order, cycles = topological(self._functions, self._called)
        for cycle in cycles:
            self._report_recursion(cycle)
        # Called functions first, so that a body is expanded once, with bodies in it that are expanded already.
        for name in order:
            if self._measure(name) <= MAX_FUNCTION:
                self._bodies[name] = self._body(self._functions[name])
                if self._functions[name].partials:
                    self._keep(self._functions[name])

    def __contains__(self, name: str) -> bool:
        return name in self._functions or name in BUILT_IN

    def expand(self, expr: Expr) -> Expr:
        """`expr` with each call of a function of the file replaced by its body; what is wrong goes to `errors`."""
        # Nearly every formula calls what it may as it stands, which takes a fraction of making it anew to see.
        if all(map(self._is_settled, postorder(expr))):
            return expr
        return fold(expr, lambda leaf: leaf, self._call)

    def _is_settled(self, part: Expr) -> bool:
        """Whether a part of a formula stays as it is: a leaf, or a call by elements that has all of its arguments."""
        if not isinstance(part, Call):
            return True
        key = part.fn, len(part.args), part.options
        if key not in self._settled:
            row = None if part.fn in self._functions or part.fn in (*WRITTEN, KEYWORD) else lookup(*key)
            self._settled[key] = row is not None and row.shape == "elementwise" and row.arity == len(part.args)
        return self._settled[key]

    def _call(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        if keyword_of(call) is not None:  # The call around it puts it in its place.
            return with_args(call, args)
        if any(map(keyword_of, args)):
            return self._by_names(call, args)
        if call.fn in self._functions:
            function = self._functions[call.fn]
            if self._fits(call, len(function.params)) and call.fn in self._bodies:  # None of one in error.
                return self._substituted(call, dict(zip(inner_names(function), args, strict=True)))
            return call
        if call.fn in DERIVATIVES:
            self._check_derivative(call, args)
            return with_args(call, args)
        if call.fn.endswith(PRIME) and self._differentiate is not None and call.fn.rstrip(PRIME) in self:
            return self._derived(call, args)
        if call.fn in ("max", "min") and len(args) > 2 and not call.options:
            return Call(call.fn, (Call(VECTOR, args, call.span),), call.span)  # So that equals share evenly.
        if call.fn in WRITTEN:
            return self._written(call, args)
        if not is_operation(call):  # An end of a slice, a list of indices: no function.
            return with_args(call, args)
        row = lookup(call.fn, len(args), call.options)
        if row is None:
            self.errors.append(self._refusal(call))
        elif call.fn in NUMBERS:
            return self._numbered(call, args)
        elif row.symbol == INDEX:
            args = (args[0], *(whole(index, self._environment) for index in args[1:]))
            self._check_indices(call, args[1:])
        elif row.symbol not in VARIADIC or not args:
            self._fits(call, len(row.params))
        return with_args(call, args)

    def _check_indices(self, call: Call, indices: tuple[Expr, ...]) -> None:
        from backcalc.graph.index_slips import wrong_indices  # Of numbers there are none.

        self.errors += wrong_indices(call, indices, self.__contains__)

    def _by_names(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        """A call some of whose arguments are given by their names, as one that has them in their places."""
        # Of most files nothing is called so.
        from backcalc.graph.keywords import WrongKeywordError, no_keywords, placed

        own = self._functions[call.fn].params if call.fn in self._functions else None
        if own is None and lookup(call.fn) is None:
            # Without the names: told is that the function is unknown, not what it is called with.
            positional = tuple(arg for arg in args if keyword_of(arg) is None)
            if call.fn in self:  # One that is written out, or `grad`.
                self.errors.append(no_keywords(call, args))
                return call
            return self._call(Call(call.fn, positional, call.span), positional)
        try:
            found = placed(call, args, own, lambda value: whole(value, self._environment))
        except WrongKeywordError as error:
            self.errors.append(error.diagnostic)
            return call
        return self._call(found, found.args)

    def _numbered(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        """A call whose last arguments are whole numbers that settle which function it is: `reshape(x, 2, 3)`."""
        from backcalc.graph.keywords import WrongKeywordError, numbered

        try:
            return numbered(call, args, lambda value: whole(value, self._environment))
        except WrongKeywordError as error:
            self.errors.append(error.diagnostic)
            return call

    def _written(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        found = written_out(Call(call.fn, args, call.span))
        if isinstance(found, Diagnostic):
            self.errors.append(found)
            return call
        self._operations += size(found, MOST_WRITTEN)
        return found

    def _derived(self, call: Call, args: tuple[Expr, ...]) -> Expr:
        """f'(x): the derivative of the function f at x."""
        if not self._fits(call, 1):
            return call
        if call.fn not in self._derivatives:
            derivative = self._derivative(call)
            if derivative is None:
                return call
            self._derivatives[call.fn] = derivative
        self._operations += size(self._derivatives[call.fn], MAX_FUNCTION)

        def leaf(part: Number | Name) -> Expr:
            """The argument in its place; other leaves as they stand."""
            return args[0] if isinstance(part, Name) and part.id == inner_name(call.fn, _ARGUMENT) else part

        found = fold(self._derivatives[call.fn], leaf, with_args)
        # Where it ends is a place in the file.
        return Call(WITHIN, found.args, call.span) if isinstance(found, Call) and found.fn == WITHIN else found

    def _derivative(self, call: Call) -> Expr | None:
        """The function f' as a formula in the argument; None, with the error told, where f is none of one number."""
        if call.fn.rstrip(PRIME) in self._functions.keys() - self._bodies.keys():
            return None  # What is wrong with it is told already.
        argument = Name(inner_name(call.fn, _ARGUMENT))
        base = call.fn.rstrip(PRIME)
        count = len(self._functions[base].params) if base in self._functions else parameters(base)
        formula = self._call(Call(base, (argument,)), (argument,)) if count == 1 else None
        if formula is None or any(map(is_of_arrays, calls(formula))):
            message = f"`{call.fn}` is the derivative of a function of one number, and `{base}` is none"
            hint = ("grad(y, x) is the derivative of a node y by a node x",)
            self.errors.append(Diagnostic(Code.ARITY, message, name_span(call), hints=hint))
            return None
        assert self._differentiate is not None
        for _ in range(len(call.fn) - len(base)):  # Once a prime.
            formula = self._differentiate(formula, argument.id)
        return formula

    def _keep(self, function: Function) -> None:
        """Let `function`, whose partials are its own, stand for itself: nothing is expanded where it is used."""
        partials = [self._inner(function, partial.formula) for partial in function.partials]
        wrong = list(wrong_partials(function, [self._bodies[function.name], *partials]))
        self.errors += wrong
        if wrong:
            return
        self._bodies[function.name] = standing(function, self._bodies[function.name], partials)

    def _check_derivative(self, call: Call, args: tuple[Expr, ...]) -> None:
        """`grad(y, x)`, `jacobian(y, x)` and `hessian(y, x)` are with respect to a node or to a vector of nodes."""
        if not self._fits(call, 2):
            return
        wrt = args[1].args if isinstance(args[1], Call) and args[1].fn == VECTOR else (args[1],)
        if not all(isinstance(name, Name) for name in wrt):
            fn, what = call.fn, {GRAD: "∂y/∂x", JACOBIAN: "∂y/∂x as a matrix", HESSIAN: "∂²y/∂x²"}[call.fn]
            hint = (f"{fn}(y, x) is {what} for a node x; {fn}(y, [w, b]) has one for each",)
            message = "a derivative is taken with respect to a node"
            self.errors.append(Diagnostic(Code.GRAD_OF_FORMULA, message, args[1].span, hints=hint))

    def _body(self, function: Function) -> Expr:
        """The body of `function`, expanded, its parameters under names of their own."""
        return self._inner(function, function.body)

    def _inner(self, function: Function, formula: Expr) -> Expr:
        """A formula of `function`, expanded, its parameters under names of their own."""
        inner = dict(zip(function.params, inner_names(function), strict=True))

        def leaf(part: Number | Name) -> Expr:
            """A parameter under its name of its own; other leaves as they stand."""
            return Name(inner[part.id], part.span) if isinstance(part, Name) and part.id in inner else part

        return fold(formula, leaf, self._call)

    def _measure(self, name: str) -> int:
        """The number of operations that the function `name` stands for; too many are an error, told once."""
        # By arithmetic, without expanding: sizes multiply from one function to the next that calls it.
        function = self._functions[name]
        found = [part for formula in formulas(function) for part in calls(formula)]
        self._sizes[name] = size = sum(self._sizes.get(call.fn, 1) for call in found)  # Of the table: one.
        if size > MAX_FUNCTION:
            self._sizes[name] = 0  # Those that call it would be too large as well: told once.
            message = f"the function `{shorten(name)}` stands for {size:,} operations; the limit is {MAX_FUNCTION:,}"
            hint = ("use nodes in place of functions: a node is computed once, however often it is used",)
            self.errors.append(Diagnostic(Code.TOO_MANY_OPERATIONS, message, self._functions[name].span, hints=hint))
        return size

    def _substituted(self, call: Call, arguments: dict[str, Expr]) -> Expr:
        # Counted before it is done: ten functions that each call the one before ten times are 10^10 operations.
        self._operations += self._sizes[call.fn]
        if self._operations > MAX_OPERATIONS:
            message = f"expanding functions gives more than {MAX_OPERATIONS:,} operations"
            if self._operations - self._sizes[call.fn] <= MAX_OPERATIONS:  # Told once.
                self.errors.append(Diagnostic(Code.TOO_MANY_OPERATIONS, message, call.span))
            return call

        def leaf(part: Number | Name) -> Expr:
            """The argument that stands for a parameter; other leaves as they stand."""
            return arguments.get(part.id, part) if isinstance(part, Name) else part

        return fold(self._bodies[call.fn], leaf, with_args)

    def _fits(self, call: Call, count: int) -> bool:
        # Right in nearly every call, so words are made only behind this.
        if len(call.args) == count:
            return True
        row, any_number = lookup(call.fn, count, call.options), call.fn in _ANY_NUMBER and not call.options
        takes = "1 argument or more" if any_number else plural(count, "argument")
        name = label(call.fn, call.options)
        message = f"`{name}` takes {takes}, not {len(call.args)}"
        hints: tuple[str, ...] = ()
        from backcalc.graph.argument_counts import hints_of_count  # Of use to who slips.

        if of_two := hints_of_count(call):
            hints = of_two
        elif call.fn in self._functions:
            function = self._functions[call.fn]
            hints = (f"it is defined as {call.fn}({', '.join(function.params)})",)
        # Which comes first differs, atan2(y, x), and along an axis there is but one of what may be several.
        elif row is not None and (len(row.params) > 1 or call.options) and not any_number:
            hints = (f"it is written {call.fn}({', '.join([*row.params, *written_options(call.fn, call.options)])})",)
        self.errors.append(Diagnostic(Code.ARITY, message, call.span, hints=hints))
        return False

    def _refusal(self, call: Call) -> Diagnostic:
        """That the function of `call` is not known, and which may be meant."""
        known = {*BUILT_IN, *self._functions}
        from backcalc.language.habits import guesses, hint_for  # What other tools call it is of use to who slips.

        hints = hint_for(call.fn)
        if not hints and len(self.errors) <= MAX_ERRORS:  # No more are shown, and a guess takes time.
            hints = did_you_mean(call.fn, (name for name in known if name.isidentifier())) or guesses(call)
        # The caret stands under the name alone: its arguments are not what is unknown.
        message = f"unknown function `{shorten(call.fn)}`"
        return Diagnostic(Code.UNKNOWN_FUNCTION, message, name_span(call), hints=hints)

    def _declare(self, function: Function) -> None:
        first = self._functions.get(function.name)
        if first is not None:
            note = Note("it is defined here first", first.span)
            message = f"the function `{shorten(function.name)}` is defined twice"
            hint = ("give one of them another name",)
            self.errors.append(Diagnostic(Code.DUPLICATE_FUNCTION, message, function.span, (note,), hint))
        else:
            self._functions[function.name] = function

    def _called(self, name: str) -> list[str]:
        called = (part.fn for formula in formulas(self._functions[name]) for part in calls(formula))
        bases = (fn if fn in self._functions else fn.rstrip(PRIME) for fn in called)  # f' needs f.
        return [fn for fn in bases if fn in self._functions]

    def _report_recursion(self, cycle: list[str]) -> None:
        function = self._functions[cycle[0]]
        chain = " → ".join([*(shorten(name) for name in cycle), shorten(cycle[0])])
        notes = tuple(Note("it is called through here", self._functions[name].span) for name in cycle[1:4])
        hint = ("a loop, `for k in 1..5 { … }`, repeats a step",)
        message = f"the function `{shorten(cycle[0])}` calls itself: {chain}"
        self.errors.append(Diagnostic(Code.RECURSIVE_FUNCTION, message, function.span, notes, hint))
