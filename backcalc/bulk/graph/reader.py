"""A large text read by arrays: the lines of a form as one block of names and numbers.

A line's **form** is the line with its names and numbers blanked out. The grammar reads one line of each form; what it
says of that line holds for all lines of the form, for they have the same tokens in the same order. Nothing here knows
how an edge or an expression is written. A line whose form is not an edge or a definition made of such blanks, and a
line with a word that is not what it looks like, are the ordinary reader's, in their place.

A long list of inputs, `input a, b, …`, is a part of the text by itself, each of its items a line.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from backcalc import progress
from backcalc.bulk.arrays.background import ahead
from backcalc.bulk.arrays.words import LONGEST, AnyArray
from backcalc.bulk.graph.blocks import LineBlock, OpenBlock, without
from backcalc.bulk.graph.columns import UnfitError, signed
from backcalc.bulk.graph.pieces import INPUT, PIECE, Characters, TextPiece, begins_with, blanked, pieces
from backcalc.bulk.graph.symbols import CollisionError, Names, NameTable
from backcalc.bulk.graph.tokens import BlankedLines
from backcalc.language.expr import Call, Name, Number
from backcalc.language.foreign.translate import as_language
from backcalc.language.forms import leaves_of, word
from backcalc.language.lexis import DIGITS, WORDS, letters
from backcalc.language.parser import Reading, parse_items, parse_line
from backcalc.language.scanner import lists_of
from backcalc.language.statements import Definition, Edge, Function, Input, Loop, Program, Statement
from backcalc.text.source import Source, Span

if TYPE_CHECKING:
    from typing_extensions import TypeIs

FEWEST = 16  # Lines of a piece that are worth a block; fewer are read in the ordinary way.
MOST_ODD = 10_000  # Where there are more lines than this in no block, and more than in blocks, blocks are of no use.

# `n` of `n1024`; for the whole word, or it is a part of another name.
_SERIAL = re.compile(rf"\b[{letters()}]+(?=[{DIGITS}]+\b)")
_CALL_WITH_SPACE = re.compile(rb"n[ \t]+\(")  # What begins `d (v)/d (u)` is not said by its tokens alone.


class Lines(NamedTuple):
    """A text as blocks, and `rest`, the statements that are in none of them, in the order of the text."""

    source: Source
    blocks: tuple[LineBlock, ...]
    rest: Program
    names: Names  # By their numbers.
    lists: tuple[Span, ...] = ()  # Where the items of long lists of inputs stand.


def read_lines(source: Source) -> Lines | None:
    """The text of `source` as blocks, or None where blocks are of no use for it. Raises ParseError."""
    try:
        return _TextReader(as_language(source)).lines()
    except (UnfitError, CollisionError):
        return None


class _TextReader:
    """The state of reading one text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._place = np.int32 if len(source.text) < 1 << 31 else np.int64
        self._reading = Reading(source)
        self._forms: dict[tuple[bytes, bool], OpenBlock | None] = {}  # An item `a = 1` is no definition.
        self._lists = tuple(lists_of(self._source.text))
        self._has_bare = False  # Whether an item without a default has been met in the list that is being read.
        self._odd: list[AnyArray] = []  # Pairs (start, end) of lines that are no block's.
        self._table = NameTable(_prefix(source.text))
        self._keywords = _numbered_words(self._table)
        self._odd_count = self._even_count = 0

    def lines(self) -> Lines:
        """The whole text. Raises ParseError."""
        size = len(self._source.text)
        # One piece is blanked while another is read; for a short text a thread costs more than it saves.
        read = pieces(self._source.text, self._first(), self._lists)
        for piece, lines, groups in (ahead if size > PIECE else map)(blanked, read):
            progress.at("reading", piece.at / size)
            self._read_piece(piece, lines, groups)
        taken = self._read_odd()
        # The words of the language have the first numbers, and are no names.
        blocks = [form.block(len(WORDS)) for form in self._forms.values() if form is not None]
        columns = [column[len(WORDS) :] for column in (self._table.heads, *self._table.places())]
        program = self._reading.program()
        if any(isinstance(statement, Loop | Function) for statement in program.statements):
            raise UnfitError
        # What a statement has swallowed, as of an open bracket, is no line of a block.
        left = (without(block, taken) for block in blocks if block is not None)
        kept = tuple(block for block in left if len(block.starts))
        return Lines(self._source, kept, program, Names(self._source.text, columns), self._lists)

    def _first(self) -> int:
        """Where the first statement ends, which may be a header; or where the list begins that is the first."""
        at, text = 0, self._source.text
        while at < len(text) and not self._reading.has_begun:
            if self._lists and begins_with(text, at, self._lists[0]):
                self._reading.pass_header()
                return at
            at = self._reading.read(at, at + 1)
        return self._to_line_end(at)

    def _to_line_end(self, at: int) -> int:
        """Where the statement ends that `at` is inside of; `at` itself where one may begin."""
        text = self._source.text
        while 0 < at < len(text) and text[at - 1] not in "\n;" and not self._reading.is_refused:
            at = self._reading.read(at, text.find("\n", at) + 1 or len(text))
        return at

    def _read_piece(self, piece: TextPiece, lines: BlankedLines, groups: list[AnyArray]) -> None:
        """Take in the lines of a piece, `groups` of them by form."""
        # The quick look first: most texts have no brace.
        if (b"{" in piece.data or b"}" in piece.data) and lines.has_braces:
            raise UnfitError
        chars = Characters(piece, self._place)
        is_odd = np.zeros(len(lines.starts), bool)
        parts = []
        for group in groups:
            key = lines.form(group[0])
            form = self._form(key, lines, group, chars) if len(group) >= FEWEST or piece.is_list else None
            if form is not None:
                parts.append((form, group))
            elif key.strip() or piece.is_list:  # Of an empty line there is nothing to read, but an item has a name.
                is_odd[group] = True
        # Of bytes by characters: no more than a guess of how much is still to come.
        share = min(1.0, (piece.at + len(piece.data)) / len(self._source.text))
        for group, are_fit in self._fill(parts, lines, chars, share):
            is_odd[group[~are_fit]] = True
        if piece.is_list:
            self._check_list(parts, is_odd, piece)
            return
        starts, ends = chars.places(lines.starts[is_odd]), chars.places(lines.ends[is_odd])
        self._odd.append(np.stack([starts, ends], axis=1))
        self._count(is_odd)

    def _check_list(self, parts: list[tuple[OpenBlock, AnyArray]], is_odd: AnyArray, piece: TextPiece) -> None:
        """Leave to the ordinary reader a list with an item that is none, or of one default that may be that of two."""
        has_default = np.zeros(len(is_odd), bool)
        for form, group in parts:
            has_default[group] = len(form.numbers) > 0
        self._has_bare &= piece.at not in [listed.start for listed in self._lists]  # A list begins anew.
        # Behind one without, whether right behind it or not, somewhere one with a default follows on one without.
        behind_bare = np.logical_or.accumulate(np.append(self._has_bare, ~has_default))
        if is_odd.any() or (has_default & behind_bare[:-1]).any():
            raise UnfitError
        self._has_bare = bool(behind_bare[-1])

    def _count(self, is_odd: AnyArray) -> None:
        """Give up where the text turns out to be of no use."""
        self._odd_count += int(is_odd.sum())
        self._even_count += int(len(is_odd) - is_odd.sum())
        if self._odd_count > max(MOST_ODD, self._even_count):
            raise UnfitError

    def _form(self, key: bytes, lines: BlankedLines, group: AnyArray, chars: Characters) -> OpenBlock | None:
        """The form, read by the grammar where it is new; None where it makes no block."""
        place = key, chars.are_items
        if place not in self._forms:
            # One of the lines may have a mistake in a word, so three of them are tried.
            tried = (self._read_form(lines, int(group[i]), chars) for i in (0, len(group) // 2, -1))
            is_plain = not _CALL_WITH_SPACE.search(key)
            self._forms[place] = next((form for form in tried if form), None) if is_plain else None
        return self._forms[place]

    def _read_form(self, lines: BlankedLines, line: int, chars: Characters) -> OpenBlock | None:
        """What the grammar makes of a line; None where that is not its blanks one to one."""
        start, end = chars.places(np.array([lines.starts[line], lines.ends[line]])).tolist()
        statement = self._read_line(start, min(end, len(self._source.text)), chars)
        if not isinstance(statement, Edge | Definition) and not _is_plain_input(statement):
            return None
        if statement.span.start != chars.places(lines.statements(np.array([line])))[0]:
            return None  # There is white space before it that is none of ASCII.
        leaves = leaves_of(statement)
        keyword = [INPUT] if isinstance(statement, Input) and not chars.are_items else []
        # Word by word: what the grammar reads must be the form's own blanks.
        if keyword + [word(leaf).encode() for leaf in leaves] != lines.words_of(line):
            return None
        # In the form the minus is a part of the number.
        if lines.has_own_minus(line):
            statement = _without_minus(statement)
        is_name, blanks = np.array([isinstance(leaf, Name) for leaf in leaves], bool), lines.blanks(line)
        blanks = blanks[len(keyword) :]
        return OpenBlock(statement, blanks[is_name], blanks[~is_name], b"".join(keyword))

    def _read_line(self, start: int, end: int, chars: Characters) -> Statement | None:
        """What the grammar makes of a line, or of an item with the comma behind it."""
        if not chars.are_items:
            return parse_line(self._source, start, end)
        found = parse_items(self._source, Span(start, end - self._source.text.endswith(",", start, end)))
        return found[0] if len(found) == 1 else None

    def _fill(
        self, parts: list[tuple[OpenBlock, AnyArray]], lines: BlankedLines, chars: Characters, share: float
    ) -> Iterator[tuple[AnyArray, AnyArray]]:
        """Put the words of these lines to their forms; each part's lines and which of them are fit for it."""
        firsts = [lines.firsts(group) for _, group in parts]
        names = [form.names[:, None] + first for (form, _), first in zip(parts, firsts, strict=True)]
        values = [form.numbers[:, None] + first for (form, _), first in zip(parts, firsts, strict=True)]
        # All forms of the piece together: an array operation costs the same for one.
        ids, are_names = self._names(lines, _joined(names), chars)
        floats, are_numbers = lines.numbers(_joined(values))
        i = j = 0
        for (form, group), name, value in zip(parts, names, values, strict=True):
            i, j, a, b = i + name.size, j + value.size, i, j
            are_fit = np.logical_and.reduce(
                # One word that does not fit makes its line an odd one.
                [*are_names[a:i].reshape(name.shape), *are_numbers[b:j].reshape(value.shape)]
            )
            if form.word:  # `given x = 3` is of the form of `input x = 3`.
                are_fit &= self._begin_with_input(lines, group, chars)
            starts = chars.places(lines.statements(group))
            columns = starts, ids[a:i].reshape(name.shape), floats[b:j].reshape(value.shape)
            form.add(columns if are_fit.all() else tuple(column[..., are_fit] for column in columns), share)
            yield group, are_fit

    def _begin_with_input(self, lines: BlankedLines, group: AnyArray, chars: Characters) -> AnyArray:
        """Which of these lines, each of which begins with a word, begin with the word `input`."""
        words = lines.words[lines.firsts(group)]
        found: AnyArray = words.lengths == len(INPUT)  # By length first, for most names have another.
        found[found] = self._table.ids(words[found], chars.places) == self._keywords[INPUT]
        return found

    def _names(self, lines: BlankedLines, tokens: AnyArray, chars: Characters) -> tuple[AnyArray, AnyArray]:
        """The numbers of the names of tokens, and which are names: no words of the language, no mixtures."""
        words = lines.words[tokens]
        if words.longest > LONGEST:
            return self._names_of(words.lengths <= LONGEST, lines, tokens, chars)
        # Edge lists that programs write have nothing but such names, so this is tried first.
        ids = self._table.ids_of_serials(words, chars.places)
        if ids is not None:  # Of these nothing else needs a look.
            return ids, ids >= len(WORDS)
        is_whole = lines.are_numbers(tokens)
        are_fit = is_whole | ~words.have_dots  # A number that is a name has digits alone: 1.5 is none.
        if is_whole.any():
            are_fit[is_whole] = words[is_whole].are_digits
        if not are_fit.all():
            return self._names_of(are_fit, lines, tokens, chars)
        ids = self._table.ids(words, chars.places)
        return ids, ids >= len(WORDS)

    def _names_of(
        self, are_fit: AnyArray, lines: BlankedLines, tokens: AnyArray, chars: Characters
    ) -> tuple[AnyArray, AnyArray]:
        """The ids of the tokens that `are_fit`, and which are names; others get none, lest names stand nowhere."""
        ids = np.zeros(len(tokens), np.int32)
        ids[are_fit], are_names = self._names(lines, tokens[are_fit], chars)
        are_fit[are_fit] = are_names
        return ids, are_fit

    def _read_odd(self) -> list[tuple[int, int]]:
        """Have the ordinary reader read the lines of no block; where it went on from these into lines of some."""
        odd, at, taken = np.concatenate([*self._odd, np.empty((0, 2), np.int64)]), 0, []
        # Lines that follow each other are read as one, for a statement may go on over the next.
        breaks = np.flatnonzero(odd[1:, 0] != odd[:-1, 1])
        starts, ends = odd[:, 0][np.r_[0, breaks + 1][: len(odd)]], odd[:, 1][np.r_[breaks, -1][: len(odd)]]
        for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
            if end <= at or self._reading.is_refused:  # It has been read with one before.
                continue
            at = self._to_line_end(self._reading.read(max(start, at), min(end, len(self._source.text))))
            if at > end:
                taken.append((end, at))
        return taken


def _is_plain_input(statement: Statement | None) -> TypeIs[Input]:
    """Whether a statement declares one input, a number with no more than a number for its default."""
    return (
        isinstance(statement, Input)
        and isinstance(statement.target, Name)
        and statement.shape is statement.bounds is None
        and (statement.default is None or isinstance(signed(statement.default)[0], Number))
    )


def _without_minus(statement: Edge | Definition | Input) -> Edge | Definition | Input:
    """An edge with its partial's number in place of the number's negative; what each line has is in its number."""
    assert isinstance(statement, Edge)
    assert isinstance(statement.partial, Call)
    return statement._replace(partial=statement.partial.args[0])


def _prefix(text: str) -> str:
    """The letters before the number of a name in the middle of the text; most names may be of this kind."""
    # In the middle, for a file may begin with names of other kinds.
    found = _SERIAL.search(text, len(text) // 2, len(text) // 2 + PIECE // 16)
    return found.group() if found else ""


def _joined(indices: list[AnyArray]) -> AnyArray:
    return np.concatenate([np.empty(0, np.int64), *(each.ravel() for each in indices)])


def _numbered_words(table: NameTable) -> dict[bytes, int]:
    """The words of the language with their numbers, the first ones, so that a name that is one is known by that."""
    text = " ".join(sorted(WORDS)).encode()
    lines = BlankedLines(text + b"\n")
    words = lines.words[lines.blanks(0)]
    return dict(zip(words.texts(), table.ids(words, np.asarray).tolist(), strict=True))
