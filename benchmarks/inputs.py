"""The inputs of the large cases, the same ones at every run.

Usage: python benchmarks/inputs.py MAKER SIZE, of the MAKERS below; writes into the folder that it is run in.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterable, Iterator
from itertools import pairwise
from pathlib import Path

DEGREE = 4  # Edges into a node.
INPUTS = 100
FORMS = ("(n{a} + n{b})/2", "0.5*relu(n{a} - n{b})", "n{a}*n{b}/(1 + n{b}^2)", "0.5*n{a} - 0.25*n{b} + 1", "n{a}^2/3")
MODEL = "y = sigmoid(w*x + b)\nJ = 1/2*(y - z)^2\n"


def edges(size: int, chance: random.Random) -> None:
    """A random DAG as a CSV edge list, shuffled: four edges into a node, and n0 the last one."""
    order = _named((size + DEGREE * (DEGREE + 1) // 2) // DEGREE, chance)
    degrees = [min(place, DEGREE) for place in range(len(order))]
    degrees[-1] += size - sum(degrees)  # What is left over goes into n0.
    _write("edges.csv", _edges(order, degrees, chance), chance)


def chain(size: int, chance: random.Random) -> None:
    """One path through as many edges, shuffled; n0 is its end."""
    order = _named(size + 1, chance)
    _write("chain.csv", ((tail, head, _partial(chance)) for tail, head in pairwise(order)), chance)


def narrow(size: int, chance: random.Random) -> None:
    """Levels of three nodes, each fed by all three of the level before, shuffled; n0 is in the last one."""
    order = _named(size // 3 + 3, chance)
    edges = ((order[3 * (place // 3 - 1) + k], order[place]) for place in range(3, len(order)) for k in range(3))
    _write("narrow.csv", ((tail, head, _partial(chance) / 2) for tail, head in edges), chance)


def _named(count: int, chance: random.Random) -> list[int]:
    """The numbers below `count` in any order, 0 the last."""
    order = list(range(1, count))
    chance.shuffle(order)
    return [*order, 0]


def _partial(chance: random.Random) -> float:
    return chance.choice((-1, 1)) * chance.uniform(0.25, 0.75)


def _write(name: str, edges: Iterable[tuple[int, int, float]], chance: random.Random) -> None:
    lines = [f"n{tail},n{head},{partial:.6g}\n" for tail, head, partial in edges]
    chance.shuffle(lines)
    Path(name).write_text("source,target,partial\n" + "".join(lines), encoding="utf-8")


def _edges(order: list[int], degrees: list[int], chance: random.Random) -> Iterator[tuple[int, int, float]]:
    """Edges between different pairs of nodes, that run one way along `order`; products of partials stay of one size."""
    for place, degree in enumerate(degrees):
        tails = dict.fromkeys(range(place)) if place <= degree else {}
        while len(tails) < degree:
            tails[chance.randrange(place)] = None
        for tail in tails:
            yield order[tail], order[place], _partial(chance)


def statements(size: int, chance: random.Random) -> None:
    """A program of one operation or some a line, each on two nodes before it, and a sum of the last ones."""
    with Path("statements.bg").open("w", encoding="utf-8") as file:
        file.writelines(f"input n{k} = {chance.uniform(0.5, 1.5):.4f}\n" for k in range(INPUTS))
        for k in range(INPUTS, INPUTS + size):
            a, b = chance.randrange(k), chance.randrange(max(0, k - 1000), k)
            file.write(f"n{k} = {chance.choice(FORMS).format(a=a, b=b)}\n")
        last = INPUTS + size - 1
        file.write(f"J = n{last} + n{last - 1}*n{last - 2}\noutput J\n")


def deep(size: int, chance: random.Random) -> None:
    """A program in which each line needs the one before it."""
    with Path("deep.bg").open("w", encoding="utf-8") as file:
        file.write("input n0 = 0.5\n")
        file.writelines(f"n{k} = {chance.choice(('sin', 'cos', 'tanh'))}(n{k - 1} + 0.5)\n" for k in range(1, size + 1))


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
    maker.__name__: maker for maker in (edges, chain, narrow, statements, deep, points, lattice_points)
}

if __name__ == "__main__":
    MAKERS[sys.argv[1]](int(sys.argv[2]), random.Random(0))
