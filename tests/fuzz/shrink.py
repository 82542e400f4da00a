"""A failing case made as small as it goes: what remains is what it takes to fail in that way."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from fuzz import texts
from fuzz.cases import Case

MOST_TRIES = 1_500

Fails = Callable[[Case], bool]


def shrunk(case: Case, fails: Fails) -> Case:
    """A least case that still fails: no word of the command line, file, line or token of it can be left out."""
    tries = iter(range(MOST_TRIES))

    def test(each: Case) -> bool:
        return next(tries, None) is not None and fails(each)

    before = None
    while case != before:
        before, case = case, _smaller(case, test)
    return case


def _smaller(case: Case, fails: Fails) -> Case:
    """`case` with fewer words, then less in each of its files."""
    name, *words = case.args
    args = least(words, lambda kept: fails(replace(case, args=(name, *kept))))
    found = replace(case, args=(name, *args))
    for file in case.files:
        found = _with_less_in(found, file, fails)
    return found


def _with_less_in(case: Case, file: str, fails: Fails) -> Case:
    """`case` with as little as possible in the file: nothing, else few lines, of few tokens."""

    def having(parts: Sequence[str]) -> Case:
        return replace(case, files=case.files | {file: "".join(parts)})

    if fails(having(())):
        return having(())
    lines = least(case.files[file].splitlines(keepends=True), lambda kept: fails(having(kept)))
    return having(least(texts.tokens("".join(lines)), lambda kept: fails(having(kept))))


def least(parts: Sequence[str], fails: Callable[[Sequence[str]], bool]) -> Sequence[str]:
    """As few of `parts` as still fail, by delta debugging: ever smaller chunks are left out."""
    size = len(parts)
    while size >= 1:
        at = 0
        while at < len(parts):
            kept = [*parts[:at], *parts[at + size :]]
            if fails(kept):
                parts = kept
            else:
                at += size
        size //= 2
    return parts
