"""Arguments that are given by their names: put in their places, or made options of the call.

`leaky_relu(x, slope=a)` is `leaky_relu(x, a)` to all that comes behind, and `sum(X, axis=0)` a call of one argument
with an option: a whole number that settles which function it is, and nobody derives by it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from backcalc.language.expr import NEGATE, Call, Expr, Number, keyword_of
from backcalc.language.unparse import unparse
from backcalc.rules.primitives import rows_of
from backcalc.rules.row import AXIS, KEEPDIMS
from backcalc.rules.window_rows import BOUNDS, NUMBERS
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.source import Span
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import plural, shorten

Ways = Sequence[tuple[str, ...]]
"""The parameters of a function, each way in which it can be called."""

AXES = (0, 1)
_ELSEWHERE = {
    "dim": AXIS, "keepdim": KEEPDIMS, "keep_dims": KEEPDIMS, "negative_slope": "slope", "correction": "ddof",
    "unbiased": "ddof", "padding": "pad", "strides": "stride", "kernel_size": "n", "pool_size": "n", "window": "n",
}  # fmt: skip
"""What other libraries call the same."""


class WrongKeywordError(Exception):
    """What is wrong with the arguments of a call."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


class _Signature(NamedTuple):
    """What a function may be called with: its parameters, each way, and its options with their defaults."""

    name: str
    ways: Ways
    options: dict[str, int | None]

    def refusal(self, message: str, span: Span, *hints: str) -> WrongKeywordError:
        """The error of an argument; without another hint it says how the function is written."""
        hint = hints or (f"it is written {' or '.join(self._written())}",)
        return WrongKeywordError(Diagnostic(Code.KEYWORD, message, span, hints=hint))

    def _written(self) -> Iterator[str]:
        if self.name in NUMBERS:
            yield written(self.name)
            return
        options = [f"{name}=1" for name in self.options]
        yield from (f"{self.name}({', '.join([*way, *options])})" for way in self.ways)

    @property
    def names(self) -> set[str]:
        """All names by which an argument may be given."""
        return {*self.options, *(param for way in self.ways for param in way)}


def placed(call: Call, args: tuple[Expr, ...], own: tuple[str, ...] | None, whole: Callable[[Expr], Expr]) -> Call:
    """`call` with every argument in its place; `own` are the parameters of a function of the file.

    `whole` makes a number of what is made of whole ones. Raises WrongKeywordError.
    """
    if not any(map(keyword_of, args)):
        return call
    signature = _signature(call, own)
    given = _by_name(signature, args)
    options = {name: _option(signature, whole(given.pop(name))) for name in signature.options if name in given}
    positional = [arg for arg in args if keyword_of(arg) is None]
    ordered = _in_order(signature, call, positional, given)
    # A default that is written out changes nothing: keepdims=0.
    chosen = {name: value for name, value in options.items() if value != signature.options[name]}
    # At the end, when it is known whether the other option is there.
    _require_axis(signature, call, chosen)
    return Call(call.fn, ordered, call.span, tuple(chosen.items()))


def numbered(call: Call, args: tuple[Expr, ...], whole: Callable[[Expr], Expr]) -> Call:
    """A call of what takes whole numbers behind its arguments, these as options. Raises WrongKeywordError."""
    name = call.fn
    way, defaults, hint = rows_of(name)[0].params, NUMBERS[name], (f"it is written {written(name)}",)
    # Those given by their names are options by now.
    found = dict(call.options)
    free = [each for each in defaults if each not in found]
    count = len(args) - len(way)
    missing = [each for each in free[max(count, 0) :] if defaults[each] is None]
    if not 0 <= count <= len(free) or missing:
        message = f"`{name}` takes {plural(len(way), 'argument')} and {_counted(defaults)}"
        raise WrongKeywordError(Diagnostic(Code.ARITY, message, call.span, hints=hint))
    # The last ones may be left out, hence no `strict`.
    for each, arg in zip(free, args[len(way) :], strict=False):
        found[each] = _whole(name, each, whole(arg), hint)
    for each, value in found.items():
        least, most = BOUNDS.get(each, (1, None))
        if value < least or (most is not None and value > most):
            bound = f"{least} or more" if value < least or most is None else f"at most {most:,}"
            message = f"`{each}` of `{name}` is {bound}, not {value:,}"
            raise WrongKeywordError(Diagnostic(Code.KEYWORD, message, call.span, hints=hint))
    chosen = tuple((each, found[each]) for each in defaults if found.get(each, defaults[each]) != defaults[each])
    return Call(name, args[: len(way)], call.span, chosen)


def written(name: str) -> str:
    """How a function is written that takes whole numbers: `conv(x, w, stride=1, pad=0)`."""
    numbers = [each if value is None else f"{each}={value}" for each, value in NUMBERS[name].items()]
    return f"{name}({', '.join([*rows_of(name)[0].params, *numbers])})"


def _counted(defaults: Mapping[str, int | None]) -> str:
    needed = sum(value is None for value in defaults.values())
    return plural(needed, "whole number") if needed else f"up to {plural(len(defaults), 'whole number')}"


def _whole(name: str, each: str, value: Expr, hint: tuple[str, ...]) -> int:
    # A number of the text has no sign: -1 is the negative of 1.
    sign, size = (-1, value.args[0]) if isinstance(value, Call) and value.fn == NEGATE else (1, value)
    if not isinstance(size, Number) or not size.value.is_integer():
        message = f"`{each}` of `{name}` is a whole number, not `{shorten(unparse(value))}`"
        raise WrongKeywordError(Diagnostic(Code.KEYWORD, message, value.span, hints=hint))
    return sign * int(size.value)


def no_keywords(call: Call, args: tuple[Expr, ...]) -> Diagnostic:
    """The error of a call of what takes its arguments by their places alone."""
    named = next(arg for arg in args if keyword_of(arg) is not None)
    message = f"`{call.fn}` takes its arguments by their places, not `{keyword_of(named)}=`"
    return Diagnostic(Code.KEYWORD, message, named.span)


def _signature(call: Call, own: tuple[str, ...] | None) -> _Signature:
    if own is not None:
        return _Signature(call.fn, (own,), {})  # It has no options.
    rows = rows_of(call.fn)
    options = {name: default for row in rows for name, default in row.options}
    # Rows for numbers and for arrays have the same parameters.
    return _Signature(call.fn, tuple(dict.fromkeys(row.params for row in rows)), options)


def _by_name(signature: _Signature, args: tuple[Expr, ...]) -> dict[str, Expr]:
    """The arguments that are given by their names. Raises WrongKeywordError for one unknown, twice, or too early."""
    found: dict[str, Expr] = {}
    for arg in args:
        name = keyword_of(arg)
        if name is None or not isinstance(arg, Call):
            # As in Python: else its place would depend on what is named before it.
            if found:
                message = f"an argument by its place stands behind one by its name: `{shorten(unparse(arg))}`"
                raise signature.refusal(message, arg.span)
            continue
        if name not in signature.names:
            meant = _ELSEWHERE.get(name)
            hints: tuple[str, ...] = (f"it is called {meant} here",) if meant in signature.names else ()
            if signature.name == "norm" and name in ("ord", "p"):  # There is the one.
                hints = ("of order 1 it is sum(abs(x)), of order 2 norm(x), of order inf max(abs(x))",)
            if signature.name == "leaky_relu" and name == "alpha":  # As TensorFlow has it; elu has an alpha of its own.
                hints = ("it is called slope here",)
            # Sorted, so that one slip always has one hint: a set has no order of its own.
            hints = hints or did_you_mean(name, sorted(signature.names))
            raise signature.refusal(f"`{signature.name}` has no argument `{shorten(name)}`", arg.span, *hints)
        if name in found:
            raise signature.refusal(f"`{signature.name}` gets `{name}` twice", arg.span)
        found[name] = arg.args[0]
    return found


def _in_order(
    signature: _Signature, call: Call, positional: Sequence[Expr], given: dict[str, Expr]
) -> tuple[Expr, ...]:
    """The arguments of the way to call it that has all of them. Raises WrongKeywordError where none has."""
    ways = [way for way in signature.ways if set(way) >= given.keys() and len(way) >= len(positional) + len(given)]
    # Of `leaky_relu(x)` and `leaky_relu(x, slope)` the shorter one serves where it has room.
    way = min(ways, key=len) if ways else max(signature.ways, key=len)
    for param in way[: len(positional)]:
        if param in given:
            message = f"`{call.fn}` gets `{param}` twice, by its place and by its name"
            raise signature.refusal(message, given[param].span)
    missing = next((param for param in way[len(positional) :] if param not in given), None)
    if missing is not None:
        raise signature.refusal(f"the argument `{missing}` of `{call.fn}` is missing", call.span)
    # Too many by their places are told by who counts those, in the words for all calls.
    return (*positional, *(given[param] for param in way[len(positional) :]))


def _option(signature: _Signature, value: Expr) -> int:
    sign, size = (-1, value.args[0]) if isinstance(value, Call) and value.fn == NEGATE else (1, value)
    if not isinstance(size, Number) or not size.value.is_integer():
        raise signature.refusal(f"an option is a whole number, not `{shorten(unparse(value))}`", value.span)
    return sign * int(size.value)


def _require_axis(signature: _Signature, call: Call, options: dict[str, int]) -> None:
    """Raise WrongKeywordError where there is no such axis, or none for what is to be kept."""
    fn = signature.name
    if AXIS in options and options[AXIS] not in AXES:
        hints: tuple[str, ...] = (f"{fn}(X, axis=0) goes down the columns of a matrix, {fn}(X, axis=1) along its rows",)
        # NumPy and PyTorch count axes from the end, too.
        if -options[AXIS] - 1 in AXES:
            hints = (f"from the end it is axis={len(AXES) + options[AXIS]}", *hints)
        raise signature.refusal(f"a matrix has the axes 0 and 1, no axis {options[AXIS]}", call.span, *hints)
    if KEEPDIMS in options and options[KEEPDIMS] != 1:
        raise signature.refusal(f"`{KEEPDIMS}` is 1 or 0, not {options[KEEPDIMS]}", call.span)
    if KEEPDIMS in options and AXIS not in options:
        hints = (f"it is written {fn}(X, axis=1, keepdims=1)",)
        raise signature.refusal(f"`{KEEPDIMS}` says what becomes of an axis, and there is none", call.span, *hints)
