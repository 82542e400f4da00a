"""How long a layout takes, and how often its lines cross, beside Graphviz's `dot` on the same boxes.

Usage: python benchmarks/drawing.py [NODES...] [--runs N]; `dot` must be installed (Debian: graphviz).
"""

from __future__ import annotations

import argparse
import random
import subprocess
from statistics import median
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
        # A graph a run: of one that has been laid out the order is kept.
        timed = [_timed(random_scene(count, run)) for run in range(options.runs)]
        edges, ours, theirs = map(median, zip(*timed, strict=True))
        print(f"{count:5}  {edges:5.0f}  {ours:6.2f}  {theirs:5.2f}  {ours / theirs:5.2f}")


def _timed(found: Scene) -> tuple[int, float, float]:
    """The edges of a scene, and the seconds of our layout and of dot's."""
    start = perf_counter()
    picture = placed(found)
    ours = perf_counter() - start
    text = dot_of(picture)
    start = perf_counter()
    subprocess.run(["dot", "-Tplain"], input=text, text=True, check=True, capture_output=True)
    return len(found.arrows), ours, perf_counter() - start


def random_scene(count: int, seed: int) -> Scene:
    """A DAG of so many nodes as computations have them: most edges are short, some come from far away."""
    chance = random.Random(seed)
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


if __name__ == "__main__":
    main()
