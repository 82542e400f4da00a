"""Functions of a file that state partials of their own: rows of the table that are made of their definition."""

from __future__ import annotations

from backcalc.language.statements import Function, OwnSymbol
from backcalc.language.unparse import unparse, unparse_statement
from backcalc.rules.row import Primitive, RowTable


def own_symbol(function: Function) -> OwnSymbol:
    """The symbol of the row of `function`, whose formula and partials call functions of the table alone."""
    # With its parameters and partials: two functions of one formula may differ in these.
    return OwnSymbol(unparse_statement(function), function)


def own_row(symbol: str, table: RowTable) -> Primitive | None:
    """The row of the function that `symbol` defines, put in `table`; None where it is another symbol."""
    if not isinstance(symbol, OwnSymbol):
        return None
    function = symbol.definition
    by = {partial.wrt: unparse(partial.formula) for partial in function.partials}
    # In the order of the parameters; a file may state them in any.
    partials = tuple(by[param] for param in function.params)
    row = Primitive(symbol, function.params, unparse(function.body), table, partials)
    table[symbol] = (row,)  # From here on it is found like any other.
    return row
