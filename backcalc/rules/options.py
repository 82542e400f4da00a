"""Rows of functions with options: the row of `sum`, made over into the one of `sum` along the axis 1.

With its options a function has a row like any other, so nothing behind asks for them. Its texts are made of those of
the row without options: what reduces all elements reduces an axis, and keeps it where what it gives is to go with the
elements again.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from backcalc.language.expr import Call, Expr, Name, Number, Options, fold, with_args
from backcalc.language.unparse import unparse
from backcalc.rules.functions.by_vector import KEEPING
from backcalc.rules.lower import expression
from backcalc.rules.row import AXIS, KEEPDIMS, KEPT, Primitive, RowTable
from backcalc.rules.shapes import ALONG, ROWS
from backcalc.rules.window_rows import NUMBERS, numbered_rows

DDOF = "ddof"
# Of these, in a text, an axis leaves one number for all elements along it, of KEEPING as many as there were.
_REDUCING = ("sum", "mean", "prod", "largest", "smallest", "norm", "logsumexp", "size")
_ALONG, _PAIR = ALONG
# Each rule of a whole array has one along an axis.
_SHAPES = {"reduce": _ALONG, "spread": _ALONG, "logits": _ALONG, "vector": ROWS, "dot": _PAIR, "pair": _PAIR}
# Of slopes; value and kinks are changed by rules of their own.
_COLUMNS = ("partials", "stable", "derived", "from_output", "pullbacks")


def option_row(symbol: str, chosen: Options, table: RowTable) -> Primitive | None:
    """The first row of a function with options, put in `table`; None where it has no such options."""
    key = symbol, chosen
    if key not in table.chosen:
        options = dict(chosen)
        rows = [row for row in table.get(symbol, ()) if options.keys() <= dict(row.options).keys()]
        if not rows:
            return None
        # The last row is that for arrays.
        table.chosen[key] = numbered_rows(symbol, chosen) if symbol in NUMBERS else (_made(rows[-1], chosen),)
    return table.chosen[key][0]


def _made(row: Primitive, chosen: Options) -> Primitive:
    """The row with these options."""
    options = dict(chosen)
    row = row._replace(chosen=chosen, latex=_latex(row, chosen))
    # First: as numbers they are in all texts that follow.
    row = _with_numbers(row, {**{option: default or 0 for option, default in row.options}, **options})
    if DDOF in options:
        row = _of_freedom(row, options[DDOF])
    if AXIS in options:  # Last: it wraps what the texts call in `axis=`.
        row = _along(row, options[AXIS], keeps=bool(options.get(KEEPDIMS)))
    return row


def _latex(row: Primitive, chosen: Options) -> str:
    words = [rf"\mathrm{{{option}}}{{=}}{value}" for option, value in chosen]
    operator = row.symbol.replace("_", r"\_")
    args = r",\ ".join([*(f"<{param}>" for param in row.params), *words])
    return rf"\operatorname{{{operator}}}({args})"


def _mapped(row: Primitive, change: Callable[[Expr], Expr]) -> Primitive:
    """The row with its texts changed, but for those of its value, its domain and its kinks."""
    columns = {name: tuple(unparse(change(expression(text))) for text in getattr(row, name)) for name in _COLUMNS}
    return row._replace(**columns)  # type: ignore[arg-type]


def _with_numbers(row: Primitive, options: dict[str, int]) -> Primitive:
    """The row with its options in its texts as numbers."""
    numbers: dict[str, Expr] = {name: Number(float(value)) for name, value in options.items()}

    def _leaf(part: Number | Name) -> Expr:
        return numbers.get(part.id, part) if isinstance(part, Name) else part

    def _change(text: Expr) -> Expr:
        return fold(text, _leaf, with_args)

    return _mapped(row, _change)._replace(value=unparse(_change(expression(row.value))))


def _of_freedom(row: Primitive, lost: int) -> Primitive:
    """The row of a spread whose mean of squares is by as many fewer than there are elements."""
    number = Number(float(lost))

    def _leaf(part: Number | Name) -> Expr:
        # Besides the mean of the value, the slope has the count by itself.
        return Call("-", (part, number)) if part == Name("n") else part

    def averaged(text: Expr) -> Expr:
        """The text with a sum by the degrees of freedom for its outermost mean."""
        if isinstance(text, Call) and text.fn == "mean":
            return Call("/", (Call("sum", text.args), Call("-", (Call("size", text.args), number))))
        return with_args(text, tuple(map(averaged, text.args))) if isinstance(text, Call) else text

    changed = _mapped(row, lambda text: fold(text, _leaf, with_args))
    return changed._replace(value=unparse(averaged(expression(row.value))))


def _along(row: Primitive, axis: int, *, keeps: bool) -> Primitive:
    """The row along an axis of a matrix, which stays in the value with the length 1 where it `keeps` it."""
    # Of what has no axis fewer than its argument, cotangent and value go with the elements as they are.
    # A vector gives a vector, so nothing has lost its axis.
    goes = row.shape == "vector" or keeps

    def inner(text: Expr) -> Expr:
        """The text where what it gives goes with the elements of the arguments."""
        call = partial(_call, axis=axis, keeps=1)  # Inside, what is reduced goes back to the elements: (x - mean(x))^2.
        found: Expr = fold(text, lambda part: part if goes else _kept(part, axis), call)
        return found

    def outer(text: Expr) -> Expr:
        """The text where what it gives is the value."""
        if not isinstance(text, Call):
            return text
        if text.fn in (*_REDUCING, *KEEPING, "dot"):
            return _call(text, tuple(map(inner, text.args)), axis, int(keeps))
        return with_args(text, tuple(map(outer, text.args)))

    kinks = row.kinks and unparse(outer(expression(row.kinks)))
    value = unparse(outer(expression(row.value)))
    found = _mapped(row, inner)
    # A matrix alone has an axis; the Jacobian is for vectors.
    return found._replace(value=value, kinks=kinks, shape=_SHAPES[row.shape], ranks=(), below="", jacobian="")


def _kept(leaf: Number | Name, axis: int) -> Expr:
    is_of_value = isinstance(leaf, Name) and leaf.id in ("ct", "out")
    return Call(KEPT, (leaf,), options=((AXIS, axis),)) if is_of_value else leaf


def _call(part: Call, args: tuple[Expr, ...], axis: int, keeps: int) -> Call:
    """A function of all elements as the one along an axis; another one as it is."""
    if part.fn == "dot":
        return _call(Call("sum", args), (Call("*", args),), axis, keeps)  # dot has no axis; the sum of products has.
    along: Options = ((AXIS, axis),)
    if part.fn in KEEPING:
        return Call(part.fn, args, options=along)
    if part.fn in _REDUCING:
        return Call(part.fn, args, options=(*along, (KEEPDIMS, 1)) if keeps else along)
    return with_args(part, args)
