"""Long tables: which rows are shown, and the words for those that are not."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import backcalc
from backcalc.language.expr import Name
from backcalc.render.document import Table, left_out
from backcalc.render.reports.limit import most, size
from backcalc.render.reports.run import run_tables
from backcalc.render.writer import PLAIN

FAN = "\n".join(f"y{i} = {i}*x{i}" for i in range(1, 31)) + f"\nL = {' + '.join(f'y{i}' for i in range(1, 31))}"


def run(of=None):
    return backcalc.parse(FAN).run({f"x{i}": 1 for i in range(1, 31)}, of=of).run


def written(blocks):
    """Tables as text, and sentences."""
    return [PLAIN.written(block) if isinstance(block, Table) else PLAIN.cell(block.words) for block in blocks]


@given(st.lists(st.integers()), st.integers(1, 10))
def test_most_are_the_smallest_keys_in_the_order_in_which_they_stand(rows, limit):
    found = most(list(enumerate(rows)), limit, lambda item: item[1])
    assert [value for _, value in sorted(found, key=lambda item: item[1])] == sorted(rows)[:limit]
    assert [place for place, _ in found] == sorted(place for place, _ in found)


@pytest.mark.parametrize(
    ("value", "found"),
    [(-2.0, 2), (nan, inf), (np.array([1.0, -3.0]), 3), (np.array([1.0, nan]), inf), (Name("W"), inf), (None, inf)],
)
def test_size(value, found):
    assert size(value) == found


def test_a_long_table_has_the_output_then_inputs_then_the_largest_adjoints():
    nodes, words, gradient, more = written(run_tables(run(), limit=5))
    assert [row[0] for row in nodes.rows] == ["x27", "x28", "x29", "x30", "L"]
    assert words == "… 56 of 61 rows are left out; --limit 0 shows all."
    assert [row[0] for row in gradient.rows] == [f"∂L/∂x{i}" for i in range(26, 31)]
    assert more == "… 25 of 30 rows are left out; --limit 0 shows all."


def test_with_room_for_all_inputs_others_come_by_the_size_of_their_adjoint():
    nodes, *_ = written(run_tables(run(of="y7"), limit=32))
    assert [row[0] for row in nodes.rows if row[1] != "input"] == ["y1", "y7"]
    assert nodes.strong == {nodes.rows.index(row) for row in nodes.rows if row[0] == "y7"}


@pytest.mark.parametrize("limit", [0, 61, 1000])
def test_no_words_where_nothing_is_left_out(limit):
    assert [len(grid.rows) for grid in run_tables(run(), limit=limit)] == [61, 30]
    assert not left_out(61, 61)


@pytest.mark.parametrize("shown", [{"partials": True}, {"pairs": True}])
def test_other_tables_are_cut_at_their_end(shown):
    grids = run_tables(run(), limit=5, **shown)
    assert [len(block.rows) if isinstance(block, Table) else 0 for block in grids] == [5, 0, 5, 0, 5, 0]
    assert "rows are left out" in grids[3].words
