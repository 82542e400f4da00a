"""A graph as it is exported: its value, its gradient, and a `main`, in the graph's own names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any

from backcalc.calculus.constant import defaults
from backcalc.calculus.evaluate import Evaluation
from backcalc.calculus.grad import resolve
from backcalc.graph.functions import GRAD
from backcalc.graph.model import Dag, Node
from backcalc.graph.shapes import Shape
from backcalc.graph.tape import tape_of
from backcalc.language.expr import Call, Name, names
from backcalc.render.programs.python import CodeWriter, ProgramTarget, identifiers
from backcalc.text.wording import visible

INDENT = "    "
_TAKEN = (
    *("argparse", "batch", "concat", "csv", "erf", "erfc", "held", "jax"),
    *("jnp", "json", "main", "math", "np", "torch", "arrays", "mean"),
    *("number", "tensor", "where", "mean_over_all", "say", "shard", "value", "value_and_gradient"),
    *("vector", "values", "found", "F", "inputs", "read", "told", "train"),
    *("functools", "cells", "numbers", "from_all"),
    "cross_entropy_along",
)
"""Names that a program has of its own."""


@dataclass(frozen=True)
class ExportedProgram:
    """What a program is made of: the graph, its output, the inputs derived by, a point, and the library."""

    graph: Dag
    output: str
    wrt: tuple[str, ...]
    point: Mapping[str, Any]
    target: ProgramTarget
    shard: bool = False

    @cached_property
    # The language's `grad` does what a file's own `grad(J, w)` does: no second way to a derivative here.
    def derived(self) -> tuple[Dag, dict[str, str]]:
        """The graph with a node for each derivative, and the names of these nodes by input."""
        wanted = {name: f"∂{self.output}/∂{name}" for name in self.wrt}  # No node of a file is called so.
        span = self.graph.node(self.output).span
        calls = [(node, Call(GRAD, (Name(self.output), Name(name)), span)) for name, node in wanted.items()]
        nodes = [Node(node, "expression", span, (), call, call) for node, call in calls]
        graph = resolve(self.graph._replace(nodes=(*self.graph.nodes, *nodes), output=self.output))
        # Nearly always the derivative has a node already, that of the adjoint.
        same = {node: graph.node(node).expr for node in wanted.values()}
        return graph, {name: each.id if isinstance(each := same[node], Name) else node for name, node in wanted.items()}

    @cached_property
    def python(self) -> dict[str, str]:
        """The Python name of each node, those of derivatives too."""
        return identifiers(self.derived[0].index, _TAKEN)

    @cached_property
    def writer(self) -> CodeWriter:
        """What writes the formulas."""
        graph = self.derived[0]
        point = {name: value for name, value in self.point.items() if name in graph.index}
        # Only their shapes are asked for: whether `*` is of numbers or of arrays, which row serves a call.
        evaluation = Evaluation(tape_of(graph), defaults(graph) | point, formulas=True)
        return CodeWriter(self.target, evaluation.known_shapes, self.python)

    def head(self, prelude: str) -> list[str]:
        """What stands before the functions: imports, and helpers, of which only now all are known."""
        self.value_function()  # Writing notes what functions the formulas take.
        if not self.target.held:  # Where the library has gradients of its own, none is written.
            self.gradient_by_hand()
        # A file may be called anything: what stands in the program is no part of it.
        title = "".join(c for c in visible(f"{self.output} of {self.graph.source.name}") if c not in '"\\')
        lines = [f'"""{title}, and its gradient: a program that backcalc has written."""', ""]
        lines += [*prelude.rstrip("\n").split("\n"), "", ""]
        for text in self.writer.functions.values():
            lines += [*text.split("\n"), "", ""]
        return lines

    def value_function(self) -> list[str]:
        """The lines of the function `value`: the output, of a dictionary of inputs."""
        needed = self.graph.upstream([self.output])  # Dead code would ask for inputs that the output does not need.
        lines = ["def value(inputs):", f'{INDENT}"""{self.output}, of a dictionary of inputs."""']
        lines += [INDENT + line for line in self._lines(self.graph, needed)]
        return [*lines, f"{INDENT}return {self._value()}", "", ""]

    def _value(self) -> str:
        """The output; nan where only edges lead to it, whose derivatives there are all the same."""
        # Edges alone say nothing of the value; nan rather than a 0 that somebody would believe.
        node = self.graph.node(self.output)
        is_known = node.expr is not None or node.kind == "input" or node.given is not None
        return self.python[self.output] + ("" if is_known else " + float('nan')")

    @cached_property
    def needed(self) -> list[str]:
        """The inputs whose value a formula needs: not those that only edges lead from."""
        graph = self.derived[0]
        spoken = {name for node in graph.nodes if node.expr is not None for name in names(node.expr)}
        # An edge's partial may speak of a node's value, as `1 -> 2 : y*(1 - y)` does.
        spoken |= {name for node in graph.nodes for edge in node.incoming for name in names(edge.partial)}
        return [name for name in graph.inputs if name in spoken or name == self.output]

    def gradient_by_hand(self) -> list[str]:
        """The function `value_and_gradient`, with the adjoints written out."""
        graph, wanted = self.derived
        needed = graph.upstream([self.output, *wanted.values()])
        lines = ["def value_and_gradient(inputs):", f'{INDENT}"""{self.output}, and its derivatives by name."""']
        lines += [INDENT + line for line in self._lines(graph, needed)]
        pairs = ", ".join(f"{name!r}: {self.python[node]}" for name, node in wanted.items())
        return [*lines, f"{INDENT}return {self._value()}, {{{pairs}}}", "", ""]

    def _lines(self, graph: Dag, needed: set[str]) -> Iterator[str]:
        for node in graph.nodes:
            if node.name not in needed:
                continue
            name = self.python[node.name]
            if node.kind == "input":
                is_needed = node.name in self.needed  # The others are ends of edges, whose partials are all there is.
                yield f"{name} = inputs[{node.name!r}]" if is_needed else f"{name} = inputs.get({node.name!r}, 0.0)"
                continue
            if node.given is not None:  # What is given stands before what a formula would give, as in `run`.
                yield f"{name} = {self.writer.formula(node.given.value)}"
                continue
            # 0 for a node of edges alone: its derivatives need it not.
            known = "0.0" if node.expr is None else self.writer.formula(node.expr)
            yield f"{name} = {known}" + self._edges(node)

    def _edges(self, node: Node) -> str:
        """What lets the derivative through annotated edges: nothing is added to the value."""
        if not node.incoming or not self.target.held:  # By hand, the edges are in the adjoints already.
            return ""
        held = self.target.held
        terms = []
        for edge in node.incoming:
            tail = self.python[edge.tail]
            # x - held(x) is 0 and has the slope 1: so the term adds nothing, and p to the slope.
            terms.append(f"{held}({self.writer.formula(edge.partial)})*({tail} - {held}({tail}))")
        return "".join(f" + {term}" for term in terms)

    def main(self, as_array: str, mean: str = "mean", say: str = "print", rows: str = "rows") -> list[str]:
        """The point and the function `main`; `as_array` makes an array of a `value`, `mean` is that over the rows.

        `say` prints a line that all processes have, `rows` are those that this one is to print.
        """
        # By names in capitals: the text is full of braces, which `format` would take for fields.
        text = _MAIN.replace("AS_ARRAY", as_array).replace("MEAN", mean).replace("SAY", say).replace("ROWS", rows)
        text = text.replace("COLUMNS", "shard(read(options.data))" if self.shard else "read(options.data)")
        return [
            f"POINT = {self._point()}",
            f"INPUTS = {self._shapes()!r}  # What needs a value, and the shape of that.",
            f"WRT = {list(self.wrt)!r}",
            "",
            *text.rstrip("\n").split("\n"),
        ]

    def _shapes(self) -> dict[str, Shape | None]:
        """The shape of each input that needs a value; None where a length is not known."""
        # What nothing says the shape of is a number, here as in the formulas: sum(x) is x there.
        shapes = {name: self.writer.shapes.of(Name(name)) for name in self.needed}
        return {name: None if None in shape else shape for name, shape in shapes.items()}

    def _point(self) -> str:
        pairs = ", ".join(f"{name!r}: {_plain(value)}" for name, value in self.point.items())
        return f"{{{pairs}}}"


def target_of(name: str) -> ProgramTarget:
    """The library of this name."""
    # Its own file alone is loaded: a target may ask for a library.
    found: ProgramTarget = import_module(f"backcalc.render.programs.{name}").TARGET
    return found


def _plain(value: Any) -> str:
    # Of NumPy's arrays the repr is no Python.
    return repr(value.tolist()) if hasattr(value, "tolist") else repr(float(value))


# Python that the three libraries share; NumPy reads files for each, and the target makes its arrays of these.
_MAIN = '''
def arrays(point):
    return {name: AS_ARRAY for name, value in point.items()}


def cells(path):
    """The columns of a file by name, each a list. Raises ValueError where it is no table."""
    if path.endswith(".parquet"):
        try:
            import pyarrow.parquet
        except ImportError:
            raise ValueError("Parquet is read by pyarrow, which is not here: pip install pyarrow") from None
        table = pyarrow.parquet.read_table(path)
        return {name: table[name].to_pylist() for name in table.column_names}
    with open(path, newline="", encoding="utf-8-sig") as file:
        first = file.readline()
        parted = next((sign for sign in ";\\t" if sign in first), ",")
        file.seek(0)
        lines = csv.reader(file, delimiter=parted)
        header = [name.strip() for name in next(lines, [])]
        columns = {name: [] for name in header}
        if len(columns) < len(header):
            raise ValueError("two of its columns have one name")
        for row in filter(None, lines):
            if len(row) != len(header):
                raise ValueError(f"line {lines.line_num}: cells are {len(row)}, where the header has {len(header)}")
            for name, cell in zip(header, row):
                columns[name].append(cell.replace(",", ".") if parted == ";" else cell)  # A decimal comma.
    return columns


def numbers(name, column):
    """A column as an array. Raises ValueError where a cell is no number."""
    for row, cell in enumerate(column, 1):
        try:
            np.array("" if cell is None else cell, dtype=float)
        except (TypeError, ValueError):
            raise ValueError(f"row {row} of column {name}: {cell!r} is no number") from None
    return np.array(column, dtype=float)


def read(path):
    """The columns of a file by input: x, or v[0], v[1] and W[0,0], W[0,1] of arrays. Raises OSError, ValueError."""
    columns, found, elements = cells(path), {}, {}
    if not any(columns.values()):
        raise ValueError("the file holds no points")
    for name, column in columns.items():
        stem, _, place = name.partition("[")
        places = place.rstrip("]").replace(" ", "").split(",") if place else []
        if stem not in {*INPUTS, *WRT, *POINT} or not all(map(str.isdecimal, places)):
            continue  # Other columns are passed over.
        if places:
            elements.setdefault(stem, {})[tuple(map(int, places))] = numbers(name, column)
        else:
            found[name] = numbers(name, column)
    if not found and not elements:
        raise ValueError(f"none of its columns is an input: {', '.join(INPUTS)}")
    for stem, places in elements.items():
        # Inside an array every element has a column, else a 0 would stand for it.
        shape = tuple(int(most) + 1 for most in np.max(list(places), axis=0))
        missing = [place for place in np.ndindex(*shape) if place not in places]
        if stem in found or missing or len(places) > np.prod(shape):
            raise ValueError(f"the columns of {stem} are not those of an array, such as {stem}[0], {stem}[1]")
        found[stem] = np.zeros((len(next(iter(places.values()))), *shape))
        for place, column in places.items():
            found[stem][(slice(None), *place)] = column
    for name, column in found.items():
        if INPUTS.get(name) not in (None, column.shape[1:]):
            raise ValueError(f"{name} has the shape {column.shape[1:]} there, not {INPUTS[name]}")
    return arrays(found)


def mean(rows):
    return rows.sum(0)/len(rows)


def plain(value):
    """Numbers as JSON has them, which knows no nan."""
    if isinstance(value, list):
        return [plain(each) for each in value]
    return float(value) if np.isfinite(float(value)) else str(float(value))


def told(found):
    return {name: plain(np.asarray(value).tolist()) for name, value in found.items()}


def train(parameters, fixed, columns, rate, steps):
    """Steps of gradient descent on the mean over the rows, or on the value where there are none."""
    for step in range(steps + 1):
        if columns:
            values, gradients = batch({**fixed, **parameters}, columns)
            found, gradient = MEAN(values), {name: MEAN(gradients[name]) for name in parameters}
        else:
            found, gradient = value_and_gradient({**fixed, **parameters})
        SAY(json.dumps({"step": step, "at": told(parameters), "value": plain(found)}))
        if step < steps:
            parameters = {name: each - rate*gradient[name] for name, each in parameters.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="a CSV or Parquet file, a column an input, a row a point")
    parser.add_argument("--rate", type=float, help="train with this rate")
    parser.add_argument("--steps", type=int, default=20)
    options = parser.parse_args()
    try:
        columns = COLUMNS if options.data else {}
    except (OSError, ValueError) as error:
        parser.error(f"{options.data}: {error}")
    missing = [name for name in INPUTS if name not in POINT and name not in columns]
    if missing:
        parser.error(f"no value for {', '.join(missing)}: write it into POINT, or give it a column of --data")
    point = {name: value for name, value in arrays(POINT).items() if name not in columns}
    if options.rate is not None:
        parameters = {name: point[name] for name in WRT if name in point}
        train(parameters, {name: each for name, each in point.items() if name not in parameters}, columns,
              options.rate, options.steps)
    elif columns:
        values, gradients = batch(point, columns)
        slopes = [{name: gradient[i] for name, gradient in gradients.items()} for i in range(len(values))]
        rows = [{"value": plain(each), "gradient": told(slope)} for each, slope in zip(values, slopes)]
        for row in ROWS:
            print(json.dumps(row))
    else:
        found, gradient = value_and_gradient(point)
        SAY(json.dumps({"value": plain(found), "gradient": told(gradient)}))


if __name__ == "__main__":
    main()
'''
