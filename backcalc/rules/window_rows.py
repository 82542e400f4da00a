"""The rows of what rearranges an array or goes over it window by window, for each choice of their whole numbers.

The numbers are options: `conv(x, w, stride=2)` has two arguments. The rows are made at its first use, for
vectors and for matrices. Source of the rules: Dumoulin and Visin 2016, "A guide to convolution arithmetic for deep
learning", sections 2 and 4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from backcalc.language.expr import Options
from backcalc.rules.row import Primitive
from backcalc.rules.table import row

CONV, RESHAPE, FLATTEN = "conv", "reshape", "flatten"
POOLS = {"maxpool": r"\operatorname{maxpool}", "avgpool": r"\operatorname{avgpool}"}

NUMBERS: Mapping[str, Mapping[str, int | None]] = {
    CONV: {"stride": 1, "pad": 0},
    RESHAPE: {"m": None, "n": None},
    **{pool: {"n": None} for pool in POOLS},
}
"""The whole numbers that each takes behind its arguments, by name or in this order; None where it must be said."""

INNER = ("correlate_x", "correlate_w", "unpool", "pool_sum", "like")
"""What only the texts below call, and the language can write out for arrays of known shapes."""

BOUNDS = {"pad": (0, 1_000)}
"""The least and the most that such a number can be, where that is not 1 or more: zeros around cost memory."""

# Of the rows that stand in the table before a file has chosen any.
_PLAIN = {CONV: {"stride": 1, "pad": 0}, RESHAPE: {"m": 2, "n": 3}, **{pool: {"n": 2} for pool in POOLS}}
_RANKS = (1, 2)


def numbered_rows(symbol: str, chosen: Options = ()) -> tuple[Primitive, ...]:
    """The rows of a function with these numbers."""
    made = {CONV: _conv, RESHAPE: _reshape, "maxpool": _maxpool, "avgpool": _avgpool}[symbol]
    return tuple(each._replace(chosen=chosen) for each in made(symbol, {**_PLAIN[symbol], **dict(chosen)}))


def _options(name: str) -> str:
    return " ".join(each if default is None else f"{each}={default}" for each, default in NUMBERS[name].items())


def _conv(symbol: str, numbers: Mapping[str, int]) -> Iterator[Primitive]:
    more = f"{numbers['stride']}, {numbers['pad']}"
    latex = {(1, 0): "<w> \\star <x>"}.get((numbers["stride"], numbers["pad"]), rf"<w> \star_{{{more}}} <x>")
    for rank in _RANKS:
        yield row(
            symbol, "x w", f"correlate(x, w, {more}, {rank})", shape=CONV, ranks=((rank, rank),),
            pullbacks=f"correlate_x(x, w, ct, {more}, {rank}); correlate_w(x, w, ct, {more}, {rank})",
            options=_options(CONV), latex=latex,
        )  # fmt: skip


def _reshape(symbol: str, numbers: Mapping[str, int]) -> Iterator[Primitive]:
    m, n = numbers["m"], numbers["n"]
    yield row(  # One row for all ranks: of which shape x was, `like` sees.
        symbol, "x", f"arranged(x, {m}, {n})", shape=RESHAPE, pullbacks="like(ct, x)", options=_options(RESHAPE),
        latex=rf"\operatorname{{reshape}}_{{{m} \times {n}}}(<x>)",
    )  # fmt: skip


def _maxpool(symbol: str, numbers: Mapping[str, int]) -> Iterator[Primitive]:
    n = numbers["n"]
    for rank in _RANKS:
        of_out = f"unpool(out, x, {n}, {rank})"
        # What is largest in a window shares its cotangent evenly, as `max` does.
        count = f"pool_sum(x == {of_out}, {n}, {rank})"
        yield row(
            symbol, "x", f"pool_max(x, {n}, {rank})", shape="pool", ranks=((rank,),),
            pullbacks=f"where(x == {of_out}, unpool(ct/{count}, x, {n}, {rank}), 0)",
            kinks=f"sum({count}) > sum(out == out)", selects="out", options=_options("maxpool"),
            latex=rf"{POOLS['maxpool']}_{{{n}}}(<x>)",
        )  # fmt: skip


def _avgpool(symbol: str, numbers: Mapping[str, int]) -> Iterator[Primitive]:
    n = numbers["n"]
    for rank in _RANKS:
        yield row(
            symbol, "x", f"pool_sum(x, {n}, {rank})/{n**rank}", shape="pool", ranks=((rank,),),
            pullbacks=f"unpool(ct/{n**rank}, x, {n}, {rank})", options=_options("avgpool"),
            latex=rf"{POOLS['avgpool']}_{{{n}}}(<x>)",
        )  # fmt: skip


WINDOW_ROWS = (
    row(FLATTEN, "x", "", pullbacks="like(ct, x)", shape=FLATTEN, latex=r"\operatorname{vec}(<x>)"),
    *(each for name in NUMBERS for each in numbered_rows(name)),
)
