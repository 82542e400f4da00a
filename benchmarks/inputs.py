"""The inputs of the large cases, the same ones at every run.

Usage: python benchmarks/inputs.py edges|statements|points|lattice_points SIZE; writes into the folder it is run in.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

DEGREE = 4  # Edges into a node.
INPUTS = 100
FORMS = ("(n{a} + n{b})/2", "0.5*relu(n{a} - n{b})", "n{a}*n{b}/(1 + n{b}^2)", "0.5*n{a} - 0.25*n{b} + 1", "n{a}^2/3")
MODEL = "y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2\n"


def edges(size: int, chance: random.Random) -> None:
    """A random DAG as a CSV edge list, shuffled: four edges into a node, and n0 the last one."""
    order = list(range(1, (size + DEGREE * (DEGREE + 1) // 2) // DEGREE))
    chance.shuffle(order)
    order.append(0)
    degrees = [min(place, DEGREE) for place in range(len(order))]
    degrees[-1] += size - sum(degrees)  # What is left over goes into n0.
    lines = [f"n{tail},n{head},{partial:.6g}\n" for tail, head, partial in _edges(order, degrees, chance)]
    chance.shuffle(lines)
    Path("edges.csv").write_text("source,target,partial\n" + "".join(lines), encoding="utf-8")


def _edges(order: list[int], degrees: list[int], chance: random.Random) -> Iterator[tuple[int, int, float]]:
    """Edges between different pairs of nodes, that run one way along `order`; products of partials stay of one size."""
    for place, degree in enumerate(degrees):
        tails = dict.fromkeys(range(place)) if place <= degree else {}
        while len(tails) < degree:
            tails[chance.randrange(place)] = None
        for tail in tails:
            yield order[tail], order[place], chance.choice((-1, 1)) * chance.uniform(0.25, 0.75)


def statements(size: int, chance: random.Random) -> None:
    """A program of one operation or some a line, each on two nodes before it, and a sum of the last ones."""
    with Path("statements.bg").open("w", encoding="utf-8") as file:
        file.writelines(f"input n{k} = {chance.uniform(0.5, 1.5):.4f}\n" for k in range(INPUTS))
        for k in range(INPUTS, INPUTS + size):
            a, b = chance.randrange(k), chance.randrange(max(0, k - 1000), k)
            file.write(f"n{k} = {chance.choice(FORMS).format(a=a, b=b)}\n")
        last = INPUTS + size - 1
        file.write(f"J = n{last} + n{last - 1}*n{last - 2}\noutput J\n")


def points(size: int, chance: random.Random) -> None:
    """A neuron with a loss, and as many points for it."""
    Path("points.bg").write_text(MODEL, encoding="utf-8")
    with Path("points.csv").open("w", encoding="utf-8") as file:
        file.write("x,z\n")
        file.writelines(f"{chance.uniform(-5, 5):.6f},{chance.random():.6f}\n" for _ in range(size))


def lattice_points(size: int, chance: random.Random) -> None:
    """The lattice of the samples, and as many points for it."""
    sample = Path(__file__).parents[1] / "samples" / "lattice.bg"
    Path("points.bg").write_text(sample.read_text(encoding="utf-8"), encoding="utf-8")
    with Path("points.csv").open("w", encoding="utf-8") as file:
        file.write("x\n")
        file.writelines(f"{chance.uniform(-3, 3):.6f}\n" for _ in range(size))


MAKERS: dict[str, Callable[[int, random.Random], None]] = {
    "edges": edges,
    "statements": statements,
    "points": points,
    "lattice_points": lattice_points,
}

if __name__ == "__main__":
    MAKERS[sys.argv[1]](int(sys.argv[2]), random.Random(0))
