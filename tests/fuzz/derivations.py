"""Texts that the grammar itself derives, by chance: what nobody would write, and yet it allows."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

from backcalc.language.tables import FOLDER

_SPELLED = {
    "NAME": ("x", "y", "u1", "v1", "k", "t", "W", "sin", "sum", "σ1", "h'", "grad"),
    "WHOLE": ("0", "1", "2", "3"),
    "NUMBER": ("0", "1", "2", "3", "0.5"),
    "NAME_PART": ("a", "'"),
    "DIFF": ("d", "∂"),
    "TEMPLATE_OPEN": ("{",),
    "SUPERSCRIPT": ("²", "³", "⁻¹"),
    "FRACTION": ("½", "¼"),
    "DOT_T": (".T", "ᵀ"),
}


@cache
def grammar() -> tuple[dict[str, list[list[tuple[str, bool]]]], dict[str, str]]:
    """The rules of the grammar: for each the expansions, as symbols and whether they are terminals; their patterns."""
    from lark import Lark

    grammar_text = (Path(FOLDER).parent / "grammars/graph.lark").read_text("utf-8")
    made = Lark(grammar_text, parser="lalr", start=["statement", "answer", "point"])
    found: dict[str, list[list[tuple[str, bool]]]] = {}
    for rule in made.rules:
        found.setdefault(rule.origin.name, []).append([(each.name, each.is_term) for each in rule.expansion])
    return found, {each.name: each.pattern.value for each in made.terminals}


def derived(rng: Random, start: str = "statement", room: int = 40) -> str:
    """A text that the grammar derives from `start`, with about `room` steps before it takes the shortest ways."""
    rules, patterns = grammar()
    open_, out, steps = [(start, False)], [], 0
    while open_:
        name, is_terminal = open_.pop()
        if is_terminal:
            out.append(_spelled(rng, name, patterns[name]))
            continue
        steps += 1
        ways = rules[name]
        way = rng.choice(ways) if steps < room else rng.choice(_least(name))
        open_ += reversed(way)
    glue = rng.choice((" ", " ", ""))
    return glue.join(out)


@cache
def _heights() -> dict[str, int]:
    """For each rule the least depth of a tree that it derives."""
    rules, _ = grammar()
    found: dict[str, int] = {}
    while len(found) < len(rules):
        for name, ways in rules.items():
            known = [
                max((found[n] for n, t in way if not t), default=0)
                for way in ways
                if all(t or n in found for n, t in way)
            ]
            if known and name not in found:
                found[name] = 1 + min(known)
    return found


@cache
def _least(name: str) -> list[list[tuple[str, bool]]]:
    """The expansions of a rule that lead to the shortest ends."""
    ways = grammar()[0][name]
    least = min(map(_height, ways))
    return [way for way in ways if _height(way) == least]


def _height(way: list[tuple[str, bool]]) -> int:
    return max((_heights()[name] for name, is_terminal in way if not is_terminal), default=0)


def _spelled(rng: Random, name: str, pattern: str) -> str:
    if name in _SPELLED:
        return rng.choice(_SPELLED[name])
    plain = re.sub(r"\(\?!.*?\)$", "", pattern).replace("(?:", "(")
    return rng.choice([each.replace("\\", "") for each in plain.strip("()").split("|")])
