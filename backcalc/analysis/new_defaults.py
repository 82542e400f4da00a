"""The text of a graph with what a descent found as the defaults of its inputs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from backcalc.language.parser import parse
from backcalc.language.statements import Input, Inputs
from backcalc.language.unparse import unparse
from backcalc.rules.values import literal, shape_of
from backcalc.text.source import Source

# What may end a default: a bracket, what parts inputs and statements, or the range behind it.
_STOP = re.compile(r"[()\[\]{}=,;\n]|#[^\n]*|(?:\b|(?<=\d))in(?=\s*\[)|\Z")


def with_defaults(source: Source, found: Mapping[str, Any]) -> str:
    """The text of `source` with these values as the defaults of its inputs, all else as it stands."""
    text, new = source.text, dict(found)
    edits = []
    for statement in parse(source).statements:
        items = statement.items if isinstance(statement, Inputs) else [statement]
        for item in items:
            if isinstance(item, Input) and getattr(item.target, "id", None) in new:
                value = _written(new.pop(item.target.id))  # type: ignore[union-attr]
                begin, end = _default_of(text, item.target.span.end)
                gap = "" if text[end : end + 1] in _APART else " "  # `1in [0, 2]` has none.
                edits.append((begin, end, f"{' =' if begin == end else '='} {value}{gap}"))
    for begin, end, value in sorted(edits, reverse=True):  # From the end on: what stands before keeps its places.
        text = text[:begin] + value + text[end:]
    # What is left has no single declaration to edit, so it gets a line of its own.
    return "".join(f"input {name} = {_written(value)}\n" for name, value in new.items()) + text


_APART = ("", " ", "\t", "\r", "\n", ",", ";", "#")  # What may stand behind a value.


def _default_of(text: str, at: int) -> tuple[int, int]:
    """Where the default stands, with its `=`, of an input whose name ends at `at`; where it would, if it has none."""
    depth, begin = 0, None
    # By signs, for the span of an expression leaves out brackets around it.
    for found in _STOP.finditer(text, at):
        sign = found.group()
        if sign in ("(", "[", "{"):
            depth += 1
        elif sign in (")", "]", "}"):
            depth -= 1
        elif sign == "=":
            begin = found.start() if begin is None and depth == 0 else begin
        elif depth == 0:
            break
    end = len(text[: found.start()].rstrip())
    return (end if begin is None else begin), end


def _written(value: Any) -> str:
    return unparse(literal(np.asarray(value) if shape_of(value) else value))
