"""Students simulated: graphs as plain functions, a mistake put in, the work rounded at every step as a hand does.

Nothing here knows of the search: a graph is a list of nodes, each an operation with its value and its partials as
Python functions; a mistake is another function in one place. The tests hold what is told of a sheet against what was
put in.
"""
# ruff: noqa: ARG005, E501  Each partial has its arguments and the result, whichever it speaks of; a row is a line.

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from random import Random
from typing import NamedTuple

Number = Callable[..., float]


class Op(NamedTuple):
    """An operation: its text over `{0}`, `{1}`, its value, its partials, and what is often done wrong with it.

    `rules` are (argument, wrong partial, what a teacher would say), functions of the arguments and the result `y`;
    `values` are (wrong value, what a teacher would say).
    """

    text: str
    value: Number
    partials: tuple[Number, ...]
    rules: tuple[tuple[int, Number, str], ...] = ()
    values: tuple[tuple[Number, str], ...] = ()


def sigmoid(x):
    return 1 / (1 + math.exp(-x))


OPS = {
    "sin": Op("sin({0})", math.sin, (lambda x, y: math.cos(x),),
              ((0, lambda x, y: -math.cos(x), "sin is cos, not −cos|sign"), (0, lambda x, y: math.sin(x), "sin is cos, not sin"),
               (0, lambda x, y: -math.sin(x), "sin is cos, not −sin"),
               (0, lambda x, y: math.cos(math.radians(x)), "degrees")),
              ((math.cos, "cos was taken in place of sin"), (lambda x: math.sin(math.radians(x)), "degrees"))),
    "cos": Op("cos({0})", math.cos, (lambda x, y: -math.sin(x),),
              ((0, lambda x, y: math.sin(x), "cos is −sin, not sin|sign"), (0, lambda x, y: math.cos(x), "cos is −sin, not cos"),
               (0, lambda x, y: -math.cos(x), "cos is −sin, not −cos")),
              ((math.sin, "sin was taken in place of cos"),)),
    "sigmoid": Op("sigmoid({0})", sigmoid, (lambda x, y: y * (1 - y),),
                  ((0, lambda x, y: y, "not σ"), (0, lambda x, y: 1 - y, "not 1 − σ"),
                   (0, lambda x, y: sigmoid(y) * (1 - sigmoid(y)), "once more"),
                   (0, lambda x, y: x * (1 - x), "not v(1 − v)")),
                  ((math.tanh, "tanh was taken in place of σ"), (lambda x: sigmoid(-x), "sign of the exponent"))),
    "tanh": Op("tanh({0})", math.tanh, (lambda x, y: 1 - y * y,),
               ((0, lambda x, y: 1 - y, "not 1 − tanh"), (0, lambda x, y: 1 + y * y, "not 1 + tanh²"),
                (0, lambda x, y: 1 - x * x, "not 1 − v²"), (0, lambda x, y: y * (1 - y), "not tanh(1 − tanh)")),
               ((sigmoid, "σ was taken in place of tanh"),)),
    "exp": Op("exp({0})", math.exp, (lambda x, y: y,), ((0, lambda x, y: x * math.exp(x - 1), "power rule"),)),
    "log": Op("log({0})", math.log, (lambda x, y: 1 / x,),
              ((0, lambda x, y: -1 / x, "not −1/x|sign"), (0, lambda x, y: x, "not x"),
               (0, lambda x, y: 1 / y if y else math.nan, "not 1/log x")),
              ((math.log10, "base 10"), (lambda x: -math.log(x), "sign of log"))),
    "sqrt": Op("sqrt({0})", math.sqrt, (lambda x, y: 1 / (2 * y),), ((0, lambda x, y: 1 / y, "factor ½"),)),
    "square": Op("{0}^2", lambda x: x * x, (lambda x, y: 2 * x,),
                 ((0, lambda x, y: x, "exponent, is missing"), (0, lambda x, y: 2 * x * x, "takes one from the exponent"))),
    "mul": Op("{0}*{1}", lambda a, b: a * b, (lambda a, b, y: b, lambda a, b, y: a),
              ((0, lambda a, b, y: a, "other factor"), (1, lambda a, b, y: b, "other factor")),
              ((lambda a, b: a + b, "factors are added"),)),
    "add": Op("{0} + {1}", lambda a, b: a + b, (lambda a, b, y: 1.0, lambda a, b, y: 1.0), (),
              ((lambda a, b: a - b, "taken as a difference"), (lambda a, b: a * b, "terms are multiplied"),
               (lambda a, b: a, "left out"), (lambda a, b: b, "left out"))),
    "sub": Op("{0} - {1}", lambda a, b: a - b, (lambda a, b, y: 1.0, lambda a, b, y: -1.0),
              ((1, lambda a, b, y: 1.0, "minus of a difference|sign"),),
              ((lambda a, b: a + b, "taken as a sum"), (lambda a, b: b - a, "wrong way round"))),
    "div": Op("{0}/{1}", lambda a, b: a / b, (lambda a, b, y: 1 / b, lambda a, b, y: -a / (b * b)),
              ((1, lambda a, b, y: a / (b * b), "quotient rule has a minus|sign"), (1, lambda a, b, y: -a / b, "squared"),
               (0, lambda a, b, y: b, "1/y, not y")),
              ((lambda a, b: b / a, "upside down"), (lambda a, b: a * b, "as a product"))),
    "triple": Op("3*{0}", lambda x: 3 * x, (lambda x, y: 3.0,)),
    "loss": Op("1/2*({0} - {1})^2", lambda a, b: (a - b) ** 2 / 2, (lambda a, b, y: a - b, lambda a, b, y: b - a)),
}  # fmt: skip


class Node(NamedTuple):
    """A node of a simulated graph: an input with its value, or an operation on earlier nodes."""

    name: str
    op: str
    args: tuple[str, ...]
    value: float = 0.0


@dataclass
class Simulated:
    """A graph of plain functions; the last node is the output."""

    title: str
    nodes: list[Node]
    by_name: dict[str, Node] = field(init=False)

    def __post_init__(self):
        self.by_name = {node.name: node for node in self.nodes}

    @property
    def output(self):
        return self.nodes[-1].name

    @property
    def text(self):
        """The graph in the language, for the key."""
        lines = [
            f"input {n.name} = {n.value!r}" if not n.op else f"{n.name} = {OPS[n.op].text.format(*n.args)}"
            for n in self.nodes
        ]
        return "\n".join(lines)

    def users(self, name):
        return [(n, k) for n in self.nodes for k, arg in enumerate(n.args) if arg == name]


class Mistake(NamedTuple):
    """What is done wrong at a node: `says` is a fragment of what a teacher would say, several parted by `|`."""

    node: str
    kind: str
    says: str
    user: str = ""
    place: int = 0
    fn: Number | None = None


class Habit(NamedTuple):
    """How a student rounds: to so many significant digits or decimals, at every step or in the end, or cuts off."""

    digits: int
    unit: str = "digits"
    is_cut: bool = False
    at_each_step: bool = True

    def write(self, x: float) -> str:
        if x == 0 or not math.isfinite(x):
            return "0"
        places = self.digits if self.unit == "decimals" else self.digits - 1 - math.floor(math.log10(abs(x)) + 1e-12)
        scale = 10.0**places
        kept = math.floor(abs(x) * scale + (1e-9 if self.is_cut else 0.5 + 1e-9)) / scale
        return f"{math.copysign(kept, x):.{max(places, 0)}f}"

    def on_the_way(self, x: float) -> float:
        return float(self.write(x)) if self.at_each_step else x


def worked(graph: Simulated, habit: Habit, mistakes: tuple[Mistake, ...] = (), every: bool = False):
    """The sheet of a student: (name of the node, is it a derivative, number as written), mistakes and what follows.

    `every` rounds each local partial and each product as well.
    """
    at = {(m.node, m.kind, m.user, m.place if m.kind == "rule" else 0): m for m in mistakes}
    inner = habit.on_the_way if every else (lambda x: x)
    values: dict[str, float] = {}
    for node in graph.nodes:
        if not node.op:
            values[node.name] = node.value
            continue
        wrong = at.get((node.name, "value", "", 0))
        fn = wrong.fn if wrong else OPS[node.op].value
        values[node.name] = habit.on_the_way(fn(*(values[a] for a in node.args)))
    slopes = {graph.output: 1.0}
    for node in reversed(graph.nodes[:-1]):
        terms = []
        for user, k in graph.users(node.name):
            if user.name not in slopes:
                continue
            args, y, ct = [values[a] for a in user.args], values[user.name], slopes[user.name]
            rule = at.get((node.name, "rule", user.name, k))
            p = inner((rule.fn if rule else OPS[user.op].partials[k])(*args, y))
            c = inner(p * ct)
            for kind, changed in (
                ("term sign", -c),
                ("no partial", ct),
                ("no adjoint", p),
                ("value for slope", y * ct),
            ):
                c = changed if (node.name, kind, user.name, 0) in at else c
            if (node.name, "term missing", user.name, 0) not in at:
                terms.append(c)
        if not graph.users(node.name):
            continue
        total = sum(terms)
        total = math.prod(terms) if (node.name, "product", "", 0) in at else total
        total = -total if (node.name, "sign", "", 0) in at else total
        total = values[node.name] if (node.name, "own value", "", 0) in at else total
        slopes[node.name] = habit.on_the_way(total)
    return values, slopes


def sheet(graph: Simulated, habit: Habit, worked_out) -> dict[str, str]:
    """What stands on the sheet, by what is asked: every value that is worked out, every derivative but dL/dL."""
    values, slopes = worked_out
    found = {n.name: habit.write(values[n.name]) for n in graph.nodes if n.op}
    found |= {f"d{graph.output}/d{n.name}": habit.write(slopes[n.name]) for n in graph.nodes[:-1] if n.name in slopes}
    return found


@cache
def _negative(op: str) -> Number:
    return lambda *args: -OPS[op].value(*args)


def possible(graph: Simulated) -> list[Mistake]:
    """Every mistake that this student knows, at every place."""
    found = []
    for node in graph.nodes:
        if node.op:
            found += [Mistake(node.name, "value", says, fn=fn) for fn, says in OPS[node.op].values]
            found.append(Mistake(node.name, "value", f"the sign of {node.name} is wrong", fn=_negative(node.op)))
        users = graph.users(node.name)
        names = [user.name for user, _ in users]
        if not users:
            continue
        found.append(Mistake(node.name, "sign", "sign"))
        found.append(Mistake(node.name, "own value", f"the value of {node.name} stands in place"))
        if len(users) > 1:
            found.append(Mistake(node.name, "product", "are multiplied"))
        for user, k in users:
            if names.count(user.name) > 1:
                continue
            found += [
                Mistake(node.name, "rule", says, user.name, place, fn)
                for place, fn, says in OPS[user.op].rules
                if place == k
            ]
            found.append(Mistake(node.name, "no partial", f"∂{user.name}/∂{node.name}|left out", user.name))
            found.append(Mistake(node.name, "value for slope", f"the value of {user.name} stands in place", user.name))
            if user.name != graph.output:
                found.append(Mistake(node.name, "no adjoint", f"∂{graph.output}/∂{user.name}", user.name))
            if len(users) > 1:
                found.append(Mistake(node.name, "term missing", f"{user.name}|is there", user.name))
                found.append(Mistake(node.name, "term sign", "sign", user.name))
    return found


# ---- Graphs ----------------------------------------------------------------------------------------------------------


def nodes(*rows) -> list[Node]:
    return [Node(row[0], "", (), row[1]) if len(row) == 2 else Node(row[0], row[1], tuple(row[2:])) for row in rows]


LATTICE = Simulated("lattice", nodes(
    ("x", 1.0), ("t1", "sin", "x"), ("b1", "cos", "x"),
    ("s1", "add", "t1", "b1"), ("t2", "sin", "s1"), ("b2", "cos", "s1"),
    ("s2", "add", "t2", "b2"), ("t3", "sin", "s2"), ("b3", "cos", "s2"), ("o", "mul", "t3", "b3"),
))  # fmt: skip
NEURON = Simulated("neuron", nodes(
    ("w", 0.8), ("x", 1.5), ("b", -0.3), ("z", 1.0), ("m", "mul", "w", "x"), ("v", "add", "m", "b"),
    ("y", "sigmoid", "v"), ("J", "loss", "y", "z"),
))  # fmt: skip
TWO_LAYERS = Simulated("two layers", nodes(
    ("x", 0.8), ("w1", 0.9), ("w2", -0.7), ("b", 0.1), ("t", 1.0), ("z1", "mul", "w1", "x"), ("a1", "tanh", "z1"),
    ("m2", "mul", "w2", "a1"), ("z2", "add", "m2", "b"), ("a2", "tanh", "z2"), ("L", "loss", "a2", "t"),
))  # fmt: skip
RECURRENT = Simulated("recurrent", nodes(
    ("w", 0.6), ("x1", 0.7), ("x2", -0.4), ("h1", "tanh", "x1"), ("m1", "mul", "w", "h1"), ("s2", "add", "m1", "x2"),
    ("h2", "tanh", "s2"), ("m2", "mul", "w", "h2"), ("h3", "tanh", "m2"), ("y", "square", "h3"),
))  # fmt: skip
QUOTIENT = Simulated("quotient", nodes(
    ("a", 1.3), ("b", 2.1), ("p", "mul", "a", "b"), ("q", "exp", "a"), ("r", "div", "p", "q"), ("s", "log", "b"),
    ("u", "sub", "r", "s"), ("y", "square", "u"),
))  # fmt: skip

GATE = Simulated("gate", nodes(
    ("x", 0.9), ("c0", -0.6), ("wf", 0.7), ("wi", 1.2), ("af", "mul", "wf", "x"), ("f", "sigmoid", "af"), ("ai", "mul", "wi", "x"),
    ("i", "sigmoid", "ai"), ("g", "tanh", "ai"), ("kept", "mul", "f", "c0"), ("new", "mul", "i", "g"), ("c", "add", "kept", "new"),
    ("t", "tanh", "c"), ("h", "mul", "t", "f"),
))  # fmt: skip
VALLEY = Simulated("valley", nodes(
    ("a", 1.4), ("x", -0.8), ("y", 1.7), ("d", "sub", "a", "x"), ("p", "square", "d"), ("q", "square", "x"),
    ("e", "sub", "y", "q"), ("r", "square", "e"), ("k", "triple", "r"), ("J", "add", "p", "k"),
))  # fmt: skip
DECAY = Simulated("decay", nodes(
    ("k", 0.6), ("t", 1.7), ("n", 2.3), ("m", "mul", "k", "t"), ("e", "exp", "m"), ("u", "div", "n", "e"), ("s", "sqrt", "u"),
    ("l", "log", "n"), ("y", "mul", "s", "l"),
))  # fmt: skip

ONE, TWO = ("sin", "cos", "sigmoid", "tanh", "square", "triple", "exp"), ("mul", "add", "sub", "div")


def random_graph(seed: int) -> Simulated:
    """A graph of two or three inputs and five to nine operations, its numbers neither tiny nor huge."""
    rng = Random(f"graph {seed}")
    while True:
        found = [Node(f"x{i}", "", (), rng.choice((-1, 1)) * rng.randint(3, 19) / 10) for i in range(rng.randint(2, 3))]
        for i in range(rng.randint(5, 9)):
            op = rng.choice(ONE if rng.random() < 0.5 else TWO)
            args = rng.sample([n.name for n in found[-5:]], len(OPS[op].partials))
            found.append(Node(f"h{i}", op, tuple(args)))
        used = {arg for n in found for arg in n.args}
        loose = [n.name for n in found if n.name not in used]
        for i, name in enumerate(loose[1:]):
            found.append(Node(f"e{i}", "add", (loose[0] if i == 0 else f"e{i - 1}", name)))
        graph = Simulated(f"random {seed}", found)
        try:
            values, slopes = worked(graph, Habit(17, at_each_step=False))
        except (OverflowError, ZeroDivisionError, ValueError):
            continue
        if all(0.02 < abs(v) < 50 for v in (*values.values(), *slopes.values())):
            return graph


# Those of which figures have been looked at while the bounds of the search and the weights of its rows were chosen.
TUNED = [LATTICE, NEURON, TWO_LAYERS, RECURRENT, QUOTIENT, GATE, VALLEY, DECAY,
         *map(random_graph, (*range(10), *range(100, 111), *range(300, 311)))]  # fmt: skip


def asked_about(graph: Simulated, mistake: Mistake) -> str:
    """The answer that a mistake spoils first."""
    return mistake.node if mistake.kind == "value" else f"d{graph.output}/d{mistake.node}"


def alike(graph: Simulated) -> dict[Mistake, str]:
    """What a teacher may say of each mistake: that, or the name of another that gives the same formula.

    Formulas are told apart by numbers at other inputs; where these are equal, no sheet can tell which was meant.
    """
    rng = Random(graph.title)
    exact = Habit(17, at_each_step=False)
    moved = []
    for _ in range(2):
        shifted = [n if n.op else n._replace(value=n.value * rng.uniform(0.9, 1.1)) for n in graph.nodes]
        moved.append(Simulated(graph.title, shifted))
    found: dict[tuple, list[Mistake]] = {}
    for mistake in possible(graph):
        numbers = []
        for other in moved:
            try:
                values, slopes = worked(other, exact, (mistake,))
            except (ValueError, OverflowError, ZeroDivisionError):
                numbers.append("none")
                continue
            numbers.append(f"{(values if mistake.kind == 'value' else slopes)[mistake.node]:.9g}")
        found.setdefault((asked_about(graph, mistake), *numbers), []).append(mistake)
    return {m: "|".join(each.says for each in same) for same in found.values() for m in same}
