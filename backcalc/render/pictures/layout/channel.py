"""The lines between two layers on a grid: each leaves its box level, turns once into a track, and goes on level.

What leaves one box is one wire: it branches where its lines part. Two wires never share a cell but where they cross.
This is the channel routing of circuit boards: A. Hashimoto and J. Stevens, "Wire routing by optimizing channel
assignment within large apertures", 1971.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple


class Wire(NamedTuple):
    """The place across where a wire begins, and those where it ends."""

    start: int
    ends: tuple[int, ...]


class _Trunk(NamedTuple):
    """The part of a wire that runs across, on a track of its own: from `low` to `high`, leading to `ends`.

    `is_joint` says that another part begins at the same place, or the wire goes straight on there.
    """

    wire: int
    low: int
    high: int
    start: int
    ends: tuple[int, ...]
    is_joint: bool


class Routed(NamedTuple):
    """For each wire the track by which it reaches each end, but one straight ahead; and how many cells they take.

    `stuck` is a place across where two wires are in each other's way, and the rest empty then.
    """

    tracks: list[dict[int, int]]
    width: int
    stuck: int | None = None


def routed(wires: Sequence[Wire], step: int) -> Routed:
    """The tracks of wires, `step` apart where they run side by side, with few crossings."""
    trunks = [trunk for i, wire in enumerate(wires) for trunk in _trunks(i, wire)]
    order = _ordered(trunks)
    if len(order) < len(trunks):  # A circle: each must come before another.
        left = [trunk for i, trunk in enumerate(trunks) if i not in set(order)]
        starts = {trunk.start for trunk in left}
        return Routed([], 0, max(end for trunk in left for end in trunk.ends if end in starts))
    found: list[dict[int, int]] = [{} for _ in wires]
    placed: list[tuple[_Trunk, int]] = []
    # Each on the first track that is far enough from what it would meet.
    for i in order:
        trunk = trunks[i]
        beside = [(other, at) for other, at in placed if _meet(other, trunk, is_tight=step == 1)]
        # Joints of two wires that touched would look like one.
        track = max((at + (max(step, 2) if other.start in trunk.ends else step) for other, at in beside), default=0)
        placed.append((trunk, track))
        found[trunk.wire] |= dict.fromkeys(trunk.ends, track)
    return Routed(found, max((track + 1 for _, track in placed), default=0))


def _meet(one: _Trunk, other: _Trunk, *, is_tight: bool) -> bool:
    """Whether two trunks would share a place on one track, or touch where that is hard to read."""
    gap = int(is_tight or one.is_joint or other.is_joint)
    return one.low <= other.high + gap and other.low <= one.high + gap


def _trunks(place: int, wire: Wire) -> Iterable[_Trunk]:
    """The trunks of a wire: two where it goes on straight and to both sides, so that no cell joins four lines."""
    up = tuple(end for end in wire.ends if end < wire.start)
    down = tuple(end for end in wire.ends if end > wire.start)
    is_parted = up and down and wire.start in wire.ends
    for ends in (up, down) if is_parted else (up + down,):
        if ends:
            reached = (*ends, wire.start)
            yield _Trunk(place, min(reached), max(reached), wire.start, ends, is_joint=wire.start in wire.ends)


def _ordered(trunks: Sequence[_Trunk]) -> list[int]:
    """The trunks from the first track to the last, those left out that are in each other's way."""
    everyone = range(len(trunks))
    first: list[set[int]] = [set() for _ in everyone]  # Those that must come before one,
    lean = [0] * len(trunks)  # and how many crossings more there are where it comes before the others.
    for i in everyone:
        for j in everyone:
            if trunks[i].wire != trunks[j].wire and trunks[j].start in trunks[i].ends:
                # Where one ends, another begins: it must have turned away before.
                first[i].add(j)
            lean[i] += _lean(trunks[i], trunks[j])
    order: list[int] = []
    left = set(everyone)
    # Each round takes what nothing must come before: without circles all are taken.
    while ready := [i for i in left if not first[i] & left]:
        # The place among equals settles the rest, so that a picture is the same each time.
        chosen = min(ready, key=lambda i: (lean[i], i))
        order.append(chosen)
        left.discard(chosen)
        for i in left:
            lean[i] -= _lean(trunks[i], trunks[chosen])
    return order


def _lean(one: _Trunk, other: _Trunk) -> int:
    """How many crossings more there are with `one` before `other` than the other way round."""
    return _crossed(one, other) - _crossed(other, one)


def _crossed(before: _Trunk, behind: _Trunk) -> int:
    """The crossings of two trunks in this order: the one behind begins, and the one before ends, across the other."""
    # A wire runs level from its box up to its track, and from there to the layer behind: across the tracks between.
    begins = before.low < behind.start < before.high
    return begins + sum(behind.low < end < behind.high for end in before.ends)
