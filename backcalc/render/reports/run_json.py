"""A run as JSON, in the shape that the language's contract fixes: a line a node."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from json.encoder import encode_basestring as quoted
from typing import TYPE_CHECKING, Any

from backcalc import progress
from backcalc.calculus.columns import Column, Columns, Partials
from backcalc.render.formats.json import dump, enclosed
from backcalc.render.values import FormulaTexts, exact

if TYPE_CHECKING:
    from backcalc.calculus.result import AnyRun

ROWS = 4_096  # Nodes that are put together at a time.


def render_json(run: AnyRun, *, pairs: bool = False) -> Iterator[str]:
    """The whole run, some lines at a time; with `pairs` also every ∂of/∂wrt, as `pairs`."""
    along = f' "along": {_members(run.along)},' if run.along else ""
    yield f'{{"output": {dump(run.output or None)}, "mode": "{run.mode}", "at": {_members(run.point)},{along}'
    yield from enclosed(' "nodes": [', _nodes(run), " ],")
    yield f' "gradient": {_members(run.gradient)},'
    yield f' "warnings": {dump(warning_texts(run))}' + ("," if pairs else "}")
    if pairs:
        found = ({"of": of, "wrt": wrt, "value": exact(value)} for of, wrt, value in run.objects.pairs())
        yield from enclosed(' "pairs": [', (f"  {dump(pair)}" for pair in found), " ]}")


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


def _nodes(run: AnyRun) -> Iterator[str]:
    """The lines of the nodes, many in a text."""
    incoming = run.incoming  # Worked out before the writing begins, in a stage of its own.
    names = list(run.graph.index)  # A name has nothing in it that would have to be escaped.
    args = [f'"{name}", "value": ' for name in names]
    symbolic = _Symbolic(run)
    # A Jacobian may have a million numbers: of arrays a node at a time.
    size = 1 if any(run.shapes) else ROWS
    for begin in progress.through("writing", range(0, len(names), size), 1 if size > 1 else progress.STEP):
        part = slice(begin, min(begin + size, len(names)))
        rows = _rows(run, run.columns(part), names[part], symbolic)
        yield _with_partials(rows, names[part], args, incoming, part)


def _rows(run: AnyRun, columns: Columns, names: Sequence[str], symbolic: _Symbolic) -> Iterator[str]:
    """The lines of some nodes up to their local partials; `names` are theirs."""
    formulas = ("null" if formula is None else quoted(formula) for formula in columns.formulas)
    shapes = ("[]" if not shape else dump(shape) for shape in columns.shapes)
    derivatives = [column.members() for column in columns.derivatives]
    swept = derivatives[0] if symbolic.is_one else symbolic.by_input(derivatives, len(names))
    what = "adjoint" if run.mode == "reverse" else "tangent"
    # The same order as the fields of the line below.
    given = names, columns.kinds, formulas, columns.lines, shapes, columns.values.members()
    # An f-string is some times faster than an encoder, or than a form that is filled in.
    return (
        f'  {{"name": "{name}", "kind": "{kind}", "formula": {formula}, "line": {line}, "shape": {shape}, '
        f'"value": {value}, "{what}": {derivative}, "symbolic": {text}, "partials": ['
        for name, kind, formula, line, shape, value, derivative, text in zip(
            *given, swept, symbolic.of(columns.derivatives, len(names)), strict=True
        )
    )


class _Symbolic:
    """The formulas of derivatives, node after node; of several tangents an object by input."""

    def __init__(self, run: AnyRun) -> None:
        self._inputs = [""] if run.mode == "reverse" else list(map(quoted, run.tangents))
        # All formulas of a column together have a room, which those of one part of it leave to the next.
        self._texts = [FormulaTexts() for _ in self._inputs]
        self.is_one = len(self._inputs) == 1

    def of(self, columns: Sequence[Column], count: int) -> Iterable[str]:
        """For each of so many nodes its formula or its formulas; null where there is none."""
        if not any(column.has_formulas for column in columns):
            return repeat("null", count)
        found = [
            ["null" if text is None else quoted(text) for text in texts.of(column)]
            for texts, column in zip(self._texts, columns, strict=True)
        ]
        if self.is_one:
            return found[0]
        # Of a node without any formula `null` says it shortly, and the contract has it.
        nothing = tuple("null" for _ in found)
        rows = self.by_input(found, count)
        return ("null" if row == nothing else text for row, text in zip(zip(*found, strict=True), rows, strict=True))

    def by_input(self, columns: Sequence[Sequence[str]], count: int) -> Iterable[str]:
        """The rows of columns, one an input, as objects: empty ones where there is no input."""
        rows: Iterable[tuple[str, ...]] = zip(*columns, strict=True) if columns else repeat((), count)
        return (
            f"{{{', '.join(f'{name}: {text}' for name, text in zip(self._inputs, row, strict=True))}}}" for row in rows
        )


def _with_partials(
    rows: Iterable[str], names: Sequence[str], args: Sequence[str], incoming: Partials, part: slice
) -> str:
    """The lines that begin as `rows` do, with the local partials; `args` has each node as an argument."""
    counts, tails, partials = incoming.rows(part)
    # Three pieces a partial, all put together at once: the first has also what stands before it.
    pieces = [""] * (3 * len(tails) + 1)
    pieces[1::3] = [args[tail] for tail in tails]
    pieces[2::3] = partials.members()
    # What stands before the next piece: rows without partials gather there.
    at, before = 0, ""
    for row, name, count in zip(rows, names, counts, strict=True):
        if count:
            start = f'{{"of": "{name}", "wrt": '
            pieces[at] = f"{before}{row}{start}"
            if count > 1:
                # By a slice rather than a loop: a graph may have millions of edges.
                pieces[at + 3 : at + 3 * count : 3] = [f"}}, {start}"] * (count - 1)
            at, before = at + 3 * count, "}]},\n"
        else:
            before = f"{before}{row}]}},\n"
    pieces[-1] = before.removesuffix(",\n")  # The last comma is the caller's, who knows whether more follows.
    return "".join(pieces)
