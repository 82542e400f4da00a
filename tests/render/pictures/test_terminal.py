"""Graphs drawn with characters: read back, each shows the edges that are there, once, and no others."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from random import Random

import pytest
from drawn_lines import random_dag

from backcalc.analysis.run import Text
from backcalc.calculus.run import evaluated
from backcalc.render.pictures import terminal
from backcalc.render.pictures.scene import Arrow, Card, Scene, around, scene
from backcalc.render.pictures.terminal import DrawingArea
from backcalc.text.source import Source
from backcalc.text.wording import display_width

SAMPLES = sorted((Path(__file__).parents[3] / "samples").glob("*.bg"))
UP, DOWN, LEFT, RIGHT = (-1, 0), (1, 0), (0, -1), (0, 1)
BACK = {UP: DOWN, DOWN: UP, LEFT: RIGHT, RIGHT: LEFT}
# Where a line that comes along a way goes on from a character.
LEADS = {
    "│": {UP, DOWN}, "─": {LEFT, RIGHT}, "╭": {DOWN, RIGHT}, "╮": {DOWN, LEFT}, "╰": {UP, RIGHT}, "╯": {UP, LEFT},
    "├": {UP, DOWN, RIGHT}, "┤": {UP, DOWN, LEFT}, "┬": {LEFT, RIGHT, DOWN}, "┴": {LEFT, RIGHT, UP},
}  # fmt: skip


class Reader:
    """Reads a picture as a person does: from each box along its line, over crossings, to the tips of arrows."""

    def __init__(self, rows, *, is_ascii, top_down):
        self.rows, self.is_ascii, self.top_down = rows, is_ascii, top_down
        self.corner, self.leave = ("+", "+") if is_ascii else ("┌", "┬" if top_down else "├")
        self.tip = ("v" if top_down else ">") if is_ascii else ("▼" if top_down else "▶")
        self.boxes = self._boxes()

    def at(self, row, column):
        return self.rows[row][column] if 0 <= row < len(self.rows) and 0 <= column < len(self.rows[row]) else " "

    def _boxes(self):
        """Each box as (row, column, last row, last column), by the name in it."""
        rims = r"\+-+\+" if self.is_ascii else "┌─*┐"
        found = {}
        for row, line in enumerate(self.rows):
            for match in re.finditer(rims, line):
                left, right = match.start(), match.end() - 1
                if self._is_inside(found, row, left) or self.at(row + 1, left) not in "|│":
                    continue
                last = next(r for r in range(row + 1, len(self.rows)) if self.at(r, left) in "+└")
                texts = [self.rows[r][left + 1 : right].strip() for r in range(row + 1, last)]
                name = next(text for text in texts if text).split(" ")[0]
                found[name] = (row, left, last, right)
        return found

    @staticmethod
    def _is_inside(found, row, column):
        return any(top <= row <= last and left <= column <= right for top, left, last, right in found.values())

    def edges(self):
        """The edges as (tail, head, label), each as often as it is drawn."""
        return sorted(edge for name, box in self.boxes.items() for edge in self._edges_of(name, box))

    def _edges_of(self, name, box):
        row, left, last, right = box
        if self.top_down:
            starts = [
                ((last, column), DOWN) for column in range(left + 1, right) if self.at(last, column) == self.leave
            ]
        else:
            starts = [((each, right), RIGHT) for each in range(row + 1, last) if self.at(each, right) == self.leave]
        assert len(starts) <= 1
        for cell, way in starts:
            yield from ((name, head, label) for head, label in self._follow(cell, way))

    def _follow(self, cell, way):
        """The (head, label) that a line leads to: to several where it branches."""
        ways, seen = [(cell, way, "")], set()
        while ways:
            cell, way, label = ways.pop()
            cell = (cell[0] + way[0], cell[1] + way[1])
            assert (cell, way) not in seen, "a line in a circle"
            seen.add((cell, way))
            sign = self.at(*cell)
            if sign == self.tip and self._box_at(cell, way):
                yield self._box_at(cell, way), label
            elif way == RIGHT and sign == " ":
                text, cell = self._level_label(cell)
                ways.append((cell, way, text))
            elif way == DOWN and self.at(cell[0] + 1, cell[1]) == self.tip and sign not in "│|":
                ways.append((cell, way, self._label_over(cell)))
            else:
                ways += [(cell, on, label) for on in self._leads(cell, sign, way)]

    def _level_label(self, cell):
        """The label that begins here, between blanks, and the cell behind it."""
        row, column = cell
        end = re.compile(rf" {'-' if self.is_ascii else '─'}?{self.tip}")
        stop = end.search(self.rows[row], column).start()
        return self.rows[row][column:stop].strip(), (row, stop)

    def _label_over(self, cell):
        """The label that stands around a cell, set off by two blanks at either side."""
        row, column = cell
        line = f"  {self.rows[row]}  "
        start, stop = line.rindex("  ", 0, column + 3) + 2, line.index("  ", column + 2)
        return line[start:stop]

    def _leads(self, cell, sign, way):
        if not self.is_ascii:
            assert sign == "┼" or BACK[way] in LEADS[sign], (sign, way)
            return {way} if sign == "┼" else LEADS[sign] - {BACK[way]}
        if sign in "-|":
            assert sign == "|" or way in (LEFT, RIGHT)
            return {way}
        # A full stop has its line below it, an apostrophe above, a star joins all that lead to it.
        upright = {".": {DOWN}, "'": {UP}, "*": {UP, DOWN}}[sign]
        able = [on for on in (upright | {LEFT, RIGHT}) - {BACK[way]} if self._comes_from(cell, on)]
        assert able
        return able

    def _comes_from(self, cell, way):
        """Whether a line goes on that way from a joint."""
        sign = self.at(cell[0] + way[0], cell[1] + way[1])
        if way in (LEFT, RIGHT):
            return sign in "-*.'" or (sign == "|" and self.at(cell[0], cell[1] + 2 * way[1]) in "-*.'|")
        return sign in "|*" or sign == (".", "'")[way == DOWN] or self._is_label(cell, way) or sign == self.tip

    def _is_label(self, cell, way):
        # A blank in a formula may stand just below the line.
        return way == DOWN and self.top_down and self.at(cell[0] + 2, cell[1]) == self.tip

    def _box_at(self, cell, way):
        row, column = cell[0] + way[0], cell[1] + way[1]
        return next(
            (
                name
                for name, (top, left, last, right) in self.boxes.items()
                if top <= row <= last and left <= column <= right
            ),
            None,
        )


def read(found, width=None, **options):
    """The edges that the drawn picture of a scene shows; None where it does not fit."""
    drawn = DrawingArea(width, **options).drawn(found)
    if drawn is None:
        return None
    rows = ["".join(text for text, _ in row) for row in drawn.rows]
    assert max(map(len, rows)) == drawn.width
    assert width is None or drawn.width <= width
    options = {"is_ascii": False, "top_down": False} | options
    return Reader(rows, **options).edges()


def edges_of(found):
    return sorted((found.cards[a.tail].name, found.cards[a.head].name, a.label) for a in found.arrows)


def numbered(count, edges, rng):
    """A scene with numbers of several lengths, some edges without one."""
    cards = tuple(
        Card(f"n{i}", "expression", value="7" * rng.randint(0, 6), adjoint="-0.5" * rng.randint(0, 1))
        for i in range(count)
    )
    labels = ["-" * rng.randint(0, 1) + str(rng.randint(0, 10 ** rng.randint(1, 5))) for _ in edges]
    return Scene(cards, tuple(Arrow(*edge, label) for edge, label in zip(edges, labels, strict=True)), "L")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """How good an order is does not matter here."""
    monkeypatch.setattr("backcalc.render.pictures.layout.order.IDLE_SHAKES", 1)
    monkeypatch.setattr(terminal, "_planned", cache(terminal._planned.__wrapped__))


MODES = [{"is_ascii": is_ascii, "top_down": top_down} for is_ascii in (False, True) for top_down in (False, True)]


@pytest.mark.parametrize("options", MODES, ids=str)
@pytest.mark.parametrize("begin", range(0, 100, 25))
def test_random_graphs_read_back_as_they_are(begin, options):
    for seed in range(begin, begin + 25):
        rng = Random(seed)
        count, edges = random_dag(seed)
        found = numbered(count, edges, rng)
        assert read(found, **options) == edges_of(found), seed


@pytest.mark.parametrize("options", MODES, ids=str)
def test_small_dense_graphs_read_back_as_they_are(options):
    for seed in range(100):
        rng = Random(seed)
        count = rng.randint(2, 9)
        edges = [(tail, head) for head in range(count) for tail in range(head) if rng.random() < 0.5]
        found = numbered(count, edges, rng)
        assert read(found, **options) == edges_of(found), seed


@pytest.mark.parametrize("options", MODES, ids=str)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_samples_read_back_as_they_are(path, options):
    found = scene(evaluated(Text(Source(path.name, path.read_text(encoding="utf-8"))).objects, {}), 3)
    # Formulas are cut to fit; what is asked here is where each edge leads, and with which label.
    cut = found._replace(
        arrows=tuple(a if a.is_number else a._replace(label=a.label[:8].strip(), is_number=True) for a in found.arrows)
    )
    assert read(cut, **options) == edges_of(cut)


def test_a_reader_that_is_told_nothing_tells_pictures_apart():
    """The reader is no echo: a cell changed by hand is another graph, or none."""
    found = numbered(*random_dag(3), Random(3))
    rows = ["".join(text for text, _ in row) for row in DrawingArea(None).drawn(found).rows]
    row, column = next((r, line.index("┼")) for r, line in enumerate(rows) if "┼" in line)
    rows[row] = f"{rows[row][:column]}│{rows[row][column + 1 :]}"
    with pytest.raises((AssertionError, KeyError)):
        assert Reader(rows, is_ascii=False, top_down=False).edges() == edges_of(found)


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_fits_the_window_or_shows_what_fits(width):
    for seed in range(30):
        found = numbered(*random_dag(seed), Random(seed))
        window = DrawingArea(width)
        if read(found, width) is None:
            assert window.least_width(found) > width
            name = found.cards[-1].name
            part, radius = window.part(found, name)
            rows = ["".join(text for text, _ in row) for row in part.rows]
            kept = around(found, name, radius)
            assert Reader(rows, is_ascii=False, top_down=False).edges() == edges_of(kept)
            assert part.width <= width or not radius
        else:
            assert read(found, width) == edges_of(found)


@pytest.mark.parametrize("is_ascii", [False, True])
def test_pictures_drawn_closer_read_back_as_they_are(is_ascii, monkeypatch):
    monkeypatch.setattr(terminal, "DETAILS", [each for each in terminal.DETAILS if each.is_tight])
    for seed in range(60):
        found = numbered(*random_dag(seed), Random(seed))
        assert read(found, is_ascii=is_ascii) == edges_of(found), seed


def test_numbers_are_never_cut_and_formulas_are():
    cards = (
        Card("x", "input", value="0.123457"),
        Card("y", "expression", formula="sin(x)*cos(x)*tan(x)*exp(x)", value="0.999999"),
    )
    found = Scene(cards, (Arrow(0, 1, "-0.0691857"),))
    for width in (100, 60, 45, 40):
        rows = "\n".join("".join(text for text, _ in row) for row in DrawingArea(width).drawn(found).rows)
        for number in ("0.123457", "0.999999", "-0.0691857"):
            assert number in rows
        assert ("sin(x)*cos(x)*tan(x)*exp(x)" in rows) == (width == 100)


def test_the_same_graph_is_the_same_picture():
    found = numbered(*random_dag(11), Random(1))
    assert DrawingArea(None).drawn(found) == DrawingArea(None).drawn(found)


def test_wide_letters_and_marks_keep_the_rims_straight():
    cards = (
        Card("変数", "input", value="1"),
        Card("e\u0301", "expression", value="2"),
        Card("z", "expression", value="3"),
    )
    found = Scene(cards, (Arrow(0, 1, "4"), Arrow(1, 2, "5")))
    rows = ["".join(text for text, _ in row) for row in DrawingArea(None).drawn(found).rows]
    assert len({display_width(row) for row in rows}) == 1
    assert "│ 変数 = 1 ├── 4 ─▶│ e\u0301 = 2 ├── 5 ─▶│ z = 3 │" in rows
