"""A run as JSON, in the shape that the language's contract fixes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from backcalc.render.numbers import exact, formulas_of
from backcalc.run import Run
from backcalc.unparse import unparse


def render_json(run: Run, *, pairs: bool = False) -> str:
    """The whole run; with `pairs` also every ∂of/∂wrt, as `pairs`."""
    found: dict[str, Any] = {
        "output": run.output,
        "mode": run.mode,
        "at": {name: exact(value) for name, value in run.point.items()},
        "nodes": [_node(run, i, formula) for i, formula in enumerate(_symbolic(run))],
        "gradient": {name: exact(value) for name, value in run.gradient.items()},
        "warnings": warning_texts(run),
    }
    if pairs:
        found["pairs"] = [{"of": of, "wrt": wrt, "value": exact(value)} for of, wrt, value in run.pairs()]
    return dump(found)


def dump(found: Any) -> str:
    """`found` as indented JSON, its letters as they are."""
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)


def warning_texts(run: Run) -> list[str]:
    """Each warning with the line it speaks of."""
    source = run.graph.source
    return [
        f"line {source.line_number(warning.span.start)}: {warning.message}" if warning.span else warning.message
        for warning in run.warnings
    ]


def _node(run: Run, i: int, symbolic: Any) -> dict[str, Any]:
    node = run.graph.nodes[i]
    return {
        "name": node.name,
        "kind": node.kind,
        "formula": None if node.formula is None else unparse(node.formula),
        "line": run.graph.line(node),
        "shape": list(run.shapes[i]),
        "value": exact(run.values[i]),
        **_derivative(run, i),
        "symbolic": symbolic,
        "partials": [{"of": node.name, "wrt": arg, "value": exact(value)} for arg, value in run.partials(i).items()],
    }


def _derivative(run: Run, i: int) -> dict[str, Any]:
    """The adjoint; in forward mode the tangent, an object by input where there are several."""
    if run.mode == "reverse":
        return {"adjoint": exact(run.adjoints[i])}
    tangents = {name: exact(tangent[i]) for name, tangent in run.tangents.items()}
    return {"tangent": next(iter(tangents.values())) if len(tangents) == 1 else tangents}


def _symbolic(run: Run) -> Iterator[Any]:
    """For each node the formula of its derivative; of several tangents an object, null where none is a formula."""
    if run.mode == "reverse":
        yield from formulas_of(run.adjoints)
        return
    names = list(run.tangents)
    for found in zip(*map(formulas_of, run.tangents.values()), strict=True):
        yield found[0] if len(names) == 1 else dict(zip(names, found, strict=True)) if any(found) else None
