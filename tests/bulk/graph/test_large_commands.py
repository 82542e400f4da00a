"""Every command ends alike on a text that is read by arrays and on the same read as objects."""

from __future__ import annotations

from collections import Counter

import pytest
from fuzz.batches import scratch
from large_commands import disagreement

COUNT, PARTS = 120, 4


@pytest.mark.parametrize("part", range(PARTS))
def test_commands_end_alike(part):
    statuses = Counter()
    with scratch():
        for i in range(part, COUNT, PARTS):
            _, end, found = disagreement("commands", i)
            assert not found, found
            statuses[end.status] += 1
    assert statuses[0] + statuses[1] > COUNT / PARTS / 4
