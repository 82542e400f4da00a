"""Graphs on which the figures of diagnosis are told: drawn once, and never looked at while anything was tuned.

Whoever tunes on what they show moves them to `simulation.TUNED` and draws others.
"""

from __future__ import annotations

from random import Random

from simulation import OPS, TWO, Habit, Node, Simulated, nodes, random_graph, worked

FAILS = (OverflowError, ZeroDivisionError, ValueError)

BELL = Simulated("bell", nodes(
    ("x", 1.9), ("m", 0.7), ("s", 1.6), ("d", "sub", "x", "m"), ("z", "div", "d", "s"), ("q", "square", "z"),
    ("e", "exp", "q"), ("p", "div", "s", "e"), ("l", "log", "p"), ("y", "mul", "l", "z"),
))  # fmt: skip
PENDULUM = Simulated("pendulum", nodes(
    ("t", 0.8), ("w", 1.3), ("g", 2.4), ("a", "mul", "w", "t"), ("s", "sin", "a"), ("c", "cos", "a"),
    ("h", "mul", "g", "c"),
    ("v", "mul", "w", "s"), ("k", "square", "v"), ("E", "sub", "k", "h"), ("r", "triple", "E"), ("J", "sigmoid", "r"),
))  # fmt: skip
TWO_OUTPUTS = Simulated("two outputs", nodes(
    ("x1", 0.6), ("x2", -1.1), ("w", 0.9), ("u", -0.4), ("t", 0.3), ("a", "mul", "w", "x1"), ("b", "mul", "u", "x2"),
    ("s", "add", "a", "b"), ("d", "sub", "a", "b"), ("p", "sigmoid", "s"), ("q", "tanh", "d"), ("m", "mul", "p", "q"),
    ("L", "loss", "m", "t"),
))  # fmt: skip


def layered_graph(seed: int) -> Simulated:
    """Layers of two or three nodes, each of operations on neighbours in the layer before, that end in a loss."""
    rng = Random(f"layers {seed}")
    while True:
        layer = [Node(f"x{i}", "", (), rng.choice((-1, 1)) * rng.randint(3, 19) / 10) for i in range(3)]
        found = [*layer, Node("t", "", (), rng.randint(2, 9) / 10)]
        for depth in range(rng.randint(2, 3)):
            sums = [
                Node(f"s{depth}{i}", rng.choice(TWO), tuple(rng.sample([n.name for n in layer], 2)))
                for i in range(rng.randint(2, 3))
            ]
            layer = [
                Node(f"h{depth}{i}", rng.choice(("sigmoid", "tanh", "sin", "square")), (n.name,))
                for i, n in enumerate(sums)
            ]
            found += [*sums, *layer]
        for i, node in enumerate(layer[1:]):
            found.append(Node(f"o{i}", rng.choice(("add", "mul")), (found[-1].name if i else layer[0].name, node.name)))
        found.append(Node("L", "loss", (found[-1].name, "t")))
        used = {arg for node in found for arg in node.args}
        found = [node for node in found if node.op or node.name in used]
        graph = Simulated(f"layers {seed}", found)
        if all(n.name in used for n in found[:-1]) and _has_numbers(graph):
            return graph


def deep_graph(seed: int) -> Simulated:
    """A chain of eight to eleven operations, every third of which uses an early node once more."""
    rng = Random(f"deep {seed}")
    while True:
        found = [Node(name, "", (), rng.choice((-1, 1)) * rng.randint(3, 19) / 10) for name in ("a", "b")]
        found.append(Node("u0", "mul", ("a", "b")))
        for i in range(1, rng.randint(8, 11)):
            op = (
                rng.choice(TWO)
                if i % 3 == 0
                else rng.choice(("sin", "cos", "sigmoid", "tanh", "triple", "exp", "square"))
            )
            early = (rng.choice(found[:4]).name,) if len(OPS[op].partials) == 2 else ()
            found.append(Node(f"u{i}", op, (found[-1].name, *early)))
        graph = Simulated(f"deep {seed}", found)
        if all(len(set(n.args)) == len(n.args) for n in found) and _has_numbers(graph):
            return graph


def whole_graph(seed: int) -> Simulated:
    """Seven to nine operations on small whole numbers, of which all that is worked out is whole and at most 999."""
    rng = Random(f"whole {seed}")
    exact = Habit(17, at_each_step=False)
    while True:
        found = [Node(f"x{i}", "", (), float(rng.choice((-1, 1)) * rng.randint(2, 6))) for i in range(4)]
        for i in range(rng.randint(7, 9)):
            op = rng.choice(("add", "add", "sub", "mul", "mul", "triple", "square"))
            args = tuple(rng.sample([n.name for n in found[-5:]], len(OPS[op].partials)))
            found.append(Node(f"u{i}", op, args))
        used = {arg for node in found for arg in node.args}
        graph = Simulated(f"whole {seed}", found)
        if not all(n.name in used for n in found[:-1]):
            continue
        values, slopes = worked(graph, exact)
        if all(0 < abs(v) <= 999 for v in (*values.values(), *slopes.values())):
            return graph


def _has_numbers(graph: Simulated) -> bool:
    """Whether its numbers are neither tiny nor huge."""
    try:
        values, slopes = worked(graph, Habit(17, at_each_step=False))
    except FAILS:
        return False
    return all(0.02 < abs(v) < 50 for v in (*values.values(), *slopes.values()))


# 5000 to 5004 were drawn first: of those 3.7 % of the slips at 3 digits were explained, where 3 % were aimed
# at. The search was mended on TUNED, and these measured then, once (the three with names both times).
HELD_OUT = [BELL, PENDULUM, TWO_OUTPUTS, *map(random_graph, range(6100, 6105)), *map(layered_graph, range(6100, 6104)),
            *map(deep_graph, range(6100, 6104))]  # fmt: skip
WHOLE = [whole_graph(seed) for seed in range(7200, 7216)]
"""Graphs of whole numbers, on which a slip is a number miscounted; 7100 to 7115 were looked at while it was mended."""
