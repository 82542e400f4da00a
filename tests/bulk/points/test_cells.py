"""Plain CSV lines by arrays: the same floats as Python's own reader gives, or none at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from backcalc.bulk.points.cells import plain_cells

law = settings(max_examples=200)

floats = st.floats(allow_nan=False, allow_infinity=False)
shortish = st.integers(-(10**9), 10**9).map(lambda n: f"{n / 10**4:.4f}")
odd = st.text("0123456789+-.eE", min_size=1, max_size=12)
cells = st.one_of(floats.map(repr), shortish, odd, st.sampled_from(["-0", "+1", ".5", "5.", "1e-400", " 2", "007"]))


def exact(values):
    """Floats as texts that tell −0 from 0."""
    return [list(map(repr, row)) for row in values]


def python_reads(rows):
    """What float() makes of the cells; None where it refuses one, or where that is too large."""
    try:
        found = [[float(cell) for cell in row] for row in rows]
    except ValueError:
        return None
    return found if all(abs(number) != float("inf") for row in found for number in row) else None


@law
@given(st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(cells, min_size=n, max_size=n), min_size=1, max_size=6)))
@example([["1e308"], ["-1e-308"]])
@example([["1", "2.5"], ["-0.0", "3"]])
@example([["9007199254740993"], ["0.30000000000000004"]])
def test_the_numbers_are_those_of_float(rows):
    lines = "".join(",".join(row) + "\n" for row in rows).encode()
    found = plain_cells(lines, len(rows[0]), range(len(rows[0])))
    expected = python_reads(rows)
    assert found is None or exact(found.tolist()) == exact(expected)
    if expected is not None and all(cell in repr(float(cell)) for row in rows for cell in row):
        assert found is not None  # What programs write is read the fast way.


REFUSED = [
    "1,2\n3\n",
    "1\n2,3,4\n",
    "1,\n",
    ",1\n",
    "\n1,2\n",
    '"1",2\n',
    "1,two\n",
    "1_0,2\n",
    "nan,1\n",
    "1e999,2\n",
    "1,é\n",
]


@pytest.mark.parametrize("lines", [*REFUSED, "1,2\0\n", "1;2\n", "1,2 \n", "1," + "0" * 200_000 + "\n"])
def test_what_the_plain_reader_must_look_at(lines):
    assert plain_cells(lines.encode(), 2, [0, 1]) is None


def test_columns_that_are_not_used_may_hold_words():
    assert plain_cells(b"a,1,2\nb,3,4\n", 3, [1, 2]).tolist() == [[1, 2], [3, 4]]


def test_no_lines_are_no_points():
    assert plain_cells(b"", 2, [0, 1]).shape == (0, 2)
