"""The order of a graph that has a mirror image in itself, so that it is drawn symmetric.

A mirror exchanges vertices of a layer two by two, and edges with them; on its axis stands one of a layer at most. It is
found as an isomorphism is: colours that neighbours refine (B. Weisfeiler, A. Leman, 1968), and pairs that are tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from backcalc.render.pictures.layout.crossings import Order, crossings
from backcalc.render.pictures.layout.layered import Layered

LARGEST = 400  # Vertices; in a larger picture nobody sees a mirror.
TRIES = 60  # Pairs that are tried.


def symmetric(graph: Layered, layers: Order) -> Order | None:
    """A symmetric order near to one; None where there is no mirror, or all that is found crosses more lines."""
    if len(graph.layer) > LARGEST:
        return None
    mirror = _mirror(graph, layers)
    if mirror is None:
        return None
    found = _mirrored(layers, mirror)
    # Symmetry is worth nothing that is paid for by crossings.
    count, most = crossings(graph, found), crossings(graph, layers)
    if count > most:
        count = _improve(graph, found, count, most)
    return found if count <= most else None


def _mirrored(layers: Order, mirror: Sequence[int]) -> Order:
    """The order in which each vertex stands as far from the axis as its image."""
    found: Order = []
    for layer in layers:
        place = {vertex: at for at, vertex in enumerate(layer)}
        # Of two at one distance the one that was nearer to its end stays so, and so does its image.
        aside = {v: (place[v] - place[mirror[v]], v - mirror[v]) for v in layer}
        found.append(sorted(layer, key=aside.__getitem__))
    return found


def _improve(graph: Layered, layers: Order, count: int, most: int) -> int:
    """Exchange neighbours, and their images with them, while that takes crossings away; how many are left."""
    is_better = True
    while is_better and count > most:
        is_better = False
        for layer in layers:
            # Of half a layer: the other half moves with it.
            for i in range(len(layer) // 2):
                _exchange(layer, i)
                fewer = crossings(graph, layers)  # Counted anew: of LARGEST vertices at most.
                if fewer < count:
                    count, is_better = fewer, True
                else:
                    _exchange(layer, i)
    return count


def _exchange(layer: list[int], i: int) -> None:
    """Exchange the i-th vertex with the next, and their images; next to the axis the vertex with its image."""
    last = len(layer) - 1
    other = i + 1
    if other == last - i:
        layer[i], layer[other] = layer[other], layer[i]
    elif other < last - i and (other != last - other or len(layer) % 2 == 0):
        layer[i], layer[other] = layer[other], layer[i]
        layer[last - i], layer[last - other] = layer[last - other], layer[last - i]
    elif other == last - other:
        # What stands on the axis is its own image; those beside it change sides.
        layer[i], layer[last - i] = layer[last - i], layer[i]


# ---- The mirror ------------------------------------------------------------------------------------------------------


def _mirror(graph: Layered, layers: Order) -> list[int] | None:
    """The image of each vertex; None where no mirror is found."""
    place = [0] * len(graph.layer)
    for layer in layers:
        for at, vertex in enumerate(layer):
            place[vertex] = at
    # A box is not the image of a line.
    first = [2 * layer + graph.is_dummy(vertex) for vertex, layer in enumerate(graph.layer)]
    colours = _refined(graph, first, list(first))
    for _ in range(TRIES):
        if colours is None:
            return None
        own, theirs = colours
        pair = _next_pair(own, theirs, place)
        if pair is None:
            return _checked(graph, own, theirs)  # Each colour is down to one vertex.
        one, other = pair
        new = len(graph.layer)
        # Two colours that are new, exchanged in the second colouring: so the pair are each other's image.
        own[one], own[other], theirs[other], theirs[one] = new, new + 1, new, new + 1
        if one == other:  # On the axis: its own image.
            own[one] = theirs[one] = new
        colours = _refined(graph, own, theirs)
    return None


def _next_pair(own: Sequence[int], theirs: Sequence[int], place: Sequence[int]) -> tuple[int, int] | None:
    """Two vertices that may be each other's image, the first and the last as they stand; None where all is settled."""
    classes: dict[int, list[int]] = {}
    for vertex, colour in enumerate(own):
        classes.setdefault(colour, []).append(vertex)
    # The smallest class has the fewest pairs to try.
    sizes = [(len(alike), alike[0]) for alike in classes.values() if len(alike) > 1]
    if not sizes:
        return None
    one = min(classes[own[min(sizes)[1]]], key=place.__getitem__)
    images = [v for v, colour in enumerate(theirs) if colour == own[one] and own[v] == theirs[one]]
    return one, max(images, key=place.__getitem__, default=one)


def _refined(graph: Layered, own: list[int], theirs: list[int]) -> tuple[list[int], list[int]] | None:
    """Two colourings refined side by side until neighbours tell no more apart; None where they do not match."""
    while True:
        ours, others = _signatures(graph, own), _signatures(graph, theirs)
        if sorted(ours) != sorted(others):  # Colours that occur here and not there, or less often, have no image.
            return None
        # Names by rank, so that both colourings mean the same by them.
        names = {signature: i for i, signature in enumerate(sorted(set(ours)))}
        is_done = len(names) == len(set(own))
        own, theirs = [names[each] for each in ours], [names[each] for each in others]
        if is_done:
            return own, theirs


def _signatures(graph: Layered, colours: Sequence[int]) -> list[tuple[int, tuple[int, ...], tuple[int, ...]]]:
    return [
        (
            colours[v],
            tuple(sorted(colours[u] for u in graph.before[v])),
            tuple(sorted(colours[u] for u in graph.behind[v])),
        )
        for v in range(len(colours))
    ]


def _checked(graph: Layered, own: Sequence[int], theirs: Sequence[int]) -> list[int] | None:
    """The mirror that two colourings make, each with one vertex a colour; None where it is none."""
    by_colour = {colour: vertex for vertex, colour in enumerate(theirs)}
    found = [by_colour[colour] for colour in own]
    edges = {pair for chain in graph.chains for pair in pairwise(chain)}
    on_axis = [graph.layer[v] for v, image in enumerate(found) if v == image]
    is_mirror = (
        # A mirror that moves nothing is none.
        len(on_axis) < len(found)
        and len(set(on_axis)) == len(on_axis)
        and all(found[found[v]] == v for v in range(len(found)))
        and all((found[u], found[v]) in edges for u, v in edges)
    )
    return found if is_mirror else None
