"""Where a proof takes a function to have no value: mpmath is the witness of whether there is a real number."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import mpmath
import numpy as np
import pytest
from attacked_claims import ONE, OPERATORS, TWO, UndefinedError, real

from backcalc.bulk.points.enclosures import evaluated, missing_elements
from backcalc.rules.functions.interval import Interval
from backcalc.rules.primitives import lookup
from backcalc.rules.row import Primitive

FUNCTIONS = {1: ONE, 2: {**TWO, **OPERATORS}}
CASES = [(symbol, arity) for arity, table in FUNCTIONS.items() for symbol in sorted(table)]
# All are floats: kinks, poles, ends of domains, their neighbours, and what is near to nothing or large.
NUMBERS = (0.0, 1.0, -1.0, 0.5, -0.5, 2.0, -2.0, 3.0, 0.9999999999999999, 1.0000000000000002, 5e-324, -1e-300, 500.0)


def _row(symbol: str, arity: int) -> Primitive:
    row = lookup(symbol, arity)
    assert row is not None
    return row


def _has_value(symbol: str, args: tuple[float, ...]) -> bool:
    """Whether a function has a real number as its value."""
    try:
        real(FUNCTIONS[len(args)][symbol](*map(mpmath.mpf, args)))
    except (UndefinedError, ZeroDivisionError):
        return False
    except OverflowError:  # Of what is only too large to be worked out.
        return True
    return True


def _misjudged(row: Primitive, symbol: str, arity: int) -> Iterator[tuple[float, ...]]:
    """Points at which a row has a value, or none, for sure, and the function is otherwise."""
    for args in product(NUMBERS, repeat=arity):
        points = [Interval(np.full((1, 1, 1), x), np.full((1, 1, 1), x)) for x in args]
        with np.errstate(all="ignore"):
            doubt, gone = evaluated(row)(*points).doubt, missing_elements(row, *points)
        is_doubtful = doubt is not None and bool(np.any(doubt))
        if not (is_doubtful == bool(gone.any()) == (not _has_value(symbol, args))):
            yield args


@pytest.mark.parametrize(("symbol", "arity"), CASES)
def test_a_function_has_a_value_where_there_is_a_real_number(symbol, arity):
    assert list(_misjudged(_row(symbol, arity), symbol, arity)) == []


@pytest.mark.parametrize(("symbol", "arity"), CASES)
def test_a_box_with_a_place_of_no_value_has_a_doubt(symbol, arity):
    row = _row(symbol, arity)
    with np.errstate(all="ignore"):
        for args in product(NUMBERS, repeat=arity):
            wide = [Interval(np.full((1, 1, 1), x - 0.25), np.full((1, 1, 1), x + 0.25)) for x in args]
            found = evaluated(row)(*wide)
            if not _has_value(symbol, args):
                assert found.doubt is not None
                assert found.doubt.all(), args


WITH_DOMAIN = [case for case in CASES if _row(*case).domain or _row(*case).poles]


@pytest.mark.parametrize(("symbol", "arity"), WITH_DOMAIN)
def test_a_row_without_its_domain_is_caught(symbol, arity):
    row = _row(symbol, arity)
    for column in ("domain", "poles"):
        if getattr(row, column):
            mutant = row._replace(**{column: ""})
            assert next(_misjudged(mutant, symbol, arity), None) is not None, column


@pytest.mark.parametrize(
    ("p", "t", "gone"), [(0, 0, False), (0, 0.5, True), (0.5, 0, False), (1, 1, False), (-1, 0, False)]
)
def test_a_cross_entropy_of_vectors_has_no_value_where_it_is_infinite(p, t, gone):
    row = next(row for row in _row("cross_entropy", 2).variants if row.ranks != ((0, 0),))
    points = [Interval(np.full((1, 2, 1), x), np.full((1, 2, 1), x)) for x in (p, t)]
    with np.errstate(all="ignore"):
        found = evaluated(row)(*points)
        assert bool(missing_elements(row, *points).any()) == gone
    assert (found.doubt is not None and bool(np.any(found.doubt))) >= gone
