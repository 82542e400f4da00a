"""The allocator's settings: they work where there are any, and elsewhere nothing is said."""

from __future__ import annotations

import ctypes
import subprocess
import sys

import pytest

from backcalc.bulk.arrays import memory as allocation

CALLS = [allocation.keep_freed.__wrapped__, allocation.give_back_freed]


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "found", [OSError("no such library"), TypeError("bad argument type"), AttributeError("mallopt")]
)
def test_another_c_library(call, found, monkeypatch):
    def no_library(_name):
        raise found

    monkeypatch.setattr(ctypes, "CDLL", no_library)
    call()


def test_arrays_go_on_as_before():
    # In a process of its own, for the settings stay.
    program = """
import numpy as np
from backcalc.bulk.arrays.memory import give_back_freed, keep_freed
keep_freed()
print(sum(int(np.arange(size).sum()) for size in (10, 10**6, 3 * 10**7)))
give_back_freed()
"""
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(found.stdout) == sum(size * (size - 1) // 2 for size in (10, 10**6, 3 * 10**7))
