"""The cases: a row each, with our command, the peer's script and the ratio that is aimed at.

To add one, write what makes its input into `inputs.py`, into `peers/` a script that prints what ours prints, and a row
below. `python benchmarks --check` compares the numbers.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import NamedTuple

from processes import run

HERE = Path(__file__).parent
SCRIPT = Path(sys.executable).with_name("backcalc")
BACKCALC = (str(SCRIPT),) if SCRIPT.exists() else (sys.executable, "-m", "backcalc")
HUNDRED, MILLION = 100_000, 1_000_000


class Case(NamedTuple):
    """Our command beside the peer's: a script in `peers/`, what Python is to do, or ours on other input (`run …`).

    aim    the ratio of medians, ours to the peer's, that this project wants; empty where it only wants to know
    size   how many statements, edges or points; 0 where the case has one size
    input  what of `inputs.py` makes the files, parted by spaces; empty where there are none to make
    needs  the modules that the peer imports
    """

    name: str
    arguments: str
    peer: str
    script: str
    aim: str
    size: int = 0
    input: str = ""
    needs: tuple[str, ...] = ()
    terminal: bool = False

    def prepare(self, folder: Path, size: int) -> None:
        """Write the input files of that size into `folder`."""
        for maker in self.input.split():
            run([sys.executable, str(HERE / "inputs.py"), maker, str(size)], folder)

    @property
    def ours(self) -> list[str]:
        """Our command; a sample is found from any folder."""
        return self._backcalc(self.arguments)

    @staticmethod
    def _backcalc(arguments: str) -> list[str]:
        parts = arguments.split()
        return [*BACKCALC, *(str(HERE.parent / part) if part.startswith("samples/") else part for part in parts)]

    @property
    def theirs(self) -> list[str]:
        """The peer's command."""
        if self.script.startswith("run "):
            return self._backcalc(self.script)
        is_script = self.script.endswith(".py")
        return [sys.executable, *([str(HERE / "peers" / self.script)] if is_script else self.script.split())]


LATTICE = "run samples/lattice.bg --at x=1"
EDGES = "run edges.csv --of n0 --format csv"
STATEMENTS = "run statements.bg --format csv"
POINTS_LATTICE = "run points.bg --data points.csv --format csv"
POINTS = "run points.bg --at w=0.5,b=-1 --data points.csv --format csv"

CASES = (
    # Whole processes that have next to nothing to compute: what counts is how much is loaded.
    Case("version", "--version", "python", "-c pass", "3"),
    Case("lattice", LATTICE, "autograd", "lattice_autograd.py", "0.7", needs=("autograd",)),
    Case("terminal", LATTICE, "autograd", "lattice_autograd.py", "0.7", needs=("autograd",), terminal=True),
    Case("lattice", LATTICE, "torch", "lattice_torch.py", "0.125", needs=("torch",)),
    # Large inputs, read from files and printed in full.
    Case("edges", EDGES, "networkx", "edges_networkx.py", "0.04", MILLION, "edges", ("networkx",)),
    Case("edges", EDGES, "polars + scipy", "edges_polars.py", "1.2", MILLION, "edges", ("polars", "scipy")),
    Case("chain", EDGES.replace("edges", "chain"), "edges", EDGES, "2", MILLION, "edges chain"),
    Case("json", EDGES.replace("--format csv", "--format json"), "csv", EDGES, "", MILLION, "edges"),
    Case("narrow", EDGES.replace("edges", "narrow"), "edges", EDGES, "2", MILLION, "edges narrow"),
    Case(
        "statements", STATEMENTS, "micrograd", "statements_micrograd.py", "0.2", HUNDRED, "statements", ("micrograd",)
    ),
    Case("deep", STATEMENTS.replace("statements", "deep"), "statements", STATEMENTS, "2", HUNDRED, "statements deep"),
    Case("points", POINTS, "numpy", "points_numpy.py", "1.3", MILLION, "points", ("numpy",)),
    Case("points", POINTS_LATTICE, "numpy", "lattice_points_numpy.py", "1.3", MILLION, "lattice_points", ("numpy",)),
)
