"""Whether two programs print the same numbers."""

from __future__ import annotations

from itertools import zip_longest
from math import isclose

CLOSE = 1e-9


def disagreement(ours: str, peer: str) -> str:
    """The first line on which `name,…,number` lines differ, by name where lines have names; empty where none does."""
    a, b = _numbers(ours), _numbers(peer)
    if set(a) != set(b):
        odd = sorted(set(a) ^ set(b))
        return f"{len(odd)} lines have no partner, such as {odd[0]}"
    for name, values in a.items():
        pairs = zip_longest(values, b[name], fillvalue=float("nan"))
        if not all(isclose(x, y, rel_tol=CLOSE, abs_tol=1e-300) for x, y in pairs):
            return f"{name}: {values} here, {b[name]} there"
    return "" if a else "nothing was printed"


def _numbers(text: str) -> dict[str, list[float]]:
    """The numbers of each line after its header: by their node's name, else by the line's number."""
    found = {}
    for number, line in enumerate(text.splitlines()[1:]):
        name, *cells = line.split(",")
        if not name[:1].isalpha():
            name, cells = str(number), [name, *cells]
        found[name] = [float(cell) for cell in cells if cell]
    return found
