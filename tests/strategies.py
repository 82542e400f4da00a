"""What hypothesis draws from: expressions, statements and whole files of the language, and forms nested to any depth.

`programs` gives texts laid out in many ways; `expressions` and `statements` give records, to be printed and read again.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from hypothesis import strategies as st

from backcalc.language.expr import IF, INDEX, NEGATE, NOWHERE, TEMPLATE, TRANSPOSE, VECTOR, Call, Expr, Name, Number
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
)
from backcalc.language.unparse import unparse_statement
from backcalc.text.source import Span

# ---- Expressions -----------------------------------------------------------------------------------------------------

SOFT_WORDS = ("input", "output", "given", "adjoint", "const", "def", "claim", "for", "in")
PLAIN_NAMES = (
    "x",
    "y",
    "v2",
    "w_1",
    "d",
    "e",
    "pi",
    "T",
    "σ1",
    "ŷ",
    "x̂",
    "y'",
    "h''",
    "ж1",
    "iffy",
    "android",
    "длина",
)
LITERALS = (
    "0",
    "1",
    "2",
    "10",
    "007",
    "2.",
    "0.5",
    ".25",
    "1.50",
    "1e3",
    "2E-5",
    "1.5e+10",
    "1e-300",
    "12345678901234567890",
)
INFIX = ("or", "and", "<", "<=", ">", ">=", "==", "!=", "+", "-", "*", "/", "@", "^")

names = st.sampled_from(PLAIN_NAMES + SOFT_WORDS).map(Name)
numbers = st.one_of(
    st.sampled_from(LITERALS).map(lambda text: Number(float(text), text)),
    st.floats(0, allow_infinity=False).map(lambda value: Number(abs(value))),
)
_counts = st.integers(0, 30).map(lambda value: Number(float(value), str(value)))


def _infix(operands: st.SearchStrategy[Expr], signs: tuple[str, ...]) -> st.SearchStrategy[Expr]:
    return st.builds(lambda fn, a, b: Call(fn, (a, b)), st.sampled_from(signs), operands, operands)


def _applied(fn: str, *operands: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    return st.tuples(*operands).map(lambda args: Call(fn, args))


integers = st.recursive(
    st.sampled_from(("k", "j")).map(Name) | _counts,
    lambda inner: _infix(inner, ("+", "-", "*", "/", "^")) | _applied(NEGATE, inner),
    max_leaves=5,
)


@st.composite
def templates(draw: st.DrawFn) -> Expr:
    """A name such as `t{k-1}_{j}'`: texts and indices take turns, a text first."""
    parts: list[Expr] = [Name(draw(st.sampled_from(("t", "b_", "σ", "y'", "x̂"))))]
    for _ in range(draw(st.integers(1, 3))):
        parts += [draw(integers), Name(draw(st.sampled_from(("", "_", "out", "2", "'", "b'"))))]
    if not parts[-1].id:  # Only between two indices is there an empty text.
        parts.pop()
    return Call(TEMPLATE, tuple(parts))


def _no_list(place: Expr) -> Expr:
    while isinstance(place, Call) and place.fn == VECTOR:
        place = place.args[0]
    return place


def _extended(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    items = st.lists(inner, min_size=1, max_size=3)
    return st.one_of(
        _infix(inner, INFIX),
        _infix(inner, ("-", "/", "^", "*")),
        _applied(NEGATE, inner),
        _applied("not", inner),
        _applied(TRANSPOSE, inner),
        _applied(IF, inner, inner, inner),
        st.builds(
            lambda fn, args: Call(fn, tuple(args)), st.sampled_from(("sin", "f'", "σ", "d")), items | st.just([])
        ),
        items.map(lambda args: Call(VECTOR, tuple(args))),
        # A list as a place is another operation.
        st.builds(lambda x, places: Call(INDEX, (x, *map(_no_list, places))), inner, items),
    )


expressions = st.recursive(names | numbers | templates(), _extended, max_leaves=12)

# ---- Statements ------------------------------------------------------------------------------------------------------

_small = st.recursive(names | numbers | templates(), _extended, max_leaves=4)
_declared = names | templates()
_wholes = st.sampled_from(("1", "2", "007", "10")).map(Name)
_nodes = _declared | _wholes
_bare_tails = st.sampled_from((*PLAIN_NAMES, "in", "const")).map(Name) | templates() | _wholes
_optional_bounds = st.none() | st.tuples(_small, _small)


def _edges(tails: st.SearchStrategy[Expr], spellings: tuple[str, ...]) -> st.SearchStrategy[Edge]:
    return st.builds(Edge, tails, _nodes, _small, st.sampled_from(spellings), st.just(NOWHERE))


edges = _edges(_nodes, ("->", ",", "d()", "∂", "∂()")) | _edges(_bare_tails, (" ", "\t"))
headers = st.builds(
    lambda tail, head, partial, spelling: Header(
        Edge(Name(tail), Name(head), Name(partial), spelling, NOWHERE), NOWHERE
    ),
    st.sampled_from(("source", "from", "Tail")),
    st.sampled_from(("target", "to", "Head")),
    st.sampled_from(("partial", "weight", "VALUE")),
    st.sampled_from((",", " ", "\t")),
)
_params = st.lists(st.sampled_from(PLAIN_NAMES), min_size=1, max_size=3, unique=True).map(tuple)
_shapes = st.none() | st.lists(_small, min_size=1, max_size=2).map(tuple)
_partials = st.lists(
    st.builds(
        Partial,
        st.sampled_from(PLAIN_NAMES),
        st.sampled_from(PLAIN_NAMES),
        _small,
        st.sampled_from(("d()", "∂", "∂()")),
        st.just(NOWHERE),
    ),
    max_size=2,
).map(tuple)
# A default behind a bare name could be that of both, and is refused: here all inputs but the last have a shape.
_several = st.builds(
    lambda shaped, last: Inputs((*shaped, last), NOWHERE),
    st.lists(
        st.builds(
            Input,
            _declared,
            st.lists(_small, min_size=1, max_size=2).map(tuple),
            st.none() | _small,
            _optional_bounds,
            st.just(NOWHERE),
        ),
        min_size=1,
        max_size=2,
    ),
    st.builds(Input, _declared, _shapes, st.none() | _small, _optional_bounds, st.just(NOWHERE)),
)
simple_statements = st.one_of(
    edges,
    st.builds(Definition, _declared, _small, st.just(NOWHERE)),
    st.builds(
        Input,
        _declared,
        _shapes,
        st.none() | _small,
        _optional_bounds,
        st.just(NOWHERE),
    ),
    _several,
    st.builds(Const, _declared, _small, st.just(NOWHERE)),
    st.builds(Output, _declared, st.just(NOWHERE)),
    st.builds(Given, _declared, _small, st.just(NOWHERE)),
    st.builds(Adjoint, _declared, _small, st.just(NOWHERE)),
    st.builds(Function, st.sampled_from(PLAIN_NAMES), _params, _small, st.just(NOWHERE), _partials),
    st.builds(Claim, _small, st.just(NOWHERE)),
)


def _loops(body: st.SearchStrategy[Statement]) -> st.SearchStrategy[Loop]:
    bodies = st.lists(body, max_size=3).map(tuple)
    return st.builds(Loop, st.sampled_from(("k", "j", "in", "y'")), integers, integers, bodies, st.just(NOWHERE))


statements = st.recursive(simple_statements, lambda body: simple_statements | _loops(body), max_leaves=6)


def without_places(record: Any) -> Any:
    """`record`, a statement or part of one, with every span the same, so that equality is that of what is said."""
    if isinstance(record, Span):
        return NOWHERE
    if isinstance(record, tuple):
        parts = map(without_places, record)
        return record._make(parts) if hasattr(record, "_make") else tuple(parts)
    return record


def typed(record: Any) -> Any:
    """`record` with its type, and so its parts: records are tuples, and those of two types may have equal parts."""
    return (type(record), *map(typed, record)) if isinstance(record, tuple) else record


# ---- Files -----------------------------------------------------------------------------------------------------------

_ends = st.sampled_from(
    ("\n", "\n", ";", " ; ", "\n\n", "\n \n\n\n", "\n\t", "  # behind\n", " #\n", "\n# (above\n", "\n\n#=t = 1 \n\n")
)
_breaks = st.sampled_from(("", "", "", " ", "\n", "\n\n", " # inside ]\n", "\n# own; {\n"))


def _broken(draw: st.DrawFn, text: str) -> str:
    """`text` with line breaks and comments after its brackets and commas."""
    out, depth = [], 0
    for char in text:
        depth += (char in "([") - (char in ")]")
        out.append(char + (draw(_breaks) if depth and char in "([," else ""))
    return "".join(out)


def _laid_out(draw: st.DrawFn, statement: Statement) -> str:
    if not isinstance(statement, Loop):
        return _broken(draw, unparse_statement(statement))
    head = unparse_statement(statement._replace(body=())).removesuffix(" }").rstrip()
    return f"{head} {_sequence(draw, statement.body)}}}"


def _sequence(draw: st.DrawFn, body: tuple[Statement, ...]) -> str:
    parts = [draw(st.sampled_from(("", "\n", " # at the brace\n", "\n\n")))]
    for statement in body:
        parts += [_laid_out(draw, statement), draw(_ends)]
    return "".join(parts)


@st.composite
def programs(draw: st.DrawFn) -> str:
    """The text of a file: statements, comments and blank lines in any layout."""
    body = draw(st.lists(statements, max_size=5))
    if draw(st.booleans()):
        body.insert(0, draw(headers))
    return draw(st.sampled_from(("", "\n\n", "# first\n", "#!x\n\n\n"))) + _sequence(draw, tuple(body))


# Pieces of text in no order: what a parser must refuse in words, if it does not accept it.
TOKENS = (
    *SOFT_WORDS,
    *("if", "then", "else", "and", "or", "not", "x", "y1", "d", "∂", "t{k", "}", "{", "2", "0.5", "1e9", "3.", ".5"),
    *"+-*/^@=<>()[],:;#'!?$%&|~´²½→×√∞′\"",
    *("->", "**", "==", "<=", "..", ".T", "dv/du", "d(v)/d(u)", "\n", "\t", " ", "−", "\u200b", "\x00", "\u0302"),
)
token_soup = st.builds(
    lambda glue, pieces: glue.join(pieces), st.sampled_from(("", " ")), st.lists(st.sampled_from(TOKENS), max_size=25)
)

# Lines of few forms, with the words that do not fit them.
_words = st.sampled_from(
    [
        *("x", "y1", "d", "n12345", "a_rather_long_name", "x'", "σ1", "x̂", "in", "if", "sin", "T", "e", "W.T"),
        *(
            "0",
            "1",
            "01",
            "12",
            "0.5",
            "2.",
            ".5",
            "1e5",
            "1E-7",
            "1e999",
            "12345678901234567890",
            "0.1234567890123456",
        ),
    ]
)
_line_forms = st.sampled_from(
    [
        *("{} -> {} : {}", "{} {} {}", "{},{},{}", "{}\t{}\t{}", "d({})/d({}) = {}", "∂{}/∂{} = {}", "{} = {}"),
        *("{} = sin({} + {})", "{} = 2.5*{} - {}^2", "{} = ({} + {}", "{} -> {} : ({})", "{} = [{}, {}.T]", "{} : {}"),
        *("given {} = {}", "input {}", "for {} in 1..{} {{", "}}", "", "# {}", "{} = 2{}", "{} = f{}", "{};{}={}"),
        *("{}={}^-{}", "{}", "{} = ({} + {})*{}", "{} = {}\t+  {}"),
    ]
)
line_soup = st.builds(
    lambda before, form, words, after: before + form.format(*words) + after,
    st.sampled_from(("", "", "", " ", "\t", "\x0b")),
    _line_forms,
    st.tuples(_words, _words, _words, _words),
    st.sampled_from(("", "", "", " ", "\r", "; ", "# c", " #= {x} = 1", "\t#", " }", ")")),
)

# ---- Depth -----------------------------------------------------------------------------------------------------------

X, C, ONE = Name("x"), Name("c"), Number(1.0, "1")


class Nest(NamedTuple):
    """A form nested to any depth: `before` and `after` so many times around the text `core`, `wrap` around `inner`."""

    before: str
    core: str
    after: str
    inner: Expr
    wrap: Callable[[Expr], Expr]

    def text(self, n: int) -> str:
        """The form nested n times, as text."""
        return self.before * n + self.core + self.after * n

    def expr(self, n: int) -> Expr:
        """The form nested n times, as the expression that the text stands for."""
        expr = self.inner
        for _ in range(n):
            expr = self.wrap(expr)
        return expr


DEPTH_OF_FORMS = 300

NESTS = {
    "call": Nest("f(", "x", ")", X, lambda y: Call("f", (y,))),
    "minus": Nest("-", "x", "", X, lambda y: Call(NEGATE, (y,))),
    "not": Nest("not ", "x", "", X, lambda y: Call("not", (y,))),
    "transpose": Nest("", "x", ".T", X, lambda y: Call(TRANSPOSE, (y,))),
    "vector": Nest("[", "x", "]", X, lambda y: Call(VECTOR, (y,))),
    "index of an index": Nest("", "x", "[1]", X, lambda y: Call(INDEX, (y, ONE))),
    "index by an index": Nest("x[", "1", "]", ONE, lambda y: Call(INDEX, (X, y))),
    "sum": Nest("", "x", " + 1", X, lambda y: Call("+", (y, ONE))),
    "sum on the right": Nest("1 + (", "x - 1", ")", Call("-", (X, ONE)), lambda y: Call("+", (ONE, y))),
    "power": Nest("x^", "1", "", ONE, lambda y: Call("^", (X, y))),
    "power of a power": Nest("(", "x^1", ")^1", Call("^", (X, ONE)), lambda y: Call("^", (y, ONE))),
    "negative power": Nest("x^-", "1", "", ONE, lambda y: Call("^", (X, Call(NEGATE, (y,))))),
    "comparison": Nest("c < (", "c < 1", ")", Call("<", (C, ONE)), lambda y: Call("<", (C, y))),
    "if in the last branch": Nest("if c then 1 else ", "x", "", X, lambda y: Call(IF, (C, ONE, y))),
    "if in the condition": Nest("if ", "c", " then 1 else x", C, lambda y: Call(IF, (y, ONE, X))),
}
