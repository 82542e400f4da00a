"""What is asked of a graph: which output, by which nodes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.model import Dag
from backcalc.graph.shapes import Shape, infer, shape_words
from backcalc.graph.tape import tape_of
from backcalc.language.foreign.translated import output_statement
from backcalc.language.unparse import unparse
from backcalc.rules.values import Numeric, shape_of
from backcalc.text.errors import BuildError, Code, Diagnostic, UsageError
from backcalc.text.source import Source, Span
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import option, plural, point_option, quoted, shorten, typed

if TYPE_CHECKING:
    from backcalc.graph.any_graph import AnyGraph

LOSS = "L"
"""What a loss outside the graph goes by, whose derivatives `adjoint` statements give."""


def chosen_output(
    graph: Dag, of: str | None, mode: Mode, *, is_along: bool = False, point: Mapping[str, Numeric] | None = None
) -> str:
    """The output, or LOSS where `adjoint` statements speak of one outside; "" where forward mode has none.

    Raises UsageError where both are meant, and as `choose_output`.
    """
    if not graph.seeds:
        # A tangent is by an input: with several sinks forward mode has no output, and needs none.
        is_open = mode == "forward" and of is None and graph.output is None and len(graph.sinks) != 1
        return "" if is_open else choose_output(graph, of, point)  # "" is no node's name.
    # A loss outside the graph has no node, so neither option could mean what it says.
    pushed = option("along") if is_along else option("mode", mode) if mode == "forward" else None
    what = option("of") if of is not None else pushed
    if what:
        message = f"`adjoint` statements speak of a loss outside the graph, {what} of a node in it"
        hint = f"drop {what}, or the line `adjoint {shorten(graph.seeds[0][0])} = …`"
        raise UsageError(graph.source, [Diagnostic(Code.TWO_OUTPUTS, message, graph.seeds[0][1].span, hints=(hint,))])
    return LOSS


def require_scalar(graph: Dag, evaluation: Evaluation, output: str, hints: Sequence[str] = ()) -> None:
    """Raise UsageError where the output is no number, which whoever asks this has no use for."""
    if graph.seeds:
        return  # A loss outside is a number.
    shape = evaluation.shapes[evaluation.tape.slot[graph.index[output]]]
    if shape:
        name = shorten(output)
        message = f"the output `{name}` is {shape_words(shape)}; what is asked for is of one number"
        hint = f"add a number made of it: s = sum({name})"
        raise UsageError(
            graph.source, [Diagnostic(Code.OUTPUT_NO_NUMBER, message, graph.node(output).span, hints=(hint, *hints))]
        )


def choose_output(graph: AnyGraph, of: str | None = None, point: Mapping[str, Numeric] | None = None) -> str:
    """The output: `of`, else the one that the file declares, else the only sink.

    Raises UsageError where there are several, BuildError where there are and shapes do not fit, at the values of
    `point` or else of the file.
    """
    # Never the last of several sinks, as a guess: derivatives of another node look just as good.
    if of is not None:
        require_node(graph, of, option("of"))
        return of
    if graph.output is not None:
        return graph.output
    if len(graph.sinks) == 1:
        return graph.sinks[0]
    if isinstance(graph, Dag):
        _require_fit(graph, defaults(graph) if point is None else point)
    sinks = plural(len(graph.sinks), "sink")
    message = f"the output is not clear, for the graph has {sinks}, nodes that no other uses: {quoted(graph.sinks)}"
    last = shorten(graph.sinks[-1])
    hint = f"choose one by {option('of', last)}, or in the file by `{output_statement(graph.source, last)}`"
    raise UsageError(Source(graph.source.name, ""), [Diagnostic(Code.NO_OUTPUT, message, hints=(hint,))])


def _require_fit(graph: Dag, point: Mapping[str, Numeric]) -> None:
    """Raise BuildError where the graph's shapes do not fit; what is not settled a point may still settle."""
    # What is wrong with the file comes before what is open in the question: with an output it would be told next.
    tape = tape_of(graph)
    try:
        infer(
            tape, {**tape.declared, **{tape.slot[graph.index[name]]: shape_of(value) for name, value in point.items()}}
        )
    except BuildError as error:
        if any(found.code is not Code.SHAPE_UNKNOWN for found in error.diagnostics):
            raise


def require_node(graph: AnyGraph, name: str, option: str) -> None:
    """Raise UsageError where the graph has no node `name`."""
    if name not in graph.index:
        # Of a derivative the output is its numerator.
        asked = (f"a derivative is asked for by backcalc run --get {typed(shorten(name))}",) if "/" in name else ()
        hints = asked or did_you_mean(name, graph.index) or (f"the nodes are {quoted(list(graph.index))}",)
        found = Diagnostic(Code.UNKNOWN_NODE, f"the graph has no node `{shorten(name)}`", hints=hints)
        raise UsageError(Source(option, ""), [found])


def loss_hints(graph: AnyGraph, name: str) -> tuple[str, ...]:
    """How a loss outside the graph gets the name by which its derivatives are asked for, where that is no node's."""
    seeds = graph.seeds if isinstance(graph, Dag) else ()
    if not seeds or name in graph.index:
        return ()
    edges = "; ".join(
        f"d({shorten(name)})/d({shorten(node)}) = {shorten(unparse(known.value))}" for node, known in seeds
    )
    return (f"the loss outside the graph goes by {LOSS}; under a name of its own it is written {edges}",)


def require_variable(graph: AnyGraph, name: str, option: str) -> None:
    """Raise UsageError where the node `name` is a constant."""
    if is_constant(graph, name):
        raise UsageError(Source(option, ""), [no_variable(name)])


def is_constant(graph: AnyGraph, name: str) -> bool:
    """Whether `name` is a constant of the file."""
    return isinstance(graph, Dag) and graph.is_fixed(name)  # A graph of arrays has none.


def no_variable(name: str, place: Span | None = None) -> Diagnostic:
    """That nothing is differentiated by the constant `name`."""
    message = f"`{shorten(name)}` is a constant, by which nothing is differentiated"
    hints = (f"an input has a derivative: input {shorten(name)} = …",)
    return Diagnostic(Code.GRAD_BY_CONSTANT, message, place, hints=hints)


def require_direction(graph: AnyGraph, along: Mapping[str, Numeric], shapes: Mapping[str, Shape]) -> None:
    """Raise UsageError where a direction is empty, or a change has not the shape of its node."""
    if not along:
        message = f"{option('along')} names no node that changes"
        hints = (f"a direction gives nodes their changes: {point_option([('x', '0.1')], name='along')}",)
        raise UsageError(Source(option("along"), ""), [Diagnostic(Code.NO_DIRECTION, message, hints=hints)])
    for name, change in along.items():
        require_node(graph, name, option("along"))
        require_variable(graph, name, option("along"))
        if shape_of(change) != shapes[name]:
            found = shape_words(shape_of(change))
            message = f"the change of `{shorten(name)}` is {found}, the node {shape_words(shapes[name])}"
            raise UsageError(Source(option("along"), ""), [Diagnostic(Code.SHAPE_MISMATCH, message)])


def choose_wrt(graph: AnyGraph, wrt: Sequence[str]) -> tuple[str, ...]:
    """What is derived by: `wrt`, each name once, else all inputs. Raises UsageError."""
    for name in wrt:
        require_node(graph, name, option("wrt"))
        require_variable(graph, name, option("wrt"))
    return tuple(dict.fromkeys(wrt)) or graph.inputs  # Twice the same name is asked for once.


Mode = Literal["reverse", "forward"]
