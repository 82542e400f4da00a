"""What a file says of its nodes so far, statement by statement, and every mistake in it that needs no order."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from math import prod

from backcalc.graph.functions import Functions
from backcalc.graph.model import Incoming, Node, NodeKind, StatedValue
from backcalc.language.expr import Call, Expr, Name, Number, names, postorder
from backcalc.language.lexis import NOTHING
from backcalc.language.statements import Adjoint, Claim, Const, Definition, Edge, Given, Input, Output, Statement
from backcalc.rules.primitives import CONSTANTS
from backcalc.rules.terms import MOST_AXES
from backcalc.text.errors import MAX_ERRORS, Code, Diagnostic, Note
from backcalc.text.source import Span
from backcalc.text.suggest import did_you_mean
from backcalc.text.wording import option, shorten

MOST_NUMBERS = 100_000_000
"""Of an array: 800 MB, of which a run holds several."""


class _Entry:
    """What the file says of one node so far; `expr` is its formula with functions expanded, `reads` the names in it."""

    # A file may have a million of these.
    __slots__ = ("declared", "definition", "expr", "incoming", "is_fixed", "reads", "span")

    def __init__(self, span: Span) -> None:
        self.span = span
        self.definition: Definition | None = None
        self.expr: Expr | None = None
        self.reads: Collection[str] = ()
        self.declared: Input | None = None
        self.incoming: list[Incoming] = []
        self.is_fixed = False


def _is_implicit(entry: _Entry) -> bool:
    """Whether a name is only used, and nothing says what it is."""
    return entry.definition is None and entry.declared is None and not entry.incoming


# What an entry says is checked at the end, for a file may speak of a node before it defines it.
class Declarations:
    """The nodes in the order of their first appearance, an implicit input right before its first use."""

    def __init__(self, functions: Functions, errors: list[Diagnostic]) -> None:
        self.functions, self.errors = functions, errors
        self.warnings: list[Diagnostic] = []
        self.entries: dict[str, _Entry] = {}
        self.output_name: str | None = None
        self.claims: list[StatedValue] = []
        self.given: dict[str, StatedValue] = {}
        self.adjoints: dict[str, StatedValue] = {}
        self._output: Output | None = None
        self._edges: dict[tuple[str, str], Span] = {}  # Where each edge stands first, by its ends.
        self._looped: set[tuple[str, str]] = set()  # Those that turns of a loop repeat.
        self._numbers: list[Name] = []  # In what must be made of numbers alone.
        self._powers_of_t: list[Call] = []  # Each `^T`.
        self._twice = 0  # Definitions of what is defined already.

    def add(self, statement: Statement) -> None:
        """Take in one statement."""
        match statement:
            case Definition():
                self._define(statement)
            case Const(target, value, span):
                self._define(Definition(target, value, span), is_fixed=True)
            case Edge():
                self._connect(statement)
            case Input():
                self._declare(statement)
            case Output():
                self._choose(statement)
            case Given() | Adjoint():
                self._state(statement)
            case Claim():
                self.claims.append(StatedValue(self.functions.expand(statement.condition), statement.span))

    def settle(self, *, is_whole: bool) -> None:
        """Check what depends on all statements, as far as they are there: `is_whole` where no loop was left out."""
        # What an edge leads from is a node, whatever its name: NaN -> y : 2.
        tails = {edge.tail for entry in self.entries.values() for edge in entry.incoming}
        for name, entry in self.entries.items():
            self._check_kind(name, entry)
            if name in NOTHING and _is_implicit(entry) and name not in tails:
                hint = (f"leave out what is not known; a node of this name is declared: input {name}",)
                message = f"`{name}` is no number"
                self.errors.append(Diagnostic(Code.NOTHING_AS_NUMBER, message, entry.span, hints=hint))
        if self._powers_of_t and _is_implicit(self.entries["T"]):
            message = "`^T` could mean two things, for nothing here is named T"
            for power in self._powers_of_t:
                base = power.args[0]
                name = shorten(base.id) if isinstance(base, Name) else "A"  # What goes by no name is A in the words.
                hint = (f"the transpose is written {name}.T; where T is a power, declare it: input T",)
                self.errors.append(Diagnostic(Code.POWER_OF_T, message, power.span, hints=hint))
        self._check_loss()
        for place in self._numbers:
            if place.id in NOTHING and place.id not in self.entries:
                hint = ("leave out what is not known",)
                message = f"`{place.id}` is no number"
                self.errors.append(Diagnostic(Code.NOTHING_AS_NUMBER, message, place.span, hints=hint))
            elif place.id in self.entries or place.id not in CONSTANTS:
                message = f"a stated value is made of numbers; `{shorten(place.id)}` is a node"
                self.errors.append(Diagnostic(Code.NOT_CONSTANT, message, place.span))
        if not is_whole:  # What is missing may stand in a loop that was refused: no second error for that.
            return
        if self._output is not None:
            self._require_node(str(self.output_name), self._output.target.span)
        for claim in self.claims:
            for name, place in names(claim.value).items():
                if name not in CONSTANTS:
                    # What a claim alone speaks of, as the c of a shift, is an input that nothing else uses.
                    self._require_node(name, place.span, (f"declare it: input {shorten(name)}",))
        for name, known in (*self.given.items(), *self.adjoints.items()):
            self._require_node(name, known.span)

    def _check_loss(self) -> None:
        """The loss that `adjoint` statements speak of is called L, so no node may be."""
        if self.adjoints and "L" in self.entries:
            name, known = next(iter(self.adjoints.items()))
            note = Note("this node is called L too", self.entries["L"].span)
            message = "`adjoint` speaks of a loss L outside this graph, and there is a node L"
            hint = (f"write the outside loss as a node of another name: d(H)/d({name}) = …, in place of adjoint",)
            self.errors.append(Diagnostic(Code.LOSS_TAKEN, message, known.span, (note,), hint))

    def _require_node(self, name: str, span: Span, otherwise: tuple[str, ...] = ()) -> None:
        if name not in self.entries:
            message = f"there is no node `{shorten(name)}`"
            hints = did_you_mean(name, self.entries) + otherwise
            self.errors.append(Diagnostic(Code.UNKNOWN_NODE, message, span, hints=hints))

    def _state(self, statement: Given | Adjoint) -> None:
        """Take in a value that is known, of a node or of its adjoint."""
        value = self._constant(statement.value)
        name = statement.target.id if isinstance(statement.target, Name) else ""
        table = self.given if isinstance(statement, Given) else self.adjoints
        if name in table:
            note = Note("it is stated here first", table[name].span)
            message = f"`{type(statement).__name__.lower()} {shorten(name)}` stands twice"
            self.errors.append(Diagnostic(Code.DUPLICATE_STATEMENT, message, statement.span, (note,)))
        table[name] = StatedValue(value, statement.target.span)

    def node(self, name: str) -> Node:
        """The finished node."""
        entry = self.entries[name]
        args = args_of(entry.incoming, entry.reads, self.entries)
        kind: NodeKind = "edges" if entry.incoming else "input"
        formula = default = bounds = shape = None
        if entry.definition is not None and not entry.incoming:
            kind, formula = "expression" if args else "constant", entry.definition.formula
        if entry.declared is not None:
            default, bounds = entry.declared.default, entry.declared.bounds
            shape = None if entry.declared.shape is None else self._lengths(entry.declared.shape)
        given = self.given.get(name)
        # Of an input or of a node with edges a given value is its value; only a formula can be overruled.
        if given is not None and kind == "expression":
            kind = "given"
        incoming = tuple(entry.incoming)
        # Last: `_check_fixed` has told of edges and given values, so the kind that is declared holds.
        if entry.is_fixed:
            kind = "constant"
        return Node(
            name,
            kind,
            entry.span,
            args,
            formula,
            entry.expr,
            incoming,
            default,
            bounds,
            given,
            shape,
            entry.is_fixed,
            is_implicit=_is_implicit(entry) and given is None,
        )

    def _entry(self, target: Expr) -> tuple[str, _Entry]:
        name = target.id if isinstance(target, Name) else ""
        return name, self.entries.setdefault(name, _Entry(target.span))

    def _define(self, statement: Definition, *, is_fixed: bool = False) -> None:
        # Before its own name, so that an implicit input stands before the node that uses it first.
        expr, reads = self._expanded(statement.formula)
        name, entry = self._entry(statement.target)
        # The first definition stays: later errors then speak of what the reader has seen first.
        if self._is_free(name, entry, statement.target.span):
            # Errors point at the definition from now on, no more at the first use.
            entry.definition, entry.span = statement, statement.target.span
            entry.expr, entry.reads, entry.is_fixed = expr, reads, is_fixed

    def _connect(self, edge: Edge) -> None:
        # The tail first: an implicit input stands before the node that uses it.
        tail, _ = self._entry(edge.tail)
        head, entry = self._entry(edge.head)
        partial, _ = self._expanded(edge.partial)
        # Two ways from one node to another are no mistake of the graph, but often one of copying: hence a warning.
        if (tail, head) in self._edges:
            self._warn_of_repeat(tail, head, edge.span)
        self._edges.setdefault((tail, head), edge.span)
        entry.incoming.append(Incoming(tail, partial, edge.span))

    def _warn_of_repeat(self, tail: str, head: str, span: Span) -> None:
        """Warn of an edge that the graph has already, by another line or by another turn of a loop."""
        first = self._edges[tail, head]
        by_loop = first is span  # The turns of a loop share their place.
        if by_loop and (tail, head) in self._looped:
            return  # Told once, however many turns.
        if by_loop:
            self._looped.add((tail, head))
        how = "is repeated by the turns of a loop" if by_loop else "stands twice"
        message = f"the edge {shorten(tail)} -> {shorten(head)} {how}; its partials add up"
        notes = () if by_loop else (Note("it stands here first", first),)
        self.warnings.append(Diagnostic(Code.DUPLICATE_EDGE, message, span, notes))

    def _declare(self, statement: Input) -> None:
        if statement.shape is not None and self._lengths(statement.shape) is None:
            hint = ("a shape is one or two whole numbers: input v[3], input W[3,4]",)
            self.errors.append(Diagnostic(Code.BAD_SHAPE, "this is no shape", statement.span, hints=hint))
        if statement.shape is not None and prod(self._lengths(statement.shape) or ()) > MOST_NUMBERS:
            message = f"an array of so many numbers is too large; {MOST_NUMBERS:,} is the most"
            self.errors.append(Diagnostic(Code.BAD_SHAPE, message, statement.span))
        default = None if statement.default is None else self._constant(statement.default)
        bounds = statement.bounds and (self._constant(statement.bounds[0]), self._constant(statement.bounds[1]))
        name, entry = self._entry(statement.target)
        if self._is_free(name, entry, statement.target.span):
            # As of a definition: errors point here, no more at the first use.
            entry.declared, entry.span = statement, statement.target.span
            if default is not statement.default or bounds is not statement.bounds:  # Most are as they were written.
                entry.declared = statement._replace(default=default, bounds=bounds)

    @staticmethod
    def _lengths(sizes: tuple[Expr, ...]) -> tuple[int, ...] | None:
        """The whole numbers of a declared shape; None where it is none."""
        whole = [int(n.value) for n in sizes if isinstance(n, Number) and n.value.is_integer() and n.value >= 1]
        return tuple(whole) if len(whole) == len(sizes) <= MOST_AXES else None

    def _choose(self, statement: Output) -> None:
        name = statement.target.id if isinstance(statement.target, Name) else ""
        # The same output twice is no contradiction.
        if self._output is not None and name != self.output_name:
            note = Note(f"`{shorten(str(self.output_name))}` is declared here", self._output.span)
            hint = (f"keep one; `{option('of')}` asks for another",)
            message = f"there are two outputs, `{shorten(str(self.output_name))}` and `{shorten(name)}`"
            self.errors.append(Diagnostic(Code.SECOND_OUTPUT, message, statement.span, (note,), hint))
        else:
            self._output, self.output_name = statement, name

    def _is_free(self, name: str, entry: _Entry, span: Span) -> bool:
        """Whether `name` is not yet defined or declared; if it is, that is an error."""
        first = entry.definition or entry.declared
        if first is None:
            return True
        self._twice += 1
        if self._twice > MAX_ERRORS + 1:  # A loop may do so a million times.
            return False
        note = Note("it is defined here first", first.target.span)
        message = f"the node `{shorten(name)}` is defined twice"
        self.errors.append(Diagnostic(Code.DUPLICATE_NODE, message, span, (note,), ("give one of them another name",)))
        return False

    def _expanded(self, formula: Expr) -> tuple[Expr, Collection[str]]:
        """`formula` with functions expanded, and the names in it, which become nodes unless they are constants."""
        expr = self.functions.expand(formula)
        reads = names(expr)
        if "T" in reads:
            self._powers_of_t += [
                part
                for part in postorder(formula)
                if isinstance(part, Call) and part.fn == "^" and part.args[1] == Name("T")
            ]
        for name, place in reads.items():
            if name not in self.entries and name not in CONSTANTS:
                self.entries[name] = _Entry(place.span)
        return expr, reads.keys()

    def _constant(self, expr: Expr) -> Expr:
        """`expr`, a default or the end of a range, with functions expanded; `settle` checks that it has no nodes."""
        if isinstance(expr, Number):
            return expr
        expanded = self.functions.expand(expr)
        self._numbers += names(expanded).values()  # `pi` may still become a node further down.
        return expanded

    def _check_kind(self, name: str, entry: _Entry) -> None:
        """A node has one source: a formula, edges or nothing; and an undefined one is no misspelt function."""
        if entry.is_fixed:
            self._check_fixed(name, entry)
        # Told of the statement that is likelier to be wrong, with a note at the other one.
        elif entry.incoming and entry.declared is not None:
            note = Note("it is declared an input here", entry.declared.span)
            message = f"the input `{shorten(name)}` has an incoming edge"
            self.errors.append(Diagnostic(Code.INPUT_WITH_EDGES, message, entry.incoming[0].span, (note,)))
        elif entry.incoming and entry.definition is not None and any(read in self.entries for read in entry.reads):
            note = Note("an edge comes in here", entry.incoming[0].span)
            message = f"the node `{shorten(name)}` has a formula and incoming edges"
            hint = ("a node with edges may have a number for its activation (o = 0.1), but no formula in other nodes",)
            self.errors.append(Diagnostic(Code.FORMULA_WITH_EDGES, message, entry.definition.span, (note,), hint))
        elif entry.definition is None and entry.declared is None and not entry.incoming and name in self.functions:
            self._check_function_name(name, entry)

    def _check_fixed(self, name: str, entry: _Entry) -> None:
        """A constant is made of numbers and other constants, has no edges, and is stated once."""
        assert entry.definition is not None
        written = names(entry.definition.formula)
        open_ = [read for read in entry.reads if read in self.entries and not self.entries[read].is_fixed]
        for read in open_:
            message = f"a constant is made of numbers and constants; `{shorten(read)}` is a node"
            hints = (f"what depends on a node is a node: {shorten(name)} = …",)
            # A name from a function's body stands nowhere in this formula.
            span = written[read].span if read in written else entry.span
            self.errors.append(Diagnostic(Code.NOT_CONSTANT, message, span, hints=hints))
        if entry.incoming:
            note = Note("it is declared a constant here", entry.span)
            message = f"the constant `{shorten(name)}` has an incoming edge"
            self.errors.append(Diagnostic(Code.INPUT_WITH_EDGES, message, entry.incoming[0].span, (note,)))
        for what, table in (("given", self.given), ("adjoint", self.adjoints)):
            if name in table:
                note = Note("it is declared a constant here", entry.span)
                message = f"`{what} {shorten(name)}`: a constant has its value, and no adjoint"
                self.errors.append(Diagnostic(Code.NOT_CONSTANT, message, table[name].span, (note,)))

    def _check_function_name(self, name: str, entry: _Entry) -> None:
        if any(name in (edge.tail for edge in other.incoming) for other in self.entries.values()):
            return  # An edge makes it a node.
        # Everywhere else `y = sin + 1` would quietly have an input called sin.
        hint = (
            f"its argument stands in parentheses: {name}(x)",
            f"if it is meant as an input, declare it: input {name}",
        )
        message = f"`{name}` is a function, used here without an argument"
        self.errors.append(Diagnostic(Code.FUNCTION_AS_NODE, message, entry.span, hints=hint))


def args_of(incoming: Sequence[Incoming], reads: Iterable[str], known: Collection[str]) -> tuple[str, ...]:
    """The nodes that a node depends on, each once, in the order of their first use."""
    # Beside edges a formula is only a known activation, made of numbers.
    if incoming:
        return tuple(dict.fromkeys(edge.tail for edge in incoming))
    return tuple(name for name in reads if name in known)
