"""Formulas of a graph as Python over a library of arrays: what its programs share."""

from __future__ import annotations

import keyword
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, nan

from backcalc.graph.shapes import KnownShapes, Shape
from backcalc.language.expr import (
    IF,
    INDEX,
    NEGATE,
    PICK,
    TRANSPOSE,
    VECTOR,
    WITHIN,
    Call,
    Expr,
    Name,
    Number,
    fold,
    is_operation,
    names,
)
from backcalc.language.statements import OwnSymbol, written_name
from backcalc.rules.lower import expression
from backcalc.rules.primitives import CONSTANTS, lookup
from backcalc.rules.row import AXIS, KEEPDIMS, Primitive
from backcalc.rules.window_rows import FLATTEN, NUMBERS, RESHAPE

PythonText = tuple[str, int]
"""A piece of Python, and how tightly it binds."""

COMPARISON, SUM, PRODUCT, UNARY, POWER, ATOM = range(6)
# `@` binds as `*` does, in Python as in the language.
_BINARY = {"+": SUM, "-": SUM, "*": PRODUCT, "/": PRODUCT, "@": PRODUCT}
_COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")


@dataclass(frozen=True)
class ProgramTarget:
    """A library for which programs are written.

    names     what its functions are called, by the symbols of the table; of a reduction with `of one` behind the symbol
    helpers   Python for those that it has no function for, beside the texts of the table
    module    what its module is called in a program
    along     its functions along an axis, by the names of those of all elements; `{}` stands for the options
    axis      how it calls the axis, and how it says that this stays
    held      how it says that nothing is derived through a value; empty where gradients are written by hand
    number    what makes of a number what its functions take; empty where these take numbers as they are
    indices   what makes of a list what its arrays take as indices
    """

    module: str
    names: Mapping[str, str]
    helpers: Mapping[str, str]
    along: Mapping[str, str] = field(default_factory=dict)
    axis: tuple[str, str] = ("axis", "keepdims=True")
    held: str = ""
    number: str = ""
    indices: str = "{}"


@dataclass
class CodeWriter:
    """Writes formulas for a target, and keeps what they need: functions of the table, made of others."""

    target: ProgramTarget
    shapes: KnownShapes
    python: Mapping[str, str]
    functions: dict[str, str] = field(default_factory=dict)

    def formula(self, expr: Expr, tightness: int = 0) -> str:
        """An expression in the names of nodes."""
        return _open(self._written(expr, self.shapes.of, self._node), tightness)

    def _node(self, name: str) -> str:
        # Pi and the like, where no node has taken the name.
        return self.python[name] if name in self.python else self._constant(CONSTANTS[name])

    def _constant(self, value: float) -> str:
        if isfinite(value):
            return repr(value)
        sign = "-" if value < 0 else ""
        # Python has no name for inf or nan without an import; every module of arrays has.
        return f"{sign}{self.target.module}.{'inf' if abs(value) == inf else 'nan'}"

    def _written(self, expr: Expr, shape: Callable[[Expr], Shape], name: Callable[[str], str]) -> PythonText:
        def _leaf(part: Number | Name) -> PythonText:
            if isinstance(part, Name):
                return name(part.id), ATOM
            # -2 binds as a sign does: (-2)**2 needs its brackets.
            text = self._number(part.value)
            return text, UNARY if text.startswith("-") else ATOM

        def call(part: Call, args: tuple[PythonText, ...]) -> PythonText:
            """A call as code, of the code of its arguments."""
            return self._call(part, args, [shape(arg) for arg in part.args])

        return fold(expr, _leaf, call)  # Without recursion: a sum of a million terms is as deep.

    def _number(self, value: float) -> str:
        # Whole numbers as such, which are short to read; a larger one would not fit an array's 64 bits.
        if value == int(value) if isfinite(value) else False:
            return str(int(value)) if abs(value) < 1e15 else repr(value)
        return self._constant(value)

    def _call(self, part: Call, args: tuple[PythonText, ...], shapes: Sequence[Shape]) -> PythonText:
        fn = part.fn
        if not is_operation(part):
            return self._index(part, [_open(arg, 0) for arg in args]), ATOM
        if fn in _BINARY:
            own = _BINARY[fn]
            # a - (b - c), a/(b*c) and a + (b + c) keep their brackets: of floats no operation is associative.
            left, right = _open(args[0], own), _open(args[1], own + 1)
            # Blanks around what binds loosely, none around products, as the language is formatted.
            return f"{left} {fn} {right}" if own == SUM or fn == "@" else f"{left}{fn}{right}", own
        if fn == NEGATE:
            return f"-{_open(args[0], UNARY)}", UNARY
        if fn == WITHIN:
            nothing = Call("where", (part.args[1], part.args[0], Number(nan)))
            return self._call(nothing, (args[1], args[0], (self._number(nan), ATOM)), [*shapes[::-1], ()])
        if fn == "^":
            return self._power(part, args)
        # Of numbers alone Python compares: its bool is nothing that torch.logical_and takes.
        if fn in _COMPARISONS and self.target.number and self._is_constant(part):
            return f"{self.target.number}({_open(args[0], SUM)} {fn} {_open(args[1], SUM)})", ATOM
        if fn in _COMPARISONS:
            # A sum on either side: Python would chain a < b < c.
            return f"{_open(args[0], SUM)} {fn} {_open(args[1], SUM)}", COMPARISON
        if fn == INDEX:
            places = ", ".join(_open(arg, 0) for arg in args[1:])
            return f"{_open(args[0], ATOM)}[{places}]", ATOM
        # Of a vector there is nothing to transpose; `transpose` of a matrix is a function of the library.
        if fn == TRANSPOSE or (fn == "transpose" and len(shapes[0]) < len(("rows", "columns"))):
            return (f"{_open(args[0], ATOM)}.T", ATOM) if len(shapes[0]) > 1 else args[0]
        return self._function(part, self._operands(part, args), shapes), ATOM

    def _index(self, part: Call, args: Sequence[str]) -> str:
        """A slice, or a list of indices; JAX takes no list of Python's for one."""
        if part.fn == PICK:
            return self.target.indices.format(f"[{', '.join(args)}]")
        ends = iter(args)
        return "".join(piece if piece == ":" else next(ends) for piece in part.fn)

    def _is_constant(self, expr: Expr) -> bool:
        """Whether an expression is made of numbers alone, pi and the like among them."""
        return all(name in CONSTANTS and name not in self.python for name in names(expr))

    def _operands(self, part: Call, args: Sequence[PythonText]) -> list[str]:
        """The arguments of a function, numbers as what it takes."""
        texts = [_open(arg, 0) for arg in args]
        number = self.target.number
        if not number or part.fn in (VECTOR, "concat"):  # Which make arrays of numbers themselves.
            return texts
        return [
            f"{number}({text})" if self._is_constant(arg) else text for text, arg in zip(texts, part.args, strict=True)
        ]

    def _power(self, part: Call, args: tuple[PythonText, ...]) -> PythonText:
        exponent = part.args[1]
        # x**2, as anybody would write it; another exponent goes to a function that makes floats of whole numbers.
        if isinstance(exponent, Number) and exponent.value.is_integer():
            return f"{_open(args[0], ATOM)}**{_open(args[1], UNARY)}", POWER
        return f"{self.target.names['^']}({_open(args[0], 0)}, {_open(args[1], 0)})", ATOM

    def _function(self, part: Call, args: Sequence[str], shapes: Sequence[Shape]) -> str:
        fn = part.fn
        if fn == VECTOR:
            return f"{self.target.names[VECTOR]}([{', '.join(args)}])"
        if fn == "concat":
            return f"{self.target.names['concat']}([{', '.join(args)}])"
        # NumPy's `prod` serves all: a shape is a tuple of plain numbers.
        if fn == "size":
            axis = dict(part.options).get(AXIS)
            return f"np.prod(({args[0]}).shape)" if axis is None else f"({args[0]}).shape[{axis}]"
        if (found := self._along(part, args) or self._windowed(part, args)) is not None:
            return found
        row = lookup(fn, len(args), part.options)
        # What has been read has a row for each of its calls.
        assert row is not None
        ranks = tuple(map(len, shapes))
        # `norm` of a vector and of a matrix are two rows; which one it is the ranks of the arguments say.
        served = row.serving(ranks) if fn != IF else row
        if served.symbol == "=":  # A row that hands on its argument, such as `sum` of a number.
            return args[0]
        one = f"{served.symbol} of one"
        name = self.target.names.get(one if served.shape == "reduce" and one in self.target.names else served.symbol)
        # A parameter more than the library's function is known to have, or options that it has under other names.
        is_other = served.shape == "elementwise" and served.arity != served.table[served.symbol][0].arity
        if name is None or is_other or served.chosen:
            name = self._helper(served, ranks)
        return f"{name}({', '.join(args)})"

    def _windowed(self, part: Call, args: Sequence[str]) -> str | None:
        """A call of what goes by windows or rearranges; None of anything else."""
        # The numbers follow in the order of the language, which is that of NumPy's shape.
        if part.fn in (RESHAPE, FLATTEN):
            shape = "(-1,)" if part.fn == FLATTEN else f"({', '.join(str(value) for _, value in part.options)})"
            return f"{self.target.module}.reshape({args[0]}, {shape})"
        if part.fn not in NUMBERS:
            return None
        self.functions.setdefault(part.fn, self.target.helpers[part.fn])
        return f"{part.fn}({', '.join([*args, *(f'{each}={value}' for each, value in part.options)])})"

    def _along(self, part: Call, args: Sequence[str]) -> str | None:
        """A function along an axis as a call of the library's; None where it has none of its own."""
        options = dict(part.options)
        # Of ddof the libraries have other names: the table's own text serves.
        if AXIS not in options or options.get("ddof"):
            return None
        axis, keepdims = self.target.axis
        words = [f"{axis}={options[AXIS]}", *([keepdims] if options.get(KEEPDIMS) else [])]
        own = self.target.along.get(part.fn)
        if own is None:
            return None
        if own in self.target.helpers:
            self.functions.setdefault(own, self.target.helpers[own])
        return f"{own}({', '.join([*args, *words])})"

    def _helper(self, row: Primitive, ranks: tuple[int, ...]) -> str:
        """The name of a function of the program's own, written at its first use."""
        name = row.symbol if not any(ranks) or row.shape == "elementwise" else f"{row.symbol}_of_vectors"
        # With options it is a function of its own: var_axis_0.
        if row.chosen:
            name = "_".join([row.symbol, *(f"{each}_{value}" for each, value in row.chosen)])
        # `else` and `def q(x) = …` are no names of Python's.
        name = name if name.isidentifier() and not keyword.iskeyword(name) else self._own_name(row)
        # A helper without `_of_vectors` serves all ranks.
        if name not in self.target.helpers and row.symbol in self.target.helpers and not row.chosen:
            name = row.symbol
        if name in self.target.helpers:
            self.functions.setdefault(name, self.target.helpers[name])
        elif name not in self.functions:
            self.functions[name] = ""  # Begun, so that no call on the way begins it again.
            shapes = {param: (None,) * rank for param, rank in zip(row.params, ranks, strict=True)}
            # Lengths are left open: one text serves vectors of any length.
            known = KnownShapes(shapes)

            def _parameter(each: str) -> str:
                return each if each in row.params else self._constant(CONSTANTS[each])

            def written(text: str) -> str:
                """A text of the table as code."""
                return _open(self._written(expression(text), known.of, _parameter), 0)

            text = f"def {name}({', '.join(row.params)}):\n"
            # By hand, the partials that the file states are in the gradient already.
            if isinstance(row.symbol, OwnSymbol) and self.target.held:
                text += self._with_partials(row, written)
            else:
                text += f"    return {written(row.value)}"
            # Behind those that it calls, which have been written meanwhile.
            del self.functions[name]
            self.functions[name] = text
        return name

    def _own_name(self, row: Primitive) -> str:
        """The name of a function of the file's own that states its partials: `def q(x) = …` is q."""
        name = written_name(row.symbol)
        return name if name.isidentifier() and name not in self.python.values() else f"{name}_function"

    def _with_partials(self, row: Primitive, written: Callable[[str], str]) -> str:
        """The body of a function whose derivatives are not those of its formula: the value, and 0 that has these."""
        # x - held(x) is 0 and has the slope 1: the value stays, and each slope is the one that the file states.
        held = self.target.held
        terms = [
            f"{held}({written(text)})*({x} - {held}({x}))" for x, text in zip(row.params, row.partials, strict=True)
        ]
        return f"    return {held}({written(row.value)}) + {' + '.join(terms)}"


def _open(text: PythonText, tightness: int) -> str:
    """A piece as it stands where its surroundings bind so tightly."""
    return f"({text[0]})" if text[1] < tightness else text[0]


def identifiers(names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    # `x'` and `x_prime` may both be names of the graph: the second gets an underscore.
    """A Python name for each node: its own, where that can be, else one near to it that nothing else has."""
    used = set(taken)  # Nodes get out of the way of the program's own names.
    found = {}
    for name in names:
        text = name.replace("'", "_prime").replace("∂", "d").replace("/", "_").replace(" ", "_")
        if not text.isidentifier():
            text = f"n{''.join(c if c.isalnum() else '_' for c in text)}"
        while keyword.iskeyword(text) or text in used:
            text += "_"
        used.add(text)
        found[name] = text
    return found
