"""Expressions: a number, a name, or a call of a primitive or function on expressions. There is no fourth kind.

Operators are calls too (`Call("+", (a, b))`), so one table of primitives gives all of them their meaning. An expression
is immutable, and shared parts may be one object: what walks expressions does so by `postorder`, once a distinct object
and never by recursion, so neither depth nor sharing costs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final, TypeVar

from backcalc.text.source import Span

NOWHERE = Span(0, 0)

# Syntax that has no name of its own goes by these: `-x`, `[a, b]`, `x[i]`, `x.T`, `if c then a else b`, `t{k-1}`.
NEGATE, VECTOR, INDEX, TRANSPOSE, IF, TEMPLATE = "-x", "[]", "[i]", ".T", "if", "{}"

FOR = "for in"
"""`x{k} for k in 1..3`: what is repeated, the variable, and the two bounds; a function may be called `for`."""

# Indices of `x[…]` that are no number are calls too, though no operations: `:`, `1:`, `:3`, `1:3`, and `[2, 0, 2]`.
SLICES, PICK = (":", "i:", ":j", "i:j"), "i,j"

KEYWORD = "="
"""An argument that is given by its name, `axis=1`: a call on the value, with the name among its options."""

WITHIN = "there where"
"""What a formula of a derivative is there where its function is: the value of the first argument if the second holds,
else nan. Nobody can write it, and it is shown as the formula alone."""

_WORDS = (IF, "and", "or", "not")

Options = tuple[tuple[str, int], ...]
"""Whole numbers that settle which function of a name is called, each with what it is called: `axis=1`."""

T = TypeVar("T")


class _Structural:
    """Equality and hash by structure, without recursion; spans and spellings of numbers do not count.

    A hash is kept once it is known: a formula grows by a call at a time, and is compared at each step.
    """

    __slots__ = ("_hash",)
    _hash: int

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, _Structural):
            return NotImplemented
        if self is other or hash(self) != hash(other):
            return self is other
        # Equal hashes are nearly always equal structures; to be sure both are numbered by one table, part by part.
        seen: dict[object, int] = {}
        return _number(self, seen) == _number(other, seen)  # type: ignore[arg-type]

    def __hash__(self) -> int:
        if not hasattr(self, "_hash"):
            for part in _unhashed(self):  # type: ignore[arg-type]
                structure = (part.fn, part.args, part.options) if isinstance(part, Call) else _content(part)
                part._hash = hash(structure)  # noqa: SLF001  A part is one of this kind.
        return self._hash


# Written out, for to have the methods generated takes longer than all else that this file does as it is loaded. A copy
# in another process has no hash yet: that of a text differs there.


class Number(_Structural):
    """A real constant; `text` is the literal as the file has it, empty where a calculation made the number."""

    __slots__ = ("span", "text", "value")
    __match_args__ = ("value", "text", "span")

    def __init__(self, value: float, text: str = "", span: Span = NOWHERE) -> None:
        self.value: Final = value
        self.text: Final = text
        self.span: Final = span

    def __reduce__(self) -> tuple[type[Number], tuple[float, str, Span]]:
        return Number, (self.value, self.text, self.span)

    def __repr__(self) -> str:
        return f"Number(value={self.value!r}, text={self.text!r})"


class Name(_Structural):
    """A node, a parameter of a function, a loop variable, or a constant such as `pi`."""

    __slots__ = ("id", "span")
    __match_args__ = ("id", "span")

    def __init__(self, id: str, span: Span = NOWHERE) -> None:  # noqa: A002  The word of Python's own trees.
        self.id: Final = id
        self.span: Final = span

    def __eq__(self, other: object) -> bool:
        # Like terms of a sum are looked for among names above all, which need no numbering of their parts.
        return self.id == other.id if isinstance(other, Name) else super().__eq__(other)

    __hash__ = _Structural.__hash__  # Python takes it away from who has an equality of its own.

    def __reduce__(self) -> tuple[type[Name], tuple[object, ...]]:
        return Name, (self.id, self.span)

    def __repr__(self) -> str:
        return f"Name(id={self.id!r})"


class Call(_Structural):
    """A primitive or function applied to `args`; a function's name begins at `span.start`.

    `options` are what the function is called with beside its arguments: nobody derives by them.
    """

    __slots__ = ("args", "fn", "options", "span")
    __match_args__ = ("fn", "args", "span", "options")

    def __init__(self, fn: str, args: tuple[Expr, ...], span: Span = NOWHERE, options: Options = ()) -> None:
        self.fn: Final = fn
        self.args: Final = args
        self.span: Final = span
        self.options: Final = options

    def __reduce__(self) -> tuple[type[Call], tuple[str, tuple[Expr, ...], Span, Options]]:
        return Call, (self.fn, self.args, self.span, self.options)

    @property
    def is_named(self) -> bool:
        """Whether it is written `name(…)`, so that the name begins its span, and not as an operator or other syntax."""
        return self.fn.isidentifier() and self.fn not in _WORDS  # Signs are no identifiers, nor are definitions.

    def __repr__(self) -> str:
        return f"Call({self.fn!r}, <{len(self.args)}>)"  # Flat: an expression may be deeper than the stack.


Expr = Number | Name | Call


def placed(expr: Expr, span: Span) -> Expr:
    """`expr` with another span."""
    if isinstance(expr, Call):
        return Call(expr.fn, expr.args, span, expr.options)
    return Name(expr.id, span) if isinstance(expr, Name) else Number(expr.value, expr.text, span)


def is_operation(call: Call) -> bool:
    """Whether `call` has a value, and is no index of one that has."""
    return call.fn not in SLICES and call.fn != PICK


def keyword_of(expr: Expr) -> str | None:
    """The name of an argument that is given by its name, `axis` of `axis=1`; None of any other expression."""
    return expr.options[0][0] if isinstance(expr, Call) and expr.fn == KEYWORD else None


def with_keyword(name: str, value: Expr, span: Span) -> Call:
    """`value` as an argument that is given by its name."""
    return Call(KEYWORD, (value,), span, ((name, 0),))  # Its number is the value's to say, which need be none yet.


BY_PLACE = ("reshape", "maxpool", "avgpool")
"""Functions whose options are written behind their arguments without a name."""


def written_options(fn: str, options: Options) -> list[str]:
    """Options as they stand behind the arguments of a call, `axis=1`; those of BY_PLACE without their names."""
    return [str(value) if fn in BY_PLACE else f"{name}={value}" for name, value in options]


def label(fn: str, options: Options) -> str:
    """What messages call a function: its name; with options the call as one would write it, `sum(…, axis=1)`."""
    return f"{fn}({', '.join(['…', *written_options(fn, options)])})" if options else fn


def postorder(expr: Expr) -> Iterator[Expr]:
    """Every distinct object of `expr`, arguments before the calls that use them, from left to right."""
    seen: set[int] = set()
    stack: list[Expr | tuple[Expr]] = [expr]
    while stack:
        part = stack.pop()
        if isinstance(part, tuple):
            yield part[0]  # A call whose arguments are done.
        elif id(part) not in seen:
            seen.add(id(part))
            if isinstance(part, Call):
                # Below its arguments, to come back to; what is open is never met again, for nothing holds itself.
                stack.append((part,))
                stack += part.args[::-1]  # The first on top.
            else:
                yield part


class Folded(dict[int, T]):
    """What parts of expressions have been folded to, by their identity, for several expressions that share parts."""

    def __init__(self) -> None:
        super().__init__()
        self.kept: list[Expr] = []  # Else a later expression may get the identity of one that is gone, and its result.


def fold(
    expr: Expr,
    leaf: Callable[[Number | Name], T],
    call: Callable[[Call, tuple[T, ...]], T],
    done: Folded[T] | None = None,
) -> T:
    """`expr` read from the leaves up: `leaf` for numbers and names, `call` for calls with their arguments' results.

    `done` are the results so far, for several expressions that share parts.
    """
    if not isinstance(expr, Call):
        return leaf(expr)
    done = Folded() if done is None else done
    done.kept.append(expr)  # With it all its parts keep their identities.
    stack: list[Expr] = [expr]
    while stack:
        part = stack[-1]
        if isinstance(part, Call):
            waiting = [arg for arg in part.args if id(arg) not in done]
            if waiting:
                stack.extend(reversed(waiting))
                continue
            if id(part) not in done:  # What stands twice among arguments has been waited for twice.
                done[id(part)] = call(part, tuple([done[id(arg)] for arg in part.args]))
        elif id(part) not in done:
            done[id(part)] = leaf(part)
        stack.pop()
    return done[id(expr)]


def with_args(call: Call, args: tuple[Expr, ...]) -> Call:
    """`call` on `args`, with its options; itself where they are the ones it has."""
    for new, old in zip(args, call.args, strict=True):
        if new is not old:
            return Call(call.fn, args, call.span, call.options)
    return call


def size(expr: Expr, most: int) -> int:
    """The names, numbers and operations of a formula written out, counted up to one more than `most`.

    Shared parts count as often as they are written, so the count must end early: there may be 2^1000.
    """
    count, stack = 0, [expr]
    while stack and count <= most:
        part = stack.pop()
        count += 1
        if isinstance(part, Call):
            stack += part.args
    return count


def names(expr: Expr) -> dict[str, Name]:
    """The names in `expr`, each with its first place, in the order of their first place."""
    found: dict[str, Name] = {}
    # A leaf by itself needs no walk.
    for part in postorder(expr) if isinstance(expr, Call) else (expr,):
        if isinstance(part, Name):
            found.setdefault(part.id, part)
    return found


def rewrite_calls(expr: Expr, replacements: Mapping[int, Expr]) -> Expr:
    """`expr` with the calls of these identities replaced."""
    return fold(expr, lambda leaf: leaf, lambda call, args: replacements.get(id(call)) or with_args(call, args))


def _unhashed(expr: Expr) -> Iterator[Expr]:
    """The parts of `expr` whose hash is not known, arguments before the calls that use them."""
    stack: list[Expr] = [expr]
    while stack:
        part = stack[-1]
        waiting = [arg for arg in part.args if not hasattr(arg, "_hash")] if isinstance(part, Call) else []
        if waiting:
            stack.extend(waiting)
            continue
        yield stack.pop()  # What stands twice on the stack is hashed twice.


def _content(leaf: Number | Name) -> float | str:
    return leaf.value if isinstance(leaf, Number) else leaf.id


def _number(expr: Expr, seen: dict[object, int]) -> int:
    """A number for the structure of `expr`: that of `seen` where it is in there, else the next."""

    def number(structure: object) -> int:
        """The number of a structure, the next one where it is new."""
        return seen.setdefault(structure, len(seen))

    return fold(expr, lambda leaf: number(_content(leaf)), lambda call, args: number((call.fn, args, call.options)))
