"""The nearest known name to one that is not known."""

from __future__ import annotations

from collections.abc import Iterable

LONGEST = 40  # Longer names are not typed by hand, and the distance takes time in the square of the length.
_LOOK_ALIKES = str.maketrans("lI|O", "1110")
"""Letters by the digits that they are mistaken for."""


def distance(a: str, b: str) -> int:
    """The fewest insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.

    The optimal string alignment distance, as dynamic programming over three rows.
    """
    # A row is the distances of the first i letters of `a` to each beginning of `b`; a swap looks back two rows.
    older: list[int] = []
    old = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        new = [i]
        for j, y in enumerate(b, 1):
            best = min(old[j] + 1, new[j - 1] + 1, old[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                best = min(best, older[j - 2] + 1)
            new.append(best)
        older, old = old, new
    return old[-1]


def _at_least(a: str, b: str) -> int:
    """What the distance is at least: how many letters of the longer one have no like in the other."""
    # Each letter without a like takes a step of its own.
    return max(len(a), len(b)) - sum(min(a.count(letter), b.count(letter)) for letter in {*a})


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The name in `known` nearest to `name`; None where more than a third of the letters, and one, would differ."""
    if len(name) > LONGEST:
        return None
    most, folded = max(1, len(name) // 3), name.casefold()
    # The distance takes time, and of a million names few share enough letters with any.
    candidates = [k for k in known if k != name and _at_least(folded, k.casefold()) <= most]
    # Of names that are equally near one that looks the same comes first, `v1` for `vl`, then one that was typed whole:
    # `sin` for `sinn`, not `sign`.
    seen = name.translate(_LOOK_ALIKES)
    ranked = sorted(
        (distance(folded, k.casefold()), k != folded, k.translate(_LOOK_ALIKES) != seen, not name.startswith(k), k)
        for k in candidates
    )
    # A name with no letter in common is as near as any: `x` is no slip for `y`.
    if not ranked or ranked[0][0] > most or ranked[0][0] >= len(name):
        return None
    return ranked[0][-1]


def is_of_series(name: str, known: Iterable[str]) -> bool:
    """Whether `name` is a stem and a number, as another of `known` is: `u18` beside `u17`.

    Such a name is near to many and meant as none of them.
    """
    stem = name.rstrip("0123456789")
    others = (other.removeprefix(stem) for other in known if other != name and other.startswith(stem))
    return stem not in ("", name) and any(other.isdecimal() for other in others)


def did_you_mean(name: str, known: Iterable[str]) -> tuple[str, ...]:
    """The hint that proposes the nearest known name; empty where none is near."""
    near = nearest(name, known)
    return (f"did you mean `{near}`?",) if near else ()
