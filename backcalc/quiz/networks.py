"""Exercises on networks whose numbers would not be small: nothing has a value, and the answers are formulas."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from backcalc.marking.notation import Subject
from backcalc.quiz.chance import Chance
from backcalc.quiz.recipes import LOSS, SQUARES, TARGET
from backcalc.quiz.skeleton import OUTPUT, draw_skeleton

WIDEST = 3  # Elements of a layer's vector.
WEIGHT = "w"  # Of a neuron; no layer of neurons has this letter.
_TASK = (
    "No values are known. Find the derivative of the loss by each node, as a formula in the nodes' names; a derivative "
    "that you have found may stand in the next one."
)


class DrawnNetwork(NamedTuple):
    """The statements of an exercise, and what is asked, from the output back."""

    statements: list[str]
    asked: list[str]


class Network(NamedTuple):
    """One kind: its nodes and layers unless asked otherwise, the most nodes for a hand, what to do, how it is drawn.

    `draw` has the numbers of nodes and layers.
    """

    nodes: int
    depth: int
    most: int
    task: str
    draw: Callable[[Chance, int, int], DrawnNetwork]


def _neurons(fn: str) -> Callable[[Chance, int, int], DrawnNetwork]:
    """Layers of neurons with this activation, each with weights of its own."""

    def _draw(chance: Chance, nodes: int, depth: int) -> DrawnNetwork:
        skeleton = draw_skeleton(chance, nodes, depth, ["x1", "x2"], WEIGHT)
        lines: list[str] = []
        weights: list[str] = []
        for name, args in skeleton.args.items():
            terms = []
            for arg in args:
                weights.append(f"{WEIGHT}{len(weights) + 1}")  # Numbered through all layers, for a weight is an edge's.
                terms.append(f"{weights[-1]}*{arg}")
            lines.append(f"{name} = {fn}({' + '.join(terms)})")
        lines.append(f"{LOSS} = {chance.one_of(SQUARES)}")
        return DrawnNetwork(lines, [*(name for layer in reversed(skeleton.layers[1:]) for name in layer), *weights])

    return _draw


def _classifier(chance: Chance, nodes: int, _depth: int) -> DrawnNetwork:
    """Layers of vectors one after the other, at the end softmax with cross entropy."""
    # Each size by itself: where two differ, a transpose too few shows in the shapes.
    sizes = [chance.whole(2, WIDEST) for _ in range(nodes + 2)]
    names = ["x", *(f"h{k}" for k in range(1, nodes + 1)), OUTPUT]
    lines = [f"input x[{sizes[0]}]"]
    lines += [f"input W{k}[{sizes[k]},{sizes[k - 1]}]" for k in range(1, nodes + 2)]
    target = [0] * sizes[-1]  # A class: one 1 among zeros.
    target[chance.whole(0, sizes[-1] - 1)] = 1
    lines.append(f"const {TARGET} = {target}")
    for k in range(1, nodes + 1):
        fn = chance.one_of(("relu", "tanh", "sigmoid"))
        lines.append(f"{names[k]} = {fn}(W{k} @ {names[k - 1]})")
    lines.append(f"{OUTPUT} = W{nodes + 1} @ {names[nodes]}")
    lines.append(f"{LOSS} = softmax_cross_entropy({OUTPUT}, {TARGET})")
    return DrawnNetwork(lines, [*reversed(names), *(f"W{k}" for k in range(nodes + 1, 0, -1))])


def _recurrent(chance: Chance, nodes: int, _depth: int) -> DrawnNetwork:
    """One cell, step after step; its weights have a path to the loss through every step."""
    fn, has_bias = chance.one_of(("tanh", "sigmoid")), chance.happens(0.5)
    bias = " + b" if has_bias else ""
    lines = [f"h{k} = {fn}(w*h{k - 1} + u*x{k}{bias})" for k in range(1, nodes + 1)]
    # With a loss at each of the last two steps, the last but one is reached along two ways.
    outputs = [nodes] if chance.happens(0.5) else [nodes - 1, nodes] if nodes > 1 else [nodes]
    lines += [f"y{k} = c*h{k}" for k in outputs]
    lines.append(f"{LOSS} = {' + '.join(f'1/2*(y{k} - {TARGET}{k})^2' for k in outputs)}")
    weights = ["c", "w", "u", *(["b"] if has_bias else [])]
    return DrawnNetwork(
        # The states back to h0, which is an input.
        lines,
        [*(f"y{k}" for k in reversed(outputs)), *(f"h{k}" for k in range(nodes, -1, -1)), *weights],
    )


NETWORKS = {
    "sigmoid": Network(2, 1, 6, _TASK, _neurons("sigmoid")),
    "tanh": Network(2, 2, 6, _TASK, _neurons("tanh")),
    "softmax": Network(1, 1, 3, _TASK, _classifier),
    "recurrent": Network(2, 2, 4, _TASK, _recurrent),
}


def text_of(drawn: DrawnNetwork) -> str:
    """The statements as a file has them."""
    return "".join(f"{line}\n" for line in drawn.statements)


def asked_of(drawn: DrawnNetwork) -> Iterator[Subject]:
    """What is asked."""
    return (Subject(LOSS, name) for name in drawn.asked)
