"""Names numbered by arrays: a name's number is its own, whichever way it is found."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from words import laid_out

from backcalc.bulk.arrays.words import LONGEST
from backcalc.bulk.graph import symbols as name_table
from backcalc.bulk.graph.symbols import CollisionError, Names, NameTable, head

law = settings(max_examples=200)
SERIAL = ["n1", "n01", "n7", "n", "n4194304", "n_2", "7", "07", "0", "n0", "n00", "name_of_17_letters"]
some_names = st.text("abnxyz_019", min_size=1, max_size=LONGEST) | st.sampled_from(SERIAL)


@law
@given(
    st.lists(st.lists(some_names) | st.lists(st.integers(0, 30).map("n{}".format)), max_size=3),
    st.sampled_from(["", "n", "na", "eightletters"]),
    st.booleans(),
)
def test_a_name_has_one_number(pieces, prefix, tries_serials):
    table, found, places = NameTable(prefix), {}, []
    for i, texts in enumerate(pieces):
        some = laid_out(texts)
        ids = table.ids_of_serials(some, lambda starts, i=i: starts + 1000 * i) if tries_serials else None
        if ids is None:
            ids = table.ids(some, lambda starts, i=i: starts + 1000 * i)
        for name, number in zip(texts, ids.tolist(), strict=True):
            assert found.setdefault(name, number) == number
        places += [(1000 * i + start, name) for start, name in zip(some.starts.tolist(), texts, strict=True)]
    assert sorted(found.values()) == list(range(table.count))
    for number, (start, length) in enumerate(zip(*(column.tolist() for column in table.places()), strict=True)):
        name = next(name for at, name in places if at == start)
        assert (found[name], len(name)) == (number, length)


@pytest.mark.parametrize("prefix", ["", "n", "m"])
def test_many_names_in_a_table_that_grows(monkeypatch, prefix):
    monkeypatch.setattr(name_table._HashTable, "_STEP", 100)
    texts = [f"n{i * i % 1009}" for i in range(3000)] + [f"a_long_name_{i % 77}" for i in range(500)]
    some = laid_out(texts)
    ids = NameTable(prefix).ids(some, np.asarray).tolist()
    assert len(set(ids)) == len(set(texts)) == len(set(zip(ids, texts, strict=True)))


def test_long_names_with_one_hash_are_told_apart(monkeypatch):
    monkeypatch.setattr(name_table, "_FACTORS", [np.uint64(0), np.uint64(0x9E3779B97F4A7C15)])
    some = laid_out(["name_of_17_letters", "name_of_18_letters"])
    with pytest.raises(CollisionError):
        NameTable().ids(some, np.asarray)


some_texts = st.lists(st.text("abn019_", min_size=1, max_size=12))


@law
@given(some_texts, st.lists(st.text("aσ′", min_size=1, max_size=12)), st.randoms(use_true_random=False))
def test_names_are_a_list_of_them(standing, others, random):
    text = " ".join(standing)
    starts = [len(" ".join(standing[:i])) + (i > 0) for i in range(len(standing))]
    columns = [[head(name) for name in standing], starts, [len(name) for name in standing]]
    names = Names(text, [np.array(*column) for column in zip(columns, [np.uint64, np.int32, np.int64], strict=True)])
    names, expected = names.followed_by(others), [*standing, *others]
    places = np.array([i for i in range(len(expected)) if random.random() < 0.7], np.int64)
    names, expected = names.chosen(places), [expected[i] for i in places.tolist()]
    assert list(names) == [names[i] for i in range(len(names))] == names[:] == expected
    assert [row.tobytes().rstrip(b"\0").decode() for row in names.columns(slice(None))] == expected
    found = names.places([*expected, "no_name"])
    assert found.keys() == set(expected)
    assert all(expected[i] == name for name, i in found.items())
