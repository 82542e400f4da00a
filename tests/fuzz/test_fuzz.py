"""Some thousand inputs to all commands: each ends in a result or in an error with its place."""

from __future__ import annotations

import pytest
from fuzz.batches import batch

SEED, BATCH = 2026, 500


@pytest.mark.parametrize("first", range(0, 2000, BATCH))
def test_no_input_fails(first):
    found = batch((SEED, first, first + BATCH))
    assert not found.failures, found.examples
    assert found.inputs == BATCH
