"""Names that nothing declares and that read as something else: `πx` as a product, `True` as 1, `A'` as a transpose.

Each is a name by the rules of the language, and a node of its own, which would be taken in without a word.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator

from backcalc.graph.model import Dag
from backcalc.graph.tape import Tape
from backcalc.language.expr import Call, Expr, Name, Number, postorder
from backcalc.text.errors import Code, Diagnostic
from backcalc.text.wording import shorten

ELSEWHERE_CONSTANTS = {
    **dict.fromkeys(("True", "true", "TRUE"), "1"),
    **dict.fromkeys(("False", "false", "FALSE"), "0"),
    **dict.fromkeys(("PI", "Pi"), "pi"),
    **dict.fromkeys(("Inf", "INF", "Infinity", "infinity"), "inf"),
}
"""What other programs call numbers, by how the language writes them."""

EULER = "E"
TRANSPOSE = "t"  # As some raise it; `^T` is refused, for a capital is hardly ever a power.
BY_BLANKS = re.compile(r"[ \t]*[\w']+[ \t]+[\w']+[ \t]+[\w']+[ \t]*(?:#|\Z)")
"""An edge in columns by blanks, all of them names."""

_PI = "π"
_DIFFERENTIAL = "d"


def mistakable(graph: Dag, known: Container[str]) -> Iterator[Diagnostic]:
    """A note for each undeclared name, without a value among the `known`, that reads as something else."""
    yield from _relations(graph, known)
    yield from _raised_to_t(graph, known)
    yield from _euler(graph, known)
    yield from _quotients(graph, known)
    tails = {edge.tail for node in graph.nodes for edge in node.incoming}
    for node in graph.nodes:
        # The end of an edge is a name beyond doubt.
        if not node.is_implicit or node.name in known or node.name in tails:
            continue
        if meant := (*_constant(node.name), *_product(node.name), *_call(node.name), *_run_together(graph, node.name)):
            name = shorten(node.name)
            hints = (*meant, f"as an input it is declared: input {name}")
            yield Diagnostic(Code.ONE_NAME, f"`{name}` is one name, and an input here", node.span, hints=hints)


def _relations(graph: Dag, known: Container[str]) -> Iterator[Diagnostic]:
    """A note on a list of nothing but edges whose partials are all names that nothing defines, in columns by blanks."""
    edges = [edge for node in graph.nodes for edge in node.incoming]
    if not edges or any(node.expr is not None for node in graph.nodes):
        return
    names = [edge.partial.id if isinstance(edge.partial, Name) else "" for edge in edges]
    unknown = {node.name for node in graph.nodes if node.is_implicit and node.name not in known}
    # One line at a time, and only where the names are so: a million edges on one line are no million such lines.
    rows = (graph.source.line_text(edge.span.start) for edge in edges)
    if not unknown.issuperset(names) or not all(map(BY_BLANKS.match, rows)):
        return
    head = graph.source.line_text(edges[0].span.start).split()[1]
    tail, partial = edges[0].tail, names[0]
    hints = (
        f"where `{shorten(head)}` is a relation, as in a list of Cytoscape: {shorten(tail)} {shorten(partial)} 3",
        f"where `{shorten(partial)}` is the partial, declare it: input {shorten(partial)}",
    )
    message = f"each partial is a name that nothing defines: `{shorten(partial)}` is an input here"
    yield Diagnostic(Code.NAMES_AS_PARTIALS, message, edges[0].span, hints=hints)


def _raised_to_t(graph: Dag, known: Container[str]) -> Iterator[Diagnostic]:
    """A note on `W^t` where nothing says what either is: a power here, the transpose on many a blackboard."""
    if TRANSPOSE not in graph.index or not _is_open(graph, TRANSPOSE, known):
        return
    parts = _parts(graph)
    bases = [part.args[0] for part in parts if isinstance(part, Call) and is_raised_to_t(part)]
    # Of x^t, (1 + r)^t and exp(-k)^t nobody takes t for a sign; nor where t stands for a number elsewhere, too.
    uses = sum(isinstance(part, Name) and part.id == TRANSPOSE for part in parts)
    if uses != len(bases) or not all(isinstance(base, Name) and base.id[:1].isupper() for base in bases):
        return
    matrices = [base.id for base in bases if isinstance(base, Name) and _is_open(graph, base.id, known)]
    if matrices:
        name = shorten(matrices[0])
        hints = (f"the transpose is written {name}.T", f"as a power it is declared: input {TRANSPOSE}")
        message = f"`{name}^{TRANSPOSE}` is a power, and `{TRANSPOSE}` an input here"
        yield Diagnostic(Code.POWER_OF_T, message, graph.node(TRANSPOSE).span, hints=hints)


def _euler(graph: Dag, known: Container[str]) -> Iterator[Diagnostic]:
    """A note on `E^x` where nothing says what E is: Mathematica and calculators call Euler's number so."""
    if EULER not in graph.index or not _is_open(graph, EULER, known):
        return
    parts = _parts(graph)
    powers = [part for part in parts if isinstance(part, Call) and part.fn == "^" and part.args[0] == Name(EULER)]
    # E^2 is the square of an energy or an error.
    uses = sum(part == Name(EULER) for part in parts)
    if uses == len(powers) and not any(isinstance(power.args[1], Number) for power in powers):
        hints = ("Euler's number is written e", f"as an input it is declared: input {EULER}")
        yield Diagnostic(Code.ONE_NAME, f"`{EULER}` is a name, and an input here", graph.node(EULER).span, hints=hints)


def _quotients(graph: Dag, known: Container[str]) -> Iterator[Diagnostic]:
    """A note on `dL/dx` in a formula beside nodes L and x: a quotient of two names, and hardly meant as one."""
    # Most graphs have no such name, and their formulas are left alone.
    if not any(node.is_implicit and node.name[:1] == _DIFFERENTIAL for node in graph.nodes):
        return
    for part in _parts(graph):
        match part:
            case Call("/", (Name(above), Name(below))) if _is_differential(graph, above, known) and _is_differential(
                graph, below, known
            ):
                y, x = shorten(above[1:]), shorten(below[1:])
                hints = (
                    f"a derivative in a formula is grad({y}, {x})",
                    f"as inputs they are declared: input d{y}, d{x}",
                )
                yield Diagnostic(Code.ONE_NAME, f"`d{y}/d{x}` is a quotient of two inputs here", part.span, hints=hints)
                return


def _is_differential(graph: Dag, name: str, known: Container[str]) -> bool:
    return name[:1] == _DIFFERENTIAL and name[1:] in graph.index and _is_open(graph, name, known)


def _parts(graph: Dag) -> list[Expr]:
    """All that the formulas and partials of a graph are made of."""
    formulas = [node.expr for node in graph.nodes if node.expr is not None]
    formulas += [edge.partial for node in graph.nodes for edge in node.incoming]
    return [part for formula in formulas for part in postorder(formula)]


def is_raised_to_t(call: Call) -> bool:
    """Whether `call` is a power of which the exponent is the name t."""
    return call.fn == "^" and isinstance(call.args[1], Name) and call.args[1].id == TRANSPOSE


def _is_open(graph: Dag, name: str, known: Container[str]) -> bool:
    """Whether nothing says what `name` is: no statement and no value."""
    return name in graph.index and graph.node(name).is_implicit and name not in known


def _constant(name: str) -> tuple[str, ...]:
    number = ELSEWHERE_CONSTANTS.get(name)
    return (f"the number is written {number}",) if number else ()


def factors(name: str) -> tuple[str, ...]:
    """π and the rest, in their order, of a name that print would have as a product; of other names nothing."""
    # `π1` and `π_old` are names of a policy, say.
    if name.startswith(_PI) and name[1:2].isalpha():
        return _PI, name[1:]
    return (name[:-1], _PI) if name.endswith(_PI) and name[:-1][:1].isalpha() else ()


def _product(name: str) -> tuple[str, ...]:
    found = factors(name)
    return (f"the product is written {'*'.join(found)}",) if found else ()


def _call(name: str) -> tuple[str, ...]:
    """What `sinx` may be meant as: of these letters alone, for `cost` and `logp` are names that people give."""
    found = re.fullmatch(r"(sin|cos|tan|ln|log|exp)([xyzθ])", name)
    return (f"the function is written {found[1]}({found[2]})",) if found else ()


def _run_together(graph: Dag, name: str) -> tuple[str, ...]:
    """The product that print would have of `λt` beside λ and t; nothing where not both are said to be something."""
    said = (
        (name[:i], name[i:])
        for i in range(1, len(name))
        if name[i].isalpha() and _is_said(graph, name[:i]) and _is_said(graph, name[i:])
    )
    return tuple(f"the product is written {shorten(a)}*{shorten(b)}" for a, b in said)[:1]


def _is_said(graph: Dag, name: str) -> bool:
    return name in graph.index and not graph.node(name).is_implicit


def transposed(tape: Tape, name: str) -> tuple[str, ...]:
    """What `A'` beside a matrix A may be meant as, as a hint."""
    base = name.removesuffix("'")
    if base == name or base not in tape.graph.index:
        return ()
    slot = tape.slot[tape.graph.index[base]]
    shape = tape.declared.get(slot) or (tape.shaped.shapes[slot] if tape.shaped else ())
    # A hidden state h' beside h is a habit with vectors, whose transpose nobody needs here.
    is_matrix = len(shape) > 1 or tape.graph.node(base).default is not None
    return (f"the transpose is written {shorten(base)}.T",) if is_matrix else ()
