"""The graph: nodes in topological order, each with a formula, with annotated edges, or with neither. Immutable."""

# Annotations are no text here: to compile that of each field of a record takes as long as to make the record.

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, TypeVar

from backcalc.graph.written_out import WRITTEN, written_out
from backcalc.language.expr import NEGATE, Call, Expr, Number, fold, names, postorder, with_args
from backcalc.rules.primitives import ALIASES
from backcalc.text.errors import Diagnostic
from backcalc.text.source import Source, Span

if TYPE_CHECKING:
    from backcalc.rules.tidy import Spelling

T = TypeVar("T")
PRIME = "'"
VULGAR = tuple("½¼¾⅓⅔⅛")  # Fractions, though one sign each.
NodeKind = Literal["input", "expression", "edges", "given", "constant"]


def has_decimals(part: Expr) -> bool:
    """Whether a part of a formula is a number that is written with decimals."""
    return isinstance(part, Number) and not part.value.is_integer() and not part.text.startswith(VULGAR)


def _fraction(part: Call) -> float | None:
    """The value of a quotient of two numbers, without its sign; None of anything else."""
    if part.fn != "/":
        return None
    above, below = (arg.args[0] if isinstance(arg, Call) and arg.fn == NEGATE else arg for arg in part.args)
    return (
        above.value / below.value if isinstance(above, Number) and isinstance(below, Number) and below.value else None
    )


def _negative(arrays: Mapping[Expr, Expr]) -> Iterator[tuple[Expr, Expr]]:
    """Written arrays with their signs changed, beside what `arrays` has for them."""
    for array, call in arrays.items():
        yield fold(array, lambda leaf: Call(NEGATE, (leaf,)) if leaf != Number(0.0) else leaf, with_args), call


class Incoming(NamedTuple):
    """An annotated edge into a node: the local partial ∂node/∂tail."""

    tail: str
    partial: Expr
    span: Span


class StatedValue(NamedTuple):
    """A value that the file states: of a node (`given`), of its adjoint (`adjoint`), or of a default."""

    value: Expr
    span: Span


class Node(NamedTuple):
    """A named node.

    `formula` is what the file says, `expr` the same with the file's own functions expanded (of an edge-annotated node:
    its known activation). `args` are the nodes that it depends on, each once, in the order of their first use.
    """

    name: str
    kind: NodeKind
    span: Span
    args: tuple[str, ...] = ()
    formula: Expr | None = None
    expr: Expr | None = None
    incoming: tuple[Incoming, ...] = ()
    default: Expr | None = None
    bounds: tuple[Expr, Expr] | None = None
    given: StatedValue | None = None
    shape: tuple[int, ...] | None = None
    is_fixed: bool = False  # By `const`: nobody differentiates by it.
    is_implicit: bool = False  # An input that is only used: nothing says what it is.


# Written out, for to have the methods of a dataclass generated takes longer than to load all of this file.
class Dag:
    """A DAG whose `nodes` stand in topological order; `output` is the one that the file declares, if any.

    `seeds` are the adjoints that the file states, of a loss outside the graph; `claims` its properties to be tested;
    `functions` are the names of those that it defines. `unresolved` is the graph as the file has it, where derivatives
    that it speaks of have become nodes of this one.
    """

    FIELDS = ("source", "nodes", "output", "warnings", "seeds", "claims", "functions", "unresolved")

    def __init__(
        self,
        source: Source,
        nodes: tuple[Node, ...],
        output: str | None = None,
        warnings: tuple[Diagnostic, ...] = (),
        seeds: tuple[tuple[str, StatedValue], ...] = (),
        claims: tuple[StatedValue, ...] = (),
        functions: frozenset[str] = frozenset(),
        unresolved: "Dag | None" = None,
    ) -> None:
        self.source: Final = source
        self.nodes: Final = nodes
        self.output: Final = output
        self.warnings: Final = warnings
        self.seeds: Final = seeds
        self.claims: Final = claims
        self.functions: Final = functions
        self.unresolved: Final = unresolved

    def _asdict(self) -> dict[str, Any]:
        """What the file says, by name."""
        return {name: getattr(self, name) for name in self.FIELDS}

    def _replace(self, **changes: Any) -> "Dag":
        """The graph with these in place of its own; nothing that was made of this one is that one's."""
        return Dag(**self._asdict() | changes)

    def __eq__(self, other: object) -> bool:
        return self._asdict() == other._asdict() if isinstance(other, Dag) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self._asdict().values()))

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each node in `nodes`, by name."""
        return {node.name: i for i, node in enumerate(self.nodes)}

    @cached_property
    def spelling(self) -> "Spelling":
        """How the file writes functions that have several names, the first one used, and its numbers."""
        from backcalc.rules.tidy import Spelling  # Where all is numbers, no formula is spelt.

        formulas = [node.formula for node in self.nodes if node.formula is not None]
        formulas += [edge.partial for node in self.nodes for edge in node.incoming]
        # Stated values count as well: what comes of x = 0.5 is a decimal.
        numbers = [node.default for node in self.nodes if node.default is not None]
        stated = (*(node.given for node in self.nodes), *(known for _, known in self.seeds))
        numbers += [known.value for known in stated if known is not None]
        may_rename = self.source.may_name(ALIASES)
        found: dict[str, str] = {}
        fractions: set[float] = set()
        is_decimal = any(has_decimals(part) for expr in numbers for part in postorder(expr))
        for part in (part for formula in formulas for part in postorder(formula)):
            is_decimal |= has_decimals(part)
            if not isinstance(part, Call):
                continue
            fn = part.fn.rstrip(PRIME)  # σ' is a use of σ, too.
            if may_rename and (part.is_named or fn != part.fn) and fn not in self.functions:
                found.setdefault(ALIASES.get(fn, fn), fn)
            if (fraction := _fraction(part)) is not None:
                fractions.add(fraction)
        # Where `log` is the file's own function, the logarithm is `ln`.
        for alias, name in ALIASES.items():
            if name in self.functions and alias not in self.functions:
                found.setdefault(name, alias)
        # A function that goes by its own name needs no spelling.
        aliases = {name: alias for name, alias in found.items() if name != alias}
        return Spelling(aliases, fractions, is_decimal, self._arrays(formulas))

    def _arrays(self, formulas: Iterable[Expr]) -> dict[Expr, Expr]:
        """The calls such as `onehot(1, 3)` in formulas, by the arrays that are written out for them."""
        if not self.source.may_name(WRITTEN):  # As in nearly every file.
            return {}
        parts = (part for formula in formulas for part in postorder(formula) if isinstance(part, Call))
        calls = [part for part in parts if part.fn in WRITTEN and part.fn not in self.functions]
        arrays = [(call, written_out(call)) for call in calls]
        # Of arguments that are no numbers, as in the body of a function, nothing is written out.
        found: dict[Expr, Expr] = {array: call for call, array in arrays if isinstance(array, Call)}
        # -t too, for a sign goes into the elements of an array that is known.
        return {array: Call(NEGATE, (call,)) for array, call in _negative(found)} | found

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The names of the nodes with neither a formula nor incoming edges."""
        return tuple(node.name for node in self.nodes if node.kind == "input")

    @cached_property
    def sinks(self) -> tuple[str, ...]:
        """The names of the nodes that no other depends on: computed ones, or where there are none, any.

        Not a node that only serves another's partials either, as `z` does in `z = w*x; x -> y : z`.
        """
        used = {arg for node in self.nodes for arg in node.args}
        unused = [node for node in self.nodes if node.name not in used]
        computed = [node for node in unused if node.kind not in ("input", "constant")]
        # The narrowest of the three that has a node: an output in doubt is asked for, not guessed.
        final = [node for node in computed if node.name not in self._in_partials]
        return tuple(node.name for node in final or computed or unused)

    def upstream(self, wanted: Iterable[str]) -> set[str]:
        """The nodes that `wanted` depend on, these among them: by formulas, edges, and what partials speak of."""
        needed = set(wanted)
        stack = list(needed)
        # A stack, for a chain may be longer than Python recurses.
        while stack:
            node = self.node(stack.pop())
            spoken = [name for edge in node.incoming for name in names(edge.partial) if name in self.index]
            more = {*node.args, *spoken} - needed
            needed |= more
            stack += more
        return needed

    @cached_property
    def _in_partials(self) -> set[str]:
        """The nodes that the partials of another node speak of."""
        edges = [(node.name, edge) for node in self.nodes for edge in node.incoming]
        # An edge may speak of its own head: y*(1 - y) of a sigmoid.
        return {name for head, edge in edges for name in names(edge.partial) if name != head}

    @cached_property
    def _made(self) -> "dict[Callable[[Dag], Any], Any]":
        """What `once` keeps."""
        return {}

    def once(self, make: "Callable[[Dag], T]") -> T:
        """What `make` makes of the graph, made at the first call and kept."""
        # The graph is immutable, so what is made of it alone never goes stale, however many points it is run at.
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]  # type: ignore[no-any-return]

    def node(self, name: str) -> Node:
        """The node called `name`. Raises KeyError."""
        return self.nodes[self.index[name]]

    def is_fixed(self, name: str) -> bool:
        """Whether `name` is a constant of the file."""
        return name in self.index and self.node(name).is_fixed

    def line(self, node: Node) -> int:
        """The line on which `node` first stands as itself."""
        return self.source.line_number(node.span.start)
