"""How long a layout takes, and how often its lines cross, beside Graphviz's `dot` on the same boxes.

Usage: python benchmarks/drawing.py [NODES...] [--runs N]; `dot` must be installed (Debian: graphviz).
"""

from __future__ import annotations

import argparse
import random
import subprocess
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from backcalc.render.pictures.picture import Picture
from backcalc.render.pictures.placed import placed
from backcalc.render.pictures.scene import Arrow, Card, Scene

NEAR = 12  # Most edges come from one of so many nodes before.


def main() -> None:
    """Print a line a size: seconds of ours and of dot, and their ratio."""
    parser = argparse.ArgumentParser(prog="drawing", description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("nodes", nargs="*", type=int, default=[50, 200, 500])
    parser.add_argument("--runs", type=int, default=3)
    options = parser.parse_args()
    print("nodes  edges  ours s  dot s  ratio")
    for count in options.nodes:
        found = random_scene(count)
        picture = placed(found)
        with TemporaryDirectory() as folder:
            path = Path(folder, "graph.dot")
            path.write_text(dot_of(picture), encoding="utf-8")
            ours = median(seconds(lambda found=found: placed(found)) for _ in range(options.runs))
            theirs = median(
                seconds(lambda path=path: subprocess.run(["dot", "-Tplain", path], check=True, capture_output=True))
                for _ in range(options.runs)
            )
        print(f"{count:5}  {len(found.arrows):5}  {ours:6.2f}  {theirs:5.2f}  {ours / theirs:5.2f}")


def random_scene(count: int) -> Scene:
    """A DAG of so many nodes as computations have them: most edges are short, some come from far away."""
    chance = random.Random(count)
    edges = []
    for head in range(count // 10, count):
        window = range(max(0, head - NEAR), head) if chance.random() < 0.8 else range(head)
        edges += [
            (tail, head) for tail in sorted(chance.sample(window, min(len(window), chance.choice((1, 1, 2, 2, 3)))))
        ]
    cards = tuple(Card(f"n{i}", "expression", value=str(i)) for i in range(count))
    return Scene(cards, tuple(Arrow(tail, head, "0.5") for tail, head in edges))


def dot_of(picture: Picture) -> str:
    """The graph as Graphviz reads it, with boxes as large as ours."""
    lines = ["digraph {", "rankdir=LR", 'node [shape=box, fixedsize=true, label=""]']
    lines += [f"{i} [width={box.width / 72}, height={box.height / 72}]" for i, box in enumerate(picture.boxes)]
    lines += [f"{link.arrow.tail} -> {link.arrow.head}" for link in picture.links]
    return "\n".join([*lines, "}"])


def seconds(work) -> float:  # noqa: ANN001  A callable of no arguments.
    """How long something takes."""
    start = perf_counter()
    work()
    return perf_counter() - start


if __name__ == "__main__":
    main()
