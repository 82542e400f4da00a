"""A run as JSON, in the shape that the language's contract fixes."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from itertools import chain, islice, repeat
from json.encoder import encode_basestring as quoted
from math import inf, isfinite, nan
from typing import TYPE_CHECKING, Any, cast

from backcalc import progress
from backcalc.render.numbers import exact, formulas_of
from backcalc.run import AnyRun, Run
from backcalc.unparse import unparse

if TYPE_CHECKING:
    from backcalc.large import LargeRun

ROWS = 4_096  # Nodes of a large run that are put together at a time.


def render_json(run: AnyRun, *, pairs: bool = False) -> Iterator[str]:
    """The whole run, some lines at a time; with `pairs` also every ∂of/∂wrt, as `pairs`."""
    yield "{"
    yield f'  "output": {quoted(run.output)},'
    yield f'  "mode": {quoted(run.mode)},'
    yield from _members("at", run.point)
    yield from _array("nodes", _nodes(run) if isinstance(run, Run) else _nodes_of_numbers(cast("LargeRun", run)))
    yield from _members("gradient", run.gradient)
    yield f'  "warnings": {_indented(warning_texts(run), 2)}' + ("," if pairs else "")
    if pairs:
        assert isinstance(run, Run)  # Of no other run are they asked for.
        yield from _array("pairs", (_partial(*pair, 4) for pair in run.pairs()), end="")
    yield "}"


def dump(found: Any) -> str:
    """`found` as indented JSON, its letters as they are."""
    return json.dumps(found, ensure_ascii=False, indent=2, allow_nan=False)


def warning_texts(run: AnyRun) -> list[str]:
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


def _nodes_of_numbers(run: LargeRun) -> Iterator[str]:
    """The same of a large run, many nodes in a text."""
    run.incoming  # noqa: B018  As above.
    names = list(map(quoted, run.graph.names))
    for begin in progress.through("writing", range(0, len(run.graph), ROWS), 1):
        yield ",\n".join([_NODE % row for row in _rows(run, names, slice(begin, min(begin + ROWS, len(names))))])


def _rows(run: LargeRun, names: list[str], part: slice) -> Iterator[tuple[Any, ...]]:
    """What fills in the form for each of some nodes: columns of it, then what is of a node with a formula."""
    graph = run.graph
    kinds, partials = graph.kind_names(part), _partials_of_edges(run, names, part)
    formulas = ["null"] * len(kinds)
    for i, kind in enumerate(kinds):
        if kind in ("expression", "constant"):
            node = graph.nodes[part.start + i]
            assert node.formula is not None
            formulas[i], partials[i] = quoted(unparse(node.formula)), _of_node(node.name, run.partials(node))
    lines, values = graph.lines[part].tolist(), _numbers(run.values[part])
    derivatives = (f'"adjoint": {adjoint}' for adjoint in _numbers(run.adjoints[part]))
    columns = names[part], kinds, formulas, lines, repeat("[]"), values, derivatives, repeat("null"), partials
    return zip(*columns, strict=False)  # Two have no end.


def _partials_of_edges(run: LargeRun, names: list[str], part: slice) -> list[str]:
    """For each of some nodes the partials on the edges that lead to it, as an array."""
    counts, tails, partials = run.incoming.of(part)
    heads = chain.from_iterable(map(repeat, names[part], counts))
    form, tail_names = _partial_form(8), map(names.__getitem__, tails)
    items = iter([form % row for row in zip(heads, tail_names, _numbers(partials), strict=True)])
    return [_listed(list(islice(items, count))) for count in counts]


def _writing(run: Run) -> Iterator[int]:
    return progress.through("writing", range(len(run.graph.nodes)))


def _partials(run: Run, i: int) -> str:
    """The local partials of a node, as an array."""
    return _of_node(run.graph.nodes[i].name, run.partials(i))


def _of_node(name: str, partials: Mapping[str, Any]) -> str:
    return _listed([_partial(name, arg, value, 8) for arg, value in partials.items()])


def _listed(items: list[str]) -> str:
    """The partials of a node as an array."""
    return "[\n" + ",\n".join(items) + "\n      ]" if items else "[]"


def _partial(of: str, wrt: str, value: Any, depth: int) -> str:
    """∂of/∂wrt as an object, `depth` columns from the left."""
    return _partial_form(depth) % (quoted(of), quoted(wrt), _number(value, depth + 2))


@cache
def _partial_form(depth: int) -> str:
    """The form of such an object."""
    left = " " * depth
    return f'{left}{{\n{left}  "of": %s,\n{left}  "wrt": %s,\n{left}  "value": %s\n{left}}}'


def _number(value: Any, depth: int) -> str:
    """A number or an array, `null` where it is not known."""
    if type(value) is float and isfinite(value):  # Nearly all that there are.
        return repr(value)
    return "null" if value is None else _indented(exact(value), depth)


_ODD_NUMBERS = {repr(value): dump(exact(value)) for value in (None, nan, inf, -inf)}


def _numbers(values: Iterable[float | None]) -> list[str]:
    """The same of many: what `repr` gives, but for what JSON has no number for."""
    return [_ODD_NUMBERS.get(text, text) for text in map(repr, values)]


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
