"""Drawn lines as geometry: how often they cross, and whether one runs through a box; Graphviz's, to compare with."""

from __future__ import annotations

import json
import subprocess
from itertools import combinations
from random import Random

import numpy as np

from backcalc.render.pictures.measures import SMALL, text_width
from backcalc.render.pictures.picture import Picture
from backcalc.render.pictures.scene import Arrow, Card, Scene

STEPS = 12  # Straight pieces for a curve.
NEAR = 1e-9
INSIDE = 0.5  # Pixels.


def random_dag(seed):
    """A DAG of 5 to 45 nodes as (count, edges): each but the first few uses one to three earlier ones, mostly near."""
    rng = Random(seed)
    count = rng.randint(5, 45)
    sources = rng.randint(1, max(1, count // 4))
    edges = []
    for head in range(sources, count):
        wide = rng.random() < 0.25
        window = range(head) if wide else range(max(0, head - 8), head)
        edges += [(tail, head) for tail in sorted(rng.sample(window, min(len(window), rng.choice((1, 1, 2, 2, 3)))))]
    return count, edges


def scene_of(count, edges):
    """A scene of numbered nodes, and numbers on the edges."""
    cards = tuple(Card(f"n{i}", "expression", value=str(i)) for i in range(count))
    return Scene(cards, tuple(Arrow(tail, head, f"{tail}.{head}") for tail, head in edges))


def curve(points):
    """The points of cubic Béziers, given as start, then three points a piece."""
    points = np.asarray(points, float)
    t = np.linspace(0, 1, STEPS + 1)[:, None]
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    pieces = [sum(w * p for w, p in zip(weights, points[i : i + 4], strict=True)) for i in range(0, len(points) - 1, 3)]
    return np.vstack([pieces[0], *(piece[1:] for piece in pieces[1:])])


def drawn(picture: Picture):
    """The lines of a picture, each an array of points."""
    found = []
    for link in picture.links:
        points = [link.points[0]]
        for (x0, y0), (x1, y1) in zip(link.points, link.points[1:], strict=False):
            middle = (
                [(x0, (y0 + y1) / 2), (x1, (y0 + y1) / 2)]
                if picture.top_down
                else [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1)]
            )
            points += [*middle, (x1, y1)]
        found.append(curve(points))
    return found


def graphviz(picture: Picture):
    """The lines that Graphviz draws for the same boxes, and how much room it takes."""
    lines = ['digraph { rankdir=LR; node [shape=box, fixedsize=true, label=""]']
    lines += [f"{i} [width={box.width / 72}, height={box.height / 72}]" for i, box in enumerate(picture.boxes)]
    lines += [f"{link.arrow.tail} -> {link.arrow.head}" for link in picture.links]
    text = "\n".join([*lines, "}"])
    done = subprocess.run(["dot", "-Tjson"], input=text, capture_output=True, text=True, check=True)
    edges = json.loads(done.stdout).get("edges", [])
    by_ends = {}
    for edge in edges:
        words = [word for word in edge["pos"].split() if not word.startswith(("e,", "s,"))]
        by_ends[edge["tail"], edge["head"]] = curve([tuple(map(float, word.split(","))) for word in words])
    return list(by_ends.values())


def crossings(lines):
    """How often lines cross: places where two of them do, but for those where both begin or end."""
    return sum(_crossings(*pair) for pair in combinations([(line, *_bounds(line)) for line in lines], 2))


def _bounds(line):
    return line.min(axis=0), line.max(axis=0)


def _crossings(one, other):
    """The places where two lines cross, each a line with its least and largest coordinates."""
    (one, low, high), (other, other_low, other_high) = one, other
    if (low > other_high).any() or (other_low > high).any():
        return 0
    p, r = one[:-1, None], np.diff(one, axis=0)[:, None]
    q, s = other[None, :-1], np.diff(other, axis=0)[None, :]
    across, gap = _cross(r, s), q - p
    with np.errstate(all="ignore"):
        t, u = _cross(gap, s) / across, _cross(gap, r) / across
    # A joint of two pieces belongs to one of them.
    return int(((t > NEAR) & (t <= 1) & (u > NEAR) & (u <= 1)).sum())


def _cross(a, b):
    return a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]


def through_boxes(picture, lines):
    """The (link, box) pairs where a line runs through a box, its own ends too."""
    found = []
    for i, line in enumerate(lines):
        for k, box in enumerate(picture.boxes):
            low, high = (box.x + INSIDE, box.y + INSIDE), (box.x + box.width - INSIDE, box.y + box.height - INSIDE)
            if ((line > low) & (line < high)).all(axis=1).any():
                found.append((i, k))
    return found


def label_rooms(picture):
    """The room of each label as (left, top, right, bottom), by its link."""
    found = {}
    for i, link in enumerate(picture.links):
        if link.arrow.label:
            width = text_width(link.arrow.label, SMALL)
            (x, y), half = link.label_at, SMALL * 0.5
            found[i] = (x - width / 2, y - half, x + width / 2, y + half)
    return found


def meets(room, line):
    """Whether a line comes into a room."""
    left, top, right, bottom = room
    return bool(((line > (left, top)) & (line < (right, bottom))).all(axis=1).any())


def overlap(one, other):
    """Whether two rooms share a place."""
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def room_of(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)
