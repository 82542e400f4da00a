"""What is asked before in the same process changes no answer."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ASKED = 40


def test_an_answer_does_not_hang_on_those_before_it():
    script = Path(__file__).with_name("one_process.py")  # By itself, for this process has answered a lot already.
    command = [sys.executable, script, "--inputs", str(ASKED), "--seed", "2026"]
    found = subprocess.run(command, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
    assert found.stdout.startswith(f"{ASKED} questions with the statuses [0, 1, 2]")
    assert found.stdout.endswith("0 on those before them\n")
