"""The list of functions in docs/language.md, made from the table; `python tests/function_list.py` writes it there."""

from __future__ import annotations

import re
from itertools import groupby
from pathlib import Path

from backcalc.rules.primitives import ALIASES, ROWS, Primitive
from backcalc.rules.window_rows import NUMBERS

PAGE = Path(__file__).parents[1] / "docs" / "language.md"
MARK = "<!-- functions: python tests/function_list.py writes what follows -->\n{}<!-- end of functions -->"
# What only stands for another form: a list, an element of one, a name for a node, a derivative.
UNWRITTEN = {"[]", "[i]", "=", "there where"}


def function_list() -> str:
    """Two tables: of functions of numbers with their local partials, of functions of arrays with their pullbacks."""
    of_numbers = [row for row in ROWS if row.partials]
    of_arrays = [row for row in ROWS if row.pullbacks and row.symbol not in UNWRITTEN]
    return "\n".join([
        "| function | local partials | exists where | kink where |",
        "| --- | --- | --- | --- |",
        *(_line(row, row.partials, row.domain, row.kinks) for row in of_numbers if row.symbol not in UNWRITTEN),
        "",
        "| function of arrays | what a cotangent `ct` of its value becomes | kink where |",
        "| --- | --- | --- |",
        *(_line(row, row.pullbacks, row.kinks) for row in _first_of_each(of_arrays)),
        "",
    ])  # fmt: skip


def _first_of_each(rows: list[Primitive]) -> list[Primitive]:
    """`rows` without those that are shown as the one before them is."""
    # Of what goes by windows the rows for vectors and for matrices differ in a number that says which.
    return [next(group) for _, group in groupby(rows, key=lambda row: (_call(row), row.options or row.pullbacks))]


def _line(row: Primitive, forms: tuple[str, ...], *columns: str) -> str:
    cells = [_call(row), *(f"`{cell}`" if cell else "" for cell in ("; ".join(forms), *columns))]
    return "|".join(["", *(f" {cell} " if cell else " " for cell in cells), ""])


def _call(row: Primitive) -> str:
    """A row as one writes it: a function with its parameters and other names, an operator between its operands."""
    name = row.symbol
    if name == "@":  # A row for each pair of ranks; the value of some is said by another operation.
        return f"`x @ y` of ranks {' and '.join(map(str, row.ranks[0]))}"
    if not name.isidentifier() or name in ("and", "or", "not"):
        return f"`{row.value}`"
    numbers = [each if value is None else f"{each}={value}" for each, value in NUMBERS.get(name, {}).items()]
    others = [alias for alias, of in ALIASES.items() if of == name and alias.isidentifier() and alias != "if"]
    return ", ".join(f"`{text}`" for text in (f"{name}({', '.join([*row.params, *numbers])})", *others))


def page_with(text: str, functions: str) -> str:
    """The page with `functions` between its marks."""
    begin, end = map(re.escape, MARK.split("{}"))
    return re.sub(f"{begin}.*?{end}", lambda _: MARK.format(functions), text, flags=re.DOTALL)


if __name__ == "__main__":
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), function_list()), encoding="utf-8")
