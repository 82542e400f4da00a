"""The point at which a graph is run: what `--at` says, the file's own defaults, and that the two fit the graph."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, TextIO, TypeAlias
from weakref import WeakKeyDictionary

from backcalc.calculus.constant import constant, default_of, spelled_out
from backcalc.graph.build import with_inputs
from backcalc.graph.model import Dag
from backcalc.language.expr import Expr, Number
from backcalc.language.lexis import as_named
from backcalc.language.parser import parse_expression, parse_point
from backcalc.rules.primitives import CONSTANTS
from backcalc.rules.values import Numeric, is_array, shape_of
from backcalc.text.errors import BackcalcError, Code, Diagnostic, EvaluateError, UsageError
from backcalc.text.files import clean, read
from backcalc.text.source import Source
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import option, point_option, quoted, shorten

if TYPE_CHECKING:
    from backcalc.rules.functions.arrays import Array

AT = "--at"
MOST_WHOLE = 1 << 1023  # Whole numbers beyond are none of float64.

Point: TypeAlias = "dict[str, Numeric]"
"""The values of inputs, by name."""


def read_point(options: Iterable[str], option: str = AT) -> Point:
    """The values that `--at` options give, `x=1, w=pi/4` or `@point.json`; a file and what is typed go over each other.

    `option` is the name of another that is written so. Raises BackcalcError with the place in the option or in the
    JSON file, also where a name is typed twice.
    """
    return _read(options, option, None)


def read_number(text: str, option: str = AT) -> float | None:
    """The number that `text` is, an expression of constants as `-pi/4`; None where it is none."""
    source = clean(option, text)
    try:
        found = constant(parse_expression(source), source)
    except BackcalcError:
        return None
    return None if is_array(found) else float(found)


def read_exactly(options: Iterable[str]) -> tuple[Point, dict[str, Expr]]:
    """The values that `--at` options give, and as expressions what is written there: 0.1 is no float.

    Raises BackcalcError as `read_point` does.
    """
    written: dict[str, Expr] = {}
    # Both at once: what comes from a pipe is read only once.
    return _read(options, AT, written), written


def _read(options: Iterable[str], option: str, written: dict[str, Expr] | None) -> Point:
    """The values that options give; `written`, where one is asked for it, gets what is written of each name."""
    point: Point = {}
    typed: set[str] = set()
    for text in options:
        if text.startswith("@"):
            from backcalc.calculus.point_file import read_values, read_written  # They load a reader of JSON.

            source = _file(text[1:])
            point |= from_mapping(read_values(source), source)
            # What goes over a name leaves nothing of what was there before.
            if written is not None:
                written |= {_name(key): value for key, value in read_written(source).items()}
            continue
        source = clean(option, text)
        for name, value in parse_point(source):
            if name.id in typed:  # One of both is a slip, and nobody but the user knows which.
                from backcalc.calculus.point_file import twice

                raise UsageError(source, [twice(name.id, name.span)])
            typed.add(name.id)
            point[name.id] = constant(value, source)
            if written is not None:
                written[name.id] = value if isinstance(value, Number) else spelled_out(value, source)
    return point


_piped: WeakKeyDictionary[TextIO, Source] = WeakKeyDictionary()
"""What has come by a standard input, once it is read."""


def _file(path: str) -> Source:
    """The text of the file at `path`; what comes by a pipe is read once, however often the point is asked for."""
    if path != "-":
        return read(path)
    if sys.stdin not in _piped:
        _piped[sys.stdin] = read(path)
    return _piped[sys.stdin]


def from_mapping(at: Mapping[str, object], source: Source) -> Point:
    """A mapping of names to numbers, or to texts of constant expressions, as a point. Raises UsageError."""
    if not isinstance(at, Mapping):  # Type checkers see that; a notebook has none.
        hint = f"it is written {point_option([('x', '1')], name=source.name)}"
        message = f"{source.name} is no mapping of names to values"
        raise UsageError(source, [Diagnostic(Code.NOT_A_NUMBER, message, hints=(hint,))])
    # A caller's names go through what a file's go through: é is one name however it is composed, and x₁ is x1.
    found: Point = {}
    for typed, value in at.items():
        name = _name(typed)
        if name in found:
            from backcalc.calculus.point_file import twice

            raise UsageError(source, [twice(name, None)])
        found[name] = _number(name, value, source)
    return found


def _name(typed: object) -> str:
    return as_named(clean("", str(typed)).text)


def settle(graph: Dag, given: Point, by: str | None = None) -> tuple[Dag, Point]:
    """`graph` and the value of each of its inputs that has one: given, or the file's default.

    `by` is the option or argument that gives them, where it is another than `at`. A given name that the graph reads as
    a constant (`e`) becomes an input. Raises UsageError for names that are no inputs, and EvaluateError for a default
    that has no value.
    """
    # `e` is Euler's number until somebody gives it a value, as one does who means an error or an edge by it.
    constants = [name for name in given if name in CONSTANTS and name not in graph.index]
    if constants:
        graph = with_inputs(graph, constants)
    errors = [error for name in given if (error := _refusal(graph, name))]
    if errors:
        raise UsageError(Source(by or option("at"), ""), errors)
    defaults = {
        node.name: default_of(node, graph.source)
        for node in graph.nodes
        if node.default is not None and node.name not in given
    }
    point = given | defaults
    # In the order of the graph, whatever the order on the command line: JSON repeats the point.
    return graph, {node.name: point[node.name] for node in graph.nodes if node.name in point}


def _refusal(graph: Dag, name: str) -> Diagnostic | None:
    """Why `name` cannot be given a value; None where it can."""
    if name not in graph.index:
        inputs = f"the inputs are {quoted(graph.inputs)}" if graph.inputs else "it has no inputs at all"
        hints = did_you_mean(name, graph.inputs) or (inputs,)
        # Who gives a value to a word of a list's first line means an edge by it.
        hints += tuple(f"{each.message}: {each.hints[0]}" for each in graph.warnings if each.code == Code.HEADER)
        return Diagnostic(Code.UNKNOWN_INPUT, f"the graph has no input `{shorten(name)}`", hints=hints)
    node = graph.node(name)
    if node.kind in ("input", "edges"):  # An activation is what an edge list cannot know by itself.
        return None
    line = f"{graph.source.name}:{graph.line(node)}"
    hint = f"to set it, make it an input: input {shorten(name)}"
    what = "a constant" if node.is_fixed else "computed"
    return Diagnostic(Code.NOT_AN_INPUT, f"`{shorten(name)}` is no input: it is {what} at {line}", hints=(hint,))


def _number(name: str, value: object, source: Source) -> Numeric:
    """`value` as a number or an array: itself, or the text of a constant expression."""
    # A text may be a constant expression, so `"pi/4"` may stand in JSON, which has no such number.
    if isinstance(value, str):
        text = Source(f"{source.name}, `{shorten(name)}`", value)
        try:
            return constant(parse_expression(text), text)
        except BackcalcError as error:
            raise EvaluateError(text, error.diagnostics) from None
    if type(value) is int and abs(value) < MOST_WHOLE:  # The commonest that is no float need not load NumPy.
        return float(value)
    found: Numeric | None = value if isinstance(value, float) else _array(value)
    if found is None:
        message = f"the value of `{shorten(name)}` is no number, vector or matrix"
        raise UsageError(source, [Diagnostic(Code.NOT_A_NUMBER, message)])
    return found if shape_of(found) else float(found)


def _array(value: object) -> Array | None:
    """A list of numbers, or of such lists, or an array of another library, as an array; None where it is none."""
    from backcalc.rules.ndarray import as_array

    return as_array(value)
