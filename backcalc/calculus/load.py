"""Text to a graph that can be run: parsed, built, and its gradients worked out."""

from __future__ import annotations

import re
from itertools import chain

from backcalc.graph.build import build
from backcalc.graph.functions import DERIVATIVES
from backcalc.graph.model import Dag, Node, StatedValue
from backcalc.language.expr import Call, Expr, names, postorder
from backcalc.language.lexis import NAME
from backcalc.language.parser import parse
from backcalc.language.statements import Program
from backcalc.text.errors import MAX_ERRORS, BuildError, Code, Diagnostic, ParseError
from backcalc.text.source import Source, Span

# Mistakes of a statement that are its own, whatever the statements say that could not be read.
_INDEPENDENT = {
    Code.UNKNOWN_FUNCTION,
    Code.ARITY,
    Code.DUPLICATE_NODE,
    Code.DUPLICATE_FUNCTION,
    Code.CYCLE,
}
# Mistakes of a claim that no value mends.
_MISFITS = {Code.SHAPE_MISMATCH, Code.INDEX_OUT_OF_RANGE, Code.GRAD_OF_VECTOR, Code.GRAD_BY_MATRIX}
_CLAIM = "a claim"  # No node's name, for it has a space.
_FUNCTION = rf"\s*(?:def\s+)?({NAME})\s*\("


def load(source: Source) -> Dag:
    """The graph that `source` describes. Raises BackcalcError."""
    return finish(load_program(source))


def load_program(source: Source) -> Program:
    """The statements of `source`. Raises ParseError, with the mistakes in the statements that could be read as well."""
    try:
        return parse(source)
    except ParseError as error:
        found = (*error.diagnostics, *_others(error))
        # In the order of the text: a reader mends a file from the top.
        whole = ParseError(source, sorted(found, key=lambda each: each.span or Span(0, 0)))
        whole.warnings = error.warnings
        raise whole from None


def finish(program: Program) -> Dag:
    """The graph that `program` describes, its claims checked for shapes. Raises BuildError."""
    graph = _resolved(build(program, _differentiated))
    errors = [error for claim in graph.claims for error in _misfits(graph, claim)]
    if errors:
        raise BuildError(program.source, errors)
    return graph


def _resolved(graph: Dag) -> Dag:
    """`graph` with a node for each derivative that its formulas speak of. Raises BuildError."""
    # A search of the text is cheap, and nearly always the end of it.
    if not graph.source.may_name(DERIVATIVES):
        return graph
    formulas = (node.expr for node in graph.nodes if node.expr is not None)
    partials = (edge.partial for node in graph.nodes for edge in node.incoming)
    # Most graphs speak of none; what works them out takes as long to load as all that reads a graph.
    if not any(
        isinstance(part, Call) and part.fn in DERIVATIVES for e in chain(formulas, partials) for part in postorder(e)
    ):
        return graph
    from backcalc.calculus.grad import resolve

    # A proof needs to know what was differentiated, and of numbers more than formulas keep.
    return resolve(graph)._replace(unresolved=graph)


def _differentiated(formula: Expr, by: str) -> Expr:
    """The derivative of a formula by one of its names: f' is rare, and what it takes is loaded for it."""
    from backcalc.calculus.primes import differentiated

    return differentiated(formula, by, is_within=True)


def _misfits(graph: Dag, claim: StatedValue) -> list[Diagnostic]:
    """What in a claim does not fit, whatever the values are: shapes, indices, gradients of vectors."""
    from backcalc.calculus.constant import defaults
    from backcalc.calculus.evaluate import Evaluation
    from backcalc.graph.tape import tape_of

    # As a node behind all others it is checked like any formula; whether it holds is another command's.
    args = tuple(name for name in names(claim.value) if name in graph.index)
    node = Node(_CLAIM, "expression", claim.span, args, claim.value, claim.value)
    try:
        whole = _resolved(graph._replace(nodes=(*graph.nodes, node)))
        Evaluation(tape_of(whole), defaults(whole), formulas=True)
    except BuildError as error:
        return [found for found in error.diagnostics if found.code in _MISFITS]
    return []


def _others(error: ParseError) -> list[Diagnostic]:
    """The mistakes that the build finds in what could be read, as far as they do not follow from what could not."""
    # Of a list that is none no statement could be read.
    if len(error.diagnostics) > MAX_ERRORS or error.read is None:
        return []
    try:
        build(error.read, _differentiated)
    except BuildError as other:
        # A call of a function whose definition could not be read is no mistake of its own.
        lost = {name for diagnostic in error.diagnostics if (name := _function_of(error.source, diagnostic))}
        return [
            found for found in other.diagnostics if found.code in _INDEPENDENT and not _speaks_of(found, error, lost)
        ]
    return []


def _function_of(source: Source, diagnostic: Diagnostic) -> str | None:
    """The function that a line which could not be read seems to define."""
    # From the text, for a line that could not be read has no statement.
    found = re.match(_FUNCTION, source.line_text(diagnostic.span.start)) if diagnostic.span else None
    return found[1] if found else None


def _speaks_of(diagnostic: Diagnostic, error: ParseError, names: set[str]) -> bool:
    return diagnostic.span is not None and error.source.text[slice(*diagnostic.span)] in names
