"""Documents for a terminal, fitted to its width, in the styles of Rich.

Of Rich only the styles are loaded. Its Console, which would do no more for lines that come fitted, takes longer to
load than a graph of an exam takes from its text to its table.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from rich.color import ColorSystem
from rich.style import Style

from backcalc.render.blocks import Equation, Plot, Section
from backcalc.render.breaks import INDENT, broken, sentence, whole
from backcalc.render.document import Display, Document, Grid, Sentence
from backcalc.render.layout import Styled, fit, height, lines, notes, records
from backcalc.render.writer import Writer
from backcalc.text.numerals import DIGITS
from backcalc.text.wording import display_width

_HEADING, _RULE, _STRONG, _INNER, _NOTE = "bold cyan", "dim", "bold", "dim", "italic"
_TONES = {"good": "green", "fair": "yellow", "bad": "red"}
HEIGHT = 16  # Lines of a plot at most.
USUAL = 80  # Columns, where nobody says how many there are.


class Terminal(Writer):
    """Lines as wide as the terminal at most, with what stands out in its style."""

    stacks_rows = True

    def __init__(self, digits: int = DIGITS, display: Display = Display(USUAL)) -> None:  # noqa: B008  It is immutable.
        super().__init__(digits, display)
        self.width = display.columns or USUAL

    def document(self, document: Document) -> Iterator[str]:
        """The lines of a document, its title like a heading."""
        if document.title:
            yield from (self.line((document.title, _HEADING)), "")
        yield from self.blocks(document.blocks)
        if document.made_by:
            yield from ("", self.line((document.made_by, _RULE)))

    def line(self, *pieces: Styled) -> str:
        """A line, in colour or plain."""
        # The sixteen colours that all terminals have are the same codes on those that have more.
        colors = ColorSystem.STANDARD if self.display.color else None
        return "".join(Style.parse(style).render(text, color_system=colors) for text, style in pieces)

    def table(self, grid: Grid) -> Iterator[str]:
        """A heading over a rule, or a line a cell where columns do not fit."""
        texts = self.written(grid)
        if texts.title:
            yield self.line((texts.title, _STRONG))
        # A number that would have to be cut makes the table a list instead: it is never shown in part.
        fitted = fit(texts, self.width)
        if fitted is None:
            yield from records(texts, self.width)
            return
        header, *rows = list(lines(fitted)) or [""]
        if header:
            yield self.line((header, _HEADING))
            yield self.line(("─" * max(display_width(line) for line in (header, *rows)), _RULE))
        below = iter(rows)
        for i, cells in enumerate(fitted.rows):
            style = _STRONG if i in texts.strong else ""
            sign = len(texts.rows[i][0]) if i in texts.tones else 0
            # The sign at the beginning has the tone, and the rest of the row its own style.
            tone = f"{style} {_TONES[texts.tones[i]]}" if sign else style
            # One row of a table is as many lines as its matrix has.
            for row in islice(below, height(cells)):
                yield self.line((row[:sign], tone), (row[sign:], style))
            yield from notes(texts, i, self.width)

    def sentence(self, block: Sentence) -> Iterator[str]:
        """Words that stand out, in lines that fit."""
        yield from self._sentence(self.cell(block.words), _STRONG)

    def section(self, section: Section) -> Iterator[str]:
        """The equations, broken where they are too long."""
        yield from self._sentence(self.cell(section.title), _HEADING)
        for equation in section.equations:
            yield from self._broken(equation)

    def _broken(self, equation: Equation) -> Iterator[str]:
        """An equation in lines that fit, what it is about in bold."""
        pieces = self.hand.equation(equation, self.cell(equation.remark))
        # The symbol has no gap in it, so that the first line begins with the whole of it.
        about = 0 if equation.is_inner else len(whole(self.hand.side(equation.sides[0])))
        style = _INNER if equation.is_inner else ""
        for i, text in enumerate(broken(pieces, self.width, " " * INDENT * equation.is_inner)):
            yield self.line((text[: 0 if i else about], _STRONG), (text[0 if i else about :], style))

    def rounding(self) -> Iterator[str]:
        """The sentence in italics."""
        for text in super().rounding():
            yield from self._sentence(text, _NOTE)

    def _sentence(self, text: str, style: str) -> Iterator[str]:
        """Words in lines that fit."""
        return (self.line((line, style)) for line in broken(sentence(text), self.width))

    def plot(self, plot: Plot) -> Iterator[str]:
        """The curves in braille dots, as large as there is room for."""
        from backcalc.render.pictures.plot import braille

        yield self.cell(plot.title)
        names = [self.cell(curve.name) for curve in plot.curves]
        # Half the screen at most, so that the table below is in sight.
        yield from (
            self.line(*pieces) for pieces in braille(plot, names, self.width, min(HEIGHT, self.display.lines // 2))
        )
