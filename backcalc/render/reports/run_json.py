"""A run as JSON, in the shape that the language's contract fixes: a line a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any, cast

from backcalc import progress
from backcalc.calculus.result import AnyRun
from backcalc.calculus.run import Run
from backcalc.language.unparse import unparse
from backcalc.render.values import exact, formulas_of

if TYPE_CHECKING:
    from numpy import object_
    from numpy.typing import NDArray

    from backcalc.bulk.graph.run import LargeRun
from backcalc.render.formats.json import dump, enclosed

ROWS = 4_096  # Nodes of a large run that are put together at a time.


def render_json(run: AnyRun, *, pairs: bool = False) -> Iterator[str]:
    """The whole run, some lines at a time; with `pairs` also every ∂of/∂wrt, as `pairs`."""
    yield f'{{"output": {dump(run.output)}, "mode": "{run.mode}", "at": {_members(run.point)},'
    nodes = _nodes(run) if isinstance(run, Run) else _nodes_of_numbers(cast("LargeRun", run))
    yield from enclosed(' "nodes": [', nodes, " ],")
    yield f' "gradient": {_members(run.gradient)},'
    yield f' "warnings": {dump(warning_texts(run))}' + ("," if pairs else "}")
    if pairs:
        assert isinstance(run, Run)  # Of no other run are they asked for.
        yield from enclosed(' "pairs": [', (f"  {dump(_partial(*pair))}" for pair in run.pairs()), " ]}")


def warning_texts(run: AnyRun) -> list[str]:
    """Each warning with the line it speaks of."""
    source = run.graph.source
    return [
        f"line {source.line_number(warning.span.start)}: {warning.message}" if warning.span else warning.message
        for warning in run.warnings
    ]


def _members(values: Mapping[str, Any]) -> str:
    """An object of numbers and arrays."""
    return dump({name: exact(value) for name, value in values.items()})


def _nodes(run: Run) -> Iterator[str]:
    """A line a node."""
    run.linear.edges  # noqa: B018  They are worked out before the writing begins, in a stage of its own.
    places = progress.through("writing", range(len(run.graph.nodes)))
    what = "adjoint" if run.mode == "reverse" else "tangent"
    for i, derivative, symbolic in zip(places, _derivatives(run), _symbolic(run), strict=True):
        node = run.graph.nodes[i]
        members = {
            "name": node.name,
            "kind": node.kind,
            "formula": None if node.formula is None else unparse(node.formula),
            "line": run.graph.line(node),
            "shape": run.shapes[i],
            "value": exact(run.values[i]),
            what: derivative,
            "symbolic": symbolic,
            "partials": [_partial(node.name, arg, value) for arg, value in run.partials(i).items()],
        }
        yield f"  {dump(members)}"


def _partial(of: str, wrt: str, value: Any) -> dict[str, Any]:
    """∂of/∂wrt as an object."""
    return {"of": of, "wrt": wrt, "value": exact(value)}


def _derivatives(run: Run) -> Iterator[Any]:
    """For each node its adjoint; in forward mode the tangent, an object by input where there are several."""
    if run.mode == "reverse":
        return map(exact, run.adjoints)
    columns = [map(exact, tangent) for tangent in run.tangents.values()]
    return columns[0] if len(columns) == 1 else _by_input(run, columns)


def _by_input(run: Run, columns: Sequence[Iterable[Any]]) -> Iterator[dict[str, Any]]:
    """A row of columns, one an input, as an object: an empty one where there is no input."""
    rows: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else repeat((), len(run.graph.nodes))
    return (dict(zip(run.tangents, row, strict=True)) for row in rows)


def _symbolic(run: Run) -> Iterator[Any]:
    """For each node the formula of its derivative; of several tangents an object, null where none is a formula."""
    if run.mode == "reverse":
        return formulas_of(run.adjoints)
    columns = [formulas_of(tangent) for tangent in run.tangents.values()]
    if len(columns) == 1:
        return columns[0]
    return (row if any(row.values()) else None for row in _by_input(run, columns))


def _nodes_of_numbers(run: LargeRun) -> Iterator[str]:
    """The nodes of a large run, many lines in a text."""
    run.incoming  # noqa: B018  As above.
    names = list(map(quoted, run.graph.names))
    args = _column([f'{name}, "value": ' for name in names])
    for begin in progress.through("writing", range(0, len(names), ROWS), 1):
        part = slice(begin, min(begin + ROWS, len(names)))
        yield _with_partials(run, names[part], args, part, _rows(run, names[part], part))


def _column(texts: list[str]) -> NDArray[object_]:
    """`texts` as an array, of which many are looked up and repeated at once."""
    import numpy as np

    return np.array(texts, object)


def _rows(run: LargeRun, names: list[str], part: slice) -> Iterator[str]:
    """The lines of some nodes up to their local partials; `names` are theirs."""
    from backcalc.bulk.arrays.decimals import members

    graph = run.graph
    formulas = ("null" if formula is None else quoted(formula) for formula in run.formulas.of(part))
    kinds, lines = graph.kind_names(part), graph.lines[part].tolist()
    values, adjoints = members(run.value_array[part], run.known[part]), members(run.adjoint_array[part])
    columns = names, kinds, formulas, lines, values, adjoints
    # An f-string is some times faster than an encoder, or than a form that is filled in.
    return (
        f'  {{"name": {name}, "kind": "{kind}", "formula": {formula}, "line": {line}, "shape": [], "value": {value}, '
        f'"adjoint": {adjoint}, "symbolic": null, "partials": ['
        for name, kind, formula, line, value, adjoint in zip(*columns, strict=True)
    )


def _with_partials(run: LargeRun, names: list[str], args: NDArray[object_], part: slice, rows: Iterable[str]) -> str:
    """The lines that begin as `rows` do, with the local partials; `args` has each node as an argument."""
    from backcalc.bulk.arrays.decimals import members

    counts, tails, partials = run.incoming.of(part)
    starts = _column([f'}}, {{"of": {name}, "wrt": ' for name in names])
    # Three pieces a partial, all put together at once.
    pieces = [""] * (3 * len(tails) + 1)
    pieces[:-1:3] = starts.repeat(counts).tolist()
    pieces[1::3] = args[tails].tolist()
    pieces[2::3] = members(partials)
    at, before = 0, ""
    for row, count in zip(rows, counts.tolist(), strict=True):
        before += row
        if count:
            pieces[at] = before + pieces[at].removeprefix("}, ")
            at, before = at + 3 * count, "}"
        before += "]},\n"
    pieces[-1] = before.removesuffix(",\n")
    return "".join(pieces)
