"""How cells are written where a format does not say otherwise: as plain text."""

from __future__ import annotations

from backcalc.language.expr import Call
from backcalc.language.unparse import unparse
from backcalc.render.document import Cell, Derivative, Formula, Grid, Name, Path, Phrase, Product, Texts, Value, Words
from backcalc.render.values import TOO_LONG, value_text
from backcalc.rules.values import is_known, shape_of
from backcalc.text.numerals import DOT, by_hand, derivative, factor
from backcalc.text.wording import visible

ARROW = " → "  # Between the nodes of a path.


class Writer:
    """Plain text, a method a kind of cell; a format overrides those that it writes in another way."""

    def written(self, grid: Grid) -> Texts:
        """`grid` with every cell as text."""
        rows = [tuple(map(self.cell, row)) for row in grid.rows]
        title = self.cell(grid.title)
        notes = {row: [self.shown(note) for note in found] for row, found in grid.notes.items()}
        return grid._replace(header=tuple(map(self.cell, grid.header)), rows=rows, title=title, notes=notes)  # type: ignore[return-value]

    def cell(self, cell: Cell) -> str:
        """A cell of any kind."""
        match cell:
            case str():
                return self.words(cell)
            case Value():
                return self.value(cell)
            case Name():
                return self.name(cell.name)
            case Derivative():
                return self.derivative(cell)
            case Formula():
                return self.formula(cell)
            case Path():
                return self.path(cell)
            case Product():
                return self.product(cell)
            case Phrase():
                return self.phrase(cell)

    def shown(self, text: str) -> str:
        """`text` with nothing in it that would steer a terminal, or turn the direction of what follows."""
        return text if text.isprintable() else visible(text)

    def words(self, text: Words) -> str:
        """Words."""
        return self.shown(text)

    def name(self, name: str) -> str:
        """The name of a node."""
        return self.shown(name)

    def derivative(self, cell: Derivative) -> str:
        """∂of/∂wrt."""
        return self.shown(derivative(cell.of, cell.wrt))

    def value(self, cell: Value) -> str:
        """A number, an array or a formula; `?` where it is not known."""
        return self.shown(value_text(cell.value, cell.digits))

    def formula(self, cell: Formula) -> str:
        """An expression."""
        return self.shown(unparse(cell.expr))

    def path(self, cell: Path) -> str:
        """Nodes with arrows between them."""
        return ARROW.join(map(self.cell, cell.parts))

    def product(self, cell: Product) -> str:
        """Factors as a hand writes them, in parentheses where a sign or an operation asks for them."""
        alone = len(cell.factors) == 1
        return DOT.join(self.factor(part, alone=alone) for part in cell.factors) or "-"

    def factor(self, cell: Value | Derivative | Words, *, alone: bool) -> str:
        """One factor; `alone` it needs no parentheses."""
        if not isinstance(cell, Value):
            return self.cell(cell)
        value = cell.value
        if value is None or (is_known(value) and not shape_of(value)):
            return (by_hand if alone else factor)(value, cell.digits)
        text = self.value(cell)
        return f"({text})" if isinstance(value, Call) and not (alone or value.is_named or text == TOO_LONG) else text

    def phrase(self, cell: Phrase) -> str:
        """Words with other cells among them."""
        return "".join(map(self.cell, cell.parts))


PLAIN = Writer()
