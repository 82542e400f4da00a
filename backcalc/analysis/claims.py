"""What a file claims, as nodes behind all others: a margin that is below 0 where the claim fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite
from time import monotonic
from types import MappingProxyType

from backcalc import progress
from backcalc.analysis.lettered import differentiated, lettered, resolved, unmarked, unresolved, without_marks
from backcalc.analysis.smoothness import has_domain
from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.graph.functions import GRAD
from backcalc.graph.model import Dag, Node, StatedValue
from backcalc.graph.tape import tape_of
from backcalc.language.expr import NEGATE, Call, Expr, Name, Number, fold, names
from backcalc.language.lexis import PATTERNS
from backcalc.text.errors import BackcalcError, Code, Diagnostic, UsageError

# No node of a file is called so, for these have a space.
MARGIN, CONDITION, SIZE, DIFFERENCE = "a margin", "a condition", "a size", "a difference"
_KEPT = (MARGIN, CONDITION, SIZE, DIFFERENCE)
NOTHING: Mapping[str, Expr] = MappingProxyType({})
_DOMAIN = "what is differentiated"  # The beginning of names: there may be several.


@dataclass(frozen=True)
class GraphClaim:
    """A claim of a graph, and the part of the graph that it speaks of.

    `graph` ends with the nodes MARGIN, which is below 0 where the claim fails, CONDITION, which is 1 where it holds,
    and SIZE, the size of what is compared; of an equality also DIFFERENCE, that of its sides. `is_strict` is whether it
    may fail where the margin is 0, `fails_at_zero` whether it does so for sure: `x < 0 or x >= 0` may, and does not.
    `parts` are the claims that it joins by `and`. `is_written` is whether the nodes could be written in
    the time for that; else `graph` is the file's.
    """

    stated: StatedValue
    text: str
    line: int
    graph: Dag
    is_strict: bool
    fails_at_zero: bool
    parts: tuple[GraphClaim, ...] = ()
    is_written: bool = True

    @property
    def is_equality(self) -> bool:
        """Whether it is one equality."""
        return DIFFERENCE in self.graph.index

    @property
    def is_choice(self) -> bool:
        """Whether it joins comparisons by `or`."""
        return len(_connected(_without_not(self.stated.value), ("or",))) > 1

    @property
    def inputs(self) -> tuple[str, ...]:
        """The inputs that the claim depends on."""
        return self.graph.inputs  # Not of the whole file's: an input that a claim does not speak of need have no value.

    def with_slopes(self, wrt: Iterable[str]) -> tuple[Dag, list[str]]:
        """The graph with the margin's derivative by each of `wrt` as a node too, and the names of these nodes."""
        slopes = [(f"a slope by {name}", Call(GRAD, (Name(MARGIN), Name(name)))) for name in wrt]
        # `grad` as a node: its formula is written by the rules, and so has intervals too.
        nodes = [_node(name, call, (), self.stated) for name, call in slopes]
        return resolved(self.graph._replace(nodes=(*self.graph.nodes, *nodes))), [name for name, _ in slopes]

    def narrowed(self, ranges: Callable[[Dag, str], tuple[float, float]]) -> GraphClaim:
        """The claim of fewer inputs, which holds only where this one does: what acts through one node alone is one.

        Such a node becomes an input, of the range that `ranges` tells of it in a graph.
        """
        graph = self.graph
        while True:  # Until nothing is narrow any more: one cut may make room for the next.
            pairs = ((name, ranges(graph, name)) for name in _narrow(graph))
            found = next(((name, ends) for name, ends in pairs if all(map(isfinite, ends))), None)
            if found is None:
                break
            name, (low, high) = found
            graph = _cut(graph, name, (Number(low), Number(high)))
        return replace(self, graph=graph)


def domains_in(graph: Dag) -> list[str]:
    """The nodes of a claim's graph that are to exist, for it speaks of their derivatives."""
    # A formula may exist where what it is the derivative of does not: that of log(x)·0 + x is 1.
    return [name for name in graph.index if name.startswith(_DOMAIN)]


def claims_of(graph: Dag, written: Mapping[str, Expr] = NOTHING, seconds: float = inf) -> list[GraphClaim]:
    """The claims of `graph`, where inputs have the values that are `written`, each after so many seconds at most.

    Raises UsageError for one that compares nothing, BuildError where shapes do not fit.
    """
    graph = unresolved(graph)
    # As given values: these are taken by their text, for 0.1 + 0.2 is no 0.3 by floats.
    nodes = (
        node._replace(given=StatedValue(written[node.name], node.span))
        if node.name in written and node.kind in ("input", "edges")
        else node
        for node in graph.nodes
    )
    graph = graph._replace(nodes=tuple(nodes)) if written else graph
    return [_claim_in(seconds, graph, stated) for stated in graph.claims]


def _claim_in(seconds: float, graph: Dag, stated: StatedValue) -> GraphClaim:
    try:
        with progress.until(monotonic() + seconds):
            return _claim(graph, stated)
    except progress.OverdueError:
        text, line = _told(graph, stated)
        return GraphClaim(stated, text, line, graph, is_strict=False, fails_at_zero=False, is_written=False)


def _claim(graph: Dag, stated: StatedValue) -> GraphClaim:
    condition = _without_not(stated.value)
    # As a number `min` is 1 where all elements hold.
    made = {MARGIN: _margin(condition, graph, stated), CONDITION: _call("min", condition), SIZE: _size(condition)}
    if isinstance(condition, Call) and condition.fn == "==":
        made[DIFFERENCE] = _call("-", *condition.args)
    behind = [_node(name, expr, graph.index, stated) for name, expr in made.items()]
    # Without claims and seeds: one made of these would ask for its own.
    alone = graph._replace(nodes=(*graph.nodes, *behind), output=MARGIN, seeds=(), claims=(), warnings=())
    targets = [_node(f"{_DOMAIN} {i}", e, graph.index, stated) for i, e in enumerate(differentiated(alone, list(made)))]
    whole = resolved(lettered(unmarked(alone._replace(nodes=(*alone.nodes, *targets)))))
    text, line = _told(graph, stated)
    strict = [isinstance(part, Call) and part.fn in ("<", ">", "!=") for part in _connected(condition)]
    made_of = _upstream(whole, [*made, *_with_domain(whole)])
    # The parts of a part too, so that a proof goes down to comparisons.
    parts = [_claim(graph, stated._replace(value=part)) for part in _joined(condition)]
    stated = stated._replace(value=without_marks(stated.value))  # As it is shown.
    return GraphClaim(stated, text, line, made_of, any(strict), all(strict), tuple(parts))


def _told(graph: Dag, stated: StatedValue) -> tuple[str, int]:
    """A claim as the file has it, and its line."""
    source, place = graph.source, stated.span
    text = " ".join(source.text[place.start : place.end].split()).removeprefix(PATTERNS["CLAIM"]).strip()
    return text, source.line_number(place.start)


# What holds where a comparison does not.
_OPPOSITE = {"<": ">=", "<=": ">", ">": "<=", ">=": "<", "==": "!=", "!=": "=="}


def _without_not(condition: Expr) -> Expr:
    """The condition with each `not` carried to the comparisons, which it turns round: `not x < 0` is `x >= 0`."""

    # Of each part itself and its opposite, so that one way up serves whatever stands above.
    def _leaf(part: Number | Name) -> tuple[Expr, Expr]:
        return part, part

    def _both_ways(call: Call, args: tuple[tuple[Expr, Expr], ...]) -> tuple[Expr, Expr]:
        if call.fn == "not":
            return args[0][1], args[0][0]
        if call.fn in ("and", "or"):  # De Morgan's laws.
            other = "or" if call.fn == "and" else "and"
            return _like(call, call.fn, [arg[0] for arg in args]), _like(call, other, [arg[1] for arg in args])
        return call, _like(call, _OPPOSITE[call.fn], call.args) if call.fn in _OPPOSITE else call

    return fold(condition, _leaf, _both_ways)[0]


def _like(call: Call, fn: str, args: Sequence[Expr]) -> Call:
    return Call(fn, tuple(args), call.span)


def _joined(condition: Expr) -> tuple[Expr, ...]:
    return condition.args if isinstance(condition, Call) and condition.fn == "and" else ()


def _cut(graph: Dag, name: str, bounds: tuple[Expr, Expr]) -> Dag:
    """The part of `graph` that the margin depends on where `name` is an input."""
    node = Node(name, "input", graph.node(name).span, bounds=bounds)
    # All that is told of a claim goes on being told of it: whether it holds exactly, and how large its sides are.
    told = [each for each in (*_KEPT, *domains_in(graph)) if each in graph.index]
    return _upstream(graph._replace(nodes=tuple(node if each.name == name else each for each in graph.nodes)), told)


def _narrow(graph: Dag) -> Iterator[str]:
    """The nodes through which inputs act that act by nothing else, those nearest to the inputs first."""
    anything = Number(-inf), Number(inf)  # To count what would be left the range does not matter.
    counts = _occurrences(graph)
    for node in graph.nodes:
        if node.kind != "expression" or node.name in _KEPT or node.name.startswith(_DOMAIN):
            continue
        rest = set(_cut(graph, node.name, anything).inputs)
        through = set(graph.inputs) - rest
        # An input that also acts elsewhere is forgotten behind the node: what is lost by that must be little.
        elsewhere = set(counts[node.name]) & rest
        # Where each input stands once, an interval says exactly between what the node lies.
        if node.name in rest and len(through) > len(elsewhere) and set(counts[node.name].values()) == {1}:
            yield node.name  # The first that serves: the cut changes what the others act through.


def _occurrences(graph: Dag) -> dict[str, Counter[str]]:
    """For each node how often each input stands in it, with all nodes written out."""
    found: dict[str, Counter[str]] = {}

    def _leaf(part: Number | Name) -> Counter[str]:
        return found.get(part.id, Counter()) if isinstance(part, Name) else Counter()

    def call(_: Call, args: tuple[Counter[str], ...]) -> Counter[str]:
        """How often each input is in a call: as often as in its arguments together."""
        return sum(args, Counter())

    for node in graph.nodes:
        # An input is itself; what has no formula depends on no input that a claim could vary.
        own = Counter({node.name: 1})
        found[node.name] = own if node.kind == "input" or node.expr is None else fold(node.expr, _leaf, call)
    return found


def _node(name: str, expr: Expr, index: Iterable[str], stated: StatedValue) -> Node:
    known = set(index)  # An expression also speaks of constants such as pi.
    args = tuple(each for each in names(expr) if each in known)
    return Node(name, "expression", stated.span, args, expr, expr)


def _upstream(graph: Dag, wanted: Sequence[str]) -> Dag:
    """The part of `graph` that `wanted` depend on, in its order."""
    needed = graph.upstream(wanted)
    return graph._replace(nodes=tuple(node for node in graph.nodes if node.name in needed))


def _with_domain(graph: Dag) -> list[str]:
    """The nodes that are differentiated and do not exist for all numbers."""
    try:
        evaluation = Evaluation(tape_of(graph), defaults(graph), formulas=True)
    except BackcalcError:  # Of shapes that only a point tells.
        return domains_in(graph)
    return [name for name in domains_in(graph) if has_domain(evaluation, name)]


def _call(fn: str, *args: Expr) -> Call:
    return Call(fn, args)


def _margin(condition: Expr, graph: Dag, stated: StatedValue) -> Expr:
    """A number that is below 0 where the condition fails, and above where it holds by as much."""
    if not all(isinstance(part, Call) and part.fn in _SIDES for part in _connected(condition)):
        message = "a claim is a comparison, or several joined by `and`, `or`, `not`"
        hint = "compare something: claim f(x) <= 1"
        raise UsageError(graph.source, [Diagnostic(Code.NO_CLAIM, message, stated.span, hints=(hint,))])

    def by_element(call: Call, args: tuple[Expr, ...]) -> Expr:
        """The margin of each element; what is compared stays as it is."""
        if call.fn in ("and", "or"):
            return _call("min" if call.fn == "and" else "max", *args)
        return _SIDES[call.fn](*call.args) if call.fn in _SIDES else call

    # The worst element last: of `v < 0 or v >= 0` each element meets one of both, and all together neither.
    return _call("min", fold(condition, lambda leaf: leaf, by_element))


def _apart(a: Expr, b: Expr) -> Call:
    return _call("abs", _call("-", a, b))


_SIDES = {
    "<": lambda a, b: _call("-", b, a),
    "<=": lambda a, b: _call("-", b, a),
    ">": lambda a, b: _call("-", a, b),
    ">=": lambda a, b: _call("-", a, b),
    "==": lambda a, b: _call(NEGATE, _apart(a, b)),
    "!=": _apart,
}


def _connected(expr: Expr, by: Sequence[str] = ("and", "or")) -> list[Expr]:
    """The comparisons that a condition without `not` is made of, or what it joins by some connectives."""
    found, stack = [], [expr]  # A stack, so that no depth of a condition is too deep.
    while stack:
        part = stack.pop()
        if isinstance(part, Call) and part.fn in by:
            stack += part.args
        else:
            found.append(part)
    return found


def _size(expr: Expr) -> Expr:
    """The largest number on either side of the comparisons."""
    # Without it a margin of 1e-10 says nothing: it is rounding beside 1e6, and none beside 1e-10.
    sides = [arg for part in _connected(expr) if isinstance(part, Call) for arg in part.args]
    first, *rest = (_call("max", _call("abs", side)) for side in sides)
    for each in rest:
        first = _call("max", first, each)
    return first
