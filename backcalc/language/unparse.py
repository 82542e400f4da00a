"""Expressions and statements as text in the language, with no more parentheses than they need.

`parse(unparse(x)) == x` for every expression and statement. Expressions are written piece by piece from a stack, not by
recursion and not by joining ever longer strings, so a deep or long one costs time in proportion to its size.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from backcalc.language.expr import (
    FOR,
    IF,
    INDEX,
    NEGATE,
    PICK,
    SLICES,
    TEMPLATE,
    TRANSPOSE,
    VECTOR,
    WITHIN,
    Call,
    Expr,
    Name,
    Number,
    keyword_of,
    written_options,
)
from backcalc.language.statements import (
    Adjoint,
    Claim,
    Const,
    Definition,
    Edge,
    Function,
    Given,
    Header,
    Input,
    Inputs,
    Loop,
    Output,
    Partial,
    Statement,
    written_name,
)

# How tightly a form binds, loosest first. `if` takes all that follows it, so it is bare only where nothing follows.
CONDITIONAL, OR, AND, NOT, COMPARISON, SUM, PRODUCT, UNARY, POWER, POSTFIX, ATOM = range(11)

BINARY = {"or": OR, "and": AND, "+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "@": PRODUCT, "^": POWER}
BINARY |= dict.fromkeys(("<", "<=", ">", ">=", "==", "!="), COMPARISON)
TIGHTNESS = BINARY | {NEGATE: UNARY, "not": NOT, IF: CONDITIONAL, TRANSPOSE: POSTFIX, INDEX: POSTFIX}
_TIGHT = {"*", "/", "^"}  # Written without spaces, as `w*x + b` is by hand.

COMMA = ", "
"""The piece between two items of a list."""
Piece = str | tuple[Expr, int]
"""A text, or a part still to be written where its surroundings ask for so much tightness."""


def unparse(expr: Expr) -> str:
    """`expr` as text in the language."""
    return "".join(pieces_of(expr))


def pieces_of(expr: Expr) -> list[str]:
    """The words and signs of `expr` as text in the language; a comma between items is one of its own."""
    out: list[str] = []
    stack: list[Piece] = [(expr, CONDITIONAL)]
    while stack:
        piece = stack.pop()
        # Pieces come off the stack in the order of the text, so what is written need never be touched again.
        if isinstance(piece, str):
            out.append(piece)
        elif isinstance(piece[0], Call):
            stack.extend(reversed(_call(piece[0], piece[1])))
        else:
            out.append(_leaf(piece[0], piece[1]))
    return out


def number_text(value: float) -> str:
    """The shortest text that reads back as `value`; a whole number has no point."""
    text = repr(float(value))
    return text.removesuffix(".0")


def number_texts(values: list[float]) -> list[str]:
    """The text of each of many numbers, by C code at one go."""
    text = repr(values)[1:-1] + ", "  # So that the last ends as all others do.
    return text.replace(".0, ", ", ").split(", ")[:-1] if values else []


def _leaf(leaf: Number | Name, tightness: int) -> str:
    if isinstance(leaf, Name):
        return leaf.id
    text = leaf.text or number_text(leaf.value)
    # Only a number that was calculated has a sign.
    own = UNARY if text.startswith("-") else ATOM
    return f"({text})" if own < tightness else text


def _call(call: Call, tightness: int) -> list[Piece]:
    """The pieces of `call` where its surroundings ask for `tightness` at least."""
    if call.fn == WITHIN:  # Where it is there its function tells, which stands beside it.
        return [(call.args[0], tightness)]
    own = TIGHTNESS.get(call.fn, ATOM)
    pieces = form(call, own)
    return ["(", *pieces, ")"] if own < tightness else pieces


def form(call: Call, own: int) -> list[Piece]:
    """The pieces of `call`, which binds as tightly as `own`, without parentheses around it."""
    fn, args = call.fn, call.args
    if fn in BINARY:
        return _binary(fn, *args)
    if fn == NEGATE:
        return ["-", (args[0], UNARY)]
    if fn == "not":
        return ["not ", (args[0], NOT)]
    if fn == IF:
        # Of a choice all three may be choices, bare: `then` and `else` part them.
        c, a, b = ((arg, own) for arg in args)
        return ["if ", c, " then ", a, " else ", b]
    if fn == TRANSPOSE:  # `3.T` would read as the number `3.` and a name.
        return [(args[0], ATOM + 1 if isinstance(args[0], Number) else POSTFIX), ".T"]
    if fn == INDEX:
        return [(args[0], POSTFIX), "[", *_listed(args[1:]), "]"]
    if fn in (VECTOR, PICK):
        return ["[", *_listed(args), "]"]
    if fn in SLICES:
        ends = iter(args)
        return [piece if piece == ":" else (next(ends), CONDITIONAL) for piece in fn]
    if fn == FOR:
        return [(args[0], CONDITIONAL), f" {_turns(args[1], args[2], args[3])}"]
    if fn == TEMPLATE:
        return _template(args)
    if (keyword := keyword_of(call)) is not None:
        return [f"{keyword}=", (args[0], CONDITIONAL)]
    name = written_name(fn)
    options = written_options(name, call.options)
    return [name, "(", *_listed(args), *(piece for option in options for piece in (COMMA, option)), ")"]


def _binary(fn: str, left: Expr, right: Expr) -> list[Piece]:
    own = BINARY[fn]
    sign = fn if fn in _TIGHT else f" {fn} "
    if fn == "^":  # Right associative, and its exponent may begin with a minus: 2^-1, but (-x)^2.
        return [(left, POSTFIX), sign, (right, UNARY)]
    if own == COMPARISON:  # Does not chain.
        return [(left, SUM), sign, (right, SUM)]
    # Left associative: a - b - c is (a - b) - c, so only on the right does the same sign need parentheses.
    return [(left, own), sign, (right, own + 1)]


def _listed(items: Sequence[Expr]) -> Iterator[Piece]:
    for i, item in enumerate(items):
        if i:
            yield COMMA
        yield item, CONDITIONAL


def _template(parts: Sequence[Expr]) -> list[Piece]:
    """Texts and indices take turns, a text first."""
    pieces: list[Piece] = []
    for i, part in enumerate(parts):
        pieces += ["{", unparse(part).replace(" ", ""), "}"] if i % 2 else [(part, ATOM)]  # As one word: t{k-1}.
    return pieces


def unparse_statement(statement: Statement) -> str:
    """`statement` as text on one line; a loop with its body in one line too."""
    match statement:
        case Definition(target, formula):
            return f"{unparse(target)} = {unparse(formula)}"
        case Edge() | Header(edge=Edge()):
            return _edge(statement if isinstance(statement, Edge) else statement.edge)
        case Input():
            return f"input {_declared(statement)}"
        case Inputs(items):
            return f"input {', '.join(map(_declared, items))}"
        case Const(target, value):
            return f"const {unparse(target)} = {unparse(value)}"
        case Output(target):
            return f"output {unparse(target)}"
        case Given(target, value):
            return f"given {unparse(target)} = {unparse(value)}"
        case Adjoint(target, value):
            return f"adjoint {unparse(target)} = {unparse(value)}"
        case Function(name, params, body, _, partials):
            own = f" {{ {'; '.join(map(_partial, partials))} }}" if partials else ""
            return f"def {name}({', '.join(params)}) = {unparse(body)}{own}"
        case Claim(condition):
            return f"claim {unparse(condition)}"
        case Loop(body=body):
            # A body of nothing leaves no blank of its own.
            return " ".join(filter(None, (loop_head(statement), "; ".join(map(unparse_statement, body)), "}")))


def loop_head(loop: Loop) -> str:
    """`for k in 2..5 {`."""
    return f"{_turns(Name(loop.variable), loop.first, loop.last)} {{"


def _turns(variable: Expr, first: Expr, last: Expr) -> str:
    """`for k in 2..5`."""
    low, high = unparse(first), unparse(last)
    dots = " .. " if low.endswith(".") or high.startswith(".") else ".."  # Not `2...5`.
    return f"for {unparse(variable)} in {low}{dots}{high}"


def _edge(edge: Edge) -> str:
    tail, head, partial = unparse(edge.tail), unparse(edge.head), unparse(edge.partial)
    match edge.spelling:
        case "->":
            return f"{tail} -> {head} : {partial}"
        case "d" | "∂" | "d()" | "∂()":
            return f"{_differential(edge.spelling, head, tail)} = {partial}"
        case _:
            return edge.spelling.join((tail, head, partial))


def _differential(spelling: str, of: str, wrt: str) -> str:
    """∂of/∂wrt with the sign of `spelling`, each of the two in parentheses where that has some."""
    sign, parentheses = spelling[0], spelling[1:]
    return f"{sign}({of})/{sign}({wrt})" if parentheses else f"{sign}{of}/{sign}{wrt}"


def _partial(partial: Partial) -> str:
    return f"{_differential(partial.spelling, partial.of, partial.wrt)} = {unparse(partial.formula)}"


def _declared(declared: Input) -> str:
    text = unparse(declared.target)
    if declared.shape is not None:
        text += f"[{','.join(map(unparse, declared.shape))}]"
    if declared.default is not None:
        text += f" = {unparse(declared.default)}"
    if declared.bounds is not None:
        text += f" in [{unparse(declared.bounds[0])}, {unparse(declared.bounds[1])}]"
    return text
