"""Drawn lines as geometry: how often they cross, and whether one runs through a box; Graphviz's, to compare with."""

from __future__ import annotations

import json
import subprocess
from random import Random

import numpy as np

from backcalc.render.pictures.picture import Box, Picture
from backcalc.render.pictures.scene import Arrow, Card, Scene

STEPS = 24  # Straight pieces for a curve.
NEAR = 1e-9


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
    starts = np.vstack([line[:-1] for line in lines]) if lines else np.zeros((0, 2))
    ends = np.vstack([line[1:] for line in lines]) if lines else np.zeros((0, 2))
    owner = np.concatenate([np.full(len(line) - 1, i) for i, line in enumerate(lines)]) if lines else np.zeros(0)
    count = 0
    for i in range(len(starts)):
        others = slice(i + 1, None)
        p, r = starts[i], ends[i] - starts[i]
        q, s = starts[others], ends[others] - starts[others]
        across = r[0] * s[:, 1] - r[1] * s[:, 0]
        gap = q - p
        with np.errstate(all="ignore"):
            t = (gap[:, 0] * s[:, 1] - gap[:, 1] * s[:, 0]) / across
            u = (gap[:, 0] * r[1] - gap[:, 1] * r[0]) / across
        # A joint of two pieces belongs to one of them.
        hit = (t > NEAR) & (t <= 1) & (u > NEAR) & (u <= 1) & (owner[others] != owner[i])
        count += int(hit.sum())
    return count


def through_boxes(lines, boxes: list[Box], ends):
    """How many lines run through a box; at their own ends they touch one."""
    count = 0
    for line, own in zip(lines, ends, strict=True):
        for i, box in enumerate(boxes):
            inset = 0.5
            inside = (
                (line[:, 0] > box.x + inset)
                & (line[:, 0] < box.x + box.width - inset)
                & (line[:, 1] > box.y + inset)
                & (line[:, 1] < box.y + box.height - inset)
            )
            count += bool(inside.any()) and (i not in own or bool(inside.sum() > 1))
    return count
