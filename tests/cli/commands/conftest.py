"""The command line in this process."""

import io
import sys
from pathlib import Path

import pytest

from backcalc.cli import main

SAMPLES = Path(__file__).parents[3] / "samples"


@pytest.fixture
def call(monkeypatch, capsys):
    """`backcalc` with its arguments, in the samples' folder: (status, stdout, stderr)."""
    monkeypatch.chdir(SAMPLES)
    monkeypatch.delenv("NO_COLOR", raising=False)

    def run(*arguments, stdin=""):
        monkeypatch.setattr(sys, "argv", ["backcalc", *arguments])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin.encode())))
        capsys.readouterr()
        with pytest.raises(SystemExit) as exit_:
            main()
        return exit_.value.code, *capsys.readouterr()

    return run
