"""The formulas of an array graph as text: of each form the grammar has read a line, the others have other words."""

from __future__ import annotations

import re
from functools import cached_property

import numpy as np

from backcalc.bulk.graph.model import EDGES, ArrayGraph
from backcalc.language.expr import Expr, Name, Number, fold, with_args
from backcalc.language.forms import form_of
from backcalc.language.statements import Definition
from backcalc.language.unparse import unparse

_WORD = "%s"  # Where a name or number goes; the language has no %.


class Formulas:
    """The formula of each node as `unparse` writes it."""

    def __init__(self, graph: ArrayGraph) -> None:
        self._graph = graph
        self._forms: list[_Form] = []
        self._form_of = np.full(len(graph), -1, np.int32)
        for template in graph.templates:
            if isinstance(template.statement, Definition):
                # By the id of the name; the words stand on each line itself.
                self._form_of[graph.rank[template.ends[0]]] = len(self._forms)
                self._forms.append(_Form(template.statement, graph.source.text))
        self._form_of[graph.kinds == EDGES] = -1  # A known activation is no formula.

    def of(self, part: slice) -> list[str | None]:
        """The formulas of some nodes; None for a node without."""
        forms, starts = self._form_of[part].tolist(), self._graph.starts[part].tolist()
        places = range(part.start, part.stop)
        return [
            # Where a comment or a space is not as in the form, the grammar reads the line.
            None if form < 0 else self._forms[form].formula(start) or self._read(place)
            for form, start, place in zip(forms, starts, places, strict=True)
        ]

    def _read(self, place: int) -> str:
        """The formula of a node, read by the grammar."""
        formula = self._graph.nodes[place].formula
        assert formula is not None
        return unparse(formula)


class _Form:
    """The formulas of one form's lines; `statement` is what the grammar read of one of them."""

    def __init__(self, statement: Definition, text: str) -> None:
        self._statement, self._text = statement, text

    def formula(self, start: int) -> str | None:
        """The formula on the line whose statement begins at `start`; None where the grammar must see it."""
        if start == self._statement.span.start:  # The line that the grammar has read.
            return unparse(self._statement.formula)
        found = self._pattern.match(self._text, start) if self._pattern else None
        # The groups are the statement, its words, the target first, and a comment.
        return self._blanked % found.groups()[2:-1] if found else None

    @cached_property
    def _pattern(self) -> re.Pattern[str] | None:
        form = form_of(self._statement, self._text)
        # To a block's lines spaces in a row are one, to a form they are not.
        return None if form is None else re.compile(re.sub(r"(?:\\[ \t])+", r"[ \\t]++", form.pattern.pattern))

    @cached_property
    def _blanked(self) -> str:
        """The formula with a blank for each of its words."""
        return unparse(fold(self._statement.formula, _blank, with_args))


def _blank(leaf: Number | Name) -> Expr:
    return Name(_WORD) if isinstance(leaf, Name) else Number(leaf.value, _WORD)
