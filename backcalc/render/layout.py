"""Grids laid out as lines: numbers whole and aligned at the point, text cut where there is an edge, formulas first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Self

from backcalc.render.document import Texts
from backcalc.text.numerals import Figures
from backcalc.text.wording import display_width

Styled = tuple[str, str]
"""A text and its style in Rich's words, such as `bold cyan`."""

GAP = 2  # Columns of blanks between two columns.
PADDED = 80  # A text column is not padded beyond this, so one long formula does not widen every row.
LEAST = 7  # A text column narrower than this says nothing,
NOTE = " " * 5  # What stands before a note below a row.
LEAST_HEADING = 12  # nor does the heading of numbers: `∂loss…/∂node`.


class Assembled(str):
    """A text that knows the parts that it was put together from, so that nobody has to find them in it again."""

    __slots__ = ("parts",)
    parts: tuple[str, ...]

    def __new__(cls, parts: Iterable[str], text: str) -> Self:
        """`text`, which has these parts."""
        found = super().__new__(cls, text)
        found.parts = tuple(parts)
        return found


class Parted(Assembled):
    """The text of a cell as parts, behind each of which it may go on in a line of its own."""

    __slots__ = ()

    def __new__(cls, parts: Iterable[str]) -> Self:
        """The parts as one text."""
        kept = tuple(parts)
        return super().__new__(cls, kept, "".join(kept))


class Lined(Assembled):
    """The text of a cell that is several lines, such as the rows of a matrix."""

    __slots__ = ()

    def __new__(cls, lines: Iterable[str]) -> Self:
        """The lines as one text."""
        kept = tuple(lines)
        return super().__new__(cls, kept, "\n".join(kept))


def parts_of(text: str) -> tuple[str, ...]:
    """The parts of a text; one that knows of none is whole."""
    return text.parts if isinstance(text, Parted) else (text,)


def lines_of(cell: str) -> tuple[str, ...]:
    """The lines of a cell: one, but of a matrix."""
    return cell.parts if isinstance(cell, Lined) else (cell,)


def enclosed(before: str, text: str, behind: str) -> Parted:
    """`text` between two signs that are never parted from it."""
    parts = list(parts_of(text))
    parts[0] = before + parts[0]
    parts[-1] += behind  # Of a single part too, which has its sign before it by now.
    return Parted(parts)


def joined(texts: Sequence[str], sign: str) -> Parted:
    """`texts` with `sign` between them, parted behind each sign, and where they are parted themselves."""
    ends = [sign] * (len(texts) - 1) + [""]
    return Parted(part for text, end in zip(texts, ends, strict=True) for part in enclosed("", text, end).parts)


def parted_behind(sign: str, pieces: Iterable[str]) -> Parted:
    """The pieces as one text, parted behind each that is `sign`."""
    parts: list[str] = []
    begun: list[str] = []  # Joined at its end: a part may be as long as a file, and is not to be copied at each piece.
    for piece in pieces:
        begun.append(piece)
        if piece == sign:
            parts.append("".join(begun))
            begun = []
    return Parted([*parts, "".join(begun)])


def aligned(grid: Texts) -> Texts:
    """`grid` with the numbers of each column lined up at the decimal point."""
    columns = [list(column) for column in zip(*grid.rows, strict=True)] if grid.rows else []
    # Without rows there are no columns to turn.
    for i in grid.numbers if grid.rows else ():
        columns[i] = at_point(columns[i])
    return grid._replace(rows=list(zip(*columns, strict=True)))


def lines(grid: Texts, padded: int | None = None) -> Iterator[str]:
    """The header and the rows of `grid`, numbers to the right; text is padded to at most `padded` columns.

    A row has as many lines as its `height`.
    """
    room = widths(grid)
    if padded is not None:
        room = [width if i in grid.numbers else min(width, padded) for i, width in enumerate(room)]
    for row in (grid.header, *grid.rows) if grid.header else ():
        # A matrix has a line a row, beside which the other cells of the row stand empty.
        for line in zip_longest(*map(lines_of, row), fillvalue=""):
            cells = (_pad(cell, room[i], to_right=i in grid.numbers) for i, cell in enumerate(line))
            yield (" " * GAP).join(cells).rstrip()


def height(row: Sequence[str]) -> int:
    """How many lines a row takes: more than one where a cell of it is a matrix."""
    return max((len(lines_of(cell)) for cell in row), default=1)


def notes(grid: Texts, row: int, width: int | None = None) -> Iterator[str]:
    """The lines below a row of `grid`, broken between words to fit `width` columns; without one, a line a note."""
    for note in grid.notes.get(row, ()):
        line = ""
        for word in note.split():
            if line and width is not None and display_width(f"{NOTE}{line} {word}") > width:
                yield NOTE + line
                line = word
            else:
                line = f"{line} {word}" if line else word
        yield NOTE + line


def widths(grid: Texts) -> list[int]:
    """The columns of a terminal that each column of `grid` takes."""
    columns = zip(grid.header, *grid.rows, strict=True)
    return [max(display_width(line) for cell in column for line in lines_of(cell)) for column in columns]


def fit(grid: Texts, width: int) -> Texts | None:
    """`grid` in at most `width` columns of a terminal, its numbers whole; None where they do not fit.

    What gives way, in turn: long headings of numbers, the formulas, the names, the alignment of the numbers, and the
    column of formulas as a whole.
    """
    # Each candidate gives up more than the one before; the first that fits has lost least.
    bare = grid if grid.yields is None else _without(grid, grid.yields)
    candidates = (aligned(grid), grid, aligned(bare), bare)
    return next((found for candidate in candidates if _total(found := _narrowed(candidate, width)) <= width), None)


def records(grid: Texts, width: int) -> Iterator[str]:
    """`grid` for a place too narrow for columns: a line a cell, a number that needs it on a line of its own.

    A product that needs more than a line goes on behind one of its dots, an array behind a comma, so that no number is
    torn apart.
    """
    for place, row in enumerate(grid.rows):
        yield clip_middle(row[0], width)
        for i, cell in enumerate(row[1:], 1):
            label = f"  {grid.header[i]} "
            if not cell:
                continue
            if i not in grid.numbers and i not in grid.whole:
                yield clip(f"{label}{cell}", width)
            # A number too long for the rest of its line gets one of its own, and is whole even if that is too narrow.
            elif isinstance(cell, Lined):
                yield clip_middle(label.rstrip(), width)
                for line in cell.parts:
                    fits = display_width(line) <= width - 4
                    yield from (f"    {part}" for part in ([line] if fits else _folded(line, width - 4)))
            elif display_width(label) + len(cell) <= width:
                yield f"{label}{cell}"
            else:
                yield clip_middle(label.rstrip(), width)
                # Set in as far as there is room: whole before it is neat.
                yield from (part.rjust(min(width, len(part) + 4)) for part in _folded(cell, width - 4))
        yield from notes(grid, place, width)


def clip(text: str, width: int) -> str:
    """`text` in at most `width` columns, `…` standing for what is cut off at its end."""
    return text if display_width(text) <= width else f"{_head(text, width - 1)}…"


def clip_middle(text: str, width: int) -> str:
    """`text` in at most `width` columns, `…` standing for its middle: names tend to differ at either end."""
    if display_width(text) <= width:
        return text
    left = width // 2
    return f"{_head(text, left)}…{_tail(text, width - left - 1)}"


def _folded(cell: str, width: int) -> Iterator[str]:
    """A text in lines of at most `width` columns, where no part of it is wider."""
    line = ""
    for part in parts_of(cell):
        if line and display_width((line + part).rstrip()) > width:
            yield line.rstrip()
            line = ""
        line += part
    yield line.rstrip()


def _narrowed(grid: Texts, width: int) -> Texts:
    """`grid` with long headings of numbers cut, then its yielding column, then its other text."""
    # Widths are asked for again after each cut, for every cut may be enough.
    for column in sorted(grid.numbers):
        grid = _cut_heading(grid, column, _excess(grid, width))
    if grid.yields is not None:
        grid = _cut_column(grid, grid.yields, widths(grid)[grid.yields] - _excess(grid, width), clip)
    fixed = grid.numbers | grid.whole
    # Numbers and vectors are never cut: half a number is a wrong one.
    names = [i for i in range(len(grid.header)) if i not in fixed and i != grid.yields]
    most = _share(grid, names, width)
    for column in names:
        grid = _cut_column(grid, column, most, clip_middle)
    return grid


def _total(grid: Texts) -> int:
    taken = widths(grid)
    return sum(taken) + GAP * (len(taken) - 1)


def _excess(grid: Texts, width: int) -> int:
    return max(0, _total(grid) - width)


def _share(grid: Texts, columns: Sequence[int], width: int) -> int:
    """The width that each of `columns` may have at most for `grid` to fit: the widest give way first."""
    taken = [widths(grid)[i] for i in columns]
    spare = sum(taken) - _excess(grid, width)
    wider = range(max(taken, default=0), LEAST, -1)
    return next((most for most in wider if sum(min(most, each) for each in taken) <= spare), LEAST)


def _cut_column(grid: Texts, column: int, width: int, cut: Callable[[str, int], str]) -> Texts:
    """`grid` with `column` as narrow as `width`, but as wide as says something."""
    width = max(LEAST, display_width(grid.header[column]), width)
    rows = [[cut(cell, width) if i == column else cell for i, cell in enumerate(row)] for row in grid.rows]
    return grid._replace(rows=rows)


def _cut_heading(grid: Texts, column: int, excess: int) -> Texts:
    """`grid` with the heading of `column` narrower by `excess`, but as wide as says something."""
    width = max(LEAST_HEADING, display_width(grid.header[column]) - excess)
    header = [clip_middle(name, width) if i == column else name for i, name in enumerate(grid.header)]
    return grid._replace(header=header)


def _without(grid: Texts, column: int) -> Texts:
    rows = [[cell for i, cell in enumerate(row) if i != column] for row in grid.rows]
    header = [name for i, name in enumerate(grid.header) if i != column]
    # Those behind the column move up by one.
    numbers, whole = (frozenset(i - (i > column) for i in places) for places in (grid.numbers, grid.whole))
    return grid._replace(header=header, rows=rows, numbers=numbers, whole=whole, yields=None)


def _pad(text: str, width: int, *, to_right: bool) -> str:
    space = " " * (width - display_width(text))
    return space + text if to_right else text + space


def _head(text: str, width: int) -> str:
    """The beginning of `text` that fits in `width` columns."""
    text = text[: max(0, width)]  # So many letters at most, for nearly every one takes a column.
    while display_width(text) > width:
        text = text[:-1]
    return text


def _tail(text: str, width: int) -> str:
    """The end of `text` that fits in `width` columns."""
    text = text[len(text) - max(0, width) :]
    while display_width(text) > width:
        text = text[1:]
    return text


def at_point(cells: Sequence[str]) -> list[str]:
    """The cells of a column with their points below each other; what is no number ends where the point is."""
    sizes = [_around_point(cell) for cell in cells]
    left, right = (max(side) for side in zip(*sizes, strict=True))
    return [_padded(cell, left - before, right - behind) for cell, (before, behind) in zip(cells, sizes, strict=True)]


def _around_point(cell: str) -> tuple[int, int]:
    """How many columns a cell takes before its point, and from there on."""
    if isinstance(cell, Lined):
        return max(map(len, cell.parts)), 0
    # The length before the point is known to each number, and numbers are ASCII, but for a minus, which is as wide.
    before = cell.before if isinstance(cell, Figures) else len(cell)
    return before, len(cell) - before


def _padded(cell: str, left: int, right: int) -> str:
    """A cell with so many blanks at either side; of a matrix all lines, so that its columns stay below each other."""
    if not isinstance(cell, Lined):
        return " " * left + cell + " " * right
    width = max(map(len, cell.parts))
    return Lined(" " * left + line.ljust(width) + " " * right for line in cell.parts)
