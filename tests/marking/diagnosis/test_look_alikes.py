"""What a name begins with, by which nodes are taken for one another."""

from __future__ import annotations

from unicodedata import normalize

import pytest

from backcalc.marking.diagnosis.look_alikes import by_stem, namesakes, stem

STEMS = [
    ("w7", "w"), ("w_in", "w"), ("_w", ""), ("xhat", "x"), ("ybar2", "y"), ("hat", "hat"), ("η1", "η"),
    # Some letters are one character with their mark, others have none such.
    ("ŷ", "y"), ("ŷ2", "y"), ("x̂", "x"), ("x̂_1", "x"), ("ẏ", "y"), ("θ̂", "θ"), ("ŷtrue", "ytrue"), ("x̂true", "xtrue"),
    ("présent", "present"), ("prénom", "prenom"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "expected"), STEMS)
def test_what_a_name_begins_with(name, expected):
    assert {stem(normalize(form, name)) for form in ("NFC", "NFD")} == {expected}


def test_nodes_whose_names_begin_alike_stand_together():
    assert by_stem(["y", "ŷ", "x", "ȳ1"]) == {"y": [0, 1, 3], "x": [2]}


def test_namesakes_are_the_others():
    of = namesakes(["y", "ŷ", "x", "ȳ1"])
    assert [of(at) for at in range(4)] == [[1, 3], [0, 3], [], [0, 1]]
