"""The text of a graph with what a descent found as the defaults of its inputs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np

from backcalc.graph.loops import write_out
from backcalc.language.expr import Expr
from backcalc.language.lexis import PATTERNS
from backcalc.language.parser import parse
from backcalc.language.statements import Input, Inputs, Loop, Program, Statement
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.values import literal, shape_of
from backcalc.text.source import Source, Span

# What may end a default: a bracket, what parts inputs and statements, or the range behind it.
_STOP = re.compile(rf"[()\[\]{{}}=,;\n]|#[^\n]*|(?:\b|(?<=\d)){PATTERNS['IN']}(?=\s*\[)|\Z")


def with_defaults(source: Source, found: Mapping[str, Any]) -> str:
    """The text of `source` with these values as the defaults of its inputs, all else as it stands.

    What a loop declares is declared in front of it, an input a line.
    """
    text, new = source.text, dict(found)
    program = parse(source)
    edits = []
    for statement in program.statements:
        for item in statement.items if isinstance(statement, Inputs) else [statement]:
            if isinstance(item, Input) and getattr(item.target, "id", None) in new:
                value = _written(new.pop(item.target.id))  # type: ignore[union-attr]
                begin, end = _default_of(text, item.target.span.end)
                gap = "" if text[end : end + 1] in _APART else " "  # `1in [0, 2]` has none.
                edits.append((begin, end, f"{' =' if begin == end else '='} {value}{gap}"))
    lines, taken = _out_of_loops(program, new) if new else ([], [])
    edits += [(*_with_its_end(text, span), "") for span in taken]
    for begin, end, value in sorted(edits, reverse=True):  # From the end on: what stands before keeps its places.
        text = text[:begin] + value + text[end:]
    # What is left has no declaration at all, so it gets a line of its own.
    lines += [f"input {name} = {_written(value)}" for name, value in new.items()]
    return "".join(f"{line}\n" for line in lines) + text


def _out_of_loops(program: Program, new: dict[str, Any]) -> tuple[list[str], list[Span]]:
    """Lines for all inputs that loops declare beside one of `new`, which loses these, and what stands for them now."""
    inner = list(_inputs_in(statement for statement in program.statements if isinstance(statement, Loop)))
    made: dict[Span, list[Input]] = {statement.span: [] for statement in inner}
    for statement in write_out(program.statements, []):
        # Several of one statement have places of their own within it.
        spans = (span for span in made if isinstance(statement, Input) and _is_within(statement.span, span))
        for span in spans:
            made[span].append(statement)  # type: ignore[arg-type]
    lines, taken = [], []
    for span, items in made.items():
        if not any(unparse(item.target) in new for item in items):
            continue
        taken.append(span)
        for item in items:
            value = new.pop(unparse(item.target), None)
            kept = item if value is None else item._replace(default=_literal(value))
            lines.append(unparse_statement(kept))
    return lines, taken


def _inputs_in(statements: Iterable[Statement]) -> Iterator[Input | Inputs]:
    """The declarations of inputs within loops."""
    stack = [*statements][::-1]
    while stack:
        statement = stack.pop()
        if isinstance(statement, Loop):
            stack += statement.body[::-1]
        elif isinstance(statement, Input | Inputs):
            yield statement


def _is_within(inner: Span, outer: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end


def _with_its_end(text: str, span: Span) -> tuple[int, int]:
    """A statement with what parts it from the next one."""
    end = _END.match(text, span.end)
    assert end is not None
    return span.start, end.end()


_END = re.compile(r"[ \t]*;?[ \t]*")
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


def _literal(value: Any) -> Expr:
    return literal(np.asarray(value) if shape_of(value) else value)


def _written(value: Any) -> str:
    return unparse(_literal(value))
