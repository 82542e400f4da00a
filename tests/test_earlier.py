"""Files that were valid keep their meaning: what texts gave when the language was first fixed, they give still.

`earlier.jsonl` was written once, by the code of that time, and is not to be written again: a text, a point, and for
each node its value and its adjoint to 13 digits, null where there were none in numbers. Some texts came to mean two
things: they are refused, and stand there with the code of the refusal.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import backcalc
from backcalc.text.errors import BackcalcError, Code

TEXTS = [json.loads(line) for line in Path(__file__).with_name("earlier.jsonl").read_text("utf-8").splitlines()]
KEPT = [each for each in TEXTS if "refused" not in each]
REFUSALS = (Code.AMBIGUOUS, Code.POWER_OF_T, Code.LOSS_TAKEN)
"""Of what could mean two things: a minus between blanks, the power of an array, a loss outside beside a node L."""


def is_same(found, expected):
    if expected is None:  # It was a formula, or nothing.
        return True
    found, expected = np.asarray(found, float), np.asarray(expected, float)  # Not finite ones are strings.
    if found.shape not in ((), expected.shape) and expected.shape:
        return False
    return bool(np.allclose(found, expected, rtol=2e-12, atol=1e-300, equal_nan=True))


@pytest.mark.parametrize("part", range(4))
def test_texts_mean_what_they_meant(part):
    for each in KEPT[part::4]:
        found = backcalc.parse(each["text"]).run(each["at"], each["of"])
        assert list(found.nodes) == list(each["nodes"]), each["text"]
        for name, (value, adjoint) in each["nodes"].items():
            assert is_same(found.nodes[name].value, value), (name, each["text"])
            assert is_same(found.nodes[name].adjoint, adjoint), (name, each["text"])


@pytest.mark.parametrize("each", [each for each in TEXTS if "refused" in each], ids=lambda each: each["refused"])
def test_what_came_to_mean_two_things_is_refused(each):
    with pytest.raises(BackcalcError) as caught:
        backcalc.parse(each["text"]).run()  # Of some, the shapes tell.
    code = caught.value.diagnostics[0].code
    assert code == each["refused"]
    assert code in REFUSALS


def test_there_are_many():
    assert len(KEPT) > 200
    assert not is_same(1.0, 1.0 + 1e-9)
    assert not is_same([1.0, 2.0], [[1.0, 2.0]])
