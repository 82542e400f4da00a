"""What stands for each parameter of a command: drawn by its type, and by its name where it is about nodes."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

import click
from fuzz import texts
from fuzz.derivations import derived

from backcalc.analysis.samples import samples
from backcalc.graph.model import Node
from backcalc.language.expr import VECTOR, Call

NUMBERS = ("1", "0", "-1", "0.5", "2", "-2.5", "pi/4", "1/3", "1e308", "1e-320", "inf")
VECTORS, MATRICES = ("[1, 2]", "[0, 4]", "[0.5, -inf]"), ("[[1, 2], [3, 4]]", "[[0, 0], [0, 1]]")
VALUES = (*NUMBERS, *VECTORS, *MATRICES)
CELLS = ("1", "0", "-1", "0.5", "1e400", "inf", "nan", "", "abc", "1e-320", "-0", "1,5", '"2"', "=1+1", "0x1", "é")
PLACES = (
    "",
    "[0]",
    "[1]",
    "[0, 1]",
    "[-1]",
    "[5]",
    "[:, 0]",
    "[1, :]",
    "[:1]",
    "[0, 0, 1]",
    "[[1, 0]]",
)  # Of elements.
ENDINGS = {
    "report": (".html",),
    "descend": (".bg",),
    "sweep": (".svg",),
}  # Of what is written; else a picture
PICTURES = (".svg", ".dot", ".mmd", ".tex", ".html")
GRAPH, POINTS, SHEET, BOOK, POINT = "g.bg", "p.csv", "a.txt", "b.csv", "at.json"


class Draw:
    """What stands for each parameter; files are added as something speaks of them."""

    def __init__(self, rng: Random, name: str, text: str, files: dict[str, str]) -> None:
        self._rng, self._names, self._files, self._command = rng, texts.names(text), files, name
        self._graph = texts.graph(text)
        self._inputs = texts.inputs(text) or self._names
        self._named: dict[str, Callable[[], str]] = {
            "at": self._ranges if name == "sweep" else self._at,
            "of": self._name,
            "wrt": self._wrt,
            "credit": self._credit,
            "until": lambda: rng.choice(NUMBERS[:5]),
            "rate": lambda: rng.choice(NUMBERS[:5]),
            "gtol": lambda: rng.choice(NUMBERS[:5]),
            "nodes": self._list,
            "node": self._list,
            "from_": self._list,
            "data": lambda: self._file(POINTS, self._points),
            "path": lambda: self._file(SHEET, self.sheet),
            "answers": lambda: self._file(SHEET, self.sheet),
            "out": lambda: "out" if rng.random() < 0.9 else "",
            "show": self._list,
            "along": self._point,
            "paths": self._name,
            "get": self._asked,
            "exprs": lambda: text if rng.random() < 0.7 else texts.text(rng),
            "expr": lambda: text if rng.random() < 0.7 else texts.text(rng),
            "name": lambda: "name" if rng.random() < 0.8 else self._name(),
        }

        self.has_text = False  # In place, by -e; then there is no GRAPH beside it.

    def argument(self, command_name: str, param: click.Argument) -> list[str]:
        """The words of an argument."""
        rng, name = self._rng, str(param.name)
        if command_name == "samples":
            return [rng.choice([*(each.name for each in samples()), "nope"])] * (rng.random() < 0.7)
        if name == "paths" and command_name == "grade":
            found = [rng.choice((SHEET, BOOK)) for _ in range(rng.choice((1, 1, 2)))]
            for each in found:
                self._file(each, self.sheet if each == SHEET else self._book)
            return found
        graph = [] if rng.random() < 0.02 or self.has_text else [rng.choice([GRAPH] * 20 + ["-"])]
        states = "#=" in self._files[GRAPH]
        if (
            name == "arguments"
            and command_name == "check"
            and SHEET not in self._files
            and not (states and rng.random() < 0.5)
        ):
            return [*graph, *(self._answer() for _ in range(rng.randint(1, 3)))]
        return graph

    def option(self, param: click.Parameter) -> list[str]:
        """An option with its value, as words."""
        rng = self._rng
        if param.name == "at" and self._graph and not self._graph.inputs and rng.random() < 0.9:
            return []
        if param.name in ("exprs", "expr"):
            self.has_text = rng.random() < 0.9
        flag = rng.choice(param.opts)
        if getattr(param, "is_flag", False):
            return [flag]
        if isinstance(param.type, click.Choice):
            return [flag, rng.choice(list(param.type.choices))]
        if isinstance(param.type, click.IntRange | click.FloatRange):
            is_small = param.name in ("nodes", "depth")  # Of an exercise; more take seconds.
            most = {"digits": 17 if rng.random() < 0.9 else 99, "seconds": 1}.get(
                str(param.name), 3 if is_small else 99
            )
            low, high = param.type.min or 0, min(param.type.max or 99, most)
            return [flag, str(rng.choice([low, high, 1, *((2, 3) if high > 1 else (0.01, 0.5))]))]
        if "-o" in param.opts:
            ends = ENDINGS.get(self._command, PICTURES) if rng.random() < 0.95 else PICTURES
            return [flag, rng.choice("abc") + rng.choice(ends)]
        if param.name in self._named:
            return [flag, self._named[str(param.name)]()]
        return [flag, rng.choice((self._name(), rng.choice(VALUES), "nope"))]

    def _file(self, name: str, made: Callable[[], str]) -> str:
        self._files[name] = made()
        return name

    def _name(self) -> str:
        if self._rng.random() < 0.02:
            return "nope"
        return self._rng.choice([*self._names[-6:], self._rng.choice(self._names)])

    def _list(self) -> str:
        return ",".join(self._name() for _ in range(self._rng.choice((1, 1, 2))))

    def _wrt(self) -> str:
        """Inputs, as a rule, and few."""
        if self._rng.random() < 0.15:
            return self._list()
        return ",".join(self._rng.sample(self._inputs, min(len(self._inputs), self._rng.choice((1, 1, 2)))))

    def _number(self) -> str:
        return self._rng.choice(NUMBERS)

    def _credit(self) -> str:
        kind = self._rng.choice((*("right", "rounding", "follows", "repeats") * 3, "wrong", "nope"))
        return f"{kind}={self._rng.choice((*('1', '0.5', '0') * 3, '-1', '2'))}"

    def _ranges(self) -> str:
        """One or two ranges, and perhaps values of others."""
        rng = self._rng
        numbers = [name for name in self._inputs if name[0] not in "pW"] or self._inputs
        names = rng.sample(numbers, min(len(numbers), rng.choice((1, 1, 1, 2))))
        ends = ("-1:2:5", "0:1:3", "1e-3:1e3:4:log", "-inf:1:3", "0:1:0", "1:1e308:3", "2:-2:3", "x:1:3")
        found = ",".join(f"{name}={rng.choice(ends[: rng.choice((*[3] * 9, 8))])}" for name in names)
        rest = [name for name in self._inputs if name not in names][:3]
        return ",".join((found, *(f"{name}={self._value(name)}" for name in rest if rng.random() < 0.8)))

    def _point(self) -> str:
        known = self._inputs if self._rng.random() < 0.95 else self._names
        named = self._rng.sample(known, min(len(known), self._rng.choice((1, 2, 3, *[9] * 12))))
        return ",".join(f"{name}={self._value(name)}" for name in named)

    def _value(self, name: str) -> str:
        """A value, as a rule of the input's shape, or of that which names stand for in `texts.program`."""
        if self._rng.random() < 0.02:
            return self._rng.choice(VALUES)
        if self._graph and name in self._graph.inputs and (shape := _shape(self._graph.node(name))):
            return self._filled(shape)
        return self._rng.choice({"p": VECTORS, "W": MATRICES}.get(name[0], NUMBERS))

    def _filled(self, shape: tuple[int, ...]) -> str:
        if not shape:
            return self._rng.choice(NUMBERS if self._rng.random() < 0.1 else NUMBERS[:6])
        return f"[{', '.join(self._filled(shape[1:]) for _ in range(shape[0]))}]"

    def _at(self) -> str:
        if self._rng.random() < 0.03:
            cells = (self._rng.choice(("1", "[1, 2]", '"x"', "null", "NaN", "1e999", "{}")) for _ in range(2))
            pairs = (f'"{self._name()}": {cell}' for cell in cells)
            self._files[POINT] = f"{{{', '.join(pairs)}}}"
            return f"@{POINT}"
        return self._point() if self._rng.random() < 0.98 else derived(self._rng, "point")

    def _asked(self) -> str:
        out = self._graph.output if self._graph else None
        above = (out or self._names[-1]) if self._rng.random() < 0.7 else self._name()
        below = self._name()
        forms = (f"d{above}/d{below}", above, f"∂{above}/∂{below}", f"d({above})/d({below})", f"d{above}/d{below}[0]")
        if self._rng.random() < 0.9:
            return self._rng.choices(forms, (6, 6, 3, 3, 0.3))[0]
        of, wrt, then = (self._rng.choice(PLACES) for _ in range(3))
        second = (f"d²{above}/d{below}²", f"d²{above}{of}/d{below}{wrt}d{self._name()}{then}")
        return self._rng.choice((f"{above}{of}", f"d{above}{of}/d{below}{wrt}", f"∂{above}{of}/∂{below}{wrt}", *second))

    def _answer(self) -> str:
        rng = self._rng
        if rng.random() < 0.02:
            return derived(rng, "answer")
        value = rng.choice((*VALUES, "0.562", "-0.3", "[1, 2, 3]", "?" if rng.random() < 0.5 else self._name()))
        found = f"{self._asked()} = {value}"
        return texts.mutated(rng, found) if rng.random() < 0.05 else found

    def sheet(self) -> str:
        """Answers, one a line."""
        return "\n".join(self._answer() for _ in range(self._rng.randint(1, 4)))

    def _points(self) -> str:
        rng = self._rng
        header = rng.sample(self._inputs, min(len(self._inputs), rng.choice((1, 2, 3, 9))))
        header = [f"{name}[{i}]" for name in header for i in range(2)] if rng.random() < 0.2 else header
        return self._table(header)

    def _book(self) -> str:
        return self._table(["name", *(self._asked() for _ in range(self._rng.randint(1, 3)))])

    def _table(self, header: list[str]) -> str:
        rng = self._rng
        rows = [
            [rng.choice(CELLS[:6] if rng.random() < 0.8 else CELLS) for _ in header]
            for _ in range(rng.choice((*(1, 1, 2, 3) * 4, 0)))
        ]
        sign = rng.choice((*[","] * 8, ";", "\t"))
        found = "\n".join(sign.join(row) for row in [header, *rows])
        return texts.mutated(rng, found) if rng.random() < 0.1 else found


def _shape(node: Node) -> tuple[int, ...] | None:
    """The shape that the file gives an input; None where it has to be inferred."""
    if node.shape is not None or node.default is None:
        return node.shape
    lengths: list[int] = []
    part: object = node.default
    while isinstance(part, Call) and part.fn == VECTOR and part.args:
        lengths.append(len(part.args))
        part = part.args[0]
    return tuple(lengths)
