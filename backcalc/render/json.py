"""A run as JSON, in the shape that the language's contract fixes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from json.encoder import encode_basestring as quoted
from math import isfinite
from typing import Any

from backcalc import progress
from backcalc.render.numbers import exact, formulas_of
from backcalc.run import Run
from backcalc.unparse import unparse


def render_json(run: Run, *, pairs: bool = False) -> Iterator[str]:
    """The whole run, some lines at a time; with `pairs` also every ∂of/∂wrt, as `pairs`."""
    yield "{"
    yield f'  "output": {quoted(run.output)},'
    yield f'  "mode": {quoted(run.mode)},'
    yield from _members("at", run.point)
    yield from _array("nodes", _nodes(run))
    yield from _members("gradient", run.gradient)
    yield f'  "warnings": {_indented(warning_texts(run), 2)}' + ("," if pairs else "")
    if pairs:
        yield from _array("pairs", (_partial(*pair, 4) for pair in run.pairs()), end="")
    yield "}"


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


def _members(name: str, values: Mapping[str, Any]) -> Iterator[str]:
    """An object of numbers and arrays as a member of the whole."""
    lines = (f"    {quoted(key)}: {_number(value, 4)}" for key, value in values.items())
    return _enclosed(f'  "{name}": {{', lines, "  },")


def _array(name: str, items: Iterable[str], end: str = ",") -> Iterator[str]:
    """An array of indented texts as a member of the whole."""
    return _enclosed(f'  "{name}": [', items, f"  ]{end}")


def _enclosed(start: str, items: Iterable[str], end: str) -> Iterator[str]:
    """The lines of `items`, a comma between two of them; of none as JSON writes that, on one line."""
    last = None
    for item in items:
        yield start if last is None else f"{last},"
        last = item
    yield from (start + end.lstrip(),) if last is None else (last, end)


# As `dump` writes it: an encoder that indents is all Python, and ten times slower than to fill in a form.
_NODE = """\
    {
      "name": %s,
      "kind": "%s",
      "formula": %s,
      "line": %d,
      "shape": %s,
      "value": %s,
      %s,
      "symbolic": %s,
      "partials": %s
    }"""


def _nodes(run: Run) -> Iterator[str]:
    run.linear.edges  # noqa: B018  They are worked out before the writing begins, in a stage of its own.
    derivatives, symbolic = _derivatives(run), _symbolic(run)
    for i, derivative, formula in zip(_writing(run), derivatives, symbolic, strict=True):
        node, shape = run.graph.nodes[i], run.shapes[i]
        yield _NODE % (
            quoted(node.name),
            node.kind,
            "null" if node.formula is None else quoted(unparse(node.formula)),
            run.graph.line(node),
            _indented(list(shape), 6) if shape else "[]",
            _number(run.values[i], 6),
            derivative,
            "null" if formula is None else _indented(formula, 6),
            _partials(run, i),
        )


def _writing(run: Run) -> Iterator[int]:
    return progress.through("writing", range(len(run.graph.nodes)))


def _partials(run: Run, i: int) -> str:
    """The local partials of a node, as an array."""
    name = run.graph.nodes[i].name
    items = [_partial(name, arg, value, 8) for arg, value in run.partials(i).items()]
    return "[\n" + ",\n".join(items) + "\n      ]" if items else "[]"


def _partial(of: str, wrt: str, value: Any, depth: int) -> str:
    """∂of/∂wrt as an object, `depth` columns from the left."""
    left = " " * depth
    found = _number(value, depth + 2)
    return f'{left}{{\n{left}  "of": {quoted(of)},\n{left}  "wrt": {quoted(wrt)},\n{left}  "value": {found}\n{left}}}'


def _number(value: Any, depth: int) -> str:
    """A number or an array, `null` where it is not known."""
    if type(value) is float and isfinite(value):  # Nearly all that there are.
        return repr(value)
    return "null" if value is None else _indented(exact(value), depth)


def _indented(found: Any, depth: int) -> str:
    """`found` as it stands `depth` columns from the left."""
    return dump(found).replace("\n", "\n" + " " * depth)


def _derivatives(run: Run) -> Iterator[str]:
    """For each node its adjoint; in forward mode the tangent, an object by input where there are several."""
    if run.mode == "reverse":
        return (f'"adjoint": {_number(adjoint, 6)}' for adjoint in run.adjoints)
    if len(run.tangents) == 1:
        return (f'"tangent": {_number(value, 6)}' for tangent in run.tangents.values() for value in tangent)
    columns = (map(exact, tangent) for tangent in run.tangents.values())
    rows = (dict(zip(run.tangents, row, strict=True)) for row in zip(*columns, strict=True))
    return (f'"tangent": {_indented(row, 6)}' for row in rows)


def _symbolic(run: Run) -> Iterator[Any]:
    """For each node the formula of its derivative; of several tangents an object, null where none is a formula."""
    if run.mode == "reverse":
        yield from formulas_of(run.adjoints)
        return
    names = list(run.tangents)
    for found in zip(*map(formulas_of, run.tangents.values()), strict=True):
        yield found[0] if len(names) == 1 else dict(zip(names, found, strict=True)) if any(found) else None
