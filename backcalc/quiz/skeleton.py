"""Which node of an exercise uses which: layers of nodes between inputs and the output `o`."""

from __future__ import annotations

from typing import NamedTuple

from backcalc.quiz.chance import Chance

OUTPUT = "o"
LETTERS = "pqrstuvw"  # A layer each, from the last back; `x` is the inputs', `o` the output's, `z` the target's.
DEEPEST = len(LETTERS)
MOST_ARGS = 3  # Of a node, unless the layer before is so wide that some would go without a user.
SKIPS = 0.25  # How often a node uses one of an earlier layer too.


class Skeleton(NamedTuple):
    """The layers by name, inputs first, the output last, and the arguments of each node that is no input."""

    layers: list[list[str]]
    args: dict[str, list[str]]

    def users(self, name: str) -> list[str]:
        """The nodes that use `name`."""
        return [user for user, args in self.args.items() if name in args]


def draw_skeleton(chance: Chance, nodes: int, depth: int, inputs: list[str], taken: str = "") -> Skeleton:
    """`nodes` nodes in `depth` layers: each leads to the output, and at least one of all has several users.

    No layer has the letter that is `taken` by other names.
    """
    # u, v, w as textbooks have them; deeper ones end before x, the inputs' letter.
    shallow, deep = (letters.replace(taken, "") if taken else letters for letters in ("uvw", LETTERS))
    letters = shallow if depth <= len(shallow) else deep[-depth:]
    widths = _widths(chance, nodes, depth)
    inner = [[f"{letters[i]}{k}" for k in range(1, width + 1)] for i, width in enumerate(widths)]
    layers = [inputs, *inner, [OUTPUT]]
    args: dict[str, list[str]] = {}
    for i in range(1, len(layers)):
        args |= _links(chance, layers, i)
    if not _has_shared(args):
        _share(chance, layers, args)
    # In the order of the layers, as formulas and tables name them.
    place = {name: k for k, name in enumerate(name for layer in layers for name in layer)}
    return Skeleton(layers, {name: sorted(used, key=place.__getitem__) for name, used in args.items()})


def _widths(chance: Chance, nodes: int, depth: int) -> list[int]:
    """How many nodes each layer has: one at least, none two more than an even share."""
    widths, most = [1] * depth, -(-nodes // depth) + 1
    for _ in range(nodes - depth):
        i = chance.one_of([i for i in range(depth) if widths[i] < most])
        widths[i] += 1
    return widths


def _links(chance: Chance, layers: list[list[str]], i: int) -> dict[str, list[str]]:
    """The arguments of the nodes of layer `i`, so that each node of the layer before has a user."""
    before, here = layers[i - 1], layers[i]
    if here == [OUTPUT]:  # All of the last layer, or some would lead nowhere.
        return {OUTPUT: list(before)}
    args = {name: chance.some_of(before, chance.whole(1, min(MOST_ARGS - 1, len(before)))) for name in here}
    for unused in [name for name in before if not any(name in used for used in args.values())]:
        # To the node with the fewest, so that formulas stay short.
        args[min(here, key=lambda name: len(args[name]))].append(unused)
    for name in here:
        if i > 1 and len(args[name]) < MOST_ARGS and chance.happens(SKIPS):
            args[name].append(chance.one_of(layers[i - 2]))
    return args


def _has_shared(args: dict[str, list[str]]) -> bool:
    used = [name for names in args.values() for name in names]
    return len(set(used)) < len(used)


def _share(chance: Chance, layers: list[list[str]], args: dict[str, list[str]]) -> None:
    """Give some node a second user."""
    # Without one there is no sum over paths, which is what an exercise in backpropagation is about.
    free = [
        (name, user)
        for i, layer in enumerate(layers)
        for name in layer
        for later in layers[i + 1 :]
        for user in later
        if name not in args[user]
    ]
    name, user = chance.one_of(free)
    args[user].append(name)
