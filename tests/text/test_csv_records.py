"""CSV text in pieces: blocks that end where records do, whatever the pieces are."""

from __future__ import annotations

import csv
import io
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from backcalc.text.csv_records import CsvBlock, blocks, records, without_end

law = settings(max_examples=200)


@law
@given(st.lists(st.lists(st.text('a1 ",\n', max_size=4), min_size=1, max_size=3), min_size=1, max_size=4))
def test_a_cell_stands_where_the_reader_finds_it(rows):
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    text = out.getvalue()
    read = list(csv.reader(io.StringIO(text), skipinitialspace=True))
    places = list(records(text))[: len(read)]
    cells = [[text[slice(*span)] for span in record] for record in places]
    bare = [[cell[1:-1].replace('""', '"') if cell.startswith('"') else cell for cell in record] for record in cells]
    assert bare == [row or [""] for row in read]


def rows_of(text):
    return list(csv.reader(io.StringIO(text), skipinitialspace=True))


@law
@given(st.text('a1",\n\r', max_size=40), st.lists(st.integers(0, 40), max_size=6))
def test_blocks_hold_whole_records_and_know_their_lines(text, cuts):
    places = [0, *sorted(cuts), len(text)]
    pieces = [text[a:b].encode() for a, b in pairwise(places)]
    found = list(blocks(pieces))
    whole = text.replace("\r\n", "\n").replace("\r", "\n")
    assert b"".join(block.data for block in found).decode() == whole
    assert [block.is_last for block in found] == [False] * (len(found) - 1) + [True]
    assert [row for block in found for row in rows_of(block.data.decode())] == rows_of(whole)
    before = ""
    for block in found:
        assert block.first_line == before.count("\n") + 1
        before += block.data.decode()


def test_empty_lines_go_with_what_follows():
    assert list(blocks([b"x\n1\n\n", b"\n", b"2\n"])) == [CsvBlock(b"x\n1\n", 1, False), CsvBlock(b"\n\n2\n", 3, True)]
    assert list(blocks([b"x\n1\n", b"\n,\n"])) == [CsvBlock(b"x\n1\n\n,\n", 1, True)]


def test_a_file_ends_with_its_last_point():
    assert without_end(CsvBlock(b"1\n2,", 1, True)) == b"1\n2,\n"
    assert without_end(CsvBlock(b"1\n\n, \n", 1, True)) == b"1\n"
    assert without_end(CsvBlock(b"1\n\n", 1, False)) == b"1\n\n"
