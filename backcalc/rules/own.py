"""Functions of a file that state partials of their own: rows of the table that are made of their definition.

Such a row goes by the text of its definition, so the same definition is the same row in whichever graph or process it
stands, and two files may give one name two meanings.
"""

from __future__ import annotations

from backcalc.language.expr import DEFINITION
from backcalc.language.parser import parse
from backcalc.language.statements import Function
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.row import Primitive, RowTable
from backcalc.text.source import Source


def key(function: Function) -> str:
    """The symbol of the row of `function`, whose formula and partials call functions of the table alone."""
    # With its parameters and partials: two functions of one formula may differ in these.
    return unparse_statement(function)


def definition(symbol: str) -> Function:
    """The definition that the symbol of a row is."""
    # The symbol is a statement of the language, so nothing else need be kept of it.
    (function,) = parse(Source("", symbol)).statements
    assert isinstance(function, Function)
    return function


def own_row(symbol: str, table: RowTable) -> Primitive | None:
    """The row of the function whose definition `symbol` is, put in `table`; None where it is another symbol."""
    if not symbol.startswith(DEFINITION):
        return None
    function = definition(symbol)
    by = {partial.wrt: unparse(partial.formula) for partial in function.partials}
    # In the order of the parameters; a file may state them in any.
    partials = tuple(by[param] for param in function.params)
    row = Primitive(symbol, function.params, unparse(function.body), table, partials)
    table[symbol] = (row,)  # From here on it is found like any other.
    return row
